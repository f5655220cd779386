/* Cargo.lock, Cargo.toml beside it, Cargo.toml of a workspace's member. */
#include "project_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "Cargo.lock", "Cargo.toml", "crates/a/Cargo.toml", NULL };
    fuzz_project(paths, "cargo", data, size);
    return 0;
}
