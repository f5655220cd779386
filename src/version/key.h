/* key.h - the bytes of sortable keys, shared by the schemes.
 *
 * A key is written behind the end of the caller's buffer and becomes part of it only when the whole text proved valid.
 * All schemes write numbers in one way: a byte KEY_NUM + count of digits, then the digits without leading zeros, so that
 * numbers of any length sort by value. What a scheme sorts below every number takes bytes under KEY_NUM, what it sorts
 * above takes bytes from KEY_HIGH on. */
#ifndef DRYDOCK_VERSION_KEY_H
#define DRYDOCK_VERSION_KEY_H

#include "version/version.h"

enum {
    VERSION_TEXT_MAX = 1024, /* longer texts are not versions; none in any feed has 200 bytes */
    KEY_PER_BYTE = 6,        /* bytes of key that a byte of text makes at most: RubyGems' "-" stands for the word "pre" */
    KEY_EXTRA = 64,          /* and what no text makes: missing parts, ends */
    VERSION_KEY_MAX = KEY_PER_BYTE * VERSION_TEXT_MAX + KEY_EXTRA,
    KEY_NUM = 0x10,
    KEY_NUM_STEP = 100, /* a longer number first writes one KEY_NUM + KEY_NUM_STEP per 100 digits */
    KEY_HIGH = 0x80,
};

/* Where the key of `text` is to be written, with room for all of it; NULL when the text is too long or the buffer is full. */
static inline unsigned char *key_open(struct str text, struct buf *out)
{
    if (text.len > VERSION_TEXT_MAX || !buf_reserve(out, KEY_PER_BYTE * text.len + KEY_EXTRA))
        return NULL;
    return (unsigned char *)out->ptr + out->len;
}

/* Makes what was written up to `end` part of the buffer. */
static inline bool key_close(struct buf *out, const unsigned char *end)
{
    out->len = (size_t)(end - (const unsigned char *)out->ptr);
    return true;
}

static inline unsigned char *key_byte(unsigned char *p, unsigned char byte)
{
    *p = byte;
    return p + 1;
}

static inline unsigned char *key_bytes(unsigned char *p, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *p++ = (unsigned char)bytes[i];
    return p;
}

/* A number of n decimal digits; none counts as 0. */
static inline unsigned char *key_number(unsigned char *p, const char *digits, size_t n)
{
    while (n && *digits == '0') {
        digits++;
        n--;
    }
    size_t left = n;
    for (; left >= KEY_NUM_STEP; left -= KEY_NUM_STEP)
        *p++ = KEY_NUM + KEY_NUM_STEP;
    *p++ = (unsigned char)(KEY_NUM + left);
    return key_bytes(p, digits, n);
}

/* A text of bytes above 0, and an end that sorts below them all. */
static inline unsigned char *key_text(unsigned char *p, const char *bytes, size_t n)
{
    return key_byte(key_bytes(p, bytes, n), 0);
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool is_alpha(char c)
{
    return is_upper(c) || (c >= 'a' && c <= 'z');
}

static inline bool is_alnum(char c)
{
    return is_digit(c) || is_alpha(c);
}

static inline char to_lower(char c)
{
    return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

/* Count of leading digits. */
static inline size_t digits_span(struct str s)
{
    size_t n = 0;
    while (n < s.len && is_digit(s.ptr[n]))
        n++;
    return n;
}

/* Count of leading letters. */
static inline size_t alpha_span(struct str s)
{
    size_t n = 0;
    while (n < s.len && is_alpha(s.ptr[n]))
        n++;
    return n;
}

/* Does s start with that byte? */
static inline bool str_at(struct str s, char c)
{
    return s.len && s.ptr[0] == c;
}

/* A buffer over an array on the stack, which keys of single versions fit in: no memory is taken. */
#define KEY_STACK(name)                 \
    char name##_bytes[VERSION_KEY_MAX]; \
    struct buf name = { .ptr = name##_bytes, .cap = sizeof name##_bytes, .max = sizeof name##_bytes }

#endif
