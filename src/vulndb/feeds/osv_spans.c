/* From OSV's events to spans (https://ossf.github.io/osv-schema/, "Evaluation"): events are sorted by version, those of one
 * version stay in the order in which they were written; a version is affected from an `introduced` on until a `fixed` (not
 * itself) or past a `last_affected` (itself still), and below the highest `limit` where there are limits; "*" is no limit.
 * "0" introduces from before all versions on. Commits (GIT ranges) are no versions and are passed over. */
#include <stdlib.h>

#include "vulndb/feeds/osv.h"

static _Thread_local const struct version_scheme *sorting; /* qsort has no argument for it */

static bool is_first(const struct osv_event *event)
{
    return event->kind == OSV_INTRODUCED && str_is(event->version, "0");
}

static int compare_events(const void *a, const void *b)
{
    const struct osv_event *x = a, *y = b;
    int order = 0;
    if (is_first(x) != is_first(y))
        return is_first(x) ? -1 : 1;
    if (!is_first(x) && version_compare(sorting, x->version, y->version, &order) && order)
        return order;
    return (x->place > y->place) - (x->place < y->place);
}

static bool is_no_limit(const struct osv_event *event)
{
    return event->kind == OSV_LIMIT && str_is(event->version, "*");
}

/* Takes out "*", numbers the events by place and sorts them. False where one has no version of the scheme. */
static bool sort_events(const struct version_scheme *scheme, struct osv_range *range)
{
    size_t kept = 0;
    int order;
    for (size_t i = 0; i < range->count; i++) {
        struct osv_event event = range->events[i];
        if (is_no_limit(&event)) {
            range->unlimited = true;
            continue;
        }
        if (!is_first(&event) && !version_compare(scheme, event.version, event.version, &order))
            return false;
        event.place = kept;
        range->events[kept++] = event;
    }
    range->count = kept;
    sorting = scheme;
    if (kept)
        qsort(range->events, kept, sizeof *range->events, compare_events);
    return true;
}

static bool add_span(struct version_set *set, const struct osv_event *from, const struct osv_event *to)
{
    struct version_span span = { .low_open = true, .high_open = true };
    if (!is_first(from)) {
        span.low = from->version;
        span.low_open = false;
    }
    if (to) {
        span.high = to->version;
        span.high_open = to->kind != OSV_LAST_AFFECTED;
    }
    return version_set_add(set, span);
}

/* The spans of sorted events. *limit: the highest one, ptr NULL where there is none. *open: the last span has no end. An end
 * before any `introduced` ends nothing. */
static bool walk_events(const struct osv_range *range, struct version_set *set, struct feed_texts *fixed, struct str *limit,
                        bool *open)
{
    const struct osv_event *from = NULL;
    *limit = (struct str){ 0 };
    for (size_t i = 0; i < range->count; i++) {
        const struct osv_event *event = &range->events[i];
        if (event->kind == OSV_LIMIT) {
            *limit = event->version;
        } else if (event->kind == OSV_INTRODUCED) {
            from = from ? from : event;
        } else if (from) {
            if (!add_span(set, from, event) || (event->kind == OSV_FIXED && !feed_texts_add(fixed, set->arena, event->version)))
                return false;
            from = NULL;
        }
    }
    *open = from != NULL;
    return !from || add_span(set, from, NULL);
}

/* "<= 1.2" or "< 1.3". */
static bool parse_last_known(struct str text, struct version_span *span)
{
    *span = (struct version_span){ .low_open = true };
    if (!str_starts(text, "<"))
        return false;
    span->high_open = !str_starts(text, "<=");
    span->high = str_trim(str_skip(text, span->high_open ? 1 : 2));
    return span->high.len > 0;
}

/* What is left below the limit; GitHub's last known affected version bounds a range without an end. */
static bool bound(const struct version_scheme *scheme, struct version_set *set, struct str limit, struct str last_known,
                  struct error *err)
{
    struct version_set bounds, cut;
    struct version_span span = { .high = limit, .low_open = true, .high_open = true };
    struct error ignored = { 0 };
    if (!limit.ptr && !parse_last_known(last_known, &span))
        return true;
    version_set_init(&bounds, set->arena);
    version_set_init(&cut, set->arena);
    if (!version_set_add(&bounds, span))
        return arena_error(set->arena, err);
    if (version_set_intersect(scheme, set, &bounds, &cut, &ignored))
        *set = cut;
    return !set->arena->exhausted || arena_error(set->arena, err);
}

static bool range_spans(const struct version_scheme *scheme, struct osv_range *range, struct str last_known,
                        struct version_set *set, struct feed_texts *fixed, struct error *err)
{
    struct version_set own;
    struct str limit;
    bool open;
    version_set_init(&own, set->arena);
    if (!walk_events(range, &own, fixed, &limit, &open))
        return arena_error(set->arena, err);
    if (range->unlimited)
        limit = (struct str){ 0 };
    if (!bound(scheme, &own, limit, open ? last_known : STR(""), err))
        return false;
    for (size_t i = 0; i < own.count; i++)
        if (!version_set_add(set, own.spans[i]))
            return arena_error(set->arena, err);
    return true;
}

bool osv_spans(struct vulndb_builder *builder, const struct version_scheme *scheme, const struct osv_affected *affected,
               struct str where, struct version_set *set, struct feed_texts *fixed, struct error *err)
{
    for (size_t i = 0; i < affected->range_count; i++) {
        struct osv_range *range = &affected->ranges[i];
        struct str last_known = range->specific.last_known.len ? range->specific.last_known : affected->specific.last_known;
        struct error problem = { 0 };
        if (range->git)
            continue;
        if (sort_events(scheme, range) && range_spans(scheme, range, last_known, set, fixed, &problem))
            continue;
        if (set->arena->exhausted)
            return arena_error(set->arena, err);
        vulndb_add_problem(builder, "events with a version that is none of their scheme", where);
    }
    return true;
}
