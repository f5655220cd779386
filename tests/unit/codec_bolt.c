/* The BoltDB reader: files that the tests write, damaged ones, and Trivy's database where it is at hand. */
#include "bolt_write.h"

#include "codec/codec.h"

#include <stdlib.h>

#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

/* ---- walking ---- */

struct tally {
    size_t buckets, values, bytes;
    unsigned deepest;
};

/* Walks a bucket and all below it; false with the error. Depth is limited, as damaged files may hold a bucket in itself. */
static bool walk(const struct bolt_bucket *bucket, unsigned depth, struct tally *tally, struct error *err)
{
    struct bolt_cursor cursor;
    struct str key, value;
    bool is_bucket;
    if (depth > 8)
        return error_set(err, ERROR_INPUT, "buckets are nested too deeply");
    if (tally->deepest < depth)
        tally->deepest = depth;
    bolt_cursor_begin(&cursor, bucket);
    while (bolt_next(&cursor, &key, &value, &is_bucket, err)) {
        for (size_t i = 0; i < key.len; i++) /* touch all bytes, for the sanitizers */
            tally->bytes += key.ptr[i] != '\0';
        for (size_t i = 0; i < value.len; i++)
            tally->bytes += value.ptr[i] != '\0';
        tally->buckets += is_bucket;
        tally->values += !is_bucket;
        struct bolt_bucket sub;
        if (is_bucket && (!bolt_sub(bucket->bolt, value, &sub, err) || !walk(&sub, depth + 1, tally, err)))
            return false;
    }
    return err->kind == ERROR_NONE;
}

static bool walk_file(struct str file, struct tally *tally, struct error *err)
{
    struct bolt bolt;
    struct bolt_bucket root;
    *err = (struct error){ 0 };
    *tally = (struct tally){ 0 };
    return bolt_open(&bolt, file, err) && bolt_root(&bolt, &root, err) && walk(&root, 0, tally, err);
}

/* Opens the bucket of that name in a bucket. */
static bool find_bucket(const struct bolt_bucket *parent, const char *name, struct bolt_bucket *out)
{
    struct bolt_cursor cursor;
    struct str key, value;
    bool is_bucket;
    struct error err = { 0 };
    bolt_cursor_begin(&cursor, parent);
    while (bolt_next(&cursor, &key, &value, &is_bucket, &err))
        if (is_bucket && str_is(key, name))
            return bolt_sub(parent->bolt, value, out, &err);
    return false;
}

static size_t count_keys(const struct bolt_bucket *bucket)
{
    struct bolt_cursor cursor;
    struct str key, value;
    bool is_bucket;
    struct error err = { 0 };
    size_t n = 0;
    bolt_cursor_begin(&cursor, bucket);
    while (bolt_next(&cursor, &key, &value, &is_bucket, &err))
        n++;
    assert_int_equal(err.kind, ERROR_NONE);
    return n;
}

/* ---- files that we write ---- */

static void small_buckets_are_inline(void **state)
{
    (void)state;
    struct bolt_write w;
    bolt_write_begin(&w, 4096);
    struct bolt_write_bucket *alpine = bolt_write_sub(&w, NULL, "alpine 3.20");
    bolt_write_put(&w, bolt_write_sub(&w, alpine, "zlib"), "CVE-2022-37434", "{\"FixedVersion\":\"1.2.12-r2\"}");
    bolt_write_put(&w, bolt_write_sub(&w, alpine, "zlib"), "CVE-2018-25032", "{}");
    bolt_write_sub(&w, alpine, "empty");
    struct str file = bolt_write_end(&w);
    struct bolt bolt;
    struct bolt_bucket root, release, package;
    struct error err = { 0 };
    assert_true(bolt_open(&bolt, file, &err));
    assert_int_equal(bolt.page_bytes, 4096);
    assert_true(bolt_root(&bolt, &root, &err));
    assert_true(find_bucket(&root, "alpine 3.20", &release));
    assert_true(find_bucket(&release, "zlib", &package));
    assert_true(package.page == 0);
    struct bolt_cursor cursor;
    struct str key, value;
    bool is_bucket = true;
    bolt_cursor_begin(&cursor, &package);
    assert_true(bolt_next(&cursor, &key, &value, &is_bucket, &err));
    assert_str(key, "CVE-2018-25032");
    assert_str(value, "{}");
    assert_false(is_bucket);
    assert_true(bolt_next(&cursor, &key, &value, &is_bucket, &err));
    assert_str(key, "CVE-2022-37434");
    assert_str(value, "{\"FixedVersion\":\"1.2.12-r2\"}");
    assert_false(bolt_next(&cursor, &key, &value, &is_bucket, &err));
    assert_false(bolt_next(&cursor, &key, &value, &is_bucket, &err)); /* and stays at the end */
    assert_int_equal(err.kind, ERROR_NONE);
    assert_true(find_bucket(&release, "empty", &package));
    assert_int_equal(count_keys(&package), 0);
    bolt_write_free(&w);
}

