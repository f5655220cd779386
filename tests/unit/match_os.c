/* match/: OS packages, one row a case, by the buckets of a Trivy database that is written here. Expected results are what
 * Trivy reports, but for the rows marked "not as Trivy". */
#include "match_unit.h"

static const struct trivy_row rows[] = {
    /* Alpine: repositories, unfixed, where a weakness came in, never affected. */
    { "data-source", NULL, "alpine 3.20", "{\"ID\":\"alpine\",\"Name\":\"Alpine Secdb\",\"URL\":\"https://secdb.example/\"}" },
    { "data-source", NULL, "alpine edge", "{\"ID\":\"alpine\",\"Name\":\"Alpine Secdb\",\"URL\":\"https://secdb.example/\"}" },
    { "alpine 3.20", "zlib", "CVE-2024-1001", "{\"FixedVersion\":\"1.3.1-r1\"}" },
    { "alpine 3.20", "zlib", "CVE-2024-1002", "{\"FixedVersion\":\"0\"}" },
    { "alpine 3.20", "zlib", "CVE-2024-1003", "{}" },
    { "alpine 3.20", "zlib", "CVE-2024-1004", "{\"FixedVersion\":\"1.4-r0\",\"AffectedVersion\":\"1.3.2-r0\"}" },
    { "alpine 3.21", "zlib", "CVE-2024-1005", "{\"FixedVersion\":\"9-r0\"}" },
    { "alpine edge", "zlib", "CVE-2024-1006", "{\"FixedVersion\":\"9-r0\"}" },
    { "root.io alpine 3.20", "zlib", "CVE-2024-1001",
      "{\"VulnerableVersions\":[\"<1.3.1-r20072\"],\"PatchedVersions\":[\"1.3.1-r20072\"]}" },
    { "wolfi", "zlib", "CVE-2024-1007", "{\"FixedVersion\":\"1.3.1-r1\"}" },
    { "chainguard", "zlib", "CVE-2024-1008", "{\"FixedVersion\":\"1.3.1-r1\"}" },
    { "minimos", "zlib", "CVE-2024-1009", "{\"FixedVersion\":\"1.3.1-r1\"}" },
    /* Debian: source package and version, statuses, the package's own severity. */
    { "data-source", NULL, "debian 12",
      "{\"ID\":\"debian\",\"Name\":\"Debian Security Tracker\",\"URL\":\"https://debian.example/\"}" },
    { "debian 12", "glibc", "CVE-2024-2001", "{\"FixedVersion\":\"2.36-9+deb12u4\",\"VendorIDs\":[\"DSA-1-1\"],\"Severity\":3}" },
    { "debian 12", "glibc", "CVE-2024-2002", "{\"Status\":5,\"Severity\":1}" },
    { "debian 12", "glibc", "CVE-2024-2003", "{\"Status\":6}" },
    { "debian 12", "glibc", "CVE-2024-2004", "{\"Status\":7}" },
    { "debian 12", "glibc", "CVE-2024-2005", "{\"Status\":2}" },
    { "debian 12", "glibc", "CVE-2024-2006", "{\"Status\":1}" },
    { "debian 12", "shadow", "CVE-2024-2007", "{\"FixedVersion\":\"1:4.8.1-2\"}" },
    { "data-source", NULL, "root.io debian 12", "{\"ID\":\"rootio\",\"Name\":\"Root.io\",\"BaseID\":\"debian\"}" },
    { "root.io debian 12", "glibc", "CVE-2024-2001",
      "{\"VulnerableVersions\":[\"<2.36-9.root.io.2\"],\"PatchedVersions\":[\"2.36-9.root.io.2\"],\"Severity\":4}" },
    { "root.io debian 12", "glibc", "CVE-2024-2002", "{\"VulnerableVersions\":[\"<2.36-1\"],\"PatchedVersions\":[\"2.36-1\"]}" },
    { "data-source", NULL, "seal debian", "{\"ID\":\"seal\",\"Name\":\"Seal\",\"BaseID\":\"debian\"}" },
    { "seal debian", "seal-zlib", "CVE-2024-2008",
      "{\"VulnerableVersions\":[\">=1.2, <1.3-1\"],\"PatchedVersions\":[\"1.3-1\"],\"Severity\":2}" },
    { "seal Red Hat 8", "seal-zlib", "CVE-2024-2009", "{\"VulnerableVersions\":[\"<1.3-1\"],\"PatchedVersions\":[\"1.3-1\"]}" },
    { "echo", "glibc", "CVE-2024-2010", "{\"Severity\":3}" },
    /* Ubuntu and its extended maintenance. */
    { "data-source", NULL, "ubuntu 18.04", "{\"ID\":\"ubuntu\",\"Name\":\"Ubuntu CVE Tracker\"}" },
    { "data-source", NULL, "ubuntu 18.04-ESM", "{\"ID\":\"ubuntu\",\"Name\":\"Ubuntu CVE Tracker\"}" },
    { "ubuntu 18.04", "bash", "CVE-2024-3001", "{\"FixedVersion\":\"4.4.18-2ubuntu1.2\"}" },
    { "ubuntu 18.04", "bash", "CVE-2024-3002", "{}" },
    { "ubuntu 18.04", "bash", "CVE-2024-3003", "{}" },
    { "ubuntu 18.04-ESM", "bash", "CVE-2024-3002", "{\"FixedVersion\":\"4.4.18-2ubuntu1.3+esm1\"}" },
    { "ubuntu 18.04-ESM", "bash", "CVE-2024-3004", "{}" },
    { "ubuntu 22.04", "bash", "CVE-2024-3005", "{}" },
    /* Red Hat: CPEs of repositories and builds, architectures, several advisories of one vulnerability, modules. */
    { "data-source", NULL, "Red Hat", "{\"ID\":\"redhat-oval\",\"Name\":\"Red Hat OVAL v2\"}" },
    { "Red Hat CPE", "repository", "rhel-8-for-x86_64-baseos-rpms", "[1]" },
    { "Red Hat CPE", "repository", "rhel-9-for-x86_64-baseos-rpms", "[2,3]" },
    { "Red Hat CPE", "repository", "jboss-rpms", "[4]" },
    { "Red Hat CPE", "nvr", "ubi8-container-8.5-1-x86_64", "[5]" },
    { "Red Hat CPE", "cpe", "1", "\"cpe:/o:redhat:enterprise_linux:8::baseos\"" },
    { "Red Hat", "expat", "RHSA-2024:1001",
      "{\"Entries\":[{\"FixedVersion\":\"0:2.2.5-10.el8_4\",\"Cves\":[{\"ID\":\"CVE-2024-4001\",\"Severity\":3},{\"ID\":\"CVE-2024-4002\",\"Severity\":2}],"
      "\"Arches\":[\"aarch64\",\"x86_64\"],\"Affected\":[1,2]}]}" },
    { "Red Hat", "expat", "CVE-2024-4003", "{\"Entries\":[{\"Cves\":[{\"Severity\":1}],\"Status\":5,\"Affected\":[1]}]}" },
    { "Red Hat", "expat", "CVE-2024-4004", "{\"Entries\":[{\"Cves\":[{\"Severity\":1}],\"Status\":4,\"Affected\":[1]}]}" },
    { "Red Hat", "expat", "CVE-2024-4005",
      "{\"Entries\":[{\"Cves\":[{\"Severity\":1}],\"Status\":7,\"Affected\":[4]},"
      "{\"Cves\":[{\"Severity\":4}],\"Status\":2,\"Affected\":[5]}]}" },
    { "Red Hat", "expat", "CVE-2024-4001", "{\"Entries\":[{\"Cves\":[{\"Severity\":3}],\"Status\":2,\"Affected\":[1]}]}" },
    { "Red Hat", "kernel", "RHSA-2024:2007",
      "{\"Entries\":[{\"FixedVersion\":\"0:5.14.0-611.54.1.el9_7\",\"Cves\":[{\"ID\":\"CVE-2024-4006\",\"Severity\":3}],\"Affected\":[3]}]}" },
    { "Red Hat", "kernel", "RHSA-2024:2008",
      "{\"Entries\":[{\"FixedVersion\":\"0:5.14.0-687.5.3.el9_8\",\"Cves\":[{\"ID\":\"CVE-2024-4006\",\"Severity\":3}],\"Affected\":[3]}]}" },
    { "Red Hat", "glib2", "RHSA-2024:3001",
      "{\"Entries\":[{\"FixedVersion\":\"0:2.68.4-5.el9\",\"Cves\":[{\"ID\":\"CVE-2024-4007\",\"Severity\":2}],\"Affected\":[2]},"
      "{\"FixedVersion\":\"0:2.68.4-10.el9\",\"Cves\":[{\"ID\":\"CVE-2024-4007\",\"Severity\":2}],\"Affected\":[2]}]}" },
    { "Red Hat", "nodejs:18::npm", "RHSA-2024:4001",
      "{\"Entries\":[{\"FixedVersion\":\"1:9.5.0-1.18.14.2.3.module+el8.8.0+18513+1\",\"Cves\":[{\"ID\":\"CVE-2024-4008\"}],\"Affected\":[1]}]}" },
    { "vulnerability", NULL, "CVE-2024-4008", "{\"Severity\":\"LOW\",\"VendorSeverity\":{\"redhat\":2,\"nvd\":4}}" },
    /* Alma, Rocky, Oracle: entries by architecture, module and flavour. */
    { "data-source", NULL, "alma 8", "{\"ID\":\"alma\",\"Name\":\"AlmaLinux Product Errata\"}" },
    { "alma 8", "bash", "CVE-2024-5001", "{\"FixedVersion\":\"4.4.20-5.el8\"}" },
    { "alma 8", "nodejs:18::npm", "CVE-2024-5002", "{\"FixedVersion\":\"1:9.5.0-1.module_el8.8.0+1+1\"}" },
    { "alma 8", "npm", "CVE-2024-5003", "{\"FixedVersion\":\"99-1.el8\"}" },
    { "vulnerability", NULL, "CVE-2024-5001", "{\"Severity\":\"LOW\",\"VendorSeverity\":{\"alma\":3,\"nvd\":4}}" },
    { "data-source", NULL, "rocky 9", "{\"ID\":\"rocky\",\"Name\":\"Rocky Linux updateinfo\"}" },
    { "rocky 9", "gnutls", "CVE-2024-5004",
      "{\"FixedVersion\":\"3.7.6-18.el9_1\",\"Entries\":[{\"FixedVersion\":\"3.7.6-18.el9_1\",\"Arches\":[\"aarch64\"],\"VendorIDs\":[\"RLSA-1\"]},"
      "{\"FixedVersion\":\"3.7.6-20.el9_2\",\"Arches\":[\"x86_64\"],\"VendorIDs\":[\"RLSA-2\"]}]}" },
    { "rocky 9", "gnutls", "CVE-2024-5005", "{\"FixedVersion\":\"3.7.6-21.el9\"}" },
    { "rocky 9", "gnutls", "CVE-2024-5006",
      "{\"Entries\":[{\"FixedVersion\":\"3.7.6-18.el9_1\",\"Arches\":[\"x86_64\"],\"VendorIDs\":[\"RLSA-1\"]},"
      "{\"FixedVersion\":\"3.8.0-1.el9_2\",\"Arches\":[\"x86_64\"],\"VendorIDs\":[\"RLSA-2\"]}]}" },
    { "rocky 9", "nodejs:18::npm", "CVE-2024-5007",
      "{\"Entries\":[{\"FixedVersion\":\"1:9.5.0-1.module+el9.2.0+1+1\",\"Arches\":[\"x86_64\"]}]}" },
    { "data-source", NULL, "Oracle Linux 8", "{\"ID\":\"oracle-oval\",\"Name\":\"Oracle Linux OVAL definitions\"}" },
    { "Oracle Linux 8", "glibc", "CVE-2024-5008",
      "{\"FixedVersion\":\"2.28-251.0.1.el8\",\"Entries\":[{\"FixedVersion\":\"2.28-251.0.1.el8\",\"Arches\":[\"aarch64\",\"x86_64\"]},"
      "{\"FixedVersion\":\"2:2.28-251.0.1.ksplice2.el8\",\"Arches\":[\"x86_64\"]},{\"FixedVersion\":\"10:2.28-251.0.1.el8_fips\",\"Arches\":[\"x86_64\"]}]}" },
    { "Oracle Linux 8", "tzdata", "ELSA-2024-1", "{\"Entries\":[{\"FixedVersion\":\"2024a-1.el8\",\"Arches\":[\"x86_64\"]}]}" },
    { "vulnerability", NULL, "CVE-2024-5008",
      "{\"Severity\":\"LOW\",\"VendorSeverity\":{\"nvd\":4,\"oracle-oval\":3,\"redhat\":2}}" },
    /* Amazon, Photon, Mariner, Azure, SUSE. */
    { "amazon linux 1", "bash", "CVE-2024-6001", "{\"FixedVersion\":\"5-1.amzn1\"}" },
    { "amazon linux 2", "bash", "CVE-2024-6002", "{\"FixedVersion\":\"5-1.amzn2\"}" },
    { "amazon linux 2022", "bash", "CVE-2024-6003", "{\"FixedVersion\":\"5-1.amzn2022\"}" },
    { "amazon linux 2023", "bash", "CVE-2024-6004", "{\"FixedVersion\":\"5-1.amzn2023\"}" },
    { "amazon linux 2", "vim", "CVE-2024-6005", "{\"FixedVersion\":\"2:9.0.1-1.amzn2.0.10\"}" },
    { "Photon OS 4.0", "curl", "CVE-2024-6006", "{\"FixedVersion\":\"8.1-3.ph4\"}" },
    { "CBL-Mariner 2.0", "curl", "CVE-2024-6007", "{\"FixedVersion\":\"0:8.1-3.cm2\"}" },
    { "CBL-Mariner 2.0", "curl", "CVE-2024-6008", "{}" },
    { "Azure Linux 3.0", "curl", "CVE-2024-6009", "{\"FixedVersion\":\"0:8.1-3.azl3\"}" },
    { "data-source", NULL, "openSUSE Leap 15.5", "{\"ID\":\"suse-cvrf\",\"Name\":\"SUSE CVRF\"}" },
    { "openSUSE Leap 15.5", "bash", "SUSE-SU-2024:1-1", "{\"FixedVersion\":\"4.4-150500.1.2\"}" },
    { "openSUSE Leap Micro 5.5", "bash", "SUSE-SU-2024:2-1", "{\"FixedVersion\":\"4.4-150500.1.2\"}" },
    { "openSUSE Tumbleweed", "bash", "openSUSE-SU-2024:3-1", "{\"FixedVersion\":\"4.4-150500.1.2\"}" },
    { "SUSE Linux Enterprise 15.4", "bash", "SUSE-SU-2024:4-1", "{\"FixedVersion\":\"4.4-150500.1.2\"}" },
    { "SUSE Linux Enterprise Micro 5.3", "bash", "SUSE-SU-2024:5-1", "{\"FixedVersion\":\"4.4-150500.1.2\"}" },
    { "SUSE Linux Enterprise 15", "bash", "SUSE-SU-2024:6-1", "{\"FixedVersion\":\"4.4-150500.1.2\"}" },
    { "archlinux", "bash", "CVE-2024-9001", "{\"FixedVersion\":\"1:5.2-2\",\"AffectedVersion\":\"1:5.2-1\"}" },
    { "archlinux", "bash", "CVE-2024-9002", "{\"AffectedVersion\":\"1:5.2-1\"}" },
    { "bottlerocket", "curl", "CVE-2024-9003", "{\"FixedVersion\":\"1:8.12.0-1.def.br1\"}" },
    { "vulnerability", NULL, "SUSE-SU-2024:1-1",
      "{\"Title\":\"Security update for bash\",\"Severity\":\"MEDIUM\",\"VendorSeverity\":{\"suse-cvrf\":2}}" },
    { 0 },
};

