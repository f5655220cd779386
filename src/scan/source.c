/* Images that somebody hands out (struct image_source): documents that are asked for, layers and archives that come through
 * pipes, the root of a container. */
#include "scan/drive.h"

#include <stdatomic.h>
#include <unistd.h>

/* Registries answer slowly and in parallel; more processes than processors keep the line full. */
enum { MIN_FETCHES = 4, MAX_SHOWN = 128 };

unsigned source_parallel(unsigned processors)
{
    return processors > MIN_FETCHES ? processors : MIN_FETCHES;
}

/* ---- progress ------------------------------------------------------------------------------------------------------------- */

/* Layers of a registry have sizes; an archive comes to an end some time. */
void source_show_progress(const struct scan *scan)
{
    struct progress_item items[MAX_SHOWN];
    const struct image *image = &scan->out->image;
    size_t count = 0;
    if (!scan->source->layer) {
        uint64_t done = atomic_load(&scan->progress[1]);
        items[0] = (struct progress_item){ .name = str_from(scan->source->kind), .done = done };
        progress_items("Reading the image", items, 1);
        return;
    }
    for (size_t i = 0; i < image->layer_count && count < MAX_SHOWN; i++) {
        const struct image_layer *layer = &image->layers[i];
        if (!scan->walked || !scan->walked[i] || layer->same_as != i)
            continue;
        uint64_t done = atomic_load(&scan->progress[1 + i]);
        struct str digest = str_skip(layer->digest, strlen("sha256:"));
        items[count++] = (struct progress_item){
            .name = str_head(digest, 12), .done = done, .total = layer->size_bytes, .ended = done >= layer->size_bytes
        };
    }
    progress_items("Fetching layers", items, count);
}

/* ---- documents ------------------------------------------------------------------------------------------------------------ */

/* What a document is remembered by: its digest; the index only where the image was named by a digest, since tags move. */
static struct str document_key(const struct scan *scan, struct str path, struct arena *arena)
{
    enum digest_algorithm algorithm;
    struct str hex, digest = path_base(path);
    if (digest_parse(digest, &algorithm, &hex))
        return digest;
    if (str_is(path, "index.json") && str_contains(scan->source->name, "@sha"))
        return arena_printf(arena, "index of %.*s", STR_ARG(scan->source->name));
    return (struct str){ 0 };
}

static bool has_digest(struct str text, struct str key)
{
    char actual[DIGEST_TEXT_BYTES];
    enum digest_algorithm algorithm;
    struct str hex;
    struct error ignored = { 0 };
    if (!digest_parse(key, &algorithm, &hex))
        return true;
    return digest_of(algorithm, text, actual, &ignored) && str_is(key, actual);
}

static bool fetch_document(struct scan *scan, struct str path, struct str key, struct arena *arena, struct buf *answer,
                           bool *found, struct error *err)
{
    struct str text;
    struct error ignored = { 0 };
    if (!scan->source->document(scan->source->context, path, IMAGE_MAX_JSON_BYTES, arena, &text, found, err))
        return false;
    if (!*found)
        return true;
    buf_str(answer, text);
    /* The worker holds it to its digest too, but what is wrong must not be remembered. */
    if (scan->options->cache && key.len && has_digest(text, key))
        cache_put(scan->options->cache, CACHE_DOCUMENT, key, text, &ignored);
    return true;
}

static bool serve_document(void *context, struct str path, struct buf *answer, bool *found, struct error *err)
{
    struct scan *scan = context;
    struct arena arena;
    struct cache_entry entry;
    arena_init(&arena, "document", (size_t)64 << 20);
    struct str key = document_key(scan, path, &arena);
    bool ok = true;
    if (scan->options->cache && key.len && cache_get(scan->options->cache, CACHE_DOCUMENT, key, &entry)) {
        *found = true;
        buf_str(answer, entry.bytes);
        cache_release(&entry);
    } else {
        ok = fetch_document(scan, path, key, &arena, answer, found, err);
    }
    arena_free(&arena);
    return ok;
}

void source_serve_documents(struct scan *scan, struct worker_job *job, int *input_fd)
{
    job->serve = serve_document;
    job->input_context = scan;
    job->input_fd = input_fd;
}

/* ---- layers --------------------------------------------------------------------------------------------------------------- */

struct feed {
    const struct image_source *source;
    const struct image_layer *layer; /* NULL: the whole archive */
    bool is_container;
    _Atomic uint64_t *progress;
};

static bool run_feed(void *context, int fd, struct error *err)
{
    const struct feed *feed = context;
    void *source = feed->source->context;
    if (feed->is_container)
        return feed->source->container(source, fd, feed->progress, err);
    if (!feed->layer)
        return feed->source->archive(source, fd, feed->progress, err);
    return feed->source->layer(source, feed->layer, fd, feed->progress, err);
}

