/* The flat form of a layer's inventory: what was put in comes out, and damage is refused. */
#include "unit.h"

#include "scan/layer.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, "test", 64 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void put(struct layer_collector *c, const char *path, enum tar_type type, const char *link, const char *content)
{
    struct error err = { 0 };
    struct str text = str_from(content ? content : "");
    struct tar_entry entry = { .path = str_from(path), .link = str_from(link ? link : ""), .type = type, .size_bytes = text.len };
    struct stream *s = stream_memory(text, &err);
    assert_true(layer_collect(c, &entry, s, &err));
    stream_close(s);
}

static void sample(struct layer_collector *c)
{
    struct error err = { 0 };
    assert_true(layer_collector_init(c, NULL, 0, -1, 0, &err));
    put(c, "etc/os-release", TAR_FILE, NULL, "ID=debian\nVERSION_ID=12\n");
    put(c, "var/lib/dpkg/status", TAR_FILE, NULL,
        "Package: a\nStatus: install ok installed\nArchitecture: amd64\nSource: s (2)\nVersion: 1-1\n\n");
    put(c, "bin", TAR_SYMLINK, "usr/bin", NULL);
    put(c, "opt", TAR_DIR, NULL, NULL);
    put(c, "opt/.wh.gone", TAR_FILE, NULL, NULL);
    put(c, "srv/.wh..wh..opq", TAR_FILE, NULL, NULL);
    put(c, "n/node_modules/x/package.json", TAR_HARDLINK, "store/1", NULL);
    layer_collect_end(c);
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    struct layer_collector c;
    struct layer_inventory out;
    struct error err = { 0 };
    struct buf flat;
    bool is_folder;
    sample(&c);
    buf_init(&flat, 1 << 20);
    assert_true(layer_encode(&c.layer, &flat));
    assert_true(layer_decode(buf_view(&flat), &arena, &out, &err));
    assert_int_equal(out.facts.package_count, 1);
    assert_str(out.facts.packages[0].name, "a");
    assert_str(out.facts.packages[0].source_name, "s");
    assert_str(out.facts.packages[0].source_version, "2");
    assert_int_equal(out.facts.distro_count, 1);
    assert_int_equal(out.file_total, 2);
    assert_str(out.files[1].real, "var/lib/dpkg/status");
    assert_int_equal(out.files[1].packages.count, 1);
    assert_int_equal(out.link_count, 2);
    assert_str(out.links[0].target, "usr/bin");
    assert_true(out.links[1].hard);
    assert_int_equal(out.mark_count, 2);
    assert_str(out.marks[0].path, "opt/gone");
    assert_true(out.marks[1].opaque);
    assert_true(layer_has(&out, STR("opt"), &is_folder) && is_folder);
    assert_true(layer_has(&out, STR("bin"), &is_folder) && !is_folder);
    assert_false(layer_has(&out, STR("opt/gone"), &is_folder));
    buf_free(&flat);
    layer_collector_free(&c);
}

/* Of many members of one name only the last counts, and finding that out takes no longer for the last than for the second. */
static void the_last_of_equal_names_wins(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    struct layer_collector c;
    struct error err = { 0 };
    char text[64];
    assert_true(layer_collector_init(&c, NULL, 0, -1, 0, &err));
    for (unsigned i = 0; i < COUNT; i++) {
        snprintf(text, sizeof text, "{\"name\":\"a\",\"version\":\"1.0.%u\"}", i);
        put(&c, "node_modules/a/package.json", TAR_FILE, NULL, text);
    }
    assert_int_equal(c.layer.file_total, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(c.layer.files[i].dropped, i + 1 < COUNT);
    layer_collector_free(&c);
}

/* Links by the thousand to one large file: some are read, then one warning says that no more are. */
static void links_to_large_files_have_a_limit(void **state)
{
    (void)state;
    enum { LINKS = 200, SIZE = 3 << 20 };
    struct layer_collector c;
    struct layer_alias aliases[LINKS];
    struct error err = { 0 };
    for (size_t i = 0; i < LINKS; i++)
        aliases[i] =
            (struct layer_alias){ .real = STR("store/a"), .path = arena_printf(&arena, "n%zu/node_modules/a/package.json", i) };
    char *text = arena_alloc(&arena, SIZE + 1);
    assert_non_null(text);
    snprintf(text, SIZE + 1, "{\"name\":\"a\",\"version\":\"1.0.0\"}%*s", SIZE - 31, "");
    assert_true(layer_collector_init(&c, aliases, LINKS, -1, 0, &err));
    put(&c, "store/a", TAR_FILE, NULL, text);
    assert_in_range(c.layer.facts.package_count, 100, LINKS - 1);
    assert_int_equal(c.layer.facts.warning_count, 1);
    layer_collector_free(&c);
}

/* Every text of a decoded inventory must lie in its bytes: reading them all is what a sanitizer would catch. */
static uint64_t read_all(const struct layer_inventory *layer)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < layer->file_total; i++) {
        sum += str_hash(layer->files[i].real) + str_hash(layer->files[i].path);
        for (uint32_t k = 0; k < layer->files[i].packages.count; k++)
            sum += str_hash(layer->facts.packages[layer->files[i].packages.first + k].name);
    }
    for (size_t i = 0; i < layer->facts.package_count; i++)
        sum += str_hash(layer->facts.packages[i].version) + (layer->facts.packages[i].kind != NULL);
    for (size_t i = 0; i < layer->link_count; i++)
        sum += str_hash(layer->links[i].target);
    return sum;
}

static void damage_is_refused_or_harmless(void **state)
{
    (void)state;
    struct layer_collector c;
    struct layer_inventory out;
    struct error err = { 0 };
    struct buf flat;
    uint64_t sum = 0;
    sample(&c);
    buf_init(&flat, 1 << 20);
    assert_true(layer_encode(&c.layer, &flat));
    for (size_t cut = 0; cut < flat.len; cut++) {
        struct arena_mark mark = arena_mark(&arena);
        if (layer_decode(str_make(flat.ptr, cut), &arena, &out, &err))
            sum += read_all(&out);
        arena_reset(&arena, mark);
    }
    for (size_t at = 0; at < flat.len; at++)
        for (int bit = 0; bit < 8; bit += 3) {
            struct arena_mark mark = arena_mark(&arena);
            flat.ptr[at] = (char)(flat.ptr[at] ^ (1 << bit));
            if (layer_decode(buf_view(&flat), &arena, &out, &err))
                sum += read_all(&out);
            flat.ptr[at] = (char)(flat.ptr[at] ^ (1 << bit));
            arena_reset(&arena, mark);
        }
    assert_true(sum != 0);
    buf_free(&flat);
    layer_collector_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_goes_in_comes_out, setup, teardown),
        cmocka_unit_test_setup_teardown(the_last_of_equal_names_wins, setup, teardown),
        cmocka_unit_test_setup_teardown(links_to_large_files_have_a_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_is_refused_or_harmless, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
