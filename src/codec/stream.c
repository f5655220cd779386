/* Streams: what every reader does with a window, and the streams that need no system call (memory, limit, prefix).
 * See codec.h for the contract. */
#include "codec/stream.h"

#include <stdlib.h>

/* ---- reading any stream ---------------------------------------------------------------------------------------------- */

bool stream_fail(struct stream *s, const struct error *err)
{
    s->failed = true;
    s->len = 0;
    s->problem = *err;
    return false;
}

bool stream_fill(struct stream *s, struct error *err)
{
    if (s->failed) {
        *err = s->problem;
        return false;
    }
    if (s->len || s->ended)
        return true;
    if (!s->fill(s, err))
        return stream_fail(s, err);
    s->ended = s->len == 0;
    return true;
}

void stream_consume(struct stream *s, size_t n)
{
    if (n == 0)
        return; /* the window may be NULL then */
    s->ptr += n;
    s->len -= n;
    s->consumed_bytes += n;
}

bool stream_read(struct stream *s, void *dst, size_t n, size_t *got, struct error *err)
{
    unsigned char *out = dst;
    size_t done = 0;
    while (done < n) {
        if (!stream_fill(s, err))
            return false;
        if (s->len == 0)
            break;
        size_t part = s->len < n - done ? s->len : n - done;
        memcpy(out + done, s->ptr, part);
        stream_consume(s, part);
        done += part;
    }
    *got = done;
    return true;
}

static bool ends_early(struct stream *s, uint64_t missing, struct error *err)
{
    error_set(err, ERROR_INPUT, "ends at byte %llu, %llu bytes too early", (unsigned long long)s->consumed_bytes,
              (unsigned long long)missing);
    return stream_fail(s, err);
}

bool stream_take(struct stream *s, void *dst, size_t n, struct error *err)
{
    size_t got;
    if (!stream_read(s, dst, n, &got, err))
        return false;
    return got == n || ends_early(s, n - got, err);
}

/* One step of a skip: out of the window, by the stream's own skip, or by reading. */
static bool skip_some(struct stream *s, uint64_t n, struct error *err)
{
    if (s->len == 0 && s->skip && !s->failed && !s->ended) {
        uint64_t before = s->consumed_bytes;
        if (!s->skip(s, n, err))
            return stream_fail(s, err);
        if (s->consumed_bytes != before)
            return true;
    }
    if (!stream_fill(s, err))
        return false;
    stream_consume(s, s->len < n ? s->len : (size_t)n);
    return true;
}

bool stream_skip_up_to(struct stream *s, uint64_t n, uint64_t *skipped, struct error *err)
{
    uint64_t start = s->consumed_bytes;
    while (s->consumed_bytes - start < n) {
        uint64_t before = s->consumed_bytes;
        if (!skip_some(s, n - (before - start), err))
            return false;
        if (s->consumed_bytes == before)
            break;
    }
    *skipped = s->consumed_bytes - start;
    return true;
}

bool stream_skip(struct stream *s, uint64_t n, struct error *err)
{
    uint64_t skipped;
    if (!stream_skip_up_to(s, n, &skipped, err))
        return false;
    return skipped == n || ends_early(s, n - skipped, err);
}

bool stream_drain(struct stream *s, struct error *err)
{
    do {
        stream_consume(s, s->len);
        if (!stream_fill(s, err))
            return false;
    } while (s->len);
    return true;
}

static bool gather(struct stream *s, struct buf *text, struct error *err)
{
    for (;;) {
        if (!stream_fill(s, err))
            return false;
        if (s->len == 0)
            return true;
        buf_add(text, s->ptr, s->len);
        if (text->failed) {
            if (s->len > text->max - text->len)
                error_set(err, ERROR_LIMIT, "is larger than the limit of %zu bytes", text->max);
            else
                error_set(err, ERROR_LIMIT, "not enough memory for its contents");
            return stream_fail(s, err);
        }
        stream_consume(s, s->len);
    }
}

