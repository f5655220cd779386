/* Package managers of smaller families: pacman, portage, opkg, Bottlerocket's inventory; and what packages need. */
#include "catalog_unit.h"

static const struct package *only(const struct parsed *parsed)
{
    assert_int_equal(parsed->facts.package_count, 1);
    return &parsed->facts.packages[0];
}

/* As the squash does. */
static void settle(struct parsed *parsed)
{
    const struct catalog_kind *kind = parsed->facts.packages[0].kind;
    assert_non_null(kind->settle);
    assert_true(kind->settle(&parsed->facts));
}

/* ---- pacman -------------------------------------------------------------------------------------------------------------------- */

#define DESC "var/lib/pacman/local/tide-1:2.0-3/desc"

static const struct str desc = STR_INIT(
    "%NAME%\ntide\n\n%VERSION%\n1:2.0-3\n\n%BASE%\nsea\n\n%DESC%\nWater %NAME% text\n\n%ARCH%\nx86_64\n\n%BUILDDATE%\n1\n\n"
    "%PACKAGER%\nA <a@b.example>\n\n%SIZE%\n9\n\n%LICENSE%\nMIT\nGPL-2.0-only\n\n%DEPENDS%\nglibc>=2.38\nlibmoon.so=1-64\n"
    "sh\n\n%PROVIDES%\nlibtide.so=2-64\ntides\n\n");

static void pacman_packages_are_read(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, DESC, desc);
    const struct package *p = only(&parsed);
    assert_str(p->name, "tide");
    assert_str(p->version, "1:2.0-3");
    assert_str(p->arch, "x86_64");
    assert_str(p->source_name, "sea");
    assert_str(p->source_version, "");
    assert_str(p->maintainer, "A <a@b.example>");
    assert_str(p->licence, "MIT\nGPL-2.0-only");
    assert_str(p->depends, "glibc\nlibmoon.so\nsh");
    assert_str(p->provides, "libtide.so=2-64 tides");
    assert_int_equal(parsed.facts.warning_count, 0);
    parse_free(&parsed);

    parse_text(&parsed, DESC, STR("%NAME%\r\ntide\r\n\r\n%VERSION%\r\n1-1\r\n%BASE%\ntide"));
    assert_str(only(&parsed)->version, "1-1");
    assert_str(only(&parsed)->source_name, "");
    parse_free(&parsed);
    static const char *const damaged[] = { "", "%NAME%\ntide\n", "%NAME%\n\n%VERSION%\n1-1\n",
                                           "%NAME%\na\x07\n\n%VERSION%\n1-1\n" };
    for (size_t i = 0; i < ARRAY_LEN(damaged); i++) {
        parse_text(&parsed, DESC, str_from(damaged[i]));
        assert_int_equal(parsed.facts.package_count, 0);
        assert_int_equal(parsed.facts.warning_count, 1);
        assert_true(parsed.facts.warnings[0].incomplete);
        parse_free(&parsed);
    }
}

static struct str list_text(const struct parsed *parsed, size_t at)
{
    assert_true(at < parsed->facts.list_count);
    return parsed->facts.lists[at].lines;
}

static void pacman_files_are_listed(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "var/lib/pacman/local/sea-tide-1:2.0-3/files",
               STR("%FILES%\netc/\netc/tide.conf\nusr/\nusr/bin/\nusr/bin/tide\n\n%BACKUP%\netc/tide.conf\t0123\n"));
    assert_int_equal(parsed.facts.list_count, 1);
    assert_str(parsed.facts.lists[0].package, "sea-tide");
    assert_str(parsed.facts.lists[0].version, "1:2.0-3");
    assert_str(list_text(&parsed, 0), "etc/\nc\t\t\t\ttide.conf\nusr/bin/\ntide\n");
    parse_free(&parsed);
    parse_text(&parsed, "var/lib/pacman/local/tide/files", STR("%FILES%\na\n"));
    assert_int_equal(parsed.facts.list_count, 0);
    parse_free(&parsed);
}

/* ---- portage --------------------------------------------------------------------------------------------------------------------- */

static const struct str contents = STR_INIT("dir /usr/bin\nobj /usr/bin/tide 0123456789abcdef0123456789abcdef 1700000000\n"
                                            "obj /usr/share/a b 0123456789abcdef0123456789abcdef 1700000000\n"
                                            "sym /usr/lib/l -> l.so.1 1700000000\nfif /x\nobj\nobj x\n");

