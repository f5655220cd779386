/* Cargo.lock with the manifests that it was made from. */
#include "catalog_unit.h"

/* "id relation[ dev] first-last depends" */
static void check(const struct parsed *parsed, const char *want)
{
    struct buf got;
    buf_init(&got, 1u << 16);
    for (size_t i = 0; i < parsed->facts.package_count; i++) {
        const struct package *p = &parsed->facts.packages[i];
        static const char *const relations[] = { "unknown", "root", "workspace", "direct", "indirect" };
        buf_printf(&got, "%.*s %s%s %u-%u", STR_ARG(p->id), relations[p->relation], p->dev ? " dev" : "", p->line, p->end_line);
        struct str rest = p->depends, id;
        while (str_next(&rest, '\n', &id))
            buf_printf(&got, " %.*s", STR_ARG(id));
        buf_chr(&got, '\n');
    }
    assert_str(buf_view(&got), want);
    buf_free(&got);
}

#define PACKAGE(name, version) "[[package]]\nname = \"" name "\"\nversion = \"" version "\"\n"

/* 1: the version of the file; each package's first line is noted behind it. */
static const char lock[] = "version = 4\n\n" PACKAGE("app", "0.1.0") "dependencies = [\n \"both 1.0.0\",\n \"both 2.0.0\",\n"
                                                                     " \"builder\",\n \"renamed\",\n \"tester\",\n]\n\n" /* 3 */
    PACKAGE("both", "1.0.0") "\n"                                                                                        /* 14 */
    PACKAGE("both", "2.0.0") "\n"                                                                                        /* 18 */
    PACKAGE("builder", "1.0.0") "dependencies = [\n \"leaf\",\n]\n\n"                                                    /* 22 */
    PACKAGE("leaf", "1.0.0") "\n"                                                                                        /* 29 */
    PACKAGE("renamed", "3.0.0") "dependencies = [\n \"shared\",\n]\n\n"                                                  /* 33 */
    PACKAGE("shared", "1.0.0") "checksum = \"00ff\"\n\n"                                                                 /* 40 */
    PACKAGE("tester", "1.0.0") "dependencies = [\n \"shared\",\n \"leaf\",\n]\n";                                        /* 45 */

static void without_a_manifest_nothing_is_known(void **state)
{
    (void)state;
    const struct input inputs[] = { { "x/Cargo.lock", lock } };
    struct parsed parsed;
    parse_project(&parsed, inputs, 1, "Cargo.lock");
    check(&parsed, "app@0.1.0 unknown 3-12 both@1.0.0 both@2.0.0 builder@1.0.0 renamed@3.0.0 tester@1.0.0\n"
                   "both@1.0.0 unknown 14-16\nboth@2.0.0 unknown 18-20\nbuilder@1.0.0 unknown 22-27 leaf@1.0.0\n"
                   "leaf@1.0.0 unknown 29-31\nrenamed@3.0.0 unknown 33-38 shared@1.0.0\nshared@1.0.0 unknown 40-43\n"
                   "tester@1.0.0 unknown 45-51 shared@1.0.0 leaf@1.0.0\n");
    assert_str(package_named(&parsed, "shared")->digest, "sha256:00ff");
    parse_free(&parsed);
}

static void manifests_tell_what_is_direct(void **state)
{
    (void)state;
    const struct input inputs[] = {
        { "x/Cargo.lock", lock },
        { "x/Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\n[dependencies]\nboth = \"1.0\"\n"
                          "[target.'cfg(unix)'.dependencies]\nalias = { package = \"renamed\", version = \"3\" }\n"
                          "[dev-dependencies]\ntester = { version = \"1\" }\nnewer = { package = \"both\", version = \"2\" }\n"
                          "[build-dependencies]\nbuilder = \"1\"\n" },
    };
    struct parsed parsed;
    parse_project(&parsed, inputs, ARRAY_LEN(inputs), "Cargo.lock");
    check(&parsed, "app@0.1.0 root 3-12 both@1.0.0 renamed@3.0.0\n"
                   "both@1.0.0 direct 14-16\nboth@2.0.0 direct dev 18-20\nbuilder@1.0.0 direct dev 22-27 leaf@1.0.0\n"
                   "leaf@1.0.0 indirect dev 29-31\nrenamed@3.0.0 direct 33-38 shared@1.0.0\nshared@1.0.0 indirect 40-43\n"
                   "tester@1.0.0 direct dev 45-51 shared@1.0.0 leaf@1.0.0\n");
    parse_free(&parsed);
}

