/* CycloneDX 1.2 to 1.7 in JSON (ECMA-424): components, which may hold components, and who depends on whom. Where a component was
 * found is told by evidence.occurrences, or by properties of those who wrote the document. */
#include "catalog/sbom/sbom.h"

enum { MAX_NESTING = 32 };

static void read_licence_choice(struct json *json, struct buf *out)
{
    struct str key, text = { 0 };
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "expression")) {
            json_string(json, &text);
        } else if (str_is(key, "license")) {
            if (json_object(json))
                while (json_key(json, &key)) {
                    if (str_is(key, "id") || (str_is(key, "name") && text.len == 0))
                        json_string(json, &text);
                    else
                        json_skip(json);
                }
        } else {
            json_skip(json);
        }
    }
    if (text.len && !str_find(text, '\n', NULL))
        catalog_put_item(out, text);
}

static void read_licences(struct json *json, struct arena *arena, struct sbom_component *component)
{
    struct buf list;
    buf_init(&list, 1u << 16);
    if (json_array(json))
        while (json_item(json))
            read_licence_choice(json, &list);
    component->licence = arena_str(arena, buf_view(&list));
    buf_free(&list);
}

static void read_hashes(struct json *json, struct arena *arena, struct sbom_component *component)
{
    struct str key;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct str algorithm = { 0 }, content = { 0 };
        if (!json_object(json))
            continue;
        while (json_key(json, &key)) {
            if (str_is(key, "alg"))
                json_string(json, &algorithm);
            else if (str_is(key, "content"))
                json_string(json, &content);
            else
                json_skip(json);
        }
        if (component->digest.len == 0)
            component->digest = sbom_digest(arena, algorithm, content);
    }
}

/* Trivy's FilePath and Syft's first location. */
static void read_properties(struct json *json, struct sbom_component *component)
{
    struct str key;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct str name = { 0 }, value = { 0 };
        if (!json_object(json))
            continue;
        while (json_key(json, &key)) {
            if (str_is(key, "name"))
                json_string(json, &name);
            else if (str_is(key, "value"))
                json_string(json, &value);
            else
                json_skip(json);
        }
        if (str_is(name, "aquasecurity:trivy:FilePath") || str_is(name, "syft:location:0:path"))
            component->file = value;
    }
}

static void read_evidence(struct json *json, struct sbom_component *component)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (!str_is(key, "occurrences")) {
            json_skip(json);
            continue;
        }
        if (!json_array(json))
            continue;
        while (json_item(json)) {
            if (!json_object(json))
                continue;
            while (json_key(json, &key)) {
                if (str_is(key, "location") && component->file.len == 0)
                    json_string(json, &component->file);
                else
                    json_skip(json);
            }
        }
    }
}

static bool read_components(struct json *json, struct sbom *sbom, unsigned depth);

static bool read_field(struct json *json, struct sbom *sbom, struct str key, struct sbom_component *component, unsigned depth)
{
    struct str type;
    if (str_is(key, "bom-ref"))
        json_string(json, &component->ref);
    else if (str_is(key, "group"))
        json_string(json, &component->group);
    else if (str_is(key, "name"))
        json_string(json, &component->name);
    else if (str_is(key, "version"))
        json_string(json, &component->version);
    else if (str_is(key, "purl"))
        json_string(json, &component->purl);
    else if (str_is(key, "cpe"))
        json_string(json, &component->cpes);
    else if (str_is(key, "licenses"))
        read_licences(json, sbom->arena, component);
    else if (str_is(key, "hashes"))
        read_hashes(json, sbom->arena, component);
    else if (str_is(key, "properties"))
        read_properties(json, component);
    else if (str_is(key, "evidence"))
        read_evidence(json, component);
    else if (str_is(key, "components"))
        return read_components(json, sbom, depth + 1);
    else if (str_is(key, "type") && json_string(json, &type)) {
        component->is_file = str_is(type, "file");
        component->is_os = str_is(type, "operating-system");
    } else if (!str_is(key, "type"))
        json_skip(json);
    return true;
}

/* Components inside stand behind the one that holds them. */
static bool read_component(struct json *json, struct sbom *sbom, unsigned depth)
{
    struct sbom_component component = { 0 }, *place;
    struct str key;
    size_t first = sbom->component_count, at;
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (!read_field(json, sbom, key, &component, depth))
            return false;
    at = sbom->component_count;
    place = sbom_add_component(sbom);
    if (!place)
        return false;
    if (component.ref.len == 0)
        component.ref = component.purl.len ? component.purl : arena_printf(sbom->arena, "#%zu", at);
    *place = component;
    for (size_t i = first; i < at; i++)
        if (!sbom_add_link(sbom, component.ref, SBOM_HOLDS, sbom->components[i].ref))
            return false;
    return true;
}

static bool read_components(struct json *json, struct sbom *sbom, unsigned depth)
{
    if (depth > MAX_NESTING) {
        json_skip(json);
        return true;
    }
    if (!json_array(json))
        return true;
    while (json_item(json))
        if (!read_component(json, sbom, depth))
            return false;
    return true;
}

static bool read_dependency(struct json *json, struct sbom *sbom)
{
    struct str key, ref = { 0 }, raw = { 0 }, to;
    struct json list;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "ref"))
            json_string(json, &ref);
        else if (str_is(key, "dependsOn"))
            json_raw(json, &raw);
        else
            json_skip(json);
    }
    json_begin(&list, raw, sbom->arena);
    if (raw.len && json_array(&list))
        while (json_item(&list))
            if (json_string(&list, &to) && ref.len && !sbom_add_link(sbom, ref, SBOM_NEEDS, to))
                return false;
    return true;
}

static bool read_metadata(struct json *json, struct sbom *sbom)
{
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        bool is_component = str_is(key, "component");
        if (!is_component)
            json_skip(json);
        else if (!read_component(json, sbom, 0))
            return false;
    }
    return true;
}

bool sbom_read_cyclonedx(struct str text, struct sbom *sbom, struct error *err)
{
    struct json json;
    struct str key;
    json_begin(&json, text, sbom->arena);
    if (json_object(&json))
        while (json_key(&json, &key)) {
            bool ok = true;
            if (str_is(key, "metadata"))
                ok = read_metadata(&json, sbom);
            else if (str_is(key, "components"))
                ok = read_components(&json, sbom, 0);
            else if (!str_is(key, "dependencies"))
                json_skip(&json);
            else if (json_array(&json))
                while (ok && json_item(&json))
                    ok = read_dependency(&json, sbom);
            if (!ok)
                return arena_error(sbom->arena, err);
        }
    return json_end(&json, err);
}
