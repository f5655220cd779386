/* From documents to packages: which format a document has, which file each component was found in, and what of a component makes a
 * package. See sbom.h. */
#include "catalog/sbom/sbom.h"
#include "catalog/headers.h"

/* ---- for the formats' readers ------------------------------------------------------------------------------------------------------- */

struct sbom_component *sbom_add_component(struct sbom *sbom)
{
    struct sbom_component *grown =
        arena_grow(sbom->arena, sbom->components, sbom->component_count, &sbom->component_cap, sizeof *grown);
    if (!grown)
        return NULL;
    sbom->components = grown;
    grown[sbom->component_count] = (struct sbom_component){ 0 };
    return &grown[sbom->component_count++];
}

bool sbom_add_link(struct sbom *sbom, struct str from, enum sbom_relation relation, struct str to)
{
    if (from.len == 0 || to.len == 0)
        return true;
    struct sbom_link *grown = arena_grow(sbom->arena, sbom->links, sbom->link_count, &sbom->link_cap, sizeof *grown);
    if (!grown)
        return false;
    sbom->links = grown;
    grown[sbom->link_count++] = (struct sbom_link){ from, to, relation };
    return true;
}

bool sbom_spdx_link(struct sbom *sbom, struct str from, struct str word, struct str to)
{
    if (str_is(word, "CONTAINS"))
        return sbom_add_link(sbom, from, SBOM_HOLDS, to);
    if (str_is(word, "CONTAINED_BY"))
        return sbom_add_link(sbom, to, SBOM_HOLDS, from);
    if (str_is(word, "DEPENDS_ON"))
        return sbom_add_link(sbom, from, SBOM_NEEDS, to);
    return !str_is(word, "DEPENDENCY_OF") || sbom_add_link(sbom, to, SBOM_NEEDS, from);
}

struct str sbom_digest(struct arena *arena, struct str algorithm, struct str hex)
{
    static const struct {
        const char *theirs, *ours;
        size_t digits;
    } algorithms[] = { { "SHA1", "sha1", 40 },      { "SHA-1", "sha1", 40 },     { "SHA256", "sha256", 64 },
                       { "SHA-256", "sha256", 64 }, { "SHA512", "sha512", 128 }, { "SHA-512", "sha512", 128 } };
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
        if (str_is(algorithm, algorithms[i].theirs) && hex.len == algorithms[i].digits)
            return arena_printf(arena, "%s:%.*s", algorithms[i].ours, STR_ARG(hex));
    return (struct str){ 0 };
}

static bool is_licence(struct str text)
{
    return text.len && !str_is(text, "NONE") && !str_is(text, "NOASSERTION");
}

struct str sbom_licence(struct str declared, struct str concluded)
{
    return is_licence(declared) ? declared : is_licence(concluded) ? concluded : (struct str){ 0 };
}

struct str sbom_found_in(struct str source_info)
{
    static const char mark[] = "package found in: ";
    for (size_t i = 0; i + sizeof mark - 1 < source_info.len; i++)
        if (memcmp(source_info.ptr + i, mark, sizeof mark - 1) == 0)
            return str_trim(str_skip(source_info, i + sizeof mark - 1));
    return (struct str){ 0 };
}

/* ---- reading ---------------------------------------------------------------------------------------------------------------------------- */

enum format { FORMAT_NONE, FORMAT_CYCLONEDX, FORMAT_SPDX_JSON, FORMAT_SPDX_TAGS };

static bool is_tags(struct str text)
{
    struct str line;
    for (unsigned lines = 0; lines < 64 && str_line(&text, &line); lines++)
        if (str_starts(line, "SPDXVersion:"))
            return true;
    return false;
}

/* By the keys of the outermost object, wherever they stand in it. */
static enum format detect(struct str text, struct arena *arena)
{
    struct json json;
    struct str key, value;
    enum format found = FORMAT_NONE;
    json_begin(&json, text, arena);
    if (json_peek(&json) != JSON_OBJECT)
        return is_tags(text) ? FORMAT_SPDX_TAGS : FORMAT_NONE;
    if (json_object(&json))
        while (!found && json_key(&json, &key)) {
            if (str_is(key, "bomFormat") && json_string(&json, &value) && str_is(value, "CycloneDX"))
                found = FORMAT_CYCLONEDX;
            else if (str_is(key, "spdxVersion") && json_string(&json, &value) && str_starts(value, "SPDX-2"))
                found = FORMAT_SPDX_JSON;
            else if (!str_is(key, "bomFormat") && !str_is(key, "spdxVersion"))
                json_skip(&json);
        }
    return found;
}

/* So that links are found without going through all of them. */
static bool index_links(struct sbom *sbom)
{
    map_init(&sbom->refs, sbom->arena);
    map_init(&sbom->first_need, sbom->arena);
    sbom->next_need = arena_array(sbom->arena, sbom->link_count + 1, sizeof *sbom->next_need);
    if (!sbom->next_need || sbom->link_count >= UINT32_MAX)
        return false;
    for (size_t i = 0; i < sbom->component_count; i++)
        if (sbom->components[i].ref.len && !map_put(&sbom->refs, sbom->components[i].ref, i))
            return false;
    for (size_t i = sbom->link_count; i-- > 0;) {
        uint64_t next = 0;
        if (sbom->links[i].relation != SBOM_NEEDS)
            continue;
        map_get(&sbom->first_need, sbom->links[i].from, &next);
        sbom->next_need[i] = (uint32_t)next;
        if (!map_put(&sbom->first_need, sbom->links[i].from, i + 1))
            return false;
    }
    return true;
}

