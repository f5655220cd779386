/* The walks of a scan: see drive.h. */
#include "scan/drive.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static const uint64_t DEFAULT_SPOOL_BYTES = (uint64_t)4 << 30;

unsigned scan_parallel(const struct scan *scan)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned processors = cpus > 0 ? (unsigned)cpus : 1;
    if (scan->options->parallel)
        return scan->options->parallel;
    return scan->source && scan->source->layer ? source_parallel(processors) : processors;
}

uint64_t scan_spool_bytes(const struct scan *scan)
{
    return scan->options->max_spool_bytes ? scan->options->max_spool_bytes : DEFAULT_SPOOL_BYTES;
}

void scan_show_progress(void *context)
{
    const struct scan *scan = context;
    if (scan->progress && scan->source && !scan->source->folder)
        source_show_progress(scan);
    else if (scan->progress && scan->progress_total)
        progress_show("Scanning layers", atomic_load(scan->progress), scan->progress_total);
}

/* ---- layers ---------------------------------------------------------------------------------------------------------------- */

struct plan {
    struct layer_pass *passes;
    struct worker_job *jobs;
    size_t count;
};

static int compare_offsets(const void *a, const void *b)
{
    const struct image_layer *const *x = a, *const *y = b;
    return ((*x)->offset > (*y)->offset) - ((*x)->offset < (*y)->offset);
}

bool scan_begin_pass(struct scan *scan, struct layer_pass *pass, const struct layer_alias *aliases, size_t alias_count,
                     struct error *err)
{
    *pass = (struct layer_pass){ .image = &scan->out->image,
                                 .fd = scan->fd,
                                 .archive_codec = scan->out->image.archive_codec,
                                 .verify = scan->checks ? SCAN_VERIFY_NONE : scan->options->verify,
                                 .wants_digests = scan->options->integrity,
                                 .checks = scan->checks,
                                 .check_count = scan->check_count,
                                 .aliases = aliases,
                                 .alias_count = alias_count,
                                 .max_spool_bytes = scan_spool_bytes(scan),
                                 .progress_bytes = scan->progress };
    return (pass->spool_fd = file_spool(err)) >= 0;
}

/* Where the layer's bytes come from. */
static bool open_layer(struct scan *scan, struct layer_pass *pass, struct worker_job *job, struct error *err)
{
    const struct image_layer *first = &pass->image->layers[pass->indices[0]];
    if (scan->source && scan->source->layer) {
        pass->is_pipe = true;
        pass->fd = -1;
        return source_feed_layer(scan, job, pass->indices[0], &pass->fd, err);
    }
    if (!first->blob_path.len)
        return true;
    pass->whole_file = true;
    return (pass->fd = image_blob_open(scan->fd, first->blob_path, err)) >= 0 || error_wrap(err, "%s", scan->input);
}

static bool add_pass(struct scan *scan, struct plan *plan, const uint32_t *indices, size_t index_count,
                     const struct layer_alias *aliases, size_t alias_count, struct error *err)
{
    struct layer_pass *pass = &plan->passes[plan->count];
    struct worker_job *job = &plan->jobs[plan->count];
    if (!scan_begin_pass(scan, pass, aliases, alias_count, err))
        return false;
    pass->indices = indices;
    pass->index_count = index_count;
    *job = (struct worker_job){ .what = scan->input,
                                .run = layer_pass_run,
                                .context = pass,
                                .folder_fd = -1,
                                .weight = scan->out->image.layers[indices[0]].size_bytes,
                                .max_spool_bytes = pass->max_spool_bytes };
    plan->count++;
    return open_layer(scan, pass, job, err);
}

