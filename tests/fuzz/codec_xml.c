/* XML to JSON: what is accepted must be JSON. */
#include "codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct json json;
    struct str text;
    struct error err = { 0 };
    arena_init(&arena, "fuzz", (size_t)64 << 20);
    if (xml_to_json(str_make(data, size), (size_t)1 << 20, &arena, &text, &err)) {
        json_begin(&json, text, &arena);
        json_skip(&json);
        if (!json_end(&json, &err))
            __builtin_trap();
    } else if (err.kind == ERROR_NONE) {
        __builtin_trap();
    }
    arena_free(&arena);
    return 0;
}
