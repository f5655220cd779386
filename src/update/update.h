/* update.h - which vulnerability database a scan uses, and how a newer one takes its place while scans run: fetched as an artifact of a
 * registry, converted, checked, and put in place by a rename.
 *
 * All of it lies in the folder "db" of the cache:
 *     NAME.ddb           a database, written under another name and renamed; scans map it. The current one and the one before stay
 *     current            JSON: which that is, and what it was made of (struct update_note); replaced by rename
 *     checked            JSON: when a newer one was looked for last, and what came of it (struct update_check)
 *     partial-DIGEST-X   a download that is going on, or one that broke off and is gone on with; locked (flock) while in use
 *     java-DIGEST.blob   what the index of Java archives is made of, kept for the next database
 *     work-X             the folder of one conversion
 *     lock               locked (flock) by a scan that updates, so that others that start with it need not fetch too
 * What is put in place needs no lock: two `db update` at once fetch twice, and the last one to finish stays. */
#ifndef DRYDOCK_UPDATE_H
#define DRYDOCK_UPDATE_H

#include "registry/registry.h"
#include "vulndb/vulndb.h"

/* ---- which database (database.c, due.c) --------------------------------------------------------------------------------------- */

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

/* ---- what is noted (note.c) ----------------------------------------------------------------------------------------------- */

/* An artifact that was fetched. */
struct update_part {
    struct str reference;    /* as it was named */
    struct str digest, blob; /* of its manifest, of its one layer; empty: there is none */
    int64_t fetched_s;
};

struct update_note {
    struct str file, previous; /* names in the folder */
    struct update_part database, java;
    int64_t built_s, next_s; /* when its publisher made it, and means to make the next one */
};

struct update_check {
    int64_t at_s; /* 0: never */
    bool failed;
    struct str problem;
};

/* False: there is none that could be read. */
bool update_note_read(struct arena *arena, struct update_note *out);
bool update_check_read(struct arena *arena, struct update_check *out);

/* ---- the update (run.c) ------------------------------------------------------------------------------------------------------- */

extern const char update_repositories[], update_java_repositories[]; /* the defaults, with commas between */

enum update_java { UPDATE_JAVA_KEEP, UPDATE_JAVA_ADD, UPDATE_JAVA_DROP };

struct update_options {
    struct registry_options registry;
    struct str repositories, java_repositories; /* tried in order, with commas between; empty: the defaults */
    enum update_java java;                      /* KEEP: an index that the current database has is renewed now and then */
    bool impatient;                             /* before a scan: a registry that does not answer is not waited for */
};

struct update_result {
    struct update_note note; /* what is current now */
    bool up_to_date;         /* it was current before */
};

/* Looks for a newer database and puts it in place. On failure all is as it was. Notes the time of the check in either case. */
bool update_run(const struct update_options *options, struct arena *arena, struct update_result *out, struct error *err);

#endif
