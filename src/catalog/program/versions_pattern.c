/* Texts around versions: how they are written is told in versions.h. Such a text is compiled into pieces; its longest literal is
 * what is searched for, the other pieces are matched from there to both sides. */
#include "catalog/program/versions.h"

enum { MAX_NULS = 64, MAX_TEXT = 96, HOST_CHARS = 12, MIN_TIME_DIGITS = 9, MAX_VERSION = 48, MAX_NUMBER_DIGITS = 9 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ---- compiling ------------------------------------------------------------------------------------------------------------------- */

static bool read_count(const char **at, unsigned *out)
{
    if (!is_digit(**at))
        return false;
    *out = (unsigned)(*(*at)++ - '0');
    return *out > 0;
}

/* "<2-4=5.l>", `at` behind the '<'. */
static bool read_form(const char **at, struct str number, struct version_pattern *out)
{
    if (out->max_numbers || !read_count(at, &out->min_numbers))
        return false;
    out->max_numbers = out->min_numbers;
    if (**at == '-') {
        ++*at;
        if (!read_count(at, &out->max_numbers))
            return false;
    }
    if (**at == '=') {
        const char *start = ++*at;
        while (is_digit(**at) || **at == '.')
            ++*at;
        out->begins = str_make(start, (size_t)(*at - start));
    }
    for (; **at && **at != '>'; ++*at) {
        switch (**at) {
        case 'l': out->letters = true; break;
        case 'p': out->patch = true; break;
        case 'b': out->build = true; break;
        case 't': out->cut = true; break;
        case 'x': out->packed = true; break;
        case 'z': out->not_zero = true; break;
        case 'n':
            if (number.len == 0)
                return false;
            out->begins = number;
            break;
        default: return false;
        }
    }
    return *(*at)++ == '>';
}

static enum version_piece_type piece_of(char c)
{
    switch (c) {
    case '&': return PIECE_NULS;
    case '*': return PIECE_TEXT;
    case '@': return PIECE_HOST;
    case '#': return PIECE_TIME;
    case '<': return PIECE_VERSION;
    default: return PIECE_LITERAL;
    }
}

/* What is searched for: the longest literal; where the version stands behind it, and its beginning is known, that too. */
static void choose_anchor(struct version_pattern *out)
{
    size_t best = 0;
    for (size_t i = 0; i < out->count; i++) {
        const struct version_piece *piece = &out->pieces[i];
        if (piece->type != PIECE_LITERAL)
            continue;
        bool known = i + 1 < out->count && out->pieces[i + 1].type == PIECE_VERSION;
        size_t len = piece->literal.len + (known ? out->begins.len : 0);
        if (len <= best || len > sizeof out->needle)
            continue;
        best = len;
        out->anchor = i;
        memcpy(out->needle, piece->literal.ptr, piece->literal.len);
        if (known && out->begins.len)
            memcpy(out->needle + piece->literal.len, out->begins.ptr, out->begins.len);
        out->needle_len = len;
    }
}

bool version_pattern_make(const char *text, struct str number, struct version_pattern *out)
{
    size_t used = 0;
    *out = (struct version_pattern){ 0 };
    while (*text) {
        enum version_piece_type type = piece_of(*text);
        struct version_piece *last = out->count ? &out->pieces[out->count - 1] : NULL;
        if (type == PIECE_LITERAL && last && last->type == PIECE_LITERAL) {
            last->literal.len++;
        } else {
            if (out->count == VERSION_MAX_PIECES)
                return false;
            out->pieces[out->count++] = (struct version_piece){ type, str_make(out->bytes + used, type == PIECE_LITERAL) };
        }
        if (type == PIECE_LITERAL && used == sizeof out->bytes)
            return false;
        if (type == PIECE_LITERAL)
            out->bytes[used++] = *text == '~' ? '\0' : *text;
        text++;
        if (type == PIECE_VERSION && !read_form(&text, number, out))
            return false;
    }
    choose_anchor(out);
    return out->max_numbers > 0 && out->needle_len > 0;
}

/* ---- versions --------------------------------------------------------------------------------------------------------------------- */

static char char_at(struct str text, size_t at)
{
    return at < text.len ? text.ptr[at] : '\0';
}

static size_t digits_at(struct str text, size_t at)
{
    size_t n = 0;
    while (n <= MAX_NUMBER_DIGITS && is_digit(char_at(text, at + n)))
        n++;
    return n;
}

/* "rc1", "-rc.1", "beta4", "-dev3", "a2", "-216.1.beta": behind the numbers from `at` on; its length, 0: there is none. */
static size_t pre_release(struct str text, size_t at)
{
    static const char *const words[] = { "alpha", "beta", "preview", "pre", "rc", "RC", "dev", "DEV", "nightly", "a", "b" };
    size_t start = at;
    char c = char_at(text, at);
    if (c == '-' && is_digit(char_at(text, at + 1))) { /* Dart */
        size_t n = at + 1;
        while (is_digit(char_at(text, n)) || (char_at(text, n) == '.' && n < at + 16))
            n++;
        struct str tail = str_skip(text, n);
        return str_starts(tail, "beta") ? n + 4 - start : str_starts(tail, "dev") ? n + 3 - start : 0;
    }
    if (c == '-' || c == '.' || c == '_')
        at++;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t len = strlen(words[i]);
        if (at > text.len || !str_starts(str_skip(text, at), words[i]))
            continue;
        size_t number = at + len, dot = char_at(text, number) == '.' || char_at(text, number) == '-';
        size_t digits = digits_at(text, number + dot);
        if (len == 1 && (digits == 0 || dot || at > start))
            continue;
        if (digits == 0)
            dot = 0;
        return is_letter(char_at(text, number + dot + digits)) ? 0 : number + dot + digits - start;
    }
    return 0;
}

