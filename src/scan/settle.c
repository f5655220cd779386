/* What can be told only when all layers are joined: kinds look once more at their packages of all files together, and lock
 * files are weighed against what is installed. */
#include "scan/tree.h"

/* ---- kinds that settle ------------------------------------------------------------------------------------------------------- */

/* Takes the packages of one kind out of the inventory. Their layers are counted from 1 meanwhile: 0 is of those that are
 * added. */
static bool take_packages(struct inventory *inventory, const struct catalog_kind *kind, struct catalog_facts *facts)
{
    size_t kept = 0;
    for (size_t i = 0; i < inventory->package_count; i++) {
        struct package package = inventory->packages[i];
        if (package.kind != kind) {
            inventory->packages[kept++] = package;
            continue;
        }
        struct package *grown =
            arena_grow(facts->arena, facts->packages, facts->package_count, &facts->package_cap, sizeof *grown);
        if (!grown)
            return false;
        facts->packages = grown;
        package.layer++;
        package.file_layer++;
        grown[facts->package_count++] = package;
    }
    inventory->package_count = kept;
    return true;
}

static bool take_notes(const struct inventory *inventory, const struct catalog_kind *kind, struct catalog_facts *facts)
{
    for (size_t i = 0; i < inventory->note_count; i++) {
        if (!str_starts(inventory->notes[i].key, kind->name))
            continue;
        struct catalog_note *grown = arena_grow(facts->arena, facts->notes, facts->note_count, &facts->note_cap, sizeof *grown);
        if (!grown)
            return false;
        facts->notes = grown;
        grown[facts->note_count++] = inventory->notes[i];
    }
    return true;
}

/* Puts back what is left; a package that was added is of the layer of its file. */
static bool put_back(struct inventory *inventory, size_t *cap, const struct catalog_facts *facts, const struct map *layers)
{
    for (size_t i = 0; i < facts->package_count; i++) {
        struct package package = facts->packages[i];
        uint64_t layer;
        if (package.name.len == 0)
            continue;
        if (package.layer) {
            package.layer--;
            package.file_layer--;
        } else if (map_get(layers, package.path, &layer)) {
            package.layer = package.file_layer = (uint32_t)layer;
        }
        struct package *grown = arena_grow(facts->arena, inventory->packages, inventory->package_count, cap, sizeof *grown);
        if (!grown)
            return false;
        inventory->packages = grown;
        grown[inventory->package_count++] = package;
    }
    return true;
}

static bool settle_kind(struct inventory *inventory, size_t *cap, const struct catalog_kind *kind, struct catalog_facts *all,
                        const struct map *layers)
{
    struct catalog_facts facts = { .arena = all->arena, .declared = all->declared, .declared_count = all->declared_count };
    if (!take_packages(inventory, kind, &facts) || !take_notes(inventory, kind, &facts))
        return false;
    if ((facts.package_count || facts.note_count) && !kind->settle(&facts))
        return false;
    for (size_t i = 0; i < facts.warning_count; i++) {
        struct catalog_warning *grown =
            arena_grow(all->arena, all->warnings, all->warning_count, &all->warning_cap, sizeof *grown);
        if (!grown)
            return false;
        all->warnings = grown;
        grown[all->warning_count++] = facts.warnings[i];
    }
    return put_back(inventory, cap, &facts, layers);
}

bool squash_settle(struct inventory *inventory, size_t *package_cap, struct catalog_facts *all, const struct map *layers)
{
    for (size_t i = 0; i < catalog_kind_count(); i++) {
        const struct catalog_kind *kind = catalog_kind_at(i);
        if (kind->settle && !settle_kind(inventory, package_cap, kind, all, layers))
            return false;
    }
    return true;
}

/* ---- lock files beside what is installed ---------------------------------------------------------------------------------------- */

static bool is_plain_lock(const struct package *p)
{
    return p->kind->is_lock && !p->kind->lock_counts;
}

/* "Zope.Interface" is "zope-interface": ecosystems differ in what they let pass for one name, none tells these apart. */
static struct str loose_key(struct arena *arena, const struct package *p)
{
    struct str key = arena_printf(arena, "%s\n%.*s\n%.*s", p->kind->ecosystem ? p->kind->ecosystem : "", STR_ARG(p->name),
                                  STR_ARG(p->version));
    char *text = (char *)(uintptr_t)key.ptr;
    for (size_t i = 0; i < key.len; i++) {
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
        else if (text[i] == '_' || text[i] == '.')
            text[i] = '-';
    }
    return key;
}

/* A lock file counts as installed when half of what it wants outside development is there. */
struct lock {
    struct str path;
    size_t wanted, found;
};

