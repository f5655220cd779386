/* Archives of every kind that tools write: which image is found in them, and where its layers lie. */
#include "image_build.h"

static const struct str two_layers[] = { STR_INIT("layer one, not a tar, which is not this folder's business"),
                                         STR_INIT("layer two") };

static bool open_fd(int fd, const char *reference, const char *platform, struct arena *arena, struct image *out,
                    struct error *err)
{
    struct image_request request = { .fd = fd, .input = STR("test.tar"), .reference = str_from(reference) };
    *err = (struct error){ 0 };
    if (platform)
        assert_true(image_platform_parse(str_from(platform), &request.platform, err));
    return image_open(&request, arena, out, err);
}

static bool open_build(struct build *b, const char *reference, const char *platform, struct image *out, struct error *err)
{
    int fd = build_archive(b);
    bool ok = open_fd(fd, reference, platform, &b->arena, out, err);
    close(fd);
    return ok;
}

static void assert_opens(struct build *b, const char *reference, const char *platform, struct image *out)
{
    struct error err;
    if (!open_build(b, reference, platform, out, &err))
        fail_msg("%s", err.text);
}

static void assert_refused(struct build *b, const char *reference, const char *platform, const char *part)
{
    struct image image;
    struct error err;
    assert_false(open_build(b, reference, platform, &image, &err));
    if (!str_contains(str_from(err.text), part))
        fail_msg("\"%s\" lacks \"%s\"", err.text, part);
}

/* The bytes where a layer is said to lie are the layer's. */
static void assert_layers(int fd, const struct image *image, const struct str *layers, size_t count)
{
    struct error err = { 0 };
    assert_int_equal(image->layer_count, count);
    for (size_t i = 0; i < count; i++) {
        char bytes[200];
        assert_int_equal(image->layers[i].size_bytes, layers[i].len);
        assert_true(file_read_at(fd, bytes, layers[i].len, image->layers[i].offset, &err));
        assert_memory_equal(bytes, layers[i].ptr, layers[i].len);
        assert_int_equal(image->layers[i].same_as, i);
    }
}

static void an_oci_archive_gives_all_facts(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    struct error err;
    build_begin(&b);
    build_index(&b,
                build_image(&b, "amd64", two_layers, 2, ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"app:1\"}"));
    int fd = build_archive(&b);
    assert_true(open_fd(fd, "", NULL, &b.arena, &image, &err));
    assert_layers(fd, &image, two_layers, 2);
    close(fd);
    assert_str(image.name, "app:1");
    assert_str(image.platform.arch, "amd64");
    assert_str(image.created, "2024-01-02T03:04:05Z");
    assert_int_equal(image.repo_tag_count, 1);
    assert_int_equal(image.history_count, 5);
    assert_true(str_eq(image.id, build_digest(&b, image.config_json)));
    assert_str(image.layers[0].created_by, "RUN step 0");
    assert_str(image.layers[1].created_by, "RUN step 1");
    assert_str(image.layers[0].media_type, OCI_LAYER);
    assert_true(str_eq(image.layers[0].digest, build_digest(&b, two_layers[0])));
    assert_true(str_eq(image.layers[1].diff_id, build_digest(&b, two_layers[1])));
    assert_int_equal(image.warning.len, 0);
    build_end(&b);
}

