/* Podfile.lock of CocoaPods (its source, Pod::Lockfile):
 *
 *     PODS:
 *       - AppCenter (4.2.0):
 *         - AppCenter/Core
 *       - AppCenter/Core (4.2.0)
 *     DEPENDENCIES:
 *       - AppCenter (~> 4.2)
 */
#include "catalog/document.h"
#include "catalog/listed.h"

struct pods {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    size_t first;
    struct map by_name, wanted; /* wanted: what the Podfile asks for */
};

/* "Name (4.2.0)", "Name/Part (= 4.2.0)", "Name (from `../x`)", "Name": a version is a number alone in its parentheses. */
static struct str split_pod(struct str text, struct str *version)
{
    struct str name, inside, rest;
    *version = STR("");
    if (str_cut(text, '(', &name, &inside) && str_cut(inside, ')', &inside, &rest) && !str_trim(rest).len && inside.len &&
        inside.ptr[0] >= '0' && inside.ptr[0] <= '9' && !str_find(inside, ' ', NULL))
        *version = inside;
    return str_trim(name);
}

static bool keep_pod(struct pods *pods, struct str text, struct str needs, uint32_t line, uint32_t end_line)
{
    struct package *package;
    struct str version, name = split_pod(text, &version);
    if (!listed_add(pods->file, pods->facts, name, version, &package) || !package)
        return !pods->facts->arena->exhausted;
    package->depends = arena_str(pods->facts->arena, needs);
    package->line = line;
    package->end_line = end_line;
    return map_put(&pods->by_name, package->name, pods->facts->package_count - 1) && !pods->facts->arena->exhausted;
}

/* What a pod needs; the names become a list. */
static uint32_t read_needs(struct json *json, struct buf *needs, uint32_t line)
{
    struct str text, version;
    if (!json_array(json))
        return line;
    while (json_item(json)) {
        json_peek(json);
        line = json_line(json);
        if (json_string(json, &text) && (text = split_pod(text, &version)).len && header_value_ok(text))
            catalog_put_item(needs, text);
    }
    return line;
}

static bool read_pod(struct pods *pods, struct json *json)
{
    struct str text;
    bool ok = true;
    enum json_type type = json_peek(json);
    uint32_t line = json_line(json);
    if (type != JSON_OBJECT)
        return !json_string(json, &text) || keep_pod(pods, text, STR(""), line, line);
    json_object(json);
    while (ok && json_key(json, &text)) {
        struct buf needs;
        buf_init(&needs, 1u << 20);
        line = json_line(json);
        uint32_t end_line = read_needs(json, &needs, line);
        ok = json->failed || keep_pod(pods, text, buf_view(&needs), line, end_line);
        buf_free(&needs);
    }
    return ok;
}

static bool read_pods(struct pods *pods, struct json *json)
{
    bool ok = true;
    if (!json_array(json))
        return true;
    while (ok && json_item(json))
        ok = read_pod(pods, json);
    return ok;
}

static bool read_wanted(struct pods *pods, struct json *json)
{
    struct str text, version;
    bool ok = true;
    if (!json_array(json))
        return true;
    while (ok && json_item(json))
        if (json_string(json, &text))
            ok = map_put(&pods->wanted, split_pod(text, &version), 0);
    return ok;
}

static bool read_document(struct pods *pods, struct json *json)
{
    struct str key;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key)) {
        if (str_is(key, "DEPENDENCIES"))
            ok = read_wanted(pods, json);
        else if (str_is(key, "PODS"))
            ok = read_pods(pods, json);
        else
            json_skip(json);
    }
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct pods pods = { .file = file, .facts = facts, .first = facts->package_count };
    struct json json;
    map_init(&pods.by_name, file->scratch);
    map_init(&pods.wanted, file->scratch);
    if (!document_begin(&json, file, facts, yaml_to_json) || !read_document(&pods, &json) || !document_end(&json, file, facts))
        return false;
    for (size_t i = pods.first; i < facts->package_count && pods.wanted.count; i++) {
        struct package *p = &facts->packages[i];
        p->relation = map_get(&pods.wanted, p->name, NULL) ? RELATION_DIRECT : RELATION_INDIRECT;
    }
    return listed_resolve(facts, pods.first, &pods.by_name, NULL);
}

static const struct catalog_claim claims[] = {
    { "**/Podfile.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_cocoapods_kind = {
    .name = "cocoapods",
    .is_lock = true,
    .ecosystem = "cocoapods",
    .scheme = "gem",
    .purl_type = "cocoapods",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
