/* Docker image manifest version 2, schema 1, as it is signed: JSON with JWS signatures (RFC 7515) inside, in the form of
 * Docker's libtrust. What was signed is the text without its signatures: its first formatLength bytes and formatTail, both of
 * which each signature's protected header says. Registries name such a manifest by the digest of that. */
#include "registry/client.h"

static void read_protected(struct json *json, struct str *out)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "protected"))
            json_string(json, out);
        else
            json_skip(json);
}

/* The protected header of the first signature. */
static bool find_protected(struct str text, struct arena *arena, struct str *out)
{
    struct json json;
    struct str key, found = { 0 };
    struct error ignored = { 0 };
    json_begin(&json, text, arena);
    if (json_object(&json)) {
        while (json_key(&json, &key))
            if (str_is(key, "signatures") && json_array(&json)) {
                for (bool first = true; json_item(&json); first = false)
                    if (first)
                        read_protected(&json, &found);
                    else
                        json_skip(&json);
            } else if (!str_is(key, "signatures")) {
                json_skip(&json);
            }
    }
    return json_end(&json, &ignored) && found.len && base64_text(found, arena, out);
}

static bool read_format(struct str header, struct arena *arena, uint64_t *length, struct str *tail)
{
    struct json json;
    struct str key, encoded = { 0 };
    struct error ignored = { 0 };
    int64_t number = -1;
    json_begin(&json, header, arena);
    if (json_object(&json)) {
        while (json_key(&json, &key))
            if (str_is(key, "formatLength"))
                json_i64(&json, &number);
            else if (str_is(key, "formatTail"))
                json_string(&json, &encoded);
            else
                json_skip(&json);
    }
    *length = (uint64_t)number;
    return json_end(&json, &ignored) && number >= 0 && base64_text(encoded, arena, tail);
}

bool schema1_payload(struct str text, struct arena *arena, struct str *out)
{
    struct str header, tail;
    uint64_t length;
    if (!find_protected(text, arena, &header) || !read_format(header, arena, &length, &tail) || length > text.len)
        return false;
    *out = arena_printf(arena, "%.*s%.*s", STR_ARG(str_head(text, (size_t)length)), STR_ARG(tail));
    return out->ptr != NULL;
}
