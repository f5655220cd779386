/* match/: language packages by ecosystem: names, several sources, expressions, grouping. Expected results are what Trivy
 * reports, but for the rows marked "not as Trivy". */
#include "match_unit.h"

#define GHSA(eco) "{\"ID\":\"ghsa\",\"Name\":\"GitHub Security Advisory " eco "\",\"URL\":\"https://github.com/advisories\"}"

static const struct trivy_row rows[] = {
    { "data-source", NULL, "pip::GitHub Security Advisory Pip", GHSA("Pip") },
    { "pip::GitHub Security Advisory Pip", "django-rest-x", "CVE-2024-1",
      "{\"VendorIDs\":[\"GHSA-1\"],\"PatchedVersions\":[\"4.2.1\"],"
      "\"VulnerableVersions\":[\">=4.0, <4.2.1\"]}" },
    { "pip::GitHub Security Advisory Pip", "django-rest-x", "CVE-2024-2",
      "{\"VulnerableVersions\":[\"<3.2.5\",\">=4.0,<4.0.3\"]}" },
    { "pip::GitHub Security Advisory Pip", "django-rest-x", "GHSA-aaaa-bbbb-cccc", "{\"VulnerableVersions\":[\"\"]}" },
    { "vulnerability", NULL, "CVE-2024-1",
      "{\"Title\":\"one\",\"Description\":\"more of one\",\"Severity\":\"HIGH\",\"VendorSeverity\":{\"ghsa\":3,\"nvd\":4}}" },
    { "vulnerability", NULL, "CVE-2024-2", "{\"Title\":\"two\",\"VendorSeverity\":{\"nvd\":2}}" },
    { "data-source", NULL, "npm::GitHub Security Advisory npm", GHSA("npm") },
    { "npm::GitHub Security Advisory npm", "lodash", "CVE-2024-3",
      "{\"VulnerableVersions\":[\"<4.17.21\"],\"PatchedVersions\":[\"4.17.21\"]}" },
    { "npm::GitHub Security Advisory npm", "@scope/pkg", "CVE-2024-4", "{\"VulnerableVersions\":[\">=1.0.0 <1.2.0 || 2.0.0\"]}" },
    { "npm::GitHub Security Advisory npm", "jsonstream", "CVE-2024-11", "{\"VulnerableVersions\":[\"<2\"]}" },
    { "data-source", NULL, "composer::GitHub Security Advisory Composer", GHSA("Composer") },
    { "data-source", NULL, "composer::PHP Security Advisories Database",
      "{\"ID\":\"php-security-advisories\",\"Name\":\"PHP Security Advisories Database\"}" },
    { "composer::GitHub Security Advisory Composer", "symfony/http-kernel", "CVE-2024-5",
      "{\"VulnerableVersions\":[\"<4.4.50\"],\"PatchedVersions\":[\"4.4.50\"]}" },
    { "composer::PHP Security Advisories Database", "symfony/http-kernel", "CVE-2024-5",
      "{\"VulnerableVersions\":[\">=2.0.0,<4.4.49.1\"]}" },
    { "composer::PHP Security Advisories Database", "symfony/http-kernel", "CVE-2024-6", "{\"VulnerableVersions\":[\">=9\"]}" },
    { "composer::GitHub Security Advisory Composer", "symfony/http-kernel", "CVE-2024-6",
      "{\"VulnerableVersions\":[\"<5\"],\"PatchedVersions\":[\"5\"]}" },
    { "rubygems::GitHub Security Advisory RubyGems", "rails", "CVE-2024-7",
      "{\"PatchedVersions\":[\"~> 6.0.5\",\">= 6.1.2\"],\"UnaffectedVersions\":[\"< 5.0\"]}" },
    { "maven::GitHub Security Advisory Maven", "org.apache.logging.log4j:log4j-core", "CVE-2024-8",
      "{\"VulnerableVersions\":[\">=2.13.0, <2.15.0\"],\"PatchedVersions\":[\"2.15.0\"]}" },
    { "go::GitHub Security Advisory Go", "github.com/Masterminds/vcs", "CVE-2024-9", "{\"VulnerableVersions\":[\"<1.13.2\"]}" },
    { "cargo::GitHub Security Advisory Rust", "time", "CVE-2024-10",
      "{\"VulnerableVersions\":[\">=0.1.0, <0.2.23\"],\"PatchedVersions\":[\"0.2.23\"]}" },
    { "nuget::GitHub Security Advisory NuGet", "newtonsoft.json", "CVE-2024-12", "{\"VulnerableVersions\":[\"<13.0.1\"]}" },
    { 0 },
};

