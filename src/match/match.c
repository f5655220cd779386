/* Groups packages into results, has each group matched, and says what could not be checked. */
#include "match/run.h"

#include <stdlib.h>

bool run_warn(struct match_run *run, struct str path, struct error *err, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct matches *out = run->out;
    struct catalog_warning *warnings = arena_grow(run->arena, out->warnings, out->warning_count, &run->warning_cap, sizeof *warnings);
    struct str stored = arena_str(run->arena, str_from(text));
    if (!warnings || !stored.ptr)
        return arena_error(run->arena, err);
    out->warnings = warnings;
    warnings[out->warning_count++] = (struct catalog_warning){ .path = path, .text = stored };
    return true;
}

/* ---- one look-up -------------------------------------------------------------------------------------------------------------- */

/* ">= 1.0, < 2.3" of a stored range. */
static struct str range_text(struct arena *arena, const struct vulndb_match_range *range)
{
    if (!range->low.ptr && !range->high.ptr)
        return STR("all versions");
    if (!range->low.ptr)
        return arena_printf(arena, "%s %.*s", range->high_open ? "<" : "<=", STR_ARG(range->high));
    if (!range->high.ptr)
        return arena_printf(arena, "%s %.*s", range->low_open ? ">" : ">=", STR_ARG(range->low));
    return arena_printf(arena, "%s %.*s, %s %.*s", range->low_open ? ">" : ">=", STR_ARG(range->low), range->high_open ? "<" : "<=",
                        STR_ARG(range->high));
}

static bool describe_range(struct match_run *run, const struct lookup *lookup, const struct vulndb_hit *hit, uint32_t index,
                           struct str *out, struct error *err)
{
    struct vulndb_match_range range;
    if (index == UINT32_MAX)
        *out = arena_printf(run->arena, "= %.*s", STR_ARG(lookup->version));
    else if (!vulndb_hit_range(run->db, hit, index, &range, err))
        return false;
    else
        *out = range_text(run->arena, &range);
    return out->ptr || arena_error(run->arena, err);
}

static bool add_finding(struct match_run *run, const struct lookup *lookup, const struct vulndb_hit *hit, uint32_t range_index,
                        struct result *result, struct error *err)
{
    struct finding *findings = arena_grow(run->arena, result->findings, result->finding_count, &run->finding_cap, sizeof *findings);
    struct str *vendor_ids = arena_array(run->arena, hit->vendor_id_count + 1, sizeof *vendor_ids);
    if (!findings || !vendor_ids)
        return arena_error(run->arena, err);
    result->findings = findings;
    for (uint32_t i = 0; i < hit->vendor_id_count; i++)
        if (!vulndb_hit_vendor_id(run->db, hit, i, &vendor_ids[i], err))
            return false;
    struct finding finding = {
        .package = lookup->package, .id = hit->vulnerability, .vendor_ids = vendor_ids, .vendor_id_count = hit->vendor_id_count,
        .status = hit->status, .fixed = hit->fixed, .severity = hit->severity, .space = lookup->space, .looked_up = lookup->name,
        .compared = lookup->version,
    };
    if (hit->has_severity)
        finding.severity_source = hit->source_id;
    finding.source.id = hit->source_id;
    finding.details.id = hit->vulnerability;
    if (finding.status == STATUS_UNKNOWN)
        finding.status = hit->fixed.len ? STATUS_FIXED : STATUS_AFFECTED;
    if (!describe_range(run, lookup, hit, range_index, &finding.range, err))
        return false;
    if (hit->vulnerability_number != UINT32_MAX &&
        !vulndb_vulnerability_at(run->db, hit->vulnerability_number, run->arena, &finding.details, err))
        return false;
    findings[result->finding_count++] = finding;
    return true;
}

/* Statuses that say that there is nothing to report. */
static bool is_harmless(enum vuln_status status)
{
    return status == STATUS_NOT_AFFECTED || status == STATUS_UNDER_INVESTIGATION;
}

