/* Metadata of Python packages. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "site-packages/a.dist-info/METADATA", NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
