/* Contents of zip members, stored or deflated: see codec.h. Sizes that lie are found out: all of the packed bytes must give
 * exactly as many bytes as the directory says, and their checksum. */
#include "codec/inflate_raw.h"
#include "codec/zip.h"

enum {
    LOCAL_BYTES = 30,
    STORED = 0,
    DEFLATED = 8,
    MAX_RATIO = 1032, /* of deflate: 258 bytes for 2 bits */
    MAX_STEP_BYTES = 1 << 30,
    WINDOW_BYTES = 256 * 1024,
};
static const uint32_t LOCAL_MAGIC = 0x04034b50;

/* Where the contents start: behind the local header, whose name and extra field may differ in length from the directory's. */
static bool find_contents(const struct zip *zip, const struct zip_entry *entry, uint64_t *offset, struct error *err)
{
    unsigned char local[LOCAL_BYTES];
    uint64_t at;
    if (__builtin_add_overflow(zip->base, entry->header_offset, &at))
        return error_set(err, ERROR_INPUT, "its header is behind the end of the archive");
    if (!blob_read(&zip->blob, at, local, sizeof local, err))
        return false;
    if (le32(local) != LOCAL_MAGIC)
        return error_set(err, ERROR_INPUT, "no header at byte %llu", (unsigned long long)at);
    if (entry->encrypted || le16(local + 6) & ZIP_FLAG_ENCRYPTED)
        return error_set(err, ERROR_UNSUPPORTED, "it is encrypted");
    *offset = at + LOCAL_BYTES + le16(local + 26) + le16(local + 28);
    uint64_t size = zip_blob_size(&zip->blob);
    if (*offset > size || entry->packed_bytes > size - *offset)
        return error_set(err, ERROR_INPUT, "its contents are behind the end of the archive");
    if (entry->method != STORED && entry->method != DEFLATED)
        return error_set(err, ERROR_UNSUPPORTED, "compression method %u", entry->method);
    if (entry->method == STORED && entry->packed_bytes != entry->size_bytes)
        return error_set(err, ERROR_INPUT, "it is stored, but its two sizes differ");
    if (entry->size_bytes / MAX_RATIO > entry->packed_bytes)
        return error_set(err, ERROR_INPUT, "it cannot be as large as it says");
    return true;
}

/* The contents as they come: refill() gives the next packed bytes, advance() the next plain ones. */
struct contents {
    struct zip *zip;
    uint64_t offset, packed_left, plain_left;
    struct inflate_io io;
};

static bool refill(struct contents *c, struct error *err)
{
    const struct blob *blob = &c->zip->blob;
    bool in_memory = blob->fd < 0;
    uint64_t most = in_memory ? MAX_STEP_BYTES : ZIP_PIECE_BYTES;
    size_t n = c->packed_left < most ? (size_t)c->packed_left : (size_t)most;
    if (in_memory)
        c->io.in = (const unsigned char *)blob->memory.ptr + c->offset;
    else if (!blob_read(blob, c->offset, c->zip->piece, n, err))
        return false;
    else
        c->io.in = c->zip->piece;
    c->io.in_len = n;
    c->offset += n;
    c->packed_left -= n;
    return true;
}

static bool begin(struct zip *zip, const struct zip_entry *entry, struct contents *c, struct error *err)
{
    uint64_t offset;
    if (!find_contents(zip, entry, &offset, err))
        return false;
    *c = (struct contents){ zip, offset, entry->packed_bytes, entry->size_bytes, { 0 } };
    return entry->method == STORED || inflate_raw_begin(zip->inflate, err);
}

/* Fills `out` with exactly `size` of the plain bytes. */
static bool take_stored(struct contents *c, char *out, size_t size, struct error *err)
{
    if (!blob_read(&c->zip->blob, c->offset, out, size, err))
        return false;
    c->offset += size;
    c->packed_left -= size;
    return true;
}

