/* git.h (private) - the `git` program as drydock repo uses it: on repositories of strangers, so that nothing of theirs is run.
 *
 * The system's and the user's configuration are left out, except what leads to credentials, proxies and certificates. No hooks, no
 * submodules, no filters (Git LFS), no file system monitor, no questions on the terminal, and no protocol but those of the
 * address. Secrets go to git in its environment, never on its command line, and are cut out of what it says. */
#ifndef DRYDOCK_CMD_GIT_H
#define DRYDOCK_CMD_GIT_H

#include "cmd/scanning.h"

/* ---- addresses (git-clone(1), "GIT URLS") ------------------------------------------------------------------------------------ */

struct git_url {
    struct str url;            /* for git: without secrets */
    struct str shown;          /* for people: without credentials at all */
    struct str scheme;         /* "https", "http", "ssh", "git", "file" */
    struct str origin;         /* of http and https: "https://host:port" */
    struct str host;           /* lower case, without the port */
    struct str user, password; /* as they stood in it, decoded */
    struct str path;           /* of file: on this machine */
};
/* "https://host/path", "ssh://…", "git://…", "file:///…", "user@host:path", "host.name/path" (https). */
bool git_url_parse(struct str text, struct arena *arena, struct git_url *out, struct error *err);
/* The address without credentials, as far as it is one. */
struct str git_url_shown(struct str text, struct arena *arena);

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
/* git_settings.c: takes the settings of the user that lead to credentials, proxies and certificates. */
bool git_take_settings(struct git *git, struct error *err);
/* Runs git with these arguments (NULL at the end); `out` (may be NULL) gets its standard output. Fails with what git said last and
 * what to try. `progress` names it on the terminal; NULL: nothing is shown. */
bool git_run(struct git *git, const char *const *arguments, const char *progress, struct buf *out, struct error *err);
/* The same, and the first line of output in the arena; empty when git fails, without an error. */
struct str git_ask(struct git *git, const char *const *arguments);

/* ---- a repository's files and facts --------------------------------------------------------------------------------------------- */

struct git_choice {
    struct str branch, tag, commit; /* at most one; empty: what HEAD is */
    struct str token;
    struct net_options net;
};

struct checkout {
    char folder[4096]; /* temporary; empty: none was made */
    const char *path;  /* what to scan */
    struct report_repository facts;
    bool has_facts;
};
/* checkout.c: of an address, or of a folder here. On failure too, checkout_free, which removes the temporary folder. */
bool checkout_fetch(struct checkout *checkout, const struct git_url *url, const struct git_choice *choice, struct arena *arena,
                    struct error *err);
bool checkout_local(struct checkout *checkout, const char *path, const struct git_choice *choice, struct arena *arena,
                    struct error *err);
void checkout_free(struct checkout *checkout);

/* git_facts.c: of the commit (empty: HEAD) in the repository that -C `folder` leads to. */
bool git_read_facts(struct git *git, const char *folder, struct str commit, struct report_repository *out);

#endif
