/* --format table: for people. A heading and totals for each target, then its findings by package; a target with nothing gets
 * one line; what could not be checked is never shown as clean. */
#include "report/parts.h"

#include <stdlib.h>

enum { COLUMNS = 7, MAX_TITLE = 160 };

static const char *const titles[COLUMNS] = { "Library", "Vulnerability", "Severity", "Status", "Installed Version", "Fixed Version", "Title" };
static const size_t min_widths[COLUMNS] = { 10, 14, 8, 8, 9, 9, 18 };
static const size_t max_widths[COLUMNS] = { 30, 24, 8, 19, 28, 28, 60 };
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

/* Text of an image or a feed, safe on a terminal. */
static void put_safe(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        buf_chr(out, (unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f ? '?' : text.ptr[i]);
}

static void put_heading(const struct table *t, struct str target)
{
    buf_chr(t->out, '\n');
    put_safe(t->out, target);
    buf_chr(t->out, '\n');
    for (size_t i = 0, n = term_columns(target); i < n; i++)
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

/* The package's name, and its file where the same name stands at several places. */
static struct str library_text(struct table *t, const struct result *result, const struct package *p)
{
    size_t places = 0;
    for (size_t i = 0; i < result->package_count; i++)
        places += str_eq(result->packages[i]->name, p->name);
    if (places < 2 || p->kind->is_os)
        return p->name;
    return arena_printf(&t->arena, "%.*s\n%.*s", STR_ARG(p->name), STR_ARG(p->path));
}

static struct str title_text(struct table *t, const struct finding *f)
{
    const char *exploited = f->details.kev_added_s ? "known to be exploited: " : "";
    struct str title = f->details.title.len ? f->details.title : f->details.description;
    bool cut = title.len > MAX_TITLE;
    if (cut)
        title = str_head(title, term_fit(title, MAX_TITLE));
    const char *gap = title.len && f->url.len ? "\n" : "";
    return arena_printf(&t->arena, "%s%.*s%s%s%.*s", exploited, STR_ARG(title), cut ? "…" : "", gap, STR_ARG(f->url));
}

static bool fill_row(struct table *t, const struct result *result, const struct finding *f, struct grid_cell *cells)
{
    if (!cells)
        return false;
    const struct str texts[COLUMNS] = {
        library_text(t, result, f->package), f->id, str_from(severity_name(f->severity)), str_from(status_name(f->status)),
        f->package->version, f->fixed, title_text(t, f),
    };
    for (size_t c = 0; c < COLUMNS; c++)
        cells[c] = (struct grid_cell){ .text = texts[c] };
    cells[2].color = severity_colors[f->severity];
    return !t->arena.exhausted;
}

/* For lines too narrow for a table: a paragraph for each finding. */
static void put_list(struct table *t, const struct result *result)
{
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct finding *f = &result->findings[i];
        buf_chr(t->out, '\n');
        paint(t, severity_colors[f->severity], severity_name(f->severity));
        buf_printf(t->out, " %.*s (%s)\n  %.*s %.*s", STR_ARG(f->id), status_name(f->status), STR_ARG(f->package->name),
                   STR_ARG(f->package->version));
        if (f->fixed.len)
            buf_printf(t->out, "\n  fixed in %.*s", STR_ARG(f->fixed));
        struct str rest = title_text(t, f), line;
        while (str_line(&rest, &line)) {
            buf_text(t->out, "\n  ");
            put_safe(t->out, line);
        }
        buf_chr(t->out, '\n');
    }
}

static bool put_findings(struct table *t, const struct result *result)
{
    struct grid grid = { .arena = &t->arena, .titles = titles, .column_count = COLUMNS, .min_widths = min_widths,
                         .max_widths = max_widths, .merges = merges };
    uint32_t group = 0;
    for (size_t i = 0; i < result->finding_count; i++) {
        group += i == 0 || result->findings[i].package != result->findings[i - 1].package;
        if (!fill_row(t, result, &result->findings[i], grid_row(&grid, group)))
            return false;
    }
    buf_chr(t->out, '\n');
    if (!grid_draw(&grid, t->report->width, t->report->color, t->out))
        put_list(t, result);
    return true;
}

static void put_packages(struct table *t, const struct result *result)
{
    if (!t->report->list_all_packages)
        return;
    buf_text(t->out, "\nPackages:\n");
    for (size_t i = 0; i < result->package_count; i++) {
        const struct package *p = result->packages[i];
        buf_printf(t->out, "  %.*s %.*s", STR_ARG(p->name), STR_ARG(p->version));
        if (!p->kind->is_os)
            buf_printf(t->out, "  (%.*s)", STR_ARG(p->path));
        buf_chr(t->out, '\n');
    }
}

static bool put_result(struct table *t, const struct result *result)
{
    const char *plural = result->package_count == 1 ? "" : "s";
    if (result->coverage != COVERAGE_CHECKED) {
        put_heading(t, result->target);
        buf_text(t->out, "Total: ");
        paint(t, "33;1", "NOT CHECKED");
        buf_printf(t->out, " (%.*s), %zu package%s\n", STR_ARG(result->coverage_text), result->package_count, plural);
    } else if (result->finding_count == 0) {
        buf_chr(t->out, '\n');
        put_safe(t->out, result->target);
        buf_printf(t->out, ": no findings in %zu package%s\n", result->package_count, plural);
    } else {
        put_heading(t, result->target);
        put_totals(t, result);
        if (!put_findings(t, result))
            return false;
    }
    put_packages(t, result);
    return true;
}

/* ---- around the results ------------------------------------------------------------------------------------------------------------------ */

static void put_end_of_life(const struct table *t)
{
    const struct report *r = t->report;
    char date[32];
    if (!r->end_of_life)
        return;
    time_format(r->end_of_life_s, date);
    date[10] = '\0';
    paint(t, "31;1", "End of life:");
    buf_printf(t->out, " %.*s %.*s gets no security updates since %s; what was found later than that may be missing here.\n",
               STR_ARG(r->inventory->distro.family), STR_ARG(r->inventory->distro.release), date);
}

static void put_starter(const struct table *t)
{
    if (!t->report->database_info.is_starter)
        return;
    paint(t, "33;1", "Starter database:");
    buf_printf(t->out, " only %llu vulnerabilities are known to it, so much will be missing here. For a full answer give --db FILE, made by\n"
                       "drydock db build from advisory feeds or from Trivy's database (drydock db build --help).\n",
               (unsigned long long)t->report->database_info.vulnerability_count);
}

static void put_warnings(const struct table *t)
{
    const struct inventory *inventory = t->report->inventory;
    const struct matches *matches = t->report->matches;
    size_t count = inventory->warning_count + matches->warning_count;
    if (inventory->incomplete) {
        paint(t, "31;1", "\nIncomplete:");
        buf_text(t->out, " a package database or os-release could not be understood; packages are missing above.\n");
    }
    if (count)
        buf_text(t->out, "\nWarnings:\n");
    for (size_t i = 0; i < count; i++) {
        const struct catalog_warning *w = i < inventory->warning_count ? &inventory->warnings[i] : &matches->warnings[i - inventory->warning_count];
        buf_text(t->out, "  ");
        put_safe(t->out, w->path);
        buf_text(t->out, ": ");
        put_safe(t->out, w->text);
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
        put_safe(out, report->artifact_name);
        buf_text(out, ": no packages were found\n");
    }
    put_warnings(&t);
    buf_printf(out, "\nDatabase: %.*s\n", STR_ARG(report->database));
    put_starter(&t);
    if (!ok)
        arena_error(&t.arena, err);
    arena_free(&t.arena);
    return ok;
}
