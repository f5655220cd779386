/* Package URLs and parts of versions: see parts.h. */
#include "report/parts.h"

static bool is_digits(struct str text)
{
    uint64_t value;
    return str_u64(text, &value);
}

struct version_parts version_split(const struct package *package, struct str text)
{
    struct version_parts parts = { .version = text };
    const char *scheme = package->kind->scheme;
    size_t at;
    if (strcmp(scheme, "dpkg") != 0 && strcmp(scheme, "rpm") != 0)
        return parts;
    if (str_find(parts.version, ':', &at) && is_digits(str_head(parts.version, at))) {
        parts.epoch = str_head(parts.version, at);
        parts.version = str_skip(parts.version, at + 1);
    }
    if (str_rfind(parts.version, '-', &at)) {
        parts.release = str_skip(parts.version, at + 1);
        parts.version = str_head(parts.version, at);
    }
    return parts;
}

void package_id_write(const struct package *package, struct buf *out)
{
    bool is_rpm = strcmp(package->kind->scheme, "rpm") == 0;
    struct str version = package->version;
    struct version_parts parts = version_split(package, version);
    if (is_rpm && parts.epoch.len)
        version = str_skip(version, parts.epoch.len + 1);
    buf_str(out, package->name);
    if (version.len) {
        buf_chr(out, '@');
        buf_str(out, version);
    }
    if (is_rpm && package->arch.len) {
        buf_chr(out, '.');
        buf_str(out, package->arch);
    }
}

/* ---- package URLs ------------------------------------------------------------------------------------------------------------- */

enum letters { LETTERS_AS_THEY_ARE, LETTERS_LOWER };

/* Section "Character encoding": all but letters, digits, ".", "-", "_", "~" and ":" are percent-encoded. */
static void put_encoded(struct buf *out, struct str text, enum letters letters)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool upper = c >= 'A' && c <= 'Z';
        if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-._~:", c)))
            buf_chr(out, letters == LETTERS_LOWER && upper ? (char)(c - 'A' + 'a') : (char)c);
        else
            buf_add(out, (char[]){ '%', hex[c >> 4], hex[c & 15] }, 3);
    }
}

static void put_version(struct buf *out, struct str version)
{
    if (version.len == 0)
        return;
    buf_chr(out, '@');
    put_encoded(out, version, LETTERS_AS_THEY_ARE);
}

/* Qualifiers are given in the order of their keys; one without a value does not stand there. */
static void put_qualifier(struct buf *out, bool *first, const char *key, struct str value)
{
    if (value.len == 0)
        return;
    buf_chr(out, *first ? '?' : '&');
    buf_text(out, key);
    buf_chr(out, '=');
    put_encoded(out, value, LETTERS_AS_THEY_ARE);
    *first = false;
}

/* The vendor's name; where that is not the family's, as Trivy has it. */
static struct str rpm_namespace(const struct distro *distro)
{
    if (str_starts(distro->family, "opensuse"))
        return STR("opensuse");
    if (str_is(distro->family, "sles") || str_is(distro->family, "slem"))
        return STR("suse");
    return distro->family;
}

static void put_os_purl(const struct package *p, const struct distro *distro, struct buf *out)
{
    struct version_parts parts = version_split(p, p->version);
    bool first = true, is_rpm = strcmp(p->kind->scheme, "rpm") == 0;
    struct str vendor = is_rpm ? rpm_namespace(distro) : distro->family, version = p->version;
    if (parts.epoch.len)
        version = str_skip(version, parts.epoch.len + 1);
    buf_printf(out, "pkg:%s/", p->kind->purl_type);
    if (vendor.len) {
        put_encoded(out, vendor, LETTERS_LOWER);
        buf_chr(out, '/');
    }
    put_encoded(out, p->name, is_rpm ? LETTERS_AS_THEY_ARE : LETTERS_LOWER);
    put_version(out, version);
    put_qualifier(out, &first, "arch", p->arch);
    if (strcmp(p->kind->scheme, "apk") == 0) {
        put_qualifier(out, &first, "distro", distro->release);
    } else if (distro->family.len && distro->release.len) {
        put_qualifier(out, &first, "distro", distro->family);
        buf_chr(out, '-');
        put_encoded(out, distro->release, LETTERS_AS_THEY_ARE);
    }
    if (!str_is(parts.epoch, "0"))
        put_qualifier(out, &first, "epoch", parts.epoch);
    put_qualifier(out, &first, "modularitylabel", p->module);
}

/* Type pypi: lower case, "_" becomes "-". */
static void put_pypi_name(struct buf *out, struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        put_encoded(out, name.ptr[i] == '_' ? STR("-") : str_make(name.ptr + i, 1), LETTERS_LOWER);
}

/* The namespace's parts and the name, with slashes between them; empty parts do not stand there. */
static void put_path(struct buf *out, struct str path, enum letters letters)
{
    struct str part;
    for (bool first = true; str_next(&path, '/', &part);) {
        if (part.len == 0)
            continue;
        if (!first)
            buf_chr(out, '/');
        put_encoded(out, part, letters);
        first = false;
    }
}

void purl_write(const struct package *package, const struct distro *distro, struct buf *out)
{
    const char *type = package->kind->purl_type;
    if (package->kind->is_os) {
        put_os_purl(package, distro, out);
        return;
    }
    buf_printf(out, "pkg:%s/", type);
    if (strcmp(type, "pypi") == 0)
        put_pypi_name(out, package->name);
    else
        put_path(out, package->name, strcmp(type, "npm") == 0 ? LETTERS_LOWER : LETTERS_AS_THEY_ARE);
    put_version(out, package->version);
}

uint64_t package_uid(const struct package *package, struct buf *scratch)
{
    const struct str parts[] = { str_from(package->kind->name), package->name, package->version, package->arch, package->path };
    buf_clear(scratch);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        buf_u64(scratch, parts[i].len);
        buf_str(scratch, parts[i]);
    }
    return str_hash(buf_view(scratch));
}

struct severity_counts count_severities(const struct result *result)
{
    struct severity_counts counts = { .all = result->finding_count };
    for (size_t i = 0; i < result->finding_count; i++)
        counts.by[result->findings[i].severity]++;
    return counts;
}
