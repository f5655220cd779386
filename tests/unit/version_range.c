/* Range texts: what lies inside and outside, by scheme; and texts that are no ranges. */
#include "unit.h"
#include "version/version.h"

static const struct {
    const char *scheme, *range, *inside, *outside; /* versions parted by blanks */
} rows[] = {
    { "dpkg", ">=1.0~rc1 <1.0-2", "1.0~rc1 1.0 1.0-1", "1.0~beta 1.0-2 2" },
    { "dpkg", "1.0-1 || > 3, != 3.5", "1.0-1 3.0.1 4", "1.0-2 3 3.5" },
    { "dpkg", "", "0 1:9", "" },
    { "dpkg", "*", "0 1:9", "" },
    { "rpm", "< 1:2.0-3.el9", "2.0-9 1:2.0-3.el8", "1:2.0-3.el9 1:2.0 2:0-1" },
    { "pacman", ">= 1:1.0-2, < 1:2.0", "1:1.0-2 1:1.0 1:1.9-1 1:2.0rc1", "1:1.0-1 1:2.0-1 1:2.0 3" },
    { "portage", "< 2.0_rc1-r1 || = 3.0", "2.0_rc1 2.0_beta 3.0-r0", "2.0_rc1-r1 2.0 3.0-r1" },
    { "cran", ">= 1.0-2, < 1.10", "1.0.2 1.9", "1.0-1 1.10" },
    { "hackage", ">= 1.2 && < 1.4", "1.2 1.3.9", "1.1.9 1.4" },
    { "hackage", "==1.2.* || ^>=2.3.1", "1.2 1.2.9 2.3.1 2.3.9", "1.3 2.3 2.4" },
    { "hackage", "^>=1", "1 1.0.9", "1.1" },
    { "jvm", ">= 9, < 11.0.20 || < 8u392", "9 11.0.19+7 1.8.0_382-b05", "11.0.20 8.0.392 1.8.0_392-b08" },
    { "apk", ">=1.2.3_rc1,<1.2.3-r4", "1.2.3_rc1 1.2.3 1.2.3-r3", "1.2.3_beta2 1.2.3-r4" },
    { "semver", ">=1.2.0 <2.0.0", "1.2.0 2.0.0-rc.1", "1.2.0-rc.1 2.0.0" },
    { "npm", "^1.2.3", "1.2.3 1.9.9-beta", "1.2.2 1.2.3-rc 2.0.0-0 2.0.0" },
    { "npm", "^0.2.3", "0.2.3 0.2.9", "0.3.0 0.3.0-0" },
    { "npm", "^0.0.3", "0.0.3", "0.0.4" },
    { "npm", "~1.2.3", "1.2.3 1.2.99", "1.3.0-0" },
    { "npm", "~> 1.2", "1.2.0 1.2.9", "1.3.0" },
    { "npm", "1.2.x || >=3", "1.2.0 1.2.9 3.0.0 9.0.0", "1.3.0 2.9.9" },
    { "npm", "1.2 - 2.3", "1.2.0 2.3.9", "2.4.0-0 1.1.9" },
    { "npm", "1.2.3 - 2.3.4", "1.2.3 2.3.4", "2.3.5 1.2.2" },
    { "npm", "<=1.2", "1.2.9 0.0.1", "1.3.0-0" },
    { "npm", ">1.2", "1.3.0", "1.2.9" },
    { "npm", "<1.2", "1.1.9", "1.2.0-0" },
    { "npm", ">= v1.0.0, < 2.0.0", "1.0.0", "2.0.0" },
    { "npm", "=v1.0.0", "v1.0.0", "1.0.1" },
    { "npm", "1.2.3 ||", "9.9.9", "" },
    { "npm", ">*", "", "1.0.0" },
    { "pep440", "==1.1.*", "1.1 1.1.0 1.1a1 1.1.post1 1.1.dev0 1.1.9+x", "1.0 1.2.dev0 1.2" },
    { "pep440", "!=1.1.*", "1.0 1.2.dev0", "1.1a1 1.1.5" },
    { "pep440", "~=2.2", "2.2 2.9 2.2.post3", "3.0 2.1 3.0a1" },
    { "pep440", "~=1.4.5a4", "1.4.5a4 1.4.5 1.4.9", "1.5 1.4.5a3" },
    { "pep440", "===1.0", "1.0", "1.1" },
    { "pep440", "==1.0", "1.0 1.0+local 1.0.0", "1.0.post1 1.0a1" },
    { "pep440", "==1.0+local", "1.0+local", "1.0" },
    { "pep440", "<=1.0", "1.0 1.0+local 1.0rc1", "1.0.post1 1.0.post0.dev1" },
    { "pep440", "<=1.0.post1", "1.0.post1+x", "1.0.post2.dev0" },
    { "pep440", "<=1.0.dev3", "1.0.dev3+x", "1.0.dev4 1.0" },
    { "pep440", ">1.0", "1.0.post1 1.1", "1.0 1.0+local" },
    { "pep440", "<2.0", "2.0rc1 1.9", "2.0 2.0+x" },
    { "pep440", ">=1!1.0", "1!1.0", "2024.1" },
    { "pep440", "==1!1.*", "1!1.2", "1.2 1!2.0" },
    { "gem", "~> 1.2.3", "1.2.3 1.2.99", "1.3 1.3.a 1.2.2 1.2.3.pre" },
    { "gem", "~> 1.2", "1.2 1.9.9", "2.0 2.0.a 1.1" },
    { "gem", "~> 1", "1 1.9", "2 2.0.rc1" },
    { "gem", "~> 2.0.0.rc1", "2.0.0.rc1 2.0.0 2.0.9", "2.1" },
    { "gem", ">= 1.2, < 2, != 1.5", "1.2 1.5.1", "1.5 1.5.0 2" },
    { "composer", "^1.2.3", "1.2.3 1.99.0 1.2.3-beta1", "1.2.2 2.0-dev 2.0 dev-main" },
    { "composer", "~1.2", "1.2.0 1.9", "2.0-alpha 1.1" },
    { "composer", "~1.2.3", "1.2.9", "1.3.0-dev" },
    { "composer", "^0.3", "0.3.1", "0.4" },
    { "composer", "1.2.*", "1.2.0 1.2.x-dev", "1.3-dev 1.1" },
    { "composer", "<1.2", "0.1 1.1.9", "1.2-beta dev-main" },
    { "composer", ">=1.2,<2.0|>=3", "1.2-dev 1.9 3.1 4", "2.0-dev 2.5 dev-main" },
    { "composer", "1.0 - 2.0", "1.0-beta 2.0.9", "2.1-dev" },
    { "composer", "*", "1.0 dev-main", "" },
    { "composer", "dev-main", "dev-main", "dev-master 1.0" },
    { "maven", "[1.0,2.0)", "1.0 1.9.9 2.0-alpha", "2.0 0.9" },
    { "maven", "(,1.0],[1.2,)", "0.1 1.0 1.2 9", "1.1" },
    { "maven", "[1.5]", "1.5 1.5.0", "1.5.1" },
    { "maven", ">= 2.0, < 2.13.4.2", "2.0 2.13.4.1", "2.13.4.2" },
    { "nuget", "[1.0, 2.0)", "1.0 1.9.9.9", "2.0" },
    { "nuget", "(1.0,)", "1.0.0.1", "1.0" },
    { "cargo", "1.2", "1.2.0 1.9.0", "2.0.0-0 1.1.9" },
    { "cargo", "=1.2.3", "1.2.3 1.2.3+build", "1.2.4-0" },
    { "cargo", "<=1.2.3", "1.2.3+build 1.0.0", "1.2.4" },
    { "cargo", ">1.2.3", "1.2.4", "1.2.3+build" },
    { "cargo", "<=1.2.3-rc.1", "1.2.3-rc.1+b", "1.2.3-rc.1.0 1.2.3" },
    { "cargo", ">= 1.2, < 1.5", "1.2.0 1.4.9", "1.5.0-alpha 1.5.0" },
    { "cargo", "1.*", "1.9.9", "2.0.0" },
    { "cargo", "~1.2.3", "1.2.9", "1.3.0" },
    { "go", ">= 1.2.0, < 1.2.5", "v1.2.0 1.2.4 v1.2.5-0.20240102030405-abcdefabcdef", "v1.2.5" },
    { "go", ">= 18.09.0, < v19.03.09+incompatible", "v18.9.0 v19.3.8+incompatible", "v19.3.9 v18.8.0" },
    { "go", "< 1.21.3", "go1.21.2 go1.20", "go1.21.3" },
    { "hex", "~> 2.1.3", "2.1.3 2.1.9", "2.2.0" },
    { "hex", "~> 2.1", "2.1.0 2.9.0", "3.0.0" },
    { "hex", ">= 1.0.0 and < 1.2.0 or >= 2.0.0", "1.1.0 2.5.0", "1.2.0" },
    { "pub", "^1.2.3", "1.2.3 1.2.3+4", "2.0.0" },
    { "pub", "any", "0.0.1", "" },
    { "swift", ">=1.2, <2.0.0", "1.2.0 v1.9", "2.0.0" },
    { "julia", ">= 1.2, < 1.4.0", "1.2 1.3.9", "1.4" },
    { "conan", ">=1.1.1a <1.1.1k", "1.1.1a 1.1.1j", "1.1.1k 1.1.1" },
    { "bitnami", ">= 1.2.0, < 1.2.5", "1.2.4-7", "1.2.5-0" },
};

