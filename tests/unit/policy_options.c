/* policy/: the options that choose what is shown and what fails, and what the filters leave. */
#include "policy/policy.h"
#include "unit.h"

static void severities_are_a_list(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown; /* NULL: an error */
    } cases[] = {
        { "HIGH,CRITICAL", "HIGH CRITICAL " },
        { "high, Critical", "HIGH CRITICAL " },
        { "UNKNOWN", "UNKNOWN " },
        { "LOW,LOW", "LOW " },
        { "moderate", "MEDIUM " },
        { "", NULL },
        { " ", NULL },
        { "HIGH,,LOW", NULL },
        { "HIGH;LOW", NULL },
        { "severe", NULL },
        { "HIGH,", "HIGH " },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct policy policy;
        struct error err = { 0 };
        char shown[64] = "";
        policy_init(&policy);
        bool ok = policy_parse_severities(&policy, str_from(cases[i].text), &err);
        assert_int_equal(ok, cases[i].shown != NULL);
        for (int s = 0; s < SEVERITY_COUNT; s++)
            if (policy.severities[s]) {
                strcat(shown, severity_name((enum severity)s));
                strcat(shown, " ");
            }
        assert_string_equal(shown, ok ? cases[i].shown : "UNKNOWN LOW MEDIUM HIGH CRITICAL ");
        assert_int_equal(err.kind, ok ? ERROR_NONE : ERROR_USAGE);
    }
}

static void statuses_are_a_list(void **state)
{
    (void)state;
    struct policy policy;
    struct error err = { 0 };
    policy_init(&policy);
    assert_true(policy_parse_statuses(&policy, STR("will_not_fix,end_of_life"), &err));
    assert_true(policy.statuses_ignored[STATUS_WILL_NOT_FIX] && policy.statuses_ignored[STATUS_END_OF_LIFE]);
    assert_false(policy.statuses_ignored[STATUS_AFFECTED]);
    assert_true(policy_parse_statuses(&policy, STR("affected"), &err));
    assert_true(policy.statuses_ignored[STATUS_AFFECTED] && policy.statuses_ignored[STATUS_WILL_NOT_FIX]);
    assert_false(policy_parse_statuses(&policy, STR("unfixed"), &err));
    assert_int_equal(err.kind, ERROR_USAGE);
}

static void gates_are_parsed(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        enum severity severity;
        bool fixable, kev;
        double epss;
    } cases[] = {
        { "HIGH", true, SEVERITY_HIGH, false, false, 0 },
        { "critical,fixable", true, SEVERITY_CRITICAL, true, false, 0 },
        { "LOW, kev, epss>=0.25", true, SEVERITY_LOW, false, true, 0.25 },
        { "kev", true, SEVERITY_UNKNOWN, false, true, 0 },
        { "epss>=1", true, SEVERITY_UNKNOWN, false, false, 1 },
        { "", false, 0, false, false, 0 },
        { "fixable,HIGH", false, 0, false, false, 0 },
        { "HIGH,LOW", false, 0, false, false, 0 },
        { "HIGH,epss>=0", false, 0, false, false, 0 },
        { "HIGH,epss>=1.5", false, 0, false, false, 0 },
        { "HIGH,epss>=nan", false, 0, false, false, 0 },
        { "HIGH,epss>=0.1x", false, 0, false, false, 0 },
        { "HIGH,epss>=", false, 0, false, false, 0 },
        { "HIGH,epss>=0.00000000000000000000000000000001", false, 0, false, false, 0 },
        { "always", false, 0, false, false, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct policy policy;
        struct error err = { 0 };
        policy_init(&policy);
        bool ok = policy_parse_fail_on(&policy, str_from(cases[i].text), &err);
        if (ok != cases[i].ok)
            print_error("%s\n", cases[i].text);
        assert_int_equal(ok, cases[i].ok);
        assert_int_equal(policy.fail_on, ok);
        if (!ok) {
            assert_int_equal(err.kind, ERROR_USAGE);
            continue;
        }
        assert_int_equal(policy.fail_on_severity, cases[i].severity);
        assert_int_equal(policy.fail_on_fixable, cases[i].fixable);
        assert_int_equal(policy.fail_on_kev, cases[i].kev);
        assert_true(policy.fail_on_epss >= cases[i].epss && policy.fail_on_epss <= cases[i].epss);
    }
}

/* One finding of each severity and status; how many the filters leave. */
static size_t left_of_all(const struct policy *policy)
{
    static struct finding findings[SEVERITY_COUNT * STATUS_COUNT];
    for (size_t i = 0; i < ARRAY_LEN(findings); i++)
        findings[i] =
            (struct finding){ .severity = (enum severity)(i % SEVERITY_COUNT), .status = (enum vuln_status)(i / SEVERITY_COUNT) };
    struct result results[] = { { .findings = findings, .finding_count = ARRAY_LEN(findings) }, { .finding_count = 0 } };
    struct matches matches = { .results = results, .result_count = 2 };
    policy_filter(policy, &matches);
    return results[0].finding_count;
}

static void filters_leave_what_was_asked_for(void **state)
{
    (void)state;
    struct policy policy;
    struct error err = { 0 };
    policy_init(&policy);
    assert_int_equal(left_of_all(&policy), SEVERITY_COUNT * STATUS_COUNT);
    policy.ignore_unfixed = true; /* affected, will_not_fix, fix_deferred, end_of_life go */
    assert_int_equal(left_of_all(&policy), SEVERITY_COUNT * (STATUS_COUNT - 4));
    assert_true(policy_parse_statuses(&policy, STR("fixed,affected"), &err));
    assert_int_equal(left_of_all(&policy), SEVERITY_COUNT * (STATUS_COUNT - 5));
    policy_init(&policy);
    assert_true(policy_parse_severities(&policy, STR("HIGH,CRITICAL"), &err));
    assert_int_equal(left_of_all(&policy), 2 * STATUS_COUNT);
}

static void filters_keep_the_order(void **state)
{
    (void)state;
    struct policy policy;
    struct error err = { 0 };
    struct finding findings[] = { { .severity = SEVERITY_HIGH, .id = STR("1") },
                                  { .severity = SEVERITY_LOW, .id = STR("2") },
                                  { .severity = SEVERITY_HIGH, .id = STR("3") } };
    struct result result = { .findings = findings, .finding_count = 3 };
    struct matches matches = { .results = &result, .result_count = 1 };
    policy_init(&policy);
    assert_true(policy_parse_severities(&policy, STR("HIGH"), &err));
    policy_filter(&policy, &matches);
    assert_int_equal(result.finding_count, 2);
    assert_str(findings[0].id, "1");
    assert_str(findings[1].id, "3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(severities_are_a_list),  cmocka_unit_test(statuses_are_a_list),
        cmocka_unit_test(gates_are_parsed),       cmocka_unit_test(filters_leave_what_was_asked_for),
        cmocka_unit_test(filters_keep_the_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
