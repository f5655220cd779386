/* go - Go module versions as golang.org/x/mod/semver orders them: Semantic Versioning with "v" (which databases leave out),
 * v1 and v1.2 for v1.0.0 and v1.2.0, pseudo-versions (v0.0.0-20240102030405-abcdef012345 are prereleases) and
 * "+incompatible", which is build metadata and does not count.
 *
 * Toolchain versions ("go1.21rc2", as in build information) take part: go1.20.3 is 1.20.3, go1.21rc2 is 1.21.0-rc.2 as the
 * vulnerability database writes it. From Go 1.21 on, "go1.21" is the language and comes before go1.21rc1 (go/version). */
#include "version/schemes.h"
#include "version/semver.h"

enum { RULES = SEMVER_V | SEMVER_SHORT, FIRST_WITH_PATCH = 21 };

/* Up to three numbers without zeros in front, parted by dots. */
static bool take_numbers(struct str *rest, struct semver *out)
{
    for (out->count = 0; out->count < 3;) {
        size_t n = digits_span(*rest);
        if (n == 0 || (n > 1 && str_at(*rest, '0')))
            return false;
        out->number[out->count++] = str_head(*rest, n);
        *rest = str_skip(*rest, n);
        if (!str_at(*rest, '.'))
            return true;
        *rest = str_skip(*rest, 1);
    }
    return false;
}

static bool is_language(const struct semver *version)
{
    uint64_t minor;
    return version->count == 2 && str_is(version->number[0], "1") && str_u64(version->number[1], &minor) &&
           minor >= FIRST_WITH_PATCH;
}

/* "go1.21", "go1.21rc2", "go1.21.3"; a vendor's suffix after '-', '+' or a blank does not count. */
static bool toolchain_key(struct str text, struct buf *out)
{
    struct semver version = { 0 };
    struct str rest = str_skip(text, 2), number;
    if (!take_numbers(&rest, &version))
        return false;
    size_t word = alpha_span(rest);
    struct str name = str_head(rest, word);
    number = str_skip(rest, word);
    number = str_head(number, word ? digits_span(number) : 0);
    rest = str_skip(rest, word + number.len);
    if (word && (number.len == 0 || !(str_is(name, "rc") || str_is(name, "beta"))))
        return false;
    if (rest.len && !str_at(rest, '-') && !str_at(rest, '+') && !str_at(rest, ' '))
        return false;
    unsigned char *p = key_open(text, out);
    if (!p)
        return false;
    p = semver_write_numbers(p, &version);
    if (word)
        p = semver_write_pre_pair(p, name, number);
    else
        p = semver_write_pre(p, is_language(&version) ? str_head(text, 0) : (struct str){ NULL, 0 });
    return key_close(out, p);
}

static bool go_key(struct str text, struct buf *out)
{
    struct semver version;
    if (str_starts(text, "go"))
        return toolchain_key(text, out);
    /* Only a full version may have more than numbers behind it. */
    if (!semver_parse(text, RULES, &version) || (version.count < 3 && (version.pre.ptr || version.build.ptr)))
        return false;
    return semver_key_by(text, RULES, out);
}

static bool go_test(struct range *range, struct str op, struct str word)
{
    return partial_test(range, op, word, "=");
}

static bool go_range(struct str text, struct version_set *out, struct error *err)
{
    return range_parse(&version_scheme_go, text, go_test, out, err);
}

const struct version_scheme version_scheme_go = { .name = "go", .key = go_key, .range = go_range };
