/* The overview as a table for people, then what differs by platform, then what failed. */
#include "report/overview.h"

enum { COLUMNS = 11, FIRST_COUNT = 4, MAX_DIFFERENCES = 40 };

static const char *const titles[COLUMNS] = { "Image", "OS",  "Size", "Packages", "Crit", "High",
                                             "Med",   "Low", "Unkn", "Fixable",  "Notes" };
static const size_t min_widths[COLUMNS] = { 14, 8, 7, 8, 4, 4, 4, 4, 4, 7, 16 };
static const size_t max_widths[COLUMNS] = { 60, 24, 9, 8, 6, 6, 6, 6, 6, 7, 50 };
static const bool merges[COLUMNS] = { false };
static const char *const colors[SEVERITY_COUNT] = { "36", "34", "33", "31", "31;1" };

struct writer {
    const struct overview *overview;
    struct arena arena;
    struct buf *out;
};

static struct str number(struct writer *w, size_t n)
{
    return arena_printf(&w->arena, "%zu", n);
}

static bool add_row(struct writer *w, struct grid *grid, const struct overview_row *row)
{
    const struct overview *o = w->overview;
    struct overview_words words;
    struct grid_cell *cells = grid_row(grid, (uint32_t)grid->row_count);
    if (!cells || !overview_words(o, row, &w->arena, &words))
        return false;
    const struct str texts[] = { words.image, words.system, words.size, words.packages };
    for (size_t c = 0; c < COLUMNS; c++)
        cells[c] = (struct grid_cell){ 0 };
    for (size_t c = 0; c < ARRAY_LEN(texts); c++)
        cells[c].text = texts[c];
    if (row->end_of_life)
        cells[1].color = "33";
    for (int s = 0; s < SEVERITY_COUNT && !row->problem.len; s++) {
        struct grid_cell *cell = &cells[FIRST_COUNT + SEVERITY_COUNT - 1 - s];
        cell->text = o->severities[s] ? number(w, row->counts[s]) : STR("-");
        cell->color = row->counts[s] ? colors[s] : NULL;
    }
    if (!row->problem.len)
        cells[COLUMNS - 2].text = number(w, row->fixable);
    cells[COLUMNS - 1].text = words.notes;
    cells[COLUMNS - 1].color = row->problem.len || row->gate.len ? "31" : NULL;
    return true;
}

/* For lines too narrow for a table: a paragraph for each image. */
static void put_list(struct writer *w, const struct grid *grid)
{
    for (size_t row = 0; row < grid->row_count; row++) {
        const struct grid_cell *cells = &grid->cells[row * COLUMNS];
        buf_printf(w->out, "%s%.*s\n", row ? "\n" : "", STR_ARG(cells[0].text));
        for (size_t c = 1; c < COLUMNS; c++)
            if (cells[c].text.len)
                buf_printf(w->out, "  %s: %.*s\n", titles[c], STR_ARG(cells[c].text));
    }
}

static void put_differences(struct writer *w)
{
    const struct overview *o = w->overview;
    size_t shown = o->difference_count < MAX_DIFFERENCES ? o->difference_count : MAX_DIFFERENCES;
    if (!o->by_platform || o->count < 2)
        return;
    if (o->difference_count == 0) {
        buf_text(w->out, "\nPackages and findings are the same on all platforms.\n");
        return;
    }
    buf_printf(w->out, "\nNot the same on all platforms (%zu):\n", o->difference_count);
    for (size_t i = 0; i < shown; i++) {
        const struct overview_difference *d = &o->differences[i];
        struct str name = text_shown(&w->arena, d->name), version = text_shown(&w->arena, d->version);
        struct str id = text_shown(&w->arena, d->id);
        buf_printf(w->out, "  %.*s%s%.*s %.*s: only on %.*s\n", STR_ARG(id), id.len ? " in " : "", STR_ARG(name),
                   STR_ARG(version), STR_ARG(overview_places(o, d, &w->arena)));
    }
    if (shown < o->difference_count)
        buf_printf(w->out, "  … and %zu more: --format json lists all\n", o->difference_count - shown);
}

bool overview_table_write(const struct overview *o, struct buf *out, struct error *err)
{
    struct writer w = { .overview = o, .out = out };
    arena_init(&w.arena, "overview", (size_t)1 << 30);
    struct grid grid = { .arena = &w.arena,
                         .titles = titles,
                         .column_count = COLUMNS,
                         .min_widths = min_widths,
                         .max_widths = max_widths,
                         .compact = true,
                         .merges = merges };
    buf_printf(out, "%.*s\n", STR_ARG(text_shown(&w.arena, o->title)));
    bool ok = true;
    for (size_t i = 0; ok && i < o->count; i++)
        ok = add_row(&w, &grid, &o->rows[i]);
    if (ok && !grid_draw(&grid, o->width, o->color, out))
        put_list(&w, &grid);
    if (ok)
        put_differences(&w);
    size_t failures = overview_failures(o);
    if (failures)
        buf_printf(out, "\n%zu of %zu could not be scanned.\n", failures, o->count);
    buf_printf(out, "\nDatabase: %.*s (%.*s)\n", STR_ARG(o->database), STR_ARG(o->database_age));
    ok = (ok && !w.arena.exhausted) || arena_error(&w.arena, err);
    arena_free(&w.arena);
    return ok;
}
