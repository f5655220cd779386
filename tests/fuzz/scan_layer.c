/* A worker's answer: arbitrary bytes taken for a flat inventory (behind its head, which is always right), then squashed. */
#include "scan/cover.h"
#include "scan_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inventory out = { 0 };
    struct layer_inventory layers[2] = { 0 };
    struct layer_alias *aliases;
    size_t alias_count;
    struct cover *cover;
    struct scan_skips skips = { 0 };
    struct error err = { 0 };
    struct buf flat;
    arena_init(&out.arena, "fuzz", 64 << 20);
    buf_init(&flat, 1 << 20);
    layer_encode(&layers[0], &flat);
    if (layer_decode(with_head(&flat, data, size), &out.arena, &layers[0], &err)) {
        layers[1] = layers[0];
        if (squash_layers(layers, 2, &skips, &out, &aliases, &alias_count, &cover, &err))
            cover_finish(cover, &out);
    }
    buf_free(&flat);
    arena_free(&out.arena);
    return 0;
}
