/* Distributions: what files say, and which of them has the last word. */
#include "catalog_unit.h"

struct sample {
    const char *family, *release; /* wanted */
    struct {
        const char *path, *text;
    } files[4];
};

static const struct sample samples[] = {
    { "alpine",
      "3.20.3",
      { { "etc/os-release", "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME=\"Alpine Linux v3.20\"\n" },
        { "etc/alpine-release", "3.20.3\n" } } },
    { "alpine", "2.7.9", { { "etc/alpine-release", "2.7.9\n" } } },
    { "wolfi", "20230201", { { "etc/os-release", "ID=wolfi\nNAME=\"Wolfi\"\nVERSION_ID=\"20230201\"\n" } } },
    { "chainguard", "20230214", { { "etc/os-release", "ID=chainguard\nVERSION_ID=\"20230214\"\n" } } },
    { "minimos", "20241031", { { "usr/lib/os-release", "ID=minimos\nVERSION_ID=\"20241031\"\n" } } },
    { "echo", "1", { { "etc/os-release", "ID=echo\nVERSION_ID=\"1\"\n" } } },
    { "debian", "12.11", { { "usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\n" }, { "etc/debian_version", "12.11\n" } } },
    { "debian",
      "12",
      { { "etc/os-release", "PRETTY_NAME=\"Distroless\"\nNAME=\"Debian GNU/Linux\"\nID=\"debian\"\nVERSION_ID=\"12\"\n" } } },
    { "debian", "13", { { "etc/os-release", "ID=debian\nVERSION_ID=\"13\"\n" }, { "etc/debian_version", "trixie/sid\n" } } },
    { "debian",
      "trixie/sid",
      { { "etc/os-release", "ID=debian\nVERSION_CODENAME=trixie\n" }, { "etc/debian_version", "trixie/sid\n" } } },
    { "debian", "7.11", { { "etc/debian_version", "7.11\n" } } },
    { "debian", "1", { { "etc/os-release", "ID=debian\nVERSION_ID=1\n" }, { "etc/debian_version", "12.1\n" } } },
    { "debian",
      "11.9",
      { { "etc/os-release", "ID=raspbian\nID_LIKE=debian\nVERSION_ID=\"11\"\n" }, { "etc/debian_version", "11.9\n" } } },
    { "ubuntu",
      "22.04",
      { { "etc/os-release", "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"22.04\"\n" },
        { "etc/debian_version", "bookworm/sid\n" },
        { "etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\n" } } },
    { "ubuntu",
      "12.04",
      { { "etc/debian_version", "wheezy/sid\n" },
        { "etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=12.04\nDISTRIB_DESCRIPTION=\"Ubuntu 12.04.5 LTS\"\n" } } },
    { "redhat",
      "9.4",
      { { "etc/os-release", "ID=\"rhel\"\nVERSION_ID=\"9.4\"\n" },
        { "etc/redhat-release", "Red Hat Enterprise Linux release 9.4 (Plow)\n" } } },
    { "redhat", "6.10", { { "etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n" } } },
    { "redhat", "9.4", { { "usr/lib/os-release", "ID=\"rhcos\"\nVERSION_ID=\"4.16\"\nRHEL_VERSION=\"9.4\"\n" } } },
    { "centos",
      "7.9.2009",
      { { "etc/os-release", "NAME=\"CentOS Linux\"\nID=\"centos\"\nVERSION_ID=\"7\"\n" },
        { "etc/centos-release", "CentOS Linux release 7.9.2009 (Core)\n" },
        { "etc/redhat-release", "CentOS Linux release 7.9.2009 (Core)\n" } } },
    { "centos",
      "6.10",
      { { "etc/centos-release", "CentOS release 6.10 (Final)\n" }, { "etc/system-release", "CentOS release 6.10 (Final)\n" } } },
    { "centos-stream",
      "9",
      { { "etc/os-release", "NAME=\"CentOS Stream\"\nID=\"centos\"\nVERSION_ID=\"9\"\n" },
        { "etc/centos-release", "CentOS Stream release 9\n" } } },
    { "rocky",
      "9.3",
      { { "etc/os-release", "ID=\"rocky\"\nVERSION_ID=\"9.3\"\n" },
        { "etc/rocky-release", "Rocky Linux release 9.3 (Blue Onyx)\n" } } },
    { "alma",
      "8.9",
      { { "etc/os-release", "ID=\"almalinux\"\nVERSION_ID=\"8.9\"\n" },
        { "etc/almalinux-release", "AlmaLinux release 8.9 (Midnight Oncilla)\n" } } },
    { "oracle",
      "8.10",
      { { "etc/os-release", "ID=\"ol\"\nVERSION_ID=\"8.10\"\n" },
        { "etc/oracle-release", "Oracle Linux Server release 8.10\n" },
        { "etc/redhat-release", "Red Hat Enterprise Linux release 8.10 (Ootpa)\n" } } },
    { "oracle",
      "6.10",
      { { "etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n" },
        { "etc/oracle-release", "Oracle Linux Server release 6.10\n" } } },
    { "amazon",
      "2 (Karoo)",
      { { "etc/os-release", "ID=\"amzn\"\nVERSION_ID=\"2\"\n" }, { "etc/system-release", "Amazon Linux release 2 (Karoo)\n" } } },
    { "amazon",
      "2023",
      { { "etc/os-release", "ID=\"amzn\"\nVERSION_ID=\"2023\"\n" },
        { "etc/system-release", "Amazon Linux release 2023.6.20241010 (Amazon Linux)\n" } } },
    { "amazon", "2018.03", { { "etc/system-release", "Amazon Linux AMI release 2018.03\n" } } },
    { "fedora",
      "40",
      { { "etc/os-release", "ID=fedora\nVERSION_ID=40\n" }, { "etc/fedora-release", "Fedora release 40 (Forty)\n" } } },
    { "scientific",
      "7.9",
      { { "etc/os-release", "ID=\"scientific\"\nVERSION_ID=\"7.9\"\n" },
        { "etc/redhat-release", "Scientific Linux release 7.9 (Nitrogen)\n" } } },
    { "opensuse-leap", "15.6", { { "etc/os-release", "ID=\"opensuse-leap\"\nVERSION_ID=\"15.6\"\n" } } },
    { "opensuse-leap", "42.3", { { "etc/os-release", "ID=opensuse\nVERSION_ID=\"42.3\"\n" } } },
    { "opensuse-tumbleweed", "20240612", { { "usr/lib/os-release", "ID=\"opensuse-tumbleweed\"\nVERSION_ID=\"20240612\"\n" } } },
    { "sles", "15.5", { { "etc/os-release", "ID=\"sles\"\nVERSION_ID=\"15.5\"\n" } } },
    { "sles", "11.4", { { "etc/SuSE-release", "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n" } } },
    { "slem", "5.5", { { "etc/os-release", "ID=\"sle-micro\"\nVERSION_ID=\"5.5\"\n" } } },
    { "photon",
      "5.0",
      { { "etc/os-release", "ID=photon\nVERSION_ID=5.0\n" },
        { "etc/photon-release", "VMware Photon OS 5.0\nPHOTON_BUILD_NUMBER=x\n" } } },
    { "azurelinux", "3.0", { { "etc/os-release", "ID=azurelinux\nVERSION_ID=\"3.0\"\n" } } },
    { "cbl-mariner",
      "2.0.20240123",
      { { "etc/os-release", "ID=mariner\nVERSION_ID=\"2.0\"\n" },
        { "etc/mariner-release", "CBL-Mariner 2.0.20240123\nMARINER_BUILD_NUMBER=1\n" } } },
    { "bottlerocket",
      "1.20.0",
      { { "x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release", "ID=bottlerocket\nVERSION_ID=1.20.0\n" } } },
    { "openeuler",
      "22.03",
      { { "etc/os-release", "NAME=\"openEuler\"\nID=\"openEuler\"\nVERSION_ID=\"22.03\"\n" },
        { "etc/openEuler-release", "openEuler release 22.03 (LTS-SP3)\n" } } },
    { "openwrt", "23.05.3", { { "usr/lib/os-release", "ID=\"openwrt\"\nVERSION_ID=\"23.05.3\"\n" } } },
    { "openwrt",
      "19.07.7",
      { { "etc/openwrt_release", "DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='19.07.7'\nDISTRIB_DESCRIPTION='OpenWrt 19.07.7'\n" } } },
    { "opensuse-leap-micro", "5.5", { { "etc/os-release", "ID=\"leap-micro\"\nVERSION_ID=\"5.5\"\n" } } },
    { "coreos", "3975.2.0", { { "usr/lib/os-release", "ID=coreos\nVERSION_ID=3975.2.0\n" } } },
    { "arch", "", { { "usr/lib/os-release", "ID=arch\nBUILD_ID=rolling\n" } } },
    { "gentoo", "2.15", { { "etc/gentoo-release", "Gentoo Base System release 2.15\n" } } },
    { "postmarketos", "v24.06", { { "etc/os-release", "ID=\"postmarketos\"\nVERSION_ID=\"v24.06\"\n" } } },
    { "kali",
      "2024.2",
      { { "etc/os-release", "ID=kali\nID_LIKE=debian\nVERSION_ID=\"2024.2\"\n" }, { "etc/debian_version", "kali-rolling\n" } } },
};

