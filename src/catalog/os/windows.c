/* Windows images: layers hold the file system below Files/ and changes of the registry below Hives/ (OCI image specification,
 * "Layers"; Windows container layer format). Which updates they have stands in the registry, which is not read: that it is
 * Windows is told, so that nothing found does not pass for nothing wrong. */
#include "catalog/distro.h"
#include "catalog/kinds.h"

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    if (!distro_add(facts, file->path, STR("windows"), STR(""), STR("Windows")))
        return false;
    return !str_starts(file->path, "Files/") ||
           catalog_warn(facts, file->path, false, "a Windows image: the system's own components and updates are not covered");
}

static const struct catalog_claim claims[] = {
    { "Files/Windows/System32/kernel32.dll", NULL },
    { "Hives/Software_Base", NULL },
    { "Hives/Software_Delta", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_windows_kind = {
    .name = "windows",
    .is_os = true,
    .is_facts_only = true,
    .claims = claims,
    .wants_blob = true, /* so that it need not be in memory */
    .max_bytes = (size_t)1 << 30,
    .parse = parse,
};
