/* What of a component makes a package: see sbom.h. */
#include "catalog/sbom/sbom.h"

#include "catalog/headers.h"
#include "catalog/purl.h"

/* ---- names ----------------------------------------------------------------------------------------------------------------------------- */

static char plain(char c)
{
    return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The same but for what package URLs change of a name: the letters' case, and Python's "_", which is "-". */
static bool is_same_name(struct str by_purl, struct str own)
{
    for (size_t i = 0; i < own.len && own.len == by_purl.len; i++)
        if (plain(own.ptr[i]) != plain(by_purl.ptr[i]))
            return false;
    return own.len == by_purl.len;
}

/* Then the component's own name is used. */
static struct str cased(struct str by_purl, const struct sbom_component *c, struct arena *arena)
{
    bool maven = str_find(by_purl, ':', NULL);
    if (is_same_name(by_purl, c->name))
        return c->name;
    struct str whole = arena_printf(arena, "%.*s%s%.*s", STR_ARG(c->group), maven ? ":" : "/", STR_ARG(c->name));
    return whole.ptr && is_same_name(by_purl, whole) ? whole : by_purl;
}

/* The namespace belongs to the name, but for that of a distribution. */
static struct str name_of(const struct purl *purl, const struct sbom_component *c, bool is_os, struct arena *arena)
{
    struct str name = purl->name;
    if (c->is_exact || name.len == 0)
        return c->name;
    if (str_is(purl->type, "cocoapods"))
        return purl->subpath.len ? arena_printf(arena, "%.*s/%.*s", STR_ARG(name), STR_ARG(purl->subpath)) : name;
    if (purl->space.len && (!is_os || (purl_type_rules(purl->type) & BY_SLASH)))
        name = arena_printf(arena, "%.*s%s%.*s", STR_ARG(purl->space), str_is(purl->type, "maven") ? ":" : "/", STR_ARG(name));
    return cased(name, c, arena);
}

/* ---- versions ---------------------------------------------------------------------------------------------------------------------------- */

/* An epoch of 0 orders as none does, and is left out. */
static struct str put_together(struct arena *arena, struct str epoch, struct str version, struct str release)
{
    uint64_t number = 0;
    bool has_epoch = str_u64(epoch, &number) && number && !str_find(version, ':', NULL);
    return arena_printf(arena, "%.*s%s%.*s%s%.*s", STR_ARG(has_epoch ? epoch : STR("")), has_epoch ? ":" : "", STR_ARG(version),
                        release.len ? "-" : "", STR_ARG(release));
}

/* Dependency graphs of manifests have what was asked for where versions should stand: "^1.2", ">= 2, < 3". */
static bool is_range(struct str version)
{
    for (size_t i = 0; i < version.len; i++)
        if (version.ptr[i] && strchr("^<>*|, ", version.ptr[i]))
            return true;
    return str_starts(version, "~");
}

bool sbom_has_version(const struct sbom_component *c, const struct purl *purl)
{
    return purl->version.len || (c->version.len && header_value_ok(c->version) && (c->is_exact || !is_range(c->version)));
}

static struct str version_of(const struct purl *purl, const struct sbom_component *c, bool is_os, struct arena *arena)
{
    bool own = c->is_exact || purl->version.len == 0;
    struct str version = own ? c->version : purl->version, release = own ? c->release : STR("");
    struct str epoch = c->epoch.len ? c->epoch : purl_qualifier(purl, "epoch");
    if (own && !c->is_exact && !is_os && is_range(version))
        return (struct str){ 0 };
    if (str_starts(version, "0:") && str_is(purl->type, "rpm"))
        version = str_skip(version, 2);
    return put_together(arena, epoch, version, release);
}

/* "glibc-2.34-60.el9.src.rpm": the name may have dashes, version and release have none. */
static bool split_source_rpm(struct str file, struct str *name, struct str *version)
{
    size_t dot, release, dash;
    if (!str_ends(file, ".rpm"))
        return false;
    file = str_head(file, file.len - strlen(".rpm"));
    if (!str_rfind(file, '.', &dot) || !str_rfind(str_head(file, dot), '-', &release) ||
        !str_rfind(str_head(file, release), '-', &dash))
        return false;
    *name = str_head(file, dash);
    *version = str_skip(str_head(file, dot), dash + 1);
    return name->len > 0;
}

/* From the document's own words, else from Syft's "upstream" qualifier: "glibc@2.36-9", "glibc", a source rpm, whose epoch is taken
 * to be the package's. */
static void set_source(const struct purl *purl, const struct sbom_component *c, struct package *package, struct arena *arena)
{
    struct str upstream = purl_qualifier(purl, "upstream"), name = c->source_name, version = { 0 }, epoch, rest;
    struct str rpm = c->source_rpm.len ? c->source_rpm : upstream;
    if (c->source_version.len) {
        version = put_together(arena, c->source_epoch, c->source_version, c->source_release);
    } else if (split_source_rpm(rpm, &name, &version)) {
        bool has_epoch = str_cut(package->version, ':', &epoch, &rest);
        version = put_together(arena, has_epoch ? epoch : STR(""), version, STR(""));
    } else if (name.len == 0 && !str_ends(upstream, ".rpm")) {
        str_cut(upstream, '@', &name, &version);
    }
    bool same_name = str_eq(name, package->name), same_version = str_eq(version, package->version);
    package->source_name = same_name ? (struct str){ 0 } : arena_str(arena, name);
    package->source_version = same_version ? (struct str){ 0 } : arena_str(arena, version);
}

/* ---- the whole ------------------------------------------------------------------------------------------------------------------------------ */

static struct str first_of(struct str a, struct str b)
{
    return a.len ? a : b;
}

bool sbom_fill(const struct sbom *sbom, const struct sbom_component *c, const struct purl *purl, bool is_os,
               struct package *package, struct arena *arena)
{
    package->name = arena_str(arena, name_of(purl, c, is_os, arena));
    package->version = version_of(purl, c, is_os, arena);
    package->arch = arena_str(arena, first_of(c->arch, purl_qualifier(purl, "arch")));
    package->module =
        arena_str(arena, first_of(c->module, first_of(purl_qualifier(purl, "modularitylabel"), purl_qualifier(purl, "rpmmod"))));
    package->licence = arena_str(arena, c->licence);
    package->digest = arena_str(arena, c->digest);
    package->cpes = arena_str(arena, c->cpes);
    package->id = arena_str(arena, str_is(purl->type, "julia") ? purl_qualifier(purl, "uuid") : c->id);
    package->proof = STR("SBOM");
    if (c->is_vendor_known || sbom->knows_vendors)
        package->maintainer = arena_str(arena, c->maintainer);
    set_source(purl, c, package, arena);
    return !arena->exhausted;
}

bool sbom_fill_needs(const struct sbom *sbom, const struct sbom_component *c, struct package *package, struct arena *arena)
{
    struct buf list;
    uint64_t at = 0, target, own;
    buf_init(&list, 1u << 24);
    if (map_get(&sbom->refs, c->ref, &own) && &sbom->components[own] == c) /* of several with one reference the first */
        map_get(&sbom->first_need, c->ref, &at);
    for (; at; at = sbom->next_need[at - 1])
        if (map_get(&sbom->refs, sbom->links[at - 1].to, &target) && sbom_is_item(sbom->components[target].id))
            catalog_put_item(&list, sbom->components[target].id);
    package->depends = arena_str(arena, buf_view(&list));
    buf_free(&list);
    return package->depends.ptr;
}
