/* Lock files beside what is installed. */
#include "unit.h"

#include "scan/layer.h"

static const struct catalog_kind npm_lock = { .name = "npm", .ecosystem = "npm", .is_lock = true };
static const struct catalog_kind cargo_lock = { .name = "cargo", .ecosystem = "cargo", .is_lock = true, .lock_counts = true };
static const struct catalog_kind pip_lock = { .name = "poetry", .ecosystem = "pip", .is_lock = true };
static const struct catalog_kind node = { .name = "node-pkg", .ecosystem = "npm", .title = "Node.js" };
static const struct catalog_kind python = { .name = "python-pkg", .ecosystem = "pip", .title = "Python" };
static const struct catalog_kind jar = { .name = "jar", .ecosystem = "maven", .title = "Java" };

#define PACKAGE(k, p, n, v, ...)                                                                    \
    (struct package)                                                                                \
    {                                                                                               \
        .kind = &(k), .path = STR_INIT(p), .name = STR_INIT(n), .version = STR_INIT(v), __VA_ARGS__ \
    }

/* Weighs copies of the packages; the inventory's arena is the caller's to free. */
static struct inventory weigh(const struct package *packages, size_t count, bool is_source_tree)
{
    struct inventory inventory = { 0 };
    struct error err = { 0 };
    arena_init(&inventory.arena, "inventory", 1 << 20);
    inventory.packages = arena_array(&inventory.arena, count, sizeof *packages);
    memcpy(inventory.packages, packages, count * sizeof *packages);
    inventory.package_count = count;
    assert_true(inventory_weigh_locks(&inventory, is_source_tree, &err));
    return inventory;
}

static void an_installed_lock_is_not_listed_again(void **state)
{
    (void)state;
    const struct package packages[] = {
        PACKAGE(npm_lock, "app/package-lock.json", "a", "1", .relation = RELATION_DIRECT),
        PACKAGE(npm_lock, "app/package-lock.json", "b", "1", .relation = RELATION_INDIRECT),
        PACKAGE(npm_lock, "app/package-lock.json", "test", "1", .dev = true),
        PACKAGE(npm_lock, "app/package-lock.json", "test2", "1", .dev = true),
        PACKAGE(npm_lock, "app/package-lock.json", "app", "1", .relation = RELATION_ROOT),
        PACKAGE(node, "app/node_modules/a/package.json", "a", "1", .dev = false),
        PACKAGE(node, "app/node_modules/b/package.json", "b", "1", .dev = false),
        PACKAGE(npm_lock, "other/package-lock.json", "a", "1", .dev = false),
        PACKAGE(npm_lock, "other/package-lock.json", "x", "2", .dev = false),
        PACKAGE(npm_lock, "other/package-lock.json", "y", "3", .dev = false),
        PACKAGE(cargo_lock, "Cargo.lock", "serde", "1", .dev = false),
    };
    struct inventory inventory = weigh(packages, ARRAY_LEN(packages), false);
    assert_int_equal(inventory.package_count, 6);
    for (size_t i = 0; i < inventory.package_count; i++) {
        const struct package *p = &inventory.packages[i];
        assert_false(str_is(p->path, "app/package-lock.json"));
        assert_int_equal(p->locked_only, str_is(p->path, "other/package-lock.json"));
    }
    arena_free(&inventory.arena);
}

static void names_are_compared_loosely(void **state)
{
    (void)state;
    const struct package packages[] = {
        PACKAGE(pip_lock, "poetry.lock", "zope-interface", "5.0", .dev = false),
        PACKAGE(python, "lib/METADATA", "Zope.Interface", "5.0", .dev = false),
    };
    struct inventory inventory = weigh(packages, ARRAY_LEN(packages), false);
    assert_int_equal(inventory.package_count, 1);
    assert_ptr_equal(inventory.packages[0].kind, &python);
    arena_free(&inventory.arena);
}

static void in_a_source_tree_the_lock_is_the_truth(void **state)
{
    (void)state;
    const struct package packages[] = {
        PACKAGE(npm_lock, "app/package-lock.json", "a", "1", .dev = false),
        PACKAGE(node, "app/node_modules/a/package.json", "a", "1", .dev = false),
        PACKAGE(node, "app/package.json", "app", "1", .dev = false),
        PACKAGE(node, "app/node_modules/a/test/package.json", "part", "1", .dev = false),
        PACKAGE(node, "app/node_modules/@s/stray/package.json", "@s/stray", "6", .dev = false),
        PACKAGE(node, "app/node_modules/b/node_modules/a/package.json", "a", "0.9", .dev = false),
        PACKAGE(node, "free/node_modules/b/package.json", "b", "1", .dev = false),
        PACKAGE(python, "app/venv/lib/METADATA", "c", "1", .dev = false),
        PACKAGE(jar, "app/lib/d.jar", "d", "1", .dev = false),
    };
    const char *const kept[] = { "a", "@s/stray", "a", "b", "c", "d" };
    struct inventory inventory = weigh(packages, ARRAY_LEN(packages), true);
    assert_int_equal(inventory.package_count, ARRAY_LEN(kept));
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        assert_str(inventory.packages[i].name, kept[i]);
    arena_free(&inventory.arena);
}

static void a_full_arena_is_an_error(void **state)
{
    (void)state;
    struct package packages[] = { PACKAGE(npm_lock, "l", "a", "1", .dev = false), PACKAGE(node, "n", "a", "1", .dev = false) };
    for (size_t room = 0; room < 2048; room += 64) {
        struct inventory inventory = { .packages = packages, .package_count = ARRAY_LEN(packages) };
        struct error err = { 0 };
        arena_init(&inventory.arena, "inventory", room);
        if (!inventory_weigh_locks(&inventory, room % 128 == 0, &err))
            assert_int_equal(err.kind, ERROR_LIMIT);
        arena_free(&inventory.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_installed_lock_is_not_listed_again),
        cmocka_unit_test(names_are_compared_loosely),
        cmocka_unit_test(in_a_source_tree_the_lock_is_the_truth),
        cmocka_unit_test(a_full_arena_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
