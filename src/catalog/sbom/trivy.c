/* Reports in Trivy's JSON (SchemaVersion 2), and those of this program, which are a superset: Results with their Packages. What
 * decides about findings but is no package stands in Metadata.OS, in BuildInfo, and in "Drydock". A report without packages still
 * names those that have vulnerabilities. */
#include "catalog/sbom/trivy.h"

/* ---- parts of a package ------------------------------------------------------------------------------------------------------------------ */

/* {"Digest": …, "DiffID": …} */
static void read_layer(struct json *json, struct sbom_component *c)
{
    struct str digest = { 0 }, diff_id = { 0 };
    const struct sbom_text texts[] = { { "Digest", &digest }, { "DiffID", &diff_id } };
    sbom_read_object(json, texts, ARRAY_LEN(texts));
    c->layer = diff_id.len ? diff_id : digest;
}

static void read_identifier(struct json *json, struct sbom_component *c)
{
    sbom_read_object(json, &(struct sbom_text){ "PURL", &c->purl }, 1);
}

static void read_line(struct json *json, uint32_t *line)
{
    int64_t number;
    if (json_i64(json, &number) && number > 0 && number < UINT32_MAX)
        *line = (uint32_t)number;
}

/* The first of them. */
static void read_locations(struct json *json, struct sbom_component *c)
{
    struct str key;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        bool first = c->line == 0;
        if (!json_object(json))
            continue;
        while (json_key(json, &key)) {
            if (first && str_is(key, "StartLine"))
                read_line(json, &c->line);
            else if (first && str_is(key, "EndLine"))
                read_line(json, &c->end_line);
            else
                json_skip(json);
        }
    }
}

static void read_relation(struct json *json, struct sbom_component *c)
{
    struct str word;
    if (!json_string(json, &word))
        return;
    for (unsigned i = 0; i < RELATION_COUNT; i++)
        if (str_is(word, catalog_relation_name((enum package_relation)i)))
            c->relation = (enum package_relation)i;
}

/* What only this program's reports say of a package. */
static void read_more(struct json *json, struct arena *arena, struct sbom_component *c, struct str *file)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "File"))
            json_string(json, file);
        else if (str_is(key, "Owner"))
            json_string(json, &c->owner);
        else if (str_is(key, "LockedOnly"))
            json_bool(json, &c->is_locked);
        else if (str_is(key, "CPEs"))
            c->cpes = sbom_read_list(json, NULL, arena);
        else
            json_skip(json);
    }
}

/* By which others of the same result need it; packages that lie there twice have one. */
static struct str id_in(struct trivy_result *r, struct str id)
{
    return id.len ? arena_printf(r->sbom->arena, "%zu: %.*s", r->number, STR_ARG(id)) : STR("");
}

static bool read_needs(struct trivy_result *r, struct str raw, struct str from)
{
    struct json list;
    struct str id;
    if (raw.len == 0)
        return true;
    json_begin(&list, raw, r->sbom->arena);
    if (json_array(&list))
        while (json_item(&list)) {
            struct str to = json_string(&list, &id) ? id_in(r, id) : STR("");
            if (!to.ptr || !sbom_add_link(r->sbom, from, SBOM_NEEDS, to))
                return false;
        }
    return true;
}

/* ---- packages ------------------------------------------------------------------------------------------------------------------------------ */

/* Archives in archives: the path goes on behind the file's. */
static void set_file(struct sbom_component *c, struct str path, struct str file)
{
    bool inside = file.len && path.len > file.len + 1 && str_eq(str_head(path, file.len), file) && path.ptr[file.len] == '/';
    c->file = file.len ? file : path;
    c->within = inside ? str_skip(path, file.len + 1) : (struct str){ 0 };
}

static bool keep(struct trivy_result *r, struct sbom_component *c, struct str id)
{
    c->ref = arena_printf(r->sbom->arena, "#%zu", r->sbom->component_count);
    c->alias = id_in(r, id);
    c->is_exact = c->is_vendor_known = true;
    return c->ref.ptr && c->alias.ptr && sbom_add_component(r->sbom, c);
}

/* What a package says besides its component. */
struct package_words {
    struct str id, path, file;
    struct str needs; /* raw JSON */
    bool indirect;
};

static bool read_field(struct json *json, struct trivy_result *r, struct str key, struct sbom_component *c,
                       struct package_words *words)
{
    const struct {
        const char *key;
        struct str *to;
    } texts[] = { { "ID", &words->id },
                  { "Name", &c->name },
                  { "Version", &c->version },
                  { "Release", &c->release },
                  { "Epoch", &c->epoch },
                  { "Arch", &c->arch },
                  { "SrcName", &c->source_name },
                  { "SrcVersion", &c->source_version },
                  { "SrcRelease", &c->source_release },
                  { "SrcEpoch", &c->source_epoch },
                  { "Maintainer", &c->maintainer },
                  { "Modularitylabel", &c->module },
                  { "FilePath", &words->path },
                  { "Digest", &c->digest } };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (str_is(key, texts[i].key)) {
            json_scalar(json, texts[i].to);
            return true;
        }
    if (str_is(key, "Identifier"))
        read_identifier(json, c);
    else if (str_is(key, "Licenses"))
        c->licence = sbom_read_list(json, NULL, r->sbom->arena);
    else if (str_is(key, "Layer"))
        read_layer(json, c);
    else if (str_is(key, "Locations"))
        read_locations(json, c);
    else if (str_is(key, "Relationship"))
        read_relation(json, c);
    else if (str_is(key, "Indirect"))
        json_bool(json, &words->indirect);
    else if (str_is(key, "Dev"))
        json_bool(json, &c->is_dev);
    else if (str_is(key, "DependsOn"))
        json_raw(json, &words->needs);
    else if (str_is(key, "Drydock"))
        read_more(json, r->sbom->arena, c, &words->file);
    else if (str_is(key, "BuildInfo"))
        return trivy_read_build(json, r);
    else
        json_skip(json);
    return true;
}

