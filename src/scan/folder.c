/* The walk of a root file system in a folder. Links are never followed by the system, only noted; files are opened for
 * reading when a kind claims them. What may not be read is counted, and is a warning where a kind claims it. */
#define _GNU_SOURCE /* DIR with dirfd, O_DIRECTORY */
#include "scan/layer.h"
#include "scan/skip.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 256 };

/* Left out unless asked for: they hold other machines' files, or none at all. */
static const char *const left_out[] = {
    "proc",
    "sys",
    "dev",
    "var/lib/docker",
    "var/lib/containers",
    "var/lib/containerd",
    "var/lib/buildkit",
    "var/lib/kubelet/pods",
    "var/lib/lxc",
    "var/lib/machines",
};

struct folder_walk {
    const struct folder_pass *pass;
    struct layer_collector c;
    char path[4096]; /* of the entry at hand, relative to the root */
    struct {
        DIR *dir;
        size_t path_len; /* of the folder */
    } levels[MAX_DEPTH];
    unsigned depth;
    dev_t device;
    struct map same_files; /* device and inode → layer_name of the first path */
};

static bool is_left_out(const struct folder_walk *w, struct str path, dev_t device)
{
    const struct scan_options *options = w->pass->options;
    if (skip_matches(&options->skips, path, true))
        return true;
    if (options->source_tree)
        return str_is(path_base(path), ".git");
    if (options->other_filesystems)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
        if (str_is(path, left_out[i]))
            return true;
    return device != w->device;
}

/* Opens a folder (its descriptor is taken) as the next level. */
static bool push_folder(struct folder_walk *w, int fd, size_t path_len)
{
    DIR *dir = w->depth < MAX_DEPTH ? fdopendir(fd) : NULL;
    if (!dir) {
        close(fd);
        w->c.layer.unreadable_count++;
        return false;
    }
    w->levels[w->depth].dir = dir;
    w->levels[w->depth++].path_len = path_len;
    return true;
}

/* Of a folder that is not walked: what lies in it is not missed. */
static bool mark_unread(struct folder_walk *w, struct str path)
{
    uint32_t at;
    if (layer_find(&w->c.layer, layer_name(path, true), &at))
        w->c.layer.members[at].mode |= MEMBER_UNREAD;
    return true;
}

static bool unreadable(struct folder_walk *w, struct str path, const char *why, struct error *err)
{
    w->c.layer.unreadable_count++;
    if (!catalog_claim(path))
        return true;
    return layer_collect_warning(&w->c, path, err, why);
}

/* What may be an executable is opened for its first bytes. */
static bool is_wanted(const struct folder_walk *w, const struct tar_entry *entry)
{
    struct str name = path_base(entry->path);
    if (w->c.checks)
        return layer_check_wants(&w->c, entry->path);
    bool may_run = (entry->mode & 0111) != 0 || str_contains(name, ".so") || str_ends(name, ".ko");
    return catalog_claim(entry->path) || catalog_claim_program(entry->path, entry->mode) || w->c.alias_count > 0 ||
           (may_run && entry->size_bytes > 0 && !w->pass->options->source_tree);
}

/* A file may change or vanish while a running machine is scanned: a failure to read it is a warning. */
static bool collect_file(struct folder_walk *w, int dir_fd, const char *name, struct tar_entry *entry, struct error *err)
{
    if (!is_wanted(w, entry))
        return layer_collect(&w->c, entry, NULL, err);
    int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        int code = errno;
        if (fd >= 0)
            close(fd);
        if (!member_add(&w->c, entry, 0))
            return arena_error(&w->c.arena, err);
        return unreadable(w, entry->path, strerror(code), err);
    }
    entry->size_bytes = (uint64_t)st.st_size;
    struct stream *content = stream_file(fd, 0, entry->size_bytes, err);
    w->c.direct_fd = fd;
    bool ok = content && layer_collect(&w->c, entry, content, err);
    w->c.direct_fd = -1;
    stream_close(content);
    close(fd);
    if (!ok && err->kind != ERROR_LIMIT) {
        struct error cause = *err;
        *err = (struct error){ 0 };
        ok = unreadable(w, entry->path, cause.text, err);
    }
    return ok;
}

