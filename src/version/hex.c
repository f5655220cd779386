/* hex - Elixir and Erlang packages: Semantic Versioning, and the requirements of Elixir's Version module, where "and" and
 * "or" are words and "~> 2.1.3" leaves the last number free. */
#include "version/schemes.h"
#include "version/semver.h"

static bool hex_key(struct str text, struct buf *out)
{
    return semver_key_by(text, 0, out);
}

static bool hex_test(struct range *range, struct str op, struct str word)
{
    struct partial partial;
    if (op.len == 0 && str_is(word, "and"))
        return true;
    if (!str_is(op, "~>"))
        return partial_test(range, op, word, "=");
    return partial_parse(range, word, &partial) && partial_from(range, &partial, partial.count > 1 ? partial.count - 1 : 1);
}

/* Cuts at the word "or". */
static bool cut_or(struct str text, struct str *left, struct str *right)
{
    for (size_t i = 0; i + 4 <= text.len; i++)
        if (memcmp(text.ptr + i, " or ", 4) == 0) {
            *left = str_head(text, i);
            *right = str_skip(text, i + 4);
            return true;
        }
    *left = text;
    *right = str_skip(text, text.len);
    return false;
}

static bool hex_range(struct str text, struct version_set *out, struct error *err)
{
    struct str rest = text, group;
    for (bool more = true; more;) {
        more = cut_or(rest, &group, &rest);
        if (!range_parse(&version_scheme_hex, group, hex_test, out, err))
            return false;
    }
    return true;
}

const struct version_scheme version_scheme_hex = { .name = "hex", .key = hex_key, .range = hex_range };
