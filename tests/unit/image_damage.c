/* Damaged, hostile and unsupported archives: each gets one line that says what and what to try, and nothing crashes. */
#include "image_build.h"

static const struct str layer[] = { STR_INIT("layer") };

static bool open_fd(int fd, size_t cap_bytes, struct error *err)
{
    struct arena arena;
    struct image image;
    struct image_request request = { .fd = fd, .input = STR("test.tar") };
    *err = (struct error){ 0 };
    arena_init(&arena, "image", cap_bytes);
    bool ok = image_open(&request, &arena, &image, err);
    if (!ok)
        assert_true(err->kind != ERROR_NONE && str_starts(str_from(err->text), "test.tar: "));
    assert_null(strchr(err->text, '\n'));
    arena_free(&arena);
    return ok;
}

static void assert_refused(const char *name, int fd, enum error_kind kind, const char *part)
{
    struct error err;
    bool ok = open_fd(fd, (size_t)64 << 20, &err);
    if (ok || err.kind != kind || !str_contains(str_from(err.text), part))
        fail_msg("%s: got %d \"%s\", want %d \"%s\"", name, (int)err.kind, err.text, (int)kind, part);
    close(fd);
}

/* ---- one document is wrong --------------------------------------------------------------------------------------- */

/* An archive with these documents; NULL leaves one out. %s in the manifest stands for the config's descriptor. */
struct broken {
    const char *name, *index, *manifest, *config;
    enum error_kind kind;
    const char *part;
};

#define CONFIG "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"diff_ids\":[]}}"
#define SHA0 "sha256:0000000000000000000000000000000000000000000000000000000000000000"
#define LAYER(type) "{\"config\":%s,\"layers\":[{\"mediaType\":\"" type "\",\"digest\":\"" SHA0 "\",\"size\":5}]}"

static const struct broken broken[] = {
    { "index is no JSON", "{", NULL, NULL, ERROR_INPUT, "index.json" },
    { "index is a list", "[]", NULL, NULL, ERROR_INPUT, "index.json" },
    { "index without manifests", "{}", NULL, NULL, ERROR_INPUT, "is no image index" },
    { "empty index", "{\"manifests\":[]}", NULL, NULL, ERROR_INPUT, "lists no image" },
    { "bad digest", "{\"manifests\":[{\"digest\":\"sha256:../../etc/passwd\",\"size\":1}]}", NULL, NULL, ERROR_INPUT,
      "the digest \"sha256:../../etc/passwd\", which is none" },
    { "no size", "{\"manifests\":[{\"digest\":\"" SHA0 "\"}]}", NULL, NULL, ERROR_INPUT, "has no size" },
    { "negative size", "{\"manifests\":[{\"digest\":\"" SHA0 "\",\"size\":-5}]}", NULL, NULL, ERROR_INPUT, "has no size" },
    { "absent manifest", "{\"manifests\":[{\"digest\":\"" SHA0 "\",\"size\":5}]}", NULL, NULL, ERROR_INPUT, "does not hold it" },
    { "attestations only",
      "{\"manifests\":[{\"digest\":\"" SHA0 "\",\"size\":5,\"annotations\":{\"vnd.docker.reference.type\":"
      "\"attestation-manifest\"}}]}",
      NULL, NULL, ERROR_ARTIFACT, "attestations only" },
    { "index and manifest", NULL, "{\"config\":%s,\"layers\":[],\"manifests\":[]}", CONFIG, ERROR_INPUT, "both an index and a" },
    { "another media type", NULL, "{\"mediaType\":\"" OCI_INDEX "\",\"config\":%s,\"layers\":[]}", CONFIG, ERROR_INPUT,
      "by its index but" },
    { "no config", NULL, "{\"layers\":[]}", CONFIG, ERROR_INPUT, "has no config" },
    { "absent config", NULL, "{\"config\":{\"mediaType\":\"" OCI_CONFIG "\",\"digest\":\"" SHA0 "\",\"size\":5},\"layers\":[]}",
      CONFIG, ERROR_INPUT, "the config " SHA0 " is missing from the archive: save the image again" },
    { "artifact", NULL,
      "{\"artifactType\":\"application/x-chart\",\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\","
      "\"digest\":\"" SHA0 "\",\"size\":2},\"layers\":[]}",
      CONFIG, ERROR_ARTIFACT, "an artifact of type application/x-chart" },
    { "encrypted", NULL, LAYER("application/vnd.oci.image.layer.v1.tar+gzip+encrypted"), CONFIG, ERROR_UNSUPPORTED,
      "layer 1 (" SHA0 ") is encrypted: decrypt" },
    { "unknown layer", NULL, LAYER("application/x-cake"), CONFIG, ERROR_UNSUPPORTED, "media type \"application/x-cake\"" },
    { "no layer type", NULL, LAYER(""), CONFIG, ERROR_UNSUPPORTED, "media type \"\"" },
    { "missing layer", NULL, LAYER(OCI_LAYER), CONFIG, ERROR_INPUT, "layer 1 (" SHA0 ") is missing from the archive: save" },
    { "foreign layer", NULL, LAYER("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"), CONFIG, ERROR_INPUT,
      "is a foreign layer that is not stored in the archive" },
    { "layer digest", NULL, "{\"config\":%s,\"layers\":[{\"mediaType\":\"" OCI_LAYER "\",\"digest\":\"x\",\"size\":1}]}", CONFIG,
      ERROR_INPUT, "layer 1 has the digest \"x\"" },
    { "config is no JSON", NULL, "{\"config\":%s,\"layers\":[]}", "{\"os\":", ERROR_INPUT, "the config sha256:" },
    { "config is a list", NULL, "{\"config\":%s,\"layers\":[]}", "[]", ERROR_INPUT, "is no JSON object" },
    { "bad diff ID", NULL, "{\"config\":%s,\"layers\":[]}", "{\"rootfs\":{\"diff_ids\":[\"sha256:12\"]}}", ERROR_INPUT,
      "diff ID 1 (\"sha256:12\") is no digest" },
    { "diff IDs of numbers", NULL, "{\"config\":%s,\"layers\":[]}", "{\"rootfs\":{\"diff_ids\":[5]}}", ERROR_INPUT,
      "is no digest" },
};

