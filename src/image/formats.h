/* formats.h - the two families of image formats; each lists what images there are and fills in the one that was picked.
 * Within this folder. */
#ifndef DRYDOCK_IMAGE_FORMATS_H
#define DRYDOCK_IMAGE_FORMATS_H

#include "image/pick.h"
#include "image/store.h"

/* From index.json, indexes in it followed. */
bool oci_list(struct store *store, struct str index_json, struct candidates *out, struct error *err);
/* From a "dir:" folder's manifest.json, which is the image's manifest itself, or an index. */
bool oci_list_flat(struct store *store, struct str manifest_json, struct candidates *out, struct error *err);
bool oci_load(const struct store *store, const struct candidate *from, struct image *out, struct error *err);

/* The entries of a `docker save` manifest.json, without reading configs. */
bool docker_read_entries(struct store *store, struct str manifest_json, struct candidates *out, struct error *err);
bool docker_list(struct store *store, struct str manifest_json, struct candidates *out, struct error *err);
bool docker_load(const struct store *store, const struct candidate *from, struct image *out, struct error *err);

#endif
