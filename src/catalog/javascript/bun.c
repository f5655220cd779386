/* bun.lock (Bun's documentation of its text-based lock file): JSON with comments and trailing commas. Keys of "packages" are
 * where a package lies, "a", or "b/a" where b has one of its own; a value is [name@version, registry, {needs}, integrity],
 * or shorter where it is from elsewhere. "workspaces" are the project ("") and its members by their folders. */
#include "catalog/document.h"
#include "catalog/headers.h"
#include "catalog/javascript/node.h"

struct bun {
    struct node_lock lock;
    struct json json;
    struct map workspaces; /* folder to entry */
};

/* Comments, and commas behind which nothing comes, become spaces; lines stay. */
static struct str plain_json(struct str text, struct arena *scratch)
{
    struct str copy = arena_str(scratch, text);
    char *out = (char *)(uintptr_t)copy.ptr;
    size_t comma = SIZE_MAX; /* the last one, when nothing but space is behind it */
    for (size_t i = 0; out && i < copy.len;) {
        char c = out[i], next = i + 1 < copy.len ? out[i + 1] : '\0';
        if (c == '"') {
            for (i++; i < copy.len && out[i] != '"' && out[i] != '\n'; i++)
                i += out[i] == '\\';
            i++;
            comma = SIZE_MAX;
        } else if (c == '/' && next == '/') {
            while (i < copy.len && out[i] != '\n')
                out[i++] = ' ';
        } else if (c == '/' && next == '*') {
            while (i < copy.len && !(out[i] == '*' && i + 1 < copy.len && out[i + 1] == '/')) {
                out[i] = out[i] == '\n' ? '\n' : ' ';
                i++;
            }
            for (size_t end = i + 2; i < end && i < copy.len; i++)
                out[i] = ' ';
        } else {
            if ((c == '}' || c == ']') && comma != SIZE_MAX)
                out[comma] = ' ';
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
                comma = c == ',' ? i : SIZE_MAX;
            i++;
        }
    }
    return copy;
}

/* ---- sections -------------------------------------------------------------------------------------------------------------------- */

/* A member asks for packages as an entry does; what it asks for development is kept apart. */
static void read_workspace(struct bun *bun, struct str folder)
{
    struct json *json = &bun->json;
    struct str key;
    uint32_t index = node_lock_add(&bun->lock, folder, json_line(json)), dev = node_lock_add(&bun->lock, folder, json_line(json));
    if (index == NODE_NONE || dev == NODE_NONE || !json_object(json))
        return;
    if (!map_put(&bun->workspaces, folder, index))
        bun->lock.incomplete = true;
    while (json_key(json, &key)) {
        struct node_entry *e = node_at(&bun->lock, index);
        if (str_is(key, "name"))
            json_string(json, &e->name);
        else if (str_is(key, "version"))
            json_string(json, &e->version);
        else if (str_is(key, "dependencies") || str_is(key, "optionalDependencies") || str_is(key, "peerDependencies"))
            node_lock_read_needs(&bun->lock, json, index);
        else if (str_is(key, "devDependencies"))
            node_lock_read_needs(&bun->lock, json, dev);
    }
    node_at(&bun->lock, index)->left_out = node_at(&bun->lock, dev)->left_out = true;
    node_at(&bun->lock, index)->relation = node_at(&bun->lock, dev)->relation = RELATION_ROOT;
    node_at(&bun->lock, dev)->name = node_at(&bun->lock, index)->name;
    node_at(&bun->lock, dev)->dev = true;
}

static void read_info(struct bun *bun, uint32_t index)
{
    struct json *json = &bun->json;
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "dependencies") || str_is(key, "optionalDependencies") || str_is(key, "peerDependencies"))
            node_lock_read_needs(&bun->lock, json, index);
}

static void read_package(struct bun *bun, struct str place)
{
    struct json *json = &bun->json;
    struct str text;
    uint32_t index = node_lock_add(&bun->lock, place, json_line(json));
    size_t position = 0;
    if (index == NODE_NONE || !json_array(json))
        return;
    node_lock_key(&bun->lock, place, index);
    for (; json_item(json); position++) {
        struct node_entry *e = node_at(&bun->lock, index);
        if (json_peek(json) == JSON_OBJECT)
            read_info(bun, index);
        else if (json_string(json, &text) && position == 0)
            node_cut_name(text, &e->name, &e->version);
        else if (position > 0 && str_starts(text, "sha"))
            e->digest = text;
    }
    struct node_entry *e = node_at(&bun->lock, index);
    e->end_line = json_line(json);
    e->relation = RELATION_INDIRECT;
    e->dev = true;
    e->left_out = json->failed || str_starts(e->version, "root:");
}

