/* Packages that somebody patches beyond what the distribution does for everybody, with advisories of their own:
 *   Ubuntu Pro's Expanded Security Maintenance   "ubuntu 18.04-ESM", where the image has it on
 *   Root.io                                      "root.io debian 12", where any package carries its mark
 *   Seal Security                                "seal debian", for packages named "seal-…" alone */
#include "match/run.h"

static bool has_note(const struct inventory *inventory, const char *key)
{
    for (size_t i = 0; i < inventory->note_count; i++)
        if (str_is(inventory->notes[i].key, key))
            return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Root.io's versions: "1.2-3.root.io.1" for dpkg, a package release such as "-r20071" for apk. */
static bool is_root_io(const struct family *family, struct str version)
{
    if (strcmp(family->name, "alpine") != 0)
        return str_contains(version, ".root.io");
    for (struct str v = version; v.len >= 7; v = str_skip(v, 1))
        if (str_starts(v, "-r") && is_digit(v.ptr[2]) && str_starts(str_skip(v, 3), "007") && is_digit(v.ptr[6]))
            return true;
    return false;
}

static bool is_any(const struct family *family, const char *const names[3])
{
    for (size_t i = 0; i < 3 && names[i]; i++)
        if (strcmp(family->name, names[i]) == 0)
            return true;
    return false;
}

struct str patched_overlay(struct match_run *run, const struct result *result, const struct family *family, struct str space)
{
    if (strcmp(family->name, "ubuntu") == 0 && has_note(run->inventory, "esm"))
        return arena_printf(run->arena, "%.*s-ESM", STR_ARG(space));
    for (size_t i = 0; i < result->package_count && is_any(family, (const char *const[3]){ "debian", "ubuntu", "alpine" }); i++)
        if (is_root_io(family, result->packages[i]->version))
            return arena_printf(run->arena, "root.io %.*s", STR_ARG(space));
    return (struct str){ 0 };
}

/* What the overlay says of a vulnerability takes the place of what the release's own data say, be it affected or not. */
bool patched_replace(struct match_run *run, const struct lookup *lookup, struct str overlay, struct result *result, size_t first,
                     struct error *err)
{
    struct lookup over = *lookup;
    struct vulndb_cursor cursor;
    struct vulndb_hit hit;
    over.space = overlay;
    if (!vulndb_find(run->db, overlay, lookup->name, &cursor, err))
        return false;
    while (vulndb_next(&cursor, &hit, err))
        for (size_t i = result->finding_count; i-- > first;)
            if (str_eq(result->findings[i].id, hit.vulnerability))
                result->findings[i] = result->findings[--result->finding_count];
    return err->kind == ERROR_NONE && run_lookup(run, &over, result, err);
}

bool patched_by_seal(const struct package *package)
{
    return str_eq_nocase(str_head(package->name, 5), STR("seal-")) ||
           str_eq_nocase(str_head(package->source_name, 5), STR("seal-"));
}

/* Seal's namespaces: one for all of Debian and Ubuntu, one for Alpine, one for each major of the Red Hat kin, "…el8…". */
struct str patched_seal_space(struct match_run *run, const struct family *family, const struct package *package)
{
    if (is_any(family, (const char *const[3]){ "debian", "ubuntu" }))
        return STR("seal debian");
    if (is_any(family, (const char *const[3]){ "alpine" }))
        return STR("seal alpine");
    struct str rest = package->source_version.len ? package->source_version : package->version;
    while (rest.len && !str_starts(rest, "el"))
        rest = str_skip(rest, 1);
    size_t len = 2;
    while (len < rest.len && is_digit(rest.ptr[len]))
        len++;
    struct str major = str_skip(str_head(rest, len), 2);
    return arena_printf(run->arena, "seal Red Hat%s%.*s", major.len ? " " : "", STR_ARG(major));
}
