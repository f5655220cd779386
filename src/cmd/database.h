/* database.h (private) - which vulnerability database a command uses, and whether a newer one is fetched first. */
#ifndef DRYDOCK_CMD_DATABASE_H
#define DRYDOCK_CMD_DATABASE_H

#include "vulndb/vulndb.h"

struct registry_options;

enum database_origin { DATABASE_NAMED, DATABASE_BUILT, DATABASE_FETCHED, DATABASE_TRIVY, DATABASE_STARTER };

struct database {
    struct vulndb *db;
    enum database_origin origin;
    struct str words; /* "the built-in starter database, of 2026-11-01" */
    struct str age;   /* "3 days old" */
    bool is_starter;
};

/* In this order: `path` (--db); what `db build` or `db update` made last; Trivy's own cached database (converted on first use);
 * the starter. */
bool database_open(const char *path, int64_t now_s, struct arena *arena, struct database *out, struct error *err);

/* What a command line says of the database of a scan. */
struct database_choice {
    const char *path;        /* --db; NULL: as above */
    struct str repositories; /* --db-repository, with commas between; empty: the defaults */
    const struct registry_options
        *registry; /* of which certificates are taken, but no credentials: they are for the image's registry */
    bool skip_update, offline;
};
/* The same after an update, where one is due: when the database that would be used was fetched, or is Trivy's or the starter, and
 * is older than a day, and nobody looked within the last hour. An update that fails is a warning; false: nothing can be opened, or
 * interrupted(). Looks once in a process. */
bool database_open_fresh(const struct database_choice *choice, int64_t now_s, struct arena *arena, struct database *out,
                         struct error *err);

/* Remembers a finished `db build` for later scans; forgets it, when `db update` comes after it. */
bool database_remember(const char *path, struct arena *arena, struct error *err);
bool database_forget(struct arena *arena, struct error *err);

/* Which database would be used without --db, without opening it. */
struct database_state {
    enum database_origin origin;
    struct str path;         /* the starter has none; of Trivy's, the file that is converted */
    struct str name;         /* of a fetched one: its reference */
    int64_t built_s, next_s; /* not of a built one; next_s 0: not told */
};
bool database_find(struct arena *arena, struct database_state *out, struct error *err);

/* ---- trivy_metadata.c ---------------------------------------------------------------------------------------------------------------- */

/* What stands in metadata.json beside Trivy's database. */
struct trivy_metadata {
    bool found;
    int64_t version, updated_s, next_s; /* 0: not told */
};
enum { TRIVY_METADATA_MAX_BYTES = 64 << 10 };
bool trivy_metadata_read(struct str folder, struct arena *arena, struct trivy_metadata *out, struct error *err);

#endif
