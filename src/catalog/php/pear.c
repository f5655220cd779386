/* Installed packages of PEAR and PECL: .reg files of the registry, arrays as PHP's serialize() writes them (PHP manual,
 * "serialize"; PEAR's PEAR_Registry):
 *
 *     a:3:{s:4:"name";s:5:"redis";s:7:"channel";s:12:"pecl.php.net";s:7:"version";a:1:{s:7:"release";s:5:"6.0.2";}}
 */
#include "catalog/headers.h"
#include "catalog/kinds.h"

enum token_type { TOKEN_END, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_TEXT, TOKEN_OTHER };

struct token {
    enum token_type type;
    struct str text;
};

static struct token bad(struct str *rest)
{
    *rest = str_head(*rest, 0);
    return (struct token){ TOKEN_END, STR("") };
}

/* The digits up to the colon. */
static bool take_count(struct str *rest, uint64_t *count)
{
    struct str digits;
    return str_cut(*rest, ':', &digits, rest) && str_u64(digits, count);
}

/* Takes the next token; at the end, and at bytes that are none of the format, TOKEN_END for good. */
static struct token next_token(struct str *rest)
{
    struct str value;
    uint64_t count;
    if (str_starts(*rest, "}")) {
        *rest = str_skip(*rest, 1);
        return (struct token){ TOKEN_CLOSE, STR("") };
    }
    if (str_starts(*rest, "a:")) {
        *rest = str_skip(*rest, 2);
        if (!take_count(rest, &count) || !str_starts(*rest, "{"))
            return bad(rest);
        *rest = str_skip(*rest, 1);
        return (struct token){ TOKEN_OPEN, STR("") };
    }
    if (str_starts(*rest, "s:")) {
        *rest = str_skip(*rest, 2);
        if (!take_count(rest, &count) || rest->len < 3 || count > rest->len - 3 || rest->ptr[0] != '"' ||
            rest->ptr[count + 1] != '"' || rest->ptr[count + 2] != ';')
            return bad(rest);
        value = str_head(str_skip(*rest, 1), (size_t)count);
        *rest = str_skip(*rest, (size_t)count + 3);
        return (struct token){ TOKEN_TEXT, value };
    }
    if (rest->len == 0 || !strchr("ibdN", rest->ptr[0]) || !str_cut(*rest, ';', &value, rest))
        return bad(rest);
    return (struct token){ TOKEN_OTHER, value };
}

struct entry {
    struct str name, channel, version, licence;
};

/* The fields of interest, by the key and, inside one level more, the key there. */
static void keep(struct entry *entry, struct str outer, struct str inner, struct str value)
{
    const struct {
        const char *outer, *inner;
        struct str *value;
    } fields[] = {
        { "name", "", &entry->name },       { "channel", "", &entry->channel },         { "version", "release", &entry->version },
        { "version", "", &entry->version }, { "license", "_content", &entry->licence }, { "license", "", &entry->licence },
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (str_is(outer, fields[i].outer) && str_is(inner, fields[i].inner) && header_value_ok(value))
            *fields[i].value = value;
}

/* Keys and values take turns on every level; levels below the second only have to be passed over. */
static bool read_entry(struct str text, struct entry *entry)
{
    struct str keys[2] = { 0 };
    bool key_due[2] = { true, true };
    size_t depth = 0;
    for (;;) {
        struct token token = next_token(&text);
        if (token.type == TOKEN_END)
            return false;
        if (token.type == TOKEN_OPEN) {
            depth++;
            if (depth == 2)
                key_due[1] = true;
        } else if (token.type == TOKEN_CLOSE) {
            if (depth <= 1)
                return depth == 1;
            if (--depth <= 2)
                key_due[depth - 1] = true;
        } else if (depth == 1 || depth == 2) {
            if (key_due[depth - 1])
                keys[depth - 1] = token.text;
            else if (token.type == TOKEN_TEXT)
                keep(entry, keys[0], depth == 2 ? keys[1] : STR(""), token.text);
            key_due[depth - 1] = !key_due[depth - 1];
        } else if (depth == 0) {
            return false;
        }
    }
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct entry entry = { 0 };
    bool whole = read_entry(file->text, &entry);
    if (!whole || !entry.name.len || !entry.version.len)
        return catalog_warn(facts, file->path, false, "an entry of PEAR's registry without a name or a version");
    struct package *package = catalog_add_package(facts, file->kind, file->path);
    if (!package)
        return false;
    package->name = arena_str(facts->arena, entry.name);
    package->version = arena_str(facts->arena, entry.version);
    package->licence = arena_str(facts->arena, entry.licence);
    package->maintainer = arena_str(facts->arena, entry.channel);
    return !facts->arena->exhausted;
}

static bool is_registry(struct str path)
{
    return str_starts(path, "php/.registry/") || str_contains(path, "/php/.registry/");
}

static const struct catalog_claim claims[] = {
    { "**/*.reg", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pear_kind = {
    .name = "php-pear",
    .scheme = "composer",
    .purl_type = "pear",
    .claims = claims,
    .accepts = is_registry,
    .max_bytes = 16u << 20, /* they list all files of the package */
    .parse = parse,
};
