/* Chooses the vulnerability database: see update.h. */
#define _GNU_SOURCE /* realpath by _XOPEN_SOURCE */
#include "update/steps.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_TRIES = 3 };

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
    char *absolute = realpath(path, NULL);
    if (!absolute)
        return error_system(err, "%s", path);
    bool ok = file_cache_dir(arena, &cache, err) && file_make_dirs(cache.ptr, err) && last_build_file(arena, &file, err) &&
              file_write(file.ptr, str_from(absolute), err);
    free(absolute);
    return ok;
}

bool database_forget(struct arena *arena, struct error *err)
{
    struct str file;
    return last_build_file(arena, &file, err) && (unlink(file.ptr) == 0 || errno == ENOENT || error_system(err, "%s", file.ptr));
}

/* Empty where there is none any more. */
static bool find_built(struct arena *arena, struct str *out, struct error *err)
{
    struct str file, path;
    struct error none = { 0 };
    *out = (struct str){ 0 };
    if (!last_build_file(arena, &file, &none) || access(file.ptr, R_OK) != 0 || !file_read(file.ptr, 8192, arena, &path, &none))
        return true;
    char *built = arena_cstr(arena, str_trim(path));
    if (!built)
        return arena_error(arena, err);
    if (access(built, R_OK) == 0)
        *out = str_from(built);
    return true;
}

/* ---- the last `db update` --------------------------------------------------------------------------------------------------------------- */

static bool find_fetched(struct arena *arena, struct database_state *state, struct error *err)
{
    struct update_note note;
    struct str folder;
    struct error none = { 0 };
    if (!update_note_read(arena, &note) || !update_folder(arena, &folder, &none))
        return true;
    struct str path = arena_printf(arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(note.file));
    if (!path.ptr)
        return arena_error(arena, err);
    if (access(path.ptr, R_OK) != 0)
        return true;
    state->origin = DATABASE_FETCHED;
    state->path = path;
    state->name = note.database.reference;
    state->built_s = note.built_s;
    state->next_s = note.next_s;
    return true;
}

/* ---- Trivy's ---------------------------------------------------------------------------------------------------------------------------- */

static struct str trivy_cache_folder(struct arena *arena)
{
    struct str own = env_text("TRIVY_CACHE_DIR"), xdg = env_text("XDG_CACHE_HOME");
    if (own.len)
        return arena_printf(arena, "%.*s/db", STR_ARG(own));
    if (xdg.len)
        return arena_printf(arena, "%.*s/trivy/db", STR_ARG(xdg));
    return arena_printf(arena, "%.*s/.cache/trivy/db", STR_ARG(env_text("HOME")));
}

/* Dated by its metadata.json, else by the file's time. */
static bool find_trivy(struct arena *arena, struct database_state *state, struct error *err)
{
    struct stat st;
    struct trivy_metadata metadata;
    struct error none = { 0 };
    struct str folder = trivy_cache_folder(arena);
    struct str path = arena_printf(arena, "%.*s/trivy.db", STR_ARG(folder));
    if (!folder.ptr || !path.ptr)
        return arena_error(arena, err);
    if (stat(path.ptr, &st) != 0 || !S_ISREG(st.st_mode))
        return true;
    if (!trivy_metadata_read(folder, arena, &metadata, &none))
        metadata = (struct trivy_metadata){ 0 };
    state->origin = DATABASE_TRIVY;
    state->path = path;
    state->built_s = metadata.updated_s > 0 ? metadata.updated_s : (int64_t)st.st_mtime;
    state->next_s = metadata.next_s;
    return true;
}

static bool convert(const char *from, const char *to, int64_t built_s, struct error *err)
{
    const struct vulndb_feed *feed = vulndb_feed_find(STR("trivy-db"));
    struct vulndb_builder *builder = vulndb_builder_new(err);
    if (builder)
        vulndb_builder_be_quiet(builder);
    bool ok = builder && feed->read(builder, from, err) && vulndb_builder_write(builder, to, built_s, err);
    vulndb_builder_free(builder);
    return ok;
}

