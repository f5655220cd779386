/* Packages that a file lists, see listed.h. */
#include "catalog/listed.h"

bool listed_add(const struct catalog_file *file, struct catalog_facts *facts, struct str name, struct str version,
                struct package **out)
{
    *out = NULL;
    if (!name.len || !version.len || !header_value_ok(name) || !header_value_ok(version))
        return true;
    struct package *package = catalog_add_package(facts, file->kind, file->path);
    if (!package)
        return false;
    package->name = arena_str(facts->arena, name);
    package->version = arena_str(facts->arena, version);
    package->id = catalog_id(facts, name, version);
    *out = package;
    return !facts->arena->exhausted;
}

bool listed_resolve(struct catalog_facts *facts, size_t first, const struct map *names, const struct map *others)
{
    struct buf ids;
    /* The package that last needed each: two names may stand for one. */
    size_t *needed_by = arena_array(facts->arena, facts->package_count + 1, sizeof *needed_by);
    if (!needed_by)
        return false;
    buf_init(&ids, 16u << 20);
    for (size_t i = first; i < facts->package_count; i++) {
        struct package *p = &facts->packages[i];
        struct str rest = p->depends, name;
        uint64_t at;
        buf_clear(&ids);
        while (str_next(&rest, '\n', &name))
            if ((map_get(names, name, &at) || (others && map_get(others, name, &at) && at != i)) && needed_by[at] != i + 1) {
                needed_by[at] = i + 1;
                catalog_put_item(&ids, facts->packages[at].id);
            }
        if (p->depends.len)
            p->depends = arena_str(facts->arena, buf_view(&ids));
    }
    buf_free(&ids);
    return !facts->arena->exhausted;
}

bool listed_settle_names(struct catalog_facts *facts)
{
    struct map names;
    map_init(&names, facts->arena);
    for (size_t i = 0; i < facts->package_count; i++)
        if (!map_get(&names, facts->packages[i].name, NULL) && !map_put(&names, facts->packages[i].name, i))
            return false;
    return listed_resolve(facts, 0, &names, NULL);
}
