/* semver.h - semantic versions as the ecosystems that took them up read and order them. */
#ifndef DRYDOCK_VERSION_SEMVER_H
#define DRYDOCK_VERSION_SEMVER_H

#include "version/key.h"
#include "version/range.h"

/* How a scheme departs from Semantic Versioning 2.0.0. */
enum semver_rule {
    SEMVER_V = 1,      /* a leading "v" */
    SEMVER_SHORT = 2,  /* 1 and 1.2 are 1.0.0 and 1.2.0 */
    SEMVER_LOOSE = 4,  /* node's loose mode: leading zeros, "=v", a prerelease without its hyphen */
    SEMVER_BUILD = 8,  /* build metadata takes part in the order, after all else */
    SEMVER_ZEROS = 16, /* numbers may start with zeros */
    SEMVER_EMPTY = 32, /* "1.2.3-" is the lowest prerelease */
};

struct semver {
    struct str number[3];  /* digits; empty where left out */
    size_t count;          /* numbers given */
    struct str pre, build; /* without their sign; ptr NULL: none */
};

bool semver_parse(struct str text, unsigned rules, struct semver *out);
/* Dot-separated identifiers of [0-9A-Za-z-], none empty; `zeros`: numbers may start with zeros. */
bool semver_identifiers_valid(struct str text, bool zeros);
unsigned char *semver_write_numbers(unsigned char *p, const struct semver *version);
unsigned char *semver_write_pre(unsigned char *p, struct str pre);
unsigned char *semver_write_identifiers(unsigned char *p, struct str text);
/* The prerelease "word.number", where a scheme writes it otherwise. */
unsigned char *semver_write_pre_pair(unsigned char *p, struct str word, struct str number);
/* The whole of a scheme's key function. */
bool semver_key_by(struct str text, unsigned rules, struct buf *out);

/* ---- requirements: versions with parts left out ("1.2", "1.x", "*") ------------------------------------------- */

struct partial {
    uint64_t number[3]; /* 0 where left out */
    size_t count;       /* numbers given before a wildcard or the end */
    struct str pre;     /* without the hyphen, ptr NULL: none */
    struct str text;    /* the whole, without "v" and "=" */
};

bool partial_parse(struct range *range, struct str word, struct partial *out);
/* The lowest version of what `count` numbers begin, prereleases included: 1.2 gives 1.2.0-0. */
struct str partial_first(struct range *range, const struct partial *partial);
/* The lowest version after those that agree in the first `count` numbers (0: none is after, ptr NULL without error). */
struct str partial_after(struct range *range, const struct partial *partial, size_t count);

/* A short version stands for all that begin with it: "<1.2" ends before 1.2.0-0, ">1.2" starts at 1.3.0-0. */
bool partial_narrow(struct range *range, enum range_op op, const struct partial *partial);
/* From the version up to the next change in the first non-zero number (in the last given one, if all are 0). */
bool partial_caret(struct range *range, const struct partial *partial);
/* From the version up to the next change in its first `kept` numbers (fewer where fewer were given). */
bool partial_from(struct range *range, const struct partial *partial, size_t kept);
/* The tests of npm, Cargo and their kin: = == != < <= > >= ^ ~ ~>; `plain` is what no operator means. */
bool partial_test(struct range *range, struct str op, struct str word, const char *plain);

#endif
