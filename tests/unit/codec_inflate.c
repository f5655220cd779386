/* Inflating streams, against data that the formats' own libraries compress: every cut of the input, every truncation, bytes
 * changed, members in a row, padding, garbage, limits. */
#include "trickle.h"

#include <zlib.h>
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif
#ifdef HAVE_LZMA
#include <lzma.h>
#endif
#ifdef HAVE_BZIP2
#include <bzlib.h>
#endif

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, "test", 1 << 30);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* ---- compressors ---------------------------------------------------------------------------------------------------------------- */

static struct str gzip_with(struct str text, int level, gz_header *header)
{
    z_stream zlib = { 0 };
    assert_int_equal(deflateInit2(&zlib, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    if (header)
        assert_int_equal(deflateSetHeader(&zlib, header), Z_OK);
    size_t cap = deflateBound(&zlib, text.len) + 1000;
    char *out = arena_alloc(&arena, cap);
    assert_non_null(out);
    zlib.next_in = (Bytef *)(uintptr_t)text.ptr;
    zlib.avail_in = (uInt)text.len;
    zlib.next_out = (Bytef *)out;
    zlib.avail_out = (uInt)cap;
    assert_int_equal(deflate(&zlib, Z_FINISH), Z_STREAM_END);
    struct str packed = str_make(out, cap - zlib.avail_out);
    deflateEnd(&zlib);
    return packed;
}

static struct str pack_gzip(struct str text)
{
    return gzip_with(text, 6, NULL);
}

#ifdef HAVE_ZSTD
static struct str pack_zstd(struct str text)
{
    size_t cap = ZSTD_compressBound(text.len);
    char *out = arena_alloc(&arena, cap);
    ZSTD_CCtx *zstd = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    size_t len = ZSTD_compress2(zstd, out, cap, text.ptr, text.len);
    ZSTD_freeCCtx(zstd);
    assert_false(ZSTD_isError(len));
    return str_make(out, len);
}
#endif

#ifdef HAVE_LZMA
static struct str pack_xz(struct str text)
{
    size_t cap = lzma_stream_buffer_bound(text.len), len = 0;
    char *out = arena_alloc(&arena, cap);
    assert_int_equal(
        lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text.ptr, text.len, (uint8_t *)out, &len, cap),
        LZMA_OK);
    return str_make(out, len);
}
#endif

#ifdef HAVE_BZIP2
static struct str pack_bzip2(struct str text)
{
    unsigned len = (unsigned)text.len + (unsigned)text.len / 50 + 1000;
    char *out = arena_alloc(&arena, len);
    assert_int_equal(BZ2_bzBuffToBuffCompress(out, &len, (char *)(uintptr_t)text.ptr, (unsigned)text.len, 9, 0, 0), BZ_OK);
    return str_make(out, len);
}
#endif

static const struct row {
    enum codec codec;
    struct str (*pack)(struct str text);
} rows[] = {
    { CODEC_GZIP, pack_gzip },
#ifdef HAVE_ZSTD
    { CODEC_ZSTD, pack_zstd },
#endif
#ifdef HAVE_LZMA
    { CODEC_XZ, pack_xz },
#endif
#ifdef HAVE_BZIP2
    { CODEC_BZIP2, pack_bzip2 },
#endif
};

/* ---- texts ------------------------------------------------------------------------------------------------------------------------ */

/* Half words, half noise, so that all block types occur. */
static struct str sample(size_t len)
{
    char *bytes = arena_alloc(&arena, len + 16);
    assert_non_null(bytes);
    uint32_t x = 7;
    for (size_t i = 0; i < len; i++) {
        x = x * 1664525 + 1013904223;
        bytes[i] = i / 1000 % 2 ? (char)(x >> 24) : "the quick brown fox "[(i + (x >> 28) / 12) % 20];
    }
    return str_make(bytes, len);
}

static struct str join(struct str a, struct str b)
{
    char *both = arena_alloc(&arena, a.len + b.len + 1);
    assert_non_null(both);
    if (a.len)
        memcpy(both, a.ptr, a.len);
    if (b.len)
        memcpy(both + a.len, b.ptr, b.len);
    return str_make(both, a.len + b.len);
}

static bool inflate_all(enum codec codec, struct str packed, size_t step, uint64_t max_bytes, struct str *out, struct error *err)
{
    *err = (struct error){ 0 };
    struct stream *s = stream_inflate(codec, trickle(packed, step), max_bytes, err);
    if (!s)
        return false;
    bool ok = stream_text(s, 128 << 20, &arena, out, err);
    if (!ok) {
        struct error again = { 0 };
        assert_false(stream_fill(s, &again));
        assert_string_equal(again.text, err->text);
        assert_int_not_equal(err->kind, ERROR_NONE);
    }
    stream_close(s);
    return ok;
}

static void assert_inflates(enum codec codec, struct str packed, size_t step, struct str want)
{
    struct error err;
    struct str got;
    struct arena_mark mark = arena_mark(&arena);
    if (!inflate_all(codec, packed, step, UINT64_MAX, &got, &err))
        fail_msg("%s, windows of %zu: %s", codec_name(codec), step, err.text);
    assert_true(str_eq(got, want));
    arena_reset(&arena, mark);
}

static void assert_refused(enum codec codec, struct str packed, size_t step, enum error_kind kind)
{
    struct error err;
    struct str got;
    if (inflate_all(codec, packed, step, UINT64_MAX, &got, &err))
        fail_msg("%s of %zu bytes was not refused", codec_name(codec), packed.len);
    assert_int_equal(err.kind, kind);
}

/* ---- tests ------------------------------------------------------------------------------------------------------------------------- */

static void every_format_is_read_and_told(void **state)
{
    (void)state;
    static const size_t lengths[] = { 0, 1, 100, 5000, 1000000 };
    static const size_t steps[] = { 0, 3, 4096, 100000 };
    for (size_t r = 0; r < ARRAY_LEN(rows); r++)
        for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
            struct arena_mark mark = arena_mark(&arena);
            struct str text = sample(lengths[i]), packed = rows[r].pack(text);
            assert_int_equal(codec_detect(packed), rows[r].codec);
            for (size_t k = 0; k < ARRAY_LEN(steps); k++)
                assert_inflates(rows[r].codec, packed, steps[k], text);
            arena_reset(&arena, mark);
        }
}

