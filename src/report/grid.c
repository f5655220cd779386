/* Draws a table in box-drawing characters: columns as wide as their cells need and the line allows, long cells wrapped,
 * equal neighbours in one group drawn as one cell, and the last column below the others where it has no room beside them. */
#include "report/parts.h"

struct layout {
    const struct grid *grid;
    size_t widths[GRID_MAX_COLUMNS];
    size_t beside;      /* columns that stand side by side: all, or all but the last */
    size_t below_width; /* of the last column's lines where it stands below */
    bool color;
    struct buf *out;
};

struct grid_cell *grid_row(struct grid *grid, uint32_t group)
{
    struct grid_cell *cells =
        arena_grow(grid->arena, grid->cells, grid->row_count, &grid->row_cap, grid->column_count * sizeof *cells);
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

static bool has_below(const struct layout *l)
{
    return l->beside < l->grid->column_count;
}

/* Is this cell drawn as one with the one above it? Where long texts stand in between, only the first column's are. */
static bool is_merged(const struct layout *l, size_t row, size_t column)
{
    const struct grid *grid = l->grid;
    return row > 0 && row < grid->row_count && (column == 0 || !has_below(l)) && grid->merges[column] &&
           grid->groups[row] == grid->groups[row - 1] &&
           str_eq(cell_at(grid, row, column)->text, cell_at(grid, row - 1, column)->text);
}

/* ---- widths ------------------------------------------------------------------------------------------------------------------------- */

/* Columns of the longest piece between separators, at most the column's maximum. */
static size_t widest_piece(const struct grid *grid, size_t column, const char *separators)
{
    size_t widest = term_columns(str_from(grid->titles[column])), max = grid->max_widths[column];
    for (size_t row = 0; row < grid->row_count; row++) {
        struct str text = cell_at(grid, row, column)->text;
        for (size_t start = 0, i = 0; i <= text.len; i++) {
            if (i < text.len && !strchr(separators, text.ptr[i]))
                continue;
            size_t n = term_columns(str_make(text.ptr + start, i - start));
            widest = n > widest ? n : widest;
            start = i + 1;
        }
    }
    return widest > max ? max : widest;
}

/* Columns of the whole line, with a frame and a blank at both sides of each cell. */
static size_t total_width(const struct layout *l)
{
    size_t total = 3 * l->beside + 1;
    for (size_t c = 0; c < l->beside; c++)
        total += l->widths[c];
    return total;
}

/* Takes columns from those that have most to spare; false when none has. */
static bool shrink(struct layout *l, size_t width)
{
    const size_t *min = l->grid->min_widths;
    for (size_t total = total_width(l); total > width; total--) {
        size_t best = l->beside, spare = 0;
        for (size_t c = 0; c < l->beside; c++)
            if (l->widths[c] > min[c] && l->widths[c] - min[c] > spare) {
                best = c;
                spare = l->widths[c] - min[c];
            }
        if (best == l->beside)
            return false;
        l->widths[best]--;
    }
    return true;
}

static bool fit_widths(struct layout *l, size_t width)
{
    const struct grid *g = l->grid;
    size_t last = g->column_count - 1, word = widest_piece(g, last, " \n");
    for (size_t c = 0; c <= last; c++)
        l->widths[c] = widest_piece(g, c, "\n");
    l->beside = g->column_count;
    size_t total = total_width(l), others = total - l->widths[last];
    if (width == 0 || total <= width)
        return true;
    if (others + word <= width) { /* beside the others, if no word (no link) is broken */
        l->widths[last] = width - others;
        return true;
    }
    if (last < 2) /* nothing to stand across */
        return false;
    l->beside = last;
    if (!shrink(l, width))
        return false;
    total = total_width(l);
    l->below_width = total - l->widths[0] - 7;
    if (l->below_width < word) {
        size_t more = word - l->below_width < width - total ? word - l->below_width : width - total;
        l->widths[last - 1] += more;
        l->below_width += more;
    }
    return true;
}

/* ---- drawing --------------------------------------------------------------------------------------------------------------------------- */

static void repeat(struct buf *out, const char *text, size_t n)
{
    while (n--)
        buf_text(out, text);
}

/* Does this row end with lines that go across the columns? */
static bool ends_below(const struct layout *l, const struct grid_cell *cells)
{
    return has_below(l) && cells[l->beside].text.len > 0;
}

/* The rule between two rows, of which one may be NULL: at the top and at the bottom. `row` is the number of the lower one. */
static void draw_rule(const struct layout *l, const struct grid_cell *above, const struct grid_cell *next, size_t row)
{
    enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8 };
    static const char *const joints[16] = {
        [RIGHT | DOWN] = "┌",      [LEFT | RIGHT | DOWN] = "┬", [LEFT | DOWN] = "┐",
        [RIGHT | UP] = "└",        [LEFT | RIGHT | UP] = "┴",   [LEFT | UP] = "┘",
        [RIGHT | UP | DOWN] = "├", [LEFT | UP | DOWN] = "┤",    [LEFT | RIGHT | UP | DOWN] = "┼",
        [UP | DOWN] = "│",         [LEFT | RIGHT] = "─"
    };
    for (size_t c = 0; c <= l->beside; c++) {
        unsigned joint = next ? DOWN : 0;
        bool right = c < l->beside && !is_merged(l, row, c);
        if (c > 0 && !is_merged(l, row, c - 1))
            joint |= LEFT;
        if (right)
            joint |= RIGHT;
        if (above && (!ends_below(l, above) || c <= 1 || c == l->beside))
            joint |= UP;
        buf_text(l->out, joints[joint]);
        if (c < l->beside)
            repeat(l->out, right ? "─" : " ", l->widths[c] + 2);
    }
    buf_chr(l->out, '\n');
}

