/* YAML 1.1 rewritten as JSON text. libyaml reads the characters and tells events; here they become JSON. An anchored node is
 * remembered as the range of the output that it became, and an alias copies that range, so that the cap on the output
 * bounds what aliases of aliases can grow to. Plain scalars are typed by the core schema of YAML 1.2 (section 10.3.2). */
#include "codec/codec.h"

#ifdef HAVE_YAML

#include <yaml.h>

/* What became of an anchored node: out[start..end), with `height` levels of containers in it. */
struct anchor {
    size_t start, end;
    unsigned height;
    bool complete; /* false inside the node itself */
};

enum role { ROLE_DOCUMENT, ROLE_ITEM, ROLE_KEY, ROLE_VALUE };

/* An open container; level 0 is the document. */
struct level {
    bool mapping, key_due, empty;
    unsigned height;       /* of what was put into it so far */
    struct anchor *anchor; /* of the container itself */
    size_t first_key;      /* of its keys, where they are kept */
};

/* A key of a mapping that is open, in the output from `start` on. */
struct key {
    size_t start, line;
    bool repeated;
};

struct writer {
    struct buf out;
    struct arena *arena;
    struct map anchors; /* name → struct anchor * */
    struct level levels[JSON_MAX_DEPTH + 1];
    unsigned depth, documents;
    size_t line;     /* of the event at hand */
    size_t out_line; /* that the output has reached */
    bool keeps_keys; /* keys that are there again are left out */
    struct key *keys;
    size_t key_count, key_cap;
    size_t repeated_line; /* of the first key that was there before; 0: none */
    struct error *err;
};

static bool bad(struct writer *w, enum error_kind kind, const char *problem)
{
    return error_set(w->err, kind, "YAML, line %zu: %s", w->line, problem);
}

/* ---- scalars ---- */

static bool is_one_of(struct str s, const char *const *words)
{
    for (; *words; words++)
        if (str_is(s, *words))
            return true;
    return false;
}

