/* Project.toml: what a Julia project asks for itself (Pkg's documentation, "Project.toml and Manifest.toml"). "extras" are for
 * its tests. */
#include "catalog/document.h"
#include "catalog/kinds.h"

static bool read_table(const struct catalog_file *file, struct catalog_facts *facts, struct json *json, bool dev)
{
    struct str name, uuid;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &name)) {
        struct catalog_declared declared = {
            .kind = file->kind, .name = name, .group = dev ? STR("extras") : STR(""), .dev = dev
        };
        if (json_string(json, &uuid))
            ok = catalog_add_declared(facts, file->path, declared);
    }
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct str key;
    bool ok = document_begin(&json, file, facts, toml_to_json);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, "deps") || str_is(key, "extras"))
                ok = read_table(file, facts, &json, str_is(key, "extras"));
            else
                json_skip(&json);
        }
    return document_end(&json, file, facts) && ok;
}

static const struct catalog_claim claims[] = {
    { "**/Project.toml", NULL },
    { "**/JuliaProject.toml", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_julia_project_kind = {
    .name = "julia-project",
    .is_facts_only = true,
    .claims = claims,
    .max_bytes = 4u << 20,
    .parse = parse,
};
