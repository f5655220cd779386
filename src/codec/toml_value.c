/* The values of TOML 1.0 that hold no others: strings, numbers, booleans, dates and times. */
#include "codec/toml_tree.h"

#include "codec/json_string.h"

/* ---- strings ("String") ---- */

struct quoted {
    char quote; /* '"' has escapes, '\'' has none */
    bool is_long, coded;
    size_t start, end; /* of the text between the quotes */
};

static size_t newline_len(const struct toml *t, size_t ahead)
{
    int c = toml_byte(t, ahead);
    return c == '\n' ? 1 : c == '\r' && toml_byte(t, ahead + 1) == '\n' ? 2 : 0;
}

static size_t count_quotes(const struct toml *t, char quote, size_t most)
{
    size_t n = 0;
    while (n < most && toml_byte(t, n) == quote)
        n++;
    return n;
}

/* Passes to behind the closing quotes. A long string may end in one or two quotes of its own. */
static bool find_end(struct toml *t, struct quoted *q)
{
    for (;;) {
        int c = toml_byte(t, 0);
        size_t newline = newline_len(t, 0), step = 1;
        if (c == q->quote) {
            size_t run = q->is_long ? count_quotes(t, q->quote, 5) : 3;
            if (run >= 3) {
                q->end = t->pos + run - 3;
                t->pos += q->is_long ? run : 1;
                return true;
            }
            step = run;
        } else if (c == '\\' && q->quote == '"') {
            q->coded = true;
            step = 2;
        } else if (q->is_long && newline) {
            q->coded |= newline == 2;
            step = newline;
        } else if (c < 0) {
            return toml_fail(t, "a string does not end");
        } else if ((c < 0x20 && c != '\t') || c == 0x7F) {
            return toml_fail(t, "control character in a string");
        }
        if (step > t->text.len - t->pos)
            return toml_fail(t, "a string does not end");
        t->pos += step;
    }
}

/* "\" at the end of a line drops white space up to the next other character. Length of that, 0 where it is none. */
static size_t continuation_len(struct str s)
{
    size_t pos = 1;
    bool newline = false;
    for (; pos < s.len; pos++) {
        char c = s.ptr[pos];
        if (c == '\n' || (c == '\r' && pos + 1 < s.len && s.ptr[pos + 1] == '\n'))
            newline = true;
        else if (c != ' ' && c != '\t')
            break;
    }
    return newline ? pos : 0;
}

