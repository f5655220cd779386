/* Who publishes an OSV record, and of what kind it is: by the prefix of its identifier (the schema's registry of databases,
 * https://ossf.github.io/osv-schema/, "id, modified fields") and by the distribution that it is about. */
#include "vulndb/feeds/osv.h"

/* ---- kinds ----------------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *prefix;
    enum osv_kind kind;
} kinds[] = {
    { "DEBIAN-CVE-", OSV_DISTRO },
    { "UBUNTU-CVE-", OSV_DISTRO },
    { "ALPINE-CVE-", OSV_DISTRO },
    { "CGA-", OSV_DISTRO },
    { "MINI-", OSV_DISTRO },
    { "ECHO-", OSV_DISTRO },
    { "AZL-", OSV_DISTRO },
    { "ROOT-", OSV_DISTRO },
    { "DSA-", OSV_BULLETIN },
    { "DLA-", OSV_BULLETIN },
    { "DTSA-", OSV_BULLETIN },
    { "USN-", OSV_BULLETIN },
    { "LSN-", OSV_BULLETIN },
    { "ALSA-", OSV_BULLETIN },
    { "ALBA-", OSV_MAINTENANCE },
    { "ALEA-", OSV_MAINTENANCE },
    { "RLSA-", OSV_BULLETIN },
    { "RXSA-", OSV_BULLETIN },
    { "RLBA-", OSV_MAINTENANCE },
    { "RLEA-", OSV_MAINTENANCE },
    { "RHSA-", OSV_BULLETIN },
    { "RHBA-", OSV_MAINTENANCE },
    { "RHEA-", OSV_MAINTENANCE },
    { "ELSA-", OSV_BULLETIN },
    { "ELBA-", OSV_MAINTENANCE },
    { "ALAS", OSV_BULLETIN },
    { "SUSE-SU-", OSV_BULLETIN },
    { "SUSE-RU-", OSV_MAINTENANCE },
    { "SUSE-FU-", OSV_MAINTENANCE },
    { "SUSE-OU-", OSV_MAINTENANCE },
    { "openSUSE-SU-", OSV_BULLETIN },
    { "openSUSE-RU-", OSV_MAINTENANCE },
    { "openSUSE-FU-", OSV_MAINTENANCE },
    { "PHSA-", OSV_BULLETIN },
};

enum osv_kind osv_kind_of(struct str id)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_starts(id, kinds[i].prefix))
            return kinds[i].kind;
    return OSV_WEAKNESS;
}

/* ---- sources --------------------------------------------------------------------------------------------------------------- */

struct publisher {
    const char *key; /* the head of a space, or an identifier's prefix */
    struct vulndb_source source;
};
#define SOURCE(id, name, url)                                     \
    {                                                             \
        STR_INIT(id), STR_INIT(name), STR_INIT(url), STR_INIT("") \
    }

/* Ids and names as Trivy's database and reports have them: severities are looked up by id. */
static const struct publisher by_space[] = {
    { "debian", SOURCE("debian", "Debian Security Tracker", "https://salsa.debian.org/security-tracker-team/security-tracker") },
    { "ubuntu", SOURCE("ubuntu", "Ubuntu CVE Tracker", "https://git.launchpad.net/ubuntu-cve-tracker") },
    { "alpine", SOURCE("alpine", "Alpine Secdb", "https://security.alpinelinux.org/") },
    { "wolfi", SOURCE("wolfi", "Wolfi Secdb", "https://wolfi.dev/") },
    { "chainguard", SOURCE("chainguard", "Chainguard Security Data", "https://images.chainguard.dev/security") },
    { "minimos", SOURCE("minimos", "MinimOS Security Data", "https://www.minimus.io/") },
    { "echo", SOURCE("echo", "Echo", "https://www.echo.ai/") },
    { "alma", SOURCE("alma", "AlmaLinux Product Errata", "https://errata.almalinux.org/") },
    { "rocky", SOURCE("rocky", "Rocky Linux updateinfo", "https://errata.rockylinux.org/") },
    { "Red Hat", SOURCE("redhat", "Red Hat Product Errata", "https://access.redhat.com/security/") },
    { "Oracle Linux", SOURCE("oracle-oval", "Oracle Linux OVAL definitions", "https://linux.oracle.com/security/") },
    { "amazon linux", SOURCE("amazon", "Amazon Linux Security Center", "https://alas.aws.amazon.com/") },
    { "Photon OS", SOURCE("photon", "Photon OS CVE metadata", "https://github.com/vmware/photon/wiki/Security-Updates") },
    { "CBL-Mariner",
      SOURCE("cbl-mariner", "CBL-Mariner Vulnerability Data", "https://github.com/microsoft/CBL-MarinerVulnerabilityData") },
    { "Azure Linux",
      SOURCE("azure", "Azure Linux Vulnerability Data", "https://github.com/microsoft/AzureLinuxVulnerabilityData") },
    { "SUSE", SOURCE("suse-cvrf", "SUSE CVRF", "https://www.suse.com/support/security/") },
    { "openSUSE", SOURCE("suse-cvrf", "SUSE CVRF", "https://www.suse.com/support/security/") },
};

