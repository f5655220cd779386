/* A temporary folder that is the home of a test, and nothing of this machine's configuration in its environment. */
#ifndef DRYDOCK_REGISTRY_PLACE_H
#define DRYDOCK_REGISTRY_PLACE_H

#define _GNU_SOURCE /* nftw, mkdtemp, setenv */
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static struct {
    char top[64];
    struct arena arena;
} place;

/* The full path of a name in the folder. */
static inline const char *place_path(const char *name)
{
    return arena_printf(&place.arena, "%s/%s", place.top, name).ptr;
}

static inline void place_write_mode(const char *name, const char *text, mode_t mode)
{
    struct error err = { 0 };
    const char *path = place_path(name);
    struct str folder = path_dir(str_from(path));
    assert_true(file_make_dirs(arena_cstr(&place.arena, folder), &err));
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    chmod(path, mode);
}

static inline void place_write(const char *name, const char *text)
{
    place_write_mode(name, text, 0644);
}

static inline struct str place_read(const char *name)
{
    struct error err = { 0 };
    struct str text = STR("(absent)");
    file_read(place_path(name), 1 << 20, &place.arena, &text, &err);
    return text;
}

/* A helper docker-credential-NAME on PATH: a shell script. */
static inline void place_helper(const char *name, const char *script)
{
    place_write_mode(arena_printf(&place.arena, "bin/docker-credential-%s", name).ptr,
                     arena_printf(&place.arena, "#!/bin/sh\n%s\n", script).ptr, 0755);
}

static inline int place_open(void **state)
{
    (void)state;
    static const char *const unset[] = { "REGISTRY_AUTH_FILE", "DOCKER_AUTH_CONFIG",   "DOCKER_CONFIG",
                                         "XDG_CONFIG_HOME",    "AWS_ACCESS_KEY_ID",    "AWS_SECRET_ACCESS_KEY",
                                         "AWS_SESSION_TOKEN",  "AWS_PROFILE",          "AWS_SHARED_CREDENTIALS_FILE",
                                         "AWS_ENDPOINT_URL",   "AWS_ENDPOINT_URL_ECR", "AWS_ENDPOINT_URL_ECR_PUBLIC" };
    signal(SIGPIPE, SIG_IGN); /* as the program */
    arena_init(&place.arena, "test", 64 << 20);
    snprintf(place.top, sizeof place.top, "/tmp/drydock-test-XXXXXX");
    assert_non_null(mkdtemp(place.top));
    for (size_t i = 0; i < ARRAY_LEN(unset); i++)
        unsetenv(unset[i]);
    setenv("HOME", place_path("home"), 1);
    setenv("XDG_RUNTIME_DIR", place_path("run"), 1);
    setenv("PATH", arena_printf(&place.arena, "%s/bin:/usr/bin:/bin", place.top).ptr, 1);
    setenv("PLACE", place.top, 1);
    return 0;
}

static inline int place_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static inline int place_close(void **state)
{
    (void)state;
    nftw(place.top, place_remove, 16, FTW_DEPTH | FTW_PHYS);
    arena_free(&place.arena);
    return 0;
}

#endif
