/* The entries of a JavaScript lock file: collected, tied to each other, made into packages. Formats differ in how an entry is
 * called and how a need finds its entry; what follows from that is the same for all. */
#include "catalog/headers.h"
#include "catalog/javascript/node.h"

/* npm's limit of a name is 214 characters; keys of pnpm list all peers. */
enum { MAX_NAME_BYTES = 512, MAX_ID_BYTES = 8192 };
enum { MAX_ENTRIES = 1 << 20, MAX_EDGES = 8 << 20 };
/* Looking for targets hashes paths, lists of needs repeat ids: both could be made to grow with the square of the file. */
static const uint64_t MAX_LOOK_BYTES = UINT64_C(4) << 30, MAX_DEPENDS_BYTES = 128u << 20;

void node_lock_begin(struct node_lock *lock, const struct catalog_file *file, struct catalog_facts *facts)
{
    *lock = (struct node_lock){ .file = file, .facts = facts, .scratch = file->scratch, .budget = MAX_LOOK_BYTES };
    map_init(&lock->keys, file->scratch);
}

/* Adds a part to a table of parts when the last one is full: growing by copies would take twice the memory. */
static bool grow(struct node_lock *lock, void ***parts, size_t *cap, size_t count, size_t item_bytes)
{
    size_t used = count / NODE_PART;
    if (count % NODE_PART)
        return true;
    void **grown = arena_grow(lock->scratch, *parts, used, cap, sizeof *grown);
    void *part = grown ? arena_array(lock->scratch, NODE_PART, item_bytes) : NULL;
    if (!part)
        return false;
    *parts = grown;
    grown[used] = part;
    return true;
}

/* What is collected leaves room for what is made of it. */
static bool may_collect(const struct node_lock *lock)
{
    return lock->scratch->used_bytes < lock->scratch->cap_bytes / 4 * 3;
}

uint32_t node_lock_add(struct node_lock *lock, struct str key, uint32_t line)
{
    if (lock->count == MAX_ENTRIES || !may_collect(lock) ||
        !grow(lock, &lock->entry_parts, &lock->entry_cap, lock->count, sizeof(struct node_entry))) {
        lock->incomplete = true;
        return NODE_NONE;
    }
    uint32_t index = (uint32_t)lock->count++;
    *node_at(lock, index) = (struct node_entry){ .key = key, .line = line, .first_edge = NODE_NONE, .last_edge = NODE_NONE };
    return index;
}

uint32_t node_lock_find(const struct node_lock *lock, struct str key)
{
    uint64_t index;
    return map_get(&lock->keys, key, &index) ? (uint32_t)index : NODE_NONE;
}

bool node_lock_key(struct node_lock *lock, struct str key, uint32_t entry)
{
    if (map_get(&lock->keys, key, NULL) || map_put(&lock->keys, key, entry))
        return true;
    lock->incomplete = true;
    return false;
}

bool node_lock_need(struct node_lock *lock, uint32_t entry, struct str name, struct str range)
{
    if (lock->edge_count == MAX_EDGES || !may_collect(lock) ||
        !grow(lock, &lock->edge_parts, &lock->edge_cap, lock->edge_count, sizeof(struct node_edge))) {
        lock->incomplete = true;
        return false;
    }
    uint32_t index = (uint32_t)lock->edge_count++;
    *node_edge_at(lock, index) = (struct node_edge){ name, range, NODE_NONE, NODE_NONE };
    struct node_entry *e = node_at(lock, entry);
    if (e->last_edge == NODE_NONE)
        e->first_edge = index;
    else
        node_edge_at(lock, e->last_edge)->next = index;
    e->last_edge = index;
    return true;
}

void node_lock_read_needs(struct node_lock *lock, struct json *json, uint32_t entry)
{
    struct str name;
    if (!json_object(json))
        return;
    while (json_key(json, &name)) {
        struct str range = { 0 };
        json_string(json, &range);
        if (name.len && name.len <= MAX_NAME_BYTES)
            node_lock_need(lock, entry, name, range);
    }
}

