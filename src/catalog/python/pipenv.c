/* Pipfile.lock (pipenv's documentation, "Pipfile & Pipfile.lock"): "default" and "develop", and categories of the user's. What is
 * taken from a repository or a folder has no version there. */
#include "catalog/document.h"
#include "catalog/python/python.h"

/* The digest of one of several archives says nothing. */
static struct str only_hash(struct json *json)
{
    struct str hash = { 0 };
    size_t count = 0;
    if (!json_array(json))
        return hash;
    while (json_item(json))
        count += json_string(json, &hash);
    return count == 1 ? python_hash(hash) : (struct str){ 0 };
}

static bool read_package(struct python_pins *pins, struct json *json, struct str name, bool dev)
{
    struct package read = { .line = json_line(json), .dev = dev };
    struct str key, version = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "version"))
            json_string(json, &version);
        else if (str_is(key, "hashes"))
            read.digest = only_hash(json);
    }
    read.end_line = json_line(json);
    while (str_starts(version, "="))
        version = str_skip(version, 1);
    return !python_name_ok(name) || !python_version_ok(version) || python_pins_add(pins, name, str_trim(version), &read);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct python_pins pins;
    struct json json;
    struct str section, name;
    python_pins_begin(&pins, file, facts);
    if (document_begin(&json, file, facts, NULL) && json_object(&json))
        while (json_key(&json, &section)) {
            if (str_is(section, "_meta") || !json_object(&json))
                continue;
            while (json_key(&json, &name))
                if (!read_package(&pins, &json, name, !str_is(section, "default")))
                    return false;
        }
    return document_end(&json, file, facts);
}

static const struct catalog_claim claims[] = {
    { "**/Pipfile.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pipenv_kind = {
    .name = "pipenv",
    .is_lock = true,
    .ecosystem = "pip",
    .scheme = "pep440",
    .purl_type = "pypi",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
