/* The record of a vulnerability: fixed fields in place, description and references from a compressed block. */
#include <stdlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "reader.h"

enum { MAX_DETAIL_BLOCK = 64 * 1024 * 1024 }; /* of plain bytes; a single long record makes a block of its own */

/* ---- fixed fields -------------------------------------------------------------------------------------------------------------- */

static bool texts_at(struct vulndb *db, uint32_t ref, struct arena *arena, const struct str **out, size_t *count,
                     struct error *err)
{
    struct db_list list;
    if (!db_list(db, ref, 1, &list, err))
        return false;
    struct str *texts = arena_array(arena, list.count, sizeof *texts);
    if (!texts)
        return arena_error(arena, err);
    for (uint32_t i = 0; i < list.count; i++)
        if (!db_text(db, le32(list.items + (size_t)i * 4), &texts[i], err))
            return false;
    *out = texts;
    *count = list.count;
    return true;
}

static bool ratings_at(struct vulndb *db, uint32_t ref, struct arena *arena, struct vulndb_vulnerability *out, struct error *err)
{
    struct db_list list;
    if (!db_list(db, ref, sizeof(struct ddb_rating) / 4, &list, err))
        return false;
    struct vulndb_rating *ratings = arena_array(arena, list.count, sizeof *ratings);
    if (!ratings)
        return arena_error(arena, err);
    for (uint32_t i = 0; i < list.count; i++) {
        struct ddb_rating stored;
        memcpy(&stored, list.items + (size_t)i * sizeof stored, sizeof stored);
        struct vulndb_rating *rating = &ratings[i];
        if (stored.severity >= SEVERITY_COUNT)
            return db_damaged(err, "a severity");
        rating->severity = (enum severity)stored.severity;
        rating->score2 = stored.score2;
        rating->score3 = stored.score3;
        rating->score4 = stored.score4;
        if (!db_text(db, stored.source, &rating->source, err) || !db_text(db, stored.cvss2, &rating->cvss2, err) ||
            !db_text(db, stored.cvss3, &rating->cvss3, err) || !db_text(db, stored.cvss4, &rating->cvss4, err))
            return false;
    }
    out->ratings = ratings;
    out->rating_count = list.count;
    return true;
}

static bool fill_fixed(struct vulndb *db, const struct ddb_vulnerability *record, struct arena *arena,
                       struct vulndb_vulnerability *out, struct error *err)
{
    if (record->severity >= SEVERITY_COUNT)
        return db_damaged(err, "a severity");
    *out = (struct vulndb_vulnerability){
        .severity = (enum severity)record->severity,
        .published_s = record->published_s,
        .modified_s = record->modified_s,
        .withdrawn_s = record->withdrawn_s,
        .kev_added_s = record->kev_added_s,
        .kev_due_s = record->kev_due_s,
        .kev_ransomware = (record->flags & DDB_VULNERABILITY_RANSOMWARE) != 0,
        .epss = record->epss,
        .epss_percentile = record->epss_percentile,
    };
    return db_text(db, record->id, &out->id, err) && db_text(db, record->title, &out->title, err) &&
           ratings_at(db, record->ratings, arena, out, err) &&
           texts_at(db, record->cwes, arena, &out->cwes, &out->cwe_count, err) &&
           texts_at(db, record->aliases, arena, &out->aliases, &out->alias_count, err);
}

/* ---- description and references ---------------------------------------------------------------------------------------------------- */

static void drop_held(struct db_held_block *held)
{
    free(held->owned);
    *held = (struct db_held_block){ 0 };
}

#ifdef HAVE_ZSTD
static bool inflate(struct vulndb *db, void *text, size_t size, const unsigned char *packed, size_t packed_size)
{
    if (!db->inflater)
        db->inflater = ZSTD_createDCtx();
    return db->inflater && ZSTD_decompressDCtx(db->inflater, text, size, packed, packed_size) == size;
}
#endif

/* Inflates the block, unless it is held. */
static bool block_inflate(struct vulndb *db, uint32_t number, struct str *out, struct error *err)
{
    struct ddb_detail_block block;
    const unsigned char *packed;
    struct db_held_block *held = &db->held[number % DB_HELD_BLOCKS];
    *out = held->plain;
    if (held->known && held->number == number)
        return true;
    drop_held(held);
    if (!db_record(db, DDB_DETAIL_BLOCKS, number, &block, sizeof block, err) ||
        !db_view(db, DDB_DETAILS, block.offset, block.packed_bytes, &packed, err))
        return false;
    if (block.packed_bytes == block.plain_bytes) {
        *out = str_make(packed, block.plain_bytes);
        *held = (struct db_held_block){ .known = true, .number = number, .plain = *out };
        return true;
    }
    if (block.plain_bytes > MAX_DETAIL_BLOCK)
        return db_damaged(err, "the size of a block of descriptions");
#ifdef HAVE_ZSTD
    void *text = malloc((size_t)block.plain_bytes + 1);
    if (!text)
        return error_set(err, ERROR_LIMIT, "out of memory");
    if (!inflate(db, text, block.plain_bytes, packed, block.packed_bytes)) {
        free(text);
        return db_damaged(err, "a block of descriptions");
    }
    *out = str_make(text, block.plain_bytes);
    *held = (struct db_held_block){ .known = true, .number = number, .plain = *out, .owned = text };
    return true;
#else
    return error_set(err, ERROR_UNSUPPORTED,
                     "the database's descriptions are compressed with zstd, which this program was built without");
#endif
}