static void every_cut_gives_the_same(void **state)
{
    (void)state;
    struct str text = sample(5000);
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        struct str packed = join(rows[r].pack(text), rows[r].pack(STR("second")));
        struct str want = join(text, STR("second"));
        for (size_t step = 1; step < 40; step++)
            assert_inflates(rows[r].codec, packed, step, want);
        for (size_t step = 40; step <= packed.len; step += 1 + step / 20)
            assert_inflates(rows[r].codec, packed, step, want);
    }
}

static void every_truncation_is_refused(void **state)
{
    (void)state;
    struct str text = sample(3000);
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        struct str packed = rows[r].pack(text);
        for (size_t len = 0; len < packed.len; len++) {
            struct arena_mark mark = arena_mark(&arena);
            assert_refused(rows[r].codec, str_head(packed, len), len % 3, ERROR_INPUT);
            arena_reset(&arena, mark);
        }
    }
}

static void changed_bytes_never_give_other_text(void **state)
{
    (void)state;
    struct str text = sample(3000);
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        struct str packed = rows[r].pack(text);
        for (size_t at = 0; at < packed.len; at++) {
            struct arena_mark mark = arena_mark(&arena);
            struct str damaged = arena_str(&arena, packed), got;
            struct error err;
            ((char *)(uintptr_t)damaged.ptr)[at] ^= (char)(1 << at % 8);
            if (inflate_all(rows[r].codec, damaged, at % 2, 1 << 20, &got, &err))
                assert_true(str_eq(got, text));
            arena_reset(&arena, mark);
        }
    }
}

