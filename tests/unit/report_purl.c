/* Package URLs by the purl specification, IDs and parts of versions, as a table. */
#include "unit.h"

#include "report/parts.h"

static const struct catalog_kind deb = { .name = "dpkg", .is_os = true, .scheme = "dpkg", .purl_type = "deb" };
static const struct catalog_kind apk = { .name = "apk", .is_os = true, .scheme = "apk", .purl_type = "apk" };
static const struct catalog_kind rpm = { .name = "rpm", .is_os = true, .scheme = "rpm", .purl_type = "rpm" };
static const struct catalog_kind pypi = { .name = "python-pkg", .scheme = "pep440", .purl_type = "pypi" };
static const struct catalog_kind npm = { .name = "node-pkg", .scheme = "npm", .purl_type = "npm" };

static const struct {
    const struct catalog_kind *kind;
    const char *name, *version, *arch, *module, *family, *release;
    const char *purl, *id;
} cases[] = {
    { &deb, "curl", "7.50.3-1", "i386", "", "debian", "8.11", "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=debian-8.11",
      "curl@7.50.3-1" },
    { &deb, "libstdc++6", "12.2.0-14+deb12u1", "amd64", "", "debian", "12.5",
      "pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12.5", "libstdc++6@12.2.0-14+deb12u1" },
    { &deb, "bsdutils", "1:2.36.1-8", "amd64", "", "debian", "11.11",
      "pkg:deb/debian/bsdutils@2.36.1-8?arch=amd64&distro=debian-11.11&epoch=1", "bsdutils@1:2.36.1-8" },
    { &deb, "vim", "0:1.0~rc1", "", "", "ubuntu", "22.04", "pkg:deb/ubuntu/vim@1.0~rc1?distro=ubuntu-22.04", "vim@0:1.0~rc1" },
    { &deb, "a", "1", "all", "", "debian", "", "pkg:deb/debian/a@1?arch=all", "a@1" },
    { &deb, "a", "1", "all", "", "", "", "pkg:deb/a@1?arch=all", "a@1" }, /* no distribution was found */
    { &apk, "libcrypto3", "3.3.1-r0", "x86_64", "", "alpine", "3.20.3",
      "pkg:apk/alpine/libcrypto3@3.3.1-r0?arch=x86_64&distro=3.20.3", "libcrypto3@3.3.1-r0" },
    { &apk, "glibc-2.39", "2.39-r5", "x86_64", "", "wolfi", "20230201",
      "pkg:apk/wolfi/glibc-2.39@2.39-r5?arch=x86_64&distro=20230201", "glibc-2.39@2.39-r5" },
    { &rpm, "ImageMagick", "1:6.9.10.68-7.el7_9", "x86_64", "", "centos", "7.9.2009",
      "pkg:rpm/centos/ImageMagick@6.9.10.68-7.el7_9?arch=x86_64&distro=centos-7.9.2009&epoch=1",
      "ImageMagick@6.9.10.68-7.el7_9.x86_64" },
    { &rpm, "nodejs", "1:18.20.4-1.module+el8.10.0+22202+761b9a65", "x86_64", "nodejs:18:8100020240807161023:489197e6", "redhat",
      "8.10",
      "pkg:rpm/redhat/nodejs@18.20.4-1.module%2Bel8.10.0%2B22202%2B761b9a65?arch=x86_64&distro=redhat-8.10&epoch=1"
      "&modularitylabel=nodejs:18:8100020240807161023:489197e6",
      "nodejs@18.20.4-1.module+el8.10.0+22202+761b9a65.x86_64" },
    { &rpm, "bash", "5.1.16-2.el9^20230101", "aarch64", "", "rocky", "9.3",
      "pkg:rpm/rocky/bash@5.1.16-2.el9%5E20230101?arch=aarch64&distro=rocky-9.3", "bash@5.1.16-2.el9^20230101.aarch64" },
    { &rpm, "zypper", "1.14.59-150400.3.32.1", "x86_64", "", "opensuse-leap", "15.5",
      "pkg:rpm/opensuse/zypper@1.14.59-150400.3.32.1?arch=x86_64&distro=opensuse-leap-15.5",
      "zypper@1.14.59-150400.3.32.1.x86_64" },
    { &rpm, "zypper", "1.14.59-1", "x86_64", "", "sles", "15.5", "pkg:rpm/suse/zypper@1.14.59-1?arch=x86_64&distro=sles-15.5",
      "zypper@1.14.59-1.x86_64" },
    { &pypi, "Django_AllAuth", "12.23", "", "", "debian", "12", "pkg:pypi/django-allauth@12.23", "Django_AllAuth@12.23" },
    { &pypi, "zope.interface", "5.4.0+local.1", "", "", "", "", "pkg:pypi/zope.interface@5.4.0%2Blocal.1",
      "zope.interface@5.4.0+local.1" },
    { &pypi, "torch", "1!2.0", "", "", "", "", "pkg:pypi/torch@1%212.0", "torch@1!2.0" },
    { &npm, "@angular/animation", "12.3.1", "", "", "", "", "pkg:npm/%40angular/animation@12.3.1", "@angular/animation@12.3.1" },
    { &npm, "JSONStream", "1.0.0-rc.1+build/7", "", "", "", "", "pkg:npm/jsonstream@1.0.0-rc.1%2Bbuild%2F7",
      "JSONStream@1.0.0-rc.1+build/7" },
    { &npm, "no-version", "", "", "", "", "", "pkg:npm/no-version", "no-version" },
    { &npm, "odd name\xff?#", "1", "", "", "", "", "pkg:npm/odd%20name%FF%3F%23@1", "odd name\xff?#@1" },
};

