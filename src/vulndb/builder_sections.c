/* The sections of the file from final records: sorts what readers search, numbers what they refer to. */
#include "builder_write.h"

#include <stdlib.h>

#include "hash.h"

static _Thread_local const struct vulndb_builder *sorting; /* qsort has no argument for it */

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_list(uint32_t a, uint32_t b)
{
    return a == b ? 0 : str_cmp(pool_text(&sorting->lists, a), pool_text(&sorting->lists, b));
}

/* The list's place in the list pool; equal contents share one. */
static bool put_list(struct output *out, uint32_t list, uint32_t *place, struct error *err)
{
    struct buf *section = &out->sections[DDB_LISTS];
    uint32_t count, number;
    const uint32_t *words = builder_words(out->builder, list, &count);
    *place = 0;
    if (count == 0)
        return true;
    uint32_t known = out->lists.count;
    if (!pool_add(&out->lists, str_make(words, (size_t)count * 4), &number))
        return builder_memory(err);
    if (number == known) {
        buf_u32(&out->list_places, (uint32_t)(section->len / 4));
        buf_u32(section, count);
        buf_add(section, words, (size_t)count * 4);
    }
    if (section->failed || out->list_places.failed)
        return builder_memory(err);
    if (section->len / 4 > UINT32_MAX)
        return error_set(err, ERROR_LIMIT, "the lists of the database exceed 16 GiB");
    *place = le32(out->list_places.ptr + (size_t)(number - 1) * 4);
    return true;
}

/* ---- advisories ------------------------------------------------------------------------------------------------------------------- */

/* All but the vendor ids. */
static int compare_claims(const struct staged_advisory *x, const struct staged_advisory *y)
{
    const uint64_t numbers[][2] = {
        { x->space, y->space },   { x->package, y->package },   { x->id, y->id },
        { x->source, y->source }, { x->fixed, y->fixed },       { x->affected_text, y->affected_text },
        { x->status, y->status }, { x->severity, y->severity },
    };
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        if (numbers[i][0] != numbers[i][1])
            return by_number(numbers[i][0], numbers[i][1]);
    int order = by_list(x->scope, y->scope);
    if (!order)
        order = by_list(x->ranges, y->ranges);
    return order ? order : by_list(x->exact, y->exact);
}

static int compare_advisories(const void *a, const void *b)
{
    const struct staged_advisory *x = a, *y = b;
    int order = compare_claims(x, y);
    return order ? order : by_list(x->vendor_ids, y->vendor_ids);
}

static bool list_has(const uint32_t *words, size_t count, uint32_t word)
{
    for (size_t i = 0; i < count; i++)
        if (words[i] == word)
            return true;
    return false;
}

static bool unite_vendor_ids(struct vulndb_builder *builder, struct staged_advisory *into, const struct staged_advisory *more,
                             struct error *err)
{
    uint32_t count, more_count;
    const uint32_t *words = builder_words(builder, into->vendor_ids, &count);
    const uint32_t *more_words = builder_words(builder, more->vendor_ids, &more_count);
    if (into->vendor_ids == more->vendor_ids)
        return true;
    builder_list_begin(builder);
    for (uint32_t i = 0; i < count; i++)
        buf_u32(&builder->words, words[i]);
    for (uint32_t i = 0; i < more_count; i++)
        if (!list_has(words, count, more_words[i]))
            buf_u32(&builder->words, more_words[i]);
    return builder_list(builder, LIST_TEXTS, &into->vendor_ids, err);
}

/* One record where several bulletins say the same of one package and weakness. */
static bool sort_advisories(struct vulndb_builder *builder, struct error *err)
{
    struct staged_advisory *advisories = STAGED(builder->advisories, staged_advisory);
    size_t count = STAGED_COUNT(builder->advisories, staged_advisory), kept = 0;
    sorting = builder;
    if (count)
        qsort(advisories, count, sizeof *advisories, compare_advisories);
    for (size_t i = 0; i < count; i++) {
        if (kept && compare_claims(&advisories[kept - 1], &advisories[i]) == 0) {
            if (!unite_vendor_ids(builder, &advisories[kept - 1], &advisories[i], err))
                return false;
        } else {
            advisories[kept++] = advisories[i];
        }
    }
    builder->advisories.len = kept * sizeof *advisories;
    return true;
}

static uint32_t vulnerability_number(const struct vulndb_builder *builder, uint32_t id)
{
    const struct staged_vulnerability *records = STAGED(builder->vulnerabilities, staged_vulnerability);
    size_t low = 0, high = STAGED_COUNT(builder->vulnerabilities, staged_vulnerability);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (records[middle].id == id)
            return (uint32_t)middle;
        if (id < records[middle].id)
            high = middle;
        else
            low = middle + 1;
    }
    return (uint32_t)DDB_NONE;
}