static bool has(const struct version_scheme *scheme, const struct version_set *set, struct str version)
{
    struct error err = { 0 };
    bool inside = false;
    if (!version_set_has(scheme, set, version, &inside, &err))
        print_error("%s\n", err.text);
    assert_int_equal(err.kind, ERROR_NONE);
    return inside;
}

static size_t count_wrong(const struct version_scheme *scheme, const struct version_set *set, const char *range,
                          const char *versions, bool want)
{
    struct str rest = str_from(versions), version;
    size_t wrong = 0;
    while (str_next(&rest, ' ', &version))
        if (has(scheme, set, version) != want) {
            print_error("%s: \"%s\": %.*s should be %s\n", scheme->name, range, STR_ARG(version), want ? "inside" : "outside");
            wrong++;
        }
    return wrong;
}

static void ranges_hold_what_they_say(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct version_scheme *scheme = version_scheme_find(str_from(rows[i].scheme));
        struct arena arena;
        struct version_set set;
        struct error err = { 0 };
        arena_init(&arena, "range", 1 << 20);
        version_set_init(&set, &arena);
        if (!version_range(scheme, str_from(rows[i].range), &set, &err))
            print_error("%s\n", err.text);
        assert_int_equal(err.kind, ERROR_NONE);
        for (int normal = 0; normal < 2; normal++) {
            wrong += count_wrong(scheme, &set, rows[i].range, rows[i].inside, true);
            wrong += count_wrong(scheme, &set, rows[i].range, rows[i].outside, false);
            assert_true(version_set_normalize(scheme, &set, &err));
        }
        arena_free(&arena);
    }
    assert_int_equal(wrong, 0);
}

