/* SBOM files: each format's packages and what ties them to files; Bitnami's; and which claims count when all layers are joined. */
#include "catalog_unit.h"

#define CYCLONEDX                                                                                                           \
    "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"metadata\":{\"component\":{\"type\":\"operating-system\","      \
    "\"name\":\"debian\",\"version\":\"12\"}},\"components\":["                                                             \
    "{\"bom-ref\":\"a\",\"type\":\"library\",\"group\":\"@Quay\",\"name\":\"Rope\",\"version\":\"1.0\",\"purl\":"           \
    "\"pkg:npm/%40quay/rope@1.0\",\"cpe\":\"cpe:2.3:a:b\",\"licenses\":[{\"license\":{\"id\":\"MIT\"}},{\"license\":"       \
    "{\"name\":\"Own\"}},{\"expression\":\"A OR B\"}],\"hashes\":[{\"alg\":\"MD5\",\"content\":\"x\"},{\"alg\":\"SHA-1\","  \
    "\"content\":\"0123456789abcdef0123456789abcdef01234567\"}],\"properties\":[{\"name\":\"aquasecurity:trivy:FilePath\"," \
    "\"value\":\"app/rope.js\"}],\"components\":[{\"type\":\"library\",\"name\":\"inner\",\"purl\":\"pkg:npm/inner@2\"}]}," \
    "{\"bom-ref\":\"b\",\"type\":\"library\",\"name\":\"Tide_Pool\",\"version\":\"3\",\"purl\":\"pkg:pypi/tide-pool@3\","   \
    "\"evidence\":{\"occurrences\":[{\"location\":\"usr/lib/tide\"}]}},"                                                    \
    "{\"bom-ref\":\"c\",\"type\":\"library\",\"name\":\"bash\",\"purl\":\"pkg:deb/debian/bash@5\"},"                        \
    "{\"bom-ref\":\"d\",\"type\":\"library\",\"name\":\"no-version\",\"purl\":\"pkg:npm/no-version\"},"                     \
    "{\"bom-ref\":\"e\",\"type\":\"library\",\"name\":\"bad\",\"purl\":\"npm/bad@1\"},"                                     \
    "{\"bom-ref\":\"f\",\"type\":\"library\",\"name\":\"unknown\",\"purl\":\"pkg:nobody/unknown@1\"}],"                     \
    "\"dependencies\":[{\"ref\":\"a\",\"dependsOn\":[\"b\",\"c\"]},{\"dependsOn\":[\"a\"],\"ref\":\"b\"}]}"

static const struct str cyclonedx = STR_INIT(CYCLONEDX);

static const struct str spdx = STR_INIT(
    "{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{\"SPDXID\":\"SPDXRef-p\",\"name\":\"tide\",\"versionInfo\":\"1.0-2\","
    "\"licenseDeclared\":\"NOASSERTION\",\"licenseConcluded\":\"MIT\",\"externalRefs\":[{\"referenceCategory\":\"SECURITY\","
    "\"referenceType\":\"cpe23Type\",\"referenceLocator\":\"cpe:2.3:a:tide\"},{\"referenceType\":\"purl\",\"referenceLocator\":"
    "\"pkg:bitnami/tide@1.0-2?arch=arm64&distro=debian-12\"}]},{\"SPDXID\":\"SPDXRef-n\",\"name\":\"rope\",\"versionInfo\":\"4\","
    "\"externalRefs\":[{\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:npm/rope@4\"}]},{\"SPDXID\":\"SPDXRef-s\","
    "\"name\":\"knot\",\"versionInfo\":\"5\",\"sourceInfo\":\"package found in: lib/knot.js\",\"externalRefs\":["
    "{\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:npm/knot\"}]},{\"SPDXID\":\"SPDXRef-app\",\"name\":\"bin/ship\","
    "\"primaryPackagePurpose\":\"APPLICATION\"},{\"SPDXID\":\"SPDXRef-m\",\"name\":\"mast\",\"versionInfo\":\"6\","
    "\"externalRefs\":[{\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:npm/mast@6\"}]}],\"files\":[{\"fileName\":"
    "\"./lib/rope.js\",\"SPDXID\":\"SPDXRef-File\"}],\"relationships\":[{\"spdxElementId\":\"SPDXRef-n\",\"relationshipType\":"
    "\"CONTAINS\",\"relatedSpdxElement\":\"SPDXRef-File\"},{\"spdxElementId\":\"SPDXRef-app\",\"relationshipType\":\"CONTAINS\","
    "\"relatedSpdxElement\":\"SPDXRef-m\"},{\"spdxElementId\":\"SPDXRef-s\",\"relationshipType\":\"DEPENDENCY_OF\","
    "\"relatedSpdxElement\":\"SPDXRef-n\"}]}");

