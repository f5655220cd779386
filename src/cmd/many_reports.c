/* Reports of single images beside an overview (--report-dir), and how they are seen from the overview's own file. */
#define _GNU_SOURCE /* realpath */
#include "cmd/many.h"

#include <stdlib.h>

/* The image's name as a file's: what may be trouble becomes "_". */
static struct str report_file(struct many *m, const char *name, size_t number)
{
    char base[200];
    size_t n = 0;
    for (const char *p = name; *p && n < sizeof base; p++) {
        bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("._-", *p);
        bool is_second = n && base[n - 1] == '_';
        if (plain && !(n == 0 && *p == '.'))
            base[n++] = *p;
        else if (n && !is_second)
            base[n++] = '_';
    }
    return arena_printf(&m->arena, "%04zu-%.*s.%s", number, (int)n, base, str_is(m->o->report_format, "table") ? "txt" : "json");
}

/* How `to` is reached from `from`: both are absolute and without dots. */
static struct str relative_path(struct str from, struct str to, struct arena *arena)
{
    size_t same = 0;
    for (size_t i = 0; i <= from.len && i <= to.len; i++) {
        bool a = i == from.len || from.ptr[i] == '/', b = i == to.len || to.ptr[i] == '/';
        if (a && b)
            same = i;
        if (i == from.len || i == to.len || from.ptr[i] != to.ptr[i])
            break;
    }
    struct str up = { 0 }, rest = str_skip(from, same), part;
    while (str_next(&rest, '/', &part))
        if (part.len)
            up = arena_printf(arena, "%.*s../", STR_ARG(up));
    struct str down = str_skip(to, same);
    while (down.len && down.ptr[0] == '/')
        down = str_skip(down, 1);
    return arena_printf(arena, "%.*s%.*s%s", STR_ARG(up), STR_ARG(down), down.len ? "/" : "");
}

/* The folder of reports as seen from the overview's, with a slash at the end; on standard output from here. */
static struct str folder_as_seen(struct many *m)
{
    const struct image_options *o = m->o;
    struct str folder = path_dir(o->s.output), place;
    if (!folder.len)
        folder = str_starts(o->s.output, "/") ? STR("/") : STR(".");
    char *from_text = arena_cstr(&m->arena, folder), *to_text = arena_cstr(&m->arena, o->report_dir);
    char *from = from_text ? realpath(from_text, NULL) : NULL, *to = to_text ? realpath(to_text, NULL) : NULL;
    if (from && to)
        place = relative_path(str_is(str_from(from), "/") ? STR("") : str_from(from), str_from(to), &m->arena);
    else
        place = arena_printf(&m->arena, "%.*s/", STR_ARG(o->report_dir));
    free(from);
    free(to);
    return place;
}

bool own_report_write(struct many *m, const struct judgement *j, struct overview_row *row, struct error *err)
{
    const struct image_options *o = m->o;
    struct buf text;
    struct str file = report_file(m, j->name, row->number + 1);
    struct str path = arena_printf(&m->arena, "%.*s/%.*s", STR_ARG(o->report_dir), STR_ARG(file));
    struct str seen = folder_as_seen(m);
    if (m->arena.exhausted)
        return arena_error(&m->arena, err);
    const struct report_format *format = report_format_find(o->report_format.len ? o->report_format : STR("json"));
    struct report report = j->report;
    report.width = 0;
    report.color = false;
    buf_init(&text, (size_t)2 << 30);
    bool ok = format->write(&report, &text, err) &&
              (!text.failed || error_set(err, ERROR_LIMIT, "%s: the report is too large", path.ptr)) &&
              file_write(path.ptr, buf_view(&text), err);
    buf_free(&text);
    row->report = arena_printf(&m->arena, "%.*s%.*s", STR_ARG(seen), STR_ARG(file));
    return ok && (row->report.ptr || arena_error(&m->arena, err));
}
