/* Jobs in worker processes. A worker answers on its pipe with one message: a status word (an error kind, 0 when it went well),
 * then the result or the error's text. A job whose input comes from elsewhere has a feeder beside it, a second process that
 * answers in the same way, or is served by this process (serve.c). */
#define _GNU_SOURCE /* pipe2, F_SETPIPE_SZ */
#include "scan/worker.h"
#include "scan/serve.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_PARALLEL = 64, TICK_MS = 100, FEED_PIPE_BYTES = 1 << 20, FEEDER_GRACE_MS = 2000 };
static const size_t MAX_ANSWER_BYTES = (size_t)1 << 31;

struct worker {
    pid_t pid; /* 0: free */
    int fd;
    size_t job;
    struct buf answer;
    pid_t feeder; /* 0: none */
    int feeder_fd;
    int serve_fd; /* -1: none */
    struct error serve_failure;
};

/* ---- the children --------------------------------------------------------------------------------------------------------- */

/* Signals that the parent notes end its children at once. */
static void reset_signals(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
}

static void answer(int fd, bool ok, const struct error *err, struct str result)
{
    struct error ignored = { 0 };
    unsigned char status[4] = { ok ? 0 : (unsigned char)(err->kind ? err->kind : ERROR_INPUT) };
    struct str body = ok ? result : str_from(err->text);
    if (file_write_all(fd, status, sizeof status, &ignored))
        file_write_all(fd, body.ptr, body.len, &ignored);
    _exit(0);
}

static bool is_socket(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* The parent's connections to registries and engines, and its output, are not for what reads images: a worker that was taken over
 * could use them without opening anything. */
static void leave_connections(const struct worker_job *job, int input_fd)
{
    uint64_t number;
    DIR *dir = opendir("/dev/fd");
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (str_u64(str_from(entry->d_name), &number) && number > STDERR_FILENO && number < INT_MAX && (int)number != input_fd &&
            (int)number != job->share_fds[0] && (int)number != job->share_fds[1] && is_socket((int)number))
            close((int)number);
    if (dir)
        closedir(dir);
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nothing < 0)
        return;
    dup2(nothing, STDOUT_FILENO);
    close(nothing);
}

static void child_run(const struct worker_job *job, int fd, int input_fd)
{
    struct error err = { 0 };
    struct buf out;
    buf_init(&out, MAX_ANSWER_BYTES);
    reset_signals();
    leave_connections(job, input_fd);
    if (job->input_fd)
        *job->input_fd = input_fd;
    bool ok = sandbox_enter(job, &err) && job->run(job->context, &out, &err);
    if (ok && out.failed)
        ok = error_set(&err, ERROR_LIMIT, "the result is larger than %zu bytes", MAX_ANSWER_BYTES);
    answer(fd, ok, &err, buf_view(&out));
}

static void child_feed(const struct worker_job *job, int fd, int output_fd)
{
    struct error err = { 0 };
    reset_signals();
    bool ok = job->feed(job->input_context, output_fd, &err);
    close(output_fd);
    answer(fd, ok, &err, (struct str){ 0 });
}

static void close_pair(int ends[2])
{
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/* Forks; in the child `answers` gets the end to answer on, and 0 is returned. */
static pid_t fork_answering(int *answers, struct error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        error_system(err, "cannot start a worker");
        return -1;
    }
    fflush(NULL);
    pid_t parent = getpid(), pid = fork();
    if (pid < 0) {
        error_system(err, "cannot start a worker");
        close_pair(ends);
        return -1;
    }
    if (pid == 0)
        worker_end_with(parent);
    close(ends[pid == 0 ? 0 : 1]);
    *answers = ends[pid == 0 ? 1 : 0];
    return pid;
}

/* The pipe from a feeder, or the socket that is served; input[0] is the worker's end. */
static bool open_input(const struct worker_job *job, int input[2], struct error *err)
{
    if (job->serve && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input) != 0)
        return error_system(err, "cannot start a worker");
    if (!job->feed)
        return true;
    if (pipe2(input, O_CLOEXEC) != 0)
        return error_system(err, "cannot start a worker");
#ifdef F_SETPIPE_SZ
    fcntl(input[1], F_SETPIPE_SZ, FEED_PIPE_BYTES); /* fewer changes of process; the default does too */
#endif
    return true;
}

static bool start_children(struct worker *w, const struct worker_job *job, int input[2], struct error *err)
{
    if (job->feed) {
        w->feeder = fork_answering(&w->feeder_fd, err);
        if (w->feeder == 0) {
            close(input[0]);
            child_feed(job, w->feeder_fd, input[1]);
        }
        if (w->feeder < 0) {
            w->feeder = 0;
            return false;
        }
    }
    int fd;
    pid_t pid = fork_answering(&fd, err);
    if (pid == 0) {
        if (input[1] >= 0)
            close(input[1]);
        child_run(job, fd, input[0]);
    }
    if (pid < 0)
        return false;
    w->pid = pid;
    w->fd = fd;
    return true;
}

