/* Many processes at once on one cache, killed at any moment: no read is ever damaged, and nothing but temporary files is left. */
#define _GNU_SOURCE
#include "cache/cache.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 8, KILLS = 150, KEYS = 60, ROUNDS_A_KILL = 8, MAX_BYTES = 300000, BOUND = 3 << 20 };

static char folder[64];

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* The contents follow from the key, so that each reader knows what it must get. */
static struct str contents_of(unsigned number, char *room)
{
    uint64_t state = number;
    size_t len = next_random(&state) % MAX_BYTES;
    memset(room, (int)number, len);
    for (size_t at = 0; at + 8 <= len; at += 64)
        memcpy(room + at, &state, 8);
    return str_make(room, len);
}

/* 0: all is well; else what is not. */
static int use_once(struct cache *cache, uint64_t *state, char *room)
{
    char key[32];
    struct cache_entry entry;
    struct error err = { 0 };
    uint64_t removed, bytes, dice = next_random(state) % 100;
    unsigned number = (unsigned)(next_random(state) % KEYS);
    snprintf(key, sizeof key, "sha256:%u", number);
    struct str want = contents_of(number, room);
    if (dice == 0)
        return cache_prune(cache, 0, INT64_MIN, &removed, &bytes, &err) ? 0 : 2;
    if (dice < 5)
        return cache_prune(cache, BOUND / 2, INT64_MIN, &removed, &bytes, &err) ? 0 : 3;
    if (!cache_get(cache, CACHE_LAYER, str_from(key), &entry))
        return cache_put(cache, CACHE_LAYER, str_from(key), want, &err) ? 0 : 4;
    bool same = str_eq(entry.bytes, want);
    cache_release(&entry);
    return same ? 0 : 5;
}

/* Until it is killed; tells each round, so that the parent knows when something has been done. */
static void work(uint64_t seed, int told)
{
    static char room[MAX_BYTES];
    struct error err = { 0 };
    while (true) {
        struct cache *cache = cache_open(folder, BOUND, &err);
        int problem = cache ? 0 : 1;
        for (int i = 0; !problem && i < 20; i++)
            problem = use_once(cache, &seed, room);
        cache_close(cache);
        if (problem)
            dprintf(STDERR_FILENO, "%s\n", err.text);
        if (problem || write(told, "", 1) != 1)
            _exit(problem);
    }
}

static pid_t start(uint64_t seed, int told)
{
    pid_t child = fork();
    if (child == 0)
        work(seed, told);
    assert_true(child > 0);
    return child;
}

static void stop(pid_t child)
{
    int status = 0;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        print_error("a process ended with %d\n", WEXITSTATUS(status));
    assert_true(WIFSIGNALED(status));
}

static unsigned temporary_count;
static int make_old(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)ftw;
    const struct timespec times[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
    if (type == FTW_F && strstr(path, "/new/")) {
        temporary_count++;
        return utimensat(AT_FDCWD, path, times, 0);
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void killed_writers_damage_nothing(void **state)
{
    (void)state;
    int told[2];
    pid_t children[PROCESSES];
    uint64_t random = 1, removed, bytes;
    struct error err = { 0 };
    struct cache_info info;
    snprintf(folder, sizeof folder, "/tmp/drydock-unit-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(pipe(told), 0);
    for (uint64_t i = 0; i < PROCESSES; i++)
        children[i] = start(i, told[1]);
    for (uint64_t i = 0; i < KILLS; i++) {
        for (int round = 0; round < ROUNDS_A_KILL; round++) {
            char byte;
            assert_int_equal(read(told[0], &byte, 1), 1);
        }
        pid_t *child = &children[next_random(&random) % PROCESSES];
        stop(*child);
        *child = start(PROCESSES + i, told[1]);
    }
    for (size_t i = 0; i < PROCESSES; i++)
        stop(children[i]);
    close(told[0]);
    close(told[1]);
    struct cache *cache = cache_open(folder, 0, &err);
    assert_non_null(cache);
    assert_true(cache_info(cache, true, &info, &err));
    assert_int_equal(info.damaged, 0);
    assert_int_equal(nftw(folder, make_old, 16, FTW_PHYS), 0);
    print_message("%u temporary files were left, %u entries\n", temporary_count, (unsigned)info.entries);
    assert_true(cache_prune(cache, UINT64_MAX, INT64_MIN, &removed, &bytes, &err));
    temporary_count = 0;
    assert_int_equal(nftw(folder, make_old, 16, FTW_PHYS), 0);
    assert_int_equal(temporary_count, 0);
    cache_close(cache);
    assert_int_equal(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_writers_damage_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