/* Classic `docker save`: a folder a layer, equal layers as links to the first. */
static void a_classic_archive_follows_links(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    const struct str layers[] = { two_layers[0], two_layers[1], two_layers[0], two_layers[1] };
    build_begin(&b);
    struct str config = build_config(&b, "amd64", layers, 4);
    struct str name = arena_printf(&b.arena, "%.*s.json", STR_ARG(str_skip(build_digest(&b, config), 7)));
    build_add(&b, "c/layer.tar", TAR_WRITE_SYMLINK, "../a/layer.tar", STR(""));
    build_file(&b, "a/layer.tar", layers[0]);
    build_file(&b, "b/layer.tar", layers[1]);
    build_add(&b, "d/layer.tar", TAR_WRITE_HARDLINK, "b/layer.tar", STR(""));
    build_file(&b, name.ptr, config);
    build_file(&b, "manifest.json",
               arena_printf(&b.arena,
                            "[{\"Config\":\"%s\",\"RepoTags\":[\"app:1\",\"app:2\"],\"Layers\":["
                            "\"a/layer.tar\",\"./b/layer.tar\",\"c/layer.tar\",\"d/layer.tar\"]}]",
                            name.ptr));
    assert_opens(&b, "app:2", NULL, &image);
    assert_str(image.name, "app:2");
    assert_int_equal(image.repo_tag_count, 2);
    assert_int_equal(image.layer_count, 4);
    assert_int_equal(image.manifest_digest.len, 0);
    assert_int_equal(image.layers[2].same_as, 0);
    assert_int_equal(image.layers[3].same_as, 1);
    assert_int_equal(image.layers[0].digest.len, 0);
    assert_true(str_eq(image.layers[3].diff_id, build_digest(&b, layers[1])));
    assert_str(image.layers[2].created_by, "RUN step 2");
    build_end(&b);
}

/* go-containerregistry (crane, kaniko, ko): the config is named by its digest, layers by that of their stored bytes. */
static void a_kaniko_archive_has_layer_digests(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    build_begin(&b);
    struct str packed = build_gzip(&b, two_layers[0]), config = build_config(&b, "amd64", two_layers, 1);
    struct str digest = build_digest(&b, config), layer = build_digest(&b, packed);
    struct str path = arena_printf(&b.arena, "%.*s.tar.gz", STR_ARG(str_skip(layer, 7)));
    build_file(&b, digest.ptr, config);
    build_file(&b, path.ptr, packed);
    build_file(&b, "manifest.json",
               arena_printf(&b.arena, "[{\"Config\":\"%s\",\"RepoTags\":null,\"Layers\":[\"%s\"]}]", digest.ptr, path.ptr));
    assert_opens(&b, "", NULL, &image);
    assert_true(str_eq(image.layers[0].digest, layer));
    assert_true(str_eq(image.layers[0].diff_id, build_digest(&b, two_layers[0])));
    assert_true(str_eq(image.id, digest));
    build_end(&b);
}

static void a_newer_docker_archive_takes_tags_from_manifest_json(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    build_begin(&b);
    const char *one = build_image(&b, "amd64", two_layers, 1,
                                  ",\"annotations\":{\"io.containerd.image.name\":"
                                  "\"docker.io/library/app:1\",\"org.opencontainers.image.ref.name\":\"1\"}");
    const char *two = build_image(&b, "amd64", two_layers, 2, "");
    struct str c1 = build_digest(&b, build_config(&b, "amd64", two_layers, 1));
    struct str c2 = build_digest(&b, build_config(&b, "amd64", two_layers, 2));
    build_index(&b, arena_printf(&b.arena, "%s,%s", one, two).ptr);
    build_file(&b, "manifest.json",
               arena_printf(&b.arena,
                            "[{\"Config\":\"blobs/sha256/%s\",\"RepoTags\":[\"other:2\"],\"Layers\":[]},"
                            "{\"Config\":\"blobs/sha256/%s\",\"RepoTags\":[\"app:1\",\"app:one\"],\"Layers\":[]}]",
                            c2.ptr + 7, c1.ptr + 7));
    assert_opens(&b, "other:2", NULL, &image);
    assert_int_equal(image.layer_count, 2);
    assert_true(image.manifest_digest.len > 0);
    assert_opens(&b, "app:1", NULL, &image);
    assert_int_equal(image.layer_count, 1);
    assert_int_equal(image.repo_tag_count, 2);
    assert_str(image.repo_tags[1], "app:one");
    assert_opens(&b, "@1", NULL, &image);
    assert_str(image.name, "other:2");
    assert_opens(&b, c1.ptr, NULL, &image);
    assert_int_equal(image.layer_count, 1);
    assert_refused(&b, "", NULL, "several images: name one of them (app:1, other:2)");
    build_end(&b);
}

