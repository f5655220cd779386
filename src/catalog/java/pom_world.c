/* The projects of a tree and of the local repositories in it: where each is found, who is whose parent, and what a ${…}
 * means in one (POM Reference, "Inheritance" and "Properties"; Maven Model Builder, "Model Interpolation"). */
#include "catalog/java/pom.h"

#include <stdlib.h>

enum { MAX_EXPANSIONS = 256, MAX_EXPANSION_DEPTH = 24, MAX_TEXT_BYTES = 4096, MAX_NESTING = 64 };

/* ---- notes ---- */

static struct str next_field(struct str *rest)
{
    struct str field, left = *rest;
    str_cut(left, '\t', &field, rest);
    return field;
}

static uint32_t next_number(struct str *rest)
{
    uint64_t number = 0;
    return str_u64(next_field(rest), &number) && number <= UINT32_MAX ? (uint32_t)number : 0;
}

/* The first lines, which say what the project is. */
static bool read_head(struct pom *pom)
{
    struct str rest = pom->note, line;
    while (str_line(&rest, &line)) {
        struct str fields = str_skip(line, 2);
        if (line.len && line.ptr[0] == POM_PROJECT) {
            pom->group = next_field(&fields);
            pom->artifact = next_field(&fields);
            pom->version = next_field(&fields);
            pom->packaging = next_field(&fields);
        } else if (line.len && line.ptr[0] == POM_PARENT) {
            pom->parent_group = next_field(&fields);
            pom->parent_artifact = next_field(&fields);
            pom->parent_version = next_field(&fields);
            pom->parent_path = next_field(&fields);
            pom->has_parent = pom->parent_group.len && pom->parent_artifact.len;
        } else {
            break;
        }
    }
    return pom->artifact.len > 0;
}

static bool add_dependency(struct arena *arena, struct pom_dependency **items, size_t *count, size_t *cap, struct str fields)
{
    struct pom_dependency *grown = arena_grow(arena, *items, *count, cap, sizeof *grown);
    if (!grown)
        return false;
    *items = grown;
    struct pom_dependency *d = &grown[(*count)++];
    *d = (struct pom_dependency){ 0 };
    d->group = next_field(&fields);
    d->artifact = next_field(&fields);
    d->version = next_field(&fields);
    d->type = next_field(&fields);
    d->classifier = next_field(&fields);
    d->scope = next_field(&fields);
    d->optional = str_eq_nocase(next_field(&fields), STR("true"));
    d->line = next_number(&fields);
    d->end_line = next_number(&fields);
    return true;
}

static bool add_text(struct arena *arena, struct str **items, size_t *count, size_t *cap, struct str text)
{
    struct str *grown = arena_grow(arena, *items, *count, cap, sizeof *grown);
    if (grown) {
        *items = grown;
        grown[(*count)++] = text;
    }
    return grown != NULL;
}

static bool add_property(struct pom *pom, struct str fields)
{
    struct arena *arena = pom->properties.arena;
    struct str name = next_field(&fields), *value = arena_new(arena, struct str);
    if (!value)
        return false;
    *value = next_field(&fields);
    return map_put(&pom->properties, name, (uint64_t)(uintptr_t)value);
}

/* Exclusions follow their dependency: all of one stand together in an array. */
static bool add_exclusions(struct arena *arena, struct pom_dependency *d, struct str *rest)
{
    struct str peek = *rest, line;
    size_t count = 0;
    while (str_line(&peek, &line) && line.len && line.ptr[0] == POM_EXCLUSION)
        count++;
    struct pom_exclusion *items = arena_array(arena, count, sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < count; i++) {
        str_line(rest, &line);
        struct str fields = str_skip(line, 2);
        items[i].group = next_field(&fields);
        items[i].artifact = next_field(&fields);
    }
    d->exclusions = items;
    d->exclusion_count = count;
    return true;
}

