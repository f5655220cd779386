/* The main section of META-INF/MANIFEST.MF (JAR File Specification, "Name-Value pairs and Sections"): lines of at most 72
 * bytes end with CR LF, LF or CR; one that begins with a blank continues the line before it. */
#include "catalog/headers.h"
#include "catalog/java/jar.h"

enum { MAX_VALUE_BYTES = 64 * 1024 };

/* A manifest may end its lines with CR alone. */
static bool next_line(struct str *rest, struct str *line)
{
    if (rest->len == 0)
        return false;
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] != '\n' && rest->ptr[n] != '\r')
        n++;
    *line = str_head(*rest, n);
    if (n + 1 < rest->len && rest->ptr[n] == '\r' && rest->ptr[n + 1] == '\n')
        n++;
    *rest = str_skip(*rest, n + 1);
    return true;
}

/* Jenkins: Plugin-License-Name, then Plugin-License-Name-2 and so on. */
static bool is_plugin_licence(struct str name)
{
    struct str word = STR("Plugin-License-Name");
    if (!str_eq_nocase(str_head(name, word.len), word))
        return false;
    return name.len == word.len || name.ptr[word.len] == '-';
}

static bool keep(struct jar_manifest *m, struct buf *line, struct buf *licences, struct arena *arena)
{
    struct str name, value;
    const struct {
        const char *name;
        struct str *value;
    } fields[] = {
        { "Implementation-Title", &m->title },       { "Implementation-Version", &m->version },
        { "Implementation-Vendor", &m->vendor },     { "Implementation-Vendor-Id", &m->vendor_id },
        { "Specification-Title", &m->spec_title },   { "Specification-Version", &m->spec_version },
        { "Specification-Vendor", &m->spec_vendor }, { "Bundle-Name", &m->bundle_name },
        { "Bundle-Version", &m->bundle_version },    { "Bundle-SymbolicName", &m->bundle_symbol },
        { "Bundle-License", &m->bundle_licence },    { "Automatic-Module-Name", &m->module },
    };
    if (!str_cut(buf_view(line), ':', &name, &value))
        return true;
    value = str_trim(value);
    if (value.len == 0 || value.ptr[0] == '%' || !header_value_ok(value))
        return true;
    if (is_plugin_licence(name))
        catalog_put_item(licences, value);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (str_eq_nocase(name, str_from(fields[i].name))) /* names are case-insensitive; the last of a name counts */
            *fields[i].value = arena_str(arena, value);
    return !arena->exhausted;
}

bool jar_manifest_read(struct str text, struct arena *arena, struct jar_manifest *out)
{
    struct jar_manifest m = { 0 };
    struct buf line, licences;
    struct str part, bom = STR("\xEF\xBB\xBF");
    bool ok = true;
    buf_init(&line, MAX_VALUE_BYTES); /* what is longer is cut: nothing of use is */
    buf_init(&licences, MAX_VALUE_BYTES);
    if (str_starts(text, bom.ptr))
        text = str_skip(text, bom.len);
    while (ok && next_line(&text, &part) && part.len) {
        if (part.ptr[0] == ' ') {
            buf_str(&line, str_skip(part, 1));
            continue;
        }
        ok = keep(&m, &line, &licences, arena);
        buf_clear(&line);
        line.failed = false;
        buf_str(&line, part);
    }
    ok = ok && keep(&m, &line, &licences, arena);
    m.plugin_licences = arena_str(arena, buf_view(&licences));
    struct str directives;
    str_cut(m.bundle_symbol, ';', &m.bundle_symbol, &directives); /* "org.foo;singleton:=true" */
    m.bundle_symbol = str_trim(m.bundle_symbol);
    buf_free(&line);
    buf_free(&licences);
    *out = m;
    return ok && !arena->exhausted;
}

struct str jar_manifest_version(const struct jar_manifest *manifest)
{
    struct str version = manifest->version.len ? manifest->version : manifest->bundle_version, first, rest;
    str_cut(version, ' ', &first, &rest); /* "9.8.0 d914b37 - 2023-09-21" */
    return first;
}
