/* Bitnami's images: each component lies in a folder below opt/bitnami/, with an SPDX document beside it that names the component
 * and what was built into it (.spdx-NAME.spdx), or, in older ones, is listed in opt/bitnami/.bitnami_components.json. The
 * document goes where the folder goes, so what it names is there; what it says of other kinds of packages is checked as with
 * every SBOM. */
#include "catalog/document.h"
#include "catalog/headers.h"
#include "catalog/sbom/sbom.h"

static bool add_spdx(const struct catalog_file *file, struct catalog_facts *facts, const struct sbom *sbom, size_t at,
                     struct str found_in)
{
    const struct sbom_component *component = &sbom->components[at];
    struct purl purl;
    struct error ignored = { 0 };
    if (component->role != SBOM_PACKAGE || !purl_parse(component->purl, sbom->arena, &purl, &ignored))
        return !sbom->arena->exhausted;
    const struct catalog_kind *kind = catalog_kind_of_purl(purl.type);
    bool own = kind == &catalog_bitnami_kind;
    if (!kind || kind->is_os || !sbom_has_version(component, &purl))
        return true;
    struct package *package = catalog_add_package(facts, own ? kind : &catalog_sbom_kind, file->path);
    if (!package || !sbom_fill(sbom, component, &purl, false, package, facts->arena) ||
        !sbom_fill_needs(sbom, component, package, facts->arena))
        return false;
    package->maintainer = own ? STR("") : arena_str(facts->arena, purl.type);
    package->root = own ? path_dir(package->path) : arena_str(facts->arena, found_in);
    return !facts->arena->exhausted;
}

static bool parse_spdx(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct sbom sbom;
    struct sbom_place *places;
    if (!sbom_open(file, facts, &sbom, &places))
        return false;
    if (!sbom.format)
        return catalog_warn(facts, file->path, false, "neither SPDX nor CycloneDX");
    for (size_t i = 0; i < sbom.component_count; i++)
        if (!add_spdx(file, facts, &sbom, i, places[i].file))
            return false;
    return true;
}

/* {"NAME": {"arch": "amd64", "distro": "debian-10", "version": "1.14.0-1", …}} */
static bool add_listed(struct json *json, const struct catalog_file *file, struct catalog_facts *facts, struct str name)
{
    struct str key, version = { 0 }, arch = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "version"))
            json_string(json, &version);
        else if (str_is(key, "arch"))
            json_string(json, &arch);
        else
            json_skip(json);
    }
    if (!name.len || !version.len || !header_value_ok(name) || !header_value_ok(version) || !header_value_ok(arch))
        return true;
    struct package *package = catalog_add_package(facts, &catalog_bitnami_kind, file->path);
    if (!package)
        return false;
    package->name = arena_str(facts->arena, name);
    package->version = arena_str(facts->arena, version);
    package->arch = arena_str(facts->arena, arch);
    package->root = arena_printf(facts->arena, "%.*s/%.*s", STR_ARG(path_dir(file->path)), STR_ARG(name));
    return !facts->arena->exhausted;
}

static bool parse_components(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct str name;
    if (document_begin(&json, file, facts, NULL) && json_object(&json))
        while (json_key(&json, &name))
            if (!add_listed(&json, file, facts, name))
                return false;
    return document_end(&json, file, facts);
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    return str_ends(file->path, ".json") ? parse_components(file, facts) : parse_spdx(file, facts);
}

/* What the list has too, the component's own document tells better. */
static bool settle(struct catalog_facts *facts)
{
    struct map documented;
    map_init(&documented, facts->arena);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < facts->package_count; i++) {
            struct package *p = &facts->packages[i];
            bool is_listed = str_ends(p->path, ".json");
            struct str key = catalog_id(facts, p->name, p->version);
            if (!key.ptr || (pass == 0 && !is_listed && !map_put(&documented, key, i)))
                return false;
            if (pass == 1 && is_listed && map_get(&documented, key, NULL))
                p->name = (struct str){ 0 };
        }
    return true;
}

static bool accepts(struct str path)
{
    return str_starts(path, "opt/bitnami/");
}

static const struct catalog_claim claims[] = {
    { "**/.spdx-*.spdx", NULL },
    { "**/.spdx-*.cdx", NULL },
    { "opt/bitnami/.bitnami_components.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_bitnami_kind = {
    .name = "bitnami",
    .ecosystem = "bitnami",
    .scheme = "bitnami",
    .purl_type = "bitnami",
    .claims = claims,
    .accepts = accepts,
    .max_bytes = 64u << 20,
    .parse = parse,
    .settle = settle,
};
