/* Licences as package metadata have them: names, lists of names, or the whole text. */
#include "catalog/python/python.h"

static bool is_gap(char c)
{
    return c == ' ' || c == '_';
}

/* Length of what parts two names at the front of the text: ", or ", "_and_", ", "; 0: nothing of these. */
static size_t separator_span(struct str text)
{
    size_t comma = text.len && text.ptr[0] == ',', n = comma, gap;
    while (n < text.len && is_gap(text.ptr[n]))
        n++;
    gap = n;
    if (gap > comma) {
        struct str word = str_skip(text, n);
        n += str_starts(word, "or") ? 2 : str_starts(word, "and") ? 3 : 0;
        size_t end = n;
        while (n < text.len && is_gap(text.ptr[n]))
            n++;
        if (end > gap && n > end)
            return n;
    }
    for (n = comma; comma && n < text.len && text.ptr[n] == ' ';)
        n++;
    return comma ? n : 0;
}

/* Names that hold a word which parts others: known by what follows it. */
static const struct {
    const char *front, *joint, *back;
} whole_names[] = {
    { "GNU Library", " or ", "Lesser General Public License (LGPL)" },
    { "Common Development", " and ", "Distribution License 1.0 (CDDL-1.0)" },
    { "Historical Permission Notice", " and ", "Disclaimer (HPND)" },
};

/* "Version 2.0" behind "Apache License", "later" behind "GPL v2" belong to the name before. NULL: a name of its own. */
static const char *joint_of(struct str before, struct str item)
{
    struct str word, rest;
    str_cut(item, ' ', &word, &rest);
    if (str_eq_nocase(word, STR("ver")) || str_eq_nocase(word, STR("version")))
        return ", ";
    if (str_eq_nocase(word, STR("later")))
        return " or ";
    for (size_t i = 0; i < ARRAY_LEN(whole_names); i++)
        if (str_is(before, whole_names[i].front) && str_is(item, whole_names[i].back))
            return whole_names[i].joint;
    return NULL;
}

/* Words that stand in texts, never in names. */
static bool is_text(struct str licence, struct arena *scratch)
{
    static const char *const words[] = { "http://", "https://",          "(c)",           "as-is",         ";",
                                         "hereby",  "permission to use", "permission is", "use in source", "use, copy, modify",
                                         "using" };
    struct arena_mark mark = arena_mark(scratch);
    struct str lower = arena_lower(scratch, licence);
    bool found = false;
    for (size_t i = 0; i < ARRAY_LEN(words) && !found; i++)
        found = str_contains(lower, words[i]);
    arena_reset(scratch, mark);
    return found;
}

static void put_name(struct buf *list, size_t *last, struct str name)
{
    const char *joint = *last < list->len ? joint_of(str_skip(buf_view(list), *last), name) : NULL;
    if (!joint && list->len) {
        buf_chr(list, '\n');
        *last = list->len;
    }
    buf_text(list, joint ? joint : "");
    buf_str(list, name);
}

void python_put_licences(struct buf *list, struct str text, struct arena *scratch)
{
    size_t last = list->len, start = 0, gap;
    text = str_trim(text);
    if (is_text(text, scratch)) {
        struct str whole = arena_printf(scratch, "text://%.*s", STR_ARG(text));
        put_name(list, &last, whole);
        return;
    }
    for (size_t i = 0; i <= text.len; i = i + 1 < start ? start : i + 1) {
        gap = i < text.len ? separator_span(str_skip(text, i)) : 1;
        struct str name = str_trim(str_head(str_skip(text, start), i - start));
        if (gap && name.len)
            put_name(list, &last, name);
        if (gap)
            start = i + gap;
    }
}
