/* SPDX 2.2 and 2.3 (ISO/IEC 5962) in JSON, and in YAML, which has the same members: packages with references to other names of
 * theirs, files, relationships, and annotations, in which Trivy keeps what SPDX has no words for. */
#include "catalog/sbom/sbom.h"

enum { MAX_LIST_BYTES = 1 << 20, MAX_YAML_FACTOR = 8 };

/* {"referenceType": "purl", "referenceLocator": "pkg:…"} and "cpe23Type". */
static void read_reference(struct json *json, struct sbom_component *component, struct buf *cpes)
{
    struct str key, type = { 0 }, locator = { 0 };
    if (!json_object(json))
        return;
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
    else if (str_ends(type, "cpe23Type") && sbom_is_item(locator) && cpes->len + locator.len + 1 < MAX_LIST_BYTES)
        catalog_put_item(cpes, locator);
}

static void read_references(struct json *json, struct sbom *sbom, struct sbom_component *component)
{
    struct buf cpes;
    if (!json_array(json))
        return;
    buf_init(&cpes, MAX_LIST_BYTES);
    while (json_item(json))
        read_reference(json, component, &cpes);
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

/* Trivy's "SrcName: glibc", in annotations' comments or, in older documents, in attribution texts. */
static void take_words(struct sbom *sbom, struct sbom_component *component, struct str text)
{
    struct str name, value;
    if (str_cut(text, ':', &name, &value))
        sbom_take_trivy(sbom, component, name, str_trim(value));
}

static void read_words(struct json *json, struct sbom *sbom, struct sbom_component *component)
{
    struct str key, text;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        if (json_peek(json) != JSON_OBJECT) {
            if (json_string(json, &text))
                take_words(sbom, component, text);
            continue;
        }
        json_object(json);
        while (json_key(json, &key)) {
            bool is_comment = str_is(key, "comment");
            if (!is_comment)
                json_skip(json);
            else if (json_string(json, &text))
                take_words(sbom, component, text);
        }
    }
}

/* Files that a package has, in documents of SPDX 2.2. */
static bool read_held(struct json *json, struct sbom *sbom, struct str from)
{
    struct str to;
    if (!json_array(json))
        return true;
    while (json_item(json))
        if (json_string(json, &to) && !sbom_add_link(sbom, from, SBOM_HOLDS, to))
            return false;
    return true;
}

struct package_words {
    struct str declared, concluded, source, supplier, originator;
};

static void finish_package(struct sbom *sbom, struct sbom_component *c, const struct package_words *words)
{
    c->licence = sbom_licence(words->declared, words->concluded);
    struct str agent = sbom_agent(sbom->arena, words->supplier);
    c->maintainer = agent.len ? agent : sbom_agent(sbom->arena, words->originator);
    sbom_take_source_info(c, words->source);
    sbom_spdx_finish(sbom, c);
}

static bool read_package(struct json *json, struct sbom *sbom)
{
    struct sbom_component c = { .at_line = json_line(json) }, *place;
    struct package_words words = { 0 };
    struct str key;
    const struct {
        const char *key;
        struct str *to;
    } texts[] = { { "SPDXID", &c.ref },
                  { "name", &c.name },
                  { "versionInfo", &c.version },
                  { "licenseDeclared", &words.declared },
                  { "licenseConcluded", &words.concluded },
                  { "sourceInfo", &words.source },
                  { "primaryPackagePurpose", &c.purpose },
                  { "supplier", &words.supplier },
                  { "originator", &words.originator } };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        size_t i = 0;
        while (i < ARRAY_LEN(texts) && !str_is(key, texts[i].key))
            i++;
        if (i < ARRAY_LEN(texts))
            json_string(json, texts[i].to);
        else if (str_is(key, "externalRefs"))
            read_references(json, sbom, &c);
        else if (str_is(key, "checksums"))
            read_checksums(json, sbom, &c);
        else if (str_is(key, "annotations") || str_is(key, "attributionTexts"))
            read_words(json, sbom, &c);
        else if (!str_is(key, "hasFiles"))
            json_skip(json);
        else if (!read_held(json, sbom, c.ref))
            return false;
    }
    finish_package(sbom, &c, &words);
    if (!(place = sbom_add_component(sbom)))
        return false;
    *place = c;
    return true;
}

static bool read_file(struct json *json, struct sbom *sbom)
{
    struct sbom_component component = { .role = SBOM_FILE }, *place;
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
    struct str key, from = { 0 }, word = { 0 }, to = { 0 }, comment = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        struct str *text = str_is(key, "spdxElementId")        ? &from
                           : str_is(key, "relationshipType")   ? &word
                           : str_is(key, "relatedSpdxElement") ? &to
                           : str_is(key, "comment")            ? &comment
                                                               : NULL;
        if (text)
            json_string(json, text);
        else
            json_skip(json);
    }
    return sbom_spdx_link(sbom, from, word, to, comment);
}

static bool read_described(struct json *json, struct sbom *sbom)
{
    struct str ref;
    return !json_string(json, &ref) || sbom_add_link(sbom, STR("SPDXRef-DOCUMENT"), SBOM_DESCRIBES, ref);
}

/* Of Trivy's and Syft's documents the suppliers are the packages' maintainers. */
static void read_creation(struct json *json, struct sbom *sbom)
{
    struct str key, creator;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (!str_is(key, "creators")) {
            json_skip(json);
            continue;
        }
        if (!json_array(json))
            continue;
        while (json_item(json))
            if (json_string(json, &creator))
                sbom->knows_vendors |= sbom_knows_vendors(creator);
    }
}

static bool read_members(struct json *json, struct sbom *sbom)
{
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        bool (*read)(struct json *, struct sbom *) = str_is(key, "packages")            ? read_package
                                                     : str_is(key, "files")             ? read_file
                                                     : str_is(key, "relationships")     ? read_relationship
                                                     : str_is(key, "documentDescribes") ? read_described
                                                                                        : NULL;
        if (str_is(key, "creationInfo"))
            read_creation(json, sbom);
        else if (!read)
            json_skip(json);
        else if (json_array(json))
            while (json_item(json))
                if (!read(json, sbom))
                    return false;
    }
    return true;
}

static bool read_json(struct str text, struct sbom *sbom, struct error *err)
{
    struct json json;
    json_begin(&json, text, sbom->arena);
    return read_members(&json, sbom) ? json_end(&json, err) : arena_error(sbom->arena, err);
}

static bool read_yaml(struct str text, struct sbom *sbom, struct error *err)
{
    struct str rewritten;
    return yaml_to_json(text, text.len * MAX_YAML_FACTOR + (1 << 16), sbom->arena, &rewritten, err) &&
           read_json(rewritten, sbom, err);
}

const struct sbom_format sbom_spdx_json_format = { "SPDX", "spdx", read_json };
const struct sbom_format sbom_spdx_yaml_format = { "SPDX", "spdx", read_yaml };
