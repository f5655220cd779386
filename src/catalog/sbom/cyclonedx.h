/* cyclonedx.h (private) - the parts of the reader of CycloneDX: documents and components (cyclonedx.c), and what stands in a
 * component (cyclonedx_parts.c).
 *
 * The two forms differ little: attributes have an "@" in front, which is passed over; a list is an array of items, or an object
 * whose members are the items; an element with attributes has its text as "#text". So one reader serves both. */
#ifndef DRYDOCK_CATALOG_SBOM_CYCLONEDX_H
#define DRYDOCK_CATALOG_SBOM_CYCLONEDX_H

#include "catalog/sbom/sbom.h"

struct cdx_items {
    bool in_array, in_object;
};

/* As json_key, without the "@" of attributes. */
bool cdx_next_key(struct json *json, struct str *key);
struct cdx_items cdx_begin_items(struct json *json);
bool cdx_next_item(struct json *json, const struct cdx_items *items);
void cdx_read_text(struct json *json, struct str *out);

void cdx_read_licences(struct json *json, struct arena *arena, struct str *list);
void cdx_read_hashes(struct json *json, struct arena *arena, struct sbom_component *component);
void cdx_read_properties(struct json *json, struct sbom *sbom, struct sbom_component *component);
void cdx_read_evidence(struct json *json, struct sbom_component *component);
void cdx_read_supplier(struct json *json, struct str *out);

#endif
