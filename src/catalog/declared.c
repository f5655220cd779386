/* Lock files that do not say which packages the project asked for: the manifest beside them does. */
#include "catalog/kinds.h"

#include <stdlib.h>

static int compare_places(const void *a, const void *b)
{
    const struct package *x = a, *y = b;
    int order = str_cmp(x->path, y->path);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* What the manifest in a lock file's folder declares. */
struct manifest {
    const struct catalog_declared **items;
    size_t count;
    bool (*same_name)(struct str declared, struct str locked);
};

static void read_manifest(const struct catalog_facts *facts, const struct catalog_kind *kind, struct str folder,
                          struct manifest *out)
{
    out->count = 0;
    for (size_t i = 0; i < facts->declared_count; i++)
        if (facts->declared[i].kind == kind && str_eq(path_dir(facts->declared[i].path), folder))
            out->items[out->count++] = &facts->declared[i];
}

/* One that is not for development outranks others. NULL: it is not declared. */
static const struct catalog_declared *find_declared(const struct manifest *manifest, struct str name)
{
    const struct catalog_declared *found = NULL;
    for (size_t i = 0; i < manifest->count; i++) {
        const struct catalog_declared *d = manifest->items[i];
        bool same = manifest->same_name ? manifest->same_name(d->name, name) : str_eq(d->name, name);
        if (same && (!found || found->dev))
            found = d;
    }
    return found;
}

static void mark_direct(struct package *p, const struct catalog_declared *d)
{
    if (p->relation == RELATION_UNKNOWN)
        p->relation = d ? RELATION_DIRECT : RELATION_INDIRECT;
    p->dev |= d && d->dev;
}

bool catalog_settle_declared(struct catalog_facts *facts, const struct catalog_kind *kind,
                             bool (*same_name)(struct str declared, struct str locked))
{
    struct package *packages = facts->packages;
    struct manifest manifest = { arena_array(facts->arena, facts->declared_count + 1, sizeof *manifest.items), 0, same_name };
    if (!manifest.items)
        return false;
    if (facts->package_count)
        qsort(packages, facts->package_count, sizeof *packages, compare_places);
    for (size_t first = 0, end; first < facts->package_count; first = end) {
        struct str path = packages[first].path;
        read_manifest(facts, kind, path_dir(path), &manifest);
        for (end = first; end < facts->package_count && str_eq(packages[end].path, path); end++)
            if (manifest.count)
                mark_direct(&packages[end], find_declared(&manifest, packages[end].name));
        if (manifest.count && !catalog_mark_dev(packages + first, end - first, facts->arena))
            return false;
    }
    return true;
}
