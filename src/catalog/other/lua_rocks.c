/* Lua rocks: *.rockspec (LuaRocks' documentation, "Rockspec format"), a Lua program of assignments:
 *
 *     package = "lpeg"
 *     version = "1.1.0-1"
 *     description = { license = "MIT" }
 *     dependencies = { "lua >= 5.1", "luasocket" }
 *
 * What it would have to be run for (texts put together, tables filled by loops) is not read. */
#include "catalog/listed.h"

enum { NEAR_BYTES = 256 }; /* how far ahead the sign behind a name or a text is looked for */

struct rock_reader {
    struct str rest;
    struct str keys[2]; /* the last assignment's name at the top, and in the table there */
    char before;        /* the sign in front of what is next: a text behind others is a piece of an expression */
    unsigned depth;
    struct str name, version, licence;
    struct buf needs;
};

/* Length of the bracket [[ or [==[ at the front, 0: none. */
static size_t long_bracket(struct str text)
{
    size_t n = 1;
    if (!str_starts(text, "["))
        return 0;
    while (n < text.len && text.ptr[n] == '=')
        n++;
    return n < text.len && text.ptr[n] == '[' ? n + 1 : 0;
}

/* Takes [==[ text ]==] off the front; false when it does not end. */
static bool take_long(struct str *rest, size_t bracket, struct str *out)
{
    for (size_t i = bracket; i + bracket <= rest->len; i++)
        if (rest->ptr[i] == ']' && rest->ptr[i + bracket - 1] == ']' &&
            memcmp(rest->ptr + i + 1, rest->ptr + 1, bracket - 2) == 0) {
            *out = str_make(rest->ptr + bracket, i - bracket);
            *rest = str_skip(*rest, i + bracket);
            return true;
        }
    return false;
}

static bool take_quoted(struct str *rest, struct str *out)
{
    char quote = rest->ptr[0];
    size_t end = 1;
    while (end < rest->len && rest->ptr[end] != quote && rest->ptr[end] != '\n')
        end += rest->ptr[end] == '\\' ? 2 : 1;
    if (end >= rest->len || rest->ptr[end] != quote)
        return false;
    *out = str_make(rest->ptr + 1, end - 1);
    *rest = str_skip(*rest, end + 1);
    return true;
}

static bool skip_comment(struct str *rest)
{
    struct str text;
    size_t end;
    *rest = str_skip(*rest, 2);
    size_t bracket = long_bracket(*rest);
    if (bracket)
        return take_long(rest, bracket, &text);
    *rest = str_find(*rest, '\n', &end) ? str_skip(*rest, end) : str_head(*rest, 0);
    return true;
}

/* A text is worth something only as the whole value: `"a" .. b` is not. */
static bool is_whole(struct str rest)
{
    rest = str_trim(str_head(rest, NEAR_BYTES));
    return !str_starts(rest, "..") && !str_starts(rest, ":") && !str_starts(rest, "%");
}

static void keep_text(struct rock_reader *r, struct str text)
{
    struct str rest;
    bool in_list = r->depth == 1 && (r->before == '{' || r->before == ',');
    if (!is_whole(r->rest) || str_find(text, '\\', NULL) || !header_value_ok(text) || (!in_list && r->before != '='))
        return;
    if (r->depth == 0 && str_is(r->keys[0], "package") && r->name.len == 0)
        r->name = text;
    else if (r->depth == 0 && str_is(r->keys[0], "version") && r->version.len == 0)
        r->version = text;
    else if (r->depth == 1 && str_is(r->keys[0], "description") && str_is(r->keys[1], "license"))
        r->licence = text;
    else if (in_list && str_is(r->keys[0], "dependencies")) {
        str_cut(str_trim(text), ' ', &text, &rest);
        if (text.len && !str_is(text, "lua"))
            catalog_put_item(&r->needs, text);
    }
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* A name that is assigned to. */
static void take_word(struct rock_reader *r)
{
    size_t len = 0;
    while (len < r->rest.len && is_word_char(r->rest.ptr[len]))
        len++;
    struct str word = str_head(r->rest, len);
    r->rest = str_skip(r->rest, len);
    struct str after = str_trim(str_head(r->rest, NEAR_BYTES));
    if (r->depth < 2 && str_starts(after, "=") && !str_starts(after, "=="))
        r->keys[r->depth] = word;
}

static bool read_next(struct rock_reader *r)
{
    struct str text;
    char c = r->rest.ptr[0];
    size_t bracket = long_bracket(r->rest);
    if (str_starts(r->rest, "--"))
        return skip_comment(&r->rest);
    if (bracket || c == '"' || c == '\'') {
        if (bracket ? !take_long(&r->rest, bracket, &text) : !take_quoted(&r->rest, &text))
            return false;
        keep_text(r, text);
        r->before = c;
        return true;
    }
    if (is_word_char(c)) {
        take_word(r);
        r->before = c;
        return true;
    }
    if (c == '{' && ++r->depth == 1)
        r->keys[1] = STR("");
    if (c == '}' && r->depth-- == 0)
        return false;
    if (c == ',' && r->depth == 1)
        r->keys[1] = STR("");
    if (!strchr(" \t\r\n", c))
        r->before = c;
    r->rest = str_skip(r->rest, 1);
    return true;
}

/* LuaRocks wants the file named NAME-VERSION.rockspec: of use where the version is put together. */
static struct str version_by_path(struct str path, struct str name)
{
    struct str base = path_base(path);
    base.len -= strlen(".rockspec");
    if (base.len < name.len + 2 || !str_eq(str_head(base, name.len), name) || base.ptr[name.len] != '-')
        return STR("");
    struct str version = str_skip(base, name.len + 1);
    bool ok = (version.ptr[0] >= '0' && version.ptr[0] <= '9') || str_starts(version, "scm-") || str_starts(version, "dev-");
    return ok ? version : STR("");
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct rock_reader r = { .rest = file->text };
    struct package *package;
    bool whole = true;
    buf_init(&r.needs, 64u << 10);
    while (r.rest.len && whole)
        whole = read_next(&r);
    if (r.name.len && !r.version.len)
        r.version = version_by_path(file->path, r.name);
    bool ok = listed_add(file, facts, r.name, r.version, &package);
    if (package) {
        package->licence = arena_str(facts->arena, r.licence);
        package->depends = arena_str(facts->arena, buf_view(&r.needs));
        package->root = path_dir(package->path);
    } else if (ok) {
        ok = catalog_warn(facts, file->path, false, "a rockspec without a name or a version that is written out");
    }
    buf_free(&r.needs);
    return ok && !facts->arena->exhausted;
}

static const struct catalog_claim claims[] = {
    { "**/*.rockspec", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_lua_rocks_kind = {
    .name = "lua-rocks",
    .title = "LuaRocks",
    .scheme = "semver",
    .purl_type = "luarocks",
    .claims = claims,
    .max_bytes = 4u << 20,
    .parse = parse,
    .settle = listed_settle_names,
};
