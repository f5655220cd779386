/* cache_key.h (private) - what entries of the cache are found by: everything that decides what they hold. */
#ifndef DRYDOCK_SCAN_CACHE_KEY_H
#define DRYDOCK_SCAN_CACHE_KEY_H

#include "scan/layer.h"

/* Of the walk, the squash and what follows it: raise it when they find anything else in the same bytes. */
enum { SCAN_VERSION = 1 };

/* Of a layer's inventory: the digest of its bytes as stored (or its diff ID where it is plain), what reads it, what it is read for.
 * Empty: the arena is full. */
struct str cache_key_layer(struct str digest, const struct scan_options *options, const struct layer_alias *aliases,
                           size_t alias_count, struct arena *arena);
/* Of the inventory of a whole image: its layers' keys as a chain (OCI image-spec, config.md, "Layer ChainID": each is the digest of
 * the one before, a blank and its own), with what else of the image and of the options comes into it. Empty: there is none, since
 * a layer has no digest, or the arena is full. */
struct str cache_key_image(const struct image *image, const struct scan_options *options, struct arena *arena);

#endif
