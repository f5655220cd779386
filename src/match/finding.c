/* What a finding says beyond the match: its severity and whose it is, its link; and the order of findings. */
#include "match/run.h"

#include <stdlib.h>

/* ---- severity -------------------------------------------------------------------------------------------------------------------- */

static bool rating_of(const struct vulndb_vulnerability *v, struct str source, enum severity *out)
{
    for (size_t i = 0; i < v->rating_count; i++)
        if (str_eq(v->ratings[i].source, source) && v->ratings[i].severity != SEVERITY_UNKNOWN) {
            *out = v->ratings[i].severity;
            return true;
        }
    return false;
}

static bool take_rating(struct finding *finding, struct str source)
{
    if (source.len == 0 || !rating_of(&finding->details, source, &finding->severity))
        return false;
    finding->severity_source = source;
    return true;
}

/* The order that users of each distribution expect: the distribution's own word on this package, its word on the
 * vulnerability, GitHub's for its own identifiers, NVD's, then whatever the record has. `auto` in a chosen order is all that. */
static void choose_severity(struct finding *finding, const struct match_options *options)
{
    for (size_t i = 0; i < options->severity_source_count; i++)
        if (!str_is(options->severity_sources[i], "auto") && take_rating(finding, options->severity_sources[i]))
            return;
    if (finding->severity_source.len)
        return;
    if (take_rating(finding, finding->source.id) || take_rating(finding, finding->source.base_id))
        return;
    if (str_starts(finding->id, "GHSA-") && take_rating(finding, STR("ghsa")))
        return;
    if (!take_rating(finding, STR("nvd")))
        finding->severity = finding->details.severity;
}

/* ---- link --------------------------------------------------------------------------------------------------------------------------- */

/* Where each source shows one vulnerability, by its identifier. */
static const struct {
    const char *source, *prefix, *link;
} links[] = {
    { "debian", "", "https://security-tracker.debian.org/tracker/" },
    { "ubuntu", "CVE-", "https://ubuntu.com/security/" },
    { "alpine", "CVE-", "https://security.alpinelinux.org/vuln/" },
    { "redhat", "CVE-", "https://access.redhat.com/security/cve/" },
    { "redhat-oval", "CVE-", "https://access.redhat.com/security/cve/" },
    { "amazon", "CVE-", "https://explore.alas.aws.amazon.com/" },
    { "suse-cvrf", "CVE-", "https://www.suse.com/security/cve/" },
    { NULL, "CVE-", "https://nvd.nist.gov/vuln/detail/" },
    { NULL, "GHSA-", "https://github.com/advisories/" },
    { NULL, "GO-", "https://pkg.go.dev/vuln/" },
    { NULL, "RUSTSEC-", "https://osv.dev/vulnerability/" },
    { NULL, "PYSEC-", "https://osv.dev/vulnerability/" },
};

static bool find_link(struct match_run *run, struct finding *finding, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(links); i++)
        if ((!links[i].source || str_is(finding->source.id, links[i].source)) && str_starts(finding->id, links[i].prefix)) {
            finding->url = arena_printf(run->arena, "%s%.*s", links[i].link, STR_ARG(finding->id));
            return finding->url.ptr || arena_error(run->arena, err);
        }
    if (finding->details.reference_count)
        finding->url = finding->details.references[0];
    return true;
}

static bool find_source(struct match_run *run, struct finding *finding, struct error *err)
{
    struct vulndb_info info;
    struct vulndb_source_info source;
    vulndb_info(run->db, &info);
    for (uint32_t i = 0; i < info.source_count; i++) {
        if (!vulndb_source_at(run->db, i, &source, err))
            return false;
        if (str_eq(source.source.id, finding->source.id)) {
            finding->source = source.source;
            return true;
        }
    }
    return true;
}

bool finding_complete(struct match_run *run, struct finding *finding, struct error *err)
{
    if (!find_source(run, finding, err))
        return false;
    choose_severity(finding, run->options);
    return find_link(run, finding, err);
}

/* ---- order ----------------------------------------------------------------------------------------------------------------------------- */

static int compare_packages(const struct finding *x, const struct finding *y)
{
    int order = str_cmp(x->package->name, y->package->name);
    if (!order)
        order = str_cmp(x->package->version, y->package->version);
    if (!order)
        order = str_cmp(x->package->path, y->package->path);
    return order ? order : str_cmp(x->package->arch, y->package->arch);
}

/* Equal findings side by side, the one with the fix to keep first. */
static int compare_identity(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int order = compare_packages(x, y);
    if (!order)
        order = str_cmp(x->id, y->id);
    if (!order)
        order = str_cmp(y->fixed, x->fixed);
    return order ? order : str_cmp(x->source.id, y->source.id);
}

static int compare_shown(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int order = compare_packages(x, y);
    if (!order && x->severity != y->severity)
        order = x->severity < y->severity ? 1 : -1;
    return order ? order : str_cmp(x->id, y->id);
}

/* Several sources may tell of one vulnerability of one package: the one that names a fix stays. */
void findings_sort(struct result *result)
{
    struct finding *f = result->findings;
    size_t kept = 0;
    if (result->finding_count == 0)
        return;
    qsort(f, result->finding_count, sizeof *f, compare_identity);
    for (size_t i = 0; i < result->finding_count; i++)
        if (kept == 0 || compare_packages(&f[kept - 1], &f[i]) != 0 || !str_eq(f[kept - 1].id, f[i].id))
            f[kept++] = f[i];
    result->finding_count = kept;
    qsort(f, kept, sizeof *f, compare_shown);
}
