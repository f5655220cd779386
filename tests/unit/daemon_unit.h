/* daemon_unit.h - what tests of container engines share: a home of their own, and an environment in which nothing of this machine's
 * user counts. Include it first. */
#ifndef DRYDOCK_DAEMON_UNIT_H
#define DRYDOCK_DAEMON_UNIT_H

#define _XOPEN_SOURCE 700 /* nftw */
#include "unit.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena arena;
static char home[64];

static int daemon_setup(void **state)
{
    static const char *const variables[] = {
        "DOCKER_HOST",    "DOCKER_CONTEXT",       "DOCKER_CONFIG",      "DOCKER_TLS",           "DOCKER_TLS_VERIFY",
        "CONTAINER_HOST", "CONTAINER_CONNECTION", "DOCKER_CERT_PATH",   "XDG_RUNTIME_DIR",      "PODMAN_CONNECTIONS_CONF",
        "XDG_DATA_HOME",  "CONTAINERS_CONF",      "CONTAINERD_ADDRESS", "CONTAINERD_NAMESPACE", "XDG_CONFIG_HOME",
    };
    (void)state;
    const char *temp = getenv("TMPDIR");
    arena_init(&arena, "test", 1 << 24);
    for (size_t i = 0; i < ARRAY_LEN(variables); i++)
        unsetenv(variables[i]);
    snprintf(home, sizeof home, "%.40s/drydock-XXXXXX", temp && *temp ? temp : "/tmp");
    assert_non_null(mkdtemp(home));
    return setenv("HOME", home, 1);
}

static int daemon_remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
    (void)st, (void)type, (void)place;
    return remove(path);
}

static int daemon_teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return nftw(home, daemon_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Writes a file below the test's home; its path. */
static const char *daemon_put(const char *path, struct str bytes)
{
    struct error err = { 0 };
    struct str whole = arena_printf(&arena, "%s/%s", home, path);
    assert_true(file_make_dirs(arena_cstr(&arena, path_dir(whole)), &err));
    FILE *file = fopen(whole.ptr, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
    return whole.ptr;
}

#endif
