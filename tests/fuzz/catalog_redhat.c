/* What comes as text: the rpm manifest, Red Hat's content sets and Dockerfiles. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "var/lib/rpmmanifest/container-manifest-2", "root/buildinfo/content_manifests/a.json",
                                         "root/buildinfo/Dockerfile-a-1-2", NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
