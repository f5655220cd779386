/* Language packages: the namespace is the ecosystem, names are looked up in its normal form. */
#include "match/run.h"

/* A program or project that was built from a work tree has no version that advisories could speak of: Go calls it "(devel)",
 * which is kept as no version, or makes one of the commit's time, which would lie before every release. */
static bool has_no_release(const struct package *package)
{
    return package->version.len == 0 || (package->relation == RELATION_ROOT && str_starts(package->version, "v0.0.0-"));
}

static bool match_package(struct match_run *run, struct str space, const struct version_scheme *scheme,
                          const struct package *package, struct result *result, struct error *err)
{
    struct lookup lookup = { .space = space, .scheme = scheme, .package = package, .version = package->version };
    struct arena_mark mark = arena_mark(run->arena);
    if (has_no_release(package))
        return true;
    size_t findings = result->finding_count, warnings = run->out->warning_count;
    if (!vulndb_space_normalize(space, package->name, run->arena, &lookup.name))
        return arena_error(run->arena, err);
    if (!run_lookup(run, &lookup, result, err))
        return false;
    if (result->finding_count == findings && run->out->warning_count == warnings)
        arena_reset(run->arena, mark); /* the normal form of a name that was not needed */
    return true;
}

bool match_language(struct match_run *run, struct result *result, struct error *err)
{
    const struct catalog_kind *kind = result->packages[0]->kind;
    struct str space = str_from(kind->ecosystem);
    struct vulndb_space_info info;
    result->type = str_from(kind->name);
    result->target = kind->title ? str_from(kind->title) : result->packages[0]->path;
    const struct version_scheme *scheme = vulndb_space_scheme(space);
    if (!kind->ecosystem)
        return run_uncovered(run, result, COVERAGE_LISTED, "no advisories are published for", result->type, err);
    if (!scheme)
        return run_uncovered(run, result, COVERAGE_NOT_SUPPORTED, "no advisories are known for", result->type, err);
    if (!vulndb_space_find(run->db, space, &info, err))
        return err->kind == ERROR_NONE && run_uncovered(run, result, COVERAGE_NO_DATA, "no data for", space, err);
    for (size_t i = 0; i < result->package_count; i++)
        if (!match_package(run, space, scheme, result->packages[i], result, err))
            return false;
    return true;
}
