/* The tar reader, on archives built header by header: formats, extensions, sparse files, damage; and the safety of paths.
 * tests/unit/codec_tar_oracle.c compares it with other readers. */
#include "trickle.h"

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

struct header {
    const char *name, *link, *prefix, *size_field;
    char type, format; /* 'u' ustar, 'g' GNU, 'v' version 7, 's' star */
    uint64_t size;
    bool signed_sum;
    unsigned char extra[512]; /* laid over the block where not 0 */
};

static void set_field(unsigned char *block, size_t at, size_t len, const char *text)
{
    size_t n = strlen(text);
    memcpy(block + at, text, n < len ? n : len);
}

static void seal(unsigned char *block, bool signed_sum)
{
    char text[8];
    int sum = 0;
    memset(block + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += signed_sum ? (signed char)block[i] : block[i];
    snprintf(text, sizeof text, "%06o", (unsigned)sum & 0777777);
    memcpy(block + 148, text, 7);
}

static void add_header(struct buf *tar, const struct header *h)
{
    unsigned char block[512] = { 0 };
    char size[16];
    snprintf(size, sizeof size, "%011llo", (unsigned long long)h->size);
    set_field(block, 0, 100, h->name);
    set_field(block, 100, 8, "0000755");
    set_field(block, 108, 8, "0001750");
    set_field(block, 116, 8, "0000144");
    set_field(block, 124, 12, h->size_field ? h->size_field : size);
    set_field(block, 136, 12, "14000000000");
    block[156] = (unsigned char)h->type;
    set_field(block, 157, 100, h->link ? h->link : "");
    if (h->format == 'g')
        memcpy(block + 257, "ustar  ", 8);
    else if (h->format != 'v')
        memcpy(block + 257, "ustar\00000", 8);
    if (h->format == 's')
        memcpy(block + 508, "tar", 4);
    set_field(block, 345, 155, h->prefix ? h->prefix : "");
    for (size_t i = 0; i < 512; i++)
        if (h->extra[i])
            block[i] = h->extra[i];
    seal(block, h->signed_sum);
    buf_add(tar, block, sizeof block);
}

static void add_padded(struct buf *tar, struct str bytes)
{
    static const char zeroes[512];
    buf_str(tar, bytes);
    buf_add(tar, zeroes, -bytes.len % 512);
}

static void add_member(struct buf *tar, char format, char type, const char *name, struct str contents)
{
    add_header(tar, &(struct header){ .name = name, .type = type, .format = format, .size = contents.len });
    add_padded(tar, contents);
}

/* A record counts its own length, with the digits of that. */
static void add_record(struct buf *records, const char *key, const char *value)
{
    size_t len = strlen(key) + strlen(value) + 3;
    size_t digits = len + 1 < 10 ? 1 : len + 2 < 100 ? 2 : 3;
    buf_printf(records, "%d %s=%s\n", (int)(len + digits), key, value);
}

static void add_end(struct buf *tar)
{
    static const char zeroes[1024];
    buf_add(tar, zeroes, sizeof zeroes);
}

static struct buf new_tar(void)
{
    struct buf tar;
    buf_init(&tar, 16 << 20);
    return tar;
}

/* ---- reading them: one line a member ------------------------------------------------------------------------------------------------- */

static const char kinds[] = { [TAR_FILE] = 'f', [TAR_HARDLINK] = 'h', [TAR_SYMLINK] = 'l', [TAR_DIR] = 'd', [TAR_OTHER] = 'o' };

/* "f path size contents\n"; the link in place of the contents. Ends with "error KIND" after a failure. */
static struct str list(struct str bytes, size_t step, bool read_contents, struct error *err)
{
    struct buf out;
    buf_init(&out, 32 << 20);
    struct stream *in = trickle(bytes, step);
    struct tar *tar = tar_open(in, err);
    struct tar_entry entry;
    bool more;
    while ((more = tar_next(tar, &entry, err))) {
        buf_printf(&out, "%c %.*s %d ", kinds[entry.type], STR_ARG(entry.path), (int)entry.size_bytes);
        if (entry.link.len)
            buf_str(&out, entry.link);
        struct str text = STR("");
        if (read_contents && !stream_text(tar_content(tar), 1 << 20, &arena, &text, err))
            break;
        buf_str(&out, text);
        buf_chr(&out, '\n');
    }
    if (err->kind != ERROR_NONE) {
        struct error again = { 0 };
        buf_printf(&out, "error %d", err->kind);
        assert_false(!more && tar_next(tar, &entry, &again));
    }
    tar_close(tar);
    stream_close(in);
    struct str copy = arena_str(&arena, buf_view(&out));
    buf_free(&out);
    return copy;
}

/* The list must be `want`, at every width of the windows below. */
static void assert_lists(struct buf *tar, const char *want)
{
    static const size_t steps[] = { 0, 1, 2, 3, 511, 512, 513, 700, 1024, 10240 };
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct error err = { 0 };
        struct str got = list(buf_view(tar), steps[i], true, &err);
        if (!str_is(got, want))
            print_error("%s\n", err.text);
        assert_str(got, want);
    }
    buf_free(tar);
}

