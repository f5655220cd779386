/* YAML to JSON. */
#include "rewrite_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_rewrite(yaml_to_json, data, size);
    return 0;
}
