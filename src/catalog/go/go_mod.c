/* The text of go.mod and go.work: lines of a word and its arguments, or "word (" with a line of arguments each, up to ")".
 * Comments begin with "//"; arguments may be quoted as Go strings. */
#include "catalog/go/go_mod.h"
#include "catalog/headers.h"

enum { MAX_WORDS = 8, MAX_TEXT_BYTES = 1024 };

struct line {
    struct str words[MAX_WORDS];
    size_t count;
    struct str comment; /* behind "//" */
    bool bad;
};

/* ---- words ------------------------------------------------------------------------------------------------------------------------ */

/* "…" (of its escapes only \" and \\ can stand in a path) or `…`. */
static bool take_quoted(struct str *rest, struct arena *arena, struct str *word)
{
    char quote = rest->ptr[0];
    char *text = arena_alloc(arena, rest->len);
    size_t len = 0, i = 1;
    for (; text && i < rest->len && rest->ptr[i] != quote; i++) {
        if (rest->ptr[i] == '\\' && quote == '"' && i + 1 < rest->len)
            i++;
        text[len++] = rest->ptr[i];
    }
    if (!text || i >= rest->len)
        return false;
    *word = str_make(text, len);
    *rest = str_skip(*rest, i + 1);
    return true;
}

/* Up to a blank, a comment or a parenthesis, which is a word of its own. */
static struct str take_plain(struct str *rest)
{
    size_t n = 0;
    while (n < rest->len && !strchr(" \t\r()", rest->ptr[n]) && !str_starts(str_skip(*rest, n), "//"))
        n++;
    struct str word = str_head(*rest, n ? n : 1);
    *rest = str_skip(*rest, word.len);
    return word;
}

static struct line split_line(struct str rest, struct arena *arena)
{
    struct line line = { 0 };
    while (!line.bad) {
        rest = str_trim(rest);
        if (rest.len == 0)
            return line;
        if (str_starts(rest, "//")) {
            line.comment = str_trim(str_skip(rest, 2));
            return line;
        }
        struct str word;
        if (rest.ptr[0] != '"' && rest.ptr[0] != '`')
            word = take_plain(&rest);
        else if (!take_quoted(&rest, arena, &word))
            word = (struct str){ 0 };
        line.bad = line.count == MAX_WORDS || word.len > MAX_TEXT_BYTES || !header_value_ok(word) || !str_is_utf8(word);
        if (!line.bad)
            line.words[line.count++] = word;
    }
    return line;
}

/* ---- directives -------------------------------------------------------------------------------------------------------------------- */

static bool is_indirect(struct str comment)
{
    return str_is(comment, "indirect") || str_starts(comment, "indirect;");
}

static bool add_require(struct mod_file *mod, const struct line *line, uint32_t number, struct arena *arena)
{
    struct mod_require *grown = arena_grow(arena, mod->requires, mod->require_count, &mod->require_cap, sizeof *grown);
    if (!grown)
        return false;
    mod->requires = grown;
    grown[mod->require_count++] = (struct mod_require){ line->words[0], line->words[1], number, is_indirect(line->comment) };
    return true;
}

/* old [version] => new [version] */
static bool add_replace(struct mod_file *mod, const struct line *line, bool *ok, struct arena *arena)
{
    struct mod_replace replace = { .path = line->words[0] };
    size_t arrow = line->count > 1 && str_is(line->words[1], "=>") ? 1 : 2;
    *ok = line->count >= arrow + 2 && line->count <= arrow + 3 && str_is(line->words[arrow], "=>") &&
          (arrow == 1 || go_is_whole_version(line->words[1])) &&
          (line->count == arrow + 2 || go_is_whole_version(line->words[arrow + 2]));
    if (!*ok)
        return true;
    replace.version = arrow == 2 ? line->words[1] : STR("");
    replace.by_path = line->words[arrow + 1];
    replace.by_version = line->count == arrow + 3 ? line->words[arrow + 2] : STR("");
    struct mod_replace *grown = arena_grow(arena, mod->replaces, mod->replace_count, &mod->replace_cap, sizeof *grown);
    if (!grown)
        return false;
    mod->replaces = grown;
    grown[mod->replace_count++] = replace;
    return true;
}

static bool add_use(struct mod_file *mod, struct str folder, struct arena *arena)
{
    struct str *grown = arena_grow(arena, mod->uses, mod->use_count, &mod->use_cap, sizeof *grown);
    if (!grown)
        return false;
    mod->uses = grown;
    grown[mod->use_count++] = folder;
    return true;
}

