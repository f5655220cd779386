/* Lock files that do not say which packages the project asked for: the manifest beside them does. */
#include "catalog/kinds.h"

enum { NEED_MAIN = 1, NEED_DEV = 2 };

/* What manifests declare. */
struct declarations {
    struct map needs;   /* by folder and name */
    struct map folders; /* that have a manifest */
    struct arena *arena;
    struct str (*key)(struct arena *arena, struct str name);
};

static struct str make_key(const struct declarations *d, struct str folder, struct str name)
{
    if (d->key)
        name = d->key(d->arena, name);
    return arena_printf(d->arena, "%.*s\n%.*s", STR_ARG(folder), STR_ARG(name));
}

static bool index_declared(struct declarations *d, const struct catalog_facts *facts, const struct catalog_kind *manifest)
{
    for (size_t i = 0; i < facts->declared_count; i++) {
        const struct catalog_declared *declared = &facts->declared[i];
        struct str folder = path_dir(declared->path);
        uint64_t needs = 0;
        if (declared->kind != manifest)
            continue;
        struct str key = make_key(d, folder, declared->name);
        if (d->arena->exhausted)
            return false;
        map_get(&d->needs, key, &needs);
        if (!map_put(&d->needs, key, needs | (declared->dev ? NEED_DEV : NEED_MAIN)) || !map_put(&d->folders, folder, 1))
            return false;
    }
    return true;
}

/* The packages of one lock file. */
static bool settle_file(const struct declarations *d, struct package *packages, size_t count, bool marks_dev)
{
    struct str folder = path_dir(packages[0].path);
    for (size_t i = 0; i < count; i++) {
        struct package *p = &packages[i];
        struct arena_mark mark = arena_mark(d->arena);
        struct str key = make_key(d, folder, p->name);
        uint64_t needs = 0;
        if (d->arena->exhausted)
            return false;
        map_get(&d->needs, key, &needs);
        arena_reset(d->arena, mark);
        if (p->relation == RELATION_UNKNOWN)
            p->relation = needs ? RELATION_DIRECT : RELATION_INDIRECT;
        if (marks_dev)
            p->dev = needs == NEED_DEV;
    }
    return !marks_dev || catalog_mark_dev(packages, count, d->arena);
}

bool catalog_settle_declared(struct catalog_facts *facts, const struct catalog_kind *manifest,
                             struct str (*key)(struct arena *arena, struct str name), bool marks_dev)
{
    struct declarations declarations = { .arena = facts->arena, .key = key };
    map_init(&declarations.needs, facts->arena);
    map_init(&declarations.folders, facts->arena);
    if (!index_declared(&declarations, facts, manifest))
        return false;
    catalog_sort_by_file(facts);
    for (size_t first = 0, end; first < facts->package_count; first = end) {
        struct package *packages = facts->packages + first;
        end = catalog_file_end(facts->packages, facts->package_count, first);
        if (map_get(&declarations.folders, path_dir(packages->path), NULL) &&
            !settle_file(&declarations, packages, end - first, marks_dev))
            return false;
    }
    return true;
}
