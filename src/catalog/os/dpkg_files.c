/* Which files a Debian package owns: var/lib/dpkg/info/PACKAGE.list (one absolute path a line, folders too), PACKAGE.md5sums
 * (digest, two spaces, relative path; deb-md5sums(5); regular files without configuration), status.d/PACKAGE.md5sums of images
 * without dpkg, and var/lib/dpkg/diversions (dpkg-divert(1)): three lines each, what is diverted, to where, by which package. */
#include "catalog/kinds.h"

/* "libpython3.11-minimal:amd64.list": the architecture is there for multi-arch packages. */
static struct catalog_file_list list_of(struct str path)
{
    struct catalog_file_list list = { .kind = &catalog_dpkg_kind, .path = path };
    struct str name = path_base(path);
    size_t dot;
    if (str_rfind(name, '.', &dot))
        name = str_head(name, dot);
    str_cut(name, ':', &list.package, &list.arch);
    return list;
}

static struct str without_root(struct str path)
{
    while (path.len && (path.ptr[0] == '/' || str_starts(path, "./")))
        path = str_skip(path, 1);
    return path;
}

/* A folder stands right before the first file in it: only those without files are taken for files. */
static void read_list(struct str rest, struct catalog_list_writer *out)
{
    struct str line, path = { 0 };
    while (str_line(&rest, &line)) {
        struct str next = without_root(line);
        bool is_folder = next.len > path.len && next.ptr[path.len] == '/' && str_eq(str_head(next, path.len), path);
        if (path.len && !str_is(path, ".") && !is_folder)
            catalog_list_put_path(out, path, NULL);
        path = next;
    }
    if (!str_is(path, "."))
        catalog_list_put_path(out, path, NULL);
}

static void read_md5sums(struct str rest, bool wants_digests, struct catalog_list_writer *out)
{
    enum { MD5_DIGITS = 32, SPACES = 2 };
    char digest[4 + MD5_DIGITS] = "md5:";
    struct str line;
    while (str_line(&rest, &line)) {
        struct catalog_listed details = { 0 };
        if (line.len <= MD5_DIGITS + SPACES)
            continue;
        if (wants_digests) {
            memcpy(digest + 4, line.ptr, MD5_DIGITS);
            details.digest = str_make(digest, sizeof digest);
        }
        catalog_list_put_path(out, str_skip(line, MD5_DIGITS + SPACES), &details);
    }
}

/* One list each, since each names its package; ":" is the administrator. */
static bool read_diversions(const struct catalog_file *file, struct catalog_list_writer *writer, struct catalog_facts *facts)
{
    struct str rest = file->text, from, to, package;
    while (str_line(&rest, &from) && str_line(&rest, &to) && str_line(&rest, &package)) {
        struct catalog_listed details = { .flags = LISTED_DIVERTED, .target = to };
        catalog_list_put_path(writer, from, &details);
        struct catalog_file_list list = { .kind = &catalog_dpkg_kind, .package = package, .path = file->path };
        if (!catalog_list_end(writer, facts, list))
            return false;
    }
    return true;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct catalog_list_writer writer;
    struct catalog_file_list list = list_of(file->path);
    bool ok;
    catalog_list_begin(&writer);
    if (str_is(path_base(file->path), "diversions")) {
        ok = read_diversions(file, &writer, facts);
    } else {
        if (str_ends(file->path, ".list")) {
            read_list(file->text, &writer);
        } else {
            list.flags = LISTED_REGULAR;
            read_md5sums(file->text, file->wants_digests, &writer);
        }
        ok = catalog_list_end(&writer, facts, list);
    }
    catalog_list_drop(&writer);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "var/lib/dpkg/info/*.list", NULL },
    { "var/lib/dpkg/info/*.md5sums", NULL },
    { "var/lib/dpkg/status.d/*.md5sums", NULL },
    { "var/lib/dpkg/diversions", NULL },
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
