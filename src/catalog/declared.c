/* Lock files that do not say which packages the project asked for: the manifest beside them does. */
#include "catalog/kinds.h"

#include <stdlib.h>

static int compare_places(const void *a, const void *b)
{
    const struct package *x = a, *y = b;
    int order = str_cmp(x->path, y->path);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* The manifest's entry for this package; one that is not for development outranks others. NULL: it is not declared. */
static const struct catalog_declared *find_declared(const struct catalog_facts *facts, const struct catalog_kind *manifest,
                                                    struct str folder, struct str name, bool (*same)(struct str, struct str),
                                                    bool *has_manifest)
{
    const struct catalog_declared *found = NULL;
    for (size_t i = 0; i < facts->declared_count; i++) {
        const struct catalog_declared *d = &facts->declared[i];
        if (d->kind != manifest || !str_eq(path_dir(d->path), folder))
            continue;
        *has_manifest = true;
        if ((same ? same(d->name, name) : str_eq(d->name, name)) && (!found || found->dev))
            found = d;
    }
    return found;
}

bool catalog_settle_declared(struct catalog_facts *facts, const struct catalog_kind *manifest,
                             bool (*same)(struct str, struct str))
{
    struct package *packages = facts->packages;
    if (facts->package_count)
        qsort(packages, facts->package_count, sizeof *packages, compare_places);
    for (size_t first = 0, end; first < facts->package_count; first = end) {
        struct str path = packages[first].path, folder = path_dir(path);
        bool has_manifest = false;
        for (end = first; end < facts->package_count && str_eq(packages[end].path, path); end++) {
            struct package *p = &packages[end];
            const struct catalog_declared *d = find_declared(facts, manifest, folder, p->name, same, &has_manifest);
            if (!has_manifest)
                continue;
            if (p->relation == RELATION_UNKNOWN)
                p->relation = d ? RELATION_DIRECT : RELATION_INDIRECT;
            p->dev |= d && d->dev;
        }
        if (has_manifest && !catalog_mark_dev(packages + first, end - first, facts->arena))
            return false;
    }
    return true;
}
