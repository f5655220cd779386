/* builder.h - records as they are collected, before they are sorted and written. Private to the folder.
 *
 * Texts and lists are interned on the way in: a record is a row of numbers. Nothing in the written file depends on the order
 * in which records came: texts are sorted first, their places then stand for their order, and records are sorted by them. */
#ifndef DRYDOCK_VULNDB_BUILDER_H
#define DRYDOCK_VULNDB_BUILDER_H

#include "format.h"
#include "vulndb/vulndb.h"

/* Byte strings, each held once and known by a number in the order of arrival; 0 is the empty one. */
struct pool {
    struct buf bytes;
    struct pool_item {
        uint64_t offset;
        uint32_t len, hash;
    } * items;
    uint32_t count, cap;
    uint32_t *slots; /* number + 1; a power of two */
    uint32_t slot_count;
};
bool pool_init(struct pool *pool);
void pool_free(struct pool *pool);
bool pool_add(struct pool *pool, struct str text, uint32_t *number); /* false: out of memory */
struct str pool_text(const struct pool *pool, uint32_t number);

enum list_kind { LIST_TEXTS, LIST_NUMBERS, LIST_RANGES, LIST_EXACT, LIST_RATINGS, LIST_SCOPE, LIST_DETAILS };

struct staged_advisory {
    uint32_t space, package, id, fixed, affected_text;
    uint32_t ranges, exact, vendor_ids, scope; /* lists */
    uint16_t source;
    uint8_t status, severity;
};

struct staged_vulnerability {
    uint32_t id, title, description;
    uint32_t ratings, cwes, references, aliases; /* lists; references are details, as the description is */
    uint8_t severity, flags;
    int64_t published_s, modified_s, withdrawn_s, kev_added_s, kev_due_s;
    float epss, epss_percentile;
};

struct staged_source {
    uint32_t id, name, url, base_id;
    int64_t date_s;
    uint64_t advisory_count;
};

struct staged_cpe {
    uint32_t index, text;
};

struct staged_cpe_map {
    uint32_t table, name, indices;
};

struct staged_jar {
    uint8_t sha1[20];
    uint32_t artifact, group, version;
};

struct vulndb_builder {
    struct pool texts, lists; /* a list's bytes: its kind, then its words */
    struct buf stored;        /* one byte a text: it goes to the string pool (descriptions do not) */
    struct buf advisories, vulnerabilities, sources, cpes, cpe_maps, jars; /* arrays of the structs above */
    struct buf key;                                                        /* scratch */
    struct buf words;                                                      /* scratch: a list in the making */
    struct arena arena;                                                    /* reasons of problems */
    struct arena scratch;                                                  /* of one record */
    struct map problems;
    enum log_level problem_level;
    bool starter;
};

#define STAGED(buffer, type) ((struct type *)(void *)(buffer).ptr)
#define STAGED_COUNT(buffer, type) ((buffer).len / sizeof(struct type))

bool builder_text(struct vulndb_builder *builder, struct str text, uint32_t *number, struct error *err);
/* A text that goes to a block of details, not to the string pool. */
bool builder_detail(struct vulndb_builder *builder, struct str text, uint32_t *number, struct error *err);
/* Begins a list in builder->words; builder_list interns it. */
void builder_list_begin(struct vulndb_builder *builder);
bool builder_list(struct vulndb_builder *builder, enum list_kind kind, uint32_t *number, struct error *err);
/* A list of texts (kind LIST_TEXTS or LIST_DETAILS), empty ones left out. */
bool builder_texts(struct vulndb_builder *builder, const struct str *texts, size_t count, enum list_kind kind, uint32_t *list,
                   struct error *err);
/* The words of a list; its kind stands in the word before them. */
const uint32_t *builder_words(const struct vulndb_builder *builder, uint32_t list, uint32_t *count);
bool builder_memory(struct error *err);

/* builder_join.c: names every record of one weakness by one identifier; the others become vendor ids and aliases. */
bool builder_join(struct vulndb_builder *builder, struct error *err);
/* builder_merge.c: one record for each vulnerability. Texts and lists must already be final (sorted). */
bool builder_merge(struct vulndb_builder *builder, struct error *err);

/* For the starter database: marks it, and the newest date of its sources. */
void builder_set_starter(struct vulndb_builder *builder);
int64_t builder_source_date(const struct vulndb_builder *builder);

#endif
