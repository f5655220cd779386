/* Lists of packages' files held against what is there: who owns a file, which are gone, of another type, target, size or mode.
 * Each folder of a list is looked up once, each file costs one look-up by hash. */
#define _XOPEN_SOURCE 700 /* S_IFMT and the like */
#include "scan/cover.h"

#include <stdlib.h>

/* Documentation is often left out on purpose (dpkg's path-exclude, rpm's nodocs), and caches and logs come and go. */
static const struct str unchecked[] = {
    STR_INIT("usr/share/doc"),
    STR_INIT("usr/share/man"),
    STR_INIT("usr/share/info"),
    STR_INIT("usr/share/locale"),
    STR_INIT("usr/share/help"),
    STR_INIT("usr/share/groff"),
    STR_INIT("usr/share/omf"),
    STR_INIT("usr/share/linda"),
    STR_INIT("usr/share/lintian"),
    STR_INIT("usr/share/gtk-doc"),
    STR_INIT("var/cache"),
    STR_INIT("var/log"),
    STR_INIT("var/tmp"),
    STR_INIT("var/lib/apt/lists"),
    STR_INIT("tmp"),
    STR_INIT("run"),
    STR_INIT("dev"),
    STR_INIT("proc"),
    STR_INIT("sys"),
};

static bool is_unchecked(struct str folder)
{
    for (size_t i = 0; i < ARRAY_LEN(unchecked); i++) {
        size_t n = unchecked[i].len;
        if (folder.len >= n && folder.ptr[0] == unchecked[i].ptr[0] && memcmp(folder.ptr, unchecked[i].ptr, n) == 0 &&
            (folder.len == n || folder.ptr[n] == '/'))
            return true;
    }
    return false;
}

struct diversion {
    uint64_t from, to; /* names */
    struct str path, package;
};

struct reading {
    struct cover *cover;
    uint32_t list;
    const struct catalog_file_list *owner;
    struct cover_folder folder; /* of the entries at hand */
    bool folder_unchecked;
    bool folder_is_record; /* it holds the list of a language package itself, which says that the package is there */
    struct diversion *diversions;
    size_t diversion_count, diversion_cap;
    struct map diverted; /* bytes of `from` → index */
};

/* Past a million the list would tell nothing more, but a small hostile file can name that many. */
enum { MAX_CHANGES = 1 << 20 };

bool cover_add_change(struct cover *cover, struct cover_change change)
{
    if (cover->change_count == MAX_CHANGES)
        return true;
    struct cover_change *grown = arena_grow(cover->arena, cover->changes, cover->change_count, &cover->change_cap, sizeof *grown);
    if (!grown)
        return false;
    cover->changes = grown;
    grown[cover->change_count++] = change;
    return change.path.ptr && change.text.ptr;
}

static bool place_path(struct cover *cover, struct str path, uint64_t *name, struct str *out)
{
    while (path.len && path.ptr[0] == '/')
        path = str_skip(path, 1);
    if (!tree_canonical(cover->tree, path, false, out))
        return false;
    *name = layer_name(*out, false);
    return true;
}

/* ---- one entry ---------------------------------------------------------------------------------------------------------------- */

static struct str path_of(const struct reading *r, const struct catalog_listed *listed, const struct diversion *moved)
{
    if (moved)
        return moved->path;
    return arena_printf(r->cover->arena, "%.*s%s%.*s", STR_ARG(r->folder.path), r->folder.path.len ? "/" : "",
                        STR_ARG(listed->name));
}

static bool put_change(struct reading *r, const struct catalog_listed *listed, const struct diversion *moved,
                       enum file_change type, struct str text)
{
    bool weak = !listed->mode && !listed->has_permissions;
    return cover_add_change(r->cover, (struct cover_change){ .list = r->list,
                                                             .type = type,
                                                             .configuration = listed->flags & LISTED_CONFIG,
                                                             .weak = weak,
                                                             .path = path_of(r, listed, moved),
                                                             .text = text });
}