static void assert_fails(struct buf *tar, enum error_kind kind)
{
    struct error err = { 0 };
    list(buf_view(tar), 0, true, &err);
    assert_int_equal(err.kind, kind);
    assert_true(str_starts(str_from(err.text), "tar: "));
    buf_free(tar);
}

static void one_and_all_formats(void **state)
{
    (void)state;
    static const char formats[] = { 'u', 'g', 'v', 's' };
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct buf tar = new_tar();
        char f = formats[i];
        add_member(&tar, f, '5', "./etc/", STR(""));
        add_member(&tar, f, '0', "./etc/passwd", STR("root"));
        add_member(&tar, f, '0', "empty", STR(""));
        add_member(&tar, f, '7', "contiguous", STR("abc"));
        add_header(&tar, &(struct header){ .name = "hard", .link = "./etc/passwd", .type = '1', .format = f, .size = 4 });
        add_header(&tar, &(struct header){ .name = "soft", .link = "./a/../b", .type = '2', .format = f, .size = 8 });
        add_header(&tar, &(struct header){ .name = "dev/null", .type = '3', .format = f, .size = 77 });
        add_header(&tar, &(struct header){ .name = "pipe", .type = '6', .format = f });
        add_member(&tar, f, 'V', "label", STR("xyz"));
        add_end(&tar);
        buf_text(&tar, "garbage after the end");
        assert_lists(&tar, "d etc 0 \nf etc/passwd 4 root\nf empty 0 \nf contiguous 3 abc\nh hard 0 etc/passwd\n"
                           "l soft 0 ./a/../b\no dev/null 0 \no pipe 0 \no label 3 xyz\n");
    }
}

static void attributes_are_read(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct tar_entry entry;
    struct buf tar = new_tar(), pax = new_tar();
    add_member(&tar, 'u', '0', "a", STR("12345"));
    add_record(&pax, "uid", "123456");
    add_record(&pax, "gid", "654321");
    add_record(&pax, "mtime", "-12.5");
    add_record(&pax, "SCHILY.xattr.user.x", "ignored");
    add_member(&tar, 'u', 'x', "PaxHeaders/b", buf_view(&pax));
    add_member(&tar, 'u', '0', "b", STR(""));
    struct stream *in = stream_memory(buf_view(&tar), &err);
    struct tar *reader = tar_open(in, &err);
    assert_true(tar_next(reader, &entry, &err));
    assert_int_equal(entry.mode, 0755);
    assert_int_equal(entry.uid, 01750);
    assert_int_equal(entry.gid, 0144);
    assert_int_equal(entry.mtime_s, 014000000000);
    assert_int_equal(entry.offset, 512);
    assert_true(tar_next(reader, &entry, &err));
    assert_int_equal(entry.uid, 123456);
    assert_int_equal(entry.gid, 654321);
    assert_int_equal(entry.mtime_s, -12);
    assert_false(tar_next(reader, &entry, &err));
    assert_int_equal(err.kind, ERROR_NONE);
    tar_close(reader);
    stream_close(in);
    buf_free(&tar);
    buf_free(&pax);
}

