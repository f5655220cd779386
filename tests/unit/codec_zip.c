/* The zip reader, on archives built here: stored and deflated members, zip64, comments, lies about sizes, damage. */
#include "trickle.h"
#include "zip_write.h"

#include <unistd.h>

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
    struct zip_builder b;
    zip_begin(&b, &arena);
    b.zip64 = zip64;
    zip_add(&b, "stored", STR("as it is"), false, (struct zip_lies){ 0 });
    zip_add(&b, "dir/", STR(""), false, (struct zip_lies){ 0 });
    zip_add(&b, "dir/deflated", STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), true, (struct zip_lies){ 0 });
    zip_add(&b, "empty", STR(""), true, (struct zip_lies){ 0 });
    return zip_finish(&b, comment);
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
    struct zip_builder b;
    zip_begin(&b, &arena);
    assert_lists(in_memory(zip_finish(&b, "")), "");
    zip_begin(&b, &arena);
    char *comment = arena_alloc(&arena, 65536);
    memset(comment, 'c', 65535);
    zip_add(&b, "a", STR("b"), true, (struct zip_lies){ 0 });
    assert_lists(in_memory(zip_finish(&b, comment)), "a=b;");
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
    struct zip_builder b;
    zip_begin(&b, &arena);
    for (int i = 0; i < 3; i++)
        zip_add(&b, "large", str_make(bytes, 1000000), i != 1, (struct zip_lies){ 0 });
    struct zip *zip = zip_open(in_memory(zip_finish(&b, "")), &arena, &err);
    for (int i = 0; i < 3; i++) {
        assert_true(zip_next(zip, &entry, &err));
        assert_false(zip_text(zip, &entry, 999999, &arena, &text, &err));
        assert_int_equal(err.kind, ERROR_LIMIT);
        assert_true(zip_text(zip, &entry, 1000000, &arena, &text, &err));
        assert_true(str_eq(text, str_make(bytes, 1000000)));
    }
}

/* A program that unpacks itself, and Java's *.jmod, have other bytes in front; zip64 archives too. */
static void bytes_before_the_archive_are_passed_over(void **state)
{
    (void)state;
    static const char *const before[] = { "JM\1\0", "#!/bin/sh\nexec java -jar \"$0\"\n", "PK\1\2 is no directory" };
    for (int zip64 = 0; zip64 < 2; zip64++)
        for (size_t i = 0; i < ARRAY_LEN(before); i++) {
            struct str bytes = three_files(zip64, "end");
            size_t n = i == 0 ? 4 : strlen(before[i]);
            char *whole = arena_alloc(&arena, n + bytes.len);
            memcpy(whole, before[i], n);
            memcpy(whole + n, bytes.ptr, bytes.len);
            assert_lists(in_memory(str_make(whole, n + bytes.len)), three_files_list);
        }
}

/* More entries than 16 bits count, as old tools write them without zip64; fewer than it says are damage. */
static void entries_are_counted(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct zip_entry entry;
    struct zip_builder b;
    size_t count = 0;
    zip_begin(&b, &arena);
    for (size_t i = 0; i < 65536 + 3; i++)
        zip_add(&b, "x", STR(""), false, (struct zip_lies){ 0 });
    b.entries &= 65535;
    struct zip *zip = zip_open(in_memory(zip_finish(&b, "")), &arena, &err);
    assert_non_null(zip);
    while (zip_next(zip, &entry, &err))
        count++;
    assert_int_equal(err.kind, ERROR_NONE);
    assert_int_equal(count, 65536 + 3);
    for (int more = -1; more < 2; more += 2) {
        zip_begin(&b, &arena);
        zip_add(&b, "a long enough name so that two records could fit into its bytes", STR("x"), false, (struct zip_lies){ 0 });
        zip_add(&b, "b", STR("x"), false, (struct zip_lies){ 0 });
        b.entries = (unsigned)((int)b.entries + more);
        assert_fails(zip_finish(&b, ""), ERROR_INPUT);
    }
}

