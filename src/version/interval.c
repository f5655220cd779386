/* Mathematical intervals, "[1.0,2.0)", "(,1.0]", "[1.0]", and their union by commas, as Maven and NuGet write ranges. Texts
 * that do not start with a bracket are of the basic syntax; a bare version is equality, as advisories mean it. */
#include "version/key.h"
#include "version/range.h"

static bool is_bracket(char c)
{
    return c == '[' || c == ']' || c == '(' || c == ')';
}

static bool bad_interval(const struct range *range, struct str text)
{
    return error_set(range->err, ERROR_INPUT, "\"%.*s\" is not an interval like [1.0,2.0)", STR_ARG(str_head(text, 200)));
}

/* Takes one interval up to its closing bracket. */
static bool take_interval(struct range *range, struct str *rest)
{
    struct str text = *rest, low, high;
    size_t n = 1;
    while (n < text.len && !is_bracket(text.ptr[n]))
        n++;
    if (n >= text.len || (!str_at(text, '[') && !str_at(text, '(')) || str_at(str_skip(text, n), '[') ||
        str_at(str_skip(text, n), '('))
        return bad_interval(range, text);
    bool pair = str_cut(str_head(str_skip(text, 1), n - 1), ',', &low, &high);
    bool low_closed = text.ptr[0] == '[', high_closed = text.ptr[n] == ']';
    low = str_trim(low);
    high = str_trim(high);
    *rest = str_trim(str_skip(text, n + 1));
    if (!pair)
        return low.len && low_closed && high_closed ? range_narrow(range, RANGE_EQ, low) : bad_interval(range, text);
    return (low.len == 0 || range_narrow(range, low_closed ? RANGE_GE : RANGE_GT, low)) &&
           (high.len == 0 || range_narrow(range, high_closed ? RANGE_LE : RANGE_LT, high));
}

bool range_intervals(const struct version_scheme *scheme, struct str text, struct version_set *out, struct error *err)
{
    struct range range;
    struct str rest = str_trim(text);
    if (!str_at(rest, '[') && !str_at(rest, '('))
        return range_parse(scheme, text, range_basic_test, out, err);
    while (rest.len) {
        range_start(&range, scheme, out, err);
        if (!take_interval(&range, &rest) || !range_finish(&range))
            return false;
        while (str_at(rest, ',') || str_at(rest, '|'))
            rest = str_trim(str_skip(rest, 1));
    }
    return true;
}
