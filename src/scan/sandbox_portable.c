/* The worker's boundary on systems that have no seccomp or Landlock: a process of its own with resource limits. */
#include "scan/worker.h"

#include <sys/resource.h>

void worker_end_with(pid_t parent)
{
    (void)parent;
}

bool sandbox_enter(const struct worker_job *job, struct error *err)
{
    const struct rlimit no_core = { 0, 0 }, file_size = { (rlim_t)job->max_spool_bytes, (rlim_t)job->max_spool_bytes };
    if (setrlimit(RLIMIT_CORE, &no_core) != 0 || setrlimit(RLIMIT_FSIZE, &file_size) != 0)
        return error_system(err, "cannot set resource limits");
    return true;
}

const char *sandbox_describe(void)
{
    return "a process of its own, resource limits";
}
