/* Raw deflate (RFC 1951) by zlib, for builds without ISA-L: see inflate_raw.h. zlib takes its memory from a pool beside its
 * state, so that who gave the memory may take it back at any time. */
#include "codec/inflate_raw.h"

#include <zlib.h>

enum { POOL_BYTES = 128 * 1024 };

struct inflate_raw {
    z_stream zlib;
    size_t pool_used;
    _Alignas(max_align_t) unsigned char pool[POOL_BYTES];
};

size_t inflate_raw_bytes(void)
{
    return sizeof(struct inflate_raw);
}

static voidpf take(voidpf opaque, uInt count, uInt item_bytes)
{
    struct inflate_raw *raw = opaque;
    size_t align = _Alignof(max_align_t), size;
    if (__builtin_mul_overflow((size_t)count, (size_t)item_bytes, &size) || size > POOL_BYTES - align ||
        raw->pool_used > POOL_BYTES - align - size)
        return Z_NULL;
    void *memory = raw->pool + raw->pool_used;
    raw->pool_used += (size + align - 1) / align * align;
    return memory;
}

static void give_back(voidpf opaque, voidpf memory)
{
    (void)opaque;
    (void)memory;
}

bool inflate_raw_begin(struct inflate_raw *raw, struct error *err)
{
    raw->pool_used = 0;
    raw->zlib = (z_stream){ .zalloc = take, .zfree = give_back, .opaque = raw };
    return inflateInit2(&raw->zlib, -MAX_WBITS) == Z_OK || error_set(err, ERROR_LIMIT, "not enough memory for zlib");
}

bool inflate_raw_step(struct inflate_raw *raw, struct inflate_io *io, struct error *err)
{
    raw->zlib.next_in = (Bytef *)(uintptr_t)io->in;
    raw->zlib.avail_in = (uInt)io->in_len;
    raw->zlib.next_out = io->out;
    raw->zlib.avail_out = (uInt)io->out_len;
    int code = inflate(&raw->zlib, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) /* Z_BUF_ERROR: nothing to do just now */
        return error_set(err, ERROR_INPUT, "%s", raw->zlib.msg ? raw->zlib.msg : "compressed data is damaged");
    io->in = raw->zlib.next_in;
    io->in_len = raw->zlib.avail_in;
    io->out = raw->zlib.next_out;
    io->out_len = raw->zlib.avail_out;
    io->may_end = code == Z_STREAM_END;
    return true;
}

uint32_t inflate_raw_crc(uint32_t crc, const void *ptr, size_t len)
{
    return (uint32_t)crc32_z(crc, ptr, len);
}
