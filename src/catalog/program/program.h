/* program.h - what reads something out of an executable: one file, one descriptor, one row in program.c's table (private to
 * catalog/). */
#ifndef DRYDOCK_CATALOG_PROGRAM_H
#define DRYDOCK_CATALOG_PROGRAM_H

#include "catalog/catalog.h"

/* An executable while it is read. Readers run one after the other; what they allocate in program->arena (file->scratch) is
 * given back when all are done. */
struct program_file {
    const struct catalog_file *file;
    struct program *program;
};

struct program_reader {
    const char *name;
    /* Adds what it finds. It costs next to nothing where there is nothing: thousands of libraries come here. False: the arena
     * of the facts is full. */
    bool (*read)(const struct program_file *file, struct catalog_facts *facts);
};

extern const struct program_reader program_go_reader;
extern const struct program_reader program_rust_reader;
extern const struct program_reader program_elf_note_reader;
extern const struct program_reader program_versions_reader;

#endif
