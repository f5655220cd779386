/* A scan from its input to the inventory: opens the image in a worker, walks its layers in workers, joins them, and walks
 * layers a second time where links lead from claimed paths to files that no kind claims by name. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "scan/cover.h"
#include "scan/drive.h"
#include "scan/repository.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t INVENTORY_ARENA_BYTES = (size_t)4 << 30;

static void scan_begin(struct scan *scan)
{
    char digest[DIGEST_TEXT_BYTES];
    struct error ignored = { 0 };
    arena_init(&scan->out->arena, "scan", INVENTORY_ARENA_BYTES);
    scan->arena = &scan->out->arena;
    void *shared = mmap(NULL, PROGRESS_SLOTS * sizeof *scan->progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    scan->progress = shared == MAP_FAILED ? NULL : shared;
    /* the crypto library sets itself up here, where it may still read its configuration */
    digest_of(DIGEST_SHA256, STR(""), digest, &ignored);
}

static void scan_end(struct scan *scan)
{
    progress_clear();
    if (scan->progress)
        munmap((void *)(uintptr_t)scan->progress, PROGRESS_SLOTS * sizeof *scan->progress);
}

/* ---- opening the image ------------------------------------------------------------------------------------------------------ */

static bool run_open(void *context, struct buf *out, struct error *err)
{
    const struct image_request *request = context;
    struct arena arena;
    struct image image = { 0 };
    arena_init(&arena, "image", (size_t)1 << 30);
    bool ok = image_open(request, &arena, &image, err);
    if (ok && !image_encode(&image, out))
        ok = error_set(err, ERROR_LIMIT, "the image's description is too large");
    arena_free(&arena);
    return ok;
}

static bool run_list(void *context, struct buf *out, struct error *err)
{
    const struct image_request *request = context;
    struct arena arena;
    struct image_choice *choices;
    size_t count;
    arena_init(&arena, "image", (size_t)1 << 30);
    bool ok = image_list(request, &arena, &choices, &count, err);
    if (ok && !image_choices_encode(choices, count, out))
        ok = error_set(err, ERROR_LIMIT, "the list of images is too large");
    arena_free(&arena);
    return ok;
}

/* Runs one of the two above in a worker. */
static bool read_documents(struct scan *scan, bool (*run)(void *, struct buf *, struct error *), struct str *answer,
                           struct error *err)
{
    struct image_request request = { .fd = scan->fd,
                                     .is_folder = scan->is_folder,
                                     .is_remote = scan->source && scan->source->document,
                                     .index_json = scan->source ? scan->source->index_json : (struct str){ 0 },
                                     .reference = scan->options->reference,
                                     .platform = scan->options->platform };
    struct worker_job job = {
        .what = scan->input, .run = run, .context = &request, .reads_folder = scan->is_folder, .folder_fd = scan->fd
    };
    if (request.is_remote)
        source_serve_documents(scan, &job, &request.fd);
    if (!worker_run(&job, 1, 1, scan->arena, NULL, NULL, err))
        return false;
    *answer = job.result;
    return true;
}

static bool open_image(struct scan *scan, struct error *err)
{
    struct str answer;
    if (!read_documents(scan, run_open, &answer, err))
        return false;
    return image_decode(answer, scan->arena, &scan->out->image, err) || error_wrap(err, "%s", scan->input);
}

/* ---- the layers ---------------------------------------------------------------------------------------------------------------- */

/* Which layers must be walked again for these aliases. A folder's name may stand in no layer, so then all are. */
static void choose_layers(const struct scan *scan, const struct layer_alias *aliases, size_t alias_count, bool *wanted)
{
    const struct image *image = &scan->out->image;
    bool folders = false;
    for (size_t i = 0; i < image->layer_count; i++) {
        wanted[i] = false;
        for (size_t k = 0; k < alias_count; k++) {
            bool is_folder = false;
            wanted[i] |= layer_has(&scan->layers[i], aliases[k].real, &is_folder);
            folders |= is_folder;
        }
    }
    for (size_t i = 0; i < image->layer_count; i++) {
        wanted[i] |= folders;
        if (wanted[i])
            wanted[image->layers[i].same_as] = true;
    }
}

