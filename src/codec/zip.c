/* zip archives: PKWARE APPNOTE 6.3.10, by their central directory (4.3.12), with zip64 (4.3.14, 4.5.3). Bytes may stand before
 * the archive, as in programs that unpack themselves and in Java modules (*.jmod). Spanned archives are not read. */
#include "codec/zip.h"
#include "codec/inflate_raw.h"

enum {
    END_BYTES = 22,
    END_COMMENT_MAX = 65535,
    LOCATOR_BYTES = 20,
    END64_BYTES = 56,
    RECORD_BYTES = 46,
    ZIP64_EXTRA = 1,
};
static const uint32_t END_MAGIC = 0x06054b50, LOCATOR_MAGIC = 0x07064b50, END64_MAGIC = 0x06064b50, RECORD_MAGIC = 0x02014b50,
                      LOCAL_MAGIC = 0x04034b50;
static const uint64_t MAX_DIRECTORY_BYTES = 1u << 30;

/* What the end record says, and where in the blob the directory must end. */
struct directory {
    uint64_t offset, size, entries, end;
};

uint64_t zip_blob_size(const struct blob *blob)
{
    return blob->fd < 0 ? blob->memory.len : blob->size;
}

/* The last bytes of the archive, where the end record is, and most directories with it. */
struct tail {
    struct str bytes;
    uint64_t offset; /* in the blob */
};

/* ---- the end records -------------------------------------------------------------------------------------------------------------- */

/* Where the end record starts in the archive's last bytes: its comment must reach exactly to the end. */
static bool find_end(struct str tail, size_t *at)
{
    for (size_t back = END_BYTES; back <= tail.len; back++) {
        const char *end = tail.ptr + (tail.len - back);
        if (*end == 'P' && le32(end) == END_MAGIC && le16(end + 20) == back - END_BYTES) {
            *at = tail.len - back;
            return true;
        }
    }
    return false;
}

static bool has_magic(const struct zip *zip, uint64_t offset, uint32_t magic)
{
    unsigned char bytes[4];
    struct error ignored = { 0 };
    return blob_read(&zip->blob, offset, bytes, sizeof bytes, &ignored) && le32(bytes) == magic;
}

/* The zip64 end record, where the locator before the end record leads to one (4.3.15); behind other bytes the locator's
 * offset misses it, but it stands right before the locator. */
static bool read_end64(const struct zip *zip, const struct tail *tail, size_t end_at, struct directory *out, struct error *err)
{
    unsigned char end64[END64_BYTES];
    const char *locator = tail->bytes.ptr + end_at - LOCATOR_BYTES;
    if (end_at < LOCATOR_BYTES || le32(locator) != LOCATOR_MAGIC)
        return true;
    uint64_t at = le64(locator + 8), before = tail->offset + end_at - LOCATOR_BYTES;
    if (!has_magic(zip, at, END64_MAGIC) && before >= END64_BYTES)
        at = before - END64_BYTES;
    if (!blob_read(&zip->blob, at, end64, sizeof end64, err))
        return error_wrap(err, "zip: the zip64 end record");
    if (le32(end64) != END64_MAGIC)
        return error_set(err, ERROR_INPUT, "zip: no zip64 end record where its locator says");
    if (le32(end64 + 16) != 0 || le32(end64 + 20) != 0)
        return error_set(err, ERROR_UNSUPPORTED, "zip: the archive spans several files");
    *out = (struct directory){ .entries = le64(end64 + 32), .size = le64(end64 + 40), .offset = le64(end64 + 48), .end = at };
    return true;
}

static bool read_end(const struct zip *zip, const struct tail *tail, struct directory *out, struct error *err)
{
    size_t at;
    if (!find_end(tail->bytes, &at))
        return error_set(err, ERROR_INPUT, "zip: no end record: not a zip archive, or cut short");
    const char *end = tail->bytes.ptr + at;
    if ((le16(end + 4) != 0 || le16(end + 6) != 0) && le16(end + 4) != 0xffff)
        return error_set(err, ERROR_UNSUPPORTED, "zip: the archive spans several files");
    *out = (struct directory){
        .entries = le16(end + 10), .size = le32(end + 12), .offset = le32(end + 16), .end = tail->offset + at
    };
    return read_end64(zip, tail, at, out, err);
}

static bool read_tail(const struct zip *zip, struct tail *out, struct error *err)
{
    uint64_t size = zip_blob_size(&zip->blob), most = END_BYTES + END_COMMENT_MAX + LOCATOR_BYTES;
    size_t len = size < most ? (size_t)size : (size_t)most;
    out->offset = size - len;
    if (zip->blob.fd < 0) {
        out->bytes = str_make(zip->blob.memory.ptr + out->offset, len);
        return true;
    }
    char *bytes = arena_alloc(zip->arena, len);
    if (!bytes)
        return arena_error(zip->arena, err);
    out->bytes = str_make(bytes, len);
    return blob_read(&zip->blob, out->offset, bytes, len, err);
}

/* ---- the directory ------------------------------------------------------------------------------------------------------------------ */

