/* SPDX 2 in its tag-value form (SPDX 2.3, clause 4.4): "Tag: value" lines; a value between <text> and </text> may span lines. A
 * PackageName begins a package, a FileName a file, and what follows belongs to it. */
#include "catalog/sbom/sbom.h"

struct reading {
    struct sbom *sbom;
    size_t current; /* index + 1 of the component at hand; 0: none */
    struct str declared, concluded;
    struct buf cpes;
};

static bool end_component(struct reading *r)
{
    if (r->current) {
        struct sbom_component *component = &r->sbom->components[r->current - 1];
        component->licence = sbom_licence(r->declared, r->concluded);
        component->cpes = arena_str(r->sbom->arena, buf_view(&r->cpes));
    }
    r->current = 0;
    r->declared = r->concluded = (struct str){ 0 };
    buf_clear(&r->cpes);
    return !r->sbom->arena->exhausted;
}

static bool begin_component(struct reading *r, struct str name, bool is_file)
{
    struct sbom_component *component = end_component(r) ? sbom_add_component(r->sbom) : NULL;
    if (!component)
        return false;
    component->name = name;
    component->is_file = is_file;
    r->current = r->sbom->component_count;
    return true;
}

/* "PACKAGE-MANAGER purl pkg:…" */
static void take_reference(struct reading *r, struct str value, struct sbom_component *component)
{
    struct str category, type, locator;
    str_cut(value, ' ', &category, &value);
    str_cut(str_trim(value), ' ', &type, &locator);
    locator = str_trim(locator);
    if (str_is(type, "purl") && component->purl.len == 0)
        component->purl = locator;
    else if (str_ends(type, "cpe23Type") && locator.len)
        catalog_put_item(&r->cpes, locator);
}

/* "SPDXRef-a CONTAINS SPDXRef-b" */
static bool take_relationship(struct reading *r, struct str value)
{
    struct str from, word, to;
    str_cut(value, ' ', &from, &value);
    str_cut(str_trim(value), ' ', &word, &to);
    return sbom_spdx_link(r->sbom, from, word, str_trim(to));
}

static bool take_tag(struct reading *r, struct str tag, struct str value)
{
    if (str_is(tag, "PackageName") || str_is(tag, "FileName"))
        return begin_component(r, value, str_is(tag, "FileName"));
    if (str_is(tag, "Relationship"))
        return take_relationship(r, value);
    if (!r->current)
        return true;
    struct sbom_component *component = &r->sbom->components[r->current - 1];
    struct str algorithm, digits;
    if (str_is(tag, "SPDXID"))
        component->ref = value;
    else if (str_is(tag, "PackageVersion"))
        component->version = value;
    else if (str_is(tag, "PackageLicenseDeclared"))
        r->declared = value;
    else if (str_is(tag, "PackageLicenseConcluded"))
        r->concluded = value;
    else if (str_is(tag, "PackageSourceInfo"))
        component->file = sbom_found_in(value);
    else if (str_is(tag, "PrimaryPackagePurpose"))
        component->is_os = str_is(value, "OPERATING-SYSTEM");
    else if (str_is(tag, "ExternalRef"))
        take_reference(r, value, component);
    else if (str_is(tag, "PackageChecksum") && component->digest.len == 0 && str_cut(value, ':', &algorithm, &digits))
        component->digest = sbom_digest(r->sbom->arena, algorithm, str_trim(digits));
    return true;
}

/* Takes what follows the last line up to </text>. */
static struct str take_text(struct str *rest, struct str value)
{
    static const char close[] = "</text>";
    const char *start = value.ptr + strlen("<text>"), *end = rest->ptr + rest->len;
    for (const char *at = start; (size_t)(end - at) >= sizeof close - 1; at++)
        if (*at == '<' && memcmp(at, close, sizeof close - 1) == 0) {
            const char *after = at + sizeof close - 1;
            if (after > rest->ptr)
                *rest = str_make(after, (size_t)(end - after));
            return str_trim(str_make(start, (size_t)(at - start)));
        }
    *rest = str_make(end, 0);
    return (struct str){ 0 };
}

bool sbom_read_spdx_tags(struct str text, struct sbom *sbom, struct error *err)
{
    struct reading r = { .sbom = sbom };
    struct str rest = text, line, tag, value;
    bool ok = true;
    buf_init(&r.cpes, 1u << 16);
    while (ok && str_line(&rest, &line)) {
        if (line.len == 0 || line.ptr[0] == '#' || !str_cut(line, ':', &tag, &value))
            continue;
        value = str_trim(value);
        if (str_starts(value, "<text>"))
            value = take_text(&rest, value);
        ok = take_tag(&r, str_trim(tag), value);
    }
    ok = ok && end_component(&r);
    buf_free(&r.cpes);
    return ok || arena_error(sbom->arena, err);
}
