/* npm's lock files (npm's package-lock.json documentation): "packages" by their folders in lockfileVersion 2 and 3, a tree of
 * "dependencies" in version 1 and in old npm-shrinkwrap.json. In a node_modules folder they are those of a published package,
 * or npm's own list of what is installed; what is installed is told by its package.json files there. */
#include "catalog/document.h"
#include "catalog/glob.h"
#include "catalog/headers.h"
#include "catalog/javascript/node.h"

struct npm_link {
    uint32_t entry;
    struct str target; /* the folder that it leads to */
};

struct npm {
    struct node_lock lock;
    struct json json;
    bool has_packages;
    int64_t version;
    struct npm_link *links;
    size_t link_count, link_cap;
    uint32_t *parents; /* version 1: the entry that an entry stands in, NODE_NONE: the project */
    size_t parent_count, parent_cap;
    struct buf licence, workspaces;
};

enum { MAX_LIST_BYTES = 1 << 20, MAX_PATTERN_BYTES = 512, MAX_LOOK_BYTES = 4096 };

/* ---- "packages" ------------------------------------------------------------------------------------------------------------------ */

static void add_link(struct npm *npm, uint32_t entry, struct str target)
{
    struct npm_link *grown = arena_grow(npm->lock.scratch, npm->links, npm->link_count, &npm->link_cap, sizeof *grown);
    if (!grown) {
        npm->lock.incomplete = true;
        return;
    }
    npm->links = grown;
    grown[npm->link_count++] = (struct npm_link){ entry, target };
}

static bool is_needs(struct str key, bool is_project)
{
    return str_is(key, "dependencies") || str_is(key, "optionalDependencies") || str_is(key, "peerDependencies") ||
           (is_project && str_is(key, "devDependencies"));
}

static void read_package(struct npm *npm, struct str folder)
{
    struct json *json = &npm->json;
    struct str key, resolved = { 0 };
    bool is_link = false, is_project = folder.len == 0;
    uint32_t index = node_lock_add(&npm->lock, folder, json_line(json));
    if (index == NODE_NONE || !json_object(json))
        return;
    buf_clear(&npm->licence);
    while (json_key(json, &key)) {
        struct node_entry *e = node_at(&npm->lock, index);
        if (str_is(key, "name"))
            json_string(json, &e->name);
        else if (str_is(key, "version"))
            json_string(json, &e->version);
        else if (str_is(key, "resolved"))
            json_string(json, &resolved);
        else if (str_is(key, "integrity"))
            json_string(json, &e->digest);
        else if (str_is(key, "license") || (str_is(key, "licenses") && npm->licence.len == 0))
            node_read_licence(json, &npm->licence);
        else if (str_is(key, "dev"))
            json_bool(json, &e->dev);
        else if (str_is(key, "link"))
            json_bool(json, &is_link);
        else if (is_project && str_is(key, "workspaces"))
            node_read_workspaces(json, &npm->workspaces);
        else if (is_needs(key, is_project))
            node_lock_read_needs(&npm->lock, json, index);
    }
    struct node_entry *e = node_at(&npm->lock, index);
    e->end_line = json_line(json);
    e->licence = arena_str(npm->lock.scratch, buf_view(&npm->licence));
    e->relation = RELATION_INDIRECT;
    /* What was cut short may lack its real name. */
    e->left_out = json->failed || is_link || is_project || node_name_of_folder(folder).len == 0 || e->version.len == 0;
    if (e->name.len == 0)
        e->name = node_name_of_folder(folder);
    if (is_link)
        add_link(npm, index, resolved);
}

static bool is_workspace(struct npm *npm, struct str folder)
{
    struct str rest = buf_view(&npm->workspaces), pattern;
    while (npm->lock.budget > MAX_LOOK_BYTES && folder.len <= MAX_PATTERN_BYTES && str_next(&rest, '\n', &pattern)) {
        npm->lock.budget -= MAX_LOOK_BYTES;
        if (pattern.len <= MAX_PATTERN_BYTES && glob_matches(pattern, folder))
            return true;
    }
    return false;
}

/* A link stands for the folder that it leads to, which then is a package by the link's name. */
static void follow_links(struct npm *npm)
{
    struct node_lock *lock = &npm->lock;
    struct map folders;
    map_init(&folders, lock->scratch);
    for (uint32_t i = 0; npm->link_count && i < lock->count; i++)
        if (!map_put(&folders, node_at(lock, i)->key, i))
            lock->incomplete = true;
    for (size_t i = 0; i < npm->link_count; i++) {
        uint64_t target;
        struct node_entry *link = node_at(lock, npm->links[i].entry);
        if (npm->links[i].target.len == 0 || !map_get(&folders, npm->links[i].target, &target))
            continue;
        struct node_entry *e = node_at(lock, target);
        node_lock_key(lock, link->key, (uint32_t)target);
        if (!e->left_out || target == npm->links[i].entry)
            continue;
        e->left_out = false;
        if (e->name.len == 0)
            e->name = link->name;
        if (is_workspace(npm, e->key))
            e->relation = RELATION_DIRECT;
    }
    for (uint32_t i = 0; i < lock->count; i++)
        node_lock_key(lock, node_at(lock, i)->key, i);
}

