/* The cache's folder, and entries going in and out of it: see cache.h.
 *
 * All paths are relative to the folder's descriptor. Writers never wait for each other: each writes a file of its own in the
 * folder of temporary files and renames it to where readers look. Nothing is synced to the disk, since an entry that a power cut
 * damages reads as absent. */
#include "cache/entry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const uint32_t MAX_KEY_BYTES = 1 << 20;

const char *cache_group_name(enum cache_group group)
{
    static const char *const names[CACHE_GROUP_COUNT] = { "documents", "layers", "images" };
    return names[group];
}

/* ---- the folder ---------------------------------------------------------------------------------------------------------- */

static bool check_folder(const struct cache *cache, struct error *err)
{
    struct stat st;
    if (fstat(cache->fd, &st) != 0)
        return error_system(err, "%s", cache->folder);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return error_set(err, ERROR_SYSTEM, "%s: belongs to another user (%u); set --cache-dir to a folder of your own",
                         cache->folder, (unsigned)st.st_uid);
    return is_trusted(&st) || error_set(err, ERROR_SYSTEM, "%s: others may write to it (mode %o); chmod it to 700", cache->folder,
                                        (unsigned)st.st_mode & 07777);
}

/* Leaves fd at -1 where there is no such folder. */
static bool open_folder(struct cache *cache, struct error *err)
{
    cache->fd = open(cache->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cache->fd < 0)
        return errno == ENOENT || error_system(err, "%s", cache->folder);
    return check_folder(cache, err);
}

static bool make_folder(struct cache *cache, struct error *err)
{
    if (cache->fd >= 0)
        return true;
    size_t slash;
    struct str path = str_from(cache->folder);
    if (str_rfind(path, '/', &slash) && slash) {
        cache->folder[slash] = '\0';
        bool made = file_make_dirs(cache->folder, err);
        cache->folder[slash] = '/';
        if (!made)
            return false;
    }
    if (mkdir(cache->folder, 0700) != 0 && errno != EEXIST)
        return error_system(err, "%s: cannot make the folder", cache->folder);
    return open_folder(cache, err) && (cache->fd >= 0 || error_system(err, "%s", cache->folder));
}

struct cache *cache_open(const char *folder, uint64_t max_bytes, struct error *err)
{
    struct cache *cache = calloc(1, sizeof *cache);
    char *copy = strdup(folder);
    if (!cache || !copy || !folder[0]) {
        free(cache);
        free(copy);
        error_set(err, folder[0] ? ERROR_LIMIT : ERROR_USAGE, folder[0] ? "out of memory" : "the cache folder has no name");
        return NULL;
    }
    for (size_t len = strlen(copy); len > 1 && copy[len - 1] == '/'; len--)
        copy[len - 1] = '\0';
    *cache = (struct cache){ .fd = -1, .folder = copy, .max_bytes = max_bytes ? max_bytes : CACHE_DEFAULT_BYTES };
    if (open_folder(cache, err))
        return cache;
    cache_close(cache);
    return NULL;
}

void cache_close(struct cache *cache)
{
    if (!cache)
        return;
    uint64_t total, removed, removed_bytes;
    struct error none = { 0 }; /* an eviction that fails is the next one's work */
    if (cache->written_bytes && (!total_add(cache, cache->written_bytes, &total) || total > cache->max_bytes))
        prune_entries(cache, cache->max_bytes, cache->max_bytes / 10 * 9, INT64_MIN, &removed, &removed_bytes, &none);
    if (cache->fd >= 0)
        close(cache->fd);
    free(cache->folder);
    free(cache);
}

/* ---- out ----------------------------------------------------------------------------------------------------------------- */

