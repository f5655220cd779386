/* vcpkg, Conan's recipes and cache, R, GitHub Actions, Haskell, Terraform, Lua, OCaml. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "vcpkg/status",
                                         "share/a/vcpkg.spdx.json",
                                         "vcpkg.json",
                                         "conanfile.txt",
                                         "data/a/1/_/_/package/0/conaninfo.txt",
                                         "a/DESCRIPTION",
                                         "renv.lock",
                                         ".github/workflows/a.yml",
                                         "stack.yaml",
                                         "stack.yaml.lock",
                                         "cabal.project.freeze",
                                         ".terraform.lock.hcl",
                                         "a.rockspec",
                                         "a.1/opam",
                                         "a.opam",
                                         NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
