/* OS packages: which namespace, which name and version of each package, and the rules of single distributions: Red Hat's
 * content sets, Oracle's flavours, Ubuntu's extended maintenance, packages that somebody else publishes. */
#include "match/run.h"

#include <stdlib.h>

/* ---- Red Hat: advisories apply to CPEs; repositories and image builds stand for CPEs ------------------------------------------ */

struct cpe_set {
    const uint32_t *indices;
    size_t count;
};

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static bool add_cpes(struct match_run *run, const char *table, struct str name, struct cpe_set *set, size_t *cap, struct error *err)
{
    const uint32_t *found = NULL;
    size_t count = 0;
    if (!vulndb_cpe_map(run->db, table, name, run->arena, &found, &count, err))
        return err->kind == ERROR_NONE;
    uint32_t *indices = (uint32_t *)(uintptr_t)set->indices;
    for (size_t i = 0; i < count; i++) {
        indices = arena_grow(run->arena, indices, set->count, cap, sizeof *indices);
        if (!indices)
            return arena_error(run->arena, err);
        indices[set->count++] = found[i];
    }
    set->indices = indices;
    return true;
}

/* Repositories that an image without content sets is taken to have been built from, by major release. */
static const struct {
    const char *major, *repositories[2];
} default_repositories[] = {
    { "6", { "rhel-6-server-rpms", "rhel-6-server-extras-rpms" } },
    { "7", { "rhel-7-server-rpms", "rhel-7-server-extras-rpms" } },
    { "8", { "rhel-8-for-x86_64-baseos-rpms", "rhel-8-for-x86_64-appstream-rpms" } },
    { "9", { "rhel-9-for-x86_64-baseos-rpms", "rhel-9-for-x86_64-appstream-rpms" } },
    { "10", { "rhel-10-for-x86_64-baseos-rpms", "rhel-10-for-x86_64-appstream-rpms" } },
};

static bool red_hat_cpes(struct match_run *run, struct cpe_set *set, struct error *err)
{
    size_t cap = 0;
    bool known = false;
    for (size_t i = 0; i < run->inventory->note_count; i++) {
        const struct catalog_note *note = &run->inventory->notes[i];
        bool repository = str_is(note->key, "content-set");
        if (!repository && !str_is(note->key, "nvr"))
            continue;
        known |= repository;
        if (!add_cpes(run, repository ? "repository" : "nvr", note->value, set, &cap, err))
            return false;
    }
    struct str major, rest;
    str_cut(run->inventory->distro.release, '.', &major, &rest);
    for (size_t i = 0; !known && i < ARRAY_LEN(default_repositories); i++)
        for (size_t k = 0; str_is(major, default_repositories[i].major) && k < 2; k++)
            if (!add_cpes(run, "repository", str_from(default_repositories[i].repositories[k]), set, &cap, err))
                return false;
    if (set->count)
        qsort((void *)(uintptr_t)set->indices, set->count, sizeof *set->indices, compare_u32);
    return true;
}

static bool applies_to_cpes(struct match_run *run, const struct vulndb_hit *hit, const struct cpe_set *set)
{
    struct error ignored = { 0 };
    uint32_t cpe;
    for (uint32_t i = 0; i < hit->cpe_count; i++)
        if (vulndb_hit_cpe(run->db, hit, i, &cpe, &ignored) && set->count &&
            bsearch(&cpe, set->indices, set->count, sizeof cpe, compare_u32))
            return true;
    return hit->cpe_count == 0;
}

/* ---- which advisories of a package count ---------------------------------------------------------------------------------------- */

/* Oracle builds some packages more than once: a live-patched or certified build compares only with its own advisories. */
static struct str flavour_of(struct str version)
{
    if (str_contains(version, ".ksplice1."))
        return STR("ksplice1");
    if (str_contains(version, ".ksplice2."))
        return STR("ksplice2");
    return str_contains(version, "_fips") ? STR("fips") : (struct str){ 0 };
}

static bool applies_to_arch(struct match_run *run, const struct vulndb_hit *hit, struct str arch)
{
    struct error ignored = { 0 };
    struct str one;
    for (uint32_t i = 0; i < hit->arch_count; i++)
        if (vulndb_hit_arch(run->db, hit, i, &one, &ignored) && (str_eq(one, arch) || str_is(one, "noarch")))
            return true;
    return hit->arch_count == 0 || str_is(arch, "noarch") || arch.len == 0;
}

struct os_rules {
    const struct family *family;
    struct cpe_set cpes;
};

static bool os_filter(struct match_run *run, const struct lookup *lookup, const struct vulndb_hit *hit, void *context)
{
    const struct os_rules *rules = context;
    if (!applies_to_arch(run, hit, lookup->package->arch))
        return false;
    if (rules->family->red_hat && !applies_to_cpes(run, hit, &rules->cpes))
        return false;
    return !rules->family->flavours || str_eq(hit->flavour, flavour_of(lookup->version));
}

/* Several advisories may name one vulnerability of a package: what is fixed outranks what is not, and of two fixes the later
 * one is needed, since the earlier did not fix the version at hand. */
static void join_findings(const struct version_scheme *scheme, struct result *result, size_t first)
{
    size_t kept = first;
    for (size_t i = first; i < result->finding_count; i++) {
        struct finding *f = &result->findings[i], *same = NULL;
        for (size_t k = first; k < kept && !same; k++)
            if (str_eq(result->findings[k].id, f->id))
                same = &result->findings[k];
        int order = 0;
        if (!same)
            result->findings[kept++] = *f;
        else if (f->fixed.len && (same->fixed.len == 0 || (version_compare(scheme, same->fixed, f->fixed, &order) && order < 0)))
            *same = *f;
    }
    result->finding_count = kept;
}