/* One pass a layer; but an archive that is compressed as a whole is one pass over all, in the order of the archive. */
static bool make_plan(struct scan *scan, const bool *wanted, const struct layer_alias *aliases, size_t alias_count,
                      struct plan *plan, struct error *err)
{
    const struct image *image = &scan->out->image;
    size_t n = 0;
    uint32_t *indices = arena_array(scan->arena, image->layer_count + 1, sizeof *indices);
    const struct image_layer **sorted = arena_array(scan->arena, image->layer_count + 1, sizeof *sorted);
    plan->passes = arena_array(scan->arena, image->layer_count + 1, sizeof *plan->passes);
    plan->jobs = arena_array(scan->arena, image->layer_count + 1, sizeof *plan->jobs);
    if (!indices || !sorted || !plan->passes || !plan->jobs)
        return arena_error(scan->arena, err);
    scan->progress_total = 0;
    for (size_t i = 0; i < image->layer_count; i++)
        if (wanted[i] && image->layers[i].same_as == i) {
            sorted[n++] = &image->layers[i];
            scan->progress_total += image->layers[i].size_bytes;
        }
    if (n > 1)
        qsort(sorted, n, sizeof *sorted, compare_offsets);
    for (size_t i = 0; i < n; i++)
        indices[i] = (uint32_t)(sorted[i] - image->layers);
    if (image->archive_codec != CODEC_PLAIN && !scan->is_folder && !scan->source)
        return n == 0 || add_pass(scan, plan, indices, n, aliases, alias_count, err);
    for (size_t i = 0; i < n; i++)
        if (!add_pass(scan, plan, &indices[i], 1, aliases, alias_count, err))
            return false;
    return true;
}

static void close_plan(const struct scan *scan, struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->passes[i].spool_fd >= 0)
            close(plan->passes[i].spool_fd);
        if (plan->passes[i].whole_file && plan->passes[i].fd >= 0 && plan->passes[i].fd != scan->fd)
            close(plan->passes[i].fd);
    }
}

/* Takes a worker's frames apart; each must be one of the layers that it was given. */
static bool read_frames(struct scan *scan, struct str bytes, size_t layer_count, const struct layer_alias *aliases,
                        size_t alias_count, struct error *err)
{
    while (bytes.len) {
        uint32_t index;
        struct str flat;
        if (!layer_next_frame(&bytes, &index, &flat) || index >= layer_count)
            return error_set(err, ERROR_INPUT, "%s: damaged answer of a worker", scan->input);
        if (!layer_decode(flat, scan->arena, &scan->layers[index], err))
            return error_wrap(err, "%s", scan->input);
        if (!scan->is_rootfs)
            remember_layer(scan, index, flat, aliases, alias_count);
    }
    return true;
}

/* Of a scan that failed: the next one need not fetch again what has been walked. */
static void keep_finished(struct scan *scan, const struct plan *plan, const struct layer_alias *aliases, size_t alias_count)
{
    struct error ignored = { 0 };
    for (size_t i = 0; scan->options->cache && i < plan->count; i++)
        if (plan->jobs[i].result.len)
            read_frames(scan, plan->jobs[i].result, scan->out->image.layer_count, aliases, alias_count, &ignored);
}

bool scan_walk_layers(struct scan *scan, const bool *wanted, const struct layer_alias *aliases, size_t alias_count,
                      struct error *err)
{
    struct plan plan = { 0 };
    const struct image *image = &scan->out->image;
    bool *unseen = arena_array(scan->arena, image->layer_count + 1, sizeof *unseen);
    if (!unseen)
        return arena_error(scan->arena, err);
    memcpy(unseen, wanted, image->layer_count * sizeof *unseen);
    for (size_t i = 0; scan->progress && i < PROGRESS_SLOTS; i++)
        atomic_store(&scan->progress[i], 0);
    scan->walked = unseen;
    bool ok = remembered_layers(scan, unseen, aliases, alias_count, err) &&
              make_plan(scan, unseen, aliases, alias_count, &plan, err) &&
              worker_run(plan.jobs, plan.count, scan_parallel(scan), scan->arena, scan_show_progress, scan, err);
    close_plan(scan, &plan);
    for (size_t i = 0; ok && i < plan.count; i++)
        ok = read_frames(scan, plan.jobs[i].result, image->layer_count, aliases, alias_count, err);
    if (!ok)
        keep_finished(scan, &plan, aliases, alias_count);
    for (size_t i = 0; ok && i < image->layer_count; i++)
        scan->layers[i] = scan->layers[image->layers[i].same_as];
    return ok;
}
