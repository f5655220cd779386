/* Gemfile.lock, and specifications of installed gems. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "app/Gemfile.lock", "gems/specifications/a-1.gemspec", NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
