/* os-release and its older forms. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "etc/os-release",
                                         "etc/redhat-release",
                                         "etc/system-release",
                                         "etc/SuSE-release",
                                         "etc/lsb-release",
                                         "etc/debian_version",
                                         NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
