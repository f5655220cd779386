/* zip.h - an open zip archive. Private to the folder: zip.c reads the directory, zip_read.c the contents of members. */
#ifndef DRYDOCK_CODEC_ZIP_H
#define DRYDOCK_CODEC_ZIP_H

#include "codec/codec.h"

struct inflate_raw;
struct zip {
    struct blob blob;
    struct arena *arena;
    uint64_t base;        /* what stands before the archive: offsets in it count from there */
    struct str directory; /* what is left of it */
    uint64_t entries, entries_read;
    struct inflate_raw *inflate; /* taken in zip_open: the arena's owner may give back what was taken after that */
    unsigned char *piece;
};

enum { ZIP_PIECE_BYTES = 64 * 1024, ZIP_FLAG_ENCRYPTED = 1 };

uint64_t zip_blob_size(const struct blob *blob);

#endif
