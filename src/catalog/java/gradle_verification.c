/* gradle/verification-metadata.xml: checksums of every artifact that a build may load, and so the list of them (Gradle User
 * Manual, "Verifying dependencies"). Nothing in it tells plugins from libraries. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

struct component {
    struct str group, name, version, sha256;
};

/* One file of the component, by preference the jar: <artifact name="a-1.jar"><sha256 value="…"/></artifact> */
static void read_artifact(struct json *json, struct component *component)
{
    struct str key, name = { 0 }, inner, value = { 0 };
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "@name"))
            json_string(json, &name);
        else if (str_is(key, "sha256") && json_object(json))
            while (json_key(json, &inner))
                if (str_is(inner, "@value"))
                    json_string(json, &value);
    if (str_ends(name, ".jar") && value.len == 64)
        component->sha256 = value;
}

static bool add_component(struct catalog_facts *facts, struct str path, const struct component *c, uint32_t line,
                          uint32_t end_line)
{
    if (!header_value_ok(c->group) || !header_value_ok(c->name) || !header_value_ok(c->version))
        return true;
    struct package *package = catalog_add_package(facts, &catalog_gradle_verification_kind, path);
    if (!package)
        return false;
    package->name = arena_printf(facts->arena, "%.*s:%.*s", STR_ARG(c->group), STR_ARG(c->name));
    package->version = arena_str(facts->arena, c->version);
    package->id = arena_printf(facts->arena, "%.*s:%.*s", STR_ARG(package->name), STR_ARG(c->version));
    if (c->sha256.len)
        package->digest = arena_printf(facts->arena, "sha256:%.*s", STR_ARG(c->sha256));
    package->line = line;
    package->end_line = end_line;
    return !facts->arena->exhausted;
}

static bool read_component(struct json *json, struct catalog_facts *facts, struct str path)
{
    struct component component = { 0 };
    struct str key;
    uint32_t line = json_line(json);
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (str_is(key, "@group"))
            json_string(json, &component.group);
        else if (str_is(key, "@name"))
            json_string(json, &component.name);
        else if (str_is(key, "@version"))
            json_string(json, &component.version);
        else if (str_is(key, "artifact"))
            read_artifact(json, &component);
    if (!component.group.len || !component.name.len || !component.version.len)
        return true;
    return add_component(facts, path, &component, line, json_line(json));
}

static bool read_metadata(struct json *json, struct catalog_facts *facts, struct str path)
{
    struct str key, inner;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key))
        if (str_is(key, "components") && json_object(json))
            while (ok && json_key(json, &inner))
                if (str_is(inner, "component"))
                    ok = read_component(json, facts, path);
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct error err = { 0 };
    struct json json;
    struct str text, key;
    bool ok = true;
    if (!xml_to_json(file->text, 64u << 20, file->scratch, &text, &err))
        return catalog_warn(facts, file->path, false, "%s", err.text);
    json_begin(&json, text, file->scratch);
    bool any = json_object(&json);
    while (any && ok && json_key(&json, &key))
        if (str_is(key, "verification-metadata"))
            ok = read_metadata(&json, facts, file->path);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "**/verification-metadata.xml", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_gradle_verification_kind = {
    .name = "gradle",
    .ecosystem = "maven",
    .scheme = "maven",
    .purl_type = "maven",
    .is_lock = true,
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