static size_t count_digits(struct str s, size_t pos)
{
    size_t n = 0;
    while (pos + n < s.len && s.ptr[pos + n] >= '0' && s.ptr[pos + n] <= '9')
        n++;
    return n;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, written as JSON writes numbers: digits on both sides
 * of the point, no plus sign and no leading zeroes. */
static bool put_decimal(struct buf *out, struct str s)
{
    size_t pos = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'), whole = pos, whole_len = count_digits(s, pos), fraction_len = 0;
    pos += whole_len;
    size_t fraction = pos + 1;
    if (pos < s.len && s.ptr[pos] == '.') {
        fraction_len = count_digits(s, fraction);
        pos = fraction + fraction_len;
    }
    if (whole_len + fraction_len == 0)
        return false;
    size_t exponent = pos;
    if (pos < s.len && (s.ptr[pos] | 0x20) == 'e') {
        pos++;
        pos += pos < s.len && (s.ptr[pos] == '-' || s.ptr[pos] == '+');
        size_t n = count_digits(s, pos);
        if (n == 0)
            return false;
        pos += n;
    }
    if (pos != s.len)
        return false;
    for (; whole_len > 1 && s.ptr[whole] == '0'; whole_len--)
        whole++;
    buf_text(out, s.ptr[0] == '-' ? "-" : "");
    buf_str(out, whole_len ? str_head(str_skip(s, whole), whole_len) : STR("0"));
    if (fraction_len) {
        buf_chr(out, '.');
        buf_str(out, str_head(str_skip(s, fraction), fraction_len));
    }
    buf_str(out, str_skip(s, exponent));
    return true;
}

/* 0o[0-7]+ and 0x[0-9a-fA-F]+, of up to 64 bits; longer ones stay text. */
static bool put_radix(struct buf *out, struct str s)
{
    if (s.len < 3 || s.ptr[0] != '0' || (s.ptr[1] != 'o' && s.ptr[1] != 'x'))
        return false;
    unsigned shift = s.ptr[1] == 'o' ? 3 : 4;
    uint64_t value = 0;
    for (size_t i = 2; i < s.len; i++) {
        static const char digits[] = "0123456789abcdef";
        char c = s.ptr[i] >= 'A' && s.ptr[i] <= 'F' ? (char)(s.ptr[i] | 0x20) : s.ptr[i];
        const char *at = memchr(digits, c, (size_t)1 << shift);
        if (!at || value >> (64 - shift))
            return false;
        value = value << shift | (uint64_t)(at - digits);
    }
    buf_printf(out, "%llu", (unsigned long long)value);
    return true;
}

static void put_plain(struct buf *out, struct str s)
{
    static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const truths[] = { "true", "True", "TRUE", NULL };
    static const char *const lies[] = { "false", "False", "FALSE", NULL };
    if (is_one_of(s, nulls))
        buf_text(out, "null");
    else if (is_one_of(s, truths))
        buf_text(out, "true");
    else if (is_one_of(s, lies))
        buf_text(out, "false");
    else if (!put_radix(out, s) && !put_decimal(out, s))
        json_put_string(out, s);
}

static void put_scalar(struct writer *w, const yaml_event_t *event, enum role role)
{
    struct str s = str_make(event->data.scalar.value, event->data.scalar.length);
    const char *tag = (const char *)event->data.scalar.tag;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (tag && (strcmp(tag, YAML_STR_TAG) == 0 || strcmp(tag, "!") == 0))
        plain = false;
    if (plain && role != ROLE_KEY)
        put_plain(&w->out, s);
    else
        json_put_string(&w->out, s);
}

/* ---- structure ---- */

/* A node stands on its own line of the output, if that is not further yet: what reads the JSON can name lines of the YAML. */
static void keep_line(struct writer *w)
{
    for (; w->out_line < w->line && !w->out.failed; w->out_line++)
        buf_chr(&w->out, '\n');
}

/* Puts the comma or colon before a node, and tells what the node is there. */
static enum role place_node(struct writer *w)
{
    struct level *level = &w->levels[w->depth];
    bool first = level->empty;
    level->empty = false;
    if (w->depth == 0)
        return ROLE_DOCUMENT;
    if (level->mapping && !level->key_due) {
        level->key_due = true;
        buf_chr(&w->out, ':');
        return ROLE_VALUE;
    }
    if (!first)
        buf_chr(&w->out, ',');
    if (!level->mapping)
        return ROLE_ITEM;
    level->key_due = false;
    return ROLE_KEY;
}

static bool keep_key(struct writer *w, enum role role)
{
    if (role != ROLE_KEY || !w->keeps_keys)
        return true;
    struct key *grown = arena_grow(w->arena, w->keys, w->key_count, &w->key_cap, sizeof *grown);
    if (!grown)
        return arena_error(w->arena, w->err);
    w->keys = grown;
    grown[w->key_count++] = (struct key){ .start = w->out.len, .line = w->line };
    return true;
}

/* The string that the key has become. */
static struct str key_text(const struct writer *w, size_t start)
{
    const char *out = w->out.ptr;
    while (start < w->out.len && out[start] == '\n')
        start++;
    size_t end = start + 1;
    for (; end < w->out.len && out[end] != '"'; end++)
        end += out[end] == '\\';
    return str_make(out + start, end < w->out.len ? end - start : 0);
}

/* Blanks take the place of members, so that all else stays where it is; a comma is left between any two that remain. */
static void blank_repeated(struct writer *w, const struct key *keys, size_t count)
{
    bool any_left = false;
    for (size_t i = 0; i < count; i++) {
        size_t end = i + 1 < count ? keys[i + 1].start - 1 : w->out.len;
        if (i > 0 && (keys[i].repeated || !any_left))
            w->out.ptr[keys[i].start - 1] = ' ';
        for (size_t at = keys[i].start; keys[i].repeated && at < end; at++)
            if (w->out.ptr[at] != '\n')
                w->out.ptr[at] = ' ';
        any_left |= !keys[i].repeated;
    }
}

/* At the end of a mapping: which value a key has that stands there twice nobody knows. */
static bool drop_repeated(struct writer *w, const struct level *level)
{
    size_t count = w->key_count - level->first_key;
    uint64_t before;
    bool any = false, ok = true;
    if (!w->keeps_keys || w->out.failed || count < 2)
        return true;
    struct key *keys = w->keys + level->first_key;
    struct arena_mark mark = arena_mark(w->arena);
    struct map seen;
    map_init(&seen, w->arena);
    for (size_t i = 0; i < count && ok; i++) {
        struct str text = key_text(w, keys[i].start);
        if (!map_get(&seen, text, &before)) {
            ok = map_put(&seen, text, i);
            continue;
        }
        keys[i].repeated = keys[before].repeated = any = true;
        if (w->repeated_line == 0 || keys[i].line < w->repeated_line)
            w->repeated_line = keys[i].line;
    }
    arena_reset(w->arena, mark);
    if (any)
        blank_repeated(w, keys, count);
    return ok || arena_error(w->arena, w->err);
}

/* Remembers that the node which starts here has a name; NULL in *out where it has none. */
static bool begin_anchor(struct writer *w, const yaml_char_t *name, struct anchor **out)
{
    *out = NULL;
    if (!name)
        return true;
    struct anchor *anchor = arena_new(w->arena, struct anchor);
    struct str key = arena_str(w->arena, str_from((const char *)name));
    if (!anchor || !key.ptr || !map_put(&w->anchors, key, (uint64_t)(uintptr_t)anchor))
        return arena_error(w->arena, w->err);
    anchor->start = w->out.len;
    *out = anchor;
    return true;
}

static void end_anchor(struct writer *w, struct anchor *anchor, unsigned height)
{
    if (anchor) {
        anchor->end = w->out.len;
        anchor->height = height;
        anchor->complete = true;
    }
}

static void raise_height(struct level *level, unsigned height)
{
    if (level->height < height)
        level->height = height;
}

static bool on_scalar(struct writer *w, const yaml_event_t *event)
{
    struct anchor *anchor;
    enum role role = place_node(w);
    if (!keep_key(w, role))
        return false;
    keep_line(w);
    if (!begin_anchor(w, event->data.scalar.anchor, &anchor))
        return false;
    put_scalar(w, event, role);
    end_anchor(w, anchor, 0);
    return true;
}

static bool on_start(struct writer *w, const yaml_char_t *name, bool mapping)
{
    struct anchor *anchor;
    if (place_node(w) == ROLE_KEY)
        return bad(w, ERROR_UNSUPPORTED, "a list or mapping as a key");
    if (w->depth == JSON_MAX_DEPTH)
        return bad(w, ERROR_LIMIT, "nested too deeply");
    keep_line(w);
    if (!begin_anchor(w, name, &anchor))
        return false;
    w->levels[++w->depth] =
        (struct level){ .mapping = mapping, .key_due = mapping, .empty = true, .anchor = anchor, .first_key = w->key_count };
    buf_chr(&w->out, mapping ? '{' : '[');
    return true;
}

static bool on_end(struct writer *w)
{
    struct level *level = &w->levels[w->depth];
    if (level->mapping && !drop_repeated(w, level))
        return false;
    w->key_count = level->first_key;
    buf_chr(&w->out, level->mapping ? '}' : ']');
    end_anchor(w, level->anchor, level->height + 1);
    w->depth--;
    raise_height(&w->levels[w->depth], level->height + 1);
    return true;
}

static bool on_alias(struct writer *w, const yaml_event_t *event)
{
    enum role role = place_node(w);
    uint64_t found = 0;
    if (!keep_key(w, role))
        return false;
    if (!map_get(&w->anchors, str_from((const char *)event->data.alias.anchor), &found))
        return bad(w, ERROR_INPUT, "alias of an unknown anchor");
    const struct anchor *anchor = (const struct anchor *)(uintptr_t)found;
    if (!anchor->complete)
        return bad(w, ERROR_INPUT, "alias inside its own anchor");
    if (w->depth + anchor->height > JSON_MAX_DEPTH)
        return bad(w, ERROR_LIMIT, "nested too deeply");
    if (role == ROLE_KEY && anchor->height > 0)
        return bad(w, ERROR_UNSUPPORTED, "a list or mapping as a key");
    raise_height(&w->levels[w->depth], anchor->height);
    size_t len = anchor->end - anchor->start;
    if (w->out.failed || !buf_reserve(&w->out, len + 6)) /* first: the copy is from the buffer itself, which may move */
        return true;
    bool quote = role == ROLE_KEY && w->out.ptr[anchor->start] != '"', is_left_out = w->out.ptr[anchor->start] == ' ';
    buf_text(&w->out, quote ? "\"" : "");
    for (size_t i = 0; i < len && !is_left_out; i++)
        w->out_line += w->out.ptr[anchor->start + i] == '\n';
    if (is_left_out)
        buf_text(&w->out, "null");
    else
        buf_add(&w->out, w->out.ptr + anchor->start, len);
    buf_text(&w->out, quote ? "\"" : "");
    return true;
}

static bool on_event(struct writer *w, const yaml_event_t *event)
{
    w->line = event->start_mark.line + 1;
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT: return w->documents++ == 0 || bad(w, ERROR_UNSUPPORTED, "a second document");
    case YAML_SCALAR_EVENT: return on_scalar(w, event);
    case YAML_ALIAS_EVENT: return on_alias(w, event);
    case YAML_SEQUENCE_START_EVENT: return on_start(w, event->data.sequence_start.anchor, false);
    case YAML_MAPPING_START_EVENT: return on_start(w, event->data.mapping_start.anchor, true);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return on_end(w);
    default: return true;
    }
}

