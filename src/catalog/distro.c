/* Distributions: one row each, and which of several files has the last word on what an image is. Identifiers are those of
 * os-release(5) and of each distribution's own files; families are the names that Trivy's reports use, which people's
 * filters know. A distribution that is not here is called by its ID, and has no advisories. */
#include "catalog/distro.h"
#include "catalog/kinds.h"

static const struct distro_row rows[] = {
    { "alpine", { "alpine" }, { 0 }, { 0 }, NULL, '\0' },
    { "wolfi", { "wolfi" }, { 0 }, { 0 }, NULL, '\0' },
    { "chainguard", { "chainguard" }, { 0 }, { 0 }, NULL, '\0' },
    { "minimos", { "minimos" }, { 0 }, { 0 }, NULL, '\0' },
    { "debian", { "debian", "raspbian" }, { 0 }, { 0 }, NULL, '.' },
    { "ubuntu", { "ubuntu" }, { 0 }, { 0 }, NULL, '\0' },
    { "echo", { "echo" }, { 0 }, { 0 }, NULL, '\0' },
    { "redhat", { "rhel" }, { "red hat enterprise linux", "red hat enterprise linux server" }, { "Red Hat" }, NULL, '.' },
    { "redhat", { "rhcos" }, { 0 }, { "Red Hat" }, "RHEL_VERSION", '\0' },
    { "centos-stream", { "centos-stream" }, { "centos stream" }, { "CentOS" }, NULL, '\0' },
    { "centos", { "centos" }, { "centos", "centos linux" }, { "CentOS" }, NULL, '.' },
    { "rocky", { "rocky" }, { "rocky", "rocky linux" }, { "Rocky" }, NULL, '.' },
    { "alma", { "almalinux" }, { "almalinux", "alma linux" }, { "AlmaLinux", "CloudLinux" }, NULL, '.' },
    { "oracle", { "ol" }, { "oracle linux", "oracle linux server" }, { "Oracle" }, NULL, '.' },
    { "amazon", { "amzn" }, { "amazon linux", "amazon linux ami" }, { "Amazon" }, NULL, ' ' },
    { "fedora", { "fedora" }, { "fedora", "fedora linux" }, { "Fedora Project" }, NULL, '\0' },
    { "scientific", { "scientific" }, { "scientific linux" }, { "Scientific Linux" }, NULL, '.' },
    { "opensuse-leap", { "opensuse-leap", "opensuse" }, { "opensuse" }, { "openSUSE", "SUSE" }, NULL, '\0' },
    { "opensuse-leap-micro",
      { "opensuse-leap-micro", "leap-micro" },
      { "opensuse leap micro" },
      { "openSUSE", "SUSE" },
      NULL,
      '\0' },
    { "opensuse-tumbleweed", { "opensuse-tumbleweed" }, { "opensuse tumbleweed" }, { "openSUSE", "SUSE" }, NULL, '\0' },
    { "sles", { "sles", "sles_sap" }, { "suse linux enterprise server" }, { "SUSE" }, NULL, '.' },
    { "slem", { "sle-micro", "sl-micro", "sle-micro-rancher" }, { 0 }, { "SUSE", "openSUSE" }, NULL, '\0' },
    { "photon", { "photon" }, { "vmware photon os", "vmware photon linux" }, { "VMware", "Broadcom" }, NULL, '\0' },
    { "azurelinux", { "azurelinux" }, { "microsoft azure linux", "azure linux" }, { "Microsoft" }, NULL, '\0' },
    { "cbl-mariner", { "mariner" }, { "cbl-mariner", "common base linux mariner" }, { "Microsoft" }, NULL, '.' },
    { "bottlerocket", { "bottlerocket" }, { 0 }, { 0 }, NULL, '\0' },
    { "coreos", { "coreos" }, { 0 }, { 0 }, NULL, '\0' },
    { "arch", { "arch", "archarm" }, { 0 }, { 0 }, NULL, '\0' },
    { "openeuler", { "openeuler" }, { "openeuler" }, { 0 }, NULL, '\0' },
    { "openwrt", { "openwrt" }, { 0 }, { 0 }, NULL, '\0' },
    { "gentoo", { "gentoo" }, { "gentoo base system" }, { 0 }, NULL, '\0' },
    { "postmarketos", { "postmarketos" }, { 0 }, { 0 }, NULL, '\0' },
};

static bool has_text(const char *const texts[4], struct str text)
{
    for (size_t i = 0; i < 4 && texts[i]; i++)
        if (str_eq_nocase(text, str_from(texts[i])))
            return true;
    return false;
}

const struct distro_row *distro_by_id(struct str id)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (has_text(rows[i].ids, id))
            return &rows[i];
    return NULL;
}

const struct distro_row *distro_by_title(struct str title)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (has_text(rows[i].titles, title))
            return &rows[i];
    return NULL;
}

const struct distro_row *distro_by_family(struct str family)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (str_is(family, rows[i].family))
            return &rows[i];
    return NULL;
}

bool distro_add(struct catalog_facts *facts, struct str path, struct str family, struct str release, struct str name)
{
    struct distro *distro = catalog_add_distro(facts, path);
    if (!distro)
        return false;
    distro->family = arena_str(facts->arena, family);
    distro->release = arena_str(facts->arena, release);
    distro->name = arena_str(facts->arena, name);
    return !facts->arena->exhausted;
}

/* Files by precedence: os-release, then the older forms, each kind's claims in their order. */
static size_t rank_of(struct str path)
{
    const struct catalog_claim *const lists[] = { catalog_os_release_kind.claims, catalog_release_file_kind.claims };
    size_t rank = 0;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++)
        for (const struct catalog_claim *claim = lists[i]; claim->pattern; claim++, rank++)
            if (str_is(path, claim->pattern))
                return rank;
    return rank;
}

/* Does `exact` say the same release as `release`, but more exactly? */
static bool refines(struct str exact, struct str release, char after)
{
    if (release.len == 0)
        return exact.len > 0;
    return after && exact.len > release.len && str_eq(str_head(exact, release.len), release) && exact.ptr[release.len] == after;
}

bool catalog_distro_pick(const struct distro *distros, size_t count, struct arena *arena, struct distro *out)
{
    const struct distro *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (!best || rank_of(distros[i].path) < rank_of(best->path))
            best = &distros[i];
    if (!best)
        return false;
    const struct distro_row *row = distro_by_family(best->family);
    struct str release = best->release;
    for (size_t i = 0; i < count; i++)
        if (str_eq(distros[i].family, best->family) && refines(distros[i].release, release, row ? row->refined_after : '\0'))
            release = distros[i].release;
    struct distro picked = { arena_str(arena, best->family), arena_str(arena, release), arena_str(arena, best->name),
                             arena_str(arena, best->path) };
    if (arena->exhausted)
        return false;
    *out = picked;
    return true;
}
