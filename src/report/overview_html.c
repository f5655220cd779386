/* The overview as one HTML page that needs nothing else (HTML Living Standard): no scripts, no fonts from elsewhere, light and dark by
 * what the reader prefers, and fit to be printed. */
#include "report/overview.h"

static const char style[] =
    ":root{color-scheme:light dark;--ink:#1b1f24;--dim:#59636e;--line:#d8dee4;--bg:#fff;--head:#f6f8fa;--c:#a40e26;--h:#cf222e;--m:#9a6700;"
    "--l:#0969da}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--line:#3d444d;--bg:#0d1117;--head:#151b23;--c:#ff7b72;--h:#f85149;"
    "--m:#d29922;--l:#4493f8}}"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--bg);margin:2rem auto;max-width:80rem;padding:0 1rem}"
    "h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}p{color:var(--dim);margin:.25rem 0 1rem}"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th,td{padding:.4rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}"
    "th{background:var(--head);font-weight:600;white-space:nowrap}td.n,th.n{text-align:right;white-space:nowrap}"
    "td.z{color:var(--dim)}td.s4{color:var(--c);font-weight:700}td.s3{color:var(--h);font-weight:600}td.s2{color:var(--m)}td.s1{color:var(--l)}"
    "code{font:.92em ui-monospace,monospace;overflow-wrap:anywhere}.note{color:var(--dim)}.bad{color:var(--h)}"
    "@media print{body{margin:0;max-width:none}a{color:inherit}}";

static void put_text(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        switch (text.ptr[i]) {
        case '&': buf_text(out, "&amp;"); break;
        case '<': buf_text(out, "&lt;"); break;
        case '>': buf_text(out, "&gt;"); break;
        case '"': buf_text(out, "&quot;"); break;
        case '\'': buf_text(out, "&#39;"); break;
        case '\n': buf_text(out, "<br>"); break;
        default: buf_chr(out, text.ptr[i]);
        }
}

static void put_cell(struct buf *out, const char *class, struct str text)
{
    buf_printf(out, "<td%s%s%s>", class ? " class=\"" : "", class ? class : "", class ? "\"" : "");
    put_text(out, text);
    buf_text(out, "</td>");
}

static void put_number(struct buf *out, const char *class, size_t n)
{
    buf_printf(out, "<td class=\"n %s\">%zu</td>", n ? class : "z", n);
}

static void put_counts(const struct overview *o, const struct overview_row *row, struct buf *out)
{
    static const char *const classes[SEVERITY_COUNT] = { "", "s1", "s2", "s3", "s4" };
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
        if (row->problem.len || !o->severities[s])
            buf_text(out, "<td class=\"n z\">–</td>");
        else
            put_number(out, classes[s], row->counts[s]);
    if (row->problem.len)
        buf_text(out, "<td class=\"n z\">–</td>");
    else
        put_number(out, "", row->fixable);
}

static bool put_row(const struct overview *o, const struct overview_row *row, struct arena *arena, struct buf *out)
{
    struct overview_words words;
    if (!overview_words(o, row, arena, &words))
        return false;
    buf_text(out, "<tr><td><code>");
    put_text(out, words.image);
    buf_text(out, "</code>");
    if (row->report.len) {
        buf_text(out, " <a href=\"");
        put_text(out, row->report);
        buf_text(out, "\">report</a>");
    }
    buf_text(out, "</td>");
    put_cell(out, row->end_of_life ? "bad" : NULL, words.system);
    put_cell(out, "n", words.size);
    put_cell(out, "n", words.packages);
    put_counts(o, row, out);
    put_cell(out, row->problem.len || row->gate.len ? "bad" : "note", words.notes);
    buf_text(out, "</tr>\n");
    return true;
}

static void put_differences(const struct overview *o, struct arena *arena, struct buf *out)
{
    if (!o->by_platform || o->count < 2)
        return;
    buf_text(out, "<h2>By platform</h2>\n");
    if (o->difference_count == 0) {
        buf_text(out, "<p>Packages and findings are the same on all platforms.</p>\n");
        return;
    }
    buf_text(out,
             "<div class=\"wide\"><table><thead><tr><th>Package</th><th>Version</th><th>Vulnerability</th><th>Only on</th></tr>"
             "</thead><tbody>\n");
    for (size_t i = 0; i < o->difference_count; i++) {
        const struct overview_difference *d = &o->differences[i];
        buf_text(out, "<tr>");
        put_cell(out, NULL, text_shown(arena, d->name));
        put_cell(out, NULL, text_shown(arena, d->version));
        put_cell(out, NULL, text_shown(arena, d->id));
        put_cell(out, "note", overview_places(o, d, arena));
        buf_text(out, "</tr>\n");
    }
    buf_text(out, "</tbody></table></div>\n");
}

bool overview_html_write(const struct overview *o, struct buf *out, struct error *err)
{
    struct arena arena;
    bool ok = true;
    arena_init(&arena, "overview", (size_t)1 << 30);
    struct str title = text_shown(&arena, o->title);
    buf_text(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>");
    put_text(out, title);
    buf_printf(out, " · Drydock</title><style>%s</style></head>\n<body><h1>", style);
    put_text(out, title);
    buf_text(out, "</h1>\n<p>Vulnerabilities known to ");
    put_text(out, o->database);
    size_t failures = overview_failures(o);
    if (failures)
        buf_printf(out, ". <span class=\"bad\">%zu of %zu could not be scanned.</span>", failures, o->count);
    buf_printf(
        out,
        "</p>\n<div class=\"wide\"><table><thead><tr><th>%s</th><th>OS</th><th class=\"n\">Size</th><th class=\"n\">Packages</th>"
        "<th class=\"n\">Critical</th><th class=\"n\">High</th><th class=\"n\">Medium</th><th class=\"n\">Low</th>"
        "<th class=\"n\">Unknown</th><th class=\"n\">Fixable</th><th>Notes</th></tr></thead><tbody>\n",
        o->by_platform ? "Platform" : "Image");
    for (size_t i = 0; ok && i < o->count; i++)
        ok = put_row(o, &o->rows[i], &arena, out);
    buf_text(out, "</tbody></table></div>\n");
    if (ok)
        put_differences(o, &arena, out);
    buf_text(out, "</body></html>\n");
    ok = (ok && !arena.exhausted) || arena_error(&arena, err);
    arena_free(&arena);
    return ok;
}