static void references_pick_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *reference;
        int layers; /* of the image that is picked; 0: none or several */
    } rows[] = {
        { "docker.io/library/nginx:alpine", 1 },
        { "nginx:alpine", 1 },
        { "index.docker.io/nginx:alpine", 1 },
        { "alpine", 1 },
        { "localhost/app:dev", 2 },
        { "app:dev", 2 },
        { "dev", 2 },
        { "nginx", 0 },
        { "nginx:dev", 0 },
        { "app", 0 },
        { "ginx:alpine", 0 },
        { "@0", 1 },
        { "@1", 2 },
        { "@2", 0 },
        { "@", 0 },
        { "@18446744073709551616", 0 },
        { "sha256:", 0 },
        { "quay.io/app:dev", 0 },
        { "abcde", 0 },
    };
    struct build b;
    struct image image;
    struct error err;
    build_begin(&b);
    const char *one = build_image(&b, "amd64", two_layers, 1,
                                  ",\"annotations\":{\"io.containerd.image.name\":\"docker.io/library/nginx:alpine\"}");
    const char *two =
        build_image(&b, "amd64", two_layers, 2, ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"localhost/app:dev\"}");
    build_index(&b, arena_printf(&b.arena, "%s,%s", one, two).ptr);
    int fd = build_archive(&b);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool ok = open_fd(fd, rows[i].reference, NULL, &b.arena, &image, &err);
        if (ok != (rows[i].layers > 0) || (ok && (int)image.layer_count != rows[i].layers))
            fail_msg("%s picks wrongly: %s", rows[i].reference, err.text);
    }
    /* Digests whole and cut, of manifest and config. */
    assert_true(open_fd(fd, "@1", NULL, &b.arena, &image, &err));
    struct str digests[] = { image.id, image.manifest_digest, str_skip(image.id, 7), str_head(str_skip(image.id, 7), 12),
                             str_head(image.manifest_digest, 19) };
    for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
        assert_true(open_fd(fd, arena_cstr(&b.arena, digests[i]), NULL, &b.arena, &image, &err));
        assert_int_equal(image.layer_count, 2);
    }
    close(fd);
    build_end(&b);
}

/* An index for three platforms, one of them not stored, with an attestation. */
static void build_multi(struct build *b)
{
    const char *amd = build_image(b, "amd64", two_layers, 1, ",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}");
    const char *arm =
        build_image(b, "arm", two_layers, 2, ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}");
    const char *s390 = build_descriptor(b, OCI_MANIFEST, build_blob_of(b, STR("elsewhere")),
                                        ",\"platform\":{\"os\":\"linux\",\"architecture\":\"s390x\"}");
    const char *note = build_image(b, "unknown", two_layers, 1,
                                   ",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"},"
                                   "\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}");
    struct str index = arena_printf(&b->arena, "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s,%s,%s,%s]}",
                                    OCI_INDEX, note, amd, arm, s390);
    build_index(b, build_descriptor(b, OCI_INDEX, build_blob(b, index),
                                    ",\"annotations\":{\"org.opencontainers.image.ref.name\":"
                                    "\"v1\"}"));
}

static void platforms_pick_in_an_index(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    build_begin(&b);
    build_multi(&b);
    assert_opens(&b, "", "linux/amd64", &image);
    assert_int_equal(image.layer_count, 1);
    assert_opens(&b, "v1", "linux/arm/v7", &image);
    assert_int_equal(image.layer_count, 2);
    assert_opens(&b, "", "linux/arm", &image);
    assert_int_equal(image.layer_count, 2);
    assert_refused(&b, "", "linux/arm/v6", "has no image for linux/arm/v6; it has linux/amd64, linux/arm/v7, linux/s390x");
    assert_refused(&b, "", "linux/s390x", "lists linux/s390x, but does not hold it");
    build_end(&b);
}

