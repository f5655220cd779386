/* Runs the git program: see git.h. What is switched off, and by which setting, is in git-config(1) and git(1), "Environment
 * Variables". */
#define _GNU_SOURCE /* pipe2, environ */
#include "git/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 100, GRACE_MS = 3000, MISSING = 127, MAX_SAID_BYTES = 1 << 16 };

/* ---- the environment -------------------------------------------------------------------------------------------------------- */

/* Of git's own variables these are the user's way to a server; all others say which repository, and how it is traced. */
static bool is_kept(struct str variable)
{
    static const char *const kept[] = { "GIT_SSH=",           "GIT_SSH_COMMAND=", "GIT_SSH_VARIANT=",   "GIT_SSL_CAINFO=",
                                        "GIT_SSL_CAPATH=",    "GIT_SSL_CERT=",    "GIT_SSL_KEY=",       "GIT_SSL_NO_VERIFY=",
                                        "GIT_PROXY_COMMAND=", "GIT_ASKPASS=",     "GIT_PROXY_SSL_CERT=" };
    if (!str_starts(variable, "GIT_"))
        return !str_starts(variable, "LC_ALL=") && !str_starts(variable, "LANGUAGE=");
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (str_starts(variable, kept[i]))
            return true;
    return false;
}

/* Of two of one name git would see the first. */
static bool replace_variable(struct git *git, const char *text, size_t name_len)
{
    for (size_t i = 0; i < git->count; i++)
        if (strncmp(git->environment[i], text, name_len) == 0) {
            git->environment[i] = text;
            return true;
        }
    return false;
}

bool git_add_variable(struct git *git, const char *text)
{
    const char **grown = arena_grow(git->arena, git->environment, git->count ? git->count + 1 : 0, &git->cap, sizeof *grown);
    if (!grown || !text)
        return false;
    git->environment = grown;
    grown[git->count++] = text;
    grown[git->count] = NULL;
    return true;
}

bool git_set_variable(struct git *git, const char *name, struct str value)
{
    const char *text = arena_printf(git->arena, "%s=%.*s", name, STR_ARG(value)).ptr;
    return text && (replace_variable(git, text, strlen(name) + 1) || git_add_variable(git, text));
}

bool git_set(struct git *git, const char *key, struct str value)
{
    char name[64];
    snprintf(name, sizeof name, "GIT_CONFIG_KEY_%u", git->configured);
    if (!git_set_variable(git, name, str_from(key)))
        return false;
    snprintf(name, sizeof name, "GIT_CONFIG_VALUE_%u", git->configured++);
    return git_set_variable(git, name, value);
}

void git_hide(struct git *git, struct str secret)
{
    if (secret.len && git->secret_count < ARRAY_LEN(git->secrets))
        git->secrets[git->secret_count++] = secret;
}

bool git_init(struct git *git, struct arena *arena, struct str what, struct error *err)
{
    static const char *const variables[][2] = {
        { "GIT_CONFIG_NOSYSTEM", "1" },
        { "GIT_CONFIG_SYSTEM", "/dev/null" },
        { "GIT_CONFIG_GLOBAL", "/dev/null" },
        { "GIT_ATTR_NOSYSTEM", "1" },
        { "GIT_TERMINAL_PROMPT", "0" },
        { "GIT_LFS_SKIP_SMUDGE", "1" },
        { "GIT_OPTIONAL_LOCKS", "0" },
        { "GIT_NO_REPLACE_OBJECTS", "1" },
        { "GIT_NO_LAZY_FETCH", "1" },
        { "GIT_ALLOW_PROTOCOL", "none" },
        { "GIT_PAGER", "cat" },
        { "GIT_EDITOR", "false" },
        { "GIT_ADVICE", "0" },
        { "LC_ALL", "C" },
        { "GCM_INTERACTIVE", "never" },
        { "GIT_MERGE_AUTOEDIT", "no" },
    };
    static const char *const settings[][2] = {
        { "core.hooksPath", "/dev/null" },      { "core.fsmonitor", "false" },    { "core.untrackedCache", "false" },
        { "core.attributesFile", "/dev/null" }, { "safe.directory", "*" },        { "protocol.ext.allow", "never" },
        { "fetch.recurseSubmodules", "false" }, { "submodule.recurse", "false" }, { "gc.auto", "0" },
        { "maintenance.auto", "false" },        { "checkout.workers", "0" },      { "advice.detachedHead", "false" },
        { "http.lowSpeedLimit", "1" },          { "http.lowSpeedTime", "60" },
    };
    *git = (struct git){ .arena = arena, .what = what };
    bool ok = true, asks = getenv("GIT_ASKPASS") != NULL;
    for (char **v = environ; ok && *v; v++)
        if (is_kept(str_from(*v)))
            ok = git_add_variable(git, *v);
    for (size_t i = 0; ok && i < ARRAY_LEN(variables); i++)
        ok = git_set_variable(git, variables[i][0], str_from(variables[i][1]));
    for (size_t i = 0; ok && i < ARRAY_LEN(settings); i++)
        ok = git_set(git, settings[i][0], str_from(settings[i][1]));
    if (ok && !asks) /* or else SSH_ASKPASS would open a window */
        ok = git_set_variable(git, "GIT_ASKPASS", (struct str){ 0 });
    return ok || arena_error(arena, err);
}

