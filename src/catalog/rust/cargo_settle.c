/* What is direct in a Cargo.lock: the manifest beside it, and those of its workspace's members, own packages of the lock file, and
 * of what an owner needs, that is direct which its [dependencies] declare. What can be reached from there is indirect; the
 * rest serves tests and builds only, and is for development. Without a manifest beside it a lock file stays as it is. */
#include "catalog/glob.h"
#include "catalog/rust/rust.h"
#include "version/version.h"

/* Entries of one manifest, which stand together. */
struct manifest {
    struct str path;
    size_t first, count;
};

struct world {
    struct catalog_facts *facts;
    struct arena *arena;
    struct manifest *manifests;
    size_t count, cap;
    struct map by_path;
    size_t globs_left; /* bounds the work that patterns of members make */
};

/* One lock file. */
struct lock {
    struct world *world;
    struct package *packages;
    size_t count;
    struct map by_id;
    bool *direct, *wanted; /* wanted: some owner declares it, if only for development */
    bool *owner;
    size_t owner_count;
    struct str inherited; /* version that members may take from the workspace */
};

static const struct catalog_declared *entry_of(const struct world *w, const struct manifest *m, size_t i)
{
    return &w->facts->declared[m->first + i];
}

static bool index_manifests(struct world *w)
{
    for (size_t i = 0; i < w->facts->declared_count; i++) {
        const struct catalog_declared *d = &w->facts->declared[i];
        if (d->kind != &catalog_cargo_manifest_kind)
            continue;
        if (w->count && w->manifests[w->count - 1].first + w->manifests[w->count - 1].count == i &&
            str_eq(w->manifests[w->count - 1].path, d->path)) {
            w->manifests[w->count - 1].count++;
            continue;
        }
        struct manifest *grown = arena_grow(w->arena, w->manifests, w->count, &w->cap, sizeof *grown);
        if (!grown)
            return false;
        w->manifests = grown;
        grown[w->count] = (struct manifest){ d->path, i, 1 };
        if (!map_put(&w->by_path, d->path, w->count++))
            return false;
    }
    return true;
}

static struct str value_of(const struct world *w, const struct manifest *m, const char *group, struct str *name)
{
    for (size_t i = 0; i < m->count; i++)
        if (str_is(entry_of(w, m, i)->group, group)) {
            *name = entry_of(w, m, i)->name;
            return entry_of(w, m, i)->constraint;
        }
    return (struct str){ 0 };
}

/* ---- what an owner needs --------------------------------------------------------------------------------------------------------- */

static bool allows(const struct world *w, struct str constraint, struct str version)
{
    const struct version_scheme *scheme = version_scheme_find(STR("cargo"));
    struct version_set set;
    struct error ignored = { 0 };
    bool inside = false;
    version_set_init(&set, w->arena);
    if (constraint.len == 0 || !scheme || !version_range(scheme, constraint, &set, &ignored))
        return true;
    return !version_set_has(scheme, &set, version, &inside, &ignored) || inside;
}

/* Declared under that name, and (where the owner needs it in several versions) in that version; for development only? */
static bool is_declared(const struct lock *lock, const struct manifest *m, bool is_root, const struct map *first,
                        const size_t *next, const struct package *needed, bool several, bool *dev)
{
    uint64_t at;
    bool found = false;
    *dev = true;
    for (bool more = map_get(first, needed->name, &at); more; at = next[at], more = at != SIZE_MAX) {
        const struct catalog_declared *d = entry_of(lock->world, m, (size_t)at);
        bool shared = str_is(d->group, CARGO_SHARED);
        if ((shared && !is_root) || (!shared && str_starts(d->group, "[")))
            continue;
        if (several && !allows(lock->world, d->constraint, needed->version))
            continue;
        found = true;
        *dev &= d->dev;
    }
    return found;
}

static bool find_needed(const struct lock *lock, struct str id, uint64_t *index)
{
    return map_get(&lock->by_id, id, index);
}

