/* toml_tree.h - the tree of a TOML document: tables may be written in any order, so that all is read before any of it can
 * be printed. toml_tree.c holds it, toml_value.c reads strings, numbers and dates, toml.c all that is made of them. Private
 * to codec. */
#ifndef DRYDOCK_CODEC_TOML_TREE_H
#define DRYDOCK_CODEC_TOML_TREE_H

#include "codec/codec.h"

enum toml_kind { TOML_LITERAL, TOML_STRING, TOML_ARRAY, TOML_TABLE };

/* How a table or array came to be; that decides what may be added later (TOML 1.0, "Keys", "Table", "Array of Tables"). */
enum toml_origin {
    TOML_CLOSED,  /* an inline table or array, or no container at all: complete */
    TOML_IMPLIED, /* a table on the way to a header's: may still get a header of its own */
    TOML_HEADER,  /* [table] */
    TOML_DOTTED,  /* a table made by a dotted key: no header of its own, but headers below it */
    TOML_TABLES,  /* [[array of tables]] */
};

struct toml_node {
    enum toml_kind kind;
    enum toml_origin origin;
    unsigned depth;         /* containers around it */
    size_t pos;             /* where it stands in the text */
    struct str key;         /* in a table */
    struct str text;        /* string: its value; literal: as JSON writes it */
    struct toml_node *next; /* in its container */
    struct toml_node *first, *last;
    size_t count;
    struct map index; /* of a table with many keys: key to struct toml_node * */
};

struct toml {
    struct str text;
    size_t pos;
    struct arena *arena;
    struct error *err;
};

/* Sets an error that names the line of t->pos; false. */
bool toml_fail(const struct toml *t, const char *problem);

struct toml_node *toml_find(const struct toml_node *table, struct str key);
/* A new last child of parent (NULL: the root). NULL and an error when it is nested too deeply or the arena is exhausted. */
struct toml_node *toml_add(struct toml *t, struct toml_node *parent, struct str key, enum toml_kind kind,
                           enum toml_origin origin);
/* Prints JSON in which a node stands on the line that it has in the text, where the order of nodes allows it. */
struct toml_printer {
    struct buf *out;
    struct str text;
    size_t pos;            /* how far lines were counted */
    size_t line, out_line; /* of pos; that the output has reached */
};
void toml_print(struct toml_printer *printer, const struct toml_node *node);

/* The byte at pos + ahead, or -1 past the end. */
static inline int toml_byte(const struct toml *t, size_t ahead)
{
    return ahead < t->text.len - t->pos ? (unsigned char)t->text.ptr[t->pos + ahead] : -1;
}

/* The string whose opening quote stands here; """long""" and '''long''' ones where allowed. */
bool toml_string(struct toml *t, bool may_be_long, struct str *out);
/* A boolean or number (TOML_LITERAL, as JSON writes it), a date, a time, inf or nan (TOML_STRING, as written). */
bool toml_literal(struct toml *t, enum toml_kind *kind, struct str *out);

#endif
