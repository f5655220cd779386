/* Go projects: go.mod with what stands beside it. */
#include "catalog_unit.h"

/* "name version relation line depends" of what is left, sorted by path and name. */
static void check(const struct parsed *parsed, const char *want)
{
    struct buf got;
    buf_init(&got, 1u << 16);
    for (size_t i = 0; i < parsed->facts.package_count; i++) {
        const struct package *p = &parsed->facts.packages[i];
        if (p->name.len == 0)
            continue;
        buf_printf(&got, "%.*s %.*s %d %u", STR_ARG(p->name), STR_ARG(p->version), (int)p->relation, p->line);
        struct str rest = p->depends, id;
        while (str_next(&rest, '\n', &id))
            buf_printf(&got, " %.*s", STR_ARG(id));
        buf_chr(&got, '\n');
    }
    assert_str(buf_view(&got), want);
    buf_free(&got);
}

static void directives_are_read(void **state)
{
    (void)state;
    static const struct input inputs[] = {
        { "app/go.mod", "// a comment\n"
                        "module example.com/app // its name\n"
                        "\n"
                        "go 1.21\n"
                        "toolchain go1.22.5-custom\n"
                        "require \"example.com/one\" v1.0.0\n"
                        "require (\n"
                        "\texample.com/two/v2 v2.1.0+incompatible // indirect\n"
                        "\texample.com/three v0.0.0-20200101000000-abcdefabcdef // indirect; for tests\n"
                        "\t`example.com/four` v1.0.0 // needed\n"
                        "\texample.com/local v1.0.0\n"
                        "\texample.com/other v1.0.0\n"
                        ")\n"
                        "require ()\n"
                        "exclude example.com/one v0.9.0\n"
                        "retract [v1.0.0, v1.0.5] // broken\n"
                        "replace (\n"
                        "\texample.com/local => ../local\n"
                        "\texample.com/four v1.0.0 => example.com/fork v1.0.1\n"
                        "\texample.com/four => example.com/wrong v9.0.0\n"
                        "\texample.com/other v2.0.0 => example.com/wrong v9.0.0\n"
                        ")\n"
                        "tool example.com/one/cmd/x\n"
                        "godebug default=go1.21\n" },
    };
    struct parsed parsed;
    parse_project(&parsed, inputs, ARRAY_LEN(inputs), "go.mod");
    assert_int_equal(parsed.facts.warning_count, 0);
    check(&parsed, "example.com/app  1 2 example.com/fork@v1.0.1 example.com/one@v1.0.0 example.com/other@v1.0.0"
                   "\n"
                   "example.com/fork v1.0.1 3 10\n"
                   "example.com/one v1.0.0 3 6\n"
                   "example.com/other v1.0.0 3 12\n"
                   "example.com/three v0.0.0-20200101000000-abcdefabcdef 4 9\n"
                   "example.com/two/v2 v2.1.0+incompatible 4 8\n"
                   "stdlib v1.22.5 3 5\n");
    assert_true(package_named(&parsed, "stdlib")->locked_only);
    parse_free(&parsed);
}

static void the_go_line_is_a_least_version(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *version;
    } rows[] = {
        { "go 1.20\n", NULL },
        { "go 1.21\n", "v1.21.0" },
        { "go 1.22.3\n", "v1.22.3" },
        { "go 1.23rc1\n", "v1.23rc1" },
        { "go 1.16.5\n", NULL },
        { "", NULL },
        { "go 1.20\ntoolchain go1.21.3\n", "v1.21.3" },
        { "go 1.22\ntoolchain default\n", "v1.22.0" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        parse_text(&parsed, "go.mod", str_from(rows[i].lines));
        assert_int_equal(parsed.facts.package_count, rows[i].version ? 1 : 0);
        if (rows[i].version)
            assert_str(parsed.facts.packages[0].version, rows[i].version);
        parse_free(&parsed);
    }
}

static void before_go_1_17_the_sum_lists_the_others(void **state)
{
    (void)state;
    static const struct input inputs[] = {
        { "go.sum", "example.com/a v1.0.0 h1:x=\nexample.com/a v1.0.0/go.mod h1:x=\nexample.com/b v1.0.0/go.mod h1:x=\n"
                    "example.com/b v1.2.0 h1:x=\nexample.com/b v1.2.0/go.mod h1:x=\n\nexample.com/gone v1.0.0 h1:x=\n" },
        { "go.mod", "module m\ngo 1.16\nrequire example.com/a v1.0.0\nrequire example.com/b v1.0.0 // indirect\n"
                    "replace example.com/gone => ./gone\n" },
        { "new/go.mod", "module n\ngo 1.17\nrequire example.com/a v1.0.0\n" },
        { "new/go.sum", "example.com/c v1.0.0 h1:x=\n" },
        { "vendored/go.mod", "module v\nrequire example.com/a v1.0.0\n" },
        { "vendored/vendor/modules.txt", "# example.com/a v1.0.0\n## explicit\nexample.com/a\n# example.com/d v1.4.0\n"
                                         "example.com/d/x\n# example.com/e v1.0.0 => ./e\n" },
    };
    struct parsed parsed;
    parse_project(&parsed, inputs, ARRAY_LEN(inputs), "go.mod");
    check(&parsed, "example.com/a v1.0.0 3 3\nexample.com/b v1.2.0 4 4\nm  1 1 example.com/a@v1.0.0\n"
                   "example.com/a v1.0.0 3 3\nn  1 1 example.com/a@v1.0.0\n"
                   "example.com/a v1.0.0 3 2\nexample.com/d v1.4.0 4 0\nv  1 1 example.com/a@v1.0.0\n");
    parse_free(&parsed);
}