/* Entries by name: the first and, in a chain, the others. */
static bool chain_entries(const struct lock *lock, const struct manifest *m, struct map *first, size_t **next)
{
    struct arena *arena = lock->world->arena;
    map_init(first, arena);
    *next = arena_array(arena, m->count + 1, sizeof **next);
    if (!*next)
        return false;
    for (size_t i = m->count; i-- > 0;) {
        uint64_t old;
        struct str name = entry_of(lock->world, m, i)->name;
        (*next)[i] = map_get(first, name, &old) ? (size_t)old : SIZE_MAX;
        if (!map_put(first, name, i))
            return false;
    }
    return true;
}

static bool mark_needed(struct lock *lock, const struct manifest *m, bool is_root, const struct package *owner)
{
    struct map first, versions;
    size_t *next = NULL;
    struct str rest, id;
    uint64_t index, count;
    map_init(&versions, lock->world->arena);
    if (!chain_entries(lock, m, &first, &next))
        return false;
    for (rest = owner->depends; str_next(&rest, '\n', &id);)
        if (find_needed(lock, id, &index)) {
            struct str name = lock->packages[index].name;
            if (!map_put(&versions, name, map_get(&versions, name, &count) ? count + 1 : 1))
                return false;
        }
    for (rest = owner->depends; str_next(&rest, '\n', &id);) {
        bool dev;
        if (!find_needed(lock, id, &index))
            continue;
        const struct package *needed = &lock->packages[index];
        bool several = map_get(&versions, needed->name, &count) && count > 1;
        if (!is_declared(lock, m, is_root, &first, next, needed, several, &dev))
            continue;
        lock->wanted[index] = true;
        lock->direct[index] |= !dev;
    }
    return true;
}

/* The package of a manifest becomes an owner, where the lock file has it. */
static bool add_owner(struct lock *lock, const struct manifest *m, enum package_relation relation)
{
    struct arena *arena = lock->world->arena;
    struct str name = { 0 }, version = value_of(lock->world, m, CARGO_PACKAGE, &name);
    uint64_t index;
    if (name.len == 0)
        return true;
    struct str id = arena_printf(arena, "%.*s@%.*s", STR_ARG(name), STR_ARG(version.len ? version : lock->inherited));
    if (!id.ptr)
        return false;
    if (!map_get(&lock->by_id, id, &index) || lock->owner[index])
        return true;
    lock->owner[index] = true;
    lock->owner_count++;
    lock->packages[index].relation = relation;
    return mark_needed(lock, m, relation == RELATION_ROOT, &lock->packages[index]);
}

/* ---- members --------------------------------------------------------------------------------------------------------------------- */

static bool is_excluded(const struct lock *lock, const struct manifest *root, struct str folder)
{
    for (size_t i = 0; i < root->count; i++) {
        const struct catalog_declared *d = entry_of(lock->world, root, i);
        if (str_is(d->group, CARGO_EXCLUDED) && glob_matches(d->name, folder))
            return true;
    }
    return false;
}

/* The path of m's folder below that of the root; false where it lies elsewhere. */
static bool below(struct str root, struct str folder, struct str *rest)
{
    *rest = folder;
    if (root.len == 0)
        return true;
    if (folder.len <= root.len || !str_eq(str_head(folder, root.len), root) || folder.ptr[root.len] != '/')
        return false;
    *rest = str_skip(folder, root.len + 1);
    return true;
}

static bool add_matching(struct lock *lock, const struct manifest *root, struct str pattern)
{
    struct world *w = lock->world;
    for (size_t i = 0; i < w->count && w->globs_left; i++) {
        struct str folder;
        if (&w->manifests[i] == root || !below(path_dir(root->path), path_dir(w->manifests[i].path), &folder))
            continue;
        w->globs_left--;
        if (glob_matches(pattern, folder) && !is_excluded(lock, root, folder) &&
            !add_owner(lock, &w->manifests[i], RELATION_WORKSPACE))
            return false;
    }
    return true;
}

static bool add_member(struct lock *lock, const struct manifest *root, struct str member)
{
    struct world *w = lock->world;
    struct str folder = path_dir(root->path);
    char path[4096];
    size_t len;
    uint64_t at;
    if (str_find(member, '*', NULL) || str_find(member, '?', NULL))
        return add_matching(lock, root, member);
    struct str joined = arena_printf(w->arena, "%.*s/%.*s/Cargo.toml", STR_ARG(folder), STR_ARG(member));
    if (!joined.ptr)
        return false;
    if (!path_normalize(joined, path, &len) || !map_get(&w->by_path, str_make(path, len), &at))
        return true;
    return add_owner(lock, &w->manifests[at], RELATION_WORKSPACE);
}

