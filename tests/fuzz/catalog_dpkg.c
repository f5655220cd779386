/* dpkg's status file, and its lists of owned files. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "var/lib/dpkg/status", "var/lib/dpkg/info/a:b.list", "var/lib/dpkg/info/a.md5sums",
                                         NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
