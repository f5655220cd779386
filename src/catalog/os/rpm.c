/* rpm: the package database of Red Hat's and SUSE's families, Amazon, Photon, Azure Linux and others, in the three formats
 * that rpm has had since version 4: SQLite (since 4.16), ndb (SUSE) and Berkeley DB hash files. The format is told by the
 * first bytes, not by the name. */
#include "catalog/os/rpm.h"

/* A write-ahead log's magic is one of two numbers that differ in the last bit; then comes a header of 32 bytes in all and
 * pages, each with a header of 24 (SQLite file format, section 4.1). */
enum { WAL_MAGIC = 0x377f0682, WAL_HEADER_BYTES = 32, WAL_FRAME_HEADER_BYTES = 24 };

void rpm_damage(struct rpm_db *db, const char *fmt, ...)
{
    if (db->damage_count++ > 0)
        return;
    va_list args;
    va_start(args, fmt);
    vsnprintf(db->damage, sizeof db->damage, fmt, args);
    va_end(args);
}

unsigned char *rpm_room(struct rpm_db *db, uint64_t size_bytes)
{
    uint64_t file_bytes = db->file->blob->size;
    if (size_bytes > file_bytes || db->header_bytes > file_bytes - size_bytes) {
        rpm_damage(db, "its records add up to more than the file");
        return NULL;
    }
    buf_clear(&db->room);
    if (!buf_reserve(&db->room, (size_t)size_bytes)) {
        rpm_damage(db, "a record of %llu bytes is larger than the limit of %d", (unsigned long long)size_bytes,
                   RPM_MAX_HEADER_BYTES);
        return NULL;
    }
    db->header_bytes += size_bytes;
    return (unsigned char *)db->room.ptr;
}

struct format {
    const char *name;
    bool (*read)(struct rpm_db *db);
};

/* By SQLite file format section 1.2.1, rpm's lib/backend/ndb/rpmpkg.c, and Berkeley DB's db_page.h (DBMETA). */
static const struct format *detect(const struct blob *blob)
{
    static const struct format sqlite = { "SQLite", rpm_sqlite_read }, ndb = { "ndb", rpm_ndb_read },
                               bdb = { "Berkeley DB", rpm_bdb_read };
    unsigned char head[16];
    struct error err = { 0 };
    if (!blob_read(blob, 0, head, sizeof head, &err))
        return NULL;
    if (memcmp(head, "SQLite format 3", 16) == 0)
        return &sqlite;
    if (memcmp(head, "RpmP", 4) == 0)
        return &ndb;
    enum { BDB_HASH_MAGIC = 0x061561 };
    if (le32(head + 12) == BDB_HASH_MAGIC || be32(head + 12) == BDB_HASH_MAGIC)
        return &bdb;
    return NULL;
}

/* A log beside the database holds changes that are not in it yet. rpm's last process merges and empties it on leaving;
 * where it was stopped before, what the database says is not the whole truth. */
static bool parse_write_ahead_log(const struct catalog_file *file, struct catalog_facts *facts)
{
    unsigned char head[WAL_HEADER_BYTES];
    struct error err = { 0 };
    if (file->blob->size <= WAL_HEADER_BYTES || !blob_read(file->blob, 0, head, sizeof head, &err))
        return true;
    uint64_t frame_bytes = (uint64_t)be32(head + 8) + WAL_FRAME_HEADER_BYTES;
    if ((be32(head) & ~1U) != WAL_MAGIC || file->blob->size < WAL_HEADER_BYTES + frame_bytes)
        return true;
    return catalog_warn(
        facts, file->path, true,
        "rpm database: a write-ahead log was left beside it; packages that were changed last may be missing or wrong "
        "(any rpm command that writes, run in the image's build, merges it)");
}

static bool report_damage(const struct rpm_db *db, const char *format)
{
    if (db->damage_count == 0)
        return true;
    return catalog_warn(db->facts, db->file->path, true, "rpm database (%s): %s%s; %u packages were read", format, db->damage,
                        db->damage_count > 1 ? ", and more like it" : "", (unsigned)db->package_count);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    if (str_ends(file->path, "-wal"))
        return parse_write_ahead_log(file, facts);
    const struct format *format = detect(file->blob);
    if (!format)
        return catalog_warn(facts, file->path, true, "rpm database: neither SQLite, ndb nor a Berkeley DB hash file");
    struct rpm_db db = { .file = file, .facts = facts, .first_package = facts->package_count };
    buf_init(&db.room, RPM_MAX_HEADER_BYTES);
    buf_init(&db.needs, RPM_MAX_NEEDS_BYTES);
    bool ok = format->read(&db) && rpm_needs_settle(&db) && report_damage(&db, format->name);
    buf_free(&db.room);
    buf_free(&db.needs);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "var/lib/rpm/Packages", NULL },
    { "var/lib/rpm/Packages.db", NULL },
    { "var/lib/rpm/rpmdb.sqlite", NULL },
    { "var/lib/rpm/rpmdb.sqlite-wal", NULL },
    { "usr/lib/sysimage/rpm/Packages", NULL },
    { "usr/lib/sysimage/rpm/Packages.db", NULL },
    { "usr/lib/sysimage/rpm/rpmdb.sqlite", NULL },
    { "usr/lib/sysimage/rpm/rpmdb.sqlite-wal", NULL },
    { "usr/share/rpm/Packages", NULL },
    { "usr/share/rpm/Packages.db", NULL },
    { "usr/share/rpm/rpmdb.sqlite", NULL },
    { "usr/share/rpm/rpmdb.sqlite-wal", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_rpm_kind = {
    .name = "rpm",
    .is_os = true,
    .scheme = "rpm",
    .purl_type = "rpm",
    .claims = claims,
    .wants_blob = true,
    .max_bytes = (size_t)1 << 30,
    .parse = parse,
};
