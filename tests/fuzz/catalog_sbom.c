/* SBOM files and Chisel's manifest. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "app/bom.json",
                                         "opt/bitnami/a/.spdx-a.spdx",
                                         "opt/bitnami/.bitnami_components.json",
                                         "v/a-1.dist-info/sboms/b.json",
                                         "var/lib/chisel/manifest.wall",
                                         NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
