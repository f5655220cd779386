/* pick.h - choosing one of an archive's or layout's images. Within this folder. */
#ifndef DRYDOCK_IMAGE_PICK_H
#define DRYDOCK_IMAGE_PICK_H

#include "image/document.h"

enum { PICK_MAX_ABOVE = 4 };

struct names {
    struct str *items;
    size_t count, cap;
};

/* One image that there is. What a format does not have stays empty. */
struct candidate {
    struct names names;               /* tags and references that lead here; the first is the one to show */
    struct str digest, id;            /* of the manifest, of the config */
    struct str above[PICK_MAX_ABOVE]; /* digests of the indexes that lead to it */
    unsigned above_count;
    uint32_t group; /* number of its entry in index.json or manifest.json: "@N" */
    struct image_platform platform;
    bool absent;                     /* listed by an index, but not stored: only some platforms were saved */
    struct str artifact;             /* not an image but this type of thing; empty for images */
    const struct document *document; /* OCI: its manifest; NULL where it is not read yet */
    struct descriptor descriptor;    /* OCI, then: what names it */
    struct str config_text;          /* verified; empty until it is needed */
    struct str config_path;          /* docker */
    struct str *layer_paths;
    size_t layer_count;
};

struct candidates {
    struct candidate *items;
    size_t count, cap;
};

/* Adds a name unless it is empty or there already; false when the arena is exhausted. */
bool names_add(struct names *names, struct str name, struct arena *arena);
bool names_has(const struct names *names, struct str name);

/* The one that reference and platform ask for, with *name as picked. Errors list what there is. */
bool pick_candidate(struct candidates *candidates, const struct image_request *request, struct arena *arena,
                    const struct candidate **out, struct str *name, struct error *err);

#endif
