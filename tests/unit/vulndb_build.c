/* Databases that are built and read back: every field, the joining of identifiers, the merging of records, the same bytes
 * whatever the order of records. */
#include "vulndb_unit.h"

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

static struct vulndb *open_bytes(struct str bytes)
{
    struct error err = { 0 };
    struct vulndb *db = vulndb_open_memory(bytes, &err);
    if (!db || !vulndb_verify(db, &err))
        fail_msg("%s", err.text);
    return db;
}

static void next_hit(struct vulndb_cursor *cursor, struct vulndb_hit *hit)
{
    struct error err = { 0 };
    if (!vulndb_next(cursor, hit, &err))
        fail_msg("no more advisories: %s", err.text);
}

static bool affects(struct vulndb *db, const struct vulndb_hit *hit, const char *scheme_name, const char *version,
                    uint32_t *range)
{
    const struct version_scheme *scheme = version_scheme_find(str_from(scheme_name));
    struct error err = { 0 };
    struct buf key;
    bool affected = false;
    buf_init(&key, 4096);
    assert_true(scheme->key(str_from(version), &key));
    assert_true(vulndb_hit_affects(db, hit, scheme, str_from(version), buf_view(&key), &affected, range, &err));
    buf_free(&key);
    return affected;
}

static void advisories_of_distributions_come_back(void **state)
{
    (void)state;
    struct vulndb *db = open_bytes(vulndb_test_bytes(&arena));
    struct error err = { 0 };
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    struct vulndb_match_range range;
    struct vulndb_source_info source;
    struct str text;
    uint32_t number;
    assert_true(vulndb_find(db, STR("debian 12"), STR("curl"), &cursor, &err));
    next_hit(&cursor, &hit);
    assert_str(hit.vulnerability, "CVE-2024-1");
    assert_str(hit.source_id, "debian");
    assert_str(hit.fixed, "7.88.1-10+deb12u5");
    assert_str(hit.flavour, "fips");
    assert_int_equal(hit.status, STATUS_FIXED);
    assert_true(hit.has_severity && hit.severity == SEVERITY_HIGH);
    assert_int_equal(hit.range_count, 1);
    assert_true(vulndb_hit_range(db, &hit, 0, &range, &err));
    assert_null(range.low.ptr);
    assert_str(range.high, "7.88.1-10+deb12u5");
    assert_true(range.high_open);
    assert_int_equal(hit.vendor_id_count, 1);
    assert_true(vulndb_hit_vendor_id(db, &hit, 0, &text, &err));
    assert_str(text, "DSA-1-1");
    assert_int_equal(hit.arch_count, 2);
    assert_true(vulndb_hit_arch(db, &hit, 1, &text, &err));
    assert_str(text, "arm64");
    assert_int_equal(hit.cpe_count, 2);
    assert_true(vulndb_hit_cpe(db, &hit, 1, &number, &err) && number == 9);
    assert_true(affects(db, &hit, "dpkg", "7.88.1-10", &number) && number == 0);
    assert_false(affects(db, &hit, "dpkg", "7.88.1-10+deb12u5", &number));
    assert_true(vulndb_source_at(db, hit.source_number, &source, &err));
    assert_str(source.source.name, "Debian Security Tracker");
    assert_str(source.source.url, "https://example.org/debian");
    assert_true(source.date_s == 1600000000 && source.advisory_count == 2);

    next_hit(&cursor, &hit);
    assert_str(hit.vulnerability, "CVE-2024-2");
    assert_int_equal(hit.status, STATUS_WILL_NOT_FIX);
    assert_false(hit.has_severity);
    assert_int_equal(hit.vulnerability_number, UINT32_MAX);
    assert_true(affects(db, &hit, "dpkg", "999:1", &number));
    assert_false(vulndb_next(&cursor, &hit, &err));
    assert_int_equal(err.kind, ERROR_NONE);
    vulndb_close(db);
}