static const char *type_name(uint32_t mode)
{
    switch (mode & MODE_TYPE) {
    case MODE_REGULAR: return "a file";
    case MODE_LINK: return "a link";
    case MODE_FOLDER: return "a folder";
    default: return "a device or pipe";
    }
}

/* A list that gives modes without types (apk's) has all bits set for links alone. */
static uint32_t listed_type(const struct catalog_listed *listed, uint32_t there)
{
    uint32_t type = listed->mode & MODE_TYPE;
    if (type || !listed->has_permissions)
        return type ? type : there & MODE_TYPE;
    return (there & 07777) == listed->mode ? there & MODE_TYPE : MODE_LINK;
}

/* Devices, pipes and sockets are of one type here. */
static uint32_t type_of(uint32_t mode)
{
    uint32_t type = mode & MODE_TYPE;
    return type == MODE_REGULAR || type == MODE_LINK || type == MODE_FOLDER ? type : MODE_OTHER;
}

static bool bytes_match(struct str bytes, struct str digest)
{
    struct hasher *hasher = hasher_begin(digest);
    if (!hasher)
        return true;
    hasher_add(hasher, bytes);
    return hasher_matches(hasher);
}

/* A link's own digest is that of its target's text (apk). */
static bool check_link(struct reading *r, const struct catalog_listed *listed, const struct diversion *moved)
{
    struct arena_mark mark = arena_mark(r->cover->arena);
    const struct tree_link *link = tree_link_at(r->cover->tree, path_of(r, listed, moved));
    arena_reset(r->cover->arena, mark);
    if (link && listed->target.len == 0 && listed->digest.len && !bytes_match(link->target, listed->digest))
        return put_change(r, listed, moved, CHANGE_TARGET,
                          arena_printf(r->cover->arena, "leads to %.*s, which is not its own target", STR_ARG(link->target)));
    if (!link || listed->target.len == 0 || str_eq(link->target, listed->target))
        return true;
    return put_change(
        r, listed, moved, CHANGE_TARGET,
        arena_printf(r->cover->arena, "leads to %.*s, not to %.*s", STR_ARG(link->target), STR_ARG(listed->target)));
}

static bool add_check(struct reading *r, const struct catalog_listed *listed, const struct diversion *moved,
                      const struct cover_file *file)
{
    struct cover *cover = r->cover;
    struct layer_check *grown = arena_grow(cover->arena, cover->checks, cover->check_count, &cover->check_cap, sizeof *grown);
    if (!grown)
        return false;
    cover->checks = grown;
    grown[cover->check_count++] = (struct layer_check){ .name = cover_member(cover, file)->name,
                                                        .layer = file->layer,
                                                        .list = r->list,
                                                        .configuration = listed->flags & LISTED_CONFIG,
                                                        .path = path_of(r, listed, moved),
                                                        .digest = listed->digest };
    return !cover->arena->exhausted;
}

static bool check_regular(struct reading *r, const struct catalog_listed *listed, const struct diversion *moved,
                          const struct cover_file *file)
{
    const struct layer_member *m = cover_member(r->cover, file);
    bool resized = listed->has_size && listed->size_bytes != m->size_bytes;
    if (resized && !put_change(r, listed, moved, CHANGE_SIZE,
                               arena_printf(r->cover->arena, "%llu bytes, not %llu", (unsigned long long)m->size_bytes,
                                            (unsigned long long)listed->size_bytes)))
        return false;
    if (listed->has_permissions && ((listed->mode ^ m->mode) & 07777) &&
        !put_change(r, listed, moved, CHANGE_MODE,
                    arena_printf(r->cover->arena, "mode %o, not %o", m->mode & 07777, listed->mode & 07777)))
        return false;
    return resized || listed->digest.len == 0 || add_check(r, listed, moved, file);
}

/* Nobody has looked there. */
static bool is_unseen(const struct reading *r, const struct catalog_listed *listed, const struct diversion *moved)
{
    struct cover *cover = r->cover;
    if (!cover->has_unread && cover->skips->folder_count == 0 && cover->skips->file_count == 0)
        return false;
    struct arena_mark mark = arena_mark(cover->arena);
    struct str path = path_of(r, listed, moved);
    bool unseen = skip_covers(cover->skips, path);
    for (path = path_dir(path); cover->has_unread && path.len && !unseen; path = path_dir(path)) {
        const struct cover_file *folder = cover_find(cover, layer_name(path, true));
        unseen = folder && cover_member(cover, folder)->mode & MEMBER_UNREAD;
    }
    arena_reset(cover->arena, mark);
    return unseen;
}

