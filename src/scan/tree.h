/* tree.h (private) - the tree that the layers make together, as far as it matters: claimed files and symlinks. */
#ifndef DRYDOCK_SCAN_TREE_H
#define DRYDOCK_SCAN_TREE_H

#include "scan/layer.h"

/* A claimed file, where it lies in the joined tree. */
struct tree_file {
    struct str real; /* canonical: its folders are no symlinks */
    const struct layer_file *file;
    const struct layer_inventory *layer;
    uint32_t layer_index;
    uint32_t older; /* index + 1 of the same file in the unbroken run of layers below; 0: none */
    bool gone;
    struct map *packages; /* name, version and arch → index in its span; made when an order is not kept */
};

struct tree_link {
    struct str path, target; /* canonical path, target as written */
    bool gone;
};

struct tree {
    struct arena *arena;
    struct tree_file *files;
    size_t file_count, file_cap;
    struct map file_map; /* real (and claimed path, where that differs) → index + 1 */
    struct tree_link *links;
    size_t link_count, link_cap;
    struct map link_map;    /* path → index + 1 */
    struct map folder_memo; /* folder as written → canonical folder's text (pointer to struct str) */
};

/* Folders are gone through part by part up to this length of path, which no system's is; a longer one stays as it is. */
enum { TREE_MAX_PATH_BYTES = 2 * 4096 };

/* The link at this canonical path; NULL: none. */
const struct tree_link *tree_link_at(const struct tree *tree, struct str path);
/* The folder's path with all links followed, its last part's too; remembered, so that asking again costs one look-up, and
 * `folder` must stay. False when links loop, or the arena is full. */
bool tree_folder(struct tree *tree, struct str folder, struct str *out);
void tree_init(struct tree *tree, struct arena *arena);
/* Lays a layer over the tree: its whiteouts and members hide what lies below, then its files and links are added. */
bool tree_add_layer(struct tree *tree, const struct layer_inventory *layer, uint32_t index);
/* The path with every symlink among its folders followed inside the root, and `follow_last` its last part too. False when links
 * loop, or the arena is full. */
bool tree_canonical(struct tree *tree, struct str path, bool follow_last, struct str *out);

#endif
