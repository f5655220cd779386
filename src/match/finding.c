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
 * vulnerability (Red Hat's stands under its name, not under its feed's), GitHub's for its own identifiers, NVD's, then what
 * the record has of whoever rates it. */
static void choose_usual(struct finding *finding)
{
    if (finding->severity_source.len)
        return;
    if (take_rating(finding, finding->source.id) || take_rating(finding, finding->source.base_id))
        return;
    if (str_starts(finding->source.id, "redhat-") && take_rating(finding, STR("redhat")))
        return;
    if (str_starts(finding->id, "GHSA-") && take_rating(finding, STR("ghsa")))
        return;
    if (!take_rating(finding, STR("nvd")))
        finding->severity = finding->details.severity;
}

/* The first of the chosen sources that rates it, a package's own rating among them; "auto" is the usual order. Where none of
 * them does, it is unknown: the user chose. */
static void choose_severity(struct match_run *run, struct finding *finding)
{
    const struct match_options *options = run->options;
    for (size_t i = 0; i < options->severity_source_count; i++) {
        struct str source = options->severity_sources[i];
        if (str_is(source, "auto")) {
            choose_usual(finding);
            return;
        }
        if (str_eq(source, finding->severity_source) || take_rating(finding, source))
            return;
    }
    if (options->severity_source_count == 0) {
        choose_usual(finding);
        return;
    }
    finding->severity = SEVERITY_UNKNOWN;
    finding->severity_source = (struct str){ 0 };
    run->unrated_count++;
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
    { "redhat-csaf-vex", "CVE-", "https://access.redhat.com/security/cve/" },
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

bool finding_complete(struct match_run *run, struct finding *finding, struct error *err)
{
    choose_severity(run, finding);
    return find_link(run, finding, err);
}

/* ---- order ----------------------------------------------------------------------------------------------------------------------------- */

static int compare_subjects(const struct finding *x, const struct finding *y)
{
    int order = str_cmp(x->package->name, y->package->name);
    return order ? order : str_cmp(x->package->version, y->package->version);
}

/* Is it said twice? A package that is installed for two architectures is one to fix. */
static int compare_identity(const struct finding *x, const struct finding *y)
{
    int order = compare_subjects(x, y);
    if (!order)
        order = str_cmp(x->package->path, y->package->path);
    return order ? order : str_cmp(x->id, y->id);
}

/* Equal findings side by side, the one to keep first: one that names a fix, then that of the last source by name (as Trivy
 * reads its buckets). */
static int compare_kept(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int order = compare_identity(x, y);
    if (!order)
        order = (x->fixed.len == 0) - (y->fixed.len == 0);
    if (!order)
        order = str_cmp(y->source.name, x->source.name);
    if (!order)
        order = str_cmp(y->fixed, x->fixed);
    return order ? order : (x->package > y->package) - (x->package < y->package);
}

static int compare_shown(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    int order = compare_subjects(x, y);
    if (!order)
        order = (x->severity < y->severity) - (x->severity > y->severity);
    if (!order)
        order = str_cmp(x->id, y->id);
    return order ? order : str_cmp(x->package->path, y->package->path);
}

void findings_sort(struct result *result)
{
    struct finding *f = result->findings;
    size_t kept = 0;
    if (result->finding_count == 0)
        return;
    qsort(f, result->finding_count, sizeof *f, compare_kept);
    for (size_t i = 0; i < result->finding_count; i++)
        if (kept == 0 || compare_identity(&f[kept - 1], &f[i]) != 0)
            f[kept++] = f[i];
    result->finding_count = kept;
    qsort(f, kept, sizeof *f, compare_shown);
}
