/* SPDX 2.2 and 2.3 (ISO/IEC 5962) in JSON, and in YAML, which has the same members: packages with references to other names of
 * theirs, files, relationships, and annotations, in which Trivy keeps what SPDX has no words for. */
#include "catalog/sbom/sbom.h"

enum { MAX_YAML_FACTOR = 8 };

/* {"referenceType": "purl", "referenceLocator": "pkg:…"} and "cpe23Type". */
static void read_reference(struct json *json, struct sbom_component *component, struct buf *cpes)
{
    struct str type = { 0 }, locator = { 0 };
    const struct sbom_text texts[] = { { "referenceType", &type }, { "referenceLocator", &locator } };
    sbom_read_object(json, texts, ARRAY_LEN(texts));
    if (str_is(type, "purl") && component->purl.len == 0)
        component->purl = locator;
    else if (str_ends(type, "cpe23Type"))
        sbom_put_item(cpes, locator);
}

static void read_references(struct json *json, struct sbom *sbom, struct sbom_component *component)
{
    struct buf cpes;
    if (!json_array(json))
        return;
    buf_init(&cpes, SBOM_MAX_LIST_BYTES);
    while (json_item(json))
        read_reference(json, component, &cpes);
    component->cpes = arena_str(sbom->arena, buf_view(&cpes));
    buf_free(&cpes);
}

/* Trivy's "SrcName: glibc", in annotations' comments or, in older documents, in attribution texts. */
static void read_words(struct json *json, struct sbom *sbom, struct sbom_component *component)
{
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct str text = { 0 };
        if (json_peek(json) == JSON_OBJECT)
            sbom_read_object(json, &(struct sbom_text){ "comment", &text }, 1);
        else
            json_string(json, &text);
        sbom_take_trivy_line(sbom, component, text);
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
    struct sbom_component c = { .at_line = json_line(json) };
    struct package_words words = { 0 };
    struct str key;
    const struct sbom_text texts[] = { { "SPDXID", &c.ref },
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
        if (sbom_read_text(json, key, texts, ARRAY_LEN(texts)))
            continue;
        if (str_is(key, "externalRefs"))
            read_references(json, sbom, &c);
        else if (str_is(key, "checksums"))
            sbom_read_digests(json, "checksumValue", sbom->arena, &c);
        else if (str_is(key, "annotations") || str_is(key, "attributionTexts"))
            read_words(json, sbom, &c);
        else if (str_is(key, "hasFiles") && !read_held(json, sbom, c.ref))
            return false;
    }
    finish_package(sbom, &c, &words);
    return sbom_add_component(sbom, &c);
}

static bool read_file(struct json *json, struct sbom *sbom)
{
    struct sbom_component c = { .role = SBOM_FILE };
    const struct sbom_text texts[] = { { "SPDXID", &c.ref }, { "fileName", &c.name } };
    if (json_peek(json) != JSON_OBJECT)
        return true;
    sbom_read_object(json, texts, ARRAY_LEN(texts));
    return sbom_add_component(sbom, &c);
}

static bool read_relationship(struct json *json, struct sbom *sbom)
{
    struct str from = { 0 }, word = { 0 }, to = { 0 }, comment = { 0 };
    const struct sbom_text texts[] = {
        { "spdxElementId", &from }, { "relationshipType", &word }, { "relatedSpdxElement", &to }, { "comment", &comment }
    };
    sbom_read_object(json, texts, ARRAY_LEN(texts));
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
