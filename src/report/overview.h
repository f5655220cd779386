/* overview.h (private) - what the formats of an overview share. */
#ifndef DRYDOCK_REPORT_OVERVIEW_H
#define DRYDOCK_REPORT_OVERVIEW_H

#include "report/parts.h"

/* Texts of one row, safe on a terminal; in the arena. */
struct overview_words {
    struct str image;  /* its names, one a line; of platforms, the platform */
    struct str system; /* "debian 12.5" */
    struct str size;   /* "45.3 MB" */
    struct str packages;
    struct str notes; /* end of life, what was not checked, gates; one a line */
};
bool overview_words(const struct overview *overview, const struct overview_row *row, struct arena *arena,
                    struct overview_words *out);
bool overview_has(const struct overview_row *row, const struct overview_difference *difference);
/* "linux/arm64, linux/386" */
struct str overview_places(const struct overview *overview, const struct overview_difference *difference, struct arena *arena);
extern const char *const overview_severity_titles[SEVERITY_COUNT]; /* short: "Crit" */

bool overview_table_write(const struct overview *overview, struct buf *out, struct error *err);
bool overview_markdown_write(const struct overview *overview, struct buf *out, struct error *err);
bool overview_html_write(const struct overview *overview, struct buf *out, struct error *err);
bool overview_json_write(const struct overview *overview, struct buf *out, struct error *err);

#endif
