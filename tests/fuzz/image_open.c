/* An image archive of arbitrary bytes, plain or compressed; what opens must also cross the wire. */
#include "image/image.h"

#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct image image, back;
    struct error err = { 0 };
    struct buf bytes;
    int fd = file_spool(&err);
    if (fd < 0 || !file_write_all(fd, data, size, &err))
        return 0;
    struct image_request request = { .fd = fd, .input = STR("input") };
    arena_init(&arena, "image", (size_t)64 << 20);
    buf_init(&bytes, (size_t)64 << 20);
    if (image_open(&request, &arena, &image, &err) &&
        !(image_encode(&image, &bytes) && image_decode(buf_view(&bytes), &arena, &back, &err)))
        __builtin_trap();
    buf_free(&bytes);
    arena_free(&arena);
    close(fd);
    return 0;
}
