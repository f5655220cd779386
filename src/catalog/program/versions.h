/* versions.h - programs and libraries that tell their version in a text of their own: the table of them, and how such a text is
 * written down and found (private to catalog/). */
#ifndef DRYDOCK_CATALOG_VERSIONS_H
#define DRYDOCK_CATALOG_VERSIONS_H

#include "catalog/catalog.h"

/* ---- the table ---------------------------------------------------------------------------------------------------------------- */

enum { VERSION_MAX_TEXTS = 4 };

enum version_source {
    VERSION_PACKAGE,   /* the version is that of a package of its own */
    VERSION_GO_MODULE, /* it is that of the main module, where build info tells none */
    VERSION_GO_TOOLS,  /* the text tells only that it is the go command, whose version is its standard library's */
};

struct version_row {
    /* Base names, '|' between them: '*' stands for any characters, '#' for digits and dots, from a digit to a digit. A file that
     * fits no row is not looked into. */
    const char *files;
    const char *name;
    const char *cpes;                     /* vendor:product, spaces between */
    const char *texts[VERSION_MAX_TEXTS]; /* in the order in which they are believed (see below) */
    const char *without;                  /* where this literal stands, too, it is another program; NULL: none */
    const char *purl;                     /* "github/fluent/fluent-bit"; NULL: "generic/" and the name */
    enum version_source source;
};

extern const struct version_row version_rows[];
extern const size_t version_row_count;
/* The row of a package that was named by one; NULL: none. */
const struct version_row *version_row_named(struct str name);
/* Does a base name fit one of the row's? *number is what '#' stands for, else empty. */
bool version_row_fits(const struct version_row *row, struct str base, struct str *number);

/* ---- texts ---------------------------------------------------------------------------------------------------------------------- */

// How a text around a version is written:
//     ~        a NUL
//     &        NULs, 1 to 64
//     *        as few characters other than NUL as will do, up to 96 (not in front of the longest literal)
//     <3>      the version: three numbers with dots between; <2-4>: two to four
//     <3=5.>   one that begins with "5."
//     <3n>     one that begins with what '#' stands for in the file's name
//     <3l>     behind the numbers may stand a letter ("1.1.1w")
//     <3p>     "p261" may stand there (Ruby)
//     <3b>     there may stand what Java has there: "+8-LTS", "_352-b08"
//     <3t>     there may stand more numbers, which are left out
// and all else for itself. "rc1", "-beta.2" and their like behind the numbers belong to the version always. Where the text ends
// with the version, no letter, digit or further number may follow.
enum { VERSION_MAX_LITERAL = 96, VERSION_MAX_PIECES = 8, VERSION_MAX_BYTES = 48, VERSION_REACH = 512 };

struct version_piece {
    enum version_piece_type { PIECE_LITERAL, PIECE_NULS, PIECE_TEXT, PIECE_VERSION } type;
    uint8_t at, len; /* of a literal, in bytes */
};

struct version_pattern {
    char bytes[VERSION_MAX_LITERAL];
    struct version_piece pieces[VERSION_MAX_PIECES];
    size_t count, anchor; /* the piece that is searched for */
    char needle[VERSION_MAX_LITERAL];
    size_t needle_len; /* the anchor's bytes, and what is known of the version behind them */
    struct str begins;
    unsigned min_numbers, max_numbers;
    bool letter, patch, build, cut;
};

/* False: the text is not written right, or asks for a number that the file's name has not. `number` and `text` must outlive the
 * pattern. */
bool version_pattern_make(const char *text, struct str number, struct version_pattern *out);
/* The version, where the needle stands at `at` and the rest of the text around it. At most VERSION_REACH bytes to each side are
 * looked at. */
bool version_pattern_match(const struct version_pattern *pattern, struct str bytes, size_t at, struct str *version);

/* ---- after the squash ----------------------------------------------------------------------------------------------------------- */

/* Whether a package was made from such a text, by its proof. */
bool versions_is_text(const struct package *package);
/* One version of one program in one installation is listed once: the names of the others are made empty. */
void versions_settle(struct catalog_facts *facts);

#endif
