/* Layers that were seen before: their inventories are in the cache, by the digest of their bytes (drive.h). */
#include "scan/cache_key.h"
#include "scan/drive.h"
#include "scan/inventory_flat.h"

/* Texts of a decoded layer lie in the mapped entry, which stays until the inventory is freed. */
static bool hold(struct inventory *inventory, const struct cache_entry *entry)
{
    struct cache_entry *held =
        arena_grow(&inventory->arena, inventory->held, inventory->held_count, &inventory->held_cap, sizeof *held);
    if (!held)
        return false;
    inventory->held = held;
    held[inventory->held_count++] = *entry;
    return true;
}

/* A cache that cannot be written to costs time, not results. */
static void warn_once(struct scan *scan, const struct error *why)
{
    if (!scan->cache_warned)
        log_warn("the cache: %s; scans go on without (--no-cache silences this)", why->text);
    scan->cache_warned = true;
}

/* What the image says of its bytes: nobody has looked at them. */
static struct str claimed_digest(const struct image_layer *layer)
{
    return layer->digest.len ? layer->digest : layer->diff_id;
}

static struct str key_of(const struct scan *scan, struct str digest, const struct layer_alias *aliases, size_t alias_count)
{
    return cache_key_layer(digest, scan->options, aliases, alias_count, scan->arena);
}

/* *found: scan->layers has it. An entry that cannot be read counts as none. */
static bool recall(struct scan *scan, uint32_t index, const struct layer_alias *aliases, size_t alias_count, bool *found,
                   struct error *err)
{
    struct cache_entry entry;
    struct error ignored = { 0 };
    struct str digest = claimed_digest(&scan->out->image.layers[index]);
    *found = false;
    if (!digest.len)
        return true;
    struct str key = key_of(scan, digest, aliases, alias_count);
    if (!key.ptr)
        return arena_error(scan->arena, err);
    if (!cache_get(scan->options->cache, CACHE_LAYER, key, &entry))
        return true;
    if (!layer_decode(entry.bytes, scan->arena, &scan->layers[index], &ignored)) {
        cache_release(&entry);
        return true;
    }
    scan->layers[index].remembered = true;
    *found = true;
    return hold(scan->out, &entry) || arena_error(scan->arena, err);
}

bool remembered_layers(struct scan *scan, bool *wanted, const struct layer_alias *aliases, size_t alias_count, struct error *err)
{
    const struct image *image = &scan->out->image;
    if (!scan->options->cache || scan->checks || scan->options->verify == SCAN_VERIFY_ALL)
        return true;
    for (uint32_t i = 0; i < image->layer_count; i++) {
        bool found;
        if (!wanted[i] || image->layers[i].same_as != i)
            continue;
        if (!recall(scan, i, aliases, alias_count, &found, err))
            return false;
        wanted[i] = !found;
    }
    return true;
}

void remember_layer(struct scan *scan, uint32_t index, struct str flat, const struct layer_alias *aliases, size_t alias_count)
{
    const struct layer_inventory *layer = &scan->layers[index];
    const char *const digests[] = { layer->digest, layer->diff_id };
    if (!scan->options->cache || scan->checks || scan->options->verify == SCAN_VERIFY_NONE || !layer->verified)
        return;
    for (size_t i = 0; i < ARRAY_LEN(digests); i++) {
        struct error why = { 0 };
        if (!digests[i][0] || (i && strcmp(digests[0], digests[1]) == 0))
            continue;
        struct str key = key_of(scan, str_from(digests[i]), aliases, alias_count);
        if (key.ptr && !cache_put(scan->options->cache, CACHE_LAYER, key, flat, &why))
            warn_once(scan, &why);
    }
}

/* ---- whole images ---------------------------------------------------------------------------------------------------------------- */

/* What a container has changed is in nobody's digest. */
static bool may_remember_image(const struct scan *scan)
{
    return scan->options->cache && scan->options->verify != SCAN_VERIFY_NONE && !(scan->source && scan->source->container);
}

bool recall_image(struct scan *scan, bool *found, struct error *err)
{
    struct inventory *out = scan->out;
    struct cache_entry entry;
    struct error ignored = { 0 };
    *found = false;
    if (!may_remember_image(scan) || scan->options->verify == SCAN_VERIFY_ALL)
        return true;
    struct str key = cache_key_image(&out->image, scan->options, scan->arena);
    if (!key.ptr || !cache_get(scan->options->cache, CACHE_IMAGE, key, &entry))
        return true;
    struct inventory known = *out;
    if (!inventory_decode(entry.bytes, scan->arena, &known, &ignored) || known.layer_count != out->image.layer_count) {
        cache_release(&entry);
        return true;
    }
    known.arena = out->arena;
    *out = known;
    for (size_t i = 0; i < out->layer_count; i++) {
        out->layers[i].verified = false;
        out->layers[i].remembered = true;
    }
    *found = true;
    return hold(out, &entry) || arena_error(scan->arena, err);
}

void remember_image(struct scan *scan)
{
    struct buf flat;
    struct error why = { 0 };
    if (!may_remember_image(scan))
        return;
    for (size_t i = 0; i < scan->out->layer_count; i++)
        if (!scan->out->layers[i].verified && !scan->out->layers[i].remembered)
            return;
    struct str key = cache_key_image(&scan->out->image, scan->options, scan->arena);
    buf_init(&flat, (size_t)1 << 30);
    if (key.ptr && inventory_encode(scan->out, &flat) &&
        !cache_put(scan->options->cache, CACHE_IMAGE, key, buf_view(&flat), &why))
        warn_once(scan, &why);
    buf_free(&flat);
}
