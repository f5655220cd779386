/* image.h - image references, manifests and configs, and where an image's layers lie: in an archive (`docker save`, an OCI
 * layout as tar, either compressed as a whole), in an OCI layout folder, or with a source, that is a registry or a container engine.
 *
 * Formats: OCI image-spec 1.1 (image-layout.md, image-index.md, manifest.md, config.md), Docker image specification v1.2
 * (manifest.json of `docker save`), Docker manifest v2 schema 2 and schema 1.
 * All that is read here is hostile; image_open runs inside a worker and its result crosses to the parent through
 * image_encode / image_decode, which check everything again. */
#ifndef DRYDOCK_IMAGE_H
#define DRYDOCK_IMAGE_H

#include "base/base.h"
#include "codec/codec.h"

/* ---- references ---------------------------------------------------------------------------------------------------------- */

/* docker.io/library/nginx:alpine@sha256:… in parts, with Docker's defaults filled in (registry docker.io, prefix
 * "library/", tag "latest" where there is neither tag nor digest). Grammar: distribution's reference package. */
struct image_reference {
    struct str registry, repository, tag, digest;
};
bool image_reference_parse(struct str text, struct arena *arena, struct image_reference *out, struct error *err);
/* All of it: "docker.io/library/nginx:alpine@sha256:…"; ptr NULL when the arena is full. */
struct str image_reference_text(const struct image_reference *reference, struct arena *arena);
/* Such a text as Docker shows it, without "docker.io/" and "library/": "nginx:alpine". */
struct str image_name_familiar(struct str name);
/* Does an argument name a file by the contract: starts with "/", "./", "../", or ends in .tar, .tar.gz, .tgz, .tar.zst? */
bool image_argument_is_path(struct str argument);

/* ---- platforms ------------------------------------------------------------------------------------------------------------- */

struct image_platform {
    struct str os, arch, variant; /* empty: any */
};
bool image_platform_parse(struct str text, struct image_platform *out, struct error *err); /* "linux/arm64/v8" */
struct image_platform image_platform_host(void);
bool image_platform_is_any(struct image_platform platform);                          /* says nothing */
struct str image_platform_text(struct image_platform platform, struct arena *arena); /* "linux/arm/v7" */

/* ---- images ------------------------------------------------------------------------------------------------------------------ */

struct image_layer {
    struct str name;       /* for messages: the archive's member or the digest */
    struct str digest;     /* of the bytes as stored, as the manifest claims it; empty where the format has none */
    struct str diff_id;    /* of the plain tar, as the config claims it; empty where the config has none */
    struct str media_type; /* empty in a classic `docker save` archive */
    struct str blob_path;  /* in an OCI layout folder, relative to it; empty: in the archive */
    uint64_t offset,
        size_bytes;        /* in the archive (in its inflated stream where it is compressed as a whole); a remote layer may have
                                    the size 0: not known */
    struct str urls;       /* of foreign layers: where else they lie, one a line; else empty */
    struct str created_by; /* from the history; may be empty */
    uint32_t same_as;      /* index of the first layer with the same stored bytes; its own index otherwise */
};

struct image_history {
    struct str created, created_by, comment;
    bool empty_layer;
};

struct image {
    struct str name;            /* the tag or reference picked, e.g. "nginx:alpine"; may be empty */
    struct str id;              /* digest of the config */
    struct str manifest_digest; /* empty in a classic archive */
    struct image_platform platform;
    struct str created;
    struct str *repo_tags, *repo_digests;
    size_t repo_tag_count, repo_digest_count;
    struct str config_json;     /* verified against id */
    struct str warning;         /* why the layers may not be all of the image's (config and manifest differ); else empty */
    struct image_layer *layers; /* lowest first */
    size_t layer_count;
    struct image_history *history;
    size_t history_count;
    enum codec archive_codec; /* how the archive is compressed as a whole */
};

/* ---- sources: images that are no files ------------------------------------------------------------------------------------- */

/* An image that somebody hands out: a registry (document and layer are set), the daemon of a container engine (archive is set), or
 * such an engine's own folder of blobs (folder is set). Who makes one owns what `context` points to. */
