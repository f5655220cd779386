/* Who needs whom: graphs of packages, ways through them, what only development needs, what manifests declare. */
#include "unit.h"

#include "catalog/kinds.h"

static const struct catalog_kind lock_kind = { .name = "lock", .scheme = "semver", .is_lock = true };
static const struct catalog_kind manifest_kind = { .name = "manifest", .scheme = "semver" };
static const struct catalog_kind os_kind = { .name = "os", .scheme = "dpkg", .is_os = true };

static struct package make(const char *path, const char *name, const char *depends)
{
    return (struct package){ .kind = &lock_kind,
                             .path = str_from(path),
                             .name = str_from(name),
                             .version = STR("1"),
                             .id = str_from(name),
                             .depends = str_from(depends) };
}

static bool leads(const struct catalog_graph *graph, size_t from, size_t to)
{
    for (uint32_t e = graph->first[from]; e < graph->first[from + 1]; e++)
        if (graph->targets[e] == to)
            return true;
    return false;
}

static void edges_stay_within_a_lock_file(void **state)
{
    (void)state;
    struct arena arena;
    struct catalog_graph graph, reversed;
    arena_init(&arena, "graph", 1 << 20);
    struct package packages[] = { make("x/lock", "a", "b\nc\nmissing"), make("x/lock", "b", "c"), make("x/lock", "c", "a"),
                                  make("y/lock", "b", "") };
    assert_true(catalog_graph_build(packages, ARRAY_LEN(packages), &arena, &graph));
    assert_int_equal(graph.first[ARRAY_LEN(packages)], 4);
    assert_true(leads(&graph, 0, 1) && leads(&graph, 0, 2) && leads(&graph, 1, 2) && leads(&graph, 2, 0));
    assert_true(catalog_graph_reverse(&graph, &arena, &reversed));
    for (size_t i = 0; i < ARRAY_LEN(packages); i++)
        for (size_t k = 0; k < ARRAY_LEN(packages); k++)
            assert_int_equal(leads(&graph, i, k), leads(&reversed, k, i));
    arena_free(&arena);
}

static void os_packages_find_what_others_provide(void **state)
{
    (void)state;
    struct arena arena;
    struct catalog_graph graph;
    arena_init(&arena, "graph", 1 << 20);
    struct package packages[] = { { .kind = &os_kind, .name = STR("curl"), .depends = STR("so:libz.so.1\nmusl") },
                                  { .kind = &os_kind, .name = STR("zlib"), .provides = STR("so:libz.so.1=1.3.1 cmd:z=1") },
                                  { .kind = &os_kind, .name = STR("musl"), .provides = STR("zlib=9") } };
    assert_true(catalog_graph_build(packages, ARRAY_LEN(packages), &arena, &graph));
    assert_true(leads(&graph, 0, 1) && leads(&graph, 0, 2));
    arena_free(&arena);
}

static void paths_are_short_and_start_at_what_was_asked_for(void **state)
{
    (void)state;
    struct arena arena;
    struct catalog_graph graph;
    uint32_t *via = NULL;
    arena_init(&arena, "graph", 1 << 20);
    struct package packages[] = { make("l", "a", "b"), make("l", "b", "c"), make("l", "c", "d"), make("l", "d", ""),
                                  make("l", "e", "d"), make("l", "f", "g"), make("l", "g", "f") };
    packages[0].relation = packages[4].relation = RELATION_DIRECT;
    for (size_t i = 5; i < ARRAY_LEN(packages); i++)
        packages[i].relation = RELATION_INDIRECT;
    assert_true(catalog_graph_build(packages, ARRAY_LEN(packages), &arena, &graph) && catalog_graph_paths(&graph, &arena, &via));
    assert_int_equal(via[0], 0);
    assert_int_equal(via[1], 0);
    assert_int_equal(via[2], 1);
    assert_int_equal(via[3], 4);
    assert_true(via[5] == UINT32_MAX && via[6] == UINT32_MAX); /* a circle that nobody asked for */
    arena_free(&arena);
}

static void the_manifest_tells_direct_from_indirect_and_development(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "graph", 1 << 20);
    struct package packages[] = { make("x/lock", "a", "c"), make("x/lock", "b", "c\nd"), make("x/lock", "c", ""),
                                  make("x/lock", "d", ""), make("y/lock", "a", "") };
    struct catalog_declared declared[] = { { &manifest_kind, STR("x/manifest"), STR("a"), STR(""), STR(""), false },
                                           { &manifest_kind, STR("x/manifest"), STR("b"), STR(""), STR("dev"), true },
                                           { &manifest_kind, STR("z/manifest"), STR("a"), STR(""), STR("dev"), true },
                                           { &lock_kind, STR("y/manifest"), STR("a"), STR(""), STR("dev"), true } };
    struct catalog_facts facts = { .arena = &arena,
                                   .packages = packages,
                                   .package_count = ARRAY_LEN(packages),
                                   .declared = declared,
                                   .declared_count = ARRAY_LEN(declared) };
    assert_true(catalog_settle_declared(&facts, &manifest_kind, NULL, true));
    const struct {
        enum package_relation relation;
        bool dev;
    } wanted[] = { { RELATION_DIRECT, false },
                   { RELATION_DIRECT, true },
                   { RELATION_INDIRECT, false },
                   { RELATION_INDIRECT, true },
                   { RELATION_UNKNOWN, false } };
    for (size_t i = 0; i < ARRAY_LEN(packages); i++) {
        assert_int_equal(packages[i].relation, wanted[i].relation);
        assert_int_equal(packages[i].dev, wanted[i].dev);
    }
    arena_free(&arena);
}

static void a_full_arena_is_no_crash(void **state)
{
    (void)state;
    struct package packages[] = { make("x/lock", "a", "b\nc"), make("x/lock", "b", "a"), make("x/lock", "c", "a") };
    for (size_t room = 0; room < 4096; room += 64) {
        struct arena arena;
        struct catalog_graph graph;
        uint32_t *via;
        arena_init(&arena, "graph", room);
        if (catalog_graph_build(packages, ARRAY_LEN(packages), &arena, &graph))
            catalog_graph_paths(&graph, &arena, &via);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_stay_within_a_lock_file),
        cmocka_unit_test(os_packages_find_what_others_provide),
        cmocka_unit_test(paths_are_short_and_start_at_what_was_asked_for),
        cmocka_unit_test(the_manifest_tells_direct_from_indirect_and_development),
        cmocka_unit_test(a_full_arena_is_no_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
