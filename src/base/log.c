/* The log and the progress line, both on standard error: see base.h. */
#include "base/base.h"

#include <unistd.h>

static struct {
    enum log_level max_level;
    enum log_format format;
    bool progress, progress_shown;
    unsigned progress_percent;
} state = { .max_level = LOG_INFO };

static const char *const level_names[] = { "ERROR", "WARN", "INFO", "DEBUG" };

void log_setup(enum log_level max_level, enum log_format format)
{
    state.max_level = max_level;
    state.format = format;
}

bool log_on(enum log_level level)
{
    return level <= state.max_level;
}

/* Text of an image must not move the cursor or end the line, nor break the JSON: bytes of control characters, and those that
 * are not UTF-8, are shown as \xNN. */
static void add_shown(struct buf *out, struct str text, bool json)
{
    while (text.len) {
        size_t n = str_shown_char(text);
        unsigned char c = (unsigned char)text.ptr[0];
        if (n == 0)
            buf_printf(out, json ? "\\\\x%02x" : "\\x%02x", c);
        else if (json && (c == '"' || c == '\\'))
            buf_printf(out, "\\%c", c);
        else
            buf_add(out, text.ptr, n);
        text = str_skip(text, n ? n : 1);
    }
}

void log_line(enum log_level level, const char *fmt, ...)
{
    if (!log_on(level))
        return;
    char text[2048], when[32];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    time_format(time_now(), when);
    struct buf line;
    buf_init(&line, 16384);
    bool json = state.format == LOG_JSON;
    buf_printf(&line, json ? "{\"time\":\"%s\",\"level\":\"%s\",\"message\":\"" : "%s %-5s ", when, level_names[level]);
    add_shown(&line, str_from(text), json);
    buf_text(&line, json ? "\"}\n" : "\n");
    progress_clear();
    fwrite(line.ptr, 1, line.len, stderr);
    buf_free(&line);
}

void progress_setup(bool wanted)
{
    state.progress = wanted && term_is_tty(STDERR_FILENO);
}

void progress_show(const char *what, uint64_t done, uint64_t total)
{
    if (!state.progress)
        return;
    unsigned percent = total ? (unsigned)(done > total ? 100 : done * 100 / total) : 0;
    if (state.progress_shown && percent == state.progress_percent)
        return;
    state.progress_percent = percent;
    fprintf(stderr, "\r\033[K%s %3u %%  (%llu of %llu MB)", what, percent, (unsigned long long)(done / 1000000),
            (unsigned long long)(total / 1000000));
    fflush(stderr);
    state.progress_shown = true;
}

void progress_clear(void)
{
    if (!state.progress_shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    state.progress_shown = false;
}
