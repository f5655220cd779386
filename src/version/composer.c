/* composer - PHP packages' versions as composer/semver 3 normalises them and PHP's version_compare then orders them.
 *
 * Up to four numbers (or a date), then a stability: dev < alpha < beta < RC < none < patch. "1.2.x-dev" is the branch's end,
 * 1.2.9999999.9999999-dev. Composer gives branches by name ("dev-main") no order; here they come before all numbers, by
 * name, and no range takes them in that has an end (see composer_range.c), so that none ever matches by accident. */
#include "version/composer.h"

#include "version/key.h"
#include "version/schemes.h"

enum { BRANCH = 0x00, UNKNOWN, DEV, ALPHA, BETA, RC, END, PATCH = KEY_HIGH };
enum { MAX_NUMBERS = 4, MAX_FIRST_DIGITS = 5 };

static const struct {
    struct str word;
    unsigned char order;
} stabilities[] = {
    { STR_INIT("stable"), UNKNOWN }, { STR_INIT("alpha"), ALPHA }, { STR_INIT("beta"), BETA },
    { STR_INIT("patch"), PATCH },    { STR_INIT("pl"), PATCH },    { STR_INIT("rc"), RC },
    { STR_INIT("a"), ALPHA },        { STR_INIT("b"), BETA },      { STR_INIT("p"), PATCH },
};

static bool starts_nocase(struct str s, struct str word)
{
    return str_eq_nocase(str_head(s, word.len), word);
}

static bool is_joint(struct str s)
{
    return str_at(s, '.') || str_at(s, '-');
}

/* Any run of [sep]number; gives the whole with its separators. */
static struct str take_numbers(struct str *rest)
{
    struct str all = *rest;
    for (;;) {
        struct str s = str_skip(*rest, is_joint(*rest));
        size_t n = digits_span(s);
        if (n == 0)
            return str_head(all, all.len - rest->len);
        *rest = str_skip(s, n);
    }
}

static bool ends_in_dev(struct str s, bool *dev)
{
    struct str word = str_skip(s, is_joint(s));
    *dev = s.len > 0;
    return s.len == 0 || (word.len == 3 && starts_nocase(word, STR("dev")));
}

bool composer_modifier(struct str text, struct composer_modifier *out)
{
    *out = (struct composer_modifier){ 0 };
    struct str rest = str_skip(text, is_joint(text) || str_at(text, '_'));
    for (size_t i = 0; i < ARRAY_LEN(stabilities); i++)
        if (starts_nocase(rest, stabilities[i].word)) {
            struct str after = str_skip(rest, stabilities[i].word.len);
            out->word = str_head(rest, stabilities[i].word.len);
            out->order = stabilities[i].order;
            out->numbers = take_numbers(&after);
            return ends_in_dev(after, &out->dev);
        }
    return ends_in_dev(rest, &out->dev) || ends_in_dev(text, &out->dev);
}

/* YYYY, then one to six times two digits, then perhaps one to three, with or without '.', ':' or '-' between. At most
 * eight levels deep. */
static bool is_date(struct str s, unsigned pairs)
{
    if (s.len == 0)
        return pairs > 0;
    s = str_skip(s, is_joint(s) || str_at(s, ':'));
    size_t n = digits_span(s);
    if (n >= 2 && pairs < 6 && is_date(str_skip(s, 2), pairs + 1))
        return true;
    return pairs > 0 && n >= 1 && n <= 3 && n == s.len;
}

/* The text up to its last digit before letters or '_'. */
static struct str date_part(struct str s)
{
    size_t n = 0, last = 0;
    for (; n < s.len && (is_digit(s.ptr[n]) || is_joint(str_skip(s, n)) || s.ptr[n] == ':'); n++)
        if (is_digit(s.ptr[n]))
            last = n + 1;
    return str_head(s, last);
}

static unsigned char *write_numbers(unsigned char *p, struct str numbers)
{
    while (numbers.len) {
        size_t n = digits_span(numbers);
        if (n)
            p = key_number(p, numbers.ptr, n);
        numbers = str_skip(numbers, n ? n : 1);
    }
    return p;
}

static unsigned char *write_modifier(unsigned char *p, const struct composer_modifier *modifier)
{
    /* composer/semver returns at once where it finds "stable" in lower case. */
    if (str_is(modifier->word, "stable"))
        return p;
    if (modifier->word.len) {
        p = key_byte(p, modifier->order);
        p = write_numbers(p, modifier->numbers);
    }
    return modifier->dev ? key_byte(p, DEV) : p;
}

