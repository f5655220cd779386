/* TOML to JSON: tables of documents, valid and not, limits and damage. */
#include "rewrite_unit.h"

static bool convert(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err)
{
    *err = (struct error){ 0 };
    arena_init(arena, "test", 64 << 20);
    return toml_to_json(text, max_bytes, arena, out, err);
}

struct meaning {
    const char *toml, *json;
};

static const struct meaning valid[] = {
    { "", "{}" },
    { "# comment\n\n \t# more\r\n", "{}" },
    { "\xEF\xBB\xBF"
      "a = 1",
      "{\"a\":1}" },
    { "a = 1\nb=\"x\"\r\nc\t=\ttrue # c", "{\"a\":1,\"b\":\"x\",\"c\":true}" },
    /* keys */
    { "1 = 1\n-_ = 2\n\"\" = 3\n'a.b' = 4\n\"\\u00e9\" = 5", "{\"1\":1,\"-_\":2,\"\":3,\"a.b\":4,\"\xC3\xA9\":5}" },
    { "a.b.c = 1\na.b.d = 2\na . e = 3\n\"a\".'f' = 4", "{\"a\":{\"b\":{\"c\":1,\"d\":2},\"e\":3,\"f\":4}}" },
    { "3.14 = 1", "{\"3\":{\"14\":1}}" },
    { "true = false\ninf = 1", "{\"true\":false,\"inf\":1}" },
    /* strings */
    { "a = \"\"\nb = ''\nc = \"\"\"\"\"\"\nd = ''''''", "{\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\"}" },
    { "a = \"\\b\\t\\n\\f\\r\\\"\\\\\\u00E9\\U0001F6A2\"", "{\"a\":\"\\b\\t\\n\\f\\r\\\"\\\\\xC3\xA9\xF0\x9F\x9A\xA2\"}" },
    { "a = 'C:\\x\\'", "{\"a\":\"C:\\\\x\\\\\"}" },
    { "a = \"\ttab\"", "{\"a\":\"\\ttab\"}" },
    { "a = \"\"\"\none\r\ntwo\"\"\"", "{\"a\":\"one\\ntwo\"}" },
    { "a = '''\n\none\\n\n'''", "{\"a\":\"\\none\\\\n\\n\"}" },
    { "a = \"\"\"one \\\n   \n\t two\\   \n\"\"\"", "{\"a\":\"one two\"}" },
    { "a = \"\"\"\\\n\"\"\"", "{\"a\":\"\"}" },
    { "a = \"\"\"say \"hi\" and \"\"yes\"\"!\"\"\"", "{\"a\":\"say \\\"hi\\\" and \\\"\\\"yes\\\"\\\"!\"}" },
    { "a = \"\"\"x\"\"\"\"\"", "{\"a\":\"x\\\"\\\"\"}" },
    { "a = '''x''''", "{\"a\":\"x'\"}" },
    { "a = \"\"\"\"x\"\"\"", "{\"a\":\"\\\"x\"}" },
    { "a = \"\"\"\\\"\"\"\"", "{\"a\":\"\\\"\"}" },
    /* numbers */
    { "a = [0, -0, +0, 7, -17, +99, 1_000, 5_3_4]", "{\"a\":[0,-0,0,7,-17,99,1000,534]}" },
    { "a = 9223372036854775807\nb = -9223372036854775808", "{\"a\":9223372036854775807,\"b\":-9223372036854775808}" },
    { "a = [0xDEADbeef, 0xdead_beef, 0o755, 0b1101, 0x00, 0x7fffffffffffffff]",
      "{\"a\":[3735928559,3735928559,493,13,0,9223372036854775807]}" },
    { "a = [1.0, -0.01, 5e+22, 1e06, -2E-2, 6.626e-34, 224_617.445_991, 0.0, -0.0, 0e0]",
      "{\"a\":[1.0,-0.01,5e+22,1e06,-2E-2,6.626e-34,224617.445991,0.0,-0.0,0e0]}" },
    { "a = [1.5e-3, -1e-3, 12e-3, 123e-4]\nb = 12.5e-30", "{\"a\":[1.5e-3,-1e-3,12e-3,123e-4],\"b\":12.5e-30}" },
    { "a = [inf, +inf, -inf, nan, +nan, -nan]", "{\"a\":[\"inf\",\"inf\",\"-inf\",\"nan\",\"nan\",\"-nan\"]}" },
    /* dates */
    { "a = 1979-05-27T07:32:00Z\nb = 1979-05-27 00:32:00.999999-07:00", "{\"a\":\"1979-05-27T07:32:00Z\","
                                                                        "\"b\":\"1979-05-27 00:32:00.999999-07:00\"}" },
    { "a = 1979-05-27t07:32:00z\nb = 1979-05-27T00:32:00.5", "{\"a\":\"1979-05-27t07:32:00z\",\"b\":\"1979-05-27T00:32:00.5\"}" },
    { "a = 2024-02-29\nb = 23:59:59\nc = [2024-01-01 , 07:32:00.1]",
      "{\"a\":\"2024-02-29\",\"b\":\"23:59:59\",\"c\":[\"2024-01-01\",\"07:32:00.1\"]}" },
    { "a = 23:59:60 # a leap second", "{\"a\":\"23:59:60\"}" },
    { "a = 2024-02-29 # day", "{\"a\":\"2024-02-29\"}" },
    /* arrays and inline tables */
    { "a = []\nb = [ ]\nc = [\n # none\n]", "{\"a\":[],\"b\":[],\"c\":[]}" },
    { "a = [1,\n 2, # two\n\n 'x',\n [true, []],\n {b = 1},\n]", "{\"a\":[1,2,\"x\",[true,[]],{\"b\":1}]}" },
    { "a = {}\nb = { }\nc = { x = 1, y.z = 2, y.w = [\n3\n] }", "{\"a\":{},\"b\":{},\"c\":{\"x\":1,\"y\":{\"z\":2,\"w\":[3]}}}" },
    /* tables */
    { "[a]\nx = 1\n[b] # c\ny = 2\n", "{\"a\":{\"x\":1},\"b\":{\"y\":2}}" },
    { "[ a . \"b\" . 'c' ]\nx = 1", "{\"a\":{\"b\":{\"c\":{\"x\":1}}}}" },
    { "[a.b]\nx = 1\n[a]\ny = 2\n", "{\"a\":{\"b\":{\"x\":1},\"y\":2}}" },
    { "[a.b.c]\n[a]\nb.x = 1\n", "{\"a\":{\"b\":{\"c\":{},\"x\":1}}}" },
    { "a.b = 1\n[a.c]\nx = 2\n", "{\"a\":{\"b\":1,\"c\":{\"x\":2}}}" },
    { "[f]\na.c = 1\na.t.s = true\n[f.a.x]\ny = 1\n", "{\"f\":{\"a\":{\"c\":1,\"t\":{\"s\":true},\"x\":{\"y\":1}}}}" },
    { "[[p]]\nn = 1\n[[p]]\n[[p]]\nn = 3\n", "{\"p\":[{\"n\":1},{},{\"n\":3}]}" },
    { "[[f]]\nn = 1\n[f.p]\nc = 2\n[[f.v]]\nn = 3\n[[f.v]]\nn = 4\n[[f]]\n[[f.v]]\nn = 5\n",
      "{\"f\":[{\"n\":1,\"p\":{\"c\":2},\"v\":[{\"n\":3},{\"n\":4}]},{\"v\":[{\"n\":5}]}]}" },
    { "[[a.b]]\nx = 1\n[a]\ny = 2\n", "{\"a\":{\"b\":[{\"x\":1}],\"y\":2}}" },
    { "[a]\n[a.b]\n[c]\n[a.d]\n", "{\"a\":{\"b\":{},\"d\":{}},\"c\":{}}" },
};

