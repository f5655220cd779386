/* pub - Dart packages: Semantic Versioning where build metadata counts too, none first (pub_semver), zeros may stand in
 * front of numbers, and "any" and "^" are constraints. */
#include "version/schemes.h"
#include "version/semver.h"

static bool pub_key(struct str text, struct buf *out)
{
    return semver_key_by(text, SEMVER_BUILD | SEMVER_ZEROS, out);
}

static bool pub_test(struct range *range, struct str op, struct str word)
{
    return (op.len == 0 && str_is(word, "any")) || partial_test(range, op, word, "=");
}

static bool pub_range(struct str text, struct version_set *out, struct error *err)
{
    return range_parse(&version_scheme_pub, text, pub_test, out, err);
}

const struct version_scheme version_scheme_pub = { .name = "pub", .key = pub_key, .range = pub_range };
