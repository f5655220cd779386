/* Unions of version spans: see version.h. All work is done on spans whose ends' keys were made once; spans are put in
 * order by a merge sort of its own, which stays within bounds whatever a scheme's order does. */
#include "version/key.h"

#include <stdlib.h>

/* A span with its ends' keys, as places in one buffer that grows while they are made. */
struct keyed_span {
    struct version_span span;
    size_t low_at, low_len, high_at, high_len;
};

struct keyed_set {
    const struct version_scheme *scheme;
    struct keyed_span *spans;
    size_t count;
    struct buf keys;
};

/* One end of a span while it is compared. */
struct end {
    struct str text, key; /* text.ptr NULL: unbounded */
    bool open;
};

enum { KEYS_MAX_BYTES = 1 << 30 };

void version_set_init(struct version_set *set, struct arena *arena)
{
    *set = (struct version_set){ .arena = arena };
}

bool version_set_add(struct version_set *set, struct version_span span)
{
    struct version_span *spans = arena_grow(set->arena, set->spans, set->count, &set->cap, sizeof *spans);
    if (!spans)
        return false;
    set->spans = spans;
    spans[set->count++] = span;
    return true;
}

static bool not_a_version(const struct version_scheme *scheme, struct str text, struct error *err)
{
    return error_set(err, ERROR_INPUT, "\"%.*s\" is not a %s version", STR_ARG(str_head(text, 200)), scheme->name);
}

static bool add_key(struct keyed_set *set, struct str text, size_t *at, size_t *len, struct error *err)
{
    *at = set->keys.len;
    if (text.ptr && !set->scheme->key(text, &set->keys)) {
        if (set->keys.failed)
            return error_set(err, ERROR_LIMIT, "a set of %s versions needs too much memory", set->scheme->name);
        return not_a_version(set->scheme, text, err);
    }
    *len = set->keys.len - *at;
    return true;
}

static void keyed_free(struct keyed_set *set)
{
    free(set->spans);
    buf_free(&set->keys);
}

/* Unbounded ends have no key, and a set of these only has no buffer. */
static struct str key_at(const struct keyed_set *set, size_t at, size_t len)
{
    return len ? str_make(set->keys.ptr + at, len) : (struct str){ NULL, 0 };
}

static struct end low_end(const struct keyed_set *set, size_t i)
{
    const struct keyed_span *s = &set->spans[i];
    return (struct end){ s->span.low, key_at(set, s->low_at, s->low_len), s->span.low_open };
}

static struct end high_end(const struct keyed_set *set, size_t i)
{
    const struct keyed_span *s = &set->spans[i];
    return (struct end){ s->span.high, key_at(set, s->high_at, s->high_len), s->span.high_open };
}

/* Both ends are bounded. */
static int place_order(const struct version_scheme *scheme, struct end a, struct end b)
{
    return scheme->compare ? scheme->compare(a.text, b.text) : version_key_compare(a.key, b.key);
}

/* Which of two low ends starts first: an unbounded one, then by place, a closed one before an open one. */
static int low_order(const struct version_scheme *scheme, struct end a, struct end b)
{
    if (!a.text.ptr || !b.text.ptr)
        return (a.text.ptr != NULL) - (b.text.ptr != NULL);
    int order = place_order(scheme, a, b);
    return order ? order : a.open - b.open;
}

/* Which of two high ends stops first: by place, an open one before a closed one, an unbounded one last. */
static int high_order(const struct version_scheme *scheme, struct end a, struct end b)
{
    if (!a.text.ptr || !b.text.ptr)
        return (b.text.ptr != NULL) - (a.text.ptr != NULL);
    int order = place_order(scheme, a, b);
    return order ? order : b.open - a.open;
}

/* Is there no version between this low end and this high end? */
static bool span_is_empty(const struct version_scheme *scheme, struct end low, struct end high)
{
    if (!low.text.ptr || !high.text.ptr)
        return false;
    int order = place_order(scheme, low, high);
    return order > 0 || (order == 0 && (low.open || high.open));
}

