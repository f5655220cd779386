/* inventory_flat.h (private) - the flat form (flat.h) of a whole inventory, for the cache. */
#ifndef DRYDOCK_SCAN_INVENTORY_FLAT_H
#define DRYDOCK_SCAN_INVENTORY_FLAT_H

#include "scan/scan.h"

/* All of the inventory but `image`, which image_encode writes, and what it holds. */
bool inventory_encode(const struct inventory *inventory, struct buf *out);
/* Fills all but arena, image and held; `arena` may be the inventory's own. Texts stay views into `bytes`. Whether it has as many
 * layers as the image is for the caller to check. */
bool inventory_decode(struct str bytes, struct arena *arena, struct inventory *out, struct error *err);
uint64_t inventory_flat_fingerprint(void); /* changes when the flat form does */

#endif
