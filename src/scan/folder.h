/* folder.h (private) - the walk of a folder, which several workers share.
 *
 * One worker begins at the root. Whenever another has nothing to do, it gives away the next entry of the uppermost folder that it
 * has open: a path, sent through a socket. Who walks what is a matter of chance; folder_join puts everything in the order of
 * paths, so that what is found is the same at any parallelism, and does not depend on the order of entries in folders either. */
#ifndef DRYDOCK_SCAN_FOLDER_H
#define DRYDOCK_SCAN_FOLDER_H

#include "scan/layer.h"

/* Of all workers of one walk, in shared memory. */
struct folder_shared {
    _Atomic uint64_t pending;      /* parts that were given and are not done; the last one done ends the walk */
    _Atomic uint64_t waiting;      /* workers with nothing to do */
    _Atomic uint64_t queued;       /* parts that nobody has taken yet */
    _Atomic uint64_t linked_bytes; /* parsed for links, which has a limit over the whole tree */
};

struct folder_pass {
    int fd;
    const char *path; /* for messages */
    const struct scan_options *options;
    struct folder_shared *shared;     /* NULL: this worker walks all */
    int give_fd, take_fd;             /* ends of the socket */
    const struct layer_check *checks; /* NULL: collect */
    size_t check_count;
    const struct layer_alias *aliases;
    size_t alias_count;
    int spool_fd;
    uint64_t max_spool_bytes;
};
/* `out` gets a frame, and another with a row for each file that has more names than this: struct folder_link, little-endian. */
bool folder_pass_run(void *pass, struct buf *out, struct error *err);
enum { FRAME_FOLDER, FRAME_LINKS, LINK_BYTES = 24 };
struct folder_link {
    uint64_t device, inode, name; /* layer_name */
};

/* folder_share.c: parts are paths of entries relative to the root; an empty one is the root. */
bool folder_share_open(struct folder_shared **shared, int *give_fd, int *take_fd, struct error *err);
void folder_share_close(struct folder_shared *shared, int give_fd, int take_fd);
/* Is there a worker that would take a part? */
bool folder_share_wanted(const struct folder_pass *pass);
/* False when it was not taken: the caller keeps the part. */
bool folder_share_give(const struct folder_pass *pass, struct str path);
/* Waits for a part; *over when there are no more. */
bool folder_share_take(const struct folder_pass *pass, char path[static 4096], size_t *len, bool *over, struct error *err);
bool folder_share_done(const struct folder_pass *pass, struct error *err);

/* folder_join.c: the answers of all workers as one layer, in the order of paths. */
bool folder_join(const struct str *answers, size_t answer_count, struct arena *arena, struct layer_inventory *out,
                 struct error *err);

#endif
