/* From the joined tree to the image's inventory: which packages are there, which layer brought each, which OS package owns it,
 * which links lead to files that have yet to be read. */
#include "scan/cover.h"

#include <stdlib.h>

enum { NEAR_PACKAGES = 64 };

struct squash {
    struct tree tree;
    struct cover cover;
    struct inventory *out;
    struct arena *arena;
    const struct layer_inventory *layers;
    size_t layer_count;
    struct distro *distros;
    size_t distro_count, distro_cap, package_cap, note_cap, warning_cap, alias_cap;
    struct layer_alias *aliases;
    size_t alias_count;
    struct catalog_facts gathered; /* declared dependencies of all files, warnings of kinds that settle */
    struct map layers_by_path;     /* of files of such kinds */
    struct map claimed_paths;      /* paths of all files that are there, as claimed */
    struct map alias_keys;         /* aliases that are listed already */
};

/* ---- packages --------------------------------------------------------------------------------------------------------------- */

static bool same_package(const struct package *a, const struct package *b)
{
    return str_eq(a->name, b->name) && str_eq(a->version, b->version) && str_eq(a->arch, b->arch);
}

static struct str package_key(struct arena *arena, const struct package *p)
{
    return arena_printf(arena, "%.*s\n%.*s\n%.*s", STR_ARG(p->name), STR_ARG(p->version), STR_ARG(p->arch));
}

/* A full arena reads as a package that is not there; it is told when all is done. */
static bool find_package(struct arena *arena, struct tree_file *at, const struct package *wanted, uint64_t *index)
{
    struct layer_span span = at->file->packages;
    if (!at->packages && (at->packages = arena_new(arena, struct map))) {
        map_init(at->packages, arena);
        for (uint32_t i = 0; i < span.count && !arena->exhausted; i++)
            map_put(at->packages, package_key(arena, &at->layer->facts.packages[span.first + i]), i);
    }
    struct arena_mark mark = arena_mark(arena);
    bool found = at->packages && map_get(at->packages, package_key(arena, wanted), index);
    arena_reset(arena, mark);
    return found;
}

/* Databases keep their order from layer to layer, so the search starts where the package stood last, and looks it up only when
 * it is not near. */
static bool holds_package(struct arena *arena, struct tree_file *at, const struct package *wanted, uint32_t *hint)
{
    struct layer_span span = at->file->packages;
    uint64_t index = 0;
    bool found = false;
    for (uint32_t i = 0; i < span.count && i < NEAR_PACKAGES && !found; i++) {
        index = (*hint + i) % span.count;
        found = same_package(&at->layer->facts.packages[span.first + index], wanted);
    }
    if (!found && span.count > NEAR_PACKAGES)
        found = find_package(arena, at, wanted, &index);
    if (found)
        *hint = (uint32_t)index + 1;
    return found;
}

/* The first of the unbroken run of layers, up to the top, that hold the package. */
static uint32_t first_layer(struct tree *tree, const struct tree_file *at, const struct package *package, uint32_t *hint)
{
    struct tree_file *file;
    uint32_t layer = at->layer_index, older = at->older;
    for (; older; older = file->older) {
        file = &tree->files[older - 1];
        if (!holds_package(tree->arena, file, package, hint))
            break;
        layer = file->layer_index;
    }
    return layer;
}

static bool add_packages(struct squash *s, const struct tree_file *file)
{
    struct inventory *out = s->out;
    uint32_t hint = 0;
    for (uint32_t i = 0; i < file->file->packages.count; i++) {
        struct package *packages = arena_grow(s->arena, out->packages, out->package_count, &s->package_cap, sizeof *packages);
        if (!packages)
            return false;
        out->packages = packages;
        struct package *p = &packages[out->package_count++];
        *p = file->layer->facts.packages[file->file->packages.first + i];
        p->layer = first_layer(&s->tree, file, p, &hint);
        p->file_layer = file->layer_index;
    }
    return true;
}

/* ---- other facts -------------------------------------------------------------------------------------------------------------- */

#define APPEND(s, array, count, cap, item)                                                \
    do {                                                                                  \
        void *grown_ = arena_grow((s)->arena, (array), (count), &(cap), sizeof *(array)); \
        if (!grown_)                                                                      \
            return false;                                                                 \
        (array) = grown_;                                                                 \
        (array)[(count)++] = (item);                                                      \
    } while (0)