/* Kinds as their catalogues make them; only what matching needs. */
static const struct catalog_kind python = { .name = "python-pkg", .title = "Python", .ecosystem = "pip" };
static const struct catalog_kind node = { .name = "node-pkg", .title = "Node.js", .ecosystem = "npm" };
static const struct catalog_kind composer = { .name = "composer", .ecosystem = "composer" };
static const struct catalog_kind gem = { .name = "gemspec", .title = "Ruby", .ecosystem = "rubygems" };
static const struct catalog_kind jar = { .name = "jar", .title = "Java", .ecosystem = "maven" };
static const struct catalog_kind go = { .name = "gobinary", .ecosystem = "go" };
static const struct catalog_kind rust = { .name = "rustbinary", .ecosystem = "cargo" };
static const struct catalog_kind nuget = { .name = "nuget", .ecosystem = "nuget" };
static const struct catalog_kind pub = { .name = "pubspec-lock", .ecosystem = "pub" };

static const struct {
    const struct catalog_kind *kind;
    const char *name, *version, *want;
} cases[] = {
    { &python, "Django_REST.x", "4.1", "CVE-2024-1 4.2.1 fixed HIGH ghsa; GHSA-aaaa-bbbb-cccc - affected UNKNOWN -" },
    { &python, "django-rest-x", "4.0.1",
      "CVE-2024-1 4.2.1 fixed HIGH ghsa; CVE-2024-2 3.2.5, 4.0.3 fixed MEDIUM nvd; GHSA-aaaa-bbbb-cccc - affected UNKNOWN -" },
    { &python, "django-rest-x", "4.0.3", "CVE-2024-1 4.2.1 fixed HIGH ghsa; GHSA-aaaa-bbbb-cccc - affected UNKNOWN -" },
    { &python, "django-rest-x", "4.2.1", "GHSA-aaaa-bbbb-cccc - affected UNKNOWN -" },
    { &python, "django_rest__x", "4.0.3rc1",
      "CVE-2024-1 4.2.1 fixed HIGH ghsa; CVE-2024-2 3.2.5, 4.0.3 fixed MEDIUM nvd; GHSA-aaaa-bbbb-cccc - affected UNKNOWN -" },
    { &python, "django", "1.0", "" },
    { &node, "lodash", "4.17.20", "CVE-2024-3 4.17.21 fixed UNKNOWN -" },
    { &node, "lodash", "4.17.21", "" },
    { &node, "@scope/pkg", "1.1.9", "CVE-2024-4 - affected UNKNOWN -" },
    { &node, "@scope/pkg", "2.0.0", "CVE-2024-4 - affected UNKNOWN -" },
    { &node, "@scope/pkg", "1.2.0", "" },
    /* Both sources: the last by name speaks, a fix is kept; only one of them says affected: it counts (not as Trivy, which
     * hears the last alone). */
    { &composer, "Symfony/HTTP-Kernel", "4.4.0", "CVE-2024-5 4.4.49.1 fixed UNKNOWN -; CVE-2024-6 5 fixed UNKNOWN -" },
    { &composer, "symfony/http-kernel", "9.1", "CVE-2024-6 - affected UNKNOWN -" },
    { &gem, "rails", "6.0.4", "CVE-2024-7 ~> 6.0.5, >= 6.1.2 fixed UNKNOWN -" },
    { &gem, "rails", "6.0.9", "" },
    { &gem, "rails", "4.9", "" },
    { &jar, "org.apache.logging.log4j:log4j-core", "2.14.1", "CVE-2024-8 2.15.0 fixed UNKNOWN -" },
    { &jar, "org.apache.logging.log4j:log4j-core", "2.15.0", "" },
    { &go, "github.com/Masterminds/vcs", "v1.13.1", "CVE-2024-9 1.13.2 fixed UNKNOWN -" },
    { &go, "github.com/masterminds/vcs", "v1.13.1", "" },
    { &rust, "time", "0.2.22", "CVE-2024-10 0.2.23 fixed UNKNOWN -" },
    { &nuget, "Newtonsoft.Json", "12.0.3", "CVE-2024-12 13.0.1 fixed UNKNOWN -" },
    { &pub, "http", "1.0.0", "no data for pub" },
};