static void samples_name_their_distribution(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct parsed parsed;
        struct distro distro;
        parse_begin(&parsed);
        size_t count = 0;
        while (count < ARRAY_LEN(samples[i].files) && samples[i].files[count].path)
            count++;
        /* In both orders of files: precedence decides, not the order of the layers. */
        for (int reversed = 0; reversed < 2; reversed++) {
            parsed.facts.distro_count = 0;
            for (size_t f = 0; f < count; f++) {
                size_t at = reversed ? count - 1 - f : f;
                parse_more(&parsed, samples[i].files[at].path, str_from(samples[i].files[at].text));
            }
            assert_int_equal(parsed.facts.warning_count, 0);
            assert_true(catalog_distro_pick(parsed.facts.distros, parsed.facts.distro_count, &parsed.arena, &distro));
            if (!str_is(distro.family, samples[i].family) || !str_is(distro.release, samples[i].release))
                fail_msg("sample %zu: got %.*s \"%.*s\", want %s \"%s\"", i, STR_ARG(distro.family), STR_ARG(distro.release),
                         samples[i].family, samples[i].release);
        }
        parse_free(&parsed);
    }
}

static void values_are_unquoted(void **state)
{
    (void)state;
    static const struct {
        const char *line, *name;
    } rows[] = {
        { "PRETTY_NAME=\"A \\\"B\\\" \\$C\"", "A \"B\" $C" },
        { "PRETTY_NAME='A \\ B'", "A \\ B" },
        { "PRETTY_NAME=Plain ", "Plain" },
        { "PRETTY_NAME=\"open", "\"open" },
        { "PRETTY_NAME=\"\"", "" },
        { "PRETTY_NAME=\"", "\"" },
        { "PRETTY_NAME=\"\x1b[31mred\"", "" },
        { "#PRETTY_NAME=x", "" },
        { "PRETTY_NAME=first\nPRETTY_NAME=last", "last" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        char text[256];
        snprintf(text, sizeof text, "%s\r\nID=debian", rows[i].line);
        parse_text(&parsed, "etc/os-release", str_from(text));
        assert_int_equal(parsed.facts.distro_count, 1);
        assert_str(parsed.facts.distros[0].name, rows[i].name);
        parse_free(&parsed);
    }
}

static void senseless_os_release_is_incomplete(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "\n\n", "VERSION_ID=12\n", "ID=\n", "ID=\"two words\"\n", "ID=\x01\x02\n", "\x7f\x45LF\x02\x01"
    }; /* an ELF file */
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct parsed parsed;
        parse_text(&parsed, "etc/os-release", str_from(texts[i]));
        assert_int_equal(parsed.facts.distro_count, 0);
        assert_int_equal(parsed.facts.warning_count, 1);
        assert_true(parsed.facts.warnings[0].incomplete);
        parse_free(&parsed);
    }
}

