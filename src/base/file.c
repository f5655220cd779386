/* Files: whole reads, mappings, spools, and writes that are complete or absent; see base.h. */
#define _GNU_SOURCE /* mkostemp */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool open_regular(const char *path, int *fd, uint64_t *size, struct error *err)
{
    struct stat st;
    int opened = open(path, O_RDONLY | O_CLOEXEC);
    if (opened < 0)
        return error_system(err, "%s", path);
    if (fstat(opened, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(opened);
        return error_set(err, ERROR_INPUT, "%s: is not a regular file", path);
    }
    *fd = opened;
    *size = (uint64_t)st.st_size;
    return true;
}

bool file_read(const char *path, size_t max_bytes, struct arena *arena, struct str *out, struct error *err)
{
    int fd;
    uint64_t size;
    if (!open_regular(path, &fd, &size, err))
        return false;
    bool ok = false;
    char *text = NULL;
    if (size > max_bytes)
        error_set(err, ERROR_LIMIT, "%s: is larger than %zu bytes", path, max_bytes);
    else if (!(text = arena_alloc(arena, (size_t)size + 1)))
        arena_error(arena, err);
    else if (!(ok = file_read_at(fd, text, (size_t)size, 0, err)))
        error_wrap(err, "%s", path);
    close(fd);
    if (ok)
        *out = str_make(text, (size_t)size);
    return ok;
}

bool file_read_at(int fd, void *dst, size_t size, uint64_t offset, struct error *err)
{
    unsigned char *p = dst;
    if (offset > INT64_MAX || size > INT64_MAX - offset)
        return error_set(err, ERROR_INPUT, "offset %llu is out of range", (unsigned long long)offset);
    while (size) {
        ssize_t n = pread(fd, p, size, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_system(err, "read at byte %llu", (unsigned long long)offset);
        if (n == 0)
            return error_set(err, ERROR_INPUT, "ends at byte %llu, %zu bytes too early", (unsigned long long)offset, size);
        p += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return true;
}

bool file_read_all(int fd, void *dst, size_t size, struct error *err)
{
    unsigned char *p = dst;
    while (size) {
        ssize_t n = read(fd, p, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_system(err, "read");
        if (n == 0)
            return error_set(err, ERROR_INPUT, "ends %zu bytes too early", size);
        p += n;
        size -= (size_t)n;
    }
    return true;
}

bool file_write_all(int fd, const void *ptr, size_t len, struct error *err)
{
    const unsigned char *p = ptr;
    while (len) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_system(err, "write");
        p += n;
        len -= (size_t)n;
    }
    return true;
}

bool file_map(const char *path, struct file_map *out, struct error *err)
{
    int fd;
    uint64_t size;
    if (!open_regular(path, &fd, &size, err))
        return false;
    void *p = NULL;
    if (size && size <= SIZE_MAX)
        p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
    int code = errno;
    close(fd);
    errno = code;
    if (p == MAP_FAILED || size > SIZE_MAX)
        return error_system(err, "%s: map", path);
    out->bytes = str_make(p, (size_t)size);
    return true;
}

void file_unmap(struct file_map *map)
{
    if (map->bytes.len)
        munmap((void *)(uintptr_t)map->bytes.ptr, map->bytes.len);
    map->bytes = (struct str){ 0 };
}

int file_spool(struct error *err)
{
    const char *dir = getenv("TMPDIR");
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/drydock-XXXXXX", dir && dir[0] ? dir : "/tmp");
    if (n < 0 || (size_t)n >= sizeof path) {
        error_set(err, ERROR_USAGE, "TMPDIR is too long");
        return -1;
    }
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) {
        error_system(err, "%s: cannot make a temporary file (set TMPDIR to a writable folder)", path);
        return -1;
    }
    unlink(path);
    return fd;
}

/* A device, a pipe or a link (/dev/null, /dev/stdout) is written to, never replaced. */
static bool is_written_in_place(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

bool file_writer_open(struct file_writer *writer, const char *path, struct error *err)
{
    writer->fd = -1;
    writer->temp[0] = '\0';
    if ((size_t)snprintf(writer->path, sizeof writer->path, "%s", path) >= sizeof writer->path)
        return error_set(err, ERROR_USAGE, "%.100s…: the path is too long", path);
    if (is_written_in_place(path)) {
        writer->fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        return writer->fd >= 0 || error_system(err, "%s: cannot be written", path);
    }
    snprintf(writer->temp, sizeof writer->temp, "%s.tmp-XXXXXX", writer->path);
    writer->fd = mkostemp(writer->temp, O_CLOEXEC);
    if (writer->fd < 0)
        return error_system(err, "%s: cannot be written", path);
    mode_t mask = umask(0);
    umask(mask);
    fchmod(writer->fd, 0666 & ~mask);
    return true;
}

bool file_writer_commit(struct file_writer *writer, struct error *err)
{
    bool in_place = !writer->temp[0];
    bool synced = in_place || fsync(writer->fd) == 0;
    bool closed = close(writer->fd) == 0;
    writer->fd = -1;
    if (synced && closed && (in_place || rename(writer->temp, writer->path) == 0))
        return true;
    error_system(err, "%s: cannot be written", writer->path);
    if (!in_place)
        unlink(writer->temp);
    return false;
}

void file_writer_abort(struct file_writer *writer)
{
    if (writer->fd < 0)
        return;
    close(writer->fd);
    if (writer->temp[0])
        unlink(writer->temp);
    writer->fd = -1;
}

bool file_write(const char *path, struct str bytes, struct error *err)
{
    struct file_writer writer;
    if (!file_writer_open(&writer, path, err))
        return false;
    if (file_write_all(writer.fd, bytes.ptr, bytes.len, err))
        return file_writer_commit(&writer, err);
    file_writer_abort(&writer);
    return error_wrap(err, "%s", path);
}

bool file_make_dirs(const char *path, struct error *err)
{
    char part[4096];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part)
        return error_set(err, ERROR_USAGE, "%.100s: not a usable folder name", path);
    memcpy(part, path, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        char sep = part[i];
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return error_system(err, "%s: cannot make the folder", part);
        part[i] = sep;
    }
    return true;
}

struct str env_text(const char *name)
{
    return str_from(getenv(name));
}

struct str file_config_dir(struct arena *arena)
{
    struct str xdg = env_text("XDG_CONFIG_HOME"), home = env_text("HOME");
    return xdg.len || !home.len ? xdg : arena_printf(arena, "%.*s/.config", STR_ARG(home));
}

bool file_cache_dir(struct arena *arena, struct str *out, struct error *err)
{
    struct str own = env_text("DRYDOCK_CACHE_DIR"), xdg = env_text("XDG_CACHE_HOME"), home = env_text("HOME"), dir;
    if (own.len)
        dir = arena_str(arena, own);
    else if (xdg.len)
        dir = arena_printf(arena, "%.*s/drydock", STR_ARG(xdg));
    else if (home.len)
        dir = arena_printf(arena, "%.*s/.cache/drydock", STR_ARG(home));
    else
        return error_set(err, ERROR_USAGE, "no cache folder: set HOME or DRYDOCK_CACHE_DIR");
    if (!dir.ptr)
        return arena_error(arena, err);
    *out = dir;
    return true;
}
