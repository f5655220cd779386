/* Looks one package up in one namespace: which advisories apply to it and affect it, and what each of them says. */
#include "match/run.h"

/* ---- the walk ------------------------------------------------------------------------------------------------------------------ */

bool walk_begin(struct walk *walk, struct match_run *run, const struct lookup *lookup, struct error *err)
{
    *walk = (struct walk){ .run = run, .lookup = lookup };
    if (!vulndb_find(run->db, lookup->space, lookup->name, &walk->cursor, err) || walk->cursor.next >= walk->cursor.end)
        return false;
    buf_clear(&run->key);
    if (lookup->scheme->key(lookup->version, &run->key))
        return true;
    run_warn(run, lookup->package->path, err, "%.*s \"%.*s\" cannot be compared: not a version of the %s scheme",
             STR_ARG(lookup->package->name), STR_ARG(lookup->version), lookup->scheme->name);
    return false;
}

/* Statuses that say that there is nothing to report (Red Hat's "under investigation" neither, as long as it is unclear). */
static bool is_harmless(enum vuln_status status)
{
    return status == STATUS_NOT_AFFECTED || status == STATUS_UNDER_INVESTIGATION;
}

bool walk_next(struct walk *walk, struct error *err)
{
    const struct lookup *lookup = walk->lookup;
    struct vulndb *db = walk->run->db;
    while (vulndb_next(&walk->cursor, &walk->hit, err)) {
        bool applies = !is_harmless(walk->hit.status);
        if (applies && lookup->os_rules && !os_rules_apply(walk->run, lookup, &walk->hit, &applies, err))
            return false;
        if (applies)
            return vulndb_hit_affects(db, &walk->hit, lookup->scheme, lookup->version, buf_view(&walk->run->key), &walk->affected,
                                      &walk->range, err);
    }
    return false;
}

/* ---- evidence ------------------------------------------------------------------------------------------------------------------- */

/* ">= 1.0, < 2.3" of a stored range. */
static struct str range_text(struct arena *arena, const struct vulndb_match_range *range)
{
    if (!range->low.ptr && !range->high.ptr)
        return STR("all versions");
    if (!range->low.ptr)
        return arena_printf(arena, "%s %.*s", range->high_open ? "<" : "<=", STR_ARG(range->high));
    if (!range->high.ptr)
        return arena_printf(arena, "%s %.*s", range->low_open ? ">" : ">=", STR_ARG(range->low));
    return arena_printf(arena, "%s %.*s, %s %.*s", range->low_open ? ">" : ">=", STR_ARG(range->low),
                        range->high_open ? "<" : "<=", STR_ARG(range->high));
}

static bool describe_range(const struct walk *walk, struct str *out, struct error *err)
{
    struct vulndb_match_range range;
    struct match_run *run = walk->run;
    if (walk->range == UINT32_MAX)
        *out = arena_printf(run->arena, "= %.*s", STR_ARG(walk->lookup->version));
    else if (!vulndb_hit_range(run->db, &walk->hit, walk->range, &range, err))
        return false;
    else
        *out = range_text(run->arena, &range);
    return out->ptr || arena_error(run->arena, err);
}

/* ---- findings --------------------------------------------------------------------------------------------------------------------- */

/* rpm takes a missing epoch for 0, and so do people: "0:1.2-3.el9" is printed "1.2-3.el9". */
static struct str printed_fix(const struct lookup *lookup, struct str fixed)
{
    bool rpm = strcmp(lookup->scheme->name, "rpm") == 0;
    return rpm && str_starts(fixed, "0:") ? str_skip(fixed, 2) : fixed;
}

static enum vuln_status status_of(const struct vulndb_hit *hit)
{
    if (hit->fixed.len)
        return STATUS_FIXED;
    return hit->status == STATUS_UNKNOWN ? STATUS_AFFECTED : hit->status;
}

/* Who rates: Red Hat's feeds do in Red Hat's name, Seal in the name of the distribution that it patches. */
static struct str rater_of(const struct vulndb_source *source)
{
    if (str_is(source->id, "redhat-oval") || str_is(source->id, "redhat-csaf-vex"))
        return STR("redhat");
    return str_is(source->id, "seal") && source->base_id.len ? source->base_id : source->id;
}

/* Descriptions cost an inflation each. */
static bool read_details(struct match_run *run, uint32_t number, struct vulndb_vulnerability *out, struct error *err)
{
    if (run->options->brief && !vulndb_vulnerability_brief(run->db, number, run->arena, out, err))
        return false;
    return (run->options->brief && out->title.len) || vulndb_vulnerability_at(run->db, number, run->arena, out, err);
}

static bool fill_from_database(const struct walk *walk, struct finding *finding, struct str *vendor_ids, struct error *err)
{
    const struct vulndb_hit *hit = &walk->hit;
    struct match_run *run = walk->run;
    struct vulndb_source_info source;
    if (!vulndb_source_at(run->db, hit->source_number, &source, err) || !describe_range(walk, &finding->range, err))
        return false;
    finding->source = source.source;
    if (hit->has_severity)
        finding->severity_source = rater_of(&finding->source);
    for (uint32_t i = 0; i < hit->vendor_id_count; i++)
        if (!vulndb_hit_vendor_id(run->db, hit, i, &vendor_ids[i], err))
            return false;
    return hit->vulnerability_number == UINT32_MAX || read_details(run, hit->vulnerability_number, &finding->details, err);
}

static bool add_finding(const struct walk *walk, struct result *result, struct error *err)
{
    const struct lookup *lookup = walk->lookup;
    const struct vulndb_hit *hit = &walk->hit;
    struct match_run *run = walk->run;
    struct finding *findings =
        arena_grow(run->arena, result->findings, result->finding_count, &run->finding_cap, sizeof *findings);
    struct str *vendor_ids = arena_array(run->arena, (size_t)hit->vendor_id_count + 1, sizeof *vendor_ids);
    if (!findings || !vendor_ids)
        return arena_error(run->arena, err);
    result->findings = findings;
    struct finding finding = {
        .package = lookup->package,
        .id = hit->vulnerability,
        .vendor_ids = vendor_ids,
        .vendor_id_count = hit->vendor_id_count,
        .status = status_of(hit),
        .fixed = printed_fix(lookup, hit->fixed),
        .severity = hit->severity,
        .details.id = hit->vulnerability,
        .space = lookup->space,
        .looked_up = lookup->name,
        .compared = lookup->version,
    };
    if (!fill_from_database(walk, &finding, vendor_ids, err))
        return false;
    findings[result->finding_count++] = finding;
    return true;
}

bool run_lookup(struct match_run *run, const struct lookup *lookup, struct result *result, struct error *err)
{
    struct walk walk;
    if (!walk_begin(&walk, run, lookup, err))
        return err->kind == ERROR_NONE;
    while (walk_next(&walk, err))
        if (walk.affected && !add_finding(&walk, result, err))
            return false;
    return err->kind == ERROR_NONE;
}
