/* Erlang terms (Erlang Reference Manual, "Data Types") and those of Elixir that lock files are made of (Elixir, "Syntax
 * reference"), read into a tree. Both write the same things in other signs, so that one reader does: punctuation between
 * items ("," ":" "=>" and the "." at the end) says nothing that the order of the items does not. See terms.h. */
#include "catalog/other/terms.h"

enum { MAX_DEPTH = 64 };

struct term_reader {
    struct str rest;
    uint32_t line;
    enum terms_language language;
    struct arena *arena;
    struct term *open[MAX_DEPTH];      /* containers */
    struct term **slot[MAX_DEPTH + 1]; /* where the next item of each level goes; level 0: the top */
    char closes[MAX_DEPTH];
    size_t depth;
    struct error *err;
};

static bool bad(struct term_reader *r, const char *problem)
{
    return error_set(r->err, ERROR_INPUT, "line %u: %s", r->line, problem);
}

static struct term *add(struct term_reader *r, enum term_type type, struct str text)
{
    struct term *term = arena_new(r->arena, struct term);
    if (!term)
        return NULL;
    *term = (struct term){ .type = type, .text = text, .line = r->line, .end_line = r->line };
    *r->slot[r->depth] = term;
    r->slot[r->depth] = &term->next;
    return term;
}

static bool add_item(struct term_reader *r, enum term_type type, struct str text)
{
    return add(r, type, text) || arena_error(r->arena, r->err);
}

static bool open_container(struct term_reader *r, enum term_type type, char close, size_t sign_len)
{
    if (r->depth == MAX_DEPTH)
        return bad(r, "nested too deep");
    struct term *term = add(r, type, STR(""));
    if (!term)
        return arena_error(r->arena, r->err);
    r->open[r->depth] = term;
    r->closes[r->depth] = close;
    r->slot[++r->depth] = &term->child;
    r->rest = str_skip(r->rest, sign_len);
    return true;
}

static bool close_container(struct term_reader *r, char close)
{
    if (r->depth == 0 || r->closes[r->depth - 1] != close)
        return bad(r, "a bracket that closes nothing");
    r->open[--r->depth]->end_line = r->line;
    r->rest = str_skip(r->rest, 1);
    return true;
}

/* A quoted text; the quote may stand in it behind a backslash. */
static bool read_quoted(struct term_reader *r, enum term_type type)
{
    char quote = r->rest.ptr[0];
    size_t end = 1;
    uint32_t breaks = 0;
    while (end < r->rest.len && r->rest.ptr[end] != quote) {
        end += r->rest.ptr[end] == '\\';
        breaks += end < r->rest.len && r->rest.ptr[end] == '\n';
        end++;
    }
    if (end >= r->rest.len)
        return bad(r, "a text without an end");
    bool ok = add_item(r, type, str_make(r->rest.ptr + 1, end - 1));
    r->line += breaks;
    r->rest = str_skip(r->rest, end + 1);
    return ok;
}

/* <<"text">>, also <<"text"/utf8>> */
static bool read_binary(struct term_reader *r)
{
    size_t pos;
    r->rest = str_skip(r->rest, 2);
    if (!str_starts(r->rest, "\""))
        return bad(r, "a binary that is no text");
    if (!read_quoted(r, TERM_TEXT))
        return false;
    if (!str_find(r->rest, '>', &pos) || !str_starts(str_skip(r->rest, pos), ">>") || pos > 16)
        return bad(r, "a binary without an end");
    r->rest = str_skip(r->rest, pos + 2);
    return true;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("_@?!-+/", c) ||
           (unsigned char)c >= 0x80;
}

static bool read_word(struct term_reader *r)
{
    size_t len = 0;
    while (len < r->rest.len && r->rest.ptr[len] &&
           (is_word_char(r->rest.ptr[len]) ||
            (r->rest.ptr[len] == '.' && len + 1 < r->rest.len && r->rest.ptr[len + 1] && is_word_char(r->rest.ptr[len + 1]))))
        len++;
    if (len == 0)
        return bad(r, "a sign that is in no term");
    bool ok = add_item(r, TERM_WORD, str_head(r->rest, len));
    r->rest = str_skip(r->rest, len);
    return ok;
}

static void skip_comment(struct term_reader *r)
{
    size_t end;
    r->rest = str_find(r->rest, '\n', &end) ? str_skip(r->rest, end) : str_head(r->rest, 0);
}

static bool read_next(struct term_reader *r)
{
    char c = r->rest.ptr[0];
    bool elixir = r->language == TERMS_ELIXIR;
    r->line += c == '\n';
    switch (c) {
    case '\n':
    case ' ':
    case '\t':
    case '\r':
    case ',':
    case ':':
    case '.':
    case '=':
    case '>': r->rest = str_skip(r->rest, 1); return true;
    case '"': return read_quoted(r, TERM_TEXT);
    case '\'': return read_quoted(r, elixir ? TERM_TEXT : TERM_WORD);
    case '{': return open_container(r, TERM_TUPLE, '}', 1);
    case '[': return open_container(r, TERM_LIST, ']', 1);
    case '}':
    case ']': return close_container(r, c);
    case '<':
        if (str_starts(r->rest, "<<"))
            return read_binary(r);
        break;
    case '#':
        if (str_starts(r->rest, "#{"))
            return open_container(r, TERM_MAP, '}', 2);
        if (elixir) {
            skip_comment(r);
            return true;
        }
        break;
    case '%':
        if (elixir && str_starts(r->rest, "%{"))
            return open_container(r, TERM_MAP, '}', 2);
        if (!elixir) {
            skip_comment(r);
            return true;
        }
        break;
    default: break;
    }
    return read_word(r);
}

bool terms_read(struct str text, enum terms_language language, struct arena *arena, struct term **first, struct error *err)
{
    struct term_reader r = { .rest = text, .line = 1, .language = language, .arena = arena, .err = err };
    *first = NULL;
    r.slot[0] = first;
    while (r.rest.len)
        if (!read_next(&r))
            return false;
    return r.depth == 0 || bad(&r, "the text ends inside a term");
}

const struct term *term_at(const struct term *term, size_t n)
{
    const struct term *item = term ? term->child : NULL;
    while (item && n--)
        item = item->next;
    return item;
}

struct str term_text(const struct term *term)
{
    return term && (term->type == TERM_TEXT || term->type == TERM_WORD) ? term->text : STR("");
}
