/* scanning.h (private) - what `image` and `rootfs` share: their options, and the way from an inventory to report and exit code. */
#ifndef DRYDOCK_CMD_SCANNING_H
#define DRYDOCK_CMD_SCANNING_H

#include "cmd/cmd.h"
#include "cmd/database.h"
#include "policy/policy.h"
#include "report/report.h"

struct text_list {
    struct str items[64];
    size_t count;
};

struct scanning {
    struct common_options common; /* first: options_read needs it there */
    struct str input, format, output, database, cache_dir, distro, severity_sources;
    bool list_all_packages, skip_db_update, offline;
    bool without_os, without_library, include_dev, comprehensive;
    unsigned relations; /* a bit of each enum package_relation that is listed; 0: all */
    struct text_list skip_dirs, skip_files;
    struct policy policy;
    struct scan_options scan;
    uint64_t parallel, max_spool_mb;
    int64_t now_s;
};

extern const struct option scanning_option_table[], choosing_option_table[], image_choice_table[], report_option_table[],
    gate_option_table[], database_option_table[];

/* Defaults, then the options (see options_read, which it calls), and what the scan itself takes from them. */
bool scanning_read(struct scanning *scanning, const struct command *command, int *argc, char **argv, bool *done,
                   struct error *err);
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
/* Matches, filters, reports and judges. Takes the inventory. Returns the exit code. */
int scanning_finish(struct scanning *scanning, const char *name, const char *type, struct inventory *inventory);

#endif