static size_t build_suffix(struct str text, size_t at)
{
    size_t n = at;
    char c = char_at(text, at);
    if (c != '+' && c != '_' && c != '-')
        return 0;
    while (is_digit(char_at(text, n)) || is_letter(char_at(text, n)) || (char_at(text, n) && strchr("+_-.", char_at(text, n))))
        n++;
    return n - at;
}

static size_t suffix(const struct version_pattern *pattern, struct str text, size_t at)
{
    size_t n = pre_release(text, at);
    if (n || pattern->build)
        return n ? n : build_suffix(text, at);
    if (pattern->letters) {
        while (n < 2 && char_at(text, at + n) >= 'a' && char_at(text, at + n) <= 'z')
            n++;
        return is_letter(char_at(text, at + n)) ? 0 : n;
    }
    if (pattern->patch && (char_at(text, at) == 'p' || char_at(text, at) == '-') && digits_at(text, at + 1))
        return 1 + digits_at(text, at + 1);
    return 0;
}

/* The length of the version at `at`; 0: none. *numbers_len is without its suffix, *last_digits of its last number. */
static size_t version_at(const struct version_pattern *pattern, struct str text, size_t at, size_t *numbers_len,
                         size_t *last_digits)
{
    size_t n = at, count = 0, digits;
    if (pattern->begins.len && (at > text.len || text.len - at < pattern->begins.len ||
                                memcmp(text.ptr + at, pattern->begins.ptr, pattern->begins.len) != 0))
        return 0;
    while (count < pattern->max_numbers && (digits = digits_at(text, n)) > 0) {
        if (digits > MAX_NUMBER_DIGITS)
            return 0;
        *last_digits = digits;
        n += digits;
        count++;
        if (count == pattern->max_numbers || char_at(text, n) != '.' || !is_digit(char_at(text, n + 1)))
            break;
        n++;
    }
    /* "3.1" must not be taken for the beginning of "3.11". */
    if (count < pattern->min_numbers || (pattern->begins.len && is_digit(char_at(text, at + pattern->begins.len)) &&
                                         pattern->begins.ptr[pattern->begins.len - 1] != '.'))
        return 0;
    *numbers_len = n - at;
    if (pattern->not_zero && str_starts(str_skip(text, at), "1.0.0"))
        return 0;
    n += suffix(pattern, text, n);
    return n - at <= MAX_VERSION ? n - at : 0;
}

/* ---- matching ----------------------------------------------------------------------------------------------------------------------- */

struct match {
    const struct version_pattern *pattern;
    struct str text;
    struct str version; /* empty: not met yet */
};

static bool forward(struct match *m, size_t piece, size_t at);

static bool ends_well(const struct match *m, size_t at)
{
    char c = char_at(m->text, at);
    if (c == '.' && is_digit(char_at(m->text, at + 1)))
        return m->pattern->cut;
    return !is_digit(c) && (m->pattern->packed || !is_letter(c));
}

/* A container's name stands right behind the last number, and may begin with digits. */
static bool forward_version(struct match *m, size_t piece, size_t at)
{
    const struct version_pattern *p = m->pattern;
    size_t numbers = 0, digits = 0, len = version_at(p, m->text, at, &numbers, &digits);
    bool host = piece + 1 < p->count && p->pieces[piece + 1].type == PIECE_HOST;
    if (host && len)
        len = numbers;
    for (; len && digits; len--, digits--) {
        m->version = str_make(m->text.ptr + at, len);
        if (piece + 1 == p->count ? ends_well(m, at + len) : forward(m, piece + 1, at + len))
            return true;
        if (!host)
            break;
    }
    m->version.len = 0;
    return false;
}

