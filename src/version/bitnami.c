/* bitnami - versions of Bitnami's components, VERSION[-REVISION]: Semantic Versioning in short forms too ("1.2"), where a
 * prerelease of digits alone is the revision of Bitnami's own packaging. Advisories are about the version, so that the
 * revision does not count. */
#include "version/schemes.h"
#include "version/semver.h"

enum { RULES = SEMVER_V | SEMVER_SHORT | SEMVER_ZEROS };

static bool bitnami_key(struct str text, struct buf *out)
{
    struct semver version;
    unsigned char *p = semver_parse(text, RULES, &version) ? key_open(text, out) : NULL;
    if (!p)
        return false;
    if (version.pre.ptr && digits_span(version.pre) == version.pre.len)
        version.pre = (struct str){ NULL, 0 };
    p = semver_write_numbers(p, &version);
    return key_close(out, semver_write_pre(p, version.pre));
}

const struct version_scheme version_scheme_bitnami = { .name = "bitnami", .key = bitnami_key };
