/* Filters and gates: see policy.h. The gates' exit codes are a contract: 0, 1 (or N), 2. */
#include "policy/policy.h"

#include <stdlib.h>

void policy_init(struct policy *policy)
{
    *policy = (struct policy){ 0 };
    for (int i = 0; i < SEVERITY_COUNT; i++)
        policy->severities[i] = true;
}

/* ---- options ----------------------------------------------------------------------------------------------------------------------- */

bool policy_parse_severities(struct policy *policy, struct str list, struct error *err)
{
    bool chosen[SEVERITY_COUNT] = { 0 };
    struct str name;
    if (str_trim(list).len == 0)
        return error_set(err, ERROR_USAGE, "--severity: an empty list would hide every finding");
    while (str_next(&list, ',', &name)) {
        enum severity severity;
        if (!severity_parse(str_trim(name), &severity))
            return error_set(err, ERROR_USAGE, "--severity: \"%.*s\" is none of UNKNOWN, LOW, MEDIUM, HIGH, CRITICAL",
                             STR_ARG(name));
        chosen[severity] = true;
    }
    memcpy(policy->severities, chosen, sizeof chosen);
    return true;
}

bool policy_parse_statuses(struct policy *policy, struct str list, struct error *err)
{
    struct str name;
    while (str_next(&list, ',', &name)) {
        enum vuln_status status;
        if (!status_parse(str_trim(name), &status))
            return error_set(err, ERROR_USAGE,
                             "--ignore-status: \"%.*s\" is none of unknown, not_affected, affected, fixed, under_investigation, "
                             "will_not_fix, fix_deferred, end_of_life",
                             STR_ARG(name));
        policy->statuses_ignored[status] = true;
    }
    return true;
}

static bool parse_epss(struct str text, double *out)
{
    char copy[32];
    char *end;
    if (text.len == 0 || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *out = strtod(copy, &end);
    return *end == '\0' && *out > 0 && *out <= 1;
}

bool policy_parse_fail_on(struct policy *policy, struct str text, struct error *err)
{
    struct str part;
    policy->fail_on_severity = SEVERITY_UNKNOWN;
    if (str_trim(text).len == 0)
        return error_set(err, ERROR_USAGE,
                         "--fail-on: write a severity, then any of fixable, kev, epss>=0.1, as in --fail-on HIGH,fixable");
    for (bool first = true; str_next(&text, ',', &part); first = false) {
        part = str_trim(part);
        if (str_is(part, "fixable"))
            policy->fail_on_fixable = true;
        else if (str_is(part, "kev"))
            policy->fail_on_kev = true;
        else if (str_starts(part, "epss>=") && parse_epss(str_skip(part, 6), &policy->fail_on_epss))
            continue;
        else if (!first || !severity_parse(part, &policy->fail_on_severity))
            return error_set(
                err, ERROR_USAGE,
                "--fail-on: \"%.*s\" is not understood; write a severity, then any of fixable, kev, epss>=0.1, as in "
                "--fail-on HIGH,fixable",
                STR_ARG(part));
    }
    policy->fail_on = true;
    return true;
}

/* ---- filters ------------------------------------------------------------------------------------------------------------------------- */

static bool is_unfixed(enum vuln_status status)
{
    return status == STATUS_AFFECTED || status == STATUS_WILL_NOT_FIX || status == STATUS_FIX_DEFERRED ||
           status == STATUS_END_OF_LIFE;
}

static bool is_shown(const struct policy *policy, const struct finding *finding)
{
    return policy->severities[finding->severity] && !policy->statuses_ignored[finding->status] &&
           !(policy->ignore_unfixed && is_unfixed(finding->status));
}

void policy_filter(const struct policy *policy, struct matches *matches)
{
    for (size_t i = 0; i < matches->result_count; i++) {
        struct result *result = &matches->results[i];
        size_t kept = 0;
        for (size_t k = 0; k < result->finding_count; k++)
            if (is_shown(policy, &result->findings[k]))
                result->findings[kept++] = result->findings[k];
        result->finding_count = kept;
    }
}

/* ---- gates ---------------------------------------------------------------------------------------------------------------------------- */

static bool fails(const struct policy *policy, const struct finding *finding)
{
    return finding->severity >= policy->fail_on_severity && (!policy->fail_on_fixable || finding->fixed.len) &&
           (!policy->fail_on_kev || finding->details.kev_added_s) &&
           (policy->fail_on_epss <= 0 || (double)finding->details.epss >= policy->fail_on_epss);
}

struct counts {
    size_t findings, failing;
};

static struct counts count(const struct policy *policy, const struct matches *matches)
{
    struct counts counts = { 0 };
    for (size_t i = 0; i < matches->result_count; i++)
        for (size_t k = 0; k < matches->results[i].finding_count; k++) {
            counts.findings++;
            counts.failing += policy->fail_on && fails(policy, &matches->results[i].findings[k]);
        }
    return counts;
}

/* A gate never passes for want of data: why it cannot judge, or an empty text. */
static struct str why_blind(const struct policy *policy, const struct matches *matches, const struct policy_facts *facts,
                            struct arena *arena)
{
    for (size_t i = 0; i < matches->result_count && !policy->allow_no_data; i++)
        if (matches->results[i].coverage == COVERAGE_NO_DATA || matches->results[i].coverage == COVERAGE_NOT_SUPPORTED)
            return arena_printf(arena, "the gate cannot judge %.*s: %.*s; use a database that covers it, or --allow-no-data",
                                STR_ARG(matches->results[i].target), STR_ARG(matches->results[i].coverage_text));
    if (facts->starter && !policy->allow_starter)
        return STR(
            "the gate cannot judge by the starter database alone, which holds only a few hundred vulnerabilities: give a full "
            "one with --db, or --allow-starter");
    return (struct str){ 0 };
}

int policy_gate(const struct policy *policy, const struct matches *matches, const struct policy_facts *facts, struct arena *arena,
                struct str *why)
{
    struct counts counts = count(policy, matches);
    *why = (struct str){ 0 };
    if (facts->incomplete && !policy->allow_incomplete) {
        *why = STR("the scan is incomplete: a package database or os-release could not be understood (see the warnings); "
                   "--allow-incomplete goes on without it");
        return 2;
    }
    if (policy->exit_code || policy->fail_on)
        *why = why_blind(policy, matches, facts, arena);
    if (why->len)
        return 2;
    if (policy->exit_on_eol && facts->end_of_life) {
        *why = STR("the release is past its end of life");
        return policy->exit_on_eol;
    }
    if (counts.failing) {
        *why = arena_printf(arena, "%zu finding%s fail%s the gate --fail-on", counts.failing, counts.failing == 1 ? "" : "s",
                            counts.failing == 1 ? "s" : "");
        return policy->exit_code ? policy->exit_code : 1;
    }
    return counts.findings ? policy->exit_code : 0;
}
