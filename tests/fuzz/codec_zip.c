/* Lists a zip archive and reads its members. */
#include "codec/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = { 0 };
    struct arena arena;
    struct zip_entry entry;
    arena_init(&arena, "fuzz", 64 << 20);
    struct zip *zip = zip_open((struct blob){ .memory = str_make(data, size), .fd = -1 }, &arena, &err);
    while (zip && zip_next(zip, &entry, &err)) {
        struct arena_mark mark = arena_mark(&arena);
        struct str text;
        zip_text(zip, &entry, 1 << 20, &arena, &text, &err);
        arena_reset(&arena, mark);
    }
    arena_free(&arena);
    return 0;
}
