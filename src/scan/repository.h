/* repository.h (private) - what completes a source tree from outside: see repository.c. */
#ifndef DRYDOCK_SCAN_REPOSITORY_H
#define DRYDOCK_SCAN_REPOSITORY_H

#include "scan/layer.h"

enum { REPOSITORY_ROUNDS = 64 }; /* chains of parents and dependencies are not longer */

/* Appends what the folder `fd`, a local Maven repository, has for the tree in layers[0] to *count, in at most
 * REPOSITORY_ROUNDS further layers. */
bool repository_read(int fd, struct arena *arena, struct layer_inventory *layers, size_t *count, struct error *err);

#endif
