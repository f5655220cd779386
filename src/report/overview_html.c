/* The overview as one HTML page that needs nothing else (HTML Living Standard): no scripts, no fonts from elsewhere, light and dark by
 * what the reader prefers, and fit to be printed. */
#include "report/overview.h"

enum { MAX_MARKED_PLATFORMS = 10 };

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1b1f24;--dim:#59636e;--line:#d8dee4;--bg:#fff;--card:#f6f8fa;--c:#9b1c2e;--h:#b93815;--m:#8a5a00;"
    "--l:#0a5fb4;--u:#59636e;--cb:#fde7ea;--hb:#fdeee6;--mb:#fdf5dc;--bad:#b42318;--link:#0a5fb4}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--line:#30363d;--bg:#0d1117;--card:#161b22;--c:#ff9aa5;--h:#ffa57a;"
    "--m:#e3b341;--l:#79b8ff;--u:#9198a1;--cb:#4a1420;--hb:#43210f;--mb:#362a07;--bad:#ff8a80;--link:#79b8ff}}\n"
    "*{box-sizing:border-box}.wide{margin-top:1rem}body{font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,sans-serif;color:var(--ink);background:var(--bg);"
    "margin:0 auto;max-width:84rem;padding:2rem 1.5rem}\n"
    "h1{font-size:1.6rem;line-height:1.25;margin:0;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:2.25rem 0 .6rem}\n"
    "p{margin:.25rem 0}.dim{color:var(--dim)}.bad{color:var(--bad)}a{color:var(--link)}\n"
    ".cards{display:flex;flex-wrap:wrap;gap:.6rem;margin:1.25rem 0;padding:0;list-style:none}\n"
    ".cards li{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.45rem .75rem;min-width:5.6rem}\n"
    ".cards b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}.cards span{color:var(--dim);font-size:.85rem}\n"
    ".wide{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.45rem .7rem;border-top:1px solid var(--line);text-align:left;vertical-align:top}thead th{border-top:0}\n"
    "th{background:var(--card);font-weight:600;font-size:.85rem;white-space:nowrap}tbody th{background:none;font-size:1em;font-weight:400;"
    "white-space:normal}\n"
    ".n{text-align:right;white-space:nowrap}.m{text-align:center}.z{color:var(--dim)}.s4,.s3,.s2{font-weight:600}\n"
    ".s4{color:var(--c)}.s3{color:var(--h)}.s2{color:var(--m)}.s1{color:var(--l)}.s0{color:var(--u)}\n"
    "td.s4 b,td.s3 b,td.s2 b{border-radius:1rem;padding:.1rem .55rem;margin-right:-.55rem}\n"
    "td.s4 b{background:var(--cb)}td.s3 b{background:var(--hb)}td.s2 b{background:var(--mb)}td b{font-weight:inherit}\n"
    "code{font:.92em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;display:block;overflow-wrap:anywhere;min-width:13rem}\n"
    "code+code{color:var(--dim)}th a{font-size:.9em}td p{margin:0;font-size:.92em}.notes{min-width:13rem}.os{white-space:nowrap}.eol{color:var(--bad)}\n"
    "tbody tr:hover{background:var(--card)}\n"
    ".warn{border-left:4px solid var(--m);background:var(--mb);padding:.5rem .9rem;border-radius:.25rem;margin:1rem 0}\n"
    "footer{margin-top:2.25rem;font-size:.85rem;color:var(--dim)}\n"
    "@media print{@page{size:landscape;margin:12mm}body{font-size:11px;margin:0;padding:0;max-width:none}.wide{overflow:visible;border:0}"
    "tr,.cards li{break-inside:avoid}thead{display:table-header-group}td b,.cards li{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n";

static void put_text(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        switch (text.ptr[i]) {
        case '&': buf_text(out, "&amp;"); break;
        case '<': buf_text(out, "&lt;"); break;
        case '>': buf_text(out, "&gt;"); break;
        case '"': buf_text(out, "&quot;"); break;
        case '\'': buf_text(out, "&#39;"); break;
        default: buf_chr(out, text.ptr[i]);
        }
}

/* Names may be broken behind what divides them. */
static void put_name(struct buf *out, struct str name)
{
    buf_text(out, "<code>");
    while (name.len) {
        size_t n = 0;
        while (n < name.len && !strchr("/:@", name.ptr[n]))
            n++;
        put_text(out, str_head(name, n + 1));
        buf_text(out, n < name.len ? "<wbr>" : "");
        name = str_skip(name, n + 1);
    }
    buf_text(out, "</code>");
}

/* A paragraph for each line. */
static void put_lines(struct buf *out, const char *class, struct str text)
{
    for (struct str line; str_line(&text, &line);) {
        buf_printf(out, "<p%s%s%s>", class ? " class=\"" : "", class ? class : "", class ? "\"" : "");
        put_text(out, line);
        buf_text(out, "</p>");
    }
}

