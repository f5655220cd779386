/* What stands in a component of CycloneDX, in both forms: licences, hashes, properties, evidence, suppliers. */
#include "catalog/sbom/cyclonedx.h"

/* ---- both forms ---------------------------------------------------------------------------------------------------------------------- */

bool cdx_next_key(struct json *json, struct str *key)
{
    if (!json_key(json, key))
        return false;
    if (str_starts(*key, "@"))
        *key = str_skip(*key, 1);
    return true;
}

struct cdx_items cdx_begin_items(struct json *json)
{
    struct cdx_items items = { .in_array = json_peek(json) == JSON_ARRAY };
    if (items.in_array)
        json_array(json);
    else
        items.in_object = json_object(json);
    return items;
}

bool cdx_next_item(struct json *json, const struct cdx_items *items)
{
    struct str key;
    return items->in_array ? json_item(json) : items->in_object && json_key(json, &key);
}

void cdx_read_text(struct json *json, struct str *out)
{
    struct str key;
    if (json_peek(json) != JSON_OBJECT) {
        json_string(json, out);
        return;
    }
    json_object(json);
    while (json_key(json, &key))
        if (str_is(key, "#text"))
            json_string(json, out);
        else
            json_skip(json);
}

/* ---- what stands in a component --------------------------------------------------------------------------------------------------------- */

/* {"id": "MIT"} or {"name": "Own"} */
static void read_licence(struct json *json, struct buf *out)
{
    struct str key, id = { 0 }, name = { 0 };
    if (!json_object(json))
        return;
    while (cdx_next_key(json, &key))
        if (str_is(key, "id"))
            cdx_read_text(json, &id);
        else if (str_is(key, "name"))
            cdx_read_text(json, &name);
        else
            json_skip(json);
    sbom_put_item(out, id.len ? id : name);
}

/* {"license": …} or {"expression": "A OR B"}; in XML all choices are one object. */
static void read_choice(struct json *json, struct buf *out)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        struct str text = { 0 };
        if (str_is(key, "license"))
            read_licence(json, out);
        else if (str_is(key, "expression"))
            cdx_read_text(json, &text);
        else
            json_skip(json);
        sbom_put_item(out, text);
    }
}

void cdx_read_licences(struct json *json, struct arena *arena, struct str *list)
{
    struct buf buf;
    buf_init(&buf, SBOM_MAX_LIST_BYTES);
    if (json_peek(json) != JSON_ARRAY)
        read_choice(json, &buf);
    else if (json_array(json))
        while (json_item(json))
            read_choice(json, &buf);
    *list = arena_str(arena, buf_view(&buf));
    buf_free(&buf);
}

void cdx_read_hashes(struct json *json, struct arena *arena, struct sbom_component *component)
{
    struct cdx_items items = cdx_begin_items(json);
    struct str key;
    while (cdx_next_item(json, &items)) {
        struct str algorithm = { 0 }, content = { 0 };
        if (!json_object(json))
            continue;
        while (cdx_next_key(json, &key)) {
            if (str_is(key, "alg"))
                json_string(json, &algorithm);
            else if (str_is(key, "content") || str_is(key, "#text"))
                json_string(json, &content);
            else
                json_skip(json);
        }
        if (component->digest.len == 0)
            component->digest = sbom_digest(arena, algorithm, content);
    }
}

/* Syft's, behind "syft:" */
static void take_syft(struct sbom *sbom, struct sbom_component *c, struct str name, struct str value)
{
    const struct {
        const char *name;
        struct str *to;
    } fields[] = { { "location:0:path", &c->file },
                   { "location:0:layerID", &c->layer },
                   { "metadata:source", &c->source_name },
                   { "metadata:sourceVersion", &c->source_version },
                   { "metadata:originPackage", &c->source_name },
                   { "metadata:sourceRpm", &c->source_rpm },
                   { "metadata:modularityLabel", &c->module },
                   { "metadata:architecture", &c->arch },
                   { "metadata:virtualPath", &c->within } };
    bool is_system = c->role == SBOM_SYSTEM;
    if (is_system && str_is(name, "distro:id"))
        sbom->distro.family = value;
    else if (is_system && str_is(name, "distro:versionID"))
        sbom->distro.release = value;
    else if (is_system && str_is(name, "distro:prettyName"))
        sbom->distro.name = value;
    c->is_vendor_known = true;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (str_is(name, fields[i].name))
            *fields[i].to = value;
}

/* Trivy's, Syft's, and those of CycloneDX's own tools (cyclonedx-property-taxonomy). */
static void take_property(struct sbom *sbom, struct sbom_component *c, struct str name, struct str value, struct buf *cpes)
{
    static const char trivy[] = "aquasecurity:trivy:", syft[] = "syft:";
    if (str_starts(name, trivy))
        sbom_take_trivy(sbom, c, str_skip(name, sizeof trivy - 1), value);
    else if (str_is(name, "syft:cpe23"))
        sbom_put_item(cpes, value);
    else if (str_starts(name, syft))
        take_syft(sbom, c, str_skip(name, sizeof syft - 1), value);
    else if (str_is(name, "cdx:npm:package:development") || str_is(name, "cdx:composer:package:isDevRequirement"))
        c->is_dev |= str_is(value, "true");
    else if (str_is(name, "SrcFile") && c->file.len == 0)
        c->file = value;
}

void cdx_read_properties(struct json *json, struct sbom *sbom, struct sbom_component *component)
{
    struct cdx_items items = cdx_begin_items(json);
    struct str key;
    struct buf cpes;
    buf_init(&cpes, SBOM_MAX_LIST_BYTES);
    sbom_put_item(&cpes, component->cpes);
    while (cdx_next_item(json, &items)) {
        struct str name = { 0 }, value = { 0 };
        if (!json_object(json))
            continue;
        while (cdx_next_key(json, &key)) {
            if (str_is(key, "name"))
                json_string(json, &name);
            else if (str_is(key, "value") || str_is(key, "#text"))
                json_string(json, &value);
            else
                json_skip(json);
        }
        take_property(sbom, component, name, value, &cpes);
    }
    component->cpes = arena_str(sbom->arena, buf_view(&cpes));
    buf_free(&cpes);
}

static void read_occurrence(struct json *json, struct sbom_component *component)
{
    struct str key;
    if (!json_object(json))
        return;
    while (cdx_next_key(json, &key)) {
        if (str_is(key, "location") && component->file.len == 0)
            cdx_read_text(json, &component->file);
        else
            json_skip(json);
    }
}

void cdx_read_evidence(struct json *json, struct sbom_component *component)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (!str_is(key, "occurrences")) {
            json_skip(json);
            continue;
        }
        struct cdx_items items = cdx_begin_items(json);
        while (cdx_next_item(json, &items))
            read_occurrence(json, component);
    }
}

/* {"name": "Debian <…>", …} */
void cdx_read_supplier(struct json *json, struct str *out)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "name"))
            cdx_read_text(json, out);
        else
            json_skip(json);
    }
}
