/* Base64 (RFC 4648, sections 4 and 5); see codec.h. */
#include "codec/codec.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static bool is_break(char c)
{
    return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

/* What may follow the last digit: padding and line breaks. */
static bool is_tail(struct str rest)
{
    for (size_t i = 0; i < rest.len; i++)
        if (rest.ptr[i] != '=' && !is_break(rest.ptr[i]))
            return false;
    return true;
}

bool base64_decode(struct str text, void *dst, size_t room, size_t *len)
{
    unsigned char *to = dst;
    uint32_t bits = 0;
    unsigned held = 0;
    size_t n = 0, digit_count = 0, i = 0;
    for (; i < text.len && text.ptr[i] != '='; i++) {
        if (is_break(text.ptr[i]))
            continue;
        int value = value_of(text.ptr[i]);
        if (value < 0)
            return false;
        bits = (bits << 6 | (uint32_t)value) & 0xFFFF;
        digit_count++;
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        if (n == room)
            return false;
        to[n++] = (unsigned char)(bits >> held);
    }
    if (digit_count % 4 == 1 || !is_tail(str_skip(text, i))) /* six bits are no byte */
        return false;
    *len = n;
    return true;
}

bool base64_text(struct str text, struct arena *arena, struct str *out)
{
    size_t room = text.len / 4 * 3 + 3, len;
    char *bytes = arena_alloc(arena, room + 1);
    if (!bytes || !base64_decode(text, bytes, room, &len))
        return false;
    *out = str_make(bytes, len);
    return true;
}

struct str base64_encode(struct str bytes, struct arena *arena)
{
    const unsigned char *from = (const unsigned char *)bytes.ptr;
    char *to = bytes.len < SIZE_MAX / 4 ? arena_alloc(arena, bytes.len / 3 * 4 + 5) : NULL;
    size_t n = 0;
    if (!to)
        return (struct str){ 0 };
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t bits = (uint32_t)from[i] << 16 | (left > 1 ? (uint32_t)from[i + 1] << 8 : 0) | (left > 2 ? from[i + 2] : 0);
        to[n++] = digits[bits >> 18];
        to[n++] = digits[bits >> 12 & 63];
        to[n++] = left > 1 ? digits[bits >> 6 & 63] : '=';
        to[n++] = left > 2 ? digits[bits & 63] : '=';
    }
    return str_make(to, n);
}
