/* The JSON reader: reading all and skipping all must judge a text alike, and what json_put_string writes must read back. */
#include "codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct json *json, struct buf *out)
{
    struct str text;
    double number;
    int64_t i64;
    switch (json_peek(json)) {
    case JSON_OBJECT:
        json_object(json);
        while (json_key(json, &text))
            read_all(json, out);
        break;
    case JSON_ARRAY:
        json_array(json);
        while (json_item(json))
            read_all(json, out);
        break;
    case JSON_NUMBER: {
        struct json again = *json;
        json_number(&again, &number);
        json_i64(json, &i64);
        break;
    }
    default:
        if (json_scalar(json, &text))
            json_put_string(out, text);
    }
}

static void check_written(struct str text, struct arena *arena)
{
    struct buf buf;
    struct json json;
    struct str back;
    struct error err = { 0 };
    buf_init(&buf, (size_t)64 << 20);
    json_put_string(&buf, text);
    json_begin(&json, buf_view(&buf), arena);
    if (!json_string(&json, &back) || !json_end(&json, &err) || (str_is_utf8(text) && !str_eq(back, text)))
        __builtin_trap();
    buf_free(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct json json;
    struct error err = { 0 };
    struct buf out;
    arena_init(&arena, "fuzz", (size_t)64 << 20);
    buf_init(&out, (size_t)64 << 20);
    json_begin(&json, str_make(data, size), &arena);
    json_skip(&json);
    bool skipped = json_end(&json, &err);
    json_begin(&json, str_make(data, size), &arena);
    read_all(&json, &out);
    if (json_end(&json, &err) != skipped)
        __builtin_trap();
    check_written(str_make(data, size), &arena);
    buf_free(&out);
    arena_free(&arena);
    return 0;
}
