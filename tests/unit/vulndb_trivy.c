/* Trivy's database: BoltDB files with every kind of bucket, and what matching then finds. */
#include "bolt_write.h"
#include "vulndb/feeds/trivy_db.h"
#include "vulndb_unit.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    log_setup(LOG_ERROR, LOG_TEXT);
    arena_init(&arena, "test", 256 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct vulndb *convert(struct bolt_write *w)
{
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    if (!trivy_db_read_bytes(builder, bolt_write_end(w), 1700000000, &err))
        fail_msg("%s", err.text);
    struct vulndb *db = vulndb_open_memory(vulndb_test_write(builder, &arena), &err);
    bolt_write_free(w);
    if (!db || !vulndb_verify(db, &err))
        fail_msg("%s", err.text);
    return db;
}

static void put(struct bolt_write *w, const char *bucket, const char *package, const char *id, const char *json)
{
    bolt_write_put(w, bolt_write_sub(w, bolt_write_sub(w, NULL, bucket), package), id, json);
}

static bool affects(struct vulndb *db, const struct vulndb_hit *hit, const char *space, const char *version)
{
    const struct version_scheme *scheme = vulndb_space_scheme(str_from(space));
    struct error err = { 0 };
    struct buf key;
    uint32_t range;
    bool affected = false;
    buf_init(&key, 4096);
    if (!scheme->key(str_from(version), &key))
        fail_msg("%s is no version of %s", version, space);
    assert_true(vulndb_hit_affects(db, hit, scheme, str_from(version), buf_view(&key), &affected, &range, &err));
    buf_free(&key);
    return affected;
}

static void one_hit(struct vulndb *db, const char *space, const char *package, struct vulndb_hit *hit)
{
    struct vulndb_cursor cursor;
    struct error err = { 0 };
    assert_true(vulndb_find(db, str_from(space), str_from(package), &cursor, &err));
    if (!vulndb_next(&cursor, hit, &err))
        fail_msg("no advisory of %s in %s", package, space);
}

static void each_distribution_by_its_own_form(void **state)
{
    (void)state;
    static const struct {
        const char *bucket, *json, *affected, *not_affected; /* not_affected NULL: all versions are */
        enum vuln_status status;
        const char *fixed, *flavour;
        enum severity severity; /* UNKNOWN: none of its own */
    } rows[] = {
        { "debian 12", "{\"VendorIDs\":[\"DSA-1-1\"],\"FixedVersion\":\"1:2.3-4+deb12u1\"}", "1:2.3-4", "1:2.3-4+deb12u1",
          STATUS_FIXED, "1:2.3-4+deb12u1", "", 0 },
        { "debian 11", "{\"Severity\":1,\"Status\":5}", "99", NULL, STATUS_WILL_NOT_FIX, "", "", SEVERITY_LOW },
        { "ubuntu 22.04", "{\"Status\":2}", "1", NULL, STATUS_AFFECTED, "", "", 0 },
        { "ubuntu 20.04", "{}", "1", NULL, STATUS_AFFECTED, "", "", 0 },
        { "ubuntu 18.04-ESM", "{\"FixedVersion\":\"2.0-1ubuntu0.1~esm1\"}", "2.0-1", "2.0-1ubuntu1", STATUS_FIXED,
          "2.0-1ubuntu0.1~esm1", "", 0 },
        { "alpine 3.20", "{\"FixedVersion\":\"1.2.12-r2\"}", "1.2.12-r1", "1.2.12-r2", STATUS_FIXED, "1.2.12-r2", "", 0 },
        { "alpine 3.19", "{\"AffectedVersion\":\"1.2-r0\",\"FixedVersion\":\"1.4-r0\"}", "1.2-r0", "1.1-r9", STATUS_FIXED,
          "1.4-r0", "", 0 },
        { "wolfi", "{\"FixedVersion\":\"3.1-r0\"}", "3.0-r5", "3.1-r0", STATUS_FIXED, "3.1-r0", "", 0 },
        { "chainguard", "{\"FixedVersion\":\"3.1-r0\"}", "3.0-r5", "3.1-r0", STATUS_FIXED, "3.1-r0", "", 0 },
        { "amazon linux 2", "{\"FixedVersion\":\"3.10-29.amzn2.0.2\"}", "3.10-28.amzn2", "3.10-29.amzn2.0.2", STATUS_FIXED,
          "3.10-29.amzn2.0.2", "", 0 },
        { "openSUSE Leap 15.5", "{\"FixedVersion\":\"1.0-150400.3.1\"}", "1.0-150400.2.1", "1.0-150400.3.1", STATUS_FIXED,
          "1.0-150400.3.1", "", 0 },
        { "SUSE Linux Enterprise 15.4", "{\"FixedVersion\":\"1.0-150400.3.1\"}", "0.9-1", "1.0-150400.3.1", STATUS_FIXED,
          "1.0-150400.3.1", "", 0 },
        { "Photon OS 4.0", "{\"FixedVersion\":\"7.88-2.ph4\"}", "7.88-1.ph4", "7.88-2.ph4", STATUS_FIXED, "7.88-2.ph4", "", 0 },
        { "CBL-Mariner 2.0", "{\"FixedVersion\":\"0:9.16-1.cm2\"}", "9.15-1.cm2", "9.16-1.cm2", STATUS_FIXED, "0:9.16-1.cm2", "",
          0 },
        { "Azure Linux 3.0", "{}", "9.15-1.azl3", NULL, STATUS_AFFECTED, "", "", 0 },
        { "bottlerocket", "{\"FixedVersion\":\"6.1.140-1\"}", "6.1.139-1", "6.1.140-1", STATUS_FIXED, "6.1.140-1", "", 0 },
        { "Oracle Linux 7", "{\"FixedVersion\":\"4.14.35-2047.ksplice1.el7\"}", "4.14.35-1.ksplice1.el7",
          "4.14.36-1.ksplice1.el7", STATUS_FIXED, "4.14.35-2047.ksplice1.el7", "ksplice1", 0 },
        { "Oracle Linux 9", "{\"FixedVersion\":\"10:3.7-1_fips\"}", "10:3.6-1_fips", "10:3.7-1_fips", STATUS_FIXED,
          "10:3.7-1_fips", "fips", 0 },
        { "echo", "{\"FixedVersion\":\"7.88-1\",\"Status\":2,\"Severity\":3}", "7.87-1", "7.88-1", STATUS_AFFECTED, "7.88-1", "",
          SEVERITY_HIGH },
        { "seal debian",
          "{\"VulnerableVersions\":[\">=1.21-1+deb11u1, <1.21-1+deb11u1+sp999\"],\"PatchedVersions\":[\"1.21-1+deb11u1+sp999\"]}",
          "1.21-1+deb11u1+sp1", "1.21-1", STATUS_FIXED, "1.21-1+deb11u1+sp999", "", 0 },
        { "root.io debian 12",
          "{\"VulnerableVersions\":[\"<3.0-1.root.io.1\",\">3.0-1.root.io.1 <3.1-1\"],\"PatchedVersions\":[\"3.0-1.root.io.1\",\"3.1-1\"]}",
          "3.0-2", "3.0-1.root.io.1", STATUS_FIXED, "3.0-1.root.io.1, 3.1-1", "", 0 },
    };
    struct bolt_write w;
    bolt_write_begin(&w, 4096);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        put(&w, rows[i].bucket, "p", "CVE-2024-1", rows[i].json);
    struct vulndb *db = convert(&w);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct vulndb_hit hit;
        one_hit(db, rows[i].bucket, "p", &hit);
        if (!affects(db, &hit, rows[i].bucket, rows[i].affected))
            fail_msg("%s: %s is affected", rows[i].bucket, rows[i].affected);
        if (rows[i].not_affected && affects(db, &hit, rows[i].bucket, rows[i].not_affected))
            fail_msg("%s: %s is not affected", rows[i].bucket, rows[i].not_affected);
        assert_int_equal(hit.status, rows[i].status);
        assert_str(hit.fixed, rows[i].fixed);
        assert_str(hit.flavour, rows[i].flavour);
        assert_int_equal(hit.has_severity, rows[i].severity != SEVERITY_UNKNOWN);
        assert_int_equal(hit.severity, rows[i].severity);
    }
    vulndb_close(db);
}

