/* rpm.h - what the readers of rpm's three database formats share: where headers go, and how damage is gathered.
 *
 * A database is a bag of header blobs; each format's reader finds them one at a time, puts the bytes into the shared room
 * and hands them to rpm_package_add. Damage is noted and reading goes on where the format allows it; rpm.c makes one
 * warning of all of it. Readers return false only when the arena of the facts is full. */
#ifndef DRYDOCK_CATALOG_RPM_H
#define DRYDOCK_CATALOG_RPM_H

#include "catalog/kinds.h"

/* The largest headers in use (packages with 100,000 files) take about 10 MiB. */
enum { RPM_MAX_HEADER_BYTES = 32 << 20, RPM_MAX_NEEDS_BYTES = 32 << 20 };

struct rpm_db {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct buf room;        /* of the header being read; reused for the next */
    struct buf needs;       /* what each package provides and requires, see rpm_needs.c */
    size_t first_package;   /* index in the facts of the first of this database */
    uint64_t header_bytes;  /* of all headers so far: never more than the file has, or pages are used twice */
    uint32_t package_count; /* headers that were understood, keys included */
    uint32_t damage_count;
    char damage[256]; /* the first one's text */
};

/* Notes damage: what, and where in the file. */
void rpm_damage(struct rpm_db *db, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Room for a record of this size; NULL where that is too large, or more than the file can hold (damage is noted). */
unsigned char *rpm_room(struct rpm_db *db, uint64_t size_bytes);
/* Turns one header blob into a package and the list of its files. */
bool rpm_package_add(struct rpm_db *db, struct str blob);
/* Notes what the package that was added last provides and requires; then, for all, which packages they need. */
struct rpm_header;
void rpm_needs_add(struct rpm_db *db, const struct rpm_header *header, struct str name);
bool rpm_needs_settle(struct rpm_db *db);

/* What describes one package; views that need not outlive the call. "(none)" is rpm's word for an absent text. */
struct rpm_fields {
    struct str name, version, release, arch, source_rpm, vendor, licence, module;
    uint32_t epoch;
};
/* Adds the package; NULL when the arena of the facts is full. */
struct package *rpm_fields_add(const struct catalog_file *file, const struct rpm_fields *fields, struct catalog_facts *facts);

bool rpm_sqlite_read(struct rpm_db *db);
bool rpm_ndb_read(struct rpm_db *db);
bool rpm_bdb_read(struct rpm_db *db);

/* ---- headers (rpm's "Header Structure", doc/manual/format.md; tags: doc/manual/tags.md) --------------------------------- */

/* Views into a blob as databases keep it: two counts, the index of 16-byte entries, the data. */
struct rpm_header {
    struct str index, data;
};

enum rpm_tag {
    RPM_TAG_NAME = 1000,
    RPM_TAG_VERSION = 1001,
    RPM_TAG_RELEASE = 1002,
    RPM_TAG_EPOCH = 1003,
    RPM_TAG_VENDOR = 1011,
    RPM_TAG_LICENSE = 1014,
    RPM_TAG_ARCH = 1022,
    RPM_TAG_FILESIZES = 1028,
    RPM_TAG_FILESTATES = 1029,
    RPM_TAG_FILEMODES = 1030,
    RPM_TAG_FILEDIGESTS = 1035,
    RPM_TAG_FILELINKTOS = 1036,
    RPM_TAG_FILEFLAGS = 1037,
    RPM_TAG_SOURCERPM = 1044,
    RPM_TAG_PROVIDENAME = 1047,
    RPM_TAG_REQUIRENAME = 1049,
    RPM_TAG_FILEVERIFYFLAGS = 1045,
    RPM_TAG_DIRINDEXES = 1116,
    RPM_TAG_BASENAMES = 1117,
    RPM_TAG_DIRNAMES = 1118,
    RPM_TAG_LONGFILESIZES = 5008,
    RPM_TAG_FILEDIGESTALGO = 5011,
    RPM_TAG_MODULARITYLABEL = 5096,
};

enum rpm_found { RPM_ABSENT, RPM_FOUND, RPM_DAMAGED };

struct rpm_header;
/* Adds the list of the package's files; false when the arena of the facts is full. */
bool rpm_files_add(struct rpm_db *db, const struct rpm_header *header, const struct package *package);

/* An array of texts is a cursor: `count` are left in `rest`. An array of numbers has them, big-endian, in `rest`. */
struct rpm_array {
    struct str rest;
    uint32_t count;
};

/* NULL, or what is wrong with the frame of the blob (counts, sizes, region). Entries are checked when they are asked for. */
const char *rpm_header_open(struct str blob, struct rpm_header *out);
enum rpm_found rpm_header_text(const struct rpm_header *header, enum rpm_tag tag, struct str *out);
enum rpm_found rpm_header_u32(const struct rpm_header *header, enum rpm_tag tag, uint32_t *out);
enum rpm_found rpm_header_texts(const struct rpm_header *header, enum rpm_tag tag, struct rpm_array *out);
/* Numbers of 1, 2, 4 or 8 bytes. */
enum rpm_found rpm_header_numbers(const struct rpm_header *header, enum rpm_tag tag, size_t width_bytes, struct rpm_array *out);
bool rpm_array_text(struct rpm_array *array, struct str *out); /* the next one; false at the end, or where its NUL is missing */

#endif
