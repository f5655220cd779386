/* Reading indexes and manifests; document.h. One reader serves both, since hostile documents may be both at once: what they
 * are is decided afterwards, and a document that has the lists of both is refused (OCI image-spec, manifest.md, on
 * media type confusion; CVE-2021-41190). */
#include "image/document.h"
#include "image/platform.h"

/* ---- media types ------------------------------------------------------------------------------------------------- */

struct known_document {
    const char *media_type;
    enum document_kind kind;
};

static const struct known_document known_documents[] = {
    { "application/vnd.oci.image.index.v1+json", DOCUMENT_INDEX },
    { "application/vnd.docker.distribution.manifest.list.v2+json", DOCUMENT_INDEX },
    { "application/vnd.oci.image.manifest.v1+json", DOCUMENT_MANIFEST },
    { "application/vnd.docker.distribution.manifest.v2+json", DOCUMENT_MANIFEST },
    { "application/vnd.docker.distribution.manifest.v1+json", DOCUMENT_SCHEMA1 },
    { "application/vnd.docker.distribution.manifest.v1+prettyjws", DOCUMENT_SCHEMA1 },
};

static const char *const image_configs[] = {
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
};

struct known_layer {
    const char *media_type;
    enum layer_kind kind;
};

static const struct known_layer known_layers[] = {
    { "application/vnd.oci.image.layer.v1.tar", LAYER_KNOWN },
    { "application/vnd.oci.image.layer.v1.tar+gzip", LAYER_KNOWN },
    { "application/vnd.oci.image.layer.v1.tar+zstd", LAYER_KNOWN },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar", LAYER_FOREIGN },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", LAYER_FOREIGN },
    { "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", LAYER_FOREIGN },
    { "application/vnd.docker.image.rootfs.diff.tar", LAYER_KNOWN },
    { "application/vnd.docker.image.rootfs.diff.tar.gzip", LAYER_KNOWN },
    { "application/vnd.docker.image.rootfs.diff.tar.zstd", LAYER_KNOWN },
    { "application/vnd.docker.image.rootfs.foreign.diff.tar", LAYER_FOREIGN },
    { "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", LAYER_FOREIGN },
    { "application/vnd.docker.image.rootfs.foreign.diff.tar.zstd", LAYER_FOREIGN },
};

enum layer_kind document_layer_kind(struct str media_type)
{
    /* ocicrypt's suffix, on any layer type */
    if (str_ends(media_type, "+encrypted"))
        return LAYER_ENCRYPTED;
    for (size_t i = 0; i < ARRAY_LEN(known_layers); i++)
        if (str_is(media_type, known_layers[i].media_type))
            return known_layers[i].kind;
    return LAYER_UNKNOWN;
}

bool document_is_image_config(struct str media_type)
{
    for (size_t i = 0; i < ARRAY_LEN(image_configs); i++)
        if (str_is(media_type, image_configs[i]))
            return true;
    return false;
}

static enum document_kind kind_of(struct str media_type)
{
    for (size_t i = 0; i < ARRAY_LEN(known_documents); i++)
        if (str_is(media_type, known_documents[i].media_type))
            return known_documents[i].kind;
    return DOCUMENT_OTHER;
}

enum document_kind document_kind(const struct document *document, struct str claimed)
{
    struct str media_type = document->media_type.len ? document->media_type : claimed;
    if (media_type.len)
        return kind_of(media_type);
    if (document->has_fs_layers)
        return DOCUMENT_SCHEMA1;
    if (document->has_manifests)
        return DOCUMENT_INDEX;
    return document->has_config && document->has_layers ? DOCUMENT_MANIFEST : DOCUMENT_OTHER;
}

enum { MAX_URLS = 8, MAX_URL_BYTES = 2048 };

static bool is_address(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
            return false;
    return true;
}

/* ---- descriptors ------------------------------------------------------------------------------------------------- */

static void read_platform(struct json *json, struct image_platform *out)
{
    struct str key;
    struct image_platform p = { 0 };
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "os"))
            json_string(json, &p.os);
        else if (str_is(key, "architecture"))
            json_string(json, &p.arch);
        else if (str_is(key, "variant"))
            json_string(json, &p.variant);
        else
            json_skip(json);
    *out = platform_canonical(p);
}

static void read_annotations(struct json *json, struct descriptor *out)
{
    struct str key, type = { 0 };
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "org.opencontainers.image.ref.name"))
            json_string(json, &out->tag);
        else if (str_is(key, "io.containerd.image.name"))
            json_string(json, &out->name);
        else if (str_is(key, "vnd.docker.reference.type"))
            json_string(json, &type);
        else
            json_skip(json);
    out->is_attestation = str_is(type, "attestation-manifest");
}

/* Addresses have no blanks or line breaks; what has is left out. */
static void read_urls(struct json *json, struct arena *arena, struct str *out)
{
    struct str url;
    if (!json_array(json))
        return;
    for (unsigned n = 0; json_item(json);)
        if (json_string(json, &url) && n < MAX_URLS && url.len && url.len <= MAX_URL_BYTES && is_address(url)) {
            *out = n++ ? arena_printf(arena, "%.*s\n%.*s", STR_ARG(*out), STR_ARG(url)) : url;
            if (!out->ptr)
                return;
        }
}

