/* trivy_db.h - the Trivy database in the reading. Private to the folder. */
#ifndef DRYDOCK_VULNDB_TRIVY_DB_H
#define DRYDOCK_VULNDB_TRIVY_DB_H

#include "vulndb/vulndb.h"

struct trivy {
    struct vulndb_builder *builder;
    struct bolt bolt;
    struct arena record, kept;
    struct map sources; /* bucket name to the name of its source, in `kept` */
    int64_t date_s;
    /* where the reader is */
    struct str space, source, package;
    const struct version_scheme *scheme;
    bool language;
    const char *cpe_table;
};

struct trivy_numbers {
    uint32_t *items;
    size_t count, cap;
};
void trivy_read_numbers(struct json *json, struct arena *arena, struct trivy_numbers *numbers);

bool trivy_read_advisory(struct trivy *trivy, struct str id, struct str value, struct error *err);
bool trivy_read_vulnerability(struct trivy *trivy, struct str id, struct str value, struct error *err);

/* A database in memory, for tests. */
bool trivy_db_read_bytes(struct vulndb_builder *builder, struct str bytes, int64_t date_s, struct error *err);

#endif
