/* Texts of images and feeds as a terminal may have them: without control characters (ECMA-48: C0, DEL, C1), which could move
 * the cursor or change what stands there, and without the characters that Unicode uses to reorder or hide text (UAX #9
 * explicit directional formatting, zero-width characters, tags). What is not UTF-8 is not let through either: an eight-bit
 * terminal takes lone bytes from 0x80 to 0x9F for controls. */
#include "report/parts.h"

/* The first character's bytes and code point; one byte and UINT32_MAX where it is not UTF-8. */
static size_t first_char(struct str s, uint32_t *code)
{
    unsigned char c = (unsigned char)s.ptr[0];
    size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    *code = UINT32_MAX;
    if (s.len < n || !str_is_utf8(str_head(s, n)))
        return 1;
    *code = n == 1 ? c : c & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        *code = *code << 6 | ((unsigned char)s.ptr[i] & 0x3Fu);
    return n;
}

static bool is_harmful(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xAD || code == 0x61C || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
           (code >= 0xFFF9 && code <= 0xFFFB) || code >= 0xE0000;
}

/* Takes the first character of *rest and returns what is shown of it: itself, a blank for white space, or "?". */
static struct str next_shown(struct str *rest)
{
    uint32_t code;
    struct str one = str_head(*rest, first_char(*rest, &code));
    *rest = str_skip(*rest, one.len);
    if (code == '\t' || code == '\n' || code == '\r')
        return STR(" ");
    return is_harmful(code) ? STR("?") : one;
}

void put_shown(struct buf *out, struct str text)
{
    while (text.len)
        buf_str(out, next_shown(&text));
}

static bool is_plain(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || (unsigned char)text.ptr[i] >= 0x7F)
            return false;
    return true;
}

struct str text_shown(struct arena *arena, struct str text)
{
    if (is_plain(text))
        return text;
    char *start = arena_alloc(arena, text.len), *to = start; /* nothing grows */
    while (start && text.len) {
        struct str shown = next_shown(&text);
        memcpy(to, shown.ptr, shown.len);
        to += shown.len;
    }
    return str_make(start, start ? (size_t)(to - start) : 0);
}
