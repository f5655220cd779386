/* A bill of materials becomes facts: each component that is a package becomes one of its own kind, where it was found, with what it
 * needs. See catalog_bill_read in catalog.h. */
#include "catalog/sbom/bill.h"

#include "catalog/headers.h"

void bill_count_one(struct bill_count *count, struct str what)
{
    if (count->count++ == 0)
        count->first = what;
}

/* ---- kinds ---------------------------------------------------------------------------------------------------------------------------- */

static bool makes_packages(const struct catalog_kind *kind)
{
    return kind && !kind->is_facts_only && kind != &catalog_sbom_kind;
}

static bool has_type(const struct catalog_kind *kind, const struct purl *purl)
{
    return makes_packages(kind) && kind->purl_type && str_is(purl->type, kind->purl_type);
}

/* By the name of its package manager, by the file that it was found in, by its package URL; NULL: nothing tells. */
static const struct catalog_kind *kind_of(const struct bill *bill, size_t at, const struct purl *purl)
{
    const struct sbom_component *c = &bill->sbom.components[at];
    const struct sbom_place *place = &bill->places[at];
    struct str manager = c->manager;
    char path[4096];
    size_t len = 0;
    if (manager.len == 0 && place->group)
        manager = bill->sbom.components[place->group - 1].manager;
    const struct catalog_kind *kind = manager.len ? catalog_kind_named(manager) : NULL;
    if (makes_packages(kind) && (c->is_exact || has_type(kind, purl)))
        return kind;
    if (purl->type.len == 0) {
        const char *type = manager.len ? bill_purl_type(manager) : NULL;
        return type ? catalog_kind_of_purl(str_from(type)) : NULL;
    }
    kind = place->file.len && path_normalize(place->file, path, &len) ? catalog_claim(str_make(path, len)) : NULL;
    if (has_type(kind, purl))
        return kind;
    kind = catalog_kind_of_purl(purl->type);
    return makes_packages(kind) ? kind : NULL;
}

/* ---- packages ----------------------------------------------------------------------------------------------------------------------------- */

/* Where the document does not say in which file, it is the document itself, by the line. */
static void set_place(struct bill *bill, size_t at, struct package *package)
{
    const struct sbom_component *c = &bill->sbom.components[at];
    struct str file = bill->places[at].file;
    struct arena *arena = bill->facts->arena;
    char path[4096];
    size_t len = 0;
    bool known = file.len && header_value_ok(file) && path_normalize(file, path, &len) && len;
    package->line = known ? c->line : c->at_line;
    package->end_line = known ? c->end_line : c->at_line;
    if (!known)
        return;
    package->path = arena_str(arena, str_make(path, len));
    package->within = header_value_ok(c->within) ? arena_str(arena, c->within) : (struct str){ 0 };
    package->proof = arena_printf(arena, "%.*s, line %u", STR_ARG(path_base(bill->name)), c->at_line);
}

static void set_relation(const struct bill *bill, size_t at, struct package *package)
{
    const struct sbom_component *c = &bill->sbom.components[at];
    const struct sbom_place *place = &bill->places[at];
    package->dev = c->is_dev || place->is_dev;
    package->locked_only = c->is_locked;
    package->gone = c->is_gone;
    package->relation = c->relation;
    if (package->kind->is_os || c->relation != RELATION_UNKNOWN)
        return;
    package->relation = c->is_root                             ? RELATION_ROOT
                        : place->is_direct                     ? RELATION_DIRECT
                        : place->is_needed && bill->has_direct ? RELATION_INDIRECT
                                                               : RELATION_UNKNOWN;
}

/* An OS package that has this one's files. */
static void set_owner(struct bill *bill, size_t at, struct package *package)
{
    const struct sbom_component *c = &bill->sbom.components[at];
    uint32_t owner = bill->places[at].owner;
    if (package->kind->is_os)
        return;
    if (c->owner.len)
        package->owner = arena_str(bill->facts->arena, c->owner);
    else if (owner)
        package->owner = arena_str(bill->facts->arena, bill->sbom.components[owner - 1].name);
}

/* An OS package is there once, whatever lists it; others once in a file. */
static struct str key_of(struct arena *arena, const struct package *p)
{
    struct str place = p->kind->is_os ? STR("") : p->path;
    return arena_printf(arena, "%s\n%.*s\n%.*s\n%.*s\n%.*s\n%.*s", p->kind->is_os ? "" : p->kind->name, STR_ARG(p->name),
                        STR_ARG(p->version), STR_ARG(p->arch), STR_ARG(place), STR_ARG(p->within));
}

