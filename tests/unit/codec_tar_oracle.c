/* The tar reader against libarchive, on archives that GNU tar writes in each of its formats, and on image archives where
 * there are any. Skipped where tar or libarchive is missing. */
#include "codec/codec.h"
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#ifdef HAVE_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>
#include <glob.h>

static struct arena arena;

/* "type path size link digest", one line a member. */
static void add_line(struct buf *out, char type, struct str path, uint64_t size, struct str link, const char *digest)
{
    buf_chr(out, type);
    buf_chr(out, ' ');
    buf_str(out, path);
    buf_printf(out, " %llu ", (unsigned long long)size);
    buf_str(out, link);
    buf_printf(out, " %s\n", digest);
}

static void list_ours(const char *path, struct buf *out)
{
    static const char types[] = {
        [TAR_FILE] = 'f', [TAR_HARDLINK] = 'h', [TAR_SYMLINK] = 'l', [TAR_DIR] = 'd', [TAR_OTHER] = 'o'
    };
    struct error err = { 0 };
    struct tar_entry entry;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct stream *in = stream_inflate_auto(stream_file(fd, 0, UINT64_MAX, &err), UINT64_MAX, NULL, &err);
    struct tar *tar = tar_open(in, &err);
    while (tar_next(tar, &entry, &err)) {
        char digest[160];
        struct stream *contents = stream_limit(tar_content(tar), entry.size_bytes, &err);
        struct stream *hashed = stream_digest(DIGEST_SHA256, contents, &err);
        if (!stream_drain(hashed, &err) || !stream_digest_text(hashed, digest, &err))
            fail_msg("%s: %s", path, err.text);
        stream_close(hashed);
        add_line(out, types[entry.type], entry.path, entry.size_bytes, entry.link, digest);
    }
    if (err.kind != ERROR_NONE)
        fail_msg("%s: %s", path, err.text);
    tar_close(tar);
    stream_close(in);
    close(fd);
}

static struct str normal(const char *path, char out[static 4096])
{
    size_t len;
    assert_true(path_normalize(str_from(path), out, &len));
    return str_make(out, len);
}

/* libarchive gives sparse files as blocks with offsets: the holes are hashed as zeroes here. */
static void digest_of_theirs(struct archive *archive, uint64_t size, char digest[static 160])
{
    struct buf text;
    const void *block;
    size_t len;
    int64_t offset;
    struct error err = { 0 };
    buf_init(&text, 256 << 20);
    while (archive_read_data_block(archive, &block, &len, &offset) == ARCHIVE_OK) {
        assert_true(buf_reserve(&text, (size_t)offset - text.len + len));
        memset(text.ptr + text.len, 0, (size_t)offset - text.len);
        text.len = (size_t)offset;
        buf_add(&text, block, len);
    }
    assert_true(buf_reserve(&text, (size_t)size - text.len));
    if (size > text.len)
        memset(text.ptr + text.len, 0, (size_t)size - text.len);
    text.len = (size_t)size;
    assert_true(digest_of(DIGEST_SHA256, buf_view(&text), digest, &err));
    buf_free(&text);
}

