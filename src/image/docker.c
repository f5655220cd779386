/* `docker save` archives: manifest.json lists images by their config and layer files (Docker image specification v1.2,
 * "Combined Image JSON + Filesystem Changeset Format"). Layers are `<id>/layer.tar` in Docker's classic archives,
 * `<hex>.tar` in those of skopeo, buildah and podman, `<hex>.tar.gz` in those of kaniko and other users of
 * go-containerregistry. The config's name is its digest in most; where it is, it is held to it. */
#include "image/formats.h"

enum { HEX_DIGITS = 64 };

static bool read_strings(struct json *json, struct arena *arena, size_t max, struct names *out, struct error *err)
{
    *out = (struct names){ 0 };
    if (!json_array(json))
        return true;
    while (json_item(json)) {
        struct str text = { 0 };
        if (out->count == max)
            return error_set(err, ERROR_LIMIT, "lists more than %zu layers or tags", max);
        if (!json_string(json, &text))
            return error_set(err, ERROR_INPUT, "has a list of something else than texts");
        struct str *items = arena_grow(arena, out->items, out->count, &out->cap, sizeof *items);
        if (!items)
            return arena_error(arena, err);
        out->items = items;
        items[out->count++] = text;
    }
    return true;
}

static bool read_entry(struct json *json, struct arena *arena, struct candidate *out, struct error *err)
{
    struct str key;
    struct names layers = { 0 };
    if (!json_object(json))
        return error_set(err, ERROR_INPUT, "entry %u is no JSON object", out->group);
    while (json_key(json, &key)) {
        bool ok = true;
        if (str_is(key, "Config"))
            json_string(json, &out->config_path);
        else if (str_is(key, "RepoTags"))
            ok = read_strings(json, arena, IMAGE_MAX_LAYERS, &out->names, err);
        else if (str_is(key, "Layers"))
            ok = read_strings(json, arena, IMAGE_MAX_LAYERS, &layers, err);
        else
            json_skip(json);
        if (!ok)
            return false;
    }
    out->layer_paths = layers.items;
    out->layer_count = layers.count;
    return true;
}

static bool read_all(struct json *json, struct arena *arena, struct candidates *out, struct error *err)
{
    if (!json_array(json))
        return error_set(err, ERROR_INPUT, "is neither a list of images nor a manifest");
    while (json_item(json)) {
        if (out->count == DOCUMENT_MAX_MANIFESTS)
            return error_set(err, ERROR_LIMIT, "has more than %d images", DOCUMENT_MAX_MANIFESTS);
        struct candidate *items = arena_grow(arena, out->items, out->count, &out->cap, sizeof *items);
        if (!items)
            return arena_error(arena, err);
        out->items = items;
        struct candidate *entry = &items[out->count];
        *entry = (struct candidate){ .group = (uint32_t)out->count };
        out->count++;
        if (!read_entry(json, arena, entry, err))
            return false;
    }
    return true;
}

bool docker_read_entries(struct store *store, struct str manifest_json, struct candidates *out, struct error *err)
{
    struct json json;
    struct error cause = { 0 };
    json_begin(&json, manifest_json, store->arena);
    if (!read_all(&json, store->arena, out, &cause) && !json.failed) {
        *err = cause;
        return error_wrap(err, "manifest.json");
    }
    return json_end(&json, err) || error_wrap(err, "manifest.json");
}

/* Member names in manifest.json may be written as "./x". */
static bool normal_path(struct arena *arena, struct str path, struct str *out, struct error *err)
{
    char normal[4096];
    size_t len;
    if (!path_normalize(path, normal, &len) || len == 0)
        return error_set(err, ERROR_INPUT, "manifest.json names the file \"%.*s\", which no file can be called",
                         STR_ARG(str_head(path, 100)));
    *out = arena_str(arena, str_make(normal, len));
    return out->ptr ? true : arena_error(arena, err);
}

static bool is_hex_digest(struct str text)
{
    return text.len == HEX_DIGITS && str_is_hex(text);
}

