/* Composer's constraints (getcomposer.org, "Versions and constraints"), read as composer/semver 3 reads them: ~1.2, ^1.2,
 * 1.2.*, "1.0 - 2.0", < <= > >= != <>, comma or blank for and, "||" or "|" for or. An end without stability starts at its
 * dev versions: "<1.2" is before 1.2-dev.
 *
 * Branches by name come before all numbers in the order of keys, and only equality and "*" take them in: an upper end
 * alone therefore starts at the lowest number. */
#include "version/composer.h"

#include "version/key.h"
#include "version/range.h"
#include "version/schemes.h"

static const struct str lowest = STR_INIT("0.0.0.0-dev");

struct numbers {
    uint64_t part[4];
    size_t count;
};

/* Up to four numbers; what is behind them is left in *rest. */
static bool take_numbers(struct str *rest, struct numbers *out)
{
    *out = (struct numbers){ 0 };
    *rest = str_skip(*rest, str_at(*rest, 'v') || str_at(*rest, 'V'));
    for (struct str s = *rest; out->count < ARRAY_LEN(out->part); s = str_skip(*rest, 1)) {
        size_t n = digits_span(s);
        if (n == 0 || !str_u64(str_head(s, n), &out->part[out->count]) || out->part[out->count] == UINT64_MAX)
            break;
        out->count++;
        *rest = str_skip(s, n);
        if (!str_at(*rest, '.'))
            break;
    }
    return out->count > 0;
}

static struct str dev_text(struct range *range, const struct numbers *v)
{
    return range_text(range, "%llu.%llu.%llu.%llu-dev", (unsigned long long)v->part[0], (unsigned long long)v->part[1],
                      (unsigned long long)v->part[2], (unsigned long long)v->part[3]);
}

/* The first number `count` long after v's, its dev versions included. */
static struct str raised(struct range *range, const struct numbers *v, size_t count)
{
    struct numbers next = { 0 };
    for (size_t i = 0; i < count; i++)
        next.part[i] = v->part[i] + (i + 1 == count);
    return dev_text(range, &next);
}

/* Is there a "-stability" at the end? */
static bool has_stability(struct str word)
{
    struct composer_modifier modifier;
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] == '-' && composer_modifier(str_skip(word, i + 1), &modifier))
            return true;
    return false;
}

/* The version with "-dev" where it has no stability. */
static struct str from_dev(struct range *range, struct str word)
{
    struct str version = composer_strip(word);
    return has_stability(version) || str_starts(version, "dev-") ? version : range_text(range, "%.*s-dev", STR_ARG(version));
}

static bool between(struct range *range, struct str low, struct str high)
{
    return low.ptr && high.ptr && range_narrow(range, RANGE_GE, low) && range_narrow(range, RANGE_LT, high);
}

/* "~1.2.3" keeps all given numbers but the last, "^1.2.3" those up to the first that is not 0. */
static bool span_test(struct range *range, bool caret, struct str word)
{
    struct numbers v;
    struct str rest = word;
    if (!take_numbers(&rest, &v))
        return error_set(range->err, ERROR_INPUT, "\"%.*s\" is not a composer version", STR_ARG(str_head(word, 200)));
    size_t kept = v.count > 1 ? v.count - 1 : 1;
    if (caret)
        for (kept = 1; kept < 3 && kept < v.count && v.part[kept - 1] == 0;)
            kept++;
    return between(range, from_dev(range, word), raised(range, &v, kept));
}

/* "1.2.*", also written "1.2.x" and with several wildcards; up to three numbers. */
static bool is_wildcard(struct str word, struct numbers *out)
{
    if (!take_numbers(&word, out) || out->count > 3 || word.len == 0)
        return false;
    while (word.len >= 2 && word.ptr[0] == '.' && (word.ptr[1] == '*' || word.ptr[1] == 'x' || word.ptr[1] == 'X'))
        word = str_skip(word, 2);
    return word.len == 0;
}

static bool is_all(struct str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (i % 2 ? word.ptr[i] != '.' : word.ptr[i] != '*' && word.ptr[i] != 'x' && word.ptr[i] != 'X')
            return false;
    return word.len % 2 == 1;
}

static bool ordered_test(struct range *range, enum range_op op, struct str word)
{
    struct str end = op == RANGE_LT || op == RANGE_GE ? from_dev(range, word) : word;
    if (!end.ptr || !range_narrow(range, op, end))
        return false;
    return (op != RANGE_LT && op != RANGE_LE) || range_narrow(range, RANGE_GE, lowest);
}

static bool composer_test(struct range *range, struct str op, struct str word)
{
    struct numbers v;
    enum range_op which;
    if (op.len == 0 && is_all(word))
        return true;
    if (op.len == 0 && is_wildcard(word, &v))
        return between(range, dev_text(range, &v), raised(range, &v, v.count));
    if (str_is(op, "~") || str_is(op, "^"))
        return span_test(range, str_is(op, "^"), word);
    if (str_is(op, "<>"))
        return range_narrow(range, RANGE_NE, word);
    return range_op_find(op, &which) ? ordered_test(range, which, word) : range_bad_operator(range, op);
}

/* "1.0 - 2.0": up to all that begin with a short upper end. */
static bool hyphen_range(struct str low, struct str high, struct version_set *out, struct error *err)
{
    struct range range;
    struct numbers v;
    struct str rest = high;
    range_start(&range, &version_scheme_composer, out, err);
    if (!take_numbers(&rest, &v))
        return error_set(err, ERROR_INPUT, "\"%.*s\" is not a composer version", STR_ARG(str_head(high, 200)));
    struct str from = from_dev(&range, low);
    if (v.count < 3 && rest.len == 0)
        return between(&range, from, raised(&range, &v, v.count)) && range_finish(&range);
    return from.ptr && range_narrow(&range, RANGE_GE, from) && range_narrow(&range, RANGE_LE, high) && range_finish(&range);
}

bool composer_range(struct str text, struct version_set *out, struct error *err)
{
    struct str rest = text, group, low, high;
    for (bool more = true; more;) {
        more = str_cut(rest, '|', &group, &rest);
        rest = str_skip(rest, str_at(rest, '|'));
        bool ok = range_cut_hyphen(group, &low, &high) ? hyphen_range(low, high, out, err)
                                                       : range_parse(&version_scheme_composer, group, composer_test, out, err);
        if (!ok)
            return false;
    }
    return true;
}