struct image_source {
    const char *kind; /* "remote", "docker", "podman", "containerd" */
    struct str name;  /* the image as people name it: "nginx:alpine", "registry.example:5000/app@sha256:…" */
    struct str id;    /* of daemons: what identifies its contents (the image's ID); empty: unknown */
    /* Of daemons: all names that they have for the image, in place of those of the archive, which has none or only one. */
    const struct str *repo_tags, *repo_digests;
    size_t repo_tag_count, repo_digest_count;
    void *context;
    /* A document as bytes: "index.json" (an OCI index with one entry, what the reference names), "manifests/sha256:…",
     * "blobs/sha256:…" (configs). *found is false where there is none. Runs in the scan's own process. */
    bool (*document)(void *context, struct str path, size_t max_bytes, struct arena *arena, struct str *out, bool *found,
                     struct error *err);
    /* A layer's bytes as stored, in order, into a pipe; true too when the pipe's reader has enough (EPIPE). Runs in a process of
     * its own, several at once; adds what it wrote to *progress (shared memory). */
    bool (*layer)(void *context, const struct image_layer *layer, int fd, _Atomic uint64_t *progress, struct error *err);
    /* The whole image as `docker save` writes it, into a pipe; likewise. */
    bool (*archive)(void *context, int fd, _Atomic uint64_t *progress, struct error *err);
    /* The root of a container that runs the image, as a plain tar, likewise; NULL: it is an image, not a container. */
    bool (*container)(void *context, int fd, _Atomic uint64_t *progress, struct error *err);
    const char *folder;    /* path of a folder with blobs/sha256/…, without an index.json; NULL: none */
    struct str index_json; /* what would stand there */
};

/* An index with one entry, as sources give it; `name` is a whole name. ptr NULL when the arena is full. */
struct str image_index_text(struct str media_type, struct str digest, uint64_t size_bytes, struct str name, struct arena *arena);

struct image_request {
    int fd; /* the archive (a regular file), or the folder when is_folder, or the socket that documents are asked of when is_remote */
    bool is_folder;
    bool is_remote;
    struct str index_json;          /* in place of a folder's; empty: its own */
    struct str input;               /* what the user named, for messages; empty: the caller names it */
    struct str reference;           /* picks one of several images: tag, digest, or index "@N"; empty: the only one */
    struct image_platform platform; /* all empty: the host's, else the only one */
};

/* Reads index, manifests and config, finds the layers. Everything in `out` lives in the arena, which also serves as work
 * space: up to some 48 MiB where a large archive is compressed as a whole, else little more than the documents. Errors
 * name the input, the member, and what to try (which references or platforms there are). Digests of index children,
 * manifests and config are verified. Refuses: encrypted layers, unknown media types, layers that are missing, more than
 * IMAGE_MAX_LAYERS. */
bool image_open(const struct image_request *request, struct arena *arena, struct image *out, struct error *err);
enum { IMAGE_MAX_LAYERS = 1024, IMAGE_MAX_JSON_BYTES = 8 << 20 };
/* What there is to pick from: images only, without attestations and artifacts; in the order of the index. */
struct image_choice {
    struct image_platform platform;
    struct str digest; /* of the manifest; empty in a classic archive */
};
bool image_list(const struct image_request *request, struct arena *arena, struct image_choice **out, size_t *count,
                struct error *err);
/* As image_open picks by platform (all empty: this machine's, else the only one). NULL: none fits, or several. */
const struct image_choice *image_choice_pick(const struct image_choice *choices, size_t count, struct image_platform platform);
/* A list as bytes, for the pipe, and back. */
bool image_choices_encode(const struct image_choice *choices, size_t count, struct buf *out);
bool image_choices_decode(struct str bytes, struct arena *arena, struct image_choice **out, size_t *count, struct error *err);

/* What a reader of a remote image writes into its socket to ask for a document, and what it gets back. */
enum { ASK_FOUND, ASK_NOT_FOUND, ASK_FAILED };
/* A question is its length (32 bits, little-endian) and its path; an answer is one byte of the above, a length (64 bits), and so
 * many bytes. */
enum { ASK_MAX_QUESTION_BYTES = 4096, ASK_HEAD_BYTES = 9 };

/* An archive that comes through a pipe: it is told its members one after the other, keeps the documents among them, and when all
 * have come, picks the image. Layers are then known by their offsets in the stream. All memory is the arena's. */
struct image_arrival;
struct image_arrival *image_arrival_begin(struct arena *arena, struct error *err);
/* *is_layer: it may be a layer, and `content` is at the caller's disposal. */
bool image_arrival_member(struct image_arrival *arrival, const struct tar_entry *entry, struct stream *content, bool *is_layer,
                          struct error *err);
bool image_arrival_end(struct image_arrival *arrival, const struct image_request *request, struct image *out, struct error *err);

/* Opens a layer's blob_path below the layout's folder for reading: a regular file, by no link that leads out of the folder.
 * -1 on failure, with err and errno set. */
int image_blob_open(int folder_fd, struct str blob_path, struct error *err);

/* The image as bytes, for the pipe between worker and parent, and back; decode checks every length and count. */
bool image_encode(const struct image *image, struct buf *out);
bool image_decode(struct str bytes, struct arena *arena, struct image *out, struct error *err);

#endif
