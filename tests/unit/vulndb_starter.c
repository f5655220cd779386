/* The built-in database: whole, of sound facts, and right about some that everybody knows; and its tables' reader. */
#include "vulndb_unit.h"

#include "vulndb/vulndb.h"

struct state {
    struct vulndb *db;
    struct arena arena;
};

static int setup(void **state)
{
    static struct state s;
    struct error err = { 0 };
    arena_init(&s.arena, "test", 16 << 20);
    s.db = vulndb_open_memory(vulndb_starter_bytes(), &err);
    if (!s.db)
        print_error("%s\n", err.text);
    *state = &s;
    return s.db ? 0 : -1;
}

static int teardown(void **state)
{
    struct state *s = *state;
    vulndb_close(s->db);
    arena_free(&s->arena);
    return 0;
}

static void whole(void **state)
{
    struct state *s = *state;
    struct error err = { 0 };
    struct vulndb_info info;
    if (!vulndb_verify(s->db, &err))
        fail_msg("%s", err.text);
    vulndb_info(s->db, &info);
    assert_true(info.is_starter);
    assert_true(info.vulnerability_count >= 300 && info.advisory_count >= info.vulnerability_count);
    assert_int_equal(info.built_s % 86400, 0); /* the day of its facts */
    for (uint32_t i = 0; i < info.source_count; i++) {
        struct vulndb_source_info source;
        assert_true(vulndb_source_at(s->db, i, &source, &err));
        assert_int_equal(source.date_s, info.built_s);
        assert_true(source.advisory_count > 0);
    }
}

/* The advisory of a package about an identifier. */
static bool find_hit(struct state *s, const char *space, const char *package, const char *id, struct vulndb_hit *hit)
{
    struct vulndb_cursor cursor;
    struct error err = { 0 };
    assert_true(vulndb_find(s->db, str_from(space), str_from(package), &cursor, &err));
    while (vulndb_next(&cursor, hit, &err))
        if (str_is(hit->vulnerability, id))
            return true;
    assert_int_equal(err.kind, ERROR_NONE);
    return false;
}

static void answers(void **state)
{
    static const struct {
        const char *space, *package, *id, *affected, *safe, *fixed; /* NULL: no such version */
        enum vuln_status status;
    } rows[] = {
        { "debian 11", "openssl", "CVE-2024-5535", "1.1.1w-0+deb11u1", "1.1.1w-0+deb11u2", "1.1.1w-0+deb11u2", STATUS_FIXED },
        { "debian 12", "libwebp", "CVE-2023-4863", "1.2.4-0.2", "1.2.4-0.2+deb12u1", "1.2.4-0.2+deb12u1", STATUS_FIXED },
        { "debian 10", "sudo", "CVE-2021-3156", "1.8.27-1+deb10u2", "1.8.27-1+deb10u3", "1.8.27-1+deb10u3", STATUS_FIXED },
        { "debian 11", "db5.3", "CVE-2019-8457", "5.3.28+dfsg1-0.8", NULL, "", STATUS_WILL_NOT_FIX },
        { "debian 12", "tar", "CVE-2005-2541", "1.34+dfsg-1.2+deb12u1", NULL, "", STATUS_AFFECTED },
        { "alpine 3.20", "musl", "CVE-2025-26519", "1.2.5-r0", "1.2.5-r1", "1.2.5-r1", STATUS_FIXED },
        { "pip", "django", "CVE-2022-28346", "4.0.3", "4.0.4", "2.2.28, 3.2.13, 4.0.4", STATUS_FIXED },
        { "pip", "django", "CVE-2022-28346", "3.2.12", "3.2.13", "2.2.28, 3.2.13, 4.0.4", STATUS_FIXED },
        { "pip", "ecdsa", "CVE-2024-23342", "0.18.0", "0.19.0", "", STATUS_AFFECTED },
        { "npm", "lodash", "CVE-2021-23337", "4.17.20", "4.17.21", "4.17.21", STATUS_FIXED },
        { "npm", "y18n", "CVE-2020-7774", "4.0.0", "4.0.1", NULL, STATUS_FIXED },
        { "maven", "org.apache.logging.log4j:log4j-core", "CVE-2021-44228", "2.14.1", "2.15.0", "2.3.1, 2.12.2, 2.15.0",
          STATUS_FIXED },
        { "maven", "org.apache.logging.log4j:log4j-core", "CVE-2021-44228", "2.12.1", "2.12.2", "2.3.1, 2.12.2, 2.15.0",
          STATUS_FIXED },
        { "go", "golang.org/x/crypto", "CVE-2024-45337", "0.30.0", "0.31.0", "0.31.0", STATUS_FIXED },
    };
    struct state *s = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct version_scheme *scheme = vulndb_space_scheme(str_from(rows[i].space));
        const char *versions[] = { rows[i].affected, rows[i].safe };
        struct vulndb_hit hit;
        struct error err = { 0 };
        if (!find_hit(s, rows[i].space, rows[i].package, rows[i].id, &hit))
            fail_msg("%s %s: no %s", rows[i].space, rows[i].package, rows[i].id);
        assert_int_equal(hit.status, rows[i].status);
        if (rows[i].fixed)
            assert_str(hit.fixed, rows[i].fixed);
        for (size_t v = 0; v < 2 && versions[v]; v++) {
            bool affected;
            uint32_t range;
            struct buf key;
            buf_init(&key, 4096);
            assert_true(scheme->key(str_from(versions[v]), &key));
            assert_true(vulndb_hit_affects(s->db, &hit, scheme, str_from(versions[v]), buf_view(&key), &affected, &range, &err));
            if (affected != (v == 0))
                fail_msg("%s %s %s: %s", rows[i].package, versions[v], rows[i].id, affected ? "affected" : "not affected");
            buf_free(&key);
        }
    }
}

