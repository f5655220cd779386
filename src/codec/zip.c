/* zip archives: PKWARE APPNOTE 6.3.10, by their central directory (4.3.12), with zip64 (4.3.14, 4.5.3). Members that are stored
 * or deflated can be read; neither spanned archives nor encryption are. */
#include "codec/codec.h"

#include <zlib.h>

enum {
    END_BYTES = 22,
    END_COMMENT_MAX = 65535,
    LOCATOR_BYTES = 20,
    END64_BYTES = 56,
    RECORD_BYTES = 46,
    LOCAL_BYTES = 30,
    PIECE_BYTES = 64 * 1024,
    POOL_BYTES = 128 * 1024,
    ZIP64_EXTRA = 1,
    FLAG_ENCRYPTED = 1,
    STORED = 0,
    DEFLATED = 8,
};
static const uint32_t END_MAGIC = 0x06054b50, LOCATOR_MAGIC = 0x07064b50, END64_MAGIC = 0x06064b50, RECORD_MAGIC = 0x02014b50,
                      LOCAL_MAGIC = 0x04034b50;
static const uint64_t MAX_DIRECTORY_BYTES = 1u << 30;

struct zip {
    struct blob blob;
    struct arena *arena;
    struct str directory; /* what is left of it */
    uint64_t entries_left;
    z_stream zlib; /* its memory is the pool: the arena's owner may give back what was taken after zip_open */
    bool zlib_ready;
    size_t pool_used;
    unsigned char piece[PIECE_BYTES];
    _Alignas(max_align_t) unsigned char pool[POOL_BYTES];
};

struct directory {
    uint64_t offset, size, entries;
};

static uint64_t blob_size(const struct blob *blob)
{
    return blob->fd < 0 ? blob->memory.len : blob->size;
}

/* ---- the central directory ---------------------------------------------------------------------------------------------------- */

/* Where the end record starts in the archive's last bytes: its comment must reach exactly to the end. */
static bool find_end(struct str tail, size_t *at)
{
    for (size_t back = END_BYTES; back <= tail.len; back++) {
        const char *end = tail.ptr + (tail.len - back);
        if (le32(end) == END_MAGIC && le16(end + 20) == back - END_BYTES) {
            *at = tail.len - back;
            return true;
        }
    }
    return false;
}

/* The zip64 end record, where the locator before the end record leads to one (4.3.15). */
static bool read_end64(const struct zip *zip, struct str tail, size_t end_at, struct directory *out, struct error *err)
{
    unsigned char end64[END64_BYTES];
    if (end_at < LOCATOR_BYTES || le32(tail.ptr + end_at - LOCATOR_BYTES) != LOCATOR_MAGIC)
        return true;
    if (!blob_read(&zip->blob, le64(tail.ptr + end_at - LOCATOR_BYTES + 8), end64, sizeof end64, err))
        return error_wrap(err, "zip: the zip64 end record");
    if (le32(end64) != END64_MAGIC)
        return error_set(err, ERROR_INPUT, "zip: no zip64 end record where its locator says");
    if (le32(end64 + 16) != 0 || le32(end64 + 20) != 0)
        return error_set(err, ERROR_UNSUPPORTED, "zip: the archive spans several files");
    *out = (struct directory){ .entries = le64(end64 + 32), .size = le64(end64 + 40), .offset = le64(end64 + 48) };
    return true;
}

static bool read_end(struct zip *zip, struct directory *out, struct error *err)
{
    uint64_t size = blob_size(&zip->blob);
    size_t tail_len = size < END_BYTES + END_COMMENT_MAX ? (size_t)size : END_BYTES + END_COMMENT_MAX, at = 0;
    tail_len = size - tail_len < LOCATOR_BYTES ? tail_len : tail_len + LOCATOR_BYTES;
    struct arena_mark mark = arena_mark(zip->arena);
    char *bytes = arena_alloc(zip->arena, tail_len);
    if (!bytes)
        return arena_error(zip->arena, err);
    bool ok = blob_read(&zip->blob, size - tail_len, bytes, tail_len, err);
    struct str tail = str_make(bytes, tail_len);
    if (ok && !find_end(tail, &at))
        ok = error_set(err, ERROR_INPUT, "zip: no end record: not a zip archive, or cut short");
    if (ok && (le16(tail.ptr + at + 4) != 0 || le16(tail.ptr + at + 6) != 0) && le16(tail.ptr + at + 4) != 0xffff)
        ok = error_set(err, ERROR_UNSUPPORTED, "zip: the archive spans several files");
    if (ok) {
        const char *end = tail.ptr + at;
        *out = (struct directory){ .entries = le16(end + 10), .size = le32(end + 12), .offset = le32(end + 16) };
        ok = read_end64(zip, tail, at, out, err);
    }
    arena_reset(zip->arena, mark);
    return ok;
}