/* ---- one run ----------------------------------------------------------------------------------------------------------------- */

struct run {
    struct git *git;
    const char *progress;
    pid_t pid;
    int out_fd, said_fd;
    struct buf *out;
    char line[1024]; /* of what it says, while it comes */
    size_t line_len;
    char best[1024], other[1024]; /* the last line that tells the reason; the last of any kind */
};

static void start_child(const struct git *git, const char *const *arguments, int out, int said)
{
    const char *argv[64] = { "git" };
    size_t n = 1;
    for (; arguments[n - 1] && n + 1 < ARRAY_LEN(argv); n++)
        argv[n] = arguments[n - 1];
    int nothing = open("/dev/null", O_RDWR);
    setpgid(0, 0); /* so that what it starts can be ended with it */
    signal(SIGPIPE, SIG_DFL);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(out >= 0 ? out : nothing, STDOUT_FILENO) < 0 ||
        dup2(said, STDERR_FILENO) < 0)
        _exit(MISSING);
    environ = (char **)(uintptr_t)git->environment;
    execvp("git", (char *const *)(uintptr_t)argv);
    _exit(MISSING);
}

static bool start(struct run *run, const char *const *arguments, struct error *err)
{
    int said[2], out[2] = { -1, -1 };
    if (pipe2(said, O_CLOEXEC) != 0)
        return error_system(err, "cannot start git");
    if (run->out && pipe2(out, O_CLOEXEC) != 0) {
        close(said[0]);
        close(said[1]);
        return error_system(err, "cannot start git");
    }
    fflush(NULL);
    run->pid = fork();
    if (run->pid == 0)
        start_child(run->git, arguments, out[1], said[1]);
    bool ok = run->pid > 0 || error_system(err, "cannot start git");
    close(said[1]);
    if (out[1] >= 0)
        close(out[1]);
    if (ok)
        setpgid(run->pid, run->pid); /* whichever of the two comes first */
    run->said_fd = said[0];
    run->out_fd = out[0];
    return ok;
}

/* "Receiving objects:  45% (450/1000), 1.2 MiB"; whether it is such a line at all. */
static bool show_progress(const struct run *run, struct str line)
{
    uint64_t done, total;
    struct str title, left, right, rest;
    size_t open;
    if (!str_contains(line, "% (") || !str_cut(line, ':', &title, &rest) || !str_find(rest, '(', &open) ||
        !str_cut(str_skip(rest, open + 1), '/', &left, &rest) || !str_cut(rest, ')', &right, &rest))
        return false;
    if (run->progress && str_is(title, "Receiving objects") && str_u64(left, &done) && str_u64(right, &total))
        progress_show(run->progress, done, total);
    return true;
}

/* The reason stands before git's own summary of it. */
static bool is_summary(struct str line)
{
    return str_starts(line, "fatal: Could not read from remote") || str_starts(line, "Please make sure") ||
           str_starts(line, "and the repository exists") || str_starts(line, "fatal: the remote end hung up") ||
           str_starts(line, "fatal: early EOF") || str_starts(line, "warning: Clone succeeded");
}