static bool forward(struct match *m, size_t piece, size_t at)
{
    const struct version_pattern *p = m->pattern;
    size_t n = 0;
    if (piece == p->count)
        return true;
    struct str literal = p->pieces[piece].literal;
    switch (p->pieces[piece].type) {
    case PIECE_LITERAL:
        return at <= m->text.len && m->text.len - at >= literal.len && memcmp(m->text.ptr + at, literal.ptr, literal.len) == 0 &&
               forward(m, piece + 1, at + literal.len);
    case PIECE_NULS:
        while (n < MAX_NULS && at + n < m->text.len && m->text.ptr[at + n] == '\0')
            n++;
        return n && forward(m, piece + 1, at + n);
    case PIECE_TEXT:
        for (; n < MAX_TEXT && at + n < m->text.len; n++) {
            if (forward(m, piece + 1, at + n))
                return true;
            if (m->text.ptr[at + n] == '\0')
                return false;
        }
        return false;
    case PIECE_HOST:
        while (n < HOST_CHARS && (is_digit(char_at(m->text, at + n)) || is_letter(char_at(m->text, at + n))))
            n++;
        return n == HOST_CHARS && forward(m, piece + 1, at + n);
    case PIECE_TIME:
        while (is_digit(char_at(m->text, at + n)))
            n++;
        return n >= MIN_TIME_DIGITS && forward(m, piece + 1, at + n);
    default: return forward_version(m, piece, at);
    }
}

static bool backward(struct match *m, size_t pieces, size_t end);

/* The version that ends at `end`: from the farthest place on where one may begin. */
static bool backward_version(struct match *m, size_t pieces, size_t end)
{
    size_t start = end;
    while (start > 0 && end - start < MAX_VERSION &&
           (is_digit(m->text.ptr[start - 1]) || is_letter(m->text.ptr[start - 1]) ||
            (m->text.ptr[start - 1] && strchr(".+_-", m->text.ptr[start - 1]))))
        start--;
    for (; start < end; start++) {
        size_t numbers, digits;
        char before = start ? m->text.ptr[start - 1] : '\0';
        if (!is_digit(m->text.ptr[start]) || is_digit(before) || before == '.')
            continue;
        if (version_at(m->pattern, str_head(m->text, end), start, &numbers, &digits) != end - start ||
            !backward(m, pieces, start))
            continue;
        m->version = str_make(m->text.ptr + start, end - start);
        return true;
    }
    return false;
}

/* The pieces before number `pieces` end at `end`. Times stand behind what is searched for only. */
static bool backward(struct match *m, size_t pieces, size_t end)
{
    const struct version_pattern *p = m->pattern;
    size_t n = 0;
    if (pieces == 0)
        return true;
    struct str literal = p->pieces[pieces - 1].literal;
    switch (p->pieces[pieces - 1].type) {
    case PIECE_LITERAL:
        return end >= literal.len && memcmp(m->text.ptr + end - literal.len, literal.ptr, literal.len) == 0 &&
               backward(m, pieces - 1, end - literal.len);
    case PIECE_NULS:
        while (n < MAX_NULS && n < end && m->text.ptr[end - n - 1] == '\0')
            n++;
        return n && backward(m, pieces - 1, end - n);
    case PIECE_TEXT:
        for (; n < MAX_TEXT && n <= end; n++) {
            if (backward(m, pieces - 1, end - n))
                return true;
            if (n == end || m->text.ptr[end - n - 1] == '\0')
                return false;
        }
        return false;
    case PIECE_HOST:
        while (n < HOST_CHARS && n < end && (is_digit(m->text.ptr[end - n - 1]) || is_letter(m->text.ptr[end - n - 1])))
            n++;
        return n == HOST_CHARS && backward(m, pieces - 1, end - n);
    case PIECE_VERSION: return backward_version(m, pieces - 1, end);
    default: return false;
    }
}

bool version_pattern_match(const struct version_pattern *pattern, struct str bytes, size_t at, struct str *version)
{
    size_t first = at > VERSION_REACH ? at - VERSION_REACH : 0;
    struct match m = { .pattern = pattern, .text = str_head(str_skip(bytes, first), at - first + VERSION_REACH) };
    at -= first;
    bool ok =
        forward(&m, pattern->anchor + 1, at + pattern->pieces[pattern->anchor].literal.len) && backward(&m, pattern->anchor, at);
    *version = m.version;
    return ok && m.version.len > 0;
}