static void put_count(struct buf *out, const char *class, struct str number)
{
    buf_printf(out, "<td class=\"%s\"><b>%.*s</b></td>", class, STR_ARG(number));
}

static void put_cell(struct buf *out, const char *class, struct str text)
{
    buf_printf(out, "<td%s%s%s>", class ? " class=\"" : "", class ? class : "", class ? "\"" : "");
    put_text(out, text);
    buf_text(out, "</td>");
}

/* ---- above the table ------------------------------------------------------------------------------------------------------------ */

static void put_card(struct buf *out, const char *class, size_t n, const char *label)
{
    buf_printf(out, "<li><b%s%s%s>%zu</b><span>%s</span></li>\n", n ? " class=\"" : "", n ? class : "", n ? "\"" : "", n, label);
}

/* What the eye looks for first. Platforms of one image have much in common, so that sums over them mean nothing. */
static void put_cards(const struct overview *o, struct buf *out)
{
    static const char *const classes[SEVERITY_COUNT] = { "s0", "s1", "s2", "s3", "s4" };
    struct overview_totals totals = overview_totals(o);
    size_t failures = overview_failures(o);
    if (o->by_platform && !totals.end_of_life && !totals.unchecked && !totals.gates && !failures)
        return;
    buf_text(out, "<ul class=\"cards\">\n");
    put_card(out, "", o->count, o->by_platform ? "Platforms" : "Images");
    bool sums = !o->by_platform && totals.scanned;
    for (int s = SEVERITY_COUNT - 1; s >= 0 && sums; s--)
        if (o->severities[s])
            put_card(out, classes[s], totals.by[s], overview_severity_titles[s]);
    if (sums)
        put_card(out, "", totals.fixable, "Fixable");
    if (totals.end_of_life)
        put_card(out, "bad", totals.end_of_life, "Past end of life");
    if (totals.unchecked)
        put_card(out, "bad", totals.unchecked, "Not checked");
    if (totals.gates)
        put_card(out, "bad", totals.gates, "Failed a gate");
    if (failures)
        put_card(out, "bad", failures, "Not scanned");
    buf_text(out, "</ul>\n");
}

