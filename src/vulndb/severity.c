/* Words for how bad and what next: severities and statuses, numbered as in Trivy's database and reports.
 *
 * Sources use many words for the five severities. Red Hat's scale (important, moderate) and GitHub's (moderate) map one to
 * one; Debian's and Ubuntu's lowest words (unimportant, negligible) are LOW, as users of the peers know them. */
#include "vulndb/vulndb.h"

static const char *const severity_names[SEVERITY_COUNT] = { "UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL" };

static const struct {
    const char *word;
    enum severity severity;
} severity_words[] = {
    { "unknown", SEVERITY_UNKNOWN },   { "none", SEVERITY_UNKNOWN },    { "untriaged", SEVERITY_UNKNOWN },
    { "low", SEVERITY_LOW },           { "negligible", SEVERITY_LOW },  { "unimportant", SEVERITY_LOW },
    { "minor", SEVERITY_LOW },         { "medium", SEVERITY_MEDIUM },   { "moderate", SEVERITY_MEDIUM },
    { "high", SEVERITY_HIGH },         { "important", SEVERITY_HIGH },  { "major", SEVERITY_HIGH },
    { "critical", SEVERITY_CRITICAL }, { "urgent", SEVERITY_CRITICAL },
};

static const char *const status_names[STATUS_COUNT] = {
    "unknown", "not_affected", "affected", "fixed", "under_investigation", "will_not_fix", "fix_deferred", "end_of_life",
};

const char *severity_name(enum severity severity)
{
    return (unsigned)severity < SEVERITY_COUNT ? severity_names[severity] : severity_names[SEVERITY_UNKNOWN];
}

bool severity_parse(struct str text, enum severity *out)
{
    for (size_t i = 0; i < ARRAY_LEN(severity_words); i++)
        if (str_eq_nocase(text, str_from(severity_words[i].word))) {
            *out = severity_words[i].severity;
            return true;
        }
    return false;
}

const char *status_name(enum vuln_status status)
{
    return (unsigned)status < STATUS_COUNT ? status_names[status] : status_names[STATUS_UNKNOWN];
}

bool status_parse(struct str text, enum vuln_status *out)
{
    for (unsigned i = 0; i < STATUS_COUNT; i++)
        if (str_eq_nocase(text, str_from(status_names[i]))) {
            *out = (enum vuln_status)i;
            return true;
        }
    return false;
}

enum severity cvss_severity(double score)
{
    if (score >= 9.0)
        return SEVERITY_CRITICAL;
    if (score >= 7.0)
        return SEVERITY_HIGH;
    if (score >= 4.0)
        return SEVERITY_MEDIUM;
    return score > 0.0 ? SEVERITY_LOW : SEVERITY_UNKNOWN;
}