static void a_fixed_version_of_zero_says_never_affected(void **state)
{
    (void)state;
    struct bolt_write w;
    struct vulndb_hit hit;
    bolt_write_begin(&w, 4096);
    put(&w, "alpine 3.20", "p", "CVE-1", "{\"FixedVersion\":\"0\"}");
    struct vulndb *db = convert(&w);
    one_hit(db, "alpine 3.20", "p", &hit);
    assert_int_equal(hit.status, STATUS_NOT_AFFECTED);
    assert_false(affects(db, &hit, "alpine 3.20", "0.0.1-r0"));
    vulndb_close(db);
}

static void entries_by_architecture_are_advisories_of_their_own(void **state)
{
    (void)state;
    static const char *const buckets[] = { "rocky 9", "alma 9", "Oracle Linux 8" };
    struct bolt_write w;
    bolt_write_begin(&w, 4096);
    for (size_t i = 0; i < ARRAY_LEN(buckets); i++)
        put(&w, buckets[i], "rsyslog", "CVE-2022-24903",
            "{\"FixedVersion\":\"9-9\",\"Entries\":[{\"FixedVersion\":\"8.2-7.el9\",\"Arches\":[\"x86_64\"],\"VendorIDs\":[\"RLSA-2022:1\"]},"
            "{\"FixedVersion\":\"8.2-8.el9\",\"Arches\":[\"aarch64\",\"ppc64le\"],\"VendorIds\":[\"RLSA-2022:2\"]}]}");
    struct vulndb *db = convert(&w);
    for (size_t i = 0; i < ARRAY_LEN(buckets); i++) {
        struct vulndb_cursor cursor;
        struct vulndb_hit hit;
        struct error err = { 0 };
        struct str text = { 0 };
        assert_true(vulndb_find(db, str_from(buckets[i]), STR("rsyslog"), &cursor, &err));
        assert_true(vulndb_next(&cursor, &hit, &err));
        assert_str(hit.fixed, "8.2-7.el9");
        assert_true(hit.arch_count == 1 && vulndb_hit_arch(db, &hit, 0, &text, &err));
        assert_str(text, "x86_64");
        assert_true(vulndb_hit_vendor_id(db, &hit, 0, &text, &err));
        assert_str(text, "RLSA-2022:1");
        assert_true(vulndb_next(&cursor, &hit, &err));
        assert_true(hit.arch_count == 2 && affects(db, &hit, buckets[i], "8.2-7.el9"));
        assert_true(vulndb_hit_vendor_id(db, &hit, 0, &text, &err));
        assert_str(text, "RLSA-2022:2");
        assert_false(vulndb_next(&cursor, &hit, &err));
    }
    vulndb_close(db);
}