static void list_theirs(const char *path, struct buf *out)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    archive_read_support_filter_all(archive);
    archive_read_support_format_tar(archive);
    assert_int_equal(archive_read_open_filename(archive, path, 1 << 16), ARCHIVE_OK);
    int code;
    while ((code = archive_read_next_header(archive, &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN) {
        char name[4096], link[4096], digest[160];
        const char *hard = archive_entry_hardlink(entry), *soft = archive_entry_symlink(entry);
        unsigned kind = archive_entry_filetype(entry);
        char type = hard ? 'h' : kind == AE_IFREG ? 'f' : kind == AE_IFLNK ? 'l' : kind == AE_IFDIR ? 'd' : 'o';
        uint64_t size = type == 'f' ? (uint64_t)archive_entry_size(entry) : 0;
        digest_of_theirs(archive, size, digest);
        struct str target = hard ? normal(hard, link) : type == 'l' ? str_from(soft) : STR("");
        add_line(out, type, normal(archive_entry_pathname(entry), name), size, target, digest);
    }
    assert_int_equal(code, ARCHIVE_EOF);
    archive_read_free(archive);
}

static void assert_same(const char *path)
{
    struct buf ours, theirs;
    buf_init(&ours, 256 << 20);
    buf_init(&theirs, 256 << 20);
    list_ours(path, &ours);
    list_theirs(path, &theirs);
    struct str a = buf_view(&ours), b = buf_view(&theirs), line_a, line_b;
    while (a.len && b.len && str_line(&a, &line_a) && str_line(&b, &line_b))
        if (!str_eq(line_a, line_b))
            fail_msg("%s:\nours:   %.*s\ntheirs: %.*s", path, STR_ARG(line_a), STR_ARG(line_b));
    assert_true(a.len == b.len);
    buf_free(&ours);
    buf_free(&theirs);
}

/* A tree with what formats differ in: long names and links, hard links, holes, odd sizes, odd characters. */
static const char make_tree[] =
    "set -e; cd \"$0\"; mkdir -p tree/dir/empty; cd tree\n"
    "printf '' > nothing; printf x > one; head -c 511 /dev/zero > a511; head -c 512 /dev/zero > a512; head -c 513 /dev/zero > a513\n"
    "printf contents > dir/file; ln dir/file hard; ln -s dir/file soft; ln -s ../../../../etc/passwd out; mkfifo pipe\n"
    "long=$(printf '%0120d' 7); mkdir -p $long/$long; printf long > $long/$long/$long; ln -s $long/$long/$long longlink\n"
    "ln $long/$long/$long hardlong; printf u > 'caf\303\251'; printf n > 'with space'\n"
    "mid=$(printf '%090d' 5); mkdir -p mid/$mid; printf mid > mid/$mid/file; ln -s $(printf '%0100d' 1) exactly100\n"
    "truncate -s 3000000 holes; for at in 0 5 90 300 700; do printf data$at | dd of=holes bs=4096 seek=$at conv=notrunc status=none; done\n"
    "truncate -s 2000000 allhole\n"
    "truncate -s 40000000 many; i=0; while [ $i -lt 60 ]; do printf $i | dd of=many bs=4096 seek=$((i * 30)) conv=notrunc status=none; i=$((i + 1)); done\n";

static const char *const tar_options[] = {
    "--format=v7 --exclude=*0007* --exclude=hardlong --exclude=longlink --exclude=exactly100 --exclude=mid --exclude=pipe",
    "--format=oldgnu",
    "--format=gnu",
    "--format=ustar --exclude=*00000007* --exclude=hardlong --exclude=longlink",
    "--format=pax",
    "--format=gnu --sparse",
    "--format=oldgnu --sparse",
    "--format=pax --sparse --sparse-version=0.0",
    "--format=pax --sparse --sparse-version=0.1",
    "--format=pax --sparse --sparse-version=1.0",
    "--format=pax --pax-option=globexthdr.name=g,comment=hello",
    "--format=gnu -z",
    "--format=gnu --owner=whoever:3000000 --mtime=@-100000",
    "--format=pax --absolute-names --transform=s,^,/../x/,",
};

static void formats_of_gnu_tar(void **state)
{
    (void)state;
    char dir[] = "/tmp/drydock-tar-XXXXXX", command[4096];
    if (system("tar --version >/dev/null 2>&1") != 0) {
        print_message("skipped: no tar here\n");
        skip();
    }
    assert_non_null(mkdtemp(dir));
    setenv("DRYDOCK_TREE", make_tree, 1);
    snprintf(command, sizeof command, "sh -c \"$DRYDOCK_TREE\" %s", dir);
    assert_int_equal(system(command), 0);
    for (size_t i = 0; i < ARRAY_LEN(tar_options); i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/%zu.tar", dir, i);
        snprintf(command, sizeof command, "cd %s && tar -c -f %s -C tree %s . 2>/dev/null", dir, path, tar_options[i]);
        if (system(command) != 0)
            fail_msg("%s", command);
        assert_same(path);
    }
    snprintf(command, sizeof command, "rm -rf %s", dir);
    assert_int_equal(system(command), 0);
}

static void image_archives(void **state)
{
    (void)state;
    const char *shared = getenv("DRYDOCK_SHARED");
    char pattern[4096];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/images/*.tar*", shared && shared[0] ? shared : "../shared");
    if (glob(pattern, 0, NULL, &found) != 0) {
        print_message("skipped: no %s\n", pattern);
        skip();
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        assert_same(found.gl_pathv[i]);
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_of_gnu_tar),
        cmocka_unit_test(image_archives),
    };
    arena_init(&arena, "test", 64 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}

#else

int main(void)
{
    printf("skipped: libarchive is missing (Debian: libarchive-dev)\n");
    return 77; /* meson: skipped */
}

#endif