static const char *const invalid[] = {
    /* lines and keys */
    "a",
    "a =",
    "a = # c",
    "= 1",
    "a = 1 b = 2",
    "a = 1, b = 2",
    "a b = 1",
    "a = 1\rb = 2",
    "a. = 1",
    ".a = 1",
    "a..b = 1",
    "\"\"\"a\"\"\" = 1",
    "'''a''' = 1",
    "\"a\nb\" = 1",
    "\xC3\xA9 = 1",
    "a! = 1",
    "a\n= 1",
    "# \x01",
    "# \x7F",
    "a = 1 # \x02",
    "# \r",
    "a = \"\xFF\"",
    "[a",
    "[a]]",
    "[[a]",
    "[[a] ]",
    "[]",
    "[[]]",
    "[a.]",
    "[.a]",
    "[a] x = 1",
    "[a]\n[b]]",
    "[a b]",
    "[a=1]",
    "{a = 1}",
    /* the same key twice */
    "a = 1\na = 2",
    "a = 1\n\"a\" = 2",
    "a = 1\na.b = 2",
    "a.b = 1\na = 2",
    "a.b = 1\na.b = 2",
    "[a]\nb = 1\n[a]\nc = 2",
    "[a]\nb = 1\n[a.b]\nc = 2",
    "a = 1\n[a]",
    "a = 1\n[a.b]",
    "a.b = 1\n[a]",
    "[f]\na.c = 1\n[f.a]",
    "[f]\na.t.s = 1\n[f.a.t]",
    "[a.b.c]\nz = 9\n[a]\nb.c.t = 1",
    "[a.b.c.d]\nz = 9\n[a]\nb.c.d.k.t = 1",
    "[a]\n[a]",
    "[a.b]\n[a.b]",
    "[a.b]\n[a]\n[a.b]",
    /* arrays of tables */
    "[a]\n[[a]]",
    "[[a]]\n[a]",
    "a = []\n[[a]]",
    "a = [{}]\n[a.b]",
    "a = [{x = 1}]\n[[a]]\ny = 1",
    "[a.b]\n[[a]]",
    "[[a.b]]\n[a.b]",
    "[[a.b]]\n[a]\nb.x = 1",
    "a.b = 1\n[[a]]",
    /* inline tables */
    "a = {b = 1,}",
    "a = {b = 1\n}",
    "a = {\nb = 1}",
    "a = {b = 1 c = 2}",
    "a = {b = 1, b = 2}",
    "a = {,}",
    "a = {b}",
    "a = {",
    "a = {b = 1}\n[a]",
    "a = {b = 1}\n[a.c]",
    "a = {b = 1}\na.c = 2",
    "a = {b = {c = 1}, b.d = 2}",
    "a = {b.c = 1, b = 2}",
    "a = {b = {}}\na.b.c = 1",
    "[t]\na = {}\n[t.a.b]",
    "a = {b = 1 # c\n}",
    /* arrays */
    "a = [",
    "a = [1",
    "a = [1,",
    "a = [1 2]",
    "a = [,]",
    "a = [1,,2]",
    "a = [1]]",
    "a = [1, # c",
    "a = ]",
    /* strings */
    "a = \"",
    "a = '",
    "a = \"x",
    "a = \"x\ny\"",
    "a = 'x\ny'",
    "a = \"\"\"x",
    "a = '''x",
    "a = \"\"\"x\"\"",
    "a = \"\\",
    "a = \"\\\"",
    "a = \"\\x41\"",
    "a = \"\\e\"",
    "a = \"\\a\"",
    "a = \"\\u12\"",
    "a = \"\\uD800\"",
    "a = \"\\U00110000\"",
    "a = \"\\UFFFFFFFF\"",
    "a = \"\\u00G0\"",
    "a = \"\\ x\"",
    "a = \"\"\"\\ x\"\"\"",
    "a = \"\x01\"",
    "a = '\x7F'",
    "a = \"\"\"\x0B\"\"\"",
    "a = \"\"\"a\rb\"\"\"",
    "a = \"\"\"x\"\"\"\"\"\"",
    "a = '''x''''''",
    "a = \"x\" y",
    "a = \"\\\n\"",
    "a = \"\"\"\\\r\"\"\"",
    /* numbers and words */
    "a = 01",
    "a = -01",
    "a = +01",
    "a = 1_",
    "a = _1",
    "a = 1__0",
    "a = 0x",
    "a = 0x_1",
    "a = 0x1_",
    "a = -0x1",
    "a = +0b1",
    "a = 0X1",
    "a = 0b2",
    "a = 0o8",
    "a = 0xG",
    "a = 1.",
    "a = .1",
    "a = 1.e1",
    "a = 1e",
    "a = 1e+",
    "a = 1._1",
    "a = 1_.1",
    "a = 1e_1",
    "a = 1.2.3",
    "a = 00.5",
    "a = 9223372036854775808",
    "a = -9223372036854775809",
    "a = 0x8000000000000000",
    "a = 0x10000000000000000",
    "a = +-1",
    "a = --1",
    "a = 1f",
    "a = -",
    "a = +",
    "a = True",
    "a = tru",
    "a = truee",
    "a = null",
    "a = Inf",
    "a = infinity",
    "a = NaN",
    "a = -true",
    "a = x",
    "a = 1 2",
    "a = 0_1",
    "a = 1e1.5",
    /* dates */
    "a = 2024-02-30",
    "a = 2023-02-29",
    "a = 1900-02-29",
    "a = 2024-13-01",
    "a = 2024-00-01",
    "a = 2024-01-00",
    "a = 2024-04-31",
    "a = 24:00:00",
    "a = 23:60:00",
    "a = 23:59:61",
    "a = 07:32",
    "a = 7:32:00",
    "a = 07:32:00.",
    "a = 2024-01-01T",
    "a = 2024-01-01T07:32",
    "a = 2024-01-01T07:32:00+",
    "a = 2024-01-01T07:32:00+0100",
    "a = 2024-01-01T07:32:00+24:00",
    "a = 2024-01-01  07:32:00",
    "a = 2024-1-01",
    "a = 2024-",
    "a = 1.5e-x",
    "a = 12:",
    "a = 24-01-01",
    "a = 12024-01-01",
    "a = 2024-01-01x",
    "a = 07:32:00Z",
    "a = 2024-01-01 07:32:00 Z",
    "a = 2024-01-01 x",
};