static uint32_t find_package(struct node_lock *lock, uint32_t entry, const struct node_edge *edge)
{
    struct node_places places;
    struct str path;
    node_places_begin(&places, node_at(lock, entry)->key, edge->name);
    while (lock->budget >= sizeof places && node_places_next(&places, &path)) {
        lock->budget -= path.len + sizeof(uint64_t);
        uint32_t found = node_lock_find(lock, path);
        if (found != NODE_NONE)
            return found;
    }
    return NODE_NONE;
}

static void tie_packages(struct npm *npm)
{
    struct node_lock *lock = &npm->lock;
    follow_links(npm);
    node_lock_tie(lock, find_package);
    uint32_t project = node_lock_find(lock, STR(""));
    if (project == NODE_NONE)
        return;
    for (uint32_t e = node_at(lock, project)->first_edge; e != NODE_NONE; e = node_edge_at(lock, e)->next)
        if (node_edge_at(lock, e)->target != NODE_NONE)
            node_at(lock, node_edge_at(lock, e)->target)->relation = RELATION_DIRECT;
}

/* ---- "dependencies" of version 1 ------------------------------------------------------------------------------------------------- */

static struct str child_key(struct arena *arena, uint32_t parent, struct str name)
{
    return arena_printf(arena, "%u/%.*s", parent, STR_ARG(name));
}

static bool set_parent(struct npm *npm, uint32_t entry, uint32_t parent)
{
    uint32_t *grown = arena_grow(npm->lock.scratch, npm->parents, npm->parent_count, &npm->parent_cap, sizeof *grown);
    struct str key = child_key(npm->lock.scratch, parent, node_at(&npm->lock, entry)->key);
    if (!grown || !key.ptr)
        return false;
    npm->parents = grown;
    grown[npm->parent_count++] = parent;
    return node_lock_key(&npm->lock, key, entry);
}

static void read_tree(struct npm *npm, uint32_t parent);

/* "npm:lodash@4.17.21" is another package by this name. */
static void read_dependency(struct npm *npm, struct str name, uint32_t parent)
{
    struct json *json = &npm->json;
    struct str key, alias, version;
    uint32_t index = node_lock_add(&npm->lock, name, json_line(json));
    if (index == NODE_NONE || !set_parent(npm, index, parent) || !json_object(json)) {
        npm->lock.incomplete |= npm->lock.scratch->exhausted;
        if (index != NODE_NONE)
            node_at(&npm->lock, index)->left_out = true;
        return;
    }
    while (json_key(json, &key)) {
        struct node_entry *e = node_at(&npm->lock, index);
        if (str_is(key, "version"))
            json_string(json, &e->version);
        else if (str_is(key, "integrity"))
            json_string(json, &e->digest);
        else if (str_is(key, "dev"))
            json_bool(json, &e->dev);
        else if (str_is(key, "requires"))
            node_lock_read_needs(&npm->lock, json, index);
        else if (str_is(key, "dependencies"))
            read_tree(npm, index);
    }
    struct node_entry *e = node_at(&npm->lock, index);
    e->end_line = json_line(json);
    e->name = name;
    if (str_starts(e->version, "npm:") && node_cut_name(str_skip(e->version, 4), &alias, &version)) {
        e->name = alias;
        e->version = version;
    }
    if (parent == NODE_NONE)
        e->provides = name;
    e->left_out = e->version.len == 0;
}

/* As deep as the reader lets JSON nest. */
static void read_tree(struct npm *npm, uint32_t parent)
{
    struct str name;
    if (!json_object(&npm->json))
        return;
    while (json_key(&npm->json, &name) && !npm->lock.incomplete)
        read_dependency(npm, name, parent);
}

/* Finding has the struct npm's parents by the lock, which is its first member. */
static uint32_t find_dependency(struct node_lock *lock, uint32_t entry, const struct node_edge *edge)
{
    const struct npm *npm = (const struct npm *)(const void *)lock;
    for (uint32_t parent = entry;; parent = npm->parents[parent]) {
        char text[1024];
        int len = snprintf(text, sizeof text, "%u/%.*s", parent, STR_ARG(edge->name));
        uint32_t found = len > 0 && (size_t)len < sizeof text ? node_lock_find(lock, str_make(text, (size_t)len)) : NODE_NONE;
        lock->budget -= lock->budget < sizeof text ? lock->budget : edge->name.len + 64;
        if (found != NODE_NONE || parent == NODE_NONE || lock->budget < sizeof(struct node_places))
            return found;
    }
}

