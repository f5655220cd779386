/* A walk of a folder by as many workers as there are processors: see folder.h. */
#define _GNU_SOURCE /* DIR with dirfd, O_DIRECTORY */
#include "scan/drive.h"
#include "scan/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

/* A tree that has no more entries is walked before a second worker is there. */
enum { SMALL_ENTRIES = 512, MAX_FOLDERS = 64, MAX_WORKERS = 64 };

/* ---- small trees ------------------------------------------------------------------------------------------------------------ */

static bool is_folder(DIR *dir, const struct dirent *item)
{
    struct stat st;
    if (item->d_type != DT_UNKNOWN)
        return item->d_type == DT_DIR;
    return fstatat(dirfd(dir), item->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* Counts entries folder by folder, and remembers folders as descriptors. */
static size_t count_entries(DIR *dir, int *folders, size_t *folder_count, size_t most)
{
    size_t count = 0;
    for (struct dirent *item; count <= most && (item = readdir(dir)); count++) {
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0 || !is_folder(dir, item))
            continue;
        if (*folder_count == MAX_FOLDERS)
            return most + 1;
        int fd = openat(dirfd(dir), item->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0)
            folders[(*folder_count)++] = fd;
    }
    return count;
}

static bool is_small(int fd)
{
    int folders[MAX_FOLDERS];
    size_t count = 0, at = 0, entries = 0;
    folders[count++] = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (; at < count && entries <= SMALL_ENTRIES; at++) {
        DIR *dir = folders[at] >= 0 ? fdopendir(folders[at]) : NULL;
        if (!dir)
            continue;
        entries += count_entries(dir, folders, &count, SMALL_ENTRIES - entries);
        closedir(dir);
    }
    for (; at < count; at++)
        close(folders[at]);
    return entries <= SMALL_ENTRIES;
}

/* ---- workers ------------------------------------------------------------------------------------------------------------------ */

struct folder_run {
    struct folder_pass passes[MAX_WORKERS];
    struct worker_job jobs[MAX_WORKERS];
    size_t count;
};

static bool add_worker(struct folder_run *run, const struct folder_pass *pass, const char *what, struct error *err)
{
    struct folder_pass *own = &run->passes[run->count];
    *own = *pass;
    if ((own->spool_fd = file_spool(err)) < 0)
        return false;
    run->jobs[run->count++] = (struct worker_job){ .what = what,
                                                   .run = folder_pass_run,
                                                   .context = own,
                                                   .reads_folder = true,
                                                   .folder_fd = pass->fd,
                                                   .shares_work = pass->shared,
                                                   .share_fds = { pass->give_fd, pass->take_fd },
                                                   .max_spool_bytes = pass->max_spool_bytes };
    return true;
}

static bool run_workers(struct scan *scan, const struct folder_pass *pass, size_t wanted, struct layer_inventory *out,
                        struct error *err)
{
    struct folder_run *run = arena_new(scan->arena, struct folder_run);
    struct str answers[MAX_WORKERS];
    bool ok = run || arena_error(scan->arena, err);
    for (size_t i = 0; ok && i < wanted; i++)
        ok = add_worker(run, pass, scan->input, err);
    ok = ok && worker_run(run->jobs, run->count, (unsigned)wanted, scan->arena, NULL, NULL, err);
    for (size_t i = 0; run && i < run->count; i++) {
        close(run->passes[i].spool_fd);
        answers[i] = run->jobs[i].result;
    }
    if (ok && pass->shared && atomic_load(&pass->shared->pending))
        ok = error_set(err, ERROR_INPUT, "%s: the workers have left some of it out", scan->input);
    if (!ok || (pass->shared && atomic_load(&pass->shared->linked_bytes) > LAYER_MAX_LINKED_BYTES))
        return ok;
    return folder_join(answers, run->count, scan->arena, out, err) || error_wrap(err, "%s", scan->input);
}

/* Past the limit of what is parsed for links, it matters in which order they come: then one worker walks all. */
static bool share_walk(struct scan *scan, struct folder_pass *pass, size_t workers, struct layer_inventory *out,
                       struct error *err)
{
    if (!folder_share_open(&pass->shared, &pass->give_fd, &pass->take_fd, err))
        return false;
    bool ok = run_workers(scan, pass, workers, out, err);
    bool again = ok && atomic_load(&pass->shared->linked_bytes) > LAYER_MAX_LINKED_BYTES;
    folder_share_close(pass->shared, pass->give_fd, pass->take_fd);
    pass->shared = NULL;
    return again ? run_workers(scan, pass, 1, out, err) : ok;
}

bool scan_walk_folder_at(struct scan *scan, int fd, const struct layer_alias *aliases, size_t alias_count,
                         struct layer_inventory *out, struct error *err)
{
    struct folder_pass pass = { .fd = fd,
                                .path = scan->input,
                                .options = scan->options,
                                .checks = scan->checks,
                                .check_count = scan->check_count,
                                .aliases = aliases,
                                .alias_count = alias_count,
                                .max_spool_bytes = scan_spool_bytes(scan) };
    size_t workers = scan_parallel(scan);
    if (workers > MAX_WORKERS)
        workers = MAX_WORKERS;
    if (workers > 1 && (scan->options->only_file.len || is_small(fd)))
        workers = 1;
    return workers > 1 ? share_walk(scan, &pass, workers, out, err) : run_workers(scan, &pass, 1, out, err);
}

bool scan_walk_folder(struct scan *scan, const struct layer_alias *aliases, size_t alias_count, struct error *err)
{
    return scan_walk_folder_at(scan, scan->fd, aliases, alias_count, &scan->layers[0], err);
}
