/* pylock.toml and pylock.NAME.toml (PEP 751). A package with a "directory" is the project itself; tools rarely write who needs
 * whom. */
#include "catalog/python/python.h"

static bool read_need(struct json *json, struct python_lock *lock, struct python_entry *entry)
{
    struct python_need need = { .exact = true };
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "name"))
            json_string(json, &need.name);
        else if (str_is(key, "version"))
            json_string(json, &need.range);
    }
    return python_entry_need(lock, entry, need);
}

static bool is_project(struct json *json)
{
    struct str key, path = { 0 };
    if (json_object(json))
        while (json_key(json, &key))
            if (str_is(key, "path"))
                json_string(json, &path);
    return path.len > 0;
}

static bool read_package(struct json *json, struct python_lock *lock)
{
    struct python_entry entry;
    struct str key;
    python_entry_begin(&entry, json);
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "name"))
            json_string(json, &entry.name);
        else if (str_is(key, "version"))
            json_string(json, &entry.version);
        else if (str_is(key, "directory") && is_project(json))
            entry.relation = RELATION_ROOT;
        else if (str_is(key, "dependencies") && json_array(json))
            while (json_item(json))
                if (!read_need(json, lock, &entry))
                    return false;
    }
    entry.end_line = json_line(json);
    entry.name = python_name(lock->file->scratch, entry.name, true);
    return python_lock_add(lock, &entry) || !lock->file->scratch->exhausted;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct python_lock lock = { .all_fitting = false };
    return python_lock_read(&lock, file, facts, "packages", read_package, NULL, NULL) && python_lock_finish(&lock);
}

static bool settle(struct catalog_facts *facts)
{
    return python_settle_declared(facts, PYTHON_DEV_AS_READ);
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
