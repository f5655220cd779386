/* Images that somebody hands out: the same image as an archive file, from a fake registry (documents and layers) and from a fake
 * engine (a whole archive through a pipe) gives the same inventory; what the other side does wrong is one error. */
#include "image_build.h"

#include "scan/scan.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>

/* ---- an image of two layers ------------------------------------------------------------------------------------------------ */

static const char status[] = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n"
                             "Package: curl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.88-1\n\n";

struct world {
    struct build build;
    struct buf tar;
    struct str index_json, layers[2];
    int fd;
    char path[64];
    /* what the fakes do wrong */
    bool cut, corrupt, no_blob, fail;
    unsigned documents, layer_bytes;
};

static struct str layer_tar(struct build *b, const char *path, const char *text)
{
    struct buf tar;
    buf_init(&tar, 1 << 20);
    tar_write_entry(&tar, path, TAR_WRITE_FILE, "", str_from(text));
    tar_write_end(&tar);
    struct str copy = arena_str(&b->arena, buf_view(&tar));
    buf_free(&tar);
    return copy;
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    signal(SIGPIPE, SIG_IGN);
    build_begin(&w->build);
    w->layers[0] = layer_tar(&w->build, "var/lib/dpkg/status", status);
    w->layers[1] = layer_tar(&w->build, "usr/lib/node_modules/x/package.json", "{\"name\":\"x\",\"version\":\"1.2.3\"}");
    const char *manifest = build_image(&w->build, "amd64", w->layers, 2, "");
    w->index_json = arena_printf(&w->build.arena, "{\"schemaVersion\":2,\"manifests\":[%s]}", manifest);
    build_file(&w->build, "index.json", w->index_json);
    build_file(&w->build, "oci-layout", STR("{\"imageLayoutVersion\":\"1.0.0\"}"));
    buf_init(&w->tar, 8 << 20);
    for (size_t i = 0; i < w->build.count; i++)
        tar_write_entry(&w->tar, w->build.files[i].path, w->build.files[i].type, "", w->build.files[i].text);
    tar_write_end(&w->tar);
    snprintf(w->path, sizeof w->path, "/tmp/drydock-source-XXXXXX");
    w->fd = mkstemp(w->path);
    struct error err = { 0 };
    assert_true(w->fd >= 0 && file_write_all(w->fd, w->tar.ptr, w->tar.len, &err));
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    close(w->fd);
    unlink(w->path);
    buf_free(&w->tar);
    build_end(&w->build);
    free(w);
    return 0;
}

/* ---- the fakes -------------------------------------------------------------------------------------------------------------- */

static const struct build_file *find_blob(const struct world *w, struct str digest)
{
    for (size_t i = 0; i < w->build.count; i++)
        if (str_eq(path_base(str_from(w->build.files[i].path)), str_skip(digest, strlen("sha256:"))))
            return &w->build.files[i];
    return NULL;
}

static bool document(void *context, struct str path, size_t max_bytes, struct arena *arena, struct str *out, bool *found,
                     struct error *err)
{
    struct world *w = context;
    assert_true(max_bytes > 0);
    w->documents++;
    if (w->fail)
        return error_set(err, ERROR_NETWORK, "registry.example says: no");
    *found = true;
    if (str_is(path, "index.json")) {
        *out = w->index_json;
        return true;
    }
    const struct build_file *file = find_blob(w, path_base(path));
    *found = file && !w->no_blob;
    if (*found) {
        *out = arena_str(arena, file->text);
        if (w->corrupt)
            ((char *)(uintptr_t)out->ptr)[out->len - 1] ^= 1;
    }
    return true;
}

static bool send_bytes(int fd, struct str bytes, _Atomic uint64_t *progress, struct error *err)
{
    if (!file_write_all(fd, bytes.ptr, bytes.len, err)) {
        *err = (struct error){ 0 };
        return errno == EPIPE;
    }
    if (progress)
        atomic_fetch_add(progress, bytes.len);
    return true;
}

