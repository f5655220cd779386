/* Rows of the overview: what stays of an image when it has been judged. */
#include "cmd/many.h"

struct overview_row *rows_add(struct many *m, struct str name)
{
    struct overview *v = &m->overview;
    struct overview_row *rows = arena_grow(&m->arena, v->rows, v->count, &m->row_cap, sizeof *rows);
    struct str *names = arena_new(&m->arena, struct str);
    if (!rows || !names)
        return NULL;
    v->rows = rows;
    *names = name;
    rows[v->count] = (struct overview_row){ .names = names, .name_count = 1, .number = v->count };
    return &rows[v->count++];
}

/* There is room for a power of two. */
static bool add_name(struct many *m, struct overview_row *row, struct str name)
{
    size_t count = row->name_count;
    if ((count & (count - 1)) == 0) {
        struct str *names = arena_array(&m->arena, 2 * count, sizeof *names);
        if (!names)
            return false;
        memcpy(names, row->names, count * sizeof *names);
        row->names = names;
    }
    row->names[row->name_count++] = name;
    return true;
}

/* ---- the same image under several names ----------------------------------------------------------------------------------------- */

static void put_part(struct buf *out, struct str text)
{
    buf_u64(out, text.len);
    buf_str(out, text);
}

/* The same layers in the same order are the same image, whether they are compressed or not. But diff IDs of compressed layers are what
 * the image's config claims: what was found in them has to be the same too. */
static bool identity_of(const struct inventory *inventory, struct arena *arena, struct str *identity)
{
    struct buf text;
    struct error ignored = { 0 };
    char digest[DIGEST_TEXT_BYTES];
    *identity = (struct str){ 0 };
    if (!inventory->layer_count)
        return true;
    buf_init(&text, (size_t)256 << 20);
    for (size_t i = 0; i < inventory->layer_count; i++)
        put_part(&text, inventory->layers[i].diff_id.len ? inventory->layers[i].diff_id : inventory->layers[i].digest);
    put_part(&text, inventory->distro.family);
    put_part(&text, inventory->distro.release);
    for (size_t i = 0; i < inventory->package_count; i++) {
        const struct package *p = &inventory->packages[i];
        put_part(&text, str_from(p->kind->name));
        put_part(&text, p->name);
        put_part(&text, p->version);
        put_part(&text, p->path);
    }
    bool ok = !text.failed && digest_of(DIGEST_SHA256, buf_view(&text), digest, &ignored);
    buf_free(&text);
    if (ok)
        *identity = arena_str(arena, str_from(digest));
    return !ok || identity->ptr;
}

bool rows_join(struct many *m, const struct inventory *inventory, struct str name, struct str *identity,
               struct overview_row **same)
{
    uint64_t number;
    *same = NULL;
    if (!identity_of(inventory, &m->arena, identity))
        return false;
    if (m->overview.by_platform || !identity->len || !map_get(&m->images, *identity, &number))
        return true;
    *same = &m->overview.rows[number];
    return add_name(m, *same, name);
}

/* ---- what stays of a judgement -------------------------------------------------------------------------------------------------- */

/* "no data for alpine 3.20; no data for npm" */
static void note_unchecked(struct overview_row *row, struct str why, struct arena *arena)
{
    struct str rest = row->unchecked, known;
    while (str_next(&rest, ';', &known))
        if (str_eq(str_trim(known), why))
            return;
    row->unchecked = arena_printf(arena, "%.*s%s%.*s", STR_ARG(row->unchecked), row->unchecked.len ? "; " : "", STR_ARG(why));
}

static void count_findings(const struct judgement *j, struct overview_row *row, struct arena *arena)
{
    for (size_t r = 0; r < j->matches.result_count; r++) {
        const struct result *result = &j->matches.results[r];
        for (size_t i = 0; i < result->finding_count; i++) {
            row->counts[result->findings[i].severity]++;
            row->fixable += result->findings[i].fixed.len > 0;
        }
        if (result->coverage == COVERAGE_NO_DATA || result->coverage == COVERAGE_NOT_SUPPORTED)
            note_unchecked(row, result->coverage_text, arena);
    }
}

bool rows_fill(struct many *m, const struct judgement *j, struct overview_row *row)
{
    const struct inventory *inventory = j->inventory;
    const struct image *image = &inventory->image;
    row->platform = (struct image_platform){ arena_str(&m->arena, image->platform.os), arena_str(&m->arena, image->platform.arch),
                                             arena_str(&m->arena, image->platform.variant) };
    row->digest = arena_str(&m->arena, image->manifest_digest.len ? image->manifest_digest : image->id);
    row->distro_known = inventory->distro_known;
    row->distro = (struct distro){ .family = arena_str(&m->arena, inventory->distro.family),
                                   .release = arena_str(&m->arena, inventory->distro.release) };
    row->end_of_life_known = j->report.end_of_life_known;
    row->end_of_life = j->report.end_of_life;
    row->end_of_life_s = j->report.end_of_life_s;
    row->incomplete = inventory->incomplete;
    for (size_t i = 0; i < inventory->layer_count; i++)
        row->size_bytes += inventory->layers[i].size_bytes;
    for (size_t i = 0; i < inventory->package_count; i++)
        *(inventory->packages[i].kind->is_os ? &row->os_packages : &row->language_packages) += 1;
    count_findings(j, row, &m->arena);
    return !m->arena.exhausted;
}