static void types_of_version_7(void **state)
{
    (void)state;
    struct buf tar = new_tar();
    add_header(&tar, &(struct header){ .name = "dir/", .type = '\0', .format = 'v', .size = 512 }); /* no contents */
    add_member(&tar, 'v', '\0', "dir/file", STR("x"));
    add_member(&tar, 'u', '0', "file/", STR("y")); /* as container engines unpack it */
    add_end(&tar);
    assert_lists(&tar, "d dir 0 \nf dir/file 1 x\nf file 1 y\n");
}

static void prefixes_are_joined(void **state)
{
    (void)state;
    char name[101], prefix[156], want[400];
    memset(name, 'n', 100);
    memset(prefix, 'p', 155);
    name[100] = prefix[155] = '\0';
    struct buf tar = new_tar();
    add_header(&tar, &(struct header){ .name = name, .prefix = prefix, .type = '0', .format = 'u' });
    add_header(&tar, &(struct header){ .name = "n", .prefix = "pre/fix", .type = '0', .format = 's' });
    add_header(&tar, &(struct header){ .name = "n", .prefix = "not in gnu", .type = '0', .format = 'g' });
    snprintf(want, sizeof want, "f %s/%s 0 \nf pre/fix/n 0 \nf n 0 \n", prefix, name);
    assert_lists(&tar, want);
}

static void long_names_of_gnu(void **state)
{
    (void)state;
    char name[1001], want[3000];
    memset(name, 'n', 1000);
    name[1000] = name[300] = '\0';
    name[100] = '/';
    struct buf tar = new_tar();
    add_member(&tar, 'g', 'L', "././@LongLink", str_make(name, 301));
    add_member(&tar, 'g', 'K', "././@LongLink", STR("target\0"));
    add_header(&tar, &(struct header){ .name = "short", .link = "shorter", .type = '2', .format = 'g' });
    add_member(&tar, 'g', '0', "next", STR("not long"));
    snprintf(want, sizeof want, "l %s 0 target\nf next 8 not long\n", name);
    assert_lists(&tar, want);
}

static void pax_overrides_one_member(void **state)
{
    (void)state;
    struct buf tar = new_tar(), pax = new_tar(), global = new_tar();
    add_record(&global, "comment", "a commit");
    add_record(&global, "path", "everything");
    add_member(&tar, 'u', 'g', "pax_global_header", buf_view(&global));
    add_record(&pax, "path", "/../long/./path");
    add_record(&pax, "size", "5");
    add_record(&pax, "linkpath", "unused");
    add_member(&tar, 'u', 'x', "x", buf_view(&pax));
    add_header(&tar, &(struct header){ .name = "short", .type = '0', .format = 'u', .size = 0 });
    add_padded(&tar, STR("12345"));
    buf_clear(&pax);
    add_record(&pax, "linkpath", "../some/where");
    add_member(&tar, 'u', 'x', "x", buf_view(&pax));
    add_header(&tar, &(struct header){ .name = "hard", .type = '1', .link = "l", .format = 'u' });
    buf_clear(&pax);
    add_record(&pax, "path", "first");
    add_member(&tar, 'u', 'x', "x", buf_view(&pax));
    buf_clear(&pax);
    add_record(&pax, "path", "");
    add_member(&tar, 'u', 'x', "x", buf_view(&pax));
    add_member(&tar, 'u', '0', "plain", STR("p"));
    assert_lists(&tar, "f long/path 5 unused12345\nh hard 0 some/where\nf plain 1 p\n");
    buf_free(&pax);
    buf_free(&global);
}

