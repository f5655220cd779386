/* versions.h - programs and libraries that tell their version in a text of their own: the table of them, and how such a text is
 * written down and found (private to catalog/). */
#ifndef DRYDOCK_CATALOG_VERSIONS_H
#define DRYDOCK_CATALOG_VERSIONS_H

#include "catalog/catalog.h"

/* ---- the table ---------------------------------------------------------------------------------------------------------------- */

enum { VERSION_MAX_TEXTS = 4 };

enum version_source {
    VERSION_PROGRAM,   /* executables and libraries; the version is that of a package of its own */
    VERSION_SCRIPT,    /* the same, of files that are no executables: scripts, archives of them */
    VERSION_GO_MODULE, /* executables; the version is that of their main Go module, where build info tells none */
    VERSION_GO_TOOLS,  /* executables; the version is that of their standard library */
};

struct version_row {
    /* Base names, '|' between them: '*' stands for any characters, '#' for digits with dots between. A file that fits no row is
     * not looked into. */
    const char *files;
    const char *name;
    const char *cpes;                     /* vendor:product, spaces between */
    const char *texts[VERSION_MAX_TEXTS]; /* in the order in which they are believed (see below) */
    const char *with, *without;           /* literals that must stand in the file, and must not; NULL: none */
    const char *purl;                     /* "github/fluent/fluent-bit"; NULL: "generic/" and the name */
    enum version_source source;
};

extern const struct version_row version_rows[];
extern const size_t version_row_count;
/* Does a base name fit one of the row's? *number is what '#' stands for, else empty. */
bool version_row_fits(const struct version_row *row, struct str base, struct str *number);

/* ---- texts ---------------------------------------------------------------------------------------------------------------------- */

// How a text around a version is written:
//     ~        a NUL
//     &        NULs, at least one
//     *        characters other than NUL, as few as will do
//     @        the name of a container: twelve letters or digits
//     #        a time: nine digits or more
//     <3>      the version: three numbers with dots between; <2-4>: two to four
//     <3=5.>   one that begins with "5."
//     <3n>     one that begins with what '#' stands for in the file's name
//     <3l>     behind the numbers one or two letters may stand ("1.1.1w")
//     <3p>     ... "p261" (Ruby), "-2" (a revision)
//     <3b>     ... what Java has there: "+8-LTS", "_352-b08"
//     <3t>     ... more numbers, which are left out
//     <3x>     ... letters, where the text ends with the version: the next text, in programs that do not part them
//     <3z>     not one as 1.0.0
// and all else for itself. "rc1", "-beta.2" and their like behind the numbers belong to the version always. Where the text ends
// with the version, no letter, digit or further number may follow.
enum { VERSION_MAX_LITERAL = 96, VERSION_MAX_PIECES = 10, VERSION_REACH = 512 };

enum version_piece_type { PIECE_LITERAL, PIECE_NULS, PIECE_TEXT, PIECE_HOST, PIECE_TIME, PIECE_VERSION };

struct version_piece {
    enum version_piece_type type;
    struct str literal;
};

struct version_pattern {
    char bytes[VERSION_MAX_LITERAL]; /* of the literals */
    struct version_piece pieces[VERSION_MAX_PIECES];
    size_t count, anchor;             /* the literal that is searched for */
    char needle[VERSION_MAX_LITERAL]; /* its bytes, and what is known of the version behind it */
    size_t needle_len;
    struct str begins;
    unsigned min_numbers, max_numbers;
    bool letters, patch, build, cut, packed, not_zero;
};

/* False: the text is not written right, or asks for a number that the file's name has not. The pattern refers to both texts and
 * to itself: it must stay where it is. */
bool version_pattern_make(const char *text, struct str number, struct version_pattern *out);
/* The version, where the needle stands at `at` and the rest of the text around it; looks VERSION_REACH bytes far at most. */
bool version_pattern_match(const struct version_pattern *pattern, struct str bytes, size_t at, struct str *version);

/* ---- the search ------------------------------------------------------------------------------------------------------------------ */

/* Searches parts of a file for the texts of all rows that fit its name and adds what they tell. */
struct version_range {
    uint64_t offset, size;
};
bool versions_search(const struct catalog_file *file, const struct blob *blob, const struct version_range *ranges, size_t count,
                     bool is_program, struct catalog_facts *facts);
bool versions_wanted(struct str path, bool is_program); /* is there a row that fits? */

/* Adds a package of kind "binary" whose version was read from such a text. */
bool versions_add(struct catalog_facts *facts, struct str path, const char *name, struct str version, const char *cpes,
                  struct str proof);
/* One version of a program is listed once an installation, and what a Java runtime's `release` says counts for all of it: the
 * names of the others are made empty. */
void versions_settle(struct catalog_facts *facts);
/* True, and the result of that reading in *ok, when the file is an executable in spite of its name: it is read as such. */
bool versions_is_program(const struct catalog_file *file, struct catalog_facts *facts, bool *ok);
/* The type, namespace and name of a package URL, as "generic/oracle/openjdk"; empty: as usual. */
struct str versions_purl(const struct package *package);

#endif
