/* The user's own git configuration, as far as it leads to a server: credential helpers, proxies, certificates, rewritten addresses,
 * the ssh command. Everything else in it is left out (git-config(1)). */
#define _GNU_SOURCE /* environ */
#include "git/program.h"

#include <stdlib.h>
#include <unistd.h>

/* Asks for nothing, and answers no host key by itself. */
static struct str ssh_command(struct arena *arena, struct str own)
{
    struct str command = own.len ? own : STR("ssh");
    if (str_contains(command, "BatchMode"))
        return command;
    return arena_printf(arena, "%.*s -oBatchMode=yes%s", STR_ARG(command), own.len ? "" : " -oConnectTimeout=30");
}

static bool is_of_a_repository(struct str scope)
{
    return str_is(scope, "local") || str_is(scope, "worktree");
}

/* With -z --show-scope: "scope", NUL, "key", newline, "value", NUL. */
static bool take_setting(struct git *git, struct str scope, struct str row)
{
    struct str key, value;
    const char *name;
    if (!str_cut(row, '\n', &key, &value) || is_of_a_repository(scope))
        return true;
    if (!(name = arena_cstr(git->arena, key)))
        return false;
    if (strcmp(name, "core.sshcommand") == 0)
        return getenv("GIT_SSH_COMMAND") || git_set_variable(git, "GIT_SSH_COMMAND", ssh_command(git->arena, value));
    return git_set(git, name, arena_str(git->arena, value));
}

bool git_take_settings(struct git *git, struct error *err)
{
    static const char *const list[] = { "-C",
                                        "/",
                                        "config",
                                        "--includes",
                                        "-z",
                                        "--show-scope",
                                        "--get-regexp",
                                        "^(credential\\.|http\\.|url\\..*\\.insteadof$|core\\.sshcommand$)",
                                        NULL };
    struct git user = { .arena = git->arena, .what = git->what };
    struct str rest = { 0 }, scope, row;
    struct error ignored = { 0 };
    struct buf text;
    const char *own = getenv("GIT_SSH_COMMAND");
    bool ok = true;
    for (char **v = environ; ok && *v; v++)
        ok = str_starts(str_from(*v), "GIT_DIR=") || git_add_variable(&user, *v);
    if (ok && (own || !getenv("GIT_SSH")))
        ok = git_set_variable(git, "GIT_SSH_COMMAND", ssh_command(git->arena, str_from(own)));
    buf_init(&text, 1 << 20);
    if (ok && git_run(&user, list, NULL, &text, &ignored)) /* fails where there are none */
        rest = buf_view(&text);
    while (ok && str_next(&rest, '\0', &scope) && str_next(&rest, '\0', &row))
        ok = take_setting(git, scope, row);
    buf_free(&text);
    if (interrupted())
        return interrupt_error(err);
    return ok || arena_error(git->arena, err);
}