static int build_broken(struct build *b, const struct broken *row)
{
    build_begin(b);
    if (row->index) {
        build_file(b, "index.json", str_from(row->index));
        return build_archive(b);
    }
    const char *config = build_descriptor(b, OCI_CONFIG, build_blob(b, str_from(row->config)), "");
    struct str manifest = str_from(row->manifest);
    const char *at = strstr(row->manifest, "%s");
    if (at)
        manifest = arena_printf(&b->arena, "%.*s%s%s", (int)(at - row->manifest), row->manifest, config, at + 2);
    build_index(b, build_descriptor(b, OCI_MANIFEST, build_blob(b, manifest), ""));
    return build_archive(b);
}

static void each_broken_document_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        struct build b;
        assert_refused(broken[i].name, build_broken(&b, &broken[i]), broken[i].kind, broken[i].part);
        build_end(&b);
    }
}

static void docker_manifests_are_checked_too(void **state)
{
    (void)state;
    static const struct {
        const char *manifest, *part;
    } rows[] = {
        { "[]", "lists no image" },
        { "[1]", "entry 0 is no JSON object" },
        { "5", "is neither a list of images nor a manifest" },
        { "[{\"Config\":\"c.json\",\"Layers\":[\"x/layer.tar\"]}]", "layer 1 (x/layer.tar) is missing from the archive: save" },
        { "[{\"Config\":\"c.json\",\"Layers\":[\"../..\"]}]", "names the file \"../..\"" },
        { "[{\"Config\":\"c.json\",\"Layers\":[{}]}]", "a list of something else than texts" },
        { "[{\"Config\":\"d.json\",\"Layers\":[]}]", "the config d.json is missing" },
        { "[{\"Layers\":[]}]", "names the file \"\"" },
        { "[{\"Config\":\"loop\",\"Layers\":[]}]", "the config loop is missing" },
        { "[{\"Config\":\"0000000000000000000000000000000000000000000000000000000000000000.json\",\"Layers\":[]}]",
          "does not have that digest but sha256:" },
        { "[{\"Config\":\"c.json\",\"Layers\":[\"\\u001b[31m\\n\"]}]", "layer 1 (?[31m?) is missing" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct build b;
        build_begin(&b);
        build_file(&b, "c.json", STR(CONFIG));
        build_file(&b, "0000000000000000000000000000000000000000000000000000000000000000.json", STR(CONFIG));
        build_add(&b, "loop", TAR_WRITE_SYMLINK, "pool", STR(""));
        build_add(&b, "pool", TAR_WRITE_SYMLINK, "loop", STR(""));
        build_file(&b, "manifest.json", str_from(rows[i].manifest));
        assert_refused(rows[i].manifest, build_archive(&b), ERROR_INPUT, rows[i].part);
        build_end(&b);
    }
}

/* ---- wrong bytes ------------------------------------------------------------------------------------------------- */

static void blobs_that_differ_from_their_digest_are_refused(void **state)
{
    (void)state;
    struct build b;
    build_begin(&b);
    build_index(&b, build_image(&b, "amd64", layer, 1, ""));
    struct str layer_text = b.files[0].text, config = b.files[1].text, manifest = b.files[2].text;
    char *same_size = arena_cstr(&b.arena, config);
    same_size[config.len - 1] = ' ';
    b.files[1].text = str_make(same_size, config.len);
    assert_refused("config changed", build_archive(&b), ERROR_INPUT, "damaged or tampered with");
    b.files[1].text = str_head(config, config.len - 1);
    assert_refused("config cut", build_archive(&b), ERROR_INPUT, "but its descriptor says");
    b.files[1].text = config;
    b.files[2].text = arena_printf(&b.arena, "%.*s ", STR_ARG(str_head(manifest, manifest.len - 1)));
    assert_refused("manifest changed", build_archive(&b), ERROR_INPUT, "the manifest sha256:");
    b.files[2].text = manifest;
    b.files[0].text = str_head(layer_text, 3);
    assert_refused("layer cut", build_archive(&b), ERROR_INPUT, "has 3 bytes, but the manifest says 5");
    build_end(&b);
}

static void what_is_no_image_archive_is_told_so(void **state)
{
    (void)state;
    struct build b;
    build_begin(&b);
    assert_refused("empty", build_fd(STR("")), ERROR_INPUT, "is not an image archive");
    assert_refused("text", build_fd(STR("hello\n")), ERROR_INPUT, "is not an image archive");
    assert_refused("packed text", build_fd(build_gzip(&b, STR("hello\n"))), ERROR_INPUT, "is not an image archive");
    build_file(&b, "etc/os-release", STR("ID=debian\n"));
    assert_refused("root file system", build_archive(&b), ERROR_INPUT, "neither manifest.json nor index.json was found");
    build_file(&b, "repositories", STR("{}"));
    assert_refused("Docker before 1.10", build_archive(&b), ERROR_UNSUPPORTED, "before 1.10");
    b.count = 0;
    build_file(&b, "top/index.json", STR("{}"));
    assert_refused("in a folder", build_archive(&b), ERROR_INPUT, "its folder \"top\" looks like one");
    build_end(&b);
}

static void endless_brackets_and_lists_meet_limits(void **state)
{
    (void)state;
    struct build b;
    enum { COUNT = 100000 };
    build_begin(&b);
    char *text = arena_alloc(&b.arena, COUNT);
    memset(text, '[', COUNT);
    build_file(&b, "manifest.json", str_make(text, COUNT));
    assert_refused("brackets", build_archive(&b), ERROR_LIMIT, "manifest.json: JSON, line 1, column 513");
    b.files[0].path = "index.json";
    assert_refused("brackets", build_archive(&b), ERROR_LIMIT, "index.json: JSON, line 1, column 513");
    char *spaces = arena_alloc(&b.arena, IMAGE_MAX_JSON_BYTES + 1);
    memset(spaces, ' ', IMAGE_MAX_JSON_BYTES + 1);
    b.files[0].text = str_make(spaces, IMAGE_MAX_JSON_BYTES + 1);
    assert_refused("large", build_archive(&b), ERROR_LIMIT, "than the 8388608 that a manifest or config may have");
    struct buf tar;
    build_tar(&b, &tar);
    assert_refused("large and packed", build_fd(build_gzip(&b, buf_view(&tar))), ERROR_LIMIT, "at most 1024 KiB");
    buf_free(&tar);
    struct buf list;
    buf_init(&list, 1 << 20);
    for (int i = 0; i < 1500; i++)
        buf_printf(&list, "%s{\"digest\":\"" SHA0 "\",\"size\":1}", i ? "," : "");
    b.files[0].text = arena_printf(&b.arena, "{\"manifests\":[%.*s]}", STR_ARG(buf_view(&list)));
    assert_refused("many manifests", build_archive(&b), ERROR_LIMIT, "more than 1024 manifests");
    buf_free(&list);
    build_end(&b);
}

static void damaged_schema_1_is_told_so(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        { "{\"schemaVersion\":1,\"fsLayers\":[{\"blobSum\":\"x\"}]}", "lists 1 layers and 0 steps of history" },
        { "{\"fsLayers\":[{\"blobSum\":\"x\"}],\"history\":[{\"v1Compatibility\":\"{}\"}]}", "layer 1 has the digest \"x\"" },
        { "{\"fsLayers\":[{}],\"history\":[{\"v1Compatibility\":\"{\"}]}", "history 1" },
        { "{\"fsLayers\":7,\"history\":[]}", "lists 0 layers" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct build b;
        build_begin(&b);
        build_index(&b, build_descriptor(&b, "application/vnd.docker.distribution.manifest.v1+prettyjws",
                                         build_blob(&b, str_from(rows[i].text)), ""));
        assert_refused("schema 1", build_archive(&b), ERROR_INPUT, rows[i].words);
        build_end(&b);
    }
}

/* Indexes in indexes: content addresses cannot form a circle, but they can go deep. */
static void deep_indexes_meet_a_limit(void **state)
{
    (void)state;
    struct build b;
    build_begin(&b);
    const char *descriptor = build_image(&b, "amd64", layer, 1, "");
    for (int depth = 0; depth < 8; depth++) {
        struct str index = arena_printf(&b.arena, "{\"mediaType\":\"%s\",\"manifests\":[%s]}", OCI_INDEX, descriptor);
        descriptor = build_descriptor(&b, OCI_INDEX, build_blob(&b, index), "");
    }
    build_index(&b, descriptor);
    assert_refused("deep", build_archive(&b), ERROR_LIMIT, "more than 4 indexes deep");
    build_end(&b);
}

/* ---- properties -------------------------------------------------------------------------------------------------- */

static void build_both(struct build *b)
{
    build_begin(b);
    build_index(b, build_image(b, "amd64", layer, 1, ""));
    build_file(b, "manifest.json",
               arena_printf(&b->arena, "[{\"Config\":\"%s\",\"RepoTags\":[\"a:1\"],\"Layers\":[\"%s\"]}]", b->files[1].path,
                            b->files[0].path));
}

static void a_cut_at_any_byte_is_an_error_or_harmless(void **state)
{
    (void)state;
    struct build b;
    struct buf tar;
    struct error err;
    build_both(&b);
    build_tar(&b, &tar);
    /* The last member, manifest.json, is not needed; a tar without its end marker is whole. */
    size_t last = tar.len - (size_t)2 * TAR_BLOCK, text = b.files[b.count - 1].text.len;
    size_t last_header = last - (text + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK - TAR_BLOCK;
    int fd = build_fd(buf_view(&tar));
    for (size_t len = tar.len + 1; len-- > 0;) {
        bool in_last = len > last_header && len < last_header + TAR_BLOCK + text;
        assert_int_equal(ftruncate(fd, (off_t)len), 0);
        if (open_fd(fd, (size_t)64 << 20, &err) && (len <= last_header - TAR_BLOCK || in_last))
            fail_msg("cut at %zu was not noticed", len);
    }
    close(fd);
    struct str packed = build_gzip(&b, buf_view(&tar));
    fd = build_fd(packed);
    for (size_t len = packed.len; len-- > 0;) {
        assert_int_equal(ftruncate(fd, (off_t)len), 0);
        assert_false(open_fd(fd, (size_t)64 << 20, &err));
    }
    close(fd);
    buf_free(&tar);
    build_end(&b);
}

static void a_changed_byte_never_crashes(void **state)
{
    (void)state;
    struct build b;
    struct buf tar;
    struct error err;
    build_both(&b);
    build_tar(&b, &tar);
    int fd = build_fd(buf_view(&tar));
    for (size_t i = 0; i < tar.len; i++) {
        const unsigned char was = (unsigned char)tar.ptr[i];
        if (was == 0 && i % 7) /* most of the padding is alike */
            continue;
        for (unsigned bit = 0; bit < 8; bit += 3) {
            unsigned char changed = (unsigned char)(was ^ (1u << bit));
            assert_int_equal(pwrite(fd, &changed, 1, (off_t)i), 1);
            open_fd(fd, (size_t)64 << 20, &err);
        }
        assert_int_equal(pwrite(fd, &was, 1, (off_t)i), 1);
    }
    assert_true(open_fd(fd, (size_t)64 << 20, &err));
    close(fd);
    buf_free(&tar);
    build_end(&b);
}

/* Every allocation may be the one that is refused. */
static void too_little_memory_is_a_limit_error(void **state)
{
    (void)state;
    struct build b;
    struct error err;
    bool opened = false;
    build_both(&b);
    int fd = build_archive(&b);
    for (size_t cap = 0; cap < 64 * 1024; cap += 48) {
        opened = open_fd(fd, cap, &err);
        if (!opened && err.kind != ERROR_LIMIT)
            fail_msg("cap %zu: %s", cap, err.text);
    }
    assert_true(opened);
    close(fd);
    build_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_broken_document_is_named),
        cmocka_unit_test(docker_manifests_are_checked_too),
        cmocka_unit_test(blobs_that_differ_from_their_digest_are_refused),
        cmocka_unit_test(what_is_no_image_archive_is_told_so),
        cmocka_unit_test(endless_brackets_and_lists_meet_limits),
        cmocka_unit_test(damaged_schema_1_is_told_so),
        cmocka_unit_test(deep_indexes_meet_a_limit),
        cmocka_unit_test(a_cut_at_any_byte_is_an_error_or_harmless),
        cmocka_unit_test(a_changed_byte_never_crashes),
        cmocka_unit_test(too_little_memory_is_a_limit_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
