/* Package URLs: parsed, made canonical, refused; and those of packages of every type. */
#include "catalog/catalog.h"
#include "unit.h"

static const struct {
    const char *text, *type, *space, *name, *version, *qualifiers, *subpath, *canonical; /* NULL: as text */
} rows[] = {
    { "pkg:deb/debian/harbour@1.2-3?arch=arm64&distro=debian-12", "deb", "debian", "harbour", "1.2-3",
      "arch=arm64\ndistro=debian-12", "", NULL },
    { "PKG:Deb/Debian/Harbour@1.2-3?Distro=x&ARCH=arm64", "deb", "debian", "harbour", "1.2-3", "arch=arm64\ndistro=x", "",
      "pkg:deb/debian/harbour@1.2-3?arch=arm64&distro=x" },
    { "pkg:npm/%40pier/Rope@1.0.0", "npm", "@pier", "rope", "1.0.0", "", "", "pkg:npm/%40pier/rope@1.0.0" },
    { "pkg:npm/@pier/rope@1.0.0", "npm", "@pier", "rope", "1.0.0", "", "", "pkg:npm/%40pier/rope@1.0.0" },
    { "pkg:npm/@pier/rope#a//b/", "npm", "@pier", "rope", "", "", "a/b", "pkg:npm/%40pier/rope#a/b" },
    { "pkg:generic/rope@1.0/2", "generic", "", "rope", "1.0/2", "", "", "pkg:generic/rope@1.0%2F2" },
    { "pkg:pypi/Sea_Chart@2.0", "pypi", "", "sea-chart", "2.0", "", "", "pkg:pypi/sea-chart@2.0" },
    { "pkg:maven/Org.Quay/Crane@1.0%20b?type=war&classifier=", "maven", "Org.Quay", "Crane", "1.0 b", "type=war", "",
      "pkg:maven/Org.Quay/Crane@1.0%20b?type=war" },
    { "pkg:golang/GitHub.com/Quay/Crane@v1.0.0?x=%26%3d#../cmd/./lift", "golang", "github.com/quay", "crane", "v1.0.0",
      "x=&=", "cmd/lift", "pkg:golang/github.com/quay/crane@v1.0.0?x=%26%3D#cmd/lift" },
    { "pkg:rpm/Fedora/Buoy@1:2-3", "rpm", "fedora", "Buoy", "1:2-3", "", "", "pkg:rpm/fedora/Buoy@1:2-3" },
    { "pkg:///cargo/tide@0.1.0", "cargo", "", "tide", "0.1.0", "", "", "pkg:cargo/tide@0.1.0" },
    { "pkg:generic/tide?url=git%2Bhttps://a.example/b%40c", "generic", "", "tide", "", "url=git+https://a.example/b@c", "",
      "pkg:generic/tide?url=git%2Bhttps:%2F%2Fa.example%2Fb%40c" },
    { "pkg:generic/100%25/50%zz", "generic", "100%", "50%zz", "", "", "", "pkg:generic/100%25/50%25zz" },
    { "pkg:github/Quay/Crane@v4", "github", "quay", "crane", "v4", "", "", "pkg:github/quay/crane@v4" },
    { "pkg:oci/Crane@SHA256:AB", "oci", "", "crane", "sha256:ab", "", "", "pkg:oci/crane@sha256:ab" },
    { "pkg:hackage/a_b@1", "hackage", "", "a-b", "1", "", "", "pkg:hackage/a-b@1" },
    { "pkg:julia/Tide@1?uuid=u", "julia", "", "Tide", "1", "uuid=u", "", NULL },
    { "pkg:swift/a.example/Quay/Crane@1", "swift", "a.example/Quay", "Crane", "1", "", "", NULL },
};

