/* An inventory from the cache: arbitrary bytes behind a right head are refused, or read as one that is sound: all that it leads to
 * is there, and it can be written again. */
#include "scan/inventory_flat.h"
#include "scan_fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t touch(const struct inventory *inventory)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < inventory->package_count; i++) {
        const struct package *p = &inventory->packages[i];
        sum += str_hash(p->name) + str_hash(p->depends) + strlen(p->kind->name);
        sum += inventory->layer_count ? inventory->layers[p->layer].size_bytes + inventory->layers[p->file_layer].verified : 0;
    }
    for (size_t i = 0; i < inventory->change_count; i++)
        sum += inventory->packages[inventory->changes[i].package].offset + str_hash(inventory->changes[i].text);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct inventory out = { 0 }, again = { 0 };
    struct error err = { 0 };
    struct buf flat, written;
    arena_init(&out.arena, "fuzz", 64 << 20);
    buf_init(&flat, 1 << 20);
    buf_init(&written, 64 << 20);
    inventory_encode(&again, &flat);
    if (inventory_decode(with_head(&flat, data, size), &out.arena, &out, &err)) {
        uint64_t sum = touch(&out);
        if (inventory_encode(&out, &written) && inventory_decode(buf_view(&written), &out.arena, &again, &err) &&
            touch(&again) != sum)
            abort();
    }
    buf_free(&written);
    buf_free(&flat);
    inventory_free(&out);
    return 0;
}
