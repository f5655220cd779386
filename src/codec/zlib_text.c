/* zlib streams (RFC 1950) of small texts, whole in memory: see codec.h. */
#include "codec/codec.h"

#include <zlib.h>

enum { PIECE_BYTES = 16 * 1024 };

static bool inflate_all(z_stream *zlib, struct str packed, size_t max_bytes, struct buf *out, struct error *err)
{
    unsigned char piece[PIECE_BYTES];
    int code = Z_OK;
    while (code == Z_OK) {
        if (zlib->avail_in == 0 && packed.len) {
            size_t n = packed.len < (1u << 30) ? packed.len : 1u << 30;
            zlib->next_in = (Bytef *)(uintptr_t)packed.ptr;
            zlib->avail_in = (uInt)n;
            packed = str_skip(packed, n);
        }
        zlib->next_out = piece;
        zlib->avail_out = sizeof piece;
        code = inflate(zlib, Z_NO_FLUSH);
        if (code != Z_OK && code != Z_STREAM_END)
            return error_set(err, ERROR_INPUT, "zlib: the data is damaged or cut short");
        size_t n = sizeof piece - zlib->avail_out;
        if (n > max_bytes - out->len)
            return error_set(err, ERROR_LIMIT, "zlib: inflates to more than the limit of %zu bytes", max_bytes);
        buf_add(out, piece, n);
    }
    return !out->failed || error_set(err, ERROR_LIMIT, "zlib: not enough memory");
}

bool zlib_text(struct str packed, size_t max_bytes, struct arena *arena, struct str *out, struct error *err)
{
    z_stream zlib = { 0 };
    struct buf text;
    if (inflateInit(&zlib) != Z_OK)
        return error_set(err, ERROR_LIMIT, "not enough memory for zlib");
    buf_init(&text, max_bytes);
    bool ok = inflate_all(&zlib, packed, max_bytes, &text, err);
    inflateEnd(&zlib);
    struct str copy = ok ? arena_str(arena, buf_view(&text)) : (struct str){ 0 };
    buf_free(&text);
    if (ok && !copy.ptr)
        return arena_error(arena, err);
    if (ok)
        *out = copy;
    return ok;
}
