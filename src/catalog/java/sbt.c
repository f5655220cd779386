/* *.sbt.lock of the sbt plugin sbt-dependency-lock (its "File Formats, Version 1"). What neither the compile nor the runtime
 * configuration has is for development. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

struct dependency {
    struct str org, name, version, hash;
    bool used;
};

static bool read_configurations(struct json *json)
{
    struct str name;
    bool used = false;
    if (!json_array(json))
        return false;
    while (json_item(json))
        if (json_string(json, &name))
            used |= str_is(name, "compile") || str_is(name, "runtime");
    return used;
}

/* The first artifact's: "sha1:0122c7…". */
static void read_artifacts(struct json *json, struct str *hash)
{
    struct str key;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        if (!json_object(json))
            continue;
        while (json_key(json, &key))
            if (str_is(key, "hash") && !hash->len)
                json_string(json, hash);
    }
}

static void read_fields(struct json *json, struct dependency *d)
{
    struct str key;
    while (json_key(json, &key))
        if (str_is(key, "org"))
            json_string(json, &d->org);
        else if (str_is(key, "name"))
            json_string(json, &d->name);
        else if (str_is(key, "version"))
            json_string(json, &d->version);
        else if (str_is(key, "artifacts"))
            read_artifacts(json, &d->hash);
        else if (str_is(key, "configurations"))
            d->used = read_configurations(json);
}

static bool read_dependency(struct json *json, struct catalog_facts *facts, struct str path)
{
    struct dependency d = { 0 };
    json_peek(json); /* on to the brace */
    uint32_t line = json_line(json);
    if (!json_object(json))
        return true;
    read_fields(json, &d);
    if (json->failed || !d.org.len || !d.name.len || !d.version.len || !header_value_ok(d.org) || !header_value_ok(d.name) ||
        !header_value_ok(d.version))
        return true;
    struct package *package = catalog_add_package(facts, &catalog_sbt_kind, path);
    if (!package)
        return false;
    package->name = arena_printf(facts->arena, "%.*s:%.*s", STR_ARG(d.org), STR_ARG(d.name));
    package->version = arena_str(facts->arena, d.version);
    package->id = arena_printf(facts->arena, "%.*s:%.*s", STR_ARG(package->name), STR_ARG(d.version));
    package->digest = header_value_ok(d.hash) ? arena_str(facts->arena, d.hash) : STR("");
    package->dev = !d.used;
    package->line = line;
    package->end_line = json_line(json);
    return !facts->arena->exhausted;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct error err = { 0 };
    struct json json;
    struct str key;
    bool ok = true;
    json_begin(&json, file->text, file->scratch);
    bool any = json_object(&json);
    while (any && ok && json_key(&json, &key))
        if (str_is(key, "dependencies") && json_array(&json))
            while (ok && json_item(&json))
                ok = read_dependency(&json, facts, file->path);
    if (ok && !json_end(&json, &err))
        return catalog_warn(facts, file->path, false, "%s", err.text);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "**/*.sbt.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_sbt_kind = {
    .name = "sbt",
    .ecosystem = "maven",
    .scheme = "maven",
    .purl_type = "maven",
    .is_lock = true,
    .claims = claims,
    .max_bytes = 64u << 20,
    .parse = parse,
};