static void red_hat_by_cpe_and_module(void **state)
{
    (void)state;
    struct bolt_write w;
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    struct error err = { 0 };
    struct str text;
    const uint32_t *indices;
    uint32_t cpe;
    size_t count;
    bolt_write_begin(&w, 4096);
    put(&w, "Red Hat", "bind", "CVE-2020-8625", "{\"Entries\":[{\"Affected\":[0,1],\"Status\":6,\"Cves\":[{\"Severity\":1}]}]}");
    put(&w, "Red Hat", "bind", "RHSA-2018:0488",
        "{\"Entries\":[{\"FixedVersion\":\"32:9.9.4-29.el7_2.8\",\"Affected\":[0],\"Arches\":[\"x86_64\"],"
        "\"Cves\":[{\"ID\":\"CVE-2017-3145\",\"Severity\":3},{\"ID\":\"CVE-2017-3146\",\"Severity\":2}]},"
        "{\"FixedVersion\":\"32:9.9.4-50.el7_3.3\",\"Affected\":[3],\"Cves\":[{\"ID\":\"CVE-2017-3145\",\"Severity\":2}]}]}");
    put(&w, "Red Hat", "nodejs:18::npm", "CVE-2024-1",
        "{\"Entries\":[{\"FixedVersion\":\"1:9-1\",\"Affected\":[2],\"Cves\":[{\"Severity\":4}]}]}");
    struct bolt_write_bucket *cpes = bolt_write_sub(&w, NULL, "Red Hat CPE");
    bolt_write_put(&w, bolt_write_sub(&w, cpes, "repository"), "rhel-8-for-x86_64-baseos-rpms", "[0, 2]");
    bolt_write_put(&w, bolt_write_sub(&w, cpes, "nvr"), "ubi8-init-container-8.0-7-x86_64", "[1]");
    bolt_write_put(&w, bolt_write_sub(&w, cpes, "cpe"), "2", "\"cpe:/o:redhat:enterprise_linux:8::baseos\"");
    struct vulndb *db = convert(&w);

    static const struct {
        const char *id, *fixed, *bulletin;
        enum vuln_status status;
        enum severity severity;
        uint32_t first_cpe;
    } want[] = {
        { "CVE-2017-3145", "32:9.9.4-29.el7_2.8", "RHSA-2018:0488", STATUS_FIXED, SEVERITY_HIGH, 0 },
        { "CVE-2017-3145", "32:9.9.4-50.el7_3.3", "RHSA-2018:0488", STATUS_FIXED, SEVERITY_MEDIUM, 3 },
        { "CVE-2017-3146", "32:9.9.4-29.el7_2.8", "RHSA-2018:0488", STATUS_FIXED, SEVERITY_MEDIUM, 0 },
        { "CVE-2020-8625", "", NULL, STATUS_FIX_DEFERRED, SEVERITY_LOW, 0 },
    };
    assert_true(vulndb_find(db, STR("Red Hat"), STR("bind"), &cursor, &err));
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        assert_true(vulndb_next(&cursor, &hit, &err));
        assert_str(hit.vulnerability, want[i].id);
        assert_str(hit.fixed, want[i].fixed);
        assert_int_equal(hit.status, want[i].status);
        assert_true(hit.has_severity && hit.severity == want[i].severity);
        assert_true(vulndb_hit_cpe(db, &hit, 0, &cpe, &err) && cpe == want[i].first_cpe);
        assert_int_equal(hit.vendor_id_count, want[i].bulletin ? 1 : 0);
        if (want[i].bulletin) {
            assert_true(vulndb_hit_vendor_id(db, &hit, 0, &text, &err));
            assert_str(text, want[i].bulletin);
        }
    }
    assert_false(vulndb_next(&cursor, &hit, &err));
    one_hit(db, "Red Hat", "nodejs:18::npm", &hit);
    assert_int_equal(hit.severity, SEVERITY_CRITICAL);
    assert_true(vulndb_cpe_map(db, "repository", STR("rhel-8-for-x86_64-baseos-rpms"), &arena, &indices, &count, &err));
    assert_true(count == 2 && indices[0] == 0 && indices[1] == 2);
    assert_true(vulndb_cpe_map(db, "nvr", STR("ubi8-init-container-8.0-7-x86_64"), &arena, &indices, &count, &err) && count == 1);
    assert_true(vulndb_cpe_find(db, 2, &text, &err));
    assert_str(text, "cpe:/o:redhat:enterprise_linux:8::baseos");
    vulndb_close(db);
}

