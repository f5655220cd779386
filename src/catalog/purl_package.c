/* The package URL of a package: which parts of its name are the namespace, the name and the subpath by its type, and which
 * qualifiers it has as in Trivy's reports. */
#include "catalog/purl.h"
#include "catalog/program/versions.h"

static bool scheme_is(const struct package *package, const char *scheme)
{
    return package->kind->scheme && strcmp(package->kind->scheme, scheme) == 0;
}

/* Of Debian's and rpm's versions the epoch is a qualifier; pacman's stays where it is (type alpm). */
static struct str take_epoch(const struct package *p, struct str *version)
{
    struct str epoch, rest;
    uint64_t value;
    if ((!scheme_is(p, "dpkg") && !scheme_is(p, "rpm")) || !str_cut(*version, ':', &epoch, &rest) || !str_u64(epoch, &value))
        return STR("");
    *version = rest;
    return value ? epoch : STR("");
}

/* The vendor's name; where that is not the family's, as Trivy has it. */
static struct str vendor_of(const struct package *p, const struct distro *distro)
{
    if (scheme_is(p, "rpm") && str_starts(distro->family, "opensuse"))
        return STR("opensuse");
    if (scheme_is(p, "rpm") && (str_is(distro->family, "sles") || str_is(distro->family, "slem")))
        return STR("suse");
    return distro->family;
}

/* "debian-12.5"; of apk the release alone. */
static void put_distro(struct buf *out, bool *first, const struct distro *distro, struct str release, bool release_only)
{
    if (release_only) {
        purl_put_qualifier(out, first, STR("distro"), release);
    } else if (distro->family.len && release.len) {
        purl_put_qualifier(out, first, STR("distro"), distro->family);
        buf_chr(out, '-');
        purl_put_encoded(out, release, PURL_AS_IT_IS);
    }
}

static void put_os_purl(const struct package *p, const struct distro *distro, struct buf *out)
{
    struct str type = str_from(p->kind->purl_type), name = p->name, space = vendor_of(p, distro), version = p->version;
    struct str epoch = take_epoch(p, &version);
    bool first = true;
    if (purl_type_rules(type) & BY_SLASH) { /* "category/name" is the same in all distributions that use it */
        space = path_dir(name);
        name = path_base(name);
    }
    purl_put_head(out, type, space, name, version);
    purl_put_qualifier(out, &first, STR("arch"), p->arch);
    put_distro(out, &first, distro, distro->release, scheme_is(p, "apk"));
    purl_put_qualifier(out, &first, STR("epoch"), epoch);
    purl_put_qualifier(out, &first, STR("modularitylabel"), p->module);
}

static bool is_uuid(struct str text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (size_t i = 0; i < text.len && text.len == sizeof form - 1; i++)
        if ((form[i] == '-') != (text.ptr[i] == '-'))
            return false;
    return text.len == sizeof form - 1;
}

static void split_name(unsigned rules, struct str *space, struct str *name, struct str *subpath)
{
    size_t at;
    struct str first, rest, second;
    if ((rules & TAIL) && str_cut(*name, '/', &first, &rest)) {
        *name = first;
        *subpath = rest;
    } else if ((rules & TWO_PARTS) && str_cut(*name, '/', &first, &rest)) {
        str_cut(rest, '/', &second, subpath);
        *space = first;
        *name = second;
    } else if (((rules & BY_SLASH) && str_rfind(*name, '/', &at)) || ((rules & BY_COLON) && str_rfind(*name, ':', &at))) {
        *space = str_head(*name, at);
        *name = str_skip(*name, at + 1);
    }
}

void purl_write(const struct package *package, const struct distro *distro, struct buf *out)
{
    if (!package->kind->purl_type)
        return;
    if (package->kind->is_os) {
        put_os_purl(package, distro, out);
        return;
    }
    struct str type = str_from(package->kind->purl_type), name = package->name, space = { 0 }, subpath = { 0 };
    struct str release, rest;
    unsigned rules = purl_type_rules(type);
    bool first = true;
    /* A Go module that was replaced by a folder has no name that others know. */
    if (str_is(type, "golang") && (str_starts(name, "./") || str_starts(name, "../")))
        return;
    split_name(rules, &space, &name, &subpath);
    struct str known = versions_purl(package);
    size_t slash;
    if (known.len && str_rfind(known, '/', &slash)) {
        name = str_skip(known, slash + 1);
        str_cut(str_head(known, slash), '/', &type, &space);
    }
    purl_put_head(out, type, space, name, package->version);
    purl_put_qualifier(out, &first, STR("arch"), package->arch);
    str_cut(distro->release, '.', &release, &rest);
    if (rules & WITH_DISTRO)
        put_distro(out, &first, distro, release, false);
    if ((rules & NEEDS_UUID) && is_uuid(package->id))
        purl_put_qualifier(out, &first, STR("uuid"), package->id);
    purl_put_subpath(out, subpath);
}
