/* dpkg databases and lists of owned files. */
#include "catalog_unit.h"

#define STATUS "var/lib/dpkg/status"

static const char sample[] = "Package: libfoo1\n"
                             "Status: install ok installed\n"
                             "Priority: optional\n"
                             "Maintainer: Foo Team <foo@lists.example>\n"
                             "Architecture: amd64\n"
                             "Multi-Arch: same\n"
                             "Source: foo (1:4.8-2)\n"
                             "Version: 1:4.8-2+b1\n"
                             "Depends: libc6 (>= 2.34)\n"
                             "Conffiles:\n"
                             " /etc/foo.conf 0123456789abcdef0123456789abcdef\n"
                             "Description: a library\n"
                             " Package: not a field, the line is folded\n"
                             " .\n"
                             " Version: neither\n"
                             "\n"
                             "Package: gone\n"
                             "Status: deinstall ok config-files\n"
                             "Architecture: amd64\n"
                             "Version: 2.0\n"
                             "\n"
                             "package: bar\n"
                             "STATUS: install ok installed\n"
                             "architecture: all\n"
                             "source: bar-src\n"
                             "version: 3~rc1-1\n";

static void records_become_packages(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, STATUS, str_from(sample));
    assert_int_equal(parsed.facts.package_count, 2);
    assert_int_equal(parsed.facts.warning_count, 0);
    const struct package *foo = package_named(&parsed, "libfoo1"), *bar = package_named(&parsed, "bar");
    assert_str(foo->version, "1:4.8-2+b1");
    assert_str(foo->arch, "amd64");
    assert_str(foo->source_name, "foo");
    assert_str(foo->source_version, "1:4.8-2");
    assert_str(foo->maintainer, "Foo Team <foo@lists.example>");
    assert_str(foo->path, STATUS);
    assert_true(foo->offset == 0);
    assert_str(str_head(str_from(sample + foo->length), 10), "\nPackage: ");
    assert_str(bar->version, "3~rc1-1");
    assert_str(bar->source_name, "bar-src");
    assert_str(bar->source_version, "");
    assert_true(strncmp(sample + bar->offset, "package: bar", 12) == 0);
    assert_true(bar->offset + bar->length == strlen(sample));
    parse_free(&parsed);
}

static void states_decide_what_is_there(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        bool there;
    } rows[] = {
        { "Status: install ok installed\n", true },
        { "Status: hold ok installed\n", true },
        { "Status: deinstall ok installed\n", true },
        { "Status: install ok unpacked\n", true },
        { "Status: install ok half-configured\n", true },
        { "Status: install reinstreq half-installed\n", true },
        { "Status: install ok triggers-pending\n", true },
        { "Status: install ok triggers-awaited\n", true },
        { "Status: deinstall ok config-files\n", false },
        { "Status: purge ok not-installed\n", false },
        { "Status: unknown ok not-installed\n", false },
        { "Status: install  ok  config-files\n", false },
        { "", true },
        { "Status:\n", true },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[256];
        struct parsed parsed;
        snprintf(text, sizeof text, "Package: a\n%sArchitecture: all\nVersion: 1\n", rows[i].status);
        parse_text(&parsed, STATUS, str_from(text));
        if (parsed.facts.package_count != rows[i].there)
            fail_msg("%s: %zu packages", rows[i].status, parsed.facts.package_count);
        assert_int_equal(parsed.facts.warning_count, 0);
        parse_free(&parsed);
    }
}

static void sources_are_split(void **state)
{
    (void)state;
    static const struct {
        const char *source, *name, *version;
    } rows[] = {
        { "glibc", "glibc", "" },
        { "glibc (2.36-9)", "glibc", "2.36-9" },
        { "glibc  ( 2:1 )", "glibc", "2:1" },
        { "glibc ()", "glibc", "" },
        { "glibc (", "glibc", "(" },
        { "", "", "" },
        { "gcc-12 (12.2.0-14)", "gcc-12", "12.2.0-14" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[256];
        struct parsed parsed;
        snprintf(text, sizeof text, "Package: a\nVersion: 1\nSource: %s\n", rows[i].source);
        parse_text(&parsed, STATUS, str_from(text));
        assert_str(package_named(&parsed, "a")->source_name, rows[i].name);
        assert_str(package_named(&parsed, "a")->source_version, rows[i].version);
        parse_free(&parsed);
    }
}

static void the_last_of_equal_records_stands(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, STATUS,
               STR("Package: a\nArchitecture: amd64\nVersion: 1\nSource: s\n\nPackage: a\nArchitecture: i386\nVersion: 1\n\n"
                   "Package: b\nVersion: 9\n\n\n\nPackage: a\nArchitecture: amd64\nVersion: 2\n\n"));
    assert_int_equal(parsed.facts.package_count, 3);
    assert_str(parsed.facts.packages[0].version, "2");
    assert_str(parsed.facts.packages[0].source_name, "");
    assert_str(parsed.facts.packages[1].arch, "i386");
    assert_str(parsed.facts.packages[2].name, "b");
    parse_free(&parsed);
}

static void status_d_is_read(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "var/lib/dpkg/status.d/tzdata",
               STR("Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\nMaintainer: X\nDescription: y\n"));
    assert_str(package_named(&parsed, "tzdata")->version, "2024a-0+deb12u1");
    assert_str(package_named(&parsed, "tzdata")->path, "var/lib/dpkg/status.d/tzdata");
    parse_free(&parsed);
}

