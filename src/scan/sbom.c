/* A software bill of materials in place of an image: a worker reads it and makes the inventory, which comes back in two parts: its
 * length and flat form, then the image that the document describes. Layers go with the image. */
#include "scan/inventory_flat.h"
#include "scan/layer.h"
#include "scan/skip.h"
#include "scan/worker.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_TEXT_BYTES = 256 << 20 };
static const size_t FACTS_ARENA_BYTES = (size_t)1 << 30, SCRATCH_ARENA_BYTES = (size_t)3 << 29,
                    INVENTORY_ARENA_BYTES = (size_t)4 << 30;

struct job {
    const char *name;
    int fd; /* -1: the text is there */
    struct str text;
};

/* ---- in the worker: the text ------------------------------------------------------------------------------------------------------------- */

/* A plain file is mapped: no copy of it is needed. One that is cut meanwhile ends this process, which is told as such. */
static bool map_text(const struct job *job, const struct stat *st, struct str *out)
{
    char head[6];
    if (!S_ISREG(st->st_mode) || st->st_size < (off_t)sizeof head || st->st_size > MAX_TEXT_BYTES ||
        pread(job->fd, head, sizeof head, 0) != (ssize_t)sizeof head || codec_detect(str_make(head, sizeof head)) != CODEC_PLAIN)
        return false;
    void *mapped = mmap(NULL, (size_t)st->st_size, PROT_READ, MAP_PRIVATE, job->fd, 0);
    if (mapped == MAP_FAILED)
        return false;
    *out = str_make(mapped, (size_t)st->st_size);
    return true;
}

static bool read_text(const struct job *job, struct arena *arena, struct str *out, struct error *err)
{
    struct stat st;
    if (job->fd < 0) {
        *out = job->text;
        return true;
    }
    if (fstat(job->fd, &st) != 0)
        return error_system(err, "cannot be read");
    if (map_text(job, &st, out))
        return true;
    struct stream *in = S_ISREG(st.st_mode) ? stream_file(job->fd, 0, UINT64_MAX, err) : stream_pipe(job->fd, err);
    if (in)
        in = stream_inflate_auto(in, (uint64_t)MAX_TEXT_BYTES + 1, NULL, err);
    bool ok = in && stream_text(in, MAX_TEXT_BYTES, arena, out, err);
    stream_close(in);
    if (!ok && err->kind == ERROR_LIMIT && !arena->exhausted)
        return error_set(err, ERROR_LIMIT, "is larger than the %d MiB that a bill of materials may have", MAX_TEXT_BYTES >> 20);
    return ok;
}

/* ---- in the worker: the inventory ------------------------------------------------------------------------------------------------------------ */

/* OS packages without a known maintainer are the distribution's: most documents do not say. */
static void set_publishers(struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->package_count; i++) {
        struct package *p = &inventory->packages[i];
        p->third_party = p->kind->is_os && p->maintainer.len && catalog_is_third_party(&inventory->distro, p);
    }
}

/* What an OS package brought is left to that, as in images; where only its name is told, too. */
static bool set_owned(struct inventory *inventory)
{
    struct map names;
    uint64_t at;
    map_init(&names, &inventory->arena);
    for (size_t i = 0; i < inventory->package_count; i++)
        if (inventory->packages[i].kind->is_os && !map_put(&names, inventory->packages[i].name, i))
            return false;
    for (size_t i = 0; i < inventory->package_count; i++) {
        struct package *p = &inventory->packages[i];
        if (!p->kind->is_os && p->owner.len)
            p->owned = !map_get(&names, p->owner, &at) || !inventory->packages[at].third_party;
    }
    return true;
}

static int compare_warnings(const void *a, const void *b)
{
    return str_cmp(((const struct catalog_warning *)a)->text, ((const struct catalog_warning *)b)->text);
}

/* The arena is the facts' own. */
static bool make_inventory(const struct catalog_facts *facts, const struct catalog_bill *bill, struct inventory *out)
{
    out->packages = facts->packages;
    out->package_count = facts->package_count;
    out->notes = facts->notes;
    out->note_count = facts->note_count;
    out->warnings = facts->warnings;
    out->warning_count = facts->warning_count;
    out->file_count = bill->file_count;
    out->distro_known = facts->distro_count > 0;
    if (out->distro_known)
        out->distro = facts->distros[0];
    for (size_t i = 0; i < out->package_count; i++)
        out->packages[i].layer = out->packages[i].file_layer = bill->package_layers[i] ? bill->package_layers[i] - 1 : UINT32_MAX;
    for (size_t i = 0; i < out->warning_count; i++)
        out->incomplete |= out->warnings[i].incomplete;
    set_publishers(out);
    if (!set_owned(out))
        return false;
    if (out->package_count)
        qsort(out->packages, out->package_count, sizeof *out->packages, inventory_compare_packages);
    if (out->warning_count)
        qsort(out->warnings, out->warning_count, sizeof *out->warnings, compare_warnings);
    return true;
}

static bool list_texts(struct arena *arena, struct str list, struct str **out, size_t *count)
{
    struct str rest = list, item;
    size_t n = 0;
    while (str_next(&rest, '\n', &item))
        n++;
    *out = arena_array(arena, n + 1, sizeof **out);
    for (*count = 0; *out && str_next(&list, '\n', &item);)
        (*out)[(*count)++] = item;
    return *out;
}

