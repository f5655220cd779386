/* The walks of a scan: see drive.h. */
#include "scan/drive.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static const uint64_t DEFAULT_SPOOL_BYTES = (uint64_t)4 << 30;

static unsigned parallel_of(const struct scan_options *options)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return options->parallel ? options->parallel : cpus > 0 ? (unsigned)cpus : 1;
}

static uint64_t spool_of(const struct scan_options *options)
{
    return options->max_spool_bytes ? options->max_spool_bytes : DEFAULT_SPOOL_BYTES;
}

static void show_progress(void *context)
{
    const struct scan *scan = context;
    if (scan->progress && scan->progress_total)
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

/* Fills what all passes share; takes a spool of its own. */
static bool add_pass(struct scan *scan, struct plan *plan, const uint32_t *indices, size_t index_count,
                     const struct layer_alias *aliases, size_t alias_count, struct error *err)
{
    const struct image *image = &scan->out->image;
    const struct image_layer *first = &image->layers[indices[0]];
    struct layer_pass *pass = &plan->passes[plan->count];
    *pass = (struct layer_pass){ .image = image,
                                 .indices = indices,
                                 .index_count = index_count,
                                 .fd = scan->fd,
                                 .archive_codec = image->archive_codec,
                                 .verify = scan->checks ? SCAN_VERIFY_NONE : scan->options->verify,
                                 .wants_digests = scan->options->integrity,
                                 .checks = scan->checks,
                                 .check_count = scan->check_count,
                                 .aliases = aliases,
                                 .alias_count = alias_count,
                                 .spool_fd = -1,
                                 .max_spool_bytes = spool_of(scan->options),
                                 .progress_bytes = scan->progress };
    plan->jobs[plan->count++] = (struct worker_job){ .what = scan->input,
                                                     .run = layer_pass_run,
                                                     .context = pass,
                                                     .folder_fd = -1,
                                                     .weight = first->size_bytes,
                                                     .max_spool_bytes = spool_of(scan->options) };
    if (first->blob_path.len) {
        pass->whole_file = true;
        if ((pass->fd = image_blob_open(scan->fd, first->blob_path, err)) < 0)
            return error_wrap(err, "%s", scan->input);
    }
    return (pass->spool_fd = file_spool(err)) >= 0;
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
    if (image->archive_codec != CODEC_PLAIN && !scan->is_folder)
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
static bool read_frames(struct scan *scan, struct str bytes, size_t layer_count, struct error *err)
{
    while (bytes.len) {
        if (bytes.len < 12)
            return error_set(err, ERROR_INPUT, "%s: damaged answer of a worker", scan->input);
        uint32_t index = le32(bytes.ptr);
        uint64_t length = le64(bytes.ptr + 4);
        bytes = str_skip(bytes, 12);
        if (index >= layer_count || length > bytes.len)
            return error_set(err, ERROR_INPUT, "%s: damaged answer of a worker", scan->input);
        if (!layer_decode(str_head(bytes, (size_t)length), scan->arena, &scan->layers[index], err))
            return error_wrap(err, "%s", scan->input);
        bytes = str_skip(bytes, (size_t)length);
    }
    return true;
}

bool scan_walk_layers(struct scan *scan, const bool *wanted, const struct layer_alias *aliases, size_t alias_count,
                      struct error *err)
{
    struct plan plan = { 0 };
    if (scan->progress)
        atomic_store(scan->progress, 0);
    bool ok = make_plan(scan, wanted, aliases, alias_count, &plan, err) &&
              worker_run(plan.jobs, plan.count, parallel_of(scan->options), scan->arena, show_progress, scan, err);
    close_plan(scan, &plan);
    const struct image *image = &scan->out->image;
    for (size_t i = 0; ok && i < plan.count; i++)
        ok = read_frames(scan, plan.jobs[i].result, image->layer_count, err);
    for (size_t i = 0; ok && i < image->layer_count; i++)
        scan->layers[i] = scan->layers[image->layers[i].same_as];
    return ok;
}

/* ---- a folder -------------------------------------------------------------------------------------------------------------- */

bool scan_walk_folder(struct scan *scan, const struct layer_alias *aliases, size_t alias_count, struct error *err)
{
    struct folder_pass pass = { .fd = scan->fd,
                                .path = scan->input,
                                .options = scan->options,
                                .checks = scan->checks,
                                .check_count = scan->check_count,
                                .aliases = aliases,
                                .alias_count = alias_count,
                                .spool_fd = file_spool(err),
                                .max_spool_bytes = spool_of(scan->options) };
    if (pass.spool_fd < 0)
        return false;
    struct worker_job job = { .what = scan->input,
                              .run = folder_pass_run,
                              .context = &pass,
                              .reads_folder = true,
                              .folder_fd = scan->fd,
                              .max_spool_bytes = pass.max_spool_bytes };
    bool ok = worker_run(&job, 1, 1, scan->arena, NULL, NULL, err) && read_frames(scan, job.result, 1, err);
    close(pass.spool_fd);
    return ok;
}
