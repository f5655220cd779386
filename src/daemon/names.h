/* names.h (private) - what a user calls an image, beside what engines call it. */
#ifndef DRYDOCK_DAEMON_NAMES_H
#define DRYDOCK_DAEMON_NAMES_H

#include "image/image.h"

struct daemon_name {
    struct str text;                  /* as written */
    struct image_reference reference; /* with Docker's defaults; not set where the text is no reference */
    bool is_reference;
    struct str id; /* hex digits of an ID or of its beginning; empty where it cannot be one ("cafe01" may be both) */
};
bool daemon_name_parse(struct str text, struct arena *arena, struct daemon_name *out, struct error *err);

/* What engines tell of an image: its names with tags and with digests, and its ID. */
struct daemon_names {
    struct str *tags, *digests;
    size_t tag_count, tag_cap, digest_count, digest_cap;
    struct str id; /* "sha256:…" */
};
/* Sorted into tags and digests; what is no reference ("<none>:<none>") is passed over. False: the arena is exhausted. */
bool daemon_names_add(struct daemon_names *names, struct str name, struct arena *arena);

/* As Docker prints a reference: without "docker.io/" and "library/"; its ptr is NULL when the arena is exhausted. */
struct str daemon_name_familiar(const struct image_reference *reference, struct arena *arena);
/* The name to show for what was asked for: this very name in its familiar form, or the longer one that an engine found for a short
 * one ("localhost/app:latest" for "app"), or, where an ID was given, a tag, else the ID. */
struct str daemon_name_to_show(const struct daemon_name *wanted, const struct daemon_names *names, struct arena *arena);

/* "sha256:<64 hex>", also of 64 hex digits alone; empty where it is neither. */
struct str daemon_id_digest(struct str id, struct arena *arena);

#endif
