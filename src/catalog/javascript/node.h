/* node.h - what the kinds of JavaScript share (private to catalog/javascript/): fields of package.json, and the entries of a
 * lock file, which are collected first, tied to each other by the rules of the format, and then become packages. */
#ifndef DRYDOCK_CATALOG_NODE_H
#define DRYDOCK_CATALOG_NODE_H

#include "catalog/kinds.h"

/* Names of published packages: "a", "@scope/a", of URL-safe characters (npm's package.json documentation, "name"). */
bool node_name_ok(struct str name);
/* A text, an object with a type, or a list of these: put into the list `out`. */
void node_read_licence(struct json *json, struct buf *out);
/* "a@1.0.0", "@scope/a@^1" cut at the '@' behind the name; false where there is none. */
bool node_cut_name(struct str text, struct str *name, struct str *rest);
/* "npm:^1.0.0" and "^1.0.0" ask for the same. */
struct str node_plain_range(struct str range);
/* Is this version in that range of npm's syntax? A range that is none has no versions. */
bool node_satisfies(struct str range, struct str version, struct arena *scratch);
/* The patterns of "workspaces", a list or an object with it as "packages": put into the list `out`. */
void node_read_workspaces(struct json *json, struct buf *out);

/* Files of the project's own, not of packages that lie in a folder node_modules. */
bool node_is_outside_modules(struct str path);
/* "a", "@scope/a" behind the last "node_modules/"; empty for a folder that lies in none. */
struct str node_name_of_folder(struct str folder);
/* Node looks for a package in the folder node_modules beside the file that asks, then in those of all folders above (Node.js
 * documentation, "Loading from node_modules folders"). Begin with the asking package's folder; each step gives the path of
 * the next place. False at the end. */
struct node_places {
    struct str folder, name;
    bool ended;
    char path[4096];
};
void node_places_begin(struct node_places *places, struct str folder, struct str name);
bool node_places_next(struct node_places *places, struct str *path);

bool node_tree_settle(struct catalog_facts *facts); /* of installed packages */
bool node_yarn_settle(struct catalog_facts *facts); /* of yarn.lock, by the package.json files beside it */

/* ---- the entries of a lock file -------------------------------------------------------------------------------------------- */

enum { NODE_NONE = UINT32_MAX, NODE_PART = 1024 };

struct node_edge {
    struct str name, range; /* as the entry asks */
    uint32_t target;        /* the entry that it gets, NODE_NONE: none */
    uint32_t next;          /* of the same entry */
};

/* Texts are views into the file or lie in its scratch arena. */
struct node_entry {
    const struct catalog_kind *kind; /* NULL: that of the file */
    struct str key;                  /* what the format calls it */
    struct str id;                   /* empty: name@version */
    struct str name, version, licence, digest, provides;
    uint32_t line, end_line;
    uint32_t first_edge, last_edge;
    enum package_relation relation;
    bool dev;
    bool left_out; /* no package of its own: the project, a link */
};

struct node_lock {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct arena *scratch;
    void **entry_parts, **edge_parts; /* tables of NODE_PART each: see node_at */
    size_t count, entry_cap;          /* entries; tables */
    size_t edge_count, edge_cap;
    struct map keys;  /* of entries; the first of a key counts */
    uint64_t budget;  /* bytes that looking for targets may still take */
    bool incomplete;  /* a limit was reached */
    size_t bad_count; /* entries that cannot be packages */
    uint32_t bad_line;
};

/* They stay where they are when others are added. */
static inline struct node_entry *node_at(const struct node_lock *lock, size_t index)
{
    return (struct node_entry *)lock->entry_parts[index / NODE_PART] + index % NODE_PART;
}

static inline struct node_edge *node_edge_at(const struct node_lock *lock, size_t index)
{
    return (struct node_edge *)lock->edge_parts[index / NODE_PART] + index % NODE_PART;
}

void node_lock_begin(struct node_lock *lock, const struct catalog_file *file, struct catalog_facts *facts);
/* A new entry, zeroed but for its key, line and edges; its index, NODE_NONE when memory is out. */
uint32_t node_lock_add(struct node_lock *lock, struct str key, uint32_t line);
uint32_t node_lock_find(const struct node_lock *lock, struct str key); /* NODE_NONE: no such entry */
bool node_lock_key(struct node_lock *lock, struct str key, uint32_t entry);
bool node_lock_need(struct node_lock *lock, uint32_t entry, struct str name, struct str range);
/* Reads {"name": "range", …} (objects as values are fine) into edges of the entry. */
void node_lock_read_needs(struct node_lock *lock, struct json *json, uint32_t entry);
/* Ties each edge to what `find` says. */
void node_lock_tie(struct node_lock *lock,
                   uint32_t (*find)(struct node_lock *lock, uint32_t entry, const struct node_edge *edge));
/* Marks as dev all that no entry leads to that is direct, root or a workspace and not itself dev. */
bool node_lock_mark_dev(struct node_lock *lock);
/* Makes packages of the entries, one for each id, and warnings of what was wrong. */
bool node_lock_end(struct node_lock *lock);

#endif
