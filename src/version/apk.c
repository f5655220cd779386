/* apk - Alpine package versions: number{.number}{letter}{_suffix{number}}{~hash}{-rN}, in the order of apk-tools 2.14.
 *
 * apk reads tokens, each a value and the kind of the token after it, and compares these by turns. Of two kinds the one
 * that comes later in a version sorts first (so the end sorts before all), but _alpha, _beta, _pre and _rc sort before
 * the end. A number after a dot that starts with zeros is first of all a count of zeros, where more sort before fewer,
 * and those before every number without. What apk accepts is accepted, but no empty parts ("1.", "1_", "1-r"), which
 * apk-tools 3 refuses too; of apk-tools 3 the commit hash is added. */
#include "version/key.h"
#include "version/schemes.h"

/* The kinds in the order of keys; each writes this byte and then its value. */
enum kind { PRE_SUFFIX = 1, END, REVISION, HASH, SUFFIX_NUMBER, SUFFIX, LETTER, NUMBER, DOT_NUMBER, INVALID };
enum { MORE_ZEROS = 0x01, ZEROS_END = 0x02 };

static const struct {
    struct str text;
    enum kind kind;
} suffixes[] = {
    { STR_INIT("alpha"), PRE_SUFFIX }, { STR_INIT("beta"), PRE_SUFFIX }, { STR_INIT("pre"), PRE_SUFFIX },
    { STR_INIT("rc"), PRE_SUFFIX },    { STR_INIT("cvs"), SUFFIX },      { STR_INIT("svn"), SUFFIX },
    { STR_INIT("git"), SUFFIX },       { STR_INIT("hg"), SUFFIX },       { STR_INIT("p"), SUFFIX },
};

/* The kind that may follow `now`, given the text that is left; takes its sign ('.', '_', '~', "-r") from the text. */
static enum kind next_kind(enum kind now, struct str *rest)
{
    char c = rest->ptr[0];
    if ((now == NUMBER || now == DOT_NUMBER) && c >= 'a' && c <= 'z')
        return LETTER;
    if (is_digit(c) && now == LETTER)
        return NUMBER;
    if (is_digit(c) && (now == SUFFIX || now == PRE_SUFFIX))
        return SUFFIX_NUMBER;
    bool revision = c == '-' && rest->len > 1 && rest->ptr[1] == 'r';
    *rest = str_skip(*rest, revision ? 2 : 1);
    if (c == '.' && (now == NUMBER || now == DOT_NUMBER))
        return DOT_NUMBER;
    if (c == '_' && now != HASH && now != REVISION)
        return SUFFIX;
    if (c == '~' && now != HASH && now != REVISION)
        return HASH;
    return revision ? REVISION : INVALID;
}

static size_t find_suffix(struct str rest)
{
    size_t i = 0;
    while (i < ARRAY_LEN(suffixes) && !str_eq(str_head(rest, suffixes[i].text.len), suffixes[i].text))
        i++;
    return i;
}

static size_t hash_span(struct str s)
{
    size_t n = 0;
    while (n < s.len && (is_digit(s.ptr[n]) || (s.ptr[n] >= 'a' && s.ptr[n] <= 'f')))
        n++;
    return n;
}

/* Writes a suffix with its kind; false where there is none of that name. */
static bool suffix_key(unsigned char **p, struct str *rest, enum kind *kind)
{
    size_t which = find_suffix(*rest);
    if (which == ARRAY_LEN(suffixes))
        return false;
    *kind = suffixes[which].kind;
    *p = key_byte(*p, (unsigned char)*kind);
    *p = key_byte(*p, (unsigned char)(KEY_NUM + which));
    *rest = str_skip(*rest, suffixes[which].text.len);
    return true;
}

/* A number, or after a dot the zeros that it starts with: the rest of it, even if empty, is then a token of its own, which
 * *more tells. */
static unsigned char *number_key(unsigned char *p, struct str *rest, enum kind *kind, bool *more)
{
    size_t n = 0;
    bool may_be_empty = *more;
    *more = false;
    if (*kind == DOT_NUMBER && str_at(*rest, '0')) {
        for (; n < rest->len && rest->ptr[n] == '0'; n++)
            p = key_byte(p, MORE_ZEROS);
        p = key_byte(p, ZEROS_END);
        *more = n < rest->len;
        *kind = NUMBER;
    } else {
        n = digits_span(*rest);
        p = key_number(p, rest->ptr, n);
    }
    *rest = str_skip(*rest, n);
    return n || may_be_empty ? p : NULL;
}

/* Writes the token of that kind. */
static unsigned char *token_key(unsigned char *p, enum kind *kind, struct str *rest, bool *more)
{
    if (*kind == SUFFIX)
        return suffix_key(&p, rest, kind) ? p : NULL;
    p = key_byte(p, (unsigned char)*kind);
    if (*kind == HASH) {
        size_t n = hash_span(*rest);
        p = n ? key_text(p, rest->ptr, n) : NULL;
        *rest = str_skip(*rest, n);
        return p;
    }
    if (*kind == LETTER) {
        p = key_byte(p, (unsigned char)rest->ptr[0]);
        *rest = str_skip(*rest, 1);
        return p;
    }
    return number_key(p, rest, kind, more);
}

static bool apk_key(struct str text, struct buf *out)
{
    struct str rest = text;
    unsigned char *p = key_open(text, out);
    bool more = false;
    for (enum kind kind = NUMBER; p;) {
        p = token_key(p, &kind, &rest, &more);
        if (p && rest.len == 0 && !more)
            break;
        if (p && !more)
            kind = next_kind(kind, &rest);
        if (kind == INVALID)
            return false;
    }
    return p && key_close(out, key_byte(p, END));
}

const struct version_scheme version_scheme_apk = { .name = "apk", .key = apk_key };