static bool read_events(struct writer *w, yaml_parser_t *parser)
{
    bool ok = true, ended = false;
    while (ok && !ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) {
            w->line = parser->problem_mark.line + 1;
            return bad(w, parser->error == YAML_MEMORY_ERROR ? ERROR_LIMIT : ERROR_INPUT,
                       parser->problem ? parser->problem : "memory limit reached");
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        ok = on_event(w, &event);
        yaml_event_delete(&event);
        if (ok && w->out.failed)
            ok = bad(w, ERROR_LIMIT, "grows past its limit as JSON");
    }
    return ok;
}

static bool rewrite(struct str text, size_t max_bytes, struct arena *arena, size_t *repeated_line, struct str *out,
                    struct error *err)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return error_set(err, ERROR_LIMIT, "YAML: memory limit reached");
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.ptr ? text.ptr : ""), text.len);
    struct writer w = { .arena = arena, .err = err, .out_line = 1, .keeps_keys = repeated_line != NULL };
    buf_init(&w.out, max_bytes);
    struct arena_mark mark = arena_mark(arena);
    map_init(&w.anchors, arena);
    bool ok = read_events(&w, &parser);
    arena_reset(arena, mark);
    if (ok) {
        struct str copy = arena_str(arena, w.documents ? buf_view(&w.out) : STR("null"));
        ok = copy.ptr || arena_error(arena, err);
        if (ok)
            *out = copy;
    }
    if (ok && repeated_line)
        *repeated_line = w.repeated_line;
    buf_free(&w.out);
    yaml_parser_delete(&parser);
    return ok;
}

#else

static bool rewrite(struct str text, size_t max_bytes, struct arena *arena, size_t *repeated_line, struct str *out,
                    struct error *err)
{
    (void)text, (void)max_bytes, (void)arena, (void)repeated_line, (void)out;
    return error_set(err, ERROR_UNSUPPORTED, "YAML: this build of Drydock was made without libyaml");
}

#endif

bool yaml_to_json(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err)
{
    return rewrite(text, max_bytes, arena, NULL, out, err);
}

bool yaml_to_json_unique(struct str text, size_t max_bytes, struct arena *arena, size_t *repeated_line, struct str *out,
                         struct error *err)
{
    return rewrite(text, max_bytes, arena, repeated_line, out, err);
}