static void end_feeder(struct worker *w)
{
    if (!w->feeder)
        return;
    kill(w->feeder, SIGKILL);
    close(w->feeder_fd);
    while (waitpid(w->feeder, NULL, 0) < 0 && errno == EINTR)
        ;
    w->feeder = 0;
}

static bool start(struct worker *w, struct worker_job *jobs, size_t index, struct error *err)
{
    int input[2] = { -1, -1 };
    const struct worker_job *job = &jobs[index];
    *w = (struct worker){ .job = index, .serve_fd = -1 };
    if (!open_input(job, input, err))
        return false;
    bool ok = start_children(w, job, input, err);
    if (ok && job->serve) {
        w->serve_fd = input[1];
        input[1] = -1;
    }
    close_pair(input);
    if (!ok) {
        end_feeder(w);
        return false;
    }
    buf_init(&w->answer, MAX_ANSWER_BYTES);
    return true;
}

/* ---- the parent ------------------------------------------------------------------------------------------------------------ */

/* How a worker ended that did not answer. */
static bool explain_death(int status, struct error *err)
{
    if (interrupted() || (WIFSIGNALED(status) && (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGTERM)))
        return interrupt_error(err);
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
        return error_set(err, ERROR_LIMIT, "stopped by the system (%s): out of its limits of time or memory",
                         strsignal(WTERMSIG(status)));
    if (WIFSIGNALED(status))
        return error_set(err, ERROR_INPUT,
                         "the worker that read it crashed (%s); nothing else is harmed, please report this image",
                         strsignal(WTERMSIG(status)));
    return error_set(err, ERROR_INPUT, "the worker that read it ended without an answer");
}

/* What the feeder failed with: it has ended by itself, or waits for a pipe that nobody reads any more. */
static bool feeder_failed(struct worker *w, const char *what, struct error *err)
{
    char text[4 + sizeof err->text];
    size_t len = 0;
    ssize_t n = 1;
    if (!w->feeder)
        return false;
    struct pollfd ready = { .fd = w->feeder_fd, .events = POLLIN };
    if (poll(&ready, 1, FEEDER_GRACE_MS) == 0) { /* it waits for a network; the worker failed by itself */
        end_feeder(w);
        return false;
    }
    while (len < sizeof text && (n > 0 || (n < 0 && errno == EINTR)))
        if ((n = read(w->feeder_fd, text + len, sizeof text - len)) > 0)
            len += (size_t)n;
    end_feeder(w);
    if (interrupted())
        return !interrupt_error(err);
    if (len < 4)
        return !error_set(err, ERROR_SYSTEM, "%s: the process that fetched it was ended from outside; is memory short? try again",
                          what);
    if (text[0] == 0)
        return false;
    error_set(err, (enum error_kind)text[0], "%.*s", (int)(len - 4), text + 4);
    return true;
}

static int reap(struct worker *w)
{
    int status = 0;
    close(w->fd);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    w->pid = 0;
    if (w->serve_fd >= 0)
        close(w->serve_fd);
    w->serve_fd = -1;
    return status;
}

/* Reaps the worker and turns its answer into the job's result or an error. Where the input failed, that is the reason. */
static bool finish(struct worker *w, struct worker_job *job, struct arena *arena, struct error *err)
{
    int status = reap(w);
    struct str answer = buf_view(&w->answer);
    bool ok = true, from_elsewhere = false;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || answer.len < 4)
        ok = explain_death(status, err);
    else if (answer.ptr[0] != 0)
        ok = error_set(err, (enum error_kind)answer.ptr[0], "%.*s", STR_ARG(str_skip(answer, 4)));
    else if (!(job->result = arena_str(arena, str_skip(answer, 4))).ptr)
        ok = arena_error(arena, err);
    if (!ok && w->serve_failure.kind) {
        *err = w->serve_failure;
        from_elsewhere = true;
    }
    if (ok && !job->needs_all_input)
        end_feeder(w);
    else if (feeder_failed(w, job->what, err))
        from_elsewhere = true;
    ok = ok && !from_elsewhere;
    if (!ok && !from_elsewhere)
        error_wrap(err, "%s", job->what);
    buf_free(&w->answer);
    return ok;
}

static void stop(struct worker *w)
{
    if (!w->pid)
        return;
    end_feeder(w);
    kill(w->pid, SIGKILL);
    reap(w);
    buf_free(&w->answer);
}

/* Reads what a worker has written; *done at the end of its answer. */
static bool receive(struct worker *w, bool *done, struct error *err)
{
    if (!buf_reserve(&w->answer, 1 << 16))
        return error_set(err, ERROR_LIMIT, "a worker's answer is too large");
    ssize_t n = read(w->fd, w->answer.ptr + w->answer.len, w->answer.cap - w->answer.len);
    if (n < 0 && errno != EINTR)
        return error_system(err, "cannot hear from a worker");
    *done = n == 0;
    w->answer.len += n > 0 ? (size_t)n : 0;
    return true;
}

