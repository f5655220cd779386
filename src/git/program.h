/* program.h (private) - the `git` program as it is used here: on repositories of strangers, so that nothing of theirs is run.
 *
 * The system's and the user's configuration are left out, except what leads to credentials, proxies and certificates. No hooks, no
 * submodules, no filters (Git LFS), no file system monitor, no questions on the terminal, and no protocol but those of the
 * address. Secrets go to git in its environment, never on its command line, and are cut out of what it says. */
#ifndef DRYDOCK_GIT_PROGRAM_H
#define DRYDOCK_GIT_PROGRAM_H

#include "git/git.h"

/* ---- the program -------------------------------------------------------------------------------------------------------------- */

struct git {
    struct arena *arena;
    const char **environment; /* ends with NULL */
    size_t count, cap;
    unsigned configured; /* settings in the environment */
    struct str secrets[8];
    size_t secret_count;
    struct str what; /* named in errors: the address or path */
    uint64_t timeout_s;
};

bool git_init(struct git *git, struct arena *arena, struct str what, struct error *err);
bool git_set(struct git *git, const char *key, struct str value); /* a setting for the runs that follow; false: arena full */
bool git_set_variable(struct git *git, const char *name, struct str value);
bool git_add_variable(struct git *git, const char *text); /* "NAME=value", which stays the caller's */
void git_hide(struct git *git, struct str secret);        /* cut out of messages */
/* settings.c: takes the settings of the user that lead to credentials, proxies and certificates. */
bool git_take_settings(struct git *git, struct error *err);
/* Runs git with these arguments (NULL at the end); `out` (may be NULL) gets its standard output. Fails with what git said last and
 * what to try. `progress` names it on the terminal; NULL: nothing is shown. */
bool git_run(struct git *git, const char *const *arguments, const char *progress, struct buf *out, struct error *err);
/* The same, and the first line of output in the arena; empty when git fails, without an error. */
struct str git_ask(struct git *git, const char *const *arguments);

/* facts.c: of the commit (empty: HEAD) in the repository that -C `folder` leads to. */
bool git_read_facts(struct git *git, const char *folder, struct str commit, struct report_repository *out);

#endif
