/* depends.h (private) - what packages of Debian's kind need and provide: relations of deb-control(5), "a (>= 1) | b:any, c". */
#ifndef DRYDOCK_CATALOG_DEPENDS_H
#define DRYDOCK_CATALOG_DEPENDS_H

#include "catalog/catalog.h"

/* Adds the names of a relation field to a list, one line a relation, alternatives with '|' between them: "a|b", "c". */
void depends_put(struct buf *list, struct str field);
/* Adds the names of a Provides field, "a (= 1), b", to a text as struct package has it: "a=1 b". */
void depends_put_provides(struct buf *provides, struct str field);
/* Leaves of alternatives the first that a package is or provides, else the first: for `settle`. False: the arena is full. */
bool depends_settle(struct catalog_facts *facts);
#endif
