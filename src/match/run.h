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
    struct buf key; /* of the version at hand */
    size_t warning_cap;
    size_t finding_cap;   /* of the result at hand */
    size_t unrated_count; /* findings that none of the chosen severity sources rates */
};

bool run_warn(struct match_run *run, struct str path, struct error *err, const char *fmt, ...) PRINTF_LIKE(4, 5);
/* Marks the result as not checked: "no data for" "alpine 3.20". */
bool run_uncovered(struct match_run *run, struct result *result, enum coverage coverage, const char *why, struct str what,
                   struct error *err);

/* ---- lookup.c: one package in one namespace -------------------------------------------------------------------------------- */

struct os_rules;

struct lookup {
    struct str space;
    const struct version_scheme *scheme;
    const struct package *package;
    struct str name, version;        /* as looked up and compared */
    const struct os_rules *os_rules; /* which advisories apply; NULL for languages: all */
};

/* The advisories of a package that apply to it, one after another. */
struct walk {
    struct match_run *run;
    const struct lookup *lookup;
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    bool affected;  /* is the version inside? */
    uint32_t range; /* which of the hit's ranges it is in */
};
/* False without error: nothing to walk, or the version cannot be compared, which is then a warning. */
bool walk_begin(struct walk *walk, struct match_run *run, const struct lookup *lookup, struct error *err);
bool walk_next(struct walk *walk, struct error *err); /* false at the end (ERROR_NONE) or on damage */
/* Appends a finding to `result` for each advisory that affects the package. */
bool run_lookup(struct match_run *run, const struct lookup *lookup, struct result *result, struct error *err);

/* ---- os.c and its parts --------------------------------------------------------------------------------------------------------- */

struct cpe_set {
    const uint32_t *indices; /* sorted */
    size_t count;
};

struct os_rules {
    const struct family *family;
    struct cpe_set cpes;
};

bool match_os(struct match_run *run, struct result *result, struct error *err);
/* Type and target of the result of OS packages. */
bool os_name_target(struct match_run *run, struct result *result, struct error *err);
/* rules.c: does this advisory speak of this build of the package: its architecture, flavour, repositories? */
bool os_rules_apply(struct match_run *run, const struct lookup *lookup, const struct vulndb_hit *hit, bool *applies,
                    struct error *err);
/* redhat.c: the CPEs that the image's content sets and build, else its release's own repositories, stand for. */
bool red_hat_cpes(struct match_run *run, struct cpe_set *set, struct error *err);
/* settle.c: makes one of several findings of a vulnerability, from `first` on. */
bool settle_findings(struct match_run *run, const struct lookup *lookup, struct result *result, size_t first, struct error *err);
/* patched.c: namespaces of packages that a vendor patched beyond the distribution. */
struct str patched_overlay(struct match_run *run, const struct result *result, const struct family *family, struct str space);
bool patched_replace(struct match_run *run, const struct lookup *lookup, struct str overlay, struct result *result, size_t first,
                     struct error *err);
bool patched_by_seal(const struct package *package);
struct str patched_seal_space(struct match_run *run, const struct family *family, const struct package *package);

/* ---- language.c, finding.c ---------------------------------------------------------------------------------------------------------- */

bool match_language(struct match_run *run, struct result *result, struct error *err);
/* Severity and link of a finding. */
bool finding_complete(struct match_run *run, struct finding *finding, struct error *err);
/* Sorts, and drops what is there twice. */
void findings_sort(struct result *result);

#endif
