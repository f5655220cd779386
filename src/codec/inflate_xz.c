/* xz (The .xz File Format 1.1) by liblzma: streams and stream padding in any order. */
#include "codec/inflate.h"

#include <lzma.h>
#include <stdlib.h>

/* xz -9 needs 65 MiB; nothing in use needs more. */
static const uint64_t MAX_MEMORY_BYTES = 96u << 20;

static void close_xz(void *state)
{
    lzma_end(state);
    free(state);
}

static void *open_xz(struct error *err)
{
    lzma_stream *xz = malloc(sizeof *xz);
    if (!xz) {
        error_system(err, "xz");
        return NULL;
    }
    *xz = (lzma_stream)LZMA_STREAM_INIT;
    if (lzma_stream_decoder(xz, MAX_MEMORY_BYTES, LZMA_CONCATENATED) != LZMA_OK) {
        error_set(err, ERROR_LIMIT, "not enough memory for xz");
        close_xz(xz);
        return NULL;
    }
    return xz;
}

static bool explain(lzma_ret code, struct error *err)
{
    switch (code) {
    case LZMA_OK:
    case LZMA_STREAM_END:
    case LZMA_BUF_ERROR: /* nothing to do just now */ return true;
    case LZMA_MEM_ERROR: return error_set(err, ERROR_LIMIT, "not enough memory");
    case LZMA_MEMLIMIT_ERROR:
        return error_set(err, ERROR_LIMIT, "needs more than %d MiB of memory", (int)(MAX_MEMORY_BYTES >> 20));
    case LZMA_OPTIONS_ERROR: return error_set(err, ERROR_UNSUPPORTED, "uses a filter that liblzma does not know");
    case LZMA_FORMAT_ERROR: return error_set(err, ERROR_INPUT, "a header is damaged, or bytes that are not xz follow the end");
    default: return error_set(err, ERROR_INPUT, "compressed data is damaged");
    }
}

static bool step_xz(void *state, struct inflate_io *io, struct error *err)
{
    lzma_stream *xz = state;
    xz->next_in = io->in;
    xz->avail_in = io->in_len;
    xz->next_out = io->out;
    xz->avail_out = io->out_len;
    /* Whether streams are complete is known only when liblzma is told that the input has ended. */
    lzma_ret code = lzma_code(xz, io->in_len ? LZMA_RUN : LZMA_FINISH);
    if (!explain(code, err))
        return false;
    io->in = xz->next_in;
    io->in_len = xz->avail_in;
    io->out = xz->next_out;
    io->out_len = xz->avail_out;
    io->may_end = code == LZMA_STREAM_END;
    return true;
}

const struct inflater inflater_xz = { open_xz, step_xz, close_xz };
