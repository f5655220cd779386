/* Syft's own JSON (schema 1 to 16): artifacts with what their package manager says of them, who needs whom, the distribution and the
 * image. Lists of packages' files are passed over. */
#include "catalog/sbom/sbom.h"

/* ---- parts of an artifact ------------------------------------------------------------------------------------------------------------- */

/* The first location is the one that speaks for the package. */
static void read_locations(struct json *json, struct sbom_component *c)
{
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct str path = { 0 }, layer = { 0 };
        const struct sbom_text texts[] = { { "path", &path }, { "layerID", &layer } };
        sbom_read_object(json, texts, ARRAY_LEN(texts));
        if (c->file.len == 0) {
            c->file = path;
            c->layer = layer;
        }
    }
}

static void read_metadata(struct json *json, struct arena *arena, struct sbom_component *c)
{
    const struct sbom_text texts[] = { { "source", &c->source_name },        { "sourceVersion", &c->source_version },
                                       { "originPackage", &c->source_name }, { "sourceRpm", &c->source_rpm },
                                       { "modularityLabel", &c->module },    { "architecture", &c->arch },
                                       { "maintainer", &c->maintainer },     { "vendor", &c->maintainer },
                                       { "virtualPath", &c->within } };
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (!sbom_read_text(json, key, texts, ARRAY_LEN(texts)) && str_is(key, "digest"))
            sbom_read_digests(json, "value", arena, c);
}

/* What a binary is built for is told by its architecture; other languages' packages have none. */
static bool is_of_system(struct str type)
{
    return str_is(type, "deb") || str_is(type, "rpm") || str_is(type, "apk") || str_is(type, "alpm");
}

static bool read_artifact(struct json *json, struct sbom *sbom)
{
    struct sbom_component c = { .at_line = json_line(json), .is_vendor_known = true };
    struct str key, type = { 0 };
    const struct sbom_text texts[] = {
        { "id", &c.ref }, { "name", &c.name }, { "version", &c.version }, { "type", &type }, { "purl", &c.purl }
    };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (sbom_read_text(json, key, texts, ARRAY_LEN(texts)))
            continue;
        if (str_is(key, "locations"))
            read_locations(json, &c);
        else if (str_is(key, "licenses"))
            c.licence = sbom_read_list(json, "value", sbom->arena);
        else if (str_is(key, "cpes"))
            c.cpes = sbom_read_list(json, "cpe", sbom->arena);
        else if (str_is(key, "metadata"))
            read_metadata(json, sbom->arena, &c);
    }
    c.within = sbom_within(c.file, c.within);
    if (!is_of_system(type))
        c.arch = (struct str){ 0 };
    return sbom_add_component(sbom, &c);
}

/* ---- the rest -------------------------------------------------------------------------------------------------------------------------- */

/* The child of "dependency-of" is the one that needs. */
static bool read_relationship(struct json *json, struct sbom *sbom)
{
    struct str parent = { 0 }, child = { 0 }, type = { 0 };
    const struct sbom_text texts[] = { { "parent", &parent }, { "child", &child }, { "type", &type } };
    sbom_read_object(json, texts, ARRAY_LEN(texts));
    if (str_is(type, "dependency-of"))
        return sbom_add_link(sbom, child, SBOM_NEEDS, parent);
    return !str_is(type, "ownership-by-file-overlap") || sbom_add_link(sbom, parent, SBOM_OWNS, child);
}

static void read_distro(struct json *json, struct distro *distro)
{
    const struct sbom_text texts[] = { { "id", &distro->family },
                                       { "versionID", &distro->release },
                                       { "prettyName", &distro->name } };
    sbom_read_object(json, texts, ARRAY_LEN(texts));
}

static bool read_layer(struct json *json, struct sbom *sbom)
{
    struct catalog_bill_layer layer = { 0 };
    struct str key;
    int64_t size = 0;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "digest"))
            json_string(json, &layer.diff_id); /* Syft means the plain tar's */
        else if (str_is(key, "size"))
            json_i64(json, &size);
        else
            json_skip(json);
    }
    layer.size_bytes = size > 0 ? (uint64_t)size : 0;
    return sbom_add_layer(sbom, layer);
}

static bool read_image(struct json *json, struct sbom *sbom)
{
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "userInput"))
            json_string(json, &sbom->subject);
        else if (str_is(key, "imageID"))
            json_string(json, &sbom->image_id);
        else if (str_is(key, "tags"))
            sbom->repo_tags = sbom_read_list(json, NULL, sbom->arena);
        else if (str_is(key, "repoDigests"))
            sbom->repo_digests = sbom_read_list(json, NULL, sbom->arena);
        else if (!str_is(key, "layers"))
            json_skip(json);
        else if (json_array(json))
            while (json_item(json))
                if (!read_layer(json, sbom))
                    return false;
    }
    return true;
}

/* What the image is stands in "target" (schemas before 7) or in "metadata". */
static bool read_source(struct json *json, struct sbom *sbom)
{
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (!str_is(key, "target") && !str_is(key, "metadata"))
            json_skip(json);
        else if (!read_image(json, sbom))
            return false;
    }
    return true;
}

static bool read_members(struct json *json, struct sbom *sbom)
{
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        bool (*read)(struct json *, struct sbom *) = str_is(key, "artifacts")               ? read_artifact
                                                     : str_is(key, "artifactRelationships") ? read_relationship
                                                                                            : NULL;
        if (str_is(key, "distro"))
            read_distro(json, &sbom->distro);
        else if (str_is(key, "source")) {
            if (!read_source(json, sbom))
                return false;
        } else if (!read)
            json_skip(json);
        else if (json_array(json))
            while (json_item(json))
                if (!read(json, sbom))
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

const struct sbom_format sbom_syft_format = { "Syft", "syft", read_document };
