/* The members of a layer, by the hashes of their names: which there are, what type, mode and size they have, and which are
 * executable. Texts are kept of folders, and of the base names of executables only. */
#include "scan/layer.h"

#include <stdlib.h>

/* ---- names ------------------------------------------------------------------------------------------------------------------ */

enum { FOLDER_BIT = 1, MAX_MEMBERS = 1 << 25 };
static const uint64_t SPREAD =
    0x9E3779B97F4A7C15; /* odd: folders' hashes stay apart, and a base name's is another than its folder's */

uint64_t layer_name_in(uint64_t folder_hash, struct str base, bool is_folder)
{
    return ((folder_hash * SPREAD ^ str_hash(base)) & ~(uint64_t)FOLDER_BIT) | (uint64_t)is_folder;
}

uint64_t layer_name(struct str path, bool is_folder)
{
    return layer_name_in(str_hash(path_dir(path)), path_base(path), is_folder);
}

uint64_t layer_name_moved(uint64_t name, uint64_t from_folder_hash, uint64_t to_folder_hash)
{
    return name ^ ((from_folder_hash * SPREAD ^ to_folder_hash * SPREAD) & ~(uint64_t)FOLDER_BIT);
}

static uint32_t *find_slot(uint32_t *slots, size_t slot_count, const struct layer_member *members, uint64_t name)
{
    size_t i = (size_t)(name >> 1) & (slot_count - 1);
    while (slots[i] && members[slots[i] - 1].name != name)
        i = (i + 1) & (slot_count - 1);
    return &slots[i];
}

bool layer_find(const struct layer_inventory *layer, uint64_t name, uint32_t *at)
{
    if (layer->slot_count == 0)
        return false;
    uint32_t slot = *find_slot(layer->slots, layer->slot_count, layer->members, name);
    if (slot == 0 || layer->members[slot - 1].mode == 0)
        return false;
    *at = slot - 1;
    return true;
}

bool layer_has(const struct layer_inventory *layer, struct str path, bool *is_folder)
{
    uint64_t name = layer_name(path, false);
    uint32_t at;
    if (layer_find(layer, name, &at))
        *is_folder = false;
    else if (layer_find(layer, name | FOLDER_BIT, &at))
        *is_folder = true;
    else
        return false;
    return true;
}

bool layer_index_members(struct layer_inventory *layer, struct arena *arena)
{
    size_t count = 64;
    while (count < layer->member_count + layer->member_count / 2 + 1)
        count *= 2;
    layer->slots = arena_array(arena, count, sizeof *layer->slots);
    layer->slot_count = layer->slots ? count : 0;
    for (size_t i = 0; layer->slots && i < layer->member_count; i++)
        *find_slot(layer->slots, count, layer->members, layer->members[i].name) = (uint32_t)i + 1;
    return layer->slots;
}

/* ---- executables -------------------------------------------------------------------------------------------------------------- */

/* A fat Mach-O file and a Java class begin alike; then comes the number of architectures there, the version (45 and more) here
 * (mach-o/fat.h; The Java Virtual Machine Specification, 4.1). */
static bool is_fat(const unsigned char *head, size_t len)
{
    enum { MAX_ARCHITECTURES = 40 };
    return len >= 8 && be32(head + 4) < MAX_ARCHITECTURES;
}

/* Programs for DOS begin with two letters that a text may begin with too: a PE file has the place of its header at 60
 * (PE Format, "MS-DOS Stub"). */
static bool is_pe(const unsigned char *head, size_t len)
{
    enum { PLACE_AT = 60, STUB_BYTES = 64, MAX_PLACE = 4096 };
    return len >= STUB_BYTES && le32(head + PLACE_AT) >= STUB_BYTES && le32(head + PLACE_AT) <= MAX_PLACE;
}

uint32_t member_content(const unsigned char *head, size_t len, uint32_t mode)
{
    if (len >= 2 && head[0] == '#' && head[1] == '!')
        return mode & 0111 ? MEMBER_SCRIPT : 0;
    if (!catalog_is_program(str_make(head, len)))
        return 0;
    bool program = be32(head) == 0xCAFEBABE ? is_fat(head, len) : head[0] != 'M' || is_pe(head, len);
    return program ? MEMBER_PROGRAM : 0;
}

/* ---- collecting ---------------------------------------------------------------------------------------------------------------- */

