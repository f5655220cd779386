/* The flat form of a layer's inventory: see layer.h and flat.h. */
#include "scan/layer.h"
#include "scan/flat.h"

/* ---- what there is in it --------------------------------------------------------------------------------------------------- */

static const struct flat_field file_fields[] = {
    { FLAT_TEXT, offsetof(struct layer_file, real), 0 },          { FLAT_TEXT, offsetof(struct layer_file, path), 0 },
    { FLAT_KIND, offsetof(struct layer_file, kind), 0 },          { FLAT_BOOL, offsetof(struct layer_file, dropped), 0 },
    { FLAT_U32, offsetof(struct layer_file, packages.first), 0 }, { FLAT_U32, offsetof(struct layer_file, packages.count), 0 },
    { FLAT_U32, offsetof(struct layer_file, distros.first), 0 },  { FLAT_U32, offsetof(struct layer_file, distros.count), 0 },
    { FLAT_U32, offsetof(struct layer_file, lists.first), 0 },    { FLAT_U32, offsetof(struct layer_file, lists.count), 0 },
    { FLAT_U32, offsetof(struct layer_file, declared.first), 0 }, { FLAT_U32, offsetof(struct layer_file, declared.count), 0 },
    { FLAT_U32, offsetof(struct layer_file, notes.first), 0 },    { FLAT_U32, offsetof(struct layer_file, notes.count), 0 },
    { FLAT_U32, offsetof(struct layer_file, warnings.first), 0 }, { FLAT_U32, offsetof(struct layer_file, warnings.count), 0 },
};
static const struct flat_record file_record = { file_fields, ARRAY_LEN(file_fields), sizeof(struct layer_file) };

static const struct flat_field distro_fields[] = {
    { FLAT_TEXT, offsetof(struct distro, path), 0 },
    { FLAT_TEXT, offsetof(struct distro, family), 0 },
    { FLAT_TEXT, offsetof(struct distro, release), 0 },
    { FLAT_TEXT, offsetof(struct distro, name), 0 },
};
static const struct flat_record distro_record = { distro_fields, ARRAY_LEN(distro_fields), sizeof(struct distro) };

static const struct flat_field list_fields[] = {
    { FLAT_TEXT, offsetof(struct catalog_file_list, package), 0 }, { FLAT_TEXT, offsetof(struct catalog_file_list, version), 0 },
    { FLAT_TEXT, offsetof(struct catalog_file_list, arch), 0 },    { FLAT_TEXT, offsetof(struct catalog_file_list, path), 0 },
    { FLAT_TEXT, offsetof(struct catalog_file_list, lines), 0 },   { FLAT_KIND, offsetof(struct catalog_file_list, kind), 0 },
    { FLAT_U32, offsetof(struct catalog_file_list, flags), 0 },
};
static const struct flat_record list_record = { list_fields, ARRAY_LEN(list_fields), sizeof(struct catalog_file_list) };

static const struct flat_field declared_fields[] = {
    { FLAT_TEXT, offsetof(struct catalog_declared, path), 0 },       { FLAT_TEXT, offsetof(struct catalog_declared, name), 0 },
    { FLAT_TEXT, offsetof(struct catalog_declared, constraint), 0 }, { FLAT_TEXT, offsetof(struct catalog_declared, group), 0 },
    { FLAT_KIND, offsetof(struct catalog_declared, kind), 0 },       { FLAT_BOOL, offsetof(struct catalog_declared, dev), 0 },
};
static const struct flat_record declared_record = { declared_fields, ARRAY_LEN(declared_fields),
                                                    sizeof(struct catalog_declared) };

static const struct flat_field link_fields[] = {
    { FLAT_TEXT, offsetof(struct layer_link, path), 0 },
    { FLAT_TEXT, offsetof(struct layer_link, target), 0 },
    { FLAT_BOOL, offsetof(struct layer_link, hard), 0 },
};
static const struct flat_record link_record = { link_fields, ARRAY_LEN(link_fields), sizeof(struct layer_link) };

