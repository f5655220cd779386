/* The flat form of a whole inventory: what was put in comes out, and damage is refused. */
#include "scan/flat.h"
#include "scan/inventory_flat.h"
#include "unit.h"

static struct arena arena;
static uint64_t seed;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, "test", 256 << 20);
    seed = 7;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* ---- inventories with something in every field ------------------------------------------------------------------------------ */

static uint32_t dice(uint32_t sides)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % sides;
}

/* Some empty, some repeated, some with line breaks and NULs in them. */
static struct str text(void)
{
    static const char *const often[] = { "var/lib/dpkg/status", "amd64", "MIT\nBSD-3-Clause", "Ü" };
    if (dice(4) == 0)
        return dice(2) ? (struct str){ 0 } : str_from(often[dice(4)]);
    char *room = arena_alloc(&arena, 40);
    size_t len = 1 + dice(39);
    for (size_t i = 0; i < len; i++)
        room[i] = (char)dice(256);
    return str_make(room, len);
}

static void fill_package(struct package *p, uint32_t layers)
{
    struct str *const texts[] = { &p->name,   &p->version, &p->arch,     &p->source_name, &p->source_version, &p->maintainer,
                                  &p->module, &p->licence, &p->provides, &p->root,        &p->path,           &p->within,
                                  &p->proof,  &p->digest,  &p->cpes,     &p->id,          &p->depends,        &p->owner };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = text();
    p->kind = catalog_kind_at(dice((uint32_t)catalog_kind_count()));
    p->offset = (uint64_t)dice(UINT32_MAX) << 20;
    p->length = dice(1000);
    p->line = dice(1000);
    p->end_line = dice(1000);
    p->relation = (enum package_relation)dice(RELATION_COUNT);
    bool *const flags[] = { &p->dev, &p->is_lowest, &p->locked_only, &p->third_party, &p->owned, &p->gone };
    for (size_t i = 0; i < ARRAY_LEN(flags); i++)
        *flags[i] = dice(2);
    p->layer = dice(layers);
    p->file_layer = dice(layers);
}

static void fill_files(struct inventory *out, uint32_t layers)
{
    out->classified = true;
    for (size_t i = 0; i < FILE_CLASS_COUNT; i++)
        out->files[i] = (struct inventory_files){ dice(9), (uint64_t)dice(UINT32_MAX) << 9, dice(9), dice(9) };
    out->unexplained_count = 7;
    out->unexplained = arena_array(&arena, 7, sizeof *out->unexplained);
    for (size_t i = 0; i < 7; i++)
        out->unexplained[i] = (struct inventory_executable){ text(), dice(UINT32_MAX), dice(layers), dice(2) };
    out->change_count = 11;
    out->changes = arena_array(&arena, 11, sizeof *out->changes);
    for (size_t i = 0; i < 11; i++)
        out->changes[i] = (struct inventory_change){ dice((uint32_t)out->package_count),
                                                     (enum file_change)dice(CHANGE_CONTENT + 1), dice(2), text(), text() };
}

static struct inventory sample(uint32_t layers)
{
    struct inventory out = { .distro = { text(), text(), text(), text() }, .distro_known = true };
    out.file_count = dice(UINT32_MAX);
    out.unreadable_count = dice(100);
    out.incomplete = dice(2);
    out.package_count = 60;
    out.packages = arena_array(&arena, out.package_count, sizeof *out.packages);
    for (size_t i = 0; i < out.package_count; i++)
        fill_package(&out.packages[i], layers ? layers : 3);
    out.note_count = 9;
    out.notes = arena_array(&arena, 9, sizeof *out.notes);
    for (size_t i = 0; i < 9; i++)
        out.notes[i] = (struct catalog_note){ text(), text(), text(), dice(layers ? layers : 3) };
    out.warning_count = 5;
    out.warnings = arena_array(&arena, 5, sizeof *out.warnings);
    for (size_t i = 0; i < 5; i++)
        out.warnings[i] = (struct catalog_warning){ text(), text(), dice(2) };
    out.layer_count = layers;
    out.layers = arena_array(&arena, layers + 1, sizeof *out.layers);
    for (size_t i = 0; i < layers; i++)
        out.layers[i] = (struct inventory_layer){ text(), text(), text(), dice(UINT32_MAX), dice(99), dice(2), dice(2) };
    fill_files(&out, layers ? layers : 3);
    return out;
}

/* ---- comparing -------------------------------------------------------------------------------------------------------------- */

