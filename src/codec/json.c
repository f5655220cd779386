/* JSON (RFC 8259): a pull reader over a view. The reader stands before a value, or between two values of a container; the
 * state array tells which, one byte a level, so that nothing here recurses. */
#include "codec/codec.h"

#include "codec/json_string.h"

#include <math.h>
#include <stdlib.h>

/* A byte of json.state: the kind of container, whether nothing in it was read yet, and whether a value is due (its key, or
 * json_item, was read). state[0] is the text as a whole, which holds one value. */
enum { IN_TEXT = 0, IN_ARRAY = 1, IN_OBJECT = 2, KIND = 3, FRESH = 4, DUE = 8 };

/* Limits, as opposed to damage; told apart by address. */
static const char TOO_DEEP[] = "nested too deeply", NO_MEMORY[] = "memory limit reached";

static bool fail(struct json *json, const char *problem)
{
    if (!json->failed) {
        json->failed = true;
        json->problem = problem;
    }
    return false;
}

void json_begin(struct json *json, struct str text, struct arena *arena)
{
    json->text = text;
    json->pos = str_starts(text, "\xEF\xBB\xBF") ? 3 : 0;
    json->arena = arena;
    json->depth = 0;
    json->failed = false;
    json->problem = NULL;
    json->line_pos = 0;
    json->line = 1;
    json->state[0] = IN_TEXT | DUE;
}

static const uint64_t EIGHT_SPACES = UINT64_C(0x2020202020202020);

/* Passes white space (section 2); the next byte, or -1 at the end. Printed JSON is indented, mostly by spaces. */
static inline int next_byte(struct json *json)
{
    const char *p = json->text.ptr;
    size_t pos = json->pos, len = json->text.len;
    while (pos < len) {
        unsigned char c = (unsigned char)p[pos];
        if (c > ' ' || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) {
            json->pos = pos;
            return c;
        }
        pos++;
        for (uint64_t others = 0; others == 0 && len - pos >= 8; pos += others ? (unsigned)__builtin_ctzll(others) / 8 : 8)
            others = json_word(p + pos) ^ EIGHT_SPACES;
    }
    json->pos = pos;
    return -1;
}

uint32_t json_line(struct json *json)
{
    if (json->state[json->depth] == (IN_ARRAY | DUE))
        next_byte(json); /* up to the item */
    for (size_t pos; json->line_pos < json->pos; json->line_pos += pos + 1) {
        if (!str_find(str_head(str_skip(json->text, json->line_pos), json->pos - json->line_pos), '\n', &pos)) {
            json->line_pos = json->pos;
            break;
        }
        json->line++;
    }
    return json->line;
}

static bool pass_string(struct json *json, struct json_span *span)
{
    const char *problem = json_string_pass(json->text, &json->pos, span);
    return problem ? fail(json, problem) : true;
}

static bool read_string(struct json *json, struct str *out)
{
    struct json_span span;
    if (!pass_string(json, &span))
        return false;
    return json_string_decode(&span, json->arena, out) || fail(json, NO_MEMORY);
}

/* ---- scalars ---- */

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Passes digits, at least one; false where there is none. */
static bool pass_digits(struct str text, size_t *pos)
{
    size_t start = *pos;
    while (*pos < text.len && is_digit(text.ptr[*pos]))
        ++*pos;
    return *pos > start;
}

/* Section 6: [ minus ] int [ frac ] [ exp ], no leading zeroes. */
static bool pass_number(struct json *json, struct str *out)
{
    struct str text = json->text;
    size_t start = json->pos, *pos = &json->pos;
    if (text.ptr[*pos] == '-')
        ++*pos;
    size_t whole = *pos;
    if (!pass_digits(text, pos) || (text.ptr[whole] == '0' && *pos > whole + 1))
        return fail(json, "malformed number");
    if (*pos < text.len && text.ptr[*pos] == '.') {
        ++*pos;
        if (!pass_digits(text, pos))
            return fail(json, "malformed number");
    }
    if (*pos < text.len && (text.ptr[*pos] | 0x20) == 'e') {
        ++*pos;
        if (*pos < text.len && (text.ptr[*pos] == '+' || text.ptr[*pos] == '-'))
            ++*pos;
        if (!pass_digits(text, pos))
            return fail(json, "malformed number");
    }
    *out = (struct str){ text.ptr + start, *pos - start };
    return true;
}