static const struct flat_field mark_fields[] = {
    { FLAT_TEXT, offsetof(struct layer_mark, path), 0 },
    { FLAT_BOOL, offsetof(struct layer_mark, opaque), 0 },
};
static const struct flat_record mark_record = { mark_fields, ARRAY_LEN(mark_fields), sizeof(struct layer_mark) };

static const struct flat_field folder_fields[] = { { FLAT_TEXT, offsetof(struct layer_folder, path), 0 } };
static const struct flat_record folder_record = { folder_fields, ARRAY_LEN(folder_fields), sizeof(struct layer_folder) };

static const struct flat_field member_fields[] = {
    { FLAT_U64, offsetof(struct layer_member, name), 0 },
    { FLAT_U32, offsetof(struct layer_member, folder), 0 },
    { FLAT_U32, offsetof(struct layer_member, mode), 0 },
    { FLAT_U64, offsetof(struct layer_member, size_bytes), 0 },
};
static const struct flat_record member_record = { member_fields, ARRAY_LEN(member_fields), sizeof(struct layer_member) };

static const struct flat_field slot_fields[] = { { FLAT_U32, 0, 0 } };
static const struct flat_record slot_record = { slot_fields, ARRAY_LEN(slot_fields), sizeof(uint32_t) };

static const struct flat_field base_fields[] = {
    { FLAT_U32, offsetof(struct layer_base, member), 0 },
    { FLAT_TEXT, offsetof(struct layer_base, name), 0 },
    { FLAT_U64, offsetof(struct layer_base, same_as), 0 },
};
static const struct flat_record base_record = { base_fields, ARRAY_LEN(base_fields), sizeof(struct layer_base) };

static const struct flat_field own_fields[] = {
    { FLAT_CHARS, offsetof(struct layer_inventory, digest), sizeof((struct layer_inventory *)0)->digest },
    { FLAT_CHARS, offsetof(struct layer_inventory, diff_id), sizeof((struct layer_inventory *)0)->diff_id },
    { FLAT_BOOL, offsetof(struct layer_inventory, verified), 0 },
    { FLAT_U64, offsetof(struct layer_inventory, size_bytes), 0 },
    { FLAT_U64, offsetof(struct layer_inventory, file_count), 0 },
    { FLAT_U64, offsetof(struct layer_inventory, unreadable_count), 0 },
};

static const struct flat_table tables[] = {
    { &file_record, offsetof(struct layer_inventory, files), offsetof(struct layer_inventory, file_total) },
    { &flat_package, offsetof(struct layer_inventory, facts.packages), offsetof(struct layer_inventory, facts.package_count) },
    { &distro_record, offsetof(struct layer_inventory, facts.distros), offsetof(struct layer_inventory, facts.distro_count) },
    { &list_record, offsetof(struct layer_inventory, facts.lists), offsetof(struct layer_inventory, facts.list_count) },
    { &declared_record, offsetof(struct layer_inventory, facts.declared),
      offsetof(struct layer_inventory, facts.declared_count) },
    { &flat_note, offsetof(struct layer_inventory, facts.notes), offsetof(struct layer_inventory, facts.note_count) },
    { &flat_warning, offsetof(struct layer_inventory, facts.warnings), offsetof(struct layer_inventory, facts.warning_count) },
    { &link_record, offsetof(struct layer_inventory, links), offsetof(struct layer_inventory, link_count) },
    { &mark_record, offsetof(struct layer_inventory, marks), offsetof(struct layer_inventory, mark_count) },
    { &folder_record, offsetof(struct layer_inventory, folders), offsetof(struct layer_inventory, folder_count) },
    { &member_record, offsetof(struct layer_inventory, members), offsetof(struct layer_inventory, member_count) },
    { &slot_record, offsetof(struct layer_inventory, slots), offsetof(struct layer_inventory, slot_count) },
    { &base_record, offsetof(struct layer_inventory, bases), offsetof(struct layer_inventory, base_count) },
};

static const struct flat_form form = {
    .magic = { 'D', 'D', 'L', 'A', 'Y', 'E', 'R', '4' },
    .own = { own_fields, ARRAY_LEN(own_fields), sizeof(struct layer_inventory) },
    .tables = tables,
    .table_count = ARRAY_LEN(tables),
};

