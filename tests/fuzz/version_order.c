/* Any two texts in any scheme: comparing them is mirrored, and keys are the same each time. The first byte picks the scheme,
 * the first tab parts the texts. */
#include <stdlib.h>

#include "version/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct version_scheme *const *schemes = version_schemes();
    size_t count = 0;
    while (schemes[count])
        count++;
    if (size == 0)
        return 0;
    const struct version_scheme *scheme = schemes[data[0] % count];
    struct str a, b;
    int there = 0, back = 0;
    str_cut(str_make(data + 1, size - 1), '\t', &a, &b);
    bool ok = version_compare(scheme, a, b, &there);
    if (ok != version_compare(scheme, b, a, &back) || (ok && (there > 0) != (back < 0)) || (ok && (there < 0) != (back > 0)))
        abort();
    if (version_compare(scheme, a, a, &there) && there != 0)
        abort();
    return 0;
}
