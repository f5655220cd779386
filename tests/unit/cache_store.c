/* The cache's folder: what goes in comes out, what is damaged or not to be trusted does not, what is not used goes first. */
#define _GNU_SOURCE
#include "cache/cache.h"
#include "unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a folder of one's own for each test --------------------------------------------------------------------------------- */

struct place {
    char top[64], folder[96];
    struct cache *cache;
};

static int place_setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    struct error err = { 0 };
    if (!place)
        return -1;
    snprintf(place->top, sizeof place->top, "/tmp/drydock-unit-XXXXXX");
    if (!mkdtemp(place->top))
        return -1;
    snprintf(place->folder, sizeof place->folder, "%s/a/inventories", place->top);
    place->cache = cache_open(place->folder, 0, &err);
    *state = place;
    return place->cache ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

/* So that what lies in it can be removed. */
static int allow(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    return type == FTW_D || type == FTW_DNR ? chmod(path, 0700) : 0;
}

static int place_teardown(void **state)
{
    struct place *place = *state;
    cache_close(place->cache);
    nftw(place->top, allow, 16, FTW_PHYS);
    int result = nftw(place->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(place);
    return result;
}

static void reopen(struct place *place, uint64_t max_bytes)
{
    struct error err = { 0 };
    cache_close(place->cache);
    place->cache = cache_open(place->folder, max_bytes, &err);
    if (!place->cache)
        print_error("%s\n", err.text);
    assert_non_null(place->cache);
}

static void put(struct place *place, enum cache_group group, const char *key, struct str bytes)
{
    struct error err = { 0 };
    if (!cache_put(place->cache, group, str_from(key), bytes, &err))
        print_error("%s\n", err.text);
    assert_int_equal(err.kind, ERROR_NONE);
}

static bool has(struct place *place, enum cache_group group, const char *key, struct str bytes)
{
    struct cache_entry entry;
    if (!cache_get(place->cache, group, str_from(key), &entry))
        return false;
    assert_true(str_eq(entry.bytes, bytes));
    assert_int_equal((uintptr_t)entry.bytes.ptr % 8, 0);
    cache_release(&entry);
    assert_null(entry.map);
    return true;
}

/* The one file that is in the cache; others are counted. */
static char only_path[PATH_MAX];
static unsigned file_count;
static int note_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    if (strcmp(path + ftw->base, "total") == 0)
        return 0;
    if (type == FTW_F || type == FTW_SL) {
        snprintf(only_path, sizeof only_path, "%s", path);
        file_count++;
        if (type == FTW_F)
            assert_int_equal(st->st_mode & 0777, 0600);
    } else if (type == FTW_D && strstr(path, "inventories")) {
        assert_int_equal(st->st_mode & 0777, 0700);
    }
    return 0;
}

static unsigned count_files(const struct place *place)
{
    file_count = 0;
    nftw(place->folder, note_file, 16, FTW_PHYS);
    return file_count;
}

/* ---- in and out ---------------------------------------------------------------------------------------------------------- */

static void what_goes_in_comes_out(void **state)
{
    struct place *place = *state;
    static char large[3 << 20];
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (char)(i * 7 + i / 251);
    assert_false(has(place, CACHE_LAYER, "sha256:ab 3 1", STR("")));
    assert_int_equal(access(place->folder, F_OK), -1); /* nothing was written yet */
    put(place, CACHE_LAYER, "sha256:ab 3 1", STR("one"));
    put(place, CACHE_LAYER, "sha256:ab 3 2", str_make(large, sizeof large));
    put(place, CACHE_IMAGE, "sha256:ab 3 1", STR("of another group"));
    put(place, CACHE_DOCUMENT, "", STR(""));
    for (int round = 0; round < 2; round++) {
        assert_true(has(place, CACHE_LAYER, "sha256:ab 3 1", STR("one")));
        assert_true(has(place, CACHE_LAYER, "sha256:ab 3 2", str_make(large, sizeof large)));
        assert_true(has(place, CACHE_IMAGE, "sha256:ab 3 1", STR("of another group")));
        assert_true(has(place, CACHE_DOCUMENT, "", STR("")));
        assert_false(has(place, CACHE_DOCUMENT, "sha256:ab 3 1", STR("")));
        assert_false(has(place, CACHE_LAYER, "sha256:ab 3", STR("")));
        reopen(place, 0);
    }
    assert_int_equal(count_files(place), 4);
}

