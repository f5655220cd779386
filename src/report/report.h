/* report.h - one file per output format, one row each in report.c's table. */
#ifndef DRYDOCK_REPORT_H
#define DRYDOCK_REPORT_H

#include "base/base.h"
#include "match/match.h"

struct report {
    struct str artifact_name; /* as the user gave it */
    struct str artifact_type; /* "container_image", "filesystem" */
    const struct inventory *inventory;
    const struct matches *matches;   /* filtered */
    bool severities[SEVERITY_COUNT]; /* shown, for the totals */
    bool list_all_packages;
    struct str database;     /* in words: "the built-in starter database, of 2026-11-22" */
    struct str database_age; /* "3 days old", as of now_s: for people, not for what must be the same tomorrow */
    struct vulndb_info database_info;
    bool end_of_life_known, end_of_life;
    int64_t end_of_life_s, now_s;
    size_t width; /* columns to fit; 0: no limit */
    bool color;
};

/* `drydock packages`: packages without findings. */
struct listing {
    enum { LISTING_TABLE, LISTING_TREE, LISTING_WHY, LISTING_UNEXPLAINED, LISTING_CHANGES } form;
    const struct inventory *inventory;
    const struct matches *groups; /* see match_inventory without a database */
    struct str why;               /* the package whose paths are shown: "name" or "name@version" */
    size_t width;
    bool color;
};
bool listing_write(const struct listing *listing, struct buf *out, struct error *err);
/* "Unexplained: 14 executables of 820, 3.1 % of executable bytes"; nothing where files were not classified. */
void listing_coverage(const struct inventory *inventory, struct buf *out);

struct report_format {
    const char *name, *help;
    bool (*write)(const struct report *report, struct buf *out, struct error *err);
};
const struct report_format *report_format_find(struct str name);
const struct report_format *report_formats(void); /* ends with name NULL */

#endif