/* ---- names and versions ------------------------------------------------------------------------------------------------------------ */

static struct str first_of(struct str a, struct str b)
{
    return a.len ? a : b;
}

static struct str module_name(struct arena *arena, const struct package *p, struct str name)
{
    struct str module, rest, stream;
    if (!str_cut(p->module, ':', &module, &rest))
        return name;
    str_cut(rest, ':', &stream, &rest);
    return arena_printf(arena, "%.*s:%.*s::%.*s", STR_ARG(module), STR_ARG(stream), STR_ARG(name));
}

static bool make_lookup(struct match_run *run, const struct family *family, const struct package *p, struct lookup *out, struct error *err)
{
    out->package = p;
    out->name = family->keyed == BY_BINARY ? p->name : first_of(p->source_name, p->name);
    out->version = family->keyed == BY_SOURCE ? first_of(p->source_version, p->version) : p->version;
    if (family->modules && p->module.len)
        out->name = module_name(run->arena, p, out->name);
    struct str normalized;
    if (!out->name.ptr || !vulndb_space_normalize(out->space, out->name, run->arena, &normalized))
        return arena_error(run->arena, err);
    out->name = normalized;
    return true;
}

/* ---- Ubuntu Pro ------------------------------------------------------------------------------------------------------------------------ */

static bool has_note(const struct inventory *inventory, const char *key)
{
    for (size_t i = 0; i < inventory->note_count; i++)
        if (str_is(inventory->notes[i].key, key))
            return true;
    return false;
}

/* Where extended maintenance is on, what it says of a vulnerability takes the place of what the release's own data says. */
static bool replace_by_esm(struct match_run *run, struct lookup lookup, struct os_rules *rules, size_t first, struct result *result,
                           struct error *err)
{
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    lookup.space = arena_printf(run->arena, "%.*s-ESM", STR_ARG(lookup.space));
    if (!lookup.space.ptr)
        return arena_error(run->arena, err);
    if (!vulndb_find(run->db, lookup.space, lookup.name, &cursor, err))
        return false;
    while (vulndb_next(&cursor, &hit, err))
        for (size_t i = first; i < result->finding_count; i++)
            if (str_eq(result->findings[i].id, hit.vulnerability))
                result->findings[i--] = result->findings[--result->finding_count];
    return err->kind == ERROR_NONE && run_lookup(run, &lookup, os_filter, rules, result, err);
}

/* ---- the group ------------------------------------------------------------------------------------------------------------------------- */

/* "edge" where the repositories say so: an edge image calls itself by the release that is being made. */
static struct str release_of(const struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->note_count; i++)
        if (str_is(inventory->notes[i].key, "apk-repository") && str_is(inventory->notes[i].value, "edge") &&
            str_is(inventory->distro.family, "alpine"))
            return STR("edge");
    return inventory->distro.release;
}

static bool set_coverage(struct match_run *run, struct result *result, enum coverage coverage, const char *why, struct str what,
                         struct error *err)
{
    result->coverage = coverage;
    result->coverage_text = arena_printf(run->arena, "%s %.*s", why, STR_ARG(what));
    return result->coverage_text.ptr || arena_error(run->arena, err);
}

static bool name_target(struct match_run *run, struct result *result, struct error *err)
{
    const struct distro *d = &run->inventory->distro;
    struct str family = d->family.len ? d->family : STR("unknown");
    result->type = family;
    result->target = arena_printf(run->arena, "%.*s (%.*s%s%.*s)", STR_ARG(run->options->artifact), STR_ARG(family), d->release.len ? " " : "",
                                  STR_ARG(d->release));
    return result->target.ptr || arena_error(run->arena, err);
}

static bool match_packages(struct match_run *run, const struct family *family, struct str space, struct result *result,
                           struct error *err)
{
    struct os_rules rules = { .family = family };
    bool esm = has_note(run->inventory, "esm");
    const struct version_scheme *scheme = vulndb_space_scheme(space);
    if (!scheme)
        return set_coverage(run, result, COVERAGE_NOT_SUPPORTED, "no version scheme for", space, err);
    if (family->red_hat && !red_hat_cpes(run, &rules.cpes, err))
        return false;
    for (size_t i = 0; i < result->package_count; i++) {
        struct lookup lookup = { .space = space, .scheme = scheme };
        size_t first = result->finding_count;
        if (result->packages[i]->third_party)
            continue;
        if (!make_lookup(run, family, result->packages[i], &lookup, err) || !run_lookup(run, &lookup, os_filter, &rules, result, err))
            return false;
        if (esm && !replace_by_esm(run, lookup, &rules, first, result, err))
            return false;
        join_findings(scheme, result, first);
    }
    return true;
}

bool match_os(struct match_run *run, struct result *result, struct error *err)
{
    const struct distro *distro = &run->inventory->distro;
    struct vulndb_space_info info;
    if (!name_target(run, result, err))
        return false;
    const struct family *family = run->inventory->distro_known ? family_find(distro->family) : NULL;
    if (!family)
        return set_coverage(run, result, COVERAGE_NOT_SUPPORTED, "no advisories are known for",
                            first_of(distro->family, STR("an unknown distribution")), err);
    struct str space = family_space(family, release_of(run->inventory), run->arena);
    if (!space.ptr)
        return arena_error(run->arena, err);
    if (!vulndb_space_find(run->db, space, &info, err)) {
        if (err->kind != ERROR_NONE)
            return false;
        return set_coverage(run, result, COVERAGE_NO_DATA, "no data for", space, err);
    }
    return match_packages(run, family, space, result, err);
}
