/* rpm's database since 4.16, "rpmdb.sqlite": table Packages (hnum INTEGER PRIMARY KEY, blob BLOB), read by libsqlite3.
 *
 * The library gets at the bytes through a file system of ours (sqlite.org/vfs.html) that knows one read-only file, the blob:
 * nothing is opened, locked or written, so it works in a sandbox that allows none of that. What a hostile file could make
 * the library do is kept small: only a plain table is read, row by row, through blob handles; no SQL of the file is run. */
#include "catalog/os/rpm.h"

#include <sqlite3.h>

enum { CACHE_KIB = 1024 };

/* ---- the file system of one file ---------------------------------------------------------------------------------------- */

struct blob_file {
    sqlite3_file base;
    const struct blob *blob;
};

static int file_close(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

/* Bytes 18 and 19 of the database header say 2 in write-ahead mode, in which SQLite would look for the log and a shared
 * memory file. There is neither here, and the database alone is read: it is shown as one with a rollback journal (1). */
static void hide_write_ahead_mode(unsigned char *bytes, uint64_t offset, uint64_t size)
{
    for (uint64_t at = 18; at <= 19; at++)
        if (at >= offset && at - offset < size && bytes[at - offset] == 2)
            bytes[at - offset] = 1;
}

static int file_read_bytes(sqlite3_file *file, void *to, int size, sqlite3_int64 offset)
{
    const struct blob *blob = ((const struct blob_file *)file)->blob;
    struct error err = { 0 };
    if (size < 0 || offset < 0)
        return SQLITE_IOERR_READ;
    uint64_t at = (uint64_t)offset, wanted = (uint64_t)size;
    uint64_t there = at < blob->size ? blob->size - at : 0;
    uint64_t got = wanted < there ? wanted : there;
    if (got > 0 && !blob_read(blob, at, to, (size_t)got, &err))
        return SQLITE_IOERR_READ;
    hide_write_ahead_mode(to, at, got);
    if (got == wanted)
        return SQLITE_OK;
    memset((unsigned char *)to + got, 0, (size_t)(wanted - got)); /* as the interface asks */
    return SQLITE_IOERR_SHORT_READ;
}

static int file_write_bytes(sqlite3_file *file, const void *from, int size, sqlite3_int64 offset)
{
    (void)file, (void)from, (void)size, (void)offset;
    return SQLITE_READONLY;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    (void)file, (void)size;
    return SQLITE_READONLY;
}

static int file_no_op(sqlite3_file *file, int level)
{
    (void)file, (void)level;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((const struct blob_file *)file)->blob->size;
    return SQLITE_OK;
}

static int file_is_reserved(sqlite3_file *file, int *out)
{
    (void)file;
    *out = 0;
    return SQLITE_OK;
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
    (void)file, (void)operation, (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_sector_bytes(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

/* "Immutable" spares the search for a journal to roll back, and locks. */
static int file_traits(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_IMMUTABLE;
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read_bytes,
    .xWrite = file_write_bytes,
    .xTruncate = file_truncate,
    .xSync = file_no_op,
    .xFileSize = file_size,
    .xLock = file_no_op,
    .xUnlock = file_no_op,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_bytes,
    .xDeviceCharacteristics = file_traits,
};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    (void)name;
    file->pMethods = NULL;
    if (!(flags & SQLITE_OPEN_MAIN_DB)) /* a journal or a temporary file */
        return SQLITE_CANTOPEN;
    ((struct blob_file *)file)->blob = vfs->pAppData;
    file->pMethods = &file_methods;
    if (out_flags)
        *out_flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs, (void)name, (void)sync;
    return SQLITE_IOERR_DELETE;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs, (void)name, (void)flags;
    *out = 0;
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}

static int vfs_random(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    memset(out, 0, (size_t)size);
    return size;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int vfs_time(sqlite3_vfs *vfs, double *julian_day)
{
    (void)vfs;
    *julian_day = 2440587.5; /* 1970-01-01 */
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    if (size > 0)
        *out = '\0';
    return SQLITE_OK;
}

/* ---- the table ---------------------------------------------------------------------------------------------------------- */

struct reader {
    struct rpm_db *db;
    sqlite3 *sql;
    sqlite3_stmt *rows;
    sqlite3_blob *value;
};

static void note_error(struct reader *r, const char *what)
{
    rpm_damage(r->db, "%s: %s", what, sqlite3_errmsg(r->sql));
}

/* SQLite reads a last page that is cut short as if zeroes followed, and refuses a file with fewer pages than its header
 * says (section 1.3.7; that count holds where the change counters at 24 and 92 agree). Both are told; what is left is read. */
static void check_size(struct reader *r)
{
    unsigned char head[100];
    struct error err = { 0 };
    const struct blob *blob = r->db->file->blob;
    if (!blob_read(blob, 0, head, sizeof head, &err)) {
        rpm_damage(r->db, "its header is cut short");
        return;
    }
    uint32_t page_bytes = (uint32_t)head[16] << 8 | head[17];
    page_bytes = page_bytes == 1 ? 65536 : page_bytes;
    uint64_t claimed = be32(head + 24) == be32(head + 92) ? be32(head + 28) : 0;
    if (page_bytes != 0 && (blob->size % page_bytes != 0 || blob->size / page_bytes < claimed))
        rpm_damage(r->db, "it is cut short");
}

/* The library is kept from what rpm's tables do not need. "Writable schema" has it read a file that lacks pages; the
 * connection stays read-only. */
static bool open_database(struct reader *r, const char *vfs_name)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    if (sqlite3_open_v2("rpmdb.sqlite", &r->sql, flags, vfs_name) != SQLITE_OK)
        return false;
    sqlite3_limit(r->sql, SQLITE_LIMIT_LENGTH, RPM_MAX_HEADER_BYTES);
    sqlite3_limit(r->sql, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_db_config(r->sql, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, NULL);
    sqlite3_db_config(r->sql, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(r->sql, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(r->sql, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    char pragmas[128];
    snprintf(pragmas, sizeof pragmas, "PRAGMA cache_size = -%d; PRAGMA temp_store = 2; PRAGMA mmap_size = 0;", CACHE_KIB);
    return sqlite3_exec(r->sql, pragmas, NULL, NULL, NULL) == SQLITE_OK;
}

/* A view or a virtual table of that name would run code that the file brings; these have no root page. */
static bool has_plain_table(struct reader *r)
{
    sqlite3_stmt *stmt = NULL;
    const char *query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'Packages' AND rootpage > 0";
    bool found = sqlite3_prepare_v2(r->sql, query, -1, &stmt, NULL) == SQLITE_OK && sqlite3_step(stmt) == SQLITE_ROW;
    if (!found && sqlite3_errcode(r->sql) == SQLITE_DONE)
        rpm_damage(r->db, "it has no table Packages");
    else if (!found)
        note_error(r, "its schema cannot be read");
    sqlite3_finalize(stmt);
    return found;
}

static bool read_value(struct reader *r, sqlite3_int64 row)
{
    int code =
        r->value ? sqlite3_blob_reopen(r->value, row) : sqlite3_blob_open(r->sql, "main", "Packages", "blob", row, 0, &r->value);
    if (code != SQLITE_OK) {
        note_error(r, "a header cannot be read");
        sqlite3_blob_close(r->value); /* after an error a handle is of no more use */
        r->value = NULL;
        return true;
    }
    int size = sqlite3_blob_bytes(r->value);
    unsigned char *to = size > 0 ? rpm_room(r->db, (uint64_t)size) : NULL;
    if (!to)
        return true;
    if (sqlite3_blob_read(r->value, to, size, 0) != SQLITE_OK) {
        note_error(r, "a header cannot be read");
        return true;
    }
    return rpm_package_add(r->db, str_make(to, (size_t)size));
}

/* Rows of a table come in ascending order of their row ids (SQLite file format, section 1.5); where they do not, pages go
 * round in a loop or are shared. */
static bool read_rows(struct reader *r)
{
    if (sqlite3_prepare_v2(r->sql, "SELECT rowid FROM Packages", -1, &r->rows, NULL) != SQLITE_OK) {
        note_error(r, "its table Packages cannot be read");
        return true;
    }
    sqlite3_int64 last = 0;
    int code;
    for (bool first = true; (code = sqlite3_step(r->rows)) == SQLITE_ROW; first = false) {
        sqlite3_int64 row = sqlite3_column_int64(r->rows, 0);
        if (!first && row <= last) {
            rpm_damage(r->db, "its pages go round in a loop");
            return true;
        }
        last = row;
        if (!read_value(r, row))
            return false;
    }
    if (code != SQLITE_DONE)
        note_error(r, "its table Packages cannot be read to the end");
    return true;
}

bool rpm_sqlite_read(struct rpm_db *db)
{
    struct reader r = { .db = db };
    char name[48]; /* names are the process's: each reader has one of its own */
    snprintf(name, sizeof name, "drydock-%p", (void *)&r);
    union { /* the blob is only read; pAppData is not const */
        const struct blob *in;
        void *out;
    } blob = { .in = db->file->blob };
    sqlite3_vfs vfs = {
        .iVersion = 1,
        .szOsFile = sizeof(struct blob_file),
        .mxPathname = 256,
        .zName = name,
        .pAppData = blob.out,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_random,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_last_error,
    };
    bool ok = true;
    if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) {
        rpm_damage(db, "SQLite cannot be started");
        return true;
    }
    check_size(&r);
    if (!open_database(&r, name))
        rpm_damage(db, "it cannot be opened: %s", r.sql ? sqlite3_errmsg(r.sql) : "no memory");
    else if (has_plain_table(&r))
        ok = read_rows(&r);
    sqlite3_blob_close(r.value);
    sqlite3_finalize(r.rows);
    sqlite3_close(r.sql);
    sqlite3_vfs_unregister(&vfs);
    return ok;
}
