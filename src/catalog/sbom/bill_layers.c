/* The layers of the image that a bill of materials describes: those that it lists, then those that only packages name. */
#include "catalog/sbom/bill.h"

enum { MAX_LAYERS = 1024 }; /* as images have at most */

static struct str digest_in(struct arena *arena, struct str text)
{
    enum digest_algorithm algorithm;
    struct str hex;
    return digest_parse(text, &algorithm, &hex) ? arena_str(arena, text) : (struct str){ 0 };
}

static bool index_digest(struct bill *bill, struct str digest, size_t at)
{
    return digest.len == 0 || map_get(&bill->layers, digest, NULL) || map_put(&bill->layers, digest, at);
}

static bool add_layer(struct bill *bill, struct catalog_bill_layer layer)
{
    struct catalog_bill *out = bill->out;
    struct arena *arena = bill->facts->arena;
    layer.digest = digest_in(arena, layer.digest);
    layer.diff_id = digest_in(arena, layer.diff_id);
    if (layer.digest.len + layer.diff_id.len == 0)
        return !arena->exhausted;
    struct catalog_bill_layer *grown = arena_grow(arena, out->layers, out->layer_count, &bill->layer_cap, sizeof *grown);
    if (!grown)
        return false;
    out->layers = grown;
    layer.created_by = arena_str(arena, layer.created_by);
    grown[out->layer_count++] = layer;
    return index_digest(bill, layer.diff_id, out->layer_count) && index_digest(bill, layer.digest, out->layer_count);
}

bool bill_begin_layers(struct bill *bill)
{
    for (size_t i = 0; i < bill->sbom.layer_count && i < MAX_LAYERS; i++)
        if (!add_layer(bill, bill->sbom.layers[i]))
            return false;
    return true;
}

bool bill_find_layer(struct bill *bill, struct str layer, uint32_t *out)
{
    uint64_t at = 0;
    if (layer.len && !map_get(&bill->layers, layer, &at) && bill->out->layer_count < MAX_LAYERS &&
        digest_in(bill->scratch, layer).len) {
        if (!add_layer(bill, (struct catalog_bill_layer){ .diff_id = layer }))
            return false;
        at = bill->out->layer_count;
    }
    *out = (uint32_t)at;
    return true;
}
