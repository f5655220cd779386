/* Pipfile.lock (pipenv's documentation, "Pipfile & Pipfile.lock"): "default" and "develop", and categories of the user's. What is
 * taken from a repository or a folder has no version there. */
#include "catalog/headers.h"
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

struct reader {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct map seen; /* name@version to 1 + package */
};

static bool add_package(struct reader *r, struct str name, struct str version, const struct package *read)
{
    struct arena *arena = r->facts->arena;
    uint64_t at = 0;
    struct str printed = python_name(r->file->scratch, name, false);
    struct str id = arena_printf(r->file->scratch, "%.*s@%.*s", STR_ARG(printed), STR_ARG(version));
    if (!printed.ptr || !id.ptr)
        return false;
    if (map_get(&r->seen, id, &at)) {
        r->facts->packages[at - 1].dev &= read->dev;
        return true;
    }
    struct package *package = catalog_add_package(r->facts, r->file->kind, r->file->path);
    if (!package)
        return false;
    package->name = arena_str(arena, printed);
    package->version = arena_str(arena, version);
    package->id = arena_str(arena, id);
    package->digest = arena_str(arena, read->digest);
    package->dev = read->dev;
    package->line = read->line;
    package->end_line = read->end_line;
    return map_put(&r->seen, id, r->facts->package_count) && !arena->exhausted;
}

static bool read_package(struct reader *r, struct json *json, struct str name, bool dev)
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
    return !python_name_ok(name) || !python_version_ok(version) || add_package(r, name, str_trim(version), &read);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct reader r = { .file = file, .facts = facts };
    struct json json;
    struct error err = { 0 };
    struct str section, name;
    map_init(&r.seen, file->scratch);
    json_begin(&json, file->text, file->scratch);
    if (json_object(&json))
        while (json_key(&json, &section)) {
            if (str_is(section, "_meta") || !json_object(&json))
                continue;
            while (json_key(&json, &name))
                if (!read_package(&r, &json, name, !str_is(section, "default")))
                    return false;
        }
    return json_end(&json, &err) || catalog_warn(facts, file->path, false, "%s", err.text);
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
