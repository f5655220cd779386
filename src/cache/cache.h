/* cache.h - a folder of immutable entries by key, memory-mapped when read. It knows nothing of what the entries hold.
 *
 * An entry is a file: a header (magic, version, length, key, XXH3 of the contents) and the contents. It is written under a
 * temporary name and renamed, so that readers see all of it or nothing, and nobody waits for a lock. A damaged entry is removed
 * and reads as absent. The file's modification time says when it was last used (told at most once an hour); when the folder is
 * larger than its bound, entries go that were not used for longest. All may be done by many processes at once. */
#ifndef DRYDOCK_CACHE_H
#define DRYDOCK_CACHE_H

#include "base/base.h"

/* What an entry is: a folder of its own, counted by itself in cache_info. */
enum cache_group {
    CACHE_DOCUMENT, /* manifests, indexes and configs of registries, by digest */
    CACHE_LAYER,    /* inventories of layers */
    CACHE_IMAGE,    /* squashed inventories, by chain ID */
    CACHE_GROUP_COUNT,
};
const char *cache_group_name(enum cache_group group); /* "documents", "layers", "images": the folder's name */

struct cache; /* owns its folder's descriptor */
/* FOLDER is made when the first entry is written; max_bytes 0: CACHE_DEFAULT_BYTES. */
struct cache *cache_open(const char *folder, uint64_t max_bytes, struct error *err);
/* Evicts when this cache has written anything and the folder is past its bound. NULL is fine. */
void cache_close(struct cache *cache);
static const uint64_t CACHE_DEFAULT_BYTES = (uint64_t)1 << 30;

/* A mapped entry; `bytes` is aligned to 8 and stays until cache_release. */
struct cache_entry {
    struct str bytes;
    void *map;
    size_t map_bytes;
};
/* Keys are texts of any length and bytes ("sha256:… 3 1"). False: absent (or damaged, and now removed). Never an error. */
bool cache_get(struct cache *cache, enum cache_group group, struct str key, struct cache_entry *out);
void cache_release(struct cache_entry *entry);
/* Existing entries stay. Failure is for a warning, not for the end of a scan. */
bool cache_put(struct cache *cache, enum cache_group group, struct str key, struct str bytes, struct error *err);

struct cache_info {
    struct {
        uint64_t entries, bytes;
        int64_t oldest_s, newest_s; /* last use */
    } groups[CACHE_GROUP_COUNT];
    uint64_t entries, bytes, max_bytes, damaged; /* damaged: counted only with `verify` */
};
bool cache_info(struct cache *cache, bool verify, struct cache_info *out, struct error *err);
/* Removes entries until at most max_bytes are left, and those not used since `before_s` (INT64_MIN: none by age); least recently
 * used first. Temporary files of writers that died (older than an hour) go too. `max_bytes` 0 removes all. */
bool cache_prune(struct cache *cache, uint64_t max_bytes, int64_t before_s, uint64_t *removed, uint64_t *removed_bytes,
                 struct error *err);

#endif
