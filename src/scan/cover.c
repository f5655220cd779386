/* The members of all layers joined into one table of what is there in the end: see cover.h. Layers are gone through from the
 * top, since what an upper one has, or has removed, hides what those below have (OCI image specification, layer.md). */
#include "scan/cover.h"

bool cover_init(struct cover *cover, struct tree *tree, const struct layer_inventory *layers, size_t layer_count,
                const struct scan_skips *skips)
{
    *cover = (struct cover){ .arena = tree->arena, .tree = tree, .layers = layers, .layer_count = layer_count, .skips = skips };
    cover->folders = arena_array(cover->arena, layer_count + 1, sizeof *cover->folders);
    cover->marks = arena_array(cover->arena, layer_count + 1, sizeof *cover->marks);
    return cover->folders && cover->marks;
}

/* A loop of links leaves a path as it was written. */
static bool place(struct cover *cover, struct str path, bool follow_last, struct cover_folder *out)
{
    if (follow_last ? !tree_folder(cover->tree, path, &out->path) : !tree_canonical(cover->tree, path, false, &out->path)) {
        if (cover->arena->exhausted)
            return false;
        out->path = path;
    }
    out->hash = str_hash(out->path);
    return true;
}

bool cover_add_marks(struct cover *cover, size_t layer)
{
    const struct layer_inventory *l = &cover->layers[layer];
    struct cover_folder *marks = arena_array(cover->arena, l->mark_count + 1, sizeof *marks);
    cover->marks[layer] = marks;
    for (size_t i = 0; marks && i < l->mark_count; i++)
        if (!place(cover, l->marks[i].path, l->marks[i].opaque, &marks[i]))
            return false;
    return marks;
}

bool cover_add_folders(struct cover *cover, size_t layer)
{
    const struct layer_inventory *l = &cover->layers[layer];
    struct cover_folder *folders = arena_array(cover->arena, l->folder_count + 1, sizeof *folders);
    cover->folders[layer] = folders;
    for (size_t i = 0; folders && i < l->folder_count; i++)
        if (!place(cover, l->folders[i].path, true, &folders[i]))
            return false;
    return folders;
}

/* ---- the table -------------------------------------------------------------------------------------------------------------- */

static uint32_t *find_slot(const struct cover *cover, uint64_t name)
{
    size_t i = (size_t)(name >> 1) & (cover->slot_count - 1);
    while (cover->slots[i] && cover->files[cover->slots[i] - 1].name != name)
        i = (i + 1) & (cover->slot_count - 1);
    return &cover->slots[i];
}

struct cover_file *cover_find(struct cover *cover, uint64_t name)
{
    uint32_t slot = *find_slot(cover, name);
    struct cover_file *file = slot ? &cover->files[slot - 1] : NULL;
    return file && file->member != COVER_NONE ? file : NULL;
}

const struct layer_member *cover_member(const struct cover *cover, const struct cover_file *file)
{
    return &cover->layers[file->layer].members[file->member];
}

static void add(struct cover *cover, uint64_t name, size_t layer, uint32_t member)
{
    uint32_t *slot = find_slot(cover, name);
    if (*slot)
        return;
    cover->files[cover->file_count++] = (struct cover_file){ .name = name, .layer = (uint32_t)layer, .member = member };
    *slot = (uint32_t)cover->file_count;
}

/* Room for all members and marks, though many hide one another. */
static bool make_table(struct cover *cover)
{
    size_t most = 0;
    for (size_t i = 0; i < cover->layer_count; i++)
        most += cover->layers[i].member_count + cover->layers[i].mark_count;
    for (cover->slot_count = 64; cover->slot_count < most + most / 2; cover->slot_count *= 2)
        ;
    cover->files = arena_array(cover->arena, most + 1, sizeof *cover->files);
    cover->slots = arena_array(cover->arena, cover->slot_count, sizeof *cover->slots);
    return cover->files && cover->slots && most < UINT32_MAX - 1;
}

/* What upper layers hide: folders that one has made anew, and, in the table, paths that one has or has removed. */
struct upper {
    struct map opaque;
    struct map memo; /* folders that were asked for; of one layer */
};

static bool is_hidden(struct cover *cover, struct upper *upper, struct str folder)
{
    uint64_t known;
    if (map_get(&upper->memo, folder, &known))
        return known;
    bool hidden = map_get(&upper->opaque, folder, NULL) ||
                  (folder.len && folder.len <= TREE_MAX_PATH_BYTES &&
                   (*find_slot(cover, layer_name(folder, false)) || is_hidden(cover, upper, path_dir(folder))));
    map_put(&upper->memo, folder, hidden);
    return hidden;
}

static bool join_layer(struct cover *cover, struct upper *upper, size_t layer)
{
    const struct layer_inventory *l = &cover->layers[layer];
    bool *hidden = arena_array(cover->arena, l->folder_count + 1, sizeof *hidden);
    if (!hidden)
        return false;
    map_init(&upper->memo, cover->arena);
    for (size_t i = 0; (cover->file_count || upper->opaque.count) && i < l->folder_count; i++)
        hidden[i] = is_hidden(cover, upper, cover->folders[layer][i].path);
    for (size_t i = 0; i < l->member_count; i++) {
        const struct layer_member *m = &l->members[i];
        if (m->mode == 0 || hidden[m->folder])
            continue;
        cover->has_unread |= (m->mode & MEMBER_UNREAD) != 0;
        uint64_t name = layer_name_moved(m->name, l->folders[m->folder].hash, cover->folders[layer][m->folder].hash);
        if (!*find_slot(cover, name ^ 1)) /* a folder below a file of an upper layer, or the other way round */
            add(cover, name, layer, (uint32_t)i);
    }
    for (size_t i = 0; i < l->mark_count; i++) {
        const struct cover_folder *mark = &cover->marks[layer][i];
        if (!l->marks[i].opaque)
            add(cover, layer_name(mark->path, false), layer, COVER_NONE);
        else if (!map_put(&upper->opaque, mark->path, 1))
            return false;
    }
    return !cover->arena->exhausted;
}

bool cover_join(struct cover *cover)
{
    struct upper upper;
    if (!make_table(cover))
        return false;
    map_init(&upper.opaque, cover->arena);
    for (size_t i = cover->layer_count; i-- > 0;)
        if (!join_layer(cover, &upper, i))
            return false;
    return true;
}
