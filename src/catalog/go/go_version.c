/* Versions in Go's build info: of the standard library, and of the program itself. Most programs are built from a checkout,
 * where Go knew no version before 1.24: it is told by a variable that -ldflags sets, or by the symbol of such a variable. The
 * commit alone is no version: made into one (v0.0.0-…) it would come before every release. */
#include "catalog/go/go.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* ---- shapes of versions -------------------------------------------------------------------------------------------------------- */

/* Takes digits, without a zero in front of others. */
static bool take_number(struct str *rest)
{
    size_t n = 0;
    while (n < rest->len && is_digit(rest->ptr[n]))
        n++;
    if (n == 0 || (n > 1 && rest->ptr[0] == '0'))
        return false;
    *rest = str_skip(*rest, n);
    return true;
}

/* Letters, digits and '-', in parts between dots, none empty; those of a prerelease that are numbers have no zero in front. */
static bool take_parts(struct str *rest, bool prerelease)
{
    while (true) {
        size_t n = 0, digits = 0;
        for (; n < rest->len; n++) {
            char c = lower(rest->ptr[n]);
            if (!is_digit(c) && c != '-' && (c < 'a' || c > 'z'))
                break;
            digits += is_digit(c);
        }
        if (n == 0 || (prerelease && digits == n && n > 1 && rest->ptr[0] == '0'))
            return false;
        *rest = str_skip(*rest, n);
        if (!str_starts(*rest, "."))
            return true;
        *rest = str_skip(*rest, 1);
    }
}

bool go_is_version(struct str text)
{
    if (str_starts(text, "v"))
        text = str_skip(text, 1);
    for (unsigned i = 0; i < 3; i++) {
        if (!take_number(&text))
            return false;
        if (text.len == 0)
            return true; /* v1 and v1.2 are short forms */
        if (i < 2 && !str_starts(text, "."))
            return false;
        text = i < 2 ? str_skip(text, 1) : text;
    }
    if (str_starts(text, "-")) {
        text = str_skip(text, 1);
        if (!take_parts(&text, true))
            return false;
    }
    if (!str_starts(text, "+"))
        return text.len == 0;
    text = str_skip(text, 1);
    return take_parts(&text, false) && text.len == 0;
}

bool go_is_whole_version(struct str text)
{
    struct str numbers = text;
    size_t dots = 0, n = 1;
    for (; n < numbers.len && (is_digit(numbers.ptr[n]) || numbers.ptr[n] == '.'); n++)
        dots += numbers.ptr[n] == '.';
    return str_starts(text, "v") && dots == 2 && go_is_version(text);
}

bool go_is_pseudo_version(struct str text)
{
    enum { TIME_DIGITS = 14 };
    struct str build;
    size_t dash;
    if (!str_starts(text, "v") || !go_is_version(text))
        return false;
    str_cut(text, '+', &text, &build);
    if (!str_rfind(text, '-', &dash) || dash < TIME_DIGITS + 1)
        return false;
    struct str time = str_make(text.ptr + dash - TIME_DIGITS, TIME_DIGITS);
    char before = text.ptr[dash - TIME_DIGITS - 1]; /* v0.0.0-TIME, v1.2.4-0.TIME, v1.2.3-pre.0.TIME */
    for (size_t i = 0; i < time.len; i++)
        if (!is_digit(time.ptr[i]))
            return false;
    return before == '-' || before == '.';
}

/* "go1.22.1", "go1.20.3 X:boringcrypto", "go1.26.0-X:loopvar", "go1.19.8 (Red Hat 1.19.8-1.el9)", "go1.16.15b7" (with
 * BoringCrypto), "devel go1.23-abcdef0 date". What stands behind '-' is a vendor's (go.dev/doc/toolchain, "Go versions"). */
struct str go_stdlib_version(struct str go_version, struct arena *arena)
{
    struct str rest, text = go_version;
    bool devel = str_starts(text, "devel ");
    if (devel)
        text = str_skip(text, 6);
    if (str_starts(text, "go"))
        text = str_skip(text, 2);
    str_cut(text, ' ', &text, &rest);
    if (!devel)
        str_cut(text, '-', &text, &rest);
    size_t b, dots = 0;
    for (size_t i = 0; i < text.len; i++)
        dots += text.ptr[i] == '.';
    if (dots == 2 && str_find(text, 'b', &b) && b + 1 < text.len && is_digit(text.ptr[b + 1]))
        text = str_head(text, b);
    return arena_printf(arena, "v%.*s", STR_ARG(text));
}

/* ---- the program's own version --------------------------------------------------------------------------------------------------- */

struct str go_main_version(const struct go_info *info, const struct program *program, struct arena *arena)
{
    struct str own = str_is(info->main.version, "(devel)") ? STR("") : info->main.version, version = { 0 };
    struct go_votes *votes = arena_new(arena, struct go_votes);
    if ((own.len && !go_is_pseudo_version(own)) || !votes)
        return own;
    votes->module = info->main.path;
    if (info->has_ldflags) {
        go_vote_flags(votes, info->ldflags, arena);
        version = go_elected(votes);
    } else {
        /* Go leaves the flags out where it was told to trim paths, and Go before 1.18 knew no settings */
        go_vote_symbols(votes, program, arena);
        version = go_elected(votes);
    }
    return version.len ? version : own;
}

/* ---- variables that are set to a version ------------------------------------------------------------------------------------------- */

static bool ends_nocase(struct str text, const char *suffix)
{
    size_t len = strlen(suffix);
    return text.len >= len && str_eq_nocase(str_skip(text, text.len - len), str_from(suffix));
}

bool go_is_version_key(struct str key)
{
    return ends_nocase(key, ".version") || ends_nocase(key, ".ver");
}

void go_vote(struct go_votes *votes, struct str key, struct str version)
{
    size_t i = 0;
    if (!go_is_version_key(key) || !go_is_version(version))
        return;
    while (i < votes->count && !str_eq(votes->flags[i].key, key))
        i++;
    if (i == ARRAY_LEN(votes->flags))
        return;
    votes->flags[i].key = key;
    votes->flags[i].version = version;
    votes->count += i == votes->count;
}

/* 0: of a command of the module; 1: of a package with a usual name; 2: others. */
static unsigned rank(struct str module, struct str key)
{
    static const char *const usual[] = { "main", "common", "version", "cmd" };
    struct str package, variable, rest = key;
    if (module.len && key.len > module.len && str_eq(str_head(key, module.len), module))
        rest = str_skip(key, module.len);
    if (rest.len != key.len && str_starts(rest, "/cmd/"))
        return 0;
    str_cut(path_base(key), '.', &package, &variable);
    for (size_t i = 0; i < ARRAY_LEN(usual); i++)
        if (str_eq_nocase(package, str_from(usual[i])))
            return 1;
    return 2;
}

struct str go_elected(const struct go_votes *votes)
{
    for (unsigned r = 0; r < 3; r++) {
        struct str found = { 0 };
        size_t count = 0;
        for (size_t i = 0; i < votes->count; i++)
            if (rank(votes->module, votes->flags[i].key) == r) {
                count += found.len == 0 || !str_eq(found, votes->flags[i].version);
                found = votes->flags[i].version;
            }
        if (count)
            return count == 1 ? found : STR("");
    }
    return STR("");
}
