/* composer.json: what a PHP project asks for itself (Composer's documentation, "The composer.json schema"). */
#include "catalog/document.h"
#include "catalog/php/composer.h"

static bool read_required(const struct catalog_file *file, struct catalog_facts *facts, struct json *json, bool dev)
{
    struct str name, constraint;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &name)) {
        constraint = STR("");
        json_string(json, &constraint);
        struct catalog_declared declared = {
            .kind = file->kind, .name = name, .constraint = constraint, .group = dev ? STR("dev") : STR(""), .dev = dev
        };
        ok = json->failed || catalog_add_declared(facts, file->path, declared);
    }
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct str key;
    bool ok = document_begin(&json, file, facts, NULL);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, "require"))
                ok = read_required(file, facts, &json, false);
            else if (str_is(key, "require-dev"))
                ok = read_required(file, facts, &json, true);
            else
                json_skip(&json);
        }
    return document_end(&json, file, facts) && ok;
}

static const struct catalog_claim claims[] = {
    { "**/composer.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_composer_json_kind = {
    .name = "composer-json",
    .is_facts_only = true,
    .claims = claims,
    .accepts = composer_is_outside_vendor,
    .max_bytes = 4u << 20,
    .parse = parse,
};
