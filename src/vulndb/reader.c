/* Opening a .ddb and getting at its bytes: format.h has the layout. Opening reads the header and the table of sums only;
 * every later access goes through db_view, which checks the bounds and, once a block, the block's sum. */
#include "reader.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <xxhash.h>

bool db_damaged(struct error *err, const char *what)
{
    return error_set(err, ERROR_DATABASE, "the vulnerability database is damaged (%s): build or download it anew", what);
}

/* ---- bytes ------------------------------------------------------------------------------------------------------------------ */

static bool check_block(struct vulndb *db, uint64_t block, struct error *err)
{
    if (atomic_load_explicit(&db->checked[block], memory_order_relaxed))
        return true;
    uint64_t start = DDB_HEADER_BYTES + block * DDB_BLOCK_BYTES, end = db->header.sections[DDB_SUMS].offset;
    uint64_t size = end - start < DDB_BLOCK_BYTES ? end - start : DDB_BLOCK_BYTES;
    if (XXH3_64bits(db->bytes.ptr + start, (size_t)size) != le64(db->sums + block * 8))
        return error_set(err, ERROR_DATABASE,
                         "the vulnerability database is damaged (sum of the block at byte %llu): build or download it anew",
                         (unsigned long long)start);
    atomic_store_explicit(&db->checked[block], 1, memory_order_relaxed);
    return true;
}

bool db_view(struct vulndb *db, enum ddb_section section, uint64_t offset, uint64_t size, const unsigned char **out,
             struct error *err)
{
    uint64_t bytes = db->header.sections[section].bytes;
    if (offset > bytes || size > bytes - offset)
        return db_damaged(err, "an offset is out of range");
    uint64_t at = db->header.sections[section].offset + offset;
    *out = (const unsigned char *)db->bytes.ptr + at;
    if (size == 0)
        return true;
    uint64_t block = (at - DDB_HEADER_BYTES) / DDB_BLOCK_BYTES, last = (at + size - 1 - DDB_HEADER_BYTES) / DDB_BLOCK_BYTES;
    for (; block <= last; block++)
        if (!check_block(db, block, err))
            return false;
    return true;
}

uint64_t db_count(const struct vulndb *db, enum ddb_section section, size_t record_bytes)
{
    return db->header.sections[section].bytes / record_bytes;
}

bool db_record(struct vulndb *db, enum ddb_section section, uint64_t number, void *out, size_t record_bytes, struct error *err)
{
    const unsigned char *p;
    if (number >= db_count(db, section, record_bytes))
        return db_damaged(err, "a record number is out of range");
    if (!db_view(db, section, number * record_bytes, record_bytes, &p, err))
        return false;
    memcpy(out, p, record_bytes);
    return true;
}

/* Most texts are short, and lie in one block with their length: these cost one check. */
static bool short_text(struct vulndb *db, uint32_t ref, struct str *out)
{
    uint64_t bytes = db->header.sections[DDB_STRINGS].bytes, at = db->header.sections[DDB_STRINGS].offset + ref;
    const unsigned char *p = (const unsigned char *)db->bytes.ptr + at;
    uint64_t block = (at - DDB_HEADER_BYTES) / DDB_BLOCK_BYTES;
    if (ref >= bytes || !atomic_load_explicit(&db->checked[block], memory_order_relaxed))
        return false;
    if (*p >= 0x80 || *p >= bytes - ref || (at + *p - DDB_HEADER_BYTES) / DDB_BLOCK_BYTES != block)
        return false;
    *out = str_make(p + 1, *p);
    return true;
}

bool db_text(struct vulndb *db, uint32_t ref, struct str *out, struct error *err)
{
    const unsigned char *p;
    uint64_t length = 0, at = ref;
    if (short_text(db, ref, out))
        return true;
    for (unsigned shift = 0;; shift += 7) {
        if (shift > 28 || !db_view(db, DDB_STRINGS, at++, 1, &p, err))
            return shift > 28 ? db_damaged(err, "a text's length") : false;
        length |= (uint64_t)(*p & 0x7F) << shift;
        if (*p < 0x80)
            break;
    }
    if (!db_view(db, DDB_STRINGS, at, length, &p, err))
        return false;
    *out = str_make(p, (size_t)length);
    return true;
}