bool cache_get(struct cache *cache, enum cache_group group, struct str key, struct cache_entry *out)
{
    char path[ENTRY_PATH_BYTES];
    struct stat st;
    struct str bytes, own_key, contents;
    bool bad;
    if (!cache || cache->fd < 0)
        return false;
    entry_path(group, key, path);
    if (!entry_map(cache->fd, path, &bytes, &st, &bad)) {
        if (bad)
            unlinkat(cache->fd, path, 0);
        return false;
    }
    struct cache_entry entry = { .map = (void *)(uintptr_t)bytes.ptr, .map_bytes = bytes.len };
    bool whole = entry_parse(bytes, group, &own_key, &contents);
    if (!whole)
        unlinkat(cache->fd, path, 0);
    if (!whole || !str_eq(own_key, key)) {
        cache_release(&entry);
        return false;
    }
    entry_touch(cache->fd, path, &st);
    entry.bytes = contents;
    *out = entry;
    return true;
}

void cache_release(struct cache_entry *entry)
{
    if (entry->map)
        munmap(entry->map, entry->map_bytes);
    *entry = (struct cache_entry){ 0 };
}

/* ---- in ------------------------------------------------------------------------------------------------------------------ */

int entry_temporary(const struct cache *cache, char name[static ENTRY_PATH_BYTES], struct error *err)
{
    for (unsigned attempt = 0; attempt < 16; attempt++) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        snprintf(name, ENTRY_PATH_BYTES, "%s/%lx-%lx-%x", TEMPORARY_FOLDER, (unsigned long)getpid(), (unsigned long)now.tv_nsec,
                 attempt);
        int fd = openat(cache->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0)
            return fd;
        if (errno == ENOENT && mkdirat(cache->fd, TEMPORARY_FOLDER, 0700) != 0 && errno != EEXIST)
            break;
        if (errno != EEXIST && errno != ENOENT)
            break;
    }
    error_system(err, "%s/%s", cache->folder, name);
    return -1;
}

/* Folders are made when they are missed: they may go at any time, when the cache is cleared. */
static bool rename_entry(const struct cache *cache, const char *from, const char *to, struct error *err)
{
    for (unsigned attempt = 0; attempt < 4; attempt++) {
        if (renameat(cache->fd, from, cache->fd, to) == 0)
            return true;
        if (errno != ENOENT)
            break;
        char folder[ENTRY_PATH_BYTES];
        const struct str whole = str_from(to), inner = path_dir(whole), outer = path_dir(inner);
        snprintf(folder, sizeof folder, "%.*s", STR_ARG(outer));
        mkdirat(cache->fd, folder, 0700);
        snprintf(folder, sizeof folder, "%.*s", STR_ARG(inner));
        mkdirat(cache->fd, folder, 0700);
        errno = ENOENT;
    }
    return error_system(err, "%s/%s", cache->folder, to);
}

static bool is_there(const struct cache *cache, const char *path)
{
    struct stat st;
    return fstatat(cache->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && is_trusted(&st);
}

bool cache_put(struct cache *cache, enum cache_group group, struct str key, struct str bytes, struct error *err)
{
    char path[ENTRY_PATH_BYTES], temporary[ENTRY_PATH_BYTES];
    if (!cache)
        return true;
    if (key.len > MAX_KEY_BYTES || entry_bytes(key, bytes) > cache->max_bytes)
        return error_set(err, ERROR_LIMIT, "an entry of %zu bytes is larger than the cache may be", bytes.len);
    if (!make_folder(cache, err))
        return false;
    entry_path(group, key, path);
    if (is_there(cache, path))
        return true;
    int fd = entry_temporary(cache, temporary, err);
    if (fd < 0)
        return false;
    bool ok = entry_write(fd, group, key, bytes, err) || error_wrap(err, "%s", cache->folder);
    if (close(fd) != 0 && ok) /* some file systems tell only now that they are full */
        ok = error_system(err, "%s", cache->folder);
    ok = ok && rename_entry(cache, temporary, path, err);
    if (ok)
        cache->written_bytes += entry_bytes(key, bytes);
    else
        unlinkat(cache->fd, temporary, 0);
    return ok;
}
