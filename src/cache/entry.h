/* entry.h (private) - an entry as a file: where it lies in the cache's folder, and what stands in it.
 *
 * A header of four little-endian 64-bit words (magic, length of the contents, XXH3 of all behind the header, the key's length with
 * the group in its upper half: the hash's seed), the key, zeros up to a multiple of 8, the contents. No bit is left unchecked. */
#ifndef DRYDOCK_CACHE_ENTRY_H
#define DRYDOCK_CACHE_ENTRY_H

#include "cache/cache.h"

#include <sys/stat.h>

struct cache {
    int fd; /* of the folder; -1: there is none yet */
    char *folder;
    uint64_t max_bytes;
    uint64_t written_bytes; /* by this cache */
};

/* "layers/a1/b2c3…": the group's folder, then 128 bits of the key's hash, of which the first 8 name a folder. */
enum { ENTRY_PATH_BYTES = 64, ENTRY_HEADER_BYTES = 32 };
void entry_path(enum cache_group group, struct str key, char out[static ENTRY_PATH_BYTES]);
/* Are these bytes a whole entry of the group? Its key and contents are views into them. */
bool entry_parse(struct str bytes, enum cache_group group, struct str *key, struct str *contents);
bool entry_write(int fd, enum cache_group group, struct str key, struct str contents, struct error *err);
uint64_t entry_bytes(struct str key, struct str contents);
/* Is it the user's or the system's, and can nobody else write to it? */
bool is_trusted(const struct stat *st);
/* Maps the file at `path`. False: there is none, it is not to be trusted (*bad), or it cannot be read. */
bool entry_map(int folder_fd, const char *path, struct str *bytes, struct stat *st, bool *bad);
/* Tells that the entry was used, where that was not told within the last hour. */
void entry_touch(int folder_fd, const char *path, const struct stat *st);
/* Opens a new file below TEMPORARY_FOLDER under a name that no other writer has: process IDs may be the same where containers
 * share the folder. -1 on failure. */
int entry_temporary(const struct cache *cache, char name[static ENTRY_PATH_BYTES], struct error *err);

/* total.c: adds to the guess at all bytes; false: not known, so that a count is due. */
bool total_add(const struct cache *cache, uint64_t bytes, uint64_t *total);
void total_set(const struct cache *cache, uint64_t total); /* as counted */

/* prune.c: where temporary files lie, in the cache's folder. */
extern const char TEMPORARY_FOLDER[];
/* Where more than `bound` bytes are there, removes until `keep` are left, least recently used first; and all that were not used
 * since before_s. */
bool prune_entries(struct cache *cache, uint64_t bound, uint64_t keep, int64_t before_s, uint64_t *removed,
                   uint64_t *removed_bytes, struct error *err);

#endif
