/* Package URLs: purl-spec, PURL-SPECIFICATION.rst ("How to build", "How to parse", "Character encoding") and the definitions of
 * each type (PURL-TYPES.rst). What a package's namespace and qualifiers are is as in Trivy's reports. */
#include "catalog/purl.h"
#include "catalog/headers.h"
#include "catalog/kinds.h"

enum { MAX_QUALIFIERS = 64 };

/* ---- what types ask for ------------------------------------------------------------------------------------------------------ */

static const struct type_row {
    const char *type;
    unsigned rules;
} types[] = {
    { "alpm", LOWER_SPACE | LOWER_NAME },
    { "apk", LOWER_SPACE | LOWER_NAME },
    { "bitbucket", LOWER_SPACE | LOWER_NAME | BY_SLASH },
    { "bitnami", LOWER_NAME | WITH_DISTRO },
    { "cocoapods", TAIL },
    { "composer", LOWER_SPACE | LOWER_NAME | BY_SLASH },
    { "cpan", UPPER_SPACE },
    { "deb", LOWER_SPACE | LOWER_NAME },
    { "docker", BY_SLASH },
    { "ebuild", BY_SLASH },
    { "github", LOWER_SPACE | LOWER_NAME | TWO_PARTS },
    { "gitlab", LOWER_SPACE | LOWER_NAME | BY_SLASH },
    { "golang", LOWER_SPACE | LOWER_NAME | BY_SLASH },
    { "hackage", DASHED_NAME },
    { "hex", LOWER_SPACE | LOWER_NAME | BY_SLASH },
    { "huggingface", LOWER_VERSION | BY_SLASH },
    { "julia", NEEDS_UUID },
    { "jsr", BY_SLASH },
    { "luarocks", LOWER_SPACE | LOWER_NAME | BY_SLASH },
    { "maven", BY_COLON },
    { "npm", LOWER_SPACE | LOWER_NAME | BY_SLASH },
    { "oci", LOWER_NAME | LOWER_VERSION },
    { "pub", LOWER_NAME },
    { "pypi", LOWER_NAME | DASHED_NAME },
    { "qpkg", LOWER_SPACE },
    { "rpm", LOWER_SPACE },
    { "swift", NEEDS_SPACE | BY_SLASH },
    { "vscode-extension", LOWER_SPACE | LOWER_NAME | BY_SLASH },
};

unsigned purl_type_rules(struct str type)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_is(type, types[i].type))
            return types[i].rules;
    return 0;
}

static unsigned space_change(unsigned rules)
{
    return rules & LOWER_SPACE ? PURL_LOWER : rules & UPPER_SPACE ? PURL_UPPER : PURL_AS_IT_IS;
}

static unsigned name_change(unsigned rules)
{
    return (rules & LOWER_NAME ? PURL_LOWER : PURL_AS_IT_IS) | (rules & DASHED_NAME ? PURL_DASHED : PURL_AS_IT_IS);
}

static unsigned version_change(unsigned rules)
{
    return rules & LOWER_VERSION ? PURL_LOWER : PURL_AS_IT_IS;
}

static char changed(char c, unsigned change)
{
    if ((change & PURL_LOWER) && c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    if ((change & PURL_UPPER) && c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    return (change & PURL_DASHED) && c == '_' ? '-' : c;
}

/* ---- writing ------------------------------------------------------------------------------------------------------------------- */

/* Section "Character encoding": all but letters, digits, ".", "-", "_", "~" and ":" are percent-encoded. */
void purl_put_encoded(struct buf *out, struct str text, unsigned change)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)changed(text.ptr[i], change);
        bool alnum = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (alnum || (c && strchr("-._~:", c)))
            buf_chr(out, (char)c);
        else
            buf_add(out, (char[]){ '%', hex[c >> 4], hex[c & 15] }, 3);
    }
}

/* Parts with slashes between them; empty ones, and in a subpath "." and "..", do not stand there. */
static void put_path(struct buf *out, struct str path, unsigned change, bool is_subpath)
{
    struct str part;
    for (bool first = true; str_next(&path, '/', &part);) {
        if (part.len == 0 || (is_subpath && (str_is(part, ".") || str_is(part, ".."))))
            continue;
        if (!first)
            buf_chr(out, '/');
        purl_put_encoded(out, part, change);
        first = false;
    }
}