static const struct str tags =
    STR_INIT("SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\n# a comment\nPackageName: rope\nSPDXID: SPDXRef-n\nPackageVersion: 4\n"
             "PackageLicenseDeclared: MIT\nPackageComment: <text>two\nPackageName: no\nlines</text>\n"
             "ExternalRef: PACKAGE-MANAGER purl pkg:npm/rope@4\nExternalRef: SECURITY cpe23Type cpe:2.3:a:rope\n"
             "PackageChecksum: SHA1: 0123456789abcdef0123456789abcdef01234567\nRelationship: SPDXRef-n CONTAINS SPDXRef-File\n"
             "FileName: ./lib/rope.js\nSPDXID: SPDXRef-File\n");

static void cyclonedx_components_become_claims(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "usr/share/sbom/app.json", cyclonedx);
    assert_int_equal(parsed.facts.warning_count, 0);
    assert_int_equal(parsed.facts.package_count, 3);
    const struct package *p = package_named(&parsed, "@Quay/Rope");
    assert_str(str_from(p->kind->name), "sbom");
    assert_str(p->version, "1.0");
    assert_str(p->licence, "MIT\nOwn\nA OR B");
    assert_str(p->digest, "sha1:0123456789abcdef0123456789abcdef01234567");
    assert_str(p->cpes, "cpe:2.3:a:b");
    assert_str(p->id, "a");
    assert_str(p->depends, "b\nc");
    assert_str(p->root, "app/rope.js");
    assert_str(package_named(&parsed, "Tide_Pool")->root, "usr/lib/tide");
    assert_str(package_named(&parsed, "inner")->version, "2");
    parse_free(&parsed);
}

static void spdx_packages_become_claims(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "opt/app.spdx.json", spdx);
    assert_str(package_named(&parsed, "rope")->root, "./lib/rope.js");
    assert_str(package_named(&parsed, "rope")->depends, "SPDXRef-s");
    assert_str(package_named(&parsed, "knot")->root, "lib/knot.js");
    assert_str(package_named(&parsed, "knot")->version, "5");
    assert_str(package_named(&parsed, "mast")->root, "bin/ship");
    assert_str(package_named(&parsed, "tide")->licence, "MIT");
    parse_free(&parsed);
    parse_text(&parsed, "opt/app.spdx", tags);
    assert_int_equal(parsed.facts.package_count, 1);
    const struct package *p = &parsed.facts.packages[0];
    assert_str(p->name, "rope");
    assert_str(p->version, "4");
    assert_str(p->licence, "MIT");
    assert_str(p->cpes, "cpe:2.3:a:rope");
    assert_str(p->root, "./lib/rope.js");
    parse_free(&parsed);
}