static bool begin_feed(struct scan *scan, struct worker_job *job, struct feed feed, size_t slot, int *input_fd, struct error *err)
{
    struct feed *kept = arena_new(scan->arena, struct feed);
    if (!kept)
        return arena_error(scan->arena, err);
    *kept = feed;
    kept->source = scan->source;
    kept->progress = scan->progress ? &scan->progress[slot] : NULL;
    job->feed = run_feed;
    job->input_context = kept;
    job->input_fd = input_fd;
    return true;
}

bool source_feed_layer(struct scan *scan, struct worker_job *job, uint32_t layer, int *input_fd, struct error *err)
{
    return begin_feed(scan, job, (struct feed){ .layer = &scan->out->image.layers[layer] }, 1 + layer, input_fd, err);
}

/* ---- archives ------------------------------------------------------------------------------------------------------------- */

/* The archive's layers were walked before it was known what they should be. */
static bool verify_layer(struct scan *scan, uint32_t index, struct error *err)
{
    const struct image_layer *claimed = &scan->out->image.layers[index];
    struct layer_inventory *layer = &scan->layers[index];
    if (scan->options->verify == SCAN_VERIFY_NONE || scan->checks)
        return true;
    struct str wanted = claimed->digest, found = str_from(layer->digest);
    if (!wanted.len && layer->diff_id[0])
        wanted = claimed->diff_id;
    if (!wanted.len)
        return true;
    layer->verified = str_eq(wanted, found);
    return layer->verified ||
           error_set(err, ERROR_INPUT,
                     "%s: layer %u of %zu (%.*s): the digest should be %.*s but its bytes give %.*s: the image is "
                     "damaged in its engine; pull it again",
                     scan->input, index + 1, scan->out->image.layer_count, STR_ARG(claimed->name), STR_ARG(wanted),
                     STR_ARG(found));
}

static struct str image_key(const struct scan *scan)
{
    const struct image_platform *p = &scan->options->platform;
    return arena_printf(scan->arena, "image %.*s of %s for %.*s/%.*s/%.*s", STR_ARG(scan->source->id), scan->source->kind,
                        STR_ARG(p->os), STR_ARG(p->arch), STR_ARG(p->variant));
}

/* The image is in its answer's last frame. */
static bool read_image(struct scan *scan, struct str bytes, struct error *err)
{
    struct str frame, image = { 0 };
    uint32_t index;
    struct error ignored = { 0 };
    while (layer_next_frame(&bytes, &index, &frame))
        if (index == FRAME_IMAGE)
            image = frame;
    if (!image_decode(image, scan->arena, &scan->out->image, err))
        return error_wrap(err, "%s", scan->input);
    if (scan->options->cache && scan->source->id.len)
        cache_put(scan->options->cache, CACHE_DOCUMENT, image_key(scan), image, &ignored);
    scan->layers = arena_array(scan->arena, scan->out->image.layer_count + 2, sizeof *scan->layers);
    return scan->layers || arena_error(scan->arena, err);
}

static bool read_layers(struct scan *scan, struct str bytes, const struct layer_alias *aliases, size_t alias_count,
                        struct error *err)
{
    const struct image *image = &scan->out->image;
    struct str frame;
    uint32_t index;
    while (layer_next_frame(&bytes, &index, &frame)) {
        if (index >= image->layer_count)
            continue;
        if (!layer_decode(frame, scan->arena, &scan->layers[index], err))
            return error_wrap(err, "%s", scan->input);
        if (!verify_layer(scan, index, err))
            return false;
        remember_layer(scan, index, frame, aliases, alias_count);
    }
    for (size_t i = 0; i < image->layer_count; i++)
        scan->layers[i] = scan->layers[image->layers[i].same_as];
    return true;
}

bool source_recall_image(struct scan *scan, bool *found, struct error *err)
{
    struct cache_entry entry;
    struct error ignored = { 0 };
    *found = false;
    if (!scan->options->cache || !scan->source->id.len || scan->options->verify == SCAN_VERIFY_ALL ||
        !cache_get(scan->options->cache, CACHE_DOCUMENT, image_key(scan), &entry))
        return true;
    *found = image_decode(entry.bytes, scan->arena, &scan->out->image, &ignored); /* copies its texts */
    cache_release(&entry);
    scan->layers = arena_array(scan->arena, scan->out->image.layer_count + 2, sizeof *scan->layers);
    return scan->layers || arena_error(scan->arena, err);
}

