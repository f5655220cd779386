/* Any text as a range of any scheme, and the set algebra over what comes out. The first byte picks the scheme, the first tab
 * parts two ranges. */
#include <stdlib.h>

#include "version/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct version_scheme *scheme, struct str a, struct str b, struct arena *arena)
{
    struct version_set left, right, both, rest;
    struct error err = { 0 };
    version_set_init(&left, arena);
    version_set_init(&right, arena);
    version_set_init(&both, arena);
    version_set_init(&rest, arena);
    if (!version_range(scheme, a, &left, &err)) {
        if (err.kind == ERROR_NONE || left.count)
            abort();
        return;
    }
    if (!version_range(scheme, b, &right, &err))
        return;
    /* Ends of ranges are versions: only memory can fail now. */
    bool ok = version_set_intersect(scheme, &left, &right, &both, &err) &&
              version_set_subtract(scheme, &left, &right, &rest, &err) && version_set_normalize(scheme, &left, &err);
    if (!ok && err.kind != ERROR_LIMIT)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct version_scheme *const *schemes = version_schemes();
    size_t count = 0;
    while (schemes[count])
        count++;
    if (size == 0)
        return 0;
    struct str a, b;
    struct arena arena;
    arena_init(&arena, "fuzz", 1 << 22);
    str_cut(str_make(data + 1, size - 1), '\t', &a, &b);
    use(schemes[data[0] % count], a, b, &arena);
    arena_free(&arena);
    return 0;
}
