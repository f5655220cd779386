/* go.h - what several readers of Go's files share (private to catalog/). */
#ifndef DRYDOCK_CATALOG_GO_H
#define DRYDOCK_CATALOG_GO_H

#include "catalog/kinds.h"

/* A module in build info. What was replaced has the path and version of what stands in for it; a folder has no version. */
struct go_module {
    struct str path, version;
    struct str replaced_path, replaced_version;
    bool replaced;
};

/* Build info as runtime/debug.ParseBuildInfo reads it; texts are views into it or lie in the arena. */
struct go_info {
    struct str go_version; /* "go1.22.1", "go1.20.3 X:boringcrypto" */
    struct go_module main; /* no path: it is not told */
    struct go_module *modules;
    size_t module_count;
    struct str ldflags, vcs_revision, vcs_time;
    bool has_ldflags;
};

/* Parses the module lines; lines that are damaged are passed over and counted. False: the arena is full. */
bool go_info_parse(struct str text, struct arena *arena, struct go_info *info, size_t *damaged);
/* "v1.22.1": the version of the standard library in a toolchain's name, without experiments and vendors' suffixes. */
struct str go_stdlib_version(struct str go_version, struct arena *arena);
bool go_is_version(struct str text);        /* golang.org/x/mod/semver.IsValid, also without the leading "v" */
bool go_is_whole_version(struct str text);  /* the same with its "v" and all three numbers, as go.mod has them */
bool go_is_pseudo_version(struct str text); /* "v0.0.0-20240102030405-abcdef012345" (go.dev/ref/mod, "Pseudo-versions") */
/* The version of the program as it is told: by its module, by -ldflags, by its symbols; may be empty. */
struct str go_main_version(const struct go_info *info, const struct program *program, struct arena *arena);
/* "name@version", or the name alone. */
struct str go_id(struct arena *arena, struct str name, struct str version);

/* Versions that -X flags (or their symbols) give to variables, by how likely they are the program's own. */
struct go_votes {
    struct str module; /* the main one */
    struct {
        struct str key, version;
    } flags[64];
    size_t count;
};
bool go_is_version_key(struct str key); /* "main.version", "example.com/x/pkg.Ver" */
void go_vote(struct go_votes *votes, struct str key, struct str version);
struct str go_elected(const struct go_votes *votes); /* empty: none, or they differ */
void go_vote_flags(struct go_votes *votes, struct str ldflags, struct arena *arena);
void go_vote_symbols(struct go_votes *votes, const struct program *program, struct arena *arena);

#endif