/* In whatever order they stand there, in time that grows with the lines. */
static void of_a_sum_the_highest_versions_count(void **state)
{
    (void)state;
    enum { MODULES = 200, VERSIONS = 200 };
    struct parsed parsed;
    struct buf sum;
    buf_init(&sum, 16u << 20);
    for (unsigned v = 0; v < VERSIONS; v++)
        for (unsigned m = 0; m < MODULES; m++)
            buf_printf(&sum, "example.com/m%u v1.%u.0 h1:x=\n", m, v * 7 % VERSIONS);
    buf_text(&sum, "example.com/cut v1.2.3");
    parse_begin(&parsed);
    parse_more(&parsed, "go.mod",
               STR("\xEF\xBB\xBF"
                   "module m\ngo 1.16\n"));
    parse_more(&parsed, "go.sum", buf_view(&sum));
    assert_true(catalog_kind_named(STR("gomod"))->settle(&parsed.facts));
    assert_int_equal(parsed.facts.package_count, 1 + MODULES);
    assert_int_equal(parsed.facts.warning_count, 1);
    assert_str(package_named(&parsed, "example.com/m9")->version, "v1.199.0");
    assert_str(package_named(&parsed, "example.com/m0")->version, "v1.199.0");
    parse_free(&parsed);
    buf_free(&sum);
}

static void workspaces_join_modules(void **state)
{
    (void)state;
    static const struct input inputs[] = {
        { "w/go.work", "go 1.22\nuse (\n\t./a\n\tb\n)\nreplace example.com/x v1.0.0 => example.com/y v1.1.0\n"
                       "replace example.com/z => ./z\n" },
        { "w/a/go.mod", "module example.com/a\ngo 1.20\nrequire (\n example.com/b v0.0.0\n example.com/x v1.0.0\n"
                        " example.com/z v1.0.0\n)\n" },
        { "w/b/go.mod", "module example.com/b\ngo 1.20\n" },
        { "w/c/go.mod", "module example.com/c\ngo 1.20\nrequire example.com/x v1.0.0\n" },
    };
    struct parsed parsed;
    parse_project(&parsed, inputs, ARRAY_LEN(inputs), "go.mod");
    check(&parsed, "example.com/a  1 1 example.com/y@v1.1.0\nexample.com/y v1.1.0 3 5\nexample.com/b  1 1\n"
                   "example.com/c  1 1 example.com/x@v1.0.0\nexample.com/x v1.0.0 3 3\n");
    parse_free(&parsed);
}

static void the_module_cache_tells_who_needs_whom(void **state)
{
    (void)state;
    static const struct input inputs[] = {
        { "go.mod", "module m\ngo 1.17\nrequire example.com/Up v1.0.0\nrequire example.com/b v1.0.0 // indirect\n"
                    "require example.com/c v1.0.0 // indirect\n" },
        { "go/pkg/mod/example.com/!up@v1.0.0/go.mod", "module example.com/Up\nrequire (\n example.com/b v0.9.0\n"
                                                      " example.com/c v1.0.0 // indirect\n example.com/not v1.0.0\n)\n" },
        { "go/pkg/mod/example.com/!up@v1.0.0/go.sum", "example.com/b v0.9.0 h1:x=\n" },
    };
    struct parsed parsed;
    parse_project(&parsed, inputs, ARRAY_LEN(inputs), "go.mod");
    check(&parsed, "example.com/Up v1.0.0 3 3 example.com/b@v1.0.0\nexample.com/b v1.0.0 4 4\nexample.com/c v1.0.0 4 5\n"
                   "m  1 1 example.com/Up@v1.0.0\n");
    parse_free(&parsed);
}

static void damage_is_told_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *warning;
        size_t packages;
    } rows[] = {
        { "module m\nrequire a\n", "line 2", 1 },
        { "module m\n\nrequire (\n a v1.0.0\n b latest\n c v1.0.0\n)\n", "line 5", 3 },
        { "module m\nreplace a => \n", "line 2", 1 },
        { "module m\nrequire \"a v1.0.0\n", "line 2", 1 },
        { "module m\nrequire (\n a v1.0.0\n", "line 3", 2 },
        { "module a b c\n", "line 1", 0 },
        { "module m\nrequire a v0.1\n", "line 2", 1 },
        { "module m\nrequire a 1.0.0\n", "line 2", 1 },
        { "module m\nrequire a v1.0.0\nreplace a => b v1\n", "line 3", 2 },
        { "module m\nrequire (\n a v1.0.0\n b v1.2.3", "line 4", 2 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        parse_text(&parsed, "go.mod", str_from(rows[i].text));
        assert_int_equal(parsed.facts.package_count, rows[i].packages);
        assert_int_equal(parsed.facts.warning_count, 1);
        assert_true(str_contains(parsed.facts.warnings[0].text, rows[i].warning));
        parse_free(&parsed);
    }
    assert_flips_survive("go.mod", STR("module m\nrequire (\n\ta v1.0.0 // indirect\n)\nreplace a => \"b\" v1.0.0\n"));
    assert_flips_survive("go.sum", STR("a v1.0.0 h1:x=\na v1.0.0/go.mod h1:x=\n"));
    assert_flips_survive("go.work", STR("use (\n ./a\n)\nreplace a => b v1.0.0\n"));
    assert_flips_survive("vendor/modules.txt", STR("# a v1.0.0\n## explicit\na\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directives_are_read),
        cmocka_unit_test(the_go_line_is_a_least_version),
        cmocka_unit_test(before_go_1_17_the_sum_lists_the_others),
        cmocka_unit_test(of_a_sum_the_highest_versions_count),
        cmocka_unit_test(workspaces_join_modules),
        cmocka_unit_test(the_module_cache_tells_who_needs_whom),
        cmocka_unit_test(damage_is_told_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
