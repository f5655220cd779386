/* policy.h - which findings are shown, and whether the gates pass. */
#ifndef DRYDOCK_POLICY_H
#define DRYDOCK_POLICY_H

#include "base/base.h"
#include "match/match.h"

struct policy {
    bool severities[SEVERITY_COUNT]; /* shown; policy_init sets all */
    bool ignore_unfixed;             /* drops affected, will_not_fix, fix_deferred, end_of_life, as Trivy does */
    bool statuses_ignored[STATUS_COUNT];
    int exit_code;                  /* --exit-code N; 0: no such gate */
    bool fail_on;                   /* --fail-on SEVERITY[,fixable|kev|epss>=x] */
    enum severity fail_on_severity; /* this or worse */
    bool fail_on_fixable, fail_on_kev;
    double fail_on_epss; /* 0: not asked */
    int exit_on_eol;     /* 0: no such gate */
    bool allow_no_data, allow_starter, allow_incomplete;
};

void policy_init(struct policy *policy);
bool policy_parse_severities(struct policy *policy, struct str list, struct error *err); /* "HIGH,CRITICAL" */
bool policy_parse_statuses(struct policy *policy, struct str list, struct error *err);   /* for --ignore-status */
bool policy_parse_fail_on(struct policy *policy, struct str text, struct error *err);

/* Drops what the filters hide, in place. */
void policy_filter(const struct policy *policy, struct matches *matches);

struct policy_facts {
    bool starter, incomplete, end_of_life;
};
/* The exit code by the contract: 2 where a gate has no data to judge by (text names why and what to try), then the gates'
 * own codes, else 0. `matches` is filtered. `why` (arena text) is empty when 0. */
int policy_gate(const struct policy *policy, const struct matches *matches, const struct policy_facts *facts, struct arena *arena,
                struct str *why);

#endif
