/* version.h - version order and range syntax, one scheme a file.
 *
 * A scheme turns a version text into a sortable key: a byte string such that memcmp order of keys (the shorter first where
 * one is a prefix of the other) is the scheme's order. Keys are what the database stores and what matching compares.
 * Where a scheme's order is not total or not transitive (ARCHITECTURE.md lists the cases) it also has `compare`, which
 * then decides, and the key is only an index.
 *
 * Each file names the specification or reference program that it is held to. */
#ifndef DRYDOCK_VERSION_H
#define DRYDOCK_VERSION_H

#include "base/base.h"

/* One affected span of versions: from low to high. An unbounded end has ptr NULL. Ends are version texts (not keys). */
struct version_span {
    struct str low, high;
    bool low_open, high_open; /* the end itself is outside; an unbounded end is always open */
};

/* A union of spans, in an arena. No spans: no version. */
struct version_set {
    struct version_span *spans;
    size_t count, cap;
    struct arena *arena;
};

struct version_scheme {
    const char *name;
    /* Appends the sortable key of `text` to `out`; false when `text` is not a version of this scheme (out unchanged). */
    bool (*key)(struct str text, struct buf *out);
    /* Order where the key alone does not decide; NULL otherwise. Both texts are valid versions. <0, 0, >0 */
    int (*compare)(struct str a, struct str b);
    /* The scheme's range syntax ("^1.2", "~> 3.0", "[1,2)", ">=1 <2 || 3.x") to spans, appended to `out` as a union.
     * Prereleases inside the bounds are included. NULL where the scheme has no syntax beyond version_range_basic's. */
    bool (*range)(struct str text, struct version_set *out, struct error *err);
};

/* The scheme of that name ("dpkg", "npm", …), NULL when there is none. */
const struct version_scheme *version_scheme_find(struct str name);
/* All schemes, for `vercmp --help` and tests; ends with NULL. */
const struct version_scheme *const *version_schemes(void);

/* Compares two texts; false when one of them is not a version of the scheme. *order: <0, 0, >0. */
bool version_compare(const struct version_scheme *scheme, struct str a, struct str b, int *order);
/* Compares two keys. */
int version_key_compare(struct str a, struct str b);

/* A range expression of the scheme to spans, appended to `out` (union). Uses scheme->range, else the basic syntax:
 * comma or white space = and, "||" = or, operators = == != > >= < <=, a bare version is equality, "*" or "" all.
 * The ends of the spans are views into `text` or lie in the set's arena. */
bool version_range(const struct version_scheme *scheme, struct str text, struct version_set *out, struct error *err);

void version_set_init(struct version_set *set, struct arena *arena);
bool version_set_add(struct version_set *set, struct version_span span); /* false: arena exhausted */
/* Set algebra by the scheme's order. Spans whose ends are not versions of the scheme make these fail with an input error. */
bool version_set_intersect(const struct version_scheme *scheme, const struct version_set *a, const struct version_set *b,
                           struct version_set *out, struct error *err);
bool version_set_subtract(const struct version_scheme *scheme, const struct version_set *a, const struct version_set *b,
                          struct version_set *out, struct error *err);
/* Sorted by low end, overlapping and touching spans joined, empty ones dropped. */
bool version_set_normalize(const struct version_scheme *scheme, struct version_set *set, struct error *err);
/* Is the version inside? Fails (false, err) only where `version` or an end is not a version of the scheme. */
bool version_set_has(const struct version_scheme *scheme, const struct version_set *set, struct str version, bool *inside,
                     struct error *err);

#endif
