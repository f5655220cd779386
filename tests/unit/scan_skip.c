/* Patterns of --skip-dirs and --skip-files. */
#include "unit.h"

#include "scan/skip.h"

static const struct {
    const char *pattern, *path;
    bool matches;
} rows[] = {
    { "app", "app", true },
    { "app", "apps", false },
    { "app", "x/app", false },
    { "app/*", "app/x", true },
    { "app/*", "app/x/y", false },
    { "app/**", "app/x/y", true },
    { "app/**", "app", false },
    { "**/app", "app", true },
    { "**/app", "x/y/app", true },
    { "**/app", "x/yapp", false },
    { "**/node_modules/**", "a/node_modules/b/c", true },
    { "**/*.jar", "a/b/c.jar", true },
    { "*.jar", "a/c.jar", false },
    { "a?c", "abc", true },
    { "a?c", "a/c", false },
    { "[a-c]x", "bx", true },
    { "[!a-c]x", "bx", false },
    { "[]x]y", "]y", true },
    { "{app,lib}/x", "lib/x", true },
    { "{app,lib}/x", "bin/x", false },
    { "\\*", "*", true },
    { "\\*", "x", false },
    { "", "", true },
    { "", "x", false },
    { "[", "[", true },
    { "**/**/**/**/**/**/**/**/x", "a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/y", false },
};

static void patterns_match_as_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str pattern = str_from(rows[i].pattern);
        struct scan_skips skips = { &pattern, &pattern, 1, 1 };
        if (skip_matches(&skips, str_from(rows[i].path), i % 2) != rows[i].matches)
            fail_msg("%s and %s", rows[i].pattern, rows[i].path);
    }
}

static void a_skipped_folder_takes_all_below_it_along(void **state)
{
    (void)state;
    struct package packages[] = { { .path = STR("app/x/lock") }, { .path = STR("app/y/lock") }, { .path = STR("lock") } };
    struct catalog_warning warnings[] = { { .path = STR("app/x/z/lock") }, { .path = STR("z") } };
    struct inventory inventory = { .packages = packages, .package_count = 3, .warnings = warnings, .warning_count = 2 };
    struct str folder = STR("app/x"), file = STR("lock");
    inventory_skip(&inventory, &(struct scan_skips){ &folder, &file, 1, 1 });
    assert_int_equal(inventory.package_count, 1);
    assert_str(inventory.packages[0].path, "app/y/lock");
    assert_int_equal(inventory.warning_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_as_the_table_says),
        cmocka_unit_test(a_skipped_folder_takes_all_below_it_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