static bool take_deflated(struct contents *c, char *out, size_t size, struct error *err)
{
    c->io.out = (unsigned char *)out;
    while (size) {
        size_t n = size < MAX_STEP_BYTES ? size : MAX_STEP_BYTES;
        if (c->io.in_len == 0 && c->packed_left && !refill(c, err))
            return false;
        c->io.out_len = n;
        const unsigned char *in = c->io.in;
        if (c->io.may_end || !inflate_raw_step(c->zip->inflate, &c->io, err))
            break;
        if (c->io.out_len == n && c->io.in == in && !c->packed_left)
            break;
        size -= n - c->io.out_len;
    }
    return size == 0 || error_set(err, ERROR_INPUT, "its contents are damaged, or not as long as it says");
}

static bool take(struct contents *c, const struct zip_entry *entry, char *out, size_t size, struct error *err)
{
    c->plain_left -= size;
    return entry->method == STORED ? take_stored(c, out, size, err) : take_deflated(c, out, size, err);
}

/* The data must end here: another byte must not come, and nothing be left of the packed bytes. */
static bool end(struct contents *c, const struct zip_entry *entry, uint32_t crc, struct error *err)
{
    char more;
    if (entry->method == DEFLATED && !c->io.may_end) {
        struct error ended = { 0 };
        bool came = take_deflated(c, &more, 1, &ended);
        c->io.out = NULL; /* it pointed to `more` */
        if (came || !c->io.may_end)
            return error_set(err, ERROR_INPUT, "its contents are damaged, or not as long as it says");
    }
    if (c->io.in_len || c->packed_left)
        return error_set(err, ERROR_INPUT, "its contents are damaged, or not as long as it says");
    return crc == entry->crc32 || error_set(err, ERROR_INPUT, "its checksum is wrong");
}

/* Names the member. */
static bool fail(const struct zip_entry *entry, struct error *err)
{
    return error_wrap(err, "zip: %.*s", STR_ARG(str_head(entry->path, 200)));
}

bool zip_text(struct zip *zip, const struct zip_entry *entry, size_t max_bytes, struct arena *arena, struct str *out,
              struct error *err)
{
    struct contents c = { 0 };
    if (entry->size_bytes > max_bytes || entry->size_bytes >= SIZE_MAX) {
        error_set(err, ERROR_LIMIT, "is larger than the limit of %zu bytes", max_bytes);
        return fail(entry, err);
    }
    if (!begin(zip, entry, &c, err))
        return fail(entry, err);
    size_t size = (size_t)entry->size_bytes;
    char *text = arena_alloc(arena, size + 1);
    if (!text)
        return arena_error(arena, err);
    if (!take(&c, entry, text, size, err) || !end(&c, entry, inflate_raw_crc(0, text, size), err))
        return fail(entry, err);
    *out = str_make(text, size);
    return true;
}

bool zip_write(struct zip *zip, const struct zip_entry *entry, int fd, struct error *err)
{
    struct contents c = { 0 };
    if (!begin(zip, entry, &c, err))
        return fail(entry, err);
    struct arena_mark mark = arena_mark(zip->arena);
    char *window = arena_alloc(zip->arena, WINDOW_BYTES);
    bool ok = window || arena_error(zip->arena, err);
    uint32_t crc = 0;
    while (ok && c.plain_left) {
        size_t n = c.plain_left < WINDOW_BYTES ? (size_t)c.plain_left : WINDOW_BYTES;
        ok = take(&c, entry, window, n, err) && file_write_all(fd, window, n, err);
        crc = ok ? inflate_raw_crc(crc, window, n) : 0;
    }
    ok = ok && end(&c, entry, crc, err);
    arena_reset(zip->arena, mark);
    return ok || fail(entry, err);
}

bool zip_stored(const struct zip *zip, const struct zip_entry *entry, struct blob *out, struct error *err)
{
    uint64_t offset = 0;
    err->kind = ERROR_NONE;
    if (entry->method != STORED)
        return false;
    if (!find_contents(zip, entry, &offset, err))
        return fail(entry, err);
    *out = (struct blob){ .fd = zip->blob.fd, .size = entry->size_bytes };
    if (zip->blob.fd < 0)
        out->memory = str_make(zip->blob.memory.ptr + offset, (size_t)entry->size_bytes);
    else if (__builtin_add_overflow(zip->blob.offset, offset, &out->offset))
        return error_set(err, ERROR_INPUT, "offset %llu is out of range", (unsigned long long)offset);
    return true;
}
