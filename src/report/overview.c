/* Overviews of many images: the order of rows, the words in them, the table of formats. */
#include "report/overview.h"

#include <stdlib.h>

const char *const overview_severity_titles[SEVERITY_COUNT] = { "Unknown", "Low", "Medium", "High", "Critical" };

/* ---- order ------------------------------------------------------------------------------------------------------------------- */

static int greater_first(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

/* Failures come last; what is equal stays in the order of the scans. */
static int settle(const struct overview_row *a, const struct overview_row *b, int order)
{
    int failed = (a->problem.len > 0) - (b->problem.len > 0);
    if (failed || a->problem.len)
        order = failed;
    return order ? order : (a->number > b->number) - (a->number < b->number);
}

static int as_given(const void *a, const void *b)
{
    return settle(a, b, 0);
}

static int by_name(const void *a, const void *b)
{
    const struct overview_row *x = a, *y = b;
    return settle(x, y, x->name_count && y->name_count ? str_cmp(x->names[0], y->names[0]) : 0);
}

static int by_severity(const void *a, const void *b)
{
    const struct overview_row *x = a, *y = b;
    int order = 0;
    for (int s = SEVERITY_COUNT - 1; s > 0 && order == 0; s--)
        order = greater_first(x->counts[s], y->counts[s]);
    return settle(x, y, order ? order : greater_first(x->counts[0], y->counts[0]));
}

static int by_fixable(const void *a, const void *b)
{
    const struct overview_row *x = a, *y = b;
    return settle(x, y, greater_first(x->fixable, y->fixable));
}

static int by_size(const void *a, const void *b)
{
    const struct overview_row *x = a, *y = b;
    return settle(x, y, greater_first(x->size_bytes, y->size_bytes));
}

static int by_packages(const void *a, const void *b)
{
    const struct overview_row *x = a, *y = b;
    return settle(x, y, greater_first(x->os_packages + x->language_packages, y->os_packages + y->language_packages));
}

/* Releases as people count them: "9" before "12.5". */
static int compare_releases(struct str a, struct str b)
{
    struct str x, y;
    while (a.len && b.len) {
        uint64_t n, m;
        str_cut(a, '.', &x, &a);
        str_cut(b, '.', &y, &b);
        int order = str_u64(x, &n) && str_u64(y, &m) ? (n > m) - (n < m) : str_cmp(x, y);
        if (order)
            return order;
    }
    return (a.len > 0) - (b.len > 0);
}

static int by_system(const void *a, const void *b)
{
    const struct overview_row *x = a, *y = b;
    int order = str_cmp(x->distro.family, y->distro.family);
    return settle(x, y, order ? order : compare_releases(x->distro.release, y->distro.release));
}

static const struct {
    const char *key;
    int (*compare)(const void *, const void *);
} orders[] = {
    { "", as_given },    { "name", by_name },         { "severity", by_severity }, { "fixable", by_fixable },
    { "size", by_size }, { "packages", by_packages }, { "os", by_system },
};

bool overview_sort(struct overview *o, struct str key, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        if (str_is(key, orders[i].key)) {
            if (o->count > 1)
                qsort(o->rows, o->count, sizeof *o->rows, orders[i].compare);
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

bool overview_words(const struct overview_row *row, struct arena *arena, struct overview_words *out)
{
    struct overview_words w = { .system = STR("none") };
    if (row->distro_known)
        w.system = text_shown(arena, arena_printf(arena, "%.*s%s%.*s", STR_ARG(row->distro.family),
                                                  row->distro.release.len ? " " : "", STR_ARG(row->distro.release)));
    if (row->size_bytes)
        w.size = size_text(arena, row->size_bytes);
    w.packages = arena_printf(arena, "%zu", row->os_packages + row->language_packages);
    add_note(arena, &w.notes, end_of_life_words(arena, row));
    if (row->unchecked.len)
        add_note(arena, &w.notes, arena_printf(arena, "NOT CHECKED (%.*s)", STR_ARG(row->unchecked)));
    if (row->incomplete)
        add_note(arena, &w.notes, STR("incomplete: a package database or os-release could not be understood"));
    add_note(arena, &w.notes, row->gate);
    *out = w;
    return !arena->exhausted;
}

struct str overview_number(const struct overview_row *row, size_t n, struct arena *arena)
{
    return n == 0 && row->unchecked.len ? STR("?") : arena_printf(arena, "%zu", n);
}

struct overview_totals overview_totals(const struct overview *o)
{
    struct overview_totals t = { 0 };
    for (size_t i = 0; i < o->count; i++) {
        const struct overview_row *row = &o->rows[i];
        if (row->problem.len)
            continue;
        for (int s = 0; s < SEVERITY_COUNT; s++) {
            t.by[s] += row->counts[s];
            t.all += row->counts[s];
        }
        t.scanned++;
        t.fixable += row->fixable;
        t.end_of_life += row->end_of_life;
        t.unchecked += row->unchecked.len > 0;
        t.gates += row->gate.len > 0;
    }
    return t;
}

size_t overview_failures(const struct overview *o)
{
    return o->count - overview_totals(o).scanned;
}

size_t overview_names(const struct overview *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->count; i++)
        n += o->rows[i].name_count;
    return n;
}

void put_link(struct buf *out, struct str path)
{
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~/", c));
        buf_printf(out, plain ? "%c" : "%%%02X", c);
    }
}

/* ---- differences ------------------------------------------------------------------------------------------------------------- */

bool overview_has(const struct overview_row *row, const struct overview_difference *d)
{
    return row->number < OVERVIEW_MAX_COMPARED && (d->rows & UINT64_C(1) << row->number);
}

static struct str list_places(const struct overview *o, const struct overview_difference *d, bool having, struct arena *arena)
{
    struct str all = { 0 };
    for (size_t i = 0; i < o->count; i++) {
        const struct overview_row *row = &o->rows[i];
        if (!row->problem.len && row->number < OVERVIEW_MAX_COMPARED && overview_has(row, d) == having && row->name_count)
            all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all), all.len ? ", " : "", STR_ARG(row->names[0]));
    }
    return text_shown(arena, all);
}

struct str overview_places(const struct overview *o, const struct overview_difference *d, struct arena *arena)
{
    size_t having = 0, lacking = 0;
    for (size_t i = 0; i < o->count; i++)
        if (!o->rows[i].problem.len && o->rows[i].number < OVERVIEW_MAX_COMPARED)
            *(overview_has(&o->rows[i], d) ? &having : &lacking) += 1;
    if (lacking == 0 || having <= lacking + 1)
        return list_places(o, d, true, arena);
    return arena_printf(arena, "all but %.*s", STR_ARG(list_places(o, d, false, arena)));
}

struct str overview_findings(const struct overview_difference *d, struct arena *arena)
{
    struct str all = { 0 };
    for (size_t i = 0; i < d->id_count; i++)
        all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all),
                           i               ? ", "
                           : d->is_package ? ""
                                           : "found only there: ",
                           STR_ARG(d->ids[i]));
    return text_shown(arena, all);
}

/* ---- formats ----------------------------------------------------------------------------------------------------------------- */

static const struct overview_format formats[] = {
    { "table", overview_table_write },
    { "json", overview_json_write },
    { "markdown", overview_markdown_write },
    { "html", overview_html_write },
    { 0 },
};

const struct overview_format *overview_format_find(struct str name)
{
    for (const struct overview_format *format = formats; format->name; format++)
        if (str_is(name, format->name))
            return format;
    return NULL;
}
