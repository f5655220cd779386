/* containerd's metadata database, made here page by page: which image is meant, damage everywhere, where the database lies, and all
 * of it together over a folder as containerd has it. */
#include "daemon_unit.h"

#include "bolt_write.h"
#include "daemon/containerd.h"

#define HEX_A "aaaa456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX_B "bbbb456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX_C "bbbb99999abcdef00123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX_CONFIG "cccc456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MANIFEST "application/vnd.oci.image.manifest.v1+json"

/* Go's signed varint of a size. */
static struct str varint(uint64_t size)
{
    char bytes[10];
    size_t len = 0;
    for (size <<= 1; size >= 0x80; size >>= 7)
        bytes[len++] = (char)(0x80 | (size & 0x7F));
    bytes[len++] = (char)size;
    return arena_str(&arena, str_make(bytes, len));
}

static void put_image(struct bolt_write *w, const char *namespace, const char *name, const char *hex, uint64_t size)
{
    struct bolt_write_bucket *v1 = bolt_write_sub(w, NULL, "v1"), *space = bolt_write_sub(w, v1, namespace);
    struct bolt_write_bucket *image = bolt_write_sub(w, bolt_write_sub(w, space, "images"), name);
    bolt_write_put(w, image, "createdat", "\1\2\3");
    struct bolt_write_bucket *target = bolt_write_sub(w, image, "target");
    bolt_write_put_view(w, target, STR("digest"), arena_printf(&arena, "sha256:%s", hex));
    bolt_write_put(w, target, "mediatype", MANIFEST);
    bolt_write_put_view(w, target, STR("size"), varint(size));
    bolt_write_put(w, bolt_write_sub(w, target, "annotations"), "digest", "not this one");
}

static void put_images(struct bolt_write *w)
{
    bolt_write_begin(w, 4096);
    bolt_write_put(w, bolt_write_sub(w, NULL, "v1"), "version", "\x06");
    put_image(w, "default", "docker.io/library/nginx:alpine", HEX_A, 1234567);
    put_image(w, "default", "registry.example:5000/team/app:1", HEX_A, 1234567);
    put_image(w, "default", "docker.io/library/app:latest", HEX_B, 63);
    put_image(w, "default", "app:1", HEX_C, 64);
    put_image(w, "default", "import:latest", HEX_C, 64);
    put_image(w, "k8s.io", "sha256:" HEX_CONFIG, HEX_B, 63);
    put_image(w, "k8s.io", "docker.io/library/nginx@sha256:" HEX_B, HEX_B, 63);
    put_image(w, "k8s.io", "docker.io/library/nginx:alpine", HEX_B, 63);
    struct bolt_write_bucket *images = bolt_write_sub(w, bolt_write_sub(w, bolt_write_sub(w, NULL, "v1"), "k8s.io"), "images");
    bolt_write_put(w, bolt_write_sub(w, bolt_write_sub(w, images, "damaged:1"), "target"), "digest",
                   "sha256:../../../etc/passwd");
    bolt_write_put(w, bolt_write_sub(w, images, "empty:1"), "createdat", "x");
    bolt_write_put(w, images, "stray", "value");
    bolt_write_sub(w, bolt_write_sub(w, NULL, "v1"), "moby");
}

struct wanted {
    const char *namespace, *text, *name, *hex; /* NULL: nothing is found */
    bool ambiguous;
};

static const struct wanted table[] = {
    { "default", "nginx:alpine", "docker.io/library/nginx:alpine", HEX_A, false },
    { "k8s.io", "nginx:alpine", "docker.io/library/nginx:alpine", HEX_B, false },
    { "default", "docker.io/library/nginx:alpine", "docker.io/library/nginx:alpine", HEX_A, false },
    { "default", "nginx", NULL, NULL, false },
    { "default", "nginx:alpin", NULL, NULL, false },
    { "default", "nginx:alpine2", NULL, NULL, false },
    { "default", "team/app:1", NULL, NULL, false },
    { "default", "registry.example:5000/team/app:1", "registry.example:5000/team/app:1", HEX_A, false },
    { "default", "app", "docker.io/library/app:latest", HEX_B, false },
    { "default", "app:1", "app:1", HEX_C, false },
    { "default", "import", "import:latest", HEX_C, false },
    { "default", "nginx@sha256:" HEX_A, "docker.io/library/nginx:alpine", HEX_A, false },
    { "default", "nginx@sha256:" HEX_B, NULL, NULL, false },
    { "default", "ngin@sha256:" HEX_A, NULL, NULL, false },
    { "k8s.io", "nginx@sha256:" HEX_B, "docker.io/library/nginx@sha256:" HEX_B, HEX_B, false },
    { "default", "sha256:" HEX_A, NULL, HEX_A, false },
    { "default", "aaaa45", NULL, HEX_A, false },
    { "default", "aaa", NULL, NULL, false },
    { "default", "bbbb", NULL, NULL, true },
    { "default", "bbbb9", NULL, HEX_C, false },
    { "k8s.io", "cccc4567", "sha256:" HEX_CONFIG, HEX_B, false },
    { "k8s.io", HEX_CONFIG, "sha256:" HEX_CONFIG, HEX_B, false },
    { "k8s.io", "damaged:1", NULL, NULL, false },
    { "k8s.io", "empty:1", NULL, NULL, false },
    { "k8s.io", "stray", NULL, NULL, false },
    { "moby", "nginx:alpine", NULL, NULL, false },
    { "none", "nginx:alpine", NULL, NULL, false },
    { "version", "nginx:alpine", NULL, NULL, false },
};

