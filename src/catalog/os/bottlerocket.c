/* Bottlerocket keeps no rpm database in its images: usr/share/bottlerocket/application-inventory.json lists what was built
 * in, {"Content": [{"Name", "Epoch", "Version", "Release", "Architecture", "Publisher", …}]}. */
#include "catalog/headers.h"
#include "catalog/os/rpm.h"

static bool add_item(struct json *json, const struct catalog_file *file, struct catalog_facts *facts, size_t *damaged)
{
    struct rpm_fields fields = { 0 };
    struct str key, epoch = { 0 };
    uint64_t number = 0;
    if (!json_object(json)) {
        ++*damaged;
        return true;
    }
    while (json_key(json, &key)) {
        struct str *to = str_is(key, "Name")           ? &fields.name
                         : str_is(key, "Version")      ? &fields.version
                         : str_is(key, "Release")      ? &fields.release
                         : str_is(key, "Architecture") ? &fields.arch
                         : str_is(key, "Publisher")    ? &fields.vendor
                         : str_is(key, "Epoch")        ? &epoch
                                                       : NULL;
        if (to)
            json_scalar(json, to);
        else
            json_skip(json);
    }
    if (!fields.name.len || !fields.version.len || !fields.release.len || !header_value_ok(fields.name) ||
        !header_value_ok(fields.version) || !header_value_ok(fields.release) || !header_value_ok(fields.arch) ||
        !header_value_ok(fields.vendor) || (epoch.len && (!str_u64(epoch, &number) || number > UINT32_MAX))) {
        ++*damaged;
        return true;
    }
    fields.epoch = (uint32_t)number;
    return rpm_fields_add(file, &fields, facts) != NULL;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct error err = { 0 };
    struct str key;
    size_t damaged = 0;
    json_begin(&json, file->text, file->scratch);
    if (json_object(&json))
        while (json_key(&json, &key)) {
            bool is_content = str_is(key, "Content");
            if (!is_content)
                json_skip(&json);
            if (is_content && json_array(&json))
                while (json_item(&json))
                    if (!add_item(&json, file, facts, &damaged))
                        return false;
        }
    if (!json_end(&json, &err) && !catalog_warn(facts, file->path, true, "%s", err.text))
        return false;
    return damaged == 0 || catalog_warn(facts, file->path, true, "%zu entries are not packages", damaged);
}

static const struct catalog_claim claims[] = {
    { "usr/share/bottlerocket/application-inventory.json", NULL },
    { "x86_64-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket/application-inventory.json", NULL },
    { "aarch64-bottlerocket-linux-gnu/sys-root/usr/share/bottlerocket/application-inventory.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_bottlerocket_kind = {
    .name = "bottlerocket-inventory",
    .is_os = true,
    .scheme = "rpm",
    .purl_type = "rpm",
    .claims = claims,
    .max_bytes = 16u << 20,
    .parse = parse,
};
