/* The walk of layers in an archive: bytes as stored → digest → inflate → tar → collector, each byte once. */
#include "scan/layer.h"

#include <stdatomic.h>

static const uint64_t MAX_LAYER_BYTES = (uint64_t)1 << 40;

struct walk {
    struct stream *stored;   /* digests what is stored, where verified; closed with `plain` */
    struct stream *inflated; /* digests what is inflated, where that is verified; else NULL */
    struct stream *plain;    /* the tar */
    enum codec codec;
    uint64_t reported_bytes; /* told to the progress meter so far */
};

static enum digest_algorithm algorithm_of(struct str digest)
{
    enum digest_algorithm algorithm = DIGEST_SHA256;
    struct str hex;
    digest_parse(digest, &algorithm, &hex);
    return algorithm;
}

/* Takes `stored`. A compressed layer's diff ID is verified only when asked. */
static bool walk_open(struct walk *walk, struct stream *stored, const struct image_layer *layer, enum scan_verify verify,
                      struct error *err)
{
    struct str claimed = layer->digest.len ? layer->digest : layer->diff_id;
    if (verify != SCAN_VERIFY_NONE && !(stored = stream_digest(algorithm_of(claimed), stored, err)))
        return false;
    walk->stored = stored;
    if (!(walk->plain = stream_inflate_auto(stored, MAX_LAYER_BYTES, &walk->codec, err)))
        return false;
    if (walk->codec == CODEC_PLAIN || verify != SCAN_VERIFY_ALL || layer->diff_id.len == 0)
        return true;
    walk->inflated = walk->plain = stream_digest(algorithm_of(layer->diff_id), walk->plain, err);
    return walk->plain != NULL;
}

static bool check_digest(struct stream *s, struct str claimed, const char *which, char out[static DIGEST_TEXT_BYTES],
                         struct error *err)
{
    if (!stream_digest_text(s, out, err))
        return false;
    if (claimed.len == 0 || str_is(claimed, out))
        return true;
    return error_set(err, ERROR_INPUT,
                     "the %s should be %.*s but its bytes give %s: the image is damaged or was changed; fetch or save it again",
                     which, STR_ARG(claimed), out);
}

/* Reads to the end, so that the digests cover every byte, and compares them with what manifest and config claim. */
static bool walk_verify(struct walk *walk, const struct image_layer *layer, enum scan_verify verify, struct layer_inventory *out,
                        struct error *err)
{
    if (verify == SCAN_VERIFY_NONE)
        return true;
    if (!stream_drain(walk->plain, err) || !stream_drain(walk->stored, err))
        return false;
    bool plain = walk->codec == CODEC_PLAIN;
    if (!check_digest(walk->stored, layer->digest, "digest", out->digest, err))
        return false;
    if (plain && algorithm_of(layer->diff_id) == algorithm_of(str_from(out->digest)) &&
        !check_digest(walk->stored, layer->diff_id, "diff ID", out->diff_id, err))
        return false;
    if (walk->inflated && !check_digest(walk->inflated, layer->diff_id, "diff ID", out->diff_id, err))
        return false;
    out->verified = layer->digest.len || (layer->diff_id.len && (plain || walk->inflated));
    return true;
}

static void report_progress(struct walk *walk, const struct layer_pass *pass)
{
    if (!pass->progress_bytes)
        return;
    uint64_t done = walk->stored->consumed_bytes;
    atomic_fetch_add(pass->progress_bytes, done - walk->reported_bytes);
    walk->reported_bytes = done;
}

static bool walk_members(struct walk *walk, const struct layer_pass *pass, struct layer_collector *c, struct error *err)
{
    struct tar *tar = tar_open(walk->plain, err);
    if (!tar)
        return false;
    struct tar_entry entry;
    bool ok = true;
    while (ok && tar_next(tar, &entry, err)) {
        ok = layer_collect(c, &entry, tar_content(tar), err);
        report_progress(walk, pass);
    }
    tar_close(tar);
    return ok && err->kind == ERROR_NONE;
}

/* Bytes that cannot be read are rarely what was meant to be there: when the digest is not theirs either, that is what is wrong. */
static void blame_digest(struct walk *walk, const struct image_layer *layer, enum scan_verify verify, struct error *err)
{
    char digest[DIGEST_TEXT_BYTES];
    struct error other = { 0 };
    if (err->kind != ERROR_INPUT || verify == SCAN_VERIFY_NONE || !layer->digest.len || !stream_drain(walk->stored, &other))
        return;
    if (!check_digest(walk->stored, layer->digest, "digest", digest, &other))
        *err = other;
}

