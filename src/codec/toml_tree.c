/* The tree of a TOML document, and its printing as JSON. */
#include "codec/toml_tree.h"

enum { INDEX_FROM = 16 }; /* children from which on a table is looked up by hash */

bool toml_fail(const struct toml *t, const char *problem)
{
    size_t line = 1;
    for (size_t i = 0; i < t->pos && i < t->text.len; i++)
        line += t->text.ptr[i] == '\n';
    return error_set(t->err, ERROR_INPUT, "TOML, line %zu: %s", line, problem);
}

struct toml_node *toml_find(const struct toml_node *table, struct str key)
{
    uint64_t found;
    if (table->count >= INDEX_FROM)
        return map_get(&table->index, key, &found) ? (struct toml_node *)(uintptr_t)found : NULL;
    struct toml_node *child = table->first;
    while (child && !str_eq(child->key, key))
        child = child->next;
    return child;
}

/* Keeps the index of a table that has just got its last child. */
static bool index_child(struct toml_node *table, struct arena *arena)
{
    if (table->kind != TOML_TABLE || table->count < INDEX_FROM)
        return true;
    if (table->count > INDEX_FROM)
        return map_put(&table->index, table->last->key, (uint64_t)(uintptr_t)table->last);
    map_init(&table->index, arena);
    for (struct toml_node *child = table->first; child; child = child->next)
        if (!map_put(&table->index, child->key, (uint64_t)(uintptr_t)child))
            return false;
    return true;
}

struct toml_node *toml_add(struct toml *t, struct toml_node *parent, struct str key, enum toml_kind kind, enum toml_origin origin)
{
    unsigned depth = parent ? parent->depth + 1 : 0;
    if ((kind == TOML_ARRAY || kind == TOML_TABLE) && depth >= JSON_MAX_DEPTH) {
        toml_fail(t, "nested too deeply");
        t->err->kind = ERROR_LIMIT;
        return NULL;
    }
    struct toml_node *node = arena_new(t->arena, struct toml_node);
    if (!node) {
        arena_error(t->arena, t->err);
        return NULL;
    }
    *node = (struct toml_node){ .kind = kind, .origin = origin, .depth = depth, .pos = t->pos, .key = key };
    if (!parent)
        return node;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    parent->count++;
    if (!index_child(parent, t->arena)) {
        arena_error(t->arena, t->err);
        return NULL;
    }
    return node;
}

static void keep_line(struct toml_printer *p, const struct toml_node *node)
{
    for (; p->pos < node->pos; p->pos++)
        p->line += p->text.ptr[p->pos] == '\n';
    for (; p->pos == node->pos && p->out_line < p->line && !p->out->failed; p->out_line++)
        buf_chr(p->out, '\n');
}

/* Recursion is bounded by the depth that toml_add allows. */
void toml_print(struct toml_printer *p, const struct toml_node *node)
{
    struct buf *out = p->out;
    if (node->kind == TOML_LITERAL) {
        buf_str(out, node->text);
        return;
    }
    if (node->kind == TOML_STRING) {
        json_put_string(out, node->text);
        return;
    }
    bool table = node->kind == TOML_TABLE;
    buf_chr(out, table ? '{' : '[');
    for (const struct toml_node *child = node->first; child && !out->failed; child = child->next) {
        if (child != node->first)
            buf_chr(out, ',');
        keep_line(p, child);
        if (table) {
            json_put_string(out, child->key);
            buf_chr(out, ':');
        }
        toml_print(p, child);
    }
    buf_chr(out, table ? '}' : ']');
}
