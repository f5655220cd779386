/* Interning: each byte string once, by open addressing over XXH3. */
#include <stdlib.h>

#include "builder.h"

enum { FIRST_SLOTS = 1 << 12 };

bool pool_init(struct pool *pool)
{
    uint32_t empty;
    *pool = (struct pool){ 0 };
    buf_init(&pool->bytes, SIZE_MAX / 4);
    return pool_add(pool, STR(""), &empty);
}

void pool_free(struct pool *pool)
{
    buf_free(&pool->bytes);
    free(pool->items);
    free(pool->slots);
    *pool = (struct pool){ 0 };
}

struct str pool_text(const struct pool *pool, uint32_t number)
{
    const struct pool_item *item = &pool->items[number];
    return str_make(item->len ? pool->bytes.ptr + item->offset : "", item->len);
}

static bool grow_slots(struct pool *pool)
{
    uint32_t count = pool->slot_count ? pool->slot_count * 2 : FIRST_SLOTS;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < pool->count; i++) {
        uint32_t at = pool->items[i].hash & (count - 1);
        while (slots[at])
            at = (at + 1) & (count - 1);
        slots[at] = i + 1;
    }
    free(pool->slots);
    pool->slots = slots;
    pool->slot_count = count;
    return true;
}

static bool grow_items(struct pool *pool)
{
    uint32_t cap = pool->cap ? pool->cap * 2 : FIRST_SLOTS;
    struct pool_item *items = cap > UINT32_MAX / 4 ? NULL : realloc(pool->items, cap * sizeof *items);
    if (!items)
        return false;
    pool->items = items;
    pool->cap = cap;
    return true;
}

bool pool_add(struct pool *pool, struct str text, uint32_t *number)
{
    if (text.len > UINT32_MAX / 2)
        return false;
    if ((pool->count + 1) * 2ull > pool->slot_count && !grow_slots(pool))
        return false;
    uint32_t hash = (uint32_t)str_hash(text), at = hash & (pool->slot_count - 1);
    for (; pool->slots[at]; at = (at + 1) & (pool->slot_count - 1)) {
        uint32_t i = pool->slots[at] - 1;
        if (pool->items[i].hash == hash && str_eq(pool_text(pool, i), text)) {
            *number = i;
            return true;
        }
    }
    if (pool->count == pool->cap && !grow_items(pool))
        return false;
    /* Lists are read as words where they lie. */
    static const char padding[4] = "";
    buf_add(&pool->bytes, padding, (4 - pool->bytes.len % 4) % 4);
    uint64_t offset = pool->bytes.len;
    buf_str(&pool->bytes, text);
    if (pool->bytes.failed)
        return false;
    pool->items[pool->count] = (struct pool_item){ offset, (uint32_t)text.len, hash };
    pool->slots[at] = pool->count + 1;
    *number = pool->count++;
    return true;
}