static void images_are_found(void **state)
{
    (void)state;
    struct bolt_write w;
    struct error err = { 0 };
    put_images(&w);
    struct str file = bolt_write_end(&w);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct daemon_name name;
        struct containerd_image image = { 0 };
        bool found, ambiguous;
        assert_true(daemon_name_parse(str_from(table[i].text), &arena, &name, &err));
        if (!containerd_find(file, str_from(table[i].namespace), &name, &arena, &image, &found, &ambiguous, &err))
            fail_msg("%s: %s", table[i].text, err.text);
        assert_int_equal(ambiguous, table[i].ambiguous);
        if (found != (table[i].hex != NULL))
            fail_msg("%s in %s: found %d", table[i].text, table[i].namespace, found);
        if (table[i].name)
            assert_str(image.record.name, table[i].name);
        if (found)
            assert_str(str_skip(image.record.digest, 7), table[i].hex);
        if (found)
            assert_str(image.record.media_type, MANIFEST);
    }
    bolt_write_free(&w);
}

static void names_and_sizes(void **state)
{
    (void)state;
    struct bolt_write w;
    struct error err = { 0 };
    struct daemon_name name;
    struct containerd_image image;
    bool found, ambiguous;
    put_images(&w);
    struct str file = bolt_write_end(&w);
    assert_true(daemon_name_parse(STR("nginx:alpine"), &arena, &name, &err));
    assert_true(containerd_find(file, STR("default"), &name, &arena, &image, &found, &ambiguous, &err));
    assert_int_equal(image.record.size_bytes, 1234567);
    assert_int_equal(image.names.tag_count, 2);
    assert_str(image.names.tags[1], "registry.example:5000/team/app:1");
    assert_int_equal(image.names.digest_count, 0);
    assert_str(
        image_index_text(image.record.media_type, image.record.digest, image.record.size_bytes, image.record.name, &arena),
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[{\"mediaType\":\"" MANIFEST
        "\",\"digest\":\"sha256:" HEX_A "\",\"size\":1234567,\"annotations\":{\"io.containerd.image.name\":"
        "\"docker.io/library/nginx:alpine\"}}]}");
    assert_true(containerd_find(file, STR("k8s.io"), &name, &arena, &image, &found, &ambiguous, &err));
    assert_int_equal(image.record.size_bytes, 63);
    assert_int_equal(image.names.tag_count, 1); /* "sha256:…" is no name */
    assert_int_equal(image.names.digest_count, 1);
    bolt_write_free(&w);
}

static void find_in_damaged(struct str file)
{
    struct error err = { 0 };
    struct daemon_name name;
    struct containerd_image image;
    bool found, ambiguous;
    struct arena_mark mark = arena_mark(&arena);
    assert_true(daemon_name_parse(STR("nginx:alpine"), &arena, &name, &err));
    if (!containerd_find(file, STR("k8s.io"), &name, &arena, &image, &found, &ambiguous, &err))
        assert_int_not_equal(err.kind, ERROR_NONE);
    arena_reset(&arena, mark);
}

/* Copies have the size of the damaged file, so that a read behind its end is found out. */
static void damage_is_no_crash(void **state)
{
    (void)state;
    struct bolt_write w;
    put_images(&w);
    struct str file = bolt_write_end(&w);
    for (size_t i = 0; i < file.len; i++) {
        if (file.ptr[i] == 0 && i % 7)
            continue;
        char *copy = malloc(file.len);
        memcpy(copy, file.ptr, file.len);
        copy[i] = (char)(copy[i] ^ (1 << (i % 8)));
        find_in_damaged(str_make(copy, file.len));
        free(copy);
    }
    for (size_t len = 0; len < file.len; len += 61) {
        char *copy = malloc(len + 1);
        memcpy(copy, file.ptr, len);
        find_in_damaged(str_make(copy, len));
        free(copy);
    }
    bolt_write_free(&w);
}

static void roots_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *root, *address, *config, *first;
        size_t count;
    } rows[] = {
        { "/my/root/", "", "root = '/x'", "/my/root", 1 },
        { "", "", "", "/var/lib/containerd", 7 },
        { "", "", "version = 2\nroot = \"/data/ctd\"\n[grpc]\n  root = \"/no\"\n", "/data/ctd", 7 },
        { "", "", "root = 7", "/var/lib/containerd", 7 },
        { "", "", "not toml", "/var/lib/containerd", 7 },
        { "", "/run/k3s/containerd/containerd.sock", "", "/var/lib/rancher/k3s/agent/containerd", 2 },
        { "", "unix:///run/docker/containerd/containerd.sock", "", "/var/lib/docker/containerd/daemon", 1 },
        { "", "/run/containerd/containerd.sock", "root = '/x'", "/x", 7 },
        { "", "/run/user/1000/containerd/containerd.sock", "", "/data/containerd", 1 },
    };
    setenv("XDG_DATA_HOME", "/data", 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct daemon_options options = { .containerd_root = str_from(rows[i].root),
                                          .containerd_address = str_from(rows[i].address) };
        struct containerd_roots roots;
        struct error err = { 0 };
        assert_true(containerd_find_roots(&options, str_from(rows[i].config), &arena, &roots, &err));
        assert_str(roots.items[0], rows[i].first);
        assert_int_equal(roots.count, rows[i].count);
    }
    unsetenv("XDG_DATA_HOME");
    struct daemon_options options = { 0 };
    struct containerd_roots roots;
    struct error err = { 0 };
    assert_true(containerd_find_roots(&options, STR(""), &arena, &roots, &err));
    assert_true(str_ends(roots.items[1], "/.local/share/containerd"));
}

