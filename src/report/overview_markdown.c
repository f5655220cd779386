/* The overview as a document in Markdown (GitHub Flavored Markdown, "Tables"), for merge requests and wikis. */
#include "report/overview.h"

/* What has a meaning is escaped; lines become breaks; "@" is written so that nobody is notified. */
static void put_plain(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n')
            buf_text(out, "<br>");
        else if (c == '@')
            buf_text(out, "&#64;");
        else if (strchr("\\`*_[]|~<>&#!", c) && c)
            buf_printf(out, "\\%c", c);
        else
            buf_chr(out, c);
    }
}

/* Longest run of backticks: the marks around have one more (CommonMark, "Code spans"). In tables a bar is escaped even there. */
static void put_code(struct buf *out, struct str text)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < text.len; i++) {
        run = text.ptr[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (size_t i = 0; i <= longest; i++)
        buf_chr(out, '`');
    if (longest)
        buf_chr(out, ' ');
    for (size_t i = 0; i < text.len; i++)
        buf_printf(out, text.ptr[i] == '|' ? "\\|" : "%c", text.ptr[i]);
    if (longest)
        buf_chr(out, ' ');
    for (size_t i = 0; i <= longest; i++)
        buf_chr(out, '`');
}

static void put_names(const struct overview_row *row, struct arena *arena, struct buf *out)
{
    for (size_t i = 0; i < row->name_count; i++) {
        buf_text(out, i ? "<br>" : "");
        put_code(out, text_shown(arena, row->names[i]));
    }
    if (!row->report.len)
        return;
    buf_text(out, " [report](");
    put_link(out, row->report);
    buf_chr(out, ')');
}

static bool put_row(const struct overview *o, const struct overview_row *row, struct arena *arena, struct buf *out)
{
    struct overview_words words;
    if (!overview_words(row, arena, &words))
        return false;
    buf_text(out, "| ");
    put_names(row, arena, out);
    const struct str texts[] = { words.system, words.size, words.packages };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        buf_text(out, " | ");
        put_plain(out, texts[i]);
    }
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
        if (o->severities[s])
            buf_printf(out, row->counts[s] && s >= SEVERITY_HIGH ? " | **%.*s**" : " | %.*s",
                       STR_ARG(overview_number(row, row->counts[s], arena)));
    buf_printf(out, " | %.*s | ", STR_ARG(overview_number(row, row->fixable, arena)));
    put_plain(out, words.notes);
    buf_text(out, " |\n");
    return true;
}

static bool put_rows(const struct overview *o, struct arena *arena, struct buf *out)
{
    bool ok = true;
    if (overview_totals(o).scanned == 0)
        return true;
    buf_printf(out, "\n| %s | OS | Size | Packages |", o->by_platform ? "Platform" : "Image");
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
        if (o->severities[s])
            buf_printf(out, " %s |", overview_severity_titles[s]);
    buf_text(out, " Fixable | Notes |\n|---|---|--:|--:|");
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
        if (o->severities[s])
            buf_text(out, "--:|");
    buf_text(out, "--:|---|\n");
    for (size_t i = 0; ok && i < o->count; i++)
        ok = o->rows[i].problem.len || put_row(o, &o->rows[i], arena, out);
    return ok;
}

static void put_failures(const struct overview *o, struct arena *arena, struct buf *out)
{
    size_t failures = overview_failures(o);
    if (failures == 0)
        return;
    buf_printf(out, "\n## Could not be scanned: %zu of %zu\n\n", failures, overview_names(o));
    for (size_t i = 0; i < o->count; i++) {
        const struct overview_row *row = &o->rows[i];
        if (!row->problem.len)
            continue;
        buf_text(out, "- ");
        put_names(row, arena, out);
        buf_text(out, ": ");
        put_plain(out, text_shown(arena, row->problem));
        buf_chr(out, '\n');
    }
}

static void put_differences(const struct overview *o, struct arena *arena, struct buf *out)
{
    if (!o->by_platform || overview_totals(o).scanned < 2)
        return;
    if (o->difference_count == 0) {
        buf_text(out, "\nPackages and findings are the same on all platforms.\n");
        return;
    }
    buf_text(out,
             "\n## Not the same on all platforms\n\n| Package | Version | Platforms | Vulnerabilities |\n|---|---|---|---|\n");
    for (size_t i = 0; i < o->difference_count; i++) {
        const struct overview_difference *d = &o->differences[i];
        const struct str texts[] = { text_shown(arena, d->name), text_shown(arena, d->version), overview_places(o, d, arena),
                                     overview_findings(d, arena) };
        for (size_t t = 0; t < ARRAY_LEN(texts); t++) {
            buf_text(out, t ? " | " : "| ");
            put_plain(out, texts[t]);
        }
        buf_text(out, " |\n");
    }
}

static void put_line(struct buf *out, const char *label, struct str text)
{
    if (!text.len)
        return;
    buf_printf(out, "\n%s: ", label);
    put_plain(out, text);
    buf_chr(out, '\n');
}

bool overview_markdown_write(const struct overview *o, struct buf *out, struct error *err)
{
    struct arena arena;
    arena_init(&arena, "overview", (size_t)1 << 30);
    const struct note starter = note_starter(&o->database_info, &arena);
    buf_text(out, "# ");
    put_plain(out, text_shown(&arena, o->title));
    buf_chr(out, '\n');
    put_line(out, starter.label, starter.text);
    put_line(out, "Counted", o->filters);
    bool ok = put_rows(o, &arena, out);
    put_failures(o, &arena, out);
    put_differences(o, &arena, out);
    if (o->left_out)
        buf_printf(out, "\nLeft out: %zu that %s no container image.\n", o->left_out, o->left_out == 1 ? "is" : "are");
    put_line(out, "Database", text_shown(&arena, o->database));
    put_line(out, starter.label, starter.text);
    ok = (ok && !arena.exhausted) || arena_error(&arena, err);
    arena_free(&arena);
    return ok;
}
