/* Progress on a terminal's standard error: one line, or one for each of several things that go on at once; see base.h. What is drawn
 * is drawn over by the next, and cleared before anything else is written. Control sequences: ECMA-48. */
#include "base/base.h"

#include <unistd.h>

enum { MAX_ITEMS = 16, BAR_COLUMNS = 24, MAX_NAME_COLUMNS = 24 };

static struct {
    bool wanted;
    size_t lines; /* that are drawn; the cursor stands at the end of the last */
    struct buf last;
} state;

void progress_setup(bool wanted)
{
    state.wanted = wanted && term_is_tty(STDERR_FILENO);
    if (!state.last.max)
        buf_init(&state.last, 16384);
}

void progress_clear(void)
{
    if (!state.lines)
        return;
    fputs("\r\033[K", stderr);
    for (; state.lines > 1; state.lines--)
        fputs("\033[A\033[K", stderr);
    fflush(stderr);
    state.lines = 0;
    buf_clear(&state.last);
}

/* What stands there already is left alone, so that nothing flickers. */
static void draw(const struct buf *text, size_t lines)
{
    if (text->failed || (state.lines && str_eq(buf_view(text), buf_view(&state.last))))
        return;
    progress_clear();
    fwrite(text->ptr, 1, text->len, stderr);
    fflush(stderr);
    buf_str(&state.last, buf_view(text));
    state.lines = lines;
}

static unsigned percent_of(uint64_t done, uint64_t total)
{
    return total == 0 ? 0 : done >= total ? 100 : (unsigned)(done * 100 / total);
}

static void put_total(struct buf *out, const char *what, uint64_t done, uint64_t total)
{
    if (!total)
        buf_printf(out, "%s  %llu MB", what, (unsigned long long)(done / 1000000));
    else
        buf_printf(out, "%s %3u %%  (%llu of %llu MB)", what, percent_of(done, total), (unsigned long long)(done / 1000000),
                   (unsigned long long)(total / 1000000));
}

void progress_show(const char *what, uint64_t done, uint64_t total)
{
    struct buf text;
    if (!state.wanted)
        return;
    buf_init(&text, 4096);
    put_total(&text, what, done, total);
    draw(&text, 1);
    buf_free(&text);
}

static void put_item(struct buf *out, const struct progress_item *item)
{
    unsigned filled = item->ended ? BAR_COLUMNS : percent_of(item->done, item->total) * BAR_COLUMNS / 100;
    buf_printf(out, "%.*s  ", STR_ARG(str_head(item->name, term_fit(item->name, MAX_NAME_COLUMNS))));
    for (unsigned i = 0; i < BAR_COLUMNS; i++)
        buf_text(out, i < filled ? "━" : "─");
    if (item->total)
        buf_printf(out, "  %.1f of %.1f MB\n", (double)item->done / 1e6, (double)item->total / 1e6);
    else
        buf_printf(out, "  %.1f MB\n", (double)item->done / 1e6);
}

void progress_items(const char *what, const struct progress_item *items, size_t count)
{
    struct buf text;
    uint64_t done = 0, total = 0;
    size_t lines = 1;
    if (!state.wanted)
        return;
    buf_init(&text, 16384);
    for (size_t i = 0; i < count; i++) {
        done += items[i].done;
        total += items[i].total;
        if (items[i].done && !items[i].ended && lines <= MAX_ITEMS) {
            put_item(&text, &items[i]);
            lines++;
        }
    }
    put_total(&text, what, done, total);
    draw(&text, lines);
    buf_free(&text);
}
