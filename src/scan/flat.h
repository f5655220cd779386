/* flat.h (private) - records as one buffer of bytes without pointers, for a worker's pipe and for the cache.
 *
 * A form lists the fields of an object and the tables of records in it; that one list writes them and reads them. Little-endian:
 * magic, fingerprint of the form, count of each table, the row of the object's own fields, the rows of each table, and the
 * texts, which rows refer to by offset and length. Reading checks each count, offset, kind and range; what indices in the
 * records mean is for the caller to check. */
#ifndef DRYDOCK_SCAN_FLAT_H
#define DRYDOCK_SCAN_FLAT_H

#include "catalog/catalog.h"

enum flat_type {
    FLAT_TEXT,  /* struct str; read, it is a view into the buffer */
    FLAT_CHARS, /* array of char that ends with NUL; limit: its size */
    FLAT_U32,
    FLAT_U64, /* limit: how many stand in a row; 0: one */
    FLAT_BOOL,
    FLAT_ENUM, /* values are below limit */
    FLAT_KIND, /* const struct catalog_kind *, never NULL */
};

struct flat_field {
    uint32_t type, at, limit; /* at: offset in the record */
};

struct flat_record {
    const struct flat_field *fields;
    size_t field_count, record_bytes;
};

/* Records of one sort in an object: where it has the pointer to them and their number. */
struct flat_table {
    const struct flat_record *record;
    size_t records_at, count_at;
};

struct flat_form {
    char magic[8];
    struct flat_record own; /* the object's own fields */
    const struct flat_table *tables;
    size_t table_count;
};

/* Records that forms share. */
extern const struct flat_record flat_package, flat_note, flat_warning;

/* Changes with whatever changes the bytes: fields, their places, the kinds' order. */
uint64_t flat_fingerprint(const struct flat_form *form);
/* Appends; false when it does not fit. */
bool flat_encode(const struct flat_form *form, const void *object, struct buf *out);
/* Fills the object's fields, tables in the arena (never NULL). False: damaged, or the arena is full; the object may be half filled. */
bool flat_decode(const struct flat_form *form, struct str bytes, struct arena *arena, void *object);

#endif
