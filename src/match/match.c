/* Groups packages into results, has each group matched, and says what could not be checked. */
#include "match/run.h"

#include <stdlib.h>

/* ---- groups ---------------------------------------------------------------------------------------------------------------------- */

/* What the packages of one language group share: its target in the report. */
static struct str target_of(const struct package *p)
{
    return p->kind->title ? str_from(p->kind->title) : p->path;
}

/* OS packages are one group and come first; then language packages by target. 0: the same group. */
static int compare_groups(const struct package *x, const struct package *y)
{
    if (x->kind->is_os || y->kind->is_os)
        return (int)y->kind->is_os - (int)x->kind->is_os;
    int order = str_cmp(target_of(x), target_of(y));
    return order ? order : strcmp(x->kind->name, y->kind->name);
}

/* Within a group: the inventory's order. */
static int compare_packages(const void *a, const void *b)
{
    const struct package *x = *(const struct package *const *)a, *y = *(const struct package *const *)b;
    int order = compare_groups(x, y);
    return order ? order : (x > y) - (x < y);
}

/* Names a group that is only listed. */
static bool list_group(struct match_run *run, struct result *result, struct error *err)
{
    result->coverage = COVERAGE_LISTED;
    result->coverage_text = STR("packages are only listed");
    if (result->is_os)
        return os_name_target(run, result, err);
    result->type = str_from(result->packages[0]->kind->name);
    result->target = target_of(result->packages[0]);
    return true;
}

/* Findings of packages that only the package manager still knows move behind the others, both in their order. */
static bool set_gone_apart(struct match_run *run, struct result *result, struct error *err)
{
    struct finding *gone = arena_array(run->arena, result->finding_count + 1, sizeof *gone);
    size_t kept = 0, count = 0;
    if (!gone)
        return arena_error(run->arena, err);
    for (size_t i = 0; i < result->finding_count; i++) {
        if (result->findings[i].package->gone)
            gone[count++] = result->findings[i];
        else
            result->findings[kept++] = result->findings[i];
    }
    result->finding_count = kept;
    result->gone = gone;
    result->gone_count = count;
    return true;
}

static bool match_group(struct match_run *run, struct result *result, struct error *err)
{
    if (!run->db)
        return list_group(run, result, err);
    run->finding_cap = 0;
    if (!(result->is_os ? match_os(run, result, err) : match_language(run, result, err)))
        return false;
    for (size_t i = 0; i < result->finding_count; i++)
        if (!finding_complete(run, &result->findings[i], err))
            return false;
    findings_sort(result);
    return set_gone_apart(run, result, err);
}

/* Windows keeps no packages that could be listed: its images are named as not covered, so that they never look clean. */
static bool add_windows(struct match_run *run, struct error *err)
{
    const struct inventory *inventory = run->inventory;
    struct result *result = &run->out->results[run->out->result_count];
    if (!str_is(inventory->image.platform.os, "windows") && !str_is(inventory->distro.family, "windows"))
        return true;
    *result = (struct result){ .is_os = true, .type = STR("windows") };
    result->target = arena_printf(run->arena, "%.*s (windows)", STR_ARG(run->options->artifact));
    run->out->result_count++;
    return run_uncovered(run, result, COVERAGE_NOT_SUPPORTED, "what belongs to the system is not covered in images of",
                         STR("Windows"), err);
}

static bool match_groups(struct match_run *run, const struct package **packages, size_t count, struct error *err)
{
    size_t groups = 1;
    for (size_t i = 0; i < count; i++)
        groups += i == 0 || compare_groups(packages[i - 1], packages[i]) != 0;
    run->out->results = arena_array(run->arena, groups + 1, sizeof *run->out->results);
    if (!run->out->results)
        return arena_error(run->arena, err);
    if ((count == 0 || !packages[0]->kind->is_os) && !add_windows(run, err))
        return false;
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && compare_groups(packages[first], packages[end]) == 0;)
            end++;
        struct result *result = &run->out->results[run->out->result_count];
        *result =
            (struct result){ .is_os = packages[first]->kind->is_os, .packages = packages + first, .package_count = end - first };
        if (!match_group(run, result, err))
            return false;
        run->out->result_count++;
    }
    return true;
}

/* Language packages that an OS package brought are left to that, and what is only locked is not there. */
static bool match_all(struct match_run *run, struct error *err)
{
    const struct inventory *inventory = run->inventory;
    const struct package **packages = arena_array(run->arena, inventory->package_count + 1, sizeof *packages);
    size_t count = 0;
    if (!packages)
        return arena_error(run->arena, err);
    for (size_t i = 0; i < inventory->package_count; i++)
        if (run->options->comprehensive || !(inventory->packages[i].owned || inventory->packages[i].locked_only))
            packages[count++] = &inventory->packages[i];
    if (count)
        qsort(packages, count, sizeof *packages, compare_packages);
    return match_groups(run, packages, count, err);
}

bool match_inventory(struct vulndb *db, const struct inventory *inventory, const struct match_options *options,
                     struct arena *arena, struct matches *out, struct error *err)
{
    *out = (struct matches){ 0 };
    struct match_run run = { .db = db, .inventory = inventory, .options = options, .arena = arena, .out = out };
    buf_init(&run.key, 64 << 10);
    bool ok = match_all(&run, err);
    if (ok && run.unrated_count)
        ok = run_warn(&run, (struct str){ 0 }, err, "%zu findings have no severity in the chosen sources: they count as UNKNOWN",
                      run.unrated_count);
    buf_free(&run.key);
    return ok;
}
