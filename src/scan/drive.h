/* drive.h (private) - a scan on its way, and its walks: jobs for workers made of layers or of a folder, their answers taken
 * apart. */
#ifndef DRYDOCK_SCAN_DRIVE_H
#define DRYDOCK_SCAN_DRIVE_H

#include "scan/layer.h"
#include "scan/worker.h"

struct scan {
    const char *input;
    int fd;
    bool is_folder;                    /* the input is an image in a folder */
    bool is_rootfs;                    /* the input is a root file system */
    const struct image_source *source; /* NULL: a file or folder */
    const struct scan_options *options;
    struct inventory *out;
    struct arena *arena;
    struct layer_inventory *layers;   /* one for each of the image's; those with the same bytes share theirs */
    struct cover *cover;              /* what the squash knows of all files */
    const struct layer_check *checks; /* for walks that compare contents; NULL: they collect */
    size_t check_count;
    /* Shared memory: bytes walked by all workers, then, of sources, bytes fetched of each layer. */
    _Atomic uint64_t *progress;
    uint64_t progress_total;
    bool cache_warned;
    const bool *walked; /* by layer: it is walked now, and not taken from the cache; NULL: an archive is */
};
enum { PROGRESS_SLOTS = 2 + IMAGE_MAX_LAYERS };

/* Walks the wanted layers (or the folder) in workers; scan->layers gets what they find. */
bool scan_walk_layers(struct scan *scan, const bool *wanted, const struct layer_alias *aliases, size_t alias_count,
                      struct error *err);
/* folder_drive.c: the scan's folder into scan->layers[0]; or any. */
bool scan_walk_folder(struct scan *scan, const struct layer_alias *aliases, size_t alias_count, struct error *err);
bool scan_walk_folder_at(struct scan *scan, int fd, const struct layer_alias *aliases, size_t alias_count,
                         struct layer_inventory *out, struct error *err);

/* source.c: what a scan of a source does otherwise. */
/* In the job that opens the image: documents are asked of the source, or of the cache. */
void source_serve_documents(struct scan *scan, struct worker_job *job, int *input_fd);
/* In the job that walks a layer: its bytes come from the source. */
bool source_feed_layer(struct scan *scan, struct worker_job *job, uint32_t layer, int *input_fd, struct error *err);
/* The description of an image that the source has exported before; *found. */
bool source_recall_image(struct scan *scan, bool *found, struct error *err);
/* Opens and walks an archive that the source exports: fills the image and scan->layers. */
bool source_walk_archive(struct scan *scan, const struct layer_alias *aliases, size_t alias_count, struct error *err);
/* Adds the root of the source's container as a layer that hides all others. */
bool source_walk_container(struct scan *scan, const struct layer_alias *aliases, size_t alias_count, struct error *err);
void source_show_progress(const struct scan *scan);
unsigned source_parallel(unsigned processors);

/* remember.c: layers that were seen before. */
/* Takes from the cache what it has; wanted[i] becomes false for these. */
bool remembered_layers(struct scan *scan, bool *wanted, const struct layer_alias *aliases, size_t alias_count, struct error *err);
/* The whole inventory of the image that scan->out names, where it is known; *found. */
bool recall_image(struct scan *scan, bool *found, struct error *err);
void remember_image(struct scan *scan);
/* Keeps a layer that was walked, where its digest was verified. */
void remember_layer(struct scan *scan, uint32_t index, struct str flat, const struct layer_alias *aliases, size_t alias_count);

/* drive.c: fills a pass with what all have in common; takes a spool. */
bool scan_begin_pass(struct scan *scan, struct layer_pass *pass, const struct layer_alias *aliases, size_t alias_count,
                     struct error *err);
uint64_t scan_spool_bytes(const struct scan *scan);
void scan_show_progress(void *context); /* a struct scan */
unsigned scan_parallel(const struct scan *scan);

#endif
