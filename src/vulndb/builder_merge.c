/* One record for each vulnerability, from all that sources say of it. The richest record (the longest description) gives
 * title and description; ratings, weaknesses, references and aliases are united; dates span all; it counts as withdrawn only
 * if every description of it was withdrawn. By now texts are numbered in byte order, so numbers compare as texts do. */
#include <stdlib.h>

#include "builder.h"

static _Thread_local const struct pool *merge_texts; /* qsort has no argument for it */
static _Thread_local const struct vulndb_builder *merge_builder;

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_list(uint32_t a, uint32_t b)
{
    return a == b ? 0 : str_cmp(pool_text(&merge_builder->lists, a), pool_text(&merge_builder->lists, b));
}

static int by_text(uint32_t a, uint32_t b)
{
    return a == b ? 0 : str_cmp(pool_text(merge_texts, a), pool_text(merge_texts, b));
}

/* Records of one id: the longest description first; then all that merging does not treat alike in any order. */
static int compare_records(const void *a, const void *b)
{
    const struct staged_vulnerability *x = a, *y = b;
    int order = by_number(x->id, y->id);
    if (!order)
        order = by_number(pool_text(merge_texts, y->description).len, pool_text(merge_texts, x->description).len);
    if (!order)
        order = by_text(x->description, y->description);
    if (!order)
        order = by_number(x->title, y->title);
    if (!order)
        order = by_list(x->ratings, y->ratings);
    return order;
}

static int compare_words(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return by_number(x, y);
}

static int compare_details(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return by_text(x, y);
}

/* Which list of a record. */
static uint32_t *list_field(struct staged_vulnerability *record, enum list_kind kind, unsigned which)
{
    uint32_t *texts[] = { &record->cwes, &record->aliases };
    return kind == LIST_DETAILS ? &record->references : kind == LIST_RATINGS ? &record->ratings : texts[which];
}

/* Texts of all records, each once, without `except`; cwes and aliases sorted, references in order of bytes too. */
static bool unite_texts(struct vulndb_builder *builder, struct staged_vulnerability *records, size_t count, enum list_kind kind,
                        unsigned which, uint32_t except, struct error *err)
{
    if (count == 1 && kind == LIST_DETAILS)
        return true; /* a single source's own order is kept */
    builder_list_begin(builder);
    for (size_t i = 0; i < count; i++) {
        uint32_t words;
        const uint32_t *list = builder_words(builder, *list_field(&records[i], kind, which), &words);
        for (uint32_t j = 0; j < words; j++)
            if (list[j] != except)
                buf_u32(&builder->words, list[j]);
    }
    if (builder->words.failed)
        return builder_memory(err);
    uint32_t *words = (uint32_t *)(void *)builder->words.ptr + 1, kept = 0;
    size_t total = builder->words.len / 4 - 1;
    qsort(words, total, sizeof *words, kind == LIST_DETAILS ? compare_details : compare_words);
    for (size_t i = 0; i < total; i++)
        if (i == 0 || words[i] != words[i - 1])
            words[kept++] = words[i];
    builder->words.len = (kept + 1u) * 4;
    return builder_list(builder, kind, list_field(&records[0], kind, which), err);
}

enum { RATING_WORDS = sizeof(struct ddb_rating) / 4 };

/* The first rating of each source, in the order of the sources' names. */
static bool unite_ratings(struct vulndb_builder *builder, struct staged_vulnerability *records, size_t count, struct error *err)
{
    builder_list_begin(builder);
    for (size_t i = 0; i < count; i++) {
        uint32_t words;
        const uint32_t *list = builder_words(builder, records[i].ratings, &words);
        for (uint32_t j = 0; j + RATING_WORDS <= words; j += RATING_WORDS) {
            const uint32_t *sorted = (const uint32_t *)(const void *)builder->words.ptr + 1;
            size_t total = builder->words.len / 4 - 1, at = 0;
            while (at < total && sorted[at] < list[j])
                at += RATING_WORDS;
            if (at < total && sorted[at] == list[j])
                continue;
            buf_add(&builder->words, list + j, RATING_WORDS * 4);
            if (builder->words.failed)
                return builder_memory(err);
            char *place = builder->words.ptr + (at + 1) * 4;
            memmove(place + RATING_WORDS * 4, place, (total - at) * 4);
            memcpy(place, list + j, RATING_WORDS * 4);
        }
    }
    return builder_list(builder, LIST_RATINGS, &records[0].ratings, err);
}

static int64_t earliest(int64_t a, int64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

static int64_t latest(int64_t a, int64_t b)
{
    return b > a ? b : a;
}

/* Fields of `more` that `into` lacks or that are joined by a rule. */
static void unite_fields(struct staged_vulnerability *into, const struct staged_vulnerability *more)
{
    if (into->title == 0)
        into->title = more->title;
    if (more->severity > into->severity)
        into->severity = more->severity;
    into->flags |= more->flags;
    into->published_s = earliest(into->published_s, more->published_s);
    into->modified_s = latest(into->modified_s, more->modified_s);
    into->kev_added_s = earliest(into->kev_added_s, more->kev_added_s);
    into->kev_due_s = earliest(into->kev_due_s, more->kev_due_s);
    if (more->epss > into->epss) {
        into->epss = more->epss;
        into->epss_percentile = more->epss_percentile;
    }
    into->withdrawn_s = into->withdrawn_s && more->withdrawn_s ? latest(into->withdrawn_s, more->withdrawn_s) : 0;
}

static bool merge_group(struct vulndb_builder *builder, struct staged_vulnerability *records, size_t count, struct error *err)
{
    if (!unite_texts(builder, records, count, LIST_TEXTS, 0, 0, err) ||
        !unite_texts(builder, records, count, LIST_TEXTS, 1, records[0].id, err) ||
        !unite_texts(builder, records, count, LIST_DETAILS, 0, 0, err) || !unite_ratings(builder, records, count, err))
        return false;
    for (size_t i = 1; i < count; i++)
        unite_fields(&records[0], &records[i]);
    return true;
}

bool builder_merge(struct vulndb_builder *builder, struct error *err)
{
    struct staged_vulnerability *records = STAGED(builder->vulnerabilities, staged_vulnerability);
    size_t count = STAGED_COUNT(builder->vulnerabilities, staged_vulnerability), kept = 0, next;
    merge_texts = &builder->texts;
    merge_builder = builder;
    if (count)
        qsort(records, count, sizeof *records, compare_records);
    for (size_t i = 0; i < count; i = next) {
        for (next = i + 1; next < count && records[next].id == records[i].id;)
            next++;
        if (!merge_group(builder, records + i, next - i, err))
            return false;
        records[kept++] = records[i];
    }
    builder->vulnerabilities.len = kept * sizeof *records;
    return true;
}