void purl_put_head(struct buf *out, struct str type, struct str space, struct str name, struct str version)
{
    unsigned rules = purl_type_rules(type);
    buf_text(out, "pkg:");
    buf_str(out, type);
    buf_chr(out, '/');
    size_t start = out->len;
    put_path(out, space, space_change(rules), false);
    if (out->len > start)
        buf_chr(out, '/');
    purl_put_encoded(out, name, name_change(rules));
    if (version.len == 0)
        return;
    buf_chr(out, '@');
    purl_put_encoded(out, version, version_change(rules));
}

/* Qualifiers are given in the order of their keys; one without a value does not stand there. */
void purl_put_qualifier(struct buf *out, bool *first, struct str key, struct str value)
{
    if (value.len == 0)
        return;
    buf_chr(out, *first ? '?' : '&');
    buf_str(out, key);
    buf_chr(out, '=');
    purl_put_encoded(out, value, PURL_AS_IT_IS);
    *first = false;
}

void purl_put_subpath(struct buf *out, struct str subpath)
{
    if (subpath.len == 0)
        return;
    buf_chr(out, '#');
    put_path(out, subpath, PURL_AS_IT_IS, true);
}

void purl_put(const struct purl *purl, struct buf *out)
{
    struct str rest = purl->qualifiers, line, key, value;
    bool first = true;
    purl_put_head(out, purl->type, purl->space, purl->name, purl->version);
    while (str_next(&rest, '\n', &line)) {
        str_cut(line, '=', &key, &value);
        purl_put_qualifier(out, &first, key, value);
    }
    purl_put_subpath(out, purl->subpath);
}

/* ---- parsing --------------------------------------------------------------------------------------------------------------------- */

static bool bad_purl(struct error *err, struct str text, const char *why)
{
    return error_set(err, ERROR_INPUT, "package URL \"%.*s\" %s", STR_ARG(str_head(text, 200)), why);
}

static struct str decode(struct arena *arena, struct str text, unsigned change)
{
    struct str plain = percent_decode(text, arena);
    char *at = (char *)(uintptr_t)plain.ptr;
    for (size_t i = 0; i < plain.len; i++)
        at[i] = changed(at[i], change);
    return plain;
}

static struct str trim_slashes(struct str text)
{
    while (text.len && text.ptr[0] == '/')
        text = str_skip(text, 1);
    while (text.len && text.ptr[text.len - 1] == '/')
        text.len--;
    return text;
}

static struct str parse_path(struct arena *arena, struct str path, unsigned change, bool is_subpath)
{
    char *joined = arena_alloc(arena, path.len + 1);
    struct str part;
    size_t len = 0;
    while (joined && str_next(&path, '/', &part)) {
        struct str plain = decode(arena, part, change);
        if (plain.len == 0 || (is_subpath && (str_is(plain, ".") || str_is(plain, ".."))))
            continue;
        if (len)
            joined[len++] = '/';
        memcpy(joined + len, plain.ptr, plain.len);
        len += plain.len;
    }
    return (struct str){ joined, len };
}

static bool is_word(struct str text, const char *signs)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool digit = c >= '0' && c <= '9';
        if (!(c >= 'a' && c <= 'z') && !digit && !(c && strchr(signs, c)))
            return false;
        if (i == 0 && digit)
            return false;
    }
    return text.len > 0;
}

/* Keeps the keys in order; false where one is there twice. */
static bool insert_qualifier(struct str (*items)[2], size_t *count, struct str key, struct str value)
{
    size_t at = *count;
    while (at && str_cmp(items[at - 1][0], key) > 0)
        at--;
    if (at && str_eq(items[at - 1][0], key))
        return false;
    memmove(items + at + 1, items + at, (*count - at) * sizeof *items);
    items[at][0] = key;
    items[at][1] = value;
    ++*count;
    return true;
}

