/* TOML 1.0, read strictly and printed as JSON text: keys, lines, headers, arrays and inline tables. */
#include "codec/toml_tree.h"

static bool read_value(struct toml *t, struct toml_node *parent, struct str key);

/* ---- what stands between: blanks, comments, line ends ---- */

static void skip_blank(struct toml *t)
{
    while (toml_byte(t, 0) == ' ' || toml_byte(t, 0) == '\t')
        t->pos++;
}

static bool skip_newline(struct toml *t)
{
    size_t n = toml_byte(t, 0) == '\n' ? 1 : toml_byte(t, 0) == '\r' && toml_byte(t, 1) == '\n' ? 2 : 0;
    t->pos += n;
    return n > 0;
}

/* Blanks and a comment, if there is one ("Comment": no control characters but tab). */
static bool skip_comment(struct toml *t)
{
    skip_blank(t);
    if (toml_byte(t, 0) != '#')
        return true;
    for (;; t->pos++) {
        int c = toml_byte(t, 0);
        if (c < 0 || c == '\n' || (c == '\r' && toml_byte(t, 1) == '\n'))
            return true;
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return toml_fail(t, "control character in a comment");
    }
}

static bool skip_lines(struct toml *t)
{
    do {
        if (!skip_comment(t))
            return false;
    } while (skip_newline(t));
    return true;
}

/* ---- keys ("Keys") ---- */

static bool is_bare(int c)
{
    int folded = c | 0x20;
    return (c >= '0' && c <= '9') || (folded >= 'a' && folded <= 'z') || c == '_' || c == '-';
}

/* One part of a key, bare or quoted, and the blanks around it. */
static bool read_key_part(struct toml *t, struct str *part)
{
    skip_blank(t);
    int c = toml_byte(t, 0);
    if (c == '"' || c == '\'') {
        if (!toml_string(t, false, part))
            return false;
    } else {
        size_t start = t->pos;
        while (is_bare(toml_byte(t, 0)))
            t->pos++;
        if (t->pos == start)
            return toml_fail(t, "key expected");
        *part = (struct str){ t->text.ptr + start, t->pos - start };
    }
    skip_blank(t);
    return true;
}

/* The table that part of a dotted key names. It may not reach into what a header or an inline table made. */
static struct toml_node *go_dotted(struct toml *t, struct toml_node *table, struct str part)
{
    struct toml_node *child = toml_find(table, part);
    if (!child)
        return toml_add(t, table, part, TOML_TABLE, TOML_DOTTED);
    if (child->origin != TOML_IMPLIED && child->origin != TOML_DOTTED) {
        toml_fail(t, "a dotted key adds to what is complete");
        return NULL;
    }
    child->origin = TOML_DOTTED;
    return child;
}

/* key = value, into the table. */
static bool read_pair(struct toml *t, struct toml_node *table)
{
    struct str part;
    if (!read_key_part(t, &part))
        return false;
    while (toml_byte(t, 0) == '.') {
        t->pos++;
        table = go_dotted(t, table, part);
        if (!table || !read_key_part(t, &part))
            return false;
    }
    if (toml_byte(t, 0) != '=')
        return toml_fail(t, "'=' expected");
    if (toml_find(table, part))
        return toml_fail(t, "a key occurs twice");
    t->pos++;
    skip_blank(t);
    return read_value(t, table, part);
}

/* ---- values ---- */

static bool read_array(struct toml *t, struct toml_node *array)
{
    for (t->pos++;; t->pos++) {
        if (!skip_lines(t))
            return false;
        if (toml_byte(t, 0) == ']')
            break;
        if (!read_value(t, array, (struct str){ NULL, 0 }) || !skip_lines(t))
            return false;
        if (toml_byte(t, 0) == ']')
            break;
        if (toml_byte(t, 0) != ',')
            return toml_fail(t, "',' or ']' expected");
    }
    t->pos++;
    return true;
}

/* "Inline Table": on one line, and no comma at its end. */
static bool read_inline_table(struct toml *t, struct toml_node *table)
{
    t->pos++;
    skip_blank(t);
    if (toml_byte(t, 0) != '}')
        for (;; t->pos++) {
            if (!read_pair(t, table))
                return false;
            skip_blank(t);
            if (toml_byte(t, 0) != ',')
                break;
        }
    if (toml_byte(t, 0) != '}')
        return toml_fail(t, "',' or '}' expected");
    t->pos++;
    return true;
}

