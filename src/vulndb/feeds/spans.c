/* Affected spans from what sources write: an upper end, or the expressions of language advisories. */
#include "vulndb/feeds/feed.h"

bool feed_set_all(struct version_set *set)
{
    return version_set_add(set, (struct version_span){ .low_open = true, .high_open = true });
}

bool feed_set_below(struct version_set *set, struct str fixed)
{
    if (fixed.len == 0)
        return feed_set_all(set);
    return version_set_add(set, (struct version_span){ .high = fixed, .low_open = true, .high_open = true });
}

static bool is_bare(struct str text)
{
    static const char marks[] = "<>=!~^|,*[]() ";
    for (size_t i = 0; i < text.len; i++)
        if (memchr(marks, text.ptr[i], sizeof marks - 1))
            return false;
    return text.len != 0;
}

/* The one version that a text without operators names; "0.23" is 0.23.0 where the scheme wants three parts. False: none. */
static bool add_point(const struct version_scheme *scheme, struct str text, struct version_set *set)
{
    int order;
    for (int missing = 0; missing <= 2 && text.ptr; missing++) {
        if (version_compare(scheme, text, text, &order))
            return version_set_add(set, (struct version_span){ .low = text, .high = text });
        text = arena_printf(set->arena, "%.*s.0", STR_ARG(text));
    }
    return false;
}

/* The union of the expressions; one that cannot be read is counted. */
static bool read_expressions(struct vulndb_builder *builder, const struct version_scheme *scheme, const struct feed_texts *texts,
                             bool bare_equals, struct str where, struct version_set *set, struct error *err)
{
    for (size_t i = 0; i < texts->count; i++) {
        struct error problem = { 0 };
        if (bare_equals && is_bare(texts->items[i]) && add_point(scheme, texts->items[i], set))
            continue;
        if (version_range(scheme, texts->items[i], set, &problem))
            continue;
        if (set->arena->exhausted)
            return arena_error(set->arena, err);
        struct str place = arena_printf(set->arena, "%.*s: \"%.*s\"", STR_ARG(where), STR_ARG(texts->items[i]));
        vulndb_add_problem(builder, "a version range that cannot be read", place);
    }
    return true;
}

static bool any_empty(const struct feed_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        if (texts->items[i].len == 0)
            return true;
    return false;
}

bool feed_set_expressions(struct vulndb_builder *builder, const struct version_scheme *scheme,
                          const struct feed_expressions *expressions, struct str where, struct version_set *set,
                          struct error *err)
{
    struct version_set vulnerable, secure;
    version_set_init(&vulnerable, set->arena);
    version_set_init(&secure, set->arena);
    if (any_empty(&expressions->vulnerable) || any_empty(&expressions->patched) || expressions->vulnerable.count == 0) {
        if (!feed_set_all(&vulnerable))
            return arena_error(set->arena, err);
    } else if (!read_expressions(builder, scheme, &expressions->vulnerable, expressions->bare_equals, where, &vulnerable, err)) {
        return false;
    }
    if (!any_empty(&expressions->vulnerable) && !any_empty(&expressions->patched))
        if (!read_expressions(builder, scheme, &expressions->patched, expressions->bare_equals, where, &secure, err) ||
            !read_expressions(builder, scheme, &expressions->unaffected, expressions->bare_equals, where, &secure, err))
            return false;
    struct error problem = { 0 };
    if (version_set_subtract(scheme, &vulnerable, &secure, set, &problem))
        return true;
    if (set->arena->exhausted)
        return arena_error(set->arena, err);
    vulndb_add_problem(builder, "a version range that cannot be read", where);
    return true;
}

struct str feed_fixed_text(const struct feed_expressions *expressions, struct arena *arena)
{
    struct feed_texts ends = { 0 };
    if (expressions->patched.count)
        return feed_texts_join(&expressions->patched, ", ", arena);
    for (size_t i = 0; i < expressions->vulnerable.count; i++) {
        struct str rest = expressions->vulnerable.items[i], part;
        while (rest.len && str_next(&rest, ',', &part)) {
            part = str_trim(part);
            if (str_starts(part, "<") && !str_starts(part, "<="))
                feed_texts_add(&ends, arena, str_trim(str_skip(part, 1)));
        }
    }
    return feed_texts_join(&ends, ", ", arena);
}

