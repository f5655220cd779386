/* apk's installed database, and its repositories. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "lib/apk/db/installed", "etc/apk/repositories", NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