static const struct publisher by_prefix[] = {
    { "PYSEC-", SOURCE("osv", "Python Packaging Advisory Database", "https://github.com/pypa/advisory-database") },
    { "RUSTSEC-", SOURCE("osv", "RustSec Advisory Database", "https://rustsec.org/") },
    { "GO-", SOURCE("govulndb", "The Go Vulnerability Database", "https://pkg.go.dev/vuln/") },
    { "BIT-", SOURCE("bitnami", "Bitnami Vulnerability Database", "https://github.com/bitnami/vulndb") },
    { "JLSEC-", SOURCE("julia", "Julia Ecosystem Security Advisories", "https://github.com/JuliaLang/SecurityAdvisories.jl") },
    { "HSEC-", SOURCE("osv", "Haskell Security Advisory DB", "https://github.com/haskell/security-advisories") },
    { "RSEC-", SOURCE("osv", "RConsortium Advisory Database", "https://github.com/RConsortium/r-advisory-database") },
    { "MAL-", SOURCE("osv", "OpenSSF Malicious Packages", "https://github.com/ossf/malicious-packages") },
};

static const struct vulndb_source kubernetes =
    SOURCE("k8s", "Official Kubernetes CVE Feed", "https://kubernetes.io/docs/reference/issues-security/official-cve-feed/");
static const struct vulndb_source any = SOURCE("osv", "OSV", "https://osv.dev/");

/* GitHub's advisories are a source for each ecosystem: "GitHub Security Advisory Pip". */
static bool github_source(struct str space, struct arena *arena, struct vulndb_source *out)
{
    char head = space.len ? space.ptr[0] : 'A';
    head = head >= 'a' && head <= 'z' ? (char)(head - 'a' + 'A') : head;
    out->id = STR("ghsa");
    out->name = arena_printf(arena, "GitHub Security Advisory %c%.*s", head, STR_ARG(str_skip(space, 1)));
    out->url = STR("https://github.com/advisories");
    out->base_id = STR("");
    return out->name.ptr != NULL;
}

static bool find_source(struct str id, struct str space, struct arena *arena, struct vulndb_source *out)
{
    for (size_t i = 0; i < ARRAY_LEN(by_space); i++)
        if (str_starts(space, by_space[i].key)) {
            *out = by_space[i].source;
            return true;
        }
    if (str_starts(id, "GHSA-"))
        return github_source(space, arena, out);
    for (size_t i = 0; i < ARRAY_LEN(by_prefix); i++)
        if (str_starts(id, by_prefix[i].key)) {
            *out = by_prefix[i].source;
            return true;
        }
    *out = str_is(space, "k8s") ? kubernetes : any;
    return true;
}

/* Root.io's patched streams stand on another source's severities. */
bool osv_source_of(struct str id, struct str space, struct arena *arena, struct vulndb_source *out)
{
    struct vulndb_source base;
    if (!str_starts(space, "root.io "))
        return find_source(id, space, arena, out);
    struct str inner = str_skip(space, 8), name, release;
    if (!find_source(id, inner, arena, &base))
        return false;
    str_cut(inner, ' ', &name, &release);
    *out = (struct vulndb_source){ STR("rootio"), arena_printf(arena, "Root.io Security Patches (%.*s)", STR_ARG(name)),
                                   STR("https://www.root.io/"), base.id };
    return out->name.ptr != NULL;
}
