/* policy/: exit codes of the gates. 0 passed, 1 or N failed, 2 cannot judge. */
#include "policy/policy.h"
#include "unit.h"

struct gate_case {
    const char *fail_on; /* NULL: no such gate */
    int exit_code, exit_on_eol;
    bool allow_no_data, allow_starter, allow_incomplete;
    struct policy_facts facts;
    enum coverage coverage;
    struct finding findings[2];
    size_t finding_count;
    int want;
    const char *why; /* a part of it; NULL: none */
};

#define FINDINGS(...) \
    .findings = { __VA_ARGS__ }, .finding_count = sizeof((struct finding[]){ __VA_ARGS__ }) / sizeof(struct finding)
#define HIGH_OPEN                                            \
    {                                                        \
        .severity = SEVERITY_HIGH, .status = STATUS_AFFECTED \
    }
#define HIGH_FIXED                                                                \
    {                                                                             \
        .severity = SEVERITY_HIGH, .status = STATUS_FIXED, .fixed = STR_INIT("2") \
    }
#define LOW_EXPLOITED                                                                                              \
    {                                                                                                              \
        .severity = SEVERITY_LOW, .status = STATUS_AFFECTED, .details = {.kev_added_s = 1700000000, .epss = 0.5f } \
    }
#define UNRATED                                                 \
    {                                                           \
        .severity = SEVERITY_UNKNOWN, .status = STATUS_AFFECTED \
    }

static const struct gate_case cases[] = {
    /* No gate: findings and missing data are told, not judged. */
    { .want = 0 },
    { FINDINGS(HIGH_OPEN), .want = 0 },
    { .coverage = COVERAGE_NO_DATA, .want = 0 },
    { .facts = { .starter = true }, FINDINGS(HIGH_OPEN), .want = 0 },
    { .facts = { .end_of_life = true }, .want = 0 },
    /* --exit-code */
    { .exit_code = 1, .want = 0 },
    { .exit_code = 1, FINDINGS(HIGH_OPEN), .want = 1 },
    { .exit_code = 7, FINDINGS(UNRATED), .want = 7 },
    { .exit_code = 7, .coverage = COVERAGE_NO_DATA, .want = 2, .why = "no data for alpine 3.99" },
    { .exit_code = 7, .coverage = COVERAGE_NOT_SUPPORTED, FINDINGS(HIGH_OPEN), .want = 2, .why = "--allow-no-data" },
    { .exit_code = 7, .coverage = COVERAGE_NO_DATA, .allow_no_data = true, .want = 0 },
    { .exit_code = 7, .coverage = COVERAGE_NO_DATA, .allow_no_data = true, FINDINGS(HIGH_OPEN), .want = 7 },
    { .exit_code = 7, .facts = { .starter = true }, .want = 2, .why = "--allow-starter" },
    { .exit_code = 7, .facts = { .starter = true }, .allow_starter = true, FINDINGS(HIGH_OPEN), .want = 7 },
    { .exit_code = 7, .facts = { .starter = true }, .allow_starter = true, .want = 0 },
    /* --fail-on */
    { .fail_on = "HIGH", .want = 0 },
    { .fail_on = "HIGH", FINDINGS(HIGH_OPEN), .want = 1, .why = "1 finding fails" },
    { .fail_on = "HIGH", FINDINGS(HIGH_OPEN, HIGH_FIXED), .want = 1, .why = "2 findings fail " },
    { .fail_on = "CRITICAL", FINDINGS(HIGH_OPEN), .want = 0 },
    { .fail_on = "LOW", FINDINGS(UNRATED), .want = 0 },
    { .fail_on = "HIGH,fixable", FINDINGS(HIGH_OPEN), .want = 0 },
    { .fail_on = "HIGH,fixable", FINDINGS(HIGH_OPEN, HIGH_FIXED), .want = 1, .why = "1 finding" },
    { .fail_on = "LOW,kev", FINDINGS(HIGH_OPEN), .want = 0 },
    { .fail_on = "LOW,kev", FINDINGS(HIGH_OPEN, LOW_EXPLOITED), .want = 1, .why = "1 finding" },
    { .fail_on = "kev", FINDINGS(LOW_EXPLOITED), .want = 1, .why = "1 finding" },
    { .fail_on = "LOW,epss>=0.5", FINDINGS(LOW_EXPLOITED), .want = 1, .why = "1 finding" },
    { .fail_on = "LOW,epss>=0.6", FINDINGS(LOW_EXPLOITED, HIGH_OPEN), .want = 0 },
    { .fail_on = "HIGH", .coverage = COVERAGE_NO_DATA, .want = 2, .why = "the gate cannot judge" },
    { .fail_on = "HIGH", .facts = { .starter = true }, FINDINGS(HIGH_OPEN), .want = 2, .why = "--allow-starter" },
    /* both: either fails, with N */
    { .fail_on = "CRITICAL", .exit_code = 5, FINDINGS(HIGH_OPEN), .want = 5 },
    { .fail_on = "HIGH", .exit_code = 5, FINDINGS(HIGH_OPEN), .want = 5, .why = "1 finding" },
    { .fail_on = "HIGH", .exit_code = 5, .want = 0 },
    /* --exit-on-eol */
    { .exit_on_eol = 3, .want = 0 },
    { .exit_on_eol = 3, .facts = { .end_of_life = true }, .want = 3, .why = "end of life" },
    { .exit_on_eol = 3,
      .exit_code = 7,
      .facts = { .end_of_life = true },
      .coverage = COVERAGE_NO_DATA,
      .want = 2,
      .why = "no data" },
    /* An incomplete scan outranks all, gate or not. */
    { .facts = { .incomplete = true }, .want = 2, .why = "incomplete" },
    { .facts = { .incomplete = true }, .exit_code = 7, FINDINGS(HIGH_OPEN), .want = 2, .why = "--allow-incomplete" },
    { .facts = { .incomplete = true }, .allow_incomplete = true, .want = 0 },
    { .facts = { .incomplete = true }, .allow_incomplete = true, .exit_code = 7, FINDINGS(HIGH_OPEN), .want = 7 },
};

static void gates_exit_as_documented(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct gate_case *c = &cases[i];
        struct policy policy;
        struct error err = { 0 };
        struct arena arena;
        struct str why;
        struct finding findings[2];
        memcpy(findings, c->findings, sizeof findings);
        struct result results[] = { { .target = STR("python"), .coverage = COVERAGE_CHECKED },
                                    { .target = STR("x (alpine 3.99)"),
                                      .findings = findings,
                                      .finding_count = c->finding_count,
                                      .coverage = c->coverage,
                                      .coverage_text = STR("no data for alpine 3.99") } };
        struct matches matches = { .results = results, .result_count = 2 };
        arena_init(&arena, "test", 1 << 16);
        policy_init(&policy);
        policy.exit_code = c->exit_code;
        policy.exit_on_eol = c->exit_on_eol;
        policy.allow_no_data = c->allow_no_data;
        policy.allow_starter = c->allow_starter;
        policy.allow_incomplete = c->allow_incomplete;
        assert_true(!c->fail_on || policy_parse_fail_on(&policy, str_from(c->fail_on), &err));
        int code = policy_gate(&policy, &matches, &c->facts, &arena, &why);
        if (code != c->want || (c->why ? !str_contains(why, c->why) : why.len > 0))
            print_error("case %zu: %d, \"%.*s\"\n", i, code, STR_ARG(why));
        assert_int_equal(code, c->want);
        assert_true(c->why ? str_contains(why, c->why) : why.len == 0);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(gates_exit_as_documented) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