struct shape {
    uint32_t page_bytes;
    unsigned keys, value_bytes;
    bool never_inline;
};

/* Keys come back in order with their values, whatever pages the tree is made of. */
static void trees_of_every_shape_are_read_in_order(void **state)
{
    (void)state;
    static const struct shape shapes[] = {
        { 1024, 0, 0, true },       { 1024, 1, 10, true },      { 1024, 30, 10, false },
        { 1024, 5000, 10, false },  { 1024, 2000, 300, true },  { 1024, 40, 5000, true },
        { 4096, 20000, 40, false }, { 4096, 50, 20000, false }, { 65536, 20000, 20, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        struct bolt_write w;
        char key_text[32], *filler = malloc(shapes[i].value_bytes + 32);
        assert_non_null(filler);
        memset(filler, 'v', shapes[i].value_bytes + 32);
        bolt_write_begin(&w, shapes[i].page_bytes);
        w.never_inline = shapes[i].never_inline;
        struct bolt_write_bucket *bucket = bolt_write_sub(&w, bolt_write_sub(&w, NULL, "outer"), "inner");
        for (unsigned n = shapes[i].keys; n-- > 0;) {
            snprintf(key_text, sizeof key_text, "key %06u", n);
            bolt_write_put_view(&w, bucket, str_from(key_text), str_make(filler, shapes[i].value_bytes + n % 7));
        }
        struct str file = bolt_write_end(&w), key, value;
        struct bolt bolt;
        struct bolt_bucket root, outer, inner;
        struct bolt_cursor cursor;
        struct error err = { 0 };
        bool is_bucket;
        assert_true(bolt_open(&bolt, file, &err) && bolt_root(&bolt, &root, &err));
        assert_true(find_bucket(&root, "outer", &outer) && find_bucket(&outer, "inner", &inner));
        bolt_cursor_begin(&cursor, &inner);
        for (unsigned n = 0; n < shapes[i].keys; n++) {
            snprintf(key_text, sizeof key_text, "key %06u", n);
            if (!bolt_next(&cursor, &key, &value, &is_bucket, &err))
                fail_msg("shape %zu, key %u: %s", i, n, err.text);
            assert_str(key, key_text);
            assert_int_equal(value.len, shapes[i].value_bytes + n % 7);
            assert_memory_equal(value.ptr, filler, value.len);
        }
        assert_false(bolt_next(&cursor, &key, &value, &is_bucket, &err));
        assert_int_equal(err.kind, ERROR_NONE);
        bolt_write_free(&w);
        free(filler);
    }
}

/* A file with a branch page, an overflow page, inline and other buckets: what the damage tests work on. */
static struct str write_sample(struct bolt_write *w)
{
    static const char *const releases[] = { "debian 12", "alpine 3.20", "data-source" };
    char key[32], value[600];
    bolt_write_begin(w, 1024);
    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(releases); i++)
        for (unsigned n = 0; n < 20; n++) {
            snprintf(key, sizeof key, "package-%u", n);
            struct bolt_write_bucket *package = bolt_write_sub(w, bolt_write_sub(w, NULL, releases[i]), key);
            bolt_write_put(w, package, "CVE-2024-0001", n % 5 ? "{}" : value);
        }
    char *large = malloc(3001);
    assert_non_null(large);
    memset(large, 'y', 3000);
    bolt_write_put_view(w, bolt_write_sub(w, NULL, "vulnerability"), STR("CVE-2024-0001"), str_make(large, 3000));
    free(large);
    return bolt_write_end(w);
}

