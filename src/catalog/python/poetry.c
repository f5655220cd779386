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

static bool read_field(struct json *json, struct python_lock *lock, struct python_entry *entry, struct str key)
{
    struct str category;
    if (str_is(key, "category"))
        entry->dev |= json_string(json, &category) && str_is(category, "dev");
    else if (str_is(key, "groups"))
        entry->dev |= python_groups_are_dev(json, "main");
    return !str_is(key, "dependencies") || read_needs(json, lock, entry);
}

static const struct python_lock_format format = { .list = "package", .read_field = read_field };

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct python_lock lock;
    return python_lock_read(&lock, file, facts, &format, NULL) && python_lock_finish(&lock);
}

static bool settle(struct catalog_facts *facts)
{
    return python_settle_declared(facts, true);
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
