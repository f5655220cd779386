/* The neutral form of documents: its parts are added here, tied to each other by their references, and asked where each component
 * was found. See sbom.h. */
#include "catalog/sbom/sbom.h"

/* ---- adding ------------------------------------------------------------------------------------------------------------------------ */

bool sbom_add_component(struct sbom *sbom, const struct sbom_component *component)
{
    struct sbom_component *grown =
        arena_grow(sbom->arena, sbom->components, sbom->component_count, &sbom->component_cap, sizeof *grown);
    if (!grown)
        return false;
    sbom->components = grown;
    grown[sbom->component_count++] = *component;
    return true;
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

bool sbom_add_layer(struct sbom *sbom, struct catalog_bill_layer layer)
{
    struct catalog_bill_layer *grown = arena_grow(sbom->arena, sbom->layers, sbom->layer_count, &sbom->layer_cap, sizeof *grown);
    if (!grown)
        return false;
    sbom->layers = grown;
    grown[sbom->layer_count++] = layer;
    return true;
}

bool sbom_add_note(struct sbom *sbom, struct str key, struct str value, struct str path)
{
    struct catalog_note *grown = arena_grow(sbom->arena, sbom->notes, sbom->note_count, &sbom->note_cap, sizeof *grown);
    if (!grown)
        return false;
    sbom->notes = grown;
    grown[sbom->note_count++] = (struct catalog_note){ key, value, path, 0 };
    return true;
}

/* ---- references ---------------------------------------------------------------------------------------------------------------------- */

static bool is_need(const struct sbom_link *link)
{
    return link->relation == SBOM_NEEDS || link->relation == SBOM_NEEDS_DEV;
}

/* Of several with one reference the first counts; a reference before an alias. */
static bool index_components(struct sbom *sbom)
{
    for (size_t i = 0; i < sbom->component_count; i++) {
        struct str ref = sbom->components[i].ref;
        sbom->components[i].id = ref;
        if (ref.len && !map_get(&sbom->refs, ref, NULL) && !map_put(&sbom->refs, ref, i))
            return false;
    }
    for (size_t i = 0; i < sbom->component_count; i++) {
        struct str alias = sbom->components[i].alias;
        if (alias.len && !map_get(&sbom->refs, alias, NULL) && !map_put(&sbom->refs, alias, i))
            return false;
    }
    return true;
}

/* So that links are found without going through all of them. */
static bool index_links(struct sbom *sbom)
{
    sbom->next_need = arena_array(sbom->arena, sbom->link_count + 1, sizeof *sbom->next_need);
    if (!sbom->next_need || sbom->link_count >= UINT32_MAX || sbom->component_count >= UINT32_MAX)
        return false;
    for (size_t i = sbom->link_count; i-- > 0;) {
        uint64_t next = 0;
        if (!is_need(&sbom->links[i]))
            continue;
        map_get(&sbom->first_need, sbom->links[i].from, &next);
        sbom->next_need[i] = (uint32_t)next;
        if (!map_put(&sbom->first_need, sbom->links[i].from, i + 1))
            return false;
    }
    return true;
}

/* What the document is about; one that describes all that it lists is about none of it. */
static void find_root(struct sbom *sbom)
{
    size_t described = 0;
    uint64_t root = 0;
    for (size_t i = 0; i < sbom->link_count; i++)
        described += sbom->links[i].relation == SBOM_DESCRIBES && map_get(&sbom->refs, sbom->links[i].to, &root);
    if (described == 1)
        sbom->components[root].is_root = true;
}

bool sbom_read(struct str text, struct arena *arena, struct sbom *out, struct error *err)
{
    *out = (struct sbom){ .arena = arena };
    struct str document = text;
    bool ok = sbom_unwrap(&document, out, err);
    if (ok && out->format)
        ok = out->format->read(document, out, err);
    map_init(&out->refs, arena);
    map_init(&out->first_need, arena);
    if (arena->exhausted || !index_components(out) || !index_links(out))
        return arena_error(arena, err);
    find_root(out);
    return ok;
}

/* ---- places ---------------------------------------------------------------------------------------------------------------------------- */

/* Groups of all packages of one sort are called by a title, which is no path. */
static bool is_titled(const struct sbom_component *group)
{
    const struct catalog_kind *kind = group->manager.len ? catalog_kind_named(group->manager) : NULL;
    return kind && kind->title;
}

static void tie(const struct sbom *sbom, const struct sbom_link *link, size_t from, size_t to, struct sbom_place *places)
{
    const struct sbom_component *holder = &sbom->components[from], *held = &sbom->components[to];
    bool from_group = holder->role == SBOM_GROUP && (link->relation == SBOM_HOLDS || is_need(link));
    if (link->relation == SBOM_OWNS) {
        places[to].owner = (uint32_t)from + 1;
    } else if (from_group && held->role == SBOM_PACKAGE && !places[to].group) {
        places[to].group = (uint32_t)from + 1;
        if (places[to].file.len == 0 && !is_titled(holder))
            places[to].file = holder->name;
    } else if (is_need(link) && holder->role == SBOM_PACKAGE) {
        places[to].is_dev = link->relation == SBOM_NEEDS_DEV && (places[to].is_dev || !places[to].is_needed);
        places[to].is_direct |= holder->is_root;
        places[to].is_needed = true;
    } else if (link->relation == SBOM_HOLDS && held->role == SBOM_FILE && places[from].file.len == 0) {
        places[from].file = held->name;
    } else if (link->relation == SBOM_HOLDS && holder->role == SBOM_FILE && places[to].file.len == 0) {
        places[to].file = holder->name;
    }
}

bool sbom_find_places(const struct sbom *sbom, struct sbom_place **out)
{
    struct sbom_place *places = arena_array(sbom->arena, sbom->component_count + 1, sizeof *places);
    if (!places)
        return false;
    for (size_t i = 0; i < sbom->component_count; i++)
        places[i].file = sbom->components[i].role == SBOM_FILE ? sbom->components[i].name : sbom->components[i].file;
    for (size_t i = 0; i < sbom->link_count; i++) {
        uint64_t from, to;
        if (map_get(&sbom->refs, sbom->links[i].from, &from) && map_get(&sbom->refs, sbom->links[i].to, &to))
            tie(sbom, &sbom->links[i], (size_t)from, (size_t)to, places);
    }
    *out = places;
    return true;
}

bool sbom_open(const struct catalog_file *file, struct catalog_facts *facts, struct sbom *out, struct sbom_place **places)
{
    struct error err = { 0 };
    bool whole = sbom_read(file->text, file->scratch, out, &err);
    if (file->scratch->exhausted)
        return false;
    if (out->format && !whole && !catalog_warn(facts, file->path, false, "%s: %s", out->format->name, err.text))
        return false;
    return sbom_find_places(out, places);
}
