/* portage - Gentoo's versions, number{.number}[letter]{_suffix[number]}[-rN]: Package Manager Specification, "Version
 * specifications" and "Version comparison".
 *
 * A number after a dot that starts with zero is ordered as a fraction is (1.01 < 1.1, 1.10 > 1.9): by its digits without the zeros at
 * the end. More numbers are newer, then a letter, then suffixes, of which _alpha, _beta, _pre and _rc are older than none
 * and _p is newer. A missing number of a suffix or revision is 0. */
#include "version/key.h"
#include "version/schemes.h"

enum { NO_LETTER = 0x01, NO_MORE = 0x02, MORE = 0x03, FRACTION = 0x04 };
enum { SUFFIX_ALPHA = 1, SUFFIX_BETA, SUFFIX_PRE, SUFFIX_RC, NO_SUFFIX, SUFFIX_P };

static const struct {
    struct str text;
    unsigned char order;
} suffixes[] = {
    { STR_INIT("_alpha"), SUFFIX_ALPHA }, { STR_INIT("_beta"), SUFFIX_BETA }, { STR_INIT("_pre"), SUFFIX_PRE },
    { STR_INIT("_rc"), SUFFIX_RC },       { STR_INIT("_p"), SUFFIX_P }, /* behind _pre, which starts so too */
};

static unsigned char *fraction_key(unsigned char *p, struct str digits)
{
    while (digits.len && digits.ptr[digits.len - 1] == '0')
        digits.len--;
    return key_text(key_byte(p, FRACTION), digits.ptr, digits.len);
}

/* Takes the numbers and the dots between them; NULL where one is missing. */
static unsigned char *numbers_key(unsigned char *p, struct str *rest)
{
    for (bool first = true;; first = false) {
        size_t n = digits_span(*rest);
        if (n == 0)
            return NULL;
        p = !first && rest->ptr[0] == '0' ? fraction_key(p, str_head(*rest, n)) : key_number(p, rest->ptr, n);
        *rest = str_skip(*rest, n);
        if (!str_at(*rest, '.'))
            return key_byte(p, NO_MORE);
        p = key_byte(p, MORE);
        *rest = str_skip(*rest, 1);
    }
}

static unsigned char *suffixes_key(unsigned char *p, struct str *rest)
{
    while (str_at(*rest, '_')) {
        size_t i = 0;
        while (i < ARRAY_LEN(suffixes) && !str_eq(str_head(*rest, suffixes[i].text.len), suffixes[i].text))
            i++;
        if (i == ARRAY_LEN(suffixes))
            return NULL;
        *rest = str_skip(*rest, suffixes[i].text.len);
        size_t n = digits_span(*rest);
        p = key_number(key_byte(p, suffixes[i].order), rest->ptr, n);
        *rest = str_skip(*rest, n);
    }
    return key_byte(p, NO_SUFFIX);
}

/* "-r1", or nothing, which is revision 0. */
static unsigned char *revision_key(unsigned char *p, struct str rest)
{
    if (rest.len == 0)
        return key_number(p, rest.ptr, 0);
    rest = str_starts(rest, "-r") ? str_skip(rest, 2) : (struct str){ 0 };
    return rest.len && digits_span(rest) == rest.len ? key_number(p, rest.ptr, rest.len) : NULL;
}

static bool portage_key(struct str text, struct buf *out)
{
    struct str rest = text;
    unsigned char *p = key_open(text, out);
    p = p ? numbers_key(p, &rest) : NULL;
    if (!p)
        return false;
    bool letter = rest.len && rest.ptr[0] >= 'a' && rest.ptr[0] <= 'z';
    p = key_byte(p, letter ? (unsigned char)rest.ptr[0] : NO_LETTER);
    rest = str_skip(rest, letter);
    p = suffixes_key(p, &rest);
    p = p ? revision_key(p, rest) : NULL;
    return p && key_close(out, p);
}

const struct version_scheme version_scheme_portage = { .name = "portage", .key = portage_key };
