/* The worker's boundary on Linux: resource limits, no new privileges, Landlock (Linux 5.13: no file system access, or reading
 * below one folder), seccomp (a list of allowed system calls; all others fail with EPERM). Each is used where the kernel has
 * it; see seccomp(2), landlock(7), setrlimit(2). */
#define _GNU_SOURCE /* syscall, O_PATH */
#include "scan/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef HAVE_SECCOMP
#include <seccomp.h>
#endif

enum { MAX_CPU_S = 600 };

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif

static bool limit(unsigned resource, rlim_t value)
{
    struct rlimit now;
    if (getrlimit(resource, &now) != 0)
        return false;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
        value = now.rlim_max;
    return setrlimit(resource, &(struct rlimit){ value, value }) == 0;
}

static bool enter_limits(const struct worker_job *job)
{
    bool ok = limit(RLIMIT_CORE, 0) && limit(RLIMIT_CPU, MAX_CPU_S) && limit(RLIMIT_FSIZE, (rlim_t)job->max_spool_bytes);
#ifndef WITH_ASAN /* it reserves terabytes of addresses */
    ok = ok && limit(RLIMIT_AS, (rlim_t)4 << 30);
#endif
    return ok;
}

/* ---- Landlock ------------------------------------------------------------------------------------------------------------- */

/* Access rights of the first ABI, so that one call serves every kernel that has Landlock. */
enum {
    ALL_ACCESS = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
                 LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                 LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                 LANDLOCK_ACCESS_FS_MAKE_SYM,
};

static void enter_landlock(const struct worker_job *job)
{
    struct landlock_ruleset_attr rules = { .handled_access_fs = ALL_ACCESS };
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    if (fd < 0)
        return; /* an older kernel, or switched off: the other walls hold */
    struct landlock_path_beneath_attr below = { .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
                                                .parent_fd = job->folder_fd };
    if (!job->reads_folder || syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, &below, 0) == 0)
        syscall(SYS_landlock_restrict_self, fd, 0);
    close(fd);
}

/* ---- seccomp -------------------------------------------------------------------------------------------------------------- */

#ifdef HAVE_SECCOMP
static const int allowed[] = {
    SCMP_SYS(read),         SCMP_SYS(pread64),     SCMP_SYS(readv),        SCMP_SYS(write),
    SCMP_SYS(writev),       SCMP_SYS(lseek),       SCMP_SYS(close),        SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),   SCMP_SYS(statx),       SCMP_SYS(ftruncate),    SCMP_SYS(mmap),
    SCMP_SYS(munmap),       SCMP_SYS(mprotect),    SCMP_SYS(mremap),       SCMP_SYS(madvise),
    SCMP_SYS(brk),          SCMP_SYS(futex),       SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(exit),         SCMP_SYS(exit_group),
    SCMP_SYS(getpid),       SCMP_SYS(gettid),      SCMP_SYS(tgkill),       SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),   SCMP_SYS(sched_yield),  SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sysinfo),      SCMP_SYS(prlimit64),   SCMP_SYS(getrlimit),    SCMP_SYS(restart_syscall),
    SCMP_SYS(rseq),         SCMP_SYS(membarrier),
};

/* A walk of a folder also lists and opens, but never for writing; openat2 hides its flags from the filter, so it stays out. */
static const int allowed_in_folders[] = { SCMP_SYS(getdents64), SCMP_SYS(readlinkat), SCMP_SYS(fcntl) };

static bool add_rules(scmp_filter_ctx filter, const struct worker_job *job)
{
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0) != 0)
            return false;
    if (!job->reads_folder)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(allowed_in_folders); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_in_folders[i], 0) != 0)
            return false;
    const struct scmp_arg_cmp reading =
        SCMP_A2_64(SCMP_CMP_MASKED_EQ, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND, O_RDONLY);
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, reading) == 0;
}

static bool enter_seccomp(const struct worker_job *job, struct error *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    bool ok = filter && add_rules(filter, job);
    int refused = ok ? seccomp_load(filter) : 0;
    seccomp_release(filter);
    if (refused) /* a kernel, or a container around us, without it: the other walls hold */
        log_debug("no system call filter here: %s", strerror(-refused));
    return ok || error_set(err, ERROR_SYSTEM, "the system call filter cannot be made");
}
#else
static bool enter_seccomp(const struct worker_job *job, struct error *err)
{
    (void)job;
    (void)err;
    return true;
}
#endif

void worker_end_with(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it ended before this was said */
        raise(SIGKILL);
}

bool sandbox_enter(const struct worker_job *job, struct error *err)
{
    if (!enter_limits(job))
        return error_system(err, "cannot set resource limits");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return true; /* without it neither wall below can be built by an ordinary user */
    enter_landlock(job);
    return enter_seccomp(job, err);
}

static bool has_seccomp(void)
{
#ifdef HAVE_SECCOMP
    uint32_t action = SECCOMP_RET_ERRNO;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
#else
    return false;
#endif
}

const char *sandbox_describe(void)
{
    bool landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
    if (has_seccomp())
        return landlock ? "seccomp, Landlock, resource limits" : "seccomp, resource limits";
    return landlock ? "Landlock, resource limits" : "resource limits";
}
