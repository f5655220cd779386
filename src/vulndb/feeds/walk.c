/* The texts of a folder, an archive or a single file, one after the other: what every feed of many small files reads. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vulndb/feeds/feed.h"

enum {
    MAX_TEXT_BYTES = 256 << 20, /* of one file: Debian's tracker dump has some 70 MB */
    MAX_NAMES_BYTES = 1 << 30,  /* of all names of a folder, or of an archive's directory */
    MAX_DEPTH = 32,
};
static const uint64_t max_archive_bytes = 64ull << 30;

enum walk_kind { WALK_FOLDER, WALK_TAR, WALK_ZIP, WALK_FILE };

struct feed_walk {
    enum walk_kind kind;
    const char *root;
    struct arena names, text;
    int fd;
    struct str *paths; /* a folder's files, relative, sorted; a single file's name */
    size_t count, cap, next;
    struct stream *stream;
    struct tar *tar;
    struct zip *zip;
    uint64_t file_bytes;
};

/* ---- folders --------------------------------------------------------------------------------------------------------------- */

static bool collect(struct feed_walk *walk, struct str relative, unsigned depth, struct error *err);

static bool collect_entry(struct feed_walk *walk, struct str relative, const char *name, unsigned depth, struct error *err)
{
    struct stat st;
    struct str path =
        relative.len ? arena_printf(&walk->names, "%.*s/%s", STR_ARG(relative), name) : arena_str(&walk->names, str_from(name));
    struct str full = arena_printf(&walk->names, "%s/%.*s", walk->root, STR_ARG(path));
    if (!path.ptr || !full.ptr)
        return arena_error(&walk->names, err);
    if (lstat(full.ptr, &st) != 0)
        return error_system(err, "%s", full.ptr);
    if (S_ISDIR(st.st_mode))
        return collect(walk, path, depth + 1, err);
    if (!S_ISREG(st.st_mode))
        return true;
    struct str *paths = arena_grow(&walk->names, walk->paths, walk->count, &walk->cap, sizeof *paths);
    if (!paths)
        return arena_error(&walk->names, err);
    walk->paths = paths;
    walk->paths[walk->count++] = path;
    return true;
}

