/* many.h (private) - `drydock image`: which images are meant, the scan of each, and the overview of many. */
#ifndef DRYDOCK_CMD_MANY_H
#define DRYDOCK_CMD_MANY_H

#include "cmd/scanning.h"

/* One image that the command line asks for. */
struct target {
    const char *name;     /* as people name it, for rows and messages */
    const char *input;    /* the file or folder it is in, "-" for standard input; NULL: a reference, or --container */
    struct str reference; /* which image: in the file, or at large; may be empty */
    bool every;           /* of --all-tags and the like: nobody has named it */
    struct str problem;   /* why there is nothing to scan: the tags of this repository could not be listed; else empty */
};

struct image_options {
    struct scanning s; /* first */
    struct str from_file, all_tags, catalog, only_tags, sort, report_dir, report_format;
    bool attached; /* --sbom-sources oci */
    struct target *targets;
    size_t target_count, target_cap;
    struct map target_names;
    struct str whole; /* the one list, repository or registry whose images these are; empty: they were named */
};

/* targets.c: arguments, --input, --container, then what --from-file, --all-tags and --catalog list; each once. */
bool targets_gather(struct image_options *o, int argc, char **argv, struct error *err);
/* Are several asked for, or may there be several? Then there is an overview. */
bool targets_are_many(const struct image_options *o);

/* image.c: one image. `platform` picks it among several by its digest; empty: by the options. *name is in the arena: what the image
 * is called. */
bool image_scan(struct image_options *o, const struct target *target, struct str platform, struct inventory *inventory,
                const char **name, struct error *err);
/* All platforms that there are. */
bool image_choices(struct image_options *o, const struct target *target, struct image_choice **out, size_t *count,
                   struct error *err);

/* attached.c: by a bill of materials that is attached to the image in its registry; *found is false where there is none. */
bool attached_scan(struct image_options *o, const struct target *target, struct inventory *inventory, bool *found,
                   struct error *err);

/* ---- many.c: scans all, one after the other, and writes the overview ------------------------------------------------------------- */

/* Are its options right? Before anything is asked of a network. */
bool many_check(struct image_options *o, struct error *err);
/* Returns the exit code. */
int many_run(struct image_options *o);

struct platform_content;
struct many {
    struct image_options *o;
    struct arena arena;
    struct overview overview;
    size_t row_cap;
    struct map images;   /* what makes images the same → the number of the row */
    struct map contents; /* of platforms: packages and findings → their place in the list */
    struct platform_content *content_list;
    size_t content_count, content_cap;
    int code;
};

/* many_rows.c: a row in the order of the scans; NULL when the arena is full. */
struct overview_row *rows_add(struct many *m, struct str name);
/* The row of the same image, which gets this name too; *same is NULL where there is none, and `identity` is what it would be found
 * by. */
bool rows_join(struct many *m, const struct inventory *inventory, struct str name, struct str *identity,
               struct overview_row **same);
bool rows_fill(struct many *m, const struct judgement *judgement, struct overview_row *row);

/* many_platforms.c: what a platform has, and in the end what not all have. */
bool platforms_note(struct many *m, const struct judgement *judgement, size_t row);
bool platforms_compare(struct many *m);
/* What the platforms are called: "linux/arm64/v8", with the digest's beginning where that is not enough. */
struct str *platforms_name(const struct image_choice *choices, size_t count, struct arena *arena);

/* many_reports.c: writes the row's own report into --report-dir. */
bool own_report_write(struct many *m, const struct judgement *judgement, struct overview_row *row, struct error *err);

#endif
