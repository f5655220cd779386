/* The walk over a feed's files: a folder, an archive of each kind or a single file give the same texts in a fixed order. */
#include <zlib.h>

#include "tar_write.h"
#include "vulndb_feed.h"
#include "vulndb/feeds/feed.h"

static struct arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, "test", 64 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static bool is_json(struct str path)
{
    return str_ends(path, ".json");
}

/* "name=text;" of each file. */
static struct str walk(const char *path, bool (*wanted)(struct str), struct error *err)
{
    struct feed_walk *w = feed_walk_open(path, err);
    struct str name, text;
    struct buf out;
    buf_init(&out, 1 << 20);
    while (w && feed_walk_next(w, wanted, &name, &text, err))
        buf_printf(&out, "%.*s=%.*s;", STR_ARG(name), STR_ARG(text));
    feed_walk_close(w);
    struct str shown = arena_str(&arena, buf_view(&out));
    buf_free(&out);
    return shown;
}

static struct str walk_bytes(const char *name, struct str bytes, struct error *err)
{
    struct feed_folder folder;
    feed_folder_make(&folder);
    struct str shown = walk(feed_folder_put(&folder, name, bytes), is_json, err);
    feed_folder_free(&folder);
    return shown;
}

static void put_link(struct feed_folder *folder, const char *name, const char *target)
{
    char path[sizeof folder->files[0]];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    memcpy(folder->files[folder->count++], path, sizeof path);
    assert_int_equal(symlink(target, path), 0);
}

static void folders_are_walked_in_the_order_of_names(void **state)
{
    (void)state;
    struct feed_folder folder, inner;
    struct error err = { 0 };
    feed_folder_make(&folder);
    feed_folder_put(&folder, "c.json", STR("3"));
    feed_folder_put(&folder, "a.json", STR("1"));
    feed_folder_put(&folder, ".hidden.json", STR("0"));
    feed_folder_put(&folder, "b.txt", STR("2"));
    feed_folder_put(&folder, "d.json", STR(""));
    put_link(&folder, "link.json", "a.json");
    inner.count = 0;
    snprintf(inner.path, sizeof inner.path, "%.200s/aa", folder.path);
    assert_int_equal(mkdir(inner.path, 0700), 0);
    feed_folder_put(&inner, "z.json", STR("in"));
    assert_str(walk(folder.path, is_json, &err), "a.json=1;aa/z.json=in;c.json=3;d.json=;");
    assert_str(walk(folder.path, NULL, &err), "a.json=1;aa/z.json=in;b.txt=2;c.json=3;d.json=;");
    assert_int_equal(err.kind, ERROR_NONE);
    feed_folder_free(&inner);
    feed_folder_free(&folder);
}

static struct str gzip(struct str bytes)
{
    z_stream z = { 0 };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, bytes.len) + 32;
    unsigned char *out = arena_alloc(&arena, room);
    z.next_in = (unsigned char *)(uintptr_t)bytes.ptr;
    z.avail_in = (unsigned)bytes.len;
    z.next_out = out;
    z.avail_out = (unsigned)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return str_make(out, z.total_out);
}

static struct str make_tar(void)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    tar_write_entry(&out, "data/", TAR_WRITE_DIR, "", STR(""));
    tar_write_file(&out, "data/b.json", STR("two"));
    tar_write_file(&out, "data/x.txt", STR("no"));
    tar_write_entry(&out, "data/l.json", TAR_WRITE_SYMLINK, "b.json", STR(""));
    tar_write_file(&out, "data/a.json", STR("one"));
    for (int i = 0; i < 2 * TAR_BLOCK; i++)
        buf_chr(&out, '\0');
    struct str bytes = arena_str(&arena, buf_view(&out));
    buf_free(&out);
    return bytes;
}

static void tars_are_read_in_their_own_order(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct str tar = make_tar();
    assert_str(walk_bytes("feed.tar", tar, &err), "data/b.json=two;data/a.json=one;");
    assert_str(walk_bytes("feed.tar.gz", gzip(tar), &err), "data/b.json=two;data/a.json=one;");
    assert_int_equal(err.kind, ERROR_NONE);
}

static void put16(struct buf *out, unsigned value)
{
    buf_chr(out, (char)(value & 255));
    buf_chr(out, (char)(value >> 8));
}

/* One stored file (APPNOTE 4.3.7, 4.3.12, 4.3.16). */
static struct str make_zip(struct str name, struct str text)
{
    struct buf out;
    uint32_t crc = (uint32_t)crc32(0, (const unsigned char *)text.ptr, (unsigned)text.len);
    buf_init(&out, 1 << 20);
    for (int central = 0; central < 2; central++) {
        buf_u32(&out, central ? 0x02014b50 : 0x04034b50);
        put16(&out, 20);
        if (central)
            put16(&out, 20);
        for (int i = 0; i < 4; i++)
            put16(&out, 0); /* flags, method, time, date */
        buf_u32(&out, crc);
        buf_u32(&out, (uint32_t)text.len);
        buf_u32(&out, (uint32_t)text.len);
        put16(&out, (unsigned)name.len);
        for (int i = 0; i < (central ? 4 : 1); i++)
            put16(&out, 0); /* extra; comment, disk, internal attributes */
        if (central) {
            buf_u32(&out, 0);
            buf_u32(&out, 0);
        }
        buf_str(&out, name);
        if (!central)
            buf_str(&out, text);
    }
    uint32_t directory = (uint32_t)(30 + name.len + text.len), size = (uint32_t)(out.len - directory);
    buf_u32(&out, 0x06054b50);
    buf_u32(&out, 0);
    put16(&out, 1);
    put16(&out, 1);
    buf_u32(&out, size);
    buf_u32(&out, directory);
    put16(&out, 0);
    struct str bytes = arena_str(&arena, buf_view(&out));
    buf_free(&out);
    return bytes;
}

static void zips_and_single_files_are_read(void **state)
{
    (void)state;
    struct error err = { 0 };
    assert_str(walk_bytes("all.zip", make_zip(STR("x/a.json"), STR("{}")), &err), "x/a.json={};");
    assert_str(walk_bytes("list", STR("[x]"), &err), "list=[x];");
    assert_str(walk_bytes("a.json.gz", gzip(STR("{}")), &err), "a.json={};");
    assert_str(walk_bytes("empty.json", STR(""), &err), "empty.json=;");
    if (err.kind != ERROR_NONE)
        fail_msg("%s", err.text);
}

static void damaged_archives_are_errors(void **state)
{
    (void)state;
    struct str tar = make_tar(), zip = make_zip(STR("a.json"), STR("{}")), packed = gzip(tar);
    for (size_t i = 0; i < packed.len; i++) {
        struct error err = { 0 };
        walk_bytes("feed.tar.gz", str_head(packed, i), &err);
        if (i > 18)
            assert_int_equal(err.kind, ERROR_INPUT);
    }
    for (size_t i = 4; i < zip.len; i++) {
        struct error err = { 0 };
        walk_bytes("all.zip", str_head(zip, i), &err);
        assert_true(err.kind != ERROR_NONE);
    }
    struct error err = { 0 };
    assert_null(feed_walk_open("/nowhere/at/all", &err));
    assert_int_equal(err.kind, ERROR_SYSTEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folders_are_walked_in_the_order_of_names),
        cmocka_unit_test(tars_are_read_in_their_own_order),
        cmocka_unit_test(zips_and_single_files_are_read),
        cmocka_unit_test(damaged_archives_are_errors),
    };
    return cmocka_run_group_tests_name("vulndb_feed_walk", tests, set_up, tear_down);
}
