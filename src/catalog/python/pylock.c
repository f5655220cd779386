/* pylock.toml and pylock.NAME.toml (PEP 751). A package with a "directory" is the project itself; tools rarely write who needs
 * whom. */
#include "catalog/python/python.h"

static bool is_project(struct json *json)
{
    struct str key, path = { 0 };
    if (json_object(json))
        while (json_key(json, &key))
            if (str_is(key, "path"))
                json_string(json, &path);
    return path.len > 0;
}

static bool read_field(struct json *json, struct python_lock *lock, struct python_entry *entry, struct str key)
{
    if (str_is(key, "directory") && is_project(json))
        entry->relation = RELATION_ROOT;
    if (!str_is(key, "dependencies") || !json_array(json))
        return true;
    while (json_item(json))
        if (!python_entry_read_need(lock, entry, json, false))
            return false;
    return true;
}

static const struct python_lock_format format = { .list = "packages", .normal_names = true, .read_field = read_field };

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct python_lock lock;
    return python_lock_read(&lock, file, facts, &format, NULL) && python_lock_finish(&lock);
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

/* The lock file tells nothing of development. */
static bool settle(struct catalog_facts *facts)
{
    bool ok = python_settle_declared(facts, false);
    for (size_t first = 0, end; ok && first < facts->package_count; first = end) {
        end = catalog_file_end(facts->packages, facts->package_count, first);
        ok = tie_root(facts->packages + first, end - first, facts->arena);
    }
    return ok;
}

/* One word between the dots, if any. */
static bool accepts(struct str path)
{
    struct str name = path_base(path), word = str_skip(name, strlen("pylock."));
    size_t dot;
    return str_is(name, "pylock.toml") || (str_find(word, '.', &dot) && dot > 0 && str_is(str_skip(word, dot), ".toml"));
}

static const struct catalog_claim claims[] = {
    { "**/pylock.toml", NULL },
    { "**/pylock.*.toml", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pylock_kind = {
    .name = "pylock",
    .is_lock = true,
    .ecosystem = "pip",
    .scheme = "pep440",
    .purl_type = "pypi",
    .claims = claims,
    .accepts = accepts,
    .max_bytes = 32u << 20,
    .parse = parse,
    .settle = settle,
};
