/* many.h (private) - `drydock image`: which images are meant, and the scan of each. */
#ifndef DRYDOCK_CMD_MANY_H
#define DRYDOCK_CMD_MANY_H

#include "cmd/scanning.h"

/* One image that the command line asks for. */
struct target {
    const char *name;     /* as people name it, for rows and messages */
    const char *input;    /* the file or folder it is in, "-" for standard input; NULL: a reference, or --container */
    struct str reference; /* which image: in the file, or at large; may be empty */
    bool every;           /* of --all-tags and the like: nobody has named it */
};

struct image_options {
    struct scanning s; /* first */
    struct str from_file, all_tags, catalog, only_tags, sort, report_dir, report_format;
    bool attached; /* --sbom-sources oci */
    struct target *targets;
    size_t target_count, target_cap;
};

/* targets.c: arguments, --input, --container, then what --from-file, --all-tags and --catalog list. */
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

/* many.c: scans all, one after the other, and writes the overview. Returns the exit code. */
int many_run(struct image_options *o);

#endif
