/* Overviews of many images: the order of rows, the words in them, the table of formats. */
#include "report/overview.h"

#include <stdlib.h>

const char *const overview_severity_titles[SEVERITY_COUNT] = { "Unkn", "Low", "Med", "High", "Crit" };

/* ---- order ------------------------------------------------------------------------------------------------------------------- */

typedef int compare_rows(const struct overview_row *, const struct overview_row *);

static int greater_first(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

static int by_name(const struct overview_row *a, const struct overview_row *b)
{
    return a->name_count && b->name_count ? str_cmp(a->names[0], b->names[0]) : 0;
}

static int by_severity(const struct overview_row *a, const struct overview_row *b)
{
    for (int s = SEVERITY_COUNT - 1; s > 0; s--)
        if (a->counts[s] != b->counts[s])
            return greater_first(a->counts[s], b->counts[s]);
    return greater_first(a->counts[0], b->counts[0]);
}

static int by_fixable(const struct overview_row *a, const struct overview_row *b)
{
    return greater_first(a->fixable, b->fixable);
}

static int by_size(const struct overview_row *a, const struct overview_row *b)
{
    return greater_first(a->size_bytes, b->size_bytes);
}

static int by_packages(const struct overview_row *a, const struct overview_row *b)
{
    return greater_first(a->os_packages + a->language_packages, b->os_packages + b->language_packages);
}

static int by_system(const struct overview_row *a, const struct overview_row *b)
{
    int order = str_cmp(a->distro.family, b->distro.family);
    return order ? order : str_cmp(a->distro.release, b->distro.release);
}

static const struct {
    const char *key;
    compare_rows *compare;
} orders[] = {
    { "name", by_name }, { "severity", by_severity }, { "fixable", by_fixable },
    { "size", by_size }, { "packages", by_packages }, { "os", by_system },
};

/* Stable, and rows are few: by insertion. */
static void sort_rows(struct overview *o, compare_rows *compare)
{
    for (size_t i = 1; i < o->count; i++) {
        struct overview_row row = o->rows[i];
        size_t at = i;
        for (; at > 0; at--) {
            const struct overview_row *before = &o->rows[at - 1];
            int order = (before->problem.len > 0) - (row.problem.len > 0);
            if (order == 0 && !row.problem.len)
                order = compare(before, &row);
            if (order <= 0)
                break;
            o->rows[at] = *before;
        }
        o->rows[at] = row;
    }
}

static int as_given(const struct overview_row *a, const struct overview_row *b)
{
    (void)a;
    (void)b;
    return 0;
}

bool overview_sort(struct overview *o, struct str key, struct error *err)
{
    if (!key.len) {
        sort_rows(o, as_given);
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        if (str_is(key, orders[i].key)) {
            sort_rows(o, orders[i].compare);
            return true;
        }
    return error_set(err, ERROR_USAGE, "--sort: \"%.*s\" is none of name, severity, fixable, size, packages, os", STR_ARG(key));
}

/* ---- words ------------------------------------------------------------------------------------------------------------------- */

static struct str size_text(struct arena *arena, uint64_t bytes)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 999.5 && unit + 1 < ARRAY_LEN(units)) {
        value /= 1000;
        unit++;
    }
    return arena_printf(arena, unit && value < 99.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static struct str platform_words(struct arena *arena, const struct image_platform *p)
{
    return arena_printf(arena, "%.*s/%.*s%s%.*s", STR_ARG(p->os), STR_ARG(p->arch), p->variant.len ? "/" : "",
                        STR_ARG(p->variant));
}

static struct str image_words(const struct overview *o, const struct overview_row *row, struct arena *arena)
{
    struct str all = { 0 };
    if (o->by_platform)
        return text_shown(arena, platform_words(arena, &row->platform));
    for (size_t i = 0; i < row->name_count; i++)
        all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all), i ? "\n" : "", STR_ARG(text_shown(arena, row->names[i])));
    return all;
}

static void add_note(struct arena *arena, struct str *notes, struct str note)
{
    if (note.len)
        *notes = arena_printf(arena, "%.*s%s%.*s", STR_ARG(*notes), notes->len ? "\n" : "", STR_ARG(text_shown(arena, note)));
}

static struct str end_of_life_words(struct arena *arena, const struct overview_row *row)
{
    char date[32];
    if (!row->end_of_life)
        return (struct str){ 0 };
    time_format(row->end_of_life_s, date);
    date[10] = '\0';
    return arena_printf(arena, "end of life since %s", date);
}

bool overview_words(const struct overview *o, const struct overview_row *row, struct arena *arena, struct overview_words *out)
{
    struct overview_words w = { .image = image_words(o, row, arena) };
    if (!row->problem.len) {
        struct str system = arena_printf(arena, "%.*s%s%.*s", STR_ARG(row->distro.family), row->distro.release.len ? " " : "",
                                         STR_ARG(row->distro.release));
        w.system = row->distro_known ? text_shown(arena, system) : STR("none");
        w.size = size_text(arena, row->size_bytes);
        w.packages = arena_printf(arena, "%zu", row->os_packages + row->language_packages);
        add_note(arena, &w.notes, end_of_life_words(arena, row));
        if (row->unchecked.len)
            add_note(arena, &w.notes, arena_printf(arena, "NOT CHECKED (%.*s)", STR_ARG(row->unchecked)));
        if (row->incomplete)
            add_note(arena, &w.notes, STR("incomplete: a package database could not be understood"));
        add_note(arena, &w.notes, row->gate);
    } else {
        add_note(arena, &w.notes, arena_printf(arena, "could not be scanned: %.*s", STR_ARG(row->problem)));
    }
    *out = w;
    return !arena->exhausted;
}

bool overview_has(const struct overview_row *row, const struct overview_difference *d)
{
    return row->number < 64 && (d->rows & UINT64_C(1) << row->number);
}

struct str overview_places(const struct overview *o, const struct overview_difference *d, struct arena *arena)
{
    struct str all = { 0 };
    for (size_t i = 0; i < o->count; i++)
        if (overview_has(&o->rows[i], d))
            all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all), all.len ? ", " : "",
                               STR_ARG(platform_words(arena, &o->rows[i].platform)));
    return text_shown(arena, all);
}

size_t overview_failures(const struct overview *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->count; i++)
        n += o->rows[i].problem.len > 0;
    return n;
}

/* ---- formats ----------------------------------------------------------------------------------------------------------------- */

static const struct overview_format formats[] = {
    { "table", "a table for people", overview_table_write },
    { "json", "all rows as JSON", overview_json_write },
    { "markdown", "a table in Markdown", overview_markdown_write },
    { "html", "a page that stands alone", overview_html_write },
    { 0 },
};

const struct overview_format *overview_formats(void)
{
    return formats;
}

const struct overview_format *overview_format_find(struct str name)
{
    for (const struct overview_format *format = formats; format->name; format++)
        if (str_is(name, format->name))
            return format;
    return NULL;
}
