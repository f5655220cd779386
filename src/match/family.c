/* Distributions and their advisories. Sources: each distribution's own tracker, by the names of namespaces in vulndb.h. Debian,
 * Ubuntu, Alpine and their kin publish by source package; Azure Linux and Photon too, Photon with the binary's version; the
 * Red Hat, SUSE, Oracle and Amazon feeds by binary package. */
#include "match/family.h"

static const struct family families[] = {
    { "alpine", "alpine ", RELEASE_MINOR, BY_SOURCE, false, false, false, "alpine" },
    { "debian", "debian ", RELEASE_MAJOR, BY_SOURCE, false, false, false, "debian" },
    { "ubuntu", "ubuntu ", RELEASE_WHOLE, BY_SOURCE, false, false, false, "ubuntu" },
    { "redhat", "Red Hat", RELEASE_NONE, BY_BINARY, true, true, false, "redhat" },
    { "centos", "Red Hat", RELEASE_NONE, BY_BINARY, true, true, false, "centos" },
    { "alma", "alma ", RELEASE_MAJOR, BY_BINARY, true, false, false, "alma" },
    { "rocky", "rocky ", RELEASE_MAJOR, BY_BINARY, true, false, false, "rocky" },
    { "oracle", "Oracle Linux ", RELEASE_MAJOR, BY_BINARY, false, false, true, "oracle" },
    { "amazon", "amazon linux ", RELEASE_AMAZON, BY_BINARY, false, false, false, "amazon" },
    { "photon", "Photon OS ", RELEASE_MINOR, BY_SOURCE_BINARY_VERSION, false, false, false, "photon" },
    { "cbl-mariner", "CBL-Mariner ", RELEASE_MINOR, BY_SOURCE, false, false, false, "cbl-mariner" },
    { "azurelinux", "Azure Linux ", RELEASE_MINOR, BY_SOURCE, false, false, false, "azurelinux" },
    { "opensuse-leap", "openSUSE Leap ", RELEASE_WHOLE, BY_BINARY, false, false, false, "opensuse-leap" },
    { "opensuse-leap-micro", "openSUSE Leap Micro ", RELEASE_WHOLE, BY_BINARY, false, false, false, "opensuse-leap-micro" },
    { "opensuse-tumbleweed", "openSUSE Tumbleweed", RELEASE_NONE, BY_BINARY, false, false, false, "opensuse-tumbleweed" },
    { "sles", "SUSE Linux Enterprise ", RELEASE_WHOLE, BY_BINARY, false, false, false, "sles" },
    { "slem", "SUSE Linux Enterprise Micro ", RELEASE_WHOLE, BY_BINARY, false, false, false, "slem" },
    { "wolfi", "wolfi", RELEASE_NONE, BY_SOURCE, false, false, false, "wolfi" },
    { "chainguard", "chainguard", RELEASE_NONE, BY_SOURCE, false, false, false, "chainguard" },
    { "minimos", "minimos", RELEASE_NONE, BY_SOURCE, false, false, false, "minimos" },
    { "echo", "echo", RELEASE_NONE, BY_SOURCE, false, false, false, "echo" },
    { "arch", "archlinux", RELEASE_NONE, BY_BINARY, false, false, false, "arch" },
};

const struct family *family_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        if (str_is(name, families[i].name))
            return &families[i];
    return NULL;
}

/* The first `parts` parts of "3.20.3". */
static struct str first_parts(struct str release, unsigned parts)
{
    for (size_t i = 0; i < release.len; i++)
        if (release.ptr[i] == '.' && --parts == 0)
            return str_head(release, i);
    return release;
}

/* Amazon Linux 1 is numbered by month ("2018.03"); later ones "2 (Karoo)", "2022", "2023.6.20250203". */
static struct str amazon_release(struct str release)
{
    struct str first, rest;
    str_cut(release, ' ', &first, &rest);
    struct str major = first_parts(first, 1);
    if (str_is(major, "2") || str_is(major, "2022") || str_is(major, "2023"))
        return major;
    return STR("1");
}

struct str family_space(const struct family *family, struct str release, struct arena *arena)
{
    struct str form = { 0 };
    if (family->form == RELEASE_MAJOR)
        form = first_parts(release, 1);
    else if (family->form == RELEASE_MINOR)
        form = first_parts(release, 2);
    else if (family->form == RELEASE_WHOLE)
        form = release;
    else if (family->form == RELEASE_AMAZON)
        form = amazon_release(release);
    return arena_printf(arena, "%s%.*s", family->space, STR_ARG(form));
}