static bool put_advisory(struct output *out, const struct staged_advisory *from, struct error *err)
{
    struct ddb_advisory record = {
        .id = from->id,
        .vulnerability = vulnerability_number(out->builder, from->id),
        .fixed = from->fixed,
        .affected_text = from->affected_text,
        .source = from->source,
        .status = from->status,
        .severity = from->severity,
    };
    if (!put_list(out, from->ranges, &record.ranges, err) || !put_list(out, from->exact, &record.exact, err) ||
        !put_list(out, from->vendor_ids, &record.vendor_ids, err) || !put_list(out, from->scope, &record.scope, err))
        return false;
    STAGED(out->builder->sources, staged_source)[from->source].advisory_count++;
    buf_add(&out->sections[DDB_ADVISORIES], &record, sizeof record);
    return true;
}

/* Advisories, and the packages and spaces that they are filed under. */
static bool put_advisories(struct output *out, struct error *err)
{
    struct vulndb_builder *builder = out->builder;
    const struct staged_advisory *advisories = STAGED(builder->advisories, staged_advisory);
    size_t count = STAGED_COUNT(builder->advisories, staged_advisory);
    struct buf *packages = &out->sections[DDB_PACKAGES], *spaces = &out->sections[DDB_SPACES];
    if (count > UINT32_MAX)
        return error_set(err, ERROR_LIMIT, "more advisories than the database can hold");
    for (size_t i = 0; i < STAGED_COUNT(builder->sources, staged_source); i++)
        STAGED(builder->sources, staged_source)[i].advisory_count = 0;
    for (size_t i = 0; i < count; i++) {
        bool new_space = i == 0 || advisories[i].space != advisories[i - 1].space;
        if (new_space) {
            struct ddb_space space = { .name = advisories[i].space,
                                       .first_package = (uint32_t)STAGED_COUNT(*packages, ddb_package) };
            buf_add(spaces, &space, sizeof space);
        }
        if (new_space || advisories[i].package != advisories[i - 1].package) {
            struct ddb_package package = { advisories[i].package, (uint32_t)(STAGED_COUNT(*spaces, ddb_space) - 1), (uint32_t)i,
                                           0 };
            buf_add(packages, &package, sizeof package);
            if (!spaces->failed)
                STAGED(*spaces, ddb_space)[package.space].package_count++;
        }
        if (spaces->failed || packages->failed)
            return builder_memory(err);
        STAGED(*spaces, ddb_space)[STAGED_COUNT(*spaces, ddb_space) - 1].advisory_count++;
        STAGED(*packages, ddb_package)[STAGED_COUNT(*packages, ddb_package) - 1].advisory_count++;
        if (!put_advisory(out, &advisories[i], err))
            return false;
    }
    return !out->sections[DDB_ADVISORIES].failed || builder_memory(err);
}

static struct str stored_text(const struct output *out, uint32_t place)
{
    const char *p = out->sections[DDB_STRINGS].ptr + place;
    size_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
        length |= (size_t)(*p & 0x7F) << shift;
        if (!(*p++ & 0x80))
            return str_make(p, length);
    }
}

static bool put_slots(struct output *out, struct error *err)
{
    const struct ddb_package *packages = STAGED(out->sections[DDB_PACKAGES], ddb_package);
    const struct ddb_space *spaces = STAGED(out->sections[DDB_SPACES], ddb_space);
    size_t count = STAGED_COUNT(out->sections[DDB_PACKAGES], ddb_package), slots = 8;
    while (slots < count + count / 2)
        slots *= 2;
    struct buf *section = &out->sections[DDB_SLOTS];
    if (!buf_reserve(section, slots * sizeof(struct ddb_slot)))
        return builder_memory(err);
    section->len = slots * sizeof(struct ddb_slot);
    memset(section->ptr, 0, section->len);
    struct ddb_slot *table = STAGED(*section, ddb_slot);
    for (size_t i = 0; i < count; i++) {
        uint64_t hash;
        if (!ddb_package_hash(stored_text(out, spaces[packages[i].space].name), stored_text(out, packages[i].name), &hash))
            continue; /* vulndb_add_advisory takes no such name */
        size_t at = (size_t)hash & (slots - 1);
        while (table[at].package)
            at = (at + 1) & (slots - 1);
        table[at] = (struct ddb_slot){ (uint32_t)(hash >> 32), (uint32_t)i + 1 };
    }
    return true;
}

/* ---- vulnerabilities ------------------------------------------------------------------------------------------------------------- */

static int compare_aliases(const void *a, const void *b)
{
    const struct ddb_alias *x = a, *y = b;
    return x->alias != y->alias ? by_number(x->alias, y->alias) : by_number(x->vulnerability, y->vulnerability);
}