static bool place_folder(struct layer_collector *c, struct str path, uint32_t *out)
{
    struct layer_inventory *l = &c->layer;
    uint64_t at;
    if (c->last_folder && str_eq(l->folders[c->last_folder - 1].path, path)) {
        *out = c->last_folder - 1;
        return true;
    }
    if (!map_get(&c->folders_by_path, path, &at)) {
        struct layer_folder *folders = arena_grow(&c->arena, l->folders, l->folder_count, &l->folder_cap, sizeof *folders);
        if (!folders)
            return false;
        l->folders = folders;
        folders[l->folder_count] = (struct layer_folder){ arena_str(&c->arena, path), str_hash(path) };
        at = ++l->folder_count;
        if (!folders[at - 1].path.ptr || !map_put(&c->folders_by_path, folders[at - 1].path, at))
            return false;
    }
    c->last_folder = (uint32_t)at;
    *out = (uint32_t)at - 1;
    return true;
}

/* These tables are the largest of a layer: they grow in place, not in the arena. */
static void *grow_table(struct layer_collector *c, void *items, size_t count, size_t *cap, size_t item_bytes)
{
    if (count < *cap)
        return items;
    size_t more = *cap + *cap / 2 + 1024;
    void *grown = more < MAX_MEMBERS ? realloc(items, more * item_bytes) : NULL;
    if (grown)
        *cap = more;
    else
        c->arena.exhausted = true;
    return grown;
}

static bool grow_slots(struct layer_collector *c)
{
    struct layer_inventory *l = &c->layer;
    size_t count = l->slot_count ? l->slot_count * 2 : 64;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots) {
        c->arena.exhausted = true;
        return false;
    }
    for (size_t i = 0; i < l->member_count; i++)
        *find_slot(slots, count, l->members, l->members[i].name) = (uint32_t)i + 1;
    free(l->slots);
    l->slots = slots;
    l->slot_count = count;
    return true;
}

void member_free(struct layer_collector *c)
{
    free(c->layer.members);
    free(c->layer.slots);
    free(c->layer.bases);
}

static uint32_t type_bits(enum tar_type type)
{
    switch (type) {
    case TAR_FILE:
    case TAR_HARDLINK: return MODE_REGULAR;
    case TAR_SYMLINK: return MODE_LINK;
    case TAR_DIR: return MODE_FOLDER;
    default: return MODE_OTHER; /* devices and pipes are all the same here */
    }
}

static bool add_base(struct layer_collector *c, uint32_t member, struct str name, uint64_t same_as)
{
    struct layer_inventory *l = &c->layer;
    struct layer_base *bases = grow_table(c, l->bases, l->base_count, &l->base_cap, sizeof *bases);
    if (!bases)
        return false;
    l->bases = bases;
    bases[l->base_count++] = (struct layer_base){ member, arena_str(&c->arena, name), same_as };
    return !c->arena.exhausted;
}

bool member_add(struct layer_collector *c, const struct tar_entry *entry, uint32_t content)
{
    struct layer_inventory *l = &c->layer;
    struct str folder = path_dir(entry->path), base = str_skip(entry->path, folder.len + (folder.len > 0));
    struct layer_member m = { .mode = (entry->mode & 07777) | type_bits(entry->type) | content, .size_bytes = entry->size_bytes };
    if (!place_folder(c, folder, &m.folder))
        return false;
    m.name = layer_name_in(l->folders[m.folder].hash, base, entry->type == TAR_DIR);
    if (l->member_count * 3 >= l->slot_count * 2 && !grow_slots(c))
        return false;
    uint32_t other;
    if (layer_find(l, m.name ^ FOLDER_BIT, &other))
        l->members[other].mode = 0;
    uint32_t *slot = find_slot(l->slots, l->slot_count, l->members, m.name);
    if (*slot == 0) {
        struct layer_member *members = grow_table(c, l->members, l->member_count, &l->member_cap, sizeof *members);
        if (!members)
            return false;
        l->members = members;
        *slot = (uint32_t)++l->member_count;
    }
    uint64_t same_as = entry->type == TAR_HARDLINK ? layer_name(entry->link, false) : c->same_as;
    l->members[*slot - 1] = m;
    return (content == 0 && same_as == 0) || add_base(c, *slot - 1, base, same_as);
}

void layer_share_links(struct layer_inventory *l)
{
    for (size_t i = 0; i < l->base_count; i++) {
        uint32_t at;
        struct layer_member *m = &l->members[l->bases[i].member];
        if (l->bases[i].same_as == 0 || !layer_find(l, l->bases[i].same_as, &at) || at == l->bases[i].member ||
            !is_regular(m->mode))
            continue;
        const uint32_t shared = MEMBER_PROGRAM | MEMBER_SCRIPT;
        m->size_bytes = l->members[at].size_bytes;
        m->mode = (m->mode & ~(uint32_t)07777 & ~shared) | (l->members[at].mode & (07777 | shared)) | MEMBER_SAME;
    }
}

void layer_collect_end(struct layer_collector *c)
{
    layer_share_links(&c->layer);
}