static void read_descriptor(struct json *json, struct descriptor *out)
{
    struct str key;
    int64_t size = -1;
    struct descriptor d = { 0 };
    bool entered = json_object(json);
    while (entered && json_key(json, &key))
        if (str_is(key, "mediaType"))
            json_string(json, &d.media_type);
        else if (str_is(key, "digest"))
            json_string(json, &d.digest);
        else if (str_is(key, "size"))
            json_i64(json, &size);
        else if (str_is(key, "platform"))
            read_platform(json, &d.platform);
        else if (str_is(key, "annotations"))
            read_annotations(json, &d);
        else if (str_is(key, "urls"))
            read_urls(json, json->arena, &d.urls);
        else
            json_skip(json);
    d.size_bytes = size < 0 ? UINT64_MAX : (uint64_t)size;
    d.is_attestation |= str_is(d.platform.os, "unknown") && str_is(d.platform.arch, "unknown");
    *out = d;
}

/* What later code relies on in a descriptor that it will follow. */
static bool check_descriptor(const struct descriptor *d, const char *what, size_t index, struct error *err)
{
    enum digest_algorithm algorithm;
    struct str hex;
    if (!digest_parse(d->digest, &algorithm, &hex))
        return error_set(err, ERROR_INPUT, "%s %zu has the digest \"%.*s\", which is none (sha256: and 64 hex digits)", what,
                         index, STR_ARG(str_head(d->digest, 100)));
    if (d->size_bytes > INT64_MAX)
        return error_set(err, ERROR_INPUT, "%s %zu (%.*s) has no size, or one out of range", what, index, STR_ARG(d->digest));
    return true;
}

static bool check_list(const struct descriptor *list, size_t count, const char *what, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!check_descriptor(&list[i], what, i + 1, err))
            return false;
    return true;
}

bool document_fail(struct error *err, const struct error *cause)
{
    *err = *cause;
    return false;
}

/* ---- documents --------------------------------------------------------------------------------------------------- */

struct list {
    struct descriptor *items;
    size_t count, cap;
    bool present;
};

static bool read_list(struct json *json, struct arena *arena, const char *what, size_t max, struct list *list, struct error *err)
{
    *list = (struct list){ .present = json_array(json) };
    while (list->present && json_item(json)) {
        if (list->count == max)
            return error_set(err, ERROR_LIMIT, "lists more than %zu %ss", max, what);
        struct descriptor *items = arena_grow(arena, list->items, list->count, &list->cap, sizeof *items);
        if (!items)
            return arena_error(arena, err);
        list->items = items;
        read_descriptor(json, &items[list->count++]);
    }
    return true;
}

static bool read_keys(struct json *json, struct arena *arena, struct document *out, struct error *err)
{
    struct str key;
    struct list manifests = { 0 }, layers = { 0 }, fs_layers = { 0 };
    if (!json_object(json))
        return error_set(err, ERROR_INPUT, "is no JSON object");
    while (json_key(json, &key)) {
        if (str_is(key, "mediaType"))
            json_string(json, &out->media_type);
        else if (str_is(key, "artifactType"))
            json_string(json, &out->artifact_type);
        else if (str_is(key, "config")) {
            out->has_config = json_peek(json) == JSON_OBJECT;
            read_descriptor(json, &out->config);
        } else if (str_is(key, "manifests")) {
            if (!read_list(json, arena, "manifest", DOCUMENT_MAX_MANIFESTS, &manifests, err))
                return false;
        } else if (str_is(key, "layers")) {
            if (!read_list(json, arena, "layer", IMAGE_MAX_LAYERS, &layers, err))
                return false;
        } else if (str_is(key, "fsLayers")) {
            if (!read_list(json, arena, "layer", IMAGE_MAX_LAYERS, &fs_layers, err))
                return false;
        } else {
            json_skip(json);
        }
    }
    out->has_manifests = manifests.present;
    out->has_layers = layers.present;
    out->has_fs_layers = fs_layers.present;
    out->manifests = manifests.items, out->manifest_count = manifests.count;
    out->layers = layers.items, out->layer_count = layers.count;
    return true;
}

bool document_read(struct str text, struct arena *arena, struct document *out, struct error *err)
{
    struct json json;
    struct document document = { 0 };
    struct error cause = { 0 };
    json_begin(&json, text, arena);
    if (!read_keys(&json, arena, &document, &cause) && !json.failed)
        return document_fail(err, &cause);
    if (!json_end(&json, err))
        return false;
    if (document.has_manifests && (document.has_layers || document.has_config))
        return error_set(err, ERROR_INPUT, "is both an index and a manifest, which lets two readers see two images");
    if (!check_list(document.manifests, document.manifest_count, "manifest", err) ||
        !check_list(document.layers, document.layer_count, "layer", err) ||
        (document.has_config && !check_descriptor(&document.config, "config", 1, err)))
        return false;
    *out = document;
    return true;
}

/* ---- writing --------------------------------------------------------------------------------------------------------- */

struct str image_index_text(struct str media_type, struct str digest, uint64_t size_bytes, struct str name, struct arena *arena)
{
    struct buf text;
    buf_init(&text, IMAGE_MAX_JSON_BYTES);
    buf_text(&text, "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[{");
    if (media_type.len) {
        buf_text(&text, "\"mediaType\":");
        json_put_string(&text, media_type);
        buf_chr(&text, ',');
    }
    buf_text(&text, "\"digest\":");
    json_put_string(&text, digest);
    buf_printf(&text, ",\"size\":%llu,\"annotations\":{\"io.containerd.image.name\":", (unsigned long long)size_bytes);
    json_put_string(&text, name);
    buf_text(&text, "}}]}");
    struct str copy = text.failed ? (struct str){ 0 } : arena_str(arena, buf_view(&text));
    buf_free(&text);
    return copy;
}
