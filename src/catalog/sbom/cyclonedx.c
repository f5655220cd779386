/* CycloneDX 1.2 to 1.7 (ECMA-424), in JSON and, rewritten to JSON, in XML: components, which may hold components, and who depends on
 * whom. Where a component was found is told by evidence.occurrences, or by properties of those who wrote the document.
 */
#include "catalog/sbom/cyclonedx.h"

enum { MAX_NESTING = 32, MAX_XML_FACTOR = 4 };

/* ---- components -------------------------------------------------------------------------------------------------------------------------- */

static bool read_components(struct json *json, struct sbom *sbom, unsigned depth);

static void read_cpe(struct json *json, struct sbom *sbom, struct sbom_component *component)
{
    struct str cpe = { 0 };
    cdx_read_text(json, &cpe);
    if (sbom_is_item(cpe))
        component->cpes =
            component->cpes.len ? arena_printf(sbom->arena, "%.*s\n%.*s", STR_ARG(cpe), STR_ARG(component->cpes)) : cpe;
}

static bool read_field(struct json *json, struct sbom *sbom, struct str key, struct sbom_component *c, struct str *scope,
                       unsigned depth)
{
    const struct {
        const char *key;
        struct str *to;
    } texts[] = { { "bom-ref", &c->ref }, { "group", &c->group },          { "name", &c->name }, { "version", &c->version },
                  { "purl", &c->purl },   { "publisher", &c->maintainer }, { "scope", scope } };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (str_is(key, texts[i].key)) {
            cdx_read_text(json, texts[i].to);
            return true;
        }
    if (str_is(key, "cpe"))
        read_cpe(json, sbom, c);
    else if (str_is(key, "supplier"))
        cdx_read_supplier(json, &c->maintainer);
    else if (str_is(key, "licenses"))
        cdx_read_licences(json, sbom->arena, &c->licence);
    else if (str_is(key, "hashes"))
        cdx_read_hashes(json, sbom->arena, c);
    else if (str_is(key, "properties"))
        cdx_read_properties(json, sbom, c);
    else if (str_is(key, "evidence"))
        cdx_read_evidence(json, c);
    else if (str_is(key, "components"))
        return read_components(json, sbom, depth + 1);
    else
        json_skip(json);
    return true;
}

/* Applications and frameworks that have no package URL, but a path, are what packages were found in. */
static enum sbom_role role_of(const struct sbom_component *c, struct str type)
{
    static const char *const others[] = { "device", "device-driver",      "firmware", "platform", "machine-learning-model",
                                          "data",   "cryptographic-asset" };
    if (str_is(type, "operating-system"))
        return SBOM_SYSTEM;
    if (str_is(type, "container") && (c->purl.len == 0 || str_starts(c->purl, "pkg:oci/") || str_starts(c->purl, "pkg:docker/")))
        return SBOM_IMAGE;
    if (c->purl.len)
        return SBOM_PACKAGE;
    if (str_is(type, "file"))
        return SBOM_FILE;
    if (str_is(type, "application") && (c->manager.len || str_find(c->name, '/', NULL)))
        return SBOM_GROUP;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_is(type, others[i]))
            return SBOM_OTHER;
    return SBOM_PACKAGE;
}

/* Components inside stand in front of the one that holds them. */
static bool keep_component(struct sbom *sbom, struct sbom_component component, size_t first)
{
    size_t at = sbom->component_count;
    if (component.ref.len == 0)
        component.ref = component.purl.len ? component.purl : arena_printf(sbom->arena, "#%zu", at);
    if (!sbom_add_component(sbom, &component))
        return false;
    for (size_t i = first; i < at; i++)
        if (!sbom_add_link(sbom, component.ref, SBOM_HOLDS, sbom->components[i].ref))
            return false;
    return true;
}

