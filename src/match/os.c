/* OS packages: which namespace, which name and version of each package. */
#include "match/run.h"

static struct str first_of(struct str a, struct str b)
{
    return a.len ? a : b;
}

/* ---- names and versions ------------------------------------------------------------------------------------------------------------ */

/* "nodejs:18::npm" of a package whose modularity label is "nodejs:18:8060020220523160029:ad008a3a". */
static struct str module_name(struct arena *arena, const struct package *p)
{
    struct str module, rest, stream;
    if (!str_cut(p->module, ':', &module, &rest))
        return p->name;
    str_cut(rest, ':', &stream, &rest);
    return arena_printf(arena, "%.*s:%.*s::%.*s", STR_ARG(module), STR_ARG(stream), STR_ARG(p->name));
}

static bool make_lookup(struct match_run *run, const struct package *p, struct lookup *lookup, struct error *err)
{
    const struct family *family = lookup->os_rules->family;
    bool seal = patched_by_seal(p);
    enum keyed_by keyed = seal ? BY_SOURCE : family->keyed;
    if (seal)
        lookup->space = patched_seal_space(run, family, p);
    lookup->package = p;
    lookup->name = keyed == BY_BINARY ? p->name : first_of(p->source_name, p->name);
    lookup->version = keyed == BY_SOURCE ? first_of(p->source_version, p->version) : p->version;
    if (!seal && (family->traits & HAS_MODULES) && p->module.len)
        lookup->name = module_name(run->arena, p);
    return (lookup->name.ptr && lookup->space.ptr) || arena_error(run->arena, err);
}

/* ---- packages that cannot be judged --------------------------------------------------------------------------------------------------- */

/* Not by this distribution's advisories: what others publish. Remi's rpms are rebuilds that keep the distribution's vendor. */
static bool is_foreign(const struct package *p)
{
    return (p->third_party && !patched_by_seal(p)) || str_ends(p->version, ".remi");
}

/* A module's package whose label was lost cannot be told from the plain package of that name, whose fixes are other ones. */
static bool lost_its_module(const struct family *family, const struct package *p)
{
    return (family->traits & HAS_MODULES) && !(family->traits & HAS_CPES) && p->module.len == 0 &&
           str_contains(p->version, ".module_el");
}

/* ---- the group ------------------------------------------------------------------------------------------------------------------------- */

static bool match_package(struct match_run *run, const struct package *p, struct lookup lookup, struct str overlay,
                          struct result *result, struct error *err)
{
    size_t first = result->finding_count;
    if (is_foreign(p))
        return true;
    if (lost_its_module(lookup.os_rules->family, p))
        return run_warn(run, p->path, err, "%.*s %.*s is of a module but does not say of which: not checked", STR_ARG(p->name),
                        STR_ARG(p->version));
    if (!make_lookup(run, p, &lookup, err) || !run_lookup(run, &lookup, result, err))
        return false;
    if (overlay.len && !patched_replace(run, &lookup, overlay, result, first, err))
        return false;
    return settle_findings(run, &lookup, result, first, err);
}

static bool match_packages(struct match_run *run, const struct family *family, struct str space, struct result *result,
                           struct error *err)
{
    struct os_rules rules = { .family = family };
    struct lookup lookup = { .space = space, .scheme = vulndb_space_scheme(space), .os_rules = &rules };
    if (!lookup.scheme)
        return run_uncovered(run, result, COVERAGE_NOT_SUPPORTED, "no version scheme for", space, err);
    if ((family->traits & HAS_CPES) && !red_hat_cpes(run, &rules.cpes, err))
        return false;
    if ((family->traits & HAS_CPES) && rules.cpes.count == 0)
        return run_uncovered(run, result, COVERAGE_NO_DATA, "no data for the repositories of Red Hat",
                             run->inventory->distro.release, err);
    struct str overlay = patched_overlay(run, result, family, space);
    if (run->arena->exhausted)
        return arena_error(run->arena, err);
    for (size_t i = 0; i < result->package_count; i++)
        if (!match_package(run, result->packages[i], lookup, overlay, result, err))
            return false;
    return true;
}

/* "3.20" of "v3.20" as a number that sorts; "edge" is the highest. 0: neither. */
static uint64_t branch_rank(struct str branch)
{
    struct str major, minor;
    uint64_t high, low;
    if (str_is(branch, "edge"))
        return UINT64_MAX;
    if (!str_starts(branch, "v") || !str_cut(str_skip(branch, 1), '.', &major, &minor) || !str_u64(major, &high) ||
        !str_u64(minor, &low) || high > UINT32_MAX || low > UINT32_MAX)
        return 0;
    return high << 32 | low;
}

/* Alpine: packages are of the highest branch that the repositories name, whatever the release file says: an edge image calls
 * itself by the release that is being made, and an upgrade may have begun. A release that the user gave is the last word. */
static struct str release_of(const struct inventory *inventory)
{
    const struct catalog_note *best = NULL;
    bool alpine = str_is(inventory->distro.family, "alpine") && !str_is(inventory->distro.path, "--distro");
    for (size_t i = 0; alpine && i < inventory->note_count; i++) {
        const struct catalog_note *note = &inventory->notes[i];
        if (str_is(note->key, "apk-repository") && branch_rank(note->value) > (best ? branch_rank(best->value) : 0))
            best = note;
    }
    if (!best)
        return inventory->distro.release;
    return str_is(best->value, "edge") ? best->value : str_skip(best->value, 1);
}

bool os_name_target(struct match_run *run, struct result *result, struct error *err)
{
    const struct distro *d = &run->inventory->distro;
    result->type = first_of(d->family, STR("unknown"));
    result->target = arena_printf(run->arena, "%.*s (%.*s%s%.*s)", STR_ARG(run->options->artifact), STR_ARG(result->type),
                                  d->release.len ? " " : "", STR_ARG(d->release));
    return result->target.ptr || arena_error(run->arena, err);
}

bool match_os(struct match_run *run, struct result *result, struct error *err)
{
    const struct distro *distro = &run->inventory->distro;
    struct vulndb_space_info info;
    if (!os_name_target(run, result, err))
        return false;
    const struct family *family = run->inventory->distro_known ? family_find(distro->family) : NULL;
    if (!family)
        return run_uncovered(run, result, COVERAGE_NOT_SUPPORTED, "no advisories are known for",
                             first_of(distro->family, STR("an unknown distribution")), err);
    struct str release = release_of(run->inventory);
    if (release.len == 0 && family->form != RELEASE_NONE)
        return run_uncovered(run, result, COVERAGE_NO_DATA, "no data for an unknown release of", distro->family, err);
    struct str space = family_space(family, release, run->arena);
    if (!space.ptr)
        return arena_error(run->arena, err);
    if (!vulndb_space_find(run->db, space, &info, err))
        return err->kind == ERROR_NONE && run_uncovered(run, result, COVERAGE_NO_DATA, "no data for", space, err);
    return match_packages(run, family, space, result, err);
}
