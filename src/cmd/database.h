/* database.h (private) - which vulnerability database a command uses. */
#ifndef DRYDOCK_CMD_DATABASE_H
#define DRYDOCK_CMD_DATABASE_H

#include "vulndb/vulndb.h"

struct database {
    struct vulndb *db;
    struct str words; /* "the built-in starter database, of 2026-11-01" */
    struct str age;   /* "3 days old" */
    bool is_starter;
};

/* In this order: `path` (--db), the last `db build`, Trivy's own cached database (converted on first use), the starter. */
bool database_open(const char *path, int64_t now_s, struct arena *arena, struct database *out, struct error *err);
/* Remembers a finished `db build` for later scans. */
bool database_remember(const char *path, struct arena *arena, struct error *err);

#endif
