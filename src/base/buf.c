/* Growing buffers with a maximum, and little- and big-endian reads: see base.h. */
#include "base/base.h"

#include <stdlib.h>

void buf_init(struct buf *buf, size_t max_bytes)
{
    *buf = (struct buf){ .max = max_bytes };
}

void buf_free(struct buf *buf)
{
    free(buf->ptr);
    buf->ptr = NULL;
    buf->len = buf->cap = 0;
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

bool buf_reserve(struct buf *buf, size_t more)
{
    if (buf->failed || more > buf->max - buf->len) {
        buf->failed = true;
        return false;
    }
    size_t need = buf->len + more;
    if (need <= buf->cap)
        return true;
    size_t cap = buf->cap < 256 ? 256 : buf->cap;
    while (cap < need)
        cap = cap > buf->max / 2 ? buf->max : cap * 2;
    char *moved = realloc(buf->ptr, cap);
    if (!moved) {
        buf->failed = true;
        return false;
    }
    buf->ptr = moved;
    buf->cap = cap;
    return true;
}

void buf_add(struct buf *buf, const void *ptr, size_t len)
{
    if (len == 0 || !buf_reserve(buf, len))
        return;
    memcpy(buf->ptr + buf->len, ptr, len);
    buf->len += len;
}

void buf_str(struct buf *buf, struct str s)
{
    buf_add(buf, s.ptr, s.len);
}

void buf_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_chr(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_u32(struct buf *buf, uint32_t value)
{
    unsigned char bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    buf_add(buf, bytes, sizeof bytes);
}

void buf_u64(struct buf *buf, uint64_t value)
{
    buf_u32(buf, (uint32_t)value);
    buf_u32(buf, (uint32_t)(value >> 32));
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n >= 0 && buf_reserve(buf, (size_t)n + 1)) {
        vsnprintf(buf->ptr + buf->len, (size_t)n + 1, fmt, again);
        buf->len += (size_t)n;
    }
    va_end(again);
}

void buf_shown(struct buf *buf, struct str s)
{
    while (s.len) {
        size_t n = str_shown_char(s);
        if (n)
            buf_add(buf, s.ptr, n);
        else
            buf_printf(buf, "\\x%02x", (unsigned char)s.ptr[0]);
        s = str_skip(s, n ? n : 1);
    }
}

struct str buf_view(const struct buf *buf)
{
    return (struct str){ buf->ptr, buf->len };
}

uint16_t le16(const void *p)
{
    const unsigned char *b = p;
    return (uint16_t)(b[0] | b[1] << 8);
}

uint32_t le32(const void *p)
{
    const unsigned char *b = p;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

uint64_t le64(const void *p)
{
    const unsigned char *b = p;
    return (uint64_t)le32(b) | (uint64_t)le32(b + 4) << 32;
}

uint32_t be32(const void *p)
{
    const unsigned char *b = p;
    return (uint32_t)b[3] | (uint32_t)b[2] << 8 | (uint32_t)b[1] << 16 | (uint32_t)b[0] << 24;
}
