/* match/: whose severity a finding has, and what is printed as its source. */
#include "match_unit.h"

static const struct trivy_row rows[] = {
    { "data-source", NULL, "debian 12", "{\"ID\":\"debian\",\"Name\":\"Debian Security Tracker\"}" },
    { "data-source", NULL, "root.io debian 12", "{\"ID\":\"rootio\",\"Name\":\"Root.io\",\"BaseID\":\"debian\"}" },
    { "data-source", NULL, "pip::GitHub Security Advisory Pip", "{\"ID\":\"ghsa\",\"Name\":\"GitHub Security Advisory Pip\"}" },
    { "data-source", NULL, "pip::Open Source Vulnerability", "{\"ID\":\"osv\",\"Name\":\"Open Source Vulnerability\"}" },
    { "debian 12", "own", "CVE-1-1", "{\"Severity\":1}" },
    { "debian 12", "vendor", "CVE-1-2", "{}" },
    { "debian 12", "nvd", "CVE-1-3", "{}" },
    { "debian 12", "other", "CVE-1-4", "{}" },
    { "debian 12", "none", "CVE-1-5", "{}" },
    { "root.io debian 12", "base", "CVE-1-2", "{\"VulnerableVersions\":[\"<9\"]}" },
    { "pip::Open Source Vulnerability", "x", "GHSA-x", "{\"VulnerableVersions\":[\"<9\"]}" },
    { "pip::Open Source Vulnerability", "y", "CVE-1-6", "{\"VulnerableVersions\":[\"<9\"]}" },
    { "vulnerability", NULL, "CVE-1-1", "{\"Severity\":\"HIGH\",\"VendorSeverity\":{\"debian\":2,\"nvd\":3,\"redhat\":4}}" },
    { "vulnerability", NULL, "CVE-1-2", "{\"Severity\":\"HIGH\",\"VendorSeverity\":{\"debian\":2,\"nvd\":3,\"redhat\":4}}" },
    { "vulnerability", NULL, "CVE-1-3", "{\"Severity\":\"LOW\",\"VendorSeverity\":{\"nvd\":3,\"redhat\":4}}" },
    { "vulnerability", NULL, "CVE-1-4", "{\"Severity\":\"CRITICAL\",\"VendorSeverity\":{\"redhat\":4}}" },
    { "vulnerability", NULL, "GHSA-x", "{\"Severity\":\"LOW\",\"VendorSeverity\":{\"ghsa\":4,\"nvd\":3}}" },
    { "vulnerability", NULL, "CVE-1-6", "{\"Severity\":\"LOW\",\"VendorSeverity\":{\"ghsa\":4,\"nvd\":3}}" },
    { 0 },
};

static const struct catalog_kind python = { .name = "python-pkg", .title = "Python", .ecosystem = "pip" };

static const struct {
    const char *package, *version;
    bool pip;
    const char *sources[3];
    const char *want;
} cases[] = {
    /* The usual order. */
    { "own", "1", false, { 0 }, "CVE-1-1 - affected LOW debian" },
    { "own", "1", false, { "auto" }, "CVE-1-1 - affected LOW debian" },
    { "vendor", "1", false, { 0 }, "CVE-1-2 - affected MEDIUM debian" },
    { "nvd", "1", false, { 0 }, "CVE-1-3 - affected HIGH nvd" },
    { "other", "1", false, { 0 }, "CVE-1-4 - affected CRITICAL -" },
    { "none", "1", false, { 0 }, "CVE-1-5 - affected UNKNOWN -" },
    { "base", "1.root.io.1", false, { 0 }, "CVE-1-2 9 fixed MEDIUM debian" },
    { "x", "1", true, { 0 }, "GHSA-x 9 fixed CRITICAL ghsa" },
    { "y", "1", true, { 0 }, "CVE-1-6 9 fixed HIGH nvd" },
    /* A chosen order: a package's own rating is that of its source; what none of them rates is unknown. */
    { "own", "1", false, { "nvd" }, "CVE-1-1 - affected HIGH nvd" },
    { "own", "1", false, { "alpine", "debian", "nvd" }, "CVE-1-1 - affected LOW debian" },
    { "own", "1", false, { "redhat", "auto" }, "CVE-1-1 - affected CRITICAL redhat" },
    { "own", "1", false, { "auto", "redhat" }, "CVE-1-1 - affected LOW debian" },
    { "own", "1", false, { "alpine", "auto" }, "CVE-1-1 - affected LOW debian" },
    { "vendor", "1", false, { "alpine", "alma" }, "CVE-1-2 - affected UNKNOWN -" },
    { "other", "1", false, { "nvd" }, "CVE-1-4 - affected UNKNOWN -" },
    { "other", "1", false, { "nvd", "auto" }, "CVE-1-4 - affected CRITICAL -" },
};

static void severities_come_from_the_right_source(void **state)
{
    (void)state;
    struct vulndb *db = match_database(rows);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena;
        struct str sources[3];
        struct match_options options = { .severity_sources = sources };
        while (options.severity_source_count < 3 && cases[i].sources[options.severity_source_count]) {
            sources[options.severity_source_count] = str_from(cases[i].sources[options.severity_source_count]);
            options.severity_source_count++;
        }
        struct package package = { .kind = cases[i].pip ? &python : match_kind("dpkg"),
                                   .name = str_from(cases[i].package),
                                   .version = str_from(cases[i].version),
                                   .path = STR("a") };
        struct inventory inventory = { .distro = { .family = STR("debian"), .release = STR("12") },
                                       .distro_known = true,
                                       .packages = &package,
                                       .package_count = 1 };
        arena_init(&arena, "test", 16 << 20);
        struct matches matches = match_run_test(db, &inventory, &options, &arena);
        struct str got = match_text(&matches, &arena);
        if (!str_is(got, cases[i].want))
            print_error("case %zu, %s\n", i, cases[i].package);
        assert_str(got, cases[i].want);
        bool unrated = options.severity_source_count && str_ends(got, "UNKNOWN -");
        assert_int_equal(matches.warning_count, unrated);
        arena_free(&arena);
    }
    vulndb_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(severities_come_from_the_right_source) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