bool stream_text(struct stream *s, size_t max_bytes, struct arena *arena, struct str *out, struct error *err)
{
    struct buf text;
    buf_init(&text, max_bytes);
    bool ok = gather(s, &text, err);
    if (ok) {
        struct str copy = arena_str(arena, buf_view(&text));
        ok = copy.ptr ? true : arena_error(arena, err);
        if (ok)
            *out = copy;
    }
    buf_free(&text);
    return ok;
}

void stream_close(struct stream *s)
{
    if (s && s->close)
        s->close(s);
}

/* ---- memory ------------------------------------------------------------------------------------------------------------ */

static bool fill_nothing(struct stream *self, struct error *err)
{
    (void)self;
    (void)err;
    return true;
}

static void close_plain(struct stream *self)
{
    free(self);
}

struct stream *stream_memory(struct str bytes, struct error *err)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s) {
        error_system(err, "memory stream");
        return NULL;
    }
    *s = (struct stream){ .ptr = (const unsigned char *)bytes.ptr, .len = bytes.len, .fill = fill_nothing, .close = close_plain };
    return s;
}

/* ---- limit and prefix: windows lent from the stream below, which moves on as the reader uses them up --------------------- */

struct borrow {
    struct stream stream;
    struct stream *below;
    bool bounded;
    uint64_t left; /* of below, when bounded */
    size_t lent;   /* how much of below's window was lent since it last moved on */
    unsigned char head[STREAM_HEAD_BYTES];
};

static void settle(struct borrow *borrow)
{
    size_t used = borrow->lent - borrow->stream.len;
    stream_consume(borrow->below, used);
    borrow->left -= borrow->bounded ? used : 0;
    borrow->lent = borrow->stream.len;
}

static bool fill_borrow(struct stream *self, struct error *err)
{
    struct borrow *borrow = (struct borrow *)self;
    settle(borrow);
    if (borrow->bounded && borrow->left == 0)
        return true;
    if (!stream_fill(borrow->below, err))
        return false;
    size_t len = borrow->below->len;
    if (borrow->bounded && len == 0)
        return ends_early(borrow->below, borrow->left, err);
    self->ptr = borrow->below->ptr;
    self->len = borrow->bounded && len > borrow->left ? (size_t)borrow->left : len;
    borrow->lent = self->len;
    return true;
}

static bool skip_bounded(struct stream *self, uint64_t size, struct error *err)
{
    struct borrow *borrow = (struct borrow *)self;
    settle(borrow);
    uint64_t n = size < borrow->left ? size : borrow->left;
    if (!stream_skip(borrow->below, n, err))
        return false;
    borrow->left -= n;
    self->consumed_bytes += n;
    return true;
}

static void close_limit(struct stream *self)
{
    struct borrow *borrow = (struct borrow *)self;
    if (!self->failed)
        settle(borrow);
    free(borrow);
}

struct stream *stream_limit(struct stream *below, uint64_t size, struct error *err)
{
    struct borrow *borrow = calloc(1, sizeof *borrow);
    if (!borrow) {
        error_system(err, "limit stream");
        return NULL;
    }
    borrow->below = below;
    borrow->bounded = true;
    borrow->left = size;
    borrow->stream = (struct stream){ .fill = fill_borrow, .skip = skip_bounded, .close = close_limit };
    return &borrow->stream;
}

static void close_prefix(struct stream *self)
{
    struct borrow *borrow = (struct borrow *)self;
    stream_close(borrow->below);
    free(borrow);
}

/* The head is the first window. It is not below's, so nothing is `lent` until the first fill. */
struct stream *stream_prefix(struct str head, struct stream *below, struct error *err)
{
    struct borrow *borrow = calloc(1, sizeof *borrow);
    if (!borrow) {
        error_system(err, "prefix stream");
        stream_close(below);
        return NULL;
    }
    memcpy(borrow->head, head.ptr, head.len);
    borrow->below = below;
    borrow->stream = (struct stream){ .ptr = borrow->head, .len = head.len, .fill = fill_borrow, .close = close_prefix };
    return &borrow->stream;
}
