/* Chooses the vulnerability database: see database.h. */
#define _GNU_SOURCE /* realpath by _XOPEN_SOURCE */
#include "cmd/database.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- words --------------------------------------------------------------------------------------------------------------------------- */

static struct str age_text(struct arena *arena, int64_t seconds)
{
    if (seconds < 3600)
        return STR("less than an hour old");
    if (seconds < 2 * 86400)
        return arena_printf(arena, "%lld hours old", (long long)(seconds / 3600));
    return arena_printf(arena, "%lld days old", (long long)(seconds / 86400));
}

static bool describe(const char *what, const char *path, int64_t now_s, struct arena *arena, struct database *out,
                     struct error *err)
{
    struct vulndb_info info;
    char built[32];
    vulndb_info(out->db, &info);
    time_format(info.built_s, built);
    built[10] = '\0';
    out->is_starter = info.is_starter;
    out->age = age_text(arena, now_s - info.built_s);
    out->words = arena_printf(arena, "%s%s%s, of %s", what, path && what[0] ? " " : "", path ? path : "", built);
    return (out->words.ptr && out->age.ptr) || arena_error(arena, err);
}

static bool open_path(const char *what, const char *path, int64_t now_s, struct arena *arena, struct database *out,
                      struct error *err)
{
    out->db = vulndb_open(path, err);
    return out->db && describe(what, path, now_s, arena, out, err);
}

/* ---- the last `db build` --------------------------------------------------------------------------------------------------------------- */

static bool last_build_file(struct arena *arena, struct str *out, struct error *err)
{
    struct str cache;
    if (!file_cache_dir(arena, &cache, err))
        return false;
    *out = arena_printf(arena, "%.*s/last-build", STR_ARG(cache));
    return out->ptr || arena_error(arena, err);
}

bool database_remember(const char *path, struct arena *arena, struct error *err)
{
    struct str file, cache;
    struct file_writer writer;
    char *absolute = realpath(path, NULL);
    if (!absolute)
        return error_system(err, "%s", path);
    bool ok = file_cache_dir(arena, &cache, err) && file_make_dirs(cache.ptr, err) && last_build_file(arena, &file, err) &&
              file_writer_open(&writer, file.ptr, err);
    if (ok && !file_write_all(writer.fd, absolute, strlen(absolute), err)) {
        file_writer_abort(&writer);
        ok = false;
    }
    ok = ok && file_writer_commit(&writer, err);
    free(absolute);
    return ok;
}

/* *found is false where there is none any more. */
static bool open_last_build(int64_t now_s, struct arena *arena, struct database *out, bool *found, struct error *err)
{
    struct str file, path;
    struct error none = { 0 };
    *found = false;
    if (!last_build_file(arena, &file, &none) || access(file.ptr, R_OK) != 0 || !file_read(file.ptr, 8192, arena, &path, &none))
        return true;
    char *built = arena_cstr(arena, str_trim(path));
    if (!built)
        return arena_error(arena, err);
    if (access(built, R_OK) != 0)
        return true;
    *found = true;
    return open_path("", built, now_s, arena, out, err);
}

/* ---- Trivy's ---------------------------------------------------------------------------------------------------------------------------- */

static struct str trivy_cache_file(struct arena *arena)
{
    const char *own = getenv("TRIVY_CACHE_DIR"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (own && own[0])
        return arena_printf(arena, "%s/db/trivy.db", own);
    if (xdg && xdg[0])
        return arena_printf(arena, "%s/trivy/db/trivy.db", xdg);
    return arena_printf(arena, "%s/.cache/trivy/db/trivy.db", home ? home : "");
}

static bool convert(const char *from, const char *to, int64_t built_s, struct error *err)
{
    const struct vulndb_feed *feed = vulndb_feed_find(STR("trivy-db"));
    struct vulndb_builder *builder = vulndb_builder_new(err);
    bool ok = builder && feed->read(builder, from, err) && vulndb_builder_write(builder, to, built_s, err);
    vulndb_builder_free(builder);
    return ok;
}

/* Converted once for each state of the file (its size and time, and the format's version, are in the converted file's name). */
static bool open_trivy(int64_t now_s, struct arena *arena, struct database *out, bool *found, struct error *err)
{
    struct stat st;
    struct str cache, from = trivy_cache_file(arena);
    *found = false;
    if (!from.ptr)
        return arena_error(arena, err);
    if (stat(from.ptr, &st) != 0 || !S_ISREG(st.st_mode))
        return true;
    *found = true;
    if (!file_cache_dir(arena, &cache, err) || !file_make_dirs(cache.ptr, err))
        return false;
    struct str to = arena_printf(arena, "%.*s/trivy-%lld-%lld-%d.ddb", STR_ARG(cache), (long long)st.st_mtime,
                                 (long long)st.st_size, vulndb_format_version());
    if (!to.ptr)
        return arena_error(arena, err);
    if (access(to.ptr, R_OK) != 0) {
        log_info("converting Trivy's database %s (once, some seconds)", from.ptr);
        if (!convert(from.ptr, to.ptr, (int64_t)st.st_mtime, err))
            return error_wrap(err, "%s", from.ptr);
    }
    return open_path("Trivy's database", to.ptr, now_s, arena, out, err);
}

/* ---- the choice ---------------------------------------------------------------------------------------------------------------------------- */

bool database_open(const char *path, int64_t now_s, struct arena *arena, struct database *out, struct error *err)
{
    bool found;
    *out = (struct database){ 0 };
    if (path)
        return open_path("", path, now_s, arena, out, err);
    if (!open_last_build(now_s, arena, out, &found, err) || found)
        return found && out->words.ptr;
    if (!open_trivy(now_s, arena, out, &found, err) || found)
        return found && out->words.ptr;
    out->db = vulndb_open_memory(vulndb_starter_bytes(), err);
    return out->db && describe("the built-in starter database", NULL, now_s, arena, out, err);
}
