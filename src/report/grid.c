/* Draws a table in box-drawing characters: columns as wide as their cells need and the line allows, long cells wrapped,
 * equal neighbours in one group drawn as one cell. */
#include "report/parts.h"

struct layout {
    const struct grid *grid;
    size_t widths[GRID_MAX_COLUMNS];
    bool color;
    struct buf *out;
};

struct grid_cell *grid_row(struct grid *grid, uint32_t group)
{
    struct grid_cell *cells = arena_grow(grid->arena, grid->cells, grid->row_count, &grid->row_cap, grid->column_count * sizeof *cells);
    uint32_t *groups = arena_grow(grid->arena, grid->groups, grid->row_count, &grid->group_cap, sizeof *groups);
    if (!cells || !groups)
        return NULL;
    grid->cells = cells;
    grid->groups = groups;
    groups[grid->row_count] = group;
    return &cells[grid->column_count * grid->row_count++];
}

static const struct grid_cell *cell_at(const struct grid *grid, size_t row, size_t column)
{
    return &grid->cells[row * grid->column_count + column];
}

/* Is this cell drawn as one with the one above it? */
static bool is_merged(const struct grid *grid, size_t row, size_t column)
{
    return row > 0 && row < grid->row_count && grid->merges[column] && grid->groups[row] == grid->groups[row - 1] &&
           str_eq(cell_at(grid, row, column)->text, cell_at(grid, row - 1, column)->text);
}

/* ---- widths ------------------------------------------------------------------------------------------------------------------------- */

static size_t natural_width(const struct grid *grid, size_t column)
{
    size_t widest = term_columns(str_from(grid->titles[column]));
    for (size_t row = 0; row < grid->row_count; row++) {
        struct str rest = cell_at(grid, row, column)->text, line;
        while (str_next(&rest, '\n', &line)) {
            size_t n = term_columns(line);
            widest = n > widest ? n : widest;
        }
    }
    return widest > grid->max_widths[column] ? grid->max_widths[column] : widest;
}

static bool fit_widths(struct layout *l, size_t width)
{
    size_t n = l->grid->column_count, total = 3 * n + 1;
    for (size_t c = 0; c < n; c++)
        total += l->widths[c] = natural_width(l->grid, c);
    while (width && total > width) {
        size_t best = n, spare = 0;
        for (size_t c = 0; c < n; c++)
            if (l->widths[c] > l->grid->min_widths[c] && l->widths[c] - l->grid->min_widths[c] > spare) {
                best = c;
                spare = l->widths[c] - l->grid->min_widths[c];
            }
        if (best == n)
            return false;
        l->widths[best]--;
        total--;
    }
    return true;
}

/* ---- lines of a cell ----------------------------------------------------------------------------------------------------------------- */

/* Where a line of at most `fits` bytes ends best: at the last space, else behind the last "/", else inside the word. */
static size_t break_at(struct str paragraph, size_t fits)
{
    size_t at;
    if (paragraph.ptr[fits] == ' ' || (str_rfind(str_head(paragraph, fits), ' ', &at) && at > 0))
        return paragraph.ptr[fits] == ' ' ? fits : at;
    if (str_rfind(str_head(paragraph, fits), '/', &at) && at + 1 > fits / 2)
        return at + 1;
    return fits;
}

/* Takes the next line of at most `width` columns. */
static bool next_line(struct str *rest, size_t width, struct str *line)
{
    struct str paragraph, after;
    if (rest->len == 0)
        return false;
    bool broken = str_cut(*rest, '\n', &paragraph, &after);
    size_t fits = term_fit(paragraph, width);
    if (fits == paragraph.len) {
        *line = paragraph;
        *rest = broken ? after : (struct str){ 0 };
        return true;
    }
    if (fits == 0)
        fits = 1; /* a wide character in a column of one */
    fits = break_at(paragraph, fits);
    *line = str_head(paragraph, fits);
    *rest = str_skip(*rest, fits);
    while (rest->len && rest->ptr[0] == ' ')
        *rest = str_skip(*rest, 1);
    return true;
}

