/* Looking a package up and walking its advisories: one hash, then records in place. */
#include <stdatomic.h>
#include <xxhash.h>

#include "hash.h"
#include "reader.h"

/* ---- packages ------------------------------------------------------------------------------------------------------------------ */

static bool package_is(struct vulndb *db, const struct ddb_package *package, struct str space, struct str name, bool *same,
                       struct error *err)
{
    struct ddb_space record;
    struct str text;
    *same = false;
    if (!db_text(db, package->name, &text, err))
        return false;
    if (!str_eq(text, name))
        return true;
    if (!db_record(db, DDB_SPACES, package->space, &record, sizeof record, err) || !db_text(db, record.name, &text, err))
        return false;
    *same = str_eq(text, space);
    return true;
}

bool vulndb_find(struct vulndb *db, struct str space, struct str package, struct vulndb_cursor *out, struct error *err)
{
    uint64_t slots = db_count(db, DDB_SLOTS, sizeof(struct ddb_slot)), hash;
    *out = (struct vulndb_cursor){ .db = db };
    if (slots == 0 || !ddb_package_hash(space, package, &hash))
        return true;
    for (uint64_t i = hash & (slots - 1), probes = 0; probes < slots; i = (i + 1) & (slots - 1), probes++) {
        struct ddb_slot slot;
        struct ddb_package record;
        bool same;
        if (!db_record(db, DDB_SLOTS, i, &slot, sizeof slot, err))
            return false;
        if (slot.package == 0)
            return true;
        if (slot.tag != (uint32_t)(hash >> 32))
            continue;
        if (!db_record(db, DDB_PACKAGES, slot.package - 1, &record, sizeof record, err) ||
            !package_is(db, &record, space, package, &same, err))
            return false;
        if (same) {
            out->next = record.first_advisory;
            out->end = out->next + record.advisory_count;
            return true;
        }
    }
    return true;
}

/* ---- advisories -------------------------------------------------------------------------------------------------------------------- */

static struct ddb_advisory hit_record(const struct vulndb_hit *hit)
{
    struct ddb_advisory record;
    memcpy(&record, hit->record, sizeof record);
    return record;
}

/* The scope list: flavour, number of arches, arches …, CPE indices … */
static bool hit_scope(struct vulndb *db, const struct ddb_advisory *record, struct db_list *list, uint32_t *arches,
                      uint32_t *cpes, struct error *err)
{
    *arches = *cpes = 0;
    if (!db_list(db, record->scope, 1, list, err) || list->count == 0)
        return record->scope == 0;
    if (list->count < 2 || le32(list->items + 4) > list->count - 2)
        return db_damaged(err, "an advisory's scope");
    *arches = le32(list->items + 4);
    *cpes = list->count - 2 - *arches;
    return true;
}

static bool hit_counts(struct vulndb *db, const struct ddb_advisory *record, struct vulndb_hit *hit, struct error *err)
{
    struct db_list list;
    if (!hit_scope(db, record, &list, &hit->arch_count, &hit->cpe_count, err))
        return false;
    if (record->scope && !db_text(db, le32(list.items), &hit->flavour, err))
        return false;
    if (!db_list(db, record->ranges, sizeof(struct ddb_range) / 4, &list, err))
        return false;
    hit->range_count = list.count;
    if (!db_list(db, record->exact, sizeof(struct ddb_exact) / 4, &list, err))
        return false;
    hit->exact_count = list.count;
    if (!db_list(db, record->vendor_ids, 1, &list, err))
        return false;
    hit->vendor_id_count = list.count;
    return true;
}

bool vulndb_next(struct vulndb_cursor *cursor, struct vulndb_hit *out, struct error *err)
{
    struct vulndb *db = cursor->db;
    struct ddb_advisory record;
    struct ddb_source source;
    struct vulndb_hit hit = { 0 };
    const unsigned char *p;
    if (cursor->next >= cursor->end)
        return false;
    if (!db_view(db, DDB_ADVISORIES, cursor->next * sizeof record, sizeof record, &p, err))
        return false;
    memcpy(&record, p, sizeof record);
    if (!db_text(db, record.id, &hit.vulnerability, err) || !db_text(db, record.fixed, &hit.fixed, err) ||
        !db_text(db, record.affected_text, &hit.affected_text, err) ||
        !db_record(db, DDB_SOURCES, record.source, &source, sizeof source, err) || !db_text(db, source.id, &hit.source_id, err) ||
        !hit_counts(db, &record, &hit, err))
        return false;
    if (record.status >= STATUS_COUNT || (record.severity != DDB_NO_SEVERITY && record.severity >= SEVERITY_COUNT))
        return db_damaged(err, "an advisory's status");
    hit.status = (enum vuln_status)record.status;
    hit.has_severity = record.severity != DDB_NO_SEVERITY;
    hit.severity = hit.has_severity ? (enum severity)record.severity : SEVERITY_UNKNOWN;
    hit.vulnerability_number = record.vulnerability;
    hit.source_number = record.source;
    hit.record = p;
    *out = hit;
    cursor->next++;
    return true;
}