static bool add_facts(struct squash *s, const struct tree_file *file)
{
    const struct layer_file *f = file->file;
    const struct catalog_facts *facts = &file->layer->facts;
    struct inventory *out = s->out;
    for (uint32_t i = 0; i < f->distros.count; i++)
        APPEND(s, s->distros, s->distro_count, s->distro_cap, facts->distros[f->distros.first + i]);
    for (uint32_t i = 0; i < f->notes.count; i++) {
        APPEND(s, out->notes, out->note_count, s->note_cap, facts->notes[f->notes.first + i]);
        out->notes[out->note_count - 1].layer = file->layer_index;
    }
    for (uint32_t i = 0; i < f->declared.count; i++)
        APPEND(s, s->gathered.declared, s->gathered.declared_count, s->gathered.declared_cap,
               facts->declared[f->declared.first + i]);
    if (f->kind->settle && !map_put(&s->layers_by_path, f->path, file->layer_index))
        return false;
    for (uint32_t i = 0; i < f->warnings.count; i++) {
        APPEND(s, out->warnings, out->warning_count, s->warning_cap, facts->warnings[f->warnings.first + i]);
        out->incomplete |= out->warnings[out->warning_count - 1].incomplete;
    }
    return map_put(&s->claimed_paths, f->path, 1) && add_packages(s, file);
}

/* ---- ownership ------------------------------------------------------------------------------------------------------------------ */

/* Ties language packages to the OS package whose file list names their file. */
static bool tie_owned(struct squash *s)
{
    struct inventory *out = s->out;
    struct cover_packages packages;
    if (s->cover.list_count == 0)
        return true;
    if (!cover_packages_init(&packages, &s->cover, out))
        return false;
    for (size_t i = 0; i < out->package_count; i++) {
        struct package *p = &out->packages[i];
        const struct catalog_file_list *list = p->kind->is_os ? NULL : cover_owner(&s->cover, p->path);
        const struct package *owner = list ? cover_package_of(&packages, list) : NULL;
        if (owner) {
            p->owner = owner->name;
            p->owned = !owner->third_party;
        }
    }
    return !s->arena->exhausted;
}

/* ---- links that lead to files which no kind claims by name ------------------------------------------------------------------------- */

static bool any_layer_has(const struct squash *s, struct str path)
{
    bool is_folder;
    for (size_t i = 0; i < s->layer_count; i++)
        if (layer_has(&s->layers[i], path, &is_folder))
            return true;
    return false;
}

static bool add_alias(struct squash *s, struct layer_alias alias)
{
    struct str key =
        alias.type == ALIAS_HARD ? alias.real : arena_printf(s->arena, "%.*s\n%.*s", STR_ARG(alias.real), STR_ARG(alias.path));
    if (!key.ptr)
        return false;
    if (map_get(&s->alias_keys, key, NULL))
        return true;
    APPEND(s, s->aliases, s->alias_count, s->alias_cap, alias);
    return map_put(&s->alias_keys, key, 1);
}

/* A claimed path that is a link, or lies below one, and whose real file was not parsed as that kind. */
static bool follow_claim(struct squash *s, struct str path)
{
    struct str real;
    const struct catalog_kind *kind = catalog_claim(path);
    if (map_get(&s->claimed_paths, path, NULL))
        return true;
    if (!kind || !tree_canonical(&s->tree, path, true, &real))
        return !s->arena->exhausted;
    if (str_eq(real, path) || catalog_claim(real) == kind || !any_layer_has(s, real))
        return true;
    return add_alias(s, (struct layer_alias){ .real = real, .path = path });
}

/* A folder of claimed paths ("var/lib/dpkg") that is itself reached through a link: all below it is claimed. */
static bool follow_folder(struct squash *s, struct str path)
{
    struct str folder = path_dir(path), real;
    if (folder.len == 0 || !tree_canonical(&s->tree, folder, true, &real))
        return !s->arena->exhausted;
    if (str_eq(real, folder) || real.len == 0)
        return true;
    struct str moved = arena_printf(s->arena, "%.*s/%.*s", STR_ARG(real), STR_ARG(path_base(path)));
    if (!moved.ptr || catalog_claim(moved) == catalog_claim(path))
        return moved.ptr != NULL;
    return add_alias(s, (struct layer_alias){ .real = real, .path = folder, .type = ALIAS_FOLDER });
}

static bool follow_links(struct squash *s)
{
    for (const char *const *fixed = catalog_fixed_paths(); *fixed; fixed++)
        if (!follow_folder(s, str_from(*fixed)) || !follow_claim(s, str_from(*fixed)))
            return false;
    for (size_t i = 0; i < s->tree.link_count; i++)
        if (!s->tree.links[i].gone && !follow_claim(s, s->tree.links[i].path))
            return false;
    for (size_t i = 0; i < s->layer_count; i++)
        for (size_t k = 0; k < s->layers[i].link_count; k++) {
            const struct layer_link *link = &s->layers[i].links[k];
            if (link->hard && !map_get(&s->claimed_paths, link->path, NULL) && any_layer_has(s, link->target) &&
                !add_alias(s, (struct layer_alias){ .real = link->target, .path = link->path, .type = ALIAS_HARD }))
                return false;
        }
    return true;
}

/* ---- what SBOM files claim ------------------------------------------------------------------------------------------------------- */

