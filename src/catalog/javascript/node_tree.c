/* What installed Node.js packages load: each name that a package.json asks for becomes the folder in which Node finds it. In the
 * store of pnpm, or of Yarn's linker of that name, packages find each other by symlinks, which are not looked at here: there
 * it is the highest version in the store that the range lets in. */
#include "catalog/javascript/node.h"

#include "version/version.h"

enum { MAX_CANDIDATES = 64 };
static const uint64_t MAX_LOOK_BYTES = UINT64_C(2) << 30;
static const char *const STORES[] = { ".pnpm", ".store" };

struct tree {
    struct package *packages;
    size_t count;
    struct arena *arena;
    struct map roots; /* folder to index */
    struct map store; /* "STORE\nNAME" to the first package of that name in the store */
    uint32_t *next;   /* the next one of its name in the store */
    uint32_t *marks;  /* the last package that needs this one, plus one */
    uint64_t budget;
};

/* The folder of the store that a package lies in: "app/node_modules/.pnpm"; empty: in none. */
static struct str store_of(struct str root)
{
    for (size_t s = 0; s < ARRAY_LEN(STORES); s++)
        for (struct str folder = root; folder.len; folder = path_dir(folder))
            if (str_is(path_base(folder), STORES[s]) && str_is(path_base(path_dir(folder)), "node_modules"))
                return folder;
    return (struct str){ 0 };
}

static struct str store_key(struct arena *arena, struct str store, struct str name)
{
    return arena_printf(arena, "%.*s\n%.*s", STR_ARG(store), STR_ARG(name));
}

static bool index_packages(struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        const struct package *p = &tree->packages[i];
        struct str store = { 0 };
        tree->next[i] = NODE_NONE;
        if (!map_get(&tree->roots, p->root, NULL) && !map_put(&tree->roots, p->root, i))
            return false;
        if (str_contains(p->root, "node_modules/.pnpm/") || str_contains(p->root, "node_modules/.store/"))
            store = store_of(p->root);
        if (store.len == 0)
            continue;
        struct str key = store_key(tree->arena, store, p->name);
        uint64_t first;
        if (map_get(&tree->store, key, &first))
            tree->next[i] = (uint32_t)first;
        if (!key.ptr || !map_put(&tree->store, key, i))
            return false;
    }
    return true;
}

static size_t pick_stored(const struct tree *tree, size_t first, struct str range)
{
    const struct version_scheme *npm = version_scheme_find(STR("npm"));
    size_t best = NODE_NONE, looked = 0;
    if (tree->next[first] == NODE_NONE)
        return first;
    for (size_t i = first; i != NODE_NONE && looked < MAX_CANDIDATES; i = tree->next[i], looked++) {
        int order;
        if (!node_satisfies(node_plain_range(range), tree->packages[i].version, tree->arena))
            continue;
        if (best == NODE_NONE ||
            (version_compare(npm, tree->packages[i].version, tree->packages[best].version, &order) && order > 0))
            best = i;
    }
    return best;
}

static size_t find_stored(struct tree *tree, struct str store, struct str name, struct str range)
{
    uint64_t first;
    struct arena_mark mark = arena_mark(tree->arena);
    struct str alias, rest;
    if (str_starts(range, "npm:") && node_cut_name(str_skip(range, 4), &alias, &rest)) {
        name = alias;
        range = rest;
    }
    bool found = map_get(&tree->store, store_key(tree->arena, store, name), &first);
    arena_reset(tree->arena, mark);
    tree->budget -= tree->budget < store.len + 256 ? tree->budget : store.len + 256;
    return found ? pick_stored(tree, first, range) : NODE_NONE;
}

/* The store stands in a folder node_modules, too: of the project, of the workspace's root. */
static size_t find_in_stores(struct tree *tree, struct str root, struct str name, struct str range)
{
    struct str store = store_of(root);
    if (store.len)
        return find_stored(tree, store, name, range);
    for (struct str folder = root; tree->store.count && tree->budget; folder = path_dir(folder)) {
        for (size_t s = 0; s < ARRAY_LEN(STORES); s++) {
            struct arena_mark mark = arena_mark(tree->arena);
            struct str path =
                arena_printf(tree->arena, "%.*s%snode_modules/%s", STR_ARG(folder), folder.len ? "/" : "", STORES[s]);
            size_t found = path.ptr ? find_stored(tree, path, name, range) : NODE_NONE;
            arena_reset(tree->arena, mark);
            if (found != NODE_NONE)
                return found;
        }
        if (folder.len == 0)
            break;
    }
    return NODE_NONE;
}

static size_t find_package(struct tree *tree, struct str root, struct str name, struct str range)
{
    struct node_places places;
    struct str path;
    uint64_t found;
    node_places_begin(&places, root, name);
    while (tree->budget > sizeof places && node_places_next(&places, &path)) {
        tree->budget -= path.len;
        if (map_get(&tree->roots, path, &found))
            return (size_t)found;
    }
    return tree->store.count ? find_in_stores(tree, root, name, range) : NODE_NONE;
}

static bool tie_package(struct tree *tree, size_t index, struct buf *list)
{
    struct package *package = &tree->packages[index];
    struct str rest = package->depends, line, name, range;
    buf_clear(list);
    while (str_next(&rest, '\n', &line)) {
        str_cut(line, ' ', &name, &range);
        size_t found = find_package(tree, package->root, name, range);
        if (found == NODE_NONE || found == index || tree->marks[found] == index + 1 || tree->packages[found].root.len == 0)
            continue;
        tree->marks[found] = (uint32_t)index + 1;
        catalog_put_item(list, tree->packages[found].root);
    }
    package->depends = list->len ? arena_str(tree->arena, buf_view(list)) : (struct str){ 0 };
    return !tree->arena->exhausted;
}

bool node_tree_settle(struct catalog_facts *facts)
{
    struct tree tree = {
        .packages = facts->packages, .count = facts->package_count, .arena = facts->arena, .budget = MAX_LOOK_BYTES
    };
    struct buf list;
    map_init(&tree.roots, facts->arena);
    map_init(&tree.store, facts->arena);
    tree.next = arena_array(facts->arena, tree.count + 1, sizeof *tree.next);
    tree.marks = arena_array(facts->arena, tree.count + 1, sizeof *tree.marks);
    bool ok = tree.next && tree.marks && tree.count < NODE_NONE && index_packages(&tree);
    buf_init(&list, 4u << 20);
    for (size_t i = 0; ok && i < tree.count; i++)
        ok = tie_package(&tree, i, &list);
    buf_free(&list);
    return ok;
}