static void members_of_workspaces_are_owners(void **state)
{
    (void)state;
    const struct input inputs[] = {
        { "Cargo.toml", "[workspace]\nmembers = [\"crates/*\", \"./tool/\", \"missing\"]\nexclude = [\"crates/out\"]\n"
                        "[workspace.package]\nversion = \"2.0.0\"\n[workspace.dependencies]\nlib = \"1\"\n" },
        { "crates/a/Cargo.toml", "[package]\nname = \"a\"\nversion.workspace = true\n[dependencies]\nlib.workspace = true\n" },
        { "crates/out/Cargo.toml", "[package]\nname = \"out\"\nversion = \"1.0.0\"\n[dependencies]\nodd = \"1\"\n" },
        { "crates/deep/er/Cargo.toml", "[package]\nname = \"deep\"\nversion = \"1.0.0\"\n[dependencies]\nodd = \"1\"\n" },
        { "tool/Cargo.toml", "[package]\nname = \"tool\"\nversion = \"0.1.0\"\n[dependencies]\na = { path = \"../crates/a\" }\n"
                             "[dev-dependencies]\nodd = \"1\"\n" },
        { "Cargo.lock", PACKAGE("a", "2.0.0") "dependencies = [\"lib\"]\n\n" PACKAGE("lib", "1.0.0") "\n" PACKAGE(
                            "odd", "1.0.0") "\n" PACKAGE("tool", "0.1.0") "dependencies = [\"a\", \"odd\"]\n" },
    };
    struct parsed parsed;
    parse_project(&parsed, inputs, ARRAY_LEN(inputs), "Cargo.lock");
    check(&parsed, "a@2.0.0 workspace 1-4 lib@1.0.0\nlib@1.0.0 direct 6-8\nodd@1.0.0 direct dev 10-12\n"
                   "tool@0.1.0 workspace 14-17 a@2.0.0\n");
    parse_free(&parsed);
}

static void first_versions_are_read(void **state)
{
    (void)state;
    const struct input inputs[] = {
        { "Cargo.lock", "[root]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"libc 0.2.1 (registry+x)\",\n]\n\n"
                        "[[package]]\nname = \"libc\"\nversion = \"0.2.1\"\nsource = \"registry+x\"\n\n[metadata]\n"
                        "\"checksum libc 0.2.1 (registry+x)\" = \"abcd\"\n" },
    };
    struct parsed parsed;
    parse_project(&parsed, inputs, 1, "Cargo.lock");
    assert_int_equal(parsed.facts.warning_count, 0);
    check(&parsed, "app@0.1.0 unknown 1-6 libc@0.2.1\nlibc@0.2.1 unknown 8-11\n");
    assert_str(package_named(&parsed, "libc")->digest, "sha256:abcd");
    parse_free(&parsed);
}

static void damage_is_told(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_text(&parsed, "Cargo.lock", STR("[[package]]\nname = \"a\"\nversion = 1\n\n" PACKAGE("b", "1.0.0")));
    assert_int_equal(parsed.facts.package_count, 1);
    assert_int_equal(parsed.facts.warning_count, 1);
    assert_true(str_contains(parsed.facts.warnings[0].text, "line 1"));
    parse_free(&parsed);
    parse_text(&parsed, "Cargo.lock", STR(PACKAGE("b", "1.0.0") "[[package\n"));
    assert_int_equal(parsed.facts.package_count, 0);
    assert_true(str_contains(parsed.facts.warnings[0].text, "line 4"));
    parse_free(&parsed);
    parse_text(&parsed, "Cargo.toml", STR("[dependencies\n"));
    assert_int_equal(parsed.facts.warning_count, 1);
    parse_free(&parsed);
    assert_cut_anywhere("Cargo.lock", str_from(lock));
    assert_flips_survive("Cargo.lock", STR(PACKAGE("b", "1.0.0") "dependencies = [\n \"a 1\",\n]\n"));
    assert_flips_survive("Cargo.toml", STR("[package]\nname = \"b\"\n[dependencies]\na = { version = \"1\" }\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_manifest_nothing_is_known),
        cmocka_unit_test(manifests_tell_what_is_direct),
        cmocka_unit_test(members_of_workspaces_are_owners),
        cmocka_unit_test(first_versions_are_read),
        cmocka_unit_test(damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