static bool check_entry(struct reading *r, const struct catalog_listed *listed, const struct diversion *moved,
                        const struct cover_file *file)
{
    struct cover_list *list = &r->cover->lists[r->list];
    bool weak = !listed->mode && !listed->has_permissions, counts = !(listed->flags & LISTED_CONFIG) && !r->folder_is_record;
    list->has_strong |= !weak;
    if (r->folder_unchecked || (listed->flags & (LISTED_OPTIONAL | LISTED_DOCUMENT)) || (!file && is_unseen(r, listed, moved)))
        return true;
    *(weak ? &list->weak : &list->strong) += counts;
    if (!file) {
        *(weak ? &list->weak_gone : &list->strong_gone) += counts;
        return put_change(r, listed, moved, CHANGE_GONE, STR("gone"));
    }
    const struct layer_member *m = cover_member(r->cover, file);
    uint32_t type = listed_type(listed, m->mode);
    if (weak)
        return true;
    if (type_of(type) != type_of(m->mode))
        return put_change(r, listed, moved, CHANGE_TYPE,
                          arena_printf(r->cover->arena, "%s, not %s", type_name(m->mode), type_name(type)));
    if (type_of(m->mode) == MODE_LINK)
        return check_link(r, listed, moved);
    return type_of(m->mode) != MODE_REGULAR || check_regular(r, listed, moved, file);
}

static bool read_entry(struct reading *r, const struct catalog_listed *listed)
{
    uint64_t name = layer_name_in(r->folder.hash, listed->name, false), at;
    const struct diversion *moved = NULL;
    if (r->diversion_count && map_get(&r->diverted, str_make(&name, sizeof name), &at) &&
        !str_eq(r->diversions[at].package, r->owner->package)) {
        moved = &r->diversions[at];
        name = moved->to;
    }
    struct cover_file *file = cover_find(r->cover, name);
    if (!file)
        file = cover_find(r->cover, name | 1);
    else if (r->owner->kind->is_os || !file->list)
        file->list = r->list + 1;
    return check_entry(r, listed, moved, file);
}

/* ---- all lists ---------------------------------------------------------------------------------------------------------------- */

static bool enter_folder(struct reading *r, struct str folder)
{
    if (!tree_folder(r->cover->tree, folder, &r->folder.path)) {
        if (r->cover->arena->exhausted)
            return false;
        r->folder.path = folder; /* a loop of links */
    }
    r->folder.hash = str_hash(r->folder.path);
    r->folder_unchecked = is_unchecked(r->folder.path);
    r->folder_is_record = !r->owner->kind->is_os && str_eq(folder, path_dir(r->owner->path));
    return true;
}

static bool read_list(struct reading *r, const struct catalog_file_list *list)
{
    struct cover *cover = r->cover;
    struct catalog_list_cursor cursor;
    struct catalog_listed listed;
    uint32_t folder_count = 0;
    struct cover_list *grown = arena_grow(cover->arena, cover->lists, cover->list_count, &cover->list_cap, sizeof *grown);
    r->owner = list;
    if (!grown || cover->list_count >= UINT32_MAX - 1 || !enter_folder(r, (struct str){ 0 }))
        return false;
    cover->lists = grown;
    grown[cover->list_count] = (struct cover_list){ .list = list };
    r->list = (uint32_t)cover->list_count++;
    catalog_list_open(&cursor, list);
    while (catalog_list_next(&cursor, &listed)) {
        if (listed.flags & LISTED_DIVERTED)
            continue;
        if (cursor.folder_count != folder_count && !enter_folder(r, cursor.folder))
            return false;
        folder_count = cursor.folder_count;
        if (!read_entry(r, &listed))
            return false;
    }
    return true;
}