static void gzip_headers_may_have_every_field(void **state)
{
    (void)state;
    unsigned char extra[300] = { 1, 2, 3 }, name[] = "a name", comment[] = "a comment, longer";
    for (unsigned fields = 0; fields < 16; fields++) {
        gz_header header = { .time = 1, .os = 3, .hcrc = fields & 1 };
        header.extra = fields & 2 ? extra : NULL;
        header.extra_len = fields & 2 ? sizeof extra : 0;
        header.name = fields & 4 ? name : NULL;
        header.comment = fields & 8 ? comment : NULL;
        struct str packed = gzip_with(STR("contents"), 6, &header);
        struct str both = join(packed, packed);
        for (size_t step = 0; step < 30; step++)
            assert_inflates(CODEC_GZIP, both, step, STR("contentscontents"));
        for (size_t len = 0; len < packed.len; len++)
            assert_refused(CODEC_GZIP, str_head(packed, len), len % 3, ERROR_INPUT);
    }
}

static void gzip_levels_and_stored_blocks(void **state)
{
    (void)state;
    struct str text = sample(200000);
    for (int level = 0; level <= 9; level++)
        for (size_t step = 0; step < 4; step++)
            assert_inflates(CODEC_GZIP, gzip_with(text, level, NULL), step * 1000, text);
}

static void what_follows_a_gzip_member(void **state)
{
    (void)state;
    static const struct {
        const char *tail;
        size_t len;
        bool ok;
    } tails[] = {
        { "\0\0\0\0\0\0\0\0\0", 9, true },
        { "\0", 1, true },
        { "x", 1, false },
        { "\0\0x", 3, false },
        { "\x1f", 1, false },
        { "\x1f\x8b", 2, false },
        { "\x1fgarbage", 8, false },
    };
    struct str packed = pack_gzip(STR("text"));
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        for (size_t step = 0; step < 30; step++) {
            struct str whole = join(packed, str_make(tails[i].tail, tails[i].len));
            if (tails[i].ok)
                assert_inflates(CODEC_GZIP, whole, step, STR("text"));
            else
                assert_refused(CODEC_GZIP, whole, step, ERROR_INPUT);
        }
    struct str many = STR(""), want = STR("");
    for (int i = 0; i < 200; i++) {
        many = join(many, pack_gzip(STR("")));
        many = join(many, packed);
        want = join(want, STR("text"));
    }
    for (size_t step = 0; step < 60; step++)
        assert_inflates(CODEC_GZIP, many, step, want);
}

#ifdef HAVE_ZSTD
static void zstd_frames_skippable_frames_and_windows(void **state)
{
    (void)state;
    struct str frame = pack_zstd(STR("text"));
    struct str skippable = STR("\x5a\x2a\x4d\x18\x03\0\0\0abc");
    struct str whole = join(join(skippable, frame), join(skippable, join(frame, skippable)));
    assert_int_equal(codec_detect(whole), CODEC_ZSTD);
    for (size_t step = 0; step < 40; step++)
        assert_inflates(CODEC_ZSTD, whole, step, STR("texttext"));
    assert_refused(CODEC_ZSTD, join(frame, STR("garbage")), 0, ERROR_INPUT);

    /* A frame header with a window of 2^28: RFC 8878 3.1.1.1.2, exponent 18, mantissa 0. */
    assert_refused(CODEC_ZSTD, STR("\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00"), 0, ERROR_LIMIT);
    assert_inflates(CODEC_ZSTD, STR("\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00"), 0, STR("")); /* 2^27 */
}
#endif

static void assert_drains(enum codec codec, struct str packed, enum error_kind kind)
{
    struct error err = { 0 };
    struct stream *s = stream_inflate(codec, trickle(packed, 0), UINT64_MAX, &err);
    assert_true(stream_drain(s, &err) == (kind == ERROR_NONE));
    assert_int_equal(err.kind, kind);
    stream_close(s);
}

