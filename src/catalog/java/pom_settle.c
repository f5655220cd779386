/* Packages of Maven projects, as Trivy lists them: for every pom.xml the project itself, what it depends on, and the modules
 * below it with what these depend on. Tests, and what the surroundings provide, count as needed for development only. */
#include "catalog/java/pom.h"

enum {
    MAX_ARENA_BYTES = 512 << 20,
    MAX_PACKAGES = 500000,
    MAX_PACKAGE_BYTES = 256 << 20,
    MAX_NEED_BYTES = 4 << 20,
    MAX_WARNINGS = 20
};

struct settling {
    struct catalog_facts *facts;
    struct pom_world *world;
    size_t packages, warnings, unwarned, first_byte;
    uint64_t *visited; /* by project: the number of the file that listed it last */
    uint64_t file;
};

/* One file, and the project in it that is listed at present: the file's own or a module. */
struct listing {
    struct pom *file, *project;
    bool dev;               /* of an integration test */
    struct buf *module_ids; /* of all modules, for the root's `depends` */
};

static bool is_full(const struct settling *s)
{
    return s->packages >= MAX_PACKAGES || s->facts->arena->used_bytes - s->first_byte > MAX_PACKAGE_BYTES;
}

/* Projects of maven-invoker-plugin: src/it/NAME/pom.xml, target/it/NAME/pom.xml. */
static bool is_integration_test(struct str path)
{
    struct str folder = path_dir(path_dir(path)), above = path_base(path_dir(folder));
    return str_is(path_base(folder), "it") && (str_is(above, "src") || str_is(above, "target"));
}

/* The same library can be there for several modules: theirs have the module's file in their ids. */
static struct str make_id(struct arena *arena, const struct listing *l, struct str group, struct str artifact, struct str version)
{
    bool module = l->project != l->file;
    return arena_printf(arena, "%.*s:%.*s%s%.*s%s%.*s", STR_ARG(group), STR_ARG(artifact), version.len ? ":" : "",
                        STR_ARG(version), module ? "::" : "", module ? str_print_len(l->project->path) : 0, l->project->path.ptr);
}

static struct str node_id(struct arena *arena, const struct listing *l, const struct pom_node *node)
{
    return make_id(arena, l, node->dependency->group, node->dependency->artifact, node->version);
}

static struct str list_licences(struct settling *s, struct pom *pom)
{
    struct buf list;
    while (pom && pom_read(s->world, pom) && !pom->licence_count)
        pom = pom_parent(s->world, pom);
    if (!pom)
        return STR("");
    buf_init(&list, 1 << 16);
    for (size_t i = 0; i < pom->licence_count; i++)
        catalog_put_item(&list, pom->licences[i]);
    struct str copy = arena_str(s->facts->arena, buf_view(&list));
    buf_free(&list);
    return copy;
}

static struct package *add_package(struct settling *s, const struct listing *l, struct str group, struct str artifact,
                                   struct str version)
{
    struct arena *arena = s->facts->arena;
    struct package *package = catalog_add_package(s->facts, &catalog_pom_kind, l->file->path);
    if (!package)
        return NULL;
    s->packages++;
    package->name = arena_printf(arena, "%.*s:%.*s", STR_ARG(group), STR_ARG(artifact));
    package->version = arena_str(arena, version);
    package->id = make_id(arena, l, group, artifact, version);
    package->dev = l->dev;
    return arena->exhausted ? NULL : package;
}

/* ---- what a project needs ---- */

/* The ids that edges from `from` lead to; edges are sorted by it. */
static struct str list_needs(struct settling *s, const struct listing *l, const struct pom_tree *tree, uint32_t from,
                             size_t *edge)
{
    struct buf list;
    struct arena *scratch = s->world->arena;
    struct arena_mark mark = arena_mark(scratch);
    struct map seen;
    buf_init(&list, MAX_NEED_BYTES);
    map_init(&seen, scratch);
    for (; *edge < tree->edge_count && tree->edges[*edge].from == from; (*edge)++) {
        uint32_t to = tree->edges[*edge].to;
        struct str id = to == UINT32_MAX ? STR("") : node_id(scratch, l, &tree->nodes[to]);
        if (id.len && !map_get(&seen, id, NULL) && map_put(&seen, id, 1))
            catalog_put_item(&list, id);
    }
    struct str copy = arena_str(s->facts->arena, buf_view(&list));
    buf_free(&list);
    arena_reset(scratch, mark);
    return copy;
}