static void portage_packages_are_named_by_their_folder(void **state)
{
    (void)state;
    static const struct {
        const char *folder, *name, *version; /* name NULL: none */
    } folders[] = {
        { "app-sea/tide-2.1", "app-sea/tide", "2.1" },
        { "app-sea/tide-2.1-r3", "app-sea/tide", "2.1-r3" },
        { "app-sea/tide-pool-9999", "app-sea/tide-pool", "9999" },
        { "app-sea/tide+-1.0_p20240101-r1", "app-sea/tide+", "1.0_p20240101-r1" },
        { "app-sea/tide-r1-2", "app-sea/tide-r1", "2" },
        { "app-sea/tide", NULL, NULL },
        { "app-sea/tide-r1", NULL, NULL },
        { "app-sea/-1", NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        struct parsed parsed;
        char path[256];
        snprintf(path, sizeof path, "var/db/pkg/%s/CONTENTS", folders[i].folder);
        parse_text(&parsed, path, contents);
        if (folders[i].name) {
            assert_str(only(&parsed)->name, folders[i].name);
            assert_str(only(&parsed)->version, folders[i].version);
            assert_int_equal(parsed.facts.list_count, 1);
            assert_str(list_text(&parsed, 0), "usr/bin/\nr\t\t\t\ttide\nusr/share/\nr\t\t\t\ta b\nusr/lib/\n\t\t\tl.so.1\tl\n");
        } else {
            assert_int_equal(parsed.facts.package_count, 0);
            assert_int_equal(parsed.facts.warning_count, 1);
        }
        parse_free(&parsed);
    }
    struct parsed merging;
    parse_text(&merging, "var/db/pkg/app-sea/-MERGING-tide-1/CONTENTS", contents);
    assert_true(merging.facts.package_count == 0 && merging.facts.warning_count == 0);
    parse_free(&merging);
}

static void portage_takes_licence_and_needs_from_beside(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "var/db/pkg/app-sea/tide-2.1/CONTENTS", STR(""));
    parse_more(&parsed, "var/db/pkg/app-sea/tide-2.1/LICENSE", STR("|| ( MIT GPL-2 )\n"));
    parse_more(
        &parsed, "var/db/pkg/app-sea/tide-2.1/RDEPEND",
        STR(">=dev-libs/moon-2.0-r1:0/3=[ssl,-test] sys-libs/glibc:2.2 !!app-sea/ebb ssl? ( || ( =dev-sea/a-1* ~dev-sea/b-2 ) )"));
    parse_more(&parsed, "var/db/pkg/app-sea/other-1/LICENSE", STR("BSD\n"));
    settle(&parsed);
    assert_str(only(&parsed)->licence, "|| ( MIT GPL-2 )");
    assert_str(only(&parsed)->depends, "dev-libs/moon\nsys-libs/glibc\ndev-sea/a\ndev-sea/b");
    parse_free(&parsed);
}

/* ---- opkg, dpkg: what packages need -------------------------------------------------------------------------------------------------- */

static void opkg_packages_are_read(void **state)
{
    (void)state;
    static const struct str status = STR_INIT(
        "Package: busybox\nVersion: 1.36.1-1\nDepends: libc, tide (>= 2), tide (<< 3)\nLicense: GPL-2.0\nArchitecture: mips\n"
        "Status: install ok installed\nConffiles:\n /etc/x 0123456789abcdef0123456789abcdef\n\n"
        "Package: gone\nVersion: 1\nStatus: unknown ok not-installed\n\n"
        "Package: libc\nVersion: 1.2.3-4\nProvides: libc.so (= 4), libm\nStatus: install user installed\n");
    struct parsed parsed;
    parse_text(&parsed, "usr/lib/opkg/status", status);
    assert_int_equal(parsed.facts.package_count, 2);
    const struct package *p = package_named(&parsed, "busybox");
    assert_str(str_from(p->kind->name), "opkg");
    assert_str(p->version, "1.36.1-1");
    assert_str(p->licence, "GPL-2.0");
    assert_str(p->depends, "libc\ntide");
    assert_str(package_named(&parsed, "libc")->provides, "libc.so=4 libm");
    parse_free(&parsed);
    parse_text(&parsed, "var/lib/opkg/info/tide.control", STR("Package: tide\nVersion: 1\nLicense: MIT\n"));
    assert_str(only(&parsed)->licence, "MIT");
    parse_free(&parsed);
    parse_text(&parsed, "usr/lib/opkg/info/tide.list", STR("/usr/bin/tide\n/usr/lib/l\t0120777\tl.so\n"));
    assert_str(list_text(&parsed, 0), "usr/bin/\ntide\nusr/lib/\nl\n");
    assert_str(parsed.facts.lists[0].package, "tide");
    parse_free(&parsed);
}

