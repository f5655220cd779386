/* json_string.h - JSON strings (RFC 8259, section 7): finding the end of one, and decoding its escapes. With what else of
 * characters the value readers share. Private to codec. */
#ifndef DRYDOCK_CODEC_JSON_STRING_H
#define DRYDOCK_CODEC_JSON_STRING_H

#include "base/base.h"

/* Eight bytes, the first one lowest: several are then tested in one step. */
static inline uint64_t json_word(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

struct json_span {
    struct str raw; /* the text between the quotes */
    bool escaped;   /* it holds escapes, so that it must be decoded */
};

/* Passes the string whose opening quote stands at *pos. NULL when it is well-formed (escapes and UTF-8 are checked; *pos is
 * behind the closing quote), else what is wrong with it (*pos is the place). */
const char *json_string_pass(struct str text, size_t *pos, struct json_span *span);

/* The value of a string that was passed: a view where it has no escapes, else decoded into the arena. False when that is
 * exhausted. A lone surrogate becomes U+FFFD, as in most readers, so that every decoded string is UTF-8. */
bool json_string_decode(const struct json_span *span, struct arena *arena, struct str *out);

/* Writes the character's UTF-8 (RFC 3629, section 3), up to 4 bytes; its length. */
size_t utf8_put(uint32_t character, char *out);

/* The value of n hexadecimal digits at p; false where one is something else. */
bool hex_value(const char *p, size_t n, uint32_t *out);

#endif
