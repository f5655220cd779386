/* reader.h - an open database, and the one way to its bytes. Private to the folder. */
#ifndef DRYDOCK_VULNDB_READER_H
#define DRYDOCK_VULNDB_READER_H

#include "format.h"
#include "vulndb/vulndb.h"

/* A block of descriptions that was inflated. */
struct db_held_block {
    bool known;
    uint32_t number;
    struct str plain;
    void *owned;
};
enum { DB_HELD_BLOCKS = 32 }; /* of some 16 KiB; a block's place is its number modulo this */

struct vulndb {
    struct str bytes;
    struct file_map map; /* empty for a database in memory */
    struct ddb_header header;
    const unsigned char *sums; /* of block_count blocks */
    uint64_t block_count;
    _Atomic unsigned char *checked; /* one a block: its sum was compared */
    bool guarded;
    struct db_held_block held[DB_HELD_BLOCKS]; /* findings share vulnerabilities, and these their blocks */
    void *inflater;                            /* zstd's work space; NULL: not needed yet */
};

/* A view of a section's bytes: bounds and block sums are checked. */
bool db_view(struct vulndb *db, enum ddb_section section, uint64_t offset, uint64_t size, const unsigned char **out,
             struct error *err);
/* Number of whole records in a section. */
uint64_t db_count(const struct vulndb *db, enum ddb_section section, size_t record_bytes);
/* Copies the record with this number. */
bool db_record(struct vulndb *db, enum ddb_section section, uint64_t number, void *out, size_t record_bytes, struct error *err);
bool db_text(struct vulndb *db, uint32_t ref, struct str *out, struct error *err);
/* A list's items; *count is a multiple of item_words. Items are 4-byte aligned u32s. */
struct db_list {
    const unsigned char *items;
    uint32_t count; /* of items of item_words each */
};
bool db_list(struct vulndb *db, uint32_t ref, uint32_t item_words, struct db_list *out, struct error *err);
bool db_damaged(struct error *err, const char *what);
/* Binary search in a section of records sorted by the text that their first word refers to. False without error: none. */
bool db_search(struct vulndb *db, enum ddb_section section, size_t record_bytes, struct str text, uint64_t *number,
               struct error *err);

/* Frees the blocks of descriptions that are held. */
void db_details_free(struct vulndb *db);

bool db_verify_jars(struct vulndb *db, struct error *err);

/* SIGBUS on a mapped file that was cut: one clear line, exit code 2. */
void db_guard_add(struct str mapping);
void db_guard_remove(struct str mapping);

#endif