static void without_a_platform_the_hosts_or_the_only_one_is_taken(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    struct str host = image_platform_host().arch;
    build_begin(&b);
    const char *own = build_image(&b, arena_cstr(&b.arena, host), two_layers, 2, "");
    const char *other = build_image(&b, "mips64le", two_layers, 1, "");
    build_index(&b, arena_printf(&b.arena, "%s,%s", other, own).ptr);
    assert_opens(&b, "", NULL, &image);
    assert_int_equal(image.layer_count, 2);
    build_end(&b);

    build_begin(&b);
    build_index(&b, build_image(&b, "mips64le", two_layers, 1, ""));
    assert_opens(&b, "", NULL, &image);
    assert_str(image.platform.arch, "mips64le");
    build_end(&b);

    build_begin(&b);
    other = build_image(&b, "mips64le", two_layers, 1, "");
    build_index(&b, arena_printf(&b.arena, "%s,%s", other, build_image(&b, "ppc64", two_layers, 1, "")).ptr);
    assert_refused(&b, "", NULL, "several platforms: choose one with --platform (linux/mips64le, linux/ppc64)");
    build_end(&b);

    /* Windows has one image a build of the system, all for one platform. */
    build_begin(&b);
    other = build_image(&b, "amd64", two_layers, 1, "");
    struct str digest = build_digest(&b, b.files[b.count - 1].text);
    build_index(&b, arena_printf(&b.arena, "%s,%s", other, build_image(&b, "amd64", two_layers, 2, "")).ptr);
    assert_refused(&b, "", "linux/amd64", "2 images for the same platform: name one of them by its digest (sha256:");
    assert_opens(&b, digest.ptr, "linux/amd64", &image);
    assert_int_equal(image.layer_count, 1);
    build_end(&b);
}

/* The members of an archive may come in any order, and the archive may be compressed: the image is the same. */
static void the_order_of_members_does_not_matter(void **state)
{
    (void)state;
    struct build b;
    struct image first = { 0 }, image;
    struct error err;
    build_begin(&b);
    build_index(&b, build_image(&b, "amd64", two_layers, 2, ""));
    for (size_t turn = 0; turn < b.count * b.count; turn++) {
        struct build_file moved = b.files[turn % b.count], into = b.files[turn / b.count];
        b.files[turn / b.count] = moved;
        b.files[turn % b.count] = into;
        struct buf tar;
        build_tar(&b, &tar);
        int plain = build_fd(buf_view(&tar)), packed = build_fd(build_gzip(&b, buf_view(&tar)));
        assert_true(open_fd(plain, "", NULL, &b.arena, &image, &err));
        assert_layers(plain, &image, two_layers, 2);
        if (!first.id.len)
            first = image;
        assert_true(str_eq(first.id, image.id) && str_eq(first.manifest_digest, image.manifest_digest));
        struct image inside;
        assert_true(open_fd(packed, "", NULL, &b.arena, &inside, &err));
        assert_int_equal(inside.archive_codec, CODEC_GZIP);
        for (size_t i = 0; i < 2; i++)
            assert_int_equal(inside.layers[i].offset, image.layers[i].offset);
        close(plain);
        close(packed);
        buf_free(&tar);
    }
    build_end(&b);
}

static void of_equal_names_the_last_wins(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    build_begin(&b);
    build_file(&b, "index.json", STR("{\"manifests\":[]}"));
    build_index(&b, build_image(&b, "amd64", two_layers, 2, ""));
    assert_opens(&b, "", NULL, &image);
    build_file(&b, "index.json", STR("{\"manifests\":[]}"));
    assert_refused(&b, "", NULL, "its index lists no image");
    build_end(&b);
}

