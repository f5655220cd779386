/* Streams of codec.h: windows, skips, limits, digests, files and pipes, sticky errors. */
#include "trickle.h"

#include <fcntl.h>
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

/* `len` bytes that differ from place to place. */
static struct str pattern(size_t len)
{
    char *bytes = arena_alloc(&arena, len + 1);
    assert_non_null(bytes);
    uint32_t x = 1;
    for (size_t i = 0; i < len; i++) {
        x = x * 1664525 + 1013904223;
        bytes[i] = (char)(x >> 24);
    }
    return str_make(bytes, len);
}

static int spool_with(struct str bytes)
{
    struct error err = { 0 };
    int fd = file_spool(&err);
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, bytes.ptr, bytes.len, &err));
    return fd;
}

static void assert_rest(struct stream *s, struct str want)
{
    struct error err = { 0 };
    struct str got;
    if (!stream_text(s, want.len + 10, &arena, &got, &err))
        fail_msg("%s", err.text);
    assert_true(str_eq(got, want));
    assert_true(s->consumed_bytes >= want.len);
}

static void memory_is_read_taken_skipped(void **state)
{
    (void)state;
    struct error err = { 0 };
    for (size_t step = 0; step < 6; step++) {
        struct stream *s = trickle(STR("0123456789abcdef"), step);
        char bytes[4];
        assert_true(stream_take(s, bytes, 4, &err));
        assert_memory_equal(bytes, "0123", 4);
        assert_true(stream_skip(s, 5, &err));
        assert_true(stream_skip(s, 0, &err));
        assert_int_equal(s->consumed_bytes, 9);
        assert_rest(s, STR("9abcdef"));
        stream_close(s);
    }
}