static void expect_same_packages(const struct inventory *a, const struct inventory *b)
{
    assert_int_equal(a->package_count, b->package_count);
    for (size_t i = 0; i < a->package_count; i++) {
        const struct package *x = &a->packages[i], *y = &b->packages[i];
        const struct str left[] = { x->name,   x->version, x->arch,     x->source_name, x->source_version, x->maintainer,
                                    x->module, x->licence, x->provides, x->root,        x->path,           x->within,
                                    x->proof,  x->digest,  x->cpes,     x->id,          x->depends,        x->owner };
        const struct str right[] = { y->name,   y->version, y->arch,     y->source_name, y->source_version, y->maintainer,
                                     y->module, y->licence, y->provides, y->root,        y->path,           y->within,
                                     y->proof,  y->digest,  y->cpes,     y->id,          y->depends,        y->owner };
        for (size_t t = 0; t < ARRAY_LEN(left); t++)
            assert_true(str_eq(left[t], right[t]));
        assert_ptr_equal(x->kind, y->kind);
        assert_true(x->offset == y->offset && x->length == y->length && x->line == y->line && x->end_line == y->end_line);
        assert_true(x->relation == y->relation && x->dev == y->dev && x->is_lowest == y->is_lowest);
        assert_true(x->locked_only == y->locked_only && x->third_party == y->third_party && x->owned == y->owned);
        assert_true(x->gone == y->gone && x->layer == y->layer && x->file_layer == y->file_layer);
    }
}

static void expect_same_files(const struct inventory *a, const struct inventory *b)
{
    assert_int_equal(a->classified, b->classified);
    assert_memory_equal(a->files, b->files, sizeof a->files);
    assert_int_equal(a->unexplained_count, b->unexplained_count);
    for (size_t i = 0; i < a->unexplained_count; i++) {
        const struct inventory_executable *x = &a->unexplained[i], *y = &b->unexplained[i];
        assert_true(str_eq(x->path, y->path) && x->size_bytes == y->size_bytes && x->layer == y->layer);
        assert_int_equal(x->is_script, y->is_script);
    }
    assert_int_equal(a->change_count, b->change_count);
    for (size_t i = 0; i < a->change_count; i++) {
        const struct inventory_change *x = &a->changes[i], *y = &b->changes[i];
        assert_true(x->package == y->package && x->type == y->type && x->configuration == y->configuration);
        assert_true(str_eq(x->path, y->path) && str_eq(x->text, y->text));
    }
}

static void expect_same(const struct inventory *a, const struct inventory *b)
{
    assert_true(str_eq(a->distro.family, b->distro.family) && str_eq(a->distro.release, b->distro.release));
    assert_true(str_eq(a->distro.name, b->distro.name) && str_eq(a->distro.path, b->distro.path));
    assert_true(a->distro_known == b->distro_known && a->incomplete == b->incomplete);
    assert_true(a->file_count == b->file_count && a->unreadable_count == b->unreadable_count);
    expect_same_packages(a, b);
    assert_int_equal(a->note_count, b->note_count);
    for (size_t i = 0; i < a->note_count; i++) {
        const struct catalog_note *x = &a->notes[i], *y = &b->notes[i];
        assert_true(str_eq(x->key, y->key) && str_eq(x->value, y->value) && str_eq(x->path, y->path) && x->layer == y->layer);
    }
    assert_int_equal(a->warning_count, b->warning_count);
    for (size_t i = 0; i < a->warning_count; i++) {
        const struct catalog_warning *x = &a->warnings[i], *y = &b->warnings[i];
        assert_true(str_eq(x->path, y->path) && str_eq(x->text, y->text) && x->incomplete == y->incomplete);
    }
    assert_int_equal(a->layer_count, b->layer_count);
    for (size_t i = 0; i < a->layer_count; i++) {
        const struct inventory_layer *x = &a->layers[i], *y = &b->layers[i];
        assert_true(str_eq(x->digest, y->digest) && str_eq(x->diff_id, y->diff_id) && str_eq(x->created_by, y->created_by));
        assert_true(x->size_bytes == y->size_bytes && x->file_count == y->file_count && x->verified == y->verified);
        assert_int_equal(x->remembered, y->remembered);
    }
    expect_same_files(a, b);
}

/* ---- tests ------------------------------------------------------------------------------------------------------------------ */

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    struct error err = { 0 };
    for (uint32_t i = 0; i < 40; i++) {
        struct inventory in = sample(i % 5), out = { .image = { .name = STR("kept") } };
        struct buf flat, again;
        buf_init(&flat, 1 << 20);
        buf_init(&again, 1 << 20);
        assert_true(inventory_encode(&in, &flat));
        assert_true(inventory_decode(buf_view(&flat), &arena, &out, &err));
        expect_same(&in, &out);
        assert_str(out.image.name, "kept");
        assert_true(inventory_encode(&out, &again));
        assert_true(str_eq(buf_view(&flat), buf_view(&again))); /* the same bytes always */
        buf_free(&flat);
        buf_free(&again);
    }
}

/* The arena may be the inventory's own; texts stay where they are. */
static void decoding_copies_no_text(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct inventory in = { .distro = { .name = STR("Debian GNU/Linux 12 (bookworm)") } }, out = { 0 };
    struct buf flat;
    buf_init(&flat, 1 << 20);
    arena_init(&out.arena, "own", 1 << 20);
    assert_true(inventory_encode(&in, &flat));
    assert_true(inventory_decode(buf_view(&flat), &out.arena, &out, &err));
    assert_str(out.distro.name, "Debian GNU/Linux 12 (bookworm)");
    assert_true(out.distro.name.ptr >= flat.ptr && out.distro.name.ptr < flat.ptr + flat.len);
    assert_int_equal(out.package_count + out.layer_count + out.note_count + out.change_count, 0);
    assert_non_null(out.packages);
    buf_free(&flat);
    inventory_free(&out);
}

