/* Docker's manifest v2, schema 1 ("Image Manifest Version 2, Schema 1" of the distribution project): layers from the top down, and
 * for each the JSON of the image that Docker of that time made of it. There is no config: one is made of these, in the form of
 * today's. Its signatures are not looked at: the manifest is held to its digest. */
#include "image/document.h"

/* Values stay as they are written (JSON texts); empty: not there. */
struct v1_image {
    struct str created, architecture, os, config, comment, author;
    struct str cmd; /* container_config.Cmd, a list */
    bool throwaway;
};

static void read_container_config(struct json *json, struct v1_image *out)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "Cmd") && json_peek(json) == JSON_ARRAY)
            json_raw(json, &out->cmd);
        else
            json_skip(json);
}

static void read_string(struct json *json, struct str *out)
{
    if (json_peek(json) == JSON_STRING)
        json_raw(json, out);
    else
        json_skip(json);
}

static bool read_v1_image(struct str text, struct arena *arena, struct v1_image *out, struct error *err)
{
    struct json json;
    struct str key;
    json_begin(&json, text, arena);
    bool entered = json_object(&json);
    while (entered && json_key(&json, &key))
        if (str_is(key, "created"))
            read_string(&json, &out->created);
        else if (str_is(key, "architecture"))
            read_string(&json, &out->architecture);
        else if (str_is(key, "os"))
            read_string(&json, &out->os);
        else if (str_is(key, "comment"))
            read_string(&json, &out->comment);
        else if (str_is(key, "author"))
            read_string(&json, &out->author);
        else if (str_is(key, "config") && json_peek(&json) == JSON_OBJECT)
            json_raw(&json, &out->config);
        else if (str_is(key, "container_config"))
            read_container_config(&json, out);
        else if (str_is(key, "throwaway"))
            json_bool(&json, &out->throwaway);
        else
            json_skip(&json);
    return json_end(&json, err);
}

struct v1_manifest {
    struct v1_image *images; /* as written: the topmost first */
    struct str *digests;
    size_t image_count, image_cap, digest_count, digest_cap;
};

static bool read_layers(struct json *json, struct arena *arena, struct v1_manifest *out, struct error *err)
{
    struct str key;
    out->digest_count = 0;
    if (!json_array(json))
        return true;
    while (json_item(json)) {
        if (out->digest_count == IMAGE_MAX_LAYERS)
            return error_set(err, ERROR_LIMIT, "lists more than %d layers", IMAGE_MAX_LAYERS);
        out->digests = arena_grow(arena, out->digests, out->digest_count, &out->digest_cap, sizeof *out->digests);
        if (!out->digests)
            return arena_error(arena, err);
        struct str *digest = &out->digests[out->digest_count++];
        *digest = (struct str){ 0 };
        bool entered = json_object(json);
        while (entered && json_key(json, &key))
            if (str_is(key, "blobSum"))
                json_string(json, digest);
            else
                json_skip(json);
    }
    return true;
}

static bool read_history(struct json *json, struct arena *arena, struct v1_manifest *out, struct error *err)
{
    struct str key, text;
    out->image_count = 0;
    if (!json_array(json))
        return true;
    while (json_item(json)) {
        if (out->image_count == IMAGE_MAX_LAYERS)
            return error_set(err, ERROR_LIMIT, "has more than %d steps of history", IMAGE_MAX_LAYERS);
        out->images = arena_grow(arena, out->images, out->image_count, &out->image_cap, sizeof *out->images);
        if (!out->images)
            return arena_error(arena, err);
        struct v1_image *image = &out->images[out->image_count++];
        *image = (struct v1_image){ 0 };
        bool entered = json_object(json);
        while (entered && json_key(json, &key))
            if (!str_is(key, "v1Compatibility") || !json_string(json, &text))
                json_skip(json);
            else if (!read_v1_image(text, arena, image, err))
                return error_wrap(err, "history %zu", out->image_count);
    }
    return true;
}

static bool read_manifest(struct str text, struct arena *arena, struct v1_manifest *out, struct error *err)
{
    struct json json;
    struct str key;
    struct error cause = { 0 };
    bool ok = true;
    json_begin(&json, text, arena);
    bool entered = json_object(&json);
    while (ok && entered && json_key(&json, &key))
        if (str_is(key, "fsLayers"))
            ok = read_layers(&json, arena, out, &cause);
        else if (str_is(key, "history"))
            ok = read_history(&json, arena, out, &cause);
        else
            json_skip(&json);
    if (!ok && !json.failed)
        return document_fail(err, &cause);
    if (!json_end(&json, err))
        return false;
    if (out->digest_count == 0 || out->digest_count != out->image_count)
        return error_set(err, ERROR_INPUT, "lists %zu layers and %zu steps of history, which should be as many",
                         out->digest_count, out->image_count);
    return true;
}