/* An image whose layers are all known need not be exported. */
static bool all_remembered(struct scan *scan, bool *done, struct error *err)
{
    const struct image *image = &scan->out->image;
    *done = false;
    if (!scan->layers)
        return true;
    bool *wanted = arena_array(scan->arena, image->layer_count + 1, sizeof *wanted);
    if (!wanted)
        return arena_error(scan->arena, err);
    for (size_t i = 0; i < image->layer_count; i++)
        wanted[i] = image->layers[i].same_as == i;
    if (!remembered_layers(scan, wanted, NULL, 0, err))
        return false;
    *done = image->layer_count > 0;
    for (size_t i = 0; i < image->layer_count; i++) {
        *done &= !wanted[i];
        scan->layers[i] = scan->layers[image->layers[i].same_as];
    }
    return true;
}

bool source_walk_archive(struct scan *scan, const struct layer_alias *aliases, size_t alias_count, struct error *err)
{
    bool first = !alias_count && !scan->checks, done = false;
    if (first && !all_remembered(scan, &done, err))
        return false;
    if (done)
        return true;
    struct archive_pass pass = { .fd = -1,
                                 .request = { .platform = scan->options->platform },
                                 .image = scan->checks ? &scan->out->image : NULL };
    if (!scan_begin_pass(scan, &pass.walk, aliases, alias_count, err))
        return false;
    pass.walk.is_pipe = true;
    struct worker_job job = { .what = scan->input,
                              .run = archive_pass_run,
                              .context = &pass,
                              .folder_fd = -1,
                              .max_spool_bytes = pass.walk.max_spool_bytes };
    bool ok = begin_feed(scan, &job, (struct feed){ 0 }, 1, &pass.fd, err) &&
              worker_run(&job, 1, 1, scan->arena, scan_show_progress, scan, err);
    close(pass.walk.spool_fd);
    return ok && (scan->checks || read_image(scan, job.result, err)) && read_layers(scan, job.result, aliases, alias_count, err);
}

/* ---- containers ----------------------------------------------------------------------------------------------------------- */

/* One layer more, which has no digest that anybody claims. */
static bool add_container_layer(struct scan *scan, struct error *err)
{
    struct image *image = &scan->out->image;
    struct image_layer *layers = arena_array(scan->arena, image->layer_count + 1, sizeof *layers);
    if (!layers)
        return arena_error(scan->arena, err);
    memcpy(layers, image->layers, image->layer_count * sizeof *layers);
    layers[image->layer_count] = (struct image_layer){ .name = STR("container"),
                                                       .created_by = STR("what the container has changed"),
                                                       .same_as = (uint32_t)image->layer_count };
    image->layers = layers;
    image->layer_count++;
    return true;
}

/* All that the image's layers hold is hidden: the container's root says what is left of it. */
static bool hide_image(struct scan *scan, struct layer_inventory *layer, struct error *err)
{
    layer->marks = arena_grow(scan->arena, layer->marks, layer->mark_count, &layer->mark_cap, sizeof *layer->marks);
    if (!layer->marks)
        return arena_error(scan->arena, err);
    layer->marks[layer->mark_count++] = (struct layer_mark){ .path = STR(""), .opaque = true };
    return true;
}

bool source_walk_container(struct scan *scan, const struct layer_alias *aliases, size_t alias_count, struct error *err)
{
    struct layer_pass pass;
    struct image *image = &scan->out->image;
    bool is_added = image->layer_count && str_is(image->layers[image->layer_count - 1].name, "container");
    if (!is_added && !add_container_layer(scan, err))
        return false;
    uint32_t index = (uint32_t)image->layer_count - 1;
    if (!scan_begin_pass(scan, &pass, aliases, alias_count, err))
        return false;
    pass.indices = &index;
    pass.index_count = 1;
    pass.is_pipe = true;
    struct worker_job job = {
        .what = scan->input, .run = layer_pass_run, .context = &pass, .folder_fd = -1, .max_spool_bytes = pass.max_spool_bytes
    };
    job.needs_all_input = true; /* no digest tells that a container's root is all there */
    bool ok = begin_feed(scan, &job, (struct feed){ .is_container = true }, 1 + index, &pass.fd, err) &&
              worker_run(&job, 1, 1, scan->arena, scan_show_progress, scan, err);
    close(pass.spool_fd);
    uint32_t found;
    struct str bytes = ok ? job.result : (struct str){ 0 }, flat;
    if (ok && (!layer_next_frame(&bytes, &found, &flat) || found != index))
        ok = error_set(err, ERROR_INPUT, "%s: damaged answer of a worker", scan->input);
    return ok && layer_decode(flat, scan->arena, &scan->layers[index], err) && hide_image(scan, &scan->layers[index], err);
}
