/* julia - Julia's VersionNumber: Semantic Versioning with short forms ("1.2"), "v", zeros in front, build metadata that
 * counts after all else, and "1.2.3-" as the lowest prerelease of 1.2.3. */
#include "version/schemes.h"
#include "version/semver.h"

static bool julia_key(struct str text, struct buf *out)
{
    return semver_key_by(text, SEMVER_V | SEMVER_SHORT | SEMVER_ZEROS | SEMVER_EMPTY | SEMVER_BUILD, out);
}

static bool julia_test(struct range *range, struct str op, struct str word)
{
    return partial_test(range, op, word, "=");
}

static bool julia_range(struct str text, struct version_set *out, struct error *err)
{
    return range_parse(&version_scheme_julia, text, julia_test, out, err);
}

const struct version_scheme version_scheme_julia = { .name = "julia", .key = julia_key, .range = julia_range };