static void damaged_pax_records_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "x path=a\n",
        "9 path=a",
        "9 path=a\n9",
        "99 path=a\n",
        "0 path=a\n",
        "3 \n",
        "2 a",
        "-9 path=a\n",
        "9path=a\n",
        "8 path=a\n",
        "99999999999999999999 path=a\n",
        "10 size=-1\n",
        "10 size=1x\n",
        "27 size=9223372036854775808\n",
        "4 =\n",
        "5 ab\n",
        "22 GNU.sparse.offset=1\n22 GNU.sparse.offset=1\n",
        "24 GNU.sparse.numbytes=1\n",
        "30 size=00000000000000000000000\n9",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf tar = new_tar();
        add_member(&tar, 'u', 'x', "x", str_from(bad[i]));
        add_member(&tar, 'u', '0', "a", STR(""));
        struct error err = { 0 };
        list(buf_view(&tar), 0, true, &err);
        if (err.kind != ERROR_INPUT)
            print_error("accepted: %s\n", bad[i]);
        assert_fails(&tar, ERROR_INPUT);
    }
    struct buf tar = new_tar();
    add_member(&tar, 'u', 'x', "x", STR("11 path=a\0b\n"));
    add_member(&tar, 'u', '0', "a", STR(""));
    assert_fails(&tar, ERROR_INPUT);
}

static void sizes_in_base_256(void **state)
{
    (void)state;
    struct header h = { .name = "a", .type = '0', .format = 'g', .size_field = "" };
    h.extra[124] = 0x80;
    h.extra[135] = 5;
    struct buf tar = new_tar();
    add_header(&tar, &h);
    add_padded(&tar, STR("12345"));
    assert_lists(&tar, "f a 5 12345\n");

    memset(h.extra + 124, 0xff, 12); /* -1 */
    tar = new_tar();
    add_header(&tar, &h);
    assert_fails(&tar, ERROR_INPUT);

    memset(h.extra + 124, 0x7f, 12); /* 2^87 */
    h.extra[124] = 0x80;
    tar = new_tar();
    add_header(&tar, &h);
    assert_fails(&tar, ERROR_INPUT);

    memset(h.extra + 124, 0, 12);
    h.extra[124] = 0x80;
    memset(h.extra + 128, 0x7f, 8); /* some 2^63: fits, but is not there */
    tar = new_tar();
    add_header(&tar, &h);
    assert_fails(&tar, ERROR_INPUT);

    static const char *const bad[] = { "-1", "12x", "8", "0x10", "a" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        tar = new_tar();
        add_header(&tar, &(struct header){ .name = "a", .type = '0', .format = 'u', .size_field = bad[i] });
        assert_fails(&tar, ERROR_INPUT);
    }
    tar = new_tar();
    add_header(&tar, &(struct header){ .name = "a", .type = '0', .format = 'u', .size_field = "   5 " });
    add_padded(&tar, STR("12345"));
    assert_lists(&tar, "f a 5 12345\n");
}

static void checksums_signed_or_not(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct buf tar = new_tar();
        add_header(&tar, &(struct header){ .name = "caf\xc3\xa9", .type = '0', .format = 'u', .signed_sum = i });
        assert_lists(&tar, "f caf\xc3\xa9 0 \n");
    }
    for (size_t at = 0; at < 512; at++) {
        struct buf tar = new_tar();
        add_member(&tar, 'u', '0', "file", STR(""));
        tar.ptr[at] ^= 0x11;
        struct error err = { 0 };
        list(buf_view(&tar), 0, true, &err);
        /* The checksum field itself may be written in more than one way, the rest may not change. */
        if (at < 148 || at >= 156)
            assert_int_equal(err.kind, ERROR_INPUT);
        buf_free(&tar);
    }
}

