/* rpm - package versions, [epoch:]version[-release], by rpmvercmp (rpm-version(7) and lib/rpmvercmp.c of rpm 4.18).
 *
 * Version and release are runs of letters or of digits; what stands between them only parts them. '~' sorts before the
 * end, then '^', then letters, then numbers. A missing epoch is 0.
 *
 * A version without release equals that version with any release, as in dependencies. So equality is not transitive
 * (1-1 = 1 = 1-2) and `compare` decides; in the key a missing release comes before all. Without such versions the key is
 * exact. */
#include "version/evr.h"
#include "version/key.h"
#include "version/schemes.h"

enum { TILDE = 0x01, PART_END = 0x02, CARET = 0x03, LETTERS = 0x04 };

static unsigned char *part_key(unsigned char *p, struct str part)
{
    while (part.len) {
        size_t n = digits_span(part);
        if (n) {
            p = key_number(p, part.ptr, n);
        } else if ((n = alpha_span(part)) != 0) {
            p = key_byte(p, LETTERS);
            p = key_text(p, part.ptr, n);
        } else {
            n = 1;
            if (str_at(part, '~') || str_at(part, '^'))
                p = key_byte(p, str_at(part, '~') ? TILDE : CARET);
        }
        part = str_skip(part, n);
    }
    return key_byte(p, PART_END);
}

static unsigned char *epoch_version_key(unsigned char *p, const struct evr *evr)
{
    p = key_number(p, evr->epoch.ptr, evr->epoch.len);
    return part_key(p, evr->version);
}

static bool rpm_key(struct str text, struct buf *out)
{
    struct evr evr;
    unsigned char *p = evr_parse(text, &evr) ? key_open(text, out) : NULL;
    if (!p)
        return false;
    p = epoch_version_key(p, &evr);
    return key_close(out, evr.release.ptr ? part_key(p, evr.release) : p);
}

static struct str key_of(const struct evr *evr, bool with_release, unsigned char *room)
{
    unsigned char *p = epoch_version_key(room, evr);
    if (with_release)
        p = part_key(p, evr->release);
    return str_make(room, (size_t)(p - room));
}

static int rpm_compare(struct str a, struct str b)
{
    unsigned char room_a[VERSION_KEY_MAX], room_b[VERSION_KEY_MAX];
    struct evr evr_a, evr_b;
    if (!evr_parse(a, &evr_a) || !evr_parse(b, &evr_b))
        return str_cmp(a, b);
    bool releases = evr_a.release.ptr && evr_b.release.ptr;
    return version_key_compare(key_of(&evr_a, releases, room_a), key_of(&evr_b, releases, room_b));
}

const struct version_scheme version_scheme_rpm = { .name = "rpm", .key = rpm_key, .compare = rpm_compare };
