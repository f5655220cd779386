/* References of Conan packages (Conan's documentation, "Reference: conanfile.txt, requires"), see conan.h. */
#include "catalog/other/conan.h"

bool conan_add(const struct catalog_file *file, struct catalog_facts *facts, struct str reference, struct package **out)
{
    struct str name, version, rest;
    *out = NULL;
    reference = str_trim(reference);
    str_cut(reference, '@', &reference, &rest);
    str_cut(reference, '#', &reference, &rest);
    str_cut(reference, ':', &reference, &rest);
    if (!str_cut(reference, '/', &name, &version) || str_find(version, '/', NULL) || str_find(version, '[', NULL))
        return true;
    if (!listed_add(file, facts, name, version, out) || !*out)
        return !facts->arena->exhausted;
    (*out)->id = arena_printf(facts->arena, "%.*s/%.*s", STR_ARG(name), STR_ARG(version));
    return !facts->arena->exhausted;
}