static void ends_of_archives(void **state)
{
    (void)state;
    struct buf tar = new_tar();
    assert_lists(&tar, ""); /* nothing at all */
    tar = new_tar();
    add_end(&tar);
    assert_lists(&tar, "");
    tar = new_tar();
    add_member(&tar, 'u', '0', "a", STR("1"));
    tar.len -= 511; /* no padding, no end */
    assert_lists(&tar, "f a 1 1\n");
    tar = new_tar();
    add_member(&tar, 'u', '0', "a", STR("1"));
    add_end(&tar);
    tar.len -= 512; /* one zero block only */
    assert_lists(&tar, "f a 1 1\n");
    tar = new_tar();
    add_end(&tar);
    tar.len -= 512;
    add_member(&tar, 'u', '0', "a", STR("1")); /* a lone zero block before it */
    assert_fails(&tar, ERROR_INPUT);
    tar = new_tar();
    buf_text(&tar, "not a tar archive");
    assert_fails(&tar, ERROR_INPUT);
}

static void contents_may_be_left_unread(void **state)
{
    (void)state;
    struct buf tar = new_tar();
    struct error err = { 0 };
    struct tar_entry entry;
    char bytes[700];
    memset(bytes, 'b', sizeof bytes);
    for (int i = 0; i < 3; i++)
        add_member(&tar, 'u', '0', "file", str_make(bytes, sizeof bytes));
    for (size_t step = 0; step < 1100; step += 13)
        for (size_t take = 0; take <= sizeof bytes; take += 69) {
            struct stream *in = trickle(buf_view(&tar), step);
            struct tar *reader = tar_open(in, &err);
            for (int i = 0; i < 3; i++) {
                char got[sizeof bytes];
                assert_true(tar_next(reader, &entry, &err));
                assert_true(stream_skip(tar_content(reader), take / 3, &err));
                assert_true(stream_take(tar_content(reader), got, take - take / 3, &err));
            }
            assert_false(tar_next(reader, &entry, &err));
            assert_int_equal(err.kind, ERROR_NONE);
            tar_close(reader);
            stream_close(in);
        }
    buf_free(&tar);
}

/* ---- sparse files --------------------------------------------------------------------------------------------------------------------- */

static void set_range(unsigned char *at, unsigned offset, unsigned size)
{
    char text[32];
    snprintf(text, sizeof text, "%011o", offset);
    memcpy(at, text, 12);
    snprintf(text, sizeof text, "%011o", size);
    memcpy(at + 12, text, 12);
}

/* "AB" at 3, "C" at 8, "D" at 11 of 13 bytes. */
static void assert_sparse(struct buf *tar)
{
    static const char contents[13] = { 0, 0, 0, 'A', 'B', 0, 0, 0, 'C', 0, 0, 'D', 0 };
    static const size_t steps[] = { 0, 1, 2, 3, 512, 513, 10240 };
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        for (size_t skip = 0; skip <= sizeof contents; skip++) {
            struct error err = { 0 };
            struct tar_entry entry;
            struct str got;
            struct stream *in = trickle(buf_view(tar), steps[i]);
            struct tar *reader = tar_open(in, &err);
            if (!tar_next(reader, &entry, &err))
                fail_msg("%s", err.text);
            assert_str(entry.path, "sparse");
            assert_true(entry.sparse);
            assert_int_equal(entry.size_bytes, 13);
            assert_true(stream_skip(tar_content(reader), skip, &err));
            assert_true(stream_text(tar_content(reader), 100, &arena, &got, &err));
            assert_int_equal(got.len, sizeof contents - skip);
            assert_memory_equal(got.ptr, contents + skip, got.len);
            assert_true(tar_next(reader, &entry, &err));
            assert_str(entry.path, "next");
            assert_false(entry.sparse);
            assert_true(stream_text(tar_content(reader), 100, &arena, &got, &err));
            assert_str(got, "n");
            assert_false(tar_next(reader, &entry, &err));
            assert_int_equal(err.kind, ERROR_NONE);
            tar_close(reader);
            stream_close(in);
        }
    buf_free(tar);
}