bool run_lookup(struct match_run *run, const struct lookup *lookup, hit_filter filter, void *context, struct result *result,
                struct error *err)
{
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    if (!vulndb_find(run->db, lookup->space, lookup->name, &cursor, err))
        return false;
    bool keyed = false;
    while (vulndb_next(&cursor, &hit, err)) {
        bool affected;
        uint32_t range;
        if (!keyed) {
            buf_clear(&run->key);
            if (!lookup->scheme->key(lookup->version, &run->key))
                return run_warn(run, lookup->package->path, err, "%.*s %.*s: cannot be compared: not a version of the %s scheme",
                                STR_ARG(lookup->package->name), STR_ARG(lookup->version), lookup->scheme->name);
            keyed = true;
        }
        if (is_harmless(hit.status) || (filter && !filter(run, lookup, &hit, context)))
            continue;
        if (!vulndb_hit_affects(run->db, &hit, lookup->scheme, lookup->version, buf_view(&run->key), &affected, &range, err))
            return false;
        if (affected && !add_finding(run, lookup, &hit, range, result, err))
            return false;
    }
    return err->kind == ERROR_NONE;
}

/* ---- groups ---------------------------------------------------------------------------------------------------------------------- */

static bool same_group(const struct package *a, const struct package *b)
{
    if (a->kind->is_os || b->kind->is_os)
        return a->kind->is_os && b->kind->is_os;
    return a->kind == b->kind && (a->kind->title || str_eq(a->path, b->path));
}

/* Fills the result with the packages of one group, in the inventory's order; those tied to an OS package are left to it. */
static bool gather(struct match_run *run, const struct package *first, bool *taken, struct result *result)
{
    const struct inventory *inventory = run->inventory;
    result->packages = arena_array(run->arena, inventory->package_count, sizeof *result->packages);
    if (!result->packages)
        return false;
    for (size_t i = (size_t)(first - inventory->packages); i < inventory->package_count; i++) {
        const struct package *p = &inventory->packages[i];
        if (taken[i] || !same_group(first, p))
            continue;
        taken[i] = true;
        if (!p->owned)
            result->packages[result->package_count++] = p;
    }
    return true;
}

static bool match_group(struct match_run *run, const struct package *first, bool *taken, struct error *err)
{
    struct result result = { .is_os = first->kind->is_os };
    struct matches *out = run->out;
    if (!gather(run, first, taken, &result))
        return arena_error(run->arena, err);
    if (result.package_count == 0)
        return true;
    run->finding_cap = 0;
    if (!(result.is_os ? match_os(run, &result, err) : match_language(run, &result, err)))
        return false;
    for (size_t i = 0; i < result.finding_count; i++)
        if (!finding_complete(run, &result.findings[i], err))
            return false;
    findings_sort(&result);
    out->results[out->result_count++] = result;
    return true;
}

/* OS packages first, then the rest in the order of kinds and paths. */
static bool match_groups(struct match_run *run, struct error *err)
{
    const struct inventory *inventory = run->inventory;
    bool *taken = arena_array(run->arena, inventory->package_count + 1, sizeof *taken);
    run->out->results = arena_array(run->arena, inventory->package_count + 1, sizeof *run->out->results);
    if (!taken || !run->out->results)
        return arena_error(run->arena, err);
    for (int os = 1; os >= 0; os--)
        for (size_t i = 0; i < inventory->package_count; i++)
            if (!taken[i] && inventory->packages[i].kind->is_os == (os == 1) &&
                !match_group(run, &inventory->packages[i], taken, err))
                return false;
    return true;
}

bool match_inventory(struct vulndb *db, const struct inventory *inventory, const struct match_options *options, struct arena *arena,
                     struct matches *out, struct error *err)
{
    *out = (struct matches){ 0 };
    struct match_run run = { .db = db, .inventory = inventory, .options = options, .arena = arena, .out = out };
    buf_init(&run.key, 64 << 10);
    bool ok = match_groups(&run, err);
    buf_free(&run.key);
    return ok;
}
