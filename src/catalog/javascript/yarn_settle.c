/* What a yarn.lock leaves to package.json: which packages the project and its workspaces ask for, and which of these only for
 * development. `provides` of a package has the patterns that it stands for; the notes "yarn-manifest" of node_pkg.c have name,
 * version and workspaces of each package.json outside node_modules. */
#include "catalog/glob.h"
#include "catalog/javascript/node.h"

enum { MAX_CANDIDATES = 64 };
static const uint64_t MAX_LOOK_BYTES = UINT64_C(1) << 30;

struct settling {
    struct catalog_facts *facts;
    struct map manifests; /* folder to note */
    struct map declared;  /* package.json to the first of its facts */
    uint32_t *next_declared;
    uint64_t budget;
    /* of the lock file at hand */
    size_t first, count; /* its packages */
    struct map patterns; /* to packages, from 0 */
    struct map names;    /* to the first package of a name */
    uint32_t *same_name;
    bool *wanted, *wanted_dev; /* packages that are asked for */
    uint32_t *members;         /* notes of the workspaces */
    size_t member_count;
    struct map member_names; /* to notes */
};

static bool index_manifests(struct settling *s)
{
    struct catalog_facts *facts = s->facts;
    map_init(&s->manifests, facts->arena);
    map_init(&s->declared, facts->arena);
    s->next_declared = arena_array(facts->arena, facts->declared_count + 1, sizeof *s->next_declared);
    if (!s->next_declared)
        return false;
    for (size_t i = 0; i < facts->note_count; i++)
        if (str_is(facts->notes[i].key, "yarn-manifest") && !map_put(&s->manifests, path_dir(facts->notes[i].path), i))
            return false;
    for (size_t i = facts->declared_count; i-- > 0;) {
        uint64_t next;
        s->next_declared[i] = map_get(&s->declared, facts->declared[i].path, &next) ? (uint32_t)next : NODE_NONE;
        if (facts->declared[i].kind == &catalog_node_kind && !map_put(&s->declared, facts->declared[i].path, i))
            return false;
    }
    return true;
}

static bool index_lock(struct settling *s)
{
    struct arena *arena = s->facts->arena;
    map_init(&s->patterns, arena);
    map_init(&s->names, arena);
    s->same_name = arena_array(arena, s->count + 1, sizeof *s->same_name);
    s->wanted = arena_array(arena, s->count + 1, sizeof *s->wanted);
    s->wanted_dev = arena_array(arena, s->count + 1, sizeof *s->wanted_dev);
    if (!s->same_name || !s->wanted || !s->wanted_dev)
        return false;
    for (size_t i = s->count; i-- > 0;) {
        const struct package *p = &s->facts->packages[s->first + i];
        struct str rest = p->provides, pattern;
        uint64_t next;
        s->same_name[i] = map_get(&s->names, p->name, &next) ? (uint32_t)next : NODE_NONE;
        if (!map_put(&s->names, p->name, i))
            return false;
        while (str_next(&rest, '\n', &pattern))
            if (!map_put(&s->patterns, pattern, i))
                return false;
    }
    return true;
}

/* ---- what one package.json asks for -------------------------------------------------------------------------------------------------- */

static void want(struct settling *s, size_t index, bool dev, struct buf *list)
{
    if (!s->wanted[index] && !s->wanted_dev[index])
        s->facts->packages[s->first + index].relation = RELATION_DIRECT;
    *(dev ? &s->wanted_dev[index] : &s->wanted[index]) = true;
    catalog_put_item(list, s->facts->packages[s->first + index].id);
}

static struct str note_line(const struct catalog_note *note, int line)
{
    struct str rest = note->value, text = { 0 };
    for (int i = 0; i <= line && rest.len; i++)
        if (!str_next(&rest, '\n', &text))
            return (struct str){ 0 };
    return text;
}

/* As that of any package; empty without a name. */
static struct str member_id(const struct catalog_note *note, struct arena *arena)
{
    struct str name = note_line(note, 0), version = note_line(note, 1);
    return name.len && version.len ? arena_printf(arena, "%.*s@%.*s", STR_ARG(name), STR_ARG(version)) : name;
}

/* By its pattern; else a workspace of that name; else all versions that the range lets in. */
static void want_declared(struct settling *s, const struct catalog_declared *d, struct buf *list)
{
    struct arena *arena = s->facts->arena;
    struct arena_mark mark = arena_mark(arena);
    struct str range = node_plain_range(d->constraint), name = d->name, alias, wanted;
    uint64_t at;
    bool found = map_get(&s->patterns, arena_printf(arena, "%.*s@%.*s", STR_ARG(name), STR_ARG(range)), &at);
    arena_reset(arena, mark);
    if (found) {
        want(s, (size_t)at, d->dev, list);
        return;
    }
    if (map_get(&s->member_names, name, &at)) {
        struct str id = member_id(&s->facts->notes[at], arena);
        if (id.ptr)
            catalog_put_item(list, id);
        return;
    }
    if (str_starts(d->constraint, "npm:") && node_cut_name(range, &alias, &wanted)) {
        name = alias;
        range = wanted;
    }
    if (!map_get(&s->names, name, &at))
        return;
    size_t looked = 0;
    for (size_t i = (size_t)at; i != NODE_NONE && looked < MAX_CANDIDATES && s->budget > 1024; i = s->same_name[i], looked++) {
        s->budget -= 1024;
        if (node_satisfies(range, s->facts->packages[s->first + i].version, arena))
            want(s, i, d->dev, list);
    }
}

