/* Credential helpers: programs docker-credential-NAME that keep credentials elsewhere than in a file (the docker-credential-helpers
 * project's protocol). The verb is the only argument; what they need comes on standard input, so that no secret stands in a list of
 * processes. They answer on standard output, also with the reason of a failure. */
#include "registry/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MAX_NAME = 200, MAX_NOISE = 4096 };

/* ---- the process ----------------------------------------------------------------------------------------------------------------- */

/* A helper that runs: our ends of its three pipes (-1: closed) and what it wrote. */
struct helper {
    const char *program;
    pid_t pid;
    int in, out, noise;
    struct str input;
    struct buf answer, said;
    uint64_t deadline_ms;
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Both ends above standard error, so that moving one to its place in the child never hits another; closed by exec. */
static bool make_pipe(int ends[2], struct error *err)
{
    int low[2];
    if (pipe(low) != 0)
        return error_system(err, "pipe");
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 3);
        close(low[i]);
    }
    return (ends[0] >= 0 && ends[1] >= 0) || error_system(err, "pipe");
}

/* pipes: standard input, output and error of the child; its ends are [0][0], [1][1], [2][1]. */
static bool spawn(struct helper *helper, const char *verb, int pipes[3][2], struct error *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    char *const argv[] = { (char *)(uintptr_t)helper->program, (char *)(uintptr_t)verb, NULL };
    if (posix_spawn_file_actions_init(&actions) != 0)
        return error_system(err, "%s", helper->program);
    posix_spawnattr_init(&attributes);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE); /* which this program ignores */
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&actions, pipes[i][i > 0], i);
    errno = posix_spawnp(&helper->pid, helper->program, &actions, &attributes, argv, environ);
    int code = errno;
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (code == 0)
        return true;
    if (code == ENOENT)
        return error_set(err, ERROR_USAGE, "%s is not installed: it must be a program on PATH", helper->program);
    errno = code;
    return error_system(err, "%s cannot be run", helper->program);
}

static bool start(struct helper *helper, const char *verb, struct error *err)
{
    int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
    bool ok = true;
    for (int i = 0; ok && i < 3; i++)
        ok = make_pipe(pipes[i], err);
    ok = ok && spawn(helper, verb, pipes, err);
    for (int i = 0; i < 3; i++) {
        close_end(&pipes[i][i > 0]);
        if (!ok)
            close_end(&pipes[i][i == 0]);
        else
            fcntl(pipes[i][i == 0], F_SETFL, O_NONBLOCK);
    }
    helper->in = pipes[0][1];
    helper->out = pipes[1][0];
    helper->noise = pipes[2][0];
    return ok;
}

/* ---- talking to it ------------------------------------------------------------------------------------------------------------------ */

static void write_some(struct helper *helper)
{
    ssize_t n = write(helper->in, helper->input.ptr, helper->input.len);
    if (n > 0)
        helper->input = str_skip(helper->input, (size_t)n);
    else if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0 || helper->input.len == 0) /* EPIPE: it does not want to know; its answer says why */
        close_end(&helper->in);
}