static struct vulndb *db;

static int open_database(void **state)
{
    (void)state;
    db = match_database(rows);
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    vulndb_close(db);
    return 0;
}

static void each_ecosystem_matches_by_its_rules(void **state)
{
    (void)state;
    const struct match_options options = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena;
        struct package package = {
            .kind = cases[i].kind, .name = str_from(cases[i].name), .version = str_from(cases[i].version), .path = STR("app/file")
        };
        struct inventory inventory = { .packages = &package, .package_count = 1 };
        arena_init(&arena, "test", 16 << 20);
        if (!vulndb_space_scheme(str_from(cases[i].kind->ecosystem))) {
            print_message("%s: no version scheme yet\n", cases[i].kind->ecosystem);
            continue;
        }
        struct matches matches = match_run_test(db, &inventory, &options, &arena);
        struct str got = match_text(&matches, &arena);
        if (!str_is(got, cases[i].want))
            print_error("case %zu, %s %s\n", i, cases[i].name, cases[i].version);
        assert_str(got, cases[i].want);
        arena_free(&arena);
    }
}

static void the_source_that_speaks_is_named(void **state)
{
    (void)state;
    const struct match_options options = { 0 };
    struct arena arena;
    struct package package = {
        .kind = &composer, .name = STR("symfony/http-kernel"), .version = STR("4.4.0"), .path = STR("composer.lock")
    };
    struct inventory inventory = { .packages = &package, .package_count = 1 };
    arena_init(&arena, "test", 16 << 20);
    if (!vulndb_space_scheme(STR("composer")))
        skip();
    struct matches matches = match_run_test(db, &inventory, &options, &arena);
    const struct finding *f = matches.results[0].findings;
    assert_str(f[0].source.name, "PHP Security Advisories Database");
    assert_str(f[1].source.name, "GitHub Security Advisory Composer");
    assert_str(matches.results[0].target, "composer.lock");
    assert_str(matches.results[0].type, "composer");
    arena_free(&arena);
}

static void details_and_links_come_along(void **state)
{
    (void)state;
    const struct match_options options = { 0 };
    struct arena arena;
    struct package package = { .kind = &python, .name = STR("django-rest-x"), .version = STR("4.1"), .path = STR("a/METADATA") };
    struct inventory inventory = { .packages = &package, .package_count = 1 };
    arena_init(&arena, "test", 16 << 20);
    struct matches matches = match_run_test(db, &inventory, &options, &arena);
    const struct finding *f = matches.results[0].findings;
    assert_str(f[0].details.title, "one");
    assert_str(f[0].details.description, "more of one");
    assert_str(f[0].url, "https://nvd.nist.gov/vuln/detail/CVE-2024-1");
    assert_str(f[0].looked_up, "django-rest-x");
    assert_str(f[0].space, "pip");
    assert_str(f[0].range, ">= 4.0, < 4.2.1");
    assert_str(f[1].url, "https://github.com/advisories/GHSA-aaaa-bbbb-cccc");
    assert_str(f[1].details.id, "GHSA-aaaa-bbbb-cccc");
    arena_free(&arena);
}

