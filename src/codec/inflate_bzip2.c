/* bzip2 by libbz2: streams may follow each other. */
#include "codec/inflate.h"

#include <bzlib.h>
#include <stdlib.h>

struct bzip2 {
    bz_stream bz;
    bool open; /* inside a stream */
};

static void *open_bzip2(struct error *err)
{
    struct bzip2 *bzip2 = calloc(1, sizeof *bzip2);
    if (!bzip2 || BZ2_bzDecompressInit(&bzip2->bz, 0, 0) != BZ_OK) {
        error_set(err, ERROR_LIMIT, "not enough memory for bzip2");
        free(bzip2);
        return NULL;
    }
    bzip2->open = true;
    return bzip2;
}

static void close_bzip2(void *state)
{
    struct bzip2 *bzip2 = state;
    if (bzip2->open)
        BZ2_bzDecompressEnd(&bzip2->bz);
    free(bzip2);
}

/* The next stream's state; its input and output are set by the caller. */
static bool reopen(struct bzip2 *bzip2, struct error *err)
{
    bzip2->bz = (bz_stream){ 0 };
    bzip2->open = BZ2_bzDecompressInit(&bzip2->bz, 0, 0) == BZ_OK;
    return bzip2->open || error_set(err, ERROR_LIMIT, "not enough memory");
}

static bool step_bzip2(void *state, struct inflate_io *io, struct error *err)
{
    struct bzip2 *bzip2 = state;
    if (!bzip2->open && (io->in_len == 0 || !reopen(bzip2, err)))
        return io->in_len == 0;
    bz_stream *bz = &bzip2->bz;
    bz->next_in = (char *)(uintptr_t)io->in;
    bz->avail_in = (unsigned)io->in_len;
    bz->next_out = (char *)io->out;
    bz->avail_out = (unsigned)io->out_len;
    int code = BZ2_bzDecompress(bz);
    io->in += io->in_len - bz->avail_in;
    io->in_len = bz->avail_in;
    io->out += io->out_len - bz->avail_out;
    io->out_len = bz->avail_out;
    if (code == BZ_STREAM_END) {
        BZ2_bzDecompressEnd(bz);
        bzip2->open = false;
    }
    io->may_end = !bzip2->open;
    if (code == BZ_MEM_ERROR)
        return error_set(err, ERROR_LIMIT, "not enough memory");
    if (code == BZ_DATA_ERROR_MAGIC)
        return error_set(err, ERROR_INPUT, "a header is damaged, or bytes that are not bzip2 follow the end");
    return code == BZ_OK || code == BZ_STREAM_END || error_set(err, ERROR_INPUT, "compressed data is damaged");
}

const struct inflater inflater_bzip2 = { open_bzip2, step_bzip2, close_bzip2 };