bool db_list(struct vulndb *db, uint32_t ref, uint32_t item_words, struct db_list *out, struct error *err)
{
    const unsigned char *p;
    if (!db_view(db, DDB_LISTS, (uint64_t)ref * 4, 4, &p, err))
        return false;
    uint32_t words = le32(p);
    if (words % item_words != 0)
        return db_damaged(err, "a list's length");
    if (!db_view(db, DDB_LISTS, (uint64_t)ref * 4 + 4, (uint64_t)words * 4, &out->items, err))
        return false;
    out->count = words / item_words;
    return true;
}

bool db_search(struct vulndb *db, enum ddb_section section, size_t record_bytes, struct str text, uint64_t *number,
               struct error *err)
{
    uint64_t low = 0, high = db_count(db, section, record_bytes);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const unsigned char *p;
        struct str found;
        if (!db_view(db, section, middle * record_bytes, 4, &p, err) || !db_text(db, le32(p), &found, err))
            return false;
        int order = str_cmp(text, found);
        if (order == 0) {
            *number = middle;
            return true;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* ---- open -------------------------------------------------------------------------------------------------------------------- */

static const size_t record_bytes_of[DDB_SECTION_COUNT] = {
    [DDB_STRINGS] = 1,
    [DDB_LISTS] = 4,
    [DDB_SOURCES] = sizeof(struct ddb_source),
    [DDB_SPACES] = sizeof(struct ddb_space),
    [DDB_PACKAGES] = sizeof(struct ddb_package),
    [DDB_SLOTS] = sizeof(struct ddb_slot),
    [DDB_ADVISORIES] = sizeof(struct ddb_advisory),
    [DDB_VULNERABILITIES] = sizeof(struct ddb_vulnerability),
    [DDB_ALIASES] = sizeof(struct ddb_alias),
    [DDB_DETAIL_BLOCKS] = sizeof(struct ddb_detail_block),
    [DDB_DETAILS] = 1,
    [DDB_CPES] = sizeof(struct ddb_cpe),
    [DDB_CPE_MAPS] = sizeof(struct ddb_cpe_map),
    [DDB_JAR_ARTIFACTS] = sizeof(struct ddb_jar_artifact),
    [DDB_JAR_VERSIONS] = 4,
    [DDB_JAR_HASHES] = sizeof(struct ddb_jar_hash),
    [DDB_SUMS] = 8,
};

static bool check_sections(struct vulndb *db, struct error *err)
{
    const struct ddb_header *h = &db->header;
    uint64_t end = DDB_HEADER_BYTES, slots = h->sections[DDB_SLOTS].bytes / sizeof(struct ddb_slot);
    for (size_t i = 0; i < DDB_SECTION_COUNT; i++) {
        uint64_t offset = h->sections[i].offset, bytes = h->sections[i].bytes;
        if (offset < end || offset % 8 != 0 || offset > h->file_bytes || bytes > h->file_bytes - offset ||
            bytes % record_bytes_of[i] != 0)
            return db_damaged(err, "its section table");
        end = offset + bytes;
    }
    if (slots & (slots - 1))
        return db_damaged(err, "the size of its package index");
    if (end != h->file_bytes)
        return db_damaged(err, "its section table");
    db->block_count = (h->sections[DDB_SUMS].offset - DDB_HEADER_BYTES + DDB_BLOCK_BYTES - 1) / DDB_BLOCK_BYTES;
    if (h->sections[DDB_SUMS].bytes != db->block_count * 8)
        return db_damaged(err, "the length of its sums");
    db->sums = (const unsigned char *)db->bytes.ptr + h->sections[DDB_SUMS].offset;
    if (XXH3_64bits(db->sums, (size_t)h->sections[DDB_SUMS].bytes) != h->sums_hash)
        return db_damaged(err, "its sums");
    return true;
}

static bool check_header(struct vulndb *db, struct error *err)
{
    struct ddb_header *h = &db->header;
    if (db->bytes.len < 8 || memcmp(db->bytes.ptr, DDB_MAGIC, 8) != 0)
        return error_set(err, ERROR_DATABASE, "is not a vulnerability database: make one with 'drydock db build'");
    if (db->bytes.len < DDB_HEADER_BYTES)
        return error_set(err, ERROR_DATABASE, "the vulnerability database is cut short: build or download it anew");
    memcpy(h, db->bytes.ptr, sizeof *h);
    if (h->version != DDB_VERSION)
        return error_set(err, ERROR_DATABASE,
                         "has format version %u, this program reads version %d: build or download the database anew", h->version,
                         DDB_VERSION);
    if (XXH3_64bits(h, offsetof(struct ddb_header, header_hash)) != h->header_hash)
        return db_damaged(err, "its header");
    for (size_t i = sizeof *h; i < DDB_HEADER_BYTES; i++)
        if (db->bytes.ptr[i])
            return db_damaged(err, "its header");
    if (h->file_bytes != db->bytes.len)
        return error_set(err, ERROR_DATABASE,
                         "the vulnerability database has %zu bytes, its header says %llu: build or download it anew",
                         db->bytes.len, (unsigned long long)h->file_bytes);
    return check_sections(db, err);
}

struct vulndb *vulndb_open_memory(struct str bytes, struct error *err)
{
    struct vulndb *db = calloc(1, sizeof *db);
    if (!db) {
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    db->bytes = bytes;
    if (!check_header(db, err)) {
        vulndb_close(db);
        return NULL;
    }
    db->checked = calloc(db->block_count + 1, sizeof *db->checked);
    if (!db->checked) {
        error_set(err, ERROR_LIMIT, "out of memory");
        vulndb_close(db);
        return NULL;
    }
    return db;
}

struct vulndb *vulndb_open(const char *path, struct error *err)
{
    struct file_map map;
    if (!file_map(path, &map, err))
        return NULL;
    db_guard_add(map.bytes);
    struct vulndb *db = vulndb_open_memory(map.bytes, err);
    if (!db) {
        error_wrap(err, "%s", path);
        db_guard_remove(map.bytes);
        file_unmap(&map);
        return NULL;
    }
    db->map = map;
    db->guarded = true;
    return db;
}

void vulndb_close(struct vulndb *db)
{
    if (!db)
        return;
    if (db->guarded)
        db_guard_remove(db->map.bytes);
    db_details_free(db);
    file_unmap(&db->map);
    free(db->checked);
    free(db);
}

int vulndb_format_version(void)
{
    return DDB_VERSION;
}

/* ---- what is in it ------------------------------------------------------------------------------------------------------------ */

void vulndb_info(const struct vulndb *db, struct vulndb_info *out)
{
    *out = (struct vulndb_info){
        .built_s = db->header.built_s,
        .file_bytes = db->header.file_bytes,
        .advisory_count = db_count(db, DDB_ADVISORIES, sizeof(struct ddb_advisory)),
        .vulnerability_count = db_count(db, DDB_VULNERABILITIES, sizeof(struct ddb_vulnerability)),
        .package_count = db_count(db, DDB_PACKAGES, sizeof(struct ddb_package)),
        .space_count = db_count(db, DDB_SPACES, sizeof(struct ddb_space)),
        .jar_count = db_count(db, DDB_JAR_HASHES, sizeof(struct ddb_jar_hash)),
        .source_count = (uint32_t)db_count(db, DDB_SOURCES, sizeof(struct ddb_source)),
        .format_version = db->header.version,
        .is_starter = (db->header.flags & DDB_FLAG_STARTER) != 0,
    };
}

bool vulndb_source_at(struct vulndb *db, uint32_t index, struct vulndb_source_info *out, struct error *err)
{
    struct ddb_source record;
    struct vulndb_source_info info = { 0 };
    if (!db_record(db, DDB_SOURCES, index, &record, sizeof record, err) || !db_text(db, record.id, &info.source.id, err) ||
        !db_text(db, record.name, &info.source.name, err) || !db_text(db, record.url, &info.source.url, err) ||
        !db_text(db, record.base_id, &info.source.base_id, err))
        return false;
    info.date_s = record.date_s;
    info.advisory_count = record.advisory_count;
    *out = info;
    return true;
}

bool vulndb_space_at(struct vulndb *db, uint64_t index, struct vulndb_space_info *out, struct error *err)
{
    struct ddb_space record;
    struct str name;
    if (!db_record(db, DDB_SPACES, index, &record, sizeof record, err) || !db_text(db, record.name, &name, err))
        return false;
    *out = (struct vulndb_space_info){ name, record.package_count, record.advisory_count };
    return true;
}

bool vulndb_space_find(struct vulndb *db, struct str space, struct vulndb_space_info *out, struct error *err)
{
    uint64_t number;
    return db_search(db, DDB_SPACES, sizeof(struct ddb_space), space, &number, err) && vulndb_space_at(db, number, out, err);
}
