/* poetry.lock, all versions: "category" told development up to lock version 1.1, "groups" tells it since 2.1; between them only
 * pyproject.toml does. */
#include "catalog/python/python.h"

/* A range, {version = range}, or several of these for several markers. */
static bool read_constraint(struct json *json, struct python_lock *lock, struct python_entry *entry, struct str name)
{
    struct python_need need = { .name = name };
    struct str key;
    if (json_peek(json) == JSON_OBJECT) {
        json_object(json);
        while (json_key(json, &key))
            if (str_is(key, "version"))
                json_string(json, &need.range);
    } else {
        json_string(json, &need.range);
    }
    if (str_is(need.range, "*"))
        need.range = STR("");
    return python_entry_need(lock, entry, need);
}

static bool read_needs(struct json *json, struct python_lock *lock, struct python_entry *entry)
{
    struct str name;
    if (!json_object(json))
        return true;
    while (json_key(json, &name)) {
        if (json_peek(json) != JSON_ARRAY) {
            if (!read_constraint(json, lock, entry, name))
                return false;
            continue;
        }
        json_array(json);
        while (json_item(json))
            if (!read_constraint(json, lock, entry, name))
                return false;
    }
    return true;
}

/* Of an empty list nothing can be said. */
static bool is_for_development(struct json *json)
{
    struct str group;
    bool main = false, any = false;
    if (!json_array(json))
        return false;
    while (json_item(json)) {
        any = true;
        main |= json_string(json, &group) && str_is(group, "main");
    }
    return any && !main;
}

static bool read_package(struct json *json, struct python_lock *lock)
{
    struct python_entry entry;
    struct str key, category;
    python_entry_begin(&entry, json);
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "name"))
            json_string(json, &entry.name);
        else if (str_is(key, "version"))
            json_string(json, &entry.version);
        else if (str_is(key, "category"))
            entry.dev |= json_string(json, &category) && str_is(category, "dev");
        else if (str_is(key, "groups"))
            entry.dev |= is_for_development(json);
        else if (str_is(key, "dependencies") && !read_needs(json, lock, &entry))
            return false;
    }
    entry.end_line = json_line(json);
    return python_lock_add(lock, &entry) || !lock->file->scratch->exhausted;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct python_lock lock = { .all_fitting = false };
    return python_lock_read(&lock, file, facts, "package", read_package, NULL, NULL) && python_lock_finish(&lock);
}

static bool settle(struct catalog_facts *facts)
{
    return python_settle_declared(facts, PYTHON_DEV_BY_GRAPH);
}

static const struct catalog_claim claims[] = {
    { "**/poetry.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_poetry_kind = {
    .name = "poetry",
    .is_lock = true,
    .ecosystem = "pip",
    .scheme = "pep440",
    .purl_type = "pypi",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
    .settle = settle,
};
