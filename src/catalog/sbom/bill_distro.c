/* Which distribution a bill of materials is about: what it says of it, its operating system, or what most package URLs say
 * ("distro=debian-12"; purl-spec, PURL-TYPES.rst, deb, rpm, apk). */
#include "catalog/sbom/bill.h"

#include "catalog/distro.h"
#include "catalog/headers.h"

/* ---- names ---------------------------------------------------------------------------------------------------------------------------- */

/* Names that neither os-release nor release files have. */
static const struct {
    const char *theirs, *ours;
} other_names[] = { { "debian gnu/linux", "debian" },
                    { "alpine linux", "alpine" },
                    { "opensuse.leap", "opensuse-leap" },
                    { "opensuse.tumbleweed", "opensuse-tumbleweed" },
                    { "suse linux enterprise micro", "slem" },
                    { "archlinux", "arch" },
                    { "amazonlinux", "amazon" },
                    { "oraclelinux", "oracle" },
                    { "rockylinux", "rocky" } };

/* Code names stand for releases in package URLs of Debian's and Ubuntu's. */
static const struct {
    const char *family, *name, *release;
} code_names[] = { { "debian", "stretch", "9" },    { "debian", "buster", "10" },     { "debian", "bullseye", "11" },
                   { "debian", "bookworm", "12" },  { "debian", "trixie", "13" },     { "debian", "forky", "14" },
                   { "ubuntu", "trusty", "14.04" }, { "ubuntu", "xenial", "16.04" },  { "ubuntu", "bionic", "18.04" },
                   { "ubuntu", "focal", "20.04" },  { "ubuntu", "jammy", "22.04" },   { "ubuntu", "noble", "24.04" },
                   { "ubuntu", "plucky", "25.04" }, { "ubuntu", "questing", "25.10" } };

/* The family of a name in lower case; empty: no distribution that is known here. */
static struct str family_of(struct str name)
{
    const struct distro_row *row = distro_by_family(name);
    if (!row)
        row = distro_by_id(name);
    if (!row)
        row = distro_by_title(name);
    for (size_t i = 0; !row && i < ARRAY_LEN(other_names); i++)
        if (str_is(name, other_names[i].theirs))
            return str_from(other_names[i].ours);
    return row ? str_from(row->family) : (struct str){ 0 };
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct str release_of(struct str family, struct str text)
{
    for (size_t i = 0; i < ARRAY_LEN(code_names); i++)
        if (str_is(family, code_names[i].family) && str_eq_nocase(text, str_from(code_names[i].name)))
            return str_from(code_names[i].release);
    return text;
}

const char *bill_purl_type(struct str family)
{
    static const struct {
        const char *family, *type;
    } types[] = { { "debian", "deb" },   { "ubuntu", "deb" },     { "echo", "deb" },     { "alpine", "apk" },
                  { "wolfi", "apk" },    { "chainguard", "apk" }, { "minimos", "apk" },  { "postmarketos", "apk" },
                  { "arch", "alpm" },    { "gentoo", "ebuild" },  { "openwrt", "opkg" }, { "bottlerocket", "rpm" },
                  { "openeuler", "rpm" } };
    const struct distro_row *row = distro_by_family(family);
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_is(family, types[i].family))
            return types[i].type;
    return row && row->vendors[0] ? "rpm" : NULL;
}

/* ---- votes ------------------------------------------------------------------------------------------------------------------------------ */

/* "debian-12", "opensuse-leap-15.5", "3.20.3" or "bookworm" beside the namespace. */
static void split_qualifier(struct str text, struct str space, struct str *family, struct str *release)
{
    size_t at = text.len;
    *family = space;
    *release = (struct str){ 0 };
    if (family_of(text).len) {
        *family = text;
        return;
    }
    while (str_rfind(str_head(text, at), '-', &at))
        if (family_of(str_head(text, at)).len) {
            *family = str_head(text, at);
            *release = str_skip(text, at + 1);
            return;
        }
    bool is_number = text.len && is_digit(text.ptr[0]), is_code_name = release_of(family_of(space), text).ptr != text.ptr;
    if (is_number || is_code_name)
        *release = text;
    else if (family_of(space).len == 0 && str_rfind(text, '-', &at)) {
        *family = str_head(text, at);
        *release = str_skip(text, at + 1);
    }
}

