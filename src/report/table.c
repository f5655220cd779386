/* --format table: for people. A heading and totals for each target, then its findings by package; a target with nothing gets
 * one line; what could not be checked is never shown as clean. */
#include "report/parts.h"

#include <stdlib.h>

enum { COLUMNS = 7, MAX_TITLE = 160 };

static const char *const titles[COLUMNS] = { "Library",           "Vulnerability", "Severity", "Status",
                                             "Installed Version", "Fixed Version", "Title" };
static const size_t min_widths[COLUMNS] = { 10, 14, 8, 8, 9, 9, 18 };
static const size_t max_widths[COLUMNS] = { 40, 24, 8, 19, 28, 28, 70 };
static const bool merges[COLUMNS] = { true, false, true, true, true, true, false };
static const char *const severity_colors[SEVERITY_COUNT] = { "36", "34", "33", "31", "31;1" };

struct table {
    const struct report *report;
    struct arena arena;
    struct buf *out;
};

static void paint(const struct table *t, const char *color, const char *text)
{
    if (t->report->color)
        buf_printf(t->out, "\033[%sm%s\033[0m", color, text);
    else
        buf_text(t->out, text);
}

static void put_note(struct table *t, const char *color, const char *label, struct str text)
{
    const struct note note = { label, color, text };
    note_write(&note, &t->arena, t->report->width, t->report->color, t->out);
}

static void put_heading(struct table *t, struct str target)
{
    size_t width = t->report->width;
    target = text_shown(&t->arena, target);
    buf_chr(t->out, '\n');
    buf_str(t->out, target);
    buf_chr(t->out, '\n');
    for (size_t i = 0, n = term_columns(target); i < n && (!width || i < width); i++)
        buf_chr(t->out, '=');
    buf_chr(t->out, '\n');
}

/* "Total: 2 (UNKNOWN: 0, LOW: 2, …)" over the severities that are shown. */
static void put_totals(const struct table *t, const struct result *result)
{
    struct severity_counts counts = count_severities(result);
    buf_printf(t->out, "Total: %zu (", counts.all);
    bool first = true;
    for (int s = 0; s < SEVERITY_COUNT; s++) {
        if (!t->report->severities[s])
            continue;
        buf_printf(t->out, "%s%s: %zu", first ? "" : ", ", severity_name((enum severity)s), counts.by[s]);
        first = false;
    }
    buf_text(t->out, ")\n");
}

/* ---- findings -------------------------------------------------------------------------------------------------------------------------- */

/* Does the same version of this package stand at several places? */
static bool is_repeated(const struct result *result, const struct package *p)
{
    size_t places = 0;
    for (size_t i = 0; i < result->package_count && !p->kind->is_os; i++)
        places += str_eq(result->packages[i]->name, p->name) && str_eq(result->packages[i]->version, p->version);
    return places > 1;
}

/* The title, cut at a word, and on lines of their own the link and where the package lies. */
static struct str title_text(struct table *t, const struct finding *f, bool with_place)
{
    const char *exploited = f->details.kev_added_s ? "known to be exploited: " : "";
    struct str title = text_shown(&t->arena, f->details.title.len ? f->details.title : f->details.description), rest = title;
    bool cut = line_next(&rest, MAX_TITLE, &title) && rest.len > 0;
    struct str url = text_shown(&t->arena, f->url);
    struct str place = with_place ? text_shown(&t->arena, path_dir(f->package->path)) : (struct str){ 0 };
    bool has_title = title.len || exploited[0];
    return arena_printf(&t->arena, "%s%.*s%s%s%.*s%s%.*s", exploited, STR_ARG(title), cut ? "…" : "",
                        has_title && url.len ? "\n" : "", STR_ARG(url),
                        !place.len             ? ""
                        : has_title || url.len ? "\nin "
                                               : "in ",
                        STR_ARG(place));
}

static bool fill_row(struct table *t, const struct finding *f, bool with_place, struct grid_cell *cells)
{
    if (!cells)
        return false;
    const struct str texts[COLUMNS] = {
        text_shown(&t->arena, f->package->name),
        text_shown(&t->arena, f->id),
        str_from(severity_name(f->severity)),
        str_from(status_name(f->status)),
        text_shown(&t->arena, f->package->version),
        text_shown(&t->arena, f->fixed),
        title_text(t, f, with_place),
    };
    for (size_t c = 0; c < COLUMNS; c++)
        cells[c] = (struct grid_cell){ .text = texts[c] };
    cells[2].color = severity_colors[f->severity];
    return !t->arena.exhausted;
}

