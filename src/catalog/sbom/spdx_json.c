/* SPDX 2.2 and 2.3 in JSON (ISO/IEC 5962): packages with references to other names of theirs, files, relationships. */
#include "catalog/sbom/sbom.h"

/* {"referenceType": "purl", "referenceLocator": "pkg:…"} and "cpe23Type". */
static void read_references(struct json *json, struct sbom *sbom, struct sbom_component *component)
{
    struct str key;
    struct buf cpes;
    if (!json_array(json))
        return;
    buf_init(&cpes, 1u << 16);
    while (json_item(json)) {
        struct str type = { 0 }, locator = { 0 };
        if (!json_object(json))
            continue;
        while (json_key(json, &key)) {
            if (str_is(key, "referenceType"))
                json_string(json, &type);
            else if (str_is(key, "referenceLocator"))
                json_string(json, &locator);
            else
                json_skip(json);
        }
        if (str_is(type, "purl") && component->purl.len == 0)
            component->purl = locator;
        else if (str_ends(type, "cpe23Type") && !str_find(locator, '\n', NULL))
            catalog_put_item(&cpes, locator);
    }
    component->cpes = arena_str(sbom->arena, buf_view(&cpes));
    buf_free(&cpes);
}

static void read_checksums(struct json *json, struct sbom *sbom, struct sbom_component *component)
{
    struct str key;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct str algorithm = { 0 }, value = { 0 };
        if (!json_object(json))
            continue;
        while (json_key(json, &key)) {
            if (str_is(key, "algorithm"))
                json_string(json, &algorithm);
            else if (str_is(key, "checksumValue"))
                json_string(json, &value);
            else
                json_skip(json);
        }
        if (component->digest.len == 0)
            component->digest = sbom_digest(sbom->arena, algorithm, value);
    }
}

static bool read_package(struct json *json, struct sbom *sbom)
{
    struct sbom_component component = { 0 }, *place;
    struct str key, declared = { 0 }, concluded = { 0 }, source = { 0 }, purpose = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        struct str *to = str_is(key, "SPDXID")                  ? &component.ref
                         : str_is(key, "name")                  ? &component.name
                         : str_is(key, "versionInfo")           ? &component.version
                         : str_is(key, "licenseDeclared")       ? &declared
                         : str_is(key, "licenseConcluded")      ? &concluded
                         : str_is(key, "sourceInfo")            ? &source
                         : str_is(key, "primaryPackagePurpose") ? &purpose
                                                                : NULL;
        if (to)
            json_string(json, to);
        else if (str_is(key, "externalRefs"))
            read_references(json, sbom, &component);
        else if (str_is(key, "checksums"))
            read_checksums(json, sbom, &component);
        else
            json_skip(json);
    }
    component.licence = sbom_licence(declared, concluded);
    component.file = sbom_found_in(source);
    component.is_os = str_is(purpose, "OPERATING-SYSTEM") || str_is(purpose, "OPERATING_SYSTEM");
    /* An application that is known by its path alone. */
    component.is_file = str_is(purpose, "APPLICATION") && component.purl.len == 0 && str_find(component.name, '/', NULL);
    if (!(place = sbom_add_component(sbom)))
        return false;
    *place = component;
    return true;
}

static bool read_file(struct json *json, struct sbom *sbom)
{
    struct sbom_component component = { .is_file = true }, *place;
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "SPDXID"))
            json_string(json, &component.ref);
        else if (str_is(key, "fileName"))
            json_string(json, &component.name);
        else
            json_skip(json);
    }
    if (!(place = sbom_add_component(sbom)))
        return false;
    *place = component;
    return true;
}

static bool read_relationship(struct json *json, struct sbom *sbom)
{
    struct str key, from = { 0 }, word = { 0 }, to = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "spdxElementId"))
            json_string(json, &from);
        else if (str_is(key, "relationshipType"))
            json_string(json, &word);
        else if (str_is(key, "relatedSpdxElement"))
            json_string(json, &to);
        else
            json_skip(json);
    }
    return sbom_spdx_link(sbom, from, word, to);
}

bool sbom_read_spdx_json(struct str text, struct sbom *sbom, struct error *err)
{
    struct json json;
    struct str key;
    json_begin(&json, text, sbom->arena);
    if (json_object(&json))
        while (json_key(&json, &key)) {
            bool (*read)(struct json *, struct sbom *) = str_is(key, "packages")        ? read_package
                                                         : str_is(key, "files")         ? read_file
                                                         : str_is(key, "relationships") ? read_relationship
                                                                                        : NULL;
            if (!read)
                json_skip(&json);
            else if (json_array(&json))
                while (json_item(&json))
                    if (!read(&json, sbom))
                        return arena_error(sbom->arena, err);
        }
    return json_end(&json, err);
}