static void advisories_of_languages_come_back(void **state)
{
    (void)state;
    static const struct {
        const char *version;
        bool affected;
        uint32_t range;
    } rows[] = {
        { "0.9", false, 0 },
        { "1.0", true, 0 },
        { "1.0rc1", false, 0 },
        { "1.5", true, 0 },
        { "2.0", false, 0 },
        { "2.9.1", true, UINT32_MAX },
        { "2.9.1.0", true, UINT32_MAX },
        { "3.0", true, UINT32_MAX },
        { "3.1", false, 0 },
        { "4.0.5", true, 1 },
        { "4.0.6", false, 0 },
    };
    struct vulndb *db = open_bytes(vulndb_test_bytes(&arena));
    struct error err = { 0 };
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    struct str key, text;
    uint32_t range;
    assert_true(vulndb_find(db, STR("pip"), STR("django-x"), &cursor, &err)); /* spelled as the space has it */
    next_hit(&cursor, &hit);
    assert_str(hit.affected_text, ">=1.0, <2.0 || >=4.0, <=4.0.5");
    assert_int_equal(hit.range_count, 2);
    assert_int_equal(hit.exact_count, 2); /* 1.5 is in a range, "no version" is none */
    assert_true(vulndb_hit_exact(db, &hit, 0, &key, &text, &err));
    assert_str(text, "2.9.1");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        bool affected = affects(db, &hit, "pep440", rows[i].version, &range);
        if (affected != rows[i].affected || (affected && range != rows[i].range))
            fail_msg("%s: affected %d by range %u", rows[i].version, affected, range);
    }
    assert_false(vulndb_hit_exact(db, &hit, 2, &key, &text, &err));
    assert_int_equal(err.kind, ERROR_DATABASE);
    vulndb_close(db);
}

static void vulnerabilities_come_back(void **state)
{
    (void)state;
    struct vulndb *db = open_bytes(vulndb_test_bytes(&arena));
    struct error err = { 0 };
    struct vulndb_vulnerability v;
    uint32_t number, again;
    assert_true(vulndb_vulnerability_find(db, STR("CVE-2024-1"), &number, &err));
    assert_true(vulndb_vulnerability_find(db, STR("GHSA-1111-2222-3333"), &again, &err) && again == number);
    assert_false(vulndb_vulnerability_find(db, STR("CVE-2024-3"), &again, &err));
    assert_int_equal(err.kind, ERROR_NONE);
    assert_true(vulndb_vulnerability_at(db, number, &arena, &v, &err));
    assert_str(v.title, "A title");
    assert_str(v.description, "What it is about.");
    assert_int_equal(v.severity, SEVERITY_HIGH);
    assert_int_equal(v.rating_count, 2);
    assert_str(v.ratings[0].source, "ghsa");
    assert_true(v.ratings[0].score4 > 9.05f && v.ratings[0].score4 < 9.15f); /* as given */
    assert_str(v.ratings[1].source, "nvd");
    assert_int_equal(v.ratings[1].severity, SEVERITY_CRITICAL);
    assert_true(v.ratings[1].score3 > 9.75f && v.ratings[1].score3 < 9.85f); /* from the vector */
    assert_true(v.ratings[1].score2 > 7.45f && v.ratings[1].score2 < 7.55f);
    assert_str(v.ratings[1].cvss2, "AV:N/AC:L/Au:N/C:P/I:P/A:P");
    assert_int_equal(v.cwe_count, 2);
    assert_str(v.cwes[0], "CWE-22");
    assert_int_equal(v.reference_count, 2);
    assert_str(v.references[0], "https://example.org/b"); /* in their source's order */
    assert_int_equal(v.alias_count, 2);
    assert_true(v.published_s == 1700000001 && v.modified_s == 1700000002 && v.withdrawn_s == 0);
    assert_true(v.kev_added_s == 1700000003 && v.kev_due_s == 1700000004 && v.kev_ransomware);
    assert_true(v.epss > 0.24f && v.epss < 0.26f && v.epss_percentile > 0.74f);
    assert_true(vulndb_vulnerability_brief(db, number, &arena, &v, &err));
    assert_int_equal(v.description.len, 0);
    assert_false(vulndb_vulnerability_at(db, 77, &arena, &v, &err));
    assert_int_equal(err.kind, ERROR_DATABASE);
    vulndb_close(db);
}

