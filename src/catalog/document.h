/* document.h - files that are one document: JSON, or YAML, TOML or XML, which codec/ rewrites as JSON. */
#ifndef DRYDOCK_CATALOG_DOCUMENT_H
#define DRYDOCK_CATALOG_DOCUMENT_H

#include "catalog/catalog.h"

/* yaml_to_json, toml_to_json or xml_to_json. */
typedef bool document_rewrite(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err);

/* Begins to read the file's text; `rewrite` is NULL where it is JSON. What cannot be rewritten is a warning, and then reads as
 * null; so is a key that a YAML mapping has twice, and is then not there. False: the arena is full. */
bool document_begin(struct json *json, const struct catalog_file *file, struct catalog_facts *facts, document_rewrite *rewrite);
/* Ends it: damage that was met is a warning. False: the arena is full. */
bool document_end(struct json *json, const struct catalog_file *file, struct catalog_facts *facts);
/* The warning about such a key (yaml_to_json_unique); none where the line is 0. */
bool document_warn_repeated(const struct catalog_file *file, struct catalog_facts *facts, size_t line);
#endif
