/* platform.h - comparing platforms, within this folder. */
#ifndef DRYDOCK_IMAGE_PLATFORM_H
#define DRYDOCK_IMAGE_PLATFORM_H

#include "image/image.h"

struct image_platform platform_canonical(struct image_platform p);
/* `want` must be canonical. An empty part of it fits anything. */
bool platform_fits(struct image_platform want, struct image_platform have);
/* Fits, and the variant is the one that `want` means. */
bool platform_is_exact(struct image_platform want, struct image_platform have);

#endif