static void keys_of_all_lengths(void **state)
{
    struct place *place = *state;
    char key[40] = { 0 }, bytes[40];
    for (size_t len = 0; len < sizeof key; len++) {
        memset(bytes, (int)len, sizeof bytes);
        struct error err = { 0 };
        struct cache_entry entry;
        assert_true(cache_put(place->cache, CACHE_LAYER, str_make(key, len), str_make(bytes, len), &err));
        assert_true(cache_get(place->cache, CACHE_LAYER, str_make(key, len), &entry));
        assert_true(str_eq(entry.bytes, str_make(bytes, len)));
        cache_release(&entry);
    }
}

static void existing_entries_stay(void **state)
{
    struct place *place = *state;
    put(place, CACHE_LAYER, "key", STR("first"));
    put(place, CACHE_LAYER, "key", STR("second"));
    assert_true(has(place, CACHE_LAYER, "key", STR("first")));
}

static void mapped_entries_stay_while_others_remove_them(void **state)
{
    struct place *place = *state;
    struct cache_entry entry;
    struct error err = { 0 };
    uint64_t removed, bytes;
    put(place, CACHE_LAYER, "key", STR("contents"));
    assert_true(cache_get(place->cache, CACHE_LAYER, STR("key"), &entry));
    assert_true(cache_prune(place->cache, 0, INT64_MIN, &removed, &bytes, &err));
    assert_int_equal(removed, 1);
    assert_str(entry.bytes, "contents");
    cache_release(&entry);
    assert_false(has(place, CACHE_LAYER, "key", STR("")));
    put(place, CACHE_LAYER, "key", STR("again")); /* folders that are gone are made again */
    assert_true(has(place, CACHE_LAYER, "key", STR("again")));
}

static void without_a_cache(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct cache_entry entry;
    assert_false(cache_get(NULL, CACHE_LAYER, STR("key"), &entry));
    assert_true(cache_put(NULL, CACHE_LAYER, STR("key"), STR("x"), &err));
    cache_close(NULL);
    assert_null(cache_open("", 0, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
}

/* ---- damage -------------------------------------------------------------------------------------------------------------- */

static struct str read_all(struct arena *arena, const char *path)
{
    struct str bytes;
    struct error err = { 0 };
    assert_true(file_read(path, 1 << 20, arena, &bytes, &err));
    return bytes;
}

static void write_all(const char *path, struct str bytes)
{
    struct error err = { 0 };
    int fd = open(path, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && file_write_all(fd, bytes.ptr, bytes.len, &err));
    close(fd);
}

/* A damaged entry is absent and gone, and can be put again. */
static void expect_rebuilt(struct place *place)
{
    assert_false(has(place, CACHE_LAYER, "a key", STR("")));
    assert_int_equal(count_files(place), 0);
    put(place, CACHE_LAYER, "a key", STR("some contents"));
    assert_true(has(place, CACHE_LAYER, "a key", STR("some contents")));
}

static void damage_at_every_byte_is_found(void **state)
{
    struct place *place = *state;
    struct arena arena;
    struct error err = { 0 };
    struct cache_info info;
    arena_init(&arena, "test", 1 << 20);
    put(place, CACHE_LAYER, "a key", STR("some contents"));
    assert_int_equal(count_files(place), 1);
    char path[PATH_MAX];
    memcpy(path, only_path, sizeof path);
    struct str whole = read_all(&arena, path);
    assert_int_equal(whole.len, 32 + 8 + 13);
    for (size_t at = 0; at < whole.len; at++) {
        char *bytes = arena_cstr(&arena, whole);
        bytes[at] = (char)(bytes[at] ^ (1 << at % 8));
        write_all(path, str_make(bytes, whole.len));
        assert_true(cache_info(place->cache, true, &info, &err));
        assert_int_equal(info.damaged, 1);
        expect_rebuilt(place);
        write_all(path, str_head(whole, at)); /* cut */
        expect_rebuilt(place);
    }
    char *longer = arena_alloc(&arena, whole.len + 1);
    memcpy(longer, whole.ptr, whole.len);
    write_all(path, str_make(longer, whole.len + 1));
    expect_rebuilt(place);
    assert_true(cache_info(place->cache, true, &info, &err));
    assert_int_equal(info.damaged, 0);
    assert_int_equal(info.groups[CACHE_LAYER].entries, 1);
    arena_free(&arena);
}

/* An entry under the name of another: whole, but not what was asked for. */
static void an_entry_of_another_key_is_not_taken(void **state)
{
    struct place *place = *state;
    char first[PATH_MAX];
    struct arena arena;
    struct error err = { 0 };
    struct cache_info info;
    arena_init(&arena, "test", 1 << 20);
    put(place, CACHE_LAYER, "one", STR("of one"));
    count_files(place);
    memcpy(first, only_path, sizeof first);
    struct str of_one = read_all(&arena, first);
    assert_int_equal(unlink(first), 0);
    put(place, CACHE_LAYER, "two", STR("of two"));
    count_files(place);
    write_all(only_path, of_one);
    assert_true(cache_info(place->cache, true, &info, &err));
    assert_int_equal(info.damaged, 1);
    assert_false(has(place, CACHE_LAYER, "two", STR("")));
    assert_false(has(place, CACHE_LAYER, "one", STR("")));
    arena_free(&arena);
}

/* ---- trust --------------------------------------------------------------------------------------------------------------- */

static void files_that_others_may_write_are_refused(void **state)
{
    struct place *place = *state;
    char path[PATH_MAX], elsewhere[PATH_MAX + 16];
    put(place, CACHE_LAYER, "a key", STR("some contents"));
    count_files(place);
    memcpy(path, only_path, sizeof path);
    assert_int_equal(chmod(path, 0620), 0);
    expect_rebuilt(place);
    assert_int_equal(chmod(path, 0602), 0);
    expect_rebuilt(place);
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", place->top);
    assert_int_equal(rename(path, elsewhere), 0);
    assert_int_equal(symlink(elsewhere, path), 0);
    expect_rebuilt(place);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0); /* opening it must not wait */
    expect_rebuilt(place);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 12345, 12345), 0);
        expect_rebuilt(place);
    }
}

