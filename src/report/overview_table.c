/* The overview as a table for people, then what failed, then what differs by platform. Where the line is too narrow for all columns,
 * sizes go to the notes below each row; where it is too narrow for that, each image has a paragraph. */
#include "report/overview.h"

enum { MAX_DIFFERENCES = 40, MIN_NAME = 14, MAX_NAME = 100 };

static const char *const severity_colors[SEVERITY_COUNT] = { "36", "34", "33", "31", "31;1" };
static const char *const short_titles[SEVERITY_COUNT] = { "Unkn", "Low", "Med", "High", "Crit" };

struct writer {
    const struct overview *overview;
    struct arena arena;
    struct buf *out;
};

/* Columns depend on the width and on the severities that are shown. */
struct columns {
    const char *titles[GRID_MAX_COLUMNS];
    size_t min_widths[GRID_MAX_COLUMNS], max_widths[GRID_MAX_COLUMNS];
    bool merges[GRID_MAX_COLUMNS], right[GRID_MAX_COLUMNS];
    size_t count;
};

static void add_column(struct columns *c, const char *title, size_t min, size_t max, bool right)
{
    c->titles[c->count] = title;
    c->right[c->count] = right;
    c->min_widths[c->count] = min;
    c->max_widths[c->count++] = max;
}

static void put_note(struct writer *w, const char *color, const char *label, struct str text)
{
    const struct note note = { label, color, text };
    if (text.len)
        note_write(&note, &w->arena, w->overview->width, w->overview->color, w->out);
}

/* A text in lines that fit, below something. */
static void put_indented(struct writer *w, size_t indent, struct str text)
{
    size_t width = w->overview->width;
    struct str line;
    while (line_next(&text, width > 2 * indent ? width - indent : width ? indent : SIZE_MAX, &line))
        buf_printf(w->out, "%*s%.*s\n", (int)indent, "", STR_ARG(line));
}

/* ---- images --------------------------------------------------------------------------------------------------------------------- */

/* Other names of one image stand below the first: "= nginx:1". The blank there (U+00A0) is none to break a line at. */
static struct str names_text(struct writer *w, const struct overview_row *row)
{
    struct str all = { 0 };
    for (size_t i = 0; i < row->name_count; i++)
        all = arena_printf(&w->arena, "%.*s%s%.*s", STR_ARG(all), i ? "\n=\u00a0" : "",
                           STR_ARG(text_shown(&w->arena, row->names[i])));
    return all;
}

/* "45.3 MB, 120 packages" */
static struct str size_words(struct writer *w, const struct overview_words *words)
{
    return arena_printf(&w->arena, "%.*s%s%.*s package%s", STR_ARG(words->size), words->size.len ? ", " : "",
                        STR_ARG(words->packages), str_is(words->packages, "1") ? "" : "s");
}

static bool add_row(struct writer *w, struct grid *grid, const struct overview_row *row, bool narrow)
{
    const struct overview *o = w->overview;
    struct overview_words words;
    struct grid_cell *cell = grid_row(grid, (uint32_t)grid->row_count);
    if (!cell || !overview_words(row, &w->arena, &words))
        return false;
    *cell++ = (struct grid_cell){ .text = names_text(w, row) };
    *cell++ = (struct grid_cell){ .text = words.system, .color = row->end_of_life ? "33" : NULL };
    if (!narrow) {
        *cell++ = (struct grid_cell){ .text = words.size };
        *cell++ = (struct grid_cell){ .text = words.packages };
    }
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
        if (o->severities[s])
            *cell++ = (struct grid_cell){ .text = overview_number(row, row->counts[s], &w->arena),
                                          .color = row->counts[s] ? severity_colors[s] : NULL };
    *cell++ = (struct grid_cell){ .text = overview_number(row, row->fixable, &w->arena) };
    struct str notes = words.notes;
    if (narrow)
        notes = arena_printf(&w->arena, "%.*s%s%.*s", STR_ARG(size_words(w, &words)), notes.len ? "\n" : "", STR_ARG(notes));
    *cell = (struct grid_cell){ .text = notes, .color = row->gate.len ? "31" : NULL };
    return true;
}

