/* Hash map from text to 64 bits: linear probing, doubled at two thirds full; see base.h. */
#include "base/base.h"

struct map_slot {
    struct str key; /* ptr NULL: free. The empty key is stored with ptr "" */
    uint64_t hash, value;
};

void map_init(struct map *map, struct arena *arena)
{
    *map = (struct map){ .arena = arena };
}

static struct map_slot *find_slot(struct map_slot *slots, size_t cap, struct str key, uint64_t hash)
{
    size_t i = (size_t)hash & (cap - 1);
    while (slots[i].key.ptr && !(slots[i].hash == hash && str_eq(slots[i].key, key)))
        i = (i + 1) & (cap - 1);
    return &slots[i];
}

static bool grow(struct map *map)
{
    size_t cap = map->cap ? map->cap * 2 : 16;
    struct map_slot *slots = arena_array(map->arena, cap, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < map->cap; i++)
        if (map->slots[i].key.ptr)
            *find_slot(slots, cap, map->slots[i].key, map->slots[i].hash) = map->slots[i];
    map->slots = slots;
    map->cap = cap;
    return true;
}

bool map_put(struct map *map, struct str key, uint64_t value)
{
    if (map->count * 3 >= map->cap * 2 && !grow(map))
        return false;
    if (!key.ptr)
        key.ptr = "";
    uint64_t hash = str_hash(key);
    struct map_slot *slot = find_slot(map->slots, map->cap, key, hash);
    if (!slot->key.ptr)
        map->count++;
    else
        key = slot->key;
    *slot = (struct map_slot){ key, hash, value };
    return true;
}

bool map_get(const struct map *map, struct str key, uint64_t *value)
{
    if (map->count == 0)
        return false;
    const struct map_slot *slot = find_slot(map->slots, map->cap, key, str_hash(key));
    if (!slot->key.ptr)
        return false;
    if (value)
        *value = slot->value;
    return true;
}

bool map_each(const struct map *map, size_t *pos, struct str *key, uint64_t *value)
{
    for (; *pos < map->cap; ++*pos)
        if (map->slots[*pos].key.ptr) {
            *key = map->slots[*pos].key;
            *value = map->slots[*pos].value;
            ++*pos;
            return true;
        }
    return false;
}