static bool pass_literal(struct json *json, struct str *out)
{
    struct str rest = str_skip(json->text, json->pos);
    const char *word = rest.ptr[0] == 't' ? "true" : rest.ptr[0] == 'f' ? "false" : "null";
    if (!str_starts(rest, word))
        return fail(json, "unknown word");
    *out = str_head(rest, strlen(word));
    json->pos += out->len;
    return true;
}

static enum json_type type_of(int c)
{
    switch (c) {
    case '{': return JSON_OBJECT;
    case '[': return JSON_ARRAY;
    case '"': return JSON_STRING;
    case 't':
    case 'f': return JSON_BOOL;
    case 'n': return JSON_NULL;
    case '-': return JSON_NUMBER;
    default: return c >= '0' && c <= '9' ? JSON_NUMBER : JSON_BAD;
    }
}

/* ---- containers ---- */

static bool enter(struct json *json, enum json_type type)
{
    if (json->depth == JSON_MAX_DEPTH)
        return fail(json, TOO_DEEP);
    json->pos++;
    json->state[++json->depth] = (unsigned char)((type == JSON_OBJECT ? IN_OBJECT : IN_ARRAY) | FRESH);
    return true;
}

/* Stands the reader before the next key or item of the innermost container; false when that ends here, and was left. */
static bool next_part(struct json *json, char close)
{
    unsigned char *state = &json->state[json->depth];
    int c = next_byte(json);
    if (c == close) {
        json->pos++;
        json->depth--;
        return false;
    }
    if (*state & FRESH) {
        *state &= (unsigned char)~FRESH;
        return true;
    }
    if (c != ',')
        return fail(json, close == '}' ? "',' or '}' expected" : "',' or ']' expected");
    json->pos++;
    return true;
}

static bool at_key(struct json *json)
{
    return next_byte(json) == '"' || fail(json, "key expected");
}

static bool pass_colon(struct json *json)
{
    if (next_byte(json) != ':')
        return fail(json, "':' expected");
    json->pos++;
    return true;
}

/* Passes all up to the next value inside the innermost container; false when that ended or the text is damaged. */
static bool pass_to_value(struct json *json)
{
    struct json_span key;
    if ((json->state[json->depth] & KIND) == IN_ARRAY)
        return next_part(json, ']');
    return next_part(json, '}') && at_key(json) && pass_string(json, &key) && pass_colon(json);
}

static bool no_value(struct json *json)
{
    return fail(json, json->pos == json->text.len ? "the text ends where a value is due" : "value expected");
}

static bool pass_scalar(struct json *json, enum json_type type, struct str *out)
{
    struct json_span span;
    switch (type) {
    case JSON_STRING: return pass_string(json, &span);
    case JSON_NUMBER: return pass_number(json, out);
    case JSON_NULL:
    case JSON_BOOL: return pass_literal(json, out);
    default: return no_value(json);
    }
}

/* Passes a whole value, checking it as strictly as if it were read. */
static bool pass_value(struct json *json)
{
    unsigned outside = json->depth;
    struct str scalar;
    do {
        enum json_type type = type_of(next_byte(json));
        if (!(type == JSON_OBJECT || type == JSON_ARRAY ? enter(json, type) : pass_scalar(json, type, &scalar)))
            return false;
        while (json->depth > outside && !pass_to_value(json))
            if (json->failed)
                return false;
    } while (json->depth > outside);
    return true;
}

/* ---- the public calls ---- */

enum json_type json_peek(struct json *json)
{
    if (json->failed)
        return JSON_BAD;
    if (!(json->state[json->depth] & DUE)) {
        fail(json, "no value is due here");
        return JSON_BAD;
    }
    enum json_type type = type_of(next_byte(json));
    if (type == JSON_BAD)
        no_value(json);
    return type;
}

/* Takes the value that is due when it has the wanted type; skips it otherwise. */
static bool take(struct json *json, enum json_type wanted)
{
    enum json_type type = json_peek(json);
    if (type == JSON_BAD)
        return false;
    json->state[json->depth] &= (unsigned char)~DUE;
    if (type == wanted)
        return true;
    pass_value(json);
    return false;
}