static void read_lock(struct bun *bun)
{
    struct json *json = &bun->json;
    struct str key, name;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "workspaces") && json_object(json))
            while (json_key(json, &name) && !bun->lock.incomplete)
                read_workspace(bun, name);
        else if (str_is(key, "packages") && json_object(json))
            while (json_key(json, &name) && !bun->lock.incomplete)
                read_package(bun, name);
    }
}

/* ---- who needs whom -------------------------------------------------------------------------------------------------------------- */

/* Without the last name: "a/@scope/b" stands in "a". */
static struct str place_above(struct str place)
{
    struct str above = path_dir(place);
    return str_starts(path_base(above), "@") ? path_dir(above) : above;
}

/* The nearest of the name: in the entry's own place, then in those around it. A workspace's place is its name. */
static uint32_t find_entry(struct node_lock *lock, uint32_t entry, const struct node_edge *edge)
{
    const struct node_entry *e = node_at(lock, entry);
    struct str place = e->relation == RELATION_ROOT ? e->name : e->key;
    for (;; place = place_above(place)) {
        char text[2048];
        int len = snprintf(text, sizeof text, "%.*s%s%.*s", STR_ARG(place), place.len ? "/" : "", STR_ARG(edge->name));
        lock->budget -= lock->budget < sizeof text ? lock->budget : edge->name.len + place.len + 64;
        uint32_t found = len > 0 && (size_t)len < sizeof text ? node_lock_find(lock, str_make(text, (size_t)len)) : NODE_NONE;
        if (found != NODE_NONE || place.len == 0 || lock->budget < sizeof text)
            return found;
    }
}

/* "a@workspace:packages/a" has the version of that member. */
static void join_workspaces(struct bun *bun)
{
    for (size_t i = 0; i < bun->lock.count; i++) {
        struct node_entry *e = node_at(&bun->lock, i);
        uint64_t member;
        if (e->left_out || !str_starts(e->version, "workspace:"))
            continue;
        struct str folder = str_skip(e->version, strlen("workspace:"));
        e->version = map_get(&bun->workspaces, folder, &member) ? node_at(&bun->lock, member)->version : (struct str){ 0 };
        e->relation = RELATION_WORKSPACE;
        e->dev = false;
    }
}

static void mark_directs(struct bun *bun)
{
    struct node_lock *lock = &bun->lock;
    for (size_t i = 0; i < lock->count; i++) {
        const struct node_entry *asker = node_at(lock, i);
        for (uint32_t e = asker->first_edge; asker->relation == RELATION_ROOT && e != NODE_NONE;
             e = node_edge_at(lock, e)->next) {
            if (node_edge_at(lock, e)->target == NODE_NONE)
                continue;
            struct node_entry *target = node_at(lock, node_edge_at(lock, e)->target);
            if (target->relation != RELATION_INDIRECT && target->relation != RELATION_DIRECT)
                continue;
            target->relation = RELATION_DIRECT;
            target->dev = target->dev && asker->dev;
        }
    }
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct bun bun = { 0 };
    node_lock_begin(&bun.lock, file, facts);
    map_init(&bun.workspaces, file->scratch);
    struct str text = plain_json(file->text, file->scratch);
    if (!text.ptr)
        return catalog_warn(facts, file->path, false, "larger than memory allows; not read");
    json_begin(&bun.json, text, file->scratch);
    read_lock(&bun);
    join_workspaces(&bun);
    node_lock_tie(&bun.lock, find_entry);
    mark_directs(&bun);
    if (!node_lock_mark_dev(&bun.lock))
        bun.lock.incomplete = true;
    if (!node_lock_end(&bun.lock))
        return false;
    return bun.lock.incomplete || document_end(&bun.json, file, facts);
}

static const struct catalog_claim claims[] = {
    { "**/bun.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_bun_kind = {
    .name = "bun",
    .is_lock = true,
    .ecosystem = "npm",
    .scheme = "npm",
    .purl_type = "npm",
    .claims = claims,
    .accepts = node_is_outside_modules,
    .max_bytes = 128u << 20, /* a copy without comments is made */
    .parse = parse,
};
