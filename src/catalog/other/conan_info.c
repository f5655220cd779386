/* conaninfo.txt: a package in the cache of Conan 1 (Conan's documentation, "Package metadata"). Which one it is, its path tells:
 * data/NAME/VERSION/USER/CHANNEL/package/ID/conaninfo.txt; what it was built with stands below "[full_requires]". */
#include "catalog/other/conan.h"

/* The part of the path that is n folders above the file. */
static struct str part_above(struct str path, unsigned n)
{
    while (n--)
        path = path_dir(path);
    return path_base(path);
}

static bool add_installed(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct package *package;
    struct str reference =
        arena_printf(file->scratch, "%.*s/%.*s", STR_ARG(part_above(file->path, 6)), STR_ARG(part_above(file->path, 5)));
    if (!reference.ptr || !conan_add(file, facts, reference, &package))
        return false;
    if (package) {
        package->relation = RELATION_DIRECT;
        package->root = path_dir(package->path);
    }
    return true;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str rest = file->text, line;
    struct buf needs;
    size_t first = facts->package_count;
    bool in_requires = false, ok = add_installed(file, facts);
    buf_init(&needs, 1u << 20);
    while (ok && str_line(&rest, &line)) {
        struct package *package;
        line = str_trim(line);
        if (str_starts(line, "["))
            in_requires = str_is(line, "[full_requires]");
        if (!in_requires || (rest.len == 0 && !str_ends(file->text, "\n")))
            continue;
        ok = conan_add(file, facts, line, &package);
        if (!package)
            continue;
        package->relation = RELATION_INDIRECT;
        catalog_put_item(&needs, package->id);
    }
    if (ok && first < facts->package_count && facts->packages[first].relation == RELATION_DIRECT)
        facts->packages[first].depends = arena_str(facts->arena, buf_view(&needs));
    buf_free(&needs);
    return ok && !facts->arena->exhausted;
}

static bool is_in_cache(struct str path)
{
    return str_is(part_above(path, 2), "package") && part_above(path, 6).len;
}

static const struct catalog_claim claims[] = {
    { "**/conaninfo.txt", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_conan_info_kind = {
    .name = "conan",
    .ecosystem = "conan",
    .scheme = "conan",
    .purl_type = "conan",
    .claims = claims,
    .accepts = is_in_cache,
    .max_bytes = 4u << 20,
    .parse = parse,
};
