/* Lock files and lists of .NET, Gradle and sbt. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "packages.lock.json", "packages.config",
                                         "a.deps.json",        "Directory.Packages.props",
                                         "gradle.lockfile",    "verification-metadata.xml",
                                         "a.sbt.lock",         NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
