/* osv.h - an OSV record in the reading. Private to the folder. */
#ifndef DRYDOCK_VULNDB_OSV_H
#define DRYDOCK_VULNDB_OSV_H

#include "vulndb/feeds/feed.h"

/* ---- osv_record.c: the record as written ----------------------------------------------------------------------------------- */

struct osv_severity {
    struct str type, score;
};
struct osv_severities {
    struct osv_severity *items;
    size_t count, cap;
};

/* From database_specific and ecosystem_specific. */
struct osv_specific {
    struct str word;          /* severity in a word: "HIGH", "medium", "unimportant" */
    struct str last_known;    /* GitHub: "<= 1.2", where no fixed version is known */
    struct str informational; /* RustSec: "unmaintained", "unsound", "notice" */
    struct feed_texts cwes;
};

struct osv_event {
    enum { OSV_INTRODUCED, OSV_FIXED, OSV_LAST_AFFECTED, OSV_LIMIT } kind;
    struct str version;
    size_t place; /* in the order of the record */
};
struct osv_range {
    bool git, unlimited; /* unlimited: a limit of "*" */
    struct osv_event *events;
    size_t count, cap;
    struct osv_specific specific;
};

struct osv_affected {
    struct str ecosystem, package;
    struct osv_range *ranges;
    size_t range_count, range_cap;
    struct feed_texts versions;
    struct osv_severities severities;
    struct osv_specific specific;
    struct osv_affected *next; /* of the same package and ecosystem */
    bool joined;               /* is one's next */
};

struct osv_record {
    struct str id, summary, details;
    int64_t published_s, modified_s, withdrawn_s;
    struct feed_texts aliases, related, upstream, references;
    struct osv_severities severities;
    struct osv_specific specific;
    struct osv_affected *affected;
    size_t affected_count, affected_cap;
};

/* Reads one value; false where it is no object. */
bool osv_record_read(struct json *json, struct arena *arena, struct osv_record *record);

/* ---- osv_spans.c ----------------------------------------------------------------------------------------------------------- */

/* Adds the affected spans of all its ranges, and the versions that `fixed` events name; ranges that cannot be used are counted
 * and passed over. */
bool osv_spans(struct vulndb_builder *builder, const struct version_scheme *scheme, const struct osv_affected *affected,
               struct str where, struct version_set *set, struct feed_texts *fixed, struct error *err);

/* ---- osv_space.c ----------------------------------------------------------------------------------------------------------- */

/* "Debian:12" to "debian 12", "PyPI" to "pip"; false where there is no such space. */
struct osv_space {
    struct str space;
    bool red_hat; /* the rest of the ecosystem's name is a CPE */
    struct str cpe;
};
bool osv_space_of(struct str ecosystem, struct arena *arena, struct osv_space *out);

/* ---- osv_source.c ---------------------------------------------------------------------------------------------------------- */

enum osv_kind {
    OSV_WEAKNESS,    /* of one weakness: its aliases are other names of it */
    OSV_DISTRO,      /* a distribution's view of one weakness, whose name is in `upstream` */
    OSV_BULLETIN,    /* a security bulletin over any number of weaknesses */
    OSV_MAINTENANCE, /* a bug fix or enhancement: of interest only where it names CVEs */
};
enum osv_kind osv_kind_of(struct str id);
/* Who says so: by the distribution, else by the identifier's prefix. */
bool osv_source_of(struct str id, struct str space, struct arena *arena, struct vulndb_source *out);

/* ---- osv.c, osv_affected.c ------------------------------------------------------------------------------------------------- */

struct osv {
    struct vulndb_builder *builder;
    struct arena *arena; /* of one file */
    struct osv_record record;
    enum osv_kind kind;
    struct feed_names names; /* what the record is filed under */
};
/* Adds the record's advisories. */
bool osv_add_affected(struct osv *osv, struct error *err);

#endif