static void valid_documents_mean_what_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(valid); i++) {
        struct arena arena;
        struct str out;
        struct error err;
        if (!convert(str_from(valid[i].toml), 1 << 20, &arena, &out, &err))
            fail_msg("%s: %s", valid[i].toml, err.text);
        assert_str(without_breaks(&arena, out), valid[i].json);
        assert_is_json(out);
        arena_free(&arena);
    }
}

static void invalid_documents_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(invalid); i++) {
        struct arena arena;
        struct str out;
        struct error err;
        if (convert(str_from(invalid[i]), 1 << 20, &arena, &out, &err))
            fail_msg("%s: was accepted as %.*s", invalid[i], STR_ARG(out));
        assert_int_equal(err.kind, ERROR_INPUT);
        arena_free(&arena);
    }
    struct arena arena;
    struct str out;
    struct error err;
    assert_false(convert(STR("a = \"\0\""), 1 << 20, &arena, &out, &err));
    arena_free(&arena);
    assert_false(convert(STR("a = 1\0"), 1 << 20, &arena, &out, &err));
    arena_free(&arena);
}

static void errors_name_the_line(void **state)
{
    (void)state;
    struct arena arena;
    struct str out;
    struct error err;
    assert_false(convert(STR("a = 1\n\n# c\nb = '''\n\n'''\na = 2\n"), 1 << 20, &arena, &out, &err));
    assert_string_equal(err.text, "TOML, line 7: a key occurs twice");
    arena_free(&arena);
}