/* Takes back a package that is listed already: what needs the one needs the other. */
static bool merge(struct bill *bill, size_t at, struct package *package, bool *merged)
{
    struct str key = key_of(bill->scratch, package);
    uint64_t index;
    *merged = key.ptr && map_get(&bill->equal, key, &index);
    if (!*merged)
        return key.ptr && map_put(&bill->equal, key, bill->facts->package_count - 1);
    struct package *kept = &bill->facts->packages[index];
    bill->sbom.components[at].id = bill->sbom.components[bill->components[index]].id;
    kept->dev &= package->dev;
    kept->locked_only &= package->locked_only;
    if (kept->owner.len == 0)
        kept->owner = package->owner;
    bill->facts->package_count--;
    return true;
}

/* Remembers which component and which layer the last package is of. */
static bool index_package(struct bill *bill, size_t at)
{
    size_t count = bill->facts->package_count - 1;
    uint32_t *components = arena_grow(bill->scratch, bill->components, count, &bill->component_cap, sizeof *components);
    if (!components)
        return false;
    bill->components = components;
    components[count] = (uint32_t)at;
    uint32_t *layers = arena_grow(bill->facts->arena, bill->out->package_layers, count, &bill->layer_index_cap, sizeof *layers);
    if (!layers)
        return false;
    bill->out->package_layers = layers;
    return bill_find_layer(bill, bill->sbom.components[at].layer, &layers[count]);
}

/* One without a version is listed, as the main module of a Go program is; nothing can be said of it. */
static bool is_usable(struct bill *bill, size_t at, const struct package *package)
{
    const struct sbom_component *c = &bill->sbom.components[at];
    if (package->name.len == 0 || !header_value_ok(package->name) || !header_value_ok(package->version)) {
        bill_count_one(&bill->unreadable, c->name);
        return false;
    }
    if (package->version.len == 0 && c->relation != RELATION_ROOT && !c->is_root)
        bill_count_one(&bill->without_version, c->name);
    return true;
}

static bool add_package(struct bill *bill, size_t at, const struct catalog_kind *kind, const struct purl *purl)
{
    struct sbom_component *c = &bill->sbom.components[at];
    struct package *package = catalog_add_package(bill->facts, kind, bill->name);
    bool merged;
    if (!package || !sbom_fill(&bill->sbom, c, purl, kind->is_os, package, bill->facts->arena))
        return false;
    if (!is_usable(bill, at, package)) {
        bill->facts->package_count--;
        return true;
    }
    c->id = package->id = sbom_is_item(package->id) ? package->id : arena_printf(bill->facts->arena, "#%zu", at);
    set_place(bill, at, package);
    set_relation(bill, at, package);
    set_owner(bill, at, package);
    if (bill->facts->arena->exhausted || !merge(bill, at, package, &merged))
        return false;
    return merged || (index_package(bill, at) && (!kind->is_os || bill_vote(bill, purl)));
}

static bool count_type(struct bill *bill, struct str type)
{
    uint64_t count = 0;
    map_get(&bill->types, type, &count);
    return map_put(&bill->types, type, count + 1);
}

static bool add_component(struct bill *bill, size_t at)
{
    const struct sbom_component *c = &bill->sbom.components[at];
    struct purl purl = { 0 };
    struct error ignored = { 0 };
    bill->out->file_count += c->role == SBOM_FILE;
    if (c->role == SBOM_OTHER)
        bill_count_one(&bill->others, c->name);
    if (c->role != SBOM_PACKAGE)
        return true;
    bool bad = c->purl.len && !purl_parse(c->purl, bill->scratch, &purl, &ignored);
    if (bill->scratch->exhausted)
        return false;
    const struct catalog_kind *kind = bad && !c->is_exact ? NULL : kind_of(bill, at, &purl);
    if (kind)
        return add_package(bill, at, kind, &purl);
    if (bad)
        bill_count_one(&bill->bad_purls, c->purl);
    else if (c->purl.len == 0)
        bill_count_one(&bill->without_purl, c->name);
    else if (str_is(purl.type, "oci") || str_is(purl.type, "docker"))
        bill_count_one(&bill->others, c->name);
    else
        return count_type(bill, purl.type);
    return true;
}

