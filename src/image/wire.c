/* An image as bytes: what the worker that read an archive sends to its parent. Little-endian; a text is its length (32 bits)
 * and its bytes, a list is its count (32 bits) and its items. The sender has parsed hostile input, so that the reader trusts
 * nothing: counts are held against the bytes that are left, and what later code relies on (digests, paths, places in the
 * file) is checked here once more. */
#include "image/image.h"
#include "image/store.h"

enum { WIRE_MAGIC = 0x32474d49 /* "IMG2" */, MAX_LIST = 1 << 16, MIN_TEXT_BYTES = 4 };
enum { LAYER_BYTES = 7 * MIN_TEXT_BYTES + 8 + 8 + 4, HISTORY_BYTES = 3 * MIN_TEXT_BYTES + 4 };

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void put_text(struct buf *out, struct str text)
{
    if (text.len > UINT32_MAX) {
        out->failed = true;
        return;
    }
    buf_u32(out, (uint32_t)text.len);
    buf_str(out, text);
}

static void put_count(struct buf *out, size_t count)
{
    if (count > MAX_LIST)
        out->failed = true;
    buf_u32(out, (uint32_t)count);
}

static void put_texts(struct buf *out, const struct str *texts, size_t count)
{
    put_count(out, count);
    for (size_t i = 0; i < count; i++)
        put_text(out, texts[i]);
}

static void put_layer(struct buf *out, const struct image_layer *layer)
{
    put_text(out, layer->name);
    put_text(out, layer->digest);
    put_text(out, layer->diff_id);
    put_text(out, layer->media_type);
    put_text(out, layer->blob_path);
    put_text(out, layer->created_by);
    put_text(out, layer->urls);
    buf_u64(out, layer->offset);
    buf_u64(out, layer->size_bytes);
    buf_u32(out, layer->same_as);
}

static void put_history(struct buf *out, const struct image_history *step)
{
    put_text(out, step->created);
    put_text(out, step->created_by);
    put_text(out, step->comment);
    buf_u32(out, step->empty_layer);
}