/* Others (exclude, retract, tool, godebug, ignore) say nothing of what is needed; what Go will add is passed over too. */
static bool read_directive(struct mod_file *mod, struct str word, const struct line *line, uint32_t number, struct arena *arena)
{
    const struct {
        const char *word;
        struct str *value;
        uint32_t *line;
    } single[] = {
        { "module", &mod->module, &mod->module_line },
        { "go", &mod->go, &mod->go_line },
        { "toolchain", &mod->toolchain, &mod->toolchain_line },
    };
    bool ok = true;
    for (size_t i = 0; i < ARRAY_LEN(single); i++)
        if (str_is(word, single[i].word)) {
            ok = line->count == 1;
            *single[i].value = ok ? line->words[0] : *single[i].value;
            *single[i].line = number;
        }
    if (str_is(word, "require") && (ok = line->count == 2 && go_is_whole_version(line->words[1])) &&
        !add_require(mod, line, number, arena))
        return false;
    if (str_is(word, "replace") && !add_replace(mod, line, &ok, arena))
        return false;
    if (str_is(word, "use") && (ok = line->count == 1) && !add_use(mod, line->words[0], arena))
        return false;
    if (!ok)
        mod->bad_line = mod->bad++ ? mod->bad_line : number;
    return true;
}

static struct str replace_key(struct arena *arena, struct str path, struct str version)
{
    return arena_printf(arena, "%.*s %.*s", STR_ARG(path), STR_ARG(version));
}

/* Of equal entries the first counts. */
static bool index_replaces(struct mod_file *mod, struct arena *arena)
{
    map_init(&mod->replaced, arena);
    for (size_t i = mod->replace_count; i-- > 0;) {
        struct str key = replace_key(arena, mod->replaces[i].path, mod->replaces[i].version);
        if (!key.ptr || !map_put(&mod->replaced, key, i))
            return false;
    }
    return true;
}

bool mod_file_parse(struct str text, struct arena *arena, struct mod_file *out)
{
    struct str raw, block = { 0 };
    uint32_t number = 0;
    bool in_block = false, is_ended = str_ends(text, "\n");
    while (str_line(&text, &raw)) {
        struct line line = split_line(raw, arena);
        number++;
        line.bad |= in_block && !is_ended && text.len == 0 && !str_is(str_trim(raw), ")"); /* perhaps cut off */
        if (line.bad)
            out->bad_line = out->bad++ ? out->bad_line : number;
        if (line.bad || line.count == 0)
            continue;
        if (in_block && str_is(line.words[0], ")")) {
            in_block = false;
            continue;
        }
        if (!in_block && line.count >= 2 && str_is(line.words[1], "(")) {
            in_block = line.count == 2; /* "require ()" is one too */
            block = line.words[0];
            continue;
        }
        struct str word = block;
        if (!in_block) {
            word = line.words[0];
            memmove(line.words, line.words + 1, --line.count * sizeof line.words[0]);
        }
        if (!read_directive(out, word, &line, number, arena))
            return false;
    }
    if (in_block)
        out->bad_line = out->bad++ ? out->bad_line : number;
    return !arena->exhausted && index_replaces(out, arena);
}

/* ---- questions ---------------------------------------------------------------------------------------------------------------------- */

/* An entry for one version goes before one for all. */
const struct mod_replace *mod_file_replacement(const struct mod_file *mod, struct str path, struct str version)
{
    struct arena *arena = mod->replaced.arena;
    struct arena_mark mark = arena_mark(arena);
    uint64_t at;
    bool found = map_get(&mod->replaced, replace_key(arena, path, version), &at) ||
                 map_get(&mod->replaced, replace_key(arena, path, STR("")), &at);
    arena_reset(arena, mark);
    return found ? &mod->replaces[at] : NULL;
}

/* The first two numbers of "1.21.3", "1.22rc1". */
static bool language(struct str go, uint64_t *major, uint64_t *minor)
{
    struct str first, rest;
    size_t n = 0;
    str_cut(go, '.', &first, &rest);
    while (n < rest.len && rest.ptr[n] >= '0' && rest.ptr[n] <= '9')
        n++;
    return str_u64(first, major) && str_u64(str_head(rest, n), minor);
}

bool mod_is_old(struct str go)
{
    uint64_t major, minor;
    return go.len == 0 || (language(go, &major, &minor) && major == 1 && minor < 17);
}

/* The toolchain that is asked for, or else, from Go 1.21 on, the go line, which is a least version since then (go.dev/doc/toolchain);
 * "1.22" stands for 1.22.0 there. */
struct str mod_stdlib_version(const struct mod_file *mod, struct arena *arena)
{
    struct str version, rest;
    uint64_t major, minor;
    size_t dots = 0;
    str_cut(mod->toolchain, '-', &version, &rest);
    if (str_starts(version, "go"))
        return arena_printf(arena, "v%.*s", STR_ARG(str_skip(version, 2)));
    version = mod->go;
    if (!language(version, &major, &minor) || major != 1 || minor < 21)
        return STR("");
    for (size_t i = 0; i < version.len; i++)
        dots += version.ptr[i] == '.';
    bool plain = dots == 1 && !str_contains(version, "rc") && !str_contains(version, "beta");
    return arena_printf(arena, "v%.*s%s", STR_ARG(version), plain ? ".0" : "");
}
