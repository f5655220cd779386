/* WWW-Authenticate and Link, as a registry sends them. */
#include "registry/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct challenge challenge;
    struct str text = str_make(data, size);
    arena_init(&arena, "headers", 16 << 20);
    if (!challenge_parse(text, &arena, &challenge) && !arena.exhausted)
        __builtin_trap();
    if (link_next(text, &arena).len > size)
        __builtin_trap();
    arena_free(&arena);
    return 0;
}
