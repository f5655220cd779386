/* Installed Node.js packages: every package.json that has a name and a version (npm's package.json documentation). Not only
 * below node_modules: distributions and bundlers keep packages elsewhere, and the application itself is one too. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

enum { MAX_LICENCE_BYTES = 512 };

static void join_licence(struct buf *out, struct str licence)
{
    if (out->len && licence.len)
        buf_text(out, " OR ");
    buf_str(out, licence);
}

/* A text, an object {"type": text}, or (the old "licenses") a list of these, of which the user may choose. */
static void read_licence(struct json *json, struct buf *out, bool in_list)
{
    struct str key, text = { 0 };
    switch (json_peek(json)) {
    case JSON_OBJECT:
        json_object(json);
        while (json_key(json, &key)) {
            if (str_is(key, "type"))
                json_string(json, &text);
            else
                json_skip(json);
        }
        break;
    case JSON_ARRAY:
        if (in_list) {
            json_skip(json);
            break;
        }
        json_array(json);
        while (json_item(json))
            read_licence(json, out, true);
        break;
    default: json_string(json, &text);
    }
    join_licence(out, text);
}

static bool add_package(const struct catalog_file *file, struct catalog_facts *facts, struct str name, struct str version,
                        struct str licence)
{
    struct package *package = catalog_add_package(facts, &catalog_node_kind, file->path);
    if (!package)
        return false;
    package->name = arena_str(facts->arena, name);
    package->version = arena_str(facts->arena, version);
    package->licence = arena_str(facts->arena, licence);
    package->root = path_dir(package->path);
    return !facts->arena->exhausted;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct error err = { 0 };
    struct str key, name = { 0 }, version = { 0 };
    struct buf licence;
    buf_init(&licence, MAX_LICENCE_BYTES);
    json_begin(&json, file->text, file->scratch);
    if (json_object(&json))
        while (json_key(&json, &key)) {
            if (str_is(key, "name"))
                json_string(&json, &name);
            else if (str_is(key, "version"))
                json_string(&json, &version);
            else if (str_is(key, "license") || str_is(key, "licenses"))
                read_licence(&json, &licence, false);
            else
                json_skip(&json);
        }
    bool done = json_end(&json, &err) || catalog_warn(facts, file->path, false, "%s", err.text);
    /* What was read before the damage is still the name and version of what lies there. */
    if (done && name.len && version.len && header_value_ok(name) && header_value_ok(version))
        done = add_package(file, facts, name, version, buf_view(&licence));
    buf_free(&licence);
    return done;
}

static const struct catalog_claim claims[] = {
    { "**/package.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_node_kind = {
    .name = "node-pkg",
    .title = "Node.js",
    .ecosystem = "npm",
    .scheme = "npm",
    .purl_type = "npm",
    .claims = claims,
    .max_bytes = 4u << 20, /* published ones have up to 1 MiB, where tools keep tables in them */
    .parse = parse,
};
