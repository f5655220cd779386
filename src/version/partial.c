/* Requirements over semantic versions whose last parts may be left out: what npm, Cargo, Pub, Hex and Julia have in common.
 * See semver.h. */
#include "version/semver.h"

static bool is_wildcard(struct str s)
{
    return str_at(s, 'x') || str_at(s, 'X') || str_at(s, '*');
}

static bool bad_word(const struct range *range, struct str word)
{
    return error_set(range->err, ERROR_INPUT, "\"%.*s\" is not a %s version", STR_ARG(str_head(word, 200)), range->scheme->name);
}

/* Takes up to three numbers; a wildcard ends them, and only wildcards may follow it. *zeros: one starts with zeros. */
static bool take_numbers(struct str *rest, struct partial *out, bool *zeros)
{
    bool wild = false;
    *zeros = false;
    for (size_t i = 0; i < 3; i++) {
        size_t n = digits_span(*rest);
        if (n) {
            if (wild || !str_u64(str_head(*rest, n), &out->number[i]) || out->number[i] == UINT64_MAX)
                return false;
            out->count = i + 1;
            *zeros |= n > 1 && str_at(*rest, '0');
        } else if (is_wildcard(*rest)) {
            wild = true;
            n = 1;
        } else {
            return false;
        }
        *rest = str_skip(*rest, n);
        if (i == 2 || !str_at(*rest, '.'))
            return true;
        *rest = str_skip(*rest, 1);
    }
    return true;
}

bool partial_parse(struct range *range, struct str word, struct partial *out)
{
    struct str rest = word;
    bool zeros;
    while (str_at(rest, 'v') || str_at(rest, '='))
        rest = str_skip(rest, 1);
    *out = (struct partial){ .text = rest };
    if (!take_numbers(&rest, out, &zeros))
        return bad_word(range, word);
    /* Advisories have "19.03.1" where no version has zeros; the numbers are meant. */
    if (zeros && out->count == 3) {
        out->text = range_text(range, "%llu.%llu.%llu%.*s", (unsigned long long)out->number[0],
                               (unsigned long long)out->number[1], (unsigned long long)out->number[2], STR_ARG(rest));
        if (!out->text.ptr)
            return false;
    }
    struct str pre, build;
    str_cut(rest, '+', &pre, &build);
    if (pre.len && out->count == 3)
        out->pre = str_skip(pre, str_at(pre, '-'));
    else if (pre.len && !str_at(pre, '-'))
        return bad_word(range, word);
    return true;
}

struct str partial_first(struct range *range, const struct partial *partial)
{
    return range_text(range, "%llu.%llu.%llu-0", (unsigned long long)partial->number[0], (unsigned long long)partial->number[1],
                      (unsigned long long)partial->number[2]);
}

struct str partial_after(struct range *range, const struct partial *partial, size_t count)
{
    struct partial next = { 0 };
    for (size_t i = 0; i < count; i++)
        next.number[i] = partial->number[i] + (i + 1 == count);
    return count ? partial_first(range, &next) : (struct str){ NULL, 0 };
}

static bool nothing(struct range *range)
{
    range->group.count = 0;
    return true;
}

/* A short version: all that begin with it lie from `first` to `after`. */
static bool narrow_short(struct range *range, enum range_op op, const struct partial *partial)
{
    if (partial->count == 0)
        return op == RANGE_LT || op == RANGE_GT || op == RANGE_NE ? nothing(range) : true;
    struct str first = partial_first(range, partial), after = partial_after(range, partial, partial->count);
    if (!first.ptr || !after.ptr)
        return false;
    switch (op) {
    case RANGE_EQ: return range_narrow(range, RANGE_GE, first) && range_narrow(range, RANGE_LT, after);
    case RANGE_NE: return range_exclude(range, first, after);
    case RANGE_LT: return range_narrow(range, RANGE_LT, first);
    case RANGE_LE: return range_narrow(range, RANGE_LT, after);
    case RANGE_GT: return range_narrow(range, RANGE_GE, after);
    case RANGE_GE: return range_narrow(range, RANGE_GE, first);
    }
    return false;
}

bool partial_narrow(struct range *range, enum range_op op, const struct partial *partial)
{
    return partial->count == 3 ? range_narrow(range, op, partial->text) : narrow_short(range, op, partial);
}

bool partial_from(struct range *range, const struct partial *partial, size_t kept)
{
    if (partial->count == 0)
        return true;
    struct str after = partial_after(range, partial, kept < partial->count ? kept : partial->count);
    return after.ptr && partial_narrow(range, RANGE_GE, partial) && range_narrow(range, RANGE_LT, after);
}

bool partial_caret(struct range *range, const struct partial *partial)
{
    size_t kept = 1;
    while (kept < 3 && partial->number[kept - 1] == 0)
        kept++;
    return partial_from(range, partial, kept);
}

bool partial_test(struct range *range, struct str op, struct str word, const char *plain)
{
    struct partial partial;
    enum range_op which;
    if (op.len == 0)
        op = str_from(plain);
    if (!partial_parse(range, word, &partial))
        return false;
    if (str_is(op, "^"))
        return partial_caret(range, &partial);
    if (str_is(op, "~") || str_is(op, "~>"))
        return partial_from(range, &partial, 2);
    return range_op_find(op, &which) ? partial_narrow(range, which, &partial) : range_bad_operator(range, op);
}
