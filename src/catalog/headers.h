/* headers.h - lines of "Name: value" as Debian control files (deb822(5)) and Python metadata (RFC 822 headers) have them. */
#ifndef DRYDOCK_CATALOG_HEADERS_H
#define DRYDOCK_CATALOG_HEADERS_H

#include "base/base.h"

struct header_cursor {
    struct str text;
    size_t pos; /* offset in text of the next line */
};

enum header_line {
    HEADER_END,    /* of the text */
    HEADER_FIELD,  /* name and value are set; the value is trimmed */
    HEADER_FOLDED, /* continues the last field: value is set, trimmed */
    HEADER_BLANK,  /* ends a record, or all headers */
    HEADER_JUNK,   /* nothing of these */
};

enum header_line header_next(struct header_cursor *cursor, struct str *name, struct str *value);

/* Is this a value that can be trusted: without control characters (tabs are fine)? */
bool header_value_ok(struct str value);
#endif
