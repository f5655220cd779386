/* tar.h - the parts of the tar reader: one 512-byte header, pax records, sparse maps, and the walk in tar.c that uses them. */
#ifndef DRYDOCK_CODEC_TAR_H
#define DRYDOCK_CODEC_TAR_H

#include "codec/codec.h"

enum { TAR_BLOCK_BYTES = 512, TAR_PATH_BYTES = 4096, TAR_EXTENSION_MAX_BYTES = 1 << 20 };

/* ---- tar_header.c: the header block ------------------------------------------------------------------------------------ */

enum tar_format { TAR_V7, TAR_USTAR, TAR_STAR, TAR_GNU };

struct tar_header {
    enum tar_format format;
    char type;
    struct str name, prefix, link; /* views into the block */
    uint64_t size_bytes;
    uint32_t mode, uid, gid;
    int64_t mtime_s;
};
/* False when the checksum or the size is wrong. */
bool tar_header_parse(const unsigned char block[static TAR_BLOCK_BYTES], struct tar_header *out, struct error *err);
/* A numeric field: octal digits, or base 256 (GNU tar manual, "Extensions to the archive format"). False: neither. */
bool tar_number(const unsigned char *field, size_t len, int64_t *out);

/* ---- tar_sparse.c: where the stored bytes of a sparse file belong ---------------------------------------------------------- */

struct tar_segment {
    uint64_t offset, size;
};

struct tar_sparse {
    struct tar_segment *items; /* ascending, apart, none empty */
    size_t count, cap;
    uint64_t stored_bytes, end; /* sum of sizes; end of the last */
};

void tar_sparse_clear(struct tar_sparse *map);
void tar_sparse_free(struct tar_sparse *map);
bool tar_sparse_add(struct tar_sparse *map, uint64_t offset, uint64_t size, struct error *err);
/* Does the map suit a file of `real` bytes of which `stored` are in the archive? */
bool tar_sparse_check(const struct tar_sparse *map, uint64_t real, uint64_t stored, struct error *err);
/* Old GNU format (type 'S'): from the header and the extension blocks that follow it in `in`. */
bool tar_sparse_read_gnu(struct tar_sparse *map, const unsigned char block[static TAR_BLOCK_BYTES], struct stream *in,
                         uint64_t *real_bytes, struct error *err);
/* pax format 0.1 (and 0.0 by way of tar_pax): "offset,size,offset,size". */
bool tar_sparse_parse_list(struct tar_sparse *map, struct str list, struct error *err);
/* pax format 1.0: from the blocks at the start of the contents, which it takes from `in` and from *stored. */
bool tar_sparse_read_pax(struct tar_sparse *map, struct stream *in, uint64_t *stored, struct error *err);

/* ---- tar_pax.c: the records of a pax extended header ------------------------------------------------------------------------ */

struct tar_pax {
    struct str path, link, sparse_name; /* views into the records; ptr NULL: not given */
    uint64_t size_bytes, real_bytes;
    int64_t mtime_s;
    uint32_t uid, gid;
    bool has_size, has_real, has_mtime, has_uid, has_gid;
    struct str sparse_major, sparse_minor, sparse_map;
    uint64_t pending_offset; /* format 0.0: GNU.sparse.offset, until its GNU.sparse.numbytes */
    bool has_sparse, has_pending;
};
/* Records of format 0.0 go straight into `map`. */
bool tar_pax_parse(struct str records, struct tar_pax *out, struct tar_sparse *map, struct error *err);

#endif
