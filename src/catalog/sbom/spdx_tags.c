/* SPDX 2 in its tag-value form (SPDX 2.3, clause 4.4): "Tag: value" lines; a value between <text> and </text> may span lines. A
 * PackageName begins a package, a FileName a file, and what follows belongs to it. An annotation names what it is about. */
#include "catalog/sbom/sbom.h"

struct annotation {
    struct str ref, text;
};

struct reading {
    struct sbom *sbom;
    size_t current; /* index + 1 of the component at hand; 0: none */
    struct str declared, concluded, supplier, originator;
    struct annotation annotation; /* the one at hand */
    struct annotation *annotations;
    size_t annotation_count, annotation_cap;
    struct buf cpes;
};

static struct sbom_component *current_of(const struct reading *r)
{
    return r->current ? &r->sbom->components[r->current - 1] : NULL;
}

static bool end_component(struct reading *r)
{
    struct sbom_component *c = current_of(r);
    if (c && c->role != SBOM_FILE) {
        struct str agent = sbom_agent(r->sbom->arena, r->supplier);
        c->licence = sbom_licence(r->declared, r->concluded);
        c->cpes = arena_str(r->sbom->arena, buf_view(&r->cpes));
        c->maintainer = agent.len ? agent : sbom_agent(r->sbom->arena, r->originator);
    }
    r->current = 0;
    r->declared = r->concluded = r->supplier = r->originator = (struct str){ 0 };
    buf_clear(&r->cpes);
    return !r->sbom->arena->exhausted;
}

static bool begin_component(struct reading *r, struct str name, bool is_file)
{
    struct sbom_component component = { .name = name, .role = is_file ? SBOM_FILE : SBOM_PACKAGE };
    if (!end_component(r) || !sbom_add_component(r->sbom, &component))
        return false;
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
    else if (str_ends(type, "cpe23Type"))
        sbom_put_item(&r->cpes, locator);
}

/* "SPDXRef-a CONTAINS SPDXRef-b" */
static bool take_relationship(struct reading *r, struct str value, struct str comment)
{
    struct str from, word, to;
    str_cut(value, ' ', &from, &value);
    str_cut(str_trim(value), ' ', &word, &to);
    return sbom_spdx_link(r->sbom, from, word, str_trim(to), comment);
}

static void take_field(struct reading *r, struct sbom_component *c, struct str tag, struct str value)
{
    const struct {
        const char *tag;
        struct str *to;
    } fields[] = { { "SPDXID", &c->ref },
                   { "PackageVersion", &c->version },
                   { "PackageLicenseDeclared", &r->declared },
                   { "PackageLicenseConcluded", &r->concluded },
                   { "PrimaryPackagePurpose", &c->purpose },
                   { "PackageSupplier", &r->supplier },
                   { "PackageOriginator", &r->originator } };
    struct str algorithm, digits;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (str_is(tag, fields[i].tag)) {
            *fields[i].to = value;
            return;
        }
    if (str_is(tag, "PackageSourceInfo"))
        sbom_take_source_info(c, value);
    else if (str_is(tag, "ExternalRef"))
        take_reference(r, value, c);
    else if (str_is(tag, "PackageAttributionText"))
        sbom_take_trivy_line(r->sbom, c, value); /* "SrcName: glibc" */
    else if (str_is(tag, "PackageChecksum") && c->digest.len == 0 && str_cut(value, ':', &algorithm, &digits))
        c->digest = sbom_digest(r->sbom->arena, algorithm, str_trim(digits));
}

/* One that does not say what it is about stands behind it. */
static bool end_annotation(struct reading *r)
{
    struct annotation done = r->annotation;
    r->annotation = (struct annotation){ 0 };
    if (done.text.len == 0)
        return true;
    if (done.ref.len == 0 && r->current)
        done.ref = current_of(r)->ref;
    struct annotation *grown = arena_grow(r->sbom->arena, r->annotations, r->annotation_count, &r->annotation_cap, sizeof *grown);
    if (!grown)
        return false;
    r->annotations = grown;
    grown[r->annotation_count++] = done;
    return true;
}

static bool take_tag(struct reading *r, struct str tag, struct str value)
{
    bool is_file = str_is(tag, "FileName");
    if (is_file || str_is(tag, "PackageName"))
        return end_annotation(r) && begin_component(r, value, is_file);
    if (str_is(tag, "Annotator"))
        return end_annotation(r);
    if (str_is(tag, "Creator"))
        r->sbom->knows_vendors |= sbom_knows_vendors(value);
    else if (str_is(tag, "AnnotationComment"))
        r->annotation.text = value;
    else if (str_is(tag, "SPDXREF"))
        r->annotation.ref = value;
    else if (r->current)
        take_field(r, current_of(r), tag, value);
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

/* The comment of a relationship stands on the next line. */
static struct str comment_behind(struct str rest)
{
    struct str line, tag, value;
    if (!str_line(&rest, &line) || !str_cut(line, ':', &tag, &value) || !str_is(tag, "RelationshipComment"))
        return (struct str){ 0 };
    value = str_trim(value);
    return str_starts(value, "<text>") ? str_trim(str_skip(value, strlen("<text>"))) : value;
}

/* Annotations may stand anywhere; when all are known, so is what a package is. */
static bool finish(struct reading *r)
{
    struct map refs;
    uint64_t at;
    struct sbom *sbom = r->sbom;
    map_init(&refs, sbom->arena);
    for (size_t i = 0; i < sbom->component_count && r->annotation_count; i++)
        if (sbom->components[i].ref.len && !map_put(&refs, sbom->components[i].ref, i))
            return false;
    for (size_t i = 0; i < r->annotation_count; i++)
        if (map_get(&refs, r->annotations[i].ref, &at))
            sbom_take_trivy_line(sbom, &sbom->components[at], r->annotations[i].text);
    for (size_t i = 0; i < sbom->component_count; i++)
        if (sbom->components[i].role != SBOM_FILE)
            sbom_spdx_finish(sbom, &sbom->components[i]);
    return !sbom->arena->exhausted;
}

static bool read_tags(struct str text, struct sbom *sbom, struct error *err)
{
    struct reading r = { .sbom = sbom };
    struct str rest = text, line, tag, value;
    bool ok = true;
    buf_init(&r.cpes, SBOM_MAX_LIST_BYTES);
    while (ok && str_line(&rest, &line)) {
        if (line.len == 0 || line.ptr[0] == '#' || !str_cut(line, ':', &tag, &value))
            continue;
        value = str_trim(value);
        if (str_starts(value, "<text>"))
            value = take_text(&rest, value);
        tag = str_trim(tag);
        ok = str_is(tag, "Relationship") ? take_relationship(&r, value, comment_behind(rest)) : take_tag(&r, tag, value);
    }
    ok = ok && end_annotation(&r) && end_component(&r) && finish(&r);
    buf_free(&r.cpes);
    return ok || arena_error(sbom->arena, err);
}

const struct sbom_format sbom_spdx_tags_format = { "SPDX", "spdx", read_tags };