/* A text that many records share is stored once. */
static void repeated_texts_are_stored_once(void **state)
{
    (void)state;
    struct inventory in = { .package_count = 1000 };
    struct buf flat;
    in.packages = arena_array(&arena, in.package_count, sizeof *in.packages);
    for (size_t i = 0; i < in.package_count; i++)
        in.packages[i] = (struct package){ .kind = catalog_kind_at(0),
                                           .path = STR("var/lib/dpkg/status"),
                                           .maintainer = arena_printf(&arena, "somebody with a long name"),
                                           .name = arena_printf(&arena, "%04zu", i) };
    buf_init(&flat, 1 << 20);
    assert_true(inventory_encode(&in, &flat));
    const char *at = flat.ptr + flat.len - 4000 - 19 - 25;
    assert_memory_equal(at, "var/lib/dpkg/status0000", 23);
    buf_free(&flat);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct inventory in = sample(2);
    struct buf flat;
    buf_init(&flat, 1 << 20);
    assert_true(inventory_encode(&in, &flat));
    size_t len = flat.len;
    buf_free(&flat);
    for (size_t max = 0; max < len; max += 97) {
        buf_init(&flat, max);
        assert_false(inventory_encode(&in, &flat));
        buf_free(&flat);
    }
}

/* Each cut and each changed byte is refused, or reads as another inventory that is sound. */
static void damage_is_refused_or_harmless(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct inventory in = sample(3);
    struct buf flat;
    unsigned refused = 0;
    in.package_count = 8;
    for (size_t i = 0; i < in.change_count; i++)
        in.changes[i].package %= 8;
    buf_init(&flat, 1 << 20);
    assert_true(inventory_encode(&in, &flat));
    for (size_t at = 0; at < flat.len; at++) {
        struct arena_mark mark = arena_mark(&arena);
        struct inventory out = { 0 };
        char *exact = arena_alloc(&arena, at + 1); /* so that reading past it is seen */
        memcpy(exact, flat.ptr, at);
        if (inventory_decode(str_make(exact, at), &arena, &out, &err))
            assert_true(at > flat.len - 64); /* the pool's end, which no text needs */
        for (unsigned bit = 0; bit < 8; bit += 3) {
            flat.ptr[at] = (char)(flat.ptr[at] ^ (1 << bit));
            if (!inventory_decode(buf_view(&flat), &arena, &out, &err)) {
                refused++;
            } else {
                for (size_t i = 0; i < out.package_count; i++)
                    assert_true(out.packages[i].layer < out.layer_count && out.packages[i].kind != NULL);
                for (size_t i = 0; i < out.change_count; i++)
                    assert_true(out.changes[i].package < out.package_count);
            }
            flat.ptr[at] = (char)(flat.ptr[at] ^ (1 << bit));
        }
        arena_reset(&arena, mark);
    }
    assert_true(refused > 500);
    buf_free(&flat);
}

static void a_full_arena_is_a_limit(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct inventory in = sample(3), out = { 0 };
    struct buf flat;
    struct arena small;
    buf_init(&flat, 1 << 20);
    assert_true(inventory_encode(&in, &flat));
    arena_init(&small, "small", 8000);
    assert_false(inventory_decode(buf_view(&flat), &small, &out, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    assert_int_equal(out.package_count, 0);
    arena_free(&small);
    buf_free(&flat);
}

/* Of the records that forms share, hardly a byte is left out: what is, are gaps between fields. */
static void no_field_is_forgotten(void **state)
{
    (void)state;
    const struct flat_record *const records[] = { &flat_package, &flat_note, &flat_warning };
    static const size_t sizes[] = { [FLAT_TEXT] = sizeof(struct str), [FLAT_U32] = 4,  [FLAT_U64] = 8,
                                    [FLAT_BOOL] = sizeof(bool),       [FLAT_ENUM] = 4, [FLAT_KIND] = sizeof(void *) };
    for (size_t r = 0; r < ARRAY_LEN(records); r++) {
        size_t known = 0;
        for (size_t f = 0; f < records[r]->field_count; f++)
            known += sizes[records[r]->fields[f].type];
        assert_true(known <= records[r]->record_bytes && records[r]->record_bytes - known < 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_goes_in_comes_out, setup, teardown),
        cmocka_unit_test_setup_teardown(decoding_copies_no_text, setup, teardown),
        cmocka_unit_test_setup_teardown(repeated_texts_are_stored_once, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_is_refused_or_harmless, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_arena_is_a_limit, setup, teardown),
        cmocka_unit_test(no_field_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
