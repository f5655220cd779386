/* Contents of files held against the digests that package managers have noted of them, in a second walk. */
#include "scan/layer.h"

enum { MAX_HASHERS = 8 }; /* digests of one file; packages that share a file agree on it */

/* The first check of this name or after it. */
static size_t lower_bound(const struct layer_check *checks, size_t count, uint32_t layer, uint64_t name)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct layer_check *c = &checks[middle];
        if (c->layer < layer || (c->layer == layer && c->name < name))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool layer_check_begin(struct layer_collector *c, const struct layer_check *checks, size_t count, uint32_t layer,
                       struct error *err)
{
    c->check_first = lower_bound(checks, count, layer, 0);
    c->check_count = lower_bound(checks, count, layer + 1, 0) - c->check_first;
    c->checks = checks + c->check_first;
    c->check_failed = arena_array(&c->arena, c->check_count + 1, sizeof *c->check_failed);
    return c->check_failed || arena_error(&c->arena, err);
}

bool layer_check_wants(const struct layer_collector *c, struct str path)
{
    uint64_t name = layer_name(path, false);
    size_t at = c->check_count ? lower_bound(c->checks, c->check_count, c->checks[0].layer, name) : 0;
    return at < c->check_count && c->checks[at].name == name;
}

bool layer_check_member(struct layer_collector *c, const struct tar_entry *entry, struct stream *content, struct error *err)
{
    struct hasher *hashers[MAX_HASHERS] = { 0 };
    uint64_t name = layer_name(entry->path, false);
    if (entry->type != TAR_FILE || !content || !layer_check_wants(c, entry->path))
        return true;
    size_t first = lower_bound(c->checks, c->check_count, c->checks[0].layer, name), count = 0;
    for (; count < MAX_HASHERS && first + count < c->check_count && c->checks[first + count].name == name; count++)
        hashers[count] = hasher_begin(c->checks[first + count].digest);
    bool ok = true;
    do {
        ok = content->len != 0 || stream_fill(content, err);
        struct str bytes = str_make(content->ptr, content->len);
        for (size_t i = 0; ok && i < count; i++)
            if (hashers[i])
                hasher_add(hashers[i], bytes);
        stream_consume(content, content->len);
        if (!ok || bytes.len == 0)
            break;
    } while (true);
    for (size_t i = 0; i < count; i++)
        c->check_failed[first + i] = hashers[i] && !hasher_matches(hashers[i]);
    return ok;
}

bool layer_check_end(struct layer_collector *c, struct error *err)
{
    for (size_t i = 0; i < c->check_count; i++) {
        struct str index = arena_printf(&c->arena, "%zu", c->check_first + i);
        if (c->check_failed[i] && (!index.ptr || !catalog_add_note(&c->layer.facts, "content", index, c->checks[i].path)))
            return arena_error(&c->arena, err);
    }
    return true;
}