static void purls_and_ids_are_as_specified(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct package package = { .kind = cases[i].kind,
                                   .name = str_from(cases[i].name),
                                   .version = str_from(cases[i].version),
                                   .arch = str_from(cases[i].arch),
                                   .module = str_from(cases[i].module) };
        struct distro distro = { .family = str_from(cases[i].family), .release = str_from(cases[i].release) };
        buf_clear(&out);
        purl_write(&package, &distro, &out);
        assert_str(buf_view(&out), cases[i].purl);
        buf_clear(&out);
        package_id_write(&package, &out);
        assert_str(buf_view(&out), cases[i].id);
    }
    buf_free(&out);
}

static void versions_are_split_by_their_scheme(void **state)
{
    (void)state;
    static const struct {
        const struct catalog_kind *kind;
        const char *text, *epoch, *version, *release;
    } splits[] = {
        { &deb, "1:2.36.1-8+deb11u2", "1", "2.36.1", "8+deb11u2" },
        { &deb, "1.0-2-3", "", "1.0-2", "3" },
        { &deb, "1.20.9", "", "1.20.9", "" },
        { &deb, "x:1-2", "", "x:1", "2" }, /* not an epoch */
        { &rpm, "2.3-4.el9", "", "2.3", "4.el9" },
        { &apk, "1.2.3-r0", "", "1.2.3-r0", "" },
        { &npm, "1.0.0-rc.1", "", "1.0.0-rc.1", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(splits); i++) {
        struct package package = { .kind = splits[i].kind };
        struct version_parts parts = version_split(&package, str_from(splits[i].text));
        assert_str(parts.epoch, splits[i].epoch);
        assert_str(parts.version, splits[i].version);
        assert_str(parts.release, splits[i].release);
    }
}

static void uids_tell_packages_and_places_apart(void **state)
{
    (void)state;
    struct buf scratch;
    buf_init(&scratch, 4096);
    struct package a = { .kind = &npm, .name = STR("ab"), .version = STR("1"), .path = STR("x/package.json") }, b = a;
    uint64_t uid = package_uid(&a, &scratch);
    assert_true(package_uid(&b, &scratch) == uid);
    b.path = STR("y/package.json");
    assert_true(package_uid(&b, &scratch) != uid);
    b = a;
    b.name = STR("a");
    b.version = STR("b1"); /* the same letters in other fields */
    assert_true(package_uid(&b, &scratch) != uid);
    buf_free(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(purls_and_ids_are_as_specified),
        cmocka_unit_test(versions_are_split_by_their_scheme),
        cmocka_unit_test(uids_tell_packages_and_places_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
