/* family.h (private) - how each distribution's advisories are keyed and compared: one row each. */
#ifndef DRYDOCK_MATCH_FAMILY_H
#define DRYDOCK_MATCH_FAMILY_H

#include "match/match.h"

/* Which part of "9.3.1" names the release in the database. */
enum release_form { RELEASE_NONE, RELEASE_MAJOR, RELEASE_MINOR, RELEASE_WHOLE, RELEASE_AMAZON };
/* Advisories are filed under the source or the binary package; the version compared may be either's. */
enum keyed_by { BY_SOURCE, BY_BINARY, BY_SOURCE_BINARY_VERSION };

struct family {
    const char *name;          /* of struct distro */
    const char *space;         /* prefix of the namespace: "debian ", "Red Hat" */
    enum release_form form;
    enum keyed_by keyed;
    bool modules;              /* names of modular packages are "module:stream::name" */
    bool red_hat;              /* advisories apply to CPEs that the image's content sets name */
    bool flavours;             /* Oracle: ksplice and fips builds have advisories of their own */
    const char *type;          /* Type in reports */
};
/* NULL: no rule (no feed exists that Drydock reads). */
const struct family *family_find(struct str name);
/* The namespace of a release: "debian 12"; ptr NULL when the arena is full. */
struct str family_space(const struct family *family, struct str release, struct arena *arena);

#endif
