/* The zip reader, on archives built here: stored and deflated members, zip64, comments, lies about sizes, damage. */
#include "trickle.h"

#include <unistd.h>
#include <zlib.h>

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, "test", 64 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* ---- building archives ----------------------------------------------------------------------------------------------------------- */

struct builder {
    struct buf zip, directory;
    unsigned entries;
    bool zip64;
};

static void add_u16(struct buf *out, unsigned value)
{
    buf_chr(out, (char)(value & 255));
    buf_chr(out, (char)(value >> 8 & 255));
}

static struct str deflate_raw(struct str text)
{
    z_stream zlib = { 0 };
    assert_int_equal(deflateInit2(&zlib, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t cap = deflateBound(&zlib, text.len);
    char *out = arena_alloc(&arena, cap);
    zlib.next_in = (Bytef *)(uintptr_t)text.ptr;
    zlib.avail_in = (uInt)text.len;
    zlib.next_out = (Bytef *)out;
    zlib.avail_out = (uInt)cap;
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    struct str packed = str_make(out, cap - zlib.avail_out);
    deflateEnd(&zlib);
    return packed;
}

static void begin(struct builder *b)
{
    *b = (struct builder){ 0 };
    buf_init(&b->zip, 16 << 20);
    buf_init(&b->directory, 16 << 20);
}

struct lies {
    unsigned flags;
    int method, size, packed; /* added to the truth */
    uint32_t crc;
};

static void add_file(struct builder *b, const char *path, struct str text, bool deflated, struct lies lies)
{
    struct str packed = deflated ? deflate_raw(text) : text;
    unsigned method = (deflated ? 8u : 0u) + (unsigned)lies.method;
    uint32_t crc = (uint32_t)crc32_z(0, (const Bytef *)text.ptr, text.len) + lies.crc,
             size = (uint32_t)text.len + (uint32_t)lies.size;
    uint32_t packed_size = (uint32_t)packed.len + (uint32_t)lies.packed, offset = (uint32_t)b->zip.len;
    buf_u32(&b->zip, 0x04034b50);
    add_u16(&b->zip, 20);
    add_u16(&b->zip, lies.flags);
    add_u16(&b->zip, method);
    buf_u32(&b->zip, 0);
    buf_u32(&b->zip, crc);
    buf_u32(&b->zip, packed_size);
    buf_u32(&b->zip, size);
    add_u16(&b->zip, (unsigned)strlen(path));
    add_u16(&b->zip, 5); /* an extra field that the directory does not have */
    buf_text(&b->zip, path);
    buf_text(&b->zip, "extra");
    buf_str(&b->zip, packed);

    buf_u32(&b->directory, 0x02014b50);
    add_u16(&b->directory, 20);
    add_u16(&b->directory, 20);
    add_u16(&b->directory, lies.flags);
    add_u16(&b->directory, method);
    buf_u32(&b->directory, 0);
    buf_u32(&b->directory, crc);
    buf_u32(&b->directory, b->zip64 ? UINT32_MAX : packed_size);
    buf_u32(&b->directory, b->zip64 ? UINT32_MAX : size);
    add_u16(&b->directory, (unsigned)strlen(path));
    add_u16(&b->directory, b->zip64 ? 4 + 2 + 4 + 24 : 0);
    add_u16(&b->directory, 7);
    buf_add(&b->directory, "\0\0\0\0\0\0\0\0", 8);
    buf_u32(&b->directory, b->zip64 ? UINT32_MAX : offset);
    buf_text(&b->directory, path);
    if (b->zip64) {
        add_u16(&b->directory, 0x9999);
        add_u16(&b->directory, 2);
        buf_text(&b->directory, "??");
        add_u16(&b->directory, 1);
        add_u16(&b->directory, 24);
        buf_u64(&b->directory, size);
        buf_u64(&b->directory, packed_size);
        buf_u64(&b->directory, offset);
    }
    buf_text(&b->directory, "comment");
    b->entries++;
}

static struct str finish(struct builder *b, const char *comment)
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
    add_u16(&b->zip, b->zip64 ? 0xffff : b->entries);
    add_u16(&b->zip, b->zip64 ? 0xffff : b->entries);
    buf_u32(&b->zip, b->zip64 ? UINT32_MAX : (uint32_t)size);
    buf_u32(&b->zip, b->zip64 ? UINT32_MAX : (uint32_t)offset);
    add_u16(&b->zip, (unsigned)strlen(comment));
    buf_text(&b->zip, comment);
    struct str whole = arena_str(&arena, buf_view(&b->zip));
    buf_free(&b->zip);
    buf_free(&b->directory);
    return whole;
}

/* ---- reading them -------------------------------------------------------------------------------------------------------------------- */

static struct blob in_memory(struct str bytes)
{
    return (struct blob){ .memory = bytes, .fd = -1 };
}

/* All members as "path=contents;"; false and err after a failure. */
static bool list(struct blob blob, struct buf *out, struct error *err)
{
    struct zip_entry entry;
    struct str text;
    struct zip *zip = zip_open(blob, &arena, err);
    buf_clear(out);
    if (!zip)
        return false;
    while (zip_next(zip, &entry, err)) {
        struct arena_mark mark = arena_mark(&arena);
        if (!zip_text(zip, &entry, 1 << 20, &arena, &text, err))
            return false;
        assert_int_equal(text.ptr[text.len], '\0');
        buf_str(out, entry.path);
        buf_chr(out, '=');
        buf_str(out, text);
        buf_chr(out, ';');
        arena_reset(&arena, mark);
    }
    return err->kind == ERROR_NONE;
}

static void assert_lists(struct blob blob, const char *want)
{
    struct error err = { 0 };
    struct buf out;
    buf_init(&out, 16 << 20);
    if (!list(blob, &out, &err))
        fail_msg("%s", err.text);
    assert_str(buf_view(&out), want);
    buf_free(&out);
}

static void assert_fails(struct str bytes, enum error_kind kind)
{
    struct error err = { 0 };
    struct buf out;
    struct arena_mark mark = arena_mark(&arena);
    buf_init(&out, 16 << 20);
    assert_false(list(in_memory(bytes), &out, &err));
    assert_int_equal(err.kind, kind);
    assert_true(str_starts(str_from(err.text), "zip"));
    buf_free(&out);
    arena_reset(&arena, mark);
}

static struct str three_files(bool zip64, const char *comment)
{
    struct builder b;
    begin(&b);
    b.zip64 = zip64;
    add_file(&b, "stored", STR("as it is"), false, (struct lies){ 0 });
    add_file(&b, "dir/", STR(""), false, (struct lies){ 0 });
    add_file(&b, "dir/deflated", STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), true, (struct lies){ 0 });
    add_file(&b, "empty", STR(""), true, (struct lies){ 0 });
    return finish(&b, comment);
}