/* The directory ends where its end record begins: when it is said to lie elsewhere, that much stands before the archive. */
static bool find_base(struct zip *zip, const struct directory *directory, struct error *err)
{
    uint64_t said_end;
    if (__builtin_add_overflow(directory->offset, directory->size, &said_end) || said_end > directory->end)
        return error_set(err, ERROR_INPUT, "zip: its directory does not fit into the archive");
    if (directory->entries > directory->size / RECORD_BYTES)
        return error_set(err, ERROR_INPUT, "zip: its directory is too small for its entries");
    if (directory->size > MAX_DIRECTORY_BYTES)
        return error_set(err, ERROR_LIMIT, "zip: its directory is larger than %llu bytes",
                         (unsigned long long)MAX_DIRECTORY_BYTES);
    zip->base = directory->end - said_end;
    if (zip->base && has_magic(zip, directory->offset, RECORD_MAGIC)) /* the gap is behind the directory */
        zip->base = 0;
    if (zip->base && has_magic(zip, 0, LOCAL_MAGIC)) /* the end belongs to a member that is an archive itself */
        return error_set(err, ERROR_INPUT, "zip: cut short: its end is that of an archive in it");
    return true;
}

static bool read_directory(struct zip *zip, struct error *err)
{
    struct tail tail;
    struct directory directory = { 0 };
    if (!read_tail(zip, &tail, err) || !read_end(zip, &tail, &directory, err) || !find_base(zip, &directory, err))
        return false;
    uint64_t offset = zip->base + directory.offset;
    size_t size = (size_t)directory.size;
    zip->entries = directory.entries;
    if (offset >= tail.offset) {
        zip->directory = str_make(tail.bytes.ptr + (offset - tail.offset), size);
        return true;
    }
    if (zip->blob.fd < 0) {
        zip->directory = str_make(zip->blob.memory.ptr + offset, size);
        return true;
    }
    char *bytes = arena_alloc(zip->arena, size);
    if (!bytes)
        return arena_error(zip->arena, err);
    zip->directory = str_make(bytes, size);
    return blob_read(&zip->blob, offset, bytes, size, err) || error_wrap(err, "zip");
}

struct zip *zip_open(struct blob blob, struct arena *arena, struct error *err)
{
    struct zip *zip = arena_new(arena, struct zip);
    void *inflate = arena_alloc(arena, inflate_raw_bytes());
    unsigned char *piece = blob.fd < 0 ? NULL : arena_alloc(arena, ZIP_PIECE_BYTES);
    if (!zip || !inflate || (blob.fd >= 0 && !piece)) {
        arena_error(arena, err);
        return NULL;
    }
    *zip = (struct zip){ .blob = blob, .arena = arena, .inflate = inflate, .piece = piece };
    return read_directory(zip, err) ? zip : NULL;
}

/* Fields that do not fit into 32 bits are all ones in the record, and stand in the zip64 extra field in this order. */
static bool read_zip64(struct str extra, struct zip_entry *entry)
{
    uint64_t *const fields[] = { &entry->size_bytes, &entry->packed_bytes, &entry->header_offset };
    while (extra.len >= 4) {
        size_t len = le16(extra.ptr + 2);
        struct str field = str_skip(extra, 4);
        if (len > field.len)
            return false;
        if (le16(extra.ptr) != ZIP64_EXTRA) {
            extra = str_skip(field, len);
            continue;
        }
        field = str_head(field, len);
        for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
            if (*fields[i] != UINT32_MAX)
                continue;
            if (field.len < 8)
                return false;
            *fields[i] = le64(field.ptr);
            field = str_skip(field, 8);
        }
        return true;
    }
    return true;
}

/* Old tools count entries in 16 bits whatever their number: the directory's size decides, the count must agree so far. */
static bool at_end(const struct zip *zip, bool *ok, struct error *err)
{
    struct str rest = zip->directory;
    *ok = true;
    if (rest.len >= RECORD_BYTES && le32(rest.ptr) == RECORD_MAGIC)
        return false;
    if ((zip->entries_read & UINT16_MAX) != (zip->entries & UINT16_MAX) || zip->entries_read < zip->entries)
        *ok = error_set(err, ERROR_INPUT, "zip: its directory is damaged behind %llu of its %llu entries",
                        (unsigned long long)zip->entries_read, (unsigned long long)zip->entries);
    return true;
}

bool zip_next(struct zip *zip, struct zip_entry *entry, struct error *err)
{
    bool ok;
    err->kind = ERROR_NONE;
    if (at_end(zip, &ok, err))
        return false;
    struct str rest = zip->directory;
    const char *record = rest.ptr;
    size_t path_len = le16(record + 28), extra_len = le16(record + 30), comment_len = le16(record + 32);
    struct zip_entry next = {
        .encrypted = (le16(record + 8) & ZIP_FLAG_ENCRYPTED) != 0,
        .method = le16(record + 10),
        .crc32 = le32(record + 16),
        .packed_bytes = le32(record + 20),
        .size_bytes = le32(record + 24),
        .header_offset = le32(record + 42),
    };
    rest = str_skip(rest, RECORD_BYTES);
    if (rest.len < path_len + extra_len + comment_len)
        return error_set(err, ERROR_INPUT, "zip: its directory is cut short");
    next.path = str_head(rest, path_len);
    if (!read_zip64(str_head(str_skip(rest, path_len), extra_len), &next))
        return error_set(err, ERROR_INPUT, "zip: %.*s: its zip64 sizes are damaged", STR_ARG(str_head(next.path, 200)));
    zip->directory = str_skip(rest, path_len + extra_len + comment_len);
    zip->entries_read++;
    *entry = next;
    return true;
}