/* ---- the whole -------------------------------------------------------------------------------------------------------------------------------- */

/* What the document describes is of the same sort as what it needs directly: in one lock file with it, where those are. */
static void adopt_roots(struct bill *bill)
{
    struct package *packages = bill->facts->packages;
    const struct package *direct = NULL;
    for (size_t i = 0; i < bill->facts->package_count && !direct; i++)
        if (packages[i].relation == RELATION_DIRECT && packages[i].kind->purl_type)
            direct = &packages[i];
    for (size_t i = 0; i < bill->facts->package_count && direct; i++) {
        struct package *p = &packages[i];
        bool same = p->kind->purl_type && strcmp(p->kind->purl_type, direct->kind->purl_type) == 0;
        if (!bill->sbom.components[bill->components[i]].is_root || !same)
            continue;
        p->kind = direct->kind;
        if (str_eq(p->path, bill->name))
            p->path = direct->path;
    }
}

static bool add_packages(struct bill *bill)
{
    for (size_t i = 0; i < bill->sbom.component_count; i++)
        bill->has_direct |= bill->places[i].is_direct;
    for (size_t i = 0; i < bill->sbom.component_count; i++)
        if (!add_component(bill, i))
            return false;
    for (size_t i = 0; i < bill->facts->package_count; i++)
        if (!sbom_fill_needs(&bill->sbom, &bill->sbom.components[bill->components[i]], &bill->facts->packages[i],
                             bill->facts->arena))
            return false;
    adopt_roots(bill);
    return true;
}

static bool add_notes(struct bill *bill)
{
    static const char *const keys[] = { "content-set", "nvr", "esm", "apk-repository" };
    for (size_t i = 0; i < bill->sbom.note_count; i++) {
        const struct catalog_note *note = &bill->sbom.notes[i];
        for (size_t k = 0; k < ARRAY_LEN(keys); k++)
            if (str_is(note->key, keys[k]) && header_value_ok(note->value) &&
                !catalog_add_note(bill->facts, keys[k], note->value, note->path.len ? note->path : bill->name))
                return false;
    }
    return true;
}

static void describe(struct bill *bill)
{
    struct arena *arena = bill->facts->arena;
    struct catalog_bill *out = bill->out;
    const struct sbom *sbom = &bill->sbom;
    enum digest_algorithm algorithm;
    struct str hex;
    out->format = sbom->format->name;
    out->type = sbom->format->type;
    out->subject = header_value_ok(sbom->subject) ? arena_str(arena, sbom->subject) : (struct str){ 0 };
    if (digest_parse(sbom->image_id, &algorithm, &hex))
        out->image_id = arena_str(arena, sbom->image_id);
    out->config_json = arena_str(arena, sbom->config_json);
    out->os = arena_str(arena, sbom->os);
    out->arch = arena_str(arena, sbom->arch);
    out->repo_tags = arena_str(arena, sbom->repo_tags);
    out->repo_digests = arena_str(arena, sbom->repo_digests);
}

bool catalog_bill_read(struct str text, struct str name, struct arena *scratch, struct catalog_facts *facts,
                       struct catalog_bill *out, struct error *err)
{
    *out = (struct catalog_bill){ 0 };
    struct bill bill = { .name = name, .facts = facts, .out = out, .scratch = scratch };
    struct map *const maps[] = { &bill.equal, &bill.layers, &bill.types, &bill.distros };
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        map_init(maps[i], scratch);
    if (!sbom_read(text, scratch, &bill.sbom, err))
        return false;
    if (!bill.sbom.format)
        return error_set(err, ERROR_UNSUPPORTED,
                         "is no SBOM that is known here: CycloneDX (JSON, XML), SPDX 2 and 3 (JSON; 2 also tag-value and YAML), "
                         "Syft's and Trivy's JSON, GitHub's dependency snapshots, and attestations around these are");
    describe(&bill);
    if (!sbom_find_places(&bill.sbom, &bill.places) || !bill_begin_layers(&bill) || !add_packages(&bill) || !add_notes(&bill) ||
        !bill_add_distro(&bill) || !bill_warn(&bill) || facts->arena->exhausted)
        return arena_error(facts->arena->exhausted ? facts->arena : scratch, err);
    return true;
}
