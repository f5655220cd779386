/* dpkg's status file, its lists of files and its diversions. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "var/lib/dpkg/status", "var/lib/dpkg/info/a:b.list", "var/lib/dpkg/info/a.md5sums",
                                         "var/lib/dpkg/diversions", NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
