/* Which version of every dependency a project gets (Introduction to the Dependency Mechanism, "Transitive Dependencies"):
 * the nearest declaration wins, of equally near ones the first; the root's dependencyManagement decides below that; a hard
 * requirement ("[1.0]") overrules a nearer soft one. Scopes come down the ways that lead to a dependency, and the best way
 * counts. As in Maven Resolver's NearestVersionSelector, JavaScopeDeriver and JavaScopeSelector. */
#include "catalog/java/pom.h"

#include "version/version.h"

enum { MAX_NODES = 20000, MAX_EDGES = 400000, MAX_DEPTH = 256, MAX_RESTARTS = 32 };

/* What a hard requirement wants. It holds as long as what requires it is chosen itself. */
struct pin {
    struct str version;
    bool holds, required; /* required: in this round */
};

struct resolution {
    struct pom_world *world;
    struct pom *root;
    struct pom_tree *tree;
    struct map chosen; /* key → node index */
    struct map pins;   /* key → struct pin * */
    struct map keys;   /* key → its number of edges, until these are tied to nodes */
    size_t restarts;
    bool again;
};

static enum pom_scope scope_of(struct str text)
{
    static const char *const names[] = { "compile", "runtime", "provided", "test", "system" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(text, names[i]))
            return (enum pom_scope)i;
    return SCOPE_COMPILE;
}

static bool add_edge(struct resolution *r, struct pom_edge edge)
{
    struct pom_tree *tree = r->tree;
    if (tree->edge_count == MAX_EDGES) {
        tree->cut = true;
        return true;
    }
    struct pom_edge *grown = arena_grow(r->world->arena, tree->edges, tree->edge_count, &tree->edge_cap, sizeof *grown);
    if (!grown)
        return false;
    tree->edges = grown;
    grown[tree->edge_count++] = edge;
    return true;
}

static bool add_node(struct resolution *r, struct str key, struct pom_node node)
{
    struct pom_tree *tree = r->tree;
    if (tree->count == MAX_NODES) {
        tree->cut = true;
        return true;
    }
    struct pom_node *grown = arena_grow(r->world->arena, tree->nodes, tree->count, &tree->cap, sizeof *grown);
    if (!grown || !map_put(&r->chosen, key, tree->count))
        return false;
    tree->nodes = grown;
    grown[tree->count++] = node;
    return true;
}

/* Edges name a key at first, by its number. */
static bool key_number(struct resolution *r, struct str key, uint32_t *number)
{
    uint64_t known;
    if (!map_get(&r->keys, key, &known)) {
        known = r->keys.count;
        if (!map_put(&r->keys, key, known))
            return false;
    }
    *number = (uint32_t)known;
    return true;
}

static struct pin *find_pin(const struct resolution *r, struct str key)
{
    uint64_t found;
    return map_get(&r->pins, key, &found) ? (struct pin *)(uintptr_t)found : NULL;
}

/* A hard requirement that the choice so far does not meet: all is chosen once more with that version. */
static bool add_pin(struct resolution *r, struct str key, struct str version)
{
    struct pin *pin = find_pin(r, key);
    if (!pin) {
        pin = arena_new(r->world->arena, struct pin);
        if (!pin || !map_put(&r->pins, key, (uint64_t)(uintptr_t)pin))
            return false;
    }
    *pin = (struct pin){ version, true, true };
    r->again = true;
    return true;
}

/* Requirements of what was chosen in an earlier round, but is not any more, fall; then all is chosen once more. */
static void drop_pins(struct resolution *r)
{
    struct str key;
    uint64_t value;
    for (size_t pos = 0; map_each(&r->pins, &pos, &key, &value);) {
        struct pin *pin = (struct pin *)(uintptr_t)value;
        if (!r->again && pin->holds && !pin->required) {
            pin->holds = false;
            r->again = true;
        }
        pin->required = false;
    }
}

/* Is it excluded on the way that leads here? */
static bool is_excluded(const struct resolution *r, uint32_t from, const struct pom_dependency *d)
{
    unsigned depth = 0;
    for (; from != UINT32_MAX; from = r->tree->nodes[from].parent) {
        const struct pom_node *node = &r->tree->nodes[from];
        r->world->steps += 1 + node->dependency->exclusion_count + (node->managed ? node->managed->exclusion_count : 0);
        if (++depth > MAX_DEPTH || pom_is_excluded(node->dependency, d) || pom_is_excluded(node->managed, d))
            return true;
    }
    return false;
}

/* One file may name a dependency twice, with and without expressions: the newer counts. */
static bool is_newer(struct str version, struct str than)
{
    int order;
    return version_compare(version_scheme_find(STR("maven")), version, than, &order) && order > 0;
}

/* What was chosen already is named once more. */
static bool take_again(struct resolution *r, struct pom_node *node, struct str key, struct pom_node other, bool hard)
{
    if (node->parent == other.parent && is_newer(other.version, node->version)) {
        node->version = other.version;
        node->dependency = other.dependency;
        node->pom = pom_find(r->world, other.dependency->group, other.dependency->artifact, other.version);
        return true;
    }
    bool clash = hard && other.version.len && !str_eq(node->version, other.version);
    return !clash || r->restarts == MAX_RESTARTS || add_pin(r, key, other.version);
}

