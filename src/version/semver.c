/* semver - Semantic Versioning 2.0.0 (semver.org), and the parts of it that other schemes use with rules of their own. */
#include "version/semver.h"

#include "version/schemes.h"

enum { PRE_END = 0x01, NO_PRE = 0xFF, WORD = KEY_HIGH };

bool semver_identifiers_valid(struct str text, bool zeros)
{
    struct str rest = text, id = text;
    bool more = true;
    while (more) {
        more = str_cut(rest, '.', &id, &rest);
        for (size_t i = 0; i < id.len; i++)
            if (!is_alnum(id.ptr[i]) && id.ptr[i] != '-')
                return false;
        bool number = digits_span(id) == id.len;
        if (id.len == 0 || (!zeros && number && id.len > 1 && id.ptr[0] == '0'))
            return false;
    }
    return true;
}

static bool parse_numbers(struct str *rest, unsigned rules, struct semver *out)
{
    for (out->count = 0; out->count < 3;) {
        size_t n = digits_span(*rest);
        if (n == 0 || (n > 1 && rest->ptr[0] == '0' && !(rules & (SEMVER_LOOSE | SEMVER_ZEROS))))
            return false;
        out->number[out->count++] = str_head(*rest, n);
        *rest = str_skip(*rest, n);
        if (out->count == 3 || !str_at(*rest, '.'))
            break;
        *rest = str_skip(*rest, 1);
    }
    return out->count == 3 || (rules & SEMVER_SHORT);
}

/* Takes the prerelease, which ends at '+'. In loose mode a hyphen that starts no identifier belongs to the first. */
static bool parse_pre(struct str *rest, unsigned rules, struct semver *out)
{
    struct str pre, build;
    bool loose = rules & SEMVER_LOOSE;
    if (!str_at(*rest, '-') && (!loose || str_at(*rest, '+') || rest->len == 0))
        return true;
    bool built = str_cut(*rest, '+', &pre, &build);
    out->pre = str_skip(pre, str_at(pre, '-'));
    *rest = built ? str_skip(*rest, pre.len) : build;
    if (out->pre.len == 0 && (rules & SEMVER_EMPTY))
        return true;
    if (semver_identifiers_valid(out->pre, rules & (SEMVER_LOOSE | SEMVER_ZEROS)))
        return true;
    out->pre = pre;
    return loose && semver_identifiers_valid(pre, true);
}

/* A fourth number in loose mode: the pattern of node-semver then finds the prerelease in the last digit of the third
 * ("1.2.34.5" is 1.2.3-4.5). */
static void lend_digit(struct str *rest, struct semver *out)
{
    struct str *patch = &out->number[2];
    if (!str_at(*rest, '.') || patch->len < 2)
        return;
    patch->len--;
    *rest = str_make(rest->ptr - 1, rest->len + 1);
}

bool semver_parse(struct str text, unsigned rules, struct semver *out)
{
    *out = (struct semver){ 0 };
    if (rules & SEMVER_LOOSE)
        for (text = str_trim(text); str_at(text, 'v') || str_at(text, '=') || str_at(text, ' ');)
            text = str_skip(text, 1);
    else if ((rules & SEMVER_V) && str_at(text, 'v'))
        text = str_skip(text, 1);
    if (!parse_numbers(&text, rules, out))
        return false;
    if (rules & SEMVER_LOOSE)
        lend_digit(&text, out);
    if (!parse_pre(&text, rules, out))
        return false;
    if (text.len == 0)
        return true;
    out->build = str_skip(text, 1);
    return text.ptr[0] == '+' && semver_identifiers_valid(out->build, true);
}

unsigned char *semver_write_numbers(unsigned char *p, const struct semver *version)
{
    for (size_t i = 0; i < 3; i++)
        p = key_number(p, version->number[i].ptr, version->number[i].len);
    return p;
}

/* Section 11: numbers sort by value and before words, words by their bytes, fewer identifiers before more. */
unsigned char *semver_write_identifiers(unsigned char *p, struct str text)
{
    struct str id;
    while (str_next(&text, '.', &id)) {
        if (digits_span(id) == id.len) {
            p = key_number(p, id.ptr, id.len);
        } else {
            p = key_byte(p, WORD);
            p = key_text(p, id.ptr, id.len);
        }
    }
    return key_byte(p, PRE_END);
}

unsigned char *semver_write_pre(unsigned char *p, struct str pre)
{
    return pre.ptr ? semver_write_identifiers(p, pre) : key_byte(p, NO_PRE);
}

unsigned char *semver_write_pre_pair(unsigned char *p, struct str word, struct str number)
{
    p = key_byte(p, WORD);
    p = key_text(p, word.ptr, word.len);
    p = key_number(p, number.ptr, number.len);
    return key_byte(p, PRE_END);
}

bool semver_key_by(struct str text, unsigned rules, struct buf *out)
{
    struct semver version;
    unsigned char *p = semver_parse(text, rules, &version) ? key_open(text, out) : NULL;
    if (!p)
        return false;
    p = semver_write_numbers(p, &version);
    p = semver_write_pre(p, version.pre);
    if (rules & SEMVER_BUILD)
        p = semver_write_identifiers(p, version.build);
    return key_close(out, p);
}

static bool semver_key(struct str text, struct buf *out)
{
    return semver_key_by(text, 0, out);
}

static bool semver_test(struct range *range, struct str op, struct str word)
{
    return partial_test(range, op, word, "=");
}

static bool semver_range(struct str text, struct version_set *out, struct error *err)
{
    return range_parse(&version_scheme_semver, text, semver_test, out, err);
}

const struct version_scheme version_scheme_semver = { .name = "semver", .key = semver_key, .range = semver_range };