bool sbom_read(struct str text, struct arena *arena, struct sbom *out, struct error *err)
{
    bool ok = true;
    *out = (struct sbom){ .arena = arena };
    enum format format = detect(text, arena);
    out->format = format == FORMAT_NONE ? NULL : format == FORMAT_CYCLONEDX ? "CycloneDX" : "SPDX";
    if (format == FORMAT_CYCLONEDX)
        ok = sbom_read_cyclonedx(text, out, err);
    else if (format == FORMAT_SPDX_JSON)
        ok = sbom_read_spdx_json(text, out, err);
    else if (format == FORMAT_SPDX_TAGS)
        ok = sbom_read_spdx_tags(text, out, err);
    if (arena->exhausted || !index_links(out))
        return arena_error(arena, err);
    return ok;
}

/* ---- files ------------------------------------------------------------------------------------------------------------------------------- */

bool sbom_find_files(const struct sbom *sbom, struct str **files)
{
    *files = arena_array(sbom->arena, sbom->component_count + 1, sizeof **files);
    if (!*files)
        return false;
    for (size_t i = 0; i < sbom->component_count; i++)
        (*files)[i] = sbom->components[i].is_file ? sbom->components[i].name : sbom->components[i].file;
    for (size_t i = 0; i < sbom->link_count; i++) {
        const struct sbom_link *link = &sbom->links[i];
        uint64_t from, to;
        if (link->relation != SBOM_HOLDS || !map_get(&sbom->refs, link->from, &from) || !map_get(&sbom->refs, link->to, &to))
            continue;
        if (sbom->components[to].is_file && (*files)[from].len == 0) /* a package holds its file */
            (*files)[from] = (*files)[to];
        else if (sbom->components[from].is_file && (*files)[to].len == 0) /* a program holds its packages */
            (*files)[to] = (*files)[from];
    }
    return true;
}

bool sbom_open(const struct catalog_file *file, struct catalog_facts *facts, struct sbom *out, struct str **files)
{
    struct error err = { 0 };
    bool whole = sbom_read(file->text, file->scratch, out, &err);
    if (file->scratch->exhausted)
        return false;
    if (out->format && !whole && !catalog_warn(facts, file->path, false, "%s: %s", out->format, err.text))
        return false;
    return sbom_find_files(out, files);
}

/* ---- packages ------------------------------------------------------------------------------------------------------------------------------ */

/* Names in package URLs may have lost their letters' case: the component's own name is used where it is the same but for that. */
static struct str cased(struct str by_purl, const struct sbom_component *c, struct arena *arena)
{
    bool maven = str_find(by_purl, ':', NULL);
    if (str_eq_nocase(by_purl, c->name))
        return c->name;
    struct str whole = arena_printf(arena, "%.*s%s%.*s", STR_ARG(c->group), maven ? ":" : "/", STR_ARG(c->name));
    return whole.ptr && str_eq_nocase(by_purl, whole) ? whole : by_purl;
}

static struct str name_of(const struct purl *purl, const struct sbom_component *c, bool is_os, struct arena *arena)
{
    struct str name = purl->name;
    if (str_is(purl->type, "cocoapods"))
        return purl->subpath.len ? arena_printf(arena, "%.*s/%.*s", STR_ARG(name), STR_ARG(purl->subpath)) : name;
    if (purl->space.len && !is_os)
        name = arena_printf(arena, "%.*s%s%.*s", STR_ARG(purl->space), str_is(purl->type, "maven") ? ":" : "/", STR_ARG(name));
    return cased(name, c, arena);
}

/* Syft's "upstream" qualifier: "glibc@2.36-9", "glibc", "glibc-2.34-60.el9.src.rpm". */
static void set_source(const struct purl *purl, struct package *package, struct arena *arena)
{
    struct str upstream = purl_qualifier(purl, "upstream"), name, version;
    if (upstream.len == 0 || str_ends(upstream, ".rpm"))
        return;
    str_cut(upstream, '@', &name, &version);
    package->source_name = arena_str(arena, name);
    package->source_version = arena_str(arena, version);
}

static bool put_needs(const struct sbom *sbom, struct str ref, struct package *package, struct arena *arena)
{
    struct buf list;
    uint64_t at = 0;
    buf_init(&list, 1u << 20);
    for (map_get(&sbom->first_need, ref, &at); at; at = sbom->next_need[at - 1])
        if (header_value_ok(sbom->links[at - 1].to))
            catalog_put_item(&list, sbom->links[at - 1].to);
    package->depends = arena_str(arena, buf_view(&list));
    buf_free(&list);
    return package->depends.ptr;
}

bool sbom_fill(const struct sbom *sbom, const struct sbom_component *c, const struct purl *purl, struct package *package,
               struct arena *arena)
{
    bool is_os =
        str_is(purl->type, "deb") || str_is(purl->type, "rpm") || str_is(purl->type, "apk") || str_is(purl->type, "alpm");
    struct str epoch = purl_qualifier(purl, "epoch"), version = purl->version.len ? purl->version : c->version;
    package->name = arena_str(arena, name_of(purl, c, is_os, arena));
    package->version = epoch.len && !str_is(epoch, "0") && !str_find(version, ':', NULL)
                           ? arena_printf(arena, "%.*s:%.*s", STR_ARG(epoch), STR_ARG(version))
                           : arena_str(arena, version);
    package->arch = arena_str(arena, purl_qualifier(purl, "arch"));
    package->module = arena_str(arena, purl_qualifier(purl, "modularitylabel"));
    package->licence = arena_str(arena, c->licence);
    package->digest = arena_str(arena, c->digest);
    package->cpes = arena_str(arena, c->cpes);
    package->id = arena_str(arena, str_is(purl->type, "julia") ? purl_qualifier(purl, "uuid") : c->ref);
    package->proof = STR("SBOM");
    set_source(purl, package, arena);
    return put_needs(sbom, c->ref, package, arena) && !arena->exhausted;
}
