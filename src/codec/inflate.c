/* Inflating streams: tells formats by their first bytes, and drives any of them over a stream under limits of size and
 * ratio. What a format needs of its own stands in its file (see inflate.h). */
#include "codec/inflate.h"
#include "codec/stream.h"

#include <stdlib.h>

enum { WINDOW_BYTES = 256 * 1024, MAX_STEP_BYTES = 1 << 30, DETECT_BYTES = 6, MAX_RATIO = 1024 };
static const uint64_t RATIO_FREE_BYTES = (uint64_t)4 << 30; /* a swap file or an empty disk in an image is no bomb */

static const struct {
    const char *name;
    const struct inflater *inflater; /* NULL: left out of this build */
} codecs[] = {
    [CODEC_PLAIN] = { "plain", NULL },
    [CODEC_GZIP] = { "gzip", &inflater_gzip },
#ifdef HAVE_ZSTD
    [CODEC_ZSTD] = { "zstd", &inflater_zstd },
#else
    [CODEC_ZSTD] = { "zstd", NULL },
#endif
#ifdef HAVE_LZMA
    [CODEC_XZ] = { "xz", &inflater_xz },
#else
    [CODEC_XZ] = { "xz", NULL },
#endif
#ifdef HAVE_BZIP2
    [CODEC_BZIP2] = { "bzip2", &inflater_bzip2 },
#else
    [CODEC_BZIP2] = { "bzip2", NULL },
#endif
};

const char *codec_name(enum codec codec)
{
    return codecs[codec].name;
}

/* A magic that is cut short by the end of the input does not count. */
static bool has_magic(struct str head, const char *magic, size_t len)
{
    return head.len >= len && memcmp(head.ptr, magic, len) == 0;
}

static bool is_bzip2(struct str head)
{
    /* "BZh", the block size, then the first two bytes of a block's or of the end's magic (pi, or its square root). */
    return has_magic(head, "BZh", 3) && head.len >= 6 && head.ptr[3] >= '1' && head.ptr[3] <= '9' &&
           (has_magic(str_skip(head, 4), "\x31\x41", 2) || has_magic(str_skip(head, 4), "\x17\x72", 2));
}

static bool is_zstd(struct str head)
{
    /* A frame, or a skippable frame: magic 0x184D2A50 to 0x184D2A5F, little-endian. */
    return has_magic(head, "\x28\xb5\x2f\xfd", 4) ||
           (head.len >= 4 && (head.ptr[0] & 0xf0) == 0x50 && has_magic(str_skip(head, 1), "\x2a\x4d\x18", 3));
}

enum codec codec_detect(struct str head)
{
    if (has_magic(head, "\x1f\x8b\x08", 3))
        return CODEC_GZIP;
    if (is_zstd(head))
        return CODEC_ZSTD;
    if (has_magic(head,
                  "\xfd"
                  "7zXZ\0",
                  6))
        return CODEC_XZ;
    return is_bzip2(head) ? CODEC_BZIP2 : CODEC_PLAIN;
}

struct inflate_stream {
    struct stream stream;
    struct stream *below;
    const struct inflater *inflater;
    void *state;
    const char *name;
    uint64_t produced, max_bytes;
    bool may_end;
    unsigned char window[WINDOW_BYTES];
};

static bool check_limits(const struct inflate_stream *inflate, struct error *err)
{
    if (inflate->produced > inflate->max_bytes)
        return error_set(err, ERROR_LIMIT, "%s: inflates to more than the limit of %llu bytes", inflate->name,
                         (unsigned long long)inflate->max_bytes);
    if (inflate->produced > RATIO_FREE_BYTES && inflate->produced / MAX_RATIO > inflate->below->consumed_bytes)
        return error_set(err, ERROR_LIMIT, "%s: inflates more than %d-fold: a decompression bomb", inflate->name, MAX_RATIO);
    return true;
}

