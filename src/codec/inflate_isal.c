/* gzip (RFC 1952) by ISA-L, some 2.4 times as fast as zlib. Members may follow each other, and after the last zero bytes may
 * pad the file, as tapes and some registries leave them; other bytes are an error, as they are to Go's reader. */
#include "codec/inflate.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

struct gzip {
    struct inflate_state isal;
    struct isal_gzip_header header; /* kept, since a header may come in pieces */
    enum { IN_HEADER, IN_BODY, BETWEEN, IN_PADDING } where;
};

static void begin_member(struct gzip *gzip)
{
    isal_inflate_reset(&gzip->isal);
    gzip->isal.crc_flag = ISAL_GZIP;
    isal_gzip_header_init(&gzip->header);
    gzip->where = IN_HEADER;
}

static void *open_gzip(struct error *err)
{
    struct gzip *gzip = calloc(1, sizeof *gzip);
    if (!gzip) {
        error_system(err, "gzip");
        return NULL;
    }
    isal_inflate_init(&gzip->isal);
    begin_member(gzip);
    return gzip;
}

static void close_gzip(void *state)
{
    free(state);
}

static bool check(int code, struct error *err)
{
    if (code >= 0)
        return true;
    const char *problem = code == ISAL_INCORRECT_CHECKSUM   ? "a checksum or size is wrong"
                          : code == ISAL_INVALID_WRAPPER    ? "a header is damaged"
                          : code == ISAL_UNSUPPORTED_METHOD ? "a header names an unknown method"
                                                            : "compressed data is damaged";
    return error_set(err, ERROR_INPUT, "%s", problem);
}

/* After a member: padding, or the next member. */
static bool look_on(struct gzip *gzip, struct error *err)
{
    while (gzip->isal.avail_in && *gzip->isal.next_in == 0) {
        gzip->where = IN_PADDING;
        gzip->isal.next_in++;
        gzip->isal.avail_in--;
    }
    if (gzip->isal.avail_in == 0)
        return true;
    if (gzip->where == IN_PADDING || *gzip->isal.next_in != 0x1f)
        return error_set(err, ERROR_INPUT, "bytes that are not gzip follow the end");
    begin_member(gzip);
    return true;
}

static bool advance(struct gzip *gzip, struct error *err)
{
    if (gzip->where >= BETWEEN && !look_on(gzip, err))
        return false;
    if (gzip->where == IN_HEADER) {
        int code = isal_read_gzip_header(&gzip->isal, &gzip->header);
        if (!check(code, err))
            return false;
        if (code == ISAL_DECOMP_OK)
            gzip->where = IN_BODY;
    }
    if (gzip->where == IN_BODY) {
        if (!check(isal_inflate(&gzip->isal), err))
            return false;
        if (gzip->isal.block_state == ISAL_BLOCK_FINISH)
            gzip->where = BETWEEN;
    }
    return true;
}

static bool step_gzip(void *state, struct inflate_io *io, struct error *err)
{
    struct gzip *gzip = state;
    gzip->isal.next_in = (uint8_t *)(uintptr_t)io->in;
    gzip->isal.avail_in = (uint32_t)io->in_len;
    gzip->isal.next_out = io->out;
    gzip->isal.avail_out = (uint32_t)io->out_len;
    do {
        if (!advance(gzip, err))
            return false;
    } while (gzip->where == BETWEEN && gzip->isal.avail_in && gzip->isal.avail_out);
    io->in = gzip->isal.next_in;
    io->in_len = gzip->isal.avail_in;
    io->out = gzip->isal.next_out;
    io->out_len = gzip->isal.avail_out;
    io->may_end = gzip->where >= BETWEEN;
    return true;
}

const struct inflater inflater_gzip = { open_gzip, step_gzip, close_gzip };