/* Trivy's ordered rules, and the two places where its result would hide an affected version. */
static void expressions_of_languages(void **state)
{
    (void)state;
    static const struct {
        const char *space, *json, *affected, *not_affected, *fixed; /* affected or not_affected NULL: none to test */
    } rows[] = {
        { "npm", "{\"VulnerableVersions\":[\"\\u003c7.23.2\"],\"PatchedVersions\":[\"7.23.2\"]}", "7.23.1", "7.23.2", "7.23.2" },
        { "npm", "{\"VulnerableVersions\":[\"\\u003c2.0.0\"]}", "2.0.0-rc.1", "2.0.0", "2.0.0" }, /* prereleases are in */
        { "pip", "{\"VulnerableVersions\":[\">=4.0, <4.3\",\">=5.0, <5.2\"],\"PatchedVersions\":[\"4.3\",\"5.2\"]}", "5.1", "4.4",
          "4.3, 5.2" },
        { "npm", "{\"VulnerableVersions\":[\">=1.0.0 <=1.5.0\"]}", "1.5.0", "1.5.1", "" },
        { "npm", "{\"PatchedVersions\":[\">=2.1.17\"]}", "2.1.16", "2.1.17", ">=2.1.17" }, /* only patched ones */
        { "npm", "{\"PatchedVersions\":[\">=3.2.15\"],\"UnaffectedVersions\":[\"<2.0.0\"]}", "2.0.0", "1.9.9", ">=3.2.15" },
        { "npm", "{\"UnaffectedVersions\":[\"<1.18.0\",\">1.18.0\"]}", "1.18.0", "1.18.1", "" },
        { "npm", "{\"VulnerableVersions\":[\"\"]}", "99.0.0", NULL, "" }, /* an empty expression: all */
        { "npm", "{\"VulnerableVersions\":[\"<2.0.0\"],\"PatchedVersions\":[\"\"]}", "99.0.0", NULL, "" },
        { "npm", "{}", "99.0.0", NULL, "" },                                                        /* hidden by Trivy */
        { "npm", "{\"VulnerableVersions\":[\"no range\",\"<2.0.0\"]}", "1.0.0", "2.0.0", "2.0.0" }, /* hidden by Trivy */
        { "cargo",
          "{\"VulnerableVersions\":[\">=0.23, <0.23\",\">=0.23.13, <0.23.18\"],\"PatchedVersions\":[\"0.23\",\"0.23.18\"]}",
          "0.23.14", "0.23.18", "0.23, 0.23.18" },
        { "cargo", "{\"VulnerableVersions\":[\">=1.0.0, <1.2.0\",\">=1.3.0, <1.4.0\"],\"PatchedVersions\":[\"1.2.0\",\"1.4.0\"]}",
          "1.3.5", "1.2.5", "1.2.0, 1.4.0" },
        { "seal pip", "{\"VulnerableVersions\":[\">=2.14.2+sp1, <2.14.2+sp999\"],\"PatchedVersions\":[\"2.14.2+sp999\"]}",
          "2.14.2+sp1", "2.14.2+sp999", "2.14.2+sp999" },
        { "bitnami", "{\"VulnerableVersions\":[\">=5.15.12, <=5.15.12\"]}", "5.15.12", "5.15.13", "" },
    };
    struct bolt_write w;
    bolt_write_begin(&w, 4096);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        put(&w, arena_cstr(&arena, arena_printf(&arena, "%s::A Source", rows[i].space)),
            arena_cstr(&arena, arena_printf(&arena, "p%zu", i)), "CVE-1", rows[i].json);
    struct vulndb *db = convert(&w);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct vulndb_hit hit;
        one_hit(db, rows[i].space, arena_cstr(&arena, arena_printf(&arena, "p%zu", i)), &hit);
        if (rows[i].affected && !affects(db, &hit, rows[i].space, rows[i].affected))
            fail_msg("%s: %s is affected", rows[i].json, rows[i].affected);
        if (rows[i].not_affected && affects(db, &hit, rows[i].space, rows[i].not_affected))
            fail_msg("%s: %s is not affected", rows[i].json, rows[i].not_affected);
        assert_str(hit.fixed, rows[i].fixed);
    }
    vulndb_close(db);
}