static bool describe_layers(struct scan *scan, struct error *err)
{
    struct inventory *out = scan->out;
    const struct image *image = &out->image;
    out->layers = arena_array(scan->arena, image->layer_count + 1, sizeof *out->layers);
    if (!out->layers)
        return arena_error(scan->arena, err);
    out->layer_count = image->layer_count;
    for (size_t i = 0; i < image->layer_count; i++) {
        const struct image_layer *claimed = &image->layers[i];
        const struct layer_inventory *layer = &scan->layers[i];
        out->layers[i] = (struct inventory_layer){
            .digest = claimed->digest,
            .diff_id = claimed->diff_id.len ? claimed->diff_id : str_from(layer->diff_id),
            .created_by = claimed->created_by,
            .size_bytes = claimed->size_bytes,
            .file_count = layer->file_count,
            .verified = layer->verified && !layer->remembered,
            .remembered = layer->remembered,
        };
    }
    return true;
}

/* A config and a manifest that do not fit each other: what the image holds is not certain. */
static bool add_image_warning(struct scan *scan, struct error *err)
{
    struct inventory *out = scan->out;
    if (out->image.warning.len == 0)
        return true;
    struct catalog_warning *warnings = arena_array(scan->arena, out->warning_count + 1, sizeof *warnings);
    if (!warnings)
        return arena_error(scan->arena, err);
    if (out->warning_count)
        memcpy(warnings, out->warnings, out->warning_count * sizeof *warnings);
    struct str path = arena_str(scan->arena, str_from(scan->input));
    warnings[out->warning_count++] = (struct catalog_warning){ path, out->image.warning, true };
    out->warnings = warnings;
    return out->incomplete = true;
}

static bool walk_layers(struct scan *scan, const bool *wanted, const struct layer_alias *aliases, size_t alias_count,
                        struct error *err)
{
    bool ok = scan->source && scan->source->archive ? source_walk_archive(scan, aliases, alias_count, err)
                                                    : scan_walk_layers(scan, wanted, aliases, alias_count, err);
    return ok && (!scan->source || !scan->source->container || source_walk_container(scan, aliases, alias_count, err));
}

static bool scan_layers(struct scan *scan, struct error *err)
{
    const struct image *image = &scan->out->image;
    struct layer_alias *aliases = NULL;
    size_t alias_count = 0;
    bool *wanted = arena_array(scan->arena, image->layer_count + 1, sizeof *wanted);
    if (!scan->layers)
        scan->layers = arena_array(scan->arena, image->layer_count + 1, sizeof *scan->layers);
    if (!wanted || !scan->layers)
        return arena_error(scan->arena, err);
    for (size_t i = 0; i < image->layer_count; i++)
        wanted[i] = true;
    if (!walk_layers(scan, wanted, NULL, 0, err) || !squash_layers(scan->layers, image->layer_count, &scan->options->skips,
                                                                   scan->out, &aliases, &alias_count, &scan->cover, err))
        return false;
    if (alias_count) {
        struct layer_alias *again;
        size_t again_count;
        choose_layers(scan, aliases, alias_count, wanted);
        if (!walk_layers(scan, wanted, aliases, alias_count, err) ||
            !squash_layers(scan->layers, image->layer_count, &scan->options->skips, scan->out, &again, &again_count, &scan->cover,
                           err))
            return false;
    }
    return add_image_warning(scan, err) && describe_layers(scan, err);
}

/* ---- contents --------------------------------------------------------------------------------------------------------------- */

/* A walk for the checks alone; its answers stand beside the layers, which stay as they are. */
static bool walk_checks(struct scan *scan, struct layer_inventory *answers, size_t count, bool *wanted, struct error *err)
{
    struct layer_inventory *layers = scan->layers;
    scan->layers = answers;
    scan->checks = scan->cover->checks;
    scan->check_count = scan->cover->check_count;
    for (size_t i = 0; i < scan->check_count; i++)
        wanted[scan->checks[i].layer] = true;
    bool ok = scan->is_rootfs ? scan_walk_folder(scan, NULL, 0, err) : walk_layers(scan, wanted, NULL, 0, err);
    for (size_t i = 0; ok && i < count; i++)
        for (size_t k = 0; ok && wanted[i] && k < answers[i].facts.note_count; k++) {
            uint64_t check = 0;
            bool known = str_u64(answers[i].facts.notes[k].value, &check) && check < scan->check_count;
            ok = !known || cover_add_content(scan->cover, (size_t)check) || arena_error(scan->arena, err);
        }
    scan->layers = layers;
    scan->checks = NULL;
    return ok;
}

/* Layers with the same bytes are walked once. */
static bool compare_contents(struct scan *scan, struct error *err)
{
    struct cover *cover = scan->cover;
    size_t count = scan->is_rootfs ? 1 : scan->out->image.layer_count;
    if (!scan->options->integrity || cover->check_count == 0)
        return true;
    for (size_t i = 0; !scan->is_rootfs && i < cover->check_count; i++)
        cover->checks[i].layer = (uint32_t)scan->out->image.layers[cover->checks[i].layer].same_as;
    struct layer_inventory *answers = arena_array(scan->arena, count + 1, sizeof *answers);
    bool *wanted = arena_array(scan->arena, count + 1, sizeof *wanted);
    if (!answers || !wanted || !cover_sort_checks(cover))
        return arena_error(scan->arena, err);
    return walk_checks(scan, answers, count, wanted, err);
}