/* One manifest under two tags is one image with two names. */
static void tags_of_one_manifest_are_joined(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    build_begin(&b);
    const char *one = build_image(&b, "amd64", two_layers, 1, "");
    struct str body = str_head(str_from(one), strlen(one) - 1);
    build_index(&b, arena_printf(&b.arena,
                                 "%s,%.*s,\"annotations\":{\"org.opencontainers.image.ref.name\":\"a:1\"}},%.*s,"
                                 "\"annotations\":{\"org.opencontainers.image.ref.name\":\"a:2\"}}",
                                 one, STR_ARG(body), STR_ARG(body))
                        .ptr);
    assert_opens(&b, "", NULL, &image);
    assert_int_equal(image.repo_tag_count, 2);
    assert_opens(&b, "a:2", NULL, &image);
    assert_str(image.name, "a:2");
    build_end(&b);
}

/* Docker's oldest manifests: layers from the top down, and no config. */
static void a_schema_1_manifest_gives_layers_and_a_config(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    build_begin(&b);
    struct build_blob low = build_blob(&b, two_layers[0]), high = build_blob(&b, two_layers[1]);
    struct str manifest = arena_printf(
        &b.arena,
        "{\"schemaVersion\":1,\"architecture\":\"arm64\",\"fsLayers\":[{\"blobSum\":\"%.*s\"},{\"blobSum\":\"%.*s\"},"
        "{\"blobSum\":\"%.*s\"}],\"history\":["
        "{\"v1Compatibility\":\"{\\\"architecture\\\":\\\"arm64\\\",\\\"os\\\":\\\"linux\\\",\\\"created\\\":\\\"2015-01-02T03:04:05Z\\\","
        "\\\"container_config\\\":{\\\"Cmd\\\":[\\\"/bin/sh\\\",\\\"-c\\\",\\\"echo \\\\\\\"two\\\\\\\"\\\"]}}\"},"
        "{\"v1Compatibility\":\"{\\\"throwaway\\\":true}\"},"
        "{\"v1Compatibility\":\"{\\\"container_config\\\":{\\\"Cmd\\\":[\\\"ADD\\\"]}}\"}]}",
        STR_ARG(high.digest), STR_ARG(high.digest), STR_ARG(low.digest));
    build_index(&b,
                build_descriptor(&b, "application/vnd.docker.distribution.manifest.v1+prettyjws", build_blob(&b, manifest), ""));
    assert_opens(&b, NULL, NULL, &image);
    assert_int_equal(image.layer_count, 2);
    assert_true(str_eq(image.layers[0].digest, low.digest) && str_eq(image.layers[1].digest, high.digest));
    assert_str(image.layers[0].created_by, "ADD");
    assert_str(image.layers[1].created_by, "/bin/sh -c echo \"two\"");
    assert_str(image.platform.arch, "arm64");
    assert_str(image.created, "2015-01-02T03:04:05Z");
    assert_int_equal(image.history_count, 3);
    assert_int_equal(image.warning.len, 0);
    assert_int_equal(image.layers[0].diff_id.len, 0);
    build_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_oci_archive_gives_all_facts),
        cmocka_unit_test(a_classic_archive_follows_links),
        cmocka_unit_test(a_kaniko_archive_has_layer_digests),
        cmocka_unit_test(a_newer_docker_archive_takes_tags_from_manifest_json),
        cmocka_unit_test(references_pick_as_people_write_them),
        cmocka_unit_test(platforms_pick_in_an_index),
        cmocka_unit_test(without_a_platform_the_hosts_or_the_only_one_is_taken),
        cmocka_unit_test(the_order_of_members_does_not_matter),
        cmocka_unit_test(of_equal_names_the_last_wins),
        cmocka_unit_test(a_schema_1_manifest_gives_layers_and_a_config),
        cmocka_unit_test(tags_of_one_manifest_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
