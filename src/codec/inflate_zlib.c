/* gzip (RFC 1952) by zlib, for builds without ISA-L. Members may follow each other, and after the last zero bytes may pad
 * the file; other bytes are an error, as they are to Go's reader. */
#include "codec/inflate.h"

#include <stdlib.h>
#include <zlib.h>

enum { GZIP_ONLY = 16 }; /* added to the window bits: no zlib header */

struct gzip {
    z_stream zlib;
    enum { IN_MEMBER, BETWEEN, IN_PADDING } where;
};

static void *open_gzip(struct error *err)
{
    struct gzip *gzip = calloc(1, sizeof *gzip);
    if (!gzip || inflateInit2(&gzip->zlib, MAX_WBITS + GZIP_ONLY) != Z_OK) {
        error_set(err, ERROR_LIMIT, "not enough memory for gzip");
        free(gzip);
        return NULL;
    }
    return gzip;
}

static void close_gzip(void *state)
{
    struct gzip *gzip = state;
    inflateEnd(&gzip->zlib);
    free(gzip);
}

/* After a member: padding, or the next member. */
static bool look_on(struct gzip *gzip, struct error *err)
{
    z_stream *zlib = &gzip->zlib;
    while (zlib->avail_in && *zlib->next_in == 0) {
        gzip->where = IN_PADDING;
        zlib->next_in++;
        zlib->avail_in--;
    }
    if (zlib->avail_in == 0)
        return true;
    if (gzip->where == IN_PADDING || *zlib->next_in != 0x1f)
        return error_set(err, ERROR_INPUT, "bytes that are not gzip follow the end");
    gzip->where = IN_MEMBER;
    inflateReset(zlib);
    return true;
}

static bool advance(struct gzip *gzip, struct error *err)
{
    if (gzip->where != IN_MEMBER && !look_on(gzip, err))
        return false;
    if (gzip->where != IN_MEMBER)
        return true;
    int code = inflate(&gzip->zlib, Z_NO_FLUSH);
    if (code == Z_STREAM_END)
        gzip->where = BETWEEN;
    if (code == Z_MEM_ERROR)
        return error_set(err, ERROR_LIMIT, "not enough memory");
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) /* Z_BUF_ERROR: nothing to do just now */
        return error_set(err, ERROR_INPUT, "%s", gzip->zlib.msg ? gzip->zlib.msg : "compressed data is damaged");
    return true;
}

static bool step_gzip(void *state, struct inflate_io *io, struct error *err)
{
    struct gzip *gzip = state;
    gzip->zlib.next_in = (Bytef *)(uintptr_t)io->in;
    gzip->zlib.avail_in = (uInt)io->in_len;
    gzip->zlib.next_out = io->out;
    gzip->zlib.avail_out = (uInt)io->out_len;
    do {
        if (!advance(gzip, err))
            return false;
    } while (gzip->where == BETWEEN && gzip->zlib.avail_in && gzip->zlib.avail_out);
    io->in = gzip->zlib.next_in;
    io->in_len = gzip->zlib.avail_in;
    io->out = gzip->zlib.next_out;
    io->out_len = gzip->zlib.avail_out;
    io->may_end = gzip->where != IN_MEMBER;
    return true;
}

const struct inflater inflater_gzip = { open_gzip, step_gzip, close_gzip };