static bool make_image(const struct catalog_bill *bill, struct arena *arena, struct image *out)
{
    *out = (struct image){ .name = bill->subject,
                           .id = bill->image_id,
                           .config_json = bill->config_json,
                           .platform = { .os = bill->os, .arch = bill->arch },
                           .layer_count = bill->layer_count };
    out->layers = arena_array(arena, bill->layer_count + 1, sizeof *out->layers);
    if (!out->layers || !list_texts(arena, bill->repo_tags, &out->repo_tags, &out->repo_tag_count) ||
        !list_texts(arena, bill->repo_digests, &out->repo_digests, &out->repo_digest_count))
        return false;
    for (size_t i = 0; i < bill->layer_count; i++)
        out->layers[i] = (struct image_layer){ .digest = bill->layers[i].digest,
                                               .diff_id = bill->layers[i].diff_id,
                                               .created_by = bill->layers[i].created_by,
                                               .size_bytes = bill->layers[i].size_bytes,
                                               .same_as = (uint32_t)i };
    return true;
}

/* ---- in the worker: the answer ----------------------------------------------------------------------------------------------------------------- */

static bool answer(const struct catalog_facts *facts, const struct catalog_bill *bill, struct buf *out, struct error *err)
{
    struct inventory inventory = { .arena = *facts->arena };
    struct image image;
    size_t start = out->len;
    buf_u64(out, 0);
    bool ok = make_inventory(facts, bill, &inventory) && make_image(bill, &inventory.arena, &image);
    if (ok && !inventory_encode(&inventory, out))
        ok = error_set(err, ERROR_LIMIT, "the inventory is too large");
    else if (!ok)
        arena_error(&inventory.arena, err);
    *facts->arena = inventory.arena;
    uint64_t length = out->len - start - 8;
    for (unsigned i = 0; ok && i < 8; i++)
        out->ptr[start + i] = (char)(unsigned char)(length >> 8 * i);
    if (ok && !image_encode(&image, out))
        ok = error_set(err, ERROR_LIMIT, "what it says of its image is too large");
    return ok;
}

static bool run_job(void *context, struct buf *out, struct error *err)
{
    const struct job *job = context;
    struct arena arena, scratch;
    struct catalog_facts facts = { .arena = &arena };
    struct catalog_bill bill;
    struct str text;
    arena_init(&arena, "packages of a bill of materials", FACTS_ARENA_BYTES);
    arena_init(&scratch, "bill of materials", SCRATCH_ARENA_BYTES);
    bool ok = read_text(job, &scratch, &text, err) &&
              catalog_bill_read(text, str_from(job->name), &scratch, &facts, &bill, err) &&
              (catalog_add_note(&facts, "sbom", str_from(bill.type), str_from(job->name)) || arena_error(&arena, err));
    arena_free(&scratch);
    ok = ok && answer(&facts, &bill, out, err);
    arena_free(&arena);
    return ok;
}

/* ---- the parent ----------------------------------------------------------------------------------------------------------------------------------- */

static bool add_layers(struct inventory *out, struct error *err)
{
    out->layers = arena_array(&out->arena, out->image.layer_count + 1, sizeof *out->layers);
    if (!out->layers)
        return arena_error(&out->arena, err);
    out->layer_count = out->image.layer_count;
    for (size_t i = 0; i < out->layer_count; i++)
        out->layers[i] = (struct inventory_layer){ .digest = out->image.layers[i].digest,
                                                   .diff_id = out->image.layers[i].diff_id,
                                                   .created_by = out->image.layers[i].created_by,
                                                   .size_bytes = out->image.layers[i].size_bytes };
    return true;
}

static bool take_answer(struct str bytes, const char *name, struct inventory *out, struct error *err)
{
    uint64_t length = bytes.len < 8 ? UINT64_MAX : le64(bytes.ptr);
    bytes = str_skip(bytes, 8);
    if (length > bytes.len)
        return error_set(err, ERROR_INPUT, "%s: damaged answer of a worker", name);
    return (image_decode(str_skip(bytes, (size_t)length), &out->arena, &out->image, err) &&
            inventory_decode(str_head(bytes, (size_t)length), &out->arena, out, err)) ||
           error_wrap(err, "%s", name);
}

static bool run(struct job *job, const struct scan_options *options, struct inventory *out, struct error *err)
{
    struct worker_job worker = { .what = job->name, .run = run_job, .context = job, .folder_fd = -1 };
    *out = (struct inventory){ 0 };
    arena_init(&out->arena, "scan", INVENTORY_ARENA_BYTES);
    bool ok = worker_run(&worker, 1, 1, &out->arena, NULL, NULL, err) && take_answer(worker.result, job->name, out, err) &&
              add_layers(out, err);
    if (ok)
        inventory_skip(out, &options->skips);
    else
        inventory_free(out);
    return ok;
}

bool scan_sbom(const char *path, const struct scan_options *options, struct inventory *out, struct error *err)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return run(&(struct job){ .name = "standard input", .fd = STDIN_FILENO }, options, out, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_system(err, "%s", path);
    bool ok = fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode);
    if (!ok)
        error_set(err, ERROR_USAGE, "%s: is a folder, not a bill of materials; scan it with drydock fs or rootfs", path);
    ok = ok && run(&(struct job){ .name = path, .fd = fd }, options, out, err);
    close(fd);
    return ok;
}

bool scan_sbom_text(struct str text, const char *name, const struct scan_options *options, struct inventory *out,
                    struct error *err)
{
    if (text.len > MAX_TEXT_BYTES)
        return error_set(err, ERROR_LIMIT, "%s: is larger than the %d MiB that a bill of materials may have", name,
                         MAX_TEXT_BYTES >> 20);
    return run(&(struct job){ .name = name, .fd = -1, .text = text }, options, out, err);
}
