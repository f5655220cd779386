/* XML to JSON: tables of texts and what they mean, lines, entities, depth, damage. */
#include "rewrite_unit.h"

static bool convert(struct str text, size_t max_bytes, struct arena *arena, struct str *out, struct error *err)
{
    *err = (struct error){ 0 };
    arena_init(arena, "test", 64 << 20);
    return xml_to_json(text, max_bytes, arena, out, err);
}

#ifdef HAVE_EXPAT

struct meaning {
    struct str xml;
    const char *json;
};

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

static const struct meaning meanings[] = {
    { STR_INIT("<a/>"), "{\"a\":\"\"}" },
    { STR_INIT(HEAD "\n<a> x y\n</a>\n"), "{\"a\":\"x y\"}" },
    { STR_INIT("<a><b>1</b><b>2</b><c/></a>"), "{\"a\":{\"b\":\"1\",\"b\":\"2\",\"c\":\"\"}}" },
    { STR_INIT("<a k='v' x:l=\"1\"/>"), "{\"a\":{\"@k\":\"v\",\"@l\":\"1\"}}" },
    { STR_INIT("<a k='v'>t</a>"), "{\"a\":{\"@k\":\"v\",\"#text\":\"t\"}}" },
    { STR_INIT("<a>t<b>u</b>v<b/>\n</a>"), "{\"a\":{\"b\":\"u\",\"b\":\"\",\"#text\":\"tv\"}}" },
    { STR_INIT("<p:a xmlns:p='u' xmlns='w'><p:b>1</p:b></p:a>"), "{\"a\":{\"b\":\"1\"}}" },
    { STR_INIT("<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;</a>"), "{\"a\":\"<&>\\\"'AB\"}" },
    { STR_INIT("<a><![CDATA[<b>&amp;]]></a>"), "{\"a\":\"<b>&amp;\"}" },
    { STR_INIT("<!-- c --><?pi x?><a><!-- d -->1<!-- e -->2<?pi y?></a><!-- f -->"), "{\"a\":\"12\"}" },
    { STR_INIT("<a>x &oslash; y</a>"), "{\"a\":\"x &oslash; y\"}" },
    { STR_INIT("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a>&x;</a>"), "{\"a\":\"&x;\"}" },
    { STR_INIT("<!DOCTYPE a [<!ELEMENT a ANY>]><a>1</a>"), "{\"a\":\"1\"}" },
    { STR_INIT("\xEF\xBB\xBF" HEAD "<a>\xC3\xA9</a>"), "{\"a\":\"\xC3\xA9\"}" },
    { STR_INIT("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>"), "{\"a\":\"\xC3\xA9\"}" },
    { STR_INIT("<?xml version='1.0' encoding='UTF8'?><a>\xC3\xA9</a>"), "{\"a\":\"\xC3\xA9\"}" },
    { STR_INIT("<?xml version='1.0' encoding='windows-1252'?><a>\xE9</a>"), "{\"a\":\"\xC3\xA9\"}" },
    { STR_INIT("\xFF\xFE<\0a\0>\0\xE9\0<\0/\0a\0>\0"), "{\"a\":\"\xC3\xA9\"}" },
    { STR_INIT("\n\n <?xml version='1.0'?><a/>"), "{\"a\":\"\"}" },
    { STR_INIT("<a>\t\"\\\x7F</a>"), "{\"a\":\"\\\"\\\\\x7F\"}" },
};

static void documents_have_their_meaning(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
        struct arena arena;
        struct str out;
        struct error err;
        if (!convert(meanings[i].xml, 1 << 16, &arena, &out, &err))
            fail_msg("row %zu: %s", i, err.text);
        assert_is_json(out);
        assert_str(without_breaks(&arena, out), meanings[i].json);
        arena_free(&arena);
    }
}

