/* listed.h - what kinds share that list packages which need each other by name. */
#ifndef DRYDOCK_CATALOG_LISTED_H
#define DRYDOCK_CATALOG_LISTED_H

#include "catalog/headers.h"
#include "catalog/kinds.h"

/* Adds a package of this file with its usual id. Where name or version cannot be one (empty, control characters), *out is
 * NULL and nothing is added. False: the arena is full. */
bool listed_add(const struct catalog_file *file, struct catalog_facts *facts, struct str name, struct str version,
                struct package **out);
/* In the packages from `first` on, names that they need become ids: `names` (and after it `others`, which may be NULL) tell
 * the index of the package that a name stands for. Names of none are dropped. False: the arena is full. */
bool listed_resolve(struct catalog_facts *facts, size_t first, const struct map *names, const struct map *others);
/* For `settle`: the same for packages of many files, which need each other by name; of one name the first counts. */
bool listed_settle_names(struct catalog_facts *facts);
#endif
