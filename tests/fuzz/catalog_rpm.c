/* rpm databases of all three formats, as the kind tells them apart by their first bytes. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "var/lib/rpm/Packages", "var/lib/rpm/rpmdb.sqlite-wal", NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