struct os_case {
    const char *family, *release;
    struct package package;
    struct catalog_note notes[2];
    const char *want;
};

#define S(text) STR_INIT(text)
#define ALPINE(v)                                                                             \
    {                                                                                         \
        .name = S("zlib-dev"), .source_name = S("zlib"), .version = S(v), .arch = S("x86_64") \
    }
#define GLIBC(v, sv)                                                                                                \
    {                                                                                                               \
        .name = S("libc6"), .source_name = S("glibc"), .version = S(v), .source_version = S(sv), .arch = S("amd64") \
    }
#define RPM(n, v)                                          \
    {                                                      \
        .name = S(n), .version = S(v), .arch = S("x86_64") \
    }
#define PLAIN            \
    {                    \
        {                \
            .key = S("") \
        }                \
    }
#define REPOSITORY(branch)                             \
    {                                                  \
        .key = S("apk-repository"), .value = S(branch) \
    }
#define CONTENT(set)                             \
    {                                            \
        .key = S("content-set"), .value = S(set) \
    }

static const struct os_case cases[] = {
    /* Alpine */
    { "alpine", "3.20.3", ALPINE("1.3.1-r0"), PLAIN,
      "CVE-2024-1001 1.3.1-r1 fixed UNKNOWN -; CVE-2024-1003 - affected UNKNOWN -" },
    { "alpine", "3.20.3", ALPINE("1.3.1-r1"), PLAIN, "CVE-2024-1003 - affected UNKNOWN -" },
    { "alpine", "3.20", ALPINE("1.3.2-r0"), PLAIN, "CVE-2024-1003 - affected UNKNOWN -; CVE-2024-1004 1.4-r0 fixed UNKNOWN -" },
    { "alpine",
      "3.20.3",
      ALPINE("1.3.2-r0"),
      { REPOSITORY("v3.20"), REPOSITORY("v3.21") },
      "CVE-2024-1005 9-r0 fixed UNKNOWN -" },
    { "alpine", "3.20.3", ALPINE("1.3.2-r0"), { REPOSITORY("edge"), REPOSITORY("v3.20") }, "CVE-2024-1006 9-r0 fixed UNKNOWN -" },
    { "alpine", "3.20.3", ALPINE("1.3.1-r20071"), PLAIN,
      "CVE-2024-1001 1.3.1-r20072 fixed UNKNOWN -; CVE-2024-1003 - affected UNKNOWN -" },
    { "alpine", "3.19.1", ALPINE("1.3.1-r0"), PLAIN, "no data for alpine 3.19" },
    { "alpine", "", ALPINE("1.3.1-r0"), PLAIN, "no data for an unknown release of alpine" },
    { "wolfi", "20230201", ALPINE("1.3.1-r0"), PLAIN, "CVE-2024-1007 1.3.1-r1 fixed UNKNOWN -" },
    { "chainguard", "20230214", ALPINE("1.3.1-r0"), PLAIN, "CVE-2024-1008 1.3.1-r1 fixed UNKNOWN -" },
    { "minimos", "20241031", ALPINE("1.3.1-r0"), PLAIN, "CVE-2024-1009 1.3.1-r1 fixed UNKNOWN -" },
    /* Debian */
    { "debian", "12.5", GLIBC("2.36-9+deb12u3", ""), PLAIN,
      "CVE-2024-2001 2.36-9+deb12u4 fixed HIGH debian; CVE-2024-2002 - will_not_fix LOW debian; CVE-2024-2003 - fix_deferred UNKNOWN -; "
      "CVE-2024-2004 - end_of_life UNKNOWN -; CVE-2024-2005 - affected UNKNOWN -" },
    { "debian",
      "12",
      { .name = S("login"), .source_name = S("shadow"), .version = S("1:4.8.1-1") },
      PLAIN,
      "CVE-2024-2007 1:4.8.1-2 fixed UNKNOWN -" },
    { "debian",
      "12",
      { .name = S("x"), .source_name = S("shadow"), .version = S("9"), .source_version = S("1:4.8.1-1") },
      PLAIN,
      "CVE-2024-2007 1:4.8.1-2 fixed UNKNOWN -" },
    { "debian", "12", { .name = S("shadow"), .version = S("1:4.8.1-1"), .third_party = true }, PLAIN, "" },
    { "debian", "12", { .name = S("shadow"), .version = S("1:4.8.1-2") }, PLAIN, "" },
    { "debian", "12", GLIBC("2.36-9.root.io.1", ""), PLAIN,
      "CVE-2024-2001 2.36-9.root.io.2 fixed CRITICAL rootio; CVE-2024-2003 - fix_deferred UNKNOWN -; "
      "CVE-2024-2004 - end_of_life UNKNOWN -; CVE-2024-2005 - affected UNKNOWN -" },
    { "debian",
      "12",
      { .name = S("seal-zlib1g"), .source_name = S("seal-zlib"), .version = S("1.2.13-1") },
      PLAIN,
      "CVE-2024-2008 1.3-1 fixed MEDIUM debian" },
    { "debian", "trixie/sid", GLIBC("2.36-9", ""), PLAIN, "no data for debian trixie/sid" },
    { "echo", "1", GLIBC("2.36-9", ""), PLAIN, "CVE-2024-2010 - affected HIGH echo" },
    /* Ubuntu. With extended maintenance, what its data lack is taken from the release's (not as Trivy, which hides it). */
    { "ubuntu", "18.04", RPM("bash", "4.4.18-2ubuntu1.3"), PLAIN,
      "CVE-2024-3002 - affected UNKNOWN -; CVE-2024-3003 - affected UNKNOWN -" },
    { "ubuntu",
      "18.04",
      RPM("bash", "4.4.18-2ubuntu1"),
      { { .key = S("esm"), .value = S("infra") } },
      "CVE-2024-3001 4.4.18-2ubuntu1.2 fixed UNKNOWN -; CVE-2024-3002 4.4.18-2ubuntu1.3+esm1 fixed UNKNOWN -; "
      "CVE-2024-3003 - affected UNKNOWN -; CVE-2024-3004 - affected UNKNOWN -" },
    { "ubuntu",
      "18.04",
      RPM("bash", "4.4.18-2ubuntu1.3+esm1"),
      { { .key = S("esm"), .value = S("apps") } },
      "CVE-2024-3003 - affected UNKNOWN -; CVE-2024-3004 - affected UNKNOWN -" },
    { "ubuntu",
      "22.04.3",
      RPM("bash", "5.1-6ubuntu1"),
      { { .key = S("esm"), .value = S("apps") } },
      "CVE-2024-3005 - affected UNKNOWN -" },
    /* Red Hat */
    { "redhat", "8.4", RPM("expat", "2.2.5-4.el8"), PLAIN,
      "CVE-2024-4001 2.2.5-10.el8_4 fixed HIGH redhat; CVE-2024-4002 2.2.5-10.el8_4 fixed MEDIUM redhat; CVE-2024-4003 - will_not_fix LOW redhat" },
    { "centos", "8.4.2105", RPM("expat", "2.2.5-10.el8_4"), PLAIN, "CVE-2024-4003 - will_not_fix LOW redhat" },
    { "redhat",
      "8.4",
      { .name = S("expat"), .version = S("2.2.5-4.el8"), .arch = S("s390x") },
      PLAIN,
      "CVE-2024-4001 - affected HIGH redhat; CVE-2024-4003 - will_not_fix LOW redhat" },
    { "redhat",
      "8.4",
      { .name = S("expat"), .version = S("2.2.5-4.el8"), .arch = S("noarch") },
      { CONTENT("rhel-8-for-x86_64-baseos-rpms__8") },
      "CVE-2024-4001 2.2.5-10.el8_4 fixed HIGH redhat; CVE-2024-4002 2.2.5-10.el8_4 fixed MEDIUM redhat; CVE-2024-4003 - will_not_fix LOW redhat" },
    { "redhat", "8.4", RPM("expat", "2.2.5-4.el8"), { CONTENT("jboss-rpms") }, "CVE-2024-4005 - end_of_life LOW redhat" },
    { "redhat",
      "8.5",
      RPM("expat", "2.2.5-4.el8"),
      { { .key = S("nvr"), .value = S("ubi8-container-8.5-1-x86_64") } },
      "CVE-2024-4005 - affected CRITICAL redhat" },
    { "redhat",
      "8.5",
      RPM("expat", "2.2.5-4.el8"),
      { CONTENT("unheard-of-rpms") },
      "CVE-2024-4001 2.2.5-10.el8_4 fixed HIGH redhat; CVE-2024-4002 2.2.5-10.el8_4 fixed MEDIUM redhat; CVE-2024-4003 - will_not_fix LOW redhat" },
    { "redhat", "7.9", RPM("expat", "2.2.5-4.el8"), PLAIN, "no data for the repositories of Red Hat 7.9" },
    { "redhat", "8.4", RPM("expat", "2.2.5-4.el8.remi"), PLAIN, "" },
    { "redhat", "8.4", { .name = S("expat"), .version = S("1-1"), .arch = S("x86_64"), .third_party = true }, PLAIN, "" },
    /* Fixed in its own minor release: another minor's later fix does not count (not as Trivy, which reports it). */
    { "redhat", "9.7", RPM("kernel", "5.14.0-611.54.1.el9_7"), PLAIN, "" },
    { "redhat", "9.7", RPM("kernel", "5.14.0-611.5.1.el9_7"), PLAIN, "CVE-2024-4006 5.14.0-687.5.3.el9_8 fixed HIGH redhat" },
    { "redhat", "9.8", RPM("kernel", "5.14.0-687.1.1.el9_8"), PLAIN, "CVE-2024-4006 5.14.0-687.5.3.el9_8 fixed HIGH redhat" },
    { "redhat", "9.6", RPM("kernel", "5.14.0-620.1.1.el9_6"), PLAIN, "CVE-2024-4006 5.14.0-687.5.3.el9_8 fixed HIGH redhat" },
    { "redhat", "9.8", RPM("kernel", "5.14.0-687.5.3.el9_8"), PLAIN, "" },
    /* Without minor releases in the tags a second fix is the better one: the first may have been incomplete. */
    { "redhat", "9.4", RPM("glib2", "2.68.4-7.el9"), PLAIN, "CVE-2024-4007 2.68.4-10.el9 fixed MEDIUM redhat" },
    { "redhat",
      "8.8",
      { .name = S("npm"), .version = S("1:8.19-1.module+el8.7.0+1+1"), .module = S("nodejs:18:8070020230301:bd1311ed") },
      PLAIN,
      "CVE-2024-4008 1:9.5.0-1.18.14.2.3.module+el8.8.0+18513+1 fixed MEDIUM redhat" },
    { "redhat", "8.8", RPM("npm", "1:8.19-1.el8"), PLAIN, "" },
    { "redhat",
      "8.8",
      { .name = S("zlib"), .source_name = S("seal-zlib"), .version = S("1.2-3.el8+sp1") },
      PLAIN,
      "CVE-2024-2009 1.3-1 fixed UNKNOWN -" },
    /* Alma */
    { "alma", "8.9", RPM("bash", "4.4.20-4.el8"), PLAIN, "CVE-2024-5001 4.4.20-5.el8 fixed HIGH alma" },
    { "alma",
      "8.9",
      { .name = S("npm"), .version = S("1:8-1.module_el8.7.0+1+1"), .module = S("nodejs:18:1:2") },
      PLAIN,
      "CVE-2024-5002 1:9.5.0-1.module_el8.8.0+1+1 fixed UNKNOWN -" },
    { "alma", "8.9", RPM("npm", "1:8-1.module_el8.7.0+1+1"), PLAIN, "" },
    /* Rocky. Its modules are looked up as such (not as Trivy, which passes over modular packages). */
    { "rocky", "9.2", RPM("gnutls", "3.7.6-19.el9"), PLAIN,
      "CVE-2024-5004 3.7.6-20.el9_2 fixed UNKNOWN -; CVE-2024-5005 3.7.6-21.el9 fixed UNKNOWN -; CVE-2024-5006 3.8.0-1.el9_2 fixed UNKNOWN -" },
    { "rocky",
      "9.2",
      { .name = S("gnutls"), .version = S("3.7.6-17.el9"), .arch = S("aarch64") },
      PLAIN,
      "CVE-2024-5004 3.7.6-18.el9_1 fixed UNKNOWN -; CVE-2024-5005 3.7.6-21.el9 fixed UNKNOWN -" },
    { "rocky", "9.1", RPM("gnutls", "3.7.6-18.el9_1"), PLAIN,
      "CVE-2024-5004 3.7.6-20.el9_2 fixed UNKNOWN -; CVE-2024-5005 3.7.6-21.el9 fixed UNKNOWN -" },
    { "rocky",
      "9.2",
      { .name = S("npm"), .version = S("1:8-1.module+el9.1.0+1+1"), .module = S("nodejs:18:1:2"), .arch = S("x86_64") },
      PLAIN,
      "CVE-2024-5007 1:9.5.0-1.module+el9.2.0+1+1 fixed UNKNOWN -" },
    /* Oracle: builds are compared with advisories of their flavour. */
    { "oracle", "8.9", RPM("glibc", "2.28-236.el8"), PLAIN, "CVE-2024-5008 2.28-251.0.1.el8 fixed HIGH oracle-oval" },
    { "oracle", "8.9", RPM("glibc", "2:2.28-236.ksplice1.el8"), PLAIN,
      "CVE-2024-5008 2:2.28-251.0.1.ksplice2.el8 fixed HIGH oracle-oval" },
    { "oracle", "8.9", RPM("glibc", "10:2.28-236.el8_fips"), PLAIN,
      "CVE-2024-5008 10:2.28-251.0.1.el8_fips fixed HIGH oracle-oval" },
    { "oracle", "8.9", { .name = S("glibc"), .version = S("2.28-236.el8"), .arch = S("i686") }, PLAIN, "" },
    /* A noarch package of a repository that is listed by machine (not as Trivy, which hides it). */
    { "oracle",
      "8.9",
      { .name = S("tzdata"), .version = S("2023c-1.el8"), .arch = S("noarch") },
      PLAIN,
      "ELSA-2024-1 2024a-1.el8 fixed UNKNOWN -" },
    /* Amazon */
    { "amazon", "2018.03", RPM("bash", "4-1"), PLAIN, "CVE-2024-6001 5-1.amzn1 fixed UNKNOWN -" },
    { "amazon", "2 (Karoo)", RPM("bash", "4-1"), PLAIN, "CVE-2024-6002 5-1.amzn2 fixed UNKNOWN -" },
    { "amazon", "2022", RPM("bash", "4-1"), PLAIN, "CVE-2024-6003 5-1.amzn2022 fixed UNKNOWN -" },
    { "amazon", "2023.6.20250203", RPM("bash", "4-1"), PLAIN, "CVE-2024-6004 5-1.amzn2023 fixed UNKNOWN -" },
    { "amazon", "2027", RPM("bash", "4-1"), PLAIN, "no data for amazon linux 2027" },
    { "amazon", "2", RPM("vim", "2:9.0.1-1.amzn2.0.9"), PLAIN, "CVE-2024-6005 2:9.0.1-1.amzn2.0.10 fixed UNKNOWN -" },
    /* Photon: the source's name, the binary's version. Azure Linux: the source's of both. */
    { "photon",
      "4.0",
      { .name = S("curl-libs"), .source_name = S("curl"), .version = S("8.1-2.ph4"), .source_version = S("9-1.ph4") },
      PLAIN,
      "CVE-2024-6006 8.1-3.ph4 fixed UNKNOWN -" },
    { "cbl-mariner",
      "2.0.20230107",
      { .name = S("curl-libs"), .source_name = S("curl"), .version = S("9-1.cm2"), .source_version = S("8.1-2.cm2") },
      PLAIN,
      "CVE-2024-6007 8.1-3.cm2 fixed UNKNOWN -; CVE-2024-6008 - affected UNKNOWN -" },
    { "azurelinux", "3.0.20241101", RPM("curl", "8.1-2.azl3"), PLAIN, "CVE-2024-6009 8.1-3.azl3 fixed UNKNOWN -" },
    /* SUSE */
    { "opensuse-leap", "15.5", RPM("bash", "4.4-150500.1.1"), PLAIN, "SUSE-SU-2024:1-1 4.4-150500.1.2 fixed MEDIUM suse-cvrf" },
    { "opensuse-leap-micro", "5.5", RPM("bash", "4.4-150500.1.1"), PLAIN, "SUSE-SU-2024:2-1 4.4-150500.1.2 fixed UNKNOWN -" },
    { "opensuse-tumbleweed", "20240101", RPM("bash", "4.4-150500.1.1"), PLAIN,
      "openSUSE-SU-2024:3-1 4.4-150500.1.2 fixed UNKNOWN -" },
    { "sles", "15.4", RPM("bash", "4.4-150500.1.1"), PLAIN, "SUSE-SU-2024:4-1 4.4-150500.1.2 fixed UNKNOWN -" },
    { "slem", "5.3", RPM("bash", "4.4-150500.1.1"), PLAIN, "SUSE-SU-2024:5-1 4.4-150500.1.2 fixed UNKNOWN -" },
    { "sles", "15", RPM("bash", "4.4-150500.1.1"), PLAIN, "SUSE-SU-2024:6-1 4.4-150500.1.2 fixed UNKNOWN -" },
    /* others */
    { "arch", "", RPM("bash", "5.2-1"), PLAIN, "CVE-2024-9001 1:5.2-2 fixed UNKNOWN -; CVE-2024-9002 - affected UNKNOWN -" },
    { "arch", "", RPM("bash", "1:5.2rc1-9"), PLAIN, "CVE-2024-9001 1:5.2-2 fixed UNKNOWN -; CVE-2024-9002 - affected UNKNOWN -" },
    { "arch", "", RPM("bash", "1:5.2-2"), PLAIN, "CVE-2024-9002 - affected UNKNOWN -" },
    { "bottlerocket", "1.40.0", RPM("curl", "1:8.11.0-1.abc.br1"), PLAIN, "CVE-2024-9003 1:8.12.0-1.def.br1 fixed UNKNOWN -" },
    { "gentoo", "2.14", RPM("bash", "5.2-1"), PLAIN, "no advisories are known for gentoo" },
    { "openwrt", "23.05.3", RPM("bash", "5.2-1"), PLAIN, "no advisories are known for openwrt" },
    { "openeuler", "22.03", RPM("bash", "5.2-1"), PLAIN, "no advisories are known for openeuler" },
    { "fedora", "40", RPM("bash", "5.2-1"), PLAIN, "no advisories are known for fedora" },
    { "postmarketos", "v24.06", RPM("bash", "5.2-1"), PLAIN, "no advisories are known for postmarketos" },
    { "centos-stream", "9", RPM("bash", "5.2-1"), PLAIN, "no advisories are known for centos-stream" },
};

