/* trickle.h - a stream whose windows are `step` bytes, each in memory of its own: a reader that looks past its window, or
 * keeps one after it is gone, is caught by the address sanitizer or by valgrind. */
#ifndef DRYDOCK_TRICKLE_H
#define DRYDOCK_TRICKLE_H

#include "codec/codec.h"
#include "unit.h"

struct trickle {
    struct stream stream;
    struct str rest;
    size_t step;
    char *window;
};

static inline bool trickle_fill(struct stream *self, struct error *err)
{
    (void)err;
    struct trickle *trickle = (struct trickle *)self;
    size_t n = trickle->rest.len < trickle->step ? trickle->rest.len : trickle->step;
    free(trickle->window);
    trickle->window = malloc(n ? n : 1);
    assert_non_null(trickle->window);
    if (n)
        memcpy(trickle->window, trickle->rest.ptr, n);
    trickle->rest = str_skip(trickle->rest, n);
    self->ptr = (unsigned char *)trickle->window;
    self->len = n;
    return true;
}

static inline void trickle_close(struct stream *self)
{
    struct trickle *trickle = (struct trickle *)self;
    free(trickle->window);
    free(trickle);
}

/* step 0: all at once. */
static inline struct stream *trickle(struct str bytes, size_t step)
{
    struct trickle *trickle = calloc(1, sizeof *trickle);
    assert_non_null(trickle);
    trickle->rest = bytes;
    trickle->step = step ? step : SIZE_MAX;
    trickle->stream.fill = trickle_fill;
    trickle->stream.close = trickle_close;
    return &trickle->stream;
}

#endif