static void sparse_files_of_old_gnu(void **state)
{
    (void)state;
    for (int extended = 0; extended < 2; extended++) {
        struct buf tar = new_tar();
        struct header h = { .name = "sparse", .type = 'S', .format = 'g', .size = 4 };
        unsigned char more[512] = { 0 };
        set_range(h.extra + 386, 3, 2);
        set_range(extended ? more : h.extra + 410, 8, 1);
        set_range(extended ? more + 24 : h.extra + 434, 11, 1);
        set_range(extended ? more + 48 : h.extra + 458, 13, 0);
        h.extra[482] = (unsigned char)extended;
        memcpy(h.extra + 483, "00000000015", 11);
        add_header(&tar, &h);
        if (extended)
            buf_add(&tar, more, sizeof more);
        add_padded(&tar, STR("ABCD"));
        add_member(&tar, 'g', '0', "next", STR("n"));
        assert_sparse(&tar);
    }
}

static void add_sparse_pax(struct buf *tar, struct buf *pax, const char *name, struct str stored)
{
    add_member(tar, 'u', 'x', "x", buf_view(pax));
    add_member(tar, 'u', '0', name, stored);
    add_member(tar, 'u', '0', "next", STR("n"));
    buf_free(pax);
}

static void sparse_files_of_pax(void **state)
{
    (void)state;
    static const char *const ranges[][2] = { { "3", "2" }, { "8", "1" }, { "11", "1" }, { "13", "0" } };
    struct buf tar = new_tar(), pax = new_tar();
    add_record(&pax, "GNU.sparse.size", "13");
    add_record(&pax, "GNU.sparse.numblocks", "4");
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
        add_record(&pax, "GNU.sparse.offset", ranges[i][0]);
        add_record(&pax, "GNU.sparse.numbytes", ranges[i][1]);
    }
    add_sparse_pax(&tar, &pax, "sparse", STR("ABCD"));
    assert_sparse(&tar); /* 0.0 */

    tar = new_tar();
    pax = new_tar();
    add_record(&pax, "GNU.sparse.size", "13");
    add_record(&pax, "GNU.sparse.name", "sparse");
    add_record(&pax, "GNU.sparse.map", "3,2,8,1,11,1,13,0");
    add_sparse_pax(&tar, &pax, "GNUSparseFile.1/sparse", STR("ABCD"));
    assert_sparse(&tar); /* 0.1 */

    tar = new_tar();
    pax = new_tar();
    add_record(&pax, "GNU.sparse.major", "1");
    add_record(&pax, "GNU.sparse.minor", "0");
    add_record(&pax, "GNU.sparse.name", "sparse");
    add_record(&pax, "GNU.sparse.realsize", "13");
    struct buf stored = new_tar();
    add_padded(&stored, STR("4\n3\n2\n8\n1\n11\n1\n13\n0\n"));
    buf_text(&stored, "ABCD");
    add_sparse_pax(&tar, &pax, "GNUSparseFile.1/sparse", buf_view(&stored));
    assert_sparse(&tar); /* 1.0 */
    buf_free(&stored);
}

static void lying_sparse_maps_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *map, *size;
    } bad[] = {
        { "0,5", "5" },                    /* more than is stored */
        { "3,2,8", "13" },                 /* odd */
        { "8,1,3,1", "13" },               /* out of order */
        { "3,2,4,1", "13" },               /* overlapping */
        { "3,1", "2" },                    /* behind the end */
        { "9223372036854775807,1", "13" }, /* overflow */
        { "18446744073709551615,2", "13" },
        { "x,1", "13" },
        { ",", "13" },
        { "1,-1", "13" },
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct buf tar = new_tar(), pax = new_tar();
        add_record(&pax, "GNU.sparse.realsize", bad[i].size);
        add_record(&pax, "GNU.sparse.map", bad[i].map);
        add_sparse_pax(&tar, &pax, "sparse", STR("ABCD"));
        assert_fails(&tar, ERROR_INPUT);
    }
    static const char *const maps[] = { "", "9\n", "1\n0\n", "1\n0\nx\n", "99999999999999999999\n", "2\n0\n1\n0\n1\n" };
    for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
        struct buf tar = new_tar(), pax = new_tar();
        add_record(&pax, "GNU.sparse.major", "1");
        add_record(&pax, "GNU.sparse.minor", "0");
        struct buf stored = new_tar();
        add_padded(&stored, str_from(maps[i]));
        add_sparse_pax(&tar, &pax, "sparse", buf_view(&stored));
        assert_fails(&tar, ERROR_INPUT);
        buf_free(&stored);
    }
}