struct str feed_affected_text(const struct feed_expressions *expressions, struct arena *arena)
{
    if (expressions->vulnerable.count)
        return feed_texts_join(&expressions->vulnerable, " || ", arena);
    struct str patched = feed_texts_join(&expressions->patched, " || ", arena);
    struct str unaffected = feed_texts_join(&expressions->unaffected, " || ", arena);
    if (patched.len == 0 && unaffected.len == 0)
        return STR("all versions");
    return arena_printf(arena, "all but %.*s%s%.*s", STR_ARG(patched), patched.len && unaffected.len ? " || " : "",
                        STR_ARG(unaffected));
}

/* A version without its operator, where the operator says that versions from it on are meant (`upper`: those below it). */
static bool take_operator(struct str *part, bool upper)
{
    static const char *const lower_operators[] = { ">=", "~>", "^", "~", "=" };
    *part = str_trim(*part);
    if (upper) {
        bool below = str_starts(*part, "<") && !str_starts(*part, "<=");
        *part = str_trim(str_skip(*part, 1));
        return below;
    }
    for (size_t i = 0; i < ARRAY_LEN(lower_operators); i++)
        if (str_starts(*part, lower_operators[i])) {
            *part = str_trim(str_skip(*part, strlen(lower_operators[i])));
            return true;
        }
    return part->len && !strchr("<>!", part->ptr[0]);
}

struct str feed_fixed_versions(const struct version_scheme *scheme, const struct feed_expressions *expressions,
                               const struct version_set *set)
{
    struct feed_texts versions = { 0 };
    bool upper = expressions->patched.count == 0;
    const struct feed_texts *from = upper ? &expressions->vulnerable : &expressions->patched;
    for (size_t i = 0; i < from->count; i++) {
        struct str rest = from->items[i], part;
        while (rest.len && str_next(&rest, ',', &part)) {
            struct error ignored = { 0 };
            bool affected = false;
            if (!take_operator(&part, upper) || part.len == 0)
                continue;
            if (!version_set_has(scheme, set, part, &affected, &ignored) || !affected)
                feed_texts_add(&versions, set->arena, part);
        }
    }
    return versions.count ? feed_texts_join(&versions, ", ", set->arena)
                          : feed_texts_join(&expressions->patched, ", ", set->arena);
}

struct str feed_fixed_of(const struct version_set *set, const struct feed_texts *fixed)
{
    enum { MAX_ENDS = 1024 };
    struct feed_texts ends = { 0 };
    for (size_t i = 0; i < set->count && i < MAX_ENDS && fixed->count <= MAX_ENDS; i++)
        if (set->spans[i].high.ptr && set->spans[i].high_open && feed_texts_has(fixed, set->spans[i].high))
            feed_texts_add(&ends, set->arena, set->spans[i].high);
    return feed_texts_join(&ends, ", ", set->arena);
}

static struct str span_text(const struct version_span *span, struct arena *arena)
{
    if (!span->low.ptr && !span->high.ptr)
        return STR("all versions");
    struct str low = span->low.ptr ? arena_printf(arena, ">%s%.*s", span->low_open ? "" : "=", STR_ARG(span->low)) : STR("");
    struct str high = span->high.ptr ? arena_printf(arena, "<%s%.*s", span->high_open ? "" : "=", STR_ARG(span->high)) : STR("");
    return arena_printf(arena, "%.*s%s%.*s", STR_ARG(low), low.len && high.len ? ", " : "", STR_ARG(high));
}

struct str feed_spans_text(const struct version_set *set)
{
    struct feed_texts spans = { 0 };
    for (size_t i = 0; i < set->count; i++)
        feed_texts_add(&spans, set->arena, span_text(&set->spans[i], set->arena));
    return feed_texts_join(&spans, " || ", set->arena);
}

bool feed_is_weakness(struct str id)
{
    static const char *const prefixes[] = { "CVE-",   "GHSA-", "GO-",   "PYSEC-", "RUSTSEC-", "BIT-", "GSD-",
                                            "JLSEC-", "HSEC-", "RSEC-", "MAL-",   "OSV-",     "GMS-", "TEMP-" };
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (str_starts(id, prefixes[i]))
            return true;
    return false;
}
