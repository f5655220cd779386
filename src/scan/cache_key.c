/* Keys of the cache: see cache_key.h. Long lists stand in them by their SHA-256, since images, which nobody trusts, choose what
 * some of them hold. */
#include "scan/cache_key.h"
#include "scan/inventory_flat.h"

enum { MAX_LIST_BYTES = 256 << 20 };

/* ---- lists ------------------------------------------------------------------------------------------------------------------ */

/* With its length in front, so that no two lists are written alike. */
static void put_text(struct buf *list, struct str text)
{
    buf_u64(list, text.len);
    buf_str(list, text);
}

/* Digest of the list, which is freed; "0" of an empty one. */
static bool end_list(struct buf *list, char out[static DIGEST_TEXT_BYTES])
{
    struct error ignored = { 0 };
    bool ok = !list->failed && (list->len == 0 || digest_of(DIGEST_SHA256, buf_view(list), out, &ignored));
    if (ok && list->len == 0)
        snprintf(out, DIGEST_TEXT_BYTES, "0");
    buf_free(list);
    return ok;
}

static bool hash_aliases(const struct layer_alias *aliases, size_t count, char out[static DIGEST_TEXT_BYTES])
{
    struct buf list;
    buf_init(&list, MAX_LIST_BYTES);
    for (size_t i = 0; i < count; i++) {
        buf_u32(&list, (uint32_t)aliases[i].type);
        put_text(&list, aliases[i].real);
        put_text(&list, aliases[i].path);
    }
    return end_list(&list, out);
}

static bool hash_skips(const struct scan_skips *skips, char out[static DIGEST_TEXT_BYTES])
{
    struct buf list;
    buf_init(&list, MAX_LIST_BYTES);
    if (skips->folder_count + skips->file_count)
        buf_u64(&list, skips->folder_count);
    for (size_t i = 0; i < skips->folder_count; i++)
        put_text(&list, skips->folders[i]);
    for (size_t i = 0; i < skips->file_count; i++)
        put_text(&list, skips->files[i]);
    return end_list(&list, out);
}

/* ---- keys ------------------------------------------------------------------------------------------------------------------- */

/* What any inventory depends on: the program with its features, the options of walks. */
static void put_reader(struct buf *key, const struct scan_options *options)
{
    buf_printf(key, " drydock " DRYDOCK_VERSION DRYDOCK_FEATURES " scan %d catalog %d patterns %llx", SCAN_VERSION,
               CATALOG_VERSION, (unsigned long long)catalog_patterns_hash());
    buf_printf(key, " form %llx digests %d spool %llu", (unsigned long long)layer_flat_fingerprint(), options->integrity,
               (unsigned long long)options->max_spool_bytes);
}

static struct str end_key(struct buf *key, bool ok, struct arena *arena)
{
    struct str text = { 0 };
    if (ok && !key->failed)
        text = arena_str(arena, buf_view(key));
    buf_free(key);
    return text;
}

struct str cache_key_layer(struct str digest, const struct scan_options *options, const struct layer_alias *aliases,
                           size_t alias_count, struct arena *arena)
{
    struct buf key;
    char hash[DIGEST_TEXT_BYTES];
    bool ok = hash_aliases(aliases, alias_count, hash);
    buf_init(&key, 1 << 16);
    buf_str(&key, digest);
    put_reader(&key, options);
    if (ok && alias_count)
        buf_printf(&key, " aliases %s", hash);
    return end_key(&key, ok, arena);
}

/* One link of the chain. The inventory tells of each layer what the image's config says of it, so that this comes in too. */
static bool add_link(const struct image_layer *layer, bool is_first, char chain[static DIGEST_TEXT_BYTES])
{
    struct buf link;
    if (!layer->digest.len && !layer->diff_id.len)
        return false;
    buf_init(&link, MAX_LIST_BYTES);
    if (!is_first)
        buf_printf(&link, "%s ", chain);
    put_text(&link, layer->digest);
    put_text(&link, layer->diff_id);
    put_text(&link, layer->created_by);
    buf_u64(&link, layer->size_bytes);
    return end_list(&link, chain);
}

struct str cache_key_image(const struct image *image, const struct scan_options *options, struct arena *arena)
{
    struct buf key, warning;
    char chain[DIGEST_TEXT_BYTES], skips[DIGEST_TEXT_BYTES], warned[DIGEST_TEXT_BYTES];
    bool ok = image->layer_count > 0;
    for (size_t i = 0; ok && i < image->layer_count; i++)
        ok = add_link(&image->layers[i], i == 0, chain);
    buf_init(&warning, MAX_LIST_BYTES);
    buf_str(&warning, image->warning);
    ok = end_list(&warning, warned) && ok && hash_skips(&options->skips, skips);
    buf_init(&key, 1 << 16);
    if (ok) {
        buf_printf(&key, "%s", chain);
        put_reader(&key, options);
        buf_printf(&key, " whole %llx skips %s source %d warning %s", (unsigned long long)inventory_flat_fingerprint(), skips,
                   options->source_tree, warned);
    }
    return end_key(&key, ok, arena);
}