void node_lock_tie(struct node_lock *lock, uint32_t (*find)(struct node_lock *lock, uint32_t entry, const struct node_edge *edge))
{
    for (uint32_t i = 0; i < lock->count; i++)
        for (uint32_t e = node_at(lock, i)->first_edge; e != NODE_NONE; e = node_edge_at(lock, e)->next) {
            if (lock->budget < sizeof(struct node_places)) {
                lock->incomplete = true;
                return;
            }
            node_edge_at(lock, e)->target = find(lock, i, node_edge_at(lock, e));
        }
}

bool node_lock_mark_dev(struct node_lock *lock)
{
    uint32_t *queue = arena_array(lock->scratch, lock->count + 1, sizeof *queue);
    bool *seen = arena_array(lock->scratch, lock->count + 1, sizeof *seen);
    size_t head = 0, tail = 0;
    if (!queue || !seen)
        return false;
    for (uint32_t i = 0; i < lock->count; i++) {
        const struct node_entry *e = node_at(lock, i);
        if (!e->dev && e->relation != RELATION_UNKNOWN && e->relation != RELATION_INDIRECT) {
            seen[i] = true;
            queue[tail++] = i;
        }
    }
    while (head < tail)
        for (uint32_t e = node_at(lock, queue[head++])->first_edge; e != NODE_NONE; e = node_edge_at(lock, e)->next) {
            uint32_t target = node_edge_at(lock, e)->target;
            if (target != NODE_NONE && !seen[target]) {
                seen[target] = true;
                queue[tail++] = target;
            }
        }
    for (size_t i = 0; i < lock->count; i++)
        node_at(lock, i)->dev = !seen[i];
    return true;
}

/* ---- packages -------------------------------------------------------------------------------------------------------------------- */

/* Entries of one id are one package: the same version at two places. */
struct packing {
    struct node_lock *lock;
    size_t base;                              /* index in the facts of the first package */
    uint32_t *package_of;                     /* of an entry; NODE_NONE: none */
    uint32_t *first_of, *last_of, *same_next; /* entries of a package, in order */
    uint64_t depends_bytes;
};

static bool entry_ok(const struct node_entry *e)
{
    return e->name.len && e->name.len <= MAX_NAME_BYTES && e->version.len <= MAX_NAME_BYTES && e->id.len <= MAX_ID_BYTES &&
           header_value_ok(e->name) && header_value_ok(e->version) && header_value_ok(e->id);
}

static bool fill(struct package *p, const struct node_entry *e, struct str id, struct arena *arena)
{
    p->id = id;
    p->name = arena_str(arena, e->name);
    p->version = arena_str(arena, e->version);
    p->licence = arena_str(arena, e->licence);
    p->digest = header_value_ok(e->digest) ? arena_str(arena, e->digest) : (struct str){ 0 };
    p->provides = arena_str(arena, e->provides);
    p->line = e->line;
    p->end_line = e->end_line;
    p->relation = e->relation;
    p->dev = e->dev;
    return !arena->exhausted;
}

/* Direct beats indirect; what is needed at one place for more than development is so at all. */
static bool merge(struct package *p, const struct node_entry *e, struct arena *arena)
{
    p->dev = p->dev && e->dev;
    if (e->relation != RELATION_UNKNOWN && (p->relation == RELATION_UNKNOWN || e->relation < p->relation))
        p->relation = e->relation;
    if (p->licence.len == 0)
        p->licence = arena_str(arena, e->licence);
    if (p->provides.len == 0)
        p->provides = arena_str(arena, e->provides);
    return !arena->exhausted;
}

static struct str id_of(const struct node_entry *e, struct arena *arena)
{
    if (e->id.len)
        return arena_str(arena, e->id);
    return e->version.len ? arena_printf(arena, "%.*s@%.*s", STR_ARG(e->name), STR_ARG(e->version)) : arena_str(arena, e->name);
}

/* The arena of the facts is for all files of a layer: one that would fill it is cut short. */
static bool has_room(const struct catalog_facts *facts)
{
    size_t more = facts->package_count == facts->package_cap ? 2 * facts->package_cap * sizeof(struct package) : 0;
    size_t room = facts->arena->cap_bytes - facts->arena->used_bytes, reserve = facts->arena->cap_bytes / 8;
    return room > reserve && room - reserve > more;
}