static void end_line(struct run *run)
{
    struct str line = str_trim(str_make(run->line, run->line_len));
    run->line_len = 0;
    if (line.len == 0 || show_progress(run, line))
        return;
    if (str_starts(line, "remote: "))
        line = str_trim(str_skip(line, 8));
    if (line.len == 0 || str_starts(line, "Cloning into") || str_starts(line, "warning: "))
        return;
    bool reason = (str_starts(line, "fatal: ") || str_starts(line, "error: ")) && !is_summary(line);
    if (reason)
        snprintf(run->best, sizeof run->best, "%.*s", STR_ARG(str_skip(line, 7)));
    else if (!is_summary(line) || run->other[0] == '\0')
        snprintf(run->other, sizeof run->other, "%.*s", STR_ARG(line));
}

static void hear(struct run *run, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r')
            end_line(run);
        else if (run->line_len < sizeof run->line)
            run->line[run->line_len++] = bytes[i];
    }
}

/* Takes what has come; closes a pipe at its end. */
static void take(struct run *run, int *fd)
{
    char bytes[1 << 16];
    ssize_t n = read(*fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0) {
        close(*fd);
        *fd = -1;
    } else if (fd == &run->said_fd) {
        hear(run, bytes, (size_t)n);
    } else {
        buf_add(run->out, bytes, (size_t)n);
    }
}

/* Until both pipes have ended, the user or the clock ends it. */
static bool attend(struct run *run, struct error *err)
{
    uint64_t end_ms = run->git->timeout_s ? time_steady_ms() + run->git->timeout_s * 1000 : UINT64_MAX;
    while (run->said_fd >= 0 || run->out_fd >= 0) {
        struct pollfd fds[] = { { .fd = run->said_fd, .events = POLLIN }, { .fd = run->out_fd, .events = POLLIN } };
        if (poll(fds, 2, TICK_MS) < 0 && errno != EINTR)
            return error_system(err, "cannot hear from git");
        if (interrupted())
            return interrupt_error(err);
        if (time_steady_ms() > end_ms)
            return error_set(err, ERROR_NETWORK, "%.*s: git took longer than --timeout allows", STR_ARG(run->git->what));
        if (fds[0].revents)
            take(run, &run->said_fd);
        if (fds[1].revents)
            take(run, &run->out_fd);
    }
    end_line(run);
    return true;
}

/* Asks it to end, which lets it clean up; then it must. */
static void end_group(struct run *run)
{
    int status;
    kill(-run->pid, SIGTERM);
    for (uint64_t end_ms = time_steady_ms() + GRACE_MS; time_steady_ms() < end_ms;) {
        pid_t done = waitpid(run->pid, &status, WNOHANG);
        if (done == run->pid || (done < 0 && errno != EINTR))
            break;
        poll(NULL, 0, 10);
    }
    kill(-run->pid, SIGKILL); /* what it has started too */
    while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
        ;
}

/* ---- what it said ----------------------------------------------------------------------------------------------------------------- */

struct hint {
    const char *said, *try;
};

/* The first that fits. */
static const struct hint hints[] = {
    { "could not read Username",
      "it wants a token: set DRYDOCK_TOKEN (or GITHUB_TOKEN, GITLAB_TOKEN, BITBUCKET_TOKEN for these hosts)" },
    { "could not read Password",
      "it wants a token: set DRYDOCK_TOKEN (or GITHUB_TOKEN, GITLAB_TOKEN, BITBUCKET_TOKEN for these hosts)" },
    { "Authentication failed", "the token or password was refused: check DRYDOCK_TOKEN, GITHUB_TOKEN or GITLAB_TOKEN" },
    { "returned error: 401", "the token or password was refused: check DRYDOCK_TOKEN, GITHUB_TOKEN or GITLAB_TOKEN" },
    { "returned error: 403", "no access: check what the token in DRYDOCK_TOKEN, GITHUB_TOKEN or GITLAB_TOKEN may read" },
    { "returned error: 429", "too many requests: try again later, or with a token in DRYDOCK_TOKEN" },
    { "returned error: 30", "the address leads elsewhere, where credentials are not sent: give the address that it leads to" },
    { "Could not resolve host", "check the name and the network, or set https_proxy" },
    { "Failed to connect", "check the address and the network, or set https_proxy" },
    { "certificate", "give its authority by --cacert" },
    { "Permission denied (", "add a key for it to the ssh agent (ssh-add)" },
    { "Host key verification failed", "connect to it once by ssh, so that its key is known" },
    { "couldn't find remote ref", "see git ls-remote for what there is" },
    { "Remote branch", "see git ls-remote for what there is" },
    { "not our ref", "check the commit's hash" },
    { "not found", "check the address; a private one needs a token (DRYDOCK_TOKEN, GITHUB_TOKEN, GITLAB_TOKEN)" },
    { "does not exist", "check the address" },
    { "No space left", "set TMPDIR to a folder with more room" },
    { "transport '", "that protocol is not used here" },
};