/* Stored members are views of the archive, in memory and in a file; both forms can be written to a file. */
static void members_are_viewed_and_written(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct zip_entry entry;
    struct zip_builder b;
    zip_begin(&b, &arena);
    char *bytes = arena_alloc(&arena, 700000);
    for (size_t i = 0; i < 700000; i++)
        bytes[i] = (char)(i * i >> 7);
    struct str text = str_make(bytes, 700000);
    zip_add(&b, "stored", text, false, (struct zip_lies){ 0 });
    zip_add(&b, "deflated", text, true, (struct zip_lies){ 0 });
    zip_add(&b, "lies", text, true, (struct zip_lies){ .crc = 1 });
    struct str archive = zip_finish(&b, "");
    int in = file_spool(&err), out = file_spool(&err);
    assert_true(file_write_all(in, "before", 6, &err) && file_write_all(in, archive.ptr, archive.len, &err));
    struct blob blobs[] = { in_memory(archive), { .fd = in, .offset = 6, .size = archive.len } };
    char *back = arena_alloc(&arena, 700000);
    for (size_t i = 0; i < ARRAY_LEN(blobs); i++) {
        struct blob view;
        struct zip *zip = zip_open(blobs[i], &arena, &err);
        assert_non_null(zip);
        assert_true(zip_next(zip, &entry, &err) && zip_stored(zip, &entry, &view, &err));
        assert_int_equal(view.size, text.len);
        assert_true(blob_read(&view, 0, back, text.len, &err) && memcmp(back, text.ptr, text.len) == 0);
        assert_true(lseek(out, 5, SEEK_SET) == 5 && zip_write(zip, &entry, out, &err));
        assert_true(file_read_at(out, back, text.len, 5, &err) && memcmp(back, text.ptr, text.len) == 0);
        memset(back, 0, text.len);
        assert_true(zip_next(zip, &entry, &err) && !zip_stored(zip, &entry, &view, &err));
        assert_int_equal(err.kind, ERROR_NONE);
        assert_true(lseek(out, 5, SEEK_SET) == 5 && zip_write(zip, &entry, out, &err));
        assert_true(file_read_at(out, back, text.len, 5, &err) && memcmp(back, text.ptr, text.len) == 0);
        assert_true(zip_next(zip, &entry, &err) && !zip_write(zip, &entry, out, &err));
        assert_int_equal(err.kind, ERROR_INPUT);
    }
    close(in);
    close(out);
}

static void lies_are_refused(void **state)
{
    (void)state;
    static const struct {
        struct zip_lies lies;
        bool deflated;
        enum error_kind kind;
    } rows[] = {
        { { .size = 1 }, true, ERROR_INPUT },         { { .size = -1 }, true, ERROR_INPUT },
        { { .size = 1 }, false, ERROR_INPUT },        { { .packed = 1 }, true, ERROR_INPUT },
        { { .packed = -1 }, true, ERROR_INPUT },      { { .packed = 100000 }, true, ERROR_INPUT },
        { { .crc = 1 }, true, ERROR_INPUT },          { { .crc = 1 }, false, ERROR_INPUT },
        { { .method = 1 }, true, ERROR_UNSUPPORTED }, { { .flags = 1 }, true, ERROR_UNSUPPORTED },
        { { .size = 1 << 30 }, true, ERROR_LIMIT },   { { .size = 100000 }, true, ERROR_INPUT },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct zip_builder b;
        zip_begin(&b, &arena);
        zip_add(&b, "file", STR("some text some text"), rows[i].deflated, rows[i].lies);
        assert_fails(zip_finish(&b, ""), rows[i].kind);
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
        cmocka_unit_test(bytes_before_the_archive_are_passed_over),
        cmocka_unit_test(entries_are_counted),
        cmocka_unit_test(members_are_viewed_and_written),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(truncations_are_refused),
        cmocka_unit_test(changed_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
