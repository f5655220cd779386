/* overview.h (private) - what the formats of an overview share. */
#ifndef DRYDOCK_REPORT_OVERVIEW_H
#define DRYDOCK_REPORT_OVERVIEW_H

#include "report/parts.h"

/* Texts of one row that was scanned, safe on a terminal; in the arena. */
struct overview_words {
    struct str system; /* "debian 12.5" */
    struct str size;   /* "45.3 MB"; empty: it has no layers */
    struct str packages;
    struct str notes; /* end of life, what was not checked, gates; one a line */
};
bool overview_words(const struct overview_row *row, struct arena *arena, struct overview_words *out);
/* Counts of findings: "12"; "?" where none was found, but not all could be checked. */
struct str overview_number(const struct overview_row *row, size_t n, struct arena *arena);
/* Over all rows. */
struct overview_totals {
    size_t scanned, all, by[SEVERITY_COUNT], fixable, end_of_life, unchecked, gates;
};
struct overview_totals overview_totals(const struct overview *overview);
bool overview_has(const struct overview_row *row, const struct overview_difference *difference);
/* "linux/arm64, linux/386", "all but linux/arm64" */
struct str overview_places(const struct overview *overview, const struct overview_difference *difference, struct arena *arena);
/* "CVE-1, CVE-2", with a word in front where only the findings differ. */
struct str overview_findings(const struct overview_difference *difference, struct arena *arena);
extern const char *const overview_severity_titles[SEVERITY_COUNT]; /* "Critical" */
/* A path as a link of a page or a document (RFC 3986, section 3.3). */
void put_link(struct buf *out, struct str path);

bool overview_table_write(const struct overview *overview, struct buf *out, struct error *err);
bool overview_markdown_write(const struct overview *overview, struct buf *out, struct error *err);
bool overview_html_write(const struct overview *overview, struct buf *out, struct error *err);
bool overview_json_write(const struct overview *overview, struct buf *out, struct error *err);

#endif
