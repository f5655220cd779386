/* The image record from a worker, and its list of images: what is accepted must encode to the same bytes. */
#include "image/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct image image;
    struct image_choice *choices;
    size_t count;
    struct error err = { 0 };
    struct buf bytes;
    arena_init(&arena, "image", (size_t)16 << 20);
    buf_init(&bytes, (size_t)16 << 20);
    if (image_decode(str_make(data, size), &arena, &image, &err) && (!image_encode(&image, &bytes) || bytes.len != size))
        __builtin_trap();
    buf_clear(&bytes);
    if (image_choices_decode(str_make(data, size), &arena, &choices, &count, &err) &&
        (!image_choices_encode(choices, count, &bytes) || bytes.len != size))
        __builtin_trap();
    buf_free(&bytes);
    arena_free(&arena);
    return 0;
}
