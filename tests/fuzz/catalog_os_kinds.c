/* The databases of pacman, portage and opkg, and Bottlerocket's inventory. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "var/lib/pacman/local/a-1-1/desc",
                                         "var/lib/pacman/local/a-1-1/files",
                                         "var/db/pkg/a/b-1/CONTENTS",
                                         "var/db/pkg/a/b-1/RDEPEND",
                                         "var/db/pkg/a/b-1/LICENSE",
                                         "usr/lib/opkg/status",
                                         "usr/lib/opkg/info/a.list",
                                         "usr/share/bottlerocket/application-inventory.json",
                                         NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