static bool search(struct daemon_options options, const char *name, struct image_source *source, struct str *why)
{
    struct error err = { 0 };
    bool found = false;
    options.containerd_root = str_from(home);
    if (!daemon_containerd(&options, str_from(name), &arena, source, &found, why, &err))
        fail_msg("%s: %s", name, err.text);
    return found;
}

static void a_whole_folder(void **state)
{
    (void)state;
    struct bolt_write w;
    struct image_source source;
    struct str why;
    struct daemon_options options = { 0 };
    assert_false(search(options, "nginx:alpine", &source, &why));
    assert_true(str_starts(why, "no content store at /"));
    put_images(&w);
    daemon_put("io.containerd.metadata.v1.bolt/meta.db", bolt_write_end(&w));
    bolt_write_free(&w);
    assert_false(search(options, "nginx:alpine", &source, &why));
    assert_true(str_contains(why, "has not its contents"));
    const char *blob = daemon_put("io.containerd.content.v1.content/blobs/sha256/" HEX_A, STR("{}"));
    assert_true(search(options, "nginx:alpine", &source, &why));
    assert_string_equal(source.kind, "containerd");
    assert_str(source.name, "nginx:alpine");
    assert_str(source.id, "sha256:" HEX_A);
    assert_true(str_starts(str_from(blob), source.folder));
    assert_true(str_contains(source.index_json, HEX_A));
    assert_int_equal(source.repo_tag_count, 2);
    daemon_close(&source);
    daemon_put("io.containerd.content.v1.content/blobs/sha256/" HEX_B, STR("{}"));
    assert_true(search(options, "cccc45", &source, &why)); /* of the second namespace */
    assert_str(source.name, "nginx:alpine");
    setenv("CONTAINERD_NAMESPACE", "k8s.io", 1);
    assert_true(search(options, "nginx:alpine", &source, &why));
    assert_str(source.id, "sha256:" HEX_B);
    setenv("CONTAINERD_NAMESPACE", "moby", 1);
    assert_false(search(options, "nginx:alpine", &source, &why));
    assert_true(str_ends(why, "has no image nginx:alpine (namespace moby)"));
    unsetenv("CONTAINERD_NAMESPACE");
    assert_false(search(options, "bbbb", &source, &why));
    assert_true(str_contains(why, "several images"));
}

static void a_damaged_database_is_an_error(void **state)
{
    (void)state;
    struct daemon_options options = { .containerd_root = str_from(home) };
    struct image_source source;
    struct error err = { 0 };
    struct str why;
    bool found;
    daemon_put("io.containerd.metadata.v1.bolt/meta.db", STR("no database"));
    assert_false(daemon_containerd(&options, STR("nginx"), &arena, &source, &found, &why, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_true(str_starts(str_from(err.text), "containerd: /") && str_contains(str_from(err.text), "meta.db: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(images_are_found, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(names_and_sizes, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(damage_is_no_crash, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(roots_in_order, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(a_whole_folder, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(a_damaged_database_is_an_error, daemon_setup, daemon_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
