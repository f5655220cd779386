/* vulndb_walk.h - damaged databases made to look whole, and a walk that reads all there is: for tests and fuzzing alike. */
#ifndef DRYDOCK_VULNDB_WALK_H
#define DRYDOCK_VULNDB_WALK_H

#include <xxhash.h>

#include "vulndb/format.h"
#include "vulndb/vulndb.h"

/* Makes the sums and the header fit damaged contents again, so that what stands behind them is tested. Bytes that have no
 * usable section table are left alone. */
static inline void vulndb_seal(char *bytes, size_t len)
{
    struct ddb_header header;
    if (len < DDB_HEADER_BYTES)
        return;
    memcpy(&header, bytes, sizeof header);
    memcpy(header.magic, DDB_MAGIC, sizeof header.magic);
    header.version = DDB_VERSION;
    header.file_bytes = len;
    uint64_t sums = header.sections[DDB_SUMS].offset, sums_bytes = header.sections[DDB_SUMS].bytes;
    if (sums >= DDB_HEADER_BYTES && sums <= len && sums_bytes <= len - sums) {
        for (uint64_t at = DDB_HEADER_BYTES, i = 0; at < sums && (i + 1) * 8 <= sums_bytes; at += DDB_BLOCK_BYTES, i++) {
            uint64_t sum = XXH3_64bits(bytes + at, (size_t)(sums - at < DDB_BLOCK_BYTES ? sums - at : DDB_BLOCK_BYTES));
            memcpy(bytes + sums + i * 8, &sum, sizeof sum);
        }
        header.sums_hash = XXH3_64bits(bytes + sums, (size_t)sums_bytes);
    }
    header.header_hash = XXH3_64bits(&header, offsetof(struct ddb_header, header_hash));
    memset(bytes, 0, DDB_HEADER_BYTES);
    memcpy(bytes, &header, sizeof header);
}

/* Reads whatever can be read, errors or not. */
static inline void vulndb_walk_hits(struct vulndb *db, struct vulndb_cursor cursor)
{
    struct error err = { 0 };
    struct vulndb_hit hit;
    struct vulndb_match_range range;
    struct str key, text;
    uint32_t number;
    bool affected;
    const struct version_scheme *scheme = version_scheme_find(STR("dpkg"));
    while (vulndb_next(&cursor, &hit, &err)) {
        vulndb_hit_affects(db, &hit, scheme, STR("1.2-3"), STR("1.2-3"), &affected, &number, &err);
        for (uint32_t i = 0; i < hit.range_count && i < 100; i++)
            vulndb_hit_range(db, &hit, i, &range, &err);
        for (uint32_t i = 0; i < hit.exact_count && i < 100; i++)
            vulndb_hit_exact(db, &hit, i, &key, &text, &err);
        for (uint32_t i = 0; i < hit.vendor_id_count && i < 100; i++)
            vulndb_hit_vendor_id(db, &hit, i, &text, &err);
        for (uint32_t i = 0; i < hit.arch_count && i < 100; i++)
            vulndb_hit_arch(db, &hit, i, &text, &err);
        for (uint32_t i = 0; i < hit.cpe_count && i < 100; i++)
            vulndb_hit_cpe(db, &hit, i, &number, &err);
    }
}

static inline void vulndb_walk_jars(struct vulndb *db)
{
    struct error err = { 0 };
    struct vulndb_jar jar;
    struct str group;
    for (unsigned i = 0; i < 256; i++) {
        unsigned char sha1[20] = { (unsigned char)i, 1, 2, 3 };
        vulndb_jar_find(db, sha1, &jar, &err);
    }
    vulndb_jar_group(db, STR("core"), STR("1.1"), STR(""), &group, &err);
    vulndb_jar_group(db, STR("core"), STR("1.0"), STR("org.acme"), &group, &err);
}

static inline void vulndb_walk(struct vulndb *db)
{
    struct error err = { 0 };
    struct vulndb_info info;
    struct vulndb_source_info source;
    struct vulndb_space_info space;
    struct vulndb_vulnerability record;
    struct vulndb_cursor cursor;
    struct arena arena;
    struct str text;
    const uint32_t *indices;
    size_t count;
    uint32_t number;
    arena_init(&arena, "walk", 256 << 20);
    vulndb_verify(db, &err);
    vulndb_info(db, &info);
    for (uint32_t i = 0; i < info.source_count && i < 100; i++)
        vulndb_source_at(db, i, &source, &err);
    for (uint64_t i = 0; i < info.space_count && i < 100; i++)
        vulndb_space_at(db, i, &space, &err);
    vulndb_walk_hits(db, (struct vulndb_cursor){ .db = db, .end = info.advisory_count < 1000 ? info.advisory_count : 1000 });
    if (vulndb_find(db, STR("debian 12"), STR("curl"), &cursor, &err) && cursor.end - cursor.next < 1000)
        vulndb_walk_hits(db, cursor);
    for (uint64_t i = 0; i < info.vulnerability_count && i < 100; i++) {
        vulndb_vulnerability_at(db, (uint32_t)i, &arena, &record, &err);
        vulndb_vulnerability_brief(db, (uint32_t)i, &arena, &record, &err);
    }
    vulndb_space_find(db, STR("pip"), &space, &(struct error){ 0 });
    vulndb_vulnerability_find(db, STR("CVE-2024-1"), &number, &(struct error){ 0 });
    vulndb_vulnerability_find(db, STR("GHSA-1111-2222-3333"), &number, &(struct error){ 0 });
    vulndb_cpe_map(db, "repository", STR("rhel-9-for-x86_64-baseos-rpms"), &arena, &indices, &count, &(struct error){ 0 });
    vulndb_cpe_find(db, 7, &text, &(struct error){ 0 });
    vulndb_walk_jars(db);
    arena_free(&arena);
}

#endif