static void unknown_release_files_say_nothing(void **state)
{
    (void)state;
    static const char *const paths[] = { "etc/redhat-release", "etc/system-release", "etc/SuSE-release", "etc/lsb-release",
                                         "etc/debian_version" };
    static const char *const texts[] = {
        "", "\n", "1", " release 1", "Some Thing release\n", "\x1b[0m 3\n", "9 9 9", "\xff\xff 1"
    };
    for (size_t p = 0; p < ARRAY_LEN(paths); p++)
        for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
            struct parsed parsed;
            parse_text(&parsed, paths[p], str_from(texts[i]));
            assert_int_equal(parsed.facts.warning_count, 0);
            assert_true(strcmp(paths[p], "etc/debian_version") == 0 || parsed.facts.distro_count == 0);
            parse_free(&parsed);
        }
}

static void damaged_files_survive(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++)
        for (size_t f = 0; f < ARRAY_LEN(samples[i].files) && samples[i].files[f].path; f++) {
            struct str text = str_from(samples[i].files[f].text);
            assert_cut_anywhere(samples[i].files[f].path, text);
            assert_flips_survive(samples[i].files[f].path, text);
        }
}

static void nothing_known_is_said(void **state)
{
    (void)state;
    struct parsed parsed;
    struct distro distro = { .release = STR_INIT("kept") };
    parse_begin(&parsed);
    assert_false(catalog_distro_pick(NULL, 0, &parsed.arena, &distro));
    assert_str(distro.release, "kept");
    parse_free(&parsed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_name_their_distribution),
        cmocka_unit_test(values_are_unquoted),
        cmocka_unit_test(senseless_os_release_is_incomplete),
        cmocka_unit_test(unknown_release_files_say_nothing),
        cmocka_unit_test(damaged_files_survive),
        cmocka_unit_test(nothing_known_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
