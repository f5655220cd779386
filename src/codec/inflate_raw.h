/* inflate_raw.h - raw deflate (RFC 1951), as members of a zip archive have it, in memory that the caller gives: by ISA-L or by
 * zlib, as built. Private to the folder. */
#ifndef DRYDOCK_CODEC_INFLATE_RAW_H
#define DRYDOCK_CODEC_INFLATE_RAW_H

#include "codec/inflate.h"

struct inflate_raw; /* in inflate_raw_bytes() of memory, aligned for any type; nothing is to be freed */
size_t inflate_raw_bytes(void);
bool inflate_raw_begin(struct inflate_raw *raw, struct error *err);
/* Moves in/in_len and out/out_len on; either may be left over. io->may_end: the data is complete, what is left of the input is
 * not part of it. An input that is too short moves nothing any more. */
bool inflate_raw_step(struct inflate_raw *raw, struct inflate_io *io, struct error *err);
/* CRC-32 as zip has it; begin with 0. */
uint32_t inflate_raw_crc(uint32_t crc, const void *ptr, size_t len);

#endif
