/* Syft's own JSON (schema 1 to 16): artifacts with what their package manager says of them, who needs whom, the distribution and the
 * image. Lists of packages' files are passed over. */
#include "catalog/sbom/sbom.h"

enum { MAX_LIST_BYTES = 1 << 20 };

/* ---- parts of an artifact ------------------------------------------------------------------------------------------------------------- */

static void put_item(struct buf *out, struct str text)
{
    if (sbom_is_item(text) && out->len + text.len + 1 < MAX_LIST_BYTES)
        catalog_put_item(out, text);
}

static void read_member(struct json *json, const char *member, struct str *out)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, member))
            json_string(json, out);
        else
            json_skip(json);
    }
}

/* Items are texts, in newer versions objects of which one member is the text. */
static struct str read_texts(struct json *json, struct arena *arena, const char *member)
{
    struct str text, list;
    struct buf buf;
    buf_init(&buf, MAX_LIST_BYTES);
    if (json_array(json))
        while (json_item(json)) {
            text = (struct str){ 0 };
            if (json_peek(json) == JSON_OBJECT)
                read_member(json, member, &text);
            else
                json_string(json, &text);
            put_item(&buf, text);
        }
    list = arena_str(arena, buf_view(&buf));
    buf_free(&buf);
    return list;
}

/* The first location is the one that speaks for the package. */
static void read_locations(struct json *json, struct sbom_component *c)
{
    struct str key;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct str path = { 0 }, layer = { 0 };
        if (!json_object(json))
            continue;
        while (json_key(json, &key)) {
            if (str_is(key, "path"))
                json_string(json, &path);
            else if (str_is(key, "layerID"))
                json_string(json, &layer);
            else
                json_skip(json);
        }
        if (c->file.len == 0) {
            c->file = path;
            c->layer = layer;
        }
    }
}

static void read_archive_digests(struct json *json, struct arena *arena, struct sbom_component *c)
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
            else if (str_is(key, "value"))
                json_string(json, &value);
            else
                json_skip(json);
        }
        if (c->digest.len == 0)
            c->digest = sbom_digest(arena, algorithm, value);
    }
}

static void read_metadata(struct json *json, struct arena *arena, struct sbom_component *c)
{
    const struct {
        const char *key;
        struct str *to;
    } fields[] = { { "source", &c->source_name },        { "sourceVersion", &c->source_version },
                   { "originPackage", &c->source_name }, { "sourceRpm", &c->source_rpm },
                   { "modularityLabel", &c->module },    { "architecture", &c->arch },
                   { "maintainer", &c->maintainer },     { "vendor", &c->maintainer },
                   { "virtualPath", &c->within } };
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        size_t i = 0;
        while (i < ARRAY_LEN(fields) && !str_is(key, fields[i].key))
            i++;
        if (i < ARRAY_LEN(fields))
            json_string(json, fields[i].to);
        else if (str_is(key, "digest"))
            read_archive_digests(json, arena, c);
        else
            json_skip(json);
    }
}

/* What a binary is built for is told by its architecture; other languages' packages have none. */
static bool is_of_system(struct str type)
{
    return str_is(type, "deb") || str_is(type, "rpm") || str_is(type, "apk") || str_is(type, "alpm");
}

static bool read_artifact(struct json *json, struct sbom *sbom)
{
    struct sbom_component c = { .at_line = json_line(json), .is_vendor_known = true }, *place;
    struct str key, type = { 0 };
    const struct {
        const char *key;
        struct str *to;
    } texts[] = { { "id", &c.ref }, { "name", &c.name }, { "version", &c.version }, { "type", &type }, { "purl", &c.purl } };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        size_t i = 0;
        while (i < ARRAY_LEN(texts) && !str_is(key, texts[i].key))
            i++;
        if (i < ARRAY_LEN(texts))
            json_string(json, texts[i].to);
        else if (str_is(key, "locations"))
            read_locations(json, &c);
        else if (str_is(key, "licenses"))
            c.licence = read_texts(json, sbom->arena, "value");
        else if (str_is(key, "cpes"))
            c.cpes = read_texts(json, sbom->arena, "cpe");
        else if (str_is(key, "metadata"))
            read_metadata(json, sbom->arena, &c);
        else
            json_skip(json);
    }
    c.within = sbom_within(c.file, c.within);
    if (!is_of_system(type))
        c.arch = (struct str){ 0 };
    if (!(place = sbom_add_component(sbom)))
        return false;
    *place = c;
    return true;
}

/* ---- the rest -------------------------------------------------------------------------------------------------------------------------- */

/* The child of "dependency-of" is the one that needs. */
static bool read_relationship(struct json *json, struct sbom *sbom)
{
    struct str key, parent = { 0 }, child = { 0 }, type = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        struct str *to = str_is(key, "parent") ? &parent : str_is(key, "child") ? &child : str_is(key, "type") ? &type : NULL;
        if (to)
            json_string(json, to);
        else
            json_skip(json);
    }
    if (str_is(type, "dependency-of"))
        return sbom_add_link(sbom, child, SBOM_NEEDS, parent);
    return !str_is(type, "ownership-by-file-overlap") || sbom_add_link(sbom, parent, SBOM_OWNS, child);
}

static void read_distro(struct json *json, struct distro *distro)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        struct str *to = str_is(key, "id")           ? &distro->family
                         : str_is(key, "versionID")  ? &distro->release
                         : str_is(key, "prettyName") ? &distro->name
                                                     : NULL;
        if (to)
            json_string(json, to);
        else
            json_skip(json);
    }
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
            sbom->repo_tags = read_texts(json, sbom->arena, "");
        else if (str_is(key, "repoDigests"))
            sbom->repo_digests = read_texts(json, sbom->arena, "");
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
