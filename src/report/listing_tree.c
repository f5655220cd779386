/* Dependency trees: what each package needs, from those that were asked for down; and the other way round, everything that
 * leads to one package. What was shown already is not shown again below ("*"), so that the tree stays as long as its edges. */
#include "report/listing.h"

enum { MAX_DEPTH = 64 };

struct tree {
    const struct listing *listing;
    struct arena *arena;
    struct buf *out;
    const struct catalog_graph *graph; /* the way that the tree goes */
    struct catalog_graph reversed;     /* towards those that need */
    bool *shown;
    bool upwards;
    char prefix[MAX_DEPTH * 8];
};

static void put_name(struct tree *t, uint32_t index)
{
    const struct package *p = &t->graph->packages[index];
    bool bold = t->listing->color && catalog_is_wanted(&t->reversed, index);
    buf_text(t->out, bold ? "\033[1m" : "");
    buf_str(t->out, text_shown(t->arena, p->name));
    buf_text(t->out, p->version.len ? " " : "");
    buf_str(t->out, text_shown(t->arena, p->version));
    buf_text(t->out, bold ? "\033[0m" : "");
    if (p->dev)
        buf_text(t->out, " (dev)");
    if (p->locked_only)
        buf_text(t->out, " (not installed)");
    if (t->upwards && catalog_is_wanted(&t->reversed, index) && p->relation != RELATION_UNKNOWN)
        buf_text(t->out, p->relation == RELATION_ROOT        ? " (root)"
                         : p->relation == RELATION_WORKSPACE ? " (workspace)"
                                                             : " (direct)");
}

/* Depth is bounded, and each package's children are drawn once. */
static void put_children(struct tree *t, uint32_t index, size_t depth, size_t prefix_len)
{
    uint32_t first = t->graph->first[index], end = t->graph->first[index + 1];
    bool repeated = t->shown[index] && first < end;
    buf_text(t->out, repeated ? " *\n" : depth + 1 >= MAX_DEPTH && first < end ? " …\n" : "\n");
    if (repeated || depth + 1 >= MAX_DEPTH)
        return;
    t->shown[index] = true;
    for (uint32_t e = first; e < end; e++) {
        const char *branch = e + 1 < end ? "├── " : "└── ", *below = e + 1 < end ? "│   " : "    ";
        size_t n = strlen(below);
        buf_add(t->out, t->prefix, prefix_len);
        buf_text(t->out, branch);
        put_name(t, t->graph->targets[e]);
        if (prefix_len + n <= sizeof t->prefix)
            memcpy(t->prefix + prefix_len, below, n);
        else
            n = 0;
        put_children(t, t->graph->targets[e], depth + 1, prefix_len + n);
    }
}

static bool begin(struct tree *t, struct catalog_graph *graph)
{
    const struct inventory *inventory = t->listing->inventory;
    t->graph = graph;
    t->shown = arena_array(t->arena, inventory->package_count + 1, sizeof *t->shown);
    return t->shown && catalog_graph_build(inventory->packages, inventory->package_count, t->arena, graph) &&
           catalog_graph_reverse(graph, t->arena, &t->reversed);
}

/* Roots of their own first; then what only leads round in circles, so that nothing is left out. */
static void put_group(struct tree *t, const struct result *result)
{
    const struct package *all = t->graph->packages;
    for (int rest = 0; rest < 2; rest++)
        for (size_t i = 0; i < result->package_count; i++) {
            uint32_t index = (uint32_t)(result->packages[i] - all);
            bool is_top = t->reversed.first[index] == t->reversed.first[index + 1] ||
                          (all[index].relation != RELATION_UNKNOWN && all[index].relation != RELATION_INDIRECT &&
                           all[index].relation != RELATION_DIRECT);
            if (rest ? t->shown[index] || is_top : !is_top)
                continue;
            if (rest && t->reversed.first[index] < t->reversed.first[index + 1] && !catalog_is_wanted(&t->reversed, index) &&
                t->graph->first[index] == t->graph->first[index + 1])
                continue; /* a leaf, which stands below those that need it */
            put_name(t, index);
            put_children(t, index, 0, 0);
        }
}

bool listing_tree(const struct listing *l, struct arena *arena, struct buf *out)
{
    struct tree t = { .listing = l, .arena = arena, .out = out };
    struct catalog_graph graph;
    if (!begin(&t, &graph))
        return false;
    for (size_t i = 0; i < l->groups->result_count; i++) {
        if (i)
            buf_chr(out, '\n');
        listing_heading(l, arena, &l->groups->results[i], out);
        put_group(&t, &l->groups->results[i]);
    }
    if (l->groups->result_count == 0)
        buf_text(out, "no packages were found\n");
    return !arena->exhausted;
}

/* "lodash" or "lodash@4.17.21", in any case. */
static bool is_asked(const struct package *p, struct str wanted)
{
    return str_eq_nocase(p->name, wanted) ||
           (wanted.len == p->name.len + 1 + p->version.len && str_eq_nocase(str_head(wanted, p->name.len), p->name) &&
            wanted.ptr[p->name.len] == '@' && str_eq(str_skip(wanted, p->name.len + 1), p->version));
}

bool listing_why(const struct listing *l, struct arena *arena, struct buf *out)
{
    struct tree t = { .listing = l, .arena = arena, .out = out, .upwards = true };
    struct catalog_graph graph;
    size_t found = 0;
    if (!begin(&t, &graph))
        return false;
    t.graph = &t.reversed;
    for (size_t g = 0; g < l->groups->result_count; g++) {
        const struct result *result = &l->groups->results[g];
        for (size_t i = 0; i < result->package_count; i++) {
            const struct package *p = result->packages[i];
            if (!is_asked(p, l->why))
                continue;
            if (found++)
                buf_chr(out, '\n');
            buf_str(out, text_shown(arena, result->target));
            buf_text(out, ": ");
            uint32_t index = (uint32_t)(p - graph.packages);
            put_name(&t, index);
            memset(t.shown, 0, l->inventory->package_count * sizeof *t.shown);
            put_children(&t, index, 0, 0);
        }
    }
    if (found == 0)
        buf_printf(out, "no package is named \"%.*s\"\n", STR_ARG(l->why));
    return !arena->exhausted;
}
