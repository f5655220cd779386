/* The dependencies of one project as Maven's model builder makes them: its own and its parents', completed by what
 * dependencyManagement says, of itself, its parents and the BOMs that these import (Introduction to the Dependency
 * Mechanism; Maven Model Builder). Nothing is merged into large lists: management is looked up where it stands, for the BOMs
 * of today hold thousands of lines and every module of a project inherits them. */
#include "catalog/java/pom.h"

#include "version/version.h"

/* Management whose key has expressions, in the project that inherits it. */
struct pom_managed {
    const struct pom_dependency *dependency;
    unsigned level; /* 0: of the project itself, 1: of its parent … */
};

static struct str default_type(struct str type)
{
    return type.len ? type : STR("jar");
}

struct str pom_dependency_key(struct pom_world *world, const struct pom_dependency *d)
{
    return arena_printf(world->arena, "%.*s:%.*s:%.*s:%.*s", STR_ARG(d->group), STR_ARG(d->artifact),
                        STR_ARG(default_type(d->type)), STR_ARG(d->classifier));
}

static bool has_expression(const struct pom_dependency *d)
{
    return str_contains(d->group, "${") || str_contains(d->artifact, "${") || str_contains(d->type, "${") ||
           str_contains(d->classifier, "${");
}

static bool is_import(struct pom_world *world, struct pom *context, const struct pom_dependency *d)
{
    return str_is(pom_interpolate(world, context, d->scope), "import");
}

/* Exclusions seldom have expressions: the array is shared where none has. */
static const struct pom_exclusion *interpolate_exclusions(struct pom_world *world, struct pom *context,
                                                          const struct pom_dependency *d)
{
    bool any = false;
    for (size_t i = 0; i < d->exclusion_count; i++)
        any |= str_contains(d->exclusions[i].group, "${") || str_contains(d->exclusions[i].artifact, "${");
    struct pom_exclusion *items = any ? arena_array(world->arena, d->exclusion_count, sizeof *items) : NULL;
    if (!items)
        return d->exclusions;
    for (size_t i = 0; i < d->exclusion_count; i++) {
        items[i].group = pom_interpolate(world, context, d->exclusions[i].group);
        items[i].artifact = pom_interpolate(world, context, d->exclusions[i].artifact);
    }
    return items;
}

static struct pom_dependency interpolate(struct pom_world *world, struct pom *context, const struct pom_dependency *d)
{
    struct pom_dependency out = *d;
    out.group = pom_interpolate(world, context, d->group);
    out.artifact = pom_interpolate(world, context, d->artifact);
    out.version = pom_interpolate(world, context, d->version);
    out.type = pom_interpolate(world, context, d->type);
    out.classifier = pom_interpolate(world, context, d->classifier);
    out.scope = pom_interpolate(world, context, d->scope);
    out.exclusions = interpolate_exclusions(world, context, d);
    return out;
}

/* ---- management ---- */

/* Of equal keys in one file the last counts: what profiles say stands behind. */
static bool index_managed(struct pom_world *world, struct pom *pom)
{
    if (pom->managed_state == POM_DONE)
        return true;
    if (!pom_read(world, pom))
        return false;
    map_init(&pom->managed_by_key, world->arena);
    for (size_t i = 0; i < pom->managed_count; i++) {
        const struct pom_dependency *d = &pom->managed[i];
        if (has_expression(d) || str_is(d->scope, "import"))
            continue;
        struct str key = pom_dependency_key(world, d);
        if (!key.ptr || !map_put(&pom->managed_by_key, key, (uint64_t)(uintptr_t)d))
            return false;
    }
    pom->managed_state = POM_DONE;
    return true;
}

static bool add_import(struct pom_world *world, struct pom *pom, const struct pom_dependency *d, struct map *seen)
{
    struct pom_dependency import = interpolate(world, pom, d);
    struct str key = pom_dependency_key(world, &import);
    bool hard;
    if (!key.ptr || map_get(seen, key, NULL))
        return key.ptr != NULL;
    struct pom *bom = pom_find(world, import.group, import.artifact, pom_choose_version(world, &import, &hard));
    if (!bom && !pom->lacks.len)
        pom->lacks = arena_printf(world->arena, "%.*s:%.*s:%.*s", STR_ARG(import.group), STR_ARG(import.artifact),
                                  STR_ARG(import.version));
    if (!map_put(seen, key, 1))
        return false;
    if (!bom || bom == pom)
        return true;
    struct pom **grown = arena_grow(world->arena, pom->imports, pom->import_count, &pom->import_cap, sizeof(*grown));
    if (!grown)
        return false;
    pom->imports = grown;
    grown[pom->import_count++] = bom;
    return true;
}