/* Columns of the longest name: before names are broken, sizes go elsewhere. */
static size_t name_columns(const struct overview *o)
{
    size_t longest = MIN_NAME;
    for (size_t i = 0; i < o->count; i++)
        for (size_t k = 0; k < o->rows[i].name_count && !o->rows[i].problem.len; k++) {
            size_t n = term_columns(o->rows[i].names[k]) + (k > 0 ? strlen("= ") : 0);
            longest = n > longest ? n : longest;
        }
    return longest < MAX_NAME ? longest : MAX_NAME;
}

static struct columns choose_columns(const struct overview *o, bool narrow)
{
    struct columns c = { 0 };
    add_column(&c, o->by_platform ? "Platform" : "Image", narrow ? MIN_NAME : name_columns(o), MAX_NAME, false);
    add_column(&c, "OS", 8, 24, false);
    if (!narrow) {
        add_column(&c, "Size", 7, 9, true);
        add_column(&c, "Packages", 8, 8, true);
    }
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
        if (o->severities[s])
            add_column(&c, short_titles[s], 4, 7, true);
    add_column(&c, "Fixable", 7, 7, true);
    add_column(&c, "Notes", 12, 50, false);
    return c;
}

/* *fits is false where the line is too narrow for these columns. */
static bool draw(struct writer *w, bool narrow, bool *fits)
{
    const struct overview *o = w->overview;
    struct columns c = choose_columns(o, narrow);
    struct grid grid = { .arena = &w->arena,
                         .titles = c.titles,
                         .column_count = c.count,
                         .min_widths = c.min_widths,
                         .max_widths = c.max_widths,
                         .compact = true,
                         .right = c.right,
                         .merges = c.merges };
    for (size_t i = 0; i < o->count; i++)
        if (!o->rows[i].problem.len && !add_row(w, &grid, &o->rows[i], narrow))
            return false;
    *fits = grid_draw(&grid, o->width, o->color, w->out);
    return true;
}

/* A paragraph for each image. */
static bool put_paragraphs(struct writer *w)
{
    const struct overview *o = w->overview;
    for (size_t i = 0; i < o->count; i++) {
        const struct overview_row *row = &o->rows[i];
        struct overview_words words;
        struct str counts = { 0 };
        if (row->problem.len)
            continue;
        if (!overview_words(row, &w->arena, &words))
            return false;
        for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
            if (o->severities[s])
                counts = arena_printf(&w->arena, "%.*s%s: %.*s, ", STR_ARG(counts), severity_name((enum severity)s),
                                      STR_ARG(overview_number(row, row->counts[s], &w->arena)));
        buf_chr(w->out, '\n');
        put_indented(w, 0, names_text(w, row));
        put_indented(w, 2, arena_printf(&w->arena, "%.*s, %.*s", STR_ARG(words.system), STR_ARG(size_words(w, &words))));
        put_indented(w, 2,
                     arena_printf(&w->arena, "%.*sfixable: %.*s", STR_ARG(counts),
                                  STR_ARG(overview_number(row, row->fixable, &w->arena))));
        put_indented(w, 2, words.notes);
    }
    buf_chr(w->out, '\n');
    return true;
}

static bool put_images(struct writer *w)
{
    bool fits = true;
    if (overview_totals(w->overview).scanned == 0)
        return true;
    return draw(w, false, &fits) && (fits || draw(w, true, &fits)) && (fits || put_paragraphs(w));
}

/* ---- below -------------------------------------------------------------------------------------------------------------------------- */

/* "Total: 2 (UNKNOWN: 0, LOW: 2, …), 1 fixable", as reports of one image have it. */
static void put_totals(struct writer *w)
{
    const struct overview *o = w->overview;
    struct overview_totals totals = overview_totals(o);
    bool first = true;
    if (o->by_platform || totals.scanned < 2)
        return;
    struct str text = arena_printf(&w->arena, "%zu (", totals.all);
    for (int s = 0; s < SEVERITY_COUNT; s++)
        if (o->severities[s]) {
            text = arena_printf(&w->arena, "%.*s%s%s: %zu", STR_ARG(text), first ? "" : ", ", severity_name((enum severity)s),
                                totals.by[s]);
            first = false;
        }
    text = arena_printf(&w->arena, "%.*s), %zu fixable", STR_ARG(text), totals.fixable);
    if (totals.unchecked)
        text = arena_printf(&w->arena, "%.*s; %zu of %zu NOT CHECKED", STR_ARG(text), totals.unchecked, totals.scanned);
    put_note(w, "1", "Total", text);
}