static const char three_files_list[] = "stored=as it is;dir/=;dir/deflated=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;empty=;";

static void members_are_listed_and_read(void **state)
{
    (void)state;
    for (int zip64 = 0; zip64 < 2; zip64++) {
        assert_lists(in_memory(three_files(zip64, "")), three_files_list);
        assert_lists(in_memory(three_files(zip64, "a comment")), three_files_list);
        /* In a file, behind other bytes. */
        struct error err = { 0 };
        struct str bytes = three_files(zip64, "");
        int fd = file_spool(&err);
        assert_true(file_write_all(fd, "before", 6, &err) && file_write_all(fd, bytes.ptr, bytes.len, &err) &&
                    file_write_all(fd, "after", 5, &err));
        assert_lists((struct blob){ .fd = fd, .offset = 6, .size = bytes.len }, three_files_list);
        close(fd);
    }
    struct builder b;
    begin(&b);
    assert_lists(in_memory(finish(&b, "")), "");
    begin(&b);
    char *comment = arena_alloc(&arena, 65536);
    memset(comment, 'c', 65535);
    add_file(&b, "a", STR("b"), true, (struct lies){ 0 });
    assert_lists(in_memory(finish(&b, comment)), "a=b;");
}

static void large_members_come_in_pieces(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct zip_entry entry;
    struct str text;
    char *bytes = arena_alloc(&arena, 1000000);
    uint32_t x = 1;
    for (size_t i = 0; i < 1000000; i++) {
        x = x * 1664525 + 1013904223;
        bytes[i] = i / 10000 % 2 ? (char)(x >> 24) : (char)(i / 100);
    }
    struct builder b;
    begin(&b);
    for (int i = 0; i < 3; i++)
        add_file(&b, "large", str_make(bytes, 1000000), i != 1, (struct lies){ 0 });
    struct zip *zip = zip_open(in_memory(finish(&b, "")), &arena, &err);
    for (int i = 0; i < 3; i++) {
        assert_true(zip_next(zip, &entry, &err));
        assert_false(zip_text(zip, &entry, 999999, &arena, &text, &err));
        assert_int_equal(err.kind, ERROR_LIMIT);
        assert_true(zip_text(zip, &entry, 1000000, &arena, &text, &err));
        assert_true(str_eq(text, str_make(bytes, 1000000)));
    }
}

static void lies_are_refused(void **state)
{
    (void)state;
    static const struct {
        struct lies lies;
        bool deflated;
        enum error_kind kind;
    } rows[] = {
        { { .size = 1 }, true, ERROR_INPUT },         { { .size = -1 }, true, ERROR_INPUT },
        { { .size = 1 }, false, ERROR_INPUT },        { { .packed = 1 }, true, ERROR_INPUT },
        { { .packed = -1 }, true, ERROR_INPUT },      { { .packed = 100000 }, true, ERROR_INPUT },
        { { .crc = 1 }, true, ERROR_INPUT },          { { .crc = 1 }, false, ERROR_INPUT },
        { { .method = 1 }, true, ERROR_UNSUPPORTED }, { { .flags = 1 }, true, ERROR_UNSUPPORTED },
        { { .size = 1 << 30 }, true, ERROR_LIMIT },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct builder b;
        begin(&b);
        add_file(&b, "file", STR("some text some text"), rows[i].deflated, rows[i].lies);
        assert_fails(finish(&b, ""), rows[i].kind);
    }
}

static void truncations_are_refused(void **state)
{
    (void)state;
    for (int zip64 = 0; zip64 < 2; zip64++) {
        struct str bytes = three_files(zip64, "");
        for (size_t len = 0; len < bytes.len; len++)
            assert_fails(str_head(bytes, len), ERROR_INPUT);
        for (size_t from = 1; from < bytes.len - 22; from++)
            assert_fails(str_skip(bytes, from), ERROR_INPUT);
    }
}

static void changed_bytes_do_no_harm(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 16 << 20);
    for (int zip64 = 0; zip64 < 2; zip64++) {
        struct str bytes = three_files(zip64, "xy");
        for (size_t at = 0; at < bytes.len; at++)
            for (int bit = 0; bit < 8; bit++) {
                struct error err = { 0 };
                struct arena_mark mark = arena_mark(&arena);
                struct str damaged = arena_str(&arena, bytes);
                ((char *)(uintptr_t)damaged.ptr)[at] ^= (char)(1 << bit);
                assert_true(list(in_memory(damaged), &out, &err) == (err.kind == ERROR_NONE));
                arena_reset(&arena, mark);
            }
    }
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_listed_and_read),
        cmocka_unit_test(large_members_come_in_pieces),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(truncations_are_refused),
        cmocka_unit_test(changed_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