static void put_times(struct buf *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_text(out, text);
}

static void depth_is_limited(void **state)
{
    (void)state;
    static const struct {
        const char *before, *each, *after_each, *after;
        size_t levels; /* that fit in JSON_MAX_DEPTH */
    } shapes[] = {
        { "a = ", "[", "]", "", JSON_MAX_DEPTH - 1 },  { "a = ", "{a=", "}", "", JSON_MAX_DEPTH - 1 },
        { "", "a.", "", "a = 1", JSON_MAX_DEPTH - 1 }, { "[", "a.", "", "a]", JSON_MAX_DEPTH - 2 },
        { "[[", "a.", "", "a]]", JSON_MAX_DEPTH - 3 },
    };
    struct buf text;
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
        for (size_t more = 0; more < 3; more++) {
            size_t n = more == 2 ? 50000 : shapes[i].levels + more;
            struct arena arena;
            struct str out;
            struct error err;
            buf_clear(&text);
            buf_text(&text, shapes[i].before);
            put_times(&text, shapes[i].each, n);
            buf_text(&text, i == 1 ? "1" : "");
            put_times(&text, shapes[i].after_each, n);
            buf_text(&text, shapes[i].after);
            bool ok = convert(buf_view(&text), 1 << 20, &arena, &out, &err);
            if (ok != (more == 0))
                fail_msg("shape %zu, %zu levels: %s", i, n, ok ? "accepted" : err.text);
            if (ok)
                assert_is_json(out);
            else
                assert_int_equal(err.kind, ERROR_LIMIT);
            arena_free(&arena);
        }
    buf_free(&text);
}

