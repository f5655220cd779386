/* terms.h - texts that are Erlang or Elixir terms: mix.lock, rebar.lock, application resource files. */
#ifndef DRYDOCK_CATALOG_TERMS_H
#define DRYDOCK_CATALOG_TERMS_H

#include "base/base.h"

enum term_type {
    TERM_TEXT, /* "text", <<"text">> */
    TERM_WORD, /* an atom or a number: hex, :hex, 'a b', 1.0; without colons and quotes */
    TERM_TUPLE,
    TERM_LIST,
    TERM_MAP, /* keys and values in turn */
};

struct term {
    enum term_type type;
    struct str text; /* escapes are left as they are */
    uint32_t line, end_line;
    struct term *child, *next;
};

enum terms_language { TERMS_ERLANG, TERMS_ELIXIR };

/* All terms at the top, in order, in `arena`. False (err: with the line) on what is no term, and when the arena is full. */
bool terms_read(struct str text, enum terms_language language, struct arena *arena, struct term **first, struct error *err);

/* The n-th item of a tuple, list or map, from 0; NULL: there is none. Accepts NULL. */
const struct term *term_at(const struct term *term, size_t n);
/* The text of a text or a word; empty for others and for NULL. */
struct str term_text(const struct term *term);
#endif
