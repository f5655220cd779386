/* Joins the trees of layers: OCI image specification, layer.md ("Applying Changesets"). What is not in a layer's tables is
 * known by its name's hash alone, which suffices to tell that it replaces something below. */
#include "scan/tree.h"

enum { MAX_LINKS_FOLLOWED = 40 }; /* as Linux's own limit, path_resolution(7) */

void tree_init(struct tree *tree, struct arena *arena)
{
    *tree = (struct tree){ .arena = arena };
    map_init(&tree->file_map, arena);
    map_init(&tree->link_map, arena);
    map_init(&tree->folder_memo, arena);
}

/* ---- symlinks --------------------------------------------------------------------------------------------------------------- */

const struct tree_link *tree_link_at(const struct tree *tree, struct str path)
{
    uint64_t at;
    if (!map_get(&tree->link_map, path, &at) || tree->links[at - 1].gone)
        return NULL;
    return &tree->links[at - 1];
}

static struct str join_path(struct arena *arena, struct str folder, struct str name)
{
    if (folder.len == 0)
        return name;
    return arena_printf(arena, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
}

/* Walks the path part by part; at a symlink its target takes the place of what was walked. */
static bool resolve(struct tree *tree, struct str path, bool follow_last, struct str *out)
{
    char normal[4096];
    size_t len;
    struct str walked = { 0 }, rest = path;
    for (unsigned followed = 0; rest.len;) {
        struct str part;
        str_next(&rest, '/', &part);
        if (part.len == 0)
            continue;
        struct str next = join_path(tree->arena, walked, part);
        if (!next.ptr)
            return false;
        const struct tree_link *link = rest.len || follow_last ? tree_link_at(tree, next) : NULL;
        if (!link) {
            walked = next;
            continue;
        }
        if (++followed > MAX_LINKS_FOLLOWED)
            return false;
        bool absolute = link->target.len && link->target.ptr[0] == '/';
        struct str whole = arena_printf(tree->arena, "%.*s/%.*s/%.*s", STR_ARG(absolute ? (struct str){ 0 } : walked),
                                        STR_ARG(link->target), STR_ARG(rest));
        if (!whole.ptr || !path_normalize(whole, normal, &len))
            return false;
        rest = arena_str(tree->arena, str_make(normal, len));
        if (!rest.ptr)
            return false;
        walked = (struct str){ 0 };
    }
    *out = walked;
    return true;
}

/* What is known of a folder is remembered while no link changes: most files share theirs, most folders their parents. The
 * recursion is as deep as a path has parts. */
bool tree_folder(struct tree *tree, struct str folder, struct str *out)
{
    uint64_t memo;
    struct str parent, here;
    if (folder.len == 0 || folder.len > TREE_MAX_PATH_BYTES || tree->link_map.count == 0) {
        *out = folder;
        return true;
    }
    if (map_get(&tree->folder_memo, folder, &memo)) {
        *out = *(const struct str *)(uintptr_t)memo;
        return true;
    }
    if (!tree_folder(tree, path_dir(folder), &parent))
        return false;
    struct str *stored = arena_new(tree->arena, struct str);
    here = str_eq(parent, path_dir(folder)) ? folder : join_path(tree->arena, parent, path_base(folder));
    if (!stored || !here.ptr)
        return false;
    *stored = here;
    if (tree_link_at(tree, here) && !resolve(tree, here, true, stored))
        return false;
    *out = *stored;
    return map_put(&tree->folder_memo, folder, (uint64_t)(uintptr_t)stored);
}

bool tree_canonical(struct tree *tree, struct str path, bool follow_last, struct str *out)
{
    struct str folder = path_dir(path), canonical;
    if (!tree_folder(tree, folder, &canonical)) {
        if (tree->arena->exhausted)
            return false;
        canonical = folder; /* a loop of links: the path stays as it was written */
    }
    struct str here = str_eq(folder, canonical) ? path : join_path(tree->arena, canonical, path_base(path));
    if (!here.ptr)
        return false;
    *out = here;
    if (follow_last && tree_link_at(tree, here))
        return resolve(tree, here, true, out);
    return true;
}

/* ---- what a layer hides -------------------------------------------------------------------------------------------------------- */

enum { MARK_WHITEOUT = 1, MARK_OPAQUE };

struct hider {
    const struct layer_inventory *layer;
    struct map marks;   /* canonical path → MARK_WHITEOUT or MARK_OPAQUE */
    struct map claimed; /* files that the layer holds anew */
    struct map folders; /* memo of hides_folder */
};

/* Is all that lower layers hold in this folder hidden: by a mark on it or above it, or by something that is no folder there? */
static bool hides_folder(struct hider *h, struct str folder)
{
    uint64_t known;
    bool is_folder;
    if (map_get(&h->folders, folder, &known))
        return known;
    bool hidden = map_get(&h->marks, folder, NULL);
    if (!hidden && folder.len && folder.len <= TREE_MAX_PATH_BYTES)
        hidden = (layer_has(h->layer, folder, &is_folder) && !is_folder) || hides_folder(h, path_dir(folder));
    map_put(&h->folders, folder, hidden);
    return hidden;
}

static bool is_whiteout(const struct hider *h, struct str path)
{
    uint64_t mark;
    return map_get(&h->marks, path, &mark) && mark == MARK_WHITEOUT;
}

static bool hider_init(struct hider *h, struct tree *tree, const struct layer_inventory *layer)
{
    h->layer = layer;
    map_init(&h->marks, tree->arena);
    map_init(&h->claimed, tree->arena);
    map_init(&h->folders, tree->arena);
    for (size_t i = 0; i < layer->mark_count; i++) {
        const struct layer_mark *mark = &layer->marks[i];
        struct str path;
        uint64_t before = 0;
        if (!tree_canonical(tree, mark->path, mark->opaque, &path))
            return false;
        if (map_get(&h->marks, path, &before) && before == MARK_WHITEOUT)
            continue;
        if (!map_put(&h->marks, path, mark->opaque ? MARK_OPAQUE : MARK_WHITEOUT))
            return false;
    }
    for (size_t i = 0; i < layer->file_total; i++)
        if (!layer->files[i].dropped && !map_put(&h->claimed, layer->files[i].real, 1))
            return false;
    return true;
}

static bool hide_below(struct tree *tree, const struct layer_inventory *layer)
{
    struct hider h;
    bool is_folder;
    if (!hider_init(&h, tree, layer))
        return false;
    for (size_t i = 0; i < tree->link_count; i++) {
        struct tree_link *link = &tree->links[i];
        link->gone = link->gone || is_whiteout(&h, link->path) || layer_has(layer, link->path, &is_folder) ||
                     hides_folder(&h, path_dir(link->path));
    }
    for (size_t i = 0; i < tree->file_count; i++) {
        struct tree_file *file = &tree->files[i];
        /* a file that the layer holds anew is replaced when it is added, which keeps the run of layers */
        if (file->gone || map_get(&h.claimed, file->real, NULL))
            continue;
        file->gone =
            layer_has(layer, file->real, &is_folder) || is_whiteout(&h, file->real) || hides_folder(&h, path_dir(file->real));
    }
    return !tree->arena->exhausted;
}

/* ---- adding ---------------------------------------------------------------------------------------------------------------------- */

static bool add_link(struct tree *tree, const struct layer_link *link)
{
    struct str path;
    if (!tree_canonical(tree, link->path, false, &path))
        return false;
    struct tree_link *links = arena_grow(tree->arena, tree->links, tree->link_count, &tree->link_cap, sizeof *links);
    if (!links)
        return false;
    tree->links = links;
    links[tree->link_count++] = (struct tree_link){ .path = path, .target = link->target };
    return map_put(&tree->link_map, path, tree->link_count);
}

static struct str file_key(struct tree *tree, const struct layer_file *file, struct str real)
{
    if (str_eq(file->real, file->path))
        return real;
    return arena_printf(tree->arena, "%.*s\n%.*s", STR_ARG(real), STR_ARG(file->path));
}

static bool add_file(struct tree *tree, const struct layer_inventory *layer, const struct layer_file *file, uint32_t layer_index)
{
    struct tree_file row = { .file = file, .layer = layer, .layer_index = layer_index };
    if (!tree_canonical(tree, file->real, false, &row.real))
        return false;
    struct str key = file_key(tree, file, row.real);
    uint64_t before;
    if (key.ptr && map_get(&tree->file_map, key, &before) && !tree->files[before - 1].gone) {
        tree->files[before - 1].gone = true;
        row.older = (uint32_t)before;
    }
    struct tree_file *files = arena_grow(tree->arena, tree->files, tree->file_count, &tree->file_cap, sizeof *files);
    if (!files || !key.ptr)
        return false;
    tree->files = files;
    files[tree->file_count++] = row;
    return map_put(&tree->file_map, key, tree->file_count);
}

bool tree_add_layer(struct tree *tree, const struct layer_inventory *layer, uint32_t index)
{
    if (tree->file_count + tree->link_count && !hide_below(tree, layer))
        return false;
    map_init(&tree->folder_memo, tree->arena);
    for (size_t i = 0; i < layer->link_count; i++)
        if (!layer->links[i].hard && !add_link(tree, &layer->links[i]))
            return false;
    map_init(&tree->folder_memo, tree->arena);
    for (size_t i = 0; i < layer->file_total; i++)
        if (!layer->files[i].dropped && !add_file(tree, layer, &layer->files[i], index))
            return false;
    return true;
}
