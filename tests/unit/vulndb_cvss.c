/* CVSS scores of versions 2 to 4 against published values, severities and statuses in words. */
#include "unit.h"
#include "vulndb/vulndb.h"

static void scores_are_those_of_the_specifications(void **state)
{
    (void)state;
    static const struct {
        const char *vector;
        double score;
    } rows[] = {
        /* v2, with and without parentheses, temporal metrics do not count */
        { "AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8 },
        { "(AV:N/AC:L/Au:N/C:C/I:C/A:C)", 10.0 },
        { "AV:L/AC:H/Au:N/C:C/I:C/A:C", 6.2 },
        { "AV:N/AC:L/Au:N/C:P/I:P/A:P/E:POC/RL:OF/RC:C", 7.5 },
        { "AV:N/AC:L/Au:N/C:N/I:N/A:N", 0.0 },
        /* v3 */
        { "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8 },
        { "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0 },
        { "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1 },
        { "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8 },
        { "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 1.6 },
        { "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N", 5.9 },
        { "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0 },
        { "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C/MAV:L", 9.8 },
        /* v4 */
        { "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 10.0 },
        { "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 9.3 },
        { "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 5.1 },
        { "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 7.3 },
        { "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N", 8.2 },
        { "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0.0 },
        { "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 8.1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        double score = -1;
        if (!cvss_score(str_from(rows[i].vector), &score) || score < rows[i].score - 0.01 || score > rows[i].score + 0.01)
            fail_msg("%s gives %.2f, want %.1f", rows[i].vector, score, rows[i].score);
    }
}

static void vectors_that_are_not_well_formed_have_no_score(void **state)
{
    (void)state;
    static const char *const vectors[] = {
        "",
        "CVSS:3.1/",
        "7.5",
        "CVSS:3.1/AV:N",
        "CVSS:9.9/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",          /* A is missing */
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", /* repeated */
        "CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",      /* no such value */
        "CVSS:3.1/AV:NN/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",     /* more than a value */
        "CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",       /* no value */
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/QQ:X", /* no such metric */
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N",
        "AV:N/AC:L/Au:N/C:N/I:N",
        "(AV:N/AC:L/Au:N/C:N/I:N/A:C",
    };
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        double score;
        if (cvss_score(str_from(vectors[i]), &score))
            fail_msg("%s has the score %.1f", vectors[i], score);
    }
    double score;
    assert_false(cvss_score(str_make("CVSS:3.1/AV:\0/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 44), &score));
}

static void bands_and_words_of_severities(void **state)
{
    (void)state;
    enum severity severity;
    assert_int_equal(cvss_severity(0), SEVERITY_UNKNOWN);
    assert_int_equal(cvss_severity(0.1), SEVERITY_LOW);
    assert_int_equal(cvss_severity(3.9), SEVERITY_LOW);
    assert_int_equal(cvss_severity(4.0), SEVERITY_MEDIUM);
    assert_int_equal(cvss_severity(6.9), SEVERITY_MEDIUM);
    assert_int_equal(cvss_severity(7.0), SEVERITY_HIGH);
    assert_int_equal(cvss_severity(9.0), SEVERITY_CRITICAL);
    assert_true(severity_parse(STR("Moderate"), &severity) && severity == SEVERITY_MEDIUM);
    assert_true(severity_parse(STR("IMPORTANT"), &severity) && severity == SEVERITY_HIGH);
    assert_true(severity_parse(STR("negligible"), &severity) && severity == SEVERITY_LOW);
    assert_false(severity_parse(STR("not yet assigned"), &severity));
    for (unsigned i = 0; i < SEVERITY_COUNT; i++) {
        assert_true(severity_parse(str_from(severity_name((enum severity)i)), &severity));
        assert_int_equal(severity, i);
    }
}

static void statuses_are_numbered_as_in_reports(void **state)
{
    (void)state;
    static const char *const names[] = { "unknown",      "not_affected", "affected",   "fixed", "under_investigation",
                                         "will_not_fix", "fix_deferred", "end_of_life" };
    enum vuln_status status;
    assert_int_equal(ARRAY_LEN(names), STATUS_COUNT);
    for (unsigned i = 0; i < STATUS_COUNT; i++) {
        assert_string_equal(status_name((enum vuln_status)i), names[i]);
        assert_true(status_parse(str_from(names[i]), &status) && status == (enum vuln_status)i);
    }
    assert_false(status_parse(STR("open"), &status));
}

static void spaces_have_schemes_and_spellings(void **state)
{
    (void)state;
    static const struct {
        const char *space, *scheme;
        bool language;
        const char *name, *spelled;
    } rows[] = {
        { "debian 12", "dpkg", false, "libX11", "libX11" },
        { "ubuntu 18.04-ESM", "dpkg", false, "a", "a" },
        { "alpine 3.20", "apk", false, "a", "a" },
        { "wolfi", "apk", false, "a", "a" },
        { "Red Hat", "rpm", false, "nodejs:18::npm", "nodejs:18::npm" },
        { "Oracle Linux 8", "rpm", false, "a", "a" },
        { "amazon linux 2", "rpm", false, "a", "a" },
        { "SUSE Linux Enterprise Micro 5.2", "rpm", false, "a", "a" },
        { "openSUSE Leap 15.5", "rpm", false, "a", "a" },
        { "Azure Linux 3.0", "rpm", false, "a", "a" },
        { "seal debian", "dpkg", false, "a", "a" },
        { "root.io debian 12", "dpkg", false, "a", "a" },
        { "seal pip", "pep440", true, "A_b.C", "a-b-c" },
        { "pip", "pep440", true, "Zope.Interface__x", "zope-interface-x" },
        { "npm", "npm", true, "JSONStream", "jsonstream" },
        { "rubygems", "gem", true, "RedCloth", "redcloth" },
        { "go", "go", true, "github.com/BurntSushi/toml", "github.com/BurntSushi/toml" },
    };
    struct arena arena;
    arena_init(&arena, "test", 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str space = str_from(rows[i].space), out;
        const struct version_scheme *scheme = vulndb_space_scheme(space);
        assert_non_null(scheme);
        assert_string_equal(scheme->name, rows[i].scheme);
        assert_int_equal(vulndb_space_is_language(space), rows[i].language);
        assert_true(vulndb_space_normalize(space, str_from(rows[i].name), &arena, &out));
        assert_str(out, rows[i].spelled);
    }
    assert_null(vulndb_space_scheme(STR("debianish 12")));
    assert_null(vulndb_space_scheme(STR("pip 3")));
    assert_null(vulndb_space_scheme(STR("")));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_those_of_the_specifications),
        cmocka_unit_test(vectors_that_are_not_well_formed_have_no_score),
        cmocka_unit_test(bands_and_words_of_severities),
        cmocka_unit_test(statuses_are_numbered_as_in_reports),
        cmocka_unit_test(spaces_have_schemes_and_spellings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
