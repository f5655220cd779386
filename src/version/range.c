/* Range texts to sets of spans: the parts that the schemes share, and the basic syntax. See range.h. */
#include "version/range.h"

#include <stdio.h>

#include "version/key.h"

void range_start(struct range *range, const struct version_scheme *scheme, struct version_set *out, struct error *err)
{
    *range = (struct range){ .scheme = scheme, .out = out, .err = err };
    range->group = (struct version_set){ .spans = range->first, .count = 1, .cap = ARRAY_LEN(range->first), .arena = out->arena };
    range->first[0] = (struct version_span){ .low_open = true, .high_open = true };
}

/* The ends that are compared here were checked before they came into a span. */
static int order_of(const struct range *range, struct str a, struct str b)
{
    int order = 0;
    version_compare(range->scheme, a, b, &order);
    return order;
}

static void clip_low(const struct range *range, struct version_span *span, struct str version, bool open)
{
    int order = span->low.ptr ? order_of(range, version, span->low) : 1;
    if (order > 0 || (order == 0 && open)) {
        span->low = version;
        span->low_open = open;
    }
}

static void clip_high(const struct range *range, struct version_span *span, struct str version, bool open)
{
    int order = span->high.ptr ? order_of(range, version, span->high) : -1;
    if (order < 0 || (order == 0 && open)) {
        span->high = version;
        span->high_open = open;
    }
}

static bool is_empty(const struct range *range, const struct version_span *span)
{
    if (!span->low.ptr || !span->high.ptr)
        return false;
    int order = order_of(range, span->low, span->high);
    return order > 0 || (order == 0 && (span->low_open || span->high_open));
}

static void drop_empty(struct range *range)
{
    size_t kept = 0;
    for (size_t i = 0; i < range->group.count; i++)
        if (!is_empty(range, &range->group.spans[i]))
            range->group.spans[kept++] = range->group.spans[i];
    range->group.count = kept;
}

static bool check(const struct range *range, struct str version)
{
    int order;
    if (version.ptr && version_compare(range->scheme, version, version, &order))
        return true;
    return error_set(range->err, ERROR_INPUT, "\"%.*s\" is not a %s version", STR_ARG(str_head(version, 200)),
                     range->scheme->name);
}

/* Leaves out what lies from low to high; `above_open` says whether `high` itself is out too. */
static bool cut_out(struct range *range, struct str low, struct str high, bool above_open)
{
    size_t before = range->group.count;
    for (size_t i = 0; i < before; i++) {
        struct version_span above = range->group.spans[i];
        clip_high(range, &range->group.spans[i], low, true);
        clip_low(range, &above, high, above_open);
        if (!version_set_add(&range->group, above))
            return arena_error(range->out->arena, range->err);
    }
    drop_empty(range);
    return true;
}

bool range_narrow(struct range *range, enum range_op op, struct str version)
{
    if (!check(range, version))
        return false;
    if (op == RANGE_NE)
        return cut_out(range, version, version, true);
    for (size_t i = 0; i < range->group.count; i++) {
        struct version_span *span = &range->group.spans[i];
        if (op == RANGE_EQ || op == RANGE_GT || op == RANGE_GE)
            clip_low(range, span, version, op == RANGE_GT);
        if (op == RANGE_EQ || op == RANGE_LT || op == RANGE_LE)
            clip_high(range, span, version, op == RANGE_LT);
    }
    drop_empty(range);
    return true;
}

bool range_exclude(struct range *range, struct str low, struct str high)
{
    return check(range, low) && check(range, high) && cut_out(range, low, high, false);
}

bool range_finish(struct range *range)
{
    for (size_t i = 0; i < range->group.count; i++)
        if (!version_set_add(range->out, range->group.spans[i]))
            return arena_error(range->out->arena, range->err);
    return true;
}

bool range_op_find(struct str text, enum range_op *op)
{
    static const struct {
        struct str text;
        enum range_op op;
    } ops[] = {
        { STR_INIT(""), RANGE_EQ },  { STR_INIT("="), RANGE_EQ },  { STR_INIT("=="), RANGE_EQ }, { STR_INIT("!="), RANGE_NE },
        { STR_INIT("<"), RANGE_LT }, { STR_INIT("<="), RANGE_LE }, { STR_INIT(">"), RANGE_GT },  { STR_INIT(">="), RANGE_GE },
    };
    for (size_t i = 0; i < ARRAY_LEN(ops); i++)
        if (str_eq(text, ops[i].text)) {
            *op = ops[i].op;
            return true;
        }
    return false;
}

