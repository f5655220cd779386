/* Who publishes a package: third parties, and Ubuntu's Expanded Security Maintenance. */
#include "catalog_unit.h"

static void publishers_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *family, *database, *maintainer, *version;
        bool third_party;
    } rows[] = {
        { "debian", "var/lib/dpkg/status", "GNU Libc Maintainers <debian-glibc@lists.debian.org>", "1", false },
        { "debian", "var/lib/dpkg/status", "Theodore Y. Ts'o <tytso@mit.edu>", "1", false },
        { "debian", "var/lib/dpkg/status", "Debian MySQL Maintainers <pkg-mysql-maint@lists.alioth.debian.org>", "1", false },
        { "debian", "var/lib/dpkg/status", "", "1", false },
        { "debian", "var/lib/dpkg/status", "Docker <support@docker.com>", "1", true },
        { "debian", "var/lib/dpkg/status", "support@DOCKER.com", "1", true },
        { "ubuntu", "var/lib/dpkg/status", "cudatools <cudatools@nvidia.com>", "1", true },
        { "ubuntu", "var/lib/dpkg/status", "GitHub", "1", true },
        { "ubuntu", "var/lib/dpkg/status", "GitHub Fan <fan@example.org>", "1", false },
        { "debian", "var/lib/dpkg/status", "NGINX Packaging <nginx-packaging@f5.com>", "1", true },
        { "debian", "var/lib/dpkg/status", "Not Docker <x@notdocker.com>", "1", false },
        { "debian", "var/lib/dpkg/status", "Odd > < brackets", "1", false },
        { "debian", "var/lib/dpkg/status", "Odd <", "1", false },
        { "redhat", "var/lib/rpm/rpmdb.sqlite", "Red Hat, Inc.", "1", false },
        { "redhat", "var/lib/rpm/rpmdb.sqlite", "Fedora Project", "1", true },
        { "redhat", "var/lib/rpm/rpmdb.sqlite", "", "1", true },
        { "centos", "var/lib/rpm/rpmdb.sqlite", "CentOS", "1", false },
        { "fedora", "var/lib/rpm/rpmdb.sqlite", "Fedora Project", "1", false },
        { "alma", "var/lib/rpm/rpmdb.sqlite", "CloudLinux Packaging Team", "1", false },
        { "rocky", "var/lib/rpm/rpmdb.sqlite", "Rocky Enterprise Software Foundation", "1", false },
        { "oracle", "var/lib/rpm/rpmdb.sqlite", "Oracle America", "1", false },
        { "amazon", "var/lib/rpm/rpmdb.sqlite", "Amazon Linux", "1", false },
        { "amazon", "var/lib/rpm/rpmdb.sqlite", "Amazon.com", "1", false },
        { "amazon", "var/lib/rpm/rpmdb.sqlite", "", "8.5.0-1.amzn2023.0.1", false },
        { "amazon", "var/lib/rpm/rpmdb.sqlite", "", "8.5.0-1.el7", true },
        { "sles", "var/lib/rpm/Packages", "SUSE LLC <https://www.suse.com/>", "1", false },
        { "opensuse-leap", "var/lib/rpm/Packages", "openSUSE", "1", false },
        { "photon", "var/lib/rpm/rpmdb.sqlite", "VMware, Inc.", "1", false },
        { "cbl-mariner", "var/lib/rpm/rpmdb.sqlite", "Microsoft Corporation", "1", false },
        { "azurelinux", "var/lib/rpm/rpmdb.sqlite", "Docker", "1", true },
        { "unheard-of", "var/lib/rpm/rpmdb.sqlite", "Anybody", "1", false },
        { "alpine", "lib/apk/db/installed", "Some One <x@docker.com>", "1", false },
        { "debian", "a/package.json", "Docker <support@docker.com>", "1", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct distro distro = { .family = str_from(rows[i].family) };
        struct package package = { .kind = catalog_claim(str_from(rows[i].database)),
                                   .maintainer = str_from(rows[i].maintainer),
                                   .version = str_from(rows[i].version) };
        assert_non_null(package.kind);
        if (catalog_is_third_party(&distro, &package) != rows[i].third_party)
            fail_msg("row %zu: %s on %s", i, rows[i].maintainer, rows[i].family);
    }
}

static void enabled_services_are_noted(void **state)
{
    (void)state;
    static const struct {
        const char *text, *notes[2];
        size_t warnings;
    } rows[] = {
        { "{\"_doc\":\"x\",\"services\":[{\"name\":\"esm-infra\",\"status\":\"enabled\"},{\"status\":\"enabled\",\"name\":\"esm-"
          "apps\"}]}",
          { "infra", "apps" },
          0 },
        { "{\"services\":[{\"name\":\"esm-infra\",\"status\":\"disabled\"},{\"name\":\"fips\",\"status\":\"enabled\"}]}",
          { 0 },
          0 },
        { "{\"services\":[7,null,[{\"name\":\"esm-infra\",\"status\":\"enabled\"}],{\"name\":\"esm-apps\",\"status\":\"enabled\","
          "\"a\":{}}]}",
          { "apps" },
          0 },
        { "{\"services\":{\"name\":\"esm-infra\",\"status\":\"enabled\"}}", { 0 }, 0 },
        { "{\"services\":[{\"name\":\"esm-infra\",\"status\":\"enabled\"}", { "infra" }, 1 },
        { "", { 0 }, 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        struct str text = str_from(rows[i].text);
        parse_text(&parsed, "var/lib/ubuntu-advantage/status.json", text);
        size_t count = 0;
        for (; count < 2 && rows[i].notes[count]; count++) {
            assert_true(count < parsed.facts.note_count);
            assert_str(parsed.facts.notes[count].key, "esm");
            assert_str(parsed.facts.notes[count].value, rows[i].notes[count]);
        }
        assert_int_equal(parsed.facts.note_count, count);
        assert_int_equal(parsed.facts.warning_count, rows[i].warnings);
        parse_free(&parsed);
        assert_cut_anywhere("var/lib/ubuntu-advantage/status.json", text);
        if (text.len)
            assert_flips_survive("var/lib/ubuntu-advantage/status.json", text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(publishers_are_told_apart),
        cmocka_unit_test(enabled_services_are_noted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
