/* An image archive of arbitrary bytes that comes in order, as a container engine exports it: whatever the walk answers can be taken
 * apart as the parent does it, names each layer once, and the layers can be squashed; where links or checks ask for a second walk,
 * its answer too. The first byte says how it is walked. */
#include "scan/cover.h"

#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct answer {
    struct arena arena;
    struct image image;
    struct layer_inventory *layers;
};

/* The frame of an image comes behind those of its layers. */
static void read_image(struct str bytes, struct answer *out)
{
    struct str frame;
    struct error err = { 0 };
    uint32_t index = 0;
    while (layer_next_frame(&bytes, &index, &frame))
        if (index == FRAME_IMAGE && !image_decode(frame, &out->arena, &out->image, &err))
            __builtin_trap();
    if (bytes.len || index != FRAME_IMAGE)
        __builtin_trap();
}

static void read_layers(struct str bytes, struct answer *out)
{
    struct str frame;
    struct error err = { 0 };
    uint32_t index;
    size_t found = 0, wanted = 0;
    out->layers = arena_array(&out->arena, out->image.layer_count + 1, sizeof *out->layers);
    while (layer_next_frame(&bytes, &index, &frame)) {
        struct layer_inventory unused;
        bool is_layer = index < out->image.layer_count;
        if (index == FRAME_IMAGE)
            continue;
        if ((!is_layer && index != FRAME_UNUSED) || (is_layer && out->image.layers[index].same_as != index) ||
            (!layer_decode(frame, &out->arena, is_layer ? &out->layers[index] : &unused, &err) && !out->arena.exhausted))
            __builtin_trap();
        found += is_layer;
    }
    for (size_t i = 0; i < out->image.layer_count; i++) {
        wanted += out->image.layers[i].same_as == i;
        out->layers[i] = out->layers[out->image.layers[i].same_as];
    }
    if (found != wanted)
        __builtin_trap();
}

static bool walk(struct archive_pass *pass, struct answer *out)
{
    struct error err = { 0 };
    struct buf bytes;
    buf_init(&bytes, 64 << 20);
    arena_init(&out->arena, "answer", 256 << 20);
    lseek(pass->fd, 0, SEEK_SET);
    bool ok = archive_pass_run(pass, &bytes, &err);
    if (!ok && (err.kind == ERROR_NONE || !err.text[0]))
        __builtin_trap();
    ok = ok && !bytes.failed;
    if (ok) {
        struct str copy = arena_str(&out->arena, buf_view(&bytes));
        read_image(copy, out);
        read_layers(copy, out);
    }
    buf_free(&bytes);
    return ok && !out->arena.exhausted;
}

static void walk_again(struct archive_pass pass, const struct layer_alias *aliases, size_t alias_count)
{
    struct answer answer = { 0 };
    pass.walk.aliases = aliases;
    pass.walk.alias_count = alias_count;
    walk(&pass, &answer);
    arena_free(&answer.arena);
}

static void squash(struct archive_pass pass, const struct answer *answer)
{
    struct inventory out = { 0 };
    struct layer_alias *aliases;
    size_t alias_count;
    struct cover *cover;
    struct scan_skips skips = { 0 };
    struct error err = { 0 };
    arena_init(&out.arena, "inventory", 64 << 20);
    if (squash_layers(answer->layers, answer->image.layer_count, &skips, &out, &aliases, &alias_count, &cover, &err)) {
        if (alias_count)
            walk_again(pass, aliases, alias_count);
        if (cover->check_count && cover_sort_checks(cover)) {
            pass.image = &answer->image;
            pass.walk.checks = cover->checks;
            pass.walk.check_count = cover->check_count;
            walk_again(pass, NULL, 0);
        }
        cover_finish(cover, &out);
    }
    arena_free(&out.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answer answer = { 0 };
    struct error err = { 0 };
    int fd = size ? file_spool(&err) : -1;
    if (fd < 0 || !file_write_all(fd, data + 1, size - 1, &err))
        return 0;
    struct archive_pass pass = { .fd = fd, .walk = { .is_pipe = true, .spool_fd = -1, .wants_digests = data[0] & 4 } };
    pass.walk.verify = (enum scan_verify)(data[0] % (SCAN_VERIFY_ALL + 1));
    if (data[0] & 8)
        pass.request.platform = (struct image_platform){ .os = STR("linux"), .arch = STR("arm64") };
    if (walk(&pass, &answer))
        squash(pass, &answer);
    arena_free(&answer.arena);
    close(fd);
    return 0;
}