static void expect_refused(const struct place *place, const char *words)
{
    struct error err = { 0 };
    assert_null(cache_open(place->folder, 0, &err));
    assert_int_equal(err.kind, ERROR_SYSTEM);
    if (!strstr(err.text, words))
        print_error("%s\n", err.text);
    assert_non_null(strstr(err.text, words));
}

static void folders_that_others_may_write_are_refused(void **state)
{
    struct place *place = *state;
    put(place, CACHE_LAYER, "a key", STR("some contents"));
    assert_int_equal(chmod(place->folder, 0777), 0);
    expect_refused(place, "others may write to it");
    assert_int_equal(chmod(place->folder, 0755), 0);
    reopen(place, 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(place->folder, 12345, 12345), 0);
        expect_refused(place, "belongs to another user");
        assert_int_equal(chown(place->folder, 0, 0), 0);
    }
    char aside[PATH_MAX];
    snprintf(aside, sizeof aside, "%s.aside", place->folder);
    assert_int_equal(rename(place->folder, aside), 0);
    write_all(place->folder, STR("a file"));
    expect_refused(place, "Not a directory");
}

/* Runs the function in a child as a user without rights; its result is 0 where all is well. */
static int as_nobody(struct place *place, int (*run)(struct place *place))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(geteuid() != 0 || setuid(65534) == 0 ? run(place) : 99);
    assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int use_read_only(struct place *place)
{
    struct error err = { 0 };
    struct cache_entry entry;
    struct cache *cache = cache_open(place->folder, 0, &err);
    if (!cache)
        return 1;
    if (!cache_get(cache, CACHE_LAYER, STR("a key"), &entry))
        return 2;
    cache_release(&entry);
    if (cache_put(cache, CACHE_LAYER, STR("another"), STR("x"), &err) || err.kind != ERROR_SYSTEM)
        return 3;
    cache_close(cache);
    return 0;
}

/* Of the system, for all users to read (or of the user, on a read-only file system). */
static void a_read_only_folder_is_read(void **state)
{
    struct place *place = *state;
    put(place, CACHE_LAYER, "a key", STR("some contents"));
    count_files(place);
    char path[PATH_MAX];
    memcpy(path, only_path, sizeof path);
    assert_int_equal(chmod(path, 0444), 0);
    for (char *slash = strrchr(path, '/'); slash && (size_t)(slash - path) >= strlen(place->top); slash = strrchr(path, '/')) {
        *slash = '\0';
        assert_int_equal(chmod(path, 0555), 0);
    }
    assert_int_equal(as_nobody(place, use_read_only), 0);
}

/* ---- a full disk --------------------------------------------------------------------------------------------------------- */

static int put_past_the_limit(struct place *place)
{
    static char large[1 << 20];
    struct error err = { 0 };
    struct rlimit limit = { 1 << 16, 1 << 16 };
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    if (cache_put(place->cache, CACHE_LAYER, STR("large"), str_make(large, sizeof large), &err) || err.kind != ERROR_SYSTEM)
        return 2;
    if (count_files(place) != 0)
        return 3;
    return cache_put(place->cache, CACHE_LAYER, STR("small"), STR("fits"), &err) ? 0 : 4;
}

