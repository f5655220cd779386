/* WWW-Authenticate and Link: whole fields, odd ones, and every beginning of them. */
#include "unit.h"

#include "registry/client.h"

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, "test", 4 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static const char *shown(const char *fields)
{
    struct challenge c;
    assert_true(challenge_parse(str_from(fields), &arena, &c));
    return arena_printf(&arena, "%s%s|%.*s|%.*s|%.*s|%.*s", c.bearer ? "bearer " : "", c.basic ? "basic" : "", STR_ARG(c.realm),
                        STR_ARG(c.service), STR_ARG(c.scope), STR_ARG(c.error))
        .ptr;
}

static void challenges_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *want;
    } rows[] = {
        { "Bearer realm=\"https://auth.example/token\",service=\"registry.example\",scope=\"repository:a/b:pull\"",
          "bearer |https://auth.example/token|registry.example|repository:a/b:pull|" },
        { "bearer Realm=https://auth.example/token, SERVICE=s", "bearer |https://auth.example/token|s||" },
        { "Bearer realm = \"r\" , service = \"s\"", "bearer |r|s||" },
        { "Bearer error=\"insufficient_scope\",realm=\"r\"", "bearer |r|||insufficient_scope" },
        { "Basic realm=\"simple\"", "basic||||" },
        { "Basic", "basic||||" },
        { "Bearer", "bearer ||||" },
        /* several in one field: RFC 9110, 11.6.1 */
        { "Basic realm=\"simple\", Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\"", "basic||||" },
        { "Newauth realm=\"apps\", title=\"a, Bearer realm=\\\"x\\\"\", Bearer realm=\"r\", Basic realm=\"b\"",
          "bearer basic|r|||" },
        { "Negotiate, Basic realm=\"a\"", "basic||||" },
        { "Negotiate YII+/==, Bearer realm=\"r\"", "bearer |r|||" },
        /* several fields */
        { "Basic realm=\"b\"\nBearer realm=\"r\",service=\"s\"", "bearer basic|r|s||" },
        { "Bearer realm=\"first\"\nBearer realm=\"second\"", "bearer |first|||" },
        /* escapes, and damage */
        { "Bearer realm=\"a\\\\b\\\"c\",scope=\"x y\"", "bearer |a\\b\"c||x y|" },
        { "Bearer realm=\"open", "bearer |open|||" },
        { "Bearer realm=\"open\\", "bearer |open\\|||" },
        { "Bearer realm=", "bearer ||||" },
        { ",,, ;=\"x\" @@ Basic", "basic||||" },
        { "realm=\"nobody's\"", "||||" },
        { "", "||||" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_string_equal(shown(rows[i].fields), rows[i].want);
}

static void next_pages_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *field, *want;
    } rows[] = {
        { "</v2/_catalog?last=b&n=2>; rel=\"next\"", "/v2/_catalog?last=b&n=2" },
        { "</a>;rel=next", "/a" },
        { "</a> ; title=\"x, <y>\" ; REL=\"prev next\"", "/a" },
        { "</a>; rel=\"prev\", </b>; rel=\"next\"", "/b" },
        { "</a>; rel=\"prev\";title=\"rel=next\", <https://h.example/b?c=d>; rel=\"next\"", "https://h.example/b?c=d" },
        { "</a>; rel=\"nextly\"", "" },
        { "</a>", "" },
        { "</a", "" },
        { "rel=next", "" },
        { "", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_str(link_next(str_from(rows[i].field), &arena), rows[i].want);
}

/* Bytes behind the view are never looked at: it is a copy of just that size. */
static void beginnings_are_survived(void **state)
{
    (void)state;
    static const char *const fields[] = {
        "Newauth realm=\"apps\", title=\"Login to \\\"apps\\\"\", Bearer realm=\"r\",service=s\nBasic realm=\"b\"",
        "</a>; rel=\"prev\";title=\"a\\\"b\", <https://h.example/b?c=d>; rel=\"next\"",
    };
    struct challenge c;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        for (size_t n = 0; n <= strlen(fields[i]); n++) {
            char *copy = malloc(n ? n : 1);
            assert_non_null(copy);
            memcpy(copy, fields[i], n);
            assert_true(challenge_parse(str_make(copy, n), &arena, &c));
            struct str target = link_next(str_make(copy, n), &arena);
            assert_true(target.len <= n);
            free(copy);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(challenges_are_read, begin, end),
        cmocka_unit_test_setup_teardown(next_pages_are_found, begin, end),
        cmocka_unit_test_setup_teardown(beginnings_are_survived, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