/* ---- the file ---------------------------------------------------------------------------------------------------------------------- */

static void forget_tree(struct npm *npm)
{
    npm->lock.count = npm->lock.edge_count = npm->parent_count = 0;
    map_init(&npm->lock.keys, npm->lock.scratch);
}

static void read_lock(struct npm *npm)
{
    struct json *json = &npm->json;
    struct str key, folder;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "lockfileVersion")) {
            json_i64(json, &npm->version);
        } else if (str_is(key, "packages") && npm->version != 1 && !npm->has_packages && json_object(json)) {
            forget_tree(npm);
            npm->has_packages = true;
            while (json_key(json, &folder) && !npm->lock.incomplete)
                read_package(npm, folder);
        } else if (str_is(key, "dependencies") && npm->version < 2 && !npm->has_packages && npm->lock.count == 0) {
            read_tree(npm, NODE_NONE);
        }
    }
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct npm npm = { 0 };
    node_lock_begin(&npm.lock, file, facts);
    buf_init(&npm.licence, 4096);
    buf_init(&npm.workspaces, MAX_LIST_BYTES);
    json_begin(&npm.json, file->text, file->scratch);
    read_lock(&npm);
    if (npm.has_packages)
        tie_packages(&npm);
    else
        node_lock_tie(&npm.lock, find_dependency);
    bool ok = node_lock_end(&npm.lock);
    if (ok && !npm.lock.incomplete)
        ok = document_end(&npm.json, file, facts);
    buf_free(&npm.licence);
    buf_free(&npm.workspaces);
    return ok;
}

/* ---- after the squash ---------------------------------------------------------------------------------------------------------------- */

static bool is_shrinkwrap(struct str path)
{
    return str_is(path_base(path), "npm-shrinkwrap.json");
}

/* npm reads the shrinkwrap where both are there. */
static bool drop_doubles(struct catalog_facts *facts)
{
    struct map folders;
    map_init(&folders, facts->arena);
    for (size_t i = 0; i < facts->package_count; i++)
        if (is_shrinkwrap(facts->packages[i].path) && !map_put(&folders, path_dir(facts->packages[i].path), 1))
            return false;
    for (size_t i = 0; folders.count && i < facts->package_count; i++) {
        struct package *p = &facts->packages[i];
        if (!is_shrinkwrap(p->path) && map_get(&folders, path_dir(p->path), NULL))
            p->name = (struct str){ 0 };
    }
    return true;
}

static struct str declared_key(struct arena *arena, struct str folder, struct str name)
{
    return arena_printf(arena, "%.*s\n%.*s", STR_ARG(folder), STR_ARG(name));
}

/* Version 1 does not say what the project asks for: package.json does. `provides` is the name in the project's own folder. */
static bool settle(struct catalog_facts *facts)
{
    struct map declared;
    bool has_tree = false;
    map_init(&declared, facts->arena);
    for (size_t i = 0; i < facts->package_count; i++)
        has_tree |= facts->packages[i].relation == RELATION_UNKNOWN;
    for (size_t i = 0; has_tree && i < facts->declared_count; i++) {
        const struct catalog_declared *d = &facts->declared[i];
        struct str folder = path_dir(d->path);
        if (d->kind == &catalog_node_kind && (!map_put(&declared, declared_key(facts->arena, folder, d->name), 1) ||
                                              !map_put(&declared, declared_key(facts->arena, folder, STR("")), 1)))
            return false;
    }
    for (size_t i = 0; i < facts->package_count; i++) {
        struct package *p = &facts->packages[i];
        struct str folder = path_dir(p->path);
        struct arena_mark mark = arena_mark(facts->arena);
        if (declared.count && p->relation == RELATION_UNKNOWN &&
            map_get(&declared, declared_key(facts->arena, folder, STR("")), NULL))
            p->relation = p->provides.len && map_get(&declared, declared_key(facts->arena, folder, p->provides), NULL)
                              ? RELATION_DIRECT
                              : RELATION_INDIRECT;
        arena_reset(facts->arena, mark);
        p->provides = (struct str){ 0 };
    }
    return drop_doubles(facts);
}

static const struct catalog_claim claims[] = {
    { "**/package-lock.json", NULL },
    { "**/npm-shrinkwrap.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_npm_kind = {
    .name = "npm",
    .is_lock = true,
    .ecosystem = "npm",
    .scheme = "npm",
    .purl_type = "npm",
    .claims = claims,
    .accepts = node_is_outside_modules,
    .max_bytes = 256u << 20,
    .parse = parse,
    .settle = settle,
};
