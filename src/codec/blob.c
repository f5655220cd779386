/* Random access to bytes in memory or in a file: see codec.h. */
#include "codec/codec.h"

bool blob_read(const struct blob *blob, uint64_t offset, void *dst, size_t size, struct error *err)
{
    uint64_t have = blob->fd < 0 ? blob->memory.len : blob->size;
    if (offset > have || size > have - offset)
        return error_set(err, ERROR_INPUT, "%zu bytes at byte %llu are behind the end, %llu", size, (unsigned long long)offset,
                         (unsigned long long)have);
    uint64_t at;
    if (blob->fd >= 0 && __builtin_add_overflow(blob->offset, offset, &at))
        return error_set(err, ERROR_INPUT, "offset %llu is out of range", (unsigned long long)offset);
    if (blob->fd >= 0)
        return file_read_at(blob->fd, dst, size, at, err);
    if (size)
        memcpy(dst, blob->memory.ptr + offset, size);
    return true;
}
