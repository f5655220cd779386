/* skip.h (private) - paths that the user leaves out: see skip.c. */
#ifndef DRYDOCK_SCAN_SKIP_H
#define DRYDOCK_SCAN_SKIP_H

#include "scan/scan.h"

bool skip_matches(const struct scan_skips *skips, struct str path, bool is_folder);
/* Is the file left out, by itself or by a folder above it? */
bool skip_covers(const struct scan_skips *skips, struct str path);
/* Drops packages and warnings of files that are left out: images are always walked whole, so that an inventory of a layer does
 * not depend on it. */
void inventory_skip(struct inventory *inventory, const struct scan_skips *skips);

#endif