/* "<hex>.json", "sha256:<hex>" or "blobs/sha256/<hex>": the digest that a config's file name claims. */
static struct str claimed_hex(struct str path)
{
    struct str base = path_base(path);
    if (str_ends(base, ".json"))
        base = str_head(base, base.len - 5);
    if (str_starts(base, "sha256:"))
        base = str_skip(base, 7);
    return is_hex_digest(base) ? base : (struct str){ 0 };
}

/* Reads an entry's config, for its digest and platform. Where it is missing, only the image that is picked fails. */
static bool learn(struct store *store, struct candidate *c, struct error *err)
{
    struct image facts = { 0 };
    struct str path, hex, *diff_ids;
    size_t diff_id_count;
    bool found;
    char digest[DIGEST_TEXT_BYTES];
    if (!normal_path(store->arena, c->config_path, &path, err))
        return false;
    if (!store_text(store, path, &c->config_text, &found, err))
        return error_wrap(err, "the config");
    if (!found) {
        c->config_text = (struct str){ 0 };
        return true;
    }
    if (!digest_of(DIGEST_SHA256, c->config_text, digest, err))
        return false;
    hex = claimed_hex(path);
    if (hex.len && !str_eq(hex, str_skip(str_from(digest), 7)))
        return error_set(err, ERROR_INPUT,
                         "the config %.*s does not have that digest but %s: damaged or tampered with, "
                         "save it again",
                         STR_ARG(path), digest);
    if (!config_read(c->config_text, store->arena, &facts, &diff_ids, &diff_id_count, err))
        return error_wrap(err, "the config %.*s", STR_ARG(path));
    c->platform = facts.platform;
    c->id = arena_str(store->arena, str_from(digest));
    return c->id.ptr ? true : arena_error(store->arena, err);
}

bool docker_list(struct store *store, struct str manifest_json, struct candidates *out, struct error *err)
{
    if (!docker_read_entries(store, manifest_json, out, err))
        return false;
    for (size_t i = 0; i < out->count; i++)
        if (!learn(store, &out->items[i], err))
            return false;
    return out->count ? true : error_set(err, ERROR_INPUT, "manifest.json lists no image");
}

/* go-containerregistry names a layer's file after the digest of its stored bytes, and shows itself by how it names the
 * config (pkg/v1/tarball, write.go). Other writers' names say something else (the diff ID, a random ID). */
static struct str claimed_digest(const struct candidate *from, struct str path, struct arena *arena)
{
    struct str hex = str_ends(path, ".tar.gz") ? str_head(path, path.len - strlen(".tar.gz")) : STR("");
    if (!str_starts(from->config_path, "sha256:") || !is_hex_digest(hex))
        return (struct str){ 0 };
    return arena_printf(arena, "sha256:%.*s", STR_ARG(hex));
}

static bool load_layer(const struct store *store, const struct candidate *from, size_t index, struct image_layer *out,
                       struct error *err)
{
    struct place place;
    struct str path;
    bool found;
    if (!normal_path(store->arena, from->layer_paths[index], &path, err))
        return false;
    if (!store_find(store, path, &place, &found, err))
        return error_wrap(err, "layer %zu", index + 1);
    if (!found)
        return error_set(err, ERROR_INPUT, "layer %zu (%.*s) is missing from the %s: save the image again", index + 1,
                         STR_ARG(str_head(path, 200)), store_noun(store));
    *out = (struct image_layer){ .name = path,
                                 .digest = claimed_digest(from, path, store->arena),
                                 .blob_path = place.blob_path,
                                 .offset = place.offset,
                                 .size_bytes = place.size_bytes };
    return true;
}

bool docker_load(const struct store *store, const struct candidate *from, struct image *out, struct error *err)
{
    if (!from->config_text.len)
        return error_set(err, ERROR_INPUT, "the config %.*s is missing from the %s, or empty: save the image again",
                         STR_ARG(str_head(from->config_path, 200)), store_noun(store));
    out->id = from->id;
    out->config_json = from->config_text;
    out->layer_count = from->layer_count;
    out->layers = arena_array(store->arena, from->layer_count, sizeof *out->layers);
    if (!out->layers)
        return arena_error(store->arena, err);
    for (size_t i = 0; i < from->layer_count; i++)
        if (!load_layer(store, from, i, &out->layers[i], err))
            return false;
    return true;
}