/* Converted once for each state of the file (its size and time, and the format's version, are in the converted file's name). */
static bool open_trivy(const struct database_state *state, int64_t now_s, struct arena *arena, struct database *out,
                       struct error *err)
{
    struct stat st;
    struct str cache;
    if (stat(state->path.ptr, &st) != 0)
        return error_system(err, "%s", state->path.ptr);
    if (!file_cache_dir(arena, &cache, err) || !file_make_dirs(cache.ptr, err))
        return false;
    struct str to = arena_printf(arena, "%.*s/trivy-%lld-%lld-%d.ddb", STR_ARG(cache), (long long)st.st_mtime,
                                 (long long)st.st_size, vulndb_format_version());
    if (!to.ptr)
        return arena_error(arena, err);
    if (access(to.ptr, R_OK) != 0) {
        log_info("converting Trivy's database %s (once, some seconds)", state->path.ptr);
        if (!convert(state->path.ptr, to.ptr, state->built_s, err))
            return error_wrap(err, "%s", state->path.ptr);
    }
    return open_path("Trivy's database", to.ptr, now_s, arena, out, err);
}

/* ---- the choice ---------------------------------------------------------------------------------------------------------------------------- */

static bool starter_built(int64_t *built_s, struct error *err)
{
    struct vulndb_info info;
    struct vulndb *db = vulndb_open_memory(vulndb_starter_bytes(), err);
    if (!db)
        return false;
    vulndb_info(db, &info);
    vulndb_close(db);
    *built_s = info.built_s;
    return true;
}

bool database_find(struct arena *arena, struct database_state *out, struct error *err)
{
    *out = (struct database_state){ .origin = DATABASE_STARTER };
    if (!find_built(arena, &out->path, err))
        return false;
    if (out->path.len) {
        out->origin = DATABASE_BUILT;
        return true;
    }
    if (!find_fetched(arena, out, err) || (out->origin == DATABASE_STARTER && !find_trivy(arena, out, err)))
        return false;
    return out->origin != DATABASE_STARTER || starter_built(&out->built_s, err);
}

static bool open_fetched(const struct database_state *state, int64_t now_s, struct arena *arena, struct database *out,
                         struct error *err)
{
    struct error why = { 0 };
    const char *name = arena_cstr(arena, state->name);
    if (!name)
        return arena_error(arena, err);
    out->db = vulndb_open(state->path.ptr, &why);
    if (!out->db)
        return error_set(err, why.kind, "%s; run drydock db update", why.text);
    return describe(name, NULL, now_s, arena, out, err);
}

static bool open_found(const struct database_state *state, int64_t now_s, struct arena *arena, struct database *out,
                       struct error *err)
{
    switch (state->origin) {
    case DATABASE_NAMED:
    case DATABASE_BUILT: return open_path("", state->path.ptr, now_s, arena, out, err);
    case DATABASE_FETCHED: return open_fetched(state, now_s, arena, out, err);
    case DATABASE_TRIVY: return open_trivy(state, now_s, arena, out, err);
    case DATABASE_STARTER: break;
    }
    out->db = vulndb_open_memory(vulndb_starter_bytes(), err);
    return out->db && describe("the built-in starter database", NULL, now_s, arena, out, err);
}

/* Between the look for a fetched database and its opening, others may have put newer ones in place and removed it. */
bool database_open(const char *path, int64_t now_s, struct arena *arena, struct database *out, struct error *err)
{
    struct database_state state = { .origin = DATABASE_NAMED, .path = str_from(path) };
    struct error why = { 0 };
    for (int i = 0; i < OPEN_TRIES; i++) {
        *out = (struct database){ 0 };
        if (!path && !database_find(arena, &state, err))
            return false;
        out->origin = state.origin;
        why = (struct error){ 0 };
        if (open_found(&state, now_s, arena, out, &why))
            return true;
        if (state.origin != DATABASE_FETCHED || access(state.path.ptr, F_OK) == 0)
            break;
    }
    *err = why;
    return false;
}
