/* git.h - a git repository as a folder to scan: an address, or a repository on this machine, at a branch, tag or commit. */
#ifndef DRYDOCK_GIT_H
#define DRYDOCK_GIT_H

#include "net/net.h"
#include "report/report.h"

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

#endif
