/* The image config: platform, creation time, history and diff IDs (OCI image-spec, config.md; Docker's image specification
 * v1.2 has the same keys). */
#include "image/document.h"
#include "image/platform.h"

struct config_lists {
    struct image_history *history;
    struct str *diff_ids;
    size_t history_count, history_cap, diff_id_count, diff_id_cap;
};

static void read_step(struct json *json, struct image_history *out)
{
    struct str key;
    struct image_history step = { 0 };
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "created"))
            json_string(json, &step.created);
        else if (str_is(key, "created_by"))
            json_string(json, &step.created_by);
        else if (str_is(key, "comment"))
            json_string(json, &step.comment);
        else if (str_is(key, "empty_layer"))
            json_bool(json, &step.empty_layer);
        else
            json_skip(json);
    *out = step;
}

static bool read_history(struct json *json, struct arena *arena, struct config_lists *lists, struct error *err)
{
    lists->history_count = 0;
    if (!json_array(json))
        return true;
    while (json_item(json)) {
        if (lists->history_count == DOCUMENT_MAX_HISTORY)
            return error_set(err, ERROR_LIMIT, "has more than %d steps of history", DOCUMENT_MAX_HISTORY);
        struct image_history *history =
            arena_grow(arena, lists->history, lists->history_count, &lists->history_cap, sizeof *history);
        if (!history)
            return arena_error(arena, err);
        lists->history = history;
        read_step(json, &history[lists->history_count++]);
    }
    return true;
}

static bool read_diff_ids(struct json *json, struct arena *arena, struct config_lists *lists, struct error *err)
{
    lists->diff_id_count = 0;
    if (!json_array(json))
        return true;
    while (json_item(json)) {
        enum digest_algorithm algorithm;
        struct str hex, text = { 0 };
        if (lists->diff_id_count == IMAGE_MAX_LAYERS)
            return error_set(err, ERROR_LIMIT, "lists more than %d layers", IMAGE_MAX_LAYERS);
        if (!json_string(json, &text) || !digest_parse(text, &algorithm, &hex))
            return error_set(err, ERROR_INPUT, "diff ID %zu (\"%.*s\") is no digest", lists->diff_id_count + 1,
                             STR_ARG(str_head(text, 100)));
        struct str *diff_ids = arena_grow(arena, lists->diff_ids, lists->diff_id_count, &lists->diff_id_cap, sizeof *diff_ids);
        if (!diff_ids)
            return arena_error(arena, err);
        lists->diff_ids = diff_ids;
        diff_ids[lists->diff_id_count++] = text;
    }
    return true;
}

static bool read_rootfs(struct json *json, struct arena *arena, struct config_lists *lists, struct error *err)
{
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (!str_is(key, "diff_ids"))
            json_skip(json);
        else if (!read_diff_ids(json, arena, lists, err))
            return false;
    return true;
}

static bool read_keys(struct json *json, struct arena *arena, struct image *image, struct config_lists *lists, struct error *err)
{
    struct str key;
    if (!json_object(json))
        return error_set(err, ERROR_INPUT, "is no JSON object");
    while (json_key(json, &key)) {
        if (str_is(key, "os"))
            json_string(json, &image->platform.os);
        else if (str_is(key, "architecture"))
            json_string(json, &image->platform.arch);
        else if (str_is(key, "variant"))
            json_string(json, &image->platform.variant);
        else if (str_is(key, "created"))
            json_string(json, &image->created);
        else if (str_is(key, "history")) {
            if (!read_history(json, arena, lists, err))
                return false;
        } else if (str_is(key, "rootfs")) {
            if (!read_rootfs(json, arena, lists, err))
                return false;
        } else {
            json_skip(json);
        }
    }
    return true;
}

bool config_read(struct str text, struct arena *arena, struct image *out, struct str **diff_ids, size_t *diff_id_count,
                 struct error *err)
{
    struct json json;
    struct config_lists lists = { 0 };
    json_begin(&json, text, arena);
    struct error cause = { 0 };
    if (!read_keys(&json, arena, out, &lists, &cause) && !json.failed)
        return document_fail(err, &cause);
    if (!json_end(&json, err))
        return false;
    out->platform = platform_canonical(out->platform);
    out->config_json = text;
    out->history = lists.history;
    out->history_count = lists.history_count;
    *diff_ids = lists.diff_ids;
    *diff_id_count = lists.diff_id_count;
    return true;
}

/* The step that made each layer: the history without its empty layers, where it has as many as there are layers. Where it
 * has not (flattened and squashed images), naming no step is better than naming the wrong one. */
static void name_steps(struct image *image, size_t config_layer_count, const uint32_t *config_index)
{
    size_t full = 0, step = 0;
    for (size_t i = 0; i < image->history_count; i++)
        full += !image->history[i].empty_layer;
    if (full != config_layer_count)
        return;
    for (size_t i = 0, at = 0; i < image->layer_count; i++) {
        if (config_index[i] == UINT32_MAX)
            continue;
        /* config_index rises, so that one walk over the history serves all layers */
        for (; step < image->history_count && (image->history[step].empty_layer || at < config_index[i]); step++)
            at += !image->history[step].empty_layer;
        if (step < image->history_count)
            image->layers[i].created_by = image->history[step].created_by;
    }
}

static bool names_digest(const struct image_layer *layer, struct str diff_id)
{
    enum digest_algorithm algorithm;
    struct str hex, base = path_base(layer->name);
    if (str_eq(layer->digest, diff_id))
        return true;
    return digest_parse(diff_id, &algorithm, &hex) && str_eq(str_head(base, hex.len), hex);
}

bool config_apply(struct image *image, const struct str *diff_ids, size_t diff_id_count, struct arena *arena, struct error *err)
{
    uint32_t *config_index = arena_array(arena, image->layer_count, sizeof *config_index);
    if (!config_index)
        return arena_error(arena, err);
    if (!diff_ids)
        diff_id_count = image->layer_count;
    bool same = diff_id_count == image->layer_count;
    if (!same) {
        image->warning = arena_printf(arena, "the config lists %zu layers, the manifest %zu", diff_id_count, image->layer_count);
        if (!image->warning.ptr)
            return arena_error(arena, err);
    }
    for (size_t i = 0, next = 0; i < image->layer_count; i++) {
        size_t j = next;
        while (!same && j < diff_id_count && !names_digest(&image->layers[i], diff_ids[j]))
            j++;
        config_index[i] = j < diff_id_count ? (uint32_t)j : UINT32_MAX;
        if (j < diff_id_count) {
            image->layers[i].diff_id = diff_ids ? diff_ids[j] : (struct str){ 0 };
            next = j + 1;
        }
    }
    name_steps(image, diff_id_count, config_index);
    return true;
}