static struct vulndb *db;

static int open_database(void **state)
{
    (void)state;
    db = match_database(rows);
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    vulndb_close(db);
    return 0;
}

static struct inventory inventory_of(const struct os_case *c, struct package *package, struct catalog_note notes[2])
{
    bool dpkg = strcmp(c->family, "debian") == 0 || strcmp(c->family, "ubuntu") == 0 || strcmp(c->family, "echo") == 0;
    *package = c->package;
    package->kind = match_kind(dpkg ? "dpkg" : "rpm");
    package->path = STR("var/lib/packages");
    memcpy(notes, c->notes, sizeof c->notes);
    return (struct inventory){
        .distro = { .family = str_from(c->family), .release = str_from(c->release) },
        .distro_known = true,
        .packages = package,
        .package_count = 1,
        .notes = notes,
        .note_count = (size_t)(c->notes[0].key.len > 0) + (c->notes[1].key.len > 0),
    };
}

static void each_distribution_matches_by_its_rules(void **state)
{
    (void)state;
    const struct match_options options = { .artifact = STR("test") };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena;
        struct package package;
        struct catalog_note notes[2];
        arena_init(&arena, "test", 16 << 20);
        struct inventory inventory = inventory_of(&cases[i], &package, notes);
        struct matches matches = match_run_test(db, &inventory, &options, &arena);
        struct str got = match_text(&matches, &arena);
        if (!str_is(got, cases[i].want))
            print_error("case %zu, %s %s, %.*s\n", i, cases[i].family, cases[i].release, STR_ARG(package.version));
        assert_str(got, cases[i].want);
        arena_free(&arena);
    }
}

