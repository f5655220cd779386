/* go.mod, go.sum, go.work, vendor/modules.txt, a go.mod of the module cache. */
#include "project_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "go.mod", "go.sum", "go.work", "vendor/modules.txt", "go/pkg/mod/a/!b@v1.0.0/go.mod",
                                         NULL };
    fuzz_project(paths, "gomod", data, size);
    return 0;
}