/* Recursion is bounded by the depth that toml_add allows. */
static bool read_value(struct toml *t, struct toml_node *parent, struct str key)
{
    int c = toml_byte(t, 0);
    if (c == '[' || c == '{') {
        struct toml_node *node = toml_add(t, parent, key, c == '[' ? TOML_ARRAY : TOML_TABLE, TOML_CLOSED);
        return node && (c == '[' ? read_array(t, node) : read_inline_table(t, node));
    }
    enum toml_kind kind = TOML_STRING;
    struct str text;
    if (!(c == '"' || c == '\'' ? toml_string(t, true, &text) : toml_literal(t, &kind, &text)))
        return false;
    struct toml_node *node = toml_add(t, parent, key, kind, TOML_CLOSED);
    if (node)
        node->text = text;
    return node != NULL;
}

/* ---- headers ("Table", "Array of Tables") ---- */

/* The table that part of a header names on the way to its last part: of an array of tables, the newest. */
static struct toml_node *go_header(struct toml *t, struct toml_node *table, struct str part)
{
    struct toml_node *child = toml_find(table, part);
    if (!child)
        return toml_add(t, table, part, TOML_TABLE, TOML_IMPLIED);
    if (child->origin == TOML_CLOSED) {
        toml_fail(t, "a header adds to what is complete");
        return NULL;
    }
    return child->origin == TOML_TABLES ? child->last : child;
}

/* The table that [part] starts. */
static struct toml_node *start_table(struct toml *t, struct toml_node *table, struct str part)
{
    struct toml_node *child = toml_find(table, part);
    if (!child)
        return toml_add(t, table, part, TOML_TABLE, TOML_HEADER);
    if (child->origin != TOML_IMPLIED) {
        toml_fail(t, "a table is defined twice");
        return NULL;
    }
    child->origin = TOML_HEADER;
    return child;
}

/* The table that [[part]] adds. */
static struct toml_node *start_element(struct toml *t, struct toml_node *table, struct str part)
{
    struct toml_node *array = toml_find(table, part);
    if (!array)
        array = toml_add(t, table, part, TOML_ARRAY, TOML_TABLES);
    else if (array->origin != TOML_TABLES) {
        toml_fail(t, "an array of tables is defined as something else before");
        return NULL;
    }
    return array ? toml_add(t, array, (struct str){ NULL, 0 }, TOML_TABLE, TOML_HEADER) : NULL;
}

/* The table that a header opens, NULL on failure. */
static struct toml_node *read_header(struct toml *t, struct toml_node *root)
{
    bool element = toml_byte(t, 1) == '[';
    struct toml_node *table = root;
    struct str part;
    t->pos += element ? 2 : 1;
    if (!read_key_part(t, &part))
        return NULL;
    while (toml_byte(t, 0) == '.') {
        t->pos++;
        table = go_header(t, table, part);
        if (!table || !read_key_part(t, &part))
            return NULL;
    }
    if (toml_byte(t, 0) != ']' || (element && toml_byte(t, 1) != ']')) {
        toml_fail(t, "']' expected");
        return NULL;
    }
    table = element ? start_element(t, table, part) : start_table(t, table, part);
    t->pos += element ? 2 : 1;
    return table;
}

/* ---- the document ---- */

static bool read_document(struct toml *t, struct toml_node *root)
{
    struct toml_node *table = root;
    while (t->pos < t->text.len) {
        skip_blank(t);
        int c = toml_byte(t, 0);
        if (c == '[')
            table = read_header(t, root);
        else if (c >= 0 && c != '#' && c != '\n' && c != '\r' && !read_pair(t, table))
            return false;
        if (!table || !skip_comment(t))
            return false;
        if (!skip_newline(t) && t->pos < t->text.len)
            return toml_fail(t, "the end of the line expected");
    }
    return true;
}

static bool print_document(const struct toml_node *root, struct str text, size_t max_bytes, struct buf *out, struct error *err)
{
    struct toml_printer printer = { .out = out, .text = text, .line = 1, .out_line = 1 };
    buf_init(out, max_bytes);
    toml_print(&printer, root);
    return !out->failed || error_set(err, ERROR_LIMIT, "TOML: grows past its limit as JSON");
}

bool toml_to_json(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err)
{
    struct toml t = { .text = text, .pos = str_starts(text, "\xEF\xBB\xBF") ? 3 : 0, .arena = arena, .err = err };
    if (!str_is_utf8(text))
        return error_set(err, ERROR_INPUT, "TOML: not UTF-8");
    struct arena_mark mark = arena_mark(arena);
    struct toml_node *root = toml_add(&t, NULL, (struct str){ NULL, 0 }, TOML_TABLE, TOML_HEADER);
    struct buf json = { 0 };
    bool ok = root && read_document(&t, root) && print_document(root, text, max_bytes, &json, err);
    arena_reset(arena, mark);
    if (ok) {
        struct str copy = arena_str(arena, buf_view(&json));
        ok = copy.ptr || arena_error(arena, err);
        if (ok)
            *out = copy;
    }
    buf_free(&json);
    return ok;
}
