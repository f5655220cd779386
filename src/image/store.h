/* store.h - where an image's documents and layers lie: members of an archive, or files below a folder. Within this folder.
 * Paths are relative, with "/" between parts; both kinds keep them inside. */
#ifndef DRYDOCK_IMAGE_STORE_H
#define DRYDOCK_IMAGE_STORE_H

#include "image/image.h"

/* ---- an archive's members ---------------------------------------------------------------------------------------- */

struct archive_member {
    struct str name, link; /* link: where a symbolic or hard link leads, inside the archive */
    struct str text;       /* kept while inflating, where it is small and looks like JSON */
    uint64_t offset, size_bytes;
    bool is_link, is_sparse;
};

struct archive {
    int fd;
    enum codec codec;
    bool in_order; /* nothing can be read again: compressed as a whole, or a pipe */
    struct arena *arena;
    struct map names; /* name to index of its last member */
    struct archive_member *members;
    size_t member_count, member_cap;
    size_t kept_bytes;
};

/* Adds a member; its text is read from `content` where the archive is in order. */
bool archive_add(struct archive *archive, const struct tar_entry *entry, struct stream *content, struct error *err);
/* Walks the outer tar once. Contents are skipped where the archive is plain. */
bool archive_index(int fd, struct arena *arena, struct archive *out, struct error *err);
/* The member of that name, links followed; NULL where there is none (or where links go in circles). */
const struct archive_member *archive_find(const struct archive *archive, struct str name);
bool archive_text(const struct archive *archive, const struct archive_member *member, size_t max_bytes, struct str *out,
                  struct error *err);

/* ---- a folder ---------------------------------------------------------------------------------------------------- */

/* Opens a regular file below a folder for reading; never follows a link out of it. Returns -1 with errno (ENOENT: none). */
int beneath_open(int folder_fd, const char *path);
/* The same without openat2: no symbolic link is followed at all. */
int beneath_open_by_parts(int folder_fd, const char *path);

/* ---- a remote image: documents are asked of whoever holds the other end of a socket ------------------------------ */

bool remote_text(int fd, struct arena *arena, struct str path, struct str *out, bool *found, struct error *err);

/* ---- any of them ------------------------------------------------------------------------------------------------------ */

struct store {
    struct arena *arena;
    int fd;
    bool is_folder, is_remote;
    struct str index_json; /* in place of a folder's own; empty: none */
    bool is_flat;          /* containers/image's "dir" transport: blobs are named by hex digest, beside manifest.json */
    struct archive archive;
};

struct place {
    struct str blob_path; /* in a folder */
    uint64_t offset, size_bytes;
};

bool store_open(const struct image_request *request, struct arena *arena, struct store *out, struct error *err);
/* *found is false where nothing has that path, which is no failure. */
bool store_find(const struct store *store, struct str path, struct place *out, bool *found, struct error *err);
/* The whole text, at most IMAGE_MAX_JSON_BYTES. */
bool store_text(const struct store *store, struct str path, struct str *out, bool *found, struct error *err);
const char *store_noun(const struct store *store); /* "archive", "folder", "registry", for messages */
const char *store_verb(const struct store *store); /* how an image gets there: "save", "push" */
/* Relative, already normal: no empty, "." or ".." part, no NUL byte. */
bool store_path_is_safe(struct str path);

#endif
