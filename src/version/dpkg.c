/* dpkg - Debian package versions, [epoch:]upstream[-revision], as deb-version(7) and dpkg --compare-versions order them.
 *
 * A part is a run of non-digits, a number, a run of non-digits, … where '~' sorts before the end of a run, the end before
 * letters and letters before other signs. A missing number, and a missing revision, count as 0. As dpkg does, versions
 * that do not start with a digit are compared too; other signs than those of the manual, and '_', are not accepted. */
#include "version/key.h"
#include "version/schemes.h"

enum { TILDE = 0x01, PART_END = 0x02, LETTER = KEY_HIGH, SIGN = 0xC0 };

/* The place of a non-digit in the order, 0 where it cannot be part of a version. */
static unsigned char sign_order(char c)
{
    if (is_alpha(c))
        return (unsigned char)(LETTER + (c - 'A'));
    switch (c) {
    case '~': return TILDE;
    case '+':
    case '-':
    case '.':
    case ':':
    case '_': return (unsigned char)(SIGN + (c - ' '));
    default: return 0;
    }
}

/* Runs and numbers by turns, each run ended by its number; PART_END stands where another run could, above '~' only. */
static unsigned char *part_key(unsigned char *p, struct str part)
{
    size_t i = 0;
    do {
        for (; i < part.len && !is_digit(part.ptr[i]); i++)
            if ((*p++ = sign_order(part.ptr[i])) == 0)
                return NULL;
        size_t start = i;
        while (i < part.len && is_digit(part.ptr[i]))
            i++;
        p = key_number(p, part.ptr + start, i - start);
    } while (i < part.len);
    return key_byte(p, PART_END);
}

static bool epoch_is_valid(struct str epoch)
{
    uint64_t value;
    return str_u64(epoch, &value) && value <= INT32_MAX;
}

static bool dpkg_key(struct str text, struct buf *out)
{
    text = str_trim(text);
    struct str epoch = { text.ptr, 0 }, upstream = text, revision = { text.ptr, 0 };
    size_t pos;
    if (str_find(text, ':', &pos)) {
        epoch = str_head(text, pos);
        upstream = str_skip(text, pos + 1);
        if (!epoch_is_valid(epoch))
            return false;
    }
    if (str_rfind(upstream, '-', &pos)) {
        revision = str_skip(upstream, pos + 1);
        upstream = str_head(upstream, pos);
        if (revision.len == 0)
            return false;
    }
    unsigned char *p = upstream.len ? key_open(text, out) : NULL;
    if (!p)
        return false;
    p = key_number(p, epoch.ptr, epoch.len);
    p = part_key(p, upstream);
    p = p ? part_key(p, revision) : NULL;
    return p && key_close(out, p);
}

const struct version_scheme version_scheme_dpkg = { .name = "dpkg", .key = dpkg_key };
