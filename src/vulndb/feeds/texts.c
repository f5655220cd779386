/* Lists of texts from JSON, and JSON from what is not: helpers of the feeds. */
#include "vulndb/feeds/feed.h"

enum { MAX_REWRITTEN_BYTES = 32 << 20 };

bool feed_json(struct str path, struct str text, struct arena *arena, struct str *json, struct error *err)
{
    if (str_ends(path, ".yaml") || str_ends(path, ".yml"))
        return yaml_to_json(text, MAX_REWRITTEN_BYTES, arena, json, err);
    if (str_ends(path, ".toml"))
        return toml_to_json(text, MAX_REWRITTEN_BYTES, arena, json, err);
    *json = text;
    return true;
}

bool feed_texts_add(struct feed_texts *texts, struct arena *arena, struct str text)
{
    struct str *items = arena_grow(arena, texts->items, texts->count, &texts->cap, sizeof *items);
    if (!items)
        return false;
    texts->items = items;
    texts->items[texts->count++] = text;
    return true;
}

bool feed_texts_has(const struct feed_texts *texts, struct str text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (str_eq(texts->items[i], text))
            return true;
    return false;
}

bool feed_texts_add_once(struct feed_texts *texts, struct arena *arena, struct str text)
{
    return text.len == 0 || feed_texts_has(texts, text) || feed_texts_add(texts, arena, text);
}

void feed_texts_read(struct feed_texts *texts, struct json *json, struct arena *arena)
{
    struct str text;
    if (!json_array(json))
        return;
    while (json_item(json))
        if (json_scalar(json, &text))
            feed_texts_add(texts, arena, text);
}

enum { MAX_COMPARED = 4096 }; /* no honest list is longer; comparing all with all is quadratic */

struct str feed_texts_join(const struct feed_texts *texts, const char *between, struct arena *arena)
{
    size_t total = 0, len = 0, gap = strlen(between);
    if (texts->count == 1)
        return texts->items[0];
    for (size_t i = 0; i < texts->count; i++)
        total += texts->items[i].len + gap;
    char *out = arena_alloc(arena, total + 1);
    for (size_t i = 0; out && i < texts->count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i && i < MAX_COMPARED && !seen; j++)
            seen = str_eq(texts->items[i], texts->items[j]);
        if (seen)
            continue;
        if (len) {
            memcpy(out + len, between, gap);
            len += gap;
        }
        if (texts->items[i].len)
            memcpy(out + len, texts->items[i].ptr, texts->items[i].len);
        len += texts->items[i].len;
    }
    return str_make(out ? out : "", len);
}