static void of_alternatives_the_first_that_is_there_counts(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "var/lib/dpkg/status",
               STR("Package: tide\nVersion: 1\nPre-Depends: libc6:any (>= 2) [amd64] <!nocheck>\n"
                   "Depends: mail-agent | exim4, awk | gawk, none | nobody, |, ,libx | exim4\n\n"
                   "Package: exim4\nVersion: 1\nProvides: mail, mail-agent (= 1:2)\n\n"
                   "Package: gawk\nVersion: 1\n\nPackage: libc6\nVersion: 2\n"));
    settle(&parsed);
    assert_str(package_named(&parsed, "tide")->depends, "libc6\nmail-agent\ngawk\nnone\nexim4");
    assert_str(package_named(&parsed, "exim4")->provides, "mail mail-agent=1:2");
    struct catalog_graph graph;
    assert_true(catalog_graph_build(parsed.facts.packages, parsed.facts.package_count, &parsed.arena, &graph));
    assert_int_equal(graph.first[1] - graph.first[0], 4); /* libc6, exim4 by what it provides, gawk, exim4 */
    parse_free(&parsed);
}

static void apk_names_what_it_needs(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "lib/apk/db/installed",
               STR("P:tide\nV:1-r0\nD:so:libc.musl-x86_64.so.1 moon>=1.2 !ebb sh~1 pin=2  /bin/sh\n\nP:moon\nV:1.3-r0\n"));
    assert_str(package_named(&parsed, "tide")->depends, "so:libc.musl-x86_64.so.1\nmoon\nsh\npin\n/bin/sh");
    parse_free(&parsed);
}

/* ---- Bottlerocket ------------------------------------------------------------------------------------------------------------------------ */

static void bottlerocket_inventories_are_read(void **state)
{
    (void)state;
    static const char *const path = "usr/share/bottlerocket/application-inventory.json";
    struct parsed parsed;
    parse_text(&parsed, path,
               STR("{\"Generated\":1,\"Content\":[{\"Name\":\"curl\",\"Publisher\":\"Bottlerocket\",\"Version\":\"8.11.0\","
                   "\"Release\":\"1.abc.br1\",\"Epoch\":\"1\",\"Architecture\":\"x86_64\",\"Url\":\"u\"},{\"Name\":\"glibc\","
                   "\"Version\":\"2.40\",\"Release\":\"1\",\"Epoch\":\"\"},{\"Name\":\"x\"},7]}"));
    assert_int_equal(parsed.facts.package_count, 2);
    assert_str(parsed.facts.packages[0].version, "1:8.11.0-1.abc.br1");
    assert_str(parsed.facts.packages[0].maintainer, "Bottlerocket");
    assert_str(parsed.facts.packages[1].version, "2.40-1");
    assert_int_equal(parsed.facts.warning_count, 1);
    parse_free(&parsed);
    parse_text(&parsed, path, STR("{\"Content\":{\"Name\":\"a\"}"));
    assert_int_equal(parsed.facts.package_count, 0);
    assert_int_equal(parsed.facts.warning_count, 1);
    parse_free(&parsed);
}

static void windows_is_named(void **state)
{
    (void)state;
    static const char *const paths[] = { "Files/Windows/System32/kernel32.dll", "Hives/Software_Delta" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct parsed parsed;
        struct blob blob = { .memory = STR("MZ"), .fd = -1, .size = 2 };
        struct catalog_file file = {
            .kind = catalog_claim(str_from(paths[i])), .path = str_from(paths[i]), .blob = &blob, .scratch = &parsed.scratch
        };
        parse_begin(&parsed);
        assert_non_null(file.kind);
        assert_true(catalog_parse(&file, &parsed.facts));
        assert_int_equal(parsed.facts.distro_count, 1);
        assert_str(parsed.facts.distros[0].family, "windows");
        assert_int_equal(parsed.facts.warning_count, i == 0 ? 1 : 0);
        parse_free(&parsed);
    }
}

static void damaged_files_survive(void **state)
{
    (void)state;
    assert_cut_anywhere(DESC, desc);
    assert_flips_survive(DESC, desc);
    assert_flips_survive("var/lib/pacman/local/a-1-1/files", desc);
    assert_flips_survive("var/db/pkg/a/b-1/CONTENTS", contents);
    assert_flips_survive("usr/lib/opkg/info/a.list", contents);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pacman_packages_are_read),
        cmocka_unit_test(pacman_files_are_listed),
        cmocka_unit_test(portage_packages_are_named_by_their_folder),
        cmocka_unit_test(portage_takes_licence_and_needs_from_beside),
        cmocka_unit_test(opkg_packages_are_read),
        cmocka_unit_test(of_alternatives_the_first_that_is_there_counts),
        cmocka_unit_test(apk_names_what_it_needs),
        cmocka_unit_test(bottlerocket_inventories_are_read),
        cmocka_unit_test(windows_is_named),
        cmocka_unit_test(damaged_files_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
