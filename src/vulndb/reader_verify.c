/* Checking a whole database: every block's sum, and every record and reference in it by reading it as matching would. */
#include "reader.h"

static bool verify_sources(struct vulndb *db, struct error *err)
{
    struct vulndb_source_info source;
    struct vulndb_info info;
    vulndb_info(db, &info);
    for (uint32_t i = 0; i < info.source_count; i++)
        if (!vulndb_source_at(db, i, &source, err))
            return false;
    return true;
}

static bool verify_hit(struct vulndb *db, const struct vulndb_hit *hit, struct error *err)
{
    struct vulndb_match_range range;
    struct vulndb_source_info source;
    struct str key, text;
    uint32_t cpe;
    for (uint32_t i = 0; i < hit->range_count; i++)
        if (!vulndb_hit_range(db, hit, i, &range, err))
            return false;
    for (uint32_t i = 0; i < hit->exact_count; i++)
        if (!vulndb_hit_exact(db, hit, i, &key, &text, err))
            return false;
    for (uint32_t i = 0; i < hit->vendor_id_count; i++)
        if (!vulndb_hit_vendor_id(db, hit, i, &text, err))
            return false;
    for (uint32_t i = 0; i < hit->arch_count; i++)
        if (!vulndb_hit_arch(db, hit, i, &text, err))
            return false;
    for (uint32_t i = 0; i < hit->cpe_count; i++)
        if (!vulndb_hit_cpe(db, hit, i, &cpe, err))
            return false;
    if (hit->vulnerability_number != (uint32_t)DDB_NONE &&
        hit->vulnerability_number >= db_count(db, DDB_VULNERABILITIES, sizeof(struct ddb_vulnerability)))
        return db_damaged(err, "a vulnerability's number");
    return vulndb_source_at(db, hit->source_number, &source, err);
}

/* The package is found by its name, and its advisories follow those of the one before it. */
static bool verify_package(struct vulndb *db, struct str space, struct str name, uint64_t *next, struct error *err)
{
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    if (!vulndb_find(db, space, name, &cursor, err))
        return false;
    if (cursor.next != *next || cursor.end == cursor.next)
        return db_damaged(err, "its package index");
    *next = cursor.end;
    while (vulndb_next(&cursor, &hit, err))
        if (!verify_hit(db, &hit, err))
            return false;
    return err->kind == ERROR_NONE;
}

static bool verify_packages(struct vulndb *db, struct error *err)
{
    struct vulndb_info info;
    struct ddb_space space;
    struct ddb_package package;
    struct str space_name, name;
    uint64_t next = 0, next_package = 0;
    vulndb_info(db, &info);
    for (uint64_t i = 0; i < info.space_count; i++) {
        if (!db_record(db, DDB_SPACES, i, &space, sizeof space, err) || !db_text(db, space.name, &space_name, err))
            return false;
        if (space.first_package != next_package)
            return db_damaged(err, "its spaces");
        next_package += space.package_count;
        for (uint64_t j = space.first_package; j < next_package; j++)
            if (!db_record(db, DDB_PACKAGES, j, &package, sizeof package, err) || !db_text(db, package.name, &name, err) ||
                !verify_package(db, space_name, name, &next, err))
                return false;
    }
    return (next == info.advisory_count && next_package == info.package_count) || db_damaged(err, "its packages");
}

static bool verify_vulnerabilities(struct vulndb *db, struct error *err)
{
    struct vulndb_info info;
    struct vulndb_vulnerability record;
    struct arena arena;
    struct str last = { 0 };
    bool ok = true;
    vulndb_info(db, &info);
    arena_init(&arena, "checking the database", 256 << 20);
    for (uint64_t i = 0; ok && i < info.vulnerability_count; i++) {
        ok = vulndb_vulnerability_at(db, (uint32_t)i, &arena, &record, err);
        if (ok && i && str_cmp(last, record.id) >= 0)
            ok = db_damaged(err, "the order of its vulnerabilities");
        last = record.id;
        arena_reset(&arena, (struct arena_mark){ 0 });
    }
    arena_free(&arena);
    return ok;
}

static bool verify_indices(struct vulndb *db, struct error *err)
{
    struct ddb_alias alias;
    struct ddb_cpe cpe;
    struct ddb_cpe_map map;
    struct db_list list;
    struct str text;
    uint32_t number;
    for (uint64_t i = 0; i < db_count(db, DDB_ALIASES, sizeof alias); i++)
        if (!db_record(db, DDB_ALIASES, i, &alias, sizeof alias, err) || !db_text(db, alias.alias, &text, err) ||
            !vulndb_vulnerability_find(db, text, &number, err))
            return err->kind != ERROR_NONE ? false : db_damaged(err, "its aliases");
    for (uint64_t i = 0; i < db_count(db, DDB_CPES, sizeof cpe); i++)
        if (!db_record(db, DDB_CPES, i, &cpe, sizeof cpe, err) || !db_text(db, cpe.text, &text, err))
            return false;
    for (uint64_t i = 0; i < db_count(db, DDB_CPE_MAPS, sizeof map); i++)
        if (!db_record(db, DDB_CPE_MAPS, i, &map, sizeof map, err) || !db_text(db, map.table, &text, err) ||
            !db_text(db, map.name, &text, err) || !db_list(db, map.indices, 1, &list, err))
            return false;
    return true;
}

static bool verify_blocks(struct vulndb *db, struct error *err)
{
    const unsigned char *p;
    for (size_t i = 0; i < DDB_SUMS; i++)
        if (!db_view(db, (enum ddb_section)i, 0, db->header.sections[i].bytes, &p, err))
            return false;
    return true;
}

bool vulndb_verify(struct vulndb *db, struct error *err)
{
    return verify_blocks(db, err) && verify_sources(db, err) && verify_packages(db, err) && verify_vulnerabilities(db, err) &&
           verify_indices(db, err) && db_verify_jars(db, err);
}
