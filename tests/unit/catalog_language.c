/* Installed Python and Node.js packages. */
#include "catalog_unit.h"

struct row {
    const char *path;
    struct str text;
    const char *name, *version, *licence, *root; /* name NULL: no package */
    size_t warnings;
};

#define WHEEL "v/site-packages/x-1.dist-info/METADATA"
#define NODE "app/node_modules/x/package.json"

static const struct row rows[] = {
    { WHEEL, STR_INIT("Metadata-Version: 2.1\nName: Flask\nVersion: 1.0\nLicense: BSD\n\nName: body\nVersion: 9\n"), "Flask",
      "1.0", "BSD", "v/site-packages/x-1.dist-info", 0 },
    { WHEEL, STR_INIT("\xEF\xBB\xBFname: a\r\nversion: 2\r\n\r\n"), "a", "2", "", "v/site-packages/x-1.dist-info", 0 },
    { WHEEL,
      STR_INIT(
          "Name: a\nVersion: 1\nLicense: UNKNOWN\nClassifier: Topic :: X\nClassifier: License :: OSI Approved :: MIT License\n"),
      "a", "1", "MIT License", NULL, 0 },
    { WHEEL, STR_INIT("Name: a\nVersion: 1\nLicense: old\nLicense-Expression: MIT OR Apache-2.0\n"), "a", "1",
      "MIT OR Apache-2.0", NULL, 0 },
    { WHEEL, STR_INIT("Name: a\nLicense:\n  first line\n  second line\n        \nVersion: 1\n"), "a", "1",
      "first line second line", NULL, 0 },
    { WHEEL, STR_INIT("Name: a\nName: b\nVersion: 1\nVersion: 2"), "a", "1", "", NULL, 0 },
    { WHEEL, STR_INIT("junk\nName: a\nbad name: x\nVersion: 1\n"), "a", "1", "", NULL, 0 },
    { WHEEL, STR_INIT("Name: a\n\nVersion: 1\n"), NULL, NULL, NULL, NULL, 1 },
    { WHEEL, STR_INIT("Name: a\nVersion: 1\x07\n"), NULL, NULL, NULL, NULL, 1 },
    { WHEEL, STR_INIT(""), NULL, NULL, NULL, NULL, 1 },
    { WHEEL, STR_INIT("\0\0\0"), NULL, NULL, NULL, NULL, 1 },
    { "p/six-1.16.0.egg-info", STR_INIT("Name: six\nVersion: 1.16.0\n"), "six", "1.16.0", "", "", 0 },
    { "p/six.egg-info/PKG-INFO", STR_INIT("Name: six\nVersion: 1.16.0\n"), "six", "1.16.0", "", "p/six.egg-info", 0 },
    { "p/six.egg/EGG-INFO/PKG-INFO", STR_INIT("Name: six\nVersion: 1.16.0\n"), "six", "1.16.0", "", "p/six.egg/EGG-INFO", 0 },
    { NODE, STR_INIT("{\"name\":\"@a/b\",\"version\":\"1.2.3\",\"license\":\"MIT\"}"), "@a/b", "1.2.3", "MIT",
      "app/node_modules/x", 0 },
    { NODE, STR_INIT("\xEF\xBB\xBF{\"version\":\"1\",\"x\":[{\"name\":\"no\"}],\"name\":\"\\u0061\"}\n"), "a", "1", "", NULL, 0 },
    { NODE, STR_INIT("{\"name\":\"a\",\"version\":\"1\",\"license\":{\"type\":\"ISC\",\"url\":\"u\"}}"), "a", "1", "ISC", NULL,
      0 },
    { NODE,
      STR_INIT("{\"name\":\"a\",\"version\":\"1\",\"licenses\":[{\"type\":\"MIT\"},\"X\",[1],{\"url\":1},{\"type\":\"GPL\"}]}"),
      "a", "1", "MIT\nX\nGPL", NULL, 0 },
    { NODE, STR_INIT("{\"name\":\"a\",\"version\":\"1\",\"license\":7}"), "a", "1", "", NULL, 0 },
    { NODE, STR_INIT("{\"name\":\"a\",\"version\":\"1\",\"version\":\"2\"}"), "a", "2", "", NULL, 0 },
    { NODE, STR_INIT("{\"name\":[\"a\"],\"version\":\"1\"}"), NULL, NULL, NULL, NULL, 0 },
    { NODE, STR_INIT("{\"name\":\"a\",\"version\":1}"), NULL, NULL, NULL, NULL, 0 },
    { NODE, STR_INIT("{\"name\":\"a\",\"version\":\"\"}"), NULL, NULL, NULL, NULL, 0 },
    { NODE, STR_INIT("{\"name\":\"a\\u0007\",\"version\":\"1\"}"), NULL, NULL, NULL, NULL, 0 },
    { NODE, STR_INIT("{\"type\":\"module\"}"), NULL, NULL, NULL, NULL, 0 },
    { NODE, STR_INIT("[\"name\",\"version\"]"), NULL, NULL, NULL, NULL, 0 },
    { NODE, STR_INIT("{\"name\":\"a\",\"version\":\"1\",\"x\":{"), "a", "1", "", NULL, 1 },
    { NODE, STR_INIT(""), NULL, NULL, NULL, NULL, 1 },
    { NODE, STR_INIT("{name:1}"), NULL, NULL, NULL, NULL, 1 },
};

static void metadata_becomes_a_package(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        parse_text(&parsed, rows[i].path, rows[i].text);
        if (parsed.facts.warning_count != rows[i].warnings || parsed.facts.package_count != (rows[i].name ? 1 : 0))
            fail_msg("row %zu: %zu packages, %zu warnings", i, parsed.facts.package_count, parsed.facts.warning_count);
        assert_true(!rows[i].warnings || !parsed.facts.warnings[0].incomplete);
        if (rows[i].name) {
            const struct package *package = &parsed.facts.packages[0];
            assert_str(package->name, rows[i].name);
            assert_str(package->version, rows[i].version);
            assert_str(package->licence, rows[i].licence);
            assert_str(package->path, rows[i].path);
            assert_true(!rows[i].root || str_is(package->root, rows[i].root));
            assert_true(package->length == 0);
        }
        parse_free(&parsed);
    }
}

static void damaged_files_survive(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t len = 0; len < rows[i].text.len; len++) {
            struct parsed cut;
            parse_text(&cut, rows[i].path, str_head(rows[i].text, len));
            assert_true(cut.facts.package_count <= 1);
            parse_free(&cut);
        }
        if (rows[i].text.len)
            assert_flips_survive(rows[i].path, rows[i].text);
    }
}

static void endless_brackets_are_a_warning(void **state)
{
    (void)state;
    static const char *const opens[] = { "[", "{\"a\":", "{\"license\":[", "{\"name\":[{\"x\":", "{\"licenses\":{\"type\":" };
    assert_depth_is_a_warning(NODE, opens, ARRAY_LEN(opens));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_becomes_a_package),
        cmocka_unit_test(damaged_files_survive),
        cmocka_unit_test(endless_brackets_are_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
