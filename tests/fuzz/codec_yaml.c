/* YAML to JSON. */
#include "rewrite_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool without_repeated(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err)
{
    size_t line;
    return yaml_to_json_unique(text, max_bytes, arena, &line, out, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_rewrite(yaml_to_json, data, size);
    fuzz_rewrite(without_repeated, data, size);
    return 0;
}
