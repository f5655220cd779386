/* builder_write.h - the file in the making: one buffer a section. Private to the folder. */
#ifndef DRYDOCK_VULNDB_BUILDER_WRITE_H
#define DRYDOCK_VULNDB_BUILDER_WRITE_H

#include "builder.h"

struct output {
    struct vulndb_builder *builder;
    struct buf sections[DDB_SECTION_COUNT];
    uint32_t *place;   /* of each text in the string pool */
    struct pool lists; /* the written lists by content: number - 1 indexes list_places */
    struct buf list_places;
};

/* builder_final.c: sorts the texts, rewrites lists and records in their places. */
bool output_finalize(struct output *out, struct error *err);
/* builder_sections.c: fills the sections from merged and final records. */
bool output_sections(struct output *out, struct error *err);
/* builder_jars.c: the index of Java archives, when there is one. */
bool output_jars(struct output *out, struct error *err);
/* builder_details.c: descriptions and references; fills in where each record's detail is. */
bool output_details(struct output *out, struct ddb_vulnerability *records, size_t count, struct error *err);

#endif