static void bad_ranges_are_said_and_add_nothing(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        { "dpkg", ">= 1.0, << 2" },
        { "dpkg", ">= 1.0 || < a b:c:" },
        { "dpkg", "1 || || 2" },
        { "npm", "^^1" },
        { "npm", ">=1.2.3.4.5" },
        { "npm", "~" },
        { "npm", "banana" },
        { "pep440", "~=1" },
        { "pep440", ">1.*" },
        { "pep440", "==1.0a1.*" },
        { "pep440", "=>1" },
        { "gem", "~> x" },
        { "composer", "^" },
        { "composer", "~x" },
        { "maven", "[1,2" },
        { "maven", "(1)" },
        { "maven", "[1,2]3" },
        { "nuget", "[,]]" },
        { "cargo", "^1.2.3.4" },
        { "go", ">= b" },
        { "pep440", "~=1.18446744073709551615.2" },
        { "npm", "^18446744073709551615" },
        { "hackage", "^>=1.18446744073709551615" },
        { "hackage", "==1.*.*" },
        { "portage", "> 1.0-1" },
        { "pacman", "> :" },
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const struct version_scheme *scheme = version_scheme_find(str_from(bad[i][0]));
        struct arena arena;
        struct version_set set;
        struct error err = { 0 };
        arena_init(&arena, "range", 1 << 20);
        version_set_init(&set, &arena);
        if (version_range(scheme, str_from(bad[i][1]), &set, &err))
            print_error("%s: \"%s\" was taken\n", bad[i][0], bad[i][1]);
        assert_int_equal(err.kind, ERROR_INPUT);
        assert_true(str_starts(str_from(err.text), "range \""));
        assert_int_equal(set.count, 0);
        arena_free(&arena);
    }
}

static void long_ranges_and_full_arenas_are_limits(void **state)
{
    (void)state;
    static char text[20000];
    struct arena arena;
    struct version_set set;
    struct error err = { 0 };
    memset(text, '|', sizeof text);
    arena_init(&arena, "range", 64);
    version_set_init(&set, &arena);
    assert_false(version_range(version_scheme_find(STR("npm")), str_make(text, sizeof text), &set, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    err = (struct error){ 0 };
    assert_false(version_range(version_scheme_find(STR("npm")), STR("^1.2.3"), &set, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_hold_what_they_say),
        cmocka_unit_test(bad_ranges_are_said_and_add_nothing),
        cmocka_unit_test(long_ranges_and_full_arenas_are_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
