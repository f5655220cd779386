/* range.h - what the schemes' range syntaxes share: a conjunction that narrows test by test, and the usual shape of the
 * text ("op version, op version || …"). */
#ifndef DRYDOCK_VERSION_RANGE_H
#define DRYDOCK_VERSION_RANGE_H

#include "version/version.h"

enum range_op { RANGE_EQ, RANGE_NE, RANGE_LT, RANGE_LE, RANGE_GT, RANGE_GE };

/* One conjunction under construction: all versions first, fewer with each test. */
struct range {
    const struct version_scheme *scheme;
    struct version_set *out;
    struct error *err;
    struct version_set group;
    struct version_span first[4]; /* room of the group until a fifth span */
};

void range_start(struct range *range, const struct version_scheme *scheme, struct version_set *out, struct error *err);
/* Keeps what passes the test. The version's text must live as long as the set. Fails where it is not a version. */
bool range_narrow(struct range *range, enum range_op op, struct str version);
/* Keeps what is not in [low, high). */
bool range_exclude(struct range *range, struct str low, struct str high);
/* Adds what is left of the conjunction to the set. */
bool range_finish(struct range *range);

/* One operator and its operand in a scheme's syntax; `op` may be empty. Narrows, or fails with a message. */
typedef bool range_test(struct range *range, struct str op, struct str word);
/* Texts of the usual shape: alternatives by "||" (a single "|" too), tests by comma or white space. An empty text is all. */
bool range_parse(const struct version_scheme *scheme, struct str text, range_test *test, struct version_set *out,
                 struct error *err);
/* Intervals "[1.0,2.0)", else the basic syntax. */
bool range_intervals(const struct version_scheme *scheme, struct str text, struct version_set *out, struct error *err);
/* The tests == = != > >= < <= and a bare version; "*" is all. */
bool range_basic_test(struct range *range, struct str op, struct str word);
/* The operator of that text, "" being equality. */
bool range_op_find(struct str text, enum range_op *op);
bool range_bad_operator(const struct range *range, struct str op);
/* Cuts "LOW - HIGH" at its hyphen, which stands between blanks. */
bool range_cut_hyphen(struct str text, struct str *low, struct str *high);
/* Text printed into the set's arena, or NULL with a limit error. */
struct str range_text(struct range *range, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
