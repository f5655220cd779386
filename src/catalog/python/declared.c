/* Lock files beside a pyproject.toml: which of their packages the project asked for, and which only its development needs. */
#include "catalog/python/python.h"

#include <stdlib.h>

enum { NEED_MAIN = 1, NEED_DEV = 2 };

/* Made in the buffer, valid until the next. */
static struct str key_of(struct buf *buf, struct str folder, struct str name)
{
    char key[PYTHON_MAX_NAME];
    buf_clear(buf);
    buf_str(buf, folder);
    buf_chr(buf, '\n');
    buf_str(buf, python_key(key, name));
    return buf_view(buf);
}

/* What is declared by folder and name, and which folders have a manifest at all. */
static bool index_declared(const struct catalog_facts *facts, struct map *names, struct map *folders, struct buf *buf)
{
    for (size_t i = 0; i < facts->declared_count; i++) {
        const struct catalog_declared *d = &facts->declared[i];
        if (d->kind != &catalog_pyproject_kind)
            continue;
        uint64_t needs = 0;
        struct str key = arena_str(facts->arena, key_of(buf, path_dir(d->path), d->name));
        if (key.ptr)
            map_get(names, key, &needs);
        if (!key.ptr || !map_put(names, key, needs | (d->dev ? NEED_DEV : NEED_MAIN)) || !map_put(folders, path_dir(d->path), 1))
            return false;
    }
    return true;
}

static int compare_places(const void *a, const void *b)
{
    const struct package *x = a, *y = b;
    int order = str_cmp(x->path, y->path);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

/* The lock file has the project itself, but not what that needs. */
static bool tie_root(struct package *packages, size_t count, struct arena *arena)
{
    struct package *root = NULL;
    struct buf list;
    for (size_t i = 0; i < count && !root; i++)
        if (packages[i].relation == RELATION_ROOT)
            root = &packages[i];
    if (!root || root->depends.len)
        return true;
    buf_init(&list, 16u << 20);
    for (size_t i = 0; i < count; i++)
        if (packages[i].relation == RELATION_DIRECT)
            catalog_put_item(&list, packages[i].id);
    root->depends = arena_str(arena, list.failed ? (struct str){ 0 } : buf_view(&list));
    buf_free(&list);
    return !arena->exhausted;
}

/* The packages of one lock file. */
static bool settle_file(struct package *packages, size_t count, const struct map *names, enum python_dev_rule rule,
                        struct buf *buf, struct arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        struct package *p = &packages[i];
        uint64_t needs = 0;
        map_get(names, key_of(buf, path_dir(p->path), p->name), &needs);
        if (p->relation == RELATION_UNKNOWN)
            p->relation = needs ? RELATION_DIRECT : RELATION_INDIRECT;
        if (rule == PYTHON_DEV_BY_GRAPH)
            p->dev = needs == NEED_DEV;
    }
    return tie_root(packages, count, arena) && (rule == PYTHON_DEV_AS_READ || catalog_mark_dev(packages, count, arena));
}

static bool settle_files(struct catalog_facts *facts, enum python_dev_rule rule, struct buf *buf)
{
    struct map names, folders;
    map_init(&names, facts->arena);
    map_init(&folders, facts->arena);
    if (!index_declared(facts, &names, &folders, buf))
        return false;
    if (facts->package_count)
        qsort(facts->packages, facts->package_count, sizeof *facts->packages, compare_places);
    for (size_t first = 0, end; first < facts->package_count; first = end) {
        struct str path = facts->packages[first].path;
        for (end = first; end < facts->package_count && str_eq(facts->packages[end].path, path);)
            end++;
        if (map_get(&folders, path_dir(path), NULL) &&
            !settle_file(facts->packages + first, end - first, &names, rule, buf, facts->arena))
            return false;
    }
    return true;
}

bool python_settle_declared(struct catalog_facts *facts, enum python_dev_rule rule)
{
    struct buf key;
    buf_init(&key, 64 * 1024);
    bool done = settle_files(facts, rule, &key);
    buf_free(&key);
    return done;
}