static void want_all(struct settling *s, struct str manifest, struct buf *list)
{
    uint64_t first;
    if (!map_get(&s->declared, manifest, &first))
        return;
    for (size_t i = (size_t)first; i != NODE_NONE; i = s->next_declared[i])
        if (s->facts->declared[i].kind == &catalog_node_kind && !str_is(s->facts->declared[i].group, "peer"))
            want_declared(s, &s->facts->declared[i], list);
}

/* ---- the project and its workspaces ---------------------------------------------------------------------------------------------------- */

static struct str patterns_of(const struct catalog_note *note)
{
    struct str rest = note->value, line;
    for (int i = 0; i < 2 && rest.len; i++)
        str_next(&rest, '\n', &line);
    return rest; /* behind name and version */
}

/* Later patterns may take out ("!packages/old") what earlier ones let in. */
static bool is_workspace(struct settling *s, struct str patterns, struct str folder)
{
    struct str pattern;
    bool in = false;
    while (s->budget > 4096 && folder.len <= 1024 && str_next(&patterns, '\n', &pattern)) {
        s->budget -= 4096;
        bool out = str_starts(pattern, "!");
        if (pattern.len <= 1024 && in == out && glob_matches(str_skip(pattern, out), folder))
            in = !out;
    }
    return in;
}

static bool below(struct str folder, struct str root, struct str *rest)
{
    if (folder.len <= root.len || !str_eq(str_head(folder, root.len), root) || (root.len && folder.ptr[root.len] != '/'))
        return false;
    *rest = str_skip(folder, root.len + (root.len > 0));
    return true;
}

static bool find_members(struct settling *s, const struct catalog_note *project)
{
    struct catalog_facts *facts = s->facts;
    struct str folder = path_dir(project->path), patterns = patterns_of(project), place;
    map_init(&s->member_names, facts->arena);
    s->member_count = 0;
    s->members = patterns.len ? arena_array(facts->arena, facts->note_count + 1, sizeof *s->members) : NULL;
    for (uint32_t i = 0; s->members && s->budget > 4096 && i < facts->note_count; i++) {
        const struct catalog_note *note = &facts->notes[i];
        s->budget -= 64;
        if (!below(path_dir(note->path), folder, &place) || !is_workspace(s, patterns, place))
            continue;
        s->members[s->member_count++] = i;
        struct str name = note_line(note, 0);
        if (name.len && !map_put(&s->member_names, name, i))
            return false;
    }
    return s->members || patterns.len == 0;
}

/* The project or a workspace itself, when it has a name. */
static bool add_member(struct settling *s, const struct catalog_note *note, enum package_relation relation, struct str depends)
{
    struct arena *arena = s->facts->arena;
    struct str name = note_line(note, 0);
    if (name.len == 0)
        return true;
    struct package *p = catalog_add_package(s->facts, &catalog_yarn_kind, s->facts->packages[s->first].path);
    if (!p)
        return false;
    p->name = name;
    p->version = note_line(note, 1);
    p->relation = relation;
    p->depends = arena_str(arena, depends);
    p->proof = STR("package.json");
    p->id = member_id(note, arena);
    return !arena->exhausted;
}

static bool settle_members(struct settling *s, const struct catalog_note *project, struct buf *list, struct buf *needs)
{
    if (!find_members(s, project))
        return false;
    want_all(s, project->path, needs);
    for (size_t i = 0; i < s->member_count; i++) {
        const struct catalog_note *note = &s->facts->notes[s->members[i]];
        struct str id = member_id(note, s->facts->arena);
        if (id.len)
            catalog_put_item(needs, id);
        buf_clear(list);
        want_all(s, note->path, list);
        if (!add_member(s, note, RELATION_WORKSPACE, buf_view(list)))
            return false;
    }
    return add_member(s, project, RELATION_ROOT, buf_view(needs));
}

/* ---- what that means for the rest ---------------------------------------------------------------------------------------------------------- */

static bool mark(struct settling *s)
{
    struct arena *arena = s->facts->arena;
    struct package *packages = s->facts->packages + s->first;
    struct catalog_graph graph;
    bool *used = s->wanted, *used_dev = s->wanted_dev; /* of no other use any more: what they need joins them */
    if (!catalog_graph_build(packages, s->count, arena, &graph) || !catalog_graph_reach(&graph, used, arena) ||
        !catalog_graph_reach(&graph, used_dev, arena))
        return false;
    for (size_t i = 0; i < s->count; i++) {
        if (packages[i].relation == RELATION_UNKNOWN && (used[i] || used_dev[i]))
            packages[i].relation = RELATION_INDIRECT;
        packages[i].dev = used_dev[i] && !used[i];
    }
    return true;
}

static bool settle_lock(struct settling *s)
{
    uint64_t note;
    struct buf list, needs;
    if (!map_get(&s->manifests, path_dir(s->facts->packages[s->first].path), &note))
        return true;
    buf_init(&list, 4u << 20);
    buf_init(&needs, 4u << 20);
    bool ok = index_lock(s) && settle_members(s, &s->facts->notes[note], &list, &needs) && mark(s);
    buf_free(&list);
    buf_free(&needs);
    return ok;
}

bool node_yarn_settle(struct catalog_facts *facts)
{
    struct settling s = { .facts = facts, .budget = MAX_LOOK_BYTES };
    size_t count = facts->package_count;
    if (count == 0)
        return true;
    catalog_sort_by_file(facts);
    if (!index_manifests(&s))
        return false;
    for (size_t end; s.first < count; s.first = end) {
        end = catalog_file_end(facts->packages, count, s.first);
        s.count = end - s.first;
        if (!settle_lock(&s))
            return false;
    }
    for (size_t i = 0; i < facts->package_count; i++)
        facts->packages[i].provides = (struct str){ 0 };
    return true;
}