static bool take(struct resolution *r, uint32_t from, const struct pom_dependency *d)
{
    struct pom_node node = { .dependency = d, .scope = scope_of(d->scope), .parent = from, .direct = from == UINT32_MAX };
    struct pom_dependency wanted = *d;
    uint64_t found;
    uint32_t number;
    bool hard, excluded = !node.direct && (node.scope >= SCOPE_PROVIDED || d->optional || is_excluded(r, from, d));
    if (excluded || r->world->steps > POM_MAX_STEPS)
        return true;
    struct str key = pom_dependency_key(r->world, d);
    node.managed = key.ptr ? pom_find_managed(r->world, r->root, key) : NULL;
    bool version_managed = node.managed && node.managed->version.len && !node.direct;
    bool scope_managed = node.managed && node.managed->scope.len && !node.direct;
    if (version_managed)
        wanted.version = node.managed->version;
    if (scope_managed)
        node.scope = scope_of(node.managed->scope);
    node.version = pom_choose_version(r->world, &wanted, &hard);
    if (!key.ptr || !key_number(r, key, &number) || !add_edge(r, (struct pom_edge){ from, number, node.scope, scope_managed }))
        return false;
    struct pin *pin = find_pin(r, key);
    if (pin && hard)
        pin->required = true;
    if (pin && pin->holds)
        node.version = pin->version;
    if (map_get(&r->chosen, key, &found))
        return take_again(r, &r->tree->nodes[found], key, node, hard);
    node.pom = pom_find(r->world, d->group, d->artifact, node.version);
    return add_node(r, key, node);
}

/* Level by level: nodes stand in the order in which they were found. */
static bool choose(struct resolution *r)
{
    struct pom_world *world = r->world;
    if (!pom_make_effective(world, r->root))
        return false;
    for (size_t i = 0; i < r->root->effective_count; i++)
        if (!take(r, UINT32_MAX, &r->root->effective[i]))
            return false;
    for (uint32_t at = 0; at < r->tree->count && !r->again && world->steps < POM_MAX_STEPS; at++) {
        struct pom *pom = r->tree->nodes[at].pom;
        if (!pom)
            continue;
        if (!pom_make_effective(world, pom))
            return false;
        for (size_t i = 0; i < pom->effective_count; i++)
            if (!take(r, at, &pom->effective[i]))
                return false;
    }
    r->tree->cut |= world->steps >= POM_MAX_STEPS;
    return true;
}

static bool tie_edges(struct resolution *r)
{
    uint32_t *nodes = arena_array(r->world->arena, r->keys.count + 1, sizeof *nodes);
    size_t pos = 0;
    struct str key;
    uint64_t number, node;
    if (!nodes)
        return false;
    while (map_each(&r->keys, &pos, &key, &number))
        nodes[number] = map_get(&r->chosen, key, &node) ? (uint32_t)node : UINT32_MAX;
    for (size_t i = 0; i < r->tree->edge_count; i++) {
        struct pom_edge *edge = &r->tree->edges[i];
        edge->to = nodes[edge->to];
    }
    return true;
}

static enum pom_scope derive_scope(enum pom_scope parent, enum pom_scope own)
{
    if (own == SCOPE_SYSTEM || own == SCOPE_TEST || parent == SCOPE_COMPILE)
        return own;
    if (parent == SCOPE_TEST || parent == SCOPE_RUNTIME)
        return parent;
    return SCOPE_PROVIDED;
}

static void settle_scopes(struct pom_tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        if (!tree->nodes[i].direct)
            tree->nodes[i].scope = SCOPE_NONE;
    bool changed = true;
    for (size_t pass = 0; changed && pass < MAX_DEPTH; pass++) {
        changed = false;
        for (size_t i = 0; i < tree->edge_count; i++) {
            const struct pom_edge *edge = &tree->edges[i];
            if (edge->from == UINT32_MAX || edge->to == UINT32_MAX || tree->nodes[edge->from].scope == SCOPE_NONE)
                continue;
            enum pom_scope scope = edge->managed ? edge->scope : derive_scope(tree->nodes[edge->from].scope, edge->scope);
            struct pom_node *node = &tree->nodes[edge->to];
            if (!node->direct && scope < node->scope) {
                node->scope = scope;
                changed = true;
            }
        }
    }
}

const struct pom_tree *pom_resolve(struct pom_world *world, struct pom *root)
{
    struct resolution r = { .world = world, .root = root };
    if (root->tree)
        return root->tree;
    r.tree = arena_new(world->arena, struct pom_tree);
    map_init(&r.pins, world->arena);
    do {
        r.again = false;
        if (r.tree)
            r.tree->count = r.tree->edge_count = 0;
        map_init(&r.chosen, world->arena);
        map_init(&r.keys, world->arena);
        if (!r.tree || !choose(&r))
            return NULL;
        drop_pins(&r);
        r.restarts++;
    } while (r.again && r.restarts <= MAX_RESTARTS);
    if (!tie_edges(&r))
        return NULL;
    settle_scopes(r.tree);
    root->tree = r.tree;
    return r.tree;
}