/* One library with several classifiers is one package; it is for development where all of them are. */
static struct package *find_twin(struct settling *s, const struct map *by_id, struct str id)
{
    uint64_t index;
    return map_get(by_id, id, &index) ? &s->facts->packages[index] : NULL;
}

static bool add_needed(struct settling *s, const struct listing *l, const struct pom_tree *tree, size_t *edge, size_t *unknown)
{
    struct map by_id;
    map_init(&by_id, s->world->arena);
    for (size_t i = 0; i < tree->count && !is_full(s); i++) {
        const struct pom_node *node = &tree->nodes[i];
        const struct pom_dependency *d = node->dependency;
        bool dev = node->scope >= SCOPE_PROVIDED || l->dev;
        struct str needs = list_needs(s, l, tree, (uint32_t)i, edge), id = node_id(s->world->arena, l, node);
        struct package *package = find_twin(s, &by_id, id);
        *unknown += !node->version.len;
        if (package) {
            package->dev &= dev;
            continue;
        }
        package = add_package(s, l, d->group, d->artifact, node->version);
        if (!package || !map_put(&by_id, package->id, s->facts->package_count - 1))
            return false;
        package->depends = needs;
        package->dev = dev;
        package->relation = node->direct ? RELATION_DIRECT : RELATION_INDIRECT;
        package->licence = list_licences(s, node->pom);
        if (node->direct && l->project == l->file) {
            package->line = d->line;
            package->end_line = d->end_line;
        }
    }
    return !s->facts->arena->exhausted && !s->world->arena->exhausted;
}

static bool warn(struct settling *s, const struct listing *l, const struct pom_tree *tree, size_t unknown)
{
    if (l->project != l->file || (!unknown && !tree->cut))
        return true;
    if (++s->warnings > MAX_WARNINGS) {
        s->unwarned++;
        return true;
    }
    if (tree->cut)
        return catalog_warn(s->facts, l->file->path, false, "more dependencies than can be resolved; the rest is left out");
    const struct pom *lacking = l->file;
    while (lacking && !lacking->lacks.len)
        lacking = lacking->parent;
    return catalog_warn(s->facts, l->file->path, false, "no version can be told for %zu of %zu dependencies%s%.*s%s", unknown,
                        tree->count, lacking ? ": " : "", lacking ? str_print_len(lacking->lacks) : 0,
                        lacking ? lacking->lacks.ptr : "", lacking ? " is not at hand" : "");
}

static bool list_project(struct settling *s, const struct listing *l)
{
    struct pom_world *world = s->world;
    size_t edge = 0, unknown = 0;
    const struct pom_tree *tree = pom_resolve(world, l->project);
    if (!tree)
        return false;
    struct str group = pom_group(world, l->project), artifact = pom_interpolate(world, l->project, l->project->artifact);
    struct str needs = list_needs(s, l, tree, UINT32_MAX, &edge);
    if (group.len && artifact.len) {
        struct package *package = add_package(s, l, group, artifact, pom_version(world, l->project));
        if (!package)
            return false;
        package->relation = l->project == l->file ? RELATION_ROOT : RELATION_WORKSPACE;
        package->licence = list_licences(s, l->project);
        package->depends = needs;
        if (l->project != l->file)
            catalog_put_item(l->module_ids, package->id);
    }
    return add_needed(s, l, tree, &edge, &unknown) && warn(s, l, tree, unknown);
}

/* ---- modules ---- */

static bool list_modules(struct settling *s, const struct listing *l, unsigned depth)
{
    if (depth > POM_MAX_PARENTS || !pom_read(s->world, l->project))
        return depth > POM_MAX_PARENTS;
    for (size_t i = 0; i < l->project->module_count && !is_full(s); i++) {
        struct str path = pom_interpolate(s->world, l->project, l->project->modules[i]);
        struct pom *module = path.len ? pom_at(s->world, l->project, path) : NULL;
        if (!module || module->in_repository || s->visited[module - s->world->poms] == s->file)
            continue;
        s->visited[module - s->world->poms] = s->file;
        struct listing below = { l->file, module, l->dev, l->module_ids };
        if (!list_project(s, &below) || !list_modules(s, &below, depth + 1))
            return false;
    }
    return true;
}