struct run {
    struct worker_job *jobs;
    size_t count, started;
    size_t *order; /* heaviest first */
    struct worker workers[MAX_PARALLEL];
    unsigned parallel, running;
    size_t failed_job; /* SIZE_MAX: none */
    struct arena *arena;
    struct error failure;
};

static struct worker_job *sort_jobs;

static int compare_weight(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    uint64_t wx = sort_jobs[x].weight, wy = sort_jobs[y].weight;
    return wx != wy ? (wx < wy) - (wx > wy) : (x > y) - (x < y);
}

static bool start_more(struct run *run, struct error *err)
{
    while (run->running < run->parallel && run->started < run->count) {
        size_t job = run->order[run->started++];
        if (job > run->failed_job)
            continue;
        for (unsigned i = 0; i < run->parallel; i++)
            if (!run->workers[i].pid) {
                if (!start(&run->workers[i], run->jobs, job, err))
                    return false;
                run->running++;
                break;
            }
    }
    return true;
}

/* The first failure by the jobs' order is the one that is told, so that a scan fails the same way at any parallelism. */
static void note_failure(struct run *run, size_t job, const struct error *err)
{
    if (job >= run->failed_job)
        return;
    run->failed_job = job;
    run->failure = *err;
    for (unsigned i = 0; i < run->parallel; i++)
        if (run->workers[i].pid && (run->workers[i].job > job || run->jobs[job].shares_work)) {
            stop(&run->workers[i]);
            run->running--;
        }
}

/* A worker has written: more of its answer, or all of it. */
static bool hear(struct run *run, struct worker *w, struct error *err)
{
    bool done = false;
    struct error failure = { 0 };
    if (!receive(w, &done, err))
        return false;
    if (!done)
        return true;
    size_t job = w->job;
    run->running--;
    if (!finish(w, &run->jobs[job], run->arena, &failure))
        note_failure(run, job, &failure);
    return true;
}

/* A worker asks; when nothing can be answered, its next read ends. */
static void answer_worker(struct run *run, struct worker *w)
{
    if (serve_one(&run->jobs[w->job], w->serve_fd, &w->serve_failure))
        return;
    close(w->serve_fd);
    w->serve_fd = -1;
}

static bool wait_once(struct run *run, struct error *err)
{
    struct pollfd polls[2 * MAX_PARALLEL];
    struct worker *polled[2 * MAX_PARALLEL];
    nfds_t n = 0;
    for (unsigned i = 0; i < run->parallel; i++) {
        struct worker *w = &run->workers[i];
        if (!w->pid)
            continue;
        polled[n] = w;
        polls[n++] = (struct pollfd){ .fd = w->fd, .events = POLLIN };
        polled[n] = w;
        polls[n++] = (struct pollfd){ .fd = w->serve_fd, .events = POLLIN }; /* -1 is passed over */
    }
    if (poll(polls, n, TICK_MS) < 0) {
        if (errno != EINTR)
            return error_system(err, "cannot wait for workers");
        n = 0;
    }
    if (interrupted())
        return interrupt_error(err);
    for (nfds_t i = 0; i < n; i += 2) {
        struct worker *w = polled[i];
        if (w->pid && polls[i + 1].revents && w->serve_fd >= 0)
            answer_worker(run, w);
        if (w->pid && polls[i].revents && !hear(run, w, err))
            return false;
    }
    return true;
}

static bool run_all(struct run *run, void (*tick)(void *), void *tick_context, struct error *err)
{
    while (true) {
        if (!start_more(run, err))
            return false;
        if (!run->running)
            return true;
        if (!wait_once(run, err))
            return false;
        if (tick)
            tick(tick_context);
    }
}

bool worker_run(struct worker_job *jobs, size_t count, unsigned parallel, struct arena *arena, void (*tick)(void *),
                void *tick_context, struct error *err)
{
    static struct run run; /* the parent runs one set of jobs at a time */
    run = (struct run){ .jobs = jobs, .count = count, .arena = arena, .failed_job = SIZE_MAX };
    run.parallel = parallel < 1 ? 1 : parallel > MAX_PARALLEL ? MAX_PARALLEL : parallel;
    run.order = arena_array(arena, count ? count : 1, sizeof *run.order);
    if (!run.order)
        return arena_error(arena, err);
    for (size_t i = 0; i < count; i++)
        run.order[i] = i;
    sort_jobs = jobs;
    qsort(run.order, count, sizeof *run.order, compare_weight);
    bool ok = run_all(&run, tick, tick_context, err);
    for (unsigned i = 0; i < run.parallel; i++)
        stop(&run.workers[i]);
    if (ok && run.failed_job != SIZE_MAX) {
        *err = run.failure;
        return false;
    }
    return ok;
}