/* The alias index. What two vulnerabilities claim, or what is a vulnerability of its own, leads nowhere. */
static bool put_aliases(struct output *out, struct error *err)
{
    struct vulndb_builder *builder = out->builder;
    struct buf *section = &out->sections[DDB_ALIASES];
    size_t kept = 0, next;
    for (size_t i = 0; i < STAGED_COUNT(builder->vulnerabilities, staged_vulnerability); i++) {
        uint32_t count;
        const uint32_t *aliases =
            builder_words(builder, STAGED(builder->vulnerabilities, staged_vulnerability)[i].aliases, &count);
        for (uint32_t j = 0; j < count; j++) {
            struct ddb_alias alias = { aliases[j], (uint32_t)i };
            if (vulnerability_number(builder, aliases[j]) == (uint32_t)DDB_NONE)
                buf_add(section, &alias, sizeof alias);
        }
    }
    if (section->failed)
        return builder_memory(err);
    struct ddb_alias *aliases = STAGED(*section, ddb_alias);
    size_t count = STAGED_COUNT(*section, ddb_alias);
    if (count)
        qsort(aliases, count, sizeof *aliases, compare_aliases);
    for (size_t i = 0; i < count; i = next) {
        for (next = i + 1; next < count && aliases[next].alias == aliases[i].alias;)
            next++;
        if (aliases[next - 1].vulnerability == aliases[i].vulnerability)
            aliases[kept++] = aliases[i];
    }
    section->len = kept * sizeof *aliases;
    return true;
}

static bool put_vulnerabilities(struct output *out, struct error *err)
{
    struct vulndb_builder *builder = out->builder;
    struct buf *section = &out->sections[DDB_VULNERABILITIES];
    size_t count = STAGED_COUNT(builder->vulnerabilities, staged_vulnerability);
    for (size_t i = 0; i < count; i++) {
        const struct staged_vulnerability *from = &STAGED(builder->vulnerabilities, staged_vulnerability)[i];
        struct ddb_vulnerability record = {
            .id = from->id,
            .title = from->title,
            .severity = from->severity,
            .flags = from->flags,
            .published_s = from->published_s,
            .modified_s = from->modified_s,
            .withdrawn_s = from->withdrawn_s,
            .kev_added_s = from->kev_added_s,
            .kev_due_s = from->kev_due_s,
            .epss = from->epss,
            .epss_percentile = from->epss_percentile,
        };
        if (!put_list(out, from->ratings, &record.ratings, err) || !put_list(out, from->cwes, &record.cwes, err) ||
            !put_list(out, from->aliases, &record.aliases, err))
            return false;
        buf_add(section, &record, sizeof record);
    }
    if (section->failed)
        return builder_memory(err);
    return output_details(out, STAGED(*section, ddb_vulnerability), count, err) && put_aliases(out, err);
}

/* ---- the rest --------------------------------------------------------------------------------------------------------------------- */

static int compare_cpes(const void *a, const void *b)
{
    const struct staged_cpe *x = a, *y = b;
    return x->index != y->index ? by_number(x->index, y->index) : by_number(x->text, y->text);
}

static int compare_maps(const void *a, const void *b)
{
    const struct staged_cpe_map *x = a, *y = b;
    if (x->table != y->table)
        return by_number(x->table, y->table);
    return x->name != y->name ? by_number(x->name, y->name) : by_list(x->indices, y->indices);
}

static bool put_cpes(struct output *out, struct error *err)
{
    struct vulndb_builder *builder = out->builder;
    struct staged_cpe *cpes = STAGED(builder->cpes, staged_cpe);
    struct staged_cpe_map *maps = STAGED(builder->cpe_maps, staged_cpe_map);
    size_t cpe_count = STAGED_COUNT(builder->cpes, staged_cpe), map_count = STAGED_COUNT(builder->cpe_maps, staged_cpe_map);
    if (cpe_count)
        qsort(cpes, cpe_count, sizeof *cpes, compare_cpes);
    if (map_count)
        qsort(maps, map_count, sizeof *maps, compare_maps);
    for (size_t i = 0; i < cpe_count; i++) {
        struct ddb_cpe record = { cpes[i].index, cpes[i].text };
        if (i == 0 || cpes[i].index != cpes[i - 1].index)
            buf_add(&out->sections[DDB_CPES], &record, sizeof record);
    }
    for (size_t i = 0; i < map_count; i++) {
        struct ddb_cpe_map record = { maps[i].table, maps[i].name, 0 };
        if (i && maps[i].table == maps[i - 1].table && maps[i].name == maps[i - 1].name)
            continue;
        if (!put_list(out, maps[i].indices, &record.indices, err))
            return false;
        buf_add(&out->sections[DDB_CPE_MAPS], &record, sizeof record);
    }
    return (!out->sections[DDB_CPES].failed && !out->sections[DDB_CPE_MAPS].failed) || builder_memory(err);
}

static bool put_sources(struct output *out, struct error *err)
{
    struct vulndb_builder *builder = out->builder;
    for (size_t i = 0; i < STAGED_COUNT(builder->sources, staged_source); i++) {
        const struct staged_source *from = &STAGED(builder->sources, staged_source)[i];
        struct ddb_source record = { from->id, from->name, from->url, from->base_id, from->date_s, from->advisory_count };
        buf_add(&out->sections[DDB_SOURCES], &record, sizeof record);
    }
    return !out->sections[DDB_SOURCES].failed || builder_memory(err);
}

bool output_sections(struct output *out, struct error *err)
{
    buf_u32(&out->sections[DDB_LISTS], 0); /* the empty list */
    return sort_advisories(out->builder, err) && put_advisories(out, err) && put_slots(out, err) &&
           put_vulnerabilities(out, err) && put_cpes(out, err) && put_sources(out, err);
}