static void put_failures(struct writer *w)
{
    const struct overview *o = w->overview;
    size_t failures = overview_failures(o);
    if (failures)
        buf_printf(w->out, "\nCould not be scanned (%zu of %zu):\n", failures, overview_names(o));
    for (size_t i = 0; i < o->count; i++)
        if (o->rows[i].problem.len) {
            put_indented(w, 2, names_text(w, &o->rows[i]));
            put_indented(w, 4, text_shown(&w->arena, o->rows[i].problem));
        }
}

static bool draw_differences(struct writer *w, size_t shown)
{
    const struct overview *o = w->overview;
    static const char *const titles[] = { "Package", "Version", "Platforms", "Vulnerabilities" };
    static const size_t min_widths[] = { 10, 8, 12, 16 }, max_widths[] = { 40, 28, 60, 80 };
    static const bool merges[ARRAY_LEN(titles)] = { true };
    struct grid grid = { .arena = &w->arena,
                         .titles = titles,
                         .column_count = ARRAY_LEN(titles),
                         .min_widths = min_widths,
                         .max_widths = max_widths,
                         .compact = true,
                         .merges = merges };
    uint32_t group = 0;
    for (size_t i = 0; i < shown; i++) {
        const struct overview_difference *d = &o->differences[i];
        group += i && !str_eq(d->name, o->differences[i - 1].name);
        struct grid_cell *cells = grid_row(&grid, group);
        if (!cells)
            return false;
        cells[0] = (struct grid_cell){ .text = text_shown(&w->arena, d->name) };
        cells[1] = (struct grid_cell){ .text = text_shown(&w->arena, d->version) };
        cells[2] = (struct grid_cell){ .text = overview_places(o, d, &w->arena) };
        cells[3] = (struct grid_cell){ .text = overview_findings(d, &w->arena) };
    }
    return grid_draw(&grid, o->width, o->color, w->out);
}

static void put_differences(struct writer *w)
{
    const struct overview *o = w->overview;
    size_t shown = o->difference_count < MAX_DIFFERENCES ? o->difference_count : MAX_DIFFERENCES;
    if (!o->by_platform || overview_totals(o).scanned < 2)
        return;
    if (o->difference_count == 0) {
        buf_text(w->out, "\nPackages and findings are the same on all platforms.\n");
        return;
    }
    buf_text(w->out, "\nNot the same on all platforms:\n");
    if (!draw_differences(w, shown))
        for (size_t i = 0; i < shown; i++) {
            const struct overview_difference *d = &o->differences[i];
            put_indented(w, 2,
                         text_shown(&w->arena, arena_printf(&w->arena, "%.*s %.*s", STR_ARG(d->name), STR_ARG(d->version))));
            put_indented(w, 4, overview_places(o, d, &w->arena));
            put_indented(w, 4, overview_findings(d, &w->arena));
        }
    if (shown < o->difference_count)
        buf_printf(w->out, "… and %zu more: --format json lists all\n", o->difference_count - shown);
}

bool overview_table_write(const struct overview *o, struct buf *out, struct error *err)
{
    struct writer w = { .overview = o, .out = out };
    arena_init(&w.arena, "overview", (size_t)1 << 30);
    const struct note starter = note_starter(&o->database_info, &w.arena);
    put_note(&w, starter.color, starter.label, starter.text);
    buf_printf(out, "%.*s\n", STR_ARG(text_shown(&w.arena, o->title)));
    bool ok = put_images(&w);
    put_totals(&w);
    put_failures(&w);
    put_differences(&w);
    buf_chr(out, '\n');
    if (o->left_out)
        buf_printf(out, "Left out: %zu that %s no container image\n", o->left_out, o->left_out == 1 ? "is" : "are");
    put_note(&w, "1", "Counted", o->filters);
    put_note(&w, "1", "Reports", o->report_folder);
    if (o->database.len)
        put_note(&w, "1", "Database", arena_printf(&w.arena, "%.*s (%.*s)", STR_ARG(o->database), STR_ARG(o->database_age)));
    put_note(&w, starter.color, starter.label, starter.text);
    ok = (ok && !w.arena.exhausted) || arena_error(&w.arena, err);
    arena_free(&w.arena);
    return ok;
}