static struct matches match_case(const struct os_case *c, struct arena *arena)
{
    static struct package package;
    static struct catalog_note notes[2];
    const struct match_options options = { .artifact = STR("app:1") };
    struct inventory inventory = inventory_of(c, &package, notes);
    return match_run_test(db, &inventory, &options, arena);
}

static void findings_carry_their_evidence(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 16 << 20);
    struct matches matches = match_case(&(struct os_case){ "debian", "12.5", GLIBC("2.36-9+b1", "2.36-9"), PLAIN, "" }, &arena);
    const struct result *r = &matches.results[0];
    const struct finding *f = &r->findings[0];
    assert_str(r->target, "app:1 (debian 12.5)");
    assert_str(r->type, "debian");
    assert_true(r->is_os);
    assert_str(f->id, "CVE-2024-2001");
    assert_int_equal(f->vendor_id_count, 1);
    assert_str(f->vendor_ids[0], "DSA-1-1");
    assert_str(f->space, "debian 12");
    assert_str(f->looked_up, "glibc");
    assert_str(f->compared, "2.36-9");
    assert_str(f->range, "< 2.36-9+deb12u4");
    assert_str(f->source.id, "debian");
    assert_str(f->source.name, "Debian Security Tracker");
    assert_str(f->source.url, "https://debian.example/");
    assert_str(f->url, "https://security-tracker.debian.org/tracker/CVE-2024-2001");
    const struct finding *open = &r->findings[r->finding_count - 1];
    assert_str(open->range, "all versions");
    arena_free(&arena);
}