/* Titled kinds are one result each, others one a file; OS first, then by target; what an OS package brought is left out. */
static void packages_are_grouped_by_target(void **state)
{
    (void)state;
    const struct match_options options = { .artifact = STR("x") };
    struct arena arena;
    struct package packages[] = {
        { .kind = &composer, .name = STR("a/a"), .version = STR("1"), .path = STR("srv/b/composer.lock") },
        { .kind = &composer, .name = STR("a/b"), .version = STR("1"), .path = STR("srv/a/composer.lock") },
        { .kind = &composer, .name = STR("a/c"), .version = STR("1"), .path = STR("srv/b/composer.lock") },
        { .kind = match_kind("dpkg"), .name = STR("bash"), .version = STR("1"), .path = STR("var/lib/dpkg/status") },
        { .kind = &python, .name = STR("x"), .version = STR("1"), .path = STR("usr/lib/x") },
        { .kind = &python, .name = STR("y"), .version = STR("1"), .path = STR("usr/lib/y"), .owned = true },
        { .kind = &python, .name = STR("z"), .version = STR("1"), .path = STR("usr/lib/z") },
        { .kind = &node, .name = STR("lodash"), .version = STR("4.17.20"), .path = STR("b/package.json") },
        { .kind = &node, .name = STR("lodash"), .version = STR("4.17.20"), .path = STR("a/package.json") },
        { .kind = &node, .name = STR("lodash"), .version = STR("4.17.3"), .path = STR("c/package.json") },
    };
    static const struct {
        const char *target;
        size_t packages, findings;
    } want[] = { { "x (unknown)", 1, 0 },
                 { "Node.js", 3, 3 },
                 { "Python", 2, 0 },
                 { "srv/a/composer.lock", 1, 0 },
                 { "srv/b/composer.lock", 2, 0 } };
    struct inventory inventory = { .packages = packages, .package_count = ARRAY_LEN(packages) };
    arena_init(&arena, "test", 16 << 20);
    struct matches matches = match_run_test(db, &inventory, &options, &arena);
    assert_int_equal(matches.result_count, ARRAY_LEN(want));
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_str(matches.results[i].target, want[i].target);
        assert_int_equal(matches.results[i].package_count, want[i].packages);
        assert_int_equal(matches.results[i].finding_count, want[i].findings);
    }
    const struct finding *f = matches.results[1].findings;
    assert_str(f[0].package->path, "a/package.json");
    assert_str(f[1].package->path, "b/package.json");
    assert_str(f[2].package->version, "4.17.3");
    arena_free(&arena);
}

static void versions_that_are_none_are_warnings(void **state)
{
    (void)state;
    const struct match_options options = { 0 };
    struct arena arena;
    struct package packages[] = {
        { .kind = &node, .name = STR("lodash"), .version = STR("latest!"), .path = STR("a/package.json") },
        { .kind = &node, .name = STR("nobody"), .version = STR(""), .path = STR("b/package.json") }
    };
    struct inventory inventory = { .packages = packages, .package_count = 2 };
    arena_init(&arena, "test", 16 << 20);
    struct matches matches = match_run_test(db, &inventory, &options, &arena);
    assert_int_equal(matches.results[0].finding_count, 0);
    assert_int_equal(matches.warning_count, 1);
    assert_str(matches.warnings[0].path, "a/package.json");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_ecosystem_matches_by_its_rules), cmocka_unit_test(the_source_that_speaks_is_named),
        cmocka_unit_test(details_and_links_come_along),        cmocka_unit_test(packages_are_grouped_by_target),
        cmocka_unit_test(versions_that_are_none_are_warnings),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