static void nothing_else(void **state)
{
    static const char *const spaces[] = { "debian 13", "alpine 3.0", "rubygems", "Red Hat" };
    struct state *s = *state;
    for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
        struct vulndb_space_info info;
        struct error err = { 0 };
        assert_false(vulndb_space_find(s->db, str_from(spaces[i]), &info, &err));
        assert_int_equal(err.kind, ERROR_NONE);
    }
}

static void check_rating(struct str id, const struct vulndb_rating *rating)
{
    float score = rating->score4 > 0 ? rating->score4 : rating->score3 > 0 ? rating->score3 : rating->score2;
    assert_true(rating->source.len > 0 && rating->severity != SEVERITY_UNKNOWN);
    if (score > 0 && cvss_severity((double)score) != rating->severity)
        fail_msg("%.*s is rated %s with a score of %.1f", STR_ARG(id), severity_name(rating->severity), (double)score);
}

/* What stands in the tables is in the database: one record for each identifier, with a title, rated soundly. */
static void sound(void **state)
{
    struct state *s = *state;
    struct vulndb_info info;
    struct error err = { 0 };
    size_t rated = 0, exploited = 0;
    vulndb_info(s->db, &info);
    for (uint32_t i = 0; i < info.vulnerability_count; i++) {
        struct vulndb_vulnerability v;
        assert_true(vulndb_vulnerability_brief(s->db, i, &s->arena, &v, &err));
        if (v.title.len < 10 || v.title.len > 80)
            fail_msg("%.*s: the title \"%.*s\" is too short or too long", STR_ARG(v.id), STR_ARG(v.title));
        for (size_t r = 0; r < v.rating_count; r++)
            check_rating(v.id, &v.ratings[r]);
        rated += v.rating_count > 0;
        exploited += v.kev_added_s > 0;
    }
    assert_true(rated * 10 >= info.vulnerability_count * 8);
    assert_true(exploited >= 15);
}

/* ---- the tables' reader -------------------------------------------------------------------------------------------------------------- */

#define WEAKNESSES "# date: 2026-01-02\nid\taliases\tseverity\tcvss\trated by\tkev\ttitle\n"
#define ADVISORIES "# date: 2026-01-02\nid\tspace\tpackage\taffected\tstatus\tsources\n"