static void bulletins_of_one_vulnerability_are_joined(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 16 << 20);
    struct matches matches =
        match_case(&(struct os_case){ "redhat", "9.7", RPM("kernel", "5.14.0-611.5.1.el9_7"), PLAIN, "" }, &arena);
    const struct finding *f = &matches.results[0].findings[0];
    assert_int_equal(matches.results[0].finding_count, 1);
    assert_int_equal(f->vendor_id_count, 2);
    assert_str(f->vendor_ids[0], "RHSA-2024:2008");
    assert_str(f->vendor_ids[1], "RHSA-2024:2007");
    arena_free(&arena);
}

static void what_cannot_be_judged_is_said(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 16 << 20);
    struct matches matches = match_case(&(struct os_case){ "debian", "12", GLIBC("not a version", ""), PLAIN, "" }, &arena);
    assert_int_equal(matches.results[0].finding_count, 0);
    assert_int_equal(matches.warning_count, 1);
    assert_true(str_contains(matches.warnings[0].text, "cannot be compared"));
    matches = match_case(&(struct os_case){ "alma", "8", RPM("npm", "1:8-1.module_el8.7.0+1+1"), PLAIN, "" }, &arena);
    assert_int_equal(matches.warning_count, 1);
    matches = match_case(&(struct os_case){ "redhat", "8.5", RPM("expat", "1-1"), { CONTENT("unheard-of-rpms") }, "" }, &arena);
    assert_int_equal(matches.warning_count, 1);
    arena_free(&arena);
}