static void purls_are_read_and_made_canonical(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena;
        struct purl purl, again;
        struct error err = { 0 };
        struct buf out;
        arena_init(&arena, "purl", 1 << 20);
        buf_init(&out, 4096);
        if (!purl_parse(str_from(rows[i].text), &arena, &purl, &err))
            fail_msg("%s", err.text);
        assert_str(purl.type, rows[i].type);
        assert_str(purl.space, rows[i].space);
        assert_str(purl.name, rows[i].name);
        assert_str(purl.version, rows[i].version);
        assert_str(purl.qualifiers, rows[i].qualifiers);
        assert_str(purl.subpath, rows[i].subpath);
        purl_put(&purl, &out);
        assert_str(buf_view(&out), rows[i].canonical ? rows[i].canonical : rows[i].text);
        /* The canonical form is its own canonical form, and says the same. */
        assert_true(purl_parse(buf_view(&out), &arena, &again, &err));
        assert_true(str_eq(purl.name, again.name) && str_eq(purl.space, again.space) && str_eq(purl.version, again.version));
        assert_true(str_eq(purl.qualifiers, again.qualifiers) && str_eq(purl.subpath, again.subpath));
        buf_free(&out);
        arena_free(&arena);
    }
}

static void qualifiers_are_found_by_key(void **state)
{
    (void)state;
    struct purl purl = { .qualifiers = STR("arch=a\ndistro=b=c") };
    assert_str(purl_qualifier(&purl, "arch"), "a");
    assert_str(purl_qualifier(&purl, "distro"), "b=c");
    assert_str(purl_qualifier(&purl, "dist"), "");
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "pkg:",
        "pkg:/",
        "pkg:npm",
        "pkg:npm/",
        "pkg:npm/@1.0",
        "pkg:npm/a/@1.0",
        "npm/a@1.0",
        "http:npm/a@1.0",
        "pkg:1npm/a",
        "pkg:n%70m/a",
        "pkg:n&m/a",
        "pkg:npm/a?b",
        "pkg:npm/a?b c=d",
        "pkg:npm/a?%62=d",
        "pkg:npm/a?1=d",
        "pkg:npm/a?b=1&B=2",
        "pkg:npm/a%0ab",
        "pkg:npm/a@1%00",
        "pkg:npm/a?b=%0ac",
        "pkg:swift/a@1",
        "pkg:julia/a@1",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct arena arena;
        struct purl purl = { 0 };
        struct error err = { 0 };
        arena_init(&arena, "purl", 1 << 20);
        if (purl_parse(str_from(bad[i]), &arena, &purl, &err))
            fail_msg("%s was taken", bad[i]);
        assert_int_equal(err.kind, ERROR_INPUT);
        assert_null(purl.name.ptr);
        arena_free(&arena);
    }
}

static void cut_texts_and_full_arenas_survive(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (size_t len = 0; len <= strlen(rows[i].text); len++)
            for (size_t cap = 1; cap <= 1 << 16; cap <<= 8) {
                char *exact = malloc(len ? len : 1);
                struct arena arena;
                struct purl purl;
                struct error err = { 0 };
                assert_non_null(exact);
                memcpy(exact, rows[i].text, len);
                arena_init(&arena, "purl", cap);
                if (!purl_parse(str_make(exact, len), &arena, &purl, &err))
                    assert_true(err.kind == ERROR_INPUT || err.kind == ERROR_LIMIT);
                arena_free(&arena);
                free(exact);
            }
}

