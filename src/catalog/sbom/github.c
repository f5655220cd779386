/* GitHub's dependency snapshots (REST API, "Dependency submission"): manifests with what was resolved from each. A dependency is named
 * by its key in the manifest, or by its package URL. */
#include "catalog/sbom/sbom.h"

/* Keys are unique in their manifest alone. */
static struct str ref_in(struct sbom *sbom, struct str manifest, struct str key)
{
    return arena_printf(sbom->arena, "%.*s: %.*s", STR_ARG(manifest), STR_ARG(key));
}

static bool read_needs(struct json *json, struct sbom *sbom, struct str manifest, struct str from)
{
    struct str to;
    if (!json_array(json))
        return true;
    while (json_item(json)) {
        if (!json_string(json, &to))
            continue;
        struct str ref = ref_in(sbom, manifest, to);
        if (!ref.ptr || !sbom_add_link(sbom, from, SBOM_NEEDS, ref))
            return false;
    }
    return true;
}

/* {"package_url": "pkg:/npm/a@1", "relationship": "direct", "scope": "runtime", "dependencies": ["b"]} */
static bool read_resolved(struct json *json, struct sbom *sbom, struct str manifest, struct str name)
{
    struct sbom_component c = { .at_line = json_line(json), .ref = ref_in(sbom, manifest, name) };
    struct str key, word = { 0 }, scope = { 0 };
    const struct sbom_text texts[] = { { "package_url", &c.purl }, { "relationship", &word }, { "scope", &scope } };
    if (!c.ref.ptr)
        return false;
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (!sbom_read_text(json, key, texts, ARRAY_LEN(texts)) && str_is(key, "dependencies") &&
            !read_needs(json, sbom, manifest, c.ref))
            return false;
    c.name = name;
    c.alias = c.purl.len ? ref_in(sbom, manifest, c.purl) : c.purl;
    c.is_dev = str_is(scope, "development");
    c.relation = str_is(word, "direct") ? RELATION_DIRECT : str_is(word, "indirect") ? RELATION_INDIRECT : RELATION_UNKNOWN;
    return sbom_add_component(sbom, &c);
}

static bool read_manifest(struct json *json, struct sbom *sbom, struct str name)
{
    struct str key, file = { 0 };
    size_t first = sbom->component_count;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "file"))
            sbom_read_object(json, &(struct sbom_text){ "source_location", &file }, 1);
        else if (!str_is(key, "resolved"))
            json_skip(json);
        else if (json_object(json))
            while (json_key(json, &key))
                if (!read_resolved(json, sbom, name, key))
                    return false;
    }
    for (size_t i = first; i < sbom->component_count; i++)
        sbom->components[i].file = file.len ? file : name;
    return true;
}

static bool read_members(struct json *json, struct sbom *sbom)
{
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (!str_is(key, "manifests"))
            json_skip(json);
        else if (json_object(json))
            while (json_key(json, &key))
                if (!read_manifest(json, sbom, key))
                    return false;
    }
    return true;
}

static bool read_document(struct str text, struct sbom *sbom, struct error *err)
{
    struct json json;
    json_begin(&json, text, sbom->arena);
    return read_members(&json, sbom) ? json_end(&json, err) : arena_error(sbom->arena, err);
}

const struct sbom_format sbom_github_format = { "GitHub dependency snapshot", "github", read_document };
