/* From numbers in the order of arrival to places in the file: texts are sorted by their bytes and get their offsets in the
 * string pool, then every list and record is rewritten in these. From here on, numbers of texts compare as the texts do. */
#include "builder_write.h"

#include <stdlib.h>

/* ---- texts ------------------------------------------------------------------------------------------------------------------------ */

struct sorted_text {
    uint64_t head; /* its first 8 bytes, big-endian: settles most comparisons */
    uint32_t number;
};
static _Thread_local const struct pool *sorted_pool; /* qsort has no argument for it */

static uint64_t head_of(struct str text)
{
    uint64_t head = 0;
    for (size_t i = 0; i < 8; i++)
        head = head << 8 | (i < text.len ? (unsigned char)text.ptr[i] : 0u);
    return head;
}

static int compare_texts(const void *a, const void *b)
{
    const struct sorted_text *x = a, *y = b;
    if (x->head != y->head)
        return x->head < y->head ? -1 : 1;
    return str_cmp(pool_text(sorted_pool, x->number), pool_text(sorted_pool, y->number));
}

static void put_text(struct buf *out, struct str text)
{
    size_t length = text.len;
    for (; length >= 0x80; length >>= 7)
        buf_chr(out, (char)(length | 0x80));
    buf_chr(out, (char)length);
    buf_str(out, text);
}

static bool sort_texts(struct output *out, struct error *err)
{
    struct vulndb_builder *builder = out->builder;
    struct sorted_text *sorted = malloc(builder->texts.count * sizeof *sorted);
    struct buf *pool = &out->sections[DDB_STRINGS];
    size_t count = 0;
    out->place = calloc(builder->texts.count, sizeof *out->place);
    if (!sorted || !out->place) {
        free(sorted);
        return builder_memory(err);
    }
    for (uint32_t i = 0; i < builder->texts.count; i++)
        if (builder->stored.ptr[i])
            sorted[count++] = (struct sorted_text){ head_of(pool_text(&builder->texts, i)), i };
    sorted_pool = &builder->texts;
    qsort(sorted, count, sizeof *sorted, compare_texts);
    for (size_t i = 0; i < count && pool->len <= UINT32_MAX; i++) {
        out->place[sorted[i].number] = (uint32_t)pool->len;
        put_text(pool, pool_text(&builder->texts, sorted[i].number));
    }
    free(sorted);
    if (pool->failed)
        return builder_memory(err);
    return pool->len <= UINT32_MAX || error_set(err, ERROR_LIMIT, "the texts of the database exceed 4 GiB");
}

/* ---- lists ------------------------------------------------------------------------------------------------------------------------- */

static int compare_pairs(const void *a, const void *b)
{
    uint32_t x[2], y[2];
    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    if (x[0] != y[0])
        return x[0] < y[0] ? -1 : 1;
    return (x[1] > y[1]) - (x[1] < y[1]);
}

static void place_words(const struct output *out, uint32_t *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        words[i] = out->place[words[i]];
}

static void place_list(const struct output *out, uint32_t kind, uint32_t *words, uint32_t count)
{
    const uint32_t range_words = sizeof(struct ddb_range) / 4, rating_words = sizeof(struct ddb_rating) / 4;
    switch ((enum list_kind)kind) {
    case LIST_TEXTS: place_words(out, words, count); break;
    case LIST_EXACT:
        place_words(out, words, count);
        qsort(words, count / 2, 2 * sizeof *words, compare_pairs);
        break;
    case LIST_RANGES:
        for (uint32_t i = 0; i + range_words <= count; i += range_words)
            place_words(out, words + i + 1, range_words - 1);
        break;
    case LIST_RATINGS:
        for (uint32_t i = 0; i + rating_words <= count; i += rating_words) {
            place_words(out, words + i, 1);
            place_words(out, words + i + 2, 3);
        }
        break;
    case LIST_SCOPE:
        place_words(out, words, 1);
        place_words(out, words + 2, words[1]);
        break;
    case LIST_NUMBERS:
    case LIST_DETAILS: /* details are written from the texts as they were collected */ break;
    }
}

static void place_lists(struct output *out)
{
    struct pool *lists = &out->builder->lists;
    for (uint32_t i = 1; i < lists->count; i++) {
        uint32_t *words = (uint32_t *)(void *)(lists->bytes.ptr + lists->items[i].offset);
        place_list(out, words[0], words + 1, lists->items[i].len / 4 - 1);
    }
}

/* ---- records ------------------------------------------------------------------------------------------------------------------------ */

static int compare_sources(const void *a, const void *b)
{
    const struct staged_source *x = a, *y = b;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Sorts the sources and renumbers them in the advisories. */
static bool place_sources(struct output *out, struct error *err)
{
    struct vulndb_builder *builder = out->builder;
    struct staged_source *sources = STAGED(builder->sources, staged_source);
    size_t count = STAGED_COUNT(builder->sources, staged_source);
    struct staged_source *before = malloc((count + 1) * sizeof *before);
    uint16_t *moved = calloc(count + 1, sizeof *moved);
    bool ok = before && moved;
    for (size_t i = 0; ok && i < count; i++) {
        uint32_t *fields[] = { &sources[i].id, &sources[i].name, &sources[i].url, &sources[i].base_id };
        for (size_t j = 0; j < ARRAY_LEN(fields); j++)
            *fields[j] = out->place[*fields[j]];
        before[i] = sources[i];
    }
    if (ok && count)
        qsort(sources, count, sizeof *sources, compare_sources);
    for (size_t i = 0; ok && i < count; i++)
        for (size_t j = 0; j < count; j++)
            if (before[i].name == sources[j].name && before[i].id == sources[j].id)
                moved[i] = (uint16_t)j;
    for (size_t i = 0; ok && i < STAGED_COUNT(builder->advisories, staged_advisory); i++)
        STAGED(builder->advisories, staged_advisory)[i].source = moved[STAGED(builder->advisories, staged_advisory)[i].source];
    free(before);
    free(moved);
    return ok || builder_memory(err);
}

static void place_records(struct output *out)
{
    struct vulndb_builder *builder = out->builder;
    const uint32_t *place = out->place;
    for (size_t i = 0; i < STAGED_COUNT(builder->advisories, staged_advisory); i++) {
        struct staged_advisory *a = &STAGED(builder->advisories, staged_advisory)[i];
        a->space = place[a->space];
        a->package = place[a->package];
        a->id = place[a->id];
        a->fixed = place[a->fixed];
        a->affected_text = place[a->affected_text];
    }
    for (size_t i = 0; i < STAGED_COUNT(builder->vulnerabilities, staged_vulnerability); i++) {
        struct staged_vulnerability *v = &STAGED(builder->vulnerabilities, staged_vulnerability)[i];
        v->id = place[v->id];
        v->title = place[v->title];
    }
    for (size_t i = 0; i < STAGED_COUNT(builder->cpes, staged_cpe); i++)
        STAGED(builder->cpes, staged_cpe)[i].text = place[STAGED(builder->cpes, staged_cpe)[i].text];
    for (size_t i = 0; i < STAGED_COUNT(builder->cpe_maps, staged_cpe_map); i++) {
        struct staged_cpe_map *map = &STAGED(builder->cpe_maps, staged_cpe_map)[i];
        map->table = place[map->table];
        map->name = place[map->name];
    }
}

bool output_finalize(struct output *out, struct error *err)
{
    if (!sort_texts(out, err))
        return false;
    place_lists(out);
    place_records(out);
    return place_sources(out, err);
}
