/* Image references and platforms: what is accepted reads back as the same when written in full. */
#include "image/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct image_reference a, b;
    struct image_platform platform;
    struct error err = { 0 };
    struct str text = str_make(data, size);
    arena_init(&arena, "reference", 1 << 20);
    image_platform_parse(text, &platform, &err);
    image_argument_is_path(text);
    if (image_reference_parse(text, &arena, &a, &err)) {
        struct str full = arena_printf(&arena, "%.*s/%.*s%s%.*s%s%.*s", STR_ARG(a.registry), STR_ARG(a.repository),
                                       a.tag.len ? ":" : "", STR_ARG(a.tag), a.digest.len ? "@" : "", STR_ARG(a.digest));
        bool fits = a.registry.len + 1 + a.repository.len <= 255;
        if (fits && (!image_reference_parse(full, &arena, &b, &err) || !str_eq(a.repository, b.repository) ||
                     !str_eq(a.registry, b.registry) || !str_eq(a.tag, b.tag)))
            __builtin_trap();
    }
    arena_free(&arena);
    return 0;
}