static void spaces_and_cpes_come_back(void **state)
{
    (void)state;
    struct vulndb *db = open_bytes(vulndb_test_bytes(&arena));
    struct error err = { 0 };
    struct vulndb_info info;
    struct vulndb_space_info space;
    const uint32_t *indices;
    struct str text;
    size_t count;
    vulndb_info(db, &info);
    assert_true(info.built_s == 1700000000 && info.advisory_count == 3 && info.package_count == 2 && info.space_count == 2);
    assert_true(info.source_count == 2 && info.vulnerability_count == 1 && info.format_version == DDB_VERSION &&
                !info.is_starter);
    assert_true(vulndb_space_find(db, STR("debian 12"), &space, &err));
    assert_true(space.package_count == 1 && space.advisory_count == 2);
    assert_false(vulndb_space_find(db, STR("debian 13"), &space, &err));
    assert_int_equal(err.kind, ERROR_NONE);
    assert_true(vulndb_cpe_map(db, "repository", STR("rhel-9-for-x86_64-baseos-rpms"), &arena, &indices, &count, &err));
    assert_true(count == 2 && indices[0] == 7 && indices[1] == 9);
    assert_true(vulndb_cpe_map(db, "nvr", STR("ubi9-1-x86_64"), &arena, &indices, &count, &err) && count == 1);
    assert_false(vulndb_cpe_map(db, "nvr", STR("rhel-9-for-x86_64-baseos-rpms"), &arena, &indices, &count, &err));
    assert_true(vulndb_cpe_find(db, 7, &text, &err));
    assert_str(text, "cpe:/o:redhat:enterprise_linux:9::baseos");
    assert_false(vulndb_cpe_find(db, 8, &text, &err));
    assert_int_equal(err.kind, ERROR_NONE);
    vulndb_close(db);
}

/* ---- joining and merging ------------------------------------------------------------------------------------------------------------ */

struct given {
    const char *id, *aliases[4];
};

static void add_given(struct vulndb_builder *builder, const struct given *given)
{
    struct error err = { 0 };
    struct str aliases[4];
    struct vulndb_vulnerability v = { .id = str_from(given->id), .title = str_from(given->id), .aliases = aliases };
    struct vulndb_advisory advisory = { .space = STR("npm"), .package = STR("p"), .vulnerability = v.id, .source = STR("s") };
    for (; v.alias_count < 4 && given->aliases[v.alias_count]; v.alias_count++)
        aliases[v.alias_count] = str_from(given->aliases[v.alias_count]);
    version_set_init(&advisory.affected, &arena);
    version_set_add(&advisory.affected, (struct version_span){ .high = STR("1.0.0"), .low_open = true, .high_open = true });
    assert_true(vulndb_add_vulnerability(builder, &v, &err) && vulndb_add_advisory(builder, &advisory, &err));
}

static struct str build_given(const struct given *given, size_t count, size_t first)
{
    struct error err = { 0 };
    const struct vulndb_source source = { .id = STR("s"), .name = STR("S") };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    assert_true(vulndb_add_source(builder, &source, 0, &err));
    for (size_t i = 0; i < count; i++)
        add_given(builder, &given[(first + i * (first % 2 ? count - 1 : 1)) % count]);
    return vulndb_test_write(builder, &arena);
}

/* What `id` leads to, by record or alias; "-" where it leads nowhere. */
static const char *leads_to(struct vulndb *db, const char *id)
{
    struct error err = { 0 };
    struct vulndb_vulnerability v;
    uint32_t number;
    if (!vulndb_vulnerability_find(db, str_from(id), &number, &err))
        return "-";
    assert_true(vulndb_vulnerability_brief(db, number, &arena, &v, &err));
    return arena_cstr(&arena, v.id);
}

static void identifiers_of_one_weakness_are_joined(void **state)
{
    (void)state;
    static const struct given given[] = {
        { "PYSEC-1", { "CVE-2020-1", "GHSA-1" } }, /* under the CVE, though no record has it as its own */
        { "GHSA-1", { "CVE-2020-1" } },
        { "RUSTSEC-2", { "GHSA-2" } }, /* no CVE: the GHSA, which has a record */
        { "GHSA-2", { 0 } },
        { "RUSTSEC-3", { "GHSA-3" } }, /* the only one with a record */
        { "CVE-2020-4", { "GHSA-4" } },
        { "CVE-2020-5", { "GHSA-4" } },             /* GHSA-4 is claimed twice */
        { "GO-6", { "CVE-2020-6", "CVE-2020-7" } }, /* speaks of two */
        { "CVE-2020-6", { 0 } },
    };
    static const char *const want[][2] = {
        { "PYSEC-1", "CVE-2020-1" },    { "GHSA-1", "CVE-2020-1" },     { "CVE-2020-1", "CVE-2020-1" },
        { "RUSTSEC-2", "GHSA-2" },      { "GHSA-3", "RUSTSEC-3" },      { "GHSA-4", "-" },
        { "CVE-2020-4", "CVE-2020-4" }, { "CVE-2020-5", "CVE-2020-5" }, { "GO-6", "GO-6" },
        { "CVE-2020-6", "CVE-2020-6" },
    };
    struct str bytes = build_given(given, ARRAY_LEN(given), 0);
    struct vulndb *db = open_bytes(bytes);
    for (size_t i = 0; i < ARRAY_LEN(want); i++)
        assert_string_equal(leads_to(db, want[i][0]), want[i][1]);
    struct error err = { 0 };
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    struct str text;
    assert_true(vulndb_find(db, STR("npm"), STR("p"), &cursor, &err));
    next_hit(&cursor, &hit); /* PYSEC-1 and GHSA-1 say the same: one advisory */
    assert_str(hit.vulnerability, "CVE-2020-1");
    assert_int_equal(hit.vendor_id_count, 2);
    assert_true(vulndb_hit_vendor_id(db, &hit, 0, &text, &err));
    assert_str(text, "GHSA-1");
    vulndb_close(db);
    for (size_t first = 1; first < ARRAY_LEN(given); first++)
        assert_true(str_eq(build_given(given, ARRAY_LEN(given), first), bytes)); /* in any order of records */
}

