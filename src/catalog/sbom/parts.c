/* What the formats in JSON have in one shape: objects of texts, lists of texts, checksums. */
#include "catalog/sbom/sbom.h"

void sbom_put_item(struct buf *list, struct str text)
{
    if (sbom_is_item(text) && list->len + text.len + 1 < SBOM_MAX_LIST_BYTES)
        catalog_put_item(list, text);
}

bool sbom_read_text(struct json *json, struct str key, const struct sbom_text *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(key, texts[i].key)) {
            json_string(json, texts[i].to);
            return true;
        }
    return false;
}

void sbom_read_object(struct json *json, const struct sbom_text *texts, size_t count)
{
    struct str key;
    if (json_object(json))
        while (json_key(json, &key))
            sbom_read_text(json, key, texts, count);
}

struct str sbom_read_list(struct json *json, const char *member, struct arena *arena)
{
    struct str text, list;
    struct buf buf;
    buf_init(&buf, SBOM_MAX_LIST_BYTES);
    if (json_array(json))
        while (json_item(json)) {
            text = (struct str){ 0 };
            if (member && json_peek(json) == JSON_OBJECT)
                sbom_read_object(json, &(struct sbom_text){ member, &text }, 1);
            else
                json_string(json, &text);
            sbom_put_item(&buf, text);
        }
    list = arena_str(arena, buf_view(&buf));
    buf_free(&buf);
    return list;
}

void sbom_read_digests(struct json *json, const char *member, struct arena *arena, struct sbom_component *component)
{
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct str algorithm = { 0 }, digits = { 0 };
        const struct sbom_text texts[] = { { "algorithm", &algorithm }, { member, &digits } };
        sbom_read_object(json, texts, ARRAY_LEN(texts));
        if (component->digest.len == 0)
            component->digest = sbom_digest(arena, algorithm, digits);
    }
}