static bool add_owners(struct lock *lock, const struct manifest *root)
{
    struct str name;
    lock->inherited = value_of(lock->world, root, CARGO_WORKSPACE, &name);
    if (!add_owner(lock, root, RELATION_ROOT))
        return false;
    for (size_t i = 0; i < root->count; i++) {
        const struct catalog_declared *d = entry_of(lock->world, root, i);
        if (str_is(d->group, CARGO_MEMBER) && !add_member(lock, root, d->name))
            return false;
    }
    return true;
}

/* ---- the whole lock file --------------------------------------------------------------------------------------------------------- */

/* From what is direct on, all that is needed is no matter of development. */
static bool spread(struct lock *lock)
{
    struct catalog_graph graph;
    struct arena *arena = lock->world->arena;
    bool *seen = arena_array(arena, lock->count + 1, sizeof *seen);
    if (!seen || !catalog_graph_build(lock->packages, lock->count, arena, &graph))
        return false;
    memcpy(seen, lock->direct, lock->count * sizeof *seen);
    if (!catalog_graph_reach(&graph, seen, arena))
        return false;
    for (size_t i = 0; i < lock->count; i++) {
        struct package *p = &lock->packages[i];
        if (lock->owner[i])
            continue;
        p->relation = lock->direct[i] || (lock->wanted[i] && !seen[i]) ? RELATION_DIRECT : RELATION_INDIRECT;
        p->dev = !seen[i];
    }
    return true;
}

/* Owners list what their tests need too: with what is for development left out, these would lead nowhere. */
static bool trim_owner(const struct lock *lock, struct package *owner)
{
    struct buf kept;
    struct str rest = owner->depends, id;
    uint64_t index;
    buf_init(&kept, owner->depends.len + 1);
    while (str_next(&rest, '\n', &id))
        if (!find_needed(lock, id, &index) || !lock->packages[index].dev)
            catalog_put_item(&kept, id);
    owner->depends = arena_str(lock->world->arena, buf_view(&kept));
    bool ok = !kept.failed && owner->depends.ptr;
    buf_free(&kept);
    return ok;
}

static bool settle_lock(struct world *w, struct package *packages, size_t count)
{
    struct lock lock = { .world = w, .packages = packages, .count = count };
    struct str folder = path_dir(packages[0].path);
    struct str path = arena_printf(w->arena, "%.*s%sCargo.toml", STR_ARG(folder), folder.len ? "/" : "");
    uint64_t root;
    if (!path.ptr || !map_get(&w->by_path, path, &root))
        return path.ptr != NULL;
    map_init(&lock.by_id, w->arena);
    lock.direct = arena_array(w->arena, count + 1, sizeof *lock.direct);
    lock.wanted = arena_array(w->arena, count + 1, sizeof *lock.wanted);
    lock.owner = arena_array(w->arena, count + 1, sizeof *lock.owner);
    if (!lock.direct || !lock.wanted || !lock.owner)
        return false;
    for (size_t i = count; i-- > 0;) /* of equal ids the first counts */
        if (!map_put(&lock.by_id, packages[i].id, i))
            return false;
    if (!add_owners(&lock, &w->manifests[root]))
        return false;
    if (lock.owner_count == 0) /* the manifest is of another state than the lock file */
        return true;
    if (!spread(&lock))
        return false;
    for (size_t i = 0; i < count; i++)
        if (lock.owner[i] && !trim_owner(&lock, &packages[i]))
            return false;
    return true;
}

bool cargo_settle(struct catalog_facts *facts)
{
    struct world w = { .facts = facts, .arena = facts->arena, .globs_left = 1u << 20 };
    map_init(&w.by_path, w.arena);
    if (!index_manifests(&w))
        return false;
    catalog_sort_by_file(facts);
    for (size_t first = 0, end; first < facts->package_count; first = end) {
        end = catalog_file_end(facts->packages, facts->package_count, first);
        if (!settle_lock(&w, facts->packages + first, end - first))
            return false;
    }
    return true;
}
