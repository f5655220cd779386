/* containerd.h (private) - containerd's files: where they lie, and what its metadata database says of images. */
#ifndef DRYDOCK_DAEMON_CONTAINERD_H
#define DRYDOCK_DAEMON_CONTAINERD_H

#include "codec/codec.h"
#include "daemon/daemon.h"
#include "daemon/names.h"

/* ---- where (containerd_roots.c) ---------------------------------------------------------------------------------------------- */

enum { CONTAINERD_MAX_ROOTS = 10 };
struct containerd_roots {
    struct str items[CONTAINERD_MAX_ROOTS]; /* each with a terminator behind it */
    size_t count;
};
/* In the order in which they are looked into. `config` is the text of containerd's config.toml; empty: there is none. */
bool containerd_find_roots(const struct daemon_options *options, struct str config, struct arena *arena,
                           struct containerd_roots *out, struct error *err);

/* ---- the metadata database (containerd_store.c) -------------------------------------------------------------------------------- */

/* An image record; views into the file. */
struct containerd_record {
    struct str name, digest, media_type;
    uint64_t size_bytes;
};
struct containerd_cursor {
    const struct bolt *bolt;
    struct bolt_cursor images;
};
/* The images of a namespace; *found is false where there is no such namespace, or none in it. */
bool containerd_images(const struct bolt *bolt, struct str namespace, struct containerd_cursor *out, bool *found,
                       struct error *err);
/* The next record; those without a digest are passed over. False at the end (err->kind == ERROR_NONE) or on failure. */
bool containerd_next(struct containerd_cursor *cursor, struct containerd_record *out, struct error *err);

struct containerd_image {
    struct containerd_record record; /* in the arena */
    struct daemon_names names;       /* all names, in familiar form, of what the record's digest names; their id is that digest */
    bool by_id;                      /* found by an ID, not by a name */
};
/* *found is false where nothing fits, and also where the beginning of an ID fits several; *ambiguous then. */
bool containerd_find(struct str file, struct str namespace, const struct daemon_name *wanted, struct arena *arena,
                     struct containerd_image *out, bool *found, bool *ambiguous, struct error *err);

#endif
