/* The flat form of an inventory: see inventory_flat.h. */
#include "scan/inventory_flat.h"
#include "scan/flat.h"

/* ---- what there is in it --------------------------------------------------------------------------------------------------- */

enum { FILE_NUMBERS = FILE_CLASS_COUNT * 4 };
_Static_assert(sizeof(struct inventory_files[FILE_CLASS_COUNT]) == FILE_NUMBERS * sizeof(uint64_t), "numbers side by side");

static const struct flat_field layer_fields[] = {
    { FLAT_TEXT, offsetof(struct inventory_layer, digest), 0 },     { FLAT_TEXT, offsetof(struct inventory_layer, diff_id), 0 },
    { FLAT_TEXT, offsetof(struct inventory_layer, created_by), 0 }, { FLAT_U64, offsetof(struct inventory_layer, size_bytes), 0 },
    { FLAT_U64, offsetof(struct inventory_layer, file_count), 0 },  { FLAT_BOOL, offsetof(struct inventory_layer, verified), 0 },
    { FLAT_BOOL, offsetof(struct inventory_layer, remembered), 0 },
};
static const struct flat_record layer_record = { layer_fields, ARRAY_LEN(layer_fields), sizeof(struct inventory_layer) };

static const struct flat_field executable_fields[] = {
    { FLAT_TEXT, offsetof(struct inventory_executable, path), 0 },
    { FLAT_U64, offsetof(struct inventory_executable, size_bytes), 0 },
    { FLAT_U32, offsetof(struct inventory_executable, layer), 0 },
    { FLAT_BOOL, offsetof(struct inventory_executable, is_script), 0 },
};
static const struct flat_record executable_record = { executable_fields, ARRAY_LEN(executable_fields),
                                                      sizeof(struct inventory_executable) };

static const struct flat_field change_fields[] = {
    { FLAT_U32, offsetof(struct inventory_change, package), 0 },
    { FLAT_ENUM, offsetof(struct inventory_change, type), CHANGE_CONTENT + 1 },
    { FLAT_BOOL, offsetof(struct inventory_change, configuration), 0 },
    { FLAT_TEXT, offsetof(struct inventory_change, path), 0 },
    { FLAT_TEXT, offsetof(struct inventory_change, text), 0 },
};
static const struct flat_record change_record = { change_fields, ARRAY_LEN(change_fields), sizeof(struct inventory_change) };

static const struct flat_field own_fields[] = {
    { FLAT_TEXT, offsetof(struct inventory, distro.family), 0 },   { FLAT_TEXT, offsetof(struct inventory, distro.release), 0 },
    { FLAT_TEXT, offsetof(struct inventory, distro.name), 0 },     { FLAT_TEXT, offsetof(struct inventory, distro.path), 0 },
    { FLAT_BOOL, offsetof(struct inventory, distro_known), 0 },    { FLAT_U64, offsetof(struct inventory, file_count), 0 },
    { FLAT_U64, offsetof(struct inventory, unreadable_count), 0 }, { FLAT_BOOL, offsetof(struct inventory, classified), 0 },
    { FLAT_U64, offsetof(struct inventory, files), FILE_NUMBERS }, { FLAT_BOOL, offsetof(struct inventory, incomplete), 0 },
};

static const struct flat_table tables[] = {
    { &flat_package, offsetof(struct inventory, packages), offsetof(struct inventory, package_count) },
    { &flat_note, offsetof(struct inventory, notes), offsetof(struct inventory, note_count) },
    { &flat_warning, offsetof(struct inventory, warnings), offsetof(struct inventory, warning_count) },
    { &layer_record, offsetof(struct inventory, layers), offsetof(struct inventory, layer_count) },
    { &executable_record, offsetof(struct inventory, unexplained), offsetof(struct inventory, unexplained_count) },
    { &change_record, offsetof(struct inventory, changes), offsetof(struct inventory, change_count) },
};

static const struct flat_form form = {
    .magic = { 'D', 'D', 'I', 'M', 'A', 'G', 'E', '1' },
    .own = { own_fields, ARRAY_LEN(own_fields), sizeof(struct inventory) },
    .tables = tables,
    .table_count = ARRAY_LEN(tables),
};

uint64_t inventory_flat_fingerprint(void)
{
    return flat_fingerprint(&form);
}

/* ---- encode and decode ------------------------------------------------------------------------------------------------------ */

bool inventory_encode(const struct inventory *inventory, struct buf *out)
{
    return flat_encode(&form, inventory, out);
}

/* Indices lead to layers and packages that are there; a folder has no layers, and nobody looks at their numbers. */
static bool is_sound(const struct inventory *inventory)
{
    size_t layers = inventory->layer_count ? inventory->layer_count : SIZE_MAX;
    for (size_t i = 0; i < inventory->package_count; i++)
        if (inventory->packages[i].layer >= layers || inventory->packages[i].file_layer >= layers)
            return false;
    for (size_t i = 0; i < inventory->note_count; i++)
        if (inventory->notes[i].layer >= layers)
            return false;
    for (size_t i = 0; i < inventory->unexplained_count; i++)
        if (inventory->unexplained[i].layer >= layers)
            return false;
    for (size_t i = 0; i < inventory->change_count; i++)
        if (inventory->changes[i].package >= inventory->package_count)
            return false;
    return true;
}

bool inventory_decode(struct str bytes, struct arena *arena, struct inventory *out, struct error *err)
{
    struct inventory decoded = { 0 };
    if (!flat_decode(&form, bytes, arena, &decoded) || !is_sound(&decoded))
        return arena->exhausted ? arena_error(arena, err) : error_set(err, ERROR_INPUT, "damaged inventory");
    decoded.arena = out->arena;
    decoded.image = out->image;
    decoded.held = out->held;
    decoded.held_count = out->held_count;
    decoded.held_cap = out->held_cap;
    *out = decoded;
    return true;
}
