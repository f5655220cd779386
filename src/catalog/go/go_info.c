/* The text of Go's build info (runtime/debug, BuildInfo.String): lines of a word and its values, parted by tabs.
 *
 *     path  command's package
 *     mod   module  version  sum        the main module
 *     dep   module  version  sum
 *     =>    module  version  sum        replaces the module of the line before
 *     build key=value                   either may be quoted as in Go */
#include "catalog/go/go.h"
#include "catalog/headers.h"

enum { MAX_TEXT_BYTES = 1024 };

static bool is_plain(struct str text)
{
    return text.len <= MAX_TEXT_BYTES && (text.len == 0 || header_value_ok(text)) && str_is_utf8(text);
}

static bool read_module(struct str line, struct str *path, struct str *version)
{
    struct str rest = { 0 };
    if (!str_cut(line, '\t', path, &rest) || !is_plain(*path))
        return false;
    str_cut(rest, '\t', version, &rest);
    return is_plain(*version) && !str_find(rest, '\t', NULL);
}

/* ---- quoted values ------------------------------------------------------------------------------------------------------------ */

static bool digits_value(struct str text, unsigned base, uint32_t *out)
{
    uint32_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = char_hex(text.ptr[i]);
        if (digit < 0 || (unsigned)digit >= base)
            return false;
        value = value * base + (unsigned)digit;
    }
    *out = value;
    return text.len > 0;
}

static void put_rune(struct buf *out, uint32_t rune)
{
    if (rune < 0x80) {
        buf_chr(out, (char)rune);
        return;
    }
    unsigned tail = rune < 0x800 ? 1 : rune < 0x10000 ? 2 : 3;
    static const unsigned char heads[] = { 0, 0xC0, 0xE0, 0xF0 };
    buf_chr(out, (char)(heads[tail] | (rune >> (6 * tail) & 0x3F)));
    while (tail--)
        buf_chr(out, (char)(0x80 | (rune >> (6 * tail) & 0x3F)));
}

/* One escape behind its backslash (Go specification, "Rune literals"); false when it is none. */
static bool put_escape(struct buf *out, struct str *rest)
{
    static const char names[] = "abfnrtv\\'\"", values[] = "\a\b\f\n\r\t\v\\'\"";
    if (rest->len == 0)
        return false;
    char c = rest->ptr[0];
    const char *name = memchr(names, c, sizeof names - 1);
    if (name) {
        buf_chr(out, values[name - names]);
        *rest = str_skip(*rest, 1);
        return true;
    }
    bool octal = c >= '0' && c <= '7';
    size_t skip = octal ? 0 : 1, len = octal ? 3 : c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    struct str digits = str_head(str_skip(*rest, skip), len);
    uint32_t value;
    if (len == 0 || digits.len != len || !digits_value(digits, octal ? 8 : 16, &value) || value > 0x10FFFF)
        return false;
    *rest = str_skip(*rest, skip + len);
    if (c == 'u' || c == 'U')
        put_rune(out, value);
    else
        buf_chr(out, (char)value);
    return true;
}

/* strconv.Unquote, of a value that stands at the end of a line; what is not quoted stays as it is. */
static bool unquote(struct str text, struct arena *arena, struct str *out)
{
    char quote = text.len ? text.ptr[0] : '\0';
    *out = text;
    if (quote != '"' && quote != '`')
        return true;
    if (text.len < 2 || text.ptr[text.len - 1] != quote)
        return false;
    struct str rest = str_head(str_skip(text, 1), text.len - 2);
    *out = rest;
    if (quote == '`')
        return true;
    struct buf plain;
    buf_init(&plain, text.len);
    bool ok = true;
    while (ok && rest.len) {
        char c = rest.ptr[0];
        rest = str_skip(rest, 1);
        if (c == '\\')
            ok = put_escape(&plain, &rest);
        else
            buf_chr(&plain, c);
    }
    *out = arena_str(arena, buf_view(&plain));
    ok = ok && !plain.failed && out->ptr;
    buf_free(&plain);
    return ok;
}

/* ---- lines --------------------------------------------------------------------------------------------------------------------- */

static bool read_setting(struct str line, struct arena *arena, struct go_info *info)
{
    const struct {
        const char *key;
        struct str *value;
    } wanted[] = {
        { "-ldflags", &info->ldflags },
        { "vcs.revision", &info->vcs_revision },
        { "vcs.time", &info->vcs_time },
    };
    struct str key, value;
    if (!str_cut(line, '=', &key, &value))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
        if (str_is(key, wanted[i].key) && !unquote(value, arena, wanted[i].value))
            return false;
    info->has_ldflags |= str_is(key, "-ldflags");
    if (!is_plain(info->vcs_revision) || !is_plain(info->vcs_time))
        info->vcs_revision.len = info->vcs_time.len = 0;
    return true;
}

static bool read_replacement(struct str line, struct go_module *last)
{
    struct str path, version;
    if (!last || !read_module(line, &path, &version))
        return false;
    last->replaced_path = last->path;
    last->replaced_version = last->version;
    last->path = path;
    last->version = version;
    last->replaced = true;
    return true;
}

bool go_info_parse(struct str text, struct arena *arena, struct go_info *info, size_t *damaged)
{
    struct str rest = text, line, word, value;
    size_t count = 0;
    while (str_next(&rest, '\n', &line))
        count += str_starts(line, "dep\t");
    info->modules = arena_array(arena, count + 1, sizeof *info->modules);
    if (!info->modules)
        return false;
    struct go_module *last = NULL;
    for (rest = text; str_next(&rest, '\n', &line);) {
        bool ok = true;
        if (!str_cut(line, '\t', &word, &value))
            continue;
        if (str_is(word, "=>")) {
            ok = read_replacement(value, last);
            last = NULL;
        } else if (str_is(word, "mod") || str_is(word, "dep")) {
            last = str_is(word, "mod") ? &info->main : &info->modules[info->module_count];
            *last = (struct go_module){ 0 };
            ok = read_module(value, &last->path, &last->version);
            info->module_count += ok && last != &info->main;
            if (!ok)
                *last = (struct go_module){ 0 };
            last = ok ? last : NULL;
        } else if (str_is(word, "build")) {
            ok = read_setting(value, arena, info);
        }
        *damaged += !ok;
    }
    return !arena->exhausted;
}