static bool add_expressed(struct pom_world *world, struct pom *pom, const struct pom_dependency *d, unsigned level)
{
    struct pom_dependency plain = interpolate(world, pom, d);
    struct str key = pom_dependency_key(world, &plain);
    uint64_t known;
    if (!key.ptr)
        return false;
    if (map_get(&pom->context_by_key, key, &known) && ((const struct pom_managed *)(uintptr_t)known)->level < level)
        return true;
    struct pom_managed *managed = arena_new(world->arena, struct pom_managed);
    if (!managed)
        return false;
    *managed = (struct pom_managed){ d, level };
    return map_put(&pom->context_by_key, key, (uint64_t)(uintptr_t)managed);
}

/* What only this project can say of its own and its parents' management: which BOMs are meant, and keys with expressions. */
static bool make_context(struct pom_world *world, struct pom *pom)
{
    struct map seen;
    unsigned level = 0;
    if (pom->context_state != POM_UNREAD)
        return true;
    pom->context_state = POM_DONE;
    map_init(&seen, world->arena);
    map_init(&pom->context_by_key, world->arena);
    map_init(&pom->answers, world->arena);
    for (struct pom *p = pom; p; p = pom_parent(world, p), level++) {
        world->steps += p->managed_count;
        if (world->steps > POM_MAX_STEPS || !index_managed(world, p))
            return world->steps > POM_MAX_STEPS;
        for (size_t i = 0; i < p->managed_count; i++) {
            const struct pom_dependency *d = &p->managed[i];
            bool import = is_import(world, pom, d);
            if (import ? !add_import(world, pom, d, &seen) : has_expression(d) && !add_expressed(world, pom, d, level))
                return false;
        }
    }
    return true;
}

/* In the project and its parents, not in BOMs. Equal keys as written: the child's counts. Keys that become equal only by
 * interpolation stand one behind the other in Maven's list; there the first counts, or, once BOMs were merged in, the last. */
static const struct pom_dependency *find_in_parents(struct pom_world *world, struct pom *pom, struct str key)
{
    const struct pom_managed *expressed = NULL;
    const struct pom_dependency *plain = NULL;
    uint64_t found;
    unsigned level = 0;
    if (map_get(&pom->context_by_key, key, &found))
        expressed = (const struct pom_managed *)(uintptr_t)found;
    for (struct pom *p = pom; p && !plain; p = plain ? p : pom_parent(world, p), level += !plain)
        if (map_get(&p->managed_by_key, key, &found))
            plain = (const struct pom_dependency *)(uintptr_t)found;
    if (!plain || !expressed)
        return plain ? plain : expressed ? expressed->dependency : NULL;
    bool plain_first = level != expressed->level ? level < expressed->level : plain < expressed->dependency;
    return plain_first == (pom->import_count == 0) ? plain : expressed->dependency;
}

/* Asks the project, its parents and then its BOMs. One that was asked already in this look-up has no other answer now. What
 * is near the beginning is remembered: modules ask the same BOMs for the same libraries again and again. */
static const struct pom_dependency *find_managed(struct pom_world *world, struct pom *pom, struct str key, unsigned depth)
{
    uint64_t known;
    if (pom->visited == world->lookups || depth > POM_MAX_PARENTS || ++world->steps > POM_MAX_STEPS || !make_context(world, pom))
        return NULL;
    pom->visited = world->lookups;
    if (map_get(&pom->answers, key, &known))
        return (const struct pom_dependency *)(uintptr_t)known;
    const struct pom_dependency *found = find_in_parents(world, pom, key);
    if (found) {
        struct pom_dependency *plain = arena_new(world->arena, struct pom_dependency);
        if (!plain)
            return NULL;
        *plain = interpolate(world, pom, found);
        found = plain;
    }
    for (size_t i = 0; !found && i < pom->import_count; i++)
        found = find_managed(world, pom->imports[i], key, depth + 1);
    if (found || depth <= 1)
        map_put(&pom->answers, key, (uint64_t)(uintptr_t)found);
    return found;
}

const struct pom_dependency *pom_find_managed(struct pom_world *world, struct pom *pom, struct str key)
{
    world->lookups++;
    return find_managed(world, pom, key, 0);
}

/* ---- dependencies ---- */

