/* swift - Swift packages are tags: Semantic Versioning, with or without "v", and "1.2" for 1.2.0. */
#include "version/schemes.h"
#include "version/semver.h"

static bool swift_key(struct str text, struct buf *out)
{
    return semver_key_by(text, SEMVER_V | SEMVER_SHORT, out);
}

static bool swift_test(struct range *range, struct str op, struct str word)
{
    return partial_test(range, op, word, "=");
}

static bool swift_range(struct str text, struct version_set *out, struct error *err)
{
    return range_parse(&version_scheme_swift, text, swift_test, out, err);
}

const struct version_scheme version_scheme_swift = { .name = "swift", .key = swift_key, .range = swift_range };