/* Is there a version after this high end and before this low end? */
static bool gap_between(const struct version_scheme *scheme, struct end high, struct end low)
{
    if (!low.text.ptr || !high.text.ptr)
        return false;
    int order = place_order(scheme, high, low);
    return order < 0 || (order == 0 && high.open && low.open);
}

/* Stable bottom-up merge sort by low end. */
static bool keyed_sort(struct keyed_set *set)
{
    size_t n = set->count;
    struct keyed_span *from = set->spans, *to = n ? malloc(n * sizeof *to) : NULL;
    if (n && !to)
        return false;
    for (size_t width = 1; width < n; width *= 2) {
        set->spans = from;
        for (size_t start = 0; start < n; start += 2 * width) {
            size_t middle = start + width < n ? start + width : n, stop = middle + width < n ? middle + width : n;
            size_t a = start, b = middle;
            for (size_t k = start; k < stop; k++) {
                bool left = b == stop || (a < middle && low_order(set->scheme, low_end(set, a), low_end(set, b)) <= 0);
                to[k] = from[left ? a++ : b++];
            }
        }
        struct keyed_span *swap = from;
        from = to;
        to = swap;
    }
    set->spans = from;
    free(to);
    return true;
}

/* Drops empty spans and joins those that overlap or touch; the spans are sorted. */
static void keyed_join(struct keyed_set *set)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (span_is_empty(set->scheme, low_end(set, i), high_end(set, i)))
            continue;
        if (kept == 0 || gap_between(set->scheme, high_end(set, kept - 1), low_end(set, i))) {
            set->spans[kept++] = set->spans[i];
            continue;
        }
        if (high_order(set->scheme, high_end(set, kept - 1), high_end(set, i)) < 0) {
            struct keyed_span *last = &set->spans[kept - 1];
            last->span.high = set->spans[i].span.high;
            last->span.high_open = set->spans[i].span.high_open;
            last->high_at = set->spans[i].high_at;
            last->high_len = set->spans[i].high_len;
        }
    }
    set->count = kept;
}

/* Keys, order and joins; to be freed by keyed_free, also on failure. */
static bool keyed_make(const struct version_scheme *scheme, const struct version_set *from, struct keyed_set *to,
                       struct error *err)
{
    *to = (struct keyed_set){ .scheme = scheme };
    buf_init(&to->keys, KEYS_MAX_BYTES);
    to->spans = calloc(from->count ? from->count : 1, sizeof *to->spans);
    if (!to->spans)
        return error_set(err, ERROR_LIMIT, "no memory for %zu version spans", from->count);
    for (; to->count < from->count; to->count++) {
        struct keyed_span *s = &to->spans[to->count];
        s->span = from->spans[to->count];
        s->span.low_open |= !s->span.low.ptr;
        s->span.high_open |= !s->span.high.ptr;
        if (!add_key(to, s->span.low, &s->low_at, &s->low_len, err) || !add_key(to, s->span.high, &s->high_at, &s->high_len, err))
            return false;
    }
    if (!keyed_sort(to))
        return error_set(err, ERROR_LIMIT, "no memory to sort %zu version spans", from->count);
    keyed_join(to);
    return true;
}

static bool add_between(struct version_set *out, struct end low, struct end high, struct error *err)
{
    struct version_span span = { low.text, high.text, low.open, high.open };
    return version_set_add(out, span) || arena_error(out->arena, err);
}

bool version_set_normalize(const struct version_scheme *scheme, struct version_set *set, struct error *err)
{
    struct keyed_set keyed;
    bool ok = keyed_make(scheme, set, &keyed, err);
    if (ok) {
        set->count = keyed.count;
        for (size_t i = 0; i < keyed.count; i++)
            set->spans[i] = keyed.spans[i].span;
    }
    keyed_free(&keyed);
    return ok;
}