bool bill_vote(struct bill *bill, const struct purl *purl)
{
    struct str family, release, known;
    uint64_t count = 0;
    if (purl->type.len == 0 || purl->space.len == 0)
        return true;
    split_qualifier(arena_lower(bill->scratch, str_trim(purl_qualifier(purl, "distro"))), purl->space, &family, &release);
    known = family_of(family);
    family = known.len ? known : family;
    struct str key = arena_printf(bill->scratch, "%.*s\n%.*s", STR_ARG(family), STR_ARG(release_of(family, release)));
    map_get(&bill->distros, key, &count);
    return key.ptr && map_put(&bill->distros, key, count + 1);
}

/* One that names a release before one that does not. */
static bool most_voted(const struct bill *bill, struct str *family, struct str *release)
{
    struct str key, f, r;
    uint64_t count, best = 0;
    size_t pos = 0;
    bool with_release = false;
    while (map_each(&bill->distros, &pos, &key, &count)) {
        str_cut(key, '\n', &f, &r);
        bool better = (r.len > 0) != with_release ? r.len > 0 : count > best || (count == best && str_cmp(f, *family) < 0);
        if (best && !better)
            continue;
        best = count;
        with_release = r.len > 0;
        *family = f;
        *release = r;
    }
    return best > 0;
}

/* ---- the distribution ---------------------------------------------------------------------------------------------------------------------- */

/* "12" and "12.5" are one release, of which one is told more exactly; what is not told contradicts nothing. */
static bool same_release(struct str a, struct str b)
{
    struct str longer = a.len > b.len ? a : b, shorter = a.len > b.len ? b : a;
    return shorter.len == 0 || (str_eq(str_head(longer, shorter.len), shorter) &&
                                (longer.len == shorter.len || strchr(". ", longer.ptr[shorter.len])));
}

static bool warn_of_strangers(struct bill *bill, const struct distro *distro)
{
    struct str key, family, release;
    uint64_t count;
    size_t pos = 0, told = 0;
    while (told < BILL_MAX_TOLD && map_each(&bill->distros, &pos, &key, &count)) {
        str_cut(key, '\n', &family, &release);
        if (str_eq(family_of(family).len ? family_of(family) : family, distro->family) && same_release(release, distro->release))
            continue;
        told++;
        if (!catalog_warn(bill->facts, bill->name, false,
                          "%llu OS packages are of %.*s %.*s, but are judged as those of %.*s %.*s", (unsigned long long)count,
                          STR_ARG(family), STR_ARG(release), STR_ARG(distro->family), STR_ARG(distro->release)))
            return false;
    }
    return true;
}

/* Of several operating systems the one that most components belong to. */
static const struct sbom_component *find_system(struct bill *bill, size_t *systems)
{
    const struct sbom *sbom = &bill->sbom;
    size_t *ties = arena_array(bill->scratch, sbom->component_count + 1, sizeof *ties);
    const struct sbom_component *best = NULL;
    uint64_t at;
    *systems = 0;
    for (size_t i = 0; ties && i < sbom->link_count; i++)
        if (map_get(&sbom->refs, sbom->links[i].from, &at))
            ties[at]++;
    for (size_t i = 0; ties && i < sbom->component_count; i++) {
        const struct sbom_component *c = &sbom->components[i];
        if (c->role != SBOM_SYSTEM || c->name.len == 0)
            continue;
        ++*systems;
        if (!best || ties[i] > ties[best - sbom->components])
            best = c;
    }
    return best;
}

bool bill_add_distro(struct bill *bill)
{
    struct distro said = bill->sbom.distro;
    struct str family, release, known;
    size_t systems;
    const struct sbom_component *system = find_system(bill, &systems);
    if (said.family.len == 0 && system) {
        said.family = system->name;
        said.release = system->version;
    }
    if (said.family.len == 0 && !most_voted(bill, &said.family, &said.release))
        return !bill->scratch->exhausted;
    if (!header_value_ok(said.family) || !header_value_ok(said.release) || !header_value_ok(said.name))
        return catalog_warn(bill->facts, bill->name, false, "the name of its distribution holds control characters: not used");
    family = arena_lower(bill->scratch, str_trim(said.family));
    known = family_of(family);
    family = known.len ? known : family;
    release = release_of(family, said.release);
    if (!distro_add(bill->facts, bill->name, family, release, said.name))
        return false;
    if (systems > 1 && !catalog_warn(bill->facts, bill->name, false, "names %zu operating systems: taken to be %.*s %.*s",
                                     systems, STR_ARG(family), STR_ARG(release)))
        return false;
    return warn_of_strangers(bill, &bill->facts->distros[bill->facts->distro_count - 1]);
}
