/* worker.h (private) - jobs in sandboxed processes: descriptors go in, bytes come out. */
#ifndef DRYDOCK_SCAN_WORKER_H
#define DRYDOCK_SCAN_WORKER_H

#include "base/base.h"

#include <sys/types.h>

struct worker_job {
    const char *what; /* named in errors: "nginx.tar: layer sha256:…" */
    bool (*run)(void *context, struct buf *out, struct error *err);
    void *context;
    bool reads_folder; /* may open files for reading (never for writing) below folder_fd */
    int folder_fd;
    uint64_t weight;          /* heavier jobs start first */
    uint64_t max_spool_bytes; /* limit of the files that it may write to (its spool) */
    bool shares_work;         /* with all other jobs, which cannot go on when this one fails */
    int share_fds[2];         /* sockets that they do so by; 0: none. All others are closed */
    /* Input that comes while the worker runs; at most one of the two. *input_fd is set in the worker before `run`. */
    int *input_fd;
    /* In a process of its own, which nothing confines: writes what the worker reads from the pipe *input_fd. What it fails with is
     * what the job fails with, unless the worker was content. */
    bool (*feed)(void *context, int fd, struct error *err);
    bool needs_all_input; /* the feeder's failure counts in any case: nothing else tells that its input was cut short */
    /* In this process: answers what the worker asks (ASK_… in image.h) through the socket *input_fd; *found is false where there is
     * nothing of that name. A failure ends the job. */
    bool (*serve)(void *context, struct str question, struct buf *answer, bool *found, struct error *err);
    void *input_context;
    struct str result; /* set on success; in the arena */
};

/* Runs all jobs, at most `parallel` at once. On failure reports the failed job that comes first in the array. A worker that
 * crashes, or answers with damaged bytes, is an input error that names the job. While it waits it calls tick (may be NULL). */
bool worker_run(struct worker_job *jobs, size_t count, unsigned parallel, struct arena *arena, void (*tick)(void *),
                void *tick_context, struct error *err);

/* In a child, right after the fork: it ends when its parent does, by whatever signal. Where the system cannot do that, it ends
 * when it next writes to a pipe that nobody reads. (sandbox_linux.c, sandbox_portable.c) */
void worker_end_with(pid_t parent);

/* In the child, before it looks at anything hostile: no network, no exec, no new files, limits. What the system does not
 * offer is left out; the rest holds. (sandbox_linux.c, sandbox_portable.c) */
bool sandbox_enter(const struct worker_job *job, struct error *err);
/* What is in force on this system, in words, for `drydock version`: "seccomp, Landlock, resource limits". */
const char *sandbox_describe(void);

#endif