static bool layer(void *context, const struct image_layer *layer, int fd, _Atomic uint64_t *progress, struct error *err)
{
    struct world *w = context;
    const struct build_file *file = find_blob(w, layer->digest);
    if (!file)
        return error_set(err, ERROR_NETWORK, "no such blob");
    if (!w->cut)
        return send_bytes(fd, file->text, progress, err);
    return send_bytes(fd, str_head(file->text, 700), progress, err) &&
           error_set(err, ERROR_NETWORK, "registry.example cut the stream after 700 bytes");
}

static bool archive(void *context, int fd, _Atomic uint64_t *progress, struct error *err)
{
    struct world *w = context;
    if (w->cut)
        return send_bytes(fd, str_head(buf_view(&w->tar), 3000), progress, err) &&
               error_set(err, ERROR_NETWORK, "the engine left");
    return send_bytes(fd, buf_view(&w->tar), progress, err);
}

static bool container(void *context, int fd, _Atomic uint64_t *progress, struct error *err)
{
    struct world *w = context;
    struct str root = layer_tar(&w->build, "var/lib/dpkg/status",
                                "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n"
                                "Package: nano\nStatus: install ok installed\nArchitecture: amd64\nVersion: 7.2-1\n\n");
    return send_bytes(fd, root, progress, err);
}

static struct image_source registry_of(struct world *w)
{
    return (struct image_source){
        .kind = "remote", .name = STR("registry.example/app:1"), .context = w, .document = document, .layer = layer
    };
}

static struct image_source engine_of(struct world *w)
{
    return (
        struct image_source){ .kind = "docker", .name = STR("app:1"), .id = STR("sha256:1"), .context = w, .archive = archive };
}

/* ---- comparing -------------------------------------------------------------------------------------------------------------- */

static void assert_same(const struct inventory *a, const struct inventory *b)
{
    assert_int_equal(a->package_count, b->package_count);
    for (size_t i = 0; i < a->package_count; i++) {
        assert_true(str_eq(a->packages[i].name, b->packages[i].name));
        assert_true(str_eq(a->packages[i].version, b->packages[i].version));
        assert_true(str_eq(a->packages[i].path, b->packages[i].path));
        assert_int_equal(a->packages[i].layer, b->packages[i].layer);
    }
    assert_int_equal(a->layer_count, b->layer_count);
    for (size_t i = 0; i < a->layer_count; i++) {
        assert_true(str_eq(a->layers[i].digest, b->layers[i].digest));
        assert_true(a->layers[i].verified && b->layers[i].verified);
    }
    assert_true(str_eq(a->image.id, b->image.id));
}

static void assert_same_as_file(struct world *w, const struct image_source *source)
{
    struct scan_options options = { .parallel = 2 };
    struct inventory file, other;
    struct error err = { 0 };
    assert_true(scan_image(w->path, &options, &file, &err));
    assert_int_equal(file.package_count, 3);
    bool ok = scan_image_source(source, &options, &other, &err);
    if (!ok)
        fail_msg("%s", err.text);
    assert_same(&file, &other);
    inventory_free(&file);
    inventory_free(&other);
}

static void a_registry_gives_what_its_archive_gives(void **state)
{
    struct image_source source = registry_of(*state);
    assert_same_as_file(*state, &source);
}

static void an_engine_gives_what_its_archive_gives(void **state)
{
    struct image_source source = engine_of(*state);
    assert_same_as_file(*state, &source);
}

/* Bytes that nobody finds */
static void assert_fails(struct image_source source, const char *words)
{
    struct scan_options options = { .parallel = 2 };
    struct inventory inventory;
    struct error err = { 0 };
    assert_false(scan_image_source(&source, &options, &inventory, &err));
    if (!strstr(err.text, words))
        fail_msg("%s", err.text);
}

static void the_side_that_hands_out_tells_why_it_failed(void **state)
{
    struct world *w = *state;
    w->fail = true;
    assert_fails(registry_of(w), "registry.example says: no");
    w->fail = false;
    w->cut = true;
    assert_fails(registry_of(w), "registry.example cut the stream after 700 bytes");
    assert_fails(engine_of(w), "the engine left");
    w->cut = false;
    w->corrupt = true;
    assert_fails(registry_of(w), "does not have that digest");
    w->corrupt = false;
    w->no_blob = true;
    assert_fails(registry_of(w), "not");
}

