/* vulndb.h - the compiled vulnerability database (*.ddb): its builder, its reader, and the feeds that fill it.
 *
 * A .ddb is one little-endian file, mapped read-only and never parsed; ARCHITECTURE.md has its layout, format.h its structs.
 * Every offset is checked before use and each 64 KiB block's XXH3 when it is first touched: a damaged or hostile file is an
 * error, not a crash. Files are replaced only by rename. Building is reproducible: the same inputs give the same bytes. */
#ifndef DRYDOCK_VULNDB_H
#define DRYDOCK_VULNDB_H

#include "base/base.h"
#include "codec/codec.h"
#include "version/version.h"

/* ---- words ------------------------------------------------------------------------------------------------------------------ */

enum severity { SEVERITY_UNKNOWN, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL, SEVERITY_COUNT };
const char *severity_name(enum severity severity);        /* "UNKNOWN", "LOW", … */
bool severity_parse(struct str text, enum severity *out); /* any case; "MODERATE", "IMPORTANT", "NEGLIGIBLE" … too */
/* CVSS base score (v2, v3.x, v4.0 vector) by the first.org specifications; false when the vector is not well-formed. */
bool cvss_score(struct str vector, double *score);
enum severity cvss_severity(double score); /* 0.1-3.9 low, 4-6.9 medium, 7-8.9 high, 9-10 critical */

/* Numbers as in Trivy's database and reports. */
enum vuln_status {
    STATUS_UNKNOWN,
    STATUS_NOT_AFFECTED,
    STATUS_AFFECTED,
    STATUS_FIXED,
    STATUS_UNDER_INVESTIGATION,
    STATUS_WILL_NOT_FIX,
    STATUS_FIX_DEFERRED,
    STATUS_END_OF_LIFE,
    STATUS_COUNT
};
const char *status_name(enum vuln_status status); /* "affected", "will_not_fix", … */
bool status_parse(struct str text, enum vuln_status *out);

/* A namespace ("space") is what advisories are filed under: a distribution's release by Trivy's bucket name ("debian 12",
 * "alpine 3.20", "ubuntu 22.04", "ubuntu 18.04-ESM", "alma 9", "rocky 9", "Red Hat", "Oracle Linux 8", "amazon linux 2",
 * "Photon OS 4.0", "CBL-Mariner 2.0", "Azure Linux 3.0", "openSUSE Leap 15.5", "SUSE Linux Enterprise 15.4", "wolfi", …) or an
 * ecosystem ("pip", "npm", "rubygems", "composer", "maven", "go", "cargo", "nuget", "bitnami", "k8s", …). */
const struct version_scheme *vulndb_space_scheme(struct str space); /* NULL: not a known space */
bool vulndb_space_is_language(struct str space);
/* Package names in the form in which a space is keyed (PEP 503 for pip, lower case for composer/nuget …). */
bool vulndb_space_normalize(struct str space, struct str name, struct arena *arena, struct str *out);

/* ---- records: what feeds emit and the builder takes ---------------------------------------------------------------------------- */

struct vulndb_source {
    struct str id, name, url; /* "debian", "Debian Security Tracker", "https://…" */
    struct str base_id;       /* for vendor variants (Trivy's BaseID); may be empty */
};

/* One package, one space, one vulnerability, one source. Views need to live only during the call. */
struct vulndb_advisory {
    struct str space, package, vulnerability;
    struct str source;            /* name of its vulndb_source, or its id where no other source has that */
    const struct str *vendor_ids; /* DSA-…, RHSA-…, GHSA-… */
    size_t vendor_id_count;
    enum vuln_status status; /* STATUS_UNKNOWN: fixed when there is a fixed version, else affected */
    bool has_severity;       /* the distribution's own severity of this package */
    enum severity severity;
    struct version_set affected; /* texts in the space's scheme; `exact` versions are affected too */
    const struct str *exact;
    size_t exact_count;
    struct str fixed;         /* to print: "1.2.3" or "1.2.3, 2.0.1"; may be empty */
    struct str affected_text; /* the source's own range expression, as evidence; may be empty */
    const struct str *arches; /* only on these; none: all */
    size_t arch_count;
    const uint32_t *cpes; /* Red Hat: indices into the CPE list; none: any */
    size_t cpe_count;
    struct str flavour; /* Oracle: "ksplice1", "ksplice2", "fips"; empty: normal */
};

