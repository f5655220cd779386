/* pubspec.lock of Dart's pub (Dart's documentation, "pub: Lockfiles"):
 *
 *     packages:
 *       crypto:
 *         dependency: "direct main"     or "direct dev", "direct overridden", "transitive"
 *         description: {name: crypto, sha256: "…", url: "…"}
 *         source: hosted
 *         version: "3.0.2"
 *
 * A transitive package may be needed for development only, but the file does not say so; hence none is marked. */
#include "catalog/document.h"
#include "catalog/listed.h"

struct entry {
    struct str name, version, dependency, sha256;
    uint32_t line, end_line;
};

static void read_description(struct json *json, struct entry *entry)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        entry->end_line = json_line(json);
        if (str_is(key, "sha256"))
            json_string(json, &entry->sha256);
        else
            json_skip(json);
    }
}

static void read_entry(struct json *json, struct entry *entry)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        entry->end_line = json_line(json);
        if (str_is(key, "dependency"))
            json_string(json, &entry->dependency);
        else if (str_is(key, "version"))
            json_scalar(json, &entry->version);
        else if (str_is(key, "description"))
            read_description(json, entry);
        else
            json_skip(json);
    }
}

static bool keep_entry(const struct catalog_file *file, struct catalog_facts *facts, const struct entry *entry)
{
    struct package *package;
    if (!listed_add(file, facts, entry->name, entry->version, &package) || !package)
        return !facts->arena->exhausted;
    if (entry->dependency.len)
        package->relation = str_starts(entry->dependency, "direct") ? RELATION_DIRECT : RELATION_INDIRECT;
    if (entry->sha256.len && header_value_ok(entry->sha256))
        package->digest = arena_printf(facts->arena, "sha256:%.*s", STR_ARG(entry->sha256));
    package->line = entry->line;
    package->end_line = entry->end_line;
    return !facts->arena->exhausted;
}

static bool read_packages(const struct catalog_file *file, struct catalog_facts *facts, struct json *json)
{
    struct entry entry = { 0 };
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &entry.name)) {
        entry.line = entry.end_line = json_line(json);
        read_entry(json, &entry);
        ok = json->failed || keep_entry(file, facts, &entry);
        entry = (struct entry){ 0 };
    }
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct str key;
    bool ok = document_begin(&json, file, facts, yaml_to_json);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, "packages"))
                ok = read_packages(file, facts, &json);
            else
                json_skip(&json);
        }
    return document_end(&json, file, facts) && ok;
}

static const struct catalog_claim claims[] = {
    { "**/pubspec.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pub_kind = {
    .name = "pub",
    .is_lock = true,
    .ecosystem = "pub",
    .scheme = "pub",
    .purl_type = "pub",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