static void sizes_and_ratios_are_limited(void **state)
{
    (void)state;
    struct error err;
    struct str got, zeroes = str_make(arena_alloc(&arena, 60 << 20), 60 << 20);
    assert_non_null(zeroes.ptr);
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        struct str packed = rows[r].pack(STR("0123456789"));
        assert_true(inflate_all(rows[r].codec, packed, 0, 10, &got, &err));
        assert_false(inflate_all(rows[r].codec, packed, 0, 9, &got, &err));
        assert_int_equal(err.kind, ERROR_LIMIT);
        /* 2 GiB of zeroes are let pass, 5 GiB are not (in the format that is fast enough to try): packed more than 1024-fold. */
        struct arena_mark mark = arena_mark(&arena);
        packed = rows[r].pack(zeroes);
        assert_drains(rows[r].codec, packed, ERROR_NONE);
        if (rows[r].codec == CODEC_ZSTD) {
            struct str many = packed;
            for (int i = 0; i < 33; i++)
                many = join(many, packed);
            assert_drains(rows[r].codec, many, ERROR_NONE);
            for (int i = 0; i < 52; i++)
                many = join(many, packed);
            assert_drains(rows[r].codec, many, ERROR_LIMIT);
        }
        arena_reset(&arena, mark);
    }
}

static void formats_are_told_by_their_first_bytes(void **state)
{
    (void)state;
    struct error err = { 0 };
    enum codec found;
    for (size_t r = 0; r < ARRAY_LEN(rows); r++)
        for (size_t step = 0; step < 10; step++) {
            struct str got;
            struct stream *s = stream_inflate_auto(trickle(rows[r].pack(STR("contents")), step), 1000, &found, &err);
            assert_non_null(s);
            assert_int_equal(found, rows[r].codec);
            assert_true(stream_text(s, 1000, &arena, &got, &err));
            assert_str(got, "contents");
            stream_close(s);
        }
    static const char *const plain[] = { "",         "B",           "BZh",
                                         "BZh9xx",   "BZh1/bin/sh", "{}",
                                         "\x1f\x8b", "PK\3\4..",    "plain text of any kind" };
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        for (size_t step = 0; step < 10; step++) {
            struct str got;
            struct stream *s = stream_inflate_auto(trickle(str_from(plain[i]), step), 1000, &found, &err);
            assert_non_null(s);
            assert_int_equal(found, CODEC_PLAIN);
            assert_true(stream_text(s, 1000, &arena, &got, &err));
            assert_str(got, plain[i]);
            stream_close(s);
        }
}

static void codecs_left_out_are_named(void **state)
{
    (void)state;
    for (enum codec codec = CODEC_GZIP; codec <= CODEC_BZIP2; codec++) {
        bool built = false;
        for (size_t r = 0; r < ARRAY_LEN(rows); r++)
            built = built || rows[r].codec == codec;
        struct error err = { 0 };
        struct stream *s = stream_inflate(codec, trickle(STR(""), 0), 1000, &err);
        assert_true(built == (s != NULL));
        if (!s) {
            assert_int_equal(err.kind, ERROR_UNSUPPORTED);
            assert_non_null(strstr(err.text, codec_name(codec)));
        }
        stream_close(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_read_and_told),
        cmocka_unit_test(every_cut_gives_the_same),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(changed_bytes_never_give_other_text),
        cmocka_unit_test(gzip_headers_may_have_every_field),
        cmocka_unit_test(gzip_levels_and_stored_blocks),
        cmocka_unit_test(what_follows_a_gzip_member),
#ifdef HAVE_ZSTD
        cmocka_unit_test(zstd_frames_skippable_frames_and_windows),
#endif
        cmocka_unit_test(sizes_and_ratios_are_limited),
        cmocka_unit_test(formats_are_told_by_their_first_bytes),
        cmocka_unit_test(codecs_left_out_are_named),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
