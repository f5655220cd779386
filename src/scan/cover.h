/* cover.h (private) - what every file is: all members that the layers leave in the end, held against the lists of packages'
 * files, the folders of language packages and the programs that were read.
 *
 * In order: cover_init; for each layer, lowest first, cover_add_marks before it is added to the tree and cover_add_folders
 * after; cover_join, cover_read_lists; then cover_owner may be asked, and cover_finish tells all. */
#ifndef DRYDOCK_SCAN_COVER_H
#define DRYDOCK_SCAN_COVER_H

#include "scan/skip.h"
#include "scan/tree.h"

/* A member that is there in the end; or a path that an upper layer has removed from lower ones (member COVER_NONE). */
enum { COVER_NONE = UINT32_MAX };
struct cover_file {
    uint64_t name; /* layer_name of the canonical path */
    uint32_t layer, member;
    uint32_t list;   /* index + 1 of the list that names it; an OS package's before others */
    bool is_program; /* packages were read from it as from a program */
    bool is_package; /* packages were read from it in another way */
    uint8_t shared;  /* 1 + the class that a hard link to the same contents has */
    bool is_listed;  /* need not be listed as unexplained (again) */
};

/* A list, and how many of its files are gone. Where a manager says what a file is (`strong`), those entries alone decide
 * whether the package is gone: dpkg's plain lists have folders too. */
struct cover_list {
    const struct catalog_file_list *list;
    uint32_t strong, strong_gone, weak, weak_gone;
    bool has_strong;
};

struct cover_change {
    uint32_t list;
    enum file_change type;
    bool configuration, weak;
    struct str path, text;
};

struct cover_folder {
    struct str path; /* canonical */
    uint64_t hash;
};

struct cover {
    struct arena *arena;
    struct tree *tree;
    const struct layer_inventory *layers;
    size_t layer_count;
    const struct scan_skips *skips;
    bool has_unread;               /* there are folders of which it is not known what they hold */
    struct cover_folder **folders; /* of each layer, as its folders */
    struct cover_folder **marks;   /* of each layer, as its marks */
    struct cover_file *files;
    size_t file_count;
    uint32_t *slots;
    size_t slot_count;
    struct cover_list *lists;
    size_t list_count, list_cap;
    struct cover_change *changes;
    size_t change_count, change_cap;
    struct layer_check *checks; /* contents to be compared, where lists have digests */
    size_t check_count, check_cap;
};

bool cover_init(struct cover *cover, struct tree *tree, const struct layer_inventory *layers, size_t layer_count,
                const struct scan_skips *skips);
bool cover_add_marks(struct cover *cover, size_t layer);
bool cover_add_folders(struct cover *cover, size_t layer);
bool cover_join(struct cover *cover);
/* The file (or whatever is no folder; or with is_folder the folder) at this name; NULL: nothing. */
struct cover_file *cover_find(struct cover *cover, uint64_t name);
const struct layer_member *cover_member(const struct cover *cover, const struct cover_file *file);

/* cover_lists.c */
bool cover_read_lists(struct cover *cover);
/* The OS package's list that names the file; NULL: none. */
const struct catalog_file_list *cover_owner(struct cover *cover, struct str path);
bool cover_add_change(struct cover *cover, struct cover_change change);

/* Checks in the order that walks want; those of hard links become checks of what they are links to. */
bool cover_sort_checks(struct cover *cover);
/* The answer of a walk. */
bool cover_add_content(struct cover *cover, size_t check);

/* Which package of the inventory a list speaks of. */
struct cover_packages {
    struct map by_name, by_root; /* index + 1; index */
    uint32_t *next;
    const struct inventory *inventory;
};
bool cover_packages_init(struct cover_packages *packages, struct cover *cover, const struct inventory *inventory);
struct package *cover_package_of(const struct cover_packages *packages, const struct catalog_file_list *list);

/* Fills what inventory.classified speaks of, and marks packages that are gone. False when the arena is full. */
bool cover_finish(struct cover *cover, struct inventory *out);

#endif
