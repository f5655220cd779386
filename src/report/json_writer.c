/* Indented JSON: see parts.h. */
#include "report/parts.h"

#include "codec/codec.h"

#include <math.h>

static void begin_value(struct json_writer *w, const char *key)
{
    if (!w->first)
        buf_chr(w->out, ',');
    if (w->depth) {
        buf_chr(w->out, '\n');
        for (unsigned i = 0; i < w->depth; i++)
            buf_text(w->out, "  ");
    }
    w->first = false;
    if (key) {
        json_put_string(w->out, str_from(key));
        buf_text(w->out, ": ");
    }
}

void jw_open(struct json_writer *w, const char *key, char bracket)
{
    begin_value(w, key);
    buf_chr(w->out, bracket);
    w->depth++;
    w->first = true;
}

void jw_close(struct json_writer *w, char bracket)
{
    w->depth--;
    if (!w->first) {
        buf_chr(w->out, '\n');
        for (unsigned i = 0; i < w->depth; i++)
            buf_text(w->out, "  ");
    }
    buf_chr(w->out, bracket);
    w->first = false;
}

void jw_text(struct json_writer *w, const char *key, struct str value)
{
    begin_value(w, key);
    json_put_string(w->out, value);
}

void jw_text_given(struct json_writer *w, const char *key, struct str value)
{
    if (value.len)
        jw_text(w, key, value);
}

void jw_number(struct json_writer *w, const char *key, double value)
{
    begin_value(w, key);
    buf_printf(w->out, "%.7g", isfinite(value) ? value : 0); /* what a float holds; the program stays in the "C" locale */
}

void jw_u64(struct json_writer *w, const char *key, uint64_t value)
{
    begin_value(w, key);
    buf_printf(w->out, "%llu", (unsigned long long)value);
}

void jw_bool(struct json_writer *w, const char *key, bool value)
{
    begin_value(w, key);
    buf_text(w->out, value ? "true" : "false");
}

void jw_raw(struct json_writer *w, const char *key, struct str json)
{
    begin_value(w, key);
    buf_str(w->out, json);
}

void jw_texts(struct json_writer *w, const char *key, const struct str *values, size_t count)
{
    jw_open(w, key, '[');
    for (size_t i = 0; i < count; i++)
        jw_text(w, NULL, values[i]);
    jw_close(w, ']');
}

void jw_time(struct json_writer *w, const char *key, int64_t unix_s)
{
    char text[32];
    time_format(unix_s, text);
    jw_text(w, key, str_from(text));
}

void jw_time_given(struct json_writer *w, const char *key, int64_t unix_s)
{
    if (unix_s)
        jw_time(w, key, unix_s);
}

/* DEL and the C1 controls need no escape in JSON, but a terminal obeys them: they are written as \u007f to \u009f. In a
 * document that is UTF-8 they can only stand in strings. */
void put_json_shown(struct buf *out, struct str json)
{
    size_t plain = 0;
    for (size_t i = 0; i < json.len; i++) {
        unsigned char c = (unsigned char)json.ptr[i], next = i + 1 < json.len ? (unsigned char)json.ptr[i + 1] : 0;
        bool is_c1 = c == 0xC2 && next >= 0x80 && next < 0xA0;
        if (c != 0x7F && !is_c1)
            continue;
        buf_add(out, json.ptr + plain, i - plain);
        buf_printf(out, "\\u%04x", is_c1 ? next : c);
        i += is_c1;
        plain = i + 1;
    }
    buf_str(out, str_skip(json, plain));
}