/* Two architectures of a package are one finding; two versions are two. */
static void packages_are_told_apart_by_version(void **state)
{
    (void)state;
    struct arena arena;
    struct package packages[] = {
        { .name = S("libc6"), .source_name = S("glibc"), .version = S("2.36-9"), .arch = S("amd64") },
        { .name = S("libc6"), .source_name = S("glibc"), .version = S("2.36-9"), .arch = S("i386") },
        { .name = S("libc6"), .source_name = S("glibc"), .version = S("2.36-10"), .arch = S("i386") },
        { .name = S("libc6"), .source_name = S("glibc"), .version = S("2.36-9"), .arch = S("i386"), .owned = true },
    };
    const struct match_options options = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(packages); i++)
        packages[i].kind = match_kind("dpkg");
    struct inventory inventory = { .distro = { .family = STR("debian"), .release = STR("12") },
                                   .distro_known = true,
                                   .packages = packages,
                                   .package_count = ARRAY_LEN(packages) };
    arena_init(&arena, "test", 16 << 20);
    struct matches matches = match_run_test(db, &inventory, &options, &arena);
    assert_int_equal(matches.result_count, 1);
    assert_int_equal(matches.results[0].package_count, 3);
    assert_int_equal(matches.results[0].finding_count, 9); /* 2001 is fixed in 2.36-10: 5 + 4 */
    assert_str(matches.results[0].findings[0].package->version, "2.36-10");
    arena_free(&arena);
}

