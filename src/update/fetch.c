/* Fetches one artifact's layer into the cache: see update.h. */
#define _GNU_SOURCE /* flock, mkostemp */
#include "update/steps.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint64_t MAX_PACKED_BYTES = (uint64_t)4 << 30;
enum { PROGRESS_MS = 100 };

/* ---- what a reference names ------------------------------------------------------------------------------------------------------------ */

/* "…/name" without tag and digest: a colon behind the last slash would be a tag's. */
static bool is_bare(struct str reference)
{
    size_t at;
    struct str name = path_base(reference);
    return !str_find(name, ':', &at) && !str_find(reference, '@', &at);
}

/* The artifact's only layer that is of a known kind; else what there is, for the error. */
static bool pick_layer(const struct registry_artifact *artifact, struct update_artifact *out, struct error *err)
{
    struct buf all;
    size_t known = 0;
    buf_init(&all, 600);
    for (size_t i = 0; i < artifact->blob_count; i++) {
        const struct registry_blob *blob = &artifact->blobs[i];
        struct str type = blob->media_type.len ? blob->media_type : STR("a layer without a media type");
        buf_printf(&all, "%s%.*s", i ? ", " : "", STR_ARG(type));
        for (const struct update_kind *kind = update_kinds(); kind->media_type; kind++)
            if (str_is(blob->media_type, kind->media_type)) {
                out->kind = kind;
                out->blob = *blob;
                known++;
            }
    }
    if (known != 1)
        error_set(err, ERROR_UNSUPPORTED, "is no vulnerability database: its manifest (%.*s) has %s%.*s; %s",
                  STR_ARG(artifact->media_type), artifact->blob_count ? "" : "no layers", STR_ARG(buf_view(&all)),
                  known ? "there must be one layer that is one" : "name an artifact such as Trivy's trivy-db");
    buf_free(&all);
    return known == 1;
}

bool update_look(struct registry *registry, struct str reference, const char *tag, struct arena *arena,
                 struct update_artifact *out, struct error *err)
{
    struct registry_artifact artifact = { 0 };
    struct update_artifact found = { 0 };
    if (!image_reference_parse(reference, arena, &found.reference, err))
        return false;
    if (is_bare(reference))
        found.reference.tag = str_from(tag);
    if (!registry_artifact(registry, &found.reference, arena, &artifact, err) || !pick_layer(&artifact, &found, err))
        return false;
    enum digest_algorithm algorithm;
    struct str hex;
    if (!digest_parse(found.blob.digest, &algorithm, &hex) || !digest_parse(artifact.digest, &algorithm, &hex))
        return error_set(err, ERROR_INPUT, "its manifest has a digest that is none");
    if (found.blob.size_bytes > MAX_PACKED_BYTES)
        return error_set(err, ERROR_LIMIT, "is larger than %llu bytes", (unsigned long long)MAX_PACKED_BYTES);
    found.digest = artifact.digest;
    *out = found;
    return true;
}

/* ---- the partial file ---------------------------------------------------------------------------------------------------------------------- */

/* Is the file that was locked still the one of that name, or did somebody finish with it in between? */
static bool is_still(int fd, const char *path)
{
    struct stat mine, there;
    return fstat(fd, &mine) == 0 && S_ISREG(mine.st_mode) && lstat(path, &there) == 0 && mine.st_ino == there.st_ino &&
           mine.st_dev == there.st_dev;
}

static bool adopt_one(struct str path, struct update_download *out)
{
    int fd = open(path.ptr, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return false;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 || !is_still(fd, path.ptr)) {
        close(fd);
        return false;
    }
    *out = (struct update_download){ .fd = fd, .path = path };
    return true;
}

/* A download of the same digest that broke off, and that nobody else has taken up. */
static bool adopt(struct str folder, struct str prefix, struct arena *arena, struct update_download *out)
{
    struct dirent *entry;
    bool found = false;
    DIR *dir = opendir(folder.ptr);
    while (dir && !found && (entry = readdir(dir)))
        if (str_starts(str_from(entry->d_name), prefix.ptr)) {
            struct str path = arena_printf(arena, "%.*s/%s", STR_ARG(folder), entry->d_name);
            found = path.ptr && adopt_one(path, out);
        }
    if (dir)
        closedir(dir);
    return found;
}