/* What is said of files, once it is known which packages there are. */
static bool describe_files(struct scan *scan, struct error *err)
{
    return compare_contents(scan, err) && (cover_finish(scan->cover, scan->out) || arena_error(scan->arena, err));
}

/* What is not known of an image yet. */
static bool scan_anew(struct scan *scan, struct error *err)
{
    if (!scan_layers(scan, err) || !inventory_weigh_locks(scan->out, false, err))
        return false;
    inventory_skip(scan->out, &scan->options->skips);
    if (!describe_files(scan, err))
        return false;
    remember_image(scan);
    return true;
}

static bool scan_opened(struct scan *scan, struct error *err)
{
    scan_begin(scan);
    bool arrives = scan->source && scan->source->archive, is_open = !arrives, is_known = false;
    bool ok = arrives ? source_recall_image(scan, &is_open, err) : open_image(scan, err);
    ok = ok && (!is_open || recall_image(scan, &is_known, err)) && (is_known || scan_anew(scan, err));
    scan_end(scan);
    if (!ok)
        inventory_free(scan->out);
    return ok;
}

/* Each layer's blob and spool stay open until its worker starts. */
static void raise_file_limit(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

static bool open_path(struct scan *scan, struct error *err)
{
    struct stat st;
    scan->fd = open(scan->input, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (scan->fd < 0 || fstat(scan->fd, &st) != 0)
        return error_system(err, "%s", scan->input);
    scan->is_folder = S_ISDIR(st.st_mode);
    return scan->is_folder || S_ISREG(st.st_mode) ||
           error_set(err, ERROR_USAGE, "%s: is neither a file nor a folder; use --input - to read an archive from a pipe",
                     scan->input);
}

bool scan_image(const char *path, const struct scan_options *options, struct inventory *out, struct error *err)
{
    *out = (struct inventory){ 0 };
    raise_file_limit();
    struct scan scan = { .input = path, .options = options, .out = out };
    bool ok = open_path(&scan, err) && scan_opened(&scan, err);
    if (scan.fd >= 0)
        close(scan.fd);
    return ok;
}

bool scan_image_stream(int fd, const char *name, const struct scan_options *options, struct inventory *out, struct error *err)
{
    *out = (struct inventory){ 0 };
    raise_file_limit();
    int spool = file_spool(err);
    if (spool < 0)
        return false;
    struct stream *in = stream_pipe(fd, err);
    bool ok = in != NULL;
    while (ok) {
        if (in->len == 0 && !stream_fill(in, err))
            ok = error_wrap(err, "%s", name);
        if (!ok || in->len == 0)
            break;
        if (!file_write_all(spool, in->ptr, in->len, err))
            ok = error_wrap(err, "temporary file (set TMPDIR to a folder with more room)");
        stream_consume(in, in->len);
    }
    stream_close(in);
    struct scan scan = { .input = name, .options = options, .out = out, .fd = spool };
    ok = ok && scan_opened(&scan, err);
    close(spool);
    return ok;
}

/* ---- sources ---------------------------------------------------------------------------------------------------------------- */

static bool begin_source(struct scan *scan, const struct image_source *source, struct error *err)
{
    *scan->out = (struct inventory){ 0 };
    raise_file_limit();
    if (!source->folder)
        return true;
    scan->is_folder = true;
    scan->fd = open(source->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return scan->fd >= 0 || error_system(err, "%s", source->folder);
}

/* The name, NUL-terminated, for messages. */
static void name_source(const struct image_source *source, struct scan *scan, char name[static 1024])
{
    snprintf(name, 1024, "%.*s", STR_ARG(source->name));
    scan->input = name;
}

static bool copy_names(const struct str *names, size_t count, struct arena *arena, struct str **out, size_t *out_count)
{
    struct str *copies = arena_array(arena, count, sizeof *copies);
    for (size_t i = 0; copies && i < count; i++)
        copies[i] = arena_str(arena, names[i]);
    *out = copies;
    *out_count = copies ? count : 0;
    return !arena->exhausted;
}

/* An engine's own names for the image come in place of what its archive says, which was asked for by ID. */
static bool take_names(const struct image_source *source, struct inventory *out, struct error *err)
{
    struct image *image = &out->image;
    if ((source->repo_tag_count &&
         !copy_names(source->repo_tags, source->repo_tag_count, &out->arena, &image->repo_tags, &image->repo_tag_count)) ||
        (source->repo_digest_count && !copy_names(source->repo_digests, source->repo_digest_count, &out->arena,
                                                  &image->repo_digests, &image->repo_digest_count))) {
        arena_error(&out->arena, err);
        inventory_free(out);
        return false;
    }
    return true;
}

bool scan_image_source(const struct image_source *source, const struct scan_options *options, struct inventory *out,
                       struct error *err)
{
    char name[1024];
    struct scan scan = { .options = options, .out = out, .source = source, .fd = -1 };
    name_source(source, &scan, name);
    bool ok = begin_source(&scan, source, err) && scan_opened(&scan, err);
    if (scan.fd >= 0)
        close(scan.fd);
    return ok && take_names(source, out, err);
}

/* ---- what there is to choose from ---------------------------------------------------------------------------------------------- */

static bool list_choices(struct scan *scan, struct arena *arena, struct image_choice **out, size_t *count, struct error *err)
{
    struct str answer;
    scan_begin(scan);
    bool ok = read_documents(scan, run_list, &answer, err) && image_choices_decode(answer, arena, out, count, err);
    scan_end(scan);
    inventory_free(scan->out);
    return ok;
}

bool scan_source_choices(const struct image_source *source, const struct scan_options *options, struct arena *arena,
                         struct image_choice **out, size_t *count, struct error *err)
{
    char name[1024];
    struct inventory none;
    struct scan scan = { .options = options, .out = &none, .source = source, .fd = -1 };
    name_source(source, &scan, name);
    bool ok = begin_source(&scan, source, err) && list_choices(&scan, arena, out, count, err);
    if (scan.fd >= 0)
        close(scan.fd);
    return ok;
}

bool scan_image_choices(const char *path, const struct scan_options *options, struct arena *arena, struct image_choice **out,
                        size_t *count, struct error *err)
{
    struct inventory none = { 0 };
    struct scan scan = { .input = path, .options = options, .out = &none };
    bool ok = open_path(&scan, err) && list_choices(&scan, arena, out, count, err);
    if (scan.fd >= 0)
        close(scan.fd);
    return ok;
}

/* ---- folders ---------------------------------------------------------------------------------------------------------------------- */

/* A repository that may not be read completes nothing. */
static bool complete_folder(struct scan *scan, size_t *count, struct error *err)
{
    const char *path = scan->options->maven_repository;
    int fd = path && scan->options->source_tree ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0)
        return true;
    bool ok = repository_read(fd, scan->arena, scan->layers, count, err);
    close(fd);
    return ok;
}

static bool scan_folder(struct scan *scan, struct error *err)
{
    struct layer_alias *aliases = NULL;
    size_t alias_count = 0;
    scan->layers = arena_array(scan->arena, 1 + REPOSITORY_ROUNDS, sizeof *scan->layers);
    size_t count = 1;
    if (!scan->layers)
        return arena_error(scan->arena, err);
    if (!scan_walk_folder(scan, NULL, 0, err) || !complete_folder(scan, &count, err) ||
        !squash_layers(scan->layers, count, &scan->options->skips, scan->out, &aliases, &alias_count, &scan->cover, err))
        return false;
    if (alias_count == 0)
        return true;
    struct layer_alias *again;
    size_t again_count;
    return scan_walk_folder(scan, aliases, alias_count, err) &&
           squash_layers(scan->layers, count, &scan->options->skips, scan->out, &again, &again_count, &scan->cover, err);
}

bool scan_rootfs(const char *path, const struct scan_options *options, struct inventory *out, struct error *err)
{
    *out = (struct inventory){ 0 };
    struct scan scan = {
        .input = path, .options = options, .out = out, .is_rootfs = true, .fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    };
    if (scan.fd < 0)
        return error_system(err, "%s", path);
    scan_begin(&scan);
    bool ok = scan_folder(&scan, err) && inventory_weigh_locks(out, options->source_tree, err);
    if (ok)
        inventory_skip(out, &options->skips);
    ok = ok && (options->source_tree || describe_files(&scan, err));
    scan_end(&scan);
    close(scan.fd);
    if (!ok)
        inventory_free(out);
    return ok;
}

void inventory_free(struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->held_count; i++)
        cache_release(&inventory->held[i]);
    arena_free(&inventory->arena);
    *inventory = (struct inventory){ 0 };
}

const char *scan_sandbox(void)
{
    return sandbox_describe();
}