/* Manifests ask for versions: such a component is not known to be there in any. */
static void what_was_asked_for_is_no_version(void **state)
{
    (void)state;
    static const char *const asked[] = { " ", "^1.2", ">= 2, < 3", "*", "~1" };
    static const char *const paths[] = { "usr/share/sbom/app.json", "opt/bitnami/f/.spdx-f.spdx" };
    static const char *const types[] = { "npm", "bitnami" };
    for (size_t i = 0; i < ARRAY_LEN(asked) * ARRAY_LEN(paths) * ARRAY_LEN(types); i++) {
        struct parsed parsed;
        char text[400];
        snprintf(
            text, sizeof text,
            "{\"spdxVersion\":\"SPDX-2.3\",\"packages\":[{\"SPDXID\":\"p\",\"name\":\"f\",\"versionInfo\":\"%s\",\"externalRefs\":"
            "[{\"referenceType\":\"purl\",\"referenceLocator\":\"pkg:%s/f\"}]}]}",
            asked[i / 4], types[i % 2]);
        parse_text(&parsed, paths[i / 2 % 2], str_from(text));
        assert_int_equal(parsed.facts.package_count, 0);
        parse_free(&parsed);
    }
}

static void bitnami_components_are_there_with_their_folder(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "opt/bitnami/tide/.spdx-tide.spdx", spdx);
    const struct package *p = package_named(&parsed, "tide");
    assert_str(str_from(p->kind->name), "bitnami");
    assert_str(p->version, "1.0-2");
    assert_str(p->arch, "arm64");
    assert_str(p->root, "opt/bitnami/tide");
    assert_str(p->maintainer, "");
    assert_str(str_from(package_named(&parsed, "rope")->kind->name), "sbom");
    parse_more(
        &parsed, "opt/bitnami/.bitnami_components.json",
        STR("{\"tide\":{\"arch\":\"amd64\",\"version\":\"1.0-2\"},\"yq\":{\"version\":\"4-1\",\"digest\":1},\"x\":{},\"y\":7}"));
    assert_int_equal(parsed.facts.package_count, 6);
    assert_true(p->kind->settle(&parsed.facts));
    size_t named = 0;
    for (size_t i = 0; i < parsed.facts.package_count; i++)
        named += parsed.facts.packages[i].name.len > 0;
    assert_int_equal(named, 5);
    assert_str(package_named(&parsed, "yq")->root, "opt/bitnami/yq");
    parse_free(&parsed);
    parse_text(&parsed, "opt/bitnami/tide/.spdx-tide.spdx", STR("{\"name\":1"));
    assert_int_equal(parsed.facts.warning_count, 1);
    parse_free(&parsed);
}

/* ---- which claims count -------------------------------------------------------------------------------------------------------- */

static bool is_there(void *context, struct str path)
{
    const char *const *paths = context;
    for (; *paths; paths++)
        if (str_is(path, *paths))
            return true;
    return false;
}

static size_t count_named(const struct parsed *parsed, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < parsed->facts.package_count; i++)
        count += str_is(parsed->facts.packages[i].name, name);
    return count;
}

static void settle(struct parsed *parsed, const char *const *paths)
{
    struct catalog_facts *facts = &parsed->facts;
    assert_true(catalog_sbom_settle(facts->packages, &facts->package_count, is_there, (void *)(uintptr_t)paths, facts));
}

static void claims_count_with_their_files(void **state)
{
    (void)state;
    static const char *const paths[] = { "app/rope.js", NULL };
    struct parsed parsed;
    parse_text(&parsed, "usr/share/sbom/app.json", cyclonedx);
    settle(&parsed, paths);
    assert_int_equal(parsed.facts.package_count, 1);
    const struct package *p = &parsed.facts.packages[0];
    assert_str(p->name, "@Quay/Rope");
    assert_str(str_from(p->kind->ecosystem), "npm");
    assert_str(p->proof, "SBOM: app/rope.js");
    assert_true(p->root.len == 0 && p->maintainer.len == 0);
    assert_int_equal(parsed.facts.warning_count, 1);
    assert_true(str_starts(parsed.facts.warnings[0].text, "2 packages"));
    assert_false(parsed.facts.warnings[0].incomplete);
    parse_free(&parsed);
}

static void paths_may_start_at_the_document(void **state)
{
    (void)state;
    static const char *const paths[] = { "opt/bitnami/tide/lib/rope.js", NULL };
    struct parsed parsed;
    parse_text(&parsed, "opt/bitnami/tide/.spdx-tide.spdx", spdx);
    settle(&parsed, paths);
    assert_int_equal(count_named(&parsed, "rope"), 1);
    assert_int_equal(count_named(&parsed, "tide"), 1);
    assert_int_equal(count_named(&parsed, "mast"), 0);
    parse_free(&parsed);
}

