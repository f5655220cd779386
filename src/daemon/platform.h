/* platform.h (private) - one platform of an image, asked of an engine. `minor` is that of the engine's API version, 1.minor. */
#ifndef DRYDOCK_DAEMON_PLATFORM_H
#define DRYDOCK_DAEMON_PLATFORM_H

#include "image/image.h"

/* "?platform=" and a platform as JSON, for engines that have several of an image and know how to pick one; else empty. */
struct str engine_platform_query(struct image_platform want, uint64_t minor, struct arena *arena);
/* Others have one platform of each image: is it the one? An image that does not say what it is contradicts nothing. */
bool engine_platform_fits(struct image_platform want, struct image_platform have, uint64_t minor, struct arena *arena);
struct str engine_platform_text(struct image_platform platform, struct arena *arena); /* printable */

#endif
