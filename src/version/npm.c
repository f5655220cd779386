/* npm - versions in the loose mode of node-semver 7 ("v1.2.3", "=1.2.3", "1.2.3beta", 01.2.3), and its ranges: alternatives
 * by "||", "1.2 - 2.3", x-ranges, "~1.2", "^1.2". Ranges are read as with the option includePrerelease. Commas between
 * tests, which advisories have, are accepted. */
#include "version/schemes.h"
#include "version/semver.h"

enum { MAX_CHARS = 256 };
/* Number.MAX_SAFE_INTEGER: node-semver refuses larger parts. */
static const uint64_t max_part = 9007199254740991;

static bool npm_key(struct str text, struct buf *out)
{
    struct semver version;
    uint64_t part;
    if (text.len > MAX_CHARS || !semver_parse(text, SEMVER_LOOSE, &version))
        return false;
    for (size_t i = 0; i < 3; i++)
        if (!str_u64(version.number[i], &part) || part > max_part)
            return false;
    return semver_key_by(text, SEMVER_LOOSE, out);
}

static bool hyphen_range(struct str low, struct str high, struct version_set *out, struct error *err)
{
    struct range range;
    struct partial from, to;
    range_start(&range, &version_scheme_npm, out, err);
    if (!partial_parse(&range, low, &from) || !partial_parse(&range, high, &to))
        return false;
    /* With includePrerelease the prereleases of the low end are in, unless it is one itself. */
    struct str first = from.pre.ptr ? from.text : partial_first(&range, &from);
    return first.ptr && range_narrow(&range, RANGE_GE, first) && partial_narrow(&range, RANGE_LE, &to) && range_finish(&range);
}

static bool npm_test(struct range *range, struct str op, struct str word)
{
    /* "=v1.2.3" and ">=v1.2.3" leave the "v" to the version. */
    return partial_test(range, op, word, "=");
}

/* An empty alternative, as in "1 ||", is all versions, as in node-semver. */
static bool npm_range(struct str text, struct version_set *out, struct error *err)
{
    struct str rest = text, group, low, high;
    for (bool more = true; more;) {
        more = str_cut(rest, '|', &group, &rest);
        rest = str_skip(rest, str_at(rest, '|'));
        bool ok = range_cut_hyphen(group, &low, &high) ? hyphen_range(low, high, out, err)
                                                       : range_parse(&version_scheme_npm, group, npm_test, out, err);
        if (!ok)
            return false;
    }
    return true;
}

const struct version_scheme version_scheme_npm = { .name = "npm", .key = npm_key, .range = npm_range };
