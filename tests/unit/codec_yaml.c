/* YAML to JSON: tables of texts and what they mean, anchors and what they may cost, damage. */
#include "rewrite_unit.h"

static bool convert(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err)
{
    *err = (struct error){ 0 };
    arena_init(arena, "test", 64 << 20);
    return yaml_to_json(text, max_bytes, arena, out, err);
}

#ifdef HAVE_YAML

struct meaning {
    const char *yaml, *json;
};

static const struct meaning meanings[] = {
    /* structure */
    { "", "null" },
    { "# only a comment\n", "null" },
    { "---\n...\n", "null" },
    { "a: 1\nb: [x, y]\n", "{\"a\":1,\"b\":[\"x\",\"y\"]}" },
    { "- a\n- - b\n  - c\n- d: e\n", "[\"a\",[\"b\",\"c\"],{\"d\":\"e\"}]" },
    { "a:\n  b:\n    c: d\n  e: f\n", "{\"a\":{\"b\":{\"c\":\"d\"},\"e\":\"f\"}}" },
    { "{a: {}, b: [], c: }", "{\"a\":{},\"b\":[],\"c\":null}" },
    { "a:\n- 1\n- 2\n", "{\"a\":[1,2]}" },
    { "%YAML 1.1\n---\nx\n", "\"x\"" },
    { "\xEF\xBB\xBF"
      "a: b",
      "{\"a\":\"b\"}" },
    /* scalars of the core schema */
    { "[null, Null, NULL, ~, ]", "[null,null,null,null]" },
    { "[true, True, TRUE, false, False, FALSE]", "[true,true,true,false,false,false]" },
    { "[yes, no, on, off, y, n, tRUE]", "[\"yes\",\"no\",\"on\",\"off\",\"y\",\"n\",\"tRUE\"]" },
    { "[0, -0, +12, 007, 123456789012345678901234567890]", "[0,-0,12,7,123456789012345678901234567890]" },
    { "[0o17, 0xff, 0xFF, 0o8, 0x, 0b1]", "[15,255,255,\"0o8\",\"0x\",\"0b1\"]" },
    { "[0xffffffffffffffff, 0x10000000000000000]", "[18446744073709551615,\"0x10000000000000000\"]" },
    { "[1.5, 1.10, .5, -.5, 5., +1.0, 1e3, 1.e3, 1E-3, 00.5]", "[1.5,1.10,0.5,-0.5,5,1.0,1e3,1e3,1E-3,0.5]" },
    { "[., -, +, e1, 1e, 1e+, 1.2.3, 1_000, 1:30, +-1, -.e1]",
      "[\".\",\"-\",\"+\",\"e1\",\"1e\",\"1e+\",\"1.2.3\",\"1_000\",\"1:30\",\"+-1\",\"-.e1\"]" },
    { "[.inf, -.inf, .nan, 2024-05-06, 2024-05-06T07:08:09Z]",
      "[\".inf\",\"-.inf\",\".nan\",\"2024-05-06\",\"2024-05-06T07:08:09Z\"]" },
    { "[\"1\", '1', !!str 1, ! 1, \"true\", '~']", "[\"1\",\"1\",\"1\",\"1\",\"true\",\"~\"]" },
    { "[!!int 1, !custom x, !!float 1.5]", "[1,\"x\",1.5]" },
    /* keys are text, as written */
    { "1: a\n1.10: b\ntrue: c\n~: d\n", "{\"1\":\"a\",\"1.10\":\"b\",\"true\":\"c\",\"~\":\"d\"}" },
    { "? a\n: b\n? c\n", "{\"a\":\"b\",\"c\":null}" },
    { "a: 1\na: 2\n", "{\"a\":1,\"a\":2}" },
    /* strings */
    { "a: \"x\\n\\t\\u00e9\\\"\\\\\"", "{\"a\":\"x\\n\\t\xC3\xA9\\\"\\\\\"}" },
    { "a: 'it''s'", "{\"a\":\"it's\"}" },
    { "a: |\n  one\n  two\nb: >\n  one\n  two\n", "{\"a\":\"one\\ntwo\\n\",\"b\":\"one two\\n\"}" },
    { "a: |-\n  1\n", "{\"a\":\"1\"}" },
    { "a: one\n  two\n", "{\"a\":\"one two\"}" },
    { "- >= 1.2, < 2\n- \"~> 1.0\"\n", NULL },
    { "- '>= 1.2, < 2'\n- ~> 1.0\n", "[\">= 1.2, < 2\",\"~> 1.0\"]" },
    { "url: https://host.example/a#b # c\n", "{\"url\":\"https://host.example/a#b\"}" },
    { "k: \xE6\xB8\xAF\n", "{\"k\":\"\xE6\xB8\xAF\"}" },
    /* anchors */
    { "a: &x [1, {b: c}]\nd: *x\n", "{\"a\":[1,{\"b\":\"c\"}],\"d\":[1,{\"b\":\"c\"}]}" },
    { "a: &x 1\nb: &x 2\nc: *x\n", "{\"a\":1,\"b\":2,\"c\":2}" },
    { "base: &b {x: 1}\nd:\n  <<: *b\n  y: 2\n", "{\"base\":{\"x\":1},\"d\":{\"<<\":{\"x\":1},\"y\":2}}" },
    { "a: &x key\n*x : v\n", "{\"a\":\"key\",\"key\":\"v\"}" },
    { "a: &x 1\n*x : v\n", "{\"a\":1,\"1\":\"v\"}" },
    { "&k a: b\nc: *k\n", "{\"a\":\"b\",\"c\":\"a\"}" },
    { "a: &e\nb: *e\n", "{\"a\":null,\"b\":null}" },
    /* errors */
    { "a: *x\n", NULL },
    { "a: &x [*x]\n", NULL },
    { "a: &x 1\nb: &x [*x]\n", NULL },
    { "? [a]\n: b\n", NULL },
    { "? {a: b}\n: c\n", NULL },
    { "a: &x []\n*x : b\n", NULL },
    { "a\n---\nb\n", NULL },
    { "a: b: c\n", NULL },
    { "a: [1, 2\n", NULL },
    { "a: \"x\n", NULL },
    { "\ta: b\n", NULL },
    { "a: b\n c: d\n", NULL },
    { "a: @x\n", NULL },
    { "a: \x01\n", NULL },
    { "a: \xFF\n", NULL },
};

