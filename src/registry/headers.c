/* Header fields with parameters: WWW-Authenticate (RFC 9110, 11.6.1: schemes and their parameters share one comma-separated
 * list) and Link (RFC 8288, 3). What does not fit the grammar is passed over: the rest still counts. */
#include "registry/client.h"

struct cursor {
    struct str rest;
    struct arena *arena;
};

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool at(const struct cursor *c, char wanted)
{
    return c->rest.len && c->rest.ptr[0] == wanted;
}

static bool accept(struct cursor *c, char wanted)
{
    if (!at(c, wanted))
        return false;
    c->rest = str_skip(c->rest, 1);
    return true;
}

static void skip_blanks(struct cursor *c)
{
    while (at(c, ' ') || at(c, '\t'))
        c->rest = str_skip(c->rest, 1);
}

static struct str take_token(struct cursor *c)
{
    size_t n = 0;
    while (n < c->rest.len && is_token_char(c->rest.ptr[n]))
        n++;
    struct str token = str_head(c->rest, n);
    c->rest = str_skip(c->rest, n);
    return token;
}

/* quoted-string (RFC 9110, 5.6.4) behind its opening quote; an end that is missing is the field's. */
static struct str take_quoted(struct cursor *c)
{
    char *out = arena_alloc(c->arena, c->rest.len + 1);
    size_t n = 0, i = 0;
    for (; i < c->rest.len && c->rest.ptr[i] != '"'; i++) {
        if (c->rest.ptr[i] == '\\' && i + 1 < c->rest.len)
            i++;
        if (out)
            out[n++] = c->rest.ptr[i];
    }
    c->rest = str_skip(c->rest, i + 1);
    return str_make(out, n);
}

/* The value behind "=": quoted, or all up to a separator. */
static struct str take_value(struct cursor *c, const char *separators)
{
    size_t n = 0;
    skip_blanks(c);
    if (accept(c, '"'))
        return take_quoted(c);
    while (n < c->rest.len && c->rest.ptr[n] && !strchr(separators, c->rest.ptr[n]))
        n++;
    struct str value = str_head(c->rest, n);
    c->rest = str_skip(c->rest, n);
    return value;
}

/* ---- WWW-Authenticate ---------------------------------------------------------------------------------------------------- */

static void set_parameter(struct challenge *out, struct str name, struct str value)
{
    if (str_eq_nocase(name, STR("realm")))
        out->realm = value;
    else if (str_eq_nocase(name, STR("service")))
        out->service = value;
    else if (str_eq_nocase(name, STR("scope")))
        out->scope = value;
    else if (str_eq_nocase(name, STR("error")))
        out->error = value;
}

/* A name with "=" behind it is a parameter of the scheme before it, any other begins a challenge. */
static void parse_field(struct cursor *c, struct challenge *out)
{
    bool in_bearer = false;
    while (c->rest.len) {
        struct str name = take_token(c);
        if (!name.len) {
            c->rest = str_skip(c->rest, 1);
            continue;
        }
        skip_blanks(c);
        if (accept(c, '=')) {
            struct str value = take_value(c, " \t,");
            if (in_bearer)
                set_parameter(out, name, value);
            continue;
        }
        in_bearer = str_eq_nocase(name, STR("Bearer")) && !out->bearer;
        out->bearer |= in_bearer;
        out->basic |= str_eq_nocase(name, STR("Basic"));
    }
}

bool challenge_parse(struct str fields, struct arena *arena, struct challenge *out)
{
    struct challenge found = { 0 };
    struct str line;
    while (str_line(&fields, &line)) {
        struct cursor c = { .rest = line, .arena = arena };
        parse_field(&c, &found);
    }
    if (arena->exhausted)
        return false;
    *out = found;
    return true;
}

/* ---- Link -------------------------------------------------------------------------------------------------------------------- */

static bool has_word(struct str list, const char *word)
{
    struct str one;
    while (str_next(&list, ' ', &one))
        if (str_eq_nocase(one, str_from(word)))
            return true;
    return false;
}

/* Parameters of one link, up to the comma behind them. Is one of them the relation "next"? */
static bool take_relation(struct cursor *c)
{
    bool is_next = false;
    while (c->rest.len && !at(c, ',')) {
        struct str name = take_token(c);
        if (!name.len) {
            c->rest = str_skip(c->rest, 1);
            continue;
        }
        skip_blanks(c);
        if (accept(c, '=')) {
            struct str value = take_value(c, " \t,;");
            is_next |= str_eq_nocase(name, STR("rel")) && has_word(value, "next");
        }
    }
    return is_next;
}

struct str link_next(struct str field, struct arena *arena)
{
    struct cursor c = { .rest = field, .arena = arena };
    struct str target, rest;
    while (c.rest.len) {
        if (!accept(&c, '<')) {
            c.rest = str_skip(c.rest, 1);
            continue;
        }
        if (!str_cut(c.rest, '>', &target, &rest))
            break;
        c.rest = rest;
        if (take_relation(&c))
            return target;
    }
    return (struct str){ 0 };
}
