/* zstd (RFC 8878) by libzstd: frames and skippable frames in any order, windows to 2^27 bytes. */
#include "codec/inflate.h"

#include <zstd.h>
#include <zstd_errors.h>

enum { MAX_WINDOW_LOG = 27 };

static void *open_zstd(struct error *err)
{
    ZSTD_DCtx *zstd = ZSTD_createDCtx();
    if (!zstd || ZSTD_isError(ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, MAX_WINDOW_LOG))) {
        error_set(err, ERROR_LIMIT, "not enough memory for zstd");
        ZSTD_freeDCtx(zstd);
        return NULL;
    }
    return zstd;
}

static void close_zstd(void *state)
{
    ZSTD_freeDCtx(state);
}

static bool explain(size_t code, struct error *err)
{
    switch (ZSTD_getErrorCode(code)) {
    case ZSTD_error_frameParameter_windowTooLarge:
        return error_set(err, ERROR_LIMIT, "its window is larger than %d MiB", 1 << (MAX_WINDOW_LOG - 20));
    case ZSTD_error_memory_allocation: return error_set(err, ERROR_LIMIT, "not enough memory");
    case ZSTD_error_dictionary_wrong: return error_set(err, ERROR_UNSUPPORTED, "it needs a dictionary");
    default: return error_set(err, ERROR_INPUT, "%s", ZSTD_getErrorName(code));
    }
}

static bool step_zstd(void *state, struct inflate_io *io, struct error *err)
{
    if (io->may_end && io->in_len == 0)
        return true; /* a call between frames would begin one */
    ZSTD_inBuffer in = { io->in, io->in_len, 0 };
    ZSTD_outBuffer out = { io->out, io->out_len, 0 };
    size_t code;
    do {
        code = ZSTD_decompressStream(state, &out, &in);
        if (ZSTD_isError(code))
            return explain(code, err);
    } while (in.pos < in.size && out.pos < out.size);
    io->in += in.pos;
    io->in_len -= in.pos;
    io->out += out.pos;
    io->out_len -= out.pos;
    io->may_end = code == 0;
    return true;
}

const struct inflater inflater_zstd = { open_zstd, step_zstd, close_zstd };
