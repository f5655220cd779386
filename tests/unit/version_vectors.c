/* The tables of tests/data/version, one a scheme: each line's two versions compare as its sign says, both ways, and the keys
 * agree where they alone make the order. */
#include "unit.h"
#include "version/version.h"

static char sign_of(const struct version_scheme *scheme, struct str a, struct str b)
{
    int order;
    if (!version_compare(scheme, a, b, &order))
        return '!';
    return order < 0 ? '<' : order > 0 ? '>' : '=';
}

static char mirrored(char sign)
{
    return sign == '<' ? '>' : sign == '>' ? '<' : sign;
}

static size_t check_line(const struct version_scheme *scheme, struct str line)
{
    struct str a, sign, b, rest;
    if (!str_cut(line, '\t', &a, &rest) || !str_cut(rest, '\t', &sign, &b) || sign.len != 1) {
        print_error("%s: not a row: %.*s\n", scheme->name, STR_ARG(line));
        return 1;
    }
    char got = sign_of(scheme, a, b), back = sign_of(scheme, b, a);
    if (got == sign.ptr[0] && back == mirrored(got))
        return 0;
    print_error("%s: %.*s: got %c, and %c the other way round\n", scheme->name, STR_ARG(line), got, back);
    return 1;
}

static size_t check_table(const struct version_scheme *scheme)
{
    char path[256];
    struct arena arena;
    struct error err = { 0 };
    struct str text, line;
    size_t rows = 0, wrong = 0;
    arena_init(&arena, "vectors", 16 << 20);
    snprintf(path, sizeof path, "tests/data/version/%s.tsv", scheme->name);
    assert_true(file_read(path, 8 << 20, &arena, &text, &err));
    while (str_line(&text, &line))
        if (!str_starts(line, "#")) {
            rows++;
            wrong += check_line(scheme, line);
        }
    assert_true(rows > 4);
    arena_free(&arena);
    return wrong;
}

static void every_scheme_keeps_its_table(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (const struct version_scheme *const *scheme = version_schemes(); *scheme; scheme++)
        wrong += check_table(*scheme);
    assert_int_equal(wrong, 0);
}

static void schemes_are_found_by_name(void **state)
{
    (void)state;
    for (const struct version_scheme *const *scheme = version_schemes(); *scheme; scheme++)
        assert_ptr_equal(version_scheme_find(str_from((*scheme)->name)), *scheme);
    assert_null(version_scheme_find(STR("cobol")));
    assert_null(version_scheme_find(STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scheme_keeps_its_table),
        cmocka_unit_test(schemes_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
