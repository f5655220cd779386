/* Sizes and durations, and the cache's folder: see caching.h. */
#include "cmd/caching.h"

/* ---- sizes and durations ----------------------------------------------------------------------------------------------------- */

/* A number, perhaps with a fraction, and the unit behind it. */
static bool cut_number(struct str text, uint64_t *thousandths, struct str *unit)
{
    size_t len = 0;
    struct str whole, fraction;
    uint64_t value, part = 0;
    while (len < text.len && ((text.ptr[len] >= '0' && text.ptr[len] <= '9') || text.ptr[len] == '.'))
        len++;
    *unit = str_trim(str_skip(text, len));
    bool has_fraction = str_cut(str_head(text, len), '.', &whole, &fraction);
    if (!str_u64(whole, &value) || value > UINT64_MAX / 2000)
        return false;
    if (has_fraction && (fraction.len == 0 || fraction.len > 3 || !str_u64(fraction, &part)))
        return false;
    for (size_t i = fraction.len; has_fraction && i < 3; i++)
        part *= 10;
    *thousandths = value * 1000 + part;
    return true;
}

bool size_parse(struct str text, uint64_t *bytes)
{
    static const char *const units[][3] = {
        { "", "B", "B" }, { "K", "KB", "KiB" }, { "M", "MB", "MiB" }, { "G", "GB", "GiB" }, { "T", "TB", "TiB" }
    };
    uint64_t thousandths;
    struct str unit;
    if (!cut_number(str_trim(text), &thousandths, &unit))
        return false;
    for (unsigned i = 0; i < ARRAY_LEN(units); i++)
        for (size_t form = 0; form < 3; form++)
            if (str_eq_nocase(unit, str_from(units[i][form]))) {
                uint64_t scale = (uint64_t)1 << 10 * i;
                if (thousandths / 1000 > UINT64_MAX / 2 / scale)
                    return false;
                *bytes = thousandths / 1000 * scale + thousandths % 1000 * scale / 1000;
                return true;
            }
    return false;
}

bool duration_parse(struct str text, uint64_t *seconds)
{
    static const struct {
        char letter;
        uint64_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 7 * 86400 } };
    struct str rest = str_trim(text);
    uint64_t total = 0, number;
    bool ok = rest.len > 0;
    while (ok && rest.len) {
        size_t digits = 0, unit = 0;
        while (digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '9')
            digits++;
        ok = str_u64(str_head(rest, digits), &number) && number <= UINT32_MAX;
        rest = str_skip(rest, digits);
        while (rest.len && unit < ARRAY_LEN(units) && units[unit].letter != rest.ptr[0])
            unit++;
        ok = ok && unit < ARRAY_LEN(units);
        total += ok ? number * units[unit].seconds : 0;
        rest = str_skip(rest, 1);
    }
    *seconds = ok ? total : *seconds;
    return ok;
}

struct str size_text(struct arena *arena, uint64_t bytes)
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
    double value = (double)bytes / 1024;
    size_t unit = 0;
    if (bytes < 1024)
        return arena_printf(arena, "%u bytes", (unsigned)bytes);
    for (; value >= 1024 && unit + 1 < ARRAY_LEN(units); unit++)
        value /= 1024;
    return arena_printf(arena, "%.1f %s", value, units[unit]);
}

/* ---- folders ----------------------------------------------------------------------------------------------------------------- */

bool caching_folder(struct str cache_dir, struct arena *arena, struct str *top, struct str *folder, struct error *err)
{
    if (!cache_dir.len && !file_cache_dir(arena, top, err))
        return false;
    if (cache_dir.len)
        *top = arena_str(arena, cache_dir);
    *folder = arena_printf(arena, "%.*s/inventories", STR_ARG(*top));
    return (top->ptr && folder->ptr) || arena_error(arena, err);
}