static bool open_partial(struct str folder, struct str digest, struct arena *arena, struct update_download *out,
                         struct error *err)
{
    enum digest_algorithm algorithm;
    struct str hex;
    if (!digest_parse(digest, &algorithm, &hex))
        return error_set(err, ERROR_INPUT, "a digest that is none");
    struct str prefix = arena_printf(arena, "partial-%.*s-", STR_ARG(str_head(hex, 32)));
    if (!prefix.ptr)
        return arena_error(arena, err);
    if (adopt(folder, prefix, arena, out))
        return true;
    struct str path = arena_printf(arena, "%.*s/%.*sXXXXXX", STR_ARG(folder), STR_ARG(prefix));
    char *name = path.ptr ? arena_cstr(arena, path) : NULL;
    if (!name)
        return arena_error(arena, err);
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        return error_system(err, "%s", name);
    flock(fd, LOCK_EX | LOCK_NB); /* where the file system has no locks, nobody adopts it */
    *out = (struct update_download){ .fd = fd, .path = str_from(name) };
    return true;
}

/* ---- progress -------------------------------------------------------------------------------------------------------------------------- */

/* The request blocks, so a small process shows how far it is: until the other end of its pipe is closed. */
struct progress {
    void *shared;            /* a page; NULL: nobody looks */
    _Atomic uint64_t *bytes; /* in it */
    pid_t child;
    int pipe;
};

static void show_until_closed(const struct progress *progress, int end, uint64_t have, uint64_t size)
{
    struct pollfd wait = { .fd = end, .events = POLLIN };
    while (poll(&wait, 1, PROGRESS_MS) == 0 && !interrupted())
        progress_show("vulnerability database", have + atomic_load(progress->bytes), size);
    progress_clear();
    _exit(0);
}

static void progress_begin(struct progress *progress, uint64_t have, uint64_t size)
{
    int ends[2];
    *progress = (struct progress){ .child = -1, .pipe = -1 };
    if (!term_is_tty(STDERR_FILENO) || pipe2(ends, O_CLOEXEC) != 0)
        return;
    void *shared = mmap(NULL, sizeof(_Atomic uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared != MAP_FAILED) {
        progress->bytes = progress->shared = shared;
        progress->child = fork();
        if (progress->child == 0) {
            close(ends[1]);
            show_until_closed(progress, ends[0], have, size);
        }
    }
    close(ends[0]);
    progress->pipe = ends[1];
}

static void progress_end(struct progress *progress)
{
    if (progress->pipe >= 0)
        close(progress->pipe);
    if (progress->child > 0)
        while (waitpid(progress->child, NULL, 0) < 0 && errno == EINTR)
            ;
    if (progress->shared)
        munmap(progress->shared, sizeof *progress->bytes);
}

/* ---- the download ------------------------------------------------------------------------------------------------------------------------ */

bool update_download(struct registry *registry, const struct update_artifact *artifact, struct str folder, struct arena *arena,
                     struct update_download *out, struct error *err)
{
    struct stat st;
    struct update_download partial = { .fd = -1 };
    if (!open_partial(folder, artifact->blob.digest, arena, &partial, err))
        return false;
    uint64_t have = fstat(partial.fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
    if (have)
        log_debug("going on with a download at byte %llu", (unsigned long long)have);
    struct progress progress;
    progress_begin(&progress, have, artifact->blob.size_bytes);
    bool ok = registry_blob(registry, &artifact->reference, &artifact->blob, partial.fd, have, progress.bytes, err);
    progress_end(&progress);
    if (ok) {
        *out = partial;
        return true;
    }
    bool worth_keeping = (err->kind == ERROR_NETWORK || interrupted()) && fstat(partial.fd, &st) == 0 && st.st_size > 0;
    if (worth_keeping) /* the rest of it may come another time */
        close(partial.fd);
    else
        update_download_drop(&partial);
    return false;
}

void update_download_drop(struct update_download *download)
{
    if (!download->path.ptr)
        return;
    unlink(download->path.ptr);
    close(download->fd);
    *download = (struct update_download){ 0 };
}