static bool read_line(struct arena *arena, struct pom *pom, struct str line, struct str *rest)
{
    struct str fields = str_skip(line, 2);
    bool ok = true, exclusions = rest->len && rest->ptr[0] == POM_EXCLUSION;
    switch (line.ptr[0]) {
    case POM_LICENCE: return add_text(arena, &pom->licences, &pom->licence_count, &pom->licence_cap, fields);
    case POM_MODULE: return add_text(arena, &pom->modules, &pom->module_count, &pom->module_cap, fields);
    case POM_PROPERTY: return add_property(pom, fields);
    case POM_DEPENDENCY:
        ok = add_dependency(arena, &pom->dependencies, &pom->dependency_count, &pom->dependency_cap, fields);
        return ok && (!exclusions || add_exclusions(arena, &pom->dependencies[pom->dependency_count - 1], rest));
    case POM_MANAGED:
        ok = add_dependency(arena, &pom->managed, &pom->managed_count, &pom->managed_cap, fields);
        return ok && (!exclusions || add_exclusions(arena, &pom->managed[pom->managed_count - 1], rest));
    default: return true;
    }
}

bool pom_read(struct pom_world *world, struct pom *pom)
{
    struct str rest = pom->note, line;
    if (pom->state == POM_DONE)
        return true;
    map_init(&pom->properties, world->arena);
    while (str_line(&rest, &line))
        if (line.len && !read_line(world->arena, pom, line, &rest))
            return false;
    pom->state = POM_DONE;
    return true;
}

/* ---- finding ---- */

static struct str coordinates(struct arena *arena, struct str group, struct str artifact, struct str version)
{
    return arena_printf(arena, "%.*s:%.*s:%.*s", STR_ARG(group), STR_ARG(artifact), STR_ARG(version));
}

struct pom *pom_find(struct pom_world *world, struct str group, struct str artifact, struct str version)
{
    uint64_t index;
    if (!group.len || !artifact.len || !version.len || ++world->steps > POM_MAX_STEPS)
        return NULL;
    struct arena_mark mark = arena_mark(world->arena);
    struct str key = coordinates(world->arena, group, artifact, version);
    bool found = map_get(&world->by_name, key, &index);
    if (found || map_get(&world->missing, key, NULL))
        arena_reset(world->arena, mark);
    else
        map_put(&world->missing, key, 1);
    return found ? &world->poms[index] : NULL;
}

static struct pom *find_path(struct pom_world *world, struct str path)
{
    uint64_t index;
    return map_get(&world->by_path, path, &index) ? &world->poms[index] : NULL;
}

struct pom *pom_at(struct pom_world *world, const struct pom *from, struct str relative)
{
    char path[4096];
    size_t len;
    if (++world->steps > POM_MAX_STEPS)
        return NULL;
    struct arena_mark mark = arena_mark(world->arena);
    struct str joined = arena_printf(world->arena, "%.*s/%.*s", STR_ARG(path_dir(from->path)), STR_ARG(relative));
    for (size_t i = 0; i < joined.len; i++)
        if (joined.ptr[i] == '\\')
            ((char *)(uintptr_t)joined.ptr)[i] = '/';
    struct pom *found = NULL;
    if (joined.ptr && path_normalize(joined, path, &len)) {
        found = find_path(world, str_make(path, len));
        if (!found)
            found = find_path(world, arena_printf(world->arena, "%.*s%spom.xml", (int)len, path, len ? "/" : ""));
    }
    arena_reset(world->arena, mark);
    return found == from ? NULL : found;
}

/* Is this the file that `pom` means by its parent? The version may be one that only the parent itself can tell. */
static bool is_parent(struct pom_world *world, const struct pom *pom, struct pom *candidate)
{
    if (!str_eq(candidate->artifact, pom->parent_artifact) || !str_eq(pom_group(world, candidate), pom->parent_group))
        return false;
    struct str version = pom->parent_version;
    return str_contains(version, "${") || str_starts(version, "[") || str_starts(version, "(") ||
           str_eq(pom_version(world, candidate), version);
}

static struct pom *find_parent(struct pom_world *world, struct pom *pom)
{
    struct pom *found = NULL;
    if (!pom->in_repository && pom->parent_path.len)
        found = pom_at(world, pom, str_is(pom->parent_path, "*") ? STR("../pom.xml") : pom->parent_path);
    if (found && is_parent(world, pom, found))
        return found;
    struct pom_dependency wanted = { .group = pom->parent_group,
                                     .artifact = pom->parent_artifact,
                                     .version = pom->parent_version };
    bool hard;
    return pom_find(world, wanted.group, wanted.artifact, pom_choose_version(world, &wanted, &hard));
}