static const struct {
    const char *type, *scheme;
    bool is_os;
    const char *name, *version, *arch, *id, *family, *release, *purl;
} packages[] = {
    { "maven", "maven", false, "org.quay:crane", "1.0", "", "", "", "", "pkg:maven/org.quay/crane@1.0" },
    { "maven", "maven", false, "crane", "1.0", "", "", "", "", "pkg:maven/crane@1.0" },
    { "golang", "go", false, "github.com/Quay/Crane/v2", "v2.0.0+incompatible", "", "", "", "",
      "pkg:golang/github.com/quay/crane/v2@v2.0.0%2Bincompatible" },
    { "golang", "go", false, "stdlib", "v1.22.1", "", "", "", "", "pkg:golang/stdlib@v1.22.1" },
    { "golang", "go", false, "../local", "(devel)", "", "", "", "", "" },
    { "swift", "swift", false, "github.com/Quay/Crane", "1.0.0", "", "", "", "", "pkg:swift/github.com/Quay/Crane@1.0.0" },
    { "cocoapods", "gem", false, "Harbour/Lights+sea", "7.5", "", "", "", "", "pkg:cocoapods/Harbour@7.5#Lights%2Bsea" },
    { "composer", "composer", false, "Quay/Crane", "v1.0.2", "", "", "", "", "pkg:composer/quay/crane@v1.0.2" },
    { "cargo", "cargo", false, "tide_pool", "0.7.3", "", "", "", "", "pkg:cargo/tide_pool@0.7.3" },
    { "gem", "gem", false, "Tide", "1.0", "", "", "", "", "pkg:gem/Tide@1.0" },
    { "nuget", "nuget", false, "Harbour.Crane", "6.0", "", "", "", "", "pkg:nuget/Harbour.Crane@6.0" },
    { "hex", "hex", false, "Tide", "0.2.0", "", "", "", "", "pkg:hex/tide@0.2.0" },
    { "pub", "pub", false, "tide_pool", "0.13.2", "", "", "", "", "pkg:pub/tide_pool@0.13.2" },
    { "conda", "pep440", false, "tide", "0.4.1", "", "", "", "", "pkg:conda/tide@0.4.1" },
    { "conan", "conan", false, "tide", "1.2", "", "", "", "", "pkg:conan/tide@1.2" },
    { "cran", "cran", false, "Tide", "1.0-4", "", "", "", "", "pkg:cran/Tide@1.0-4" },
    { "julia", "julia", false, "Tide", "1.9.0", "", "abcdef01-2345-6789-abcd-ef0123456789", "", "",
      "pkg:julia/Tide@1.9.0?uuid=abcdef01-2345-6789-abcd-ef0123456789" },
    { "julia", "julia", false, "Tide", "1.9.0", "", "Tide@1.9.0", "", "", "pkg:julia/Tide@1.9.0" },
    { "bitnami", "bitnami", false, "Harbour", "8.9.2-1", "amd64", "", "debian", "12.5",
      "pkg:bitnami/harbour@8.9.2-1?arch=amd64&distro=debian-12" },
    { "github", "semver", false, "Quay/crane/sub/lift", "v4", "", "", "", "", "pkg:github/quay/crane@v4#sub/lift" },
    { "generic", "semver", false, "tide", "3.1", "", "", "", "", "pkg:generic/tide@3.1" },
    { "alpm", "pacman", true, "Tide", "1:6.0-1", "x86_64", "", "arch", "", "pkg:alpm/arch/tide@1:6.0-1?arch=x86_64" },
    { "ebuild", "portage", true, "sys-sea/tide", "2.1-r3", "", "", "gentoo", "2.15",
      "pkg:ebuild/sys-sea/tide@2.1-r3?distro=gentoo-2.15" },
    { "generic", "dpkg", true, "tide", "1.36.1-1", "x86_64", "", "openwrt", "23.05.3",
      "pkg:generic/openwrt/tide@1.36.1-1?arch=x86_64&distro=openwrt-23.05.3" },
    { "rpm", "rpm", true, "Tide", "2:1-3", "noarch", "", "sles", "15.5",
      "pkg:rpm/suse/Tide@1-3?arch=noarch&distro=sles-15.5&epoch=2" },
    { "deb", "dpkg", true, "tide", "0:1-3", "all", "", "ubuntu", "22.04",
      "pkg:deb/ubuntu/tide@1-3?arch=all&distro=ubuntu-22.04" },
    { "apk", "apk", true, "Tide", "1-r3", "x86_64", "", "wolfi", "20230201",
      "pkg:apk/wolfi/tide@1-r3?arch=x86_64&distro=20230201" },
};

static void packages_have_purls_of_their_type(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < ARRAY_LEN(packages); i++) {
        const struct catalog_kind kind = {
            .name = "x", .is_os = packages[i].is_os, .scheme = packages[i].scheme, .purl_type = packages[i].type
        };
        struct package package = { .kind = &kind,
                                   .name = str_from(packages[i].name),
                                   .version = str_from(packages[i].version),
                                   .arch = str_from(packages[i].arch),
                                   .id = str_from(packages[i].id) };
        struct distro distro = { .family = str_from(packages[i].family), .release = str_from(packages[i].release) };
        buf_clear(&out);
        purl_write(&package, &distro, &out);
        assert_str(buf_view(&out), packages[i].purl);
    }
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(purls_are_read_and_made_canonical), cmocka_unit_test(qualifiers_are_found_by_key),
        cmocka_unit_test(other_texts_are_refused),           cmocka_unit_test(cut_texts_and_full_arenas_survive),
        cmocka_unit_test(packages_have_purls_of_their_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
