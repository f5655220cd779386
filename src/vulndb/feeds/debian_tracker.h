/* debian_tracker.h - what the two readers of Debian's security tracker share. Private to the folder. */
#ifndef DRYDOCK_VULNDB_DEBIAN_TRACKER_H
#define DRYDOCK_VULNDB_DEBIAN_TRACKER_H

#include "vulndb/feeds/feed.h"

extern const struct vulndb_source debian_source;

/* "bookworm" to "debian 12"; false for unstable and for names that are no release. */
bool debian_space(struct str codename, struct str *space);
/* The advisory lists (data/DSA/list, data/DLA/list). */
bool debian_read_list(struct vulndb_builder *builder, struct str text, struct arena *arena, struct error *err);
/* The dump of all open and resolved issues (data/json of the tracker's site). */
bool debian_read_dump(struct vulndb_builder *builder, struct str text, struct arena *arena, struct error *err);

#endif
