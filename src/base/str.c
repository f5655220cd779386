/* Text views: see base.h. */
#define _GNU_SOURCE /* memrchr */
#include "base/base.h"

#include <limits.h>
#include <xxhash.h>

struct str str_from(const char *text)
{
    return (struct str){ text, text ? strlen(text) : 0 };
}

struct str str_make(const void *ptr, size_t len)
{
    return (struct str){ ptr, len };
}

int str_print_len(struct str s)
{
    return s.len > INT_MAX ? INT_MAX : (int)s.len;
}

bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_is(struct str a, const char *text)
{
    return str_eq(a, str_from(text));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

int str_cmp(struct str a, struct str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (order)
        return order < 0 ? -1 : 1;
    return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.len >= n && (n == 0 || memcmp(s.ptr, prefix, n) == 0);
}

bool str_ends(struct str s, const char *suffix)
{
    size_t n = strlen(suffix);
    return s.len >= n && (n == 0 || memcmp(s.ptr + s.len - n, suffix, n) == 0);
}

struct str str_skip(struct str s, size_t n)
{
    if (n > s.len)
        n = s.len;
    return n ? (struct str){ s.ptr + n, s.len - n } : s;
}

struct str str_head(struct str s, size_t n)
{
    return (struct str){ s.ptr, n < s.len ? n : s.len };
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.len && is_space(s.ptr[0]))
        s = str_skip(s, 1);
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool str_find(struct str s, char c, size_t *pos)
{
    const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;
    if (at && pos)
        *pos = (size_t)(at - s.ptr);
    return at != NULL;
}

bool str_rfind(struct str s, char c, size_t *pos)
{
    const char *at = s.len ? memrchr(s.ptr, c, s.len) : NULL;
    if (at && pos)
        *pos = (size_t)(at - s.ptr);
    return at != NULL;
}

bool str_contains(struct str s, const char *needle)
{
    size_t n = strlen(needle), pos;
    if (n == 0)
        return true;
    for (; s.len >= n && str_find(str_head(s, s.len - n + 1), needle[0], &pos); s = str_skip(s, pos + 1))
        if (memcmp(s.ptr + pos, needle, n) == 0)
            return true;
    return false;
}

bool str_cut(struct str s, char sep, struct str *left, struct str *right)
{
    size_t pos;
    if (!str_find(s, sep, &pos)) {
        *left = s;
        *right = str_skip(s, s.len);
        return false;
    }
    *left = str_head(s, pos);
    *right = str_skip(s, pos + 1);
    return true;
}

bool str_next(struct str *rest, char sep, struct str *field)
{
    struct str all = *rest;
    if (all.len == 0)
        return false;
    str_cut(all, sep, field, rest);
    return true;
}

bool str_line(struct str *rest, struct str *line)
{
    if (!str_next(rest, '\n', line))
        return false;
    if (line->len && line->ptr[line->len - 1] == '\r')
        line->len--;
    return true;
}

bool str_u64(struct str s, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10u, &value) || __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value))
            return false;
    }
    if (s.len == 0)
        return false;
    *out = value;
    return true;
}

/* Length of the UTF-8 sequence that starts at p (RFC 3629, section 4), 0 where it is not well-formed. */
static size_t utf8_sequence(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || left < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F))
        return 0;
    if ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return n;
}

bool str_is_utf8(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    for (size_t i = 0; i < s.len;) {
        size_t n = utf8_sequence(p + i, s.len - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

int char_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool str_is_hex(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (char_hex(s.ptr[i]) < 0 || lower(s.ptr[i]) != s.ptr[i])
            return false;
    return s.len > 0;
}

size_t str_shown_char(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    bool control = s.len == 0 || p[0] < 0x20 || p[0] == 0x7F || (p[0] == 0xC2 && s.len > 1 && p[1] < 0xA0);
    return control ? 0 : utf8_sequence(p, s.len);
}

uint64_t str_hash(struct str s)
{
    return XXH3_64bits(s.ptr, s.len);
}

struct str path_base(struct str path)
{
    size_t pos;
    return str_rfind(path, '/', &pos) ? str_skip(path, pos + 1) : path;
}

struct str path_dir(struct str path)
{
    size_t pos;
    return str_rfind(path, '/', &pos) ? str_head(path, pos) : str_head(path, 0);
}