static void records_of_one_vulnerability_are_merged(void **state)
{
    (void)state;
    const struct vulndb_rating nvd = { .source = STR("nvd"), .severity = SEVERITY_LOW },
                               ghsa = { .source = STR("ghsa"), .severity = SEVERITY_HIGH };
    const struct str cwe = STR("CWE-1"), other_cwe = STR("CWE-2");
    const struct vulndb_vulnerability given[] = {
        { .id = STR("CVE-1"),
          .title = STR("short"),
          .description = STR("short text"),
          .ratings = &nvd,
          .rating_count = 1,
          .cwes = &cwe,
          .cwe_count = 1,
          .published_s = 50,
          .modified_s = 60,
          .withdrawn_s = 5 },
        { .id = STR("CVE-1"),
          .description = STR("a longer text than the other"),
          .ratings = &ghsa,
          .rating_count = 1,
          .cwes = &other_cwe,
          .cwe_count = 1,
          .published_s = 40,
          .modified_s = 55,
          .severity = SEVERITY_HIGH },
        { .id = STR("CVE-1"), .kev_added_s = 7, .title = STR("a catalogue's name") },
        { .id = STR("CVE-2"), .title = STR("gone"), .withdrawn_s = 9 },
    };
    struct str first = { 0 };
    for (size_t turn = 0; turn < ARRAY_LEN(given); turn++) {
        struct error err = { 0 };
        struct vulndb_builder *builder = vulndb_builder_new(&err);
        for (size_t i = 0; i < ARRAY_LEN(given); i++)
            assert_true(vulndb_add_vulnerability(builder, &given[(turn + i) % ARRAY_LEN(given)], &err));
        struct str bytes = vulndb_test_write(builder, &arena);
        if (turn == 0)
            first = bytes;
        assert_true(str_eq(bytes, first));
    }
    struct vulndb *db = open_bytes(first);
    struct error err = { 0 };
    struct vulndb_vulnerability v;
    assert_true(vulndb_vulnerability_at(db, 0, &arena, &v, &err));
    assert_str(v.description, "a longer text than the other");
    assert_str(v.title, "short");
    assert_true(v.rating_count == 2 && v.cwe_count == 2 && v.kev_added_s == 7 && v.severity == SEVERITY_HIGH);
    assert_true(v.published_s == 40 && v.modified_s == 60 && v.withdrawn_s == 0); /* not all withdrew it */
    assert_true(vulndb_vulnerability_at(db, 1, &arena, &v, &err) && v.withdrawn_s == 9);
    vulndb_close(db);
}