bool vulndb_hit_range(struct vulndb *db, const struct vulndb_hit *hit, uint32_t index, struct vulndb_match_range *out,
                      struct error *err)
{
    struct db_list list;
    struct ddb_range range;
    struct vulndb_match_range result = { 0 };
    if (!db_list(db, hit_record(hit).ranges, sizeof range / 4, &list, err))
        return false;
    if (index >= list.count)
        return db_damaged(err, "a range's number");
    memcpy(&range, list.items + (size_t)index * sizeof range, sizeof range);
    if (range.flags & DDB_HAS_LOW)
        if (!db_text(db, range.low_key, &result.low_key, err) || !db_text(db, range.low, &result.low, err))
            return false;
    if (range.flags & DDB_HAS_HIGH)
        if (!db_text(db, range.high_key, &result.high_key, err) || !db_text(db, range.high, &result.high, err))
            return false;
    result.low_open = (range.flags & DDB_LOW_OPEN) != 0;
    result.high_open = (range.flags & DDB_HIGH_OPEN) != 0;
    *out = result;
    return true;
}

bool vulndb_hit_exact(struct vulndb *db, const struct vulndb_hit *hit, uint32_t index, struct str *key, struct str *text,
                      struct error *err)
{
    struct db_list list;
    struct str found_key, found_text;
    if (!db_list(db, hit_record(hit).exact, sizeof(struct ddb_exact) / 4, &list, err))
        return false;
    if (index >= list.count)
        return db_damaged(err, "an exact version's number");
    const unsigned char *item = list.items + (size_t)index * sizeof(struct ddb_exact);
    if (!db_text(db, le32(item), &found_key, err) || !db_text(db, le32(item + 4), &found_text, err))
        return false;
    *key = found_key;
    *text = found_text;
    return true;
}

bool vulndb_hit_vendor_id(struct vulndb *db, const struct vulndb_hit *hit, uint32_t index, struct str *out, struct error *err)
{
    struct db_list list;
    if (!db_list(db, hit_record(hit).vendor_ids, 1, &list, err))
        return false;
    if (index >= list.count)
        return db_damaged(err, "a vendor identifier's number");
    return db_text(db, le32(list.items + (size_t)index * 4), out, err);
}

bool vulndb_hit_arch(struct vulndb *db, const struct vulndb_hit *hit, uint32_t index, struct str *out, struct error *err)
{
    struct ddb_advisory record = hit_record(hit);
    struct db_list list;
    uint32_t arches, cpes;
    if (!hit_scope(db, &record, &list, &arches, &cpes, err))
        return false;
    if (index >= arches)
        return db_damaged(err, "an architecture's number");
    return db_text(db, le32(list.items + 8 + (size_t)index * 4), out, err);
}

bool vulndb_hit_cpe(struct vulndb *db, const struct vulndb_hit *hit, uint32_t index, uint32_t *out, struct error *err)
{
    struct ddb_advisory record = hit_record(hit);
    struct db_list list;
    uint32_t arches, cpes;
    if (!hit_scope(db, &record, &list, &arches, &cpes, err))
        return false;
    if (index >= cpes)
        return db_damaged(err, "a CPE's number");
    *out = le32(list.items + 8 + ((size_t)arches + index) * 4);
    return true;
}

/* ---- is a version inside? -------------------------------------------------------------------------------------------------------- */

/* By the scheme's own comparison where it has one: there keys are an index only. */
static int order_of(const struct version_scheme *scheme, struct str a, struct str key_a, struct str b, struct str key_b)
{
    return scheme->compare ? scheme->compare(a, b) : version_key_compare(key_a, key_b);
}

static bool range_has(const struct version_scheme *scheme, const struct vulndb_match_range *range, struct str version,
                      struct str key)
{
    if (range->low.ptr) {
        int order = order_of(scheme, version, key, range->low, range->low_key);
        if (order < 0 || (order == 0 && range->low_open))
            return false;
    }
    if (range->high.ptr) {
        int order = order_of(scheme, version, key, range->high, range->high_key);
        if (order > 0 || (order == 0 && range->high_open))
            return false;
    }
    return true;
}

/* Exact versions stand in the order of their keys; with a comparison of its own a scheme's equal versions may have other keys. */
static bool exact_has(struct vulndb *db, const struct vulndb_hit *hit, const struct version_scheme *scheme, struct str version,
                      struct str key, bool *found, struct error *err)
{
    uint32_t low = 0, high = hit->exact_count;
    struct str exact_key, text;
    *found = false;
    while (scheme->compare && low < high && !*found) {
        if (!vulndb_hit_exact(db, hit, low++, &exact_key, &text, err))
            return false;
        *found = scheme->compare(version, text) == 0;
    }
    while (!scheme->compare && low < high && !*found) {
        uint32_t middle = low + (high - low) / 2;
        if (!vulndb_hit_exact(db, hit, middle, &exact_key, &text, err))
            return false;
        int order = version_key_compare(key, exact_key);
        *found = order == 0;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return true;
}

bool vulndb_hit_affects(struct vulndb *db, const struct vulndb_hit *hit, const struct version_scheme *scheme, struct str version,
                        struct str key, bool *affected, uint32_t *range, struct error *err)
{
    struct vulndb_match_range item;
    for (uint32_t i = 0; i < hit->range_count; i++) {
        if (!vulndb_hit_range(db, hit, i, &item, err))
            return false;
        if (range_has(scheme, &item, version, key)) {
            *affected = true;
            *range = i;
            return true;
        }
    }
    bool found;
    if (!exact_has(db, hit, scheme, version, key, &found, err))
        return false;
    *affected = found;
    *range = UINT32_MAX;
    return true;
}
