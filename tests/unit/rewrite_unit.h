/* rewrite_unit.h - codecs that rewrite a text as JSON. */
#ifndef DRYDOCK_REWRITE_UNIT_H
#define DRYDOCK_REWRITE_UNIT_H

#include "unit.h"

#include "codec/codec.h"

/* All that is written as JSON must read back as JSON. */
static inline void assert_is_json(struct str text)
{
    struct arena arena;
    struct json json;
    struct error err = { 0 };
    arena_init(&arena, "test", 64 << 20);
    json_begin(&json, text, &arena);
    json_skip(&json);
    if (!json_end(&json, &err))
        fail_msg("%s\n%.*s", err.text, STR_ARG(text));
    arena_free(&arena);
}

#endif