bool range_bad_operator(const struct range *range, struct str op)
{
    return error_set(range->err, ERROR_INPUT, "%s ranges have no operator \"%.*s\"", range->scheme->name, STR_ARG(op));
}

struct str range_text(struct range *range, const char *fmt, ...)
{
    char text[256];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct str copy = { NULL, 0 };
    if (n < 0 || (size_t)n >= sizeof text)
        error_set(range->err, ERROR_LIMIT, "a version in the range is too long");
    else if (!(copy = arena_str(range->out->arena, str_make(text, (size_t)n))).ptr)
        arena_error(range->out->arena, range->err);
    return copy;
}

bool range_cut_hyphen(struct str text, struct str *low, struct str *high)
{
    for (size_t i = 1; i + 1 < text.len; i++)
        if (text.ptr[i] == '-' && text.ptr[i - 1] == ' ' && text.ptr[i + 1] == ' ') {
            *low = str_trim(str_head(text, i));
            *high = str_trim(str_skip(text, i + 1));
            return true;
        }
    return false;
}

bool range_basic_test(struct range *range, struct str op, struct str word)
{
    enum range_op which;
    if (op.len == 0 && str_is(word, "*"))
        return true;
    return range_op_find(op, &which) ? range_narrow(range, which, word) : range_bad_operator(range, op);
}

static bool is_separator(char c)
{
    return c == ' ' || c == ',' || (c >= '\t' && c <= '\r');
}

static bool is_operator(char c)
{
    return c == '=' || c == '!' || c == '<' || c == '>' || c == '~' || c == '^';
}

/* '~', '^' and '!' are also signs within versions, so that they only start an operator where a word could not go on. */
static bool ends_word(char c)
{
    return is_separator(c) || c == '<' || c == '>' || c == '=';
}

/* Takes operator and operand, which white space may part; false where nothing is left. */
static bool next_test(struct str *rest, struct str *op, struct str *word)
{
    size_t n = 0;
    while (n < rest->len && is_separator(rest->ptr[n]))
        n++;
    *rest = str_skip(*rest, n);
    if (rest->len == 0)
        return false;
    for (n = 0; n < rest->len && is_operator(rest->ptr[n]);)
        n++;
    *op = str_head(*rest, n);
    *rest = str_trim(str_skip(*rest, n));
    for (n = 0; n < rest->len && !ends_word(rest->ptr[n]);)
        n++;
    *word = str_head(*rest, n);
    *rest = str_skip(*rest, n);
    return true;
}

static bool parse_group(const struct version_scheme *scheme, struct str text, range_test *test, struct version_set *out,
                        struct error *err)
{
    struct range range;
    struct str op, word;
    range_start(&range, scheme, out, err);
    while (next_test(&text, &op, &word))
        if (!test(&range, op, word))
            return false;
    return range_finish(&range);
}

bool range_parse(const struct version_scheme *scheme, struct str text, range_test *test, struct version_set *out,
                 struct error *err)
{
    struct str rest = text, group;
    if (str_trim(text).len == 0)
        return parse_group(scheme, text, test, out, err);
    while (str_next(&rest, '|', &group)) {
        if (str_at(rest, '|'))
            rest = str_skip(rest, 1);
        if (str_trim(group).len == 0)
            return error_set(err, ERROR_INPUT, "an alternative is empty");
        if (!parse_group(scheme, group, test, out, err))
            return false;
    }
    return true;
}

bool version_range(const struct version_scheme *scheme, struct str text, struct version_set *out, struct error *err)
{
    size_t before = out->count;
    if (text.len <= VERSION_TEXT_MAX * 16 &&
        (scheme->range ? scheme->range(text, out, err) : range_parse(scheme, text, range_basic_test, out, err)))
        return true;
    out->count = before;
    if (text.len > VERSION_TEXT_MAX * 16)
        return error_set(err, ERROR_LIMIT, "a %s range of %zu bytes is too long", scheme->name, text.len);
    return error_wrap(err, "range \"%.*s\"", STR_ARG(str_head(text, 200)));
}
