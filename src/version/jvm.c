/* jvm - Java releases: JEP 223 and java.lang.Runtime.Version, "17.0.9", "21-ea+35", and what came before, "1.8.0_312-b07" or
 * "8u312", which both are 8.0.312.
 *
 * Numbers are compared one by one, a missing one being 0; then a version with a prerelease ("ea") is older than without,
 * numbers older than words. The build ("+9", "-b07") and what vendors add behind it do not count, since advisories speak
 * of versions without them. A leading "jdk" is passed over. */
#include "version/key.h"
#include "version/schemes.h"

enum { NUMBERS_END = 0x01, PRE_NUMBER = 0x02, PRE_WORD = 0x03, NO_PRE = 0x04 };

/* Does what follows the hyphen name a build ("b07")? */
static bool is_build(struct str text)
{
    size_t n = str_at(text, 'b') ? digits_span(str_skip(text, 1)) : 0;
    return n && (text.len == n + 1 || text.ptr[n + 1] == '-');
}

/* Takes the numbers with what parts them: dots, "_" before an update, "u" as in 8u312. Zeros at the end do not count, so
 * they are held back until a number follows. */
static unsigned char *numbers_key(unsigned char *p, struct str *rest)
{
    size_t zeros = 0;
    for (bool first = true;; first = false) {
        size_t n = digits_span(*rest), significant = n;
        if (n == 0)
            return NULL;
        for (const char *digit = rest->ptr; significant && *digit == '0'; digit++)
            significant--;
        if (significant || first) {
            for (; zeros > 0; zeros--)
                p = key_number(p, NULL, 0);
            p = key_number(p, rest->ptr, n);
        } else {
            zeros++;
        }
        *rest = str_skip(*rest, n);
        if (first && str_at(*rest, 'u')) /* 8u312 has no third number before it */
            zeros++;
        else if (!str_at(*rest, '.') && !str_at(*rest, '_'))
            return key_byte(p, NUMBERS_END);
        *rest = str_skip(*rest, 1);
    }
}

static unsigned char *pre_key(unsigned char *p, struct str pre)
{
    size_t n = 0;
    while (n < pre.len && is_alnum(pre.ptr[n]))
        n++;
    if (n == 0)
        return NULL;
    if (digits_span(pre) == n)
        return key_number(key_byte(p, PRE_NUMBER), pre.ptr, n);
    return key_text(key_byte(p, PRE_WORD), pre.ptr, n);
}

/* Printable, without blanks: what vendors write there is free. */
static bool tail_valid(struct str tail)
{
    for (size_t i = 0; i < tail.len; i++)
        if (tail.ptr[i] <= ' ' || tail.ptr[i] == 0x7F)
            return false;
    return tail.len == 0 || tail.ptr[0] == '-' || tail.ptr[0] == '+';
}

static bool jvm_key(struct str text, struct buf *out)
{
    struct str rest = text;
    unsigned char *p = key_open(text, out);
    if (!p)
        return false;
    if (str_starts(rest, "jdk"))
        rest = str_skip(rest, str_starts(rest, "jdk-") ? 4 : 3);
    /* "1.8.0" is Java 8; "1.0" stays what it is. */
    if (str_starts(rest, "1.") && rest.len > 2 && rest.ptr[2] >= '1' && rest.ptr[2] <= '9')
        rest = str_skip(rest, 2);
    p = numbers_key(p, &rest);
    if (!p || !tail_valid(rest))
        return false;
    bool has_pre = str_at(rest, '-') && !is_build(str_skip(rest, 1));
    p = has_pre ? pre_key(p, str_skip(rest, 1)) : key_byte(p, NO_PRE);
    return p && key_close(out, p);
}

const struct version_scheme version_scheme_jvm = { .name = "jvm", .key = jvm_key };
