/* run.h (private) - what the parts of a match share. */
#ifndef DRYDOCK_MATCH_RUN_H
#define DRYDOCK_MATCH_RUN_H

#include "match/family.h"

struct match_run {
    struct vulndb *db;
    const struct inventory *inventory;
    const struct match_options *options;
    struct arena *arena;
    struct matches *out;
    struct buf key;              /* of the version at hand */
    size_t warning_cap;
    size_t finding_cap;          /* of the result at hand */
};

/* One package to look up in one namespace. */
struct lookup {
    struct str space;
    const struct version_scheme *scheme;
    const struct package *package;
    struct str name, version;    /* as looked up and compared */
};

/* Takes the advisory `hit` that is about to become a finding; false leaves it out. May change the status and the fix. */
typedef bool (*hit_filter)(struct match_run *run, const struct lookup *lookup, const struct vulndb_hit *hit, void *context);

/* Looks one package up and appends a finding to `result` for each advisory that affects it. */
bool run_lookup(struct match_run *run, const struct lookup *lookup, hit_filter filter, void *context, struct result *result,
                struct error *err);
bool run_warn(struct match_run *run, struct str path, struct error *err, const char *fmt, ...) PRINTF_LIKE(4, 5);

bool match_os(struct match_run *run, struct result *result, struct error *err);
bool match_language(struct match_run *run, struct result *result, struct error *err);

/* Severity, details and link of each finding; then sorts, and drops what is there twice. */
bool finding_complete(struct match_run *run, struct finding *finding, struct error *err);
void findings_sort(struct result *result);

#endif
