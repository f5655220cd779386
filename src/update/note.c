/* What is noted of the database that was fetched, and the tidying of its folder: see update.h. */
#define _GNU_SOURCE /* flock */
#include "update/steps.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_NOTE_BYTES = 64 << 10, WORK_DIES_S = 3600 };

bool update_folder(struct arena *arena, struct str *out, struct error *err)
{
    struct str cache;
    if (!file_cache_dir(arena, &cache, err))
        return false;
    *out = arena_printf(arena, "%.*s/db", STR_ARG(cache));
    return out->ptr || arena_error(arena, err);
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------------ */

static void read_part(struct json *json, struct update_part *part)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "Reference"))
            json_string(json, &part->reference);
        else if (str_is(key, "Digest"))
            json_string(json, &part->digest);
        else if (str_is(key, "Blob"))
            json_string(json, &part->blob);
        else if (str_is(key, "FetchedAt"))
            json_time(json, &part->fetched_s);
        else
            json_skip(json);
}

static void read_note(struct json *json, struct update_note *note)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "File"))
            json_string(json, &note->file);
        else if (str_is(key, "Previous"))
            json_string(json, &note->previous);
        else if (str_is(key, "UpdatedAt"))
            json_time(json, &note->built_s);
        else if (str_is(key, "NextUpdate"))
            json_time(json, &note->next_s);
        else if (str_is(key, "Database"))
            read_part(json, &note->database);
        else if (str_is(key, "JavaIndex"))
            read_part(json, &note->java);
        else
            json_skip(json);
}

static bool read_text(struct arena *arena, const char *name, struct str *out)
{
    struct str folder;
    struct error none = { 0 };
    if (!update_folder(arena, &folder, &none))
        return false;
    struct str path = arena_printf(arena, "%.*s/%s", STR_ARG(folder), name);
    return path.ptr && access(path.ptr, R_OK) == 0 && file_read(path.ptr, MAX_NOTE_BYTES, arena, out, &none);
}

bool update_note_read(struct arena *arena, struct update_note *out)
{
    struct str text;
    struct json json;
    struct error err = { 0 };
    struct update_note note = { 0 };
    size_t slash;
    if (!read_text(arena, "current", &text))
        return false;
    json_begin(&json, text, arena);
    read_note(&json, &note);
    if (!json_end(&json, &err) || note.file.len == 0 || str_find(note.file, '/', &slash)) {
        log_debug("the note of the current database is damaged, and not used: %s", err.text);
        return false;
    }
    *out = note;
    return true;
}

static void read_check(struct json *json, struct update_check *check)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "At"))
            json_time(json, &check->at_s);
        else if (str_is(key, "Failed"))
            json_bool(json, &check->failed);
        else if (str_is(key, "Problem"))
            json_string(json, &check->problem);
        else
            json_skip(json);
}

bool update_check_read(struct arena *arena, struct update_check *out)
{
    struct str text;
    struct json json;
    struct error none = { 0 };
    struct update_check check = { 0 };
    if (!read_text(arena, "checked", &text))
        return false;
    json_begin(&json, text, arena);
    read_check(&json, &check);
    if (!json_end(&json, &none))
        return false;
    *out = check;
    return true;
}

/* ---- writing ------------------------------------------------------------------------------------------------------------------------ */

static void put_text(struct buf *out, const char *key, struct str value)
{
    buf_printf(out, "\"%s\": ", key);
    json_put_string(out, value);
    buf_text(out, ", ");
}

static void put_time(struct buf *out, const char *key, int64_t unix_s)
{
    char text[32];
    time_format(unix_s, text);
    buf_printf(out, "\"%s\": \"%s\"", key, text);
}

static void put_part(struct buf *out, const char *key, const struct update_part *part)
{
    if (part->digest.len == 0)
        return;
    buf_printf(out, ",\n  \"%s\": {", key);
    put_text(out, "Reference", part->reference);
    put_text(out, "Digest", part->digest);
    put_text(out, "Blob", part->blob);
    put_time(out, "FetchedAt", part->fetched_s);
    buf_text(out, "}");
}

/* Takes the text. */
static bool write_text(const char *name, struct buf *text, struct arena *arena, struct error *err)
{
    struct str folder;
    bool ok = !text->failed || error_set(err, ERROR_LIMIT, "%s: the note is too large", name);
    ok = ok && update_folder(arena, &folder, err) && file_make_dirs(folder.ptr, err);
    struct str path = ok ? arena_printf(arena, "%.*s/%s", STR_ARG(folder), name) : (struct str){ 0 };
    ok = ok && (path.ptr || arena_error(arena, err)) && file_write(path.ptr, buf_view(text), err);
    buf_free(text);
    return ok;
}

