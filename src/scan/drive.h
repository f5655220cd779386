/* drive.h (private) - a scan on its way, and its walks: jobs for workers made of layers or of a folder, their answers taken
 * apart. */
#ifndef DRYDOCK_SCAN_DRIVE_H
#define DRYDOCK_SCAN_DRIVE_H

#include "scan/layer.h"
#include "scan/worker.h"

struct scan {
    const char *input;
    int fd;
    bool is_folder; /* the input is an image in a folder */
    bool is_rootfs; /* the input is a root file system */
    const struct scan_options *options;
    struct inventory *out;
    struct arena *arena;
    struct layer_inventory *layers;   /* one for each of the image's; those with the same bytes share theirs */
    struct cover *cover;              /* what the squash knows of all files */
    const struct layer_check *checks; /* for walks that compare contents; NULL: they collect */
    size_t check_count;
    _Atomic uint64_t *progress; /* shared memory: bytes walked by all workers */
    uint64_t progress_total;
};

/* Walks the wanted layers (or the folder) in workers; scan->layers gets what they find. */
bool scan_walk_layers(struct scan *scan, const bool *wanted, const struct layer_alias *aliases, size_t alias_count,
                      struct error *err);
bool scan_walk_folder(struct scan *scan, const struct layer_alias *aliases, size_t alias_count, struct error *err);

#endif
