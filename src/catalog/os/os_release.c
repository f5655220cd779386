/* os-release(5): KEY=value lines, values quoted as a shell would, "#" comments. */
#include "catalog/distro.h"
#include "catalog/headers.h"
#include "catalog/kinds.h"

enum { MAX_VALUE_BYTES = 256 };

/* Takes quotes and, inside them, backslashes off. The result is a view of `value` or of `scratch`. */
static struct str unquote(struct str value, struct arena *scratch)
{
    value = str_trim(value);
    char quote = value.len >= 2 ? value.ptr[0] : '\0';
    if ((quote != '"' && quote != '\'') || value.ptr[value.len - 1] != quote)
        return value;
    value = str_make(value.ptr + 1, value.len - 2);
    if (quote == '\'' || !str_find(value, '\\', NULL))
        return value;
    char *plain = arena_alloc(scratch, value.len);
    size_t len = 0;
    for (size_t i = 0; plain && i < value.len; i++) {
        if (value.ptr[i] == '\\' && i + 1 < value.len)
            i++;
        plain[len++] = value.ptr[i];
    }
    return str_make(plain, len);
}

/* The value of the last line with this key, as a shell that sources the file would have it; empty where there is none or it
 * is not a text. */
static struct str value_of(const struct catalog_file *file, const char *key)
{
    struct str rest = file->text, line, name, value, found = { 0 };
    while (str_line(&rest, &line))
        if (str_cut(line, '=', &name, &value) && str_is(str_trim(name), key))
            found = value;
    found = unquote(found, file->scratch);
    return found.len <= MAX_VALUE_BYTES && header_value_ok(found) ? found : (struct str){ 0 };
}

/* ID: lower-case letters, digits, '.', '_' and '-' (os-release(5)); "openEuler" has an upper-case one. */
static bool id_ok(struct str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
            return false;
    }
    return id.len > 0;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str id = value_of(file, "ID");
    if (!id_ok(id))
        return !file->scratch->exhausted &&
               catalog_warn(facts, file->path, true, "does not say which distribution this is (no usable ID)");
    /* CentOS Stream has the ID of CentOS, which is another distribution: fixes come at other times. */
    if (str_is(id, "centos") && str_contains(value_of(file, "NAME"), "Stream"))
        id = STR("centos-stream");
    const struct distro_row *row = distro_by_id(id);
    struct str release = value_of(file, row && row->version_key ? row->version_key : "VERSION_ID");
    struct str name = value_of(file, "PRETTY_NAME");
    return !file->scratch->exhausted && distro_add(facts, file->path, row ? str_from(row->family) : id, release, name);
}

static const struct catalog_claim claims[] = {
    { "etc/os-release", NULL },
    { "usr/lib/os-release", NULL },
    { "x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release", NULL },
    { "aarch64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_os_release_kind = {
    .name = "os-release",
    .is_os = true,
    .is_facts_only = true,
    .claims = claims,
    .max_bytes = 64u << 10, /* real ones have less than 1 KiB */
    .parse = parse,
};