static void the_newer_valid_meta_page_counts(void **state)
{
    (void)state;
    struct bolt_write w;
    struct bolt bolt;
    struct error err = { 0 };
    write_sample(&w);
    uint64_t root = le64(w.file.ptr + 16 + 16);
    bolt_write_meta(&w, 0, 4, 10);
    bolt_write_meta(&w, 1, 5, 9);
    assert_true(bolt_open(&bolt, buf_view(&w.file), &err));
    assert_true(bolt.root_page == 4);
    bolt_write_meta(&w, 1, 5, 11);
    assert_true(bolt_open(&bolt, buf_view(&w.file), &err));
    assert_true(bolt.root_page == 5);
    w.file.ptr[1024 + 40] ^= 1; /* its checksum is wrong now: the older one counts */
    assert_true(bolt_open(&bolt, buf_view(&w.file), &err));
    assert_true(bolt.root_page == 4);
    bolt_write_meta(&w, 1, root, 8);
    w.file.ptr[20] ^= 1; /* the page size is found by the second meta page alone */
    assert_true(bolt_open(&bolt, buf_view(&w.file), &err));
    assert_true(bolt.root_page == root && bolt.page_bytes == 1024);
    w.file.ptr[1024 + 20] ^= 1;
    assert_false(bolt_open(&bolt, buf_view(&w.file), &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_false(bolt_open(&bolt, (struct str){ NULL, 0 }, &err));
    bolt_write_free(&w);
}

static struct str exact_copy(struct str bytes)
{
    char *copy = malloc(bytes.len ? bytes.len : 1);
    assert_non_null(copy);
    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    return str_make(copy, bytes.len);
}

static void cut_files_are_errors(void **state)
{
    (void)state;
    struct bolt_write w;
    struct tally tally;
    struct error err;
    struct str file = write_sample(&w);
    assert_true(walk_file(file, &tally, &err));
    assert_int_equal(tally.buckets, 4 + 60);
    assert_int_equal(tally.values, 61);
    for (size_t n = 0; n < file.len; n += n < 3000 ? 1 : 61) {
        struct str copy = exact_copy(str_head(file, n));
        assert_false(walk_file(copy, &tally, &err));
        assert_int_equal(err.kind, ERROR_INPUT);
        free((void *)(uintptr_t)copy.ptr);
    }
    bolt_write_free(&w);
}

/* Any byte of headers and elements may lie: the walk ends, reads inside of the file, and gives no more than the file has. */
static void changed_bytes_never_lead_astray(void **state)
{
    (void)state;
    static const unsigned char changes[] = { 0x00, 0x01, 0x02, 0x7F, 0xFF };
    struct bolt_write w;
    struct tally tally;
    struct error err;
    struct str copy = exact_copy(write_sample(&w));
    char *bytes = (char *)(uintptr_t)copy.ptr;
    for (size_t i = 0; i < copy.len; i++) {
        if (bytes[i] == 'x' || bytes[i] == 'y')
            continue;
        for (size_t c = 0; c < ARRAY_LEN(changes); c++) {
            char old = bytes[i];
            bytes[i] = (char)changes[c];
            bool ok = walk_file(copy, &tally, &err);
            assert_true(ok || err.kind == ERROR_INPUT || err.kind == ERROR_LIMIT);
            bytes[i] = old;
        }
    }
    free(bytes);
    bolt_write_free(&w);
}

static void put_le(char *at, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        at[i] = (char)(value >> (8 * i));
}

/* The root is a branch page; its elements are led astray. */
static void loops_of_pages_end(void **state)
{
    (void)state;
    struct bolt_write w;
    struct tally tally;
    struct error err;
    bolt_write_begin(&w, 1024);
    w.never_inline = true;
    for (unsigned i = 0; i < 200; i++) {
        char key[32];
        snprintf(key, sizeof key, "bucket %03u", i);
        bolt_write_put(&w, bolt_write_sub(&w, NULL, key), "k", "v");
    }
    struct str file = bolt_write_end(&w);
    assert_true(walk_file(file, &tally, &err));
    char *root = w.file.ptr + le64(w.file.ptr + 32) * 1024;
    assert_int_equal(le16(root + 8), 1);
    uint64_t self = le64(root), child = le64(root + 16 + 8);
    put_le(root + 16 + 8, self, 8); /* a branch in itself */
    assert_false(walk_file(file, &tally, &err));
    put_le(root + 16 + 8, child, 8);
    assert_true(walk_file(file, &tally, &err));
    put_le(root + 32 + 8, child, 8); /* a page twice: its keys are out of order then */
    assert_false(walk_file(file, &tally, &err));
    assert_non_null(strstr(err.text, "out of order"));
    put_le(root + 16 + 8, 0, 8); /* a meta page in the tree */
    assert_false(walk_file(file, &tally, &err));
    put_le(root + 16 + 8, UINT64_MAX, 8);
    assert_false(walk_file(file, &tally, &err));
    put_le(root + 16 + 8, UINT64_MAX / 1024 + 2, 8); /* times the page size: wraps around */
    assert_false(walk_file(file, &tally, &err));
    bolt_write_free(&w);
}

static void lying_sizes_are_errors(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        size_t at, bytes;
        uint64_t value;
    } lies[] = {
        { "page number", 0, 8, 1 },
        { "flag word", 8, 2, 3 },
        { "flag word of a free list", 8, 2, 16 },
        { "count", 10, 2, 0xFFFF },
        { "overflow", 12, 4, 1 },
        { "overflow of all", 12, 4, UINT32_MAX },
        { "position", 16 + 4, 4, UINT32_MAX },
        { "position in the header", 16 + 4, 4, 0 },
        { "key size", 16 + 8, 4, UINT32_MAX },
        { "value size", 16 + 12, 4, UINT32_MAX },
        { "value size past the page", 16 + 12, 4, 1024 },
    };
    struct bolt_write w;
    struct tally tally;
    struct error err;
    bolt_write_begin(&w, 1024);
    bolt_write_put(&w, bolt_write_sub(&w, NULL, "a"), "k", "v");
    bolt_write_put(&w, bolt_write_sub(&w, NULL, "b"), "k", "v");
    struct str file = bolt_write_end(&w);
    char *root = w.file.ptr + le64(w.file.ptr + 32) * 1024, saved[1024];
    memcpy(saved, root, sizeof saved);
    for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
        put_le(root + lies[i].at, lies[i].value, lies[i].bytes);
        if (walk_file(file, &tally, &err))
            fail_msg("a wrong %s was accepted", lies[i].what);
        memcpy(root, saved, sizeof saved);
    }
    struct bolt bolt;
    struct bolt_bucket sub;
    assert_true(bolt_open(&bolt, file, &err));
    assert_false(bolt_sub(&bolt, STR("short"), &sub, &err));
    assert_false(bolt_sub(&bolt, str_make((char[24]){ 0 }, 24), &sub, &err));
    assert_false(bolt_sub(&bolt, str_make((char[40]){ 0 }, 40), &sub, &err)); /* inline, but no leaf */
    bolt_write_free(&w);
}

