/* Which advisories of a package speak of the build that is installed: by architecture, by Oracle's flavours, by the CPEs of the
 * repositories that a Red Hat image was built from. */
#include "match/run.h"

#include <stdlib.h>

/* An advisory's "noarch" covers all. A noarch package is covered whatever is listed: Oracle lists the machines of the
 * repositories, not the package's own. */
static bool applies_to_arch(struct match_run *run, const struct vulndb_hit *hit, struct str arch, bool *applies,
                            struct error *err)
{
    *applies = hit->arch_count == 0 || arch.len == 0 || str_is(arch, "noarch");
    for (uint32_t i = 0; i < hit->arch_count && !*applies; i++) {
        struct str one;
        if (!vulndb_hit_arch(run->db, hit, i, &one, err))
            return false;
        *applies = str_eq(one, arch) || str_is(one, "noarch");
    }
    return true;
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool applies_to_cpes(struct match_run *run, const struct vulndb_hit *hit, const struct cpe_set *set, bool *applies,
                            struct error *err)
{
    *applies = hit->cpe_count == 0;
    for (uint32_t i = 0; i < hit->cpe_count && !*applies; i++) {
        uint32_t cpe;
        if (!vulndb_hit_cpe(run->db, hit, i, &cpe, err))
            return false;
        *applies = set->count && bsearch(&cpe, set->indices, set->count, sizeof cpe, compare_u32);
    }
    return true;
}

enum flavour { FLAVOUR_NORMAL, FLAVOUR_FIPS, FLAVOUR_KSPLICE };

/* Oracle builds some packages more than once: a live-patched ("….ksplice1.el8") or certified ("…_fips") build compares only with
 * advisories of its own flavour, which the feed names "ksplice1", "fips". */
static enum flavour flavour_of_version(struct str version)
{
    struct str part;
    if (version.len >= 5 && str_eq_nocase(str_skip(version, version.len - 5), STR("_fips")))
        return FLAVOUR_FIPS;
    while (version.len && str_next(&version, '.', &part))
        if (str_eq_nocase(str_head(part, 7), STR("ksplice")))
            return FLAVOUR_KSPLICE;
    return FLAVOUR_NORMAL;
}

static enum flavour flavour_of_advisory(struct str flavour)
{
    if (str_is(flavour, "fips"))
        return FLAVOUR_FIPS;
    return str_starts(flavour, "ksplice") ? FLAVOUR_KSPLICE : FLAVOUR_NORMAL;
}

bool os_rules_apply(struct match_run *run, const struct lookup *lookup, const struct vulndb_hit *hit, bool *applies,
                    struct error *err)
{
    const struct os_rules *rules = lookup->os_rules;
    unsigned traits = rules->family->traits;
    if (!applies_to_arch(run, hit, lookup->package->arch, applies, err))
        return false;
    if (*applies && (traits & HAS_CPES) && !applies_to_cpes(run, hit, &rules->cpes, applies, err))
        return false;
    if (*applies && (traits & HAS_FLAVOURS))
        *applies = flavour_of_advisory(hit->flavour) == flavour_of_version(lookup->version);
    return true;
}
