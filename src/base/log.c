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
