/* OpenWrt and other small systems: opkg's database, {usr/lib,var/lib}/opkg/status and info/PACKAGE.control, in the form of
 * dpkg's (deb822(5)), and info/PACKAGE.list, the paths that a package installed. */
#include "catalog/os/dpkg.h"

static const struct catalog_claim claims[] = {
    { "usr/lib/opkg/status", NULL },
    { "var/lib/opkg/status", NULL },
    { "usr/lib/opkg/info/*.control", NULL },
    { "var/lib/opkg/info/*.control", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_opkg_kind = {
    .name = "opkg",
    .is_os = true,
    .scheme = "dpkg",
    .purl_type = "opkg",
    .claims = claims,
    .max_bytes = 64u << 20,
    .parse = dpkg_parse,
    .settle = depends_settle,
};

static bool parse_list(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str name = path_base(file->path), rest = file->text, line, path, blank;
    struct catalog_file_list list = { .kind = &catalog_opkg_kind, .path = file->path };
    struct catalog_list_writer writer;
    list.package = str_head(name, name.len - strlen(".list"));
    catalog_list_begin(&writer);
    while (str_line(&rest, &line)) {
        str_cut(line, '\t', &path, &blank); /* newer lists have modes and targets of links behind */
        catalog_list_put_path(&writer, str_trim(path), NULL);
    }
    bool ok = catalog_list_end(&writer, facts, list);
    catalog_list_drop(&writer);
    return ok;
}

static const struct catalog_claim list_claims[] = {
    { "usr/lib/opkg/info/*.list", NULL },
    { "var/lib/opkg/info/*.list", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_opkg_files_kind = {
    .name = "opkg-files",
    .is_os = true,
    .is_facts_only = true,
    .claims = list_claims,
    .max_bytes = 32u << 20,
    .parse = parse_list,
};