static void a_full_disk_leaves_nothing(void **state)
{
    struct place *place = *state;
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(put_past_the_limit(place));
    assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    reopen(place, 0);
    assert_true(has(place, CACHE_LAYER, "small", STR("fits")));
}

/* ---- what goes ------------------------------------------------------------------------------------------------------------ */

/* Entries 0 to count - 1 of 1000 bytes and more; number 0 was used last, the others each an hour and more earlier. */
static void fill(struct place *place, unsigned count)
{
    static char bytes[1000];
    for (unsigned i = 0; i < count; i++) {
        char key[16];
        snprintf(key, sizeof key, "%04u", i);
        put(place, CACHE_LAYER, key, str_make(bytes, sizeof bytes));
    }
}

static int64_t base_s;
static int age_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    if (type != FTW_F || strcmp(path + ftw->base, "total") == 0)
        return 0;
    struct arena arena;
    arena_init(&arena, "test", 1 << 20);
    struct str bytes = read_all(&arena, path);
    uint64_t number = 0;
    assert_true(str_u64(str_head(str_skip(bytes, 32), 4), &number));
    const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = (time_t)(base_s - 7200 * (int64_t)number) } };
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    arena_free(&arena);
    return 0;
}

static void age(struct place *place)
{
    base_s = time_now();
    nftw(place->folder, age_file, 16, FTW_PHYS);
}

static unsigned count_there(struct place *place, unsigned count, unsigned *first_missing)
{
    unsigned there = 0;
    *first_missing = count;
    for (unsigned i = 0; i < count; i++) {
        char key[16];
        struct cache_entry entry;
        snprintf(key, sizeof key, "%04u", i);
        if (cache_get(place->cache, CACHE_LAYER, str_from(key), &entry)) {
            cache_release(&entry);
            there++;
        } else if (*first_missing == count) {
            *first_missing = i;
        }
    }
    return there;
}

static void what_was_not_used_goes_first(void **state)
{
    enum { COUNT = 50, BYTES = 32 + 8 + 1000 };
    struct place *place = *state;
    struct error err = { 0 };
    uint64_t removed, bytes;
    unsigned missing;
    fill(place, COUNT);
    age(place);
    struct cache_entry entry;
    assert_true(cache_get(place->cache, CACHE_LAYER, STR("0049"), &entry)); /* the oldest is used now */
    cache_release(&entry);
    assert_true(cache_prune(place->cache, (uint64_t)20 * BYTES, INT64_MIN, &removed, &bytes, &err));
    assert_int_equal(removed, COUNT - 20);
    assert_int_equal(bytes, (COUNT - 20) * BYTES);
    assert_int_equal(count_there(place, COUNT, &missing), 20);
    assert_int_equal(missing, 19); /* 0 to 18, and 49 */
    age(place);
    assert_true(cache_prune(place->cache, UINT64_MAX, base_s - 7200 * 10 + 1, &removed, &bytes, &err));
    assert_int_equal(removed, 10);
    assert_int_equal(count_there(place, COUNT, &missing), 10);
    assert_int_equal(missing, 10);
}

