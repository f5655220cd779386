/* A database as it is, then with header and sums made right, so that what stands behind them is reached. */
#include <stdlib.h>

#include "../unit/vulndb_walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void open_and_walk(const char *bytes, size_t size)
{
    struct error err = { 0 };
    struct vulndb *db = vulndb_open_memory(str_make(bytes, size), &err);
    if (db)
        vulndb_walk(db);
    vulndb_close(db);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);
    if (!copy)
        return 0;
    if (size)
        memcpy(copy, data, size);
    open_and_walk(copy, size);
    vulndb_seal(copy, size);
    open_and_walk(copy, size);
    free(copy);
    return 0;
}