static void large_tables_stay_fast_and_whole(void **state)
{
    (void)state;
    struct buf text;
    struct arena arena;
    struct str out;
    struct error err;
    buf_init(&text, 8 << 20);
    for (int i = 0; i < 100000; i++)
        buf_printf(&text, "key-%d = %d\n", i, i);
    assert_true(convert(buf_view(&text), 8 << 20, &arena, &out, &err));
    assert_true(str_ends(out, "\"key-99999\":99999}"));
    arena_free(&arena);
    buf_text(&text, "key-0 = 1\n");
    assert_false(convert(buf_view(&text), 8 << 20, &arena, &out, &err));
    assert_string_equal(err.text, "TOML, line 100001: a key occurs twice");
    arena_free(&arena);
    buf_free(&text);
}

static void memory_limits_are_errors(void **state)
{
    (void)state;
    struct arena arena;
    struct str out;
    struct error err = { 0 };
    assert_false(convert(STR("a = \"0123456789\""), 10, &arena, &out, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    arena_free(&arena);
    for (size_t cap = 0; cap < 2000; cap += 16) { /* every allocation fails once */
        err = (struct error){ 0 };
        arena_init(&arena, "test", cap);
        if (!toml_to_json(STR("a.b = \"\\n\"\n[c]\nd = [0x1, 1.5]\n[[e]]\n"), 1 << 20, &arena, &out, &err))
            assert_int_equal(err.kind, ERROR_LIMIT);
        arena_free(&arena);
    }
}

static const char sample[] = "title = \"a\\u00e9\"\n[package]\nname = 'x'\nv.w = [1, 2.5e3, 1979-05-27 07:32:00Z, {a = 0xF}]\r\n"
                             "[[dep]]\nt = \"\"\"\nx \\\n y\"\"\"\n[dep.sub]\n[[dep]]\n";

static void damaged_documents_give_json_or_an_error(void **state)
{
    (void)state;
    static const char bytes[] = "{}[]=,.\"'\\#-+_:TZ \n\r\t\x01\x80\xFF"
                                "a0e";
    struct arena arena;
    struct str out;
    struct error err;
    for (size_t i = 0; i < sizeof sample; i++) {
        char *copy = malloc(i ? i : 1); /* no room behind it, for the sanitizers */
        assert_non_null(copy);
        memcpy(copy, sample, i);
        if (convert(str_make(copy, i), 1 << 20, &arena, &out, &err))
            assert_is_json(out);
        arena_free(&arena);
        for (size_t b = 0; b < sizeof bytes - 1 && i > 0; b++) {
            char old = copy[i / 2];
            copy[i / 2] = bytes[b];
            if (convert(str_make(copy, i), 1 << 20, &arena, &out, &err))
                assert_is_json(out);
            else
                assert_int_not_equal(err.kind, ERROR_NONE);
            arena_free(&arena);
            copy[i / 2] = old;
        }
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_documents_mean_what_the_table_says),
        cmocka_unit_test(invalid_documents_are_refused),
        cmocka_unit_test(errors_name_the_line),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(large_tables_stay_fast_and_whole),
        cmocka_unit_test(memory_limits_are_errors),
        cmocka_unit_test(damaged_documents_give_json_or_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