static bool list_file(struct settling *s, struct pom *pom)
{
    struct buf module_ids;
    struct listing l = { pom, pom, is_integration_test(pom->path), &module_ids };
    size_t root = s->facts->package_count;
    buf_init(&module_ids, MAX_NEED_BYTES);
    s->visited[pom - s->world->poms] = ++s->file;
    bool ok = list_project(s, &l) && list_modules(s, &l, 0);
    if (ok && module_ids.len && s->facts->packages[root].relation == RELATION_ROOT) {
        struct package *package = &s->facts->packages[root];
        struct str own = package->depends, modules = buf_view(&module_ids);
        package->depends = arena_printf(s->facts->arena, "%.*s%s%.*s", STR_ARG(own), own.len ? "\n" : "", STR_ARG(modules));
    }
    buf_free(&module_ids);
    return ok;
}

bool pom_settle(struct catalog_facts *facts)
{
    struct arena arena;
    struct pom_world world;
    struct settling s = { .facts = facts, .world = &world, .first_byte = facts->arena->used_bytes };
    arena_init(&arena, "Maven projects", MAX_ARENA_BYTES);
    bool ok = pom_world_open(&world, facts, &arena);
    s.visited = ok ? arena_array(&arena, world.count + 1, sizeof *s.visited) : NULL;
    ok = s.visited != NULL;
    for (size_t i = 0; ok && i < world.count && !is_full(&s); i++)
        ok = world.poms[i].in_repository || list_file(&s, &world.poms[i]);
    struct str first = facts->note_count ? facts->notes[0].path : STR("");
    if (facts->arena->exhausted)
        ok = false;
    else if (!ok || is_full(&s))
        ok = catalog_warn(facts, first, false, "too many Maven projects to resolve them all; some are left out");
    else if (s.unwarned)
        ok = catalog_warn(facts, first, false, "dependencies without a known version in %zu more projects", s.unwarned);
    arena_free(&arena);
    return ok;
}

/* ---- what else would help --------------------------------------------------------------------------------------------------- */

/* "group:artifact:version" as the path of its file in a repository; hostile parts give none. */
static struct str repository_path(struct arena *arena, struct str coordinates)
{
    struct str group, artifact, version, parts[3], none = { 0 };
    if (!str_cut(coordinates, ':', &group, &artifact) || !str_cut(artifact, ':', &artifact, &version))
        return none;
    parts[0] = group, parts[1] = artifact, parts[2] = version;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (!parts[i].len || parts[i].ptr[0] == '.' || str_contains(parts[i], "..") || str_find(parts[i], '/', NULL) ||
            str_find(parts[i], '\\', NULL) || str_find(parts[i], ':', NULL))
            return none;
    struct str path = arena_printf(arena, "%.*s/%.*s/%.*s/%.*s-%.*s.pom", STR_ARG(group), STR_ARG(artifact), STR_ARG(version),
                                   STR_ARG(artifact), STR_ARG(version));
    for (size_t i = 0; path.ptr && i < group.len; i++)
        if (path.ptr[i] == '.')
            ((char *)(uintptr_t)path.ptr)[i] = '/';
    return path;
}

bool catalog_pom_wanted(const struct catalog_facts *facts, struct arena *arena, struct str *list)
{
    struct arena own;
    struct pom_world world;
    struct buf paths;
    struct str key;
    uint64_t value;
    arena_init(&own, "Maven projects", MAX_ARENA_BYTES);
    buf_init(&paths, MAX_PACKAGE_BYTES);
    bool ok = pom_world_open(&world, facts, &own);
    for (size_t i = 0; ok && i < world.count; i++)
        ok = world.poms[i].in_repository || pom_resolve(&world, &world.poms[i]);
    for (size_t pos = 0; map_each(&world.missing, &pos, &key, &value);) {
        struct arena_mark mark = arena_mark(&own);
        struct str path = repository_path(&own, key);
        if (path.len)
            catalog_put_item(&paths, path);
        arena_reset(&own, mark);
    }
    *list = arena_str(arena, buf_view(&paths));
    buf_free(&paths);
    arena_free(&own);
    return list->ptr != NULL;
}
