/* Jobs in worker processes. A worker answers on its pipe with one message: a status word (an error kind, 0 when it went well),
 * then the result or the error's text. */
#define _GNU_SOURCE /* pipe2 */
#include "scan/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_PARALLEL = 64, TICK_MS = 100 };
static const size_t MAX_ANSWER_BYTES = (size_t)1 << 31;

struct worker {
    pid_t pid; /* 0: free */
    int fd;
    size_t job;
    struct buf answer;
};

/* ---- the child ------------------------------------------------------------------------------------------------------------ */

static void child_run(const struct worker_job *job, int fd)
{
    struct error err = { 0 };
    struct buf out;
    buf_init(&out, MAX_ANSWER_BYTES);
    bool ok = sandbox_enter(job, &err) && job->run(job->context, &out, &err);
    if (ok && out.failed)
        ok = error_set(&err, ERROR_LIMIT, "the result is larger than %zu bytes", MAX_ANSWER_BYTES);
    struct error ignored = { 0 };
    unsigned char status[4] = { ok ? 0 : (unsigned char)(err.kind ? err.kind : ERROR_INPUT) };
    struct str body = ok ? buf_view(&out) : str_from(err.text);
    if (file_write_all(fd, status, sizeof status, &ignored))
        file_write_all(fd, body.ptr, body.len, &ignored);
    _exit(0);
}

static bool start(struct worker *w, struct worker_job *jobs, size_t index, struct error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_system(err, "cannot start a worker");
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        close(ends[0]);
        close(ends[1]);
        return error_system(err, "cannot start a worker");
    }
    if (pid == 0) {
        close(ends[0]);
        child_run(&jobs[index], ends[1]);
    }
    close(ends[1]);
    *w = (struct worker){ .pid = pid, .fd = ends[0], .job = index };
    buf_init(&w->answer, MAX_ANSWER_BYTES);
    return true;
}

/* ---- the parent ------------------------------------------------------------------------------------------------------------ */

/* How a worker ended that did not answer. */
static bool explain_death(int status, struct error *err)
{
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
        return error_set(err, ERROR_LIMIT, "stopped by the system (%s): out of its limits of time or memory",
                         strsignal(WTERMSIG(status)));
    if (WIFSIGNALED(status))
        return error_set(err, ERROR_INPUT,
                         "the worker that read it crashed (%s); nothing else is harmed, please report this image",
                         strsignal(WTERMSIG(status)));
    return error_set(err, ERROR_INPUT, "the worker that read it ended without an answer");
}

/* Reaps the worker and turns its answer into the job's result or an error. */
static bool finish(struct worker *w, struct worker_job *job, struct arena *arena, struct error *err)
{
    int status = 0;
    close(w->fd);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    w->pid = 0;
    struct str answer = buf_view(&w->answer);
    bool ok = true;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || answer.len < 4)
        ok = explain_death(status, err);
    else if (answer.ptr[0] != 0)
        ok = error_set(err, (enum error_kind)answer.ptr[0], "%.*s", STR_ARG(str_skip(answer, 4)));
    else if (!(job->result = arena_str(arena, str_skip(answer, 4))).ptr)
        ok = arena_error(arena, err);
    if (!ok)
        error_wrap(err, "%s", job->what);
    buf_free(&w->answer);
    return ok;
}

static void stop(struct worker *w)
{
    if (!w->pid)
        return;
    kill(w->pid, SIGKILL);
    close(w->fd);
    while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    buf_free(&w->answer);
    w->pid = 0;
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
        if (run->workers[i].pid && run->workers[i].job > job) {
            stop(&run->workers[i]);
            run->running--;
        }
}

static bool wait_once(struct run *run, struct error *err)
{
    struct pollfd polls[MAX_PARALLEL];
    struct worker *polled[MAX_PARALLEL];
    nfds_t n = 0;
    for (unsigned i = 0; i < run->parallel; i++)
        if (run->workers[i].pid) {
            polled[n] = &run->workers[i];
            polls[n++] = (struct pollfd){ .fd = run->workers[i].fd, .events = POLLIN };
        }
    if (poll(polls, n, TICK_MS) < 0 && errno != EINTR)
        return error_system(err, "cannot wait for workers");
    for (nfds_t i = 0; i < n; i++) {
        bool done = false;
        struct error failure = { 0 };
        if (!polls[i].revents || !polled[i]->pid)
            continue;
        if (!receive(polled[i], &done, err))
            return false;
        if (!done)
            continue;
        size_t job = polled[i]->job;
        run->running--;
        if (!finish(polled[i], &run->jobs[job], run->arena, &failure))
            note_failure(run, job, &failure);
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
