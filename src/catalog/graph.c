/* Who needs whom: the ids that packages name become edges between them. Packages of lock files are tied within their file,
 * installed ones of one kind, and OS packages, among each other; for the latter a name that no package has may be one that
 * another provides. */
#include "catalog/kinds.h"

/* Keys of the map: the id and the scope in which it is unique: OS packages, one kind of installed packages, one file. */
static struct str make_key(struct arena *arena, const struct package *p, struct str id)
{
    struct str scope = p->kind->is_os ? STR("") : p->kind->title ? str_from(p->kind->title) : p->path;
    return arena_printf(arena, "%.*s\n%.*s", STR_ARG(scope), STR_ARG(id));
}

static bool put_id(struct map *ids, const struct package *p, struct str id, uint64_t index)
{
    struct str key = make_key(ids->arena, p, id);
    return !ids->arena->exhausted && (map_get(ids, key, NULL) || map_put(ids, key, index));
}

/* "so:libz.so.1=1.3.1": the version does not belong to the name. */
static bool put_provides(struct map *ids, const struct package *p, uint64_t index)
{
    struct str rest = p->provides, item, name, version;
    while (str_next(&rest, ' ', &item)) {
        str_cut(item, '=', &name, &version);
        if (name.len && !put_id(ids, p, name, index))
            return false;
    }
    return true;
}

static bool index_packages(const struct package *packages, size_t count, struct map *ids)
{
    for (size_t i = 0; i < count; i++) {
        const struct package *p = &packages[i];
        struct str usual =
            p->kind->is_os ? p->name : arena_printf(ids->arena, "%.*s@%.*s", STR_ARG(p->name), STR_ARG(p->version));
        if (!put_id(ids, p, p->id.len ? p->id : usual, i))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        if (packages[i].kind->is_os && !put_provides(ids, &packages[i], i))
            return false;
    return true;
}

bool catalog_graph_build(const struct package *packages, size_t count, struct arena *arena, struct catalog_graph *out)
{
    struct map ids;
    size_t edges = 0;
    map_init(&ids, arena);
    if (count >= UINT32_MAX || !index_packages(packages, count, &ids))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct str rest = packages[i].depends, id;
        while (str_next(&rest, '\n', &id))
            edges++;
    }
    *out = (struct catalog_graph){ packages, count, arena_array(arena, count + 1, sizeof(uint32_t)),
                                   arena_array(arena, edges + 1, sizeof(uint32_t)) };
    if (!out->first || !out->targets)
        return false;
    edges = 0;
    for (size_t i = 0; i < count; i++) {
        struct str rest = packages[i].depends, id;
        out->first[i] = (uint32_t)edges;
        while (str_next(&rest, '\n', &id)) {
            uint64_t target;
            struct arena_mark mark = arena_mark(arena);
            struct str key = make_key(arena, &packages[i], id);
            if (!arena->exhausted && map_get(&ids, key, &target))
                out->targets[edges++] = (uint32_t)target;
            arena_reset(arena, mark);
        }
    }
    out->first[count] = (uint32_t)edges;
    return !arena->exhausted;
}

bool catalog_graph_reach(const struct catalog_graph *graph, bool *seen, struct arena *arena)
{
    uint32_t *queue = arena_array(arena, graph->count + 1, sizeof *queue);
    size_t head = 0, tail = 0;
    if (!queue)
        return false;
    for (uint32_t i = 0; i < graph->count; i++)
        if (seen[i])
            queue[tail++] = i;
    for (; head < tail; head++)
        for (uint32_t e = graph->first[queue[head]]; e < graph->first[queue[head] + 1]; e++)
            if (!seen[graph->targets[e]]) {
                seen[graph->targets[e]] = true;
                queue[tail++] = graph->targets[e];
            }
    return true;
}

bool catalog_mark_dev(struct package *packages, size_t count, struct arena *arena)
{
    struct catalog_graph graph;
    bool *seen = arena_array(arena, count + 1, sizeof *seen);
    if (!seen || !catalog_graph_build(packages, count, arena, &graph))
        return false;
    for (size_t i = 0; i < count; i++)
        seen[i] = packages[i].relation != RELATION_INDIRECT && packages[i].relation != RELATION_UNKNOWN && !packages[i].dev;
    if (!catalog_graph_reach(&graph, seen, arena))
        return false;
    for (size_t i = 0; i < count; i++)
        packages[i].dev = !seen[i];
    return true;
}

bool catalog_graph_reverse(const struct catalog_graph *graph, struct arena *arena, struct catalog_graph *out)
{
    size_t edges = graph->first[graph->count];
    *out = (struct catalog_graph){ graph->packages, graph->count, arena_array(arena, graph->count + 2, sizeof(uint32_t)),
                                   arena_array(arena, edges + 1, sizeof(uint32_t)) };
    if (!out->first || !out->targets)
        return false;
    for (size_t e = 0; e < edges; e++)
        out->first[graph->targets[e] + 2]++;
    for (size_t i = 2; i <= graph->count + 1; i++)
        out->first[i] += out->first[i - 1];
    for (size_t i = 0; i < graph->count; i++) /* first[i + 1] moves from the start of i's edges to their end */
        for (uint32_t e = graph->first[i]; e < graph->first[i + 1]; e++)
            out->targets[out->first[graph->targets[e] + 1]++] = (uint32_t)i;
    return true;
}

bool catalog_is_wanted(const struct catalog_graph *reversed, size_t index)
{
    enum package_relation relation = reversed->packages[index].relation;
    if (relation != RELATION_UNKNOWN)
        return relation != RELATION_INDIRECT;
    return reversed->first[index] == reversed->first[index + 1];
}

bool catalog_graph_paths(const struct catalog_graph *graph, struct arena *arena, uint32_t **via)
{
    struct catalog_graph reversed;
    uint32_t *queue = arena_array(arena, graph->count + 1, sizeof *queue);
    size_t head = 0, tail = 0;
    *via = arena_array(arena, graph->count + 1, sizeof **via);
    if (!queue || !*via || !catalog_graph_reverse(graph, arena, &reversed))
        return false;
    for (size_t i = 0; i < graph->count; i++) {
        bool wanted = catalog_is_wanted(&reversed, i);
        (*via)[i] = wanted ? (uint32_t)i : UINT32_MAX;
        if (wanted)
            queue[tail++] = (uint32_t)i;
    }
    for (; head < tail; head++)
        for (uint32_t e = graph->first[queue[head]]; e < graph->first[queue[head] + 1]; e++)
            if ((*via)[graph->targets[e]] == UINT32_MAX) {
                (*via)[graph->targets[e]] = queue[head];
                queue[tail++] = graph->targets[e];
            }
    return true;
}
