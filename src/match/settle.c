/* Several advisories may speak of one vulnerability of a package: which of them counts. */
#include "match/run.h"

/* The minor release that an rpm was built for, from its dist tag: "9_7" of "611.54.1.el9_7", "8.3.0" of a module's
 * "30.module+el8.3.0+7001+0766b9e7". Empty where the tag names no minor ("27.el9"). */
static struct str minor_stream(struct str version)
{
    struct str rest = version;
    for (; rest.len > 3; rest = str_skip(rest, 1)) {
        if ((rest.ptr[0] != '.' && rest.ptr[0] != '+') || rest.ptr[1] != 'e' || rest.ptr[2] != 'l')
            continue;
        char separator = rest.ptr[0] == '+' ? '.' : '_';
        struct str tag = str_skip(rest, 3);
        size_t len = 0, parts = 0;
        for (; len < tag.len; len++) {
            bool digit = tag.ptr[len] >= '0' && tag.ptr[len] <= '9';
            if (!digit && (tag.ptr[len] != separator || len == 0))
                break;
            parts += !digit;
        }
        return parts ? str_head(tag, len) : (struct str){ 0 };
    }
    return (struct str){ 0 };
}

static void drop(struct result *result, size_t index)
{
    result->findings[index] = result->findings[--result->finding_count];
}

/* The advisory `hit` names a fix that the installed version has. Then what another advisory says of the same vulnerability is
 * no news: that it has no fix yet (Red Hat's data keep the CVE's own entry beside the bulletin's), or that another minor
 * release has a later fix (each minor release has its own under one CPE). Only a fix in the package's own minor release
 * counts against the latter: where it has none, an earlier fix may have been incomplete. */
static void drop_settled(struct result *result, size_t first, const struct vulndb_hit *hit, struct str installed)
{
    struct str own = minor_stream(installed);
    bool fixed_here = own.len && str_eq(minor_stream(hit->fixed), own);
    for (size_t i = result->finding_count; i-- > first;) {
        const struct finding *f = &result->findings[i];
        if (str_eq(f->id, hit->vulnerability) && (f->fixed.len == 0 || (fixed_here && !str_eq(minor_stream(f->fixed), own))))
            drop(result, i);
    }
}

static bool holds(const struct finding *finding, struct str vendor_id)
{
    for (size_t i = 0; i < finding->vendor_id_count; i++)
        if (str_eq(finding->vendor_ids[i], vendor_id))
            return true;
    return false;
}

/* The bulletins of both, those of `into` first. */
static bool join_vendor_ids(struct match_run *run, struct finding *into, const struct finding *from, struct error *err)
{
    struct str *ids = arena_array(run->arena, into->vendor_id_count + from->vendor_id_count + 1, sizeof *ids);
    size_t count = into->vendor_id_count;
    if (!ids)
        return arena_error(run->arena, err);
    if (count)
        memcpy(ids, into->vendor_ids, count * sizeof *ids);
    for (size_t i = 0; i < from->vendor_id_count; i++)
        if (!holds(into, from->vendor_ids[i]))
            ids[count++] = from->vendor_ids[i];
    into->vendor_ids = ids;
    into->vendor_id_count = count;
    return true;
}

/* What is fixed outranks what is not, and of two fixes the later one is needed: the earlier may have been incomplete. */
static bool outranks(const struct version_scheme *scheme, const struct finding *a, const struct finding *b)
{
    int order = 0;
    if (!a->fixed.len || !b->fixed.len)
        return a->fixed.len > 0;
    return version_compare(scheme, a->fixed, b->fixed, &order) && order > 0;
}

static bool join_findings(struct match_run *run, const struct version_scheme *scheme, struct result *result, size_t first,
                          struct error *err)
{
    size_t kept = first;
    for (size_t i = first; i < result->finding_count; i++) {
        struct finding found = result->findings[i], *same = NULL;
        for (size_t k = first; k < kept && !same; k++)
            if (str_eq(result->findings[k].id, found.id))
                same = &result->findings[k];
        if (!same) {
            result->findings[kept++] = found;
            continue;
        }
        struct finding *better = outranks(scheme, &found, same) ? &found : same;
        if (!join_vendor_ids(run, better, better == same ? &found : same, err))
            return false;
        *same = *better;
    }
    result->finding_count = kept;
    return true;
}

bool settle_findings(struct match_run *run, const struct lookup *lookup, struct result *result, size_t first, struct error *err)
{
    struct walk walk;
    if (result->finding_count == first)
        return true;
    if (lookup->os_rules->family->traits & HAS_STREAMS) {
        bool more = walk_begin(&walk, run, lookup, err);
        while (more && (more = walk_next(&walk, err)))
            if (!walk.affected && walk.hit.fixed.len)
                drop_settled(result, first, &walk.hit, lookup->version);
        if (err->kind != ERROR_NONE)
            return false;
    }
    return join_findings(run, lookup->scheme, result, first, err);
}
