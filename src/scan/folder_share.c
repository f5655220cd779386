/* How workers of one walk share it: parts go through a socket, one message each, to whoever reads first; counters stand in shared
 * memory. Reading and writing are all that it needs, which every worker may. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, SOCK_CLOEXEC */
#include "scan/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* A message is a kind and a path. The one that ends the walk is handed on from worker to worker. */
enum { MESSAGE_PART = 'p', MESSAGE_END = 'e', MAX_PATH_BYTES = 4096 };

static bool send_message(int fd, char kind, struct str path)
{
    char message[1 + MAX_PATH_BYTES];
    ssize_t n;
    if (path.len >= MAX_PATH_BYTES)
        return false;
    message[0] = kind;
    memcpy(message + 1, path.ptr ? path.ptr : "", path.len);
    while ((n = write(fd, message, 1 + path.len)) < 0 && errno == EINTR)
        ;
    return n > 0; /* the socket may be full */
}

bool folder_share_open(struct folder_shared **shared, int *give_fd, int *take_fd, struct error *err)
{
    int ends[2];
    void *memory = mmap(NULL, sizeof **shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return error_system(err, "memory that workers share");
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0) {
        munmap(memory, sizeof **shared);
        return error_system(err, "a socket that workers share");
    }
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    *shared = memory;
    *take_fd = ends[0];
    *give_fd = ends[1];
    struct folder_pass pass = { .shared = *shared, .give_fd = *give_fd };
    if (folder_share_give(&pass, (struct str){ 0 })) /* the root */
        return true;
    error_system(err, "a socket that workers share");
    folder_share_close(*shared, *give_fd, *take_fd);
    return false;
}

void folder_share_close(struct folder_shared *shared, int give_fd, int take_fd)
{
    munmap(shared, sizeof *shared);
    close(give_fd);
    close(take_fd);
}

bool folder_share_wanted(const struct folder_pass *pass)
{
    return pass->shared && atomic_load(&pass->shared->waiting) > atomic_load(&pass->shared->queued);
}

bool folder_share_give(const struct folder_pass *pass, struct str path)
{
    atomic_fetch_add(&pass->shared->pending, 1);
    atomic_fetch_add(&pass->shared->queued, 1);
    if (send_message(pass->give_fd, MESSAGE_PART, path))
        return true;
    atomic_fetch_sub(&pass->shared->queued, 1);
    atomic_fetch_sub(&pass->shared->pending, 1); /* not the last: the giver's own part is pending too */
    return false;
}

bool folder_share_take(const struct folder_pass *pass, char path[static 4096], size_t *len, bool *over, struct error *err)
{
    char message[1 + MAX_PATH_BYTES];
    ssize_t n;
    atomic_fetch_add(&pass->shared->waiting, 1);
    while ((n = read(pass->take_fd, message, sizeof message)) < 0 && errno == EINTR)
        ;
    atomic_fetch_sub(&pass->shared->waiting, 1);
    if (n < 1)
        return error_system(err, "cannot hear from other workers");
    if ((*over = message[0] != MESSAGE_PART))
        return send_message(pass->give_fd, MESSAGE_END, (struct str){ 0 }) || error_system(err, "cannot tell other workers");
    atomic_fetch_sub(&pass->shared->queued, 1);
    *len = (size_t)n - 1;
    memcpy(path, message + 1, *len);
    return true;
}

bool folder_share_done(const struct folder_pass *pass, struct error *err)
{
    return atomic_fetch_sub(&pass->shared->pending, 1) != 1 || send_message(pass->give_fd, MESSAGE_END, (struct str){ 0 }) ||
           error_system(err, "cannot tell other workers");
}