static void layers_are_held_to_their_digests(void **state)
{
    struct world *w = *state;
    ((char *)(uintptr_t)w->layers[0].ptr)[1000] ^= 1; /* the padding of the first member */
    for (size_t i = 0; i < w->build.count; i++)
        if (w->build.files[i].text.len == w->layers[0].len && w->build.files[i].text.ptr == w->layers[0].ptr)
            assert_fails(registry_of(w), "its bytes give sha256:");
    struct str wanted = w->layers[0];
    for (size_t at = 0; at + wanted.len <= w->tar.len; at += 512)
        if (memcmp(w->tar.ptr + at, wanted.ptr, 600) == 0)
            w->tar.ptr[at + 1000] ^= 1;
    assert_fails(engine_of(w), "its bytes give sha256:");
}

static void a_container_hides_what_its_image_had(void **state)
{
    struct image_source source = engine_of(*state);
    struct scan_options options = { .parallel = 2 };
    struct inventory inventory;
    struct error err = { 0 };
    source.container = container;
    if (!scan_image_source(&source, &options, &inventory, &err))
        fail_msg("%s", err.text);
    assert_int_equal(inventory.package_count, 2);
    assert_str(inventory.packages[0].name, "bash");
    assert_int_equal(inventory.packages[0].layer, 0); /* it came with the image */
    assert_str(inventory.packages[1].name, "nano");
    assert_int_equal(inventory.packages[1].layer, 2);
    inventory_free(&inventory);
}

static void what_there_is_can_be_listed(void **state)
{
    struct image_source source = registry_of(*state);
    struct scan_options options = { 0 };
    struct arena arena;
    struct image_choice *choices;
    size_t count;
    struct error err = { 0 };
    arena_init(&arena, "test", 1 << 20);
    assert_true(scan_source_choices(&source, &options, &arena, &choices, &count, &err));
    assert_int_equal(count, 1);
    assert_str(choices[0].platform.arch, "amd64");
    arena_free(&arena);
}

static void what_was_seen_is_not_fetched_again(void **state)
{
    struct world *w = *state;
    struct image_source registry = registry_of(w), engine = engine_of(w);
    struct error err = { 0 };
    struct inventory first, again;
    char folder[] = "/tmp/drydock-cache-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct cache *cache = cache_open(folder, 0, &err);
    struct scan_options options = { .parallel = 2, .cache = cache };
    assert_true(scan_image_source(&registry, &options, &first, &err));
    unsigned asked = w->documents;
    w->cut = true; /* no layer comes any more */
    assert_true(scan_image_source(&registry, &options, &again, &err));
    assert_int_equal(w->documents, asked + 1); /* where the tag leads now */
    assert_int_equal(first.package_count, again.package_count);
    assert_true(first.layers[0].verified && !again.layers[0].verified && again.layers[0].remembered);
    inventory_free(&first);
    inventory_free(&again);
    w->cut = false;
    assert_true(scan_image_source(&engine, &options, &first, &err));
    w->cut = true;
    assert_true(scan_image_source(&engine, &options, &again, &err));
    assert_int_equal(first.package_count, again.package_count);
    inventory_free(&first);
    inventory_free(&again);
    uint64_t removed, bytes;
    assert_true(cache_prune(cache, 0, INT64_MIN, &removed, &bytes, &err));
    assert_false(scan_image_source(&engine, &options, &again, &err));
    cache_close(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_registry_gives_what_its_archive_gives, setup, teardown),
        cmocka_unit_test_setup_teardown(an_engine_gives_what_its_archive_gives, setup, teardown),
        cmocka_unit_test_setup_teardown(the_side_that_hands_out_tells_why_it_failed, setup, teardown),
        cmocka_unit_test_setup_teardown(layers_are_held_to_their_digests, setup, teardown),
        cmocka_unit_test_setup_teardown(a_container_hides_what_its_image_had, setup, teardown),
        cmocka_unit_test_setup_teardown(what_there_is_can_be_listed, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_seen_is_not_fetched_again, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
