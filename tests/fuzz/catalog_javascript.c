/* Lock files of JavaScript, and the package.json files that say what they leave open. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {
        "package-lock.json",           "yarn.lock", "pnpm-lock.yaml", "bun.lock", "deno.lock", "package.json",
        "node_modules/a/package.json", NULL
    };
    fuzz_parse(paths, data, size);
    return 0;
}