static void what_other_kinds_list_is_not_listed_again(void **state)
{
    (void)state;
    static const char *const paths[] = { "app/rope.js", "usr/lib/tide", NULL };
    struct parsed parsed;
    parse_text(&parsed, "app/node_modules/@quay/rope/package.json", STR("{\"name\":\"@quay/rope\",\"version\":\"1.0\"}"));
    parse_more(&parsed, "usr/share/sbom/app.json", cyclonedx);
    parse_more(&parsed, "usr/share/sbom/again.json", cyclonedx);
    settle(&parsed, paths);
    assert_int_equal(count_named(&parsed, "@quay/rope") + count_named(&parsed, "@Quay/Rope"), 1);
    assert_int_equal(count_named(&parsed, "Tide_Pool"), 1);
    parse_free(&parsed);
}

static void wheels_speak_for_themselves(void **state)
{
    (void)state;
    static const char *const paths[] = { "v/x-1.dist-info/sboms/bundled.json", NULL };
    struct parsed parsed;
    parse_text(&parsed, "v/x-1.dist-info/sboms/bundled.json", cyclonedx);
    settle(&parsed, paths);
    assert_int_equal(parsed.facts.package_count, 3);
    assert_str(package_named(&parsed, "inner")->proof, "SBOM");
    parse_free(&parsed);
}

static void other_files_are_no_sboms(void **state)
{
    (void)state;
    static const char *const texts[] = { "",
                                         "{}",
                                         "[1]",
                                         "{\"bomFormat\":\"Other\"}",
                                         "{\"spdxVersion\":\"SPDX-3.0\"}",
                                         "x",
                                         "PackageName: a\n",
                                         "{\"packages\":[{\"name\":\"a\"}]}",
                                         "{\"bomFormat\":7,\"a\"" };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct parsed parsed;
        parse_text(&parsed, "app/bom.json", str_from(texts[i]));
        assert_true(parsed.facts.package_count == 0 && parsed.facts.warning_count == 0);
        parse_free(&parsed);
    }
    struct parsed parsed;
    parse_text(&parsed, "app/bom.json", str_head(cyclonedx, cyclonedx.len - 1));
    assert_int_equal(parsed.facts.package_count, 3); /* what stood before the damage */
    assert_int_equal(parsed.facts.warning_count, 1);
    parse_free(&parsed);
}

static void deep_and_damaged_documents_survive(void **state)
{
    (void)state;
    struct buf text;
    struct parsed parsed;
    buf_init(&text, 1u << 20);
    buf_text(&text, "{\"bomFormat\":\"CycloneDX\",\"components\":[");
    for (size_t i = 0; i < 200; i++)
        buf_text(&text, "{\"name\":\"a\",\"purl\":\"pkg:npm/a@1\",\"components\":[");
    for (size_t i = 0; i < 200; i++)
        buf_text(&text, "]}");
    buf_text(&text, "]}");
    parse_text(&parsed, "bom.json", buf_view(&text));
    assert_true(parsed.facts.package_count > 0 && parsed.facts.package_count < 100);
    parse_free(&parsed);
    buf_free(&text);
    assert_flips_survive("bom.json", str_head(cyclonedx, 700));
    assert_flips_survive("a.spdx", tags);
    for (size_t len = 0; len <= spdx.len; len++) {
        parse_text(&parsed, "opt/bitnami/a/.spdx-a.spdx", str_head(spdx, len));
        parse_free(&parsed);
    }
}

/* ---- Chisel ---------------------------------------------------------------------------------------------------------------------- */

