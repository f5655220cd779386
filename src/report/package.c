/* Package URLs and parts of versions: see parts.h. */
#include "report/parts.h"

struct version_parts version_split(const struct package *package, struct str text)
{
    struct version_parts parts = { .version = text };
    const char *scheme = package->kind->scheme;
    size_t at;
    if (strcmp(scheme, "dpkg") != 0 && strcmp(scheme, "rpm") != 0)
        return parts;
    if (str_find(parts.version, ':', &at)) {
        parts.epoch = str_head(parts.version, at);
        parts.version = str_skip(parts.version, at + 1);
    }
    if (str_rfind(parts.version, '-', &at)) {
        parts.release = str_skip(parts.version, at + 1);
        parts.version = str_head(parts.version, at);
    }
    return parts;
}

/* All but unreserved characters, and ":" where it is allowed to stand, are percent-encoded. */
static void put_encoded(struct buf *out, struct str text, bool lower)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool upper = c >= 'A' && c <= 'Z';
        if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-._~:", c)))
            buf_chr(out, lower && upper ? (char)(c - 'A' + 'a') : (char)c);
        else
            buf_add(out, (char[]){ '%', hex[c >> 4], hex[c & 15] }, 3);
    }
}

static void put_qualifier(struct buf *out, bool *first, const char *key, struct str value)
{
    if (value.len == 0)
        return;
    buf_chr(out, *first ? '?' : '&');
    buf_text(out, key);
    buf_chr(out, '=');
    put_encoded(out, value, false);
    *first = false;
}

static void put_os_purl(const struct package *p, const struct distro *distro, struct buf *out)
{
    struct version_parts parts = version_split(p, p->version);
    char release[128];
    bool first = true, is_apk = strcmp(p->kind->scheme, "apk") == 0;
    buf_printf(out, "pkg:%s/", p->kind->purl_type);
    put_encoded(out, distro->family, true);
    buf_chr(out, '/');
    put_encoded(out, p->name, strcmp(p->kind->scheme, "rpm") != 0);
    buf_chr(out, '@');
    put_encoded(out, parts.version, false);
    if (parts.release.len) {
        buf_chr(out, '-');
        put_encoded(out, parts.release, false);
    }
    snprintf(release, sizeof release, "%.*s-%.*s", STR_ARG(distro->family), STR_ARG(distro->release));
    put_qualifier(out, &first, "arch", p->arch);
    if (distro->release.len)
        put_qualifier(out, &first, "distro", is_apk ? distro->release : str_from(release));
    if (!str_is(parts.epoch, "0"))
        put_qualifier(out, &first, "epoch", parts.epoch);
    put_qualifier(out, &first, "modularitylabel", p->module);
}

/* PURL-TYPES, pypi: lower case, "_" becomes "-". */
static void put_pypi_name(struct buf *out, struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        put_encoded(out, name.ptr[i] == '_' ? STR("-") : str_make(name.ptr + i, 1), true);
}

static void put_language_purl(const struct package *p, struct buf *out)
{
    struct str rest = p->name, part;
    buf_printf(out, "pkg:%s/", p->kind->purl_type);
    if (strcmp(p->kind->purl_type, "pypi") == 0)
        put_pypi_name(out, p->name);
    else
        for (bool first = true; str_next(&rest, '/', &part); first = false) { /* a namespace keeps its slashes */
            if (!first)
                buf_chr(out, '/');
            put_encoded(out, part, strcmp(p->kind->purl_type, "npm") == 0);
        }
    buf_chr(out, '@');
    put_encoded(out, p->version, false);
}

void purl_write(const struct package *package, const struct distro *distro, struct buf *out)
{
    if (package->kind->is_os)
        put_os_purl(package, distro, out);
    else
        put_language_purl(package, out);
}

struct severity_counts count_severities(const struct result *result)
{
    struct severity_counts counts = { .all = result->finding_count };
    for (size_t i = 0; i < result->finding_count; i++)
        counts.by[result->findings[i].severity]++;
    return counts;
}
