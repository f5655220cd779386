/* vendor/composer/installed.json: what Composer has installed (its source, Composer\Repository\FilesystemRepository). Composer 1
 * wrote a list of packages; Composer 2 writes an object that holds the list, and the names of those for development. */
#include "catalog/document.h"
#include "catalog/php/composer.h"

static bool read_dev_names(struct json *json, struct map *names)
{
    struct str name;
    bool ok = true;
    if (!json_array(json))
        return true;
    while (ok && json_item(json))
        if (json_string(json, &name))
            ok = map_put(names, name, 0);
    return ok;
}

static bool read_object(struct composer_reader *reader, struct json *json, struct map *dev_names)
{
    struct str key;
    bool ok = true;
    json_object(json);
    while (ok && json_key(json, &key)) {
        if (str_is(key, "packages"))
            ok = composer_read_list(reader, json, false);
        else if (str_is(key, "dev-package-names"))
            ok = read_dev_names(json, dev_names);
        else
            json_skip(json);
    }
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct composer_reader reader;
    struct map dev_names;
    struct json json;
    composer_begin(&reader, file, facts);
    map_init(&dev_names, file->scratch);
    bool ok = document_begin(&json, file, facts, NULL);
    if (ok && json_peek(&json) == JSON_OBJECT)
        ok = read_object(&reader, &json, &dev_names);
    else if (ok)
        ok = composer_read_list(&reader, &json, false);
    if (!ok || !document_end(&json, file, facts))
        return false;
    for (size_t i = reader.first; i < facts->package_count; i++)
        facts->packages[i].dev = map_get(&dev_names, facts->packages[i].name, NULL);
    return composer_end(&reader);
}

static const struct catalog_claim claims[] = {
    { "**/installed.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_composer_vendor_kind = {
    .name = "composer-vendor",
    .ecosystem = "composer",
    .scheme = "composer",
    .purl_type = "composer",
    .claims = claims,
    .max_bytes = 64u << 20,
    .parse = parse,
};