struct pom *pom_parent(struct pom_world *world, struct pom *pom)
{
    if (pom->parent_state == POM_DONE || !pom->has_parent)
        return pom->parent;
    if (pom->parent_state == POM_BUSY || world->nesting == MAX_NESTING)
        return NULL;
    pom->parent_state = POM_BUSY;
    world->nesting++;
    struct pom *found = find_parent(world, pom);
    unsigned above = 0;
    for (struct pom *p = found; p && above <= POM_MAX_PARENTS; p = pom_parent(world, p))
        above = p == pom ? POM_MAX_PARENTS + 1 : above + 1;
    pom->parent = above > POM_MAX_PARENTS ? NULL : found;
    pom->parent_state = POM_DONE;
    world->nesting--;
    if (!found && !pom->lacks.len)
        pom->lacks = coordinates(world->arena, pom->parent_group, pom->parent_artifact, pom->parent_version);
    return pom->parent;
}

/* ---- expressions ---- */

struct expansion {
    struct pom_world *world;
    struct pom *pom;
    struct buf out;
    unsigned left;
};

/* Fields of the project itself; without the prefix they are an old spelling. */
static bool project_field(const struct pom *pom, struct str name, struct str *out)
{
    const struct {
        const char *name;
        struct str own, inherited;
    } fields[] = {
        { "groupId", pom->group, pom->parent_group },     { "artifactId", pom->artifact, { 0 } },
        { "version", pom->version, pom->parent_version }, { "packaging", pom->packaging, STR_INIT("jar") },
        { "parent.groupId", pom->parent_group, { 0 } },   { "parent.artifactId", pom->parent_artifact, { 0 } },
        { "parent.version", pom->parent_version, { 0 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (str_is(name, fields[i].name)) {
            *out = fields[i].own.len ? fields[i].own : fields[i].inherited;
            return out->len > 0;
        }
    return false;
}

static bool find_property(struct pom_world *world, struct pom *pom, struct str name, struct str *out)
{
    for (; pom && pom_read(world, pom); pom = pom_parent(world, pom)) {
        uint64_t value;
        if (map_get(&pom->properties, name, &value)) {
            *out = *(const struct str *)(uintptr_t)value;
            return true;
        }
    }
    return false;
}

static bool find_value(const struct expansion *e, struct str name, struct str *out)
{
    size_t prefix = str_starts(name, "project.") ? 8 : str_starts(name, "pom.") ? 4 : 0;
    if (prefix && project_field(e->pom, str_skip(name, prefix), out))
        return true;
    return find_property(e->world, e->pom, name, out) || project_field(e->pom, name, out);
}

/* False where something is unknown, goes in circles or grows too long. */
static bool expand(struct expansion *e, struct str text, unsigned depth)
{
    while (text.len) {
        const char *dollar = memchr(text.ptr, '$', text.len);
        size_t plain = dollar ? (size_t)(dollar - text.ptr) : text.len, end;
        buf_str(&e->out, str_head(text, plain));
        text = str_skip(text, plain);
        if (!str_starts(text, "${") || !str_find(text, '}', &end)) {
            buf_str(&e->out, str_head(text, 1));
            text = str_skip(text, 1);
            continue;
        }
        struct str value;
        if (e->left == 0 || depth == MAX_EXPANSION_DEPTH || !find_value(e, str_skip(str_head(text, end), 2), &value))
            return false;
        e->left--;
        if (!expand(e, value, depth + 1))
            return false;
        text = str_skip(text, end + 1);
    }
    return !e->out.failed;
}

struct str pom_interpolate(struct pom_world *world, struct pom *pom, struct str text)
{
    if (!str_contains(text, "${"))
        return text;
    struct expansion e = { .world = world, .pom = pom, .left = MAX_EXPANSIONS };
    struct str out = STR("");
    buf_init(&e.out, MAX_TEXT_BYTES);
    if (++world->steps <= POM_MAX_STEPS && expand(&e, text, 0))
        out = arena_str(world->arena, str_trim(buf_view(&e.out)));
    buf_free(&e.out);
    return out.ptr ? out : STR("");
}

struct str pom_group(struct pom_world *world, struct pom *pom)
{
    if (!pom->whole_group.ptr)
        pom->whole_group = pom_interpolate(world, pom, pom->group.len ? pom->group : pom->parent_group);
    return pom->whole_group.ptr ? pom->whole_group : STR("");
}

struct str pom_version(struct pom_world *world, struct pom *pom)
{
    if (!pom->whole_version.ptr)
        pom->whole_version = pom_interpolate(world, pom, pom->version.len ? pom->version : pom->parent_version);
    return pom->whole_version.ptr ? pom->whole_version : STR("");
}

/* ---- the index ---- */

static int compare_paths(const void *a, const void *b)
{
    const struct pom *x = a, *y = b;
    return str_cmp(x->path, y->path);
}

/* The version that a file is found by. In a repository (…/artifact/version/artifact-version.pom) the folder has it. */
static struct str written_version(const struct pom *pom)
{
    struct str folder = path_dir(pom->path), version = path_base(folder);
    if (pom->in_repository && str_eq(path_base(path_dir(folder)), pom->artifact) && version.len)
        return version;
    return pom->version.len ? pom->version : pom->parent_version;
}

static bool add_name(struct pom_world *world, size_t index, struct str version)
{
    struct pom *pom = &world->poms[index];
    struct str group = pom_group(world, pom), key = coordinates(world->arena, group, pom->artifact, version);
    uint64_t value;
    if (world->arena->exhausted || !group.len || !version.len)
        return !world->arena->exhausted;
    if (map_get(&world->by_name, key, &value) && !world->poms[value].in_repository)
        return true; /* the projects of the tree win, as in Maven's reactor */
    if (!map_put(&world->by_name, key, index))
        return false;
    struct str pair = arena_printf(world->arena, "%.*s:%.*s", STR_ARG(group), STR_ARG(pom->artifact));
    struct pom_version *item = arena_new(world->arena, struct pom_version);
    if (!pair.ptr || !item)
        return false;
    item->version = version;
    item->next = map_get(&world->versions, pair, &value) ? (const struct pom_version *)(uintptr_t)value : NULL;
    return map_put(&world->versions, pair, (uint64_t)(uintptr_t)item);
}

/* Those first that say plainly who they are: others find their parents among them. */
static bool index_names(struct pom_world *world)
{
    for (int plainly = 1; plainly >= 0; plainly--)
        for (size_t i = 0; i < world->count; i++) {
            struct pom *pom = &world->poms[i];
            struct str group = pom->group.len ? pom->group : pom->parent_group, version = written_version(pom);
            bool plain = !str_contains(group, "${") && !str_contains(version, "${");
            if (plain == plainly && !add_name(world, i, plain ? version : pom_interpolate(world, pom, version)))
                return false;
        }
    return true;
}

bool pom_world_open(struct pom_world *world, const struct catalog_facts *facts, struct arena *arena)
{
    *world = (struct pom_world){ .arena = arena, .poms = arena_array(arena, facts->note_count + 1, sizeof *world->poms) };
    map_init(&world->by_path, arena);
    map_init(&world->by_name, arena);
    map_init(&world->versions, arena);
    map_init(&world->missing, arena);
    if (!world->poms)
        return false;
    for (size_t i = 0; i < facts->note_count; i++) {
        struct pom *pom = &world->poms[world->count];
        *pom = (struct pom){ .path = facts->notes[i].path, .note = facts->notes[i].value };
        pom->in_repository = str_ends(pom->path, ".pom");
        if (str_is(facts->notes[i].key, POM_NOTE_KEY) && read_head(pom))
            world->count++;
    }
    qsort(world->poms, world->count, sizeof *world->poms, compare_paths);
    for (size_t i = 0; i < world->count; i++)
        if (!map_put(&world->by_path, world->poms[i].path, i))
            return false;
    return index_names(world);
}
