/* glob.h - patterns of folders, as workspaces name their members by (private to catalog/). */
#ifndef DRYDOCK_CATALOG_GLOB_H
#define DRYDOCK_CATALOG_GLOB_H

#include "base/base.h"

/* "*" and "?" stand for characters of one part, "**" for any parts; "." and empty parts do not count. Costs at most the product of
 * both lengths. */
bool glob_matches(struct str pattern, struct str path);

#endif
