/* Distributions and their advisories. Sources: each distribution's own tracker, by the names of namespaces in vulndb.h. Debian,
 * Ubuntu, Alpine and their kin publish by source package; Azure Linux and Photon too, Photon with the binary's version; the
 * Red Hat, SUSE, Oracle and Amazon feeds by binary package. */
#include "match/family.h"

static const struct family families[] = {
    { "alpine", "alpine ", RELEASE_MINOR, BY_SOURCE, 0 },
    { "wolfi", "wolfi", RELEASE_NONE, BY_SOURCE, 0 },
    { "chainguard", "chainguard", RELEASE_NONE, BY_SOURCE, 0 },
    { "minimos", "minimos", RELEASE_NONE, BY_SOURCE, 0 },
    { "debian", "debian ", RELEASE_MAJOR, BY_SOURCE, 0 },
    { "ubuntu", "ubuntu ", RELEASE_MINOR, BY_SOURCE, 0 },
    { "echo", "echo", RELEASE_NONE, BY_SOURCE, 0 },
    { "redhat", "Red Hat", RELEASE_NONE, BY_BINARY, HAS_MODULES | HAS_CPES | HAS_STREAMS },
    { "centos", "Red Hat", RELEASE_NONE, BY_BINARY, HAS_MODULES | HAS_CPES | HAS_STREAMS },
    { "alma", "alma ", RELEASE_MAJOR, BY_BINARY, HAS_MODULES | HAS_STREAMS },
    { "rocky", "rocky ", RELEASE_MAJOR, BY_BINARY, HAS_MODULES | HAS_STREAMS },
    { "oracle", "Oracle Linux ", RELEASE_MAJOR, BY_BINARY, HAS_FLAVOURS | HAS_STREAMS },
    { "amazon", "amazon linux ", RELEASE_AMAZON, BY_BINARY, 0 },
    { "photon", "Photon OS ", RELEASE_MINOR, BY_SOURCE_BINARY_VERSION, 0 },
    { "cbl-mariner", "CBL-Mariner ", RELEASE_MINOR, BY_SOURCE, 0 },
    { "azurelinux", "Azure Linux ", RELEASE_MINOR, BY_SOURCE, 0 },
    { "opensuse-leap", "openSUSE Leap ", RELEASE_WHOLE, BY_BINARY, 0 },
    { "opensuse-leap-micro", "openSUSE Leap Micro ", RELEASE_WHOLE, BY_BINARY, 0 },
    { "opensuse-tumbleweed", "openSUSE Tumbleweed", RELEASE_NONE, BY_BINARY, 0 },
    { "sles", "SUSE Linux Enterprise ", RELEASE_WHOLE, BY_BINARY, 0 },
    { "slem", "SUSE Linux Enterprise Micro ", RELEASE_WHOLE, BY_BINARY, 0 },
    { "arch", "archlinux", RELEASE_NONE, BY_BINARY, 0 },
    { "bottlerocket", "bottlerocket", RELEASE_NONE, BY_BINARY, 0 },
};

const struct family *family_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (str_is(name, families[i].name))
            return &families[i];
    return NULL;
}

struct str release_parts(struct str release, unsigned parts)
{
    for (size_t i = 0; i < release.len; i++)
        if (release.ptr[i] == '.' && --parts == 0)
            return str_head(release, i);
    return release;
}

struct str amazon_release(struct str release)
{
    struct str first, rest;
    str_cut(release, ' ', &first, &rest);
    struct str major = release_parts(first, 1);
    bool by_month = str_starts(major, "201") && major.len == 4;
    return by_month ? STR("1") : major;
}

struct str family_space(const struct family *family, struct str release, struct arena *arena)
{
    struct str form = { 0 };
    if (family->form == RELEASE_MAJOR)
        form = release_parts(release, 1);
    else if (family->form == RELEASE_MINOR)
        form = release_parts(release, 2);
    else if (family->form == RELEASE_WHOLE)
        form = release;
    else if (family->form == RELEASE_AMAZON)
        form = amazon_release(release);
    return arena_printf(arena, "%s%.*s", family->space, STR_ARG(form));
}