/* ---- damage and limits ------------------------------------------------------------------------------------------------------------------ */

static struct buf everything(void)
{
    struct buf tar = new_tar(), pax = new_tar();
    add_member(&tar, 'g', 'L', "././@LongLink", STR("a/long/name\0"));
    add_member(&tar, 'g', '0', "a", STR("contents"));
    add_record(&pax, "GNU.sparse.major", "1");
    add_record(&pax, "GNU.sparse.minor", "0");
    add_record(&pax, "GNU.sparse.name", "sparse");
    add_record(&pax, "GNU.sparse.realsize", "2000");
    add_member(&tar, 'u', 'x', "x", buf_view(&pax));
    add_header(&tar, &(struct header){ .name = "s", .type = '0', .format = 'u', .size = 516 });
    add_padded(&tar, STR("1\n3\n4\n"));
    add_padded(&tar, STR("ABCD"));
    struct header old = { .name = "old", .type = 'S', .format = 'g', .size = 2 };
    set_range(old.extra + 386, 3, 2);
    old.extra[482] = 1;
    memcpy(old.extra + 483, "00000000015", 11);
    add_header(&tar, &old);
    add_padded(&tar, STR("\0")); /* an extension block without ranges */
    add_padded(&tar, STR("XY"));
    add_member(&tar, 'u', '0', "last", STR("12"));
    tar.len -= 510;
    buf_free(&pax);
    return tar;
}

static void every_truncation_is_refused_or_an_end(void **state)
{
    (void)state;
    struct buf tar = everything();
    struct error err = { 0 };
    struct str whole = list(buf_view(&tar), 0, true, &err);
    if (err.kind != ERROR_NONE)
        fail_msg("%s", err.text);
    for (size_t len = 0; len < tar.len; len++)
        for (int contents = 0; contents < 2; contents++) {
            struct arena_mark mark = arena_mark(&arena);
            err = (struct error){ 0 };
            struct str got = list(str_make(tar.ptr, len), len % 5 * 100, contents, &err);
            /* What was listed is a part of the whole; no error only where a header could start. */
            if (err.kind == ERROR_NONE && contents)
                assert_true(got.len < whole.len && memcmp(got.ptr, whole.ptr, got.len) == 0);
            else if (err.kind != ERROR_NONE)
                assert_int_equal(err.kind, ERROR_INPUT);
            arena_reset(&arena, mark);
        }
    buf_free(&tar);
}

static void changed_bytes_do_no_harm(void **state)
{
    (void)state;
    struct buf tar = everything();
    for (size_t at = 0; at < tar.len; at++)
        for (unsigned bit = 0; bit < 8; bit += 3) {
            struct arena_mark mark = arena_mark(&arena);
            struct buf damaged = new_tar();
            struct error err = { 0 };
            buf_str(&damaged, buf_view(&tar));
            damaged.ptr[at] ^= (char)(1 << bit);
            for (size_t block = 0; block + 512 <= damaged.len; block += 512)
                if (memcmp(damaged.ptr + block + 257, "ustar", 5) == 0)
                    seal((unsigned char *)damaged.ptr + block, false); /* so that the change gets past the checksum */
            list(buf_view(&damaged), 0, true, &err);
            list(buf_view(&damaged), 100, false, &err);
            buf_free(&damaged);
            arena_reset(&arena, mark);
        }
    buf_free(&tar);
}