void db_details_free(struct vulndb *db)
{
    for (size_t i = 0; i < DB_HELD_BLOCKS; i++)
        drop_held(&db->held[i]);
#ifdef HAVE_ZSTD
    ZSTD_freeDCtx(db->inflater);
#endif
}

static bool take_u32(struct str *rest, uint32_t *value)
{
    if (rest->len < 4)
        return false;
    *value = le32(rest->ptr);
    *rest = str_skip(*rest, 4);
    return true;
}

static bool take_text(struct str *rest, struct arena *arena, struct str *out)
{
    uint32_t len;
    if (!take_u32(rest, &len) || len > rest->len)
        return false;
    *out = arena_str(arena, str_head(*rest, len));
    *rest = str_skip(*rest, len);
    return out->ptr != NULL;
}

static bool fill_detail(struct str rest, struct arena *arena, struct vulndb_vulnerability *out, struct error *err)
{
    uint32_t count;
    bool whole = take_text(&rest, arena, &out->description) && take_u32(&rest, &count) && count <= rest.len / 4;
    struct str *references = whole ? arena_array(arena, count, sizeof *references) : NULL;
    for (uint32_t i = 0; references && i < count && whole; i++)
        whole = take_text(&rest, arena, &references[i]);
    if (arena->exhausted)
        return arena_error(arena, err);
    if (!whole)
        return db_damaged(err, "a description");
    out->references = references;
    out->reference_count = count;
    return true;
}

bool vulndb_vulnerability_brief(struct vulndb *db, uint32_t number, struct arena *arena, struct vulndb_vulnerability *out,
                                struct error *err)
{
    struct ddb_vulnerability record;
    return db_record(db, DDB_VULNERABILITIES, number, &record, sizeof record, err) && fill_fixed(db, &record, arena, out, err);
}

bool vulndb_vulnerability_at(struct vulndb *db, uint32_t number, struct arena *arena, struct vulndb_vulnerability *out,
                             struct error *err)
{
    struct ddb_vulnerability record;
    struct vulndb_vulnerability result;
    struct str plain;
    if (!db_record(db, DDB_VULNERABILITIES, number, &record, sizeof record, err) || !fill_fixed(db, &record, arena, &result, err))
        return false;
    if (record.detail_block != (uint32_t)DDB_NONE) {
        if (!block_inflate(db, record.detail_block, &plain, err))
            return false;
        if (record.detail_offset > plain.len)
            return db_damaged(err, "the place of a description");
        if (!fill_detail(str_skip(plain, record.detail_offset), arena, &result, err))
            return false;
    }
    *out = result;
    return true;
}

/* ---- indices ------------------------------------------------------------------------------------------------------------------------ */

bool vulndb_vulnerability_find(struct vulndb *db, struct str id, uint32_t *number, struct error *err)
{
    uint64_t found;
    struct ddb_alias alias;
    if (db_search(db, DDB_VULNERABILITIES, sizeof(struct ddb_vulnerability), id, &found, err)) {
        *number = (uint32_t)found;
        return true;
    }
    if (err->kind != ERROR_NONE || !db_search(db, DDB_ALIASES, sizeof alias, id, &found, err))
        return false;
    if (!db_record(db, DDB_ALIASES, found, &alias, sizeof alias, err))
        return false;
    if (alias.vulnerability >= db_count(db, DDB_VULNERABILITIES, sizeof(struct ddb_vulnerability)))
        return db_damaged(err, "an alias");
    *number = alias.vulnerability;
    return true;
}

static bool map_order(struct vulndb *db, uint64_t index, struct str table, struct str name, struct ddb_cpe_map *map, int *order,
                      struct error *err)
{
    struct str map_table, map_name;
    if (!db_record(db, DDB_CPE_MAPS, index, map, sizeof *map, err) || !db_text(db, map->table, &map_table, err) ||
        !db_text(db, map->name, &map_name, err))
        return false;
    *order = str_cmp(table, map_table);
    if (*order == 0)
        *order = str_cmp(name, map_name);
    return true;
}

bool vulndb_cpe_map(struct vulndb *db, const char *table, struct str name, struct arena *arena, const uint32_t **indices,
                    size_t *count, struct error *err)
{
    uint64_t low = 0, high = db_count(db, DDB_CPE_MAPS, sizeof(struct ddb_cpe_map));
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct ddb_cpe_map map;
        struct db_list list;
        int order;
        if (!map_order(db, middle, str_from(table), name, &map, &order, err))
            return false;
        if (order < 0) {
            high = middle;
        } else if (order > 0) {
            low = middle + 1;
        } else {
            if (!db_list(db, map.indices, 1, &list, err))
                return false;
            uint32_t *copy = arena_array(arena, list.count, sizeof *copy);
            if (!copy)
                return arena_error(arena, err);
            memcpy(copy, list.items, (size_t)list.count * sizeof *copy);
            *indices = copy;
            *count = list.count;
            return true;
        }
    }
    return false;
}

bool vulndb_cpe_find(struct vulndb *db, uint32_t index, struct str *out, struct error *err)
{
    uint64_t low = 0, high = db_count(db, DDB_CPES, sizeof(struct ddb_cpe));
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct ddb_cpe cpe;
        if (!db_record(db, DDB_CPES, middle, &cpe, sizeof cpe, err))
            return false;
        if (cpe.index == index)
            return db_text(db, cpe.text, out, err);
        if (index < cpe.index)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}
