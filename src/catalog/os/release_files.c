/* What came before os-release(5), and is often more exact: etc/debian_version, etc/alpine-release (a version alone),
 * etc/lsb-release and etc/openwrt_release (DISTRIB_… keys), etc/SuSE-release (a title, then VERSION and PATCHLEVEL) and the many
 * "NAME release VERSION (codename)" files of the Red Hat family and others. */
#include "catalog/distro.h"
#include "catalog/headers.h"
#include "catalog/kinds.h"

enum { MAX_LINE_BYTES = 256 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct str first_line(struct str text)
{
    struct str line = { 0 };
    while (str_line(&text, &line) && str_trim(line).len == 0)
        ;
    line = str_trim(line);
    return line.len <= MAX_LINE_BYTES && header_value_ok(line) ? line : str_head(line, 0);
}

static struct str value_of(struct str text, const char *key)
{
    struct str line, name, value, found = { 0 };
    while (str_line(&text, &line))
        if (str_cut(line, '=', &name, &value) && str_is(str_trim(name), key))
            found = str_trim(value);
    bool quoted = found.len >= 2 && (found.ptr[0] == '"' || found.ptr[0] == '\'');
    if (quoted && found.ptr[found.len - 1] == found.ptr[0])
        found = str_make(found.ptr + 1, found.len - 2);
    return found.len <= MAX_LINE_BYTES && header_value_ok(found) ? found : (struct str){ 0 };
}

/* "CentOS Linux release 7.9.2009 (Core)": the title ends before the first word that starts with a digit. */
static bool split_title(struct str line, struct str *title, struct str *version)
{
    for (size_t i = 1; i < line.len; i++)
        if (is_digit(line.ptr[i]) && line.ptr[i - 1] == ' ') {
            *title = str_trim(str_head(line, i));
            *version = str_skip(line, i);
            if (str_ends(*title, " release"))
                title->len -= strlen(" release");
            return true;
        }
    return false;
}

static struct str number_of(struct str version)
{
    size_t n = 0;
    while (n < version.len && (is_digit(version.ptr[n]) || version.ptr[n] == '.'))
        n++;
    return str_head(version, n);
}

static bool add_titled(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str line = first_line(file->text), title, version;
    if (!split_title(line, &title, &version))
        return true;
    const struct distro_row *row = distro_by_title(title);
    if (!row)
        return true;
    return distro_add(facts, file->path, str_from(row->family), row->refined_after == ' ' ? version : number_of(version), line);
}

static bool add_suse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str line = first_line(file->text), title, version, level = value_of(file->text, "PATCHLEVEL");
    if (!split_title(line, &title, &version))
        return true;
    const struct distro_row *row = distro_by_title(title);
    version = number_of(version);
    if (row && level.len && !str_is(level, "0"))
        version = arena_printf(file->scratch, "%.*s.%.*s", STR_ARG(version), STR_ARG(level));
    if (!row || !version.ptr)
        return !file->scratch->exhausted;
    return distro_add(facts, file->path, str_from(row->family), version, line);
}

static bool add_lsb(const struct catalog_file *file, struct catalog_facts *facts)
{
    const struct distro_row *row = distro_by_id(value_of(file->text, "DISTRIB_ID"));
    if (!row)
        return true;
    return distro_add(facts, file->path, str_from(row->family), value_of(file->text, "DISTRIB_RELEASE"),
                      value_of(file->text, "DISTRIB_DESCRIPTION"));
}

/* A release file that says nothing known is no fact and no damage: os-release decides, where there is one. */
static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    if (str_is(file->path, "etc/lsb-release") || str_is(file->path, "etc/openwrt_release"))
        return add_lsb(file, facts);
    if (str_is(file->path, "etc/SuSE-release"))
        return add_suse(file, facts);
    struct str family = str_is(file->path, "etc/debian_version")   ? STR("debian")
                        : str_is(file->path, "etc/alpine-release") ? STR("alpine")
                                                                   : STR("");
    struct str line = first_line(file->text);
    if (family.len)
        return line.len == 0 || distro_add(facts, file->path, family, line, STR(""));
    return add_titled(file, facts);
}

/* By precedence: files that name one distribution stand before those that its relatives carry too (Ubuntu has a
 * debian_version, Oracle Linux a redhat-release). */
static const struct catalog_claim claims[] = {
    { "etc/almalinux-release", NULL },
    { "etc/centos-release", NULL },
    { "etc/fedora-release", NULL },
    { "etc/mariner-release", NULL },
    { "etc/azurelinux-release", NULL },
    { "etc/oracle-release", NULL },
    { "etc/photon-release", NULL },
    { "etc/rocky-release", NULL },
    { "etc/SuSE-release", NULL },
    { "etc/gentoo-release", NULL },
    { "etc/openEuler-release", NULL },
    { "etc/openwrt_release", NULL },
    { "etc/alpine-release", NULL },
    { "etc/lsb-release", NULL },
    { "etc/debian_version", NULL },
    { "etc/redhat-release", NULL },
    { "etc/system-release", NULL },
    { "usr/lib/system-release", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_release_file_kind = {
    .name = "release-file",
    .is_os = true,
    .is_facts_only = true,
    .claims = claims,
    .max_bytes = 64u << 10, /* real ones have less than 1 KiB */
    .parse = parse,
};