/* Takes ".N" up to `max` numbers in all; a wildcard counts where `wild`. */
static unsigned char *take_classical(unsigned char *p, struct str *rest, bool wild)
{
    size_t count = 0;
    do {
        *rest = str_skip(*rest, count > 0);
        size_t n = digits_span(*rest);
        bool any = wild && n == 0;
        p = any ? key_number(p, "9999999", 7) : key_number(p, rest->ptr, n);
        *rest = str_skip(*rest, any ? 1 : n);
        count++;
        struct str next = str_skip(*rest, 1);
        bool more = digits_span(next) || (wild && (str_at(next, 'x') || str_at(next, 'X') || str_at(next, '*')));
        if (!str_at(*rest, '.') || !more)
            break;
    } while (count < MAX_NUMBERS);
    for (; count < MAX_NUMBERS; count++)
        p = wild ? key_number(p, "9999999", 7) : key_number(p, "", 0);
    return p;
}

/* "1.2.3.4", a stability behind it. */
static unsigned char *classical_key(unsigned char *p, struct str text)
{
    struct composer_modifier modifier;
    size_t n = digits_span(text);
    if (n == 0 || n > MAX_FIRST_DIGITS)
        return NULL;
    p = take_classical(p, &text, false);
    return composer_modifier(text, &modifier) ? write_modifier(p, &modifier) : NULL;
}

static unsigned char *date_key(unsigned char *p, struct str text)
{
    struct composer_modifier modifier;
    struct str date = date_part(text);
    if (digits_span(date) < 4 || !is_date(str_skip(date, 4), 0) || !composer_modifier(str_skip(text, date.len), &modifier))
        return NULL;
    return write_modifier(write_numbers(p, date), &modifier);
}

/* "1.2.x-dev": the end of a numbered branch. */
static unsigned char *branch_end_key(unsigned char *p, struct str text)
{
    if (text.len < 3 || !starts_nocase(str_skip(text, text.len - 3), STR("dev")))
        return NULL;
    text = str_head(text, text.len - 3);
    if (text.len && is_joint(str_skip(text, text.len - 1)))
        text.len--;
    text = str_trim(text);
    text = str_skip(text, str_at(text, 'v') || str_at(text, 'V'));
    if (digits_span(text) == 0)
        return NULL;
    p = take_classical(p, &text, true);
    return text.len == 0 ? key_byte(p, DEV) : NULL;
}

static bool has_blank(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == ',' || (unsigned char)s.ptr[i] <= ' ')
            return true;
    return false;
}

/* Without " as ALIAS", "@stability" and "+metadata". */
static struct str strip(struct str text)
{
    static const struct str flags[] = { STR_INIT("@stable"), STR_INIT("@rc"), STR_INIT("@beta"), STR_INIT("@alpha"),
                                        STR_INIT("@dev") };
    size_t pos;
    text = str_trim(text);
    if (str_find(text, ' ', &pos)) {
        struct str alias = str_trim(str_skip(text, pos));
        if (str_starts(alias, "as ") && !has_blank(str_trim(str_skip(alias, 3))) && !has_blank(str_head(text, pos)))
            text = str_head(text, pos);
    }
    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        if (text.len >= flags[i].len && str_eq_nocase(str_skip(text, text.len - flags[i].len), flags[i])) {
            text = str_head(text, text.len - flags[i].len);
            break;
        }
    return text;
}

struct str composer_strip(struct str text)
{
    size_t pos;
    text = strip(text);
    if (!starts_nocase(text, STR("dev-")) && str_find(text, '+', &pos) && pos && pos + 1 < text.len && !has_blank(text))
        text = str_head(text, pos);
    return text;
}

static bool composer_key(struct str whole, struct buf *out)
{
    struct str text = composer_strip(whole);
    unsigned char *start = key_open(whole, out), *p;
    if (!start)
        return false;
    bool bare_branch = str_is(text, "master") || str_is(text, "trunk") || str_is(text, "default");
    if (bare_branch || starts_nocase(text, STR("dev-"))) {
        text = bare_branch ? text : str_skip(text, 4);
        p = key_byte(start, BRANCH);
        return key_close(out, key_bytes(p, text.ptr, text.len));
    }
    struct str number = str_skip(text, str_at(text, 'v') || str_at(text, 'V'));
    if ((p = classical_key(start, number)) || (p = date_key(start, number)) || (p = branch_end_key(start, text)))
        return key_close(out, key_byte(p, END));
    return false;
}

const struct version_scheme version_scheme_composer = { .name = "composer", .key = composer_key, .range = composer_range };
