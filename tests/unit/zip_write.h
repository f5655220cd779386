/* zip_write.h - builds zip archives for tests: stored and deflated members, zip64, lies about sizes. */
#ifndef DRYDOCK_ZIP_WRITE_H
#define DRYDOCK_ZIP_WRITE_H

#include <zlib.h>

#include "unit.h"

struct zip_builder {
    struct arena *arena;
    struct buf zip, directory;
    unsigned entries;
    bool zip64;
};

static inline void zip_u16(struct buf *out, unsigned value)
{
    buf_chr(out, (char)(value & 255));
    buf_chr(out, (char)(value >> 8 & 255));
}

static inline struct str zip_deflate(struct arena *arena, struct str text)
{
    z_stream zlib = { 0 };
    assert_int_equal(deflateInit2(&zlib, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t cap = deflateBound(&zlib, text.len);
    char *out = arena_alloc(arena, cap);
    zlib.next_in = (Bytef *)(uintptr_t)text.ptr;
    zlib.avail_in = (uInt)text.len;
    zlib.next_out = (Bytef *)out;
    zlib.avail_out = (uInt)cap;
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    struct str packed = str_make(out, cap - zlib.avail_out);
    deflateEnd(&zlib);
    return packed;
}

static inline void zip_begin(struct zip_builder *b, struct arena *arena)
{
    *b = (struct zip_builder){ .arena = arena };
    buf_init(&b->zip, (size_t)256 << 20);
    buf_init(&b->directory, (size_t)256 << 20);
}

struct zip_lies {
    unsigned flags;
    int method, size, packed; /* added to the truth */
    uint32_t crc;
};

static inline void zip_add(struct zip_builder *b, const char *path, struct str text, bool deflated, struct zip_lies lies)
{
    struct str packed = deflated ? zip_deflate(b->arena, text) : text;
    unsigned method = (deflated ? 8u : 0u) + (unsigned)lies.method;
    uint32_t crc = (uint32_t)crc32_z(0, (const Bytef *)text.ptr, text.len) + lies.crc,
             size = (uint32_t)text.len + (uint32_t)lies.size;
    uint32_t packed_size = (uint32_t)packed.len + (uint32_t)lies.packed, offset = (uint32_t)b->zip.len;
    buf_u32(&b->zip, 0x04034b50);
    zip_u16(&b->zip, 20);
    zip_u16(&b->zip, lies.flags);
    zip_u16(&b->zip, method);
    buf_u32(&b->zip, 0);
    buf_u32(&b->zip, crc);
    buf_u32(&b->zip, packed_size);
    buf_u32(&b->zip, size);
    zip_u16(&b->zip, (unsigned)strlen(path));
    zip_u16(&b->zip, 5); /* an extra field that the directory does not have */
    buf_text(&b->zip, path);
    buf_text(&b->zip, "extra");
    buf_str(&b->zip, packed);

    buf_u32(&b->directory, 0x02014b50);
    zip_u16(&b->directory, 20);
    zip_u16(&b->directory, 20);
    zip_u16(&b->directory, lies.flags);
    zip_u16(&b->directory, method);
    buf_u32(&b->directory, 0);
    buf_u32(&b->directory, crc);
    buf_u32(&b->directory, b->zip64 ? UINT32_MAX : packed_size);
    buf_u32(&b->directory, b->zip64 ? UINT32_MAX : size);
    zip_u16(&b->directory, (unsigned)strlen(path));
    zip_u16(&b->directory, b->zip64 ? 4 + 2 + 4 + 24 : 0);
    zip_u16(&b->directory, 7);
    buf_add(&b->directory, "\0\0\0\0\0\0\0\0", 8);
    buf_u32(&b->directory, b->zip64 ? UINT32_MAX : offset);
    buf_text(&b->directory, path);
    if (b->zip64) {
        zip_u16(&b->directory, 0x9999);
        zip_u16(&b->directory, 2);
        buf_text(&b->directory, "??");
        zip_u16(&b->directory, 1);
        zip_u16(&b->directory, 24);
        buf_u64(&b->directory, size);
        buf_u64(&b->directory, packed_size);
        buf_u64(&b->directory, offset);
    }
    buf_text(&b->directory, "comment");
    b->entries++;
}

static inline struct str zip_finish(struct zip_builder *b, const char *comment)
{
    uint64_t offset = b->zip.len, size = b->directory.len;
    buf_str(&b->zip, buf_view(&b->directory));
    if (b->zip64) {
        uint64_t end = b->zip.len;
        buf_u32(&b->zip, 0x06064b50);
        buf_u64(&b->zip, 44);
        buf_u32(&b->zip, 0x2d002d);
        buf_u64(&b->zip, 0);
        buf_u64(&b->zip, b->entries);
        buf_u64(&b->zip, b->entries);
        buf_u64(&b->zip, size);
        buf_u64(&b->zip, offset);
        buf_u32(&b->zip, 0x07064b50);
        buf_u32(&b->zip, 0);
        buf_u64(&b->zip, end);
        buf_u32(&b->zip, 1);
    }
    buf_u32(&b->zip, 0x06054b50);
    buf_u32(&b->zip, 0);
    zip_u16(&b->zip, b->zip64 ? 0xffff : b->entries);
    zip_u16(&b->zip, b->zip64 ? 0xffff : b->entries);
    buf_u32(&b->zip, b->zip64 ? UINT32_MAX : (uint32_t)size);
    buf_u32(&b->zip, b->zip64 ? UINT32_MAX : (uint32_t)offset);
    zip_u16(&b->zip, (unsigned)strlen(comment));
    buf_text(&b->zip, comment);
    struct str whole = arena_str(b->arena, buf_view(&b->zip));
    buf_free(&b->zip);
    buf_free(&b->directory);
    return whole;
}

#endif