/* ---- Trivy's database ---- */

#ifdef HAVE_ZSTD
static bool unpack(const char *path, struct arena *arena, struct str *out)
{
    struct error err = { 0 };
    struct str packed;
    if (!file_read(path, 1 << 28, arena, &packed, &err))
        return false;
    unsigned long long size = ZSTD_getFrameContentSize(packed.ptr, packed.len);
    size_t room = size < (1u << 30) ? (size_t)size : (size_t)256 << 20; /* the frame need not tell its size */
    char *bytes = arena_alloc(arena, room);
    assert_non_null(bytes);
    size_t got = ZSTD_decompress(bytes, room, packed.ptr, packed.len);
    assert_false(ZSTD_isError(got));
    *out = str_make(bytes, got);
    return true;
}
#endif

#ifdef HAVE_ZSTD
static void check_trivy_database(struct str file)
{
    static const struct {
        const char *bucket;
        size_t keys;
    } known[] = { { "vulnerability", 37485 }, { "data-source", 30 },  { "debian 12", 1677 },
                  { "alma 8", 3847 },         { "alpine 3.10", 239 }, { "pip::Python Packaging Advisory Database", 660 } };
    struct bolt bolt;
    struct bolt_bucket root, bucket;
    struct error err = { 0 };
    struct tally tally;
    assert_true(bolt_open(&bolt, file, &err) && bolt_root(&bolt, &root, &err));
    assert_int_equal(count_keys(&root), 32);
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        assert_true(find_bucket(&root, known[i].bucket, &bucket));
        assert_int_equal(count_keys(&bucket), known[i].keys);
    }
    if (!walk_file(file, &tally, &err))
        fail_msg("%s", err.text);
    print_message("%zu buckets, %zu values\n", tally.buckets, tally.values);
    assert_int_equal(tally.deepest, 2);
}
#endif

static void trivys_database_is_read_whole(void **state)
{
    (void)state;
    const char *shared = getenv("DRYDOCK_SHARED");
    char path[4096];
    bool found = false;
    struct arena arena;
    arena_init(&arena, "test", (size_t)1 << 30);
    snprintf(path, sizeof path, "%s/trivy-db/trivy.db.zst", shared ? shared : "../shared");
#ifdef HAVE_ZSTD
    struct str file;
    found = unpack(path, &arena, &file);
    if (found)
        check_trivy_database(file);
#endif
    arena_free(&arena);
    if (!found) {
        print_message("skipped: %s is not there, or zstd is off\n", path);
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_buckets_are_inline),         cmocka_unit_test(trees_of_every_shape_are_read_in_order),
        cmocka_unit_test(the_newer_valid_meta_page_counts), cmocka_unit_test(cut_files_are_errors),
        cmocka_unit_test(changed_bytes_never_lead_astray),  cmocka_unit_test(loops_of_pages_end),
        cmocka_unit_test(lying_sizes_are_errors),           cmocka_unit_test(trivys_database_is_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
