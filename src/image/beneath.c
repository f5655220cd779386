/* Files below a folder that was handed over, never outside it: by openat2(2) with RESOLVE_BENEATH where the kernel has it
 * (Linux 5.6), so that links inside the folder work; elsewhere part by part, following no link. This is the folder's only
 * file that knows Linux. */
#define _GNU_SOURCE /* syscall */
#include "image/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#if defined(SYS_openat2) && __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#define HAVE_OPENAT2 1
#endif
#endif

/* O_NONBLOCK: opening a FIFO must not wait for a writer; it has no effect on regular files. */
enum { OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK };

static int open_next(int dir, const char *part, bool is_last)
{
    return openat(dir, part, OPEN_FLAGS | O_NOFOLLOW | (is_last ? 0 : O_DIRECTORY));
}

static int open_parts(int folder_fd, const char *path)
{
    char part[256];
    int dir = folder_fd;
    for (;;) {
        size_t len = strcspn(path, "/");
        bool is_last = path[len] == '\0';
        int next = -1;
        if (len == 0 || len >= sizeof part) {
            errno = ENOENT;
        } else {
            memcpy(part, path, len);
            part[len] = '\0';
            next = open_next(dir, part, is_last);
        }
        int code = errno;
        if (dir != folder_fd)
            close(dir);
        errno = code;
        if (next < 0 || is_last)
            return next;
        dir = next;
        path += len + 1;
    }
}

/* Takes the descriptor: a folder, device or pipe is no blob. */
static int only_regular(int fd)
{
    struct stat st;
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

int beneath_open_by_parts(int folder_fd, const char *path)
{
    if (!store_path_is_safe(str_from(path))) {
        errno = EXDEV;
        return -1;
    }
    return only_regular(open_parts(folder_fd, path));
}

int beneath_open(int folder_fd, const char *path)
{
#ifdef HAVE_OPENAT2
    struct open_how how = { .flags = OPEN_FLAGS, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
    long fd = store_path_is_safe(str_from(path)) ? syscall(SYS_openat2, folder_fd, path, &how, sizeof how) : -1;
    if (fd >= 0)
        return only_regular((int)fd);
    /* ENOSYS: an older kernel; EPERM: a container's or our own system call filter. */
    if (errno != ENOSYS && errno != EPERM)
        return -1;
#endif
    return beneath_open_by_parts(folder_fd, path);
}
