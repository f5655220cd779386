/* A worker's answer: arbitrary bytes taken for a flat inventory, then squashed. */
#include "scan/cover.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inventory out = { 0 };
    struct layer_inventory layers[2];
    struct layer_alias *aliases;
    size_t alias_count;
    struct cover *cover;
    struct scan_skips skips = { 0 };
    struct error err = { 0 };
    arena_init(&out.arena, "fuzz", 64 << 20);
    if (layer_decode(str_make(data, size), &out.arena, &layers[0], &err)) {
        layers[1] = layers[0];
        if (squash_layers(layers, 2, &skips, &out, &aliases, &alias_count, &cover, &err))
            cover_finish(cover, &out);
    }
    arena_free(&out.arena);
    return 0;
}
