/* parts.h (private) - what several report formats need: a JSON writer, identifiers, parts of versions, counts, texts that are
 * safe on a terminal, a text grid. */
#ifndef DRYDOCK_REPORT_PARTS_H
#define DRYDOCK_REPORT_PARTS_H

#include "report/report.h"

/* ---- JSON with two spaces of indentation -------------------------------------------------------------------------------------- */

struct json_writer {
    struct buf *out;
    unsigned depth;
    bool first; /* nothing stands before the next value in its container */
};
void jw_open(struct json_writer *w, const char *key, char bracket); /* key NULL: in an array, or at the top */
void jw_close(struct json_writer *w, char bracket);
void jw_text(struct json_writer *w, const char *key, struct str value);
void jw_text_given(struct json_writer *w, const char *key, struct str value); /* only when it is not empty */
void jw_number(struct json_writer *w, const char *key, double value);
void jw_u64(struct json_writer *w, const char *key, uint64_t value);
void jw_bool(struct json_writer *w, const char *key, bool value);
void jw_raw(struct json_writer *w, const char *key, struct str json);
void jw_texts(struct json_writer *w, const char *key, const struct str *values, size_t count);
void jw_time(struct json_writer *w, const char *key, int64_t unix_s);       /* RFC 3339, UTC */
void jw_time_given(struct json_writer *w, const char *key, int64_t unix_s); /* only when it is not 0 */
/* Adds JSON that was written with a writer: what a terminal obeys, but JSON needs no escape for, is escaped. */
void put_json_shown(struct buf *out, struct str json);

/* ---- packages ---------------------------------------------------------------------------------------------------------------------- */

/* Epoch, version and release of a dpkg or rpm version; for other schemes all is the version. */
struct version_parts {
    struct str epoch, version, release;
};
struct version_parts version_split(const struct package *package, struct str text);
/* Trivy's ID: name@version, for rpm name@version-release.arch; Maven has name:version, Go v before the version, Conan and
 * CocoaPods name/version. */
void package_id_write(const struct package *package, struct buf *out);
/* The file that it was read from, with the path inside that where it is an archive. */
void package_path_write(const struct package *package, struct buf *out);
/* A number for this package at this place: the same in every scan. Clears and uses the scratch. */
uint64_t package_uid(const struct package *package, struct buf *scratch);

/* ---- counts -------------------------------------------------------------------------------------------------------------------------- */

struct severity_counts {
    size_t all, by[SEVERITY_COUNT];
};
struct severity_counts count_severities(const struct result *result);

/* ---- texts of images and feeds, for people ------------------------------------------------------------------------------------------- */

/* Without anything that a terminal takes for a command or that hides or reorders text: white space becomes a blank, the rest
 * "?". The copy (the text itself where it is harmless) is in the arena; empty when that is exhausted. */
struct str text_shown(struct arena *arena, struct str text);
void put_shown(struct buf *out, struct str text);
/* Takes the next line of at most `width` columns from *rest, broken at a blank where there is one, else behind or before a
 * sign that divides words, paths and versions. False at the end. */
bool line_next(struct str *rest, size_t width, struct str *line);

/* ---- notes around tables ------------------------------------------------------------------------------------------------------------ */

struct note {
    const char *label, *color; /* SGR parameters */
    struct str text;
};
/* A paragraph of "label: text", broken into lines that fit (width 0: one line). */
void note_write(const struct note *note, struct arena *arena, size_t width, bool color, struct buf *out);
/* What has to be said above and below what the built-in database found; an empty text for other databases. */
struct note note_starter(const struct vulndb_info *info, struct arena *arena);

/* ---- grid: a table in box-drawing characters ------------------------------------------------------------------------------------------- */

enum { GRID_MAX_COLUMNS = 12 };

struct grid_cell {
    struct str text;   /* made by text_shown; may hold line breaks besides */
    const char *color; /* SGR parameters such as "31;1"; NULL: none */
};

/* The last column is for long texts. Where the line has no room for it beside the others, it stands below them, across all
 * but the first:
 *     ┌──────┬────────────────┬─────────┐
 *     │ bash │ CVE-2019-18276 │ LOW     │
 *     │      │ An issue was discovered  │
 *     └──────┴──────────────────────────┘ */
struct grid {
    struct arena *arena;
    const char *const *titles;
    size_t column_count;
    const size_t *min_widths; /* columns are not made narrower than this, nor wider than max_widths */
    const size_t *max_widths;
    struct grid_cell *cells; /* row by row */
    size_t row_count, row_cap;
    bool compact;       /* no rules between rows */
    const bool *right;  /* columns of numbers, which end at the same place; NULL: none */
    const bool *merges; /* columns whose equal cells, one below the other in one group, are drawn as one */
    uint32_t *groups;   /* of each row */
    size_t group_cap;
};
/* The next row's cells, to be filled; NULL when the arena is full. */
struct grid_cell *grid_row(struct grid *grid, uint32_t group);
/* Draws at most `width` columns wide (0: as wide as max_widths make it); false when it does not fit, then nothing is written. */
bool grid_draw(const struct grid *grid, size_t width, bool color, struct buf *out);

/* ---- formats, one a file ------------------------------------------------------------------------------------------------------------------ */

bool table_report_write(const struct report *report, struct buf *out, struct error *err);
bool json_report_write(const struct report *report, struct buf *out, struct error *err);

#endif