static void closing_evicts_only_past_the_bound(void **state)
{
    enum { BYTES = 32 + 8 + 1000 };
    struct place *place = *state;
    unsigned missing;
    reopen(place, (uint64_t)20 * BYTES);
    fill(place, 20);
    reopen(place, (uint64_t)20 * BYTES);
    assert_int_equal(count_there(place, 21, &missing), 20);
    age(place);
    fill(place, 21);
    reopen(place, (uint64_t)20 * BYTES);
    assert_int_equal(count_there(place, 21, &missing), 18); /* 90 % */
    struct error err = { 0 };
    static char large[64 << 10];
    assert_false(cache_put(place->cache, CACHE_LAYER, STR("large"), str_make(large, sizeof large), &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

/* The guess at the total may be lost, damaged or long: then entries are counted. */
static void a_total_that_is_not_known_is_counted(void **state)
{
    enum { BYTES = 32 + 8 + 1000, BOUND = 20 * BYTES };
    static const char zeros[1024 * 8];
    static const size_t lengths[] = { 0, 3, 8, 12, sizeof zeros }; /* that of 8 is well-formed: it says that there is nothing */
    struct place *place = *state;
    struct error err = { 0 };
    char path[PATH_MAX];
    unsigned missing;
    snprintf(path, sizeof path, "%s/total", place->folder);
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        uint64_t removed, bytes;
        reopen(place, 0);
        fill(place, 30);
        reopen(place, BOUND); /* nothing was written by this one */
        write_all(path, str_make(zeros, lengths[i]));
        put(place, CACHE_LAYER, "one more", STR("x"));
        reopen(place, BOUND);
        assert_int_equal(count_there(place, 30, &missing) <= 18, lengths[i] != 8);
        assert_true(cache_prune(place->cache, 0, INT64_MIN, &removed, &bytes, &err));
        assert_int_equal(access(path, F_OK), -1);
    }
}

static void use_is_told_at_most_once_an_hour(void **state)
{
    struct place *place = *state;
    struct stat st;
    put(place, CACHE_LAYER, "a key", STR("x"));
    count_files(place);
    const int64_t cases[][2] = { { -7200, 1 }, { -3601, 1 }, { -1800, 0 }, { 0, 0 }, { 7200, 1 } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t then_s = time_now() + cases[i][0];
        const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = (time_t)then_s } };
        assert_int_equal(utimensat(AT_FDCWD, only_path, times, 0), 0);
        assert_true(has(place, CACHE_LAYER, "a key", STR("x")));
        assert_int_equal(stat(only_path, &st), 0);
        assert_int_equal(st.st_mtime != then_s, cases[i][1]);
    }
}

static void info_counts_by_group(void **state)
{
    struct place *place = *state;
    struct cache_info info;
    struct error err = { 0 };
    assert_true(cache_info(place->cache, true, &info, &err));
    assert_int_equal(info.entries + info.bytes, 0);
    put(place, CACHE_LAYER, "one", STR("12345678"));
    put(place, CACHE_LAYER, "two", STR("1234567"));
    put(place, CACHE_DOCUMENT, "three", STR(""));
    assert_true(cache_info(place->cache, false, &info, &err));
    assert_int_equal(info.entries, 3);
    assert_int_equal(info.groups[CACHE_LAYER].entries, 2);
    assert_int_equal(info.groups[CACHE_LAYER].bytes, 2 * 40 + 15);
    assert_int_equal(info.groups[CACHE_DOCUMENT].bytes, 40);
    assert_int_equal(info.groups[CACHE_IMAGE].entries, 0);
    assert_int_equal(info.bytes, 3 * 40 + 15);
    assert_int_equal(info.max_bytes, CACHE_DEFAULT_BYTES);
    assert_true(info.groups[CACHE_LAYER].oldest_s <= info.groups[CACHE_LAYER].newest_s);
}

/* Temporary files: of a writer that died long ago, and of one at work. */
static void what_dead_writers_left_goes(void **state)
{
    struct place *place = *state;
    char path[PATH_MAX];
    struct error err = { 0 };
    uint64_t removed, bytes;
    put(place, CACHE_LAYER, "key", STR("x"));
    snprintf(path, sizeof path, "%s/new/1-2-0", place->folder);
    write_all(path, STR("young"));
    snprintf(path, sizeof path, "%s/new/1-2-1", place->folder);
    write_all(path, STR("old"));
    const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = (time_t)(time_now() - 4000) } };
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_int_equal(count_files(place), 3);
    assert_true(cache_prune(place->cache, UINT64_MAX, INT64_MIN, &removed, &bytes, &err));
    assert_int_equal(removed, 0);
    assert_int_equal(count_files(place), 2);
    assert_int_equal(access(path, F_OK), -1);
    assert_true(cache_prune(place->cache, 0, INT64_MIN, &removed, &bytes, &err));
    assert_int_equal(removed, 1);
    assert_int_equal(count_files(place), 1);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(what_goes_in_comes_out),
        PLACED(keys_of_all_lengths),
        PLACED(existing_entries_stay),
        PLACED(mapped_entries_stay_while_others_remove_them),
        cmocka_unit_test(without_a_cache),
        PLACED(damage_at_every_byte_is_found),
        PLACED(an_entry_of_another_key_is_not_taken),
        PLACED(files_that_others_may_write_are_refused),
        PLACED(folders_that_others_may_write_are_refused),
        PLACED(a_read_only_folder_is_read),
        PLACED(a_full_disk_leaves_nothing),
        PLACED(what_was_not_used_goes_first),
        PLACED(closing_evicts_only_past_the_bound),
        PLACED(a_total_that_is_not_known_is_counted),
        PLACED(use_is_told_at_most_once_an_hour),
        PLACED(info_counts_by_group),
        PLACED(what_dead_writers_left_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