/* Draws the next line of *rest, with the frame at its left. */
static void draw_part(const struct layout *l, struct str *rest, size_t width, const char *color, bool right)
{
    struct str line = { 0 };
    line_next(rest, width, &line);
    bool colored = l->color && color && line.len;
    size_t used = term_columns(line), left = used < width ? width - used : 0;
    buf_text(l->out, "│ ");
    repeat(l->out, " ", right ? left : 0);
    if (colored)
        buf_printf(l->out, "\033[%sm", color);
    buf_str(l->out, line);
    if (colored)
        buf_text(l->out, "\033[0m");
    repeat(l->out, " ", (right ? 0 : left) + 1);
}

static bool any_left(const struct str *rest, size_t from, size_t to)
{
    for (size_t c = from; c < to; c++)
        if (rest[c].len)
            return true;
    return false;
}

static void draw_cells(const struct layout *l, const struct grid_cell *cells, size_t row)
{
    struct str rest[GRID_MAX_COLUMNS];
    bool below = ends_below(l, cells);
    for (size_t c = 0; c < l->grid->column_count; c++)
        rest[c] = is_merged(l, row, c) ? (struct str){ 0 } : cells[c].text;
    do {
        for (size_t c = 0; c < l->beside; c++)
            draw_part(l, &rest[c], l->widths[c], cells[c].color, l->grid->right && l->grid->right[c]);
        buf_text(l->out, "│\n");
    } while (any_left(rest, below, l->beside)); /* what the first column has left stands beside the lines below */
    while (below && (rest[0].len || rest[l->beside].len)) {
        draw_part(l, &rest[0], l->widths[0], cells[0].color, false);
        draw_part(l, &rest[l->beside], l->below_width, cells[l->beside].color, false);
        buf_text(l->out, "│\n");
    }
}

bool grid_draw(const struct grid *grid, size_t width, bool color, struct buf *out)
{
    struct layout l = { .grid = grid, .color = color, .out = out };
    struct grid_cell titles[GRID_MAX_COLUMNS] = { 0 };
    const struct grid_cell *above = titles;
    if (!fit_widths(&l, width))
        return false;
    for (size_t c = 0; c < grid->column_count; c++)
        titles[c] = (struct grid_cell){ str_from(grid->titles[c]), "1" };
    draw_rule(&l, NULL, titles, 0);
    draw_cells(&l, titles, 0);
    for (size_t row = 0; row < grid->row_count; row++) {
        const struct grid_cell *cells = cell_at(grid, row, 0);
        if (row == 0 || !grid->compact)
            draw_rule(&l, above, cells, row);
        draw_cells(&l, cells, row);
        above = cells;
    }
    draw_rule(&l, above, NULL, grid->row_count);
    return true;
}
