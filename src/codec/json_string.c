/* JSON strings (RFC 8259, section 7), read eight bytes at a time: the bytes of a word are tested together, so that text
 * without quotes, escapes and control characters costs little more than reading it. And the writer of such strings. */
#include "codec/codec.h"

#include "codec/json_string.h"

static const uint64_t ONES = UINT64_C(0x0101010101010101), HIGH = UINT64_C(0x8080808080808080);

/* Sets the high bit of each byte that ends a plain run: '"', '\\' and control characters. A borrow may mark bytes above a
 * marked one wrongly; the lowest mark is always right. */
static inline uint64_t mark_stops(uint64_t word)
{
    uint64_t quote = word ^ (ONES * '"'), backslash = word ^ (ONES * '\\');
    return (((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | ((word - ONES * 0x20) & ~word)) & HIGH;
}

/* The first byte from p on that ends a plain run, or end. Collects in *wide whether bytes above 0x7F were passed. */
static inline const char *find_stop(const char *p, const char *end, uint64_t *wide)
{
    for (; end - p >= 8; p += 8) {
        uint64_t word = json_word(p), marks = mark_stops(word);
        if (marks) {
            uint64_t lowest = marks & (0 - marks);
            *wide |= word & (lowest - 1) & HIGH;
            return p + __builtin_ctzll(marks) / 8;
        }
        *wide |= word & HIGH;
    }
    for (; p < end; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\' || c < 0x20)
            break;
        *wide |= c & 0x80;
    }
    return p;
}

bool hex_value(const char *p, size_t n, uint32_t *out)
{
    uint32_t value = 0;
    for (size_t i = 0; i < n; i++) {
        char c = p[i], folded = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            value = value << 4 | (uint32_t)(c - '0');
        else if (folded >= 'a' && folded <= 'f')
            value = value << 4 | (uint32_t)(folded - 'a' + 10);
        else
            return false;
    }
    *out = value;
    return true;
}

/* Length of the escape at p, 0 where it is none. */
static size_t escape_len(const char *p, const char *end)
{
    uint32_t unit;
    if (end - p < 2)
        return 0;
    if (p[1] == 'u')
        return end - p >= 6 && hex_value(p + 2, 4, &unit) ? 6 : 0;
    return p[1] != '\0' && strchr("\"\\/bfnrt", p[1]) ? 2 : 0;
}

const char *json_string_pass(struct str text, size_t *pos, struct json_span *span)
{
    const char *start = text.ptr + *pos + 1, *end = text.ptr + text.len, *p = start;
    uint64_t wide = 0;
    bool escaped = false;
    for (;;) {
        p = find_stop(p, end, &wide);
        *pos = (size_t)(p - text.ptr);
        if (p == end)
            return "the text ends inside a string";
        if (*p == '"')
            break;
        if (*p != '\\')
            return "control character in a string";
        size_t n = escape_len(p, end);
        if (n == 0)
            return "unknown escape in a string";
        escaped = true;
        p += n;
    }
    *span = (struct json_span){ { start, (size_t)(p - start) }, escaped };
    if (wide && !str_is_utf8(span->raw))
        return "string is not UTF-8";
    ++*pos;
    return NULL;
}

size_t utf8_put(uint32_t c, char *out)
{
    static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(n == 1 ? c : lead[n] | c);
    return n;
}

/* Decodes the escape at p, which was checked before, into `to`; returns where it ends. */
static const char *decode_escape(const char *p, const char *end, char **to)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (p[1] != 'u') {
        *(*to)++ = values[strchr(names, p[1]) - names];
        return p + 2;
    }
    uint32_t unit = 0, low = 0;
    hex_value(p + 2, 4, &unit);
    p += 6;
    if (unit >= 0xD800 && unit < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' && hex_value(p + 2, 4, &low) &&
        low >= 0xDC00 && low < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        p += 6;
    } else if (unit >= 0xD800 && unit < 0xE000) {
        unit = 0xFFFD;
    }
    *to += utf8_put(unit, *to);
    return p;
}

bool json_string_decode(const struct json_span *span, struct arena *arena, struct str *out)
{
    if (!span->escaped) {
        *out = span->raw;
        return true;
    }
    /* No escape is shorter than what it stands for. */
    char *start = arena_alloc(arena, span->raw.len), *to = start;
    if (!start)
        return false;
    const char *p = span->raw.ptr, *end = p + span->raw.len;
    while (p < end) {
        const char *escape = memchr(p, '\\', (size_t)(end - p));
        size_t plain = (size_t)((escape ? escape : end) - p);
        memcpy(to, p, plain);
        to += plain;
        p = escape ? decode_escape(escape, end, &to) : end;
    }
    *out = (struct str){ start, (size_t)(to - start) };
    return true;
}

/* ---- writing ---- */

static void put_escape(struct buf *buf, unsigned char c)
{
    static const char names[] = "\"\\bfnrt", values[] = "\"\\\b\f\n\r\t";
    const char *at = c ? strchr(values, c) : NULL;
    if (at) {
        char escape[2] = { '\\', names[at - values] };
        buf_add(buf, escape, sizeof escape);
    } else {
        buf_printf(buf, "\\u%04x", (unsigned)c);
    }
}

/* Length of the UTF-8 sequence at the start of s, 0 where there is none. */
static size_t utf8_len(struct str s)
{
    unsigned char c = (unsigned char)s.ptr[0];
    size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    return n <= s.len && str_is_utf8(str_head(s, n)) ? n : 0;
}

void json_put_string(struct buf *buf, struct str text)
{
    const char *p = text.ptr, *end = text.len ? p + text.len : p;
    buf_chr(buf, '"');
    while (p < end) {
        uint64_t wide = 0;
        const char *stop = find_stop(p, end, &wide);
        struct str run = { p, (size_t)(stop - p) };
        if (!wide || str_is_utf8(run)) {
            buf_str(buf, run);
        } else {
            while (run.len) {
                size_t n = utf8_len(run);
                buf_str(buf, n ? str_head(run, n) : STR("\xEF\xBF\xBD"));
                run = str_skip(run, n ? n : 1);
            }
        }
        if (stop < end)
            put_escape(buf, (unsigned char)*stop++);
        p = stop;
    }
    buf_chr(buf, '"');
}