/* Text in lines that are indented by two blanks. */
static void put_indented(struct table *t, struct str text)
{
    size_t width = t->report->width > 4 ? t->report->width - 2 : SIZE_MAX;
    struct str line;
    while (line_next(&text, width, &line)) {
        buf_text(t->out, "  ");
        buf_str(t->out, line);
        buf_chr(t->out, '\n');
    }
}

/* For lines too narrow for a table: a paragraph for each finding. */
static void put_list(struct table *t, const struct grid *grid)
{
    for (size_t row = 0; row < grid->row_count; row++) {
        const struct grid_cell *c = &grid->cells[row * COLUMNS];
        if (row > 0)
            buf_chr(t->out, '\n');
        buf_str(t->out, c[1].text);
        buf_chr(t->out, ' ');
        paint(t, c[2].color, c[2].text.ptr);
        buf_printf(t->out, " %.*s\n", STR_ARG(c[3].text));
        put_indented(t, arena_printf(&t->arena, "%.*s %.*s%s%.*s", STR_ARG(c[0].text), STR_ARG(c[4].text),
                                     c[5].text.len ? ", fixed in " : "", STR_ARG(c[5].text)));
        put_indented(t, c[6].text);
    }
}

/* Those of one package one below the other, in the order in which they are. */
static int compare_rows(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a, *y = *(const struct finding *const *)b;
    int order = str_cmp(x->package->name, y->package->name);
    if (!order)
        order = str_cmp(x->package->version, y->package->version);
    if (!order)
        order = str_cmp(x->package->path, y->package->path);
    if (!order)
        order = str_cmp(x->package->arch, y->package->arch);
    return order ? order : (x > y) - (x < y);
}

static bool put_findings(struct table *t, const struct result *result)
{
    struct grid grid = { .arena = &t->arena,
                         .titles = titles,
                         .column_count = COLUMNS,
                         .min_widths = min_widths,
                         .max_widths = max_widths,
                         .merges = merges };
    const struct finding **rows = arena_array(&t->arena, result->finding_count, sizeof *rows);
    uint32_t group = 0;
    if (!rows)
        return false;
    for (size_t i = 0; i < result->finding_count; i++)
        rows[i] = &result->findings[i];
    qsort(rows, result->finding_count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < result->finding_count; i++) {
        bool is_first = i == 0 || rows[i]->package != rows[i - 1]->package;
        group += is_first;
        if (!fill_row(t, rows[i], is_first && is_repeated(result, rows[i]->package), grid_row(&grid, group)))
            return false;
    }
    buf_chr(t->out, '\n');
    if (!grid_draw(&grid, t->report->width, t->report->color, t->out))
        put_list(t, &grid);
    return !t->arena.exhausted;
}

static void put_packages(const struct table *t, const struct result *result)
{
    if (!t->report->list_all_packages)
        return;
    buf_text(t->out, "\nPackages:\n");
    for (size_t i = 0; i < result->package_count; i++) {
        const struct package *p = result->packages[i];
        buf_text(t->out, "  ");
        put_shown(t->out, p->name);
        buf_chr(t->out, ' ');
        put_shown(t->out, p->version);
        if (!p->kind->is_os) {
            buf_text(t->out, " (");
            put_shown(t->out, p->path);
            buf_chr(t->out, ')');
        }
        buf_chr(t->out, '\n');
    }
}

/* "libfoo 1.2 (CVE-1, CVE-2); libbar …" */
static void put_gone(struct table *t, const struct result *result)
{
    struct buf text;
    if (result->gone_count == 0)
        return;
    buf_init(&text, 1 << 20);
    buf_printf(&text, "%zu finding%s in packages whose files are gone:", result->gone_count, result->gone_count == 1 ? "" : "s");
    for (size_t i = 0; i < result->gone_count; i++) {
        const struct package *p = result->gone[i].package;
        bool same = i > 0 && p == result->gone[i - 1].package;
        if (same)
            buf_printf(&text, ", %.*s", STR_ARG(result->gone[i].id));
        else
            buf_printf(&text, "%s %.*s %.*s (%.*s", i ? ");" : "", STR_ARG(p->name), STR_ARG(p->version),
                       STR_ARG(result->gone[i].id));
    }
    buf_chr(&text, ')');
    put_note(t, "33;1", "Not counted", buf_view(&text));
    buf_free(&text);
}

