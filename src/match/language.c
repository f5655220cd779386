/* Language packages: the namespace is the ecosystem, names are looked up in its normal form. */
#include "match/run.h"

static bool no_data(struct match_run *run, struct result *result, enum coverage coverage, struct str ecosystem, struct error *err)
{
    result->coverage = coverage;
    result->coverage_text = arena_printf(run->arena, "no data for %.*s", STR_ARG(ecosystem));
    return result->coverage_text.ptr || arena_error(run->arena, err);
}

bool match_language(struct match_run *run, struct result *result, struct error *err)
{
    const struct catalog_kind *kind = result->packages[0]->kind;
    struct str space = str_from(kind->ecosystem);
    struct vulndb_space_info info;
    result->type = str_from(kind->name);
    result->target = kind->title ? str_from(kind->title) : result->packages[0]->path;
    const struct version_scheme *scheme = vulndb_space_scheme(space);
    if (!scheme)
        return no_data(run, result, COVERAGE_NOT_SUPPORTED, space, err);
    if (!vulndb_space_find(run->db, space, &info, err))
        return err->kind == ERROR_NONE && no_data(run, result, COVERAGE_NO_DATA, space, err);
    for (size_t i = 0; i < result->package_count; i++) {
        struct lookup lookup = { .space = space, .scheme = scheme, .package = result->packages[i],
                                 .version = result->packages[i]->version };
        if (!vulndb_space_normalize(space, result->packages[i]->name, run->arena, &lookup.name))
            return arena_error(run->arena, err);
        if (!run_lookup(run, &lookup, NULL, NULL, result, err))
            return false;
    }
    return true;
}