static size_t count_lines(struct str text, size_t width)
{
    size_t n = 0;
    struct str line;
    while (next_line(&text, width, &line))
        n++;
    return n;
}

/* ---- drawing --------------------------------------------------------------------------------------------------------------------------- */

static void repeat(struct buf *out, const char *text, size_t n)
{
    while (n--)
        buf_text(out, text);
}

/* The rule above `row` (SIZE_MAX: the top; row_count: the bottom). Merged columns have none, so the corners differ. */
static void draw_rule(const struct layout *l, size_t row, const char *const ends[3])
{
    const struct grid *g = l->grid;
    static const char *const joints[2][2] = { { "│", "├" }, { "┤", "┼" } };
    bool plain = ends != NULL;
    for (size_t c = 0; c <= g->column_count; c++) {
        bool left = c > 0 && (plain || !is_merged(g, row, c - 1));
        bool right = c < g->column_count && (plain || !is_merged(g, row, c));
        if (plain)
            buf_text(l->out, c == 0 ? ends[0] : c < g->column_count ? ends[1] : ends[2]);
        else
            buf_text(l->out, joints[left][right]);
        if (c < g->column_count)
            repeat(l->out, right ? "─" : " ", l->widths[c] + 2);
    }
    buf_chr(l->out, '\n');
}

/* Control characters of an image's texts must not reach the terminal. */
static void put_shown(struct buf *out, struct str line)
{
    for (size_t i = 0; i < line.len; i++)
        buf_chr(out, (unsigned char)line.ptr[i] < 0x20 || line.ptr[i] == 0x7f ? '?' : line.ptr[i]);
}

static void draw_cells(const struct layout *l, const struct grid_cell *cells, size_t row)
{
    const struct grid *g = l->grid;
    struct str rest[GRID_MAX_COLUMNS];
    size_t height = 1;
    for (size_t c = 0; c < g->column_count; c++) {
        rest[c] = is_merged(g, row, c) ? (struct str){ 0 } : cells[c].text;
        size_t n = count_lines(rest[c], l->widths[c]);
        height = n > height ? n : height;
    }
    for (size_t i = 0; i < height; i++) {
        for (size_t c = 0; c < g->column_count; c++) {
            struct str line = { 0 };
            next_line(&rest[c], l->widths[c], &line);
            bool colored = l->color && cells[c].color && line.len;
            buf_text(l->out, "│ ");
            if (colored)
                buf_printf(l->out, "\033[%sm", cells[c].color);
            put_shown(l->out, line);
            if (colored)
                buf_text(l->out, "\033[0m");
            size_t used = term_columns(line);
            repeat(l->out, " ", (used < l->widths[c] ? l->widths[c] - used : 0) + 1);
        }
        buf_text(l->out, "│\n");
    }
}

bool grid_draw(const struct grid *grid, size_t width, bool color, struct buf *out)
{
    static const char *const top[] = { "┌", "┬", "┐" }, *const middle[] = { "├", "┼", "┤" }, *const bottom[] = { "└", "┴", "┘" };
    struct layout l = { .grid = grid, .color = color, .out = out };
    struct grid_cell titles[GRID_MAX_COLUMNS] = { 0 };
    if (!fit_widths(&l, width))
        return false;
    for (size_t c = 0; c < grid->column_count; c++)
        titles[c] = (struct grid_cell){ str_from(grid->titles[c]), "1" };
    draw_rule(&l, SIZE_MAX, top);
    draw_cells(&l, titles, SIZE_MAX);
    for (size_t row = 0; row < grid->row_count; row++) {
        draw_rule(&l, row, row == 0 ? middle : NULL);
        draw_cells(&l, cell_at(grid, row, 0), row);
    }
    draw_rule(&l, SIZE_MAX, bottom);
    return true;
}
