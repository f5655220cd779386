/* go_mod.h - a go.mod file in memory (private to catalog/). */
#ifndef DRYDOCK_CATALOG_GO_MOD_H
#define DRYDOCK_CATALOG_GO_MOD_H

#include "catalog/go/go.h"

struct mod_require {
    struct str path, version;
    uint32_t line;
    bool indirect;
};

/* What stands in for a module: another, or a folder (no version). */
struct mod_replace {
    struct str path, version; /* no version: of any */
    struct str by_path, by_version;
};

/* go.mod, and go.work, which has the same form (golang.org/x/mod/modfile; go.dev/ref/mod, "go.mod files", "Workspaces"). */
struct mod_file {
    struct str module, go, toolchain;
    uint32_t module_line, go_line, toolchain_line;
    struct mod_require *requires;
    size_t require_count, require_cap;
    struct mod_replace *replaces;
    size_t replace_count, replace_cap;
    struct map replaced; /* "path version" to its index */
    struct str *uses;    /* go.work: folders of its modules */
    size_t use_count, use_cap;
    size_t bad; /* lines that are none of the format */
    uint32_t bad_line;
};

/* Texts are views into `text` or lie in the arena. False: the arena is full. */
bool mod_file_parse(struct str text, struct arena *arena, struct mod_file *out);
/* The entry that replaces this version; NULL: none. */
const struct mod_replace *mod_file_replacement(const struct mod_file *mod, struct str path, struct str version);
/* Is this go version before 1.17, when go.mod did not list all modules that are needed? An empty one is. */
bool mod_is_old(struct str go);
/* The least version of the standard library that builds the module ("v1.22.0"); empty where it is not told. */
struct str mod_stdlib_version(const struct mod_file *mod, struct arena *arena);
/* Settles go.mod's kind: go.sum, go.work, vendor/modules.txt and the module cache's go.mod files are notes until then. */
bool mod_settle(struct catalog_facts *facts);

/* Keys of those notes. */
#define MOD_NOTE_OLD \
    "gomod.old" /* of a go.mod before 1.17: "0 PATH" of modules that go.sum must not add, "LINE PATH" of others */
#define MOD_NOTE_SUM "gomod.sum"       /* "path version" a line: of each module the highest */
#define MOD_NOTE_VENDOR "gomod.vendor" /* likewise */
#define MOD_NOTE_WORK "gomod.work"     /* "use FOLDER", "replace PATH VERSION PATH VERSION" a line; "-" is no version */
#define MOD_NOTE_CACHE "gomod.cache"   /* "path@version", then the modules that it needs directly, one a line */

#endif
