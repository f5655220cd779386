/* listing.h (private) - the forms of a list of packages. */
#ifndef DRYDOCK_REPORT_LISTING_H
#define DRYDOCK_REPORT_LISTING_H

#include "report/parts.h"

/* False: the arena is full. */
bool listing_tree(const struct listing *l, struct arena *arena, struct buf *out);
bool listing_why(const struct listing *l, struct arena *arena, struct buf *out);
void listing_heading(const struct listing *l, struct arena *arena, const struct result *result, struct buf *out);

#endif
