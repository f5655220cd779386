/* One way to find and read an image's parts, whether they are members of an archive or files below a folder; store.h. */
#include "image/store.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

bool store_path_is_safe(struct str path)
{
    struct str rest = path, part;
    if (!path.len || path.ptr[path.len - 1] == '/' || memchr(path.ptr, '\0', path.len))
        return false;
    while (str_next(&rest, '/', &part))
        if (!part.len || str_is(part, ".") || str_is(part, ".."))
            return false;
    return true;
}

const char *store_noun(const struct store *store)
{
    return store->is_remote ? "registry" : store->is_folder ? "folder" : "archive";
}

const char *store_verb(const struct store *store)
{
    return store->is_remote ? "push" : "save";
}

bool store_open(const struct image_request *request, struct arena *arena, struct store *out, struct error *err)
{
    struct store store = { .arena = arena,
                           .fd = request->fd,
                           .is_folder = request->is_folder,
                           .is_remote = request->is_remote,
                           .index_json = request->index_json };
    struct stat st;
    if (request->is_remote) {
        *out = store;
        return true;
    }
    if (fstat(request->fd, &st) != 0)
        return error_system(err, "cannot be read");
    if (!request->is_folder && !S_ISREG(st.st_mode))
        return error_set(err, ERROR_USAGE, "is not a regular file");
    if (!request->is_folder && !archive_index(request->fd, arena, &store.archive, err))
        return false;
    *out = store;
    return true;
}

/* In a folder: -1 and *found false where there is none; -1 and *found true on failure. */
static int open_file(const struct store *store, struct str path, uint64_t *size, bool *found, struct error *err)
{
    struct stat st;
    *found = true;
    int fd = image_blob_open(store->fd, path, err);
    if (fd < 0) {
        *found = errno != ENOENT && errno != ENOTDIR;
        return -1;
    }
    if (fstat(fd, &st) != 0) {
        error_system(err, "%.*s", STR_ARG(path));
        close(fd);
        return -1;
    }
    *size = (uint64_t)st.st_size;
    return fd;
}

int image_blob_open(int folder_fd, struct str blob_path, struct error *err)
{
    char path[4096];
    if (!store_path_is_safe(blob_path) || blob_path.len >= sizeof path) {
        error_set(err, ERROR_INPUT, "\"%.*s\" is no path inside the folder", STR_ARG(str_head(blob_path, 200)));
        errno = EXDEV;
        return -1;
    }
    memcpy(path, blob_path.ptr, blob_path.len);
    path[blob_path.len] = '\0';
    int fd = beneath_open(folder_fd, path);
    if (fd >= 0)
        return fd;
    int code = errno;
    if (code == EXDEV || code == ELOOP)
        error_set(err, ERROR_INPUT, "%s: is a link that leads out of the folder, which is not followed (copy the file there)",
                  path);
    else if (code == EINVAL || code == EISDIR)
        error_set(err, ERROR_INPUT, "%s: is not a regular file", path);
    else
        error_system(err, "%s", path);
    errno = code;
    return -1;
}

static bool find_file(const struct store *store, struct str path, struct place *out, bool *found, struct error *err)
{
    struct error cause = { 0 };
    uint64_t size;
    int fd = open_file(store, path, &size, found, &cause);
    if (fd < 0 && *found)
        *err = cause;
    if (fd < 0)
        return !*found;
    close(fd);
    *out = (struct place){ .blob_path = path, .size_bytes = size };
    return true;
}

bool store_find(const struct store *store, struct str path, struct place *out, bool *found, struct error *err)
{
    if (store->is_folder)
        return find_file(store, path, out, found, err);
    const struct archive_member *member = archive_find(&store->archive, path);
    *found = member != NULL;
    if (!member)
        return true;
    if (member->is_sparse)
        return error_set(err, ERROR_UNSUPPORTED, "%.*s: is stored as a sparse file (make the archive without --sparse)",
                         STR_ARG(path));
    *out = (struct place){ .offset = member->offset, .size_bytes = member->size_bytes };
    return true;
}

static bool file_text(const struct store *store, struct str path, struct str *out, bool *found, struct error *err)
{
    struct error cause = { 0 };
    uint64_t size;
    int fd = open_file(store, path, &size, found, &cause);
    if (fd < 0 && *found)
        *err = cause;
    if (fd < 0)
        return !*found;
    bool ok = false;
    char *text = NULL;
    if (size > IMAGE_MAX_JSON_BYTES)
        error_set(err, ERROR_LIMIT, "has %llu bytes, more than the %d that a manifest or config may have",
                  (unsigned long long)size, IMAGE_MAX_JSON_BYTES);
    else if (!(text = arena_alloc(store->arena, (size_t)size + 1)))
        arena_error(store->arena, err);
    else
        ok = file_read_at(fd, text, (size_t)size, 0, err);
    close(fd);
    if (ok)
        *out = str_make(text, (size_t)size);
    else
        error_wrap(err, "%.*s", STR_ARG(path));
    return ok;
}

bool store_text(const struct store *store, struct str path, struct str *out, bool *found, struct error *err)
{
    if (store->index_json.len && str_is(path, "index.json")) {
        *out = store->index_json;
        return *found = true;
    }
    if (store->is_remote)
        return remote_text(store->fd, store->arena, path, out, found, err);
    if (store->is_folder)
        return file_text(store, path, out, found, err);
    const struct archive_member *member = archive_find(&store->archive, path);
    *found = member != NULL;
    if (!member)
        return true;
    return archive_text(&store->archive, member, IMAGE_MAX_JSON_BYTES, out, err) || error_wrap(err, "%.*s", STR_ARG(path));
}