bool update_note_write(const struct update_note *note, struct arena *arena, struct error *err)
{
    struct buf text;
    buf_init(&text, MAX_NOTE_BYTES);
    buf_text(&text, "{ ");
    put_text(&text, "File", note->file);
    put_text(&text, "Previous", note->previous);
    buf_text(&text, "\n  ");
    put_time(&text, "UpdatedAt", note->built_s);
    buf_text(&text, ", ");
    put_time(&text, "NextUpdate", note->next_s);
    put_part(&text, "Database", &note->database);
    put_part(&text, "JavaIndex", &note->java);
    buf_text(&text, " }\n");
    return write_text("current", &text, arena, err);
}

void update_check_write(const struct update_check *check, struct arena *arena)
{
    struct buf text;
    struct error none = { 0 };
    buf_init(&text, MAX_NOTE_BYTES);
    buf_text(&text, "{ ");
    put_text(&text, "Problem", check->problem);
    buf_printf(&text, "\"Failed\": %s, ", check->failed ? "true" : "false");
    put_time(&text, "At", check->at_s);
    buf_text(&text, " }\n");
    if (!write_text("checked", &text, arena, &none))
        log_debug("the time of the check is not noted: %s", none.text);
}

/* ---- the folder of one conversion ----------------------------------------------------------------------------------------------------- */

bool update_work_begin(struct arena *arena, struct str *out, struct error *err)
{
    struct str folder, path;
    if (!update_folder(arena, &folder, err))
        return false;
    path = arena_printf(arena, "%.*s/work-XXXXXX", STR_ARG(folder));
    char *name = path.ptr ? arena_cstr(arena, path) : NULL;
    if (!name)
        return arena_error(arena, err);
    if (!mkdtemp(name))
        return error_system(err, "%s", name);
    *out = str_from(name);
    return true;
}

static void remove_work(int parent, const char *name)
{
    struct dirent *entry;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (!folder) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((entry = readdir(folder)))
        if (entry->d_name[0] != '.')
            unlinkat(fd, entry->d_name, 0);
    closedir(folder);
    unlinkat(parent, name, AT_REMOVEDIR);
}

void update_work_end(struct str folder)
{
    if (folder.ptr)
        remove_work(AT_FDCWD, folder.ptr);
}

/* ---- tidying ------------------------------------------------------------------------------------------------------------------------- */

/* A download that some process is at is locked. */
static bool in_use(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno != ENOENT;
    bool locked = flock(fd, LOCK_EX | LOCK_NB) != 0;
    close(fd);
    return locked;
}

/* What another update may be making just now is newer than the previous database. */
static bool is_old_database(const struct update_note *note, const char *name, struct timespec made, struct timespec previous)
{
    return str_ends(str_from(name), ".ddb") && !str_is(note->file, name) && !str_is(note->previous, name) &&
           (made.tv_sec != previous.tv_sec ? made.tv_sec < previous.tv_sec : made.tv_nsec < previous.tv_nsec);
}

static void tidy_one(const struct update_note *note, int folder, const char *name, struct timespec previous, struct arena *arena)
{
    struct stat st;
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    bool is_dead = st.st_mtime < time_now() - WORK_DIES_S;
    struct str kept_java = arena_printf(arena, "java-%.*s.blob", STR_ARG(str_head(str_skip(note->java.blob, 7), 16)));
    if (str_starts(str_from(name), "work-") && is_dead)
        remove_work(folder, name);
    else if (is_old_database(note, name, st.st_mtim, previous) ||
             (str_starts(str_from(name), "java-") && !str_is(kept_java, name) && is_dead) ||
             (str_contains(str_from(name), ".tmp-") && is_dead) ||
             (str_starts(str_from(name), "partial-") && !in_use(folder, name)))
        unlinkat(folder, name, 0);
}

void update_tidy(const struct update_note *note, struct arena *arena)
{
    struct str path;
    struct error none = { 0 };
    struct stat previous;
    struct dirent *entry;
    if (!update_folder(arena, &path, &none))
        return;
    DIR *folder = opendir(path.ptr);
    if (!folder)
        return;
    char *name = arena_cstr(arena, note->previous);
    bool known = name && name[0] && fstatat(dirfd(folder), name, &previous, 0) == 0;
    while ((entry = readdir(folder)))
        if (entry->d_name[0] != '.')
            tidy_one(note, dirfd(folder), entry->d_name, known ? previous.st_mtim : (struct timespec){ 0 }, arena);
    closedir(folder);
}
