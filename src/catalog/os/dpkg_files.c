/* Which files a Debian package owns: var/lib/dpkg/info/PACKAGE.list (one absolute path a line), PACKAGE.md5sums (digest, two
 * spaces, relative path; deb-md5sums(5)), and status.d/PACKAGE.md5sums of images without dpkg. Only paths that a language
 * kind claims are kept: they decide whether a Python or Node package is part of an OS package. */
#include "catalog/kinds.h"

/* "libpython3.11-minimal:amd64.list": the architecture is there for multi-arch packages. */
static struct str package_of(struct str path)
{
    struct str name = path_base(path), package, arch;
    size_t dot;
    if (str_rfind(name, '.', &dot))
        name = str_head(name, dot);
    str_cut(name, ':', &package, &arch);
    return package;
}

/* The path of one line, relative; empty when the line has none. */
static struct str owned_path(struct str line, bool is_list)
{
    enum { MD5_DIGITS = 32, SPACES = 2 };
    struct str path = is_list ? line : str_skip(line, MD5_DIGITS + SPACES);
    while (path.len && (path.ptr[0] == '/' || str_starts(path, "./")))
        path = str_skip(path, 1);
    return path;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    bool is_list = str_ends(file->path, ".list");
    struct str package = package_of(file->path), rest = file->text, line;
    while (str_line(&rest, &line)) {
        struct str path = owned_path(line, is_list);
        if (path.len && !catalog_own_language_file(facts, &catalog_dpkg_kind, package, path))
            return false;
    }
    return true;
}

static const struct catalog_claim claims[] = {
    { "var/lib/dpkg/info/*.list", NULL },
    { "var/lib/dpkg/info/*.md5sums", NULL },
    { "var/lib/dpkg/status.d/*.md5sums", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_dpkg_files_kind = {
    .name = "dpkg-files",
    .is_os = true,
    .is_facts_only = true,
    .claims = claims,
    .max_bytes = 32u << 20, /* the longest lists (kernel headers, TeX documentation) have 2 MiB */
    .parse = parse,
};