static void no_distribution_is_not_checked(void **state)
{
    (void)state;
    struct arena arena;
    struct package package = { .name = S("bash"), .version = S("1"), .kind = match_kind("dpkg") };
    const struct match_options options = { .artifact = STR("x") };
    struct inventory inventory = { .packages = &package, .package_count = 1 };
    arena_init(&arena, "test", 1 << 20);
    struct matches matches = match_run_test(db, &inventory, &options, &arena);
    assert_int_equal(matches.results[0].coverage, COVERAGE_NOT_SUPPORTED);
    assert_str(matches.results[0].coverage_text, "no advisories are known for an unknown distribution");
    inventory.package_count = 0;
    matches = match_run_test(db, &inventory, &options, &arena);
    assert_int_equal(matches.result_count, 0);
    arena_free(&arena);
}

/* Out of memory at any point is a limit error, never a crash or a shorter list. */
static void full_arenas_are_errors(void **state)
{
    (void)state;
    struct package package;
    struct catalog_note notes[2];
    const struct match_options options = { .artifact = STR("x") };
    const struct os_case *c =
        &(struct os_case){ "redhat", "8.4", RPM("expat", "2.2.5-4.el8"), { CONTENT("rhel-8-for-x86_64-baseos-rpms") }, "" };
    struct inventory inventory = inventory_of(c, &package, notes);
    bool done = false;
    for (size_t cap = 0; cap < (1 << 20) && !done; cap += 512) {
        struct arena arena;
        struct matches matches;
        struct error err = { 0 };
        arena_init(&arena, "test", cap);
        done = match_inventory(db, &inventory, &options, &arena, &matches, &err);
        if (done)
            assert_int_equal(matches.results[0].finding_count, 3);
        else
            assert_int_equal(err.kind, ERROR_LIMIT);
        arena_free(&arena);
    }
    assert_true(done);
}