static bool intersect(const struct keyed_set *a, const struct keyed_set *b, struct version_set *out, struct error *err)
{
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        struct end low_a = low_end(a, i), low_b = low_end(b, j), high_a = high_end(a, i), high_b = high_end(b, j);
        bool a_stops = high_order(a->scheme, high_a, high_b) <= 0;
        struct end low = low_order(a->scheme, low_a, low_b) >= 0 ? low_a : low_b;
        struct end high = a_stops ? high_a : high_b;
        if (!span_is_empty(a->scheme, low, high) && !add_between(out, low, high, err))
            return false;
        i += a_stops;
        j += !a_stops;
    }
    return true;
}

/* What is left of span i of `a` after all spans of b. An end that b leaves is open where b's was closed. */
static bool subtract_from(const struct keyed_set *a, size_t i, const struct keyed_set *b, size_t *from, struct version_set *out,
                          struct error *err)
{
    struct end low = low_end(a, i), high = high_end(a, i);
    while (*from < b->count && gap_between(a->scheme, high_end(b, *from), low))
        (*from)++;
    for (size_t j = *from; j < b->count; j++) {
        struct end stop = low_end(b, j), next = high_end(b, j);
        if (gap_between(a->scheme, high, stop))
            break;
        stop.open = !stop.open;
        if (stop.text.ptr && !span_is_empty(a->scheme, low, stop) && !add_between(out, low, stop, err))
            return false;
        if (!next.text.ptr)
            return true;
        next.open = !next.open;
        if (low_order(a->scheme, low, next) < 0)
            low = next;
    }
    return span_is_empty(a->scheme, low, high) || add_between(out, low, high, err);
}

static bool subtract(const struct keyed_set *a, const struct keyed_set *b, struct version_set *out, struct error *err)
{
    size_t from = 0;
    for (size_t i = 0; i < a->count; i++)
        if (!subtract_from(a, i, b, &from, out, err))
            return false;
    return true;
}

typedef bool set_operation(const struct keyed_set *a, const struct keyed_set *b, struct version_set *out, struct error *err);

static bool combine(const struct version_scheme *scheme, const struct version_set *a, const struct version_set *b,
                    set_operation *operation, struct version_set *out, struct error *err)
{
    struct keyed_set keyed_a, keyed_b = { 0 };
    bool ok =
        keyed_make(scheme, a, &keyed_a, err) && keyed_make(scheme, b, &keyed_b, err) && operation(&keyed_a, &keyed_b, out, err);
    keyed_free(&keyed_a);
    keyed_free(&keyed_b);
    return ok;
}

bool version_set_intersect(const struct version_scheme *scheme, const struct version_set *a, const struct version_set *b,
                           struct version_set *out, struct error *err)
{
    return combine(scheme, a, b, intersect, out, err);
}

bool version_set_subtract(const struct version_scheme *scheme, const struct version_set *a, const struct version_set *b,
                          struct version_set *out, struct error *err)
{
    return combine(scheme, a, b, subtract, out, err);
}

bool version_set_has(const struct version_scheme *scheme, const struct version_set *set, struct str version, bool *inside,
                     struct error *err)
{
    int order;
    bool found = false;
    if (!version_compare(scheme, version, version, &order))
        return not_a_version(scheme, version, err);
    for (size_t i = 0; i < set->count; i++) {
        const struct version_span *s = &set->spans[i];
        bool above = true, below = true;
        if (s->low.ptr) {
            if (!version_compare(scheme, s->low, version, &order))
                return not_a_version(scheme, s->low, err);
            above = order < 0 || (order == 0 && !s->low_open);
        }
        if (s->high.ptr) {
            if (!version_compare(scheme, version, s->high, &order))
                return not_a_version(scheme, s->high, err);
            below = order < 0 || (order == 0 && !s->high_open);
        }
        found |= above && below;
    }
    *inside = found;
    return true;
}
