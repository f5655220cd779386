/* nuget - NuGet package versions: one to four numbers, zeros in front and at the end without weight, a prerelease in the
 * order of Semantic Versioning but without regard to case, metadata after '+' that does not count (NuGet documentation,
 * "Package versioning"). Ranges are intervals. */
#include "version/schemes.h"
#include "version/semver.h"

enum { MAX_NUMBERS = 4 };

/* Writes up to four numbers, 0 for those left out. */
static unsigned char *write_numbers(unsigned char *p, struct str *rest)
{
    size_t count = 0;
    for (bool more = true; more; count++) {
        size_t n = digits_span(*rest);
        if (n == 0 || count == MAX_NUMBERS)
            return NULL;
        p = key_number(p, rest->ptr, n);
        *rest = str_skip(*rest, n);
        more = str_at(*rest, '.');
        *rest = str_skip(*rest, more);
    }
    for (; count < MAX_NUMBERS; count++)
        p = key_number(p, rest->ptr, 0);
    return p;
}

static bool nuget_key(struct str text, struct buf *out)
{
    struct str rest = str_trim(text), pre = { NULL, 0 }, metadata;
    unsigned char *p = key_open(text, out);
    p = p ? write_numbers(p, &rest) : NULL;
    if (!p)
        return false;
    if (str_cut(rest, '+', &rest, &metadata) && !semver_identifiers_valid(metadata, true))
        return false;
    if (rest.len) {
        pre = str_skip(rest, 1);
        if (!str_at(rest, '-') || !semver_identifiers_valid(pre, true))
            return false;
    }
    char lower[VERSION_TEXT_MAX];
    for (size_t i = 0; i < pre.len; i++)
        lower[i] = to_lower(pre.ptr[i]);
    return key_close(out, semver_write_pre(p, pre.ptr ? str_make(lower, pre.len) : pre));
}

static bool nuget_range(struct str text, struct version_set *out, struct error *err)
{
    return range_intervals(&version_scheme_nuget, text, out, err);
}

const struct version_scheme version_scheme_nuget = { .name = "nuget", .key = nuget_key, .range = nuget_range };
