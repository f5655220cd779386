/* document.h - the JSON documents of an image: indexes, manifests and configs. Within this folder.
 *
 * OCI image-spec 1.1: descriptor.md, image-index.md, manifest.md, config.md; Docker's manifest v2 schema 2 and manifest list
 * have the same shape under other media types. */
#ifndef DRYDOCK_IMAGE_DOCUMENT_H
#define DRYDOCK_IMAGE_DOCUMENT_H

#include "image/image.h"

enum { DOCUMENT_MAX_MANIFESTS = 1024, DOCUMENT_MAX_HISTORY = 8192 };
#define DOCUMENT_SIZE_UNKNOWN UINT64_MAX /* schema 1 does not tell the sizes of layers */

struct descriptor {
    struct str media_type, digest;
    uint64_t size_bytes;
    struct image_platform platform; /* canonical; empty where it has none */
    struct str tag;                 /* annotation org.opencontainers.image.ref.name: a tag, or by some tools a whole name */
    struct str name;                /* annotation io.containerd.image.name: a whole name */
    struct str urls;                /* of foreign layers: where else they lie, one a line */
    bool is_attestation;            /* BuildKit's provenance and SBOM, stored as if they were images */
};

enum document_kind { DOCUMENT_OTHER, DOCUMENT_INDEX, DOCUMENT_MANIFEST, DOCUMENT_SCHEMA1 };

struct document {
    struct str media_type, artifact_type;
    bool has_manifests, has_config, has_layers, has_fs_layers;
    bool is_schema1; /* the config was made of it and lists no diff IDs */
    struct descriptor config;
    struct descriptor *manifests, *layers;
    size_t manifest_count, layer_count;
};

bool document_read(struct str text, struct arena *arena, struct document *out, struct error *err);
/* Docker's old manifests, with the config that is made of them. */
bool schema1_read(struct str text, struct arena *arena, struct document *out, struct str *config, struct error *err);
/* By its own media type, else by `claimed` (its descriptor's), else by what it has. */
enum document_kind document_kind(const struct document *document, struct str claimed);
bool document_is_image_config(struct str media_type);

/* Broken syntax makes values come out empty: a reader reports what it misses (cause) only where the syntax is sound. */
bool document_fail(struct error *err, const struct error *cause);

enum layer_kind { LAYER_UNKNOWN, LAYER_KNOWN, LAYER_FOREIGN, LAYER_ENCRYPTED };
enum layer_kind document_layer_kind(struct str media_type);

/* The config's facts go into out: platform, created, history; diff IDs into *diff_ids. */
bool config_read(struct str text, struct arena *arena, struct image *out, struct str **diff_ids, size_t *diff_id_count,
                 struct error *err);
/* Gives layers their diff IDs and history steps, where the config has as many as there are layers; else by the digests in
 * the layers' names, with image->warning set. diff_ids NULL: the config is of a kind that has none. */
bool config_apply(struct image *image, const struct str *diff_ids, size_t diff_id_count, struct arena *arena, struct error *err);

#endif