static bool read_directory(struct zip *zip, struct error *err)
{
    struct directory directory = { 0 };
    if (!read_end(zip, &directory, err))
        return false;
    uint64_t size = blob_size(&zip->blob);
    if (directory.offset > size || directory.size > size - directory.offset || directory.entries > directory.size / RECORD_BYTES)
        return error_set(err, ERROR_INPUT, "zip: its directory does not fit into the archive");
    if (directory.size > MAX_DIRECTORY_BYTES)
        return error_set(err, ERROR_LIMIT, "zip: its directory is larger than %llu bytes",
                         (unsigned long long)MAX_DIRECTORY_BYTES);
    zip->entries_left = directory.entries;
    if (zip->blob.fd < 0) {
        zip->directory = str_make(zip->blob.memory.ptr + directory.offset, (size_t)directory.size);
        return true;
    }
    char *bytes = arena_alloc(zip->arena, (size_t)directory.size);
    if (!bytes)
        return arena_error(zip->arena, err);
    zip->directory = str_make(bytes, (size_t)directory.size);
    return blob_read(&zip->blob, directory.offset, bytes, (size_t)directory.size, err) || error_wrap(err, "zip");
}

struct zip *zip_open(struct blob blob, struct arena *arena, struct error *err)
{
    struct zip *zip = arena_new(arena, struct zip);
    if (!zip) {
        arena_error(arena, err);
        return NULL;
    }
    zip->blob = blob;
    zip->arena = arena;
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

bool zip_next(struct zip *zip, struct zip_entry *entry, struct error *err)
{
    err->kind = ERROR_NONE;
    if (zip->entries_left == 0)
        return false;
    struct str rest = zip->directory;
    if (rest.len < RECORD_BYTES || le32(rest.ptr) != RECORD_MAGIC)
        return error_set(err, ERROR_INPUT, "zip: its directory is damaged, %llu entries before its end",
                         (unsigned long long)zip->entries_left);
    const char *record = rest.ptr;
    size_t path_len = le16(record + 28), extra_len = le16(record + 30), comment_len = le16(record + 32);
    struct zip_entry next = {
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
    zip->entries_left--;
    *entry = next;
    return true;
}

/* ---- contents -------------------------------------------------------------------------------------------------------------------- */

/* Where the contents start: behind the local header, whose name and extra field may differ in length from the directory's. */
static bool find_contents(const struct zip *zip, const struct zip_entry *entry, uint64_t *offset, struct error *err)
{
    unsigned char local[LOCAL_BYTES];
    if (!blob_read(&zip->blob, entry->header_offset, local, sizeof local, err))
        return false;
    if (le32(local) != LOCAL_MAGIC)
        return error_set(err, ERROR_INPUT, "no header at byte %llu", (unsigned long long)entry->header_offset);
    if (le16(local + 6) & FLAG_ENCRYPTED)
        return error_set(err, ERROR_UNSUPPORTED, "it is encrypted");
    *offset = entry->header_offset + LOCAL_BYTES + le16(local + 26) + le16(local + 28);
    uint64_t size = blob_size(&zip->blob);
    if (*offset > size || entry->packed_bytes > size - *offset)
        return error_set(err, ERROR_INPUT, "its contents are behind the end of the archive");
    return true;
}

static voidpf zlib_alloc(voidpf opaque, uInt count, uInt item_bytes)
{
    struct zip *zip = opaque;
    size_t align = _Alignof(max_align_t), size;
    if (__builtin_mul_overflow((size_t)count, (size_t)item_bytes, &size) || size > POOL_BYTES - align ||
        zip->pool_used > POOL_BYTES - align - size)
        return Z_NULL;
    void *memory = zip->pool + zip->pool_used;
    zip->pool_used += (size + align - 1) / align * align;
    return memory;
}

static void zlib_free(voidpf opaque, voidpf memory)
{
    (void)opaque;
    (void)memory;
}

static bool prepare_zlib(struct zip *zip, struct error *err)
{
    if (zip->zlib_ready)
        return inflateReset(&zip->zlib) == Z_OK || error_set(err, ERROR_SYSTEM, "zlib cannot start again");
    zip->zlib = (z_stream){ .zalloc = zlib_alloc, .zfree = zlib_free, .opaque = zip };
    zip->zlib_ready = inflateInit2(&zip->zlib, -MAX_WBITS) == Z_OK; /* no zlib header */
    return zip->zlib_ready || error_set(err, ERROR_LIMIT, "not enough memory for zlib");
}

/* Inflates into all of `out`, from all of the packed bytes: anything left over, or missing, is a lie about sizes. */
static bool inflate_contents(struct zip *zip, const struct zip_entry *entry, uint64_t offset, char *out, struct error *err)
{
    z_stream *zlib = &zip->zlib;
    uint64_t packed_left = entry->packed_bytes, out_left = entry->size_bytes;
    int code = Z_OK;
    zlib->next_out = (Bytef *)out;
    zlib->avail_in = zlib->avail_out = 0;
    while (code == Z_OK) {
        if (zlib->avail_in == 0 && packed_left) {
            size_t n = packed_left < PIECE_BYTES ? (size_t)packed_left : PIECE_BYTES;
            if (!blob_read(&zip->blob, offset, zip->piece, n, err))
                return false;
            offset += n;
            packed_left -= n;
            zlib->next_in = zip->piece;
            zlib->avail_in = (uInt)n;
        }
        if (zlib->avail_out == 0) {
            zlib->avail_out = out_left < UINT32_MAX / 2 ? (uInt)out_left : UINT32_MAX / 2;
            out_left -= zlib->avail_out;
        }
        code = inflate(zlib, Z_NO_FLUSH);
    }
    if (code != Z_STREAM_END || zlib->avail_out || out_left || zlib->avail_in || packed_left)
        return error_set(err, ERROR_INPUT, "its contents are damaged, or not as long as it says");
    return true;
}

static bool read_contents(struct zip *zip, const struct zip_entry *entry, char *out, struct error *err)
{
    uint64_t offset = 0;
    if (!find_contents(zip, entry, &offset, err))
        return false;
    switch (entry->method) {
    case STORED:
        if (entry->packed_bytes != entry->size_bytes)
            return error_set(err, ERROR_INPUT, "it is stored, but its two sizes differ");
        return blob_read(&zip->blob, offset, out, (size_t)entry->size_bytes, err);
    case DEFLATED: return prepare_zlib(zip, err) && inflate_contents(zip, entry, offset, out, err);
    default: return error_set(err, ERROR_UNSUPPORTED, "compression method %u", entry->method);
    }
}

bool zip_text(struct zip *zip, const struct zip_entry *entry, size_t max_bytes, struct arena *arena, struct str *out,
              struct error *err)
{
    struct str path = str_head(entry->path, 200);
    if (entry->size_bytes > max_bytes || entry->size_bytes >= SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "zip: %.*s: is larger than the limit of %zu bytes", STR_ARG(path), max_bytes);
    size_t size = (size_t)entry->size_bytes;
    char *text = arena_alloc(arena, size + 1);
    if (!text)
        return arena_error(arena, err);
    if (!read_contents(zip, entry, text, err))
        return error_wrap(err, "zip: %.*s", STR_ARG(path));
    if (crc32_z(0, (const Bytef *)text, size) != entry->crc32)
        return error_set(err, ERROR_INPUT, "zip: %.*s: its checksum is wrong", STR_ARG(path));
    *out = str_make(text, size);
    return true;
}
