/* package.json, and the status of Ubuntu's services. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "node_modules/a/package.json", "var/lib/ubuntu-advantage/status.json", NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
