/* The walk of an image archive that comes through a pipe (from a container engine), in whatever order it comes: manifest and config
 * may be its last members, so every member that can be a layer is walked when it passes by, and what is none is left out in the
 * end. */
#include "scan/layer.h"

/* A member that was walked. */
struct walked {
    uint64_t offset, size_bytes;
    size_t frame_at; /* of its frame in the answer; SIZE_MAX: it could not be walked */
    struct str problem;
    enum error_kind problem_kind;
};

struct arrival {
    const struct archive_pass *pass;
    struct image_arrival *image;
    struct arena arena;
    struct walked *walked;
    size_t count, cap;
};

/* For the walk of checks: which layer this is, by its place in the archive. */
static uint32_t known_index(const struct archive_pass *pass, const struct tar_entry *entry)
{
    for (size_t i = 0; pass->image && i < pass->image->layer_count; i++)
        if (pass->image->layers[i].offset == entry->offset && pass->image->layers[i].size_bytes == entry->size_bytes)
            return (uint32_t)i;
    return FRAME_UNUSED;
}

/* A member that only looks like a layer is no reason to fail; one that is, is told when the image is known. */
static bool walk_member(struct arrival *a, const struct tar_entry *entry, struct stream *content, struct buf *out,
                        struct error *err)
{
    struct error problem = { 0 };
    struct walked *walked = arena_grow(&a->arena, a->walked, a->count, &a->cap, sizeof *walked);
    if (!walked)
        return arena_error(&a->arena, err);
    a->walked = walked;
    struct walked *at = &walked[a->count++];
    *at = (struct walked){ .offset = entry->offset, .size_bytes = entry->size_bytes, .frame_at = out->len };
    struct image_layer layer = { .name = entry->path, .size_bytes = entry->size_bytes };
    struct stream *stored = stream_limit(content, entry->size_bytes, err);
    if (!stored)
        return false;
    if (layer_walk(&a->pass->walk, &layer, known_index(a->pass, entry), stored, out, &problem))
        return true;
    out->len = at->frame_at;
    at->frame_at = SIZE_MAX;
    at->problem = arena_str(&a->arena, str_from(problem.text));
    at->problem_kind = problem.kind;
    return at->problem.ptr || arena_error(&a->arena, err);
}

static bool walk_archive(struct arrival *a, struct stream *in, struct buf *out, struct error *err)
{
    struct tar_entry entry;
    struct tar *tar = tar_open(in, err);
    bool ok = tar != NULL, is_layer;
    while (ok && tar_next(tar, &entry, err))
        ok = image_arrival_member(a->image, &entry, tar_content(tar), &is_layer, err) &&
             (!is_layer || walk_member(a, &entry, tar_content(tar), out, err));
    tar_close(tar);
    return ok && err->kind == ERROR_NONE && stream_drain(in, err); /* who writes it wants to write all of it */
}

static void put_u32_at(struct buf *out, size_t at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        out->ptr[at + i] = (char)(value >> (8 * i));
}

/* Gives each frame the index of its layer. Layers that share their bytes have one frame. */
static bool name_frames(struct arrival *a, const struct image *image, struct buf *out, struct error *err)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->walked[i].frame_at != SIZE_MAX)
            put_u32_at(out, a->walked[i].frame_at, FRAME_UNUSED);
    for (size_t i = 0; i < image->layer_count; i++) {
        const struct image_layer *layer = &image->layers[i];
        size_t w = 0;
        while (w < a->count && a->walked[w].offset != layer->offset)
            w++;
        if (w == a->count)
            return error_set(err, ERROR_INPUT, "layer %zu of %zu (%.*s) is no tar archive", i + 1, image->layer_count,
                             STR_ARG(layer->name));
        if (a->walked[w].frame_at == SIZE_MAX)
            return error_set(err, a->walked[w].problem_kind, "layer %zu of %zu (%.*s): %.*s", i + 1, image->layer_count,
                             STR_ARG(layer->name), STR_ARG(a->walked[w].problem));
        if (layer->same_as == i)
            put_u32_at(out, a->walked[w].frame_at, (uint32_t)i);
    }
    return true;
}

static bool put_image(const struct image *image, struct buf *out, struct error *err)
{
    struct buf bytes;
    buf_init(&bytes, (size_t)1 << 30);
    bool ok = image_encode(image, &bytes);
    buf_u32(out, FRAME_IMAGE);
    buf_u64(out, bytes.len);
    buf_str(out, buf_view(&bytes));
    buf_free(&bytes);
    return (ok && !out->failed) || error_set(err, ERROR_LIMIT, "the image's description is too large");
}

bool archive_pass_run(void *context, struct buf *out, struct error *err)
{
    const struct archive_pass *pass = context;
    struct arrival a = { .pass = pass };
    struct image image;
    arena_init(&a.arena, "image", (size_t)1 << 30);
    struct stream *in = stream_pipe(pass->fd, err);
    bool ok = in && (a.image = image_arrival_begin(&a.arena, err)) && walk_archive(&a, in, out, err) &&
              image_arrival_end(a.image, &pass->request, &image, err) && name_frames(&a, &image, out, err) &&
              put_image(&image, out, err);
    stream_close(in);
    arena_free(&a.arena);
    return ok;
}