static void texts_mean_what_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
        struct arena arena;
        struct str out = { NULL, 0 };
        struct error err;
        bool ok = convert(str_from(meanings[i].yaml), 1 << 20, &arena, &out, &err);
        if (!ok && meanings[i].json)
            fail_msg("%s: %s", meanings[i].yaml, err.text);
        if (ok && !meanings[i].json)
            fail_msg("%s: was accepted as %.*s", meanings[i].yaml, STR_ARG(out));
        if (ok) {
            assert_str(without_breaks(&arena, out), meanings[i].json);
            assert_is_json(out);
        } else {
            assert_true(err.kind == ERROR_INPUT || err.kind == ERROR_UNSUPPORTED);
            assert_non_null(strstr(err.text, "line "));
        }
        arena_free(&arena);
    }
}

static void keys_that_are_there_twice_are_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *json;
        size_t line;
    } rows[] = {
        { "{}\n", "{}", 0 },
        { "a: 1\nb: 2\n", "{\"a\":1,\"b\":2}", 0 },
        { "a: 1\na: 2\n", "{}", 2 },
        { "a: 1\nb: 2\na: 3\n", "{\"b\":2}", 3 },
        { "b: 2\na: 1\nc: {d: [x]}\na: 3\ne: 4\n", "{\"b\":2,\"c\":{\"d\":[\"x\"]},\"e\":4}", 4 },
        { "a: {x: 1, y: 2, x: 3}\nb: {x: 1}\na: 1\n", "{\"b\":{\"x\":1}}", 1 },
        { "- {x: 1, \"x\": 2}\n- {x: 1}\n", "[{},{\"x\":1}]", 1 },
        { "a: {a: {a: 1}}\n", "{\"a\":{\"a\":{\"a\":1}}}", 0 },
        { "\"a\\\"\": 1\n\"a\\\\\": 2\n\"a\\\"\": 3\n", "{\"a\\\\\":2}", 3 },
        { "k: &k key\n*k : 1\nkey: 2\n", "{\"k\":\"key\"}", 3 },
        { "o:\n  a: &x [1]\n  a: &y 2\nb: *x\nc: *y\n*y : 5\n", "{\"o\":{},\"b\":null,\"c\":null,\"null\":5}", 3 },
        { "o: &o {a: 1, b: 2, a: 3}\nc: *o\n", "{\"o\":{\"b\":2},\"c\":{\"b\":2}}", 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arena arena;
        struct error err = { 0 };
        struct str out;
        size_t line;
        arena_init(&arena, "test", 1 << 20);
        assert_true(yaml_to_json_unique(str_from(rows[i].yaml), 1 << 20, &arena, &line, &out, &err));
        assert_is_json(out);
        size_t len = 0;
        char *text = arena_cstr(&arena, without_breaks(&arena, out));
        for (char *at = text; *at; at++)
            if (*at != ' ')
                text[len++] = *at;
        assert_str(str_make(text, len), rows[i].json);
        assert_int_equal(line, rows[i].line);
        arena_free(&arena);
    }
}

static void errors_name_the_line(void **state)
{
    (void)state;
    struct arena arena;
    struct str out;
    struct error err;
    assert_false(convert(STR("a: b\nc: d\ne: *unknown\n"), 1 << 20, &arena, &out, &err));
    assert_string_equal(err.text, "YAML, line 3: alias of an unknown anchor");
    arena_free(&arena);
    assert_false(convert(STR("a: b\nc: [\nd: e\n"), 1 << 20, &arena, &out, &err));
    assert_true(str_starts(str_from(err.text), "YAML, line "));
    arena_free(&arena);
}

