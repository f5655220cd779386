/* pacman - package versions of Arch Linux, [epoch:]version[-release], as vercmp(8) and libalpm's alpm_pkg_vercmp order them.
 *
 * Version and release are runs of letters or of digits with other signs between them: rpm's order of old, where also the
 * count of those signs matters ("1..2" is newer than "1.3"), letters right behind a number make it older ("1.0rc" < "1.0"
 * < "1.0.a"), and a number is newer than letters. A missing epoch is 0.
 *
 * A version without release equals that version with any release, as in dependencies, so equality is not transitive; nor
 * is the order where a text ends with a sign ("a.a" < "a." < "a1" < "a.a"). So `compare` decides. Without such versions
 * the key is exact. */
#include "version/evr.h"
#include "version/key.h"
#include "version/schemes.h"

/* In keys, what may follow a run: letters, the end, signs and then the end, a number; each sign before a run is SIGN. */
enum { LETTERS = 0x01, PART_END = 0x02, SIGNS_END = 0x03, SIGN = KEY_HIGH };

static size_t signs_span(struct str s)
{
    size_t n = 0;
    while (n < s.len && !is_alnum(s.ptr[n]))
        n++;
    return n;
}

static unsigned char *part_key(unsigned char *p, struct str part)
{
    for (;;) {
        size_t signs = signs_span(part), n;
        part = str_skip(part, signs);
        if (part.len == 0)
            return key_byte(p, signs ? SIGNS_END : PART_END);
        for (; signs > 0; signs--)
            p = key_byte(p, SIGN);
        if ((n = digits_span(part)) != 0) {
            p = key_number(p, part.ptr, n);
        } else {
            n = alpha_span(part);
            p = key_text(key_byte(p, LETTERS), part.ptr, n);
        }
        part = str_skip(part, n);
    }
}

static bool pacman_key(struct str text, struct buf *out)
{
    struct evr evr;
    unsigned char *p = evr_parse(text, &evr) ? key_open(text, out) : NULL;
    if (!p)
        return false;
    p = key_number(p, evr.epoch.ptr, evr.epoch.len);
    p = part_key(p, evr.version);
    return key_close(out, evr.release.ptr ? part_key(p, evr.release) : p);
}

static struct str without_zeros(struct str digits)
{
    while (str_at(digits, '0'))
        digits = str_skip(digits, 1);
    return digits;
}

static int compare_numbers(struct str a, struct str b)
{
    a = without_zeros(a);
    b = without_zeros(b);
    return a.len != b.len ? (a.len < b.len ? -1 : 1) : str_cmp(a, b);
}

/* What is left decides: letters are older than nothing, all else is newer. */
static int compare_rests(struct str a, struct str b)
{
    if (a.len == 0 && b.len == 0)
        return 0;
    bool b_newer = (a.len == 0 && !is_alpha(b.ptr[0])) || (a.len && is_alpha(a.ptr[0]));
    return b_newer ? -1 : 1;
}

static int compare_parts(struct str a, struct str b)
{
    while (a.len && b.len) {
        size_t signs_a = signs_span(a), signs_b = signs_span(b);
        a = str_skip(a, signs_a);
        b = str_skip(b, signs_b);
        if (a.len == 0 || b.len == 0)
            break;
        if (signs_a != signs_b)
            return signs_a < signs_b ? -1 : 1;
        bool number = is_digit(a.ptr[0]);
        if (number != is_digit(b.ptr[0]))
            return number ? 1 : -1;
        size_t n = number ? digits_span(a) : alpha_span(a), m = number ? digits_span(b) : alpha_span(b);
        int order = number ? compare_numbers(str_head(a, n), str_head(b, m)) : str_cmp(str_head(a, n), str_head(b, m));
        if (order)
            return order;
        a = str_skip(a, n);
        b = str_skip(b, m);
    }
    return compare_rests(a, b);
}

static int pacman_compare(struct str a, struct str b)
{
    struct evr evr_a, evr_b;
    if (!evr_parse(a, &evr_a) || !evr_parse(b, &evr_b))
        return str_cmp(a, b);
    int order = compare_numbers(evr_a.epoch, evr_b.epoch);
    if (order == 0)
        order = compare_parts(evr_a.version, evr_b.version);
    if (order == 0 && evr_a.release.ptr && evr_b.release.ptr)
        order = compare_parts(evr_a.release, evr_b.release);
    return order;
}

const struct version_scheme version_scheme_pacman = { .name = "pacman", .key = pacman_key, .compare = pacman_compare };
