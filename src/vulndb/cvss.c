/* CVSS base scores of versions 2.0, 3.0 and 3.1, by the complete specifications of FIRST (v2: section 3.2.1; v3.1: section
 * 7.1 and appendix A for Roundup), and the vector reader that version 4.0 (cvss4.c) uses too. Temporal and environmental
 * metrics of versions 2 and 3 are accepted and do not count: the base score is what databases list. */
#include "cvss.h"

#include <math.h>

#include "vulndb/vulndb.h"

static bool metric_find(const struct cvss_metric *metrics, size_t count, struct str name, size_t *index)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, metrics[i].name)) {
            *index = i;
            return true;
        }
    return false;
}

bool cvss_parse(struct str vector, const struct cvss_metric *metrics, size_t count, char *value)
{
    struct str rest = vector, field, name, text;
    size_t index;
    if (count > CVSS_MAX_METRICS)
        return false;
    memset(value, 'X', count);
    bool seen[CVSS_MAX_METRICS] = { false };
    while (rest.len && str_next(&rest, '/', &field)) {
        if (!str_cut(field, ':', &name, &text) || !metric_find(metrics, count, name, &index) || seen[index])
            return false;
        if (text.len == 0 || (metrics[index].needed && text.len > 1) ||
            !memchr(metrics[index].values, text.ptr[0], strlen(metrics[index].values)))
            return false;
        seen[index] = true;
        value[index] = text.ptr[0];
    }
    for (size_t i = 0; i < count; i++)
        if (metrics[i].needed && !seen[i])
            return false;
    return true;
}

/* A base metric's weights: parallel to the letters. */
static double weight(const char *letters, const double *weights, char value)
{
    const char *at = strchr(letters, value);
    return at ? weights[at - letters] : 0;
}

static const struct cvss_metric v2_metrics[] = {
    { "AV", "LAN", true },   { "AC", "HML", true },   { "Au", "MSN", true },    { "C", "NPC", true },    { "I", "NPC", true },
    { "A", "NPC", true },    { "E", "UPFHN", false }, { "RL", "OTWUN", false }, { "RC", "UCN", false },  { "CDP", "NLMH", false },
    { "TD", "NLMH", false }, { "CR", "LMHN", false }, { "IR", "LMHN", false },  { "AR", "LMHN", false },
};

static bool v2_score(struct str vector, double *score)
{
    char m[ARRAY_LEN(v2_metrics)];
    if (vector.len >= 2 && vector.ptr[0] == '(' && vector.ptr[vector.len - 1] == ')')
        vector = str_head(str_skip(vector, 1), vector.len - 2);
    if (!cvss_parse(vector, v2_metrics, ARRAY_LEN(v2_metrics), m))
        return false;
    static const double av[] = { 0.395, 0.646, 1.0 }, ac[] = { 0.35, 0.61, 0.71 }, au[] = { 0.45, 0.56, 0.704 },
                        impact_weights[] = { 0, 0.275, 0.660 };
    double exploitability = 20 * weight("LAN", av, m[0]) * weight("HML", ac, m[1]) * weight("MSN", au, m[2]);
    double kept = (1 - weight("NPC", impact_weights, m[3])) * (1 - weight("NPC", impact_weights, m[4])) *
                  (1 - weight("NPC", impact_weights, m[5]));
    double impact = 10.41 * (1 - kept);
    double base = (0.6 * impact + 0.4 * exploitability - 1.5) * (impact > 0 ? 1.176 : 0);
    *score = floor(base * 10 + 0.5 + 1e-9) / 10;
    if (*score < 0)
        *score = 0;
    return true;
}

static const struct cvss_metric v3_metrics[] = {
    { "AV", "NALP", true },   { "AC", "LH", true },     { "PR", "NLH", true },     { "UI", "NR", true },
    { "S", "UC", true },      { "C", "HLN", true },     { "I", "HLN", true },      { "A", "HLN", true },
    { "E", "XHFPU", false },  { "RL", "XUWTO", false }, { "RC", "XCRU", false },   { "CR", "XHML", false },
    { "IR", "XHML", false },  { "AR", "XHML", false },  { "MAV", "XNALP", false }, { "MAC", "XLH", false },
    { "MPR", "XNLH", false }, { "MUI", "XNR", false },  { "MS", "XUC", false },    { "MC", "XNLH", false },
    { "MI", "XNLH", false },  { "MA", "XNLH", false },
};

/* Appendix A: to one decimal, up, without the surprises of binary fractions. */
static double roundup(double value)
{
    long scaled = lround(value * 100000);
    long tenths = scaled / 10000 + (scaled % 10000 != 0);
    return (double)tenths / 10;
}

static bool v3_score(struct str vector, double *score)
{
    char m[ARRAY_LEN(v3_metrics)];
    if (!cvss_parse(vector, v3_metrics, ARRAY_LEN(v3_metrics), m))
        return false;
    static const double av[] = { 0.85, 0.62, 0.55, 0.2 }, ac[] = { 0.77, 0.44 }, pr[] = { 0.85, 0.62, 0.27 },
                        pr_changed[] = { 0.85, 0.68, 0.5 }, ui[] = { 0.85, 0.62 }, cia[] = { 0.56, 0.22, 0 };
    bool changed = m[4] == 'C';
    double iss = 1 - (1 - weight("HLN", cia, m[5])) * (1 - weight("HLN", cia, m[6])) * (1 - weight("HLN", cia, m[7]));
    double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * pow(iss - 0.02, 15) : 6.42 * iss;
    double exploitability = 8.22 * weight("NALP", av, m[0]) * weight("LH", ac, m[1]) *
                            weight("NLH", changed ? pr_changed : pr, m[2]) * weight("NR", ui, m[3]);
    double sum = (changed ? 1.08 : 1.0) * (impact + exploitability);
    *score = impact <= 0 ? 0 : roundup(sum < 10 ? sum : 10);
    return true;
}

bool cvss_score(struct str vector, double *score)
{
    if (str_starts(vector, "CVSS:4.0/"))
        return cvss4_score(str_skip(vector, 9), score);
    if (str_starts(vector, "CVSS:3.0/") || str_starts(vector, "CVSS:3.1/"))
        return v3_score(str_skip(vector, 9), score);
    return v2_score(vector, score);
}