static void sources_names_and_details(void **state)
{
    (void)state;
    struct bolt_write w;
    struct vulndb_hit hit;
    struct vulndb_source_info source;
    struct vulndb_vulnerability v;
    struct error err = { 0 };
    uint32_t number;
    bolt_write_begin(&w, 4096);
    put(&w, "pip::PyPA", "Zope_X", "CVE-2024-1",
        "{\"VendorIDs\":[\"GHSA-1\",\"PYSEC-2024-1\",\"DSA-1\"],\"VulnerableVersions\":[\"<1\"]}");
    put(&w, "cargo::RustSec", "c", "RUSTSEC-2024-1", "{\"VulnerableVersions\":[\"<1.0.0\"]}");
    put(&w, "unheard of 3", "p", "CVE-2024-1", "{\"FixedVersion\":\"1\"}");
    struct bolt_write_bucket *sources = bolt_write_sub(&w, NULL, "data-source"),
                             *vulnerabilities = bolt_write_sub(&w, NULL, "vulnerability");
    bolt_write_put(&w, sources, "pip::PyPA",
                   "{\"ID\":\"osv\",\"Name\":\"Python Packaging Advisory Database\",\"URL\":\"https://example.org/p\"}");
    bolt_write_put(&w, sources, "cargo::RustSec",
                   "{\"ID\":\"osv\",\"Name\":\"RustSec Advisory Database\",\"URL\":\"https://example.org/r\",\"BaseID\":\"b\"}");
    bolt_write_put(
        &w, vulnerabilities, "CVE-2024-1",
        "{\"Title\":\"T\",\"Description\":\"D \\u003c\",\"Severity\":\"HIGH\",\"CweIDs\":[\"CWE-1\"],\"VendorSeverity\":{\"nvd\":4,\"ubuntu\":2},"
        "\"CVSS\":{\"nvd\":{\"V2Vector\":\"AV:N/AC:L/Au:N/C:P/I:P/A:P\",\"V2Score\":7.5,\"V3Vector\":\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\","
        "\"V3Score\":9.8,\"V40Vector\":\"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N\",\"V40Score\":9.3}},"
        "\"References\":[\"https://example.org/1\"],\"PublishedDate\":\"2024-03-06T10:54:39.287Z\",\"LastModifiedDate\":\"2024-03-07T00:00:00Z\"}");
    struct vulndb *db = convert(&w);
    one_hit(db, "pip", "zope-x", &hit);
    assert_true(vulndb_source_at(db, hit.source_number, &source, &err));
    assert_str(source.source.name, "Python Packaging Advisory Database");
    assert_int_equal(hit.vendor_id_count, 3);
    assert_true(vulndb_vulnerability_at(db, hit.vulnerability_number, &arena, &v, &err));
    assert_str(v.description, "D <");
    assert_true(v.severity == SEVERITY_HIGH && v.rating_count == 2 && v.alias_count == 2 && v.cwe_count == 1 &&
                v.reference_count == 1);
    assert_true(v.ratings[0].severity == SEVERITY_CRITICAL && v.ratings[0].score4 > 9.25f &&
                v.ratings[1].severity == SEVERITY_MEDIUM);
    assert_int_equal(v.published_s, 1709722479);
    assert_true(vulndb_vulnerability_find(db, STR("PYSEC-2024-1"), &number, &err) && number == hit.vulnerability_number);
    assert_false(vulndb_vulnerability_find(db, STR("DSA-1"), &number, &err)); /* a bulletin is no alias */
    one_hit(db, "cargo", "c", &hit);
    assert_true(vulndb_source_at(db, hit.source_number, &source, &err));
    assert_str(source.source.name, "RustSec Advisory Database"); /* told apart although both are "osv" */
    assert_str(source.source.base_id, "b");
    assert_true(source.date_s == 1700000000 && source.advisory_count == 1);
    vulndb_close(db);
}

