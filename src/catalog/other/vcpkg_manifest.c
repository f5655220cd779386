/* vcpkg.json of a project (vcpkg's documentation, "vcpkg.json Reference"): the project itself, and the versions that it
 * overrides. Of its other dependencies it knows no version: the registry's baseline does. */
#include "catalog/document.h"
#include "catalog/listed.h"

struct port {
    struct str name, version, port_version;
    uint32_t line, end_line;
};

static bool is_version(struct str key)
{
    static const char *const names[] = { "version", "version-string", "version-semver", "version-date" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(key, names[i]))
            return true;
    return false;
}

static bool keep_port(const struct catalog_file *file, struct catalog_facts *facts, const struct port *port,
                      enum package_relation relation)
{
    struct package *package;
    struct str version = port->version;
    if (version.len && port->port_version.len && !str_is(port->port_version, "0") && !str_find(version, '#', NULL))
        version = arena_printf(file->scratch, "%.*s#%.*s", STR_ARG(version), STR_ARG(port->port_version));
    if (!listed_add(file, facts, port->name, version, &package) || !package)
        return !facts->arena->exhausted;
    package->relation = relation;
    package->line = port->line;
    package->end_line = port->end_line;
    return true;
}

static void read_field(struct json *json, struct str key, struct port *port)
{
    if (str_is(key, "name"))
        json_string(json, &port->name);
    else if (is_version(key))
        json_string(json, &port->version);
    else if (str_is(key, "port-version"))
        json_scalar(json, &port->port_version);
    else
        json_skip(json);
}

static bool read_overrides(const struct catalog_file *file, struct catalog_facts *facts, struct json *json)
{
    struct str key;
    bool ok = true;
    if (!json_array(json))
        return true;
    while (ok && json_item(json)) {
        struct port port = { 0 };
        json_peek(json); /* on to the brace */
        port.line = json_line(json);
        if (!json_object(json))
            continue;
        while (json_key(json, &key))
            read_field(json, key, &port);
        port.end_line = json_line(json);
        ok = json->failed || keep_port(file, facts, &port, RELATION_DIRECT);
    }
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct str key;
    struct port project = { 0 };
    bool ok = document_begin(&json, file, facts, NULL);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, "overrides"))
                ok = read_overrides(file, facts, &json);
            else
                read_field(&json, key, &project);
        }
    return ok && keep_port(file, facts, &project, RELATION_ROOT) && document_end(&json, file, facts);
}

/* A checkout of vcpkg has one for each port that it offers. */
static bool is_no_port(struct str path)
{
    struct str folder = path_dir(path);
    return !str_is(path_base(path_dir(folder)), "ports");
}

static const struct catalog_claim claims[] = {
    { "**/vcpkg.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_vcpkg_manifest_kind = {
    .name = "vcpkg",
    .is_lock = true,
    .scheme = "semver",
    .purl_type = "vcpkg",
    .claims = claims,
    .accepts = is_no_port,
    .max_bytes = 4u << 20,
    .parse = parse,
};
