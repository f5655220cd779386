/* vulndb_unit.h - databases for tests: built into a temporary file and read back into memory, damaged and sealed again. */
#ifndef DRYDOCK_VULNDB_UNIT_H
#define DRYDOCK_VULNDB_UNIT_H

#include <unistd.h>
#include <xxhash.h>

#include "unit.h"
#include "vulndb/format.h"
#include "vulndb/vulndb.h"

/* A path for a temporary file that does not exist yet, in TMPDIR. */
static inline void vulndb_temp_path(char path[static 256])
{
    const char *dir = getenv("TMPDIR");
    snprintf(path, 256, "%.200s/drydock-vulndb-XXXXXX", dir && dir[0] ? dir : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

/* Writes and frees the builder; the file's bytes in the arena. */
static inline struct str vulndb_test_write(struct vulndb_builder *builder, struct arena *arena)
{
    char path[256];
    struct error err = { 0 };
    struct str bytes = { 0 };
    vulndb_temp_path(path);
    if (!vulndb_builder_write(builder, path, 1700000000, &err) || !file_read(path, (size_t)1 << 30, arena, &bytes, &err))
        fail_msg("%s", err.text);
    unlink(path);
    vulndb_builder_free(builder);
    return bytes;
}

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
    arena_free(&arena);
}

/* A small database with something in every section. */
static inline void vulndb_test_fill(struct vulndb_builder *builder)
{
    struct error err = { 0 };
    struct arena arena;
    arena_init(&arena, "test", 1 << 20);
    const struct vulndb_source debian = { STR("debian"), STR("Debian Security Tracker"), STR("https://example.org/debian"), STR("") };
    const struct vulndb_source pypa = { STR("osv"), STR("Python Packaging Advisory Database"), STR("https://example.org/pypa"), STR("base") };
    const struct str bulletin = STR("DSA-1-1"), others[] = { STR("GHSA-1111-2222-3333"), STR("PYSEC-2024-1") };
    const struct str arches[] = { STR("amd64"), STR("arm64") }, exact[] = { STR("3.0"), STR("2.9.1"), STR("1.5"), STR("no version") };
    const uint32_t cpes[] = { 7, 9 };
    assert_true(vulndb_add_source(builder, &debian, 1600000000, &err) && vulndb_add_source(builder, &pypa, 1650000000, &err));

    struct vulndb_advisory curl = { .space = STR("debian 12"), .package = STR("curl"), .vulnerability = STR("CVE-2024-1"), .source = STR("debian"),
                                    .vendor_ids = &bulletin, .vendor_id_count = 1, .has_severity = true, .severity = SEVERITY_HIGH,
                                    .fixed = STR("7.88.1-10+deb12u5"), .arches = arches, .arch_count = 2, .cpes = cpes, .cpe_count = 2,
                                    .flavour = STR("fips") };
    version_set_init(&curl.affected, &arena);
    version_set_add(&curl.affected, (struct version_span){ .high = STR("7.88.1-10+deb12u5"), .low_open = true, .high_open = true });
    assert_true(vulndb_add_advisory(builder, &curl, &err));
    struct vulndb_advisory open = { .space = STR("debian 12"), .package = STR("curl"), .vulnerability = STR("CVE-2024-2"), .source = STR("debian"),
                                    .status = STATUS_WILL_NOT_FIX };
    version_set_init(&open.affected, &arena);
    version_set_add(&open.affected, (struct version_span){ .low_open = true, .high_open = true });
    assert_true(vulndb_add_advisory(builder, &open, &err));
    struct vulndb_advisory django = { .space = STR("pip"), .package = STR("Django_X"), .vulnerability = STR("CVE-2024-1"),
                                      .source = STR("Python Packaging Advisory Database"), .vendor_ids = others, .vendor_id_count = 2,
                                      .fixed = STR("2.0, 4.1"), .affected_text = STR(">=1.0, <2.0 || >=4.0, <=4.0.5"), .exact = exact, .exact_count = 4 };
    version_set_init(&django.affected, &arena);
    version_set_add(&django.affected, (struct version_span){ .low = STR("1.0"), .high = STR("2.0"), .high_open = true });
    version_set_add(&django.affected, (struct version_span){ .low = STR("4.0"), .high = STR("4.0.5") });
    assert_true(vulndb_add_advisory(builder, &django, &err));

    const struct vulndb_rating ratings[] = {
        { .source = STR("nvd"), .severity = SEVERITY_CRITICAL, .cvss3 = STR("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
          .cvss2 = STR("AV:N/AC:L/Au:N/C:P/I:P/A:P") },
        { .source = STR("ghsa"), .severity = SEVERITY_HIGH, .cvss4 = STR("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"), .score4 = 9.1f },
    };
    const struct str cwes[] = { STR("CWE-79"), STR("CWE-22") }, links[] = { STR("https://example.org/b"), STR("https://example.org/a") };
    const struct vulndb_vulnerability v = { .id = STR("CVE-2024-1"), .title = STR("A title"), .description = STR("What it is about."), .ratings = ratings,
                                            .rating_count = 2, .severity = SEVERITY_HIGH, .cwes = cwes, .cwe_count = 2, .references = links,
                                            .reference_count = 2, .aliases = others, .alias_count = 2, .published_s = 1700000001,
                                            .modified_s = 1700000002, .kev_added_s = 1700000003, .kev_due_s = 1700000004, .kev_ransomware = true,
                                            .epss = 0.25f, .epss_percentile = 0.75f };
    assert_true(vulndb_add_vulnerability(builder, &v, &err));
    assert_true(vulndb_add_cpe(builder, 7, STR("cpe:/o:redhat:enterprise_linux:9::baseos"), &err));
    assert_true(vulndb_add_cpe_map(builder, "repository", STR("rhel-9-for-x86_64-baseos-rpms"), cpes, 2, &err));
    assert_true(vulndb_add_cpe_map(builder, "nvr", STR("ubi9-1-x86_64"), cpes + 1, 1, &err));
    arena_free(&arena);
}

static inline struct str vulndb_test_bytes(struct arena *arena)
{
    struct error err = { 0 };
    struct vulndb_builder *builder = vulndb_builder_new(&err);
    assert_non_null(builder);
    vulndb_test_fill(builder);
    return vulndb_test_write(builder, arena);
}

#endif