struct vulndb_rating {
    struct str source;              /* "nvd", "ghsa", "redhat", … */
    enum severity severity;         /* SEVERITY_UNKNOWN where it gives none */
    struct str cvss2, cvss3, cvss4; /* vectors */
    float score2, score3, score4;   /* 0: none; computed from the vector by the builder when 0 */
};

struct vulndb_vulnerability {
    struct str id, title, description;
    const struct vulndb_rating *ratings;
    size_t rating_count;
    enum severity severity; /* without a source: what Trivy's record calls Severity */
    const struct str *cwes, *references, *aliases;
    size_t cwe_count, reference_count, alias_count;
    int64_t published_s, modified_s, withdrawn_s; /* 0: none */
    int64_t kev_added_s, kev_due_s;               /* 0: not in the KEV catalogue */
    bool kev_ransomware;
    float epss, epss_percentile; /* 0: none */
};

/* A published Java archive. */
struct vulndb_jar {
    struct str group, artifact, version;
};

/* ---- builder ------------------------------------------------------------------------------------------------------------------------ */

/* Collects records (spooling to an unlinked file beyond memory limits is not needed: a full database is some 100 MB),
 * sorts, joins facts of one vulnerability from several sources, expands aliases, and writes. */
struct vulndb_builder;
struct vulndb_builder *vulndb_builder_new(struct error *err);
void vulndb_builder_free(struct vulndb_builder *builder);
/* Problems of records are details for the log: the data is another's, and the user only scans with it. */
void vulndb_builder_be_quiet(struct vulndb_builder *builder);
bool vulndb_add_source(struct vulndb_builder *builder, const struct vulndb_source *source, int64_t date_s, struct error *err);
bool vulndb_add_advisory(struct vulndb_builder *builder, const struct vulndb_advisory *advisory, struct error *err);
bool vulndb_add_vulnerability(struct vulndb_builder *builder, const struct vulndb_vulnerability *vulnerability,
                              struct error *err);
/* Red Hat: CPE strings by index, and which indices a repository or an nvr stands for (`table`: "repository" or "nvr"). */
bool vulndb_add_cpe(struct vulndb_builder *builder, uint32_t index, struct str cpe, struct error *err);
bool vulndb_add_cpe_map(struct vulndb_builder *builder, const char *table, struct str name, const uint32_t *indices, size_t count,
                        struct error *err);
/* A published Java archive and its SHA-1 (raw bytes): for the optional index of these. */
bool vulndb_add_jar(struct vulndb_builder *builder, const struct vulndb_jar *jar, const unsigned char sha1[static 20],
                    struct error *err);
/* A record that could not be used (unknown ecosystem, invalid range): counted by reason, the first of each is logged. */
void vulndb_add_problem(struct vulndb_builder *builder, const char *reason, struct str where);
bool vulndb_builder_write(struct vulndb_builder *builder, const char *path, int64_t built_s, struct error *err);

/* Feeds: one file each in feeds/, one row each in feeds.c's table. */
struct vulndb_feed {
    const char *kind; /* "osv", "trivy-db", … as `db build KIND=PATH` takes it */
    const char *help; /* what PATH is */
    bool (*read)(struct vulndb_builder *builder, const char *path, struct error *err);
};
const struct vulndb_feed *vulndb_feed_find(struct str kind);
const struct vulndb_feed *vulndb_feeds(void); /* ends with kind NULL */

/* ---- reader --------------------------------------------------------------------------------------------------------------------------- */

struct vulndb;
struct vulndb *vulndb_open(const char *path, struct error *err);        /* maps; ≤ 1 ms whatever the size */
struct vulndb *vulndb_open_memory(struct str bytes, struct error *err); /* bytes must outlive it (the embedded starter) */
void vulndb_close(struct vulndb *db);
bool vulndb_verify(struct vulndb *db, struct error *err); /* checks every block and every offset */

