/* purl.h (private) - what types of package URLs ask for, and the parts of their text. */
#ifndef DRYDOCK_CATALOG_PURL_H
#define DRYDOCK_CATALOG_PURL_H

#include "catalog/catalog.h"

enum purl_type_rules {
    LOWER_SPACE = 1,
    UPPER_SPACE = 2,
    LOWER_NAME = 4,
    DASHED_NAME = 8, /* "_" is "-" */
    LOWER_VERSION = 16,
    NEEDS_SPACE = 32,
    NEEDS_UUID = 64,
    /* How the name of a package here is split: */
    BY_SLASH = 256,   /* the last part is the name, the ones before it are the namespace */
    BY_COLON = 512,   /* "group:artifact" */
    TAIL = 1024,      /* what follows the first "/" is the subpath */
    TWO_PARTS = 2048, /* "owner/repository/path": what follows the second "/" is the subpath */
    WITH_DISTRO = 4096,
};
unsigned purl_type_rules(struct str type); /* 0: nothing is known of the type */

enum purl_change { PURL_AS_IT_IS, PURL_LOWER = 1, PURL_UPPER = 2, PURL_DASHED = 4 };

void purl_put_encoded(struct buf *out, struct str text, unsigned change);
/* "pkg:type/space/name@version" */
void purl_put_head(struct buf *out, struct str type, struct str space, struct str name, struct str version);
/* Nothing where there is no value. *first: it is the first one; cleared when it is written. */
void purl_put_qualifier(struct buf *out, bool *first, struct str key, struct str value);
void purl_put_subpath(struct buf *out, struct str subpath);
#endif