static void ends_of_life(void **state)
{
    (void)state;
    static const struct {
        const char *family, *release, *last_day; /* NULL: not known */
    } ends[] = {
        { "alpine", "3.20.3", "2026-04-01" },    { "alpine", "3.2", "2017-05-01" },     { "alpine", "3.99", NULL },
        { "debian", "11.7", "2026-08-31" },      { "debian", "12", "2028-06-30" },      { "debian", "trixie/sid", NULL },
        { "ubuntu", "22.04", "2027-06-01" },     { "ubuntu", "20.04", "2025-05-29" },   { "redhat", "8.4", "2029-05-31" },
        { "amazon", "2 (Karoo)", "2026-06-30" }, { "amazon", "2018.03", "2023-12-31" }, { "amazon", "2023.6.1", "2029-06-30" },
        { "sles", "15.4", "2023-12-31" },        { "wolfi", "20230201", NULL },         { "oracle", "8.9", "2029-07-31" },
    };
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct distro distro = { .family = str_from(ends[i].family), .release = str_from(ends[i].release) };
        int64_t end_s = 0, day_s = 0;
        assert_int_equal(match_end_of_life(&distro, &end_s), ends[i].last_day != NULL);
        if (!ends[i].last_day)
            continue;
        assert_true(time_parse(str_from(ends[i].last_day), &day_s));
        assert_int_equal(end_s, day_s + 86399);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_distribution_matches_by_its_rules),
        cmocka_unit_test(findings_carry_their_evidence),
        cmocka_unit_test(bulletins_of_one_vulnerability_are_joined),
        cmocka_unit_test(what_cannot_be_judged_is_said),
        cmocka_unit_test(packages_are_told_apart_by_version),
        cmocka_unit_test(no_distribution_is_not_checked),
        cmocka_unit_test(full_arenas_are_errors),
        cmocka_unit_test(ends_of_life),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
