/* feed.h - what the feeds share. Private to the folder. */
#ifndef DRYDOCK_VULNDB_FEED_H
#define DRYDOCK_VULNDB_FEED_H

#include "vulndb/vulndb.h"

extern const struct vulndb_feed feed_trivy_db, feed_osv, feed_alpine_secdb, feed_debian_tracker, feed_rustsec, feed_ruby_advisory,
    feed_php_advisories, feed_kev, feed_starter, feed_jar_index;

/* ---- walk.c: the texts of a folder, an archive or a single file ------------------------------------------------------------ */

/* A folder is walked in the order of names, `.git` and other dot folders left out; symbolic links are not followed. An archive
 * is a tar (plain or gzip, zstd, xz, bzip2 compressed) or a zip. Anything else is one text, inflated where it is compressed. */
struct feed_walk;
struct feed_walk *feed_walk_open(const char *path, struct error *err);
/* The next regular file whose name `wanted` takes (NULL: all). `path` is relative; both views are valid until the next call.
 * False at the end (ERROR_NONE) or on failure. */
bool feed_walk_next(struct feed_walk *walk, bool (*wanted)(struct str path), struct str *path, struct str *text,
                    struct error *err);
void feed_walk_close(struct feed_walk *walk);

/* Calls `add` for each such file; the arena is its memory, given back after each. No such file is an error. */
bool feed_each_file(struct vulndb_builder *builder, const char *path, bool (*wanted)(struct str path),
                    bool (*add)(struct vulndb_builder *builder, struct str path, struct str text, struct arena *arena,
                                struct error *err),
                    struct error *err);
/* Counts a file that cannot be read; true, so that reading goes on. */
bool feed_bad_file(struct vulndb_builder *builder, struct str path, const struct error *problem);

/* ---- JSON and YAML --------------------------------------------------------------------------------------------------------- */

/* The text as JSON: YAML (by the name's ending) and TOML are rewritten. */
bool feed_json(struct str path, struct str text, struct arena *arena, struct str *json, struct error *err);
/* An array of strings into the arena, appended; other items are passed over. Numbers are taken as their texts. */
struct feed_texts {
    struct str *items;
    size_t count, cap;
};
bool feed_texts_add(struct feed_texts *texts, struct arena *arena, struct str text);
void feed_texts_read(struct feed_texts *texts, struct json *json, struct arena *arena);
/* Texts joined by `between`, each once. Empty when the arena is exhausted. */
struct str feed_texts_join(const struct feed_texts *texts, const char *between, struct arena *arena);

enum { FEED_RECORD_BYTES = 64 << 20 }; /* memory for one record: more is a limit error */

/* ---- spans ----------------------------------------------------------------------------------------------------------------- */

/* All versions below `fixed`; all versions where it is empty. */
bool feed_set_below(struct version_set *set, struct str fixed);
bool feed_set_all(struct version_set *set);

/* Trivy's rule for language advisories: affected is `vulnerable` (all, where there is none) without patched and unaffected. An
 * empty expression in the first two affects all versions. Expressions that cannot be read are counted and passed over. */
struct feed_expressions {
    struct feed_texts vulnerable, patched, unaffected;
    bool
        bare_equals; /* a version without an operator is that version; else what the scheme's own syntax makes of it (Cargo: ^) */
};
bool feed_set_expressions(struct vulndb_builder *builder, const struct version_scheme *scheme,
                          const struct feed_expressions *expressions, struct str where, struct version_set *set,
                          struct error *err);
/* Fixed versions to print: the patched ones, else the open upper ends of the vulnerable ranges. */
struct str feed_fixed_text(const struct feed_expressions *expressions, struct arena *arena);
/* The ranges as evidence. */
struct str feed_affected_text(const struct feed_expressions *expressions, struct arena *arena);

/* Fixed versions by the expressions, without operators: those that the patched ones begin with, else the open upper ends of the
 * vulnerable ones; a version that is itself affected is none. */
struct str feed_fixed_versions(const struct version_scheme *scheme, const struct feed_expressions *expressions,
                               const struct version_set *set);
/* Those of `fixed` that are open upper ends of the spans, as "1.2.3, 2.0.1". */
struct str feed_fixed_of(const struct version_set *set, const struct feed_texts *fixed);
/* The spans as evidence: ">=4.0, <4.3 || >=5.0, <5.2". */
struct str feed_spans_text(const struct version_set *set);

/* ---- identifiers ----------------------------------------------------------------------------------------------------------- */

/* What a record is filed under and what it is also called. A record that names several CVEs is filed under each. */
struct feed_names {
    struct feed_texts ids;    /* the CVEs among `id` and `aliases`, else `id` */
    struct feed_texts others; /* the other aliases, then `id`: vendor ids, and aliases where there is one id */
};
bool feed_names_make(struct vulndb_builder *builder, struct str id, const struct feed_texts *aliases, struct arena *arena,
                     struct feed_names *out, struct error *err);
bool feed_texts_has(const struct feed_texts *texts, struct str text);
bool feed_texts_add_once(struct feed_texts *texts, struct arena *arena, struct str text);

/* ---- records of language databases, one package each ----------------------------------------------------------------------- */

struct feed_weakness {
    struct str id, package;
    struct feed_texts aliases, references;
    struct feed_expressions expressions;
    struct vulndb_rating rating; /* its source's own; empty where `rated` is false */
    bool rated;
    struct vulndb_vulnerability about; /* title, description, dates */
};
/* Reads a YAML text whose one mapping is the record: `read_field` takes the value of each key. */
bool feed_read_weakness(struct str text,
                        void (*read_field)(struct json *json, struct str key, struct arena *arena,
                                           struct feed_weakness *weakness),
                        struct arena *arena, struct feed_weakness *out, struct error *err);
bool feed_add_weakness(struct vulndb_builder *builder, const struct vulndb_source *source, struct str space,
                       struct feed_weakness *weakness, struct arena *arena, struct error *err);
/* Fills the rating's severity from its best score, or from its vectors' (version 4 before 3 before 2). */
void feed_rate(struct vulndb_rating *rating);

/* Does the identifier name one weakness (CVE, GHSA, GO, PYSEC, RUSTSEC …), not a bulletin over several? */
bool feed_is_weakness(struct str id);

#endif
