/* The walk of a folder: a root file system or a source tree. Links are never followed by the system, only noted; files are opened
 * for reading when a kind claims them. What may not be read is counted, and is a warning where a kind claims it. */
#define _GNU_SOURCE /* DIR with dirfd, O_DIRECTORY */
#include "scan/folder.h"
#include "scan/skip.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DEPTH = 256, MAX_LINK_ROWS_BYTES = 1 << 30 };

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
    unsigned depth, depth_above; /* open levels; those between the root and the part that was taken */
    dev_t device;
    char given[4096];                     /* path of an entry to be given away */
    struct folder_kept *kept, *free_kept; /* parts that nobody took */
    struct buf links;                     /* rows for folder_link */
    uint64_t linked_bytes;                /* as far as they were added to the shared sum */
    bool stopped;                         /* that sum is over its limit */
};

struct folder_kept {
    struct folder_kept *next;
    char path[4096];
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
    DIR *dir = w->depth + w->depth_above < MAX_DEPTH ? fdopendir(fd) : NULL;
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

/* ---- one entry -------------------------------------------------------------------------------------------------------------- */

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

/* A file with several names is noted as a link to itself; which of them stands for all is told when all workers are done. */
static void note_links(struct folder_walk *w, const struct stat *st, struct str path)
{
    if (st->st_nlink < 2)
        return;
    w->c.same_as = layer_name(path, false);
    buf_u64(&w->links, (uint64_t)st->st_dev);
    buf_u64(&w->links, (uint64_t)st->st_ino);
    buf_u64(&w->links, w->c.same_as);
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
        note_links(w, &st, path);
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

/* ---- a part ----------------------------------------------------------------------------------------------------------------- */

/* The path of an entry of a folder; false when it is too long. */
static bool join(const struct folder_walk *w, char out[static 4096], size_t folder_len, const char *name, struct str *path)
{
    size_t at = folder_len, n = strlen(name);
    if (at + 1 + n >= sizeof w->path)
        return false;
    if (out != w->path)
        memcpy(out, w->path, folder_len);
    if (at)
        out[at++] = '/';
    memcpy(out + at, name, n + 1);
    *path = str_make(out, at + n);
    return true;
}

static struct dirent *next_entry(const struct folder_walk *w, unsigned level)
{
    struct str only = w->pass->options->only_file;
    struct dirent *item;
    while ((item = readdir(w->levels[level].dir))) {
        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0)
            continue;
        if (only.len == 0 || (level == 0 && str_is(only, item->d_name)))
            return item;
    }
    return NULL;
}

/* What nobody takes after all is walked later, since its place is above the folder at hand. */
static bool keep(struct folder_walk *w, struct str path, struct error *err)
{
    struct folder_kept *kept = w->free_kept ? w->free_kept : arena_new(&w->c.arena, struct folder_kept);
    if (!kept)
        return arena_error(&w->c.arena, err);
    w->free_kept = kept == w->free_kept ? kept->next : w->free_kept;
    snprintf(kept->path, sizeof kept->path, "%.*s", STR_ARG(path));
    kept->next = w->kept;
    w->kept = kept;
    return true;
}

/* Most files cost less than to send their names. */
static bool is_worth_giving(const struct dirent *item, struct str path)
{
    return item->d_type == DT_DIR || item->d_type == DT_UNKNOWN || (item->d_type == DT_REG && catalog_claim(path));
}

/* The uppermost entry that is left is likely the largest part. */
static bool give_away(struct folder_walk *w, struct error *err)
{
    struct dirent *item = NULL;
    struct str path;
    unsigned level = 0;
    while (level < w->depth && !(item = next_entry(w, level)))
        level++;
    if (!item)
        return true;
    if (!join(w, w->given, w->levels[level].path_len, item->d_name, &path)) {
        w->c.layer.unreadable_count++;
        return true;
    }
    if (is_worth_giving(item, path))
        return folder_share_give(w->pass, path) || keep(w, path, err);
    return visit(w, dirfd(w->levels[level].dir), item->d_name, path, err);
}

/* What is parsed for links is limited over the whole tree; past the limit this walk is for nothing, see folder_drive.c. */
static void count_links(struct folder_walk *w)
{
    struct folder_shared *shared = w->pass->shared;
    uint64_t more = w->c.linked_bytes - w->linked_bytes;
    if (!shared || more == 0)
        return;
    w->linked_bytes = w->c.linked_bytes;
    if (more > LAYER_MAX_LINKED_BYTES)
        more = LAYER_MAX_LINKED_BYTES + (uint64_t)1;
    w->stopped = atomic_fetch_add(&shared->linked_bytes, more) + more > LAYER_MAX_LINKED_BYTES;
}

static bool walk(struct folder_walk *w, struct error *err)
{
    while (w->depth && !w->stopped) {
        if (folder_share_wanted(w->pass) && !give_away(w, err))
            return false;
        unsigned level = w->depth - 1;
        struct dirent *item = next_entry(w, level);
        struct str path;
        if (!item) {
            closedir(w->levels[level].dir);
            w->depth--;
        } else if (!join(w, w->path, w->levels[level].path_len, item->d_name, &path)) {
            w->c.layer.unreadable_count++;
        } else if (!visit(w, dirfd(w->levels[level].dir), item->d_name, path, err)) {
            return false;
        }
        count_links(w);
    }
    return true;
}

/* Opens the folder that an entry lies in, part by part, so that no link among them is followed; -1 with errno. */
static int open_parent(const struct folder_walk *w, struct str path)
{
    struct str folder = path_dir(path), part;
    int fd = openat(w->pass->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && str_next(&folder, '/', &part)) {
        char name[256];
        int above = fd;
        snprintf(name, sizeof name, "%.*s", STR_ARG(part)); /* one that is cut is of no file: NAME_MAX */
        fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        close(above);
    }
    return fd;
}

/* Another worker said so, which may have been taken over by what it read. */
static bool is_inside(struct str path)
{
    struct str part, rest = path;
    if (path.len >= 4096 || (path.len && memchr(path.ptr, '\0', path.len)))
        return false;
    while (str_next(&rest, '/', &part))
        if (part.len == 0 || str_is(part, ".") || str_is(part, ".."))
            return false;
    return true;
}

static bool walk_part(struct folder_walk *w, struct str path, struct error *err)
{
    struct str rest = path, part;
    if (!is_inside(path))
        return error_set(err, ERROR_INPUT, "damaged message of another worker");
    w->depth_above = 0;
    while (str_next(&rest, '/', &part))
        w->depth_above++;
    if (path.len)
        memcpy(w->path, path.ptr, path.len);
    w->path[path.len] = '\0';
    int fd = open_parent(w, path);
    if (fd < 0)
        return path.len ? unreadable(w, path, strerror(errno), err) : error_system(err, "%s", w->pass->path);
    if (path.len == 0)
        return !push_folder(w, fd, 0) || walk(w, err);
    struct str base = path_base(path);
    bool ok = visit(w, fd, base.ptr, str_make(w->path, path.len), err);
    close(fd);
    return ok && walk(w, err);
}

static bool walk_kept(struct folder_walk *w, struct error *err)
{
    bool ok = true;
    while (ok && w->kept) {
        struct folder_kept *kept = w->kept;
        w->kept = kept->next;
        ok = walk_part(w, str_from(kept->path), err);
        kept->next = w->free_kept;
        w->free_kept = kept;
    }
    return ok;
}

static bool walk_parts(struct folder_walk *w, struct error *err)
{
    char path[4096 + 1];
    size_t len;
    if (!w->pass->shared)
        return walk_part(w, (struct str){ 0 }, err);
    while (true) {
        bool over;
        if (!folder_share_take(w->pass, path, &len, &over, err))
            return false;
        if (over)
            return true;
        path[len] = '\0';
        if (!w->stopped && !(walk_part(w, str_make(path, len), err) && walk_kept(w, err)))
            return false;
        if (!folder_share_done(w->pass, err))
            return false;
    }
}

/* ---- the whole -------------------------------------------------------------------------------------------------------------- */

static bool put_frames(const struct folder_walk *w, struct buf *out, struct error *err)
{
    if (w->links.failed)
        return error_set(err, ERROR_LIMIT, "too many hard links");
    if (!layer_put_frame(&w->c.layer, FRAME_FOLDER, out, err))
        return false;
    buf_u32(out, FRAME_LINKS);
    buf_u64(out, w->links.len);
    buf_str(out, buf_view(&w->links));
    return true;
}

bool folder_pass_run(void *context, struct buf *out, struct error *err)
{
    static struct folder_walk w; /* one a process; too large for the stack */
    const struct folder_pass *pass = context;
    struct stat st;
    w = (struct folder_walk){ .pass = pass };
    if (fstat(pass->fd, &st) != 0)
        return error_system(err, "%s", pass->path);
    w.device = st.st_dev;
    buf_init(&w.links, MAX_LINK_ROWS_BYTES);
    bool ok = layer_collector_init(&w.c, pass->aliases, pass->alias_count, pass->spool_fd, pass->max_spool_bytes, err);
    w.c.wants_digests = pass->options->integrity;
    ok = ok && (!pass->checks || layer_check_begin(&w.c, pass->checks, pass->check_count, 0, err));
    ok = ok && walk_parts(&w, err) && (!pass->checks || layer_check_end(&w.c, err));
    while (w.depth)
        closedir(w.levels[--w.depth].dir);
    ok = ok && put_frames(&w, out, err);
    buf_free(&w.links);
    layer_collector_free(&w.c);
    return ok;
}
