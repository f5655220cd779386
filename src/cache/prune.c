/* What is in the cache, and what goes when it is too much: see cache.h. */
#include "cache/entry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

const char TEMPORARY_FOLDER[] = "new";
static const int64_t ABANDONED_S = 3600;

/* ---- walking the folders ------------------------------------------------------------------------------------------------- */

struct item {
    char path[ENTRY_PATH_BYTES];
    enum cache_group group;
    uint64_t bytes;
    int64_t used_s;
};

struct items {
    struct arena arena;
    struct item *all;
    size_t count, cap;
    uint64_t bytes;
};

/* NULL where there is no such folder. */
static DIR *open_dir(int parent_fd, const char *name)
{
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (fd >= 0 && !dir)
        close(fd);
    return dir;
}

static const char *next_name(DIR *dir)
{
    const struct dirent *entry;
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            return entry->d_name;
    return NULL;
}

static bool add_item(struct items *items, enum cache_group group, const char *folder, const char *name, const struct stat *st)
{
    struct item item = { .group = group, .bytes = (uint64_t)st->st_size, .used_s = (int64_t)st->st_mtime };
    int len = snprintf(item.path, sizeof item.path, "%s/%s/%s", cache_group_name(group), folder, name);
    if (len < 0 || (size_t)len >= sizeof item.path)
        return true; /* a name that is none of ours */
    items->all = arena_grow(&items->arena, items->all, items->count, &items->cap, sizeof item);
    if (!items->all)
        return false;
    items->all[items->count++] = item;
    items->bytes += item.bytes;
    return true;
}

static bool list_folder(struct items *items, enum cache_group group, int group_fd, const char *folder)
{
    DIR *dir = open_dir(group_fd, folder);
    const char *name;
    struct stat st;
    bool ok = true;
    while (dir && ok && (name = next_name(dir)))
        if (fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode))
            ok = add_item(items, group, folder, name, &st);
    if (dir)
        closedir(dir);
    return ok;
}

static bool list_items(const struct cache *cache, struct items *items, struct error *err)
{
    *items = (struct items){ 0 };
    arena_init(&items->arena, "list of the cache", (size_t)512 << 20);
    bool ok = true;
    for (int group = 0; ok && cache->fd >= 0 && group < CACHE_GROUP_COUNT; group++) {
        DIR *dir = open_dir(cache->fd, cache_group_name((enum cache_group)group));
        const char *name;
        while (dir && ok && (name = next_name(dir)))
            ok = list_folder(items, (enum cache_group)group, dirfd(dir), name) || arena_error(&items->arena, err);
        if (dir)
            closedir(dir);
    }
    if (!ok)
        arena_free(&items->arena);
    return ok;
}

/* ---- info ---------------------------------------------------------------------------------------------------------------- */

static bool is_whole(const struct cache *cache, const struct item *item)
{
    struct stat st;
    struct str bytes, key, contents;
    char path[ENTRY_PATH_BYTES];
    bool bad;
    if (!entry_map(cache->fd, item->path, &bytes, &st, &bad))
        return false;
    bool whole = entry_parse(bytes, item->group, &key, &contents);
    if (whole) {
        entry_path(item->group, key, path);
        whole = strcmp(path, item->path) == 0;
    }
    munmap((void *)(uintptr_t)bytes.ptr, bytes.len);
    return whole;
}

bool cache_info(struct cache *cache, bool verify, struct cache_info *out, struct error *err)
{
    struct items items;
    struct cache_info info = { .max_bytes = cache->max_bytes };
    if (!list_items(cache, &items, err))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < items.count; i++) {
        const struct item *item = &items.all[i];
        bool first = info.groups[item->group].entries++ == 0;
        info.groups[item->group].bytes += item->bytes;
        if (first || item->used_s < info.groups[item->group].oldest_s)
            info.groups[item->group].oldest_s = item->used_s;
        if (first || item->used_s > info.groups[item->group].newest_s)
            info.groups[item->group].newest_s = item->used_s;
        if (verify) {
            info.damaged += !is_whole(cache, item);
            ok = !interrupted() || interrupt_error(err);
        }
    }
    info.entries = items.count;
    info.bytes = items.bytes;
    arena_free(&items.arena);
    if (ok)
        *out = info;
    return ok;
}

/* ---- prune --------------------------------------------------------------------------------------------------------------- */

/* Least recently used first; of one time by name, so that processes that prune at once agree. */
static int compare_use(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    int order = (x->used_s > y->used_s) - (x->used_s < y->used_s);
    return order ? order : strcmp(x->path, y->path);
}

/* Left by writers that were killed: no writer takes an hour. */
static void remove_abandoned(const struct cache *cache, int64_t now_s)
{
    DIR *dir = open_dir(cache->fd, TEMPORARY_FOLDER);
    const char *name;
    struct stat st;
    while (dir && (name = next_name(dir)))
        if (fstatat(dirfd(dir), name, &st, AT_SYMLINK_NOFOLLOW) == 0 && now_s - (int64_t)st.st_mtime >= ABANDONED_S)
            unlinkat(dirfd(dir), name, 0);
    if (dir)
        closedir(dir);
}

/* Writers make them again. */
static void remove_empty_folders(const struct cache *cache)
{
    for (int group = 0; group < CACHE_GROUP_COUNT; group++) {
        DIR *dir = open_dir(cache->fd, cache_group_name((enum cache_group)group));
        const char *name;
        while (dir && (name = next_name(dir)))
            unlinkat(dirfd(dir), name, AT_REMOVEDIR);
        if (dir)
            closedir(dir);
        unlinkat(cache->fd, cache_group_name((enum cache_group)group), AT_REMOVEDIR);
    }
    unlinkat(cache->fd, TEMPORARY_FOLDER, AT_REMOVEDIR);
}

bool prune_entries(struct cache *cache, uint64_t bound, uint64_t keep, int64_t before_s, uint64_t *removed,
                   uint64_t *removed_bytes, struct error *err)
{
    struct items items;
    *removed = *removed_bytes = 0;
    if (cache->fd < 0)
        return true;
    if (!list_items(cache, &items, err))
        return false;
    bool ok = true;
    uint64_t left = items.bytes, target = items.bytes > bound ? keep : items.bytes;
    if (items.count && (left > target || before_s != INT64_MIN))
        qsort(items.all, items.count, sizeof *items.all, compare_use);
    for (size_t i = 0; ok && i < items.count && (left > target || items.all[i].used_s < before_s || bound == 0); i++) {
        if (unlinkat(cache->fd, items.all[i].path, 0) == 0) {
            *removed += 1;
            *removed_bytes += items.all[i].bytes;
        } else if (errno != ENOENT) {
            ok = error_system(err, "%s/%s", cache->folder, items.all[i].path);
        }
        left -= items.all[i].bytes;
    }
    arena_free(&items.arena);
    remove_abandoned(cache, time_now());
    total_set(cache, left);
    if (bound == 0)
        remove_empty_folders(cache);
    return ok;
}

bool cache_prune(struct cache *cache, uint64_t max_bytes, int64_t before_s, uint64_t *removed, uint64_t *removed_bytes,
                 struct error *err)
{
    return prune_entries(cache, max_bytes, max_bytes, before_s, removed, removed_bytes, err);
}
