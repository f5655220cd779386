/* The feeds of single languages: RustSec, Ruby, PHP; and the catalogue of exploited vulnerabilities. */
#include "vulndb_feed.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    log_setup(LOG_ERROR, LOG_TEXT);
    arena_init(&arena, "test", 512 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

struct row {
    const char *text, *package, *want;
};

static void check_rows(const char *kind, const char *name, const char *space, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct vulndb *db = feed_database(kind, name, rows[i].text, &arena);
        assert_str(feed_show(db, space, rows[i].package, &arena), rows[i].want);
        vulndb_close(db);
    }
}

/* ---- Rust ------------------------------------------------------------------------------------------------------------------ */

#define RUST(advisory, versions)                                                                             \
    "```toml\n[advisory]\nid = \"RUSTSEC-2024-0001\"\npackage = \"crate\"\ndate = \"2024-01-02\"\n" advisory \
    "\n[versions]\n" versions "\n```\n\n# A title\n\nWords.\n"

static void rust_requirements_are_what_is_safe(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { RUST("", "patched = [\">= 1.2.3 \"]"), "crate", "RUSTSEC-2024-0001 fixed (,1.2.3) fixed 1.2.3\n" },
        { RUST("", "patched = []"), "crate", "RUSTSEC-2024-0001 affected (,)\n" },
        { RUST("aliases = [\"CVE-2024-1\", \"GHSA-1\"]", "patched = [\"^0.7.1\", \">= 0.8.1\"]\nunaffected = [\"< 0.3.0\"]"),
          "crate", "CVE-2024-1 fixed [0.3.0,0.7.1) [0.8.0-0,0.8.1) fixed 0.7.1, 0.8.1 GHSA-1 RUSTSEC-2024-0001\n" },
        { RUST("", "patched = [\"> 0.7.19\"]"), "crate", "RUSTSEC-2024-0001 fixed (,0.7.20-0) fixed > 0.7.19\n" },
        { RUST("informational = \"unmaintained\"", "patched = []"), "crate", "" },
        { RUST("informational = \"unsound\"", "patched = []"), "crate", "RUSTSEC-2024-0001 affected (,)\n" },
        { RUST("informational = \"notice\"", "patched = []"), "crate", "RUSTSEC-2024-0001 affected (,)\n" },
        { RUST("withdrawn = \"2024-02-01\"", "patched = []"), "crate", "" },
        { RUST("aliases = [\"CVE-2024-1\", \"CVE-2024-2\"]", "patched = [\">=1.0.0\"]"), "crate",
          "CVE-2024-1 fixed (,1.0.0) fixed 1.0.0 RUSTSEC-2024-0001\nCVE-2024-2 fixed (,1.0.0) fixed 1.0.0 RUSTSEC-2024-0001\n" },
    };
    check_rows("rustsec", "RUSTSEC-2024-0001.md", "cargo", rows, ARRAY_LEN(rows));
    struct vulndb *db = feed_database("rustsec", "RUSTSEC-2024-0001.md",
                                      RUST("cvss = \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"", "patched = []"), &arena);
    assert_str(feed_show_record(db, "RUSTSEC-2024-0001", &arena), "A title | osv CRITICAL |");
    vulndb_close(db);
}

/* ---- Ruby ------------------------------------------------------------------------------------------------------------------ */

static void ruby_requirements_are_what_is_safe(void **state)
{
    (void)state;
    NEEDS_YAML();
    static const struct row rows[] = {
        { "gem: rack\ncve: 2024-1\nghsa: aaaa-bbbb-cccc\npatched_versions:\n- \">= 2.0\"\n", "rack",
          "CVE-2024-1 fixed (,2.0) fixed 2.0 GHSA-aaaa-bbbb-cccc\n" },
        { "gem: rack\nghsa: aaaa-bbbb-cccc\nosvdb: 123\nunaffected_versions: [\"< 1.0\"]\n", "rack",
          "GHSA-aaaa-bbbb-cccc affected [1.0,) OSVDB-123\n" },
        { "gem: rack\nosvdb: 123\n", "rack", "OSVDB-123 affected (,)\n" },
        { "gem: rack\ncve: 2024-1\npatched_versions: [\"~> 3.1.12\", \">= 3.2.13\"]\nunaffected_versions: [\"~> 2.3.0\"]\n",
          "rack", "CVE-2024-1 fixed (,2.3.0) [2.4.A,3.1.12) [3.2.A,3.2.13) fixed 3.1.12, 3.2.13\n" },
        { "gem: rack\ncve: 2024-1\npatched_versions: [\"~> 4.2.5, >= 4.2.5.1\"]\n", "rack",
          "CVE-2024-1 fixed (,4.2.5.1) [4.3.A,) fixed 4.2.5.1\n" },
        { "gem: rack\ncve: 2024-1\nrelated:\n  cve: [2023-9]\n", "rack", "CVE-2024-1 affected (,)\n" },
        { "gem: rack\ntitle: no identifier\n", "rack", "local-7 affected (,)\n" },
        { "library: rack\ncve: 2024-1\n", "rack", "" },
    };
    check_rows("ruby-advisory-db", "local-7.yml", "rubygems", rows, ARRAY_LEN(rows));
    struct vulndb *db = feed_database("ruby-advisory-db", "a.yml",
                                      "gem: rack\ncve: 2024-1\ntitle: \"Bad \"\ncvss_v2: 10\ncvss_v3: 6.3\n", &arena);
    assert_str(feed_show_record(db, "CVE-2024-1", &arena), "Bad | ruby-advisory-db MEDIUM |");
    vulndb_close(db);
}

/* ---- PHP ------------------------------------------------------------------------------------------------------------------- */

static void php_branches_are_what_is_affected(void **state)
{
    (void)state;
    NEEDS_YAML();
    static const struct row rows[] = {
        { "title: Bad\ncve: CVE-2024-1\nreference: composer://Vendor/Pack\nbranches:\n  1.x:\n    time: 2015-08-06 22:08:00\n"
          "    versions: ['>=1.0.0', '<1.0.5']\n  2.x:\n    versions: ['>=2.0.0', '<2.1.0']\n",
          "vendor/pack", "CVE-2024-1 fixed [1.0.0-dev,1.0.5-dev) [2.0.0-dev,2.1.0-dev) fixed 1.0.5, 2.1.0\n" },
        /* a branch's end inside the next branch is no fix */
        { "cve: ~\nreference: composer://vendor/pack\nbranches:\n  a:\n    versions: ['>=1.0.0', '<1.1.0']\n  b:\n    versions: ['>=1.1.0', '<1.1.3']\n",
          "vendor/pack", "vendor/pack/2024-05-06 fixed [1.0.0-dev,1.1.3-dev) fixed 1.1.3\n" },
        { "reference: composer://vendor/pack\nbranches: {}\n", "vendor/pack", "" },
        { "branches:\n  a:\n    versions: ['<1.1.0']\n", "vendor/pack", "" },
    };
    check_rows("php-advisories", "2024-05-06.yaml", "composer", rows, ARRAY_LEN(rows));
    struct row by_name = { "reference: composer://vendor/pack\nbranches:\n  a:\n    versions: ['<1.1.0']\n", "vendor/pack",
                           "CVE-2024-7 fixed [0.0.0.0-dev,1.1.0-dev) fixed 1.1.0\n" };
    check_rows("php-advisories", "CVE-2024-7.yaml", "composer", &by_name, 1);
}

/* ---- exploited vulnerabilities --------------------------------------------------------------------------------------------- */

static const char catalogue[] =
    "{\"dateReleased\":\"2025-08-25T17:04:19.9796Z\",\"vulnerabilities\":["
    "{\"cveID\":\"CVE-2024-1\",\"vulnerabilityName\":\"Bad\",\"dateAdded\":\"2024-01-02\",\"dueDate\":\"2024-01-23\","
    "\"knownRansomwareCampaignUse\":\"Known\",\"cwes\":[\"CWE-79\"]},"
    "{\"cveID\":\"CVE-2024-2\",\"dateAdded\":\"2024-01-03\",\"knownRansomwareCampaignUse\":\"Unknown\"},"
    "{\"cveID\":\"CVE-2024-3\"}]}";

static void exploited_vulnerabilities_have_dates(void **state)
{
    (void)state;
    struct vulndb *db = feed_database("kev", "kev.json", catalogue, &arena);
    struct vulndb_vulnerability v;
    struct error err = { 0 };
    uint32_t number;
    assert_true(vulndb_vulnerability_find(db, STR("CVE-2024-1"), &number, &err) &&
                vulndb_vulnerability_at(db, number, &arena, &v, &err));
    assert_int_equal(v.kev_added_s, 1704153600);
    assert_int_equal(v.kev_due_s, 1705968000);
    assert_true(v.kev_ransomware);
    assert_str(v.cwes[0], "CWE-79");
    assert_true(vulndb_vulnerability_find(db, STR("CVE-2024-2"), &number, &err) &&
                vulndb_vulnerability_at(db, number, &arena, &v, &err));
    assert_int_equal(v.kev_added_s, 1704240000);
    assert_false(v.kev_ransomware);
    assert_false(vulndb_vulnerability_find(db, STR("CVE-2024-3"), &number, &err));
    vulndb_close(db);
}

static void another_file_is_no_catalogue(void **state)
{
    (void)state;
    struct feed_folder folder;
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    feed_folder_make(&folder);
    assert_false(feed_read("kev", feed_folder_put(&folder, "a.json", STR("{\"x\":1}")), builder, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    feed_folder_free(&folder);
    vulndb_builder_free(builder);
}

static void damage_is_survived(void **state)
{
    (void)state;
    feed_damage("rustsec", "RUSTSEC-1.md",
                RUST("aliases = [\"CVE-2024-1\"]", "patched = [\"^0.7.1\", \">= 0.8.1\"]\nunaffected = [\"< 0.3.0\"]"));
    feed_damage("ruby-advisory-db", "a.yml",
                "gem: rack\ncve: 2024-1\npatched_versions:\n- \"~> 3.1.12\"\n- \">= 3.2.13\"\nosvdb: 7\n");
    feed_damage("php-advisories", "a.yaml",
                "cve: CVE-2024-1\nreference: composer://v/p\nbranches:\n  a:\n    versions: ['>=1.0.0', '<1.0.5']\n");
    feed_damage("kev", "a.json", catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rust_requirements_are_what_is_safe), cmocka_unit_test(ruby_requirements_are_what_is_safe),
        cmocka_unit_test(php_branches_are_what_is_affected),  cmocka_unit_test(exploited_vulnerabilities_have_dates),
        cmocka_unit_test(another_file_is_no_catalogue),       cmocka_unit_test(damage_is_survived),
    };
    return cmocka_run_group_tests_name("vulndb_feed_language", tests, set_up, tear_down);
}
