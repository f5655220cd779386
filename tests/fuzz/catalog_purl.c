/* Package URLs: what is taken has a canonical form that says the same and is its own canonical form. */
#include "catalog/catalog.h"

static bool put(struct str text, struct arena *arena, struct buf *out)
{
    struct purl purl;
    struct error err = { 0 };
    buf_clear(out);
    if (!purl_parse(text, arena, &purl, &err))
        return false;
    purl_put(&purl, out);
    return !out->failed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct buf first, second;
    arena_init(&arena, "purl", 32u << 20);
    buf_init(&first, 16u << 20);
    buf_init(&second, 16u << 20);
    if (put(str_make(data, size), &arena, &first))
        if (!put(buf_view(&first), &arena, &second) || !str_eq(buf_view(&first), buf_view(&second)))
            __builtin_trap();
    buf_free(&first);
    buf_free(&second);
    arena_free(&arena);
    return 0;
}