static bool read_component(struct json *json, struct sbom *sbom, unsigned depth, bool is_root)
{
    struct sbom_component component = { .at_line = json_line(json), .is_root = is_root };
    struct str key, type = { 0 }, scope = { 0 };
    size_t first = sbom->component_count;
    if (!json_object(json))
        return true;
    while (cdx_next_key(json, &key))
        if (str_is(key, "type") && json_string(json, &type))
            component.role = role_of(&component, type); /* early, for what properties of systems mean */
        else if (!str_is(key, "type") && !read_field(json, sbom, key, &component, &scope, depth))
            return false;
    component.role = role_of(&component, type);
    if (is_root && component.role == SBOM_FILE)
        component.role = SBOM_IMAGE;
    if (component.role == SBOM_IMAGE && sbom->subject.len == 0)
        sbom->subject = component.name;
    component.within = sbom_within(component.file, component.within);
    component.is_dev |= str_is(scope, "excluded");
    return keep_component(sbom, component, first);
}

static bool read_components(struct json *json, struct sbom *sbom, unsigned depth)
{
    if (depth > MAX_NESTING) {
        json_skip(json);
        return true;
    }
    struct cdx_items items = cdx_begin_items(json);
    while (cdx_next_item(json, &items))
        if (!read_component(json, sbom, depth, false))
            return false;
    return true;
}

/* ---- the document ------------------------------------------------------------------------------------------------------------------------- */

/* {"ref": "b"} of XML */
static bool read_nested(struct json *json, struct sbom *sbom, struct str ref)
{
    struct str key, to = { 0 };
    if (!json_object(json))
        return true;
    while (cdx_next_key(json, &key)) {
        if (str_is(key, "ref"))
            json_string(json, &to);
        else
            json_skip(json);
    }
    return sbom_add_link(sbom, ref, SBOM_NEEDS, to);
}

/* {"ref": "a", "dependsOn": ["b"]}; in XML "dependency" again and again, behind the attribute. */
static bool read_dependency(struct json *json, struct sbom *sbom)
{
    struct str key, ref = { 0 }, raw = { 0 }, to;
    struct json list;
    if (!json_object(json))
        return true;
    while (cdx_next_key(json, &key)) {
        if (str_is(key, "ref"))
            json_string(json, &ref);
        else if (str_is(key, "dependsOn"))
            json_raw(json, &raw);
        else if (!str_is(key, "dependency"))
            json_skip(json);
        else if (!read_nested(json, sbom, ref))
            return false;
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
        else if (!read_component(json, sbom, 0, true))
            return false;
    }
    return true;
}

static void count_services(struct json *json, struct sbom *sbom)
{
    struct cdx_items items = cdx_begin_items(json);
    while (cdx_next_item(json, &items))
        sbom->service_count++;
}

static bool read_document(struct json *json, struct sbom *sbom)
{
    struct str key;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key)) {
        if (str_is(key, "metadata")) {
            ok = read_metadata(json, sbom);
        } else if (str_is(key, "components")) {
            ok = read_components(json, sbom, 0);
        } else if (str_is(key, "services")) {
            count_services(json, sbom);
        } else if (str_is(key, "dependencies")) {
            struct cdx_items items = cdx_begin_items(json);
            while (ok && cdx_next_item(json, &items))
                ok = read_dependency(json, sbom);
        } else {
            json_skip(json);
        }
    }
    return ok;
}

static bool read_json(struct str text, struct sbom *sbom, struct error *err)
{
    struct json json;
    json_begin(&json, text, sbom->arena);
    return read_document(&json, sbom) ? json_end(&json, err) : arena_error(sbom->arena, err);
}

static bool read_xml(struct str text, struct sbom *sbom, struct error *err)
{
    struct json json;
    struct str rewritten, key;
    bool ok = true;
    if (!xml_to_json(text, text.len * MAX_XML_FACTOR + (1 << 16), sbom->arena, &rewritten, err))
        return false;
    json_begin(&json, rewritten, sbom->arena);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, "bom"))
                ok = read_document(&json, sbom);
            else
                json_skip(&json);
        }
    return ok ? json_end(&json, err) : arena_error(sbom->arena, err);
}

const struct sbom_format sbom_cyclonedx_format = { "CycloneDX", "cyclonedx", read_json };
const struct sbom_format sbom_cyclonedx_xml_format = { "CycloneDX", "cyclonedx", read_xml };