/* Decodes the escape at the start of s; its length, 0 where it is none. */
static size_t decode_escape(struct str s, bool is_long, char **to)
{
    static const char names[] = "btnfr\"\\", values[] = "\b\t\n\f\r\"\\";
    if (s.len < 2)
        return 0;
    size_t digits = s.ptr[1] == 'u' ? 4 : s.ptr[1] == 'U' ? 8 : 0;
    uint32_t c;
    if (digits) {
        if (s.len < 2 + digits || !hex_value(s.ptr + 2, digits, &c) || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
            return 0;
        *to += utf8_put(c, *to);
        return 2 + digits;
    }
    const char *at = memchr(names, s.ptr[1], sizeof names - 1);
    if (!at)
        return is_long ? continuation_len(s) : 0;
    *(*to)++ = values[at - names];
    return 2;
}

/* Into the arena; no escape is shorter than what it stands for. CRLF becomes LF. */
static bool decode(struct toml *t, const struct quoted *q, struct str *out)
{
    struct str rest = { t->text.ptr + q->start, q->end - q->start };
    char *start = arena_alloc(t->arena, rest.len), *to = start;
    if (!start)
        return arena_error(t->arena, t->err);
    while (rest.len) {
        size_t n = 1;
        if (rest.ptr[0] == '\\' && q->quote == '"')
            n = decode_escape(rest, q->is_long, &to);
        else if (rest.ptr[0] != '\r')
            *to++ = rest.ptr[0];
        if (n == 0) {
            t->pos = (size_t)(rest.ptr - t->text.ptr);
            return toml_fail(t, "unknown escape in a string");
        }
        rest = str_skip(rest, n);
    }
    *out = (struct str){ start, (size_t)(to - start) };
    return true;
}

bool toml_string(struct toml *t, bool may_be_long, struct str *out)
{
    struct quoted q = { .quote = (char)toml_byte(t, 0) };
    q.is_long = count_quotes(t, q.quote, 3) == 3;
    if (q.is_long && !may_be_long)
        return toml_fail(t, "a string of many lines as a key");
    t->pos += q.is_long ? 3 : 1;
    if (q.is_long)
        t->pos += newline_len(t, 0); /* directly behind the opening quotes: not part of the string */
    q.start = t->pos;
    if (!find_end(t, &q))
        return false;
    if (q.coded)
        return decode(t, &q, out);
    *out = (struct str){ t->text.ptr + q.start, q.end - q.start };
    return true;
}

/* ---- dates and times (RFC 3339, section 5.6) ---- */

/* Passes n digits with a value of low to high. */
static bool pass_field(struct str s, size_t *pos, size_t n, unsigned low, unsigned high, unsigned *out)
{
    unsigned value = 0;
    if (s.len - *pos < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = s.ptr[*pos + i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (unsigned)(c - '0');
    }
    *pos += n;
    *out = value;
    return value >= low && value <= high;
}

static bool pass_char(struct str s, size_t *pos, const char *any_of)
{
    if (*pos == s.len || s.ptr[*pos] == '\0' || !strchr(any_of, s.ptr[*pos]))
        return false;
    ++*pos;
    return true;
}

static bool pass_date(struct str s, size_t *pos)
{
    unsigned year, month, day;
    if (!pass_field(s, pos, 4, 0, 9999, &year) || !pass_char(s, pos, "-") || !pass_field(s, pos, 2, 1, 12, &month) ||
        !pass_char(s, pos, "-") || !pass_field(s, pos, 2, 1, 31, &day))
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    unsigned last = month == 2 ? (leap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    return day <= last;
}

static bool pass_time(struct str s, size_t *pos)
{
    unsigned field;
    if (!pass_field(s, pos, 2, 0, 23, &field) || !pass_char(s, pos, ":") || !pass_field(s, pos, 2, 0, 59, &field) ||
        !pass_char(s, pos, ":") || !pass_field(s, pos, 2, 0, 60, &field))
        return false;
    if (!pass_char(s, pos, "."))
        return true;
    if (!pass_field(s, pos, 1, 0, 9, &field))
        return false;
    while (*pos < s.len && pass_field(s, pos, 1, 0, 9, &field))
        ;
    return true;
}

static bool pass_offset(struct str s, size_t *pos)
{
    unsigned field;
    return pass_char(s, pos, "Zz") || (pass_char(s, pos, "+-") && pass_field(s, pos, 2, 0, 23, &field) &&
                                       pass_char(s, pos, ":") && pass_field(s, pos, 2, 0, 59, &field));
}

static bool is_date_or_time(struct str s)
{
    size_t pos = 0;
    if (s.len >= 3 && s.ptr[2] == ':')
        return pass_time(s, &pos) && pos == s.len;
    if (!pass_date(s, &pos))
        return false;
    if (pos == s.len)
        return true;
    return pass_char(s, &pos, "Tt ") && pass_time(s, &pos) && (pos == s.len || (pass_offset(s, &pos) && pos == s.len));
}

/* ---- numbers ("Integer", "Float") ---- */

static const char DIGITS[] = "0123456789abcdef";

static const char *find_digit(char c, unsigned base)
{
    return memchr(DIGITS, c >= 'A' && c <= 'F' ? c | 0x20 : c, base);
}

/* Digits, with single underscores between them only. */
static bool pass_digits(struct str s, size_t *pos, unsigned base)
{
    size_t start = *pos;
    while (*pos < s.len) {
        bool separator = s.ptr[*pos] == '_' && *pos > start && *pos + 1 < s.len && s.ptr[*pos - 1] != '_';
        if (!separator && !find_digit(s.ptr[*pos], base))
            break;
        ++*pos;
    }
    return *pos > start && s.ptr[*pos - 1] != '_';
}

static bool radix_number(struct toml *t, struct str s, unsigned base, struct str *out)
{
    size_t pos = 2;
    uint64_t value = 0;
    if (!pass_digits(s, &pos, base) || pos != s.len)
        return toml_fail(t, "malformed number");
    for (pos = 2; pos < s.len; pos++) {
        if (s.ptr[pos] == '_')
            continue;
        if (value > (uint64_t)INT64_MAX / base)
            return toml_fail(t, "number past 64 bits");
        value = value * base + (uint64_t)(find_digit(s.ptr[pos], base) - DIGITS);
    }
    if (value > INT64_MAX)
        return toml_fail(t, "number past 64 bits");
    *out = arena_printf(t->arena, "%llu", (unsigned long long)value);
    return out->ptr || arena_error(t->arena, t->err);
}

/* Checks the grammar of a decimal number; *whole tells an integer. */
static bool is_decimal(struct str s, bool *whole)
{
    size_t pos = 0;
    pass_char(s, &pos, "+-");
    size_t first = pos;
    if (!pass_digits(s, &pos, 10) || (s.ptr[first] == '0' && pos > first + 1))
        return false;
    *whole = pos == s.len;
    if (pass_char(s, &pos, ".") && !pass_digits(s, &pos, 10))
        return false;
    if (pass_char(s, &pos, "eE")) {
        pass_char(s, &pos, "+-");
        if (!pass_digits(s, &pos, 10))
            return false;
    }
    return pos == s.len;
}

static bool decimal_number(struct toml *t, struct str s, struct str *out)
{
    bool whole;
    uint64_t size;
    if (!is_decimal(s, &whole))
        return toml_fail(t, "unknown value");
    char *digits = arena_alloc(t->arena, s.len);
    if (!digits)
        return arena_error(t->arena, t->err);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '_' && !(i == 0 && s.ptr[i] == '+'))
            digits[len++] = s.ptr[i];
    struct str text = { digits, len };
    bool minus = digits[0] == '-';
    if (whole && (!str_u64(str_skip(text, minus), &size) || size > (uint64_t)INT64_MAX + minus))
        return toml_fail(t, "number past 64 bits");
    *out = text;
    return true;
}

/* ---- telling them apart ---- */

/* The longest run of bytes that such a value may have; a space parts a date and its time only. */
static struct str take_token(struct toml *t)
{
    struct str rest = str_skip(t->text, t->pos);
    size_t n = 0;
    while (n < rest.len) {
        char c = rest.ptr[n], folded = (char)(c | 0x20);
        bool plain = (c >= '0' && c <= '9') || (folded >= 'a' && folded <= 'z') || (c != '\0' && strchr("+-_.:", c));
        bool space = c == ' ' && n == 10 && rest.ptr[4] == '-' && n + 1 < rest.len && find_digit(rest.ptr[n + 1], 10);
        if (!plain && !space)
            break;
        n++;
    }
    return str_head(rest, n);
}

/* Four digits and '-', or two and ':'. No number reads so; "1.5e-3" has its '-' at the same place. */
static bool looks_like_date(struct str s)
{
    size_t pos = 0;
    unsigned field;
    if (s.len > 2 && s.ptr[2] == ':')
        return pass_field(s, &pos, 2, 0, 99, &field);
    return s.len > 4 && s.ptr[4] == '-' && pass_field(s, &pos, 4, 0, 9999, &field);
}

bool toml_literal(struct toml *t, enum toml_kind *kind, struct str *out)
{
    struct str s = take_token(t), unsigned_part = s;
    if (s.len && (s.ptr[0] == '+' || s.ptr[0] == '-'))
        unsigned_part = str_skip(s, 1);
    bool ok = true;
    *kind = TOML_LITERAL;
    if (s.len == 0) {
        ok = toml_fail(t, "value expected");
    } else if (str_is(s, "true") || str_is(s, "false")) {
        *out = s;
    } else if (str_is(unsigned_part, "inf") || str_is(unsigned_part, "nan")) {
        *kind = TOML_STRING;
        *out = s.ptr[0] == '-' ? s : unsigned_part;
    } else if (looks_like_date(s)) {
        *kind = TOML_STRING;
        *out = s;
        ok = is_date_or_time(s) || toml_fail(t, "malformed date or time");
    } else if (str_starts(s, "0x") || str_starts(s, "0o") || str_starts(s, "0b")) {
        ok = radix_number(t, s, s.ptr[1] == 'x' ? 16 : s.ptr[1] == 'o' ? 8 : 2, out);
    } else {
        ok = decimal_number(t, s, out);
    }
    if (ok)
        t->pos += s.len;
    return ok;
}
