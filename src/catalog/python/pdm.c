/* pdm.lock, lock versions 2 to 4: requirements as PEP 508 has them; since 4.4.1 "groups" of each package, of which "default" is
 * what the project needs itself. A package that is wanted with extras stands there twice. */
#include "catalog/python/python.h"

static bool is_for_development(struct json *json)
{
    struct str group;
    bool main = false, any = false;
    if (!json_array(json))
        return false;
    while (json_item(json)) {
        any = true;
        main |= json_string(json, &group) && str_is(group, "default");
    }
    return any && !main;
}

static bool read_needs(struct json *json, struct python_lock *lock, struct python_entry *entry)
{
    struct str text;
    struct python_requirement requirement;
    if (!json_array(json))
        return true;
    while (json_item(json))
        if (json_string(json, &text) && python_requirement(text, &requirement) &&
            !python_entry_need(lock, entry, (struct python_need){ .name = requirement.name, .range = requirement.specifiers }))
            return false;
    return true;
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
        else if (str_is(key, "groups"))
            entry.dev = is_for_development(json);
        else if (str_is(key, "dependencies") && !read_needs(json, lock, &entry))
            return false;
    }
    entry.end_line = json_line(json);
    entry.name = python_name(lock->file->scratch, entry.name, true);
    return python_lock_add(lock, &entry) || !lock->file->scratch->exhausted;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct python_lock lock = { .all_fitting = false };
    return python_lock_read(&lock, file, facts, "package", read_package, NULL, NULL) && python_lock_finish(&lock);
}

/* The groups of a lock are extras too; the manifest tells them from groups for development. */
static bool settle(struct catalog_facts *facts)
{
    return python_settle_declared(facts, PYTHON_DEV_BY_GRAPH);
}

static const struct catalog_claim claims[] = {
    { "**/pdm.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pdm_kind = {
    .name = "pdm",
    .is_lock = true,
    .ecosystem = "pip",
    .scheme = "pep440",
    .purl_type = "pypi",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
    .settle = settle,
};