/* ---- the config ------------------------------------------------------------------------------------------------------------ */

static void put_member(struct buf *out, const char *name, struct str value)
{
    if (!value.len)
        return;
    if (out->len && out->ptr[out->len - 1] != '{')
        buf_chr(out, ',');
    buf_printf(out, "\"%s\":", name);
    buf_str(out, value);
}

/* The words of a command with blanks between, as Docker joined them: texts without their quotes are joined as they are written. */
static void put_created_by(struct buf *out, struct str cmd, struct arena *arena)
{
    struct json json;
    struct str word;
    bool first = true;
    if (!cmd.len)
        return;
    buf_text(out, out->ptr[out->len - 1] == '{' ? "\"created_by\":\"" : ",\"created_by\":\"");
    json_begin(&json, cmd, arena);
    bool entered = json_array(&json);
    while (entered && json_item(&json)) {
        if (json_peek(&json) != JSON_STRING || !json_raw(&json, &word) || word.len < 2)
            continue;
        if (!first)
            buf_chr(out, ' ');
        first = false;
        buf_str(out, str_head(str_skip(word, 1), word.len - 2));
    }
    buf_chr(out, '"');
}

static void put_config(struct buf *out, const struct v1_manifest *manifest, struct arena *arena)
{
    const struct v1_image *top = &manifest->images[0];
    buf_chr(out, '{');
    put_member(out, "architecture", top->architecture);
    put_member(out, "os", top->os.len ? top->os : STR("\"linux\""));
    put_member(out, "created", top->created);
    put_member(out, "author", top->author);
    put_member(out, "config", top->config);
    buf_text(out, ",\"history\":[");
    for (size_t i = manifest->image_count; i-- > 0;) {
        const struct v1_image *image = &manifest->images[i];
        buf_chr(out, '{');
        put_member(out, "created", image->created);
        put_created_by(out, image->cmd, arena);
        put_member(out, "comment", image->comment);
        put_member(out, "empty_layer", image->throwaway ? STR("true") : (struct str){ 0 });
        buf_text(out, i ? "}," : "}");
    }
    buf_text(out, "]}");
}

static bool make_layers(const struct v1_manifest *manifest, struct arena *arena, struct document *out, struct error *err)
{
    out->layers = arena_array(arena, manifest->digest_count, sizeof *out->layers);
    if (!out->layers)
        return arena_error(arena, err);
    for (size_t i = manifest->digest_count; i-- > 0;) {
        enum digest_algorithm algorithm;
        struct str hex;
        if (!digest_parse(manifest->digests[i], &algorithm, &hex))
            return error_set(err, ERROR_INPUT, "layer %zu has the digest \"%.*s\", which is none", i + 1,
                             STR_ARG(str_head(manifest->digests[i], 100)));
        if (!manifest->images[i].throwaway)
            out->layers[out->layer_count++] =
                (struct descriptor){ .media_type = STR("application/vnd.docker.image.rootfs.diff.tar.gzip"),
                                     .digest = manifest->digests[i],
                                     .size_bytes = DOCUMENT_SIZE_UNKNOWN };
    }
    return true;
}

bool schema1_read(struct str text, struct arena *arena, struct document *out, struct str *config, struct error *err)
{
    struct v1_manifest manifest = { 0 };
    struct document document = { .is_schema1 = true, .has_config = true, .has_layers = true };
    struct buf json;
    char digest[DIGEST_TEXT_BYTES];
    if (!read_manifest(text, arena, &manifest, err) || !make_layers(&manifest, arena, &document, err))
        return false;
    buf_init(&json, IMAGE_MAX_JSON_BYTES);
    put_config(&json, &manifest, arena);
    *config = json.failed ? (struct str){ 0 } : arena_str(arena, buf_view(&json));
    bool too_large = json.failed;
    buf_free(&json);
    if (too_large)
        return error_set(err, ERROR_LIMIT, "has a history that is too large");
    if (!config->ptr)
        return arena_error(arena, err);
    if (!digest_of(DIGEST_SHA256, *config, digest, err))
        return false;
    document.config = (struct descriptor){ .digest = arena_str(arena, str_from(digest)), .size_bytes = config->len };
    *out = document;
    return document.config.digest.ptr || arena_error(arena, err);
}