/* Ready for the next part of the innermost container, which must be of this kind; a value that was not read is passed. */
static bool at_part(struct json *json, unsigned kind)
{
    if (json->failed)
        return false;
    if ((json->state[json->depth] & KIND) != kind)
        return fail(json, "read in the wrong order");
    if (json->state[json->depth] & DUE)
        json_skip(json);
    return !json->failed;
}

bool json_object(struct json *json)
{
    return take(json, JSON_OBJECT) && enter(json, JSON_OBJECT);
}

bool json_array(struct json *json)
{
    return take(json, JSON_ARRAY) && enter(json, JSON_ARRAY);
}

bool json_key(struct json *json, struct str *key)
{
    struct str name;
    if (!at_part(json, IN_OBJECT) || !next_part(json, '}') || !at_key(json) || !read_string(json, &name) || !pass_colon(json))
        return false;
    json->state[json->depth] |= DUE;
    *key = name;
    return true;
}

bool json_item(struct json *json)
{
    if (!at_part(json, IN_ARRAY) || !next_part(json, ']'))
        return false;
    json->state[json->depth] |= DUE;
    return true;
}

bool json_string(struct json *json, struct str *out)
{
    return take(json, JSON_STRING) && read_string(json, out);
}

bool json_bool(struct json *json, bool *out)
{
    struct str word;
    if (!take(json, JSON_BOOL) || !pass_literal(json, &word))
        return false;
    *out = word.ptr[0] == 't';
    return true;
}

bool json_number(struct json *json, double *out)
{
    struct str text;
    if (!take(json, JSON_NUMBER) || !pass_number(json, &text))
        return false;
    /* strtod wants a terminator. Nothing in this program sets another locale than "C", so that '.' is the decimal point. */
    char small[64], *copy = small;
    if (text.len >= sizeof small && !(copy = arena_cstr(json->arena, text)))
        return fail(json, NO_MEMORY);
    if (copy == small) {
        memcpy(small, text.ptr, text.len);
        small[text.len] = '\0';
    }
    double value = strtod(copy, NULL);
    if (!isfinite(value))
        return false;
    *out = value;
    return true;
}

bool json_i64(struct json *json, int64_t *out)
{
    struct str text;
    uint64_t size;
    if (!take(json, JSON_NUMBER) || !pass_number(json, &text))
        return false;
    bool minus = text.ptr[0] == '-';
    if (!str_u64(str_skip(text, minus), &size) || size > (uint64_t)INT64_MAX + minus)
        return false;
    *out = minus ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

bool json_scalar(struct json *json, struct str *out)
{
    enum json_type type = json_peek(json);
    if (type == JSON_STRING)
        return json_string(json, out);
    struct str text;
    bool wanted = type == JSON_NUMBER || type == JSON_BOOL;
    if (!take(json, wanted ? type : JSON_BAD) || !pass_scalar(json, type, &text))
        return false;
    *out = text;
    return true;
}

bool json_time(struct json *json, int64_t *unix_s)
{
    struct str text;
    return json_string(json, &text) && time_parse(text, unix_s);
}

void json_skip(struct json *json)
{
    if (json_peek(json) == JSON_BAD)
        return;
    json->state[json->depth] &= (unsigned char)~DUE;
    pass_value(json);
}

bool json_raw(struct json *json, struct str *out)
{
    if (json_peek(json) == JSON_BAD)
        return false;
    size_t start = json->pos;
    json_skip(json);
    if (json->failed)
        return false;
    *out = (struct str){ json->text.ptr + start, json->pos - start };
    return true;
}

bool json_end(struct json *json, struct error *err)
{
    if (!json->failed && (json->depth > 0 || json->state[0] & DUE))
        fail(json, "not read to the end");
    if (!json->failed && next_byte(json) >= 0)
        fail(json, "more text after the value");
    if (!json->failed)
        return true;
    size_t line = 1, column = 1;
    for (size_t i = 0; i < json->pos; i++) {
        column = json->text.ptr[i] == '\n' ? 1 : column + 1;
        line += json->text.ptr[i] == '\n';
    }
    enum error_kind kind = json->problem == TOO_DEEP || json->problem == NO_MEMORY ? ERROR_LIMIT : ERROR_INPUT;
    return error_set(err, kind, "JSON, line %zu, column %zu: %s", line, column, json->problem);
}