/* A secret may stand in an address that git or the server repeats, as it is or encoded. */
static void cut_secrets(const struct git *git, char *text)
{
    char *at;
    for (size_t i = 0; i < git->secret_count; i++)
        while ((at = memmem(text, strlen(text), git->secrets[i].ptr, git->secrets[i].len)))
            memmove(at, at + git->secrets[i].len, strlen(at + git->secrets[i].len) + 1);
    for (char *from = text; (at = strstr(from, "://"));) {
        size_t host = strcspn(at + 3, "/ '\""), user = 0;
        for (size_t i = 0; i < host; i++)
            if (at[3 + i] == '@')
                user = i + 1;
        memmove(at + 3, at + 3 + user, strlen(at + 3 + user) + 1);
        from = at + 3;
    }
}

static bool explain(struct run *run, int status, struct error *err)
{
    const struct git *git = run->git;
    char *said = run->best[0] ? run->best : run->other;
    if (WIFEXITED(status) && WEXITSTATUS(status) == MISSING && said[0] == '\0')
        return error_set(err, ERROR_SYSTEM, "the git program is needed for repositories, and is not installed here");
    cut_secrets(git, said);
    struct str shown = arena_shown(git->arena, str_from(said), sizeof run->best);
    for (size_t i = 0; i < ARRAY_LEN(hints); i++)
        if (strstr(said, hints[i].said))
            return error_set(err, ERROR_NETWORK, "%.*s: git: %.*s; %s", STR_ARG(git->what), STR_ARG(shown), hints[i].try);
    return error_set(err, ERROR_NETWORK, "%.*s: git: %.*s", STR_ARG(git->what),
                     STR_ARG(shown.len ? shown : STR("it failed without a word")));
}

bool git_run(struct git *git, const char *const *arguments, const char *progress, struct buf *out, struct error *err)
{
    struct run run = { .git = git, .progress = progress, .out = out, .said_fd = -1, .out_fd = -1 };
    int status = 0;
    char number[16];
    snprintf(number, sizeof number, "%u", git->configured);
    if (git->configured && !git_set_variable(git, "GIT_CONFIG_COUNT", str_from(number)))
        return arena_error(git->arena, err);
    bool ok = start(&run, arguments, err), heard = ok && attend(&run, err);
    if (ok && !heard)
        end_group(&run);
    while (heard && waitpid(run.pid, &status, 0) < 0 && errno == EINTR)
        ;
    for (int i = 0; i < 2; i++)
        if ((i ? run.out_fd : run.said_fd) >= 0)
            close(i ? run.out_fd : run.said_fd);
    if (progress)
        progress_clear();
    if (!heard)
        return false;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return explain(&run, status, err);
    return !out || !out->failed || error_set(err, ERROR_LIMIT, "%.*s: git says too much", STR_ARG(git->what));
}

struct str git_ask(struct git *git, const char *const *arguments)
{
    struct buf text;
    struct error ignored = { 0 };
    struct str rest, line = { 0 };
    buf_init(&text, MAX_SAID_BYTES);
    bool ok = git_run(git, arguments, NULL, &text, &ignored);
    rest = buf_view(&text);
    if (ok && str_line(&rest, &line))
        line = arena_str(git->arena, line);
    buf_free(&text);
    return ok ? line : (struct str){ 0 };
}