static bool is_there(void *context, struct str path)
{
    struct cover *cover = context;
    struct str real;
    return tree_canonical(cover->tree, path, true, &real) &&
           (cover_find(cover, layer_name(real, false)) || cover_find(cover, layer_name(real, true)));
}

/* ---- the whole ------------------------------------------------------------------------------------------------------------------------ */

int inventory_compare_packages(const void *a, const void *b)
{
    const struct package *x = a, *y = b;
    size_t kx = catalog_kind_index(x->kind), ky = catalog_kind_index(y->kind);
    int order = kx != ky ? (kx < ky ? -1 : 1) : str_cmp(x->name, y->name);
    if (!order)
        order = str_cmp(x->version, y->version);
    if (!order)
        order = str_cmp(x->path, y->path);
    if (!order)
        order = str_cmp(x->arch, y->arch);
    if (!order)
        order = str_cmp(x->within, y->within);
    if (!order)
        order = str_cmp(x->id, y->id);
    return order ? order : (x->offset > y->offset) - (x->offset < y->offset);
}

/* A database that is reached by two paths, or a stale copy beside the live one, lists an OS package twice. */
static bool drop_duplicates(struct squash *s)
{
    struct inventory *out = s->out;
    struct map seen;
    size_t kept = 0;
    map_init(&seen, s->arena);
    for (size_t i = 0; i < out->package_count; i++) {
        const struct package *p = &out->packages[i];
        if (p->kind->is_os) {
            struct str key = package_key(s->arena, p);
            if (!key.ptr)
                return false;
            if (map_get(&seen, key, NULL))
                continue;
            if (!map_put(&seen, key, 1))
                return false;
        }
        out->packages[kept++] = *p;
    }
    out->package_count = kept;
    return true;
}

static int compare_warnings(const void *a, const void *b)
{
    const struct catalog_warning *x = a, *y = b;
    int order = str_cmp(x->path, y->path);
    return order ? order : str_cmp(x->text, y->text);
}

static bool run(struct squash *s)
{
    struct inventory *out = s->out;
    for (size_t i = 0; i < s->layer_count; i++) {
        if (!cover_add_marks(&s->cover, i) || !tree_add_layer(&s->tree, &s->layers[i], (uint32_t)i) ||
            !cover_add_folders(&s->cover, i))
            return false;
        out->file_count += s->layers[i].file_count;
        out->unreadable_count += s->layers[i].unreadable_count;
    }
    if (!cover_join(&s->cover) || !cover_read_lists(&s->cover))
        return false;
    for (size_t i = 0; i < s->tree.file_count; i++)
        if (!s->tree.files[i].gone && !add_facts(s, &s->tree.files[i]))
            return false;
    if (!squash_settle(out, &s->package_cap, &s->gathered, &s->layers_by_path) ||
        !catalog_sbom_settle(out->packages, &out->package_count, is_there, &s->cover, &s->gathered))
        return false;
    for (size_t i = 0; i < s->gathered.warning_count; i++)
        APPEND(s, out->warnings, out->warning_count, s->warning_cap, s->gathered.warnings[i]);
    out->distro_known = catalog_distro_pick(s->distros, s->distro_count, s->arena, &out->distro);
    for (size_t i = 0; i < out->package_count; i++)
        if (out->packages[i].kind->is_os)
            out->packages[i].third_party = catalog_is_third_party(&out->distro, &out->packages[i]);
    if (!tie_owned(s) || !follow_links(s))
        return false;
    if (out->package_count)
        qsort(out->packages, out->package_count, sizeof *out->packages, inventory_compare_packages);
    if (!drop_duplicates(s))
        return false;
    if (out->warning_count)
        qsort(out->warnings, out->warning_count, sizeof *out->warnings, compare_warnings);
    return !s->arena->exhausted;
}

bool squash_layers(const struct layer_inventory *layers, size_t count, const struct scan_skips *skips, struct inventory *out,
                   struct layer_alias **aliases, size_t *alias_count, struct cover **cover, struct error *err)
{
    struct squash *s = arena_new(&out->arena, struct squash);
    if (!s)
        return arena_error(&out->arena, err);
    *s = (struct squash){ .out = out, .arena = &out->arena, .layers = layers, .layer_count = count };
    tree_init(&s->tree, s->arena);
    map_init(&s->claimed_paths, s->arena);
    map_init(&s->alias_keys, s->arena);
    map_init(&s->layers_by_path, s->arena);
    s->gathered.arena = s->arena;
    out->packages = NULL;
    out->notes = NULL;
    out->warnings = NULL;
    out->package_count = out->note_count = out->warning_count = 0;
    out->file_count = out->unreadable_count = 0;
    out->incomplete = out->distro_known = false;
    if (!cover_init(&s->cover, &s->tree, layers, count, skips) || !run(s))
        return arena_error(s->arena, err);
    *aliases = s->aliases;
    *alias_count = s->alias_count;
    *cover = &s->cover;
    return true;
}