static bool collect(struct feed_walk *walk, struct str relative, unsigned depth, struct error *err)
{
    struct str full = arena_printf(&walk->names, "%s/%.*s", walk->root, STR_ARG(relative));
    if (!full.ptr)
        return arena_error(&walk->names, err);
    if (depth > MAX_DEPTH)
        return error_set(err, ERROR_LIMIT, "%s: folders are nested too deeply", full.ptr);
    DIR *dir = opendir(full.ptr);
    struct dirent *entry;
    if (!dir)
        return error_system(err, "%s", full.ptr);
    bool ok = true;
    while (ok && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            ok = collect_entry(walk, relative, entry->d_name, depth, err);
    closedir(dir);
    return ok;
}

static int compare_paths(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool open_folder(struct feed_walk *walk, struct error *err)
{
    walk->kind = WALK_FOLDER;
    if (!collect(walk, STR(""), 0, err))
        return false;
    if (walk->count)
        qsort(walk->paths, walk->count, sizeof *walk->paths, compare_paths);
    return true;
}

/* ---- archives and single files --------------------------------------------------------------------------------------------- */

/* A tar's header names its kind at byte 257 (POSIX.1-2017 pax, "ustar"). */
static bool looks_like_tar(const struct stream *stream)
{
    return stream->len >= 512 && memcmp(stream->ptr + 257, "ustar", 5) == 0;
}

static bool open_file(struct feed_walk *walk, struct error *err)
{
    unsigned char head[4] = { 0 };
    struct error ignored = { 0 };
    if (walk->file_bytes >= 4 && file_read_at(walk->fd, head, 4, 0, &ignored) && memcmp(head, "PK\3\4", 4) == 0) {
        walk->kind = WALK_ZIP;
        walk->zip = zip_open((struct blob){ .fd = walk->fd, .size = walk->file_bytes }, &walk->names, err);
        return walk->zip != NULL;
    }
    walk->stream = stream_file(walk->fd, 0, UINT64_MAX, err);
    if (walk->stream)
        walk->stream = stream_inflate_auto(walk->stream, max_archive_bytes, NULL, err);
    if (!walk->stream || !stream_fill(walk->stream, err))
        return false;
    walk->kind = WALK_FILE;
    if (!looks_like_tar(walk->stream))
        return true;
    walk->kind = WALK_TAR;
    walk->tar = tar_open(walk->stream, err);
    return walk->tar != NULL;
}

struct feed_walk *feed_walk_open(const char *path, struct error *err)
{
    struct stat st;
    struct feed_walk *walk = calloc(1, sizeof *walk);
    if (!walk) {
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    walk->root = path;
    arena_init(&walk->names, path, MAX_NAMES_BYTES);
    arena_init(&walk->text, path, (size_t)MAX_TEXT_BYTES + (1 << 20));
    walk->fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok;
    if (walk->fd < 0 || fstat(walk->fd, &st) != 0)
        ok = error_system(err, "%s", path);
    else if (S_ISDIR(st.st_mode))
        ok = open_folder(walk, err);
    else {
        walk->file_bytes = (uint64_t)st.st_size;
        ok = open_file(walk, err) || error_wrap(err, "%s", path);
    }
    if (ok)
        return walk;
    feed_walk_close(walk);
    return NULL;
}

void feed_walk_close(struct feed_walk *walk)
{
    if (!walk)
        return;
    if (walk->tar)
        tar_close(walk->tar);
    stream_close(walk->stream);
    if (walk->fd >= 0)
        close(walk->fd);
    arena_free(&walk->names);
    arena_free(&walk->text);
    free(walk);
}

/* ---- next ------------------------------------------------------------------------------------------------------------------ */

static bool next_in_folder(struct feed_walk *walk, bool (*wanted)(struct str path), struct str *path, struct str *text,
                           struct error *err)
{
    while (walk->next < walk->count) {
        struct str relative = walk->paths[walk->next++];
        if (wanted && !wanted(relative))
            continue;
        struct str full = arena_printf(&walk->text, "%s/%.*s", walk->root, STR_ARG(relative));
        if (!full.ptr)
            return arena_error(&walk->text, err);
        *path = relative;
        return file_read(full.ptr, MAX_TEXT_BYTES, &walk->text, text, err);
    }
    return false;
}

static bool next_in_tar(struct feed_walk *walk, bool (*wanted)(struct str path), struct str *path, struct str *text,
                        struct error *err)
{
    struct tar_entry entry;
    while (tar_next(walk->tar, &entry, err)) {
        if (entry.type != TAR_FILE || (wanted && !wanted(entry.path)))
            continue;
        *path = arena_str(&walk->text, entry.path);
        if (!path->ptr)
            return arena_error(&walk->text, err);
        return stream_text(tar_content(walk->tar), MAX_TEXT_BYTES, &walk->text, text, err) ||
               error_wrap(err, "%.*s", STR_ARG(*path));
    }
    if (err->kind == ERROR_NONE)
        stream_drain(walk->stream, err); /* so that the sums of a compressed archive are checked to its end */
    return false;
}

static bool next_in_zip(struct feed_walk *walk, bool (*wanted)(struct str path), struct str *path, struct str *text,
                        struct error *err)
{
    struct zip_entry entry;
    while (zip_next(walk->zip, &entry, err)) {
        if (str_ends(entry.path, "/") || (wanted && !wanted(entry.path)))
            continue;
        *path = entry.path;
        return zip_text(walk->zip, &entry, MAX_TEXT_BYTES, &walk->text, text, err) ||
               error_wrap(err, "%.*s", STR_ARG(entry.path));
    }
    return false;
}

/* A single file is read whatever its name: the user pointed at it. Without the endings of compression it names its format. */
static bool next_single(struct feed_walk *walk, struct str *path, struct str *text, struct error *err)
{
    static const char *const endings[] = { ".gz", ".zst", ".xz", ".bz2" };
    if (walk->next++)
        return false;
    *path = path_base(str_from(walk->root));
    for (size_t i = 0; i < ARRAY_LEN(endings); i++)
        if (str_ends(*path, endings[i]))
            path->len -= strlen(endings[i]);
    return stream_text(walk->stream, MAX_TEXT_BYTES, &walk->text, text, err);
}

bool feed_walk_next(struct feed_walk *walk, bool (*wanted)(struct str path), struct str *path, struct str *text,
                    struct error *err)
{
    arena_reset(&walk->text, (struct arena_mark){ 0 });
    bool found = false;
    switch (walk->kind) {
    case WALK_FOLDER: found = next_in_folder(walk, wanted, path, text, err); break;
    case WALK_TAR: found = next_in_tar(walk, wanted, path, text, err); break;
    case WALK_ZIP: found = next_in_zip(walk, wanted, path, text, err); break;
    case WALK_FILE: found = next_single(walk, path, text, err); break;
    }
    if (!found && err->kind != ERROR_NONE)
        error_wrap(err, "%s", walk->root);
    return found;
}

bool feed_each_file(struct vulndb_builder *builder, const char *path, bool (*wanted)(struct str path),
                    bool (*add)(struct vulndb_builder *builder, struct str path, struct str text, struct arena *arena,
                                struct error *err),
                    struct error *err)
{
    struct arena arena;
    struct str name, text;
    struct feed_walk *walk = feed_walk_open(path, err);
    if (!walk)
        return false;
    arena_init(&arena, "a file of a feed", (size_t)8 * FEED_RECORD_BYTES);
    bool ok = true;
    size_t count = 0;
    for (; ok && feed_walk_next(walk, wanted, &name, &text, err); count++) {
        ok = (add(builder, name, text, &arena, err) && (!arena.exhausted || arena_error(&arena, err))) ||
             error_wrap(err, "%s: %.*s", path, STR_ARG(name));
        arena_reset(&arena, (struct arena_mark){ 0 });
    }
    arena_free(&arena);
    feed_walk_close(walk);
    if (ok && err->kind == ERROR_NONE && count == 0)
        return error_set(err, ERROR_INPUT, "%s: no file of this kind of feed is in it", path);
    return ok && err->kind == ERROR_NONE;
}

bool feed_bad_file(struct vulndb_builder *builder, struct str path, const struct error *problem)
{
    char where[sizeof problem->text + 256];
    snprintf(where, sizeof where, "%.*s: %s", str_print_len(str_head(path, 200)), path.ptr ? path.ptr : "", problem->text);
    vulndb_add_problem(builder, "a file that cannot be read", str_from(where));
    return true;
}