static void values_that_are_not_what_they_should_be(void **state)
{
    (void)state;
    static const char *const values[] = {
        "",
        "null",
        "[]",
        "3",
        "\"text\"",
        "{\"FixedVersion\":3}",
        "{\"Entries\":{}}",
        "{\"Entries\":[1,[],{\"Entries\":[{}]}]}",
        "{\"VulnerableVersions\":\"<1\"}",
        "{\"Status\":99,\"Severity\":-1}",
        "{\"Affected\":[-1,\"a\",1e99]}",
        "{\"Cves\":[{\"ID\":4}]}",
        "{",
        "{\"FixedVersion\":\"1\"}}",
        "{\"FixedVersion\":\"\xff\"}",
    };
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        struct bolt_write w;
        struct error err = { 0 };
        struct vulndb_builder *builder = vulndb_builder_new(&err);
        bolt_write_begin(&w, 4096);
        put(&w, "debian 12", "p", "CVE-1", values[i]);
        put(&w, "Red Hat", "p", "RHSA-1", values[i]);
        bolt_write_put(&w, bolt_write_sub(&w, NULL, "vulnerability"), "CVE-1", values[i]);
        if (!trivy_db_read_bytes(builder, bolt_write_end(&w), 0, &err))
            assert_int_equal(err.kind, ERROR_INPUT);
        vulndb_builder_free(builder);
        bolt_write_free(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_distribution_by_its_own_form, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fixed_version_of_zero_says_never_affected, set_up, tear_down),
        cmocka_unit_test_setup_teardown(entries_by_architecture_are_advisories_of_their_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(red_hat_by_cpe_and_module, set_up, tear_down),
        cmocka_unit_test_setup_teardown(expressions_of_languages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sources_names_and_details, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_that_are_not_what_they_should_be, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
