/* Lock files and manifests of Python. The same bytes are all of them: TOML may be a lock file and a manifest at once. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "requirements.txt", "Pipfile.lock", "pyproject.toml",  "poetry.lock", "uv.lock",
                                         "pdm.lock",         "pylock.toml",  "environment.yml", NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