/* Of what it says on standard error the beginning is enough; more of an answer than there is room for is told by buf->failed. */
static void read_some(int *fd, struct buf *into)
{
    char chunk[4096];
    ssize_t n = read(*fd, chunk, sizeof chunk);
    if (n > 0)
        buf_add(into, chunk, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        close_end(fd);
}

/* One wait for whatever can go on; the end of the process is no such thing, so none is long. */
static void talk(struct helper *helper)
{
    struct pollfd fds[3] = { { .fd = helper->in, .events = POLLOUT },
                             { .fd = helper->out, .events = POLLIN },
                             { .fd = helper->noise, .events = POLLIN } };
    bool is_ending = helper->out < 0 && helper->noise < 0;
    if (poll(fds, 3, is_ending ? 1 : 50) <= 0)
        return;
    if (fds[0].revents)
        write_some(helper);
    if (fds[1].revents)
        read_some(&helper->out, &helper->answer);
    if (fds[2].revents)
        read_some(&helper->noise, &helper->said);
}

/* What is in the pipes when it has ended. A process that it left behind may hold them open, and is not waited for. */
static void drain(struct helper *helper)
{
    for (size_t before = SIZE_MAX; helper->out >= 0 && before != helper->answer.len;) {
        before = helper->answer.len;
        read_some(&helper->out, &helper->answer);
    }
    if (helper->noise >= 0)
        read_some(&helper->noise, &helper->said);
}

static bool wait_end(struct helper *helper, int *status, struct error *err)
{
    for (;;) {
        pid_t ended = waitpid(helper->pid, status, WNOHANG);
        if (ended == helper->pid) {
            drain(helper);
            return true;
        }
        if (ended < 0 && errno != EINTR)
            return error_system(err, "%s", helper->program);
        if (interrupted())
            interrupt_error(err);
        else if (helper->answer.failed)
            error_set(err, ERROR_LIMIT, "%s answers with more than %d bytes", helper->program, HELPER_MAX_ANSWER);
        else if (time_steady_ms() > helper->deadline_ms)
            error_set(err, ERROR_LIMIT, "%s did not answer in time", helper->program);
        else {
            talk(helper);
            continue;
        }
        kill(helper->pid, SIGKILL);
        while (waitpid(helper->pid, status, 0) < 0 && errno == EINTR)
            continue;
        return false;
    }
}

/* ---- its answer ----------------------------------------------------------------------------------------------------------------------- */

/* The reason of a failure is the first line of the answer. One that could be credentials is not repeated. */
static bool failure(const struct helper *helper, int status, struct error *err)
{
    struct str rest = str_trim(buf_view(&helper->answer)), line = { 0 };
    str_line(&rest, &line);
    if (line.len && line.ptr[0] != '{')
        return error_set(err, ERROR_USAGE, "%s: %.*s", helper->program, STR_ARG(str_head(line, 300)));
    if (WIFSIGNALED(status))
        return error_set(err, ERROR_USAGE, "%s was ended by signal %d", helper->program, WTERMSIG(status));
    return error_set(err, ERROR_USAGE, "%s failed with exit code %d", helper->program, WEXITSTATUS(status));
}

static bool judge(const struct helper *helper, int status, bool *missing, struct error *err)
{
    static const char none[] = "credentials not found in native keychain";
    struct str said = buf_view(&helper->said), line;
    while (log_on(LOG_DEBUG) && str_line(&said, &line))
        log_debug("%s: %.*s", helper->program, STR_ARG(line));
    if (helper->answer.failed)
        return error_set(err, ERROR_LIMIT, "%s answers with more than %d bytes", helper->program, HELPER_MAX_ANSWER);
    *missing = false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    *missing = str_contains(buf_view(&helper->answer), none) || str_contains(buf_view(&helper->said), none);
    return *missing || failure(helper, status, err);
}

/* The name becomes part of a program's name: no path, nothing else that is odd. */
static bool check_name(struct str name, struct error *err)
{
    bool ok = name.len > 0 && name.len <= MAX_NAME;
    for (size_t i = 0; ok && i < name.len; i++) {
        char c = name.ptr[i];
        ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    }
    return ok || error_set(err, ERROR_USAGE, "\"%.*s\" cannot be the name of a credential helper", STR_ARG(str_head(name, 100)));
}

bool helper_run(struct str name, const char *verb, struct str input, uint64_t timeout_ms, struct arena *arena, struct str *answer,
                bool *missing, struct error *err)
{
    char program[MAX_NAME + 32];
    struct helper helper = { .program = program, .in = -1, .out = -1, .noise = -1, .input = input };
    int status = 0;
    if (!check_name(name, err))
        return false;
    snprintf(program, sizeof program, "docker-credential-%.*s", STR_ARG(name));
    helper.deadline_ms = time_steady_ms() + timeout_ms;
    buf_init(&helper.answer, HELPER_MAX_ANSWER);
    buf_init(&helper.said, MAX_NOISE);
    bool ok = start(&helper, verb, err) && wait_end(&helper, &status, err) && judge(&helper, status, missing, err);
    if (ok) {
        *answer = arena_str(arena, buf_view(&helper.answer));
        ok = answer->ptr || arena_error(arena, err);
    }
    close_end(&helper.in);
    close_end(&helper.out);
    close_end(&helper.noise);
    buf_free(&helper.answer);
    buf_free(&helper.said);
    return ok;
}

bool helper_read(struct str answer, struct arena *arena, struct registry_credentials *out, struct error *err)
{
    struct str key, username = { 0 }, secret = { 0 };
    struct json json;
    json_begin(&json, answer, arena);
    if (json_object(&json))
        while (json_key(&json, &key)) {
            if (str_eq_nocase(key, STR("Username")))
                json_string(&json, &username);
            else if (str_eq_nocase(key, STR("Secret")))
                json_string(&json, &secret);
            else
                json_skip(&json);
        }
    if (!json_end(&json, err))
        return error_set(err, ERROR_USAGE, "the answer is not what a credential helper gives (JSON with Username and Secret)");
    *out = (struct registry_credentials){ 0 };
    credentials_set(out, username, secret);
    return true;
}

/* ---- the verbs ------------------------------------------------------------------------------------------------------------------------- */

bool helper_get(struct str name, struct str server, struct arena *arena, struct registry_credentials *out, struct error *err)
{
    struct registry_credentials found = { 0 };
    struct str answer;
    bool missing;
    if (!helper_run(name, "get", server, HELPER_TIMEOUT_MS, arena, &answer, &missing, err))
        return false;
    if (!missing && !helper_read(answer, arena, &found, err))
        return error_wrap(err, "docker-credential-%.*s", STR_ARG(name));
    found.origin = missing ? arena_printf(arena, "docker-credential-%.*s has none of %.*s", STR_ARG(name), STR_ARG(server))
                           : arena_printf(arena, "docker-credential-%.*s", STR_ARG(name));
    *out = found;
    return true;
}

bool helper_store(struct str name, struct str server, struct str username, struct str password, struct arena *arena,
                  struct error *err)
{
    struct buf input;
    struct str answer;
    bool missing = false;
    buf_init(&input, 4 * (size_t)HELPER_MAX_ANSWER);
    buf_text(&input, "{\"ServerURL\":");
    json_put_string(&input, server);
    buf_text(&input, ",\"Username\":");
    json_put_string(&input, username);
    buf_text(&input, ",\"Secret\":");
    json_put_string(&input, password);
    buf_text(&input, "}\n");
    bool ok = !input.failed || error_set(err, ERROR_LIMIT, "the password is too long");
    ok = ok && helper_run(name, "store", buf_view(&input), HELPER_TIMEOUT_MS, arena, &answer, &missing, err);
    buf_free(&input);
    return ok && (!missing || error_set(err, ERROR_USAGE, "docker-credential-%.*s keeps no credentials", STR_ARG(name)));
}

bool helper_erase(struct str name, struct str server, struct arena *arena, bool *was_there, struct error *err)
{
    struct str answer;
    bool missing;
    if (!helper_run(name, "erase", server, HELPER_TIMEOUT_MS, arena, &answer, &missing, err))
        return false;
    *was_there = !missing;
    return true;
}
