/* pdm.lock, lock versions 2 to 4: requirements as PEP 508 has them; since 4.4.1 "groups" of each package, of which "default" is
 * what the project needs itself. A package that is wanted with extras stands there twice. */
#include "catalog/python/python.h"

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

static bool read_field(struct json *json, struct python_lock *lock, struct python_entry *entry, struct str key)
{
    if (str_is(key, "groups"))
        entry->dev = python_groups_are_dev(json, "default");
    return !str_is(key, "dependencies") || read_needs(json, lock, entry);
}

static const struct python_lock_format format = { .list = "package", .normal_names = true, .read_field = read_field };

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct python_lock lock;
    return python_lock_read(&lock, file, facts, &format, NULL) && python_lock_finish(&lock);
}

/* The groups of a lock are extras too; the manifest tells them from groups for development. */
static bool settle(struct catalog_facts *facts)
{
    return python_settle_declared(facts, true);
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