/* Nine levels of nine aliases each would be 9^9 items. */
static void aliases_of_aliases_stop_at_the_cap(void **state)
{
    (void)state;
    struct buf text;
    struct arena arena;
    struct str out;
    struct error err;
    buf_init(&text, 1 << 20);
    buf_text(&text, "l0: &l0 [lol]\n");
    for (int level = 1; level <= 9; level++) {
        buf_printf(&text, "l%d: &l%d [", level, level);
        for (int i = 0; i < 9; i++)
            buf_printf(&text, "*l%d%s", level - 1, i < 8 ? "," : "]\n");
    }
    assert_false(convert(buf_view(&text), 8 << 20, &arena, &out, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    assert_true(arena.used_bytes < 1 << 20);
    arena_free(&arena);
    buf_free(&text);
}

static void depth_is_limited_through_aliases_too(void **state)
{
    (void)state;
    struct buf text;
    struct arena arena;
    struct str out;
    struct error err;
    buf_init(&text, 1 << 20);
    for (size_t n = JSON_MAX_DEPTH; n <= JSON_MAX_DEPTH + 1; n++) {
        buf_clear(&text);
        for (size_t i = 0; i < n; i++)
            buf_chr(&text, '[');
        for (size_t i = 0; i < n; i++)
            buf_chr(&text, ']');
        assert_int_equal(convert(buf_view(&text), 1 << 20, &arena, &out, &err), n <= JSON_MAX_DEPTH);
        arena_free(&arena);
    }
    assert_int_equal(err.kind, ERROR_LIMIT);
    for (int levels = JSON_MAX_DEPTH - 2; levels <= JSON_MAX_DEPTH; levels++) { /* each alias adds one level */
        buf_clear(&text);
        buf_text(&text, "- &a0 []\n");
        for (int i = 1; i <= levels; i++)
            buf_printf(&text, "- &a%d [*a%d]\n", i, i - 1);
        bool ok = convert(buf_view(&text), 1 << 20, &arena, &out, &err);
        assert_int_equal(ok, levels <= JSON_MAX_DEPTH - 2);
        if (ok)
            assert_is_json(out);
        arena_free(&arena);
    }
    buf_clear(&text);
    for (int i = 0; i < 100000; i++)
        buf_chr(&text, '[');
    assert_false(convert(buf_view(&text), 1 << 20, &arena, &out, &err));
    arena_free(&arena);
    buf_free(&text);
}

static void memory_limits_are_errors(void **state)
{
    (void)state;
    struct arena arena;
    struct str out;
    struct error err = { 0 };
    arena_init(&arena, "test", 64);
    assert_false(yaml_to_json(STR("&a [&b x, &c y, &d z, &e w]"), 1 << 20, &arena, &out, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    arena_free(&arena);
    assert_false(convert(STR("[one, two, three]"), 10, &arena, &out, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    arena_free(&arena);
}

static const char sample[] = "packages:\n  - pkg: &p {name: zlib, secfixes: {1.2.12-r2: [CVE-2022-37434, \"x\\n\"]}}\n  - *p\n"
                             "  - 'q': |\n      text\n    n: 0x1F\n";

static void damaged_texts_give_json_or_an_error(void **state)
{
    (void)state;
    static const char bytes[] = "{}[]:,&*!|>'\"\\#-?%@~ \n\t\x01\x80\xFF"
                                "a0.";
    char copy[sizeof sample];
    struct arena arena;
    struct str out;
    struct error err;
    for (size_t i = 0; i < sizeof sample - 1; i++) {
        if (convert(str_make(sample, i), 1 << 20, &arena, &out, &err))
            assert_is_json(out);
        arena_free(&arena);
        for (size_t b = 0; b < sizeof bytes - 1; b++) {
            memcpy(copy, sample, sizeof copy);
            copy[i] = bytes[b];
            if (convert(str_make(copy, sizeof copy - 1), 1 << 20, &arena, &out, &err))
                assert_is_json(out);
            else
                assert_int_not_equal(err.kind, ERROR_NONE);
            arena_free(&arena);
        }
    }
}

#else

static void the_missing_library_is_named(void **state)
{
    (void)state;
    struct arena arena;
    struct str out;
    struct error err;
    assert_false(convert(STR("a: b"), 1 << 20, &arena, &out, &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "libyaml"));
    arena_free(&arena);
    (void)assert_is_json;
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef HAVE_YAML
        cmocka_unit_test(texts_mean_what_the_table_says),         cmocka_unit_test(errors_name_the_line),
        cmocka_unit_test(keys_that_are_there_twice_are_left_out), cmocka_unit_test(aliases_of_aliases_stop_at_the_cap),
        cmocka_unit_test(depth_is_limited_through_aliases_too),   cmocka_unit_test(memory_limits_are_errors),
        cmocka_unit_test(damaged_texts_give_json_or_an_error),
#else
        cmocka_unit_test(the_missing_library_is_named),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
