/* Programs of one installation that tell the same version are listed once, and what a Java runtime's `release` file says counts
 * for all of its programs. */
#include "catalog/kinds.h"
#include "catalog/program/versions.h"

enum { MAX_LOOK_BACK = 64, MAX_RUNTIMES = 256 };

static bool is_text(const struct package *p)
{
    return str_starts(p->proof, "text \"") || str_is(p->proof, "release file");
}

/* "usr/local" of "usr/local/bin/ruby", of "usr/local/lib/libruby.so.3" and of "usr/local/lib/x86_64-linux-gnu/libruby.so.3". */
static struct str installation(struct str path)
{
    static const char *const folders[] = { "bin", "sbin", "lib", "lib32", "lib64", "libexec" };
    struct str folder = path_dir(path);
    while (folder.len && !str_starts(path_base(folder), "erts-")) /* Erlang keeps each run-time system in such a folder */
        folder = path_dir(folder);
    for (folder = folder.len ? path_dir(folder) : path_dir(path); folder.len; folder = path_dir(folder))
        for (size_t i = 0; i < ARRAY_LEN(folders); i++)
            if (str_is(path_base(folder), folders[i]))
                return path_dir(folder);
    return path_dir(path);
}

static bool is_below(struct str path, struct str folder)
{
    return folder.len == 0 ||
           (path.len > folder.len && path.ptr[folder.len] == '/' && str_eq(str_head(path, folder.len), folder));
}

static void drop_repeated(struct package *packages, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = i; is_text(&packages[i]) && k-- > 0 && i - k <= MAX_LOOK_BACK;) {
            const struct package *other = &packages[k];
            if (!str_eq(other->version, packages[i].version))
                break;
            if (is_text(other) && str_eq(other->name, packages[i].name) &&
                str_eq(installation(other->path), installation(packages[i].path))) {
                packages[i].name.len = 0;
                break;
            }
        }
}

static bool is_java(const struct package *p)
{
    static const char *const names[] = { "openjdk", "jre", "jdk", "graalvm", "zulu" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(p->name, names[i]))
            return true;
    return false;
}

static void drop_below_releases(struct package *packages, size_t count)
{
    struct str folders[MAX_RUNTIMES];
    size_t folder_count = 0;
    for (size_t i = 0; i < count && folder_count < MAX_RUNTIMES; i++)
        if (str_is(packages[i].proof, "release file"))
            folders[folder_count++] = path_dir(packages[i].path);
    for (size_t i = 0; i < count && folder_count; i++)
        for (size_t k = 0; k < folder_count; k++)
            if (is_java(&packages[i]) && str_starts(packages[i].proof, "text \"") && is_below(packages[i].path, folders[k]))
                packages[i].name.len = 0;
}

void versions_settle(struct catalog_facts *facts)
{
    drop_below_releases(facts->packages, facts->package_count);
    drop_repeated(facts->packages, facts->package_count);
}

struct str versions_purl(const struct package *package)
{
    if (package->kind != &catalog_program_kind || !is_text(package))
        return STR("");
    if (str_is(package->proof, "release file"))
        return str_is(package->name, "zulu")      ? STR("generic/azul/zulu")
               : str_is(package->name, "openjdk") ? STR("generic/oracle/openjdk")
               : str_is(package->name, "jdk")     ? STR("generic/oracle/jdk")
                                                  : STR("generic/oracle/jre");
    for (size_t i = 0; i < version_row_count; i++)
        if (str_is(package->name, version_rows[i].name) && version_rows[i].purl)
            return str_from(version_rows[i].purl);
    return STR("");
}