/* Adds those of one file. Keys are compared as they are written: a parent's does not replace the child's, and of equal ones
 * in one file the last counts. */
static bool add_level(struct pom_world *world, struct pom *pom, const struct pom *p, struct map *seen)
{
    size_t level_start = pom->effective_count;
    world->steps += p->dependency_count;
    for (size_t i = 0; i < p->dependency_count && world->steps <= POM_MAX_STEPS; i++) {
        struct pom_dependency d = interpolate(world, pom, &p->dependencies[i]);
        struct str key = pom_dependency_key(world, &p->dependencies[i]);
        uint64_t at;
        if (world->arena->exhausted)
            return false;
        if (p != pom)
            d.line = d.end_line = 0;
        if (map_get(seen, key, &at)) {
            if (at >= level_start)
                pom->effective[at] = d;
            continue;
        }
        struct pom_dependency *grown =
            arena_grow(world->arena, pom->effective, pom->effective_count, &pom->effective_cap, sizeof *grown);
        if (!grown || !map_put(seen, key, pom->effective_count))
            return false;
        pom->effective = grown;
        grown[pom->effective_count++] = d;
    }
    return true;
}

static bool apply_management(struct pom_world *world, struct pom *pom, struct pom_dependency *d)
{
    struct str key = pom_dependency_key(world, d);
    const struct pom_dependency *managed = key.ptr ? pom_find_managed(world, pom, key) : NULL;
    if (!managed)
        return !world->arena->exhausted;
    if (!d->version.len)
        d->version = managed->version;
    if (!d->scope.len)
        d->scope = managed->scope;
    if (!d->exclusion_count) {
        d->exclusions = managed->exclusions;
        d->exclusion_count = managed->exclusion_count;
    }
    return true;
}

bool pom_make_effective(struct pom_world *world, struct pom *pom)
{
    struct map seen;
    if (pom->effective_state != POM_UNREAD)
        return true;
    pom->effective_state = POM_DONE;
    map_init(&seen, world->arena);
    for (struct pom *p = pom; p; p = pom_parent(world, p))
        if (!pom_read(world, p) || !add_level(world, pom, p, &seen))
            return false;
    for (size_t i = 0; i < pom->effective_count; i++)
        if (!apply_management(world, pom, &pom->effective[i]))
            return false;
    return true;
}

/* ---- versions and exclusions ---- */

/* The highest version at hand, of those in the range (text empty: of all). */
static struct str best_version(struct pom_world *world, const struct pom_dependency *d, struct str range, bool releases_only)
{
    const struct version_scheme *scheme = version_scheme_find(STR("maven"));
    struct str best = STR(""), pair = arena_printf(world->arena, "%.*s:%.*s", STR_ARG(d->group), STR_ARG(d->artifact));
    struct version_set set;
    struct error err = { 0 };
    uint64_t first;
    version_set_init(&set, world->arena);
    if (!pair.ptr || !map_get(&world->versions, pair, &first) || (range.len && !version_range(scheme, range, &set, &err)))
        return best;
    for (const struct pom_version *v = (const struct pom_version *)(uintptr_t)first; v; v = v->next) {
        bool inside = true;
        int order = 1;
        if (++world->steps > POM_MAX_STEPS || (releases_only && str_ends(v->version, "-SNAPSHOT")))
            continue;
        if (range.len && (!version_set_has(scheme, &set, v->version, &inside, &err) || !inside))
            continue;
        if (!best.len || (version_compare(scheme, v->version, best, &order) && order > 0))
            best = v->version;
    }
    return best;
}

struct str pom_choose_version(struct pom_world *world, const struct pom_dependency *d, bool *hard)
{
    struct str text = d->version;
    *hard = str_starts(text, "[") || str_starts(text, "(");
    if (*hard && str_ends(text, "]") && !str_find(text, ',', NULL))
        return str_trim(str_head(str_skip(text, 1), text.len - 2));
    if (*hard)
        return best_version(world, d, text, false);
    if (str_is(text, "LATEST") || str_is(text, "RELEASE"))
        return best_version(world, d, STR(""), str_is(text, "RELEASE"));
    return text;
}

static bool matches(struct str pattern, struct str text)
{
    return str_is(pattern, "*") || str_eq(pattern, text);
}

bool pom_is_excluded(const struct pom_dependency *by, const struct pom_dependency *d)
{
    for (size_t i = 0; by && i < by->exclusion_count; i++)
        if (matches(by->exclusions[i].group, d->group) && matches(by->exclusions[i].artifact, d->artifact))
            return true;
    return false;
}
