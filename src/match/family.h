/* family.h (private) - how each distribution's advisories are keyed and compared: one row each. */
#ifndef DRYDOCK_MATCH_FAMILY_H
#define DRYDOCK_MATCH_FAMILY_H

#include "match/match.h"

/* Which part of "9.3.1" names the release in the database. */
enum release_form { RELEASE_NONE, RELEASE_MAJOR, RELEASE_MINOR, RELEASE_WHOLE, RELEASE_AMAZON };
/* Advisories are filed under the source or the binary package; the version compared may be either's. */
enum keyed_by { BY_SOURCE, BY_BINARY, BY_SOURCE_BINARY_VERSION };
enum family_traits {
    HAS_MODULES = 1,  /* names of modular packages are "module:stream::name" */
    HAS_CPES = 2,     /* advisories apply to CPEs that the image's content sets name */
    HAS_FLAVOURS = 4, /* ksplice and fips builds have advisories of their own */
    HAS_STREAMS = 8,  /* one vulnerability has a fix of its own for each minor release, architecture, flavour */
};

struct family {
    const char *name;  /* of struct distro */
    const char *space; /* prefix of the namespace: "debian ", "Red Hat" */
    enum release_form form;
    enum keyed_by keyed;
    unsigned traits;
};
/* NULL: no rule (no feed exists that Drydock reads). */
const struct family *family_find(struct str name);
/* The namespace of a release: "debian 12"; ptr NULL when the arena is full. */
struct str family_space(const struct family *family, struct str release, struct arena *arena);
/* Amazon Linux 1 was numbered by month ("2018.03"); later ones are "2 (Karoo)", "2022", "2023.6.20250203". */
struct str amazon_release(struct str release);
/* The first `parts` parts of "3.20.3". */
struct str release_parts(struct str release, unsigned parts);

#endif
