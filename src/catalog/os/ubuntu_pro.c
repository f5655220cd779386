/* var/lib/ubuntu-advantage/status.json, which Ubuntu's "pro" client writes: are the fixes of Expanded Security Maintenance
 * within this image's reach? services[] has name ("esm-infra", "esm-apps") and status ("enabled", "disabled", "n/a"). */
#include "catalog/document.h"
#include "catalog/kinds.h"

static bool note_service(struct json *json, const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str key, name = { 0 }, status = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "name"))
            json_string(json, &name);
        else if (str_is(key, "status"))
            json_string(json, &status);
        else
            json_skip(json);
    }
    if (!str_is(status, "enabled") || (!str_is(name, "esm-infra") && !str_is(name, "esm-apps")))
        return true;
    return catalog_add_note(facts, "esm", str_skip(name, strlen("esm-")), file->path);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct str key;
    if (document_begin(&json, file, facts, NULL) && json_object(&json))
        while (json_key(&json, &key)) {
            if (!str_is(key, "services")) {
                json_skip(&json);
                continue;
            }
            if (json_array(&json))
                while (json_item(&json))
                    if (!note_service(&json, file, facts))
                        return false;
        }
    return document_end(&json, file, facts);
}

static const struct catalog_claim claims[] = {
    { "var/lib/ubuntu-advantage/status.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_ubuntu_pro_kind = {
    .name = "ubuntu-pro",
    .is_facts_only = true,
    .claims = claims,
    .max_bytes = 1u << 20,
    .parse = parse,
};