static void values_keep_their_lines(void **state)
{
    (void)state;
    struct arena arena;
    struct str out, key;
    struct error err;
    struct json json;
    assert_true(convert(STR("\n<?xml version='1.0'?>\n<a>\n  <b\n   k='1'>\n    <c>\n x\n</c>\n  </b>\n\n  <d>2</d></a>\n"),
                        1 << 16, &arena, &out, &err));
    json_begin(&json, out, &arena);
    assert_true(json_object(&json) && json_key(&json, &key));
    assert_int_equal(json_line(&json), 3);
    assert_true(json_object(&json) && json_key(&json, &key));
    assert_int_equal(json_line(&json), 4);
    assert_true(json_object(&json) && json_key(&json, &key) && json_key(&json, &key));
    assert_str(key, "c");
    assert_int_equal(json_line(&json), 6);
    assert_false(json_key(&json, &key));
    assert_int_equal(json_line(&json), 9);
    assert_true(json_key(&json, &key));
    assert_int_equal(json_line(&json), 11);
    arena_free(&arena);
}

struct refusal {
    const char *xml;
    enum error_kind kind;
    const char *says;
};

static const struct refusal refusals[] = {
    { "", ERROR_INPUT, "line 1" },
    { "\n\nplain", ERROR_INPUT, "line 3" },
    { "<a>\n<b>\n</a>", ERROR_INPUT, "line 3: mismatched tag" },
    { "<a>", ERROR_INPUT, "line 1" },
    { "<a/><b/>", ERROR_INPUT, "line 1" },
    { "<a k='1' k='2'/>", ERROR_INPUT, "duplicate attribute" },
    { "<a>\x01</a>", ERROR_INPUT, "line 1" },
    { "<a>\xFF</a>", ERROR_INPUT, "line 1" },
    { "<!DOCTYPE a [\n<!ENTITY x 'y'>]><a>&x;</a>", ERROR_UNSUPPORTED, "line 2: the document declares entities" },
    { "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", ERROR_UNSUPPORTED, "entities" },
    { "<!DOCTYPE a [<!ENTITY % x '<!ELEMENT a ANY>'>%x;]><a/>", ERROR_UNSUPPORTED, "entities" },
};

static void refusals_name_line_and_cause(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        struct arena arena;
        struct str out;
        struct error err;
        if (convert(str_from(refusals[i].xml), 1 << 16, &arena, &out, &err))
            fail_msg("row %zu: accepted as %.*s", i, STR_ARG(out));
        if (err.kind != refusals[i].kind || !strstr(err.text, refusals[i].says))
            fail_msg("row %zu: %s", i, err.text);
        arena_free(&arena);
    }
}

static bool convert_nested(size_t depth, size_t max_bytes, struct error *err)
{
    struct buf text;
    struct arena arena;
    struct str out;
    buf_init(&text, 64 << 20);
    for (size_t i = 0; i < depth; i++)
        buf_text(&text, "<e>");
    for (size_t i = 0; i < depth; i++)
        buf_text(&text, "</e>");
    bool ok = convert(buf_view(&text), max_bytes, &arena, &out, err);
    if (ok)
        assert_is_json(out);
    arena_free(&arena);
    buf_free(&text);
    return ok;
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    struct error err;
    assert_true(convert_nested(JSON_MAX_DEPTH - 1, 1 << 20, &err));
    assert_false(convert_nested(JSON_MAX_DEPTH, 1 << 20, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    assert_false(convert_nested(1000000, 1 << 20, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    assert_false(convert_nested(100, 300, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

static void damage_is_survived(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
        struct str xml = meanings[i].xml;
        for (size_t at = 0; at < xml.len; at++)
            for (unsigned bit = 0; bit <= 8; bit++) { /* 8: cut there */
                struct arena arena, copy;
                struct str out;
                struct error err;
                arena_init(&copy, "copy", 1 << 20);
                char *text = arena_cstr(&copy, xml);
                text[at] = (char)(text[at] ^ (bit < 8 ? 1 << bit : 0));
                if (convert(str_make(text, bit < 8 ? xml.len : at), 1 << 16, &arena, &out, &err))
                    assert_is_json(out);
                else
                    assert_true(err.kind != ERROR_NONE && err.text[0]);
                arena_free(&arena);
                arena_free(&copy);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_have_their_meaning), cmocka_unit_test(values_keep_their_lines),
        cmocka_unit_test(refusals_name_line_and_cause), cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(damage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void names_what_is_missing(void **state)
{
    (void)state;
    struct arena arena;
    struct str out;
    struct error err;
    assert_is_json(STR("{}"));
    assert_false(convert(STR("<a/>"), 1 << 16, &arena, &out, &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names_what_is_missing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
