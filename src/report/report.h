/* report.h - one file per output format, one row each in report.c's table. */
#ifndef DRYDOCK_REPORT_H
#define DRYDOCK_REPORT_H

#include "base/base.h"
#include "match/match.h"

/* Where a source tree comes from: what git says of it; all may be empty. */
struct report_repository {
    struct str url, branch, commit, message, author, committer; /* people: "Name <mail>"; the URL has no credentials */
    const struct str *tags;                                     /* that lead to the commit */
    size_t tag_count;
};

struct report {
    struct str artifact_name;                   /* as the user gave it */
    struct str artifact_type;                   /* "container_image", "filesystem", "repository" */
    const struct report_repository *repository; /* NULL: none */
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

/* ---- many images, or all platforms of one: a row each ------------------------------------------------------------------------- */

struct overview_row {
    struct str *names; /* one image under several names has one row; of platforms what the platform is called */
    size_t name_count;
    struct str problem; /* why it could not be scanned; then nothing below but the number is set */
    struct image_platform platform;
    struct str digest; /* of the manifest, else of the config: of the first name */
    struct distro distro;
    bool distro_known, end_of_life_known, end_of_life, incomplete;
    int64_t end_of_life_s;
    uint64_t size_bytes; /* of its layers as stored; 0: there are none */
    size_t os_packages, language_packages;
    size_t counts[SEVERITY_COUNT], fixable; /* findings that are shown */
    struct str unchecked;                   /* why the counts are not all there is: "no data for alpine 3.1" */
    struct str gate;                        /* why a gate failed; empty: all passed */
    struct str report;                      /* the file with its own report, as seen from the overview's; empty: none */
    size_t number;                          /* in the order of the scans */
};

/* What is not the same on all platforms: a package with its findings, or findings alone. */
struct overview_difference {
    struct str name, version; /* of the package */
    bool is_package;          /* false: all have the package, but only these rows the findings */
    const struct str *ids;    /* of vulnerabilities */
    size_t id_count;
    uint64_t rows; /* a bit for each row that has it, by its number */
};
enum { OVERVIEW_MAX_COMPARED = 64 }; /* rows with higher numbers are not compared */

struct overview {
    struct str title; /* "12 images"; of one image, or of platforms, the image's name */
    bool by_platform;
    struct overview_row *rows;
    size_t count;
    size_t left_out;                               /* what a registry lists that is no container image */
    const struct overview_difference *differences; /* sorted */
    size_t difference_count;
    bool severities[SEVERITY_COUNT]; /* shown */
    struct str filters;              /* which findings are counted, in words; empty: all */
    struct str report_folder;        /* where the rows' own reports are, as the user named it; empty: nowhere */
    struct str database, database_age;
    struct vulndb_info database_info;
    int64_t now_s;
    size_t width;
    bool color;
};
/* "name", "severity", "fixable", "size", "packages", "os"; the greatest first, but names and systems rising. Failures come last. */
bool overview_sort(struct overview *overview, struct str key, struct error *err);

/* Rows that could not be scanned, and names in all rows: some images have several. */
size_t overview_failures(const struct overview *overview);
size_t overview_names(const struct overview *overview);

struct overview_format {
    const char *name;
    bool (*write)(const struct overview *overview, struct buf *out, struct error *err);
};
const struct overview_format *overview_format_find(struct str name);

struct report_format {
    const char *name;
    bool (*write)(const struct report *report, struct buf *out, struct error *err);
};
const struct report_format *report_format_find(struct str name);

#endif
