/* caching.h (private) - the cache of inventories as commands see it: where it lies, and sizes and durations as people write them. */
#ifndef DRYDOCK_CMD_CACHING_H
#define DRYDOCK_CMD_CACHING_H

#include "base/base.h"

/* "500M", "1.5GiB", "1000": K, M, G and T are powers of 1024. */
bool size_parse(struct str text, uint64_t *bytes);
/* "90s", "30m", "1h30m", "30d", "2w"; a number without a unit counts seconds. */
bool duration_parse(struct str text, uint64_t *seconds);
/* "34.5 MiB" */
struct str size_text(struct arena *arena, uint64_t bytes);
/* The user's cache folder (`cache_dir`, --cache-dir, where that is set), and of it the one with inventories. */
bool caching_folder(struct str cache_dir, struct arena *arena, struct str *top, struct str *folder, struct error *err);

#endif
