/* hackage - versions of Haskell packages: numbers parted by dots, ordered number by number, where the version that ends first
 * is the older (Haskell Package Versioning Policy; Data.Version). Tags ("1.0-beta"), which have long been given up, do not
 * count. Ranges as in Cabal's build-depends: ">= 1.2 && < 1.4", "==1.2.*", "^>= 1.2.3" (below 1.3). */
#include "version/key.h"
#include "version/range.h"
#include "version/schemes.h"

/* Digits and dots, each dot between digits. */
static size_t numbers_span(struct str text)
{
    size_t n = 0;
    for (;;) {
        size_t digits = digits_span(str_skip(text, n));
        if (digits == 0)
            return 0;
        n += digits;
        if (n == text.len || text.ptr[n] != '.')
            return n;
        n++;
    }
}

static bool tags_valid(struct str tags)
{
    for (size_t i = 0; i < tags.len; i++)
        if (!is_alnum(tags.ptr[i]) && !(tags.ptr[i] == '-' && i + 1 < tags.len && tags.ptr[i + 1] != '-'))
            return false;
    return tags.len != 1;
}

static bool hackage_key(struct str text, struct buf *out)
{
    struct str rest = text, number;
    size_t n = numbers_span(text);
    unsigned char *p = n && tags_valid(str_skip(text, n)) ? key_open(text, out) : NULL;
    if (!p)
        return false;
    rest.len = n;
    while (str_next(&rest, '.', &number))
        p = key_number(p, number.ptr, number.len);
    return key_close(out, p);
}

/* What comes after all versions that begin with the first `kept` numbers: 1.2.3 with two kept gives 1.3. ptr NULL: failed. */
static struct str after(struct range *range, struct str version, size_t kept)
{
    struct str rest = version, number = { 0 };
    uint64_t value = 0;
    size_t head = 0;
    for (size_t i = 0; i < kept && str_next(&rest, '.', &number); i++)
        head = (size_t)(number.ptr - version.ptr);
    if (!str_u64(number, &value) || value == UINT64_MAX) {
        error_set(range->err, ERROR_INPUT, "\"%.*s\" is too large a version", STR_ARG(str_head(version, 200)));
        return (struct str){ 0 };
    }
    return range_text(range, "%.*s%llu", STR_ARG(str_head(version, head)), (unsigned long long)value + 1);
}

static bool between(struct range *range, struct str low, struct str high)
{
    return high.ptr && range_narrow(range, RANGE_GE, low) && range_narrow(range, RANGE_LT, high);
}

static bool hackage_test(struct range *range, struct str op, struct str word)
{
    struct str stem = str_ends(word, ".*") ? str_head(word, word.len - 2) : word;
    bool plain = numbers_span(stem) == stem.len && stem.len;
    if (op.len == 0 && str_is(word, "&&"))
        return true;
    if (str_is(op, "^>=") && plain) /* the first two numbers are the major version; of a version with one, the second is 0 */
        return between(range, stem,
                       str_find(stem, '.', NULL) ? after(range, stem, 2) : range_text(range, "%.*s.1", STR_ARG(stem)));
    if (str_is(op, "==") && stem.len < word.len && plain)
        return between(range, stem, after(range, stem, SIZE_MAX));
    return range_basic_test(range, op, word);
}

static bool hackage_range(struct str text, struct version_set *out, struct error *err)
{
    return range_parse(&version_scheme_hackage, text, hackage_test, out, err);
}

const struct version_scheme version_scheme_hackage = { .name = "hackage", .key = hackage_key, .range = hackage_range };
