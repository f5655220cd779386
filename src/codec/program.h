/* program.h - what a format of executables must bring to be one of program_open's: one file, one function, one row in
 * program.c's table. Private to codec. */
#ifndef DRYDOCK_CODEC_PROGRAM_H
#define DRYDOCK_CODEC_PROGRAM_H

#include "codec/codec.h"

/* More than any linker writes; tables that claim more are cut there. */
enum { PROGRAM_MAX_SECTIONS = 65536, PROGRAM_MAX_SEGMENTS = 1024, PROGRAM_MAX_NAME = 256, PROGRAM_MAX_TABLE = 16 << 20 };

/* Fill what the format tells; head, blob and arena are set. False (err): this is no such program, or its header is damaged.
 * Damage behind the header leaves the lists of sections and segments short. */
bool program_open_elf(struct program *program, struct error *err);
bool program_open_pe(struct program *program, struct error *err);
bool program_open_macho(struct program *program, struct error *err);

/* Bytes at an offset of the file, from the head where they lie in it. */
bool program_bytes(const struct program *program, uint64_t offset, void *dst, size_t size, struct error *err);
/* The same, into the arena; NULL on failure, also where they are more than PROGRAM_MAX_TABLE. */
const char *program_table(struct program *program, uint64_t offset, uint64_t size, struct error *err);
/* Is all of it in the file? */
bool program_holds(const struct program *program, uint64_t offset, uint64_t size);
/* The text that a NUL ends, PROGRAM_MAX_NAME bytes at most. */
struct str program_name(struct str bytes);

#endif
