/* Composer's files, WordPress, entries of PEAR's registry. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "app/composer.lock",
                                         "app/composer.json",
                                         "app/vendor/composer/installed.json",
                                         "wp-includes/version.php",
                                         "wp-content/plugins/a/a.php",
                                         "php/.registry/a.reg",
                                         NULL };
    fuzz_parse(paths, data, size);
    return 0;
}