static bool put_result(struct table *t, const struct result *result)
{
    const char *plural = result->package_count == 1 ? "" : "s";
    if (result->coverage != COVERAGE_CHECKED) {
        put_heading(t, result->target);
        buf_text(t->out, "Total: ");
        paint(t, "33;1", "NOT CHECKED");
        buf_text(t->out, " (");
        put_shown(t->out, result->coverage_text);
        buf_printf(t->out, "), %zu package%s\n", result->package_count, plural);
    } else if (result->finding_count == 0) {
        buf_chr(t->out, '\n');
        put_shown(t->out, result->target);
        buf_printf(t->out, ": no findings in %zu package%s\n", result->package_count, plural);
    } else {
        put_heading(t, result->target);
        put_totals(t, result);
        if (!put_findings(t, result))
            return false;
    }
    put_gone(t, result);
    put_packages(t, result);
    return true;
}

/* ---- around the results ------------------------------------------------------------------------------------------------------------------ */

static void put_end_of_life(struct table *t)
{
    const struct report *r = t->report;
    const struct distro *d = &r->inventory->distro;
    char date[32];
    if (!r->end_of_life)
        return;
    time_format(r->end_of_life_s, date);
    date[10] = '\0';
    put_note(t, "31;1", "End of life",
             arena_printf(&t->arena,
                          "%.*s %.*s gets no security updates since %s; what was found later than that may be missing here.",
                          STR_ARG(d->family), STR_ARG(d->release), date));
}

static void put_starter(struct table *t)
{
    const struct note note = note_starter(&t->report->database_info, &t->arena);
    if (note.text.len)
        note_write(&note, &t->arena, t->report->width, t->report->color, t->out);
}

static void put_warnings(struct table *t)
{
    const struct inventory *inventory = t->report->inventory;
    const struct matches *matches = t->report->matches;
    size_t count = inventory->warning_count + matches->warning_count;
    if (inventory->incomplete) {
        buf_chr(t->out, '\n');
        put_note(t, "31;1", "Incomplete",
                 STR("a package database or os-release could not be understood; packages are missing above."));
    }
    if (inventory->unreadable_count) {
        buf_chr(t->out, '\n');
        put_note(t, "33;1", "Not read",
                 arena_printf(&t->arena, "%llu files or folders may not be read by this user; run as root to see all.",
                              (unsigned long long)inventory->unreadable_count));
    }
    if (count)
        buf_text(t->out, "\nWarnings:\n");
    for (size_t i = 0; i < count; i++) {
        const struct catalog_warning *w =
            i < inventory->warning_count ? &inventory->warnings[i] : &matches->warnings[i - inventory->warning_count];
        buf_text(t->out, "  ");
        put_shown(t->out, w->path);
        buf_text(t->out, ": ");
        put_shown(t->out, w->text);
        buf_chr(t->out, '\n');
    }
}

bool table_report_write(const struct report *report, struct buf *out, struct error *err)
{
    struct table t = { .report = report, .out = out };
    arena_init(&t.arena, "table", (size_t)1 << 30);
    put_starter(&t);
    put_end_of_life(&t);
    bool ok = true;
    for (size_t i = 0; ok && i < report->matches->result_count; i++)
        ok = put_result(&t, &report->matches->results[i]);
    if (report->matches->result_count == 0) {
        put_shown(out, report->artifact_name);
        buf_text(out, ": no packages were found\n");
    }
    put_warnings(&t);
    buf_chr(out, '\n');
    listing_coverage(report->inventory, out);
    put_note(&t, "1", "Database",
             arena_printf(&t.arena, "%.*s (%.*s)", STR_ARG(report->database), STR_ARG(report->database_age)));
    put_starter(&t);
    ok = ok && !t.arena.exhausted;
    if (!ok)
        arena_error(&t.arena, err);
    arena_free(&t.arena);
    return ok;
}