static void records_that_cannot_be_used_are_left_out(void **state)
{
    (void)state;
    const struct vulndb_source source = { .id = STR("s"), .name = STR("S") };
    const struct {
        const char *space, *package, *id, *low;
    } rows[] = { { "plan9 4", "p", "CVE-1", "1" },
                 { "npm", "", "CVE-1", "1.0.0" },
                 { "npm", "p", "", "1.0.0" },
                 { "npm", "p", "CVE-1", "not a version" } };
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    struct vulndb_info info;
    assert_true(vulndb_add_source(builder, &source, 0, &err));
    for (size_t i = 0; i <= ARRAY_LEN(rows); i++) {
        struct vulndb_advisory advisory = {
            .space = STR("npm"), .package = STR("p"), .vulnerability = STR("CVE-1"), .source = STR("s")
        };
        version_set_init(&advisory.affected, &arena);
        if (i < ARRAY_LEN(rows)) { /* the last one has no span */
            advisory.space = str_from(rows[i].space);
            advisory.package = str_from(rows[i].package);
            advisory.vulnerability = str_from(rows[i].id);
            version_set_add(&advisory.affected, (struct version_span){ .low = str_from(rows[i].low), .high_open = true });
        }
        assert_true(vulndb_add_advisory(builder, &advisory, &err));
    }
    struct vulndb_advisory unknown = {
        .space = STR("npm"), .package = STR("p"), .vulnerability = STR("CVE-1"), .source = STR("nobody")
    };
    version_set_init(&unknown.affected, &arena);
    version_set_add(&unknown.affected, (struct version_span){ .low_open = true, .high_open = true });
    assert_false(vulndb_add_advisory(builder, &unknown, &err));
    struct vulndb *db = open_bytes(vulndb_test_write(builder, &arena));
    vulndb_info(db, &info);
    assert_int_equal(info.advisory_count, 0);
    vulndb_close(db);
}

static void many_records_are_all_found(void **state)
{
    (void)state;
    enum { PACKAGES = 3000 };
    const struct vulndb_source source = { .id = STR("s"), .name = STR("S") };
    struct error err = { 0 };
    struct str first = { 0 };
    for (int turn = 0; turn < 2; turn++) {
        struct vulndb_builder *builder = vulndb_builder_new(&err);
        assert_true(vulndb_add_source(builder, &source, 0, &err));
        for (int i = 0; i < PACKAGES; i++) {
            int n = turn ? PACKAGES - 1 - i : i;
            struct str id = arena_printf(&arena, "CVE-2024-%d", n);
            struct vulndb_advisory advisory = { .space = n % 2 ? STR("npm") : STR("debian 12"),
                                                .package = arena_printf(&arena, "p%d", n / 3),
                                                .vulnerability = id,
                                                .source = STR("s"),
                                                .fixed = arena_printf(&arena, "%d.0.0", n) };
            struct vulndb_vulnerability v = { .id = id, .description = arena_printf(&arena, "%0200d about %d", 0, n) };
            version_set_init(&advisory.affected, &arena);
            version_set_add(&advisory.affected,
                            (struct version_span){ .high = advisory.fixed, .low_open = true, .high_open = true });
            assert_true(vulndb_add_advisory(builder, &advisory, &err) && vulndb_add_vulnerability(builder, &v, &err));
        }
        struct str bytes = vulndb_test_write(builder, &arena);
        assert_true(turn == 0 || str_eq(bytes, first));
        first = bytes;
    }
    struct vulndb *db = open_bytes(first);
    size_t seen = 0;
    for (int i = 0; i <= PACKAGES / 3; i++)
        for (int space = 0; space < 2; space++) {
            struct vulndb_cursor cursor;
            struct vulndb_hit hit;
            struct vulndb_vulnerability v;
            assert_true(vulndb_find(db, space ? STR("npm") : STR("debian 12"), arena_printf(&arena, "p%d", i), &cursor, &err));
            for (; vulndb_next(&cursor, &hit, &err); seen++) {
                assert_true(vulndb_vulnerability_at(db, hit.vulnerability_number, &arena, &v, &err));
                assert_true(str_eq(v.id, hit.vulnerability) && str_contains(v.description, " about "));
            }
        }
    assert_int_equal(err.kind, ERROR_NONE);
    assert_int_equal(seen, PACKAGES);
    vulndb_close(db);
}

static void an_empty_database_is_a_database(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    struct vulndb *db = open_bytes(vulndb_test_write(vulndb_builder_new(&err), &arena));
    assert_true(vulndb_find(db, STR("npm"), STR("p"), &cursor, &err));
    assert_false(vulndb_next(&cursor, &hit, &err));
    assert_int_equal(err.kind, ERROR_NONE);
    vulndb_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(advisories_of_distributions_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(advisories_of_languages_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(vulnerabilities_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(spaces_and_cpes_come_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(identifiers_of_one_weakness_are_joined, set_up, tear_down),
        cmocka_unit_test_setup_teardown(records_of_one_vulnerability_are_merged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(records_that_cannot_be_used_are_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_records_are_all_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_database_is_a_database, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
