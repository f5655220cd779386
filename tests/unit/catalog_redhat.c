/* Package lists and build information that come as text: Azure Linux's rpm manifest, Red Hat's content sets and labels. */
#include "catalog/catalog.h"
#include "unit.h"

struct run {
    struct arena arena, scratch;
    struct catalog_facts facts;
};

static struct run *run_parse(struct str text, const char *path)
{
    struct run *run = calloc(1, sizeof *run);
    assert_non_null(run);
    arena_init(&run->arena, "facts", 8 << 20);
    arena_init(&run->scratch, "scratch", 8 << 20);
    run->facts.arena = &run->arena;
    struct catalog_file file = { .path = str_from(path), .text = text, .scratch = &run->scratch };
    file.kind = catalog_claim(file.path);
    assert_non_null(file.kind);
    assert_true(catalog_parse(&file, &run->facts));
    return run;
}

static void run_free(struct run *run)
{
    arena_free(&run->arena);
    arena_free(&run->scratch);
    free(run);
}

#define MANIFEST "var/lib/rpmmanifest/container-manifest-2"

static void a_manifest_lists_packages(void **state)
{
    (void)state;
    static const char text[] =
        "openssl-libs\t1.1.1k-13.cm2\t1653816591\t1653753130\tMicrosoft Corporation\t(none)\t4365048\tx86_64\t0\topenssl-1.1.1k-13.cm2.src.rpm\n"
        "\n"
        "tzdata\t2022a-1.cm2\t1653816591\t1653753130\t(none)\t2\t580\tnoarch\t2\ttzdata-2022a-1.cm2.src.rpm\n";
    struct run *run = run_parse(str_from(text), MANIFEST);
    assert_int_equal(run->facts.warning_count, 0);
    assert_int_equal(run->facts.package_count, 2);
    const struct package *p = run->facts.packages;
    assert_str(p[0].name, "openssl-libs");
    assert_str(p[0].version, "1.1.1k-13.cm2");
    assert_str(p[0].arch, "x86_64");
    assert_str(p[0].source_name, "openssl");
    assert_str(p[0].source_version, "");
    assert_str(p[0].maintainer, "Microsoft Corporation");
    assert_str(p[1].version, "2:2022a-1.cm2");
    assert_str(p[1].maintainer, "");
    assert_memory_equal(text + p[1].offset, "tzdata\t", 7);
    assert_int_equal(text[p[1].offset + p[1].length], '\n');
    run_free(run);
}

static void lines_that_are_not_packages_are_told(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "not a package",
        "a\t1\t0\t0\tv\t(none)\t0\tx\t0\ts\n", /* no release */
        "a\t1-1\t0\t0\tv\t(none)\t0\tx\t0\n",
        "a\t1-1\t0\t0\tv\t(none)\t0\tx\t0\ts\tmore\n",
        "a\t1-1\t0\t0\tv\t(none)\t0\tx\t-1\ts\n",
        "a\t1-1\t0\t0\tv\t(none)\t0\tx\t4294967296\ts\n",
        "\t1-1\t0\t0\tv\t(none)\t0\tx\t0\ts\n",
        "a\t-1\t0\t0\tv\t(none)\t0\tx\t0\ts\n",
        "a\t1-\t0\t0\tv\t(none)\t0\tx\t0\ts\n",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct run *run = run_parse(str_from(rows[i]), MANIFEST);
        assert_int_equal(run->facts.package_count, 0);
        assert_int_equal(run->facts.warning_count, 1);
        assert_true(run->facts.warnings[0].incomplete);
        run_free(run);
    }
}

static void content_sets_are_noted(void **state)
{
    (void)state;
    static const char text[] = "{\"metadata\": {\"icm_version\": 1}, \"content_sets\": [\"rhel-8-for-x86_64-baseos-rpms\", 7, "
                               "\"rhel-8-for-x86_64-appstream-rpms\"], \"image_contents\": []}";
    static const char *const paths[] = { "root/buildinfo/content_manifests/ubi8-container-8.5-226.json",
                                         "usr/share/buildinfo/content-sets.json",
                                         "usr/share/buildinfo/content_manifests/content-sets.json" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct run *run = run_parse(str_from(text), paths[i]);
        assert_int_equal(run->facts.warning_count, 0);
        assert_int_equal(run->facts.note_count, 2);
        assert_str(run->facts.notes[0].key, "content-set");
        assert_str(run->facts.notes[0].value, "rhel-8-for-x86_64-baseos-rpms");
        assert_str(run->facts.notes[1].value, "rhel-8-for-x86_64-appstream-rpms");
        run_free(run);
    }
    struct run *run = run_parse(str_head(str_from(text), 90), paths[0]);
    assert_int_equal(run->facts.warning_count, 1);
    assert_true(run->facts.warnings[0].incomplete);
    run_free(run);
}

static void builds_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text, *nvr; /* NULL: none */
    } rows[] = {
        { "root/buildinfo/Dockerfile-ubi8-8.5-226",
          "FROM sha256:abc\nLABEL com.redhat.component=\"ubi8-container\" \\\n"
          "      name=\"ubi8\" \\\n      version=\"8.5\"\n\n# a comment\nLABEL \"release\"=\"226\" \"architecture\"=\"x86_64\"\n",
          "ubi8-container-8.5-226-x86_64" },
        { "root/buildinfo/Dockerfile-ubi8-8.5-226", "LABEL com.redhat.component=ubi8-container architecture=aarch64",
          "ubi8-container-8.5-226-aarch64" },
        { "root/buildinfo/Dockerfile-tools",
          "ARG WHAT=tools\nenv V 1.2\nLABEL com.redhat.component=\"${WHAT}-container\" "
          "version=$V release='7' architecture=x86_64\n",
          "tools-container-1.2-7-x86_64" },
        { "root/buildinfo/Dockerfile-tools", "LABEL com.redhat.component=\"$UNSET\" version=1 release=7 architecture=x86_64",
          NULL },
        { "root/buildinfo/Dockerfile-tools", "LABEL com.redhat.component=a version=1 architecture=x86_64", NULL },
        { "root/buildinfo/Dockerfile-tools",
          "LABEL com.redhat.component=a# \\\n# left out\n version=1 release=2 architecture=b\\ c", "a#-1-2-b c" },
        { "root/buildinfo/Dockerfile-", "", NULL },
        { "usr/share/buildinfo/labels.json",
          "{\"architecture\": \"x86_64\", \"com.redhat.component\": \"ubi9-container\", "
          "\"release\": \"1736404036\", \"version\": \"9.5\", \"other\": {\"a\": 1}}",
          "ubi9-container-9.5-1736404036-x86_64" },
        { "root/buildinfo/labels.json", "{\"architecture\": \"x86_64\"}", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct run *run = run_parse(str_from(rows[i].text), rows[i].path);
        assert_int_equal(run->facts.warning_count, 0);
        assert_int_equal(run->facts.note_count, rows[i].nvr ? 1 : 0);
        if (rows[i].nvr) {
            assert_str(run->facts.notes[0].key, "nvr");
            assert_str(run->facts.notes[0].value, rows[i].nvr);
        }
        run_free(run);
    }
    assert_null(catalog_claim(STR("root/buildinfo/README")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_manifest_lists_packages),
        cmocka_unit_test(lines_that_are_not_packages_are_told),
        cmocka_unit_test(content_sets_are_noted),
        cmocka_unit_test(builds_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
