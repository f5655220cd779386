/* An entry's file: the first byte says of which group it is asked, and whether its hash is made right, so that what stands behind
 * the header counts. What is read lies in the file, and is written to the same length. */
#include "cache/entry.h"

#include <stdlib.h>
#include <xxhash.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HASH_AT = 16, SEED_AT = 24 };

static void make_hash_right(char *bytes, size_t size)
{
    if (size < ENTRY_HEADER_BYTES)
        return;
    uint64_t hash = XXH3_64bits_withSeed(bytes + ENTRY_HEADER_BYTES, size - ENTRY_HEADER_BYTES, le64(bytes + SEED_AT));
    for (unsigned i = 0; i < 8; i++)
        bytes[HASH_AT + i] = (char)(unsigned char)(hash >> 8 * i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str key, contents;
    char *bytes = size ? malloc(size) : NULL;
    if (!bytes)
        return 0;
    struct str file = str_make(bytes, size - 1);
    memcpy(bytes, data + 1, size - 1);
    if (data[0] & 4)
        make_hash_right(bytes, size - 1);
    if (entry_parse(file, (enum cache_group)(data[0] % CACHE_GROUP_COUNT), &key, &contents) &&
        (entry_bytes(key, contents) != file.len || contents.ptr + contents.len != file.ptr + file.len ||
         key.ptr != file.ptr + ENTRY_HEADER_BYTES || (contents.ptr - file.ptr) % 8 != 0))
        __builtin_trap();
    free(bytes);
    return 0;
}