static bool add_packages(struct packing *packing)
{
    struct node_lock *lock = packing->lock;
    struct catalog_facts *facts = lock->facts;
    struct map ids;
    map_init(&ids, lock->scratch);
    for (uint32_t i = 0; i < lock->count; i++) {
        struct node_entry *e = node_at(lock, i);
        packing->package_of[i] = packing->same_next[i] = NODE_NONE;
        if (e->left_out)
            continue;
        if (!has_room(facts)) {
            lock->incomplete = true;
            continue;
        }
        if (!entry_ok(e)) {
            if (lock->bad_count++ == 0)
                lock->bad_line = e->line;
            continue;
        }
        const struct catalog_kind *kind = e->kind ? e->kind : lock->file->kind;
        struct arena_mark mark = arena_mark(facts->arena);
        struct str id = id_of(e, facts->arena);
        uint64_t at;
        if (!id.ptr)
            return false;
        if (map_get(&ids, id, &at)) {
            arena_reset(facts->arena, mark);
            if (!merge(&facts->packages[packing->base + at], e, facts->arena))
                return false;
            packing->same_next[packing->last_of[at]] = i;
        } else {
            at = facts->package_count - packing->base;
            struct package *p = catalog_add_package(facts, kind, lock->file->path);
            if (!p || !fill(p, e, id, facts->arena))
                return false;
            if (!map_put(&ids, id, at)) {
                lock->incomplete = true;
                return true;
            }
            packing->first_of[at] = i;
        }
        packing->package_of[i] = (uint32_t)at;
        packing->last_of[at] = i;
    }
    return true;
}

/* `marks` has for each package the last one that needs it, plus one: each need is put once. */
static bool put_depends(struct packing *packing, uint32_t at, uint32_t *marks, struct buf *list)
{
    struct node_lock *lock = packing->lock;
    struct package *packages = lock->facts->packages + packing->base;
    buf_clear(list);
    marks[at] = at + 1;
    for (uint32_t i = packing->first_of[at]; i != NODE_NONE; i = packing->same_next[i])
        for (uint32_t e = node_at(lock, i)->first_edge; e != NODE_NONE; e = node_edge_at(lock, e)->next) {
            uint32_t target = node_edge_at(lock, e)->target,
                     needed = target == NODE_NONE ? NODE_NONE : packing->package_of[target];
            if (needed == NODE_NONE || marks[needed] == at + 1)
                continue;
            marks[needed] = at + 1;
            catalog_put_item(list, packages[needed].id);
        }
    packing->depends_bytes += list->len;
    if (list->failed || packing->depends_bytes > MAX_DEPENDS_BYTES || !has_room(lock->facts)) {
        lock->incomplete = true;
        return true;
    }
    if (list->len)
        packages[at].depends = arena_str(lock->facts->arena, buf_view(list));
    return !lock->facts->arena->exhausted;
}

static bool add_depends(struct packing *packing)
{
    struct node_lock *lock = packing->lock;
    size_t count = lock->facts->package_count - packing->base;
    uint32_t *marks = arena_array(lock->scratch, count + 1, sizeof *marks);
    struct buf list;
    bool ok = true;
    if (!marks) {
        lock->incomplete = true;
        return true;
    }
    buf_init(&list, 16u << 20);
    for (uint32_t at = 0; ok && at < count && packing->depends_bytes <= MAX_DEPENDS_BYTES; at++)
        ok = put_depends(packing, at, marks, &list);
    buf_free(&list);
    return ok;
}

bool node_lock_end(struct node_lock *lock)
{
    struct packing packing = { .lock = lock, .base = lock->facts->package_count };
    uint32_t **arrays[] = { &packing.package_of, &packing.first_of, &packing.last_of, &packing.same_next };
    struct str path = lock->file->path;
    for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
        if (!(*arrays[i] = arena_array(lock->scratch, lock->count + 1, sizeof(uint32_t))))
            return catalog_warn(lock->facts, path, false, "more packages than memory allows; not read");
    if (!add_packages(&packing) || !add_depends(&packing))
        return false;
    if (lock->bad_count &&
        !catalog_warn(lock->facts, path, false, "%zu packages without a usable name or version, the first on line %u",
                      lock->bad_count, lock->bad_line))
        return false;
    return !lock->incomplete ||
           catalog_warn(lock->facts, path, false, "too large to be read whole: packages or dependencies are missing");
}
