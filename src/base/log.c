/* The log, on standard error: see base.h. */
#include "base/base.h"

static struct {
    enum log_level max_level;
    enum log_format format;
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

/* What is left of a text that is shown on a terminal breaks JSON by these two only. */
static void add_quoted(struct buf *out, struct str shown)
{
    for (size_t i = 0; i < shown.len; i++) {
        if (shown.ptr[i] == '"' || shown.ptr[i] == '\\')
            buf_chr(out, '\\');
        buf_chr(out, shown.ptr[i]);
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
    struct buf shown, line;
    buf_init(&shown, 4 * sizeof text);
    buf_init(&line, 16384);
    buf_shown(&shown, str_from(text)); /* text of an image must not move the cursor or end the line */
    if (state.format == LOG_JSON) {
        buf_printf(&line, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":\"", when, level_names[level]);
        add_quoted(&line, buf_view(&shown));
        buf_text(&line, "\"}\n");
    } else {
        buf_printf(&line, "%s %-5s %.*s\n", when, level_names[level], STR_ARG(buf_view(&shown)));
    }
    progress_clear();
    fwrite(line.ptr, 1, line.len, stderr);
    buf_free(&shown);
    buf_free(&line);
}
