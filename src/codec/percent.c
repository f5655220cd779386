/* Percent-encoding: see codec.h. */
#include "codec/codec.h"

struct str percent_decode(struct str text, struct arena *arena)
{
    char *plain = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; plain && i < text.len; i++) {
        int high = text.ptr[i] == '%' && i + 2 < text.len ? char_hex(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? char_hex(text.ptr[i + 2]) : -1;
        plain[len++] = low >= 0 ? (char)(high * 16 + low) : text.ptr[i];
        i += low >= 0 ? 2 : 0;
    }
    return str_make(plain, len);
}
