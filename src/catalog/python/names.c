/* Names, requirements and pins: PEP 503 ("Normalized Names"), PEP 508 (grammar of dependency specifiers), PEP 440. */
#include "catalog/python/python.h"

#include "version/version.h"

static bool is_joint(char c)
{
    return c == '-' || c == '_' || c == '.';
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* `text` has room for the name. */
static struct str write_normal(char *text, struct str name, bool lower)
{
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (is_joint(c)) {
            if (i == 0 || !is_joint(name.ptr[i - 1]))
                text[len++] = '-';
        } else {
            text[len++] = lower && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        }
    }
    return str_make(text, len);
}

struct str python_name(struct arena *arena, struct str name, bool lower)
{
    char *text = arena_alloc(arena, name.len + 1);
    return text ? write_normal(text, name, lower) : (struct str){ 0 };
}

struct str python_key(char text[static PYTHON_MAX_NAME], struct str name)
{
    return write_normal(text, str_head(name, PYTHON_MAX_NAME), true);
}

/* How many bytes at the front of the text may stand in a name. */
static size_t name_span(struct str text)
{
    size_t n = 0;
    while (n < text.len && (is_alnum(text.ptr[n]) || is_joint(text.ptr[n])))
        n++;
    return n;
}

bool python_name_ok(struct str name)
{
    return name.len && name_span(name) == name.len && is_alnum(name.ptr[0]) && is_alnum(name.ptr[name.len - 1]);
}

bool python_version_ok(struct str version)
{
    struct buf key;
    buf_init(&key, 4096);
    bool ok = version.len && version.len < 512 && version_scheme_find(STR("pep440"))->key(version, &key);
    buf_free(&key);
    return ok;
}

/* Takes "[a,b]" off the front. False where the brackets are not a pair. */
static bool skip_extras(struct str *rest)
{
    size_t end, again;
    if (rest->len && rest->ptr[0] == '[') {
        if (!str_find(*rest, ']', &end) || str_find(str_skip(str_head(*rest, end), 1), '[', &again))
            return false;
        *rest = str_trim(str_skip(*rest, end + 1));
    }
    return !rest->len || (rest->ptr[0] != '[' && rest->ptr[0] != ']');
}

/* What follows the extras: specifiers, perhaps in parentheses, or "@ URL". */
static bool read_specifiers(struct str rest, struct python_requirement *out)
{
    if (rest.len && rest.ptr[0] == '@') {
        out->url = str_trim(str_skip(rest, 1));
        return true;
    }
    if (rest.len && rest.ptr[0] == '(') {
        if (rest.ptr[rest.len - 1] != ')')
            return false;
        rest = str_trim(str_head(str_skip(rest, 1), rest.len - 2));
    }
    out->specifiers = rest;
    return rest.len == 0 || (rest.ptr[0] && strchr("<>=!~", rest.ptr[0]));
}

bool python_requirement(struct str text, struct python_requirement *out)
{
    struct str front, marker;
    *out = (struct python_requirement){ 0 };
    str_cut(text, ';', &front, &marker);
    front = str_trim(front);
    out->name = str_head(front, name_span(front));
    out->marker = str_trim(marker);
    struct str rest = str_trim(str_skip(front, out->name.len));
    return python_name_ok(out->name) && skip_extras(&rest) && read_specifiers(rest, out);
}

struct str python_pin(struct str specifiers)
{
    struct str item, pin = { 0 };
    while (str_next(&specifiers, ',', &item)) {
        item = str_trim(item);
        if (!str_starts(item, "=="))
            continue;
        pin = str_trim(str_skip(item, str_starts(item, "===") ? 3 : 2));
        return python_version_ok(pin) ? pin : (struct str){ 0 };
    }
    return pin;
}

struct str python_lowest(struct str specifiers, struct arena *arena)
{
    struct str item, version = { 0 };
    while (str_next(&specifiers, ',', &item)) {
        item = str_trim(item);
        bool equal = str_starts(item, "==");
        if (!equal && !str_starts(item, ">=") && !str_starts(item, "~="))
            continue;
        version = str_trim(str_skip(item, 2));
        if (equal && !str_ends(version, ".*"))
            continue;
        if (equal)
            version = arena_printf(arena, "%.*s0", STR_ARG(str_head(version, version.len - 1)));
        return python_version_ok(version) ? version : (struct str){ 0 };
    }
    return (struct str){ 0 };
}

struct str python_hash(struct str text)
{
    size_t colon, n;
    if (!str_find(text, ':', &colon) || colon == 0 || colon + 1 == text.len)
        return (struct str){ 0 };
    for (n = 0; n < text.len && (n == colon || is_alnum(text.ptr[n]));)
        n++;
    return n == text.len ? text : (struct str){ 0 };
}