static void short_streams_fail_and_stay_failed(void **state)
{
    (void)state;
    struct error err = { 0 }, again = { 0 };
    char bytes[8];
    size_t got = 9;
    struct stream *s = stream_memory(STR("12345"), &err);
    assert_true(stream_read(s, bytes, 8, &got, &err));
    assert_int_equal(got, 5);
    assert_false(stream_take(s, bytes, 1, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_false(stream_fill(s, &again));
    assert_string_equal(again.text, err.text);
    assert_false(stream_skip(s, 1, &again));
    assert_string_equal(again.text, err.text);
    stream_close(s);
    stream_close(NULL);
}

static void text_has_a_limit(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct str text;
    struct stream *s = trickle(STR("12345"), 2);
    assert_true(stream_text(s, 5, &arena, &text, &err));
    assert_str(text, "12345");
    stream_close(s);
    s = trickle(STR("12345"), 2);
    assert_false(stream_text(s, 4, &arena, &text, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    stream_close(s);
}

static void files_are_read_whole_in_part_and_by_skips(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct str bytes = pattern(1 << 20);
    int fd = spool_with(bytes);
    static const struct {
        uint64_t offset, size;
    } cases[] = { { 0, UINT64_MAX }, { 1, UINT64_MAX }, { 4095, 8193 }, { 5000, 0 }, { 1 << 20, UINT64_MAX }, { 777, 700000 } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct stream *s = stream_file(fd, cases[i].offset, cases[i].size, &err);
        assert_non_null(s);
        assert_rest(s, str_head(str_skip(bytes, cases[i].offset), cases[i].size));
        stream_close(s);
    }
    /* Skips of all lengths, with a few bytes read between. */
    struct stream *s = stream_file(fd, 100, 1000000, &err);
    uint64_t at = 0;
    for (uint64_t skip = 1; at + skip + 7 < 1000000; skip = skip * 3 / 2 + 1) {
        char got[7];
        assert_true(stream_skip(s, skip, &err));
        at += skip;
        assert_true(stream_take(s, got, sizeof got, &err));
        assert_memory_equal(got, bytes.ptr + 100 + at, sizeof got);
        at += sizeof got;
        assert_int_equal(s->consumed_bytes, at);
    }
    assert_rest(s, str_head(str_skip(bytes, 100 + at), 1000000 - at));
    assert_false(stream_skip(s, 1, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    stream_close(s);
    close(fd);
}

static void files_that_are_too_short_say_so(void **state)
{
    (void)state;
    struct error err = { 0 };
    int fd = spool_with(STR("0123456789"));
    assert_null(stream_file(fd, 11, UINT64_MAX, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    struct stream *s = stream_file(fd, 4, 100, &err);
    assert_non_null(s);
    assert_false(stream_drain(s, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    stream_close(s);
    s = stream_file(fd, 4, 100, &err);
    assert_false(stream_skip(s, 50, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    stream_close(s);
    close(fd);
}

static void pipes_are_read_in_order(void **state)
{
    (void)state;
    struct error err = { 0 };
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct str bytes = pattern(50000);
    assert_true(file_write_all(ends[1], bytes.ptr, bytes.len, &err));
    close(ends[1]);
    struct stream *s = stream_pipe(ends[0], &err);
    assert_true(stream_skip(s, 1000, &err));
    assert_rest(s, str_skip(bytes, 1000));
    stream_close(s);
    assert_null(stream_file(ends[0], 0, UINT64_MAX, &err));
    close(ends[0]);
}

static void limits_leave_the_rest_below(void **state)
{
    (void)state;
    struct error err = { 0 };
    char bytes[3];
    for (size_t step = 0; step < 8; step++) {
        struct stream *below = trickle(STR("headCONTENTtail"), step);
        assert_true(stream_skip(below, 4, &err));
        struct stream *s = stream_limit(below, 7, &err);
        assert_true(stream_take(s, bytes, 3, &err));
        assert_memory_equal(bytes, "CON", 3);
        stream_close(s); /* only what was read is gone from below */
        assert_int_equal(below->consumed_bytes, 7);
        s = stream_limit(below, 4, &err);
        assert_true(stream_skip(s, 1, &err));
        assert_rest(s, STR("ENT"));
        assert_false(stream_take(s, bytes, 1, &err));
        stream_close(s);
        assert_rest(below, STR("tail"));
        stream_close(below);
        below = trickle(STR("abc"), step);
        s = stream_limit(below, 4, &err);
        assert_false(stream_drain(s, &err));
        assert_int_equal(err.kind, ERROR_INPUT);
        stream_close(s);
        stream_close(below);
    }
}

/* FIPS 180-4 examples, and SHA-256 of nothing. */
static const struct {
    enum digest_algorithm algorithm;
    const char *text, *digest;
} digests[] = {
    { DIGEST_SHA256, "abc", "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { DIGEST_SHA256, "", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { DIGEST_SHA256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { DIGEST_SHA512, "abc",
      "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
};

static void digests_are_right_however_read(void **state)
{
    (void)state;
    struct error err = { 0 };
    char text[160];
    for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
        struct str bytes = str_from(digests[i].text);
        assert_true(digest_of(digests[i].algorithm, bytes, text, &err));
        assert_string_equal(text, digests[i].digest);
        for (size_t step = 0; step < 5; step++) {
            struct stream *s = stream_digest(digests[i].algorithm, trickle(bytes, step), &err);
            if (bytes.len)
                assert_true(stream_skip(s, bytes.len / 2, &err)); /* skipping reads */
            assert_true(stream_drain(s, &err));
            assert_int_equal(s->consumed_bytes, bytes.len);
            assert_true(stream_digest_text(s, text, &err));
            assert_string_equal(text, digests[i].digest);
            stream_close(s);
        }
    }
}

static void digest_of_a_file_reads_what_is_skipped(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct str bytes = pattern(3000000);
    int fd = spool_with(bytes);
    char want[160], got[160];
    assert_true(digest_of(DIGEST_SHA256, bytes, want, &err));
    struct stream *s = stream_digest(DIGEST_SHA256, stream_file(fd, 0, UINT64_MAX, &err), &err);
    assert_true(stream_skip(s, 2000000, &err));
    assert_rest(s, str_skip(bytes, 2000000));
    assert_true(stream_digest_text(s, got, &err));
    assert_string_equal(got, want);
    stream_close(s);
    close(fd);
}

static void digest_texts_are_checked(void **state)
{
    (void)state;
    enum digest_algorithm algorithm;
    struct str hex;
    for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
        assert_true(digest_parse(str_from(digests[i].digest), &algorithm, &hex));
        assert_int_equal(algorithm, digests[i].algorithm);
        assert_int_equal(hex.len, algorithm == DIGEST_SHA256 ? 64 : 128);
    }
    static const char *const bad[] = {
        "",
        "sha256",
        "sha256:",
        "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a",
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015add",
        "sha256:../../../../../../../../../../../../../../../../../../../../../..",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(digest_parse(str_from(bad[i]), &algorithm, &hex));
}

static void blobs_are_read_within_their_bounds(void **state)
{
    (void)state;
    struct error err = { 0 };
    int fd = spool_with(STR("xx0123456789yy"));
    const struct blob blobs[] = {
        { .memory = STR("0123456789"), .fd = -1 },
        { .fd = fd, .offset = 2, .size = 10 },
    };
    for (size_t i = 0; i < ARRAY_LEN(blobs); i++) {
        char got[11] = "";
        assert_true(blob_read(&blobs[i], 0, got, 10, &err));
        assert_string_equal(got, "0123456789");
        assert_true(blob_read(&blobs[i], 10, got, 0, &err));
        assert_false(blob_read(&blobs[i], 1, got, 10, &err));
        assert_false(blob_read(&blobs[i], 11, got, 0, &err));
        assert_false(blob_read(&blobs[i], UINT64_MAX, got, 2, &err));
        assert_int_equal(err.kind, ERROR_INPUT);
    }
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_read_taken_skipped),
        cmocka_unit_test(short_streams_fail_and_stay_failed),
        cmocka_unit_test(text_has_a_limit),
        cmocka_unit_test(files_are_read_whole_in_part_and_by_skips),
        cmocka_unit_test(files_that_are_too_short_say_so),
        cmocka_unit_test(pipes_are_read_in_order),
        cmocka_unit_test(limits_leave_the_rest_below),
        cmocka_unit_test(digests_are_right_however_read),
        cmocka_unit_test(digest_of_a_file_reads_what_is_skipped),
        cmocka_unit_test(digest_texts_are_checked),
        cmocka_unit_test(blobs_are_read_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
