/* rewrite_fuzz.h - codecs that rewrite a text as JSON: what they accept must be JSON, what they refuse has a reason. */
#ifndef DRYDOCK_REWRITE_FUZZ_H
#define DRYDOCK_REWRITE_FUZZ_H

#include "codec/codec.h"

static inline void fuzz_rewrite(bool (*rewrite)(struct str text, size_t max_bytes, struct arena *arena, struct str *out,
                                                struct error *err),
                                const uint8_t *data, size_t size)
{
    struct arena arena;
    struct json json;
    struct str text;
    struct error err = { 0 };
    arena_init(&arena, "fuzz", (size_t)64 << 20);
    if (rewrite(str_make(data, size), (size_t)1 << 20, &arena, &text, &err)) {
        json_begin(&json, text, &arena);
        json_skip(&json);
        if (!json_end(&json, &err))
            __builtin_trap();
    } else if (err.kind == ERROR_NONE) {
        __builtin_trap();
    }
    arena_free(&arena);
}

#endif
