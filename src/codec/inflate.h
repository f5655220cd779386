/* inflate.h - what a compression format must bring to be one of stream_inflate's: one file, one descriptor, one row in
 * inflate.c's table. */
#ifndef DRYDOCK_CODEC_INFLATE_H
#define DRYDOCK_CODEC_INFLATE_H

#include "codec/codec.h"

struct inflate_io {
    const unsigned char *in;
    size_t in_len; /* at most 2^30; 0: the input has ended, only what is held back comes out */
    unsigned char *out;
    size_t out_len; /* at most 2^30 */
    bool may_end;   /* set by step: the input may end here (a member, frame or stream is complete) */
};

struct inflater {
    void *(*open)(struct error *err); /* NULL on failure */
    /* Moves in/in_len and out/out_len on; either may be left over. Goes on by itself with the next member or frame. */
    bool (*step)(void *state, struct inflate_io *io, struct error *err);
    void (*close)(void *state);
};

extern const struct inflater inflater_gzip; /* by ISA-L or by zlib, as built */
extern const struct inflater inflater_zstd, inflater_xz, inflater_bzip2;

#endif