static bool read_diversion(struct reading *r, const struct catalog_file_list *list)
{
    struct catalog_list_cursor cursor;
    struct catalog_listed listed;
    struct str from;
    catalog_list_open(&cursor, list);
    if (!catalog_list_next(&cursor, &listed) || !(listed.flags & LISTED_DIVERTED))
        return true;
    struct diversion *grown = arena_grow(r->cover->arena, r->diversions, r->diversion_count, &r->diversion_cap, sizeof *grown);
    if (!grown)
        return false;
    r->diversions = grown;
    struct diversion *d = &grown[r->diversion_count++];
    d->package = list->package;
    struct str path = arena_printf(r->cover->arena, "%.*s/%.*s", STR_ARG(listed.folder), STR_ARG(listed.name));
    return path.ptr && place_path(r->cover, path, &d->from, &from) && place_path(r->cover, listed.target, &d->to, &d->path);
}

/* Calls for each list of the files that are there. */
static bool each_list(struct reading *r, bool (*use)(struct reading *, const struct catalog_file_list *))
{
    const struct tree *tree = r->cover->tree;
    for (size_t i = 0; i < tree->file_count; i++) {
        const struct tree_file *file = &tree->files[i];
        for (uint32_t k = 0; !file->gone && k < file->file->lists.count; k++)
            if (!use(r, &file->layer->facts.lists[file->file->lists.first + k]))
                return false;
    }
    return true;
}

bool cover_read_lists(struct cover *cover)
{
    struct reading r = { .cover = cover };
    map_init(&r.diverted, cover->arena);
    if (!each_list(&r, read_diversion))
        return false;
    for (size_t i = 0; i < r.diversion_count; i++)
        if (!map_put(&r.diverted, str_make(&r.diversions[i].from, sizeof r.diversions[i].from), i))
            return false;
    return each_list(&r, read_list);
}

const struct catalog_file_list *cover_owner(struct cover *cover, struct str path)
{
    uint64_t name;
    struct str canonical;
    if (!place_path(cover, path, &name, &canonical))
        return NULL;
    const struct cover_file *file = cover_find(cover, name);
    const struct catalog_file_list *list = file && file->list ? cover->lists[file->list - 1].list : NULL;
    return list && list->kind->is_os ? list : NULL;
}

/* ---- contents ------------------------------------------------------------------------------------------------------------------- */

static int compare_checks(const void *a, const void *b)
{
    const struct layer_check *x = a, *y = b;
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    if (x->name != y->name)
        return x->name < y->name ? -1 : 1;
    return x->list < y->list ? -1 : x->list > y->list;
}

bool cover_sort_checks(struct cover *cover)
{
    struct map links; /* bytes of a layer's number and a name → the name that it is a link to */
    uint64_t key[2], target;
    map_init(&links, cover->arena);
    for (uint32_t i = 0; cover->check_count && i < cover->layer_count; i++)
        for (size_t k = 0; k < cover->layers[i].base_count; k++) {
            const struct layer_base *base = &cover->layers[i].bases[k];
            if (!base->same_as)
                continue;
            key[0] = i;
            key[1] = cover->layers[i].members[base->member].name;
            struct str kept = arena_str(cover->arena, str_make(key, sizeof key));
            if (!kept.ptr || !map_put(&links, kept, base->same_as))
                return false;
        }
    for (size_t i = 0; links.count && i < cover->check_count; i++) {
        key[0] = cover->checks[i].layer;
        key[1] = cover->checks[i].name;
        if (map_get(&links, str_make(key, sizeof key), &target))
            cover->checks[i].name = target;
    }
    if (cover->check_count)
        qsort(cover->checks, cover->check_count, sizeof *cover->checks, compare_checks);
    return true;
}

bool cover_add_content(struct cover *cover, size_t check)
{
    const struct layer_check *c = &cover->checks[check];
    return cover_add_change(cover, (struct cover_change){ .list = c->list,
                                                          .type = CHANGE_CONTENT,
                                                          .configuration = c->configuration,
                                                          .path = c->path,
                                                          .text = STR("contents changed") });
}