/* ---- encode ---------------------------------------------------------------------------------------------------------------- */

uint64_t layer_flat_fingerprint(void)
{
    return flat_fingerprint(&form);
}

bool layer_encode(const struct layer_inventory *layer, struct buf *out)
{
    return flat_encode(&form, layer, out);
}

/* ---- decode ---------------------------------------------------------------------------------------------------------------- */

static bool is_within(struct layer_span span, size_t total)
{
    return span.first <= total && span.count <= total - span.first;
}

static bool files_are_sound(const struct layer_inventory *layer)
{
    const struct catalog_facts *facts = &layer->facts;
    for (size_t i = 0; i < layer->file_total; i++) {
        const struct layer_file *f = &layer->files[i];
        if (!is_within(f->packages, facts->package_count) || !is_within(f->distros, facts->distro_count) ||
            !is_within(f->lists, facts->list_count) || !is_within(f->declared, facts->declared_count) ||
            !is_within(f->notes, facts->note_count) || !is_within(f->warnings, facts->warning_count))
            return false;
    }
    return true;
}

/* Also that the hash table has a free slot, which ends each search in it. */
static bool members_are_sound(const struct layer_inventory *layer)
{
    bool free_slot = layer->slot_count == 0;
    if (layer->slot_count & (layer->slot_count - 1))
        return false;
    for (size_t i = 0; i < layer->member_count; i++)
        if (layer->members[i].folder >= layer->folder_count)
            return false;
    for (size_t i = 0; i < layer->slot_count; i++) {
        if (layer->slots[i] > layer->member_count)
            return false;
        free_slot |= layer->slots[i] == 0;
    }
    for (size_t i = 0; i < layer->base_count; i++)
        if (layer->bases[i].member >= layer->member_count)
            return false;
    return free_slot;
}

bool layer_decode(struct str bytes, struct arena *arena, struct layer_inventory *out, struct error *err)
{
    struct layer_inventory layer = { 0 };
    if (!flat_decode(&form, bytes, arena, &layer) || !files_are_sound(&layer) || !members_are_sound(&layer))
        return arena->exhausted ? arena_error(arena, err) : error_set(err, ERROR_INPUT, "damaged inventory");
    for (size_t i = 0; i < layer.folder_count; i++)
        layer.folders[i].hash = str_hash(layer.folders[i].path);
    *out = layer;
    return true;
}

/* ---- frames ---------------------------------------------------------------------------------------------------------------- */

bool layer_put_frame(const struct layer_inventory *layer, uint32_t index, struct buf *out, struct error *err)
{
    buf_u32(out, index);
    size_t length_at = out->len;
    buf_u64(out, 0);
    if (!layer_encode(layer, out))
        return error_set(err, ERROR_LIMIT, "the inventory is too large");
    uint64_t length = out->len - length_at - 8;
    for (unsigned i = 0; i < 8; i++)
        out->ptr[length_at + i] = (char)(unsigned char)(length >> (8 * i));
    return true;
}

bool layer_next_frame(struct str *bytes, uint32_t *index, struct str *flat)
{
    enum { FRAME_BYTES = 12 };
    if (bytes->len < FRAME_BYTES)
        return false;
    uint64_t length = le64(bytes->ptr + 4);
    if (length > bytes->len - FRAME_BYTES)
        return false;
    *index = le32(bytes->ptr);
    *flat = str_head(str_skip(*bytes, FRAME_BYTES), (size_t)length);
    *bytes = str_skip(*bytes, FRAME_BYTES + (size_t)length);
    return true;
}

bool layer_read_frame(struct str bytes, struct arena *arena, struct layer_inventory *out, struct error *err)
{
    uint32_t index;
    struct str flat;
    if (!layer_next_frame(&bytes, &index, &flat) || index != 0 || bytes.len)
        return error_set(err, ERROR_INPUT, "damaged answer of a worker");
    return layer_decode(flat, arena, out, err);
}
