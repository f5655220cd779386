/* Raw deflate (RFC 1951) by ISA-L: see inflate_raw.h. */
#include "codec/inflate_raw.h"

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

struct inflate_raw {
    struct inflate_state isal;
};

size_t inflate_raw_bytes(void)
{
    return sizeof(struct inflate_raw);
}

bool inflate_raw_begin(struct inflate_raw *raw, struct error *err)
{
    (void)err;
    isal_inflate_init(&raw->isal);
    raw->isal.crc_flag = ISAL_DEFLATE;
    return true;
}

bool inflate_raw_step(struct inflate_raw *raw, struct inflate_io *io, struct error *err)
{
    if (io->in_len == 0 && !io->in)
        io->in = (const unsigned char *)""; /* the library reckons with the pointer even where nothing is behind it */
    raw->isal.next_in = (uint8_t *)(uintptr_t)io->in;
    raw->isal.avail_in = (uint32_t)io->in_len;
    raw->isal.next_out = io->out;
    raw->isal.avail_out = (uint32_t)io->out_len;
    if (isal_inflate(&raw->isal) < 0)
        return error_set(err, ERROR_INPUT, "compressed data is damaged");
    io->may_end = raw->isal.block_state == ISAL_BLOCK_FINISH;
    /* It reads ahead, by some bytes that it keeps as bits. */
    size_t taken = (size_t)(raw->isal.next_in - io->in), ahead = (size_t)raw->isal.read_in_length / 8;
    ahead = !io->may_end ? 0 : ahead < taken ? ahead : taken;
    io->in = raw->isal.next_in - ahead;
    io->in_len = raw->isal.avail_in + ahead;
    io->out = raw->isal.next_out;
    io->out_len = raw->isal.avail_out;
    return true;
}

uint32_t inflate_raw_crc(uint32_t crc, const void *ptr, size_t len)
{
    return crc32_gzip_refl(crc, ptr, len);
}