/* The first path of several hard links stands for their contents. */
static bool find_same(struct folder_walk *w, const struct stat *st, struct str path)
{
    uint64_t id[2] = { (uint64_t)st->st_dev, (uint64_t)st->st_ino };
    if (st->st_nlink < 2 || map_get(&w->same_files, str_make(id, sizeof id), &w->c.same_as))
        return true;
    struct str key = arena_str(&w->c.arena, str_make(id, sizeof id));
    return key.ptr && map_put(&w->same_files, key, layer_name(path, false));
}

static bool visit(struct folder_walk *w, int dir_fd, const char *name, struct str path, struct error *err)
{
    struct stat st;
    w->c.same_as = 0;
    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return unreadable(w, path, strerror(errno), err);
    struct tar_entry entry = { .path = path, .mode = st.st_mode & 07777, .size_bytes = (uint64_t)st.st_size };
    if (S_ISREG(st.st_mode)) {
        entry.type = TAR_FILE;
        if (skip_matches(&w->pass->options->skips, path, false))
            return true;
        if (!find_same(w, &st, path))
            return arena_error(&w->c.arena, err);
        return collect_file(w, dir_fd, name, &entry, err);
    }
    if (S_ISLNK(st.st_mode)) {
        char target[4096];
        ssize_t n = readlinkat(dir_fd, name, target, sizeof target);
        entry.type = TAR_SYMLINK;
        entry.link = str_make(target, n > 0 ? (size_t)n : 0);
        return layer_collect(&w->c, &entry, NULL, err);
    }
    entry.type = S_ISDIR(st.st_mode) ? TAR_DIR : TAR_OTHER;
    if (!layer_collect(&w->c, &entry, NULL, err))
        return false;
    if (entry.type != TAR_DIR)
        return true;
    if (is_left_out(w, path, st.st_dev))
        return mark_unread(w, path);
    int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return mark_unread(w, path) && unreadable(w, path, strerror(errno), err);
    return push_folder(w, fd, path.len) || mark_unread(w, path);
}

/* The path of an entry of the current folder, in w->path; false when it is too long. */
static bool join(struct folder_walk *w, size_t folder_len, const char *name, struct str *out)
{
    size_t at = folder_len, n = strlen(name);
    if (at + 1 + n >= sizeof w->path)
        return false;
    if (at)
        w->path[at++] = '/';
    memcpy(w->path + at, name, n + 1);
    *out = str_make(w->path, at + n);
    return true;
}

static bool walk(struct folder_walk *w, struct error *err)
{
    while (w->depth) {
        DIR *dir = w->levels[w->depth - 1].dir;
        struct dirent *item = readdir(dir);
        if (!item) {
            closedir(dir);
            w->depth--;
            continue;
        }
        struct str only = w->pass->options->only_file;
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        if (only.len && (w->depth > 1 || !str_is(only, item->d_name)))
            continue;
        struct str path;
        if (!join(w, w->levels[w->depth - 1].path_len, item->d_name, &path))
            w->c.layer.unreadable_count++;
        else if (!visit(w, dirfd(dir), item->d_name, path, err))
            return false;
    }
    return true;
}

bool folder_pass_run(void *context, struct buf *out, struct error *err)
{
    static struct folder_walk w; /* one a process; too large for the stack */
    const struct folder_pass *pass = context;
    struct stat st;
    w = (struct folder_walk){ .pass = pass };
    int fd = openat(pass->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        return error_system(err, "%s", pass->path);
    w.device = st.st_dev;
    bool ok = layer_collector_init(&w.c, pass->aliases, pass->alias_count, pass->spool_fd, pass->max_spool_bytes, err);
    map_init(&w.same_files, &w.c.arena);
    w.c.wants_digests = pass->options->integrity;
    ok = ok && (!pass->checks || layer_check_begin(&w.c, pass->checks, pass->check_count, 0, err));
    ok = ok && push_folder(&w, fd, 0) && walk(&w, err) && (!pass->checks || layer_check_end(&w.c, err));
    while (w.depth)
        closedir(w.levels[--w.depth].dir);
    if (ok) {
        layer_collect_end(&w.c);
        ok = layer_put_frame(&w.c.layer, 0, out, err);
    }
    layer_collector_free(&w.c);
    return ok;
}