struct vulndb_info {
    int64_t built_s;
    uint64_t file_bytes, advisory_count, vulnerability_count, package_count, space_count;
    uint64_t jar_count; /* published Java archives in the index; 0: there is none */
    uint32_t source_count, format_version;
    bool is_starter;
};
void vulndb_info(const struct vulndb *db, struct vulndb_info *out);
int vulndb_format_version(void); /* that this program writes and reads */
struct vulndb_source_info {
    struct vulndb_source source;
    int64_t date_s;
    uint64_t advisory_count;
};
bool vulndb_source_at(struct vulndb *db, uint32_t index, struct vulndb_source_info *out, struct error *err);
struct vulndb_space_info {
    struct str name;
    uint64_t package_count, advisory_count;
};
bool vulndb_space_at(struct vulndb *db, uint64_t index, struct vulndb_space_info *out, struct error *err);
bool vulndb_space_find(struct vulndb *db, struct str space, struct vulndb_space_info *out,
                       struct error *err); /* false, no error: no data */

/* A stored advisory. Views point into the mapping. */
struct vulndb_match_range {
    struct str low_key, high_key; /* ptr NULL: unbounded */
    struct str low, high;         /* texts */
    bool low_open, high_open;
};
struct vulndb_hit {
    struct str package, vulnerability, source_id, fixed, affected_text, flavour;
    enum vuln_status status;
    bool has_severity;
    enum severity severity;
    uint32_t vulnerability_number; /* for vulndb_vulnerability_at; UINT32_MAX: no record */
    uint32_t source_number;        /* for vulndb_source_at */
    uint32_t range_count, exact_count, vendor_id_count, arch_count, cpe_count;
    const void *record; /* private */
};
struct vulndb_cursor {
    struct vulndb *db;
    uint64_t next, end;
};
/* Advisories of a package (name already normalised). An unknown package gives an empty cursor. False on damage. */
bool vulndb_find(struct vulndb *db, struct str space, struct str package, struct vulndb_cursor *out, struct error *err);
bool vulndb_next(struct vulndb_cursor *cursor, struct vulndb_hit *out,
                 struct error *err); /* false at the end (ERROR_NONE) or on damage */
bool vulndb_hit_range(struct vulndb *db, const struct vulndb_hit *hit, uint32_t index, struct vulndb_match_range *out,
                      struct error *err);
bool vulndb_hit_exact(struct vulndb *db, const struct vulndb_hit *hit, uint32_t index, struct str *key, struct str *text,
                      struct error *err);
bool vulndb_hit_vendor_id(struct vulndb *db, const struct vulndb_hit *hit, uint32_t index, struct str *out, struct error *err);
bool vulndb_hit_arch(struct vulndb *db, const struct vulndb_hit *hit, uint32_t index, struct str *out, struct error *err);
bool vulndb_hit_cpe(struct vulndb *db, const struct vulndb_hit *hit, uint32_t index, uint32_t *out, struct error *err);
/* Is a version inside? By keys, or by the scheme's compare where it has one. *range: which range (UINT32_MAX: an exact version). */
bool vulndb_hit_affects(struct vulndb *db, const struct vulndb_hit *hit, const struct version_scheme *scheme, struct str version,
                        struct str key, bool *affected, uint32_t *range, struct error *err);

/* The record of a vulnerability; description and references are inflated into the arena. Arrays live in the arena. */
bool vulndb_vulnerability_at(struct vulndb *db, uint32_t number, struct arena *arena, struct vulndb_vulnerability *out,
                             struct error *err);
/* The same without description and references, which cost an inflation. */
bool vulndb_vulnerability_brief(struct vulndb *db, uint32_t number, struct arena *arena, struct vulndb_vulnerability *out,
                                struct error *err);
/* By id or alias; false without error: none. */
bool vulndb_vulnerability_find(struct vulndb *db, struct str id, uint32_t *number, struct error *err);
/* Red Hat: the CPE indices of a repository or nvr, appended to an arena array; false without error: none. */
bool vulndb_cpe_map(struct vulndb *db, const char *table, struct str name, struct arena *arena, const uint32_t **indices,
                    size_t *count, struct error *err);
/* Red Hat: the CPE of an index; false without error: none. */
bool vulndb_cpe_find(struct vulndb *db, uint32_t index, struct str *out, struct error *err);

/* Java archives, where the database has an index of published ones. False without error: it knows none such. */
bool vulndb_jar_find(struct vulndb *db, const unsigned char sha1[static 20], struct vulndb_jar *out, struct error *err);
/* The only group that publishes this version of the artifact; where `group` is not empty: that group, if it does. */
bool vulndb_jar_group(struct vulndb *db, struct str artifact, struct str version, struct str group, struct str *out,
                      struct error *err);

/* The starter database that is compiled into the program. */
struct str vulndb_starter_bytes(void);

#endif
