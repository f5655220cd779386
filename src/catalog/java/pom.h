/* pom.h - Maven projects in two steps: pom.c reduces each file to a note of its own, and after the squash the notes of all
 * files are resolved together: parents and properties (pom_world.c), the dependencies of one project (pom_model.c), the
 * whole tree as Maven chooses it (pom_resolve.c), and packages of that (pom_settle.c). (Private to catalog/java.)
 *
 * A note is lines of fields with tabs between them: first the project and its parent, then the rest in the order of the
 * file; elements of active profiles follow those of the project. */
#ifndef DRYDOCK_CATALOG_JAVA_POM_H
#define DRYDOCK_CATALOG_JAVA_POM_H

#include "catalog/kinds.h"

#define POM_NOTE_KEY "pom"

enum pom_line {
    POM_PROJECT = 'G',    /* group, artifact, version, packaging */
    POM_PARENT = 'R',     /* group, artifact, version, relative path ("*": the usual one) */
    POM_LICENCE = 'L',    /* name */
    POM_PROPERTY = 'V',   /* name, value */
    POM_MODULE = 'M',     /* path */
    POM_DEPENDENCY = 'D', /* group, artifact, version, type, classifier, scope, "true" if optional, line, last line */
    POM_MANAGED = 'B',    /* the same, of dependencyManagement */
    POM_EXCLUSION = 'X',  /* group, artifact; of the dependency above */
};

struct pom_exclusion {
    struct str group, artifact; /* "*": any */
};

struct pom_dependency {
    struct str group, artifact, version, type, classifier, scope;
    const struct pom_exclusion *exclusions;
    size_t exclusion_count;
    uint32_t line, end_line;
    bool optional;
};

enum pom_state { POM_UNREAD, POM_BUSY, POM_DONE };

/* One project file. Texts are as written until they are interpolated. */
struct pom {
    struct str path, note;
    struct str group, artifact, version, packaging; /* own; empty: the parent's */
    struct str parent_group, parent_artifact, parent_version, parent_path;
    bool in_repository; /* a .pom file: a dependency's, no project of this tree */
    bool has_parent;
    enum pom_state state;        /* of what the note says */
    enum pom_state parent_state; /* DONE: `parent` is looked up */
    struct pom *parent;
    struct str whole_group, whole_version; /* inherited and interpolated; ptr NULL: not yet */
    struct map properties;                 /* name → struct str * */
    struct pom_dependency *dependencies, *managed;
    size_t dependency_count, dependency_cap, managed_count, managed_cap;
    struct str *modules, *licences;
    size_t module_count, module_cap, licence_count, licence_cap;
    /* What is managed here, by "group:artifact:type:classifier" → struct pom_dependency *. Keys with expressions depend on
     * the project that inherits them: each has its own map, of itself and its parents → struct pom_managed *. */
    enum pom_state managed_state, context_state, effective_state;
    struct map managed_by_key, context_by_key;
    struct map answers;   /* of look-ups that begin here: key → struct pom_dependency *, NULL where nothing is managed */
    struct pom **imports; /* of it and its parents, in order */
    size_t import_count, import_cap;
    uint64_t visited;                 /* number of the look-up that came by last */
    struct pom_dependency *effective; /* interpolated, with what parents and management add; lines only of its own */
    size_t effective_count, effective_cap;
    struct pom_tree *tree; /* NULL: not resolved yet */
    struct str lacks;      /* first parent or import that is not at hand, "group:artifact:version" */
};

/* All poms, by where they are and what they are. */
struct pom_world {
    struct arena *arena; /* of the resolution, freed with it */
    struct pom *poms;
    size_t count;
    struct map by_path, by_name; /* path → index; "group:artifact:version" → index */
    struct map versions;         /* "group:artifact" → struct pom_version *, a list */
    struct map missing;          /* "group:artifact:version" that was looked for in vain */
    size_t steps;                /* spent on look-ups; bounded */
    unsigned nesting;            /* of parents that are being looked up */
    uint64_t lookups;
};

struct pom_version {
    struct str version;
    const struct pom_version *next;
};

enum { POM_MAX_PARENTS = 64, POM_MAX_STEPS = 50000000 };

/* ---- pom_world.c ---- */
bool pom_world_open(struct pom_world *world, const struct catalog_facts *facts, struct arena *arena);
bool pom_read(struct pom_world *world, struct pom *pom); /* fills it from its note; false when the arena is full */
struct pom *pom_find(struct pom_world *world, struct str group, struct str artifact, struct str version); /* NULL: missing */
struct pom *pom_at(struct pom_world *world, const struct pom *from, struct str relative);
struct pom *pom_parent(struct pom_world *world, struct pom *pom); /* NULL: none, or not at hand */
/* With all ${…} put in, as the project `pom` sees them; empty where one is unknown. */
struct str pom_interpolate(struct pom_world *world, struct pom *pom, struct str text);
struct str pom_group(struct pom_world *world, struct pom *pom);
struct str pom_version(struct pom_world *world, struct pom *pom);

/* ---- pom_model.c ---- */
/* Fills pom->effective; false when the arena is full. */
bool pom_make_effective(struct pom_world *world, struct pom *pom);
/* "group:artifact:type:classifier" (Maven Model, Dependency, "management key"), in the world's arena. */
struct str pom_dependency_key(struct pom_world *world, const struct pom_dependency *dependency);
/* What the project's dependencyManagement, with parents and imports, says of the dependency with that key: interpolated, in
 * the world's arena. NULL: nothing. */
const struct pom_dependency *pom_find_managed(struct pom_world *world, struct pom *pom, struct str key);
/* Does `by` exclude the dependency? "*" stands for any. */
bool pom_is_excluded(const struct pom_dependency *by, const struct pom_dependency *dependency);
/* A version as a dependency asks for it: ranges and the like become the best that is at hand, or empty. */
struct str pom_choose_version(struct pom_world *world, const struct pom_dependency *dependency, bool *hard);

/* ---- pom_resolve.c ---- */
/* The better ones first: of several ways to one dependency the best counts. */
enum pom_scope { SCOPE_COMPILE, SCOPE_RUNTIME, SCOPE_PROVIDED, SCOPE_TEST, SCOPE_SYSTEM, SCOPE_NONE };

/* A dependency that was chosen. */
struct pom_node {
    const struct pom_dependency *dependency; /* as it is declared where it was chosen, but for version and scope */
    struct str version;
    struct pom *pom; /* its project, NULL where that is not at hand */
    enum pom_scope scope;
    uint32_t parent; /* the node that declares it; UINT32_MAX: the project */
    bool direct;
    const struct pom_dependency *managed; /* by the root; NULL: it is not */
};

/* Who needs what: `from` UINT32_MAX is the project; `to` UINT32_MAX: not chosen after all. */
struct pom_edge {
    uint32_t from, to;
    enum pom_scope scope;
    bool managed; /* the scope is the root's word: it holds whatever the way */
};

struct pom_tree {
    struct pom_node *nodes;
    struct pom_edge *edges; /* by `from` */
    size_t count, cap, edge_count, edge_cap;
    bool cut; /* there are more than the limits allow */
};
/* Chooses of all dependencies of the project, and of theirs, as Maven does; NULL when the arena is full. */
const struct pom_tree *pom_resolve(struct pom_world *world, struct pom *root);

/* ---- pom_settle.c ---- */
bool pom_settle(struct catalog_facts *facts);
#endif
