/* SBOM files in an image. A document says what somebody meant to build, not what is there: of what it names only those
 * packages count that were found in a file which the image has, and that no other kind lists. That is known when all layers
 * are joined: until then they are of this kind, with the purl's type as maintainer and the file as root. */
#include "catalog/sbom/sbom.h"

enum { MAX_BYTES = 64 << 20 };

/* ---- parsing ---------------------------------------------------------------------------------------------------------------------- */

/* PEP 770: what a wheel says of itself holds as long as the wheel is installed, so it is tied to its own presence. */
static bool is_in_wheel(struct str path)
{
    struct str folder = path_dir(path);
    return str_is(path_base(folder), "sboms") && str_ends(path_dir(folder), ".dist-info");
}

static bool add_claim(const struct catalog_file *file, struct catalog_facts *facts, const struct sbom *sbom, size_t at,
                      struct str found_in)
{
    const struct sbom_component *component = &sbom->components[at];
    struct purl purl;
    struct error ignored = { 0 };
    if (component->role != SBOM_PACKAGE || !purl_parse(component->purl, sbom->arena, &purl, &ignored))
        return !sbom->arena->exhausted;
    const struct catalog_kind *kind = catalog_kind_of_purl(purl.type);
    /* Packages of the distribution are in its own database. */
    if (!kind || kind->is_os || kind == &catalog_sbom_kind || !sbom_has_version(component, &purl))
        return true;
    struct package *package = catalog_add_package(facts, &catalog_sbom_kind, file->path);
    if (!package || !sbom_fill(sbom, component, &purl, false, package, facts->arena) ||
        !sbom_fill_needs(sbom, component, package, facts->arena))
        return false;
    package->maintainer = arena_str(facts->arena, purl.type);
    package->root = is_in_wheel(file->path) ? package->path : arena_str(facts->arena, found_in);
    return !facts->arena->exhausted;
}

/* Other files have such names too: one of no format names nothing. */
static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct sbom sbom;
    struct sbom_place *places;
    if (!sbom_open(file, facts, &sbom, &places))
        return false;
    for (size_t i = 0; i < sbom.component_count; i++)
        if (!add_claim(file, facts, &sbom, i, places[i].file))
            return false;
    return true;
}

static const struct catalog_claim claims[] = {
    { "**/*.spdx", NULL },
    { "**/*.cdx", NULL },
    { "**/*.spdx.json", NULL },
    { "**/*.cdx.json", NULL },
    { "**/*.cdx.xml", NULL },
    { "**/*.bom.xml", NULL },
    { "**/*.bom.json", NULL },
    { "**/bom.json", NULL },
    { "**/*.syft.json", NULL },
    { "**/*.sbom.json", NULL },
    { "**/sbom.json", NULL },
    { "usr/share/sbom/*", NULL },
    { "**/*.dist-info/sboms/*", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_sbom_kind = {
    .name = "sbom",
    .scheme = "semver",
    .purl_type = "sbom",
    .claims = claims,
    .max_bytes = MAX_BYTES,
    .parse = parse,
};

/* ---- when all layers are joined ----------------------------------------------------------------------------------------------------- */

/* Ecosystems differ in what they let pass for one name; Go's versions have a "v" in some places. */
static struct str key_of(struct arena *arena, struct str type, const struct package *p)
{
    struct str version = str_starts(p->version, "v") ? str_skip(p->version, 1) : p->version;
    struct str key = arena_printf(arena, "%.*s\n%.*s\n%.*s", STR_ARG(type), STR_ARG(p->name), STR_ARG(version));
    char *text = (char *)(uintptr_t)key.ptr;
    for (size_t i = 0; i < key.len; i++) {
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
        else if (text[i] == '_' || text[i] == '.')
            text[i] = '-';
    }
    return key;
}

/* The file as the document has it: from the root, or from the folder that the document lies in. */
static bool is_tied(struct package *p, bool (*is_there)(void *context, struct str path), void *context, struct arena *arena)
{
    char path[4096];
    size_t len;
    struct str folder = path_dir(p->path);
    if (p->root.len == 0)
        return false;
    if (path_normalize(p->root, path, &len) && len && is_there(context, str_make(path, len)))
        return true;
    struct str joined = arena_printf(arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(p->root));
    return joined.ptr && path_normalize(joined, path, &len) && is_there(context, str_make(path, len));
}

static void settle_one(struct package *p, struct arena *arena)
{
    p->kind = catalog_kind_of_purl(p->maintainer);
    p->proof = str_eq(p->root, p->path) ? STR("SBOM") : arena_printf(arena, "SBOM: %.*s", STR_ARG(p->root));
    p->maintainer = p->root = (struct str){ 0 };
}

static bool warn_of_others(struct catalog_facts *out, const struct map *left_out)
{
    struct str path;
    uint64_t count;
    size_t pos = 0;
    while (map_each(left_out, &pos, &path, &count))
        if (!catalog_warn(out, path, false, "%llu packages that this SBOM names are tied to no file of the image: not listed",
                          (unsigned long long)count))
            return false;
    return true;
}

bool catalog_sbom_settle(struct package *packages, size_t *count, bool (*is_there)(void *context, struct str path), void *context,
                         struct catalog_facts *out)
{
    struct map listed, left_out;
    size_t kept = 0, others = 0;
    map_init(&listed, out->arena);
    map_init(&left_out, out->arena);
    for (size_t i = 0; i < *count; i++)
        others += packages[i].kind != &catalog_sbom_kind;
    if (others == *count)
        return true;
    for (size_t i = 0; i < *count; i++)
        if (packages[i].kind != &catalog_sbom_kind && packages[i].kind->purl_type &&
            !map_put(&listed, key_of(out->arena, str_from(packages[i].kind->purl_type), &packages[i]), i))
            return false;
    for (size_t i = 0; i < *count; i++) {
        struct package p = packages[i];
        if (p.kind == &catalog_sbom_kind) {
            struct str key = key_of(out->arena, p.maintainer, &p);
            uint64_t number = 0;
            if (map_get(&listed, key, NULL))
                continue;
            if (!is_tied(&p, is_there, context, out->arena)) {
                map_get(&left_out, p.path, &number);
                if (!map_put(&left_out, p.path, number + 1))
                    return false;
                continue;
            }
            settle_one(&p, out->arena);
            if (!map_put(&listed, key, i))
                return false;
        }
        packages[kept++] = p;
    }
    *count = kept;
    return !out->arena->exhausted && warn_of_others(out, &left_out);
}