static void damage_is_a_warning(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        size_t packages, warnings;
        bool incomplete;
    } rows[] = {
        { STR_INIT("Package: a\n\nPackage: b\nVersion: 1\n"), 1, 1, false },
        { STR_INIT("Version: 1\n\nPackage: b\nVersion: 1\n"), 1, 1, false },
        { STR_INIT("Package: a\nVersion: 1\x01\n\nPackage: b\nVersion: 1\n"), 1, 1, false },
        { STR_INIT("Package: a\nVersion: 1\nno colon here\n\nPackage: b\nVersion: 1\n"), 2, 1, true },
        { STR_INIT(" folded at first\nPackage: b\nVersion: 1\n"), 1, 1, true },
        { STR_INIT("\0\0\0\0\0\0"), 0, 1, true },
        { STR_INIT("\x1f\x8b\x08\0binary\n\xff\xfe\n:\n"), 0, 1, true },
        { STR_INIT(""), 0, 0, false },
        { STR_INIT("\n\n\n"), 0, 0, false },
        { STR_INIT("Package: a\r\nVersion: 1\r\n\r\nPackage: b\r\nVersion: 2\r\n"), 2, 0, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        parse_text(&parsed, STATUS, rows[i].text);
        if (parsed.facts.package_count != rows[i].packages || parsed.facts.warning_count != rows[i].warnings)
            fail_msg("row %zu: %zu packages, %zu warnings", i, parsed.facts.package_count, parsed.facts.warning_count);
        assert_true(!rows[i].warnings || parsed.facts.warnings[0].incomplete == rows[i].incomplete);
        parse_free(&parsed);
    }
    assert_cut_anywhere(STATUS, str_from(sample));
    assert_flips_survive(STATUS, str_from(sample));
}

static void files_are_listed(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text, *lines;
        bool is_regular;
    } rows[] = {
        { "var/lib/dpkg/info/python3-six:all.list",
          "/.\n/usr\n/usr/lib\n/usr/lib/six.info\n/usr/lib/six.info/METADATA\n/usr/lib/six.py\n"
          "/usr/libexec\n/usr/share\n/usr/share/c\n",
          "usr/lib/six.info/\nMETADATA\nusr/lib/\nsix.py\nusr/\nlibexec\nusr/share/\nc\n", false },
        { "var/lib/dpkg/info/python3-six.md5sums",
          "d41d8cd98f00b204e9800998ecf8427e  usr/lib/six.info/METADATA\n"
          "d41d8cd98f00b204e9800998ecf8427e  usr/share/c\nshort\n",
          "usr/lib/six.info/\nMETADATA\nusr/share/\nc\n", true },
        { "var/lib/dpkg/status.d/python3-six.md5sums", "d41d8cd98f00b204e9800998ecf8427e  ./usr/lib/six.info/METADATA\n",
          "usr/lib/six.info/\nMETADATA\n", true },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        parse_text(&parsed, rows[i].path, str_from(rows[i].text));
        assert_int_equal(parsed.facts.list_count, 1);
        assert_listed(&parsed, 0, "python3-six", rows[i].lines);
        assert_str(parsed.facts.lists[0].arch, i == 0 ? "all" : "");
        assert_int_equal(parsed.facts.lists[0].flags, rows[i].is_regular ? LISTED_REGULAR : 0);
        assert_string_equal(parsed.facts.lists[0].kind->name, "dpkg");
        assert_int_equal(parsed.facts.warning_count, 0);
        parse_free(&parsed);
        assert_cut_anywhere(rows[i].path, str_from(rows[i].text));
        assert_flips_survive(rows[i].path, str_from(rows[i].text));
    }
}

static void digests_diversions_and_configuration_are_listed(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_begin(&parsed);
    parsed.wants_digests = true;
    parse_more(&parsed, "var/lib/dpkg/info/a.md5sums", STR("d41d8cd98f00b204e9800998ecf8427e  b\n"));
    parse_more(&parsed, "var/lib/dpkg/diversions", STR("/bin/sh\n/bin/sh.distrib\ndash\n/x\n/y\n:\n/cut\n"));
    parse_more(&parsed, STATUS,
               STR("Package: bash\nStatus: install ok installed\nArchitecture: amd64\nConffiles:\n"
                   " /etc/bash.bashrc 89269e1298235f1b12b4c16e4065ad0d\n /etc/a b newconffile remove-on-upgrade\n"
                   " /etc/skel/.bashrc ee35a240758f374832e809ae0ea4883a obsolete\nVersion: 5\n"));
    assert_int_equal(parsed.facts.list_count, 4);
    assert_listed(&parsed, 0, "a", "/\n\t\tmd5:d41d8cd98f00b204e9800998ecf8427e\t\tb\n");
    assert_listed(&parsed, 1, "dash", "bin/\nv\t\t\t/bin/sh.distrib\tsh\n");
    assert_listed(&parsed, 2, ":", "/\nv\t\t\t/y\tx\n");
    assert_listed(&parsed, 3, "bash",
                  "etc/\nc\t\tmd5:89269e1298235f1b12b4c16e4065ad0d\t\tbash.bashrc\nco\t\t\t\ta b\n"
                  "etc/skel/\nc\t\tmd5:ee35a240758f374832e809ae0ea4883a\t\t.bashrc\n");
    assert_str(parsed.facts.lists[3].version, "5");
    parse_free(&parsed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_become_packages), cmocka_unit_test(states_decide_what_is_there),
        cmocka_unit_test(sources_are_split),       cmocka_unit_test(the_last_of_equal_records_stands),
        cmocka_unit_test(status_d_is_read),        cmocka_unit_test(damage_is_a_warning),
        cmocka_unit_test(files_are_listed),        cmocka_unit_test(digests_diversions_and_configuration_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