static void put_head(const struct overview *o, struct arena *arena, struct buf *out)
{
    char when[32];
    struct str title = text_shown(arena, o->title);
    time_format(time_printed(), when);
    when[10] = '\0';
    buf_text(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>");
    put_text(out, title);
    buf_printf(out, " – vulnerabilities</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>", style);
    put_text(out, title);
    buf_text(out, "</h1>\n<p class=\"dim\">Known vulnerabilities");
    if (o->by_platform)
        buf_printf(out, " on %zu platform%s", o->count, o->count == 1 ? "" : "s");
    buf_printf(out, ", %s</p>\n", when);
    if (o->filters.len) {
        buf_text(out, "<p class=\"dim\">Counted: ");
        put_text(out, text_shown(arena, o->filters));
        buf_text(out, "</p>\n");
    }
}

static void put_starter(const struct overview *o, struct arena *arena, struct buf *out)
{
    const struct note starter = note_starter(&o->database_info, arena);
    if (!starter.text.len)
        return;
    buf_printf(out, "<p class=\"warn\"><b>%s</b>: ", starter.label);
    put_text(out, starter.text);
    buf_text(out, "</p>\n");
}

/* ---- images ------------------------------------------------------------------------------------------------------------------------ */

static void put_names(const struct overview_row *row, struct arena *arena, struct buf *out)
{
    buf_text(out, "<tr><th scope=\"row\">");
    for (size_t i = 0; i < row->name_count; i++) {
        put_name(out, text_shown(arena, row->names[i]));
    }
    if (row->report.len) {
        buf_text(out, "<a href=\"");
        put_link(out, row->report);
        buf_text(out, "\">Report</a>");
    }
    buf_text(out, "</th>");
}

static bool put_row(const struct overview *o, const struct overview_row *row, struct arena *arena, struct buf *out)
{
    static const char *const classes[SEVERITY_COUNT] = { "n s0", "n s1", "n s2", "n s3", "n s4" };
    struct overview_words words;
    if (!overview_words(row, arena, &words))
        return false;
    put_names(row, arena, out);
    put_cell(out, row->end_of_life ? "os eol" : "os", words.system);
    put_cell(out, "n", words.size);
    put_cell(out, "n", words.packages);
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
        if (o->severities[s])
            put_count(out, row->counts[s] ? classes[s] : "n z", overview_number(row, row->counts[s], arena));
    put_count(out, row->fixable ? "n" : "n z", overview_number(row, row->fixable, arena));
    buf_text(out, words.notes.len ? "<td class=\"notes\">" : "<td>");
    put_lines(out, row->gate.len ? "bad" : "dim", words.notes);
    buf_text(out, "</td></tr>\n");
    return true;
}

static bool put_rows(const struct overview *o, struct arena *arena, struct buf *out)
{
    bool ok = true;
    if (overview_totals(o).scanned == 0)
        return true;
    buf_printf(
        out,
        "<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">OS</th><th scope=\"col\" class=\"n\">Size</th>"
        "<th scope=\"col\" class=\"n\">Packages</th>",
        o->by_platform ? "Platform" : "Image");
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
        if (o->severities[s])
            buf_printf(out, "<th scope=\"col\" class=\"n\">%s</th>", overview_severity_titles[s]);
    buf_text(out, "<th scope=\"col\" class=\"n\">Fixable</th><th scope=\"col\">Notes</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; ok && i < o->count; i++)
        ok = o->rows[i].problem.len || put_row(o, &o->rows[i], arena, out);
    buf_text(out, "</tbody>\n</table></div>\n");
    return ok;
}

static void put_failures(const struct overview *o, struct arena *arena, struct buf *out)
{
    size_t failures = overview_failures(o);
    if (failures == 0)
        return;
    buf_printf(out, "<h2 class=\"bad\">Could not be scanned: %zu of %zu</h2>\n<div class=\"wide\"><table>\n<tbody>\n", failures,
               overview_names(o));
    for (size_t i = 0; i < o->count; i++)
        if (o->rows[i].problem.len) {
            put_names(&o->rows[i], arena, out);
            put_cell(out, NULL, text_shown(arena, o->rows[i].problem));
            buf_text(out, "</tr>\n");
        }
    buf_text(out, "</tbody>\n</table></div>\n");
}

/* ---- differences by platform --------------------------------------------------------------------------------------------------------- */

static bool is_compared(const struct overview_row *row)
{
    return !row->problem.len && row->number < OVERVIEW_MAX_COMPARED;
}

/* Of few platforms each has a column with a mark; many are listed. */
static void put_places(const struct overview *o, const struct overview_difference *d, bool marks, struct arena *arena,
                       struct buf *out)
{
    if (!marks) {
        put_cell(out, NULL, overview_places(o, d, arena));
        return;
    }
    for (size_t i = 0; i < o->count; i++)
        if (is_compared(&o->rows[i]))
            buf_text(out, overview_has(&o->rows[i], d) ? "<td class=\"m\">✓</td>" : "<td class=\"m z\">–</td>");
}

static void put_differences(const struct overview *o, struct arena *arena, struct buf *out)
{
    bool marks = o->count <= MAX_MARKED_PLATFORMS;
    if (!o->by_platform || overview_totals(o).scanned < 2)
        return;
    if (o->difference_count == 0) {
        buf_text(out, "<p>Packages and findings are the same on all platforms.</p>\n");
        return;
    }
    buf_text(out, "<h2>Not the same on all platforms</h2>\n<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Package</th>"
                  "<th scope=\"col\">Version</th>");
    for (size_t i = 0; i < o->count && marks; i++)
        if (is_compared(&o->rows[i])) {
            buf_text(out, "<th scope=\"col\" class=\"m\">");
            put_text(out, text_shown(arena, o->rows[i].names[0]));
            buf_text(out, "</th>");
        }
    buf_text(out, marks ? "" : "<th scope=\"col\">Platforms</th>");
    buf_text(out, "<th scope=\"col\">Vulnerabilities</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < o->difference_count; i++) {
        const struct overview_difference *d = &o->differences[i];
        buf_text(out, "<tr>");
        put_cell(out, NULL, text_shown(arena, d->name));
        put_cell(out, NULL, text_shown(arena, d->version));
        put_places(o, d, marks, arena, out);
        put_cell(out, NULL, overview_findings(d, arena));
        buf_text(out, "</tr>\n");
    }
    buf_text(out, "</tbody>\n</table></div>\n");
}

/* ---- the page ------------------------------------------------------------------------------------------------------------------------- */

static void put_foot(const struct overview *o, struct arena *arena, struct buf *out)
{
    put_starter(o, arena, out);
    buf_text(out, "<footer>\n");
    if (o->left_out)
        buf_printf(out, "<p>Left out: %zu that %s no container image</p>\n", o->left_out, o->left_out == 1 ? "is" : "are");
    if (o->database.len) {
        buf_text(out, "<p>Database: ");
        put_text(out, text_shown(arena, o->database));
        buf_text(out, "</p>\n");
    }
    buf_text(out, "<p>Made by Drydock " DRYDOCK_VERSION "</p>\n</footer>\n</body>\n</html>\n");
}

bool overview_html_write(const struct overview *o, struct buf *out, struct error *err)
{
    struct arena arena;
    arena_init(&arena, "overview", (size_t)1 << 30);
    put_head(o, &arena, out);
    put_starter(o, &arena, out);
    put_cards(o, out);
    bool ok = put_rows(o, &arena, out);
    put_failures(o, &arena, out);
    put_differences(o, &arena, out);
    put_foot(o, &arena, out);
    ok = (ok && !arena.exhausted) || arena_error(&arena, err);
    arena_free(&arena);
    return ok;
}