static const struct str wall = STR_INIT(
    "{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":6}\n{\"kind\":\"content\",\"slice\":\"tide_bins\",\"path\":\"/bin/tide\"}\n"
    "{\"kind\":\"package\",\"name\":\"tide\",\"version\":\"1:2-3ubuntu1\",\"sha256\":\"x\",\"arch\":\"amd64\"}\n"
    "{\"kind\":\"path\",\"path\":\"/bin/\",\"mode\":\"0755\",\"slices\":[\"tide_bins\"]}\n"
    "{\"kind\":\"path\",\"path\":\"/bin/tide\",\"mode\":\"0755\",\"slices\":[\"tide_bins\"],\"size\":7,\"sha256\":"
    "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}\n"
    "{\"kind\":\"path\",\"path\":\"/bin/ebb\",\"mode\":\"0777\",\"slices\":[\"tide_bins\"],\"link\":\"tide\"}\n"
    "{\"kind\":\"slice\",\"name\":\"tide_bins\"}\n");

static void check_wall(struct str text)
{
    struct parsed parsed;
    parse_text(&parsed, "var/lib/chisel/manifest.wall", text);
    assert_int_equal(parsed.facts.package_count, 1);
    assert_str(parsed.facts.packages[0].name, "tide");
    assert_str(parsed.facts.packages[0].version, "1:2-3ubuntu1");
    assert_str(parsed.facts.packages[0].arch, "amd64");
    assert_int_equal(parsed.facts.list_count, 1);
    assert_str(parsed.facts.lists[0].lines, "bin/\n\t\t\ttide\tebb\n100755\t7\t\t\ttide\n");
    assert_int_equal(parsed.facts.warning_count, 1); /* about source packages */
    assert_false(parsed.facts.warnings[0].incomplete);
    parse_free(&parsed);
}

/* One raw block of a frame whose size is known (RFC 8878, 3.1.1). */
static void chisel_manifests_are_read(void **state)
{
    (void)state;
    struct buf packed;
    buf_init(&packed, 4096);
    check_wall(wall);
    NEEDS_ZSTD();
    buf_add(&packed, "\x28\xB5\x2F\xFD\x60", 5); /* single segment, two bytes of size */
    buf_chr(&packed, (char)((wall.len - 256) & 0xFF));
    buf_chr(&packed, (char)((wall.len - 256) >> 8));
    uint32_t block = (uint32_t)wall.len << 3 | 1;
    buf_add(&packed, (char[]){ (char)(block & 0xFF), (char)(block >> 8 & 0xFF), (char)(block >> 16) }, 3);
    buf_str(&packed, wall);
    check_wall(buf_view(&packed));
    struct parsed parsed;
    parse_text(&parsed, "var/lib/chisel/manifest.wall", str_head(buf_view(&packed), 100));
    assert_int_equal(parsed.facts.package_count, 0);
    assert_true(parsed.facts.warning_count == 1 && parsed.facts.warnings[0].incomplete);
    parse_free(&parsed);
    buf_free(&packed);
}

static void damaged_walls_are_told(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "x/manifest.wall",
               STR("{\"kind\":\"package\",\"name\":\"a\"}\nnot json\n{\"kind\":\"package\",\"name\":\"b\","
                   "\"version\":\"1\"}\n[1]\n"));
    assert_int_equal(parsed.facts.package_count, 1);
    assert_int_equal(parsed.facts.warning_count, 2);
    assert_true(parsed.facts.warnings[0].incomplete);
    parse_free(&parsed);
    assert_flips_survive("var/lib/chisel/manifest.wall", wall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cyclonedx_components_become_claims),
        cmocka_unit_test(spdx_packages_become_claims),
        cmocka_unit_test(what_was_asked_for_is_no_version),
        cmocka_unit_test(bitnami_components_are_there_with_their_folder),
        cmocka_unit_test(claims_count_with_their_files),
        cmocka_unit_test(paths_may_start_at_the_document),
        cmocka_unit_test(what_other_kinds_list_is_not_listed_again),
        cmocka_unit_test(wheels_speak_for_themselves),
        cmocka_unit_test(other_files_are_no_sboms),
        cmocka_unit_test(deep_and_damaged_documents_survive),
        cmocka_unit_test(chisel_manifests_are_read),
        cmocka_unit_test(damaged_walls_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