static bool read_package(struct json *json, struct trivy_result *r)
{
    struct sbom_component c = { .at_line = json_line(json) };
    struct package_words words = { 0 };
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (!read_field(json, r, key, &c, &words))
            return false;
    if (words.indirect && c.relation == RELATION_UNKNOWN)
        c.relation = RELATION_INDIRECT;
    set_file(&c, words.path, words.file);
    return keep(r, &c, words.id) && read_needs(r, words.needs, c.ref);
}

/* The package of a vulnerability. */
static bool read_vulnerable(struct json *json, struct trivy_result *r)
{
    struct sbom_component c = { .at_line = r->line + json_line(json) - 1 };
    struct str key, id = { 0 };
    const struct sbom_text texts[] = {
        { "PkgID", &id }, { "PkgName", &c.name }, { "PkgPath", &c.file }, { "InstalledVersion", &c.version }
    };
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (sbom_read_text(json, key, texts, ARRAY_LEN(texts)))
            continue;
        if (str_is(key, "PkgIdentifier"))
            read_identifier(json, &c);
        else if (str_is(key, "Layer"))
            read_layer(json, &c);
    }
    r->sbom->lists_vulnerable_only = true;
    return keep(r, &c, id);
}

static bool read_list(struct json *json, struct trivy_result *r, bool (*read)(struct json *json, struct trivy_result *r))
{
    if (json_array(json))
        while (json_item(json))
            if (!read(json, r))
                return false;
    return true;
}

/* ---- results -------------------------------------------------------------------------------------------------------------------------------- */

/* Packages whose findings were set apart because none of their files is left: {"GoneFindings": [{"PkgID": "a@1"}]} */
static bool read_gone(struct json *json, struct map *gone)
{
    struct str key, id;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        bool is_id = str_is(key, "PkgID");
        if (!is_id)
            json_skip(json);
        else if (json_string(json, &id) && !map_put(gone, id, 1))
            return false;
    }
    return true;
}

static bool mark_gone(struct trivy_result *r, struct str raw, size_t first)
{
    struct json json;
    struct str key;
    struct map gone;
    map_init(&gone, r->sbom->arena);
    json_begin(&json, raw, r->sbom->arena);
    if (raw.len && json_object(&json))
        while (json_key(&json, &key)) {
            if (!str_is(key, "GoneFindings"))
                json_skip(&json);
            else if (json_array(&json))
                while (json_item(&json))
                    if (!read_gone(&json, &gone))
                        return false;
        }
    for (size_t i = first; gone.count && i < r->sbom->component_count; i++) {
        struct str number, id;
        str_cut(r->sbom->components[i].alias, ' ', &number, &id);
        r->sbom->components[i].is_gone = map_get(&gone, id, NULL);
    }
    return true;
}

/* Where packages have no file of their own, it is the target, but for groups of all packages of one sort. */
static void place_packages(struct trivy_result *r, struct str target, struct str class, struct str type, size_t first)
{
    const struct catalog_kind *kind = type.len ? catalog_kind_named(type) : NULL;
    bool is_path = !str_is(class, "os-pkgs") && !(kind && kind->title);
    for (size_t i = first; i < r->sbom->component_count; i++) {
        struct sbom_component *c = &r->sbom->components[i];
        c->manager = type;
        if (c->file.len == 0 && is_path)
            c->file = target;
    }
}

static bool read_result(struct json *json, struct trivy_result *r)
{
    struct str key, target = { 0 }, class = { 0 }, type = { 0 }, vulnerable = { 0 }, more = { 0 };
    size_t first = r->sbom->component_count;
    struct json list;
    if (!json_object(json))
        return true;
    r->number++;
    while (json_key(json, &key)) {
        struct str *to = str_is(key, "Target") ? &target : str_is(key, "Class") ? &class : str_is(key, "Type") ? &type : NULL;
        if (to)
            json_string(json, to);
        else if (str_is(key, "Vulnerabilities")) {
            r->line = json_line(json);
            json_raw(json, &vulnerable);
        } else if (str_is(key, "Drydock"))
            json_raw(json, &more);
        else if (!str_is(key, "Packages"))
            json_skip(json);
        else if (!read_list(json, r, read_package))
            return false;
    }
    json_begin(&list, vulnerable, r->sbom->arena);
    if (r->sbom->component_count == first && vulnerable.len && !read_list(&list, r, read_vulnerable))
        return false;
    place_packages(r, target, class, type, first);
    return mark_gone(r, more, first);
}

static bool read_members(struct json *json, struct trivy_result *r)
{
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        bool ok = true;
        if (str_is(key, "ArtifactName"))
            json_string(json, &r->sbom->subject);
        else if (str_is(key, "Metadata"))
            ok = trivy_read_metadata(json, r->sbom);
        else if (str_is(key, "Results"))
            ok = read_list(json, r, read_result);
        else if (str_is(key, "Drydock"))
            ok = trivy_read_drydock(json, r->sbom);
        else
            json_skip(json);
        if (!ok)
            return false;
    }
    return true;
}

static bool read_document(struct str text, struct sbom *sbom, struct error *err)
{
    struct json json;
    struct trivy_result result = { .sbom = sbom };
    map_init(&result.content_sets, sbom->arena);
    json_begin(&json, text, sbom->arena);
    return read_members(&json, &result) ? json_end(&json, err) : arena_error(sbom->arena, err);
}

const struct sbom_format sbom_trivy_format = { "Trivy report", "trivy", read_document };