static bool count_locks(const struct inventory *inventory, const struct map *installed, struct map *by_path, struct lock *locks)
{
    size_t count = 0;
    for (size_t i = 0; i < inventory->package_count; i++) {
        const struct package *p = &inventory->packages[i];
        uint64_t at;
        if (!is_plain_lock(p))
            continue;
        if (!map_get(by_path, p->path, &at)) {
            at = count++;
            locks[at].path = p->path;
            if (!map_put(by_path, p->path, at))
                return false;
        }
        if (p->dev || p->is_lowest || p->relation == RELATION_ROOT || p->relation == RELATION_WORKSPACE)
            continue;
        struct arena_mark mark = arena_mark(by_path->arena);
        locks[at].wanted++;
        locks[at].found += map_get(installed, loose_key(by_path->arena, p), NULL);
        arena_reset(by_path->arena, mark);
    }
    return true;
}

/* An image holds what is installed: a lock file whose packages are there says nothing more; of others the packages are only
 * wanted, not there. */
static bool weigh_locks(struct inventory *inventory)
{
    struct map installed, by_path;
    struct arena *arena = &inventory->arena;
    struct lock *locks = arena_array(arena, inventory->package_count + 1, sizeof *locks);
    map_init(&installed, arena);
    map_init(&by_path, arena);
    for (size_t i = 0; i < inventory->package_count; i++) {
        const struct package *p = &inventory->packages[i];
        if (!p->kind->is_os && !p->kind->is_lock && !map_put(&installed, loose_key(arena, p), i))
            return false;
    }
    if (!locks || !count_locks(inventory, &installed, &by_path, locks))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < inventory->package_count; i++) {
        struct package *p = &inventory->packages[i];
        uint64_t at;
        if (is_plain_lock(p) && map_get(&by_path, p->path, &at)) {
            if (locks[at].found && locks[at].found * 2 >= locks[at].wanted)
                continue;
            p->locked_only = true;
        }
        inventory->packages[kept++] = *p;
    }
    inventory->package_count = kept;
    return true;
}

/* ---- source trees ------------------------------------------------------------------------------------------------------------------ */

/* Trees that a package manager makes from a lock file, as node_modules is; not archives and programs, which stand alone. */
static bool is_tree(const struct catalog_kind *kind)
{
    static const char *const ecosystems[] = { "npm", "pip", "rubygems", "composer" };
    for (size_t i = 0; !kind->is_os && !kind->is_lock && kind->ecosystem && i < ARRAY_LEN(ecosystems); i++)
        if (strcmp(kind->ecosystem, ecosystems[i]) == 0)
            return true;
    return false;
}

static struct str key_in_folder(struct arena *arena, const struct package *p, struct str folder)
{
    return arena_printf(arena, "%.*s\n%.*s", STR_ARG(folder), STR_ARG(loose_key(arena, p)));
}

/* Does a lock file in a folder above name this very version? */
static bool is_locked_above(const struct map *locked, const struct package *p)
{
    struct str folder = p->path;
    do {
        folder = path_dir(folder);
        struct arena_mark mark = arena_mark(locked->arena);
        bool found = map_get(locked, key_in_folder(locked->arena, p, folder), NULL);
        arena_reset(locked->arena, mark);
        if (found)
            return true;
    } while (folder.len);
    return false;
}

/* node_modules/NAME/package.json and node_modules/@SCOPE/NAME/package.json; others are projects, or parts of a package. */
static bool is_installed_node(struct str path)
{
    struct str folder = path_dir(path_dir(path));
    if (str_starts(path_base(folder), "@"))
        folder = path_dir(folder);
    return str_is(path_base(folder), "node_modules");
}

/* In a source tree what lies in node_modules beside its lock file is the same once more, and is not listed again. What no lock
 * file names is: it is there all the same. */
static bool drop_installed_trees(struct inventory *inventory)
{
    struct map locked;
    struct arena *arena = &inventory->arena;
    size_t kept = 0;
    map_init(&locked, arena);
    for (size_t i = 0; i < inventory->package_count; i++) {
        const struct package *p = &inventory->packages[i];
        if (p->kind->is_lock && !p->is_lowest && p->kind->ecosystem &&
            !map_put(&locked, key_in_folder(arena, p, path_dir(p->path)), 1))
            return false;
    }
    for (size_t i = 0; i < inventory->package_count; i++) {
        const struct package *p = &inventory->packages[i];
        bool part = strcmp(p->kind->name, "node-pkg") == 0 && !is_installed_node(p->path);
        if (!is_tree(p->kind) || !(part || is_locked_above(&locked, p)))
            inventory->packages[kept++] = *p;
    }
    inventory->package_count = kept;
    return !arena->exhausted;
}

bool inventory_weigh_locks(struct inventory *inventory, bool is_source_tree, struct error *err)
{
    bool ok = is_source_tree ? drop_installed_trees(inventory) : weigh_locks(inventory);
    return ok || arena_error(&inventory->arena, err);
}