/* An empty blob is an empty layer (old builders wrote them). */
static bool walk_is_empty(struct walk *walk, bool *empty, struct error *err)
{
    *empty = false;
    if (walk->plain->len == 0 && !stream_fill(walk->plain, err))
        return false;
    *empty = walk->plain->len == 0;
    return true;
}

/* A layer that lies in a file as it is can be read at any place. */
static void allow_direct_reads(const struct layer_pass *pass, const struct image_layer *layer, const struct walk *walk,
                               struct layer_collector *c)
{
    bool in_order_only = pass->is_pipe || (pass->archive_codec != CODEC_PLAIN && !pass->whole_file);
    if (walk->codec != CODEC_PLAIN || in_order_only)
        return;
    c->direct_fd = pass->fd;
    c->direct_offset = pass->whole_file ? 0 : layer->offset;
}

/* Takes `stored`; leaves the inventory in the collector. */
static bool walk_layer(const struct layer_pass *pass, const struct image_layer *layer, struct stream *stored,
                       struct layer_collector *c, struct error *err)
{
    struct walk walk = { 0 };
    if (!walk_open(&walk, stored, layer, pass->verify, err))
        return false;
    allow_direct_reads(pass, layer, &walk, c);
    bool empty;
    bool ok = walk_is_empty(&walk, &empty, err) && (empty || walk_members(&walk, pass, c, err)) &&
              walk_verify(&walk, layer, pass->verify, &c->layer, err);
    if (ok) {
        report_progress(&walk, pass);
        c->layer.size_bytes = layer->size_bytes;
        layer_collect_end(c);
        ok = !c->checks || layer_check_end(c, err);
    } else {
        blame_digest(&walk, layer, pass->verify, err);
    }
    stream_close(walk.plain);
    return ok;
}

bool layer_walk(const struct layer_pass *pass, const struct image_layer *layer, uint32_t index, struct stream *stored,
                struct buf *out, struct error *err)
{
    struct layer_collector c;
    bool ok = layer_collector_init(&c, pass->aliases, pass->alias_count, pass->spool_fd, pass->max_spool_bytes, err);
    if (!ok)
        stream_close(stored);
    c.wants_digests = pass->wants_digests;
    ok = ok && (!pass->checks || layer_check_begin(&c, pass->checks, pass->check_count, index, err));
    ok = ok && walk_layer(pass, layer, stored, &c, err) && layer_put_frame(&c.layer, index, out, err);
    layer_collector_free(&c);
    return ok;
}

static bool layer_frame(const struct layer_pass *pass, uint32_t index, struct stream *stored, struct buf *out, struct error *err)
{
    const struct image_layer *layer = &pass->image->layers[index];
    return layer_walk(pass, layer, index, stored, out, err) ||
           error_wrap(err, "layer %u of %zu (%.*s)", index + 1, pass->image->layer_count, STR_ARG(layer->name));
}

/* An archive that is compressed as a whole is inflated in order, and its layers are walked as they come by. */
static bool run_inflating(const struct layer_pass *pass, struct buf *out, struct error *err)
{
    struct stream *archive = stream_file(pass->fd, 0, UINT64_MAX, err);
    if (!archive || !(archive = stream_inflate(pass->archive_codec, archive, MAX_LAYER_BYTES, err)))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < pass->index_count; i++) {
        const struct image_layer *layer = &pass->image->layers[pass->indices[i]];
        ok = layer->offset >= archive->consumed_bytes && stream_skip(archive, layer->offset - archive->consumed_bytes, err);
        if (!ok && err->kind == ERROR_NONE)
            error_set(err, ERROR_INPUT, "layers overlap in the archive");
        struct stream *stored = ok ? stream_limit(archive, layer->size_bytes, err) : NULL;
        ok = stored && layer_frame(pass, pass->indices[i], stored, out, err);
    }
    stream_close(archive);
    return ok;
}

bool layer_pass_run(void *context, struct buf *out, struct error *err)
{
    const struct layer_pass *pass = context;
    if (pass->archive_codec != CODEC_PLAIN && !pass->whole_file)
        return run_inflating(pass, out, err);
    for (size_t i = 0; i < pass->index_count; i++) {
        const struct image_layer *layer = &pass->image->layers[pass->indices[i]];
        struct stream *stored = pass->is_pipe      ? stream_pipe(pass->fd, err)
                                : pass->whole_file ? stream_file(pass->fd, 0, UINT64_MAX, err)
                                                   : stream_file(pass->fd, layer->offset, layer->size_bytes, err);
        if (!stored || !layer_frame(pass, pass->indices[i], stored, out, err))
            return false;
    }
    return true;
}
