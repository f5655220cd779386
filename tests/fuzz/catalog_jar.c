/* Java archives. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "app/spring-core-6.1.1.jar", "app/app.war", "jmods/java.base.jmod", NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