bool image_encode(const struct image *image, struct buf *out)
{
    const struct str texts[] = { image->name,
                                 image->id,
                                 image->manifest_digest,
                                 image->platform.os,
                                 image->platform.arch,
                                 image->platform.variant,
                                 image->created,
                                 image->config_json,
                                 image->warning };
    buf_u32(out, WIRE_MAGIC);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        put_text(out, texts[i]);
    buf_u32(out, image->archive_codec);
    put_texts(out, image->repo_tags, image->repo_tag_count);
    put_texts(out, image->repo_digests, image->repo_digest_count);
    put_count(out, image->layer_count);
    for (size_t i = 0; i < image->layer_count; i++)
        put_layer(out, &image->layers[i]);
    put_count(out, image->history_count);
    for (size_t i = 0; i < image->history_count; i++)
        put_history(out, &image->history[i]);
    return !out->failed;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Faults are sticky: after the first, everything reads as zero, and image_decode looks once at the end. */
struct cursor {
    struct str rest;
    struct arena *arena;
    const char *fault;
};

static uint32_t get_u32(struct cursor *c)
{
    if (c->rest.len < 4)
        c->fault = "is cut short";
    if (c->fault)
        return 0;
    uint32_t value = le32(c->rest.ptr);
    c->rest = str_skip(c->rest, 4);
    return value;
}

static uint64_t get_u64(struct cursor *c)
{
    uint64_t low = get_u32(c), high = get_u32(c);
    return low | high << 32;
}

static struct str get_text(struct cursor *c)
{
    uint32_t len = get_u32(c);
    if (len > c->rest.len)
        c->fault = "has a text past its end";
    if (c->fault)
        return (struct str){ 0 };
    struct str text = arena_str(c->arena, str_head(c->rest, len));
    if (!text.ptr)
        c->fault = "needs more memory than there is";
    c->rest = str_skip(c->rest, len);
    return text.ptr ? text : (struct str){ 0 };
}

/* A list of `count` items of at least min_bytes each, which must be left. */
static void *get_list(struct cursor *c, size_t *count, size_t max, size_t min_bytes, size_t item_bytes)
{
    size_t n = get_u32(c);
    *count = 0;
    if (!c->fault && (n > max || n > c->rest.len / min_bytes))
        c->fault = "has a list that is too long";
    if (c->fault || n == 0)
        return NULL;
    void *items = arena_array(c->arena, n, item_bytes);
    if (!items)
        c->fault = "needs more memory than there is";
    *count = items ? n : 0;
    return items;
}

static struct str *get_texts(struct cursor *c, size_t *count)
{
    struct str *texts = get_list(c, count, MAX_LIST, MIN_TEXT_BYTES, sizeof *texts);
    for (size_t i = 0; i < *count; i++)
        texts[i] = get_text(c);
    return texts;
}

static struct str get_digest(struct cursor *c)
{
    enum digest_algorithm algorithm;
    struct str hex, text = get_text(c);
    if (text.len && !digest_parse(text, &algorithm, &hex))
        c->fault = "has a text that is no digest";
    return text;
}

static void get_layer(struct cursor *c, size_t index, const struct image_layer *layers, struct image_layer *out)
{
    out->name = get_text(c);
    out->digest = get_digest(c);
    out->diff_id = get_digest(c);
    out->media_type = get_text(c);
    out->blob_path = get_text(c);
    out->created_by = get_text(c);
    out->urls = get_text(c);
    out->offset = get_u64(c);
    out->size_bytes = get_u64(c);
    out->same_as = get_u32(c);
    if (c->fault)
        return;
    if (out->blob_path.len && !store_path_is_safe(out->blob_path))
        c->fault = "has a path that leads out of the folder";
    if (out->offset > INT64_MAX || out->size_bytes > INT64_MAX - out->offset)
        c->fault = "has a layer past the end of any file";
    if (out->same_as > index || (out->same_as < index && layers[out->same_as].same_as != out->same_as))
        c->fault = "has a layer that stands for no other";
}

static void get_history(struct cursor *c, struct image_history *out)
{
    out->created = get_text(c);
    out->created_by = get_text(c);
    out->comment = get_text(c);
    out->empty_layer = get_u32(c) != 0;
}

static void get_head(struct cursor *c, struct image *image)
{
    if (get_u32(c) != WIRE_MAGIC && !c->fault)
        c->fault = "does not begin as an image";
    image->name = get_text(c);
    image->id = get_digest(c);
    image->manifest_digest = get_digest(c);
    image->platform.os = get_text(c);
    image->platform.arch = get_text(c);
    image->platform.variant = get_text(c);
    image->created = get_text(c);
    image->config_json = get_text(c);
    image->warning = get_text(c);
    uint32_t codec = get_u32(c);
    if (codec > CODEC_BZIP2)
        c->fault = "names an unknown compression";
    else
        image->archive_codec = (enum codec)codec;
}

bool image_decode(struct str bytes, struct arena *arena, struct image *out, struct error *err)
{
    struct cursor c = { bytes, arena, NULL };
    struct image image = { 0 };
    get_head(&c, &image);
    image.repo_tags = get_texts(&c, &image.repo_tag_count);
    image.repo_digests = get_texts(&c, &image.repo_digest_count);
    image.layers = get_list(&c, &image.layer_count, IMAGE_MAX_LAYERS, LAYER_BYTES, sizeof *image.layers);
    for (size_t i = 0; i < image.layer_count && !c.fault; i++)
        get_layer(&c, i, image.layers, &image.layers[i]);
    image.history = get_list(&c, &image.history_count, MAX_LIST, HISTORY_BYTES, sizeof *image.history);
    for (size_t i = 0; i < image.history_count && !c.fault; i++)
        get_history(&c, &image.history[i]);
    if (!c.fault && c.rest.len)
        c.fault = "goes on past its end";
    if (c.fault)
        return error_set(err, ERROR_INPUT, "the worker's image record %s", c.fault);
    *out = image;
    return true;
}

/* ---- choices ------------------------------------------------------------------------------------------------------ */

bool image_choices_encode(const struct image_choice *choices, size_t count, struct buf *out)
{
    put_count(out, count);
    for (size_t i = 0; i < count; i++) {
        put_text(out, choices[i].platform.os);
        put_text(out, choices[i].platform.arch);
        put_text(out, choices[i].platform.variant);
        put_text(out, choices[i].digest);
    }
    return !out->failed;
}

bool image_choices_decode(struct str bytes, struct arena *arena, struct image_choice **out, size_t *count, struct error *err)
{
    struct cursor c = { bytes, arena, NULL };
    size_t n;
    struct image_choice *choices = get_list(&c, &n, MAX_LIST, 4 * MIN_TEXT_BYTES, sizeof *choices);
    for (size_t i = 0; i < n && !c.fault; i++) {
        choices[i].platform.os = get_text(&c);
        choices[i].platform.arch = get_text(&c);
        choices[i].platform.variant = get_text(&c);
        choices[i].digest = get_digest(&c);
    }
    if (!c.fault && c.rest.len)
        c.fault = "goes on past its end";
    if (c.fault)
        return error_set(err, ERROR_INPUT, "the worker's list of images %s", c.fault);
    *out = choices;
    *count = n;
    return true;
}
