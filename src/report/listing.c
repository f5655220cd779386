/* `drydock packages`: the packages alone, as a table; or the executables that nothing explains; or changed files. */
#include "report/listing.h"

enum { COLUMNS = 6 };

static const char *const titles[COLUMNS] = { "Package", "Version", "Type", "Relation", "Licence", "Location" };
static const size_t min_widths[COLUMNS] = { 10, 8, 4, 8, 6, 18 };
static const size_t max_widths[COLUMNS] = { 48, 32, 16, 24, 28, 120 };
static const bool merges[COLUMNS] = { false };

void listing_heading(const struct listing *l, struct arena *arena, const struct result *result, struct buf *out)
{
    if (l->color)
        buf_text(out, "\033[1m");
    buf_str(out, text_shown(arena, result->target));
    buf_printf(out, " (%.*s, %zu package%s)", STR_ARG(result->type), result->package_count,
               result->package_count == 1 ? "" : "s");
    buf_text(out, l->color ? "\033[0m\n" : "\n");
}

/* "direct, dev"; what a package manager does not tell stays empty. */
static struct str relation_text(struct arena *arena, const struct package *p)
{
    const char *relation = p->relation == RELATION_UNKNOWN ? "" : catalog_relation_name(p->relation);
    const char *state = p->locked_only ? "not installed" : p->gone ? "files gone" : p->owned ? "of OS package" : "";
    const char *parts[] = { relation, p->dev ? "dev" : "", state };
    struct str text = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (parts[i][0])
            text = arena_printf(arena, "%.*s%s%s", STR_ARG(text), text.len ? ", " : "", parts[i]);
    return text;
}

static struct str licence_text(struct arena *arena, struct str list)
{
    struct str text = { 0 }, item;
    while (str_next(&list, '\n', &item))
        text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), text.len ? ", " : "", STR_ARG(item));
    return text_shown(arena, text);
}

static struct str location_text(struct arena *arena, const struct package *p)
{
    struct str place = arena_printf(arena, "%.*s%s%.*s", STR_ARG(p->path), p->within.len ? "/" : "", STR_ARG(p->within));
    if (p->line)
        place = arena_printf(arena, "%.*s:%u", STR_ARG(place), p->line);
    return text_shown(arena, place);
}

/* For lines too narrow for a table. */
static void put_lines(const struct grid *grid, struct buf *out)
{
    for (size_t row = 0; row < grid->row_count; row++) {
        const struct grid_cell *c = &grid->cells[row * COLUMNS];
        buf_printf(out, "%.*s %.*s\n  %.*s\n", STR_ARG(c[0].text), STR_ARG(c[1].text), STR_ARG(c[5].text));
    }
}

static bool put_table(const struct listing *l, struct arena *arena, const struct package **packages, size_t count,
                      struct buf *out)
{
    struct grid grid = { .arena = arena,
                         .titles = titles,
                         .column_count = COLUMNS,
                         .min_widths = min_widths,
                         .max_widths = max_widths,
                         .compact = true,
                         .merges = merges };
    for (size_t i = 0; i < count; i++) {
        const struct package *p = packages[i];
        struct grid_cell *cells = grid_row(&grid, 0);
        if (!cells)
            return false;
        const struct str texts[COLUMNS] = {
            text_shown(arena, p->name), text_shown(arena, p->version),   str_from(p->kind->name),
            relation_text(arena, p),    licence_text(arena, p->licence), location_text(arena, p)
        };
        for (size_t c = 0; c < COLUMNS; c++)
            cells[c] = (struct grid_cell){ .text = texts[c] };
    }
    if (!grid_draw(&grid, l->width, l->color, out))
        put_lines(&grid, out);
    return !arena->exhausted;
}

static bool list_packages(const struct listing *l, struct arena *arena, struct buf *out)
{
    const struct package **packages = arena_array(arena, l->inventory->package_count + 1, sizeof *packages);
    if (!packages)
        return false;
    for (size_t i = 0; i < l->inventory->package_count; i++)
        packages[i] = &l->inventory->packages[i];
    if (l->inventory->package_count == 0)
        buf_text(out, "no packages were found\n");
    else if (!put_table(l, arena, packages, l->inventory->package_count, out))
        return false;
    listing_coverage(l->inventory, out);
    return true;
}

void listing_coverage(const struct inventory *inventory, struct buf *out)
{
    if (!inventory->classified)
        return;
    struct inventory_files all = inventory_executables(inventory);
    if (all.executable_count == 0)
        return;
    const struct inventory_files *unexplained = &inventory->files[FILE_UNEXPLAINED];
    double share = all.executable_bytes ? 100.0 * (double)unexplained->executable_bytes / (double)all.executable_bytes : 0;
    buf_printf(out, "Unexplained: %llu executable%s of %llu, %.1f %% of executable bytes\n",
               (unsigned long long)unexplained->executable_count, unexplained->executable_count == 1 ? "" : "s",
               (unsigned long long)all.executable_count, share);
}

static bool list_unexplained(const struct listing *l, struct arena *arena, struct buf *out)
{
    const struct inventory *inventory = l->inventory;
    for (size_t i = 0; i < inventory->unexplained_count; i++) {
        const struct inventory_executable *e = &inventory->unexplained[i];
        buf_printf(out, "%10llu  %s  ", (unsigned long long)e->size_bytes, e->is_script ? "script " : "program");
        buf_str(out, text_shown(arena, e->path));
        if (e->layer < inventory->layer_count)
            buf_printf(out, "  (layer %u)", e->layer + 1);
        buf_chr(out, '\n');
    }
    if (inventory->classified)
        listing_coverage(inventory, out);
    else
        buf_text(out, "files are classified in images and root file systems only\n");
    return true;
}

static bool list_changes(const struct listing *l, struct arena *arena, struct buf *out)
{
    const struct inventory *inventory = l->inventory;
    size_t damage = 0;
    for (size_t i = 0; i < inventory->change_count; i++) {
        const struct inventory_change *change = &inventory->changes[i];
        const struct package *p = &inventory->packages[change->package];
        damage += !change->configuration;
        buf_str(out, text_shown(arena, p->name));
        buf_text(out, "  ");
        buf_str(out, text_shown(arena, change->path));
        buf_text(out, ": ");
        buf_str(out, text_shown(arena, change->text));
        buf_text(out, change->configuration ? " (configuration)\n" : "\n");
    }
    buf_printf(out, "%zu file%s of packages changed, %zu more of configuration\n", damage, damage == 1 ? "" : "s",
               inventory->change_count - damage);
    return true;
}

bool listing_write(const struct listing *l, struct buf *out, struct error *err)
{
    struct arena arena;
    arena_init(&arena, "list of packages", (size_t)1 << 30);
    bool ok = false;
    switch (l->form) {
    case LISTING_TABLE: ok = list_packages(l, &arena, out); break;
    case LISTING_TREE: ok = listing_tree(l, &arena, out); break;
    case LISTING_WHY: ok = listing_why(l, &arena, out); break;
    case LISTING_UNEXPLAINED: ok = list_unexplained(l, &arena, out); break;
    case LISTING_CHANGES: ok = list_changes(l, &arena, out); break;
    }
    if (!ok)
        arena_error(&arena, err);
    arena_free(&arena);
    return ok;
}