/* One step of the inflater. *idle: it neither took nor gave a byte. */
static bool step(struct inflate_stream *inflate, bool *idle, struct error *err)
{
    struct stream *below = inflate->below;
    size_t in_len = below->len < MAX_STEP_BYTES ? below->len : MAX_STEP_BYTES;
    struct inflate_io io = {
        .in = below->ptr,
        .in_len = in_len,
        .out = inflate->window,
        .out_len = WINDOW_BYTES,
        .may_end = inflate->may_end,
    };
    if (!inflate->inflater->step(inflate->state, &io, err))
        return error_wrap(err, "%s, near byte %llu", inflate->name, (unsigned long long)below->consumed_bytes);
    stream_consume(below, in_len - io.in_len);
    inflate->may_end = io.may_end;
    inflate->stream.ptr = inflate->window;
    inflate->stream.len = WINDOW_BYTES - io.out_len;
    inflate->produced += inflate->stream.len;
    *idle = io.in_len == in_len && inflate->stream.len == 0;
    return check_limits(inflate, err);
}

static bool fill_inflate(struct stream *self, struct error *err)
{
    struct inflate_stream *inflate = (struct inflate_stream *)self;
    for (unsigned idle_steps = 0; self->len == 0;) {
        if (!stream_fill(inflate->below, err))
            return false;
        bool at_end = inflate->below->len == 0, idle = false;
        if (!step(inflate, &idle, err)) {
            self->len = 0;
            return false;
        }
        if (at_end && self->len == 0)
            return inflate->may_end || error_set(err, ERROR_INPUT, "%s: is cut short at byte %llu", inflate->name,
                                                 (unsigned long long)inflate->below->consumed_bytes);
        idle_steps = idle ? idle_steps + 1 : 0;
        if (idle_steps > 2)
            return error_set(err, ERROR_INPUT, "%s: is damaged near byte %llu", inflate->name,
                             (unsigned long long)inflate->below->consumed_bytes);
    }
    return true;
}

static void close_inflate(struct stream *self)
{
    struct inflate_stream *inflate = (struct inflate_stream *)self;
    inflate->inflater->close(inflate->state);
    stream_close(inflate->below);
    free(inflate);
}

struct stream *stream_inflate(enum codec codec, struct stream *below, uint64_t max_bytes, struct error *err)
{
    if (codec == CODEC_PLAIN)
        return below;
    const struct inflater *inflater = codecs[codec].inflater;
    struct inflate_stream *inflate = NULL;
    void *state = NULL;
    if (!inflater)
        error_set(err, ERROR_UNSUPPORTED, "%s: this build cannot read it", codecs[codec].name);
    else if (!(inflate = malloc(sizeof *inflate)))
        error_system(err, "%s", codecs[codec].name);
    else
        state = inflater->open(err);
    if (!state) {
        free(inflate);
        stream_close(below);
        return NULL;
    }
    inflate->stream = (struct stream){ .fill = fill_inflate, .close = close_inflate };
    inflate->below = below;
    inflate->inflater = inflater;
    inflate->state = state;
    inflate->name = codecs[codec].name;
    inflate->produced = 0;
    inflate->max_bytes = max_bytes;
    inflate->may_end = false;
    return &inflate->stream;
}

struct stream *stream_inflate_auto(struct stream *below, uint64_t max_bytes, enum codec *found, struct error *err)
{
    char head[DETECT_BYTES];
    size_t len = 0;
    if (!stream_fill(below, err)) {
        stream_close(below);
        return NULL;
    }
    enum codec codec;
    if (below->len >= DETECT_BYTES || below->len == 0) {
        codec = codec_detect(str_make(below->ptr, below->len < DETECT_BYTES ? below->len : DETECT_BYTES));
    } else { /* the window ends inside the magic: take the head out and put it in front again */
        if (!stream_read(below, head, sizeof head, &len, err)) {
            stream_close(below);
            return NULL;
        }
        codec = codec_detect(str_make(head, len));
        below = stream_prefix(str_make(head, len), below, err);
    }
    struct stream *s = below ? stream_inflate(codec, below, max_bytes, err) : NULL;
    if (s && found)
        *found = codec;
    return s;
}
