/* Metadata of Python packages, as files and in archives, and of conda's. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "s/a.dist-info/METADATA",
                                         "lib/s/b.egg-info/PKG-INFO",
                                         "lib/s/b.egg-info/requires.txt",
                                         "s/a.dist-info/RECORD",
                                         "lib/s/b.egg-info/installed-files.txt",
                                         "s/a.egg",
                                         "s/a.whl",
                                         "a.pyz",
                                         "conda/conda-meta/a-1-0.json",
                                         NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