static bool read_table(const char *text, struct vulndb_builder **builder, struct error *err)
{
    char path[256];
    vulndb_temp_path(path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
    *builder = vulndb_builder_new(err);
    bool ok = vulndb_feed_find(STR("starter"))->read(*builder, path, err);
    unlink(path);
    return ok;
}

static void bad_tables(void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        { "", "an empty table" },
        { "# date: 2026-01-02\n", "an empty table" },
        { "id\tspace\n", "no \"# date" },
        { "# date: yesterday\n", "is no date" },
        { "# date: 2026-01-02\nid\tspace\n", "line 2: these are not the columns" },
        { WEAKNESSES "CVE-2024-1\t-\t-\t-\t-\t-\n", "line 3: not the 7 fields" },
        { WEAKNESSES "CVE-2024-1\t-\t-\t-\t-\t-\tTitle\t-\n", "not the 7 fields" },
        { WEAKNESSES "CVE-2024-1\t-\t-\t-\t-\t-\t\n", "an empty field" },
        { WEAKNESSES "CVE-2024-1\t\t-\t-\t-\t-\tTitle\n", "an empty field" },
        { WEAKNESSES "DSA-1-1\t-\t-\t-\t-\t-\tTitle\n", "is no identifier" },
        { WEAKNESSES "CVE-2024-1\t-\tbad\t-\tnvd\t-\tTitle\n", "is no severity" },
        { WEAKNESSES "CVE-2024-1\t-\tHIGH\tCVSS:3.1/AV:N\tnvd\t-\tTitle\n", "is no CVSS vector" },
        { WEAKNESSES "CVE-2024-1\t-\tHIGH\t-\t-\t-\tTitle\n", "without whose it is" },
        { WEAKNESSES "CVE-2024-1\t-\t-\t-\t-\ttoday\tTitle\n", "is no date" },
        { WEAKNESSES "CVE-2024-1\tA-1  A-2\t-\t-\t-\t-\tTitle\n", "two spaces" },
        { ADVISORIES "CVE-2024-1\tplan 9\tcurl\t<1\t-\tDSA-1-1\n", "is no distribution" },
        { ADVISORIES "CVE-2024-1\tdebian 12\t-\t<1\t-\tDSA-1-1\n", "is missing" },
        { ADVISORIES "CVE-2024-1\tdebian 12\tcurl\t-\t-\tDSA-1-1\n", "no affected versions" },
        { ADVISORIES "CVE-2024-1\tdebian 12\tcurl\t<:\t-\tDSA-1-1\n", "line 3" },
        { ADVISORIES "CVE-2024-1\tdebian 12\tcurl\t<1\tbroken\tDSA-1-1\n", "is no status" },
        { ADVISORIES "CVE-2024-1\tdebian 12\tcurl\t<1\t-\t-\n", "is no source" },
        { ADVISORIES "CVE-2024-1\tdebian 12\tcurl\t<1\t-\thearsay\n", "is no source" },
        { ADVISORIES "CVE-2024-1\tdebian 12\tcurl\t<1\t-\tchangelog DSA-1-1\n", "which stands alone" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct vulndb_builder *builder;
        struct error err = { 0 };
        if (read_table(rows[i].text, &builder, &err))
            fail_msg("read: %s", rows[i].text);
        if (!str_contains(str_from(err.text), rows[i].message))
            fail_msg("got \"%s\", want \"%s\"", err.text, rows[i].message);
        vulndb_builder_free(builder);
    }
}

/* Comments, empty lines, lines that end in "\r\n" and the last without an end; cut anywhere: read or refused, nothing else. */
static void good_tables(void **state)
{
    static const char text[] =
        "# a comment\n" ADVISORIES "\r\n# another\nCVE-2024-1\tdebian 12\tcurl\t<1.0-1\t-\tDSA-1-1 DSA-2-1\r\n"
        "CVE-2024-1\tpip\tAn_Example\t>=1, <=2 || >=3, <3.5\t-\tPYSEC-2024-1";
    (void)state;
    for (size_t len = 0; len <= strlen(text); len++) {
        struct vulndb_builder *builder;
        struct error err = { 0 };
        char cut[sizeof text];
        memcpy(cut, text, len);
        cut[len] = '\0';
        bool ok = read_table(cut, &builder, &err);
        assert_true(ok || err.kind == ERROR_INPUT);
        assert_true(ok || len < strlen(text));
        vulndb_builder_free(builder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole), cmocka_unit_test(answers),    cmocka_unit_test(nothing_else),
        cmocka_unit_test(sound), cmocka_unit_test(bad_tables), cmocka_unit_test(good_tables),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
