/* scanning.h (private) - what commands that scan share: their options, and the way from an inventory to report and exit code. */
#ifndef DRYDOCK_CMD_SCANNING_H
#define DRYDOCK_CMD_SCANNING_H

#include "cmd/cmd.h"
#include "cmd/sources.h"
#include "policy/policy.h"
#include "report/report.h"
#include "update/update.h"

struct text_list {
    struct str items[64];
    size_t count;
};

struct scanning {
    struct common_options common; /* these two first, as in struct networked */
    struct sources sources;
    struct str input, format, output, database, db_repositories, cache_dir, distro, severity_sources;
    bool list_all_packages, skip_db_update;
    bool without_os, without_library, include_dev, comprehensive;
    unsigned relations; /* a bit of each enum package_relation that is listed; 0: all */
    struct text_list skip_dirs, skip_files;
    struct policy policy;
    struct scan_options scan;
    uint64_t parallel, max_spool_mb, cache_max_bytes;
    bool all_platforms, no_cache, wants_details; /* the last: findings with all their texts, whatever the format */
    int64_t now_s;
    const struct report_repository *repository; /* of what is scanned; NULL: none */
    struct arena arena;                         /* for the life of the command */
    struct database opened;                     /* by the first judgement */
    bool database_told;                         /* in the log: once is enough */
};

extern const struct option scanning_option_table[], choosing_option_table[], image_choice_table[], report_option_table[],
    gate_option_table[], database_option_table[], cache_option_table[];

/* Defaults, then the options (see options_read, which it calls), and what the scan itself takes from them. */
bool scanning_read(struct scanning *scanning, const struct command *command, int *argc, char **argv, bool *done,
                   struct error *err);
/* Opens the cache of inventories, unless --no-cache; one that cannot be used is a warning. */
bool scanning_open_cache(struct scanning *scanning, struct error *err);
/* Closes what was opened for the command. */
void scanning_end(struct scanning *scanning);
/* choosing.c: what the options say to the scan of this folder (NULL: an image), and which packages they leave in the
 * inventory. */
void choosing_aim(struct scanning *scanning, const char *target);
bool choosing_apply(const struct scanning *scanning, struct inventory *inventory, struct error *err);
/* fs.c: scans a source tree, or one file of one. */
bool scanning_tree(struct scanning *scanning, const char *path, struct inventory *inventory, struct error *err);
/* --distro in place of what the image says. */
bool scanning_set_distro(const struct scanning *scanning, struct inventory *inventory, struct error *err);
/* Writes to --output or standard output. */
bool scanning_write(const struct scanning *scanning, const struct buf *text, struct error *err);

/* ---- judging.c: from an inventory to a report and an exit code -------------------------------------------------------------------- */

struct judgement {
    struct arena arena;
    struct inventory *inventory;
    struct matches matches; /* filtered */
    struct report report;
    const char *name;
};
/* Chooses, matches, filters, and fills in the report. The inventory stays the caller's. On failure too, judgement_free. */
bool judgement_make(struct scanning *scanning, const char *name, const char *type, struct inventory *inventory,
                    struct judgement *out, struct error *err);
/* The exit code by the gates; *why is empty when they pass. */
int judgement_gates(struct scanning *scanning, struct judgement *judgement, struct str *why);
void judgement_free(struct judgement *judgement);
/* All of it for the one thing that a command scans: writes the report, and ends the scanning. Takes the inventory. Returns the exit
 * code. */
int scanning_finish(struct scanning *scanning, const char *name, const char *type, struct inventory *inventory);

#endif