static void extensions_are_limited(void **state)
{
    (void)state;
    struct buf tar = new_tar();
    for (int i = 0; i < 100; i++)
        add_member(&tar, 'g', 'L', "././@LongLink", STR("name\0"));
    add_member(&tar, 'g', '0', "a", STR(""));
    assert_fails(&tar, ERROR_LIMIT);
    tar = new_tar();
    add_header(&tar, &(struct header){ .name = "x", .type = 'x', .format = 'u', .size = (1 << 20) + 1 });
    assert_fails(&tar, ERROR_LIMIT);
    tar = new_tar();
    struct buf name = new_tar();
    while (name.len < 5000)
        buf_text(&name, "dir/");
    buf_chr(&name, '\0');
    add_member(&tar, 'g', 'L', "././@LongLink", buf_view(&name));
    add_member(&tar, 'g', '0', "a", STR(""));
    assert_fails(&tar, ERROR_LIMIT);
    buf_free(&name);
    tar = new_tar();
    add_member(&tar, 'g', 'L', "././@LongLink", STR("name\0")); /* and nothing after it */
    struct error err = { 0 };
    assert_str(list(buf_view(&tar), 0, true, &err), "");
    buf_free(&tar);
}

static void paths_stay_inside_the_root(void **state)
{
    (void)state;
    static const struct {
        const char *path, *want;
    } rows[] = {
        { "", "" },
        { "/", "" },
        { ".", "" },
        { "..", "" },
        { "./", "" },
        { "../../..", "" },
        { "a", "a" },
        { "/a/", "a" },
        { "./a//b/./c", "a/b/c" },
        { "a/../b", "b" },
        { "a/b/../../c", "c" },
        { "a/b/../..", "" },
        { "../../etc/passwd", "etc/passwd" },
        { "a/../../b", "b" },
        { "...", "..." },
        { "a/.../b", "a/.../b" },
        { ".a/..b/c..", ".a/..b/c.." },
        { "a/b/..", "a" },
        { "//", "" },
        { "a/..//../b/", "b" },
        { " ", " " },
    };
    char out[4096];
    size_t len;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_true(path_normalize(str_from(rows[i].path), out, &len));
        assert_str(str_make(out, len), rows[i].want);
    }
    char name[10000];
    memset(name, 'x', sizeof name);
    assert_true(path_normalize(str_make(name, 4096), out, &len));
    assert_int_equal(len, 4096);
    assert_false(path_normalize(str_make(name, 4097), out, &len));
    name[4094] = '/';
    assert_true(path_normalize(str_make(name, 4096), out, &len));
    assert_false(path_normalize(str_make(name, 4097), out, &len));
    for (size_t i = 0; i + 1 < sizeof name; i += 2)
        memcpy(name + i, i / 2 % 2 ? "/." : "//", 2);
    assert_true(path_normalize(str_make(name, sizeof name), out, &len));
    assert_int_equal(len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_and_all_formats),
        cmocka_unit_test(attributes_are_read),
        cmocka_unit_test(types_of_version_7),
        cmocka_unit_test(prefixes_are_joined),
        cmocka_unit_test(long_names_of_gnu),
        cmocka_unit_test(pax_overrides_one_member),
        cmocka_unit_test(damaged_pax_records_are_refused),
        cmocka_unit_test(sizes_in_base_256),
        cmocka_unit_test(checksums_signed_or_not),
        cmocka_unit_test(ends_of_archives),
        cmocka_unit_test(contents_may_be_left_unread),
        cmocka_unit_test(sparse_files_of_old_gnu),
        cmocka_unit_test(sparse_files_of_pax),
        cmocka_unit_test(lying_sparse_maps_are_refused),
        cmocka_unit_test(every_truncation_is_refused_or_an_end),
        cmocka_unit_test(changed_bytes_do_no_harm),
        cmocka_unit_test(extensions_are_limited),
        cmocka_unit_test(paths_stay_inside_the_root),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
