/* packages.config of NuGet (NuGet documentation, "packages.config reference"). */
#include "catalog/headers.h"
#include "catalog/kinds.h"

static bool read_package(struct json *json, const struct catalog_file *file, struct catalog_facts *facts, struct map *seen)
{
    struct str key, name = { 0 }, version = { 0 }, dev = { 0 };
    uint32_t line = json_line(json);
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (str_is(key, "@id"))
            json_string(json, &name);
        else if (str_is(key, "@version"))
            json_string(json, &version);
        else if (str_is(key, "@developmentDependency"))
            json_string(json, &dev);
    name = str_trim(name);
    version = str_trim(version);
    if (json->failed || !name.len || !version.len || !header_value_ok(name) || !header_value_ok(version))
        return true;
    struct str id = catalog_id(facts, name, version);
    if (!id.ptr || map_get(seen, id, NULL))
        return id.ptr != NULL;
    struct package *package = catalog_add_package(facts, &catalog_nuget_config_kind, file->path);
    if (!package)
        return false;
    package->id = id;
    package->name = str_head(id, name.len);
    package->version = str_skip(id, name.len + 1);
    package->dev = str_eq_nocase(dev, STR("true")) || str_is(dev, "1");
    package->line = line;
    package->end_line = json_line(json);
    return map_put(seen, id, 1);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct error err = { 0 };
    struct map seen;
    struct json json;
    struct str text, key;
    bool ok = true;
    if (!xml_to_json(file->text, 64u << 20, file->scratch, &text, &err))
        return catalog_warn(facts, file->path, false, "%s", err.text);
    map_init(&seen, file->scratch);
    json_begin(&json, text, file->scratch);
    bool any = json_object(&json);
    while (any && ok && json_key(&json, &key))
        if (str_is(key, "packages") && json_object(&json))
            while (ok && json_key(&json, &key))
                if (str_is(key, "package"))
                    ok = read_package(&json, file, facts, &seen);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "**/packages.config", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_nuget_config_kind = {
    .name = "nuget",
    .ecosystem = "nuget",
    .scheme = "nuget",
    .purl_type = "nuget",
    .is_lock = true,
    .lock_counts = true,
    .claims = claims,
    .max_bytes = 16u << 20,
    .parse = parse,
};