static bool parse_qualifiers(struct str text, struct str whole, struct arena *arena, struct purl *out, struct error *err)
{
    struct str items[MAX_QUALIFIERS + 1][2], field, key, value;
    size_t count = 0;
    while (str_next(&text, '&', &field)) {
        if (!str_cut(field, '=', &key, &value))
            return bad_purl(err, whole, "has a qualifier without a value");
        key = decode(arena, str_find(key, '%', NULL) ? STR("%") : key, PURL_LOWER);
        value = decode(arena, value, PURL_AS_IT_IS);
        if (arena->exhausted)
            return arena_error(arena, err);
        if (!is_word(key, ".-_"))
            return bad_purl(err, whole, "has a qualifier whose key is none");
        if (!header_value_ok(value))
            return bad_purl(err, whole, "holds control characters");
        if (count == MAX_QUALIFIERS || (value.len && !insert_qualifier(items, &count, key, value)))
            return bad_purl(err, whole, "has a qualifier twice, or too many");
    }
    struct buf lines;
    buf_init(&lines, 1u << 20);
    for (size_t i = 0; i < count; i++) {
        catalog_put_item(&lines, items[i][0]);
        buf_chr(&lines, '=');
        buf_str(&lines, items[i][1]);
    }
    bool full = lines.failed;
    out->qualifiers = arena_str(arena, buf_view(&lines));
    buf_free(&lines);
    return !full || bad_purl(err, whole, "has too long qualifiers");
}

/* The version follows the last "@"; but one that starts a part with parts behind it is of a scope that was not encoded
 * ("@angular/core"). */
static void cut_version(struct str *path, struct str *version)
{
    bool is_last_part = true;
    for (size_t at = path->len; at-- > 0; is_last_part = is_last_part && path->ptr[at] != '/') {
        bool starts_part = at == 0 || path->ptr[at - 1] == '/';
        if (path->ptr[at] != '@' || (starts_part && !is_last_part))
            continue;
        *version = str_skip(*path, at + 1);
        *path = str_head(*path, at);
        return;
    }
}

static bool check(const struct purl *purl, struct str text, struct error *err)
{
    const struct str parts[] = { purl->space, purl->name, purl->version, purl->subpath };
    unsigned rules = purl_type_rules(purl->type);
    if (purl->name.len == 0)
        return bad_purl(err, text, "has no name");
    if ((rules & NEEDS_SPACE) && purl->space.len == 0)
        return bad_purl(err, text, "has no namespace");
    if ((rules & NEEDS_UUID) && purl_qualifier(purl, "uuid").len == 0)
        return bad_purl(err, text, "has no uuid");
    bool ok = true;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        ok = ok && header_value_ok(parts[i]);
    return ok || bad_purl(err, text, "holds control characters");
}

bool purl_parse(struct str text, struct arena *arena, struct purl *out, struct error *err)
{
    struct purl purl = { 0 };
    struct str rest = text, subpath = { 0 }, qualifiers = { 0 }, scheme, type, version = { 0 };
    size_t at;
    if (str_rfind(rest, '#', &at)) {
        subpath = str_skip(rest, at + 1);
        rest = str_head(rest, at);
    }
    if (str_rfind(rest, '?', &at)) {
        qualifiers = str_skip(rest, at + 1);
        rest = str_head(rest, at);
    }
    if (!str_cut(rest, ':', &scheme, &rest) || !str_eq_nocase(scheme, STR("pkg")))
        return bad_purl(err, text, "does not start with \"pkg:\"");
    rest = trim_slashes(rest);
    if (!str_cut(rest, '/', &type, &rest))
        return bad_purl(err, text, "has no type or no name");
    purl.type = decode(arena, str_find(type, '%', NULL) ? STR("%") : type, PURL_LOWER);
    if (purl.type.ptr && !is_word(purl.type, ".+-"))
        return bad_purl(err, text, "has a type that is none");
    unsigned rules = purl_type_rules(purl.type);
    cut_version(&rest, &version);
    bool nameless = str_ends(rest, "/") && version.len; /* "pkg:swift/a/b/@1" */
    rest = trim_slashes(rest);
    struct str name = nameless ? STR("") : path_base(rest), space = nameless ? rest : path_dir(rest);
    purl.version = decode(arena, version, version_change(rules));
    purl.name = decode(arena, name, name_change(rules));
    purl.space = parse_path(arena, space, space_change(rules), false);
    purl.subpath = parse_path(arena, subpath, PURL_AS_IT_IS, true);
    if (!parse_qualifiers(qualifiers, text, arena, &purl, err))
        return false;
    if (arena->exhausted)
        return arena_error(arena, err);
    if (!check(&purl, text, err))
        return false;
    *out = purl;
    return true;
}

struct str purl_qualifier(const struct purl *purl, const char *key)
{
    struct str rest = purl->qualifiers, line, name, value;
    while (str_next(&rest, '\n', &line))
        if (str_cut(line, '=', &name, &value) && str_is(name, key))
            return value;
    return (struct str){ 0 };
}
