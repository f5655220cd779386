/* conanfile.txt: what a C or C++ project asks Conan for (Conan's documentation, "Reference: conanfile.txt"), one reference a
 * line in sections. Tools that are needed for building only are marked as such; version ranges are passed over. */
#include "catalog/other/conan.h"

enum section { SECTION_OTHER, SECTION_REQUIRES, SECTION_TOOLS };

static enum section section_of(struct str line)
{
    if (str_is(line, "[requires]"))
        return SECTION_REQUIRES;
    return str_is(line, "[build_requires]") || str_is(line, "[tool_requires]") ? SECTION_TOOLS : SECTION_OTHER;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str rest = file->text, line, comment;
    enum section section = SECTION_OTHER;
    for (uint32_t number = 1; str_line(&rest, &line); number++) {
        struct package *package;
        if (str_starts(str_trim(line), "[")) {
            section = section_of(str_trim(line));
            continue;
        }
        bool last = rest.len == 0 && !str_ends(file->text, "\n"); /* the version may be cut off */
        if (str_starts(str_trim(line), "#") || section == SECTION_OTHER || last)
            continue;
        str_cut(line, ' ', &line, &comment);
        if (!conan_add(file, facts, line, &package))
            return false;
        if (!package)
            continue;
        package->relation = RELATION_DIRECT;
        package->dev = section == SECTION_TOOLS;
        package->line = package->end_line = number;
    }
    return true;
}

static const struct catalog_claim claims[] = {
    { "**/conanfile.txt", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_conan_recipe_kind = {
    .name = "conan",
    .is_lock = true,
    .ecosystem = "conan",
    .scheme = "conan",
    .purl_type = "conan",
    .claims = claims,
    .max_bytes = 4u << 20,
    .parse = parse,
};
