/* The overview as a table in Markdown (GitHub Flavored Markdown, "Tables"), for merge requests and wikis. */
#include "report/overview.h"

/* What has a meaning in a cell is escaped; lines become breaks. */
static void put_cell(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n')
            buf_text(out, "<br>");
        else if (c == '<')
            buf_text(out, "&lt;");
        else if (c == '&')
            buf_text(out, "&amp;");
        else {
            if (strchr("\\`*_[]|~", c))
                buf_chr(out, '\\');
            buf_chr(out, c);
        }
    }
}

static bool put_row(const struct overview *o, const struct overview_row *row, struct arena *arena, struct buf *out)
{
    struct overview_words words;
    if (!overview_words(o, row, arena, &words))
        return false;
    const struct str texts[] = { words.image, words.system, words.size, words.packages };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        buf_text(out, "| ");
        put_cell(out, texts[i]);
        buf_chr(out, ' ');
    }
    for (int s = SEVERITY_COUNT - 1; s >= 0; s--)
        if (row->problem.len || !o->severities[s])
            buf_text(out, "| - ");
        else
            buf_printf(out, row->counts[s] && s >= SEVERITY_HIGH ? "| **%zu** " : "| %zu ", row->counts[s]);
    if (row->problem.len)
        buf_text(out, "| - | ");
    else
        buf_printf(out, "| %zu | ", row->fixable);
    put_cell(out, words.notes);
    buf_text(out, " |\n");
    return true;
}

static void put_differences(const struct overview *o, struct arena *arena, struct buf *out)
{
    if (o->difference_count == 0)
        return;
    buf_text(out, "\n## Not the same on all platforms\n\n| Package | Version | Vulnerability | Only on |\n|---|---|---|---|\n");
    for (size_t i = 0; i < o->difference_count; i++) {
        const struct overview_difference *d = &o->differences[i];
        const struct str texts[] = { d->name, d->version, d->id };
        for (size_t t = 0; t < ARRAY_LEN(texts); t++) {
            buf_text(out, "| ");
            put_cell(out, text_shown(arena, texts[t]));
            buf_chr(out, ' ');
        }
        buf_text(out, "| ");
        put_cell(out, overview_places(o, d, arena));
        buf_text(out, " |\n");
    }
}

bool overview_markdown_write(const struct overview *o, struct buf *out, struct error *err)
{
    struct arena arena;
    bool ok = true;
    arena_init(&arena, "overview", (size_t)1 << 30);
    buf_text(out, "# ");
    put_cell(out, text_shown(&arena, o->title));
    buf_text(out, "\n\n| Image | OS | Size | Packages | Critical | High | Medium | Low | Unknown | Fixable | Notes |\n"
                  "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n");
    for (size_t i = 0; ok && i < o->count; i++)
        ok = put_row(o, &o->rows[i], &arena, out);
    if (ok)
        put_differences(o, &arena, out);
    buf_text(out, "\nDatabase: ");
    put_cell(out, o->database);
    buf_text(out, "\n");
    ok = (ok && !arena.exhausted) || arena_error(&arena, err);
    arena_free(&arena);
    return ok;
}
