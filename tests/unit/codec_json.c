/* The JSON reader and writer: RFC 8259 accepted and refused, values by pull, limits and damage. */
#include "unit.h"

#include "codec/codec.h"

static bool check_text(struct str text, struct error *err)
{
    struct arena arena;
    struct json json;
    arena_init(&arena, "test", 64 << 20);
    *err = (struct error){ 0 };
    json_begin(&json, text, &arena);
    json_skip(&json);
    bool ok = json_end(&json, err);
    arena_free(&arena);
    return ok;
}

/* Reads every key, string and number, where check_text only passes them: both must judge a text alike. */
static void read_all(struct json *json, unsigned depth)
{
    struct str text;
    double number;
    if (depth > JSON_MAX_DEPTH)
        return;
    switch (json_peek(json)) {
    case JSON_OBJECT:
        json_object(json);
        while (json_key(json, &text))
            read_all(json, depth + 1);
        break;
    case JSON_ARRAY:
        json_array(json);
        while (json_item(json))
            read_all(json, depth + 1);
        break;
    case JSON_NUMBER: json_number(json, &number); break;
    default: json_scalar(json, &text);
    }
}

static bool read_text(struct str text, struct error *err)
{
    struct arena arena;
    struct json json;
    arena_init(&arena, "test", 64 << 20);
    *err = (struct error){ 0 };
    json_begin(&json, text, &arena);
    read_all(&json, 0);
    bool ok = json_end(&json, err);
    arena_free(&arena);
    return ok;
}

struct verdict {
    const char *name;
    struct str text;
};

static const struct verdict accepted[] = {
    { "y_array_empty", STR_INIT("[]") },
    { "y_array_of_arrays", STR_INIT("[[],[[]]]") },
    { "y_array_spaces", STR_INIT(" [ 1 ,\t2\r,\n3 ] ") },
    { "y_array_nulls", STR_INIT("[null,null]") },
    { "y_object_empty", STR_INIT("{}") },
    { "y_object_empty_key", STR_INIT("{\"\":0}") },
    { "y_object_duplicate_key", STR_INIT("{\"a\":1,\"a\":2}") },
    { "y_object_spaces", STR_INIT("{ \"a\" : 1 , \"b\" : [ ] }") },
    { "y_root_number", STR_INIT("-0") },
    { "y_root_string", STR_INIT("\"\"") },
    { "y_root_true", STR_INIT("true") },
    { "y_root_null", STR_INIT(" null ") },
    { "y_number_zero_exponent", STR_INIT("[0e1,0E+1,0e-0]") },
    { "y_number_forms", STR_INIT("[1.5,-1.25e10,123456789012345678901234567890,1E5]") },
    { "y_number_huge_exponent", STR_INIT("[1e999999,-1e-999999]") },
    { "y_string_escapes", STR_INIT("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"]") },
    { "y_string_nul_escape", STR_INIT("[\"\\u0000\"]") },
    { "y_string_pair", STR_INIT("[\"\\uD83D\\uDEA2\"]") },
    { "y_string_del", STR_INIT("[\"\x7F\"]") },
    { "y_string_utf8", STR_INIT("[\"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x9A\xA2 \xEF\xBF\xBF\"]") },
    { "y_string_separators", STR_INIT("[\"\xE2\x80\xA8\"]") },
    { "y_byte_order_mark", STR_INIT("\xEF\xBB\xBF{}") },
    { "i_string_lone_high", STR_INIT("[\"\\uD800\"]") },
    { "i_string_lone_low", STR_INIT("[\"\\uDC00x\"]") },
    { "i_string_high_high", STR_INIT("[\"\\uD83D\\uD83D\\uDEA2\"]") },
};

static const struct verdict refused[] = {
    { "n_empty", STR_INIT("") },
    { "n_space_only", STR_INIT(" \n") },
    { "n_mark_only", STR_INIT("\xEF\xBB\xBF") },
    { "n_two_values", STR_INIT("1 2") },
    { "n_two_arrays", STR_INIT("[][]") },
    { "n_trailing_bracket", STR_INIT("[1]]") },
    { "n_trailing_nul", STR_INIT("[1]\0") },
    { "n_trailing_comment", STR_INIT("[1]//x") },
    { "n_array_open", STR_INIT("[") },
    { "n_array_open_comma", STR_INIT("[1,") },
    { "n_array_trailing_comma", STR_INIT("[1,]") },
    { "n_array_leading_comma", STR_INIT("[,1]") },
    { "n_array_double_comma", STR_INIT("[1,,2]") },
    { "n_array_no_comma", STR_INIT("[1 2]") },
    { "n_array_colon", STR_INIT("[\"a\":1]") },
    { "n_array_closed_as_object", STR_INIT("[1}") },
    { "n_object_closed_as_array", STR_INIT("{\"a\":1]") },
    { "n_object_open", STR_INIT("{") },
    { "n_object_key_only", STR_INIT("{\"a\"}") },
    { "n_object_no_value", STR_INIT("{\"a\":}") },
    { "n_object_no_colon", STR_INIT("{\"a\" 1}") },
    { "n_object_comma_for_colon", STR_INIT("{\"a\",1}") },
    { "n_object_trailing_comma", STR_INIT("{\"a\":1,}") },
    { "n_object_leading_comma", STR_INIT("{,\"a\":1}") },
    { "n_object_number_key", STR_INIT("{1:1}") },
    { "n_object_bare_key", STR_INIT("{a:1}") },
    { "n_object_single_quotes", STR_INIT("{'a':1}") },
    { "n_number_leading_zero", STR_INIT("[01]") },
    { "n_number_minus_leading_zero", STR_INIT("[-012]") },
    { "n_number_plus", STR_INIT("[+1]") },
    { "n_number_minus", STR_INIT("[-]") },
    { "n_number_minus_root", STR_INIT("-") },
    { "n_number_point_first", STR_INIT("[.5]") },
    { "n_number_point_last", STR_INIT("[1.]") },
    { "n_number_point_exponent", STR_INIT("[1.e1]") },
    { "n_number_exponent_empty", STR_INIT("[1e]") },
    { "n_number_exponent_sign", STR_INIT("[1e+]") },
    { "n_number_two_points", STR_INIT("[1.2.3]") },
    { "n_number_hex", STR_INIT("[0x1]") },
    { "n_number_letter", STR_INIT("[1a]") },
    { "n_number_nan", STR_INIT("[NaN]") },
    { "n_number_infinity", STR_INIT("[-Infinity]") },
    { "n_number_fullwidth", STR_INIT("[\xEF\xBC\x91]") },
    { "n_word_capital", STR_INIT("[True]") },
    { "n_word_cut", STR_INIT("[nul]") },
    { "n_word_long", STR_INIT("[nulls]") },
    { "n_word_at_end", STR_INIT("tru") },
    { "n_string_open", STR_INIT("[\"abc") },
    { "n_string_quote_only", STR_INIT("\"") },
    { "n_string_tab", STR_INIT("[\"\t\"]") },
    { "n_string_newline", STR_INIT("[\"a\nb\"]") },
    { "n_string_nul", STR_INIT("[\"a\0b\"]") },
    { "n_string_escape_x", STR_INIT("[\"\\x00\"]") },
    { "n_string_escape_nul", STR_INIT("[\"\\\0\"]") },
    { "n_string_escape_end", STR_INIT("[\"\\") },
    { "n_string_escaped_quote_end", STR_INIT("[\"\\\"") },
    { "n_string_short_u", STR_INIT("[\"\\u00A\"]") },
    { "n_string_bad_u", STR_INIT("[\"\\u00G0\"]") },
    { "n_string_pair_cut", STR_INIT("[\"\\uD83D\\u\"]") },
    { "n_string_overlong", STR_INIT("[\"\xC0\xAF\"]") },
    { "n_string_surrogate_bytes", STR_INIT("[\"\xED\xA0\x80\"]") },
    { "n_string_past_unicode", STR_INIT("[\"\xF4\x90\x80\x80\"]") },
    { "n_string_continuation", STR_INIT("[\"\x81\"]") },
    { "n_string_cut_sequence", STR_INIT("[\"\xE2\x82\"]") },
    { "n_key_not_utf8", STR_INIT("{\"\xFF\":1}") },
    { "n_space_form_feed", STR_INIT("[\f1]") },
    { "n_space_no_break", STR_INIT("[\xC2\xA0]") },
    { "n_comment", STR_INIT("[1/**/]") },
    { "n_mark_inside", STR_INIT("[\xEF\xBB\xBF]") },
    { "n_utf16", STR_INIT("[\0\"\0") },
};

static void texts_are_judged_as_rfc_8259_says(void **state)
{
    (void)state;
    struct error err;
    for (size_t i = 0; i < ARRAY_LEN(accepted); i++)
        if (!check_text(accepted[i].text, &err) || !read_text(accepted[i].text, &err))
            fail_msg("%s: %s", accepted[i].name, err.text);
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        if (check_text(refused[i].text, &err) || read_text(refused[i].text, &err))
            fail_msg("%s was accepted", refused[i].name);
        assert_int_equal(err.kind, ERROR_INPUT);
    }
}

static const char record[] =
    "{\n  \"id\": \"DD-1\", \"n\": -42, \"big\": 9223372036854775808, \"f\": 2.5e3, \"yes\": true, \"no\": null,\n"
    "        \"list\": [1, \"two\", [3], {\"four\": 4}], \"esc\": \"a\\u20AC\\ud83d\\udea2\\n\", \"caf\\u00e9\": {\"x\": {}}}\n";

static void values_are_pulled_by_type(void **state)
{
    (void)state;
    struct arena arena;
    struct json json;
    struct error err = { 0 };
    struct str key, text = STR("untouched"), raw;
    int64_t i64 = 7;
    double number = 7;
    bool truth = false;
    arena_init(&arena, "test", 1 << 20);
    json_begin(&json, str_from(record), &arena);
    assert_int_equal(json_peek(&json), JSON_OBJECT);
    assert_true(json_object(&json));
    assert_true(json_key(&json, &key) && str_is(key, "id"));
    assert_false(json_i64(&json, &i64)); /* another type: skipped, no error */
    assert_true(json_key(&json, &key) && str_is(key, "n"));
    assert_true(json_i64(&json, &i64) && i64 == -42);
    assert_true(json_key(&json, &key) && str_is(key, "big"));
    assert_false(json_i64(&json, &i64));
    assert_true(i64 == -42);
    assert_true(json_key(&json, &key) && str_is(key, "f"));
    assert_true(json_number(&json, &number) && number == 2500.0);
    assert_true(json_key(&json, &key) && str_is(key, "yes"));
    assert_true(json_bool(&json, &truth) && truth);
    assert_true(json_key(&json, &key) && str_is(key, "no"));
    assert_int_equal(json_peek(&json), JSON_NULL);
    assert_false(json_scalar(&json, &text));
    assert_str(text, "untouched");
    assert_true(json_key(&json, &key) && str_is(key, "list"));
    assert_false(json_object(&json)); /* skipped whole */
    assert_true(json_key(&json, &key) && str_is(key, "esc"));
    assert_true(json_string(&json, &text));
    assert_str(text, "a\xE2\x82\xAC\xF0\x9F\x9A\xA2\n");
    assert_true(json_key(&json, &key));
    assert_str(key, "caf\xC3\xA9");
    assert_true(json_raw(&json, &raw));
    assert_str(raw, "{\"x\": {}}");
    assert_false(json_key(&json, &key));
    assert_true(json_end(&json, &err));
    arena_free(&arena);
}

static void unread_values_are_passed_over(void **state)
{
    (void)state;
    struct arena arena;
    struct json json;
    struct error err = { 0 };
    struct str key;
    size_t keys = 0, items = 0;
    arena_init(&arena, "test", 1 << 20);
    json_begin(&json, str_from(record), &arena);
    assert_true(json_object(&json));
    while (json_key(&json, &key)) {
        keys++;
        if (str_is(key, "list") && json_array(&json))
            while (json_item(&json))
                items++;
    }
    assert_true(json_end(&json, &err));
    assert_int_equal(keys, 9);
    assert_int_equal(items, 4);
    arena_free(&arena);
}

static void scalars_keep_their_text(void **state)
{
    (void)state;
    static const char *const want[] = { "1.10", "true", "false", "x", "-0.0e5" };
    struct arena arena;
    struct json json;
    struct error err = { 0 };
    struct str text;
    size_t i = 0;
    arena_init(&arena, "test", 1 << 20);
    json_begin(&json, STR("[1.10,true,false,\"x\",-0.0e5]"), &arena);
    assert_true(json_array(&json));
    for (; json_item(&json); i++) {
        assert_true(json_scalar(&json, &text));
        assert_str(text, want[i]);
    }
    assert_int_equal(i, ARRAY_LEN(want));
    assert_true(json_end(&json, &err));
    arena_free(&arena);
}

struct number_case {
    const char *text;
    double value;
    bool is_double, is_i64;
    int64_t i64;
};

static void numbers_meet_their_ranges(void **state)
{
    (void)state;
    static const struct number_case cases[] = {
        { "0", 0, true, true, 0 },
        { "-9223372036854775808", -9223372036854775808.0, true, true, INT64_MIN },
        { "9223372036854775807", 9223372036854775808.0, true, true, INT64_MAX },
        { "9223372036854775808", 9223372036854775808.0, true, false, 0 },
        { "-9223372036854775809", -9223372036854775808.0, true, false, 0 },
        { "99999999999999999999999999", 1e26, true, false, 0 },
        { "1.0", 1, true, false, 0 },
        { "1e2", 100, true, false, 0 },
        { "0.1", 0.1, true, false, 0 },
        { "1e400", 0, false, false, 0 },
        { "-1e400", 0, false, false, 0 },
        { "1e-400", 0, true, false, 0 },
        { "0.00000000000000000000000000000000000000000000000000000000000000000000000000001e77", 1, true, false, 0 },
    };
    struct arena arena;
    struct json json;
    arena_init(&arena, "test", 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct error err = { 0 };
        double number = -1;
        int64_t i64 = -1;
        json_begin(&json, str_from(cases[i].text), &arena);
        assert_int_equal(json_number(&json, &number), cases[i].is_double);
        assert_true(json_end(&json, &err));
        assert_true(number == (cases[i].is_double ? cases[i].value : -1));
        json_begin(&json, str_from(cases[i].text), &arena);
        assert_int_equal(json_i64(&json, &i64), cases[i].is_i64);
        assert_true(json_end(&json, &err));
        assert_true(i64 == (cases[i].is_i64 ? cases[i].i64 : -1));
    }
    arena_free(&arena);
}

static void lone_surrogates_become_replacement_characters(void **state)
{
    (void)state;
    struct arena arena;
    struct json json;
    struct str text;
    arena_init(&arena, "test", 1 << 20);
    json_begin(&json, STR("\"\\uD83Dx\\uDEA2\\uD83D\\uD83D\\uDEA2\\uD83D\""), &arena);
    assert_true(json_string(&json, &text));
    assert_str(text, "\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD\xF0\x9F\x9A\xA2\xEF\xBF\xBD");
    arena_free(&arena);
}

static void depth_is_limited(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    struct error err;
    char *text = malloc(2 * MANY);
    assert_non_null(text);
    for (size_t n = JSON_MAX_DEPTH; n <= JSON_MAX_DEPTH + 1; n++) {
        memset(text, '[', n);
        memset(text + n, ']', n);
        assert_int_equal(check_text(str_make(text, 2 * n), &err), n <= JSON_MAX_DEPTH);
        assert_int_equal(read_text(str_make(text, 2 * n), &err), n <= JSON_MAX_DEPTH);
    }
    assert_int_equal(err.kind, ERROR_LIMIT);
    memset(text, '[', MANY);
    assert_false(check_text(str_make(text, MANY), &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    for (size_t i = 0; i < MANY; i += 5)
        memcpy(text + i, "{\"a\":", 5);
    assert_false(check_text(str_make(text, MANY), &err));
    assert_false(read_text(str_make(text, MANY), &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    free(text);
}

/* Copies to the heap without room behind it, so that a sanitizer sees a read past the view. */
static struct str exact_copy(struct str text)
{
    char *copy = malloc(text.len ? text.len : 1);
    assert_non_null(copy);
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    return str_make(copy, text.len);
}

static void cut_texts_are_errors(void **state)
{
    (void)state;
    struct error err;
    size_t last = strlen(record) - 2; /* the closing bracket */
    for (size_t n = 0; n <= last; n++) {
        struct str copy = exact_copy(str_make(record, n));
        assert_false(check_text(copy, &err));
        assert_false(read_text(copy, &err));
        free((void *)(uintptr_t)copy.ptr);
    }
}

static void changed_bytes_are_judged_alike_by_both_ways_of_reading(void **state)
{
    (void)state;
    struct error err;
    struct str copy = exact_copy(str_from(record));
    char *bytes = (char *)(uintptr_t)copy.ptr;
    for (size_t i = 0; i < copy.len; i++)
        for (unsigned c = 0; c < 256; c++) {
            char old = bytes[i];
            bytes[i] = (char)c;
            if (check_text(copy, &err) != read_text(copy, &err))
                fail_msg("byte %zu set to %u: skipping and reading differ", i, c);
            bytes[i] = old;
        }
    free(bytes);
}

static void errors_stay_and_name_the_place(void **state)
{
    (void)state;
    struct arena arena;
    struct json json;
    struct error err = { 0 };
    struct str key;
    int64_t i64;
    arena_init(&arena, "test", 1 << 20);
    json_begin(&json, STR("{\"a\": 1,\n  \"b\": @ }"), &arena);
    assert_true(json_object(&json));
    assert_true(json_key(&json, &key) && json_i64(&json, &i64));
    assert_true(json_key(&json, &key));
    assert_int_equal(json_peek(&json), JSON_BAD);
    assert_false(json_key(&json, &key));
    assert_false(json_item(&json));
    assert_false(json_end(&json, &err));
    assert_string_equal(err.text, "JSON, line 2, column 8: value expected");
    json_begin(&json, STR("[1]"), &arena);
    assert_true(json_array(&json));
    assert_false(json_key(&json, &key)); /* misuse is an error, not a crash */
    assert_false(json_end(&json, &err));
    json_begin(&json, STR("[1]"), &arena);
    assert_true(json_array(&json));
    assert_false(json_end(&json, &err)); /* left before its end */
    arena_free(&arena);
}

static void memory_limits_are_errors(void **state)
{
    (void)state;
    struct arena arena;
    struct json json;
    struct error err = { 0 };
    struct str text;
    arena_init(&arena, "test", 8);
    json_begin(&json, STR("\"\\n a string with more bytes than the arena\""), &arena);
    assert_false(json_string(&json, &text));
    assert_false(json_end(&json, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    arena_free(&arena);
}

static void written_strings_are_escaped_and_repaired(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 1 << 20);
    json_put_string(&buf, STR("a\"b\\c\b\f\n\r\t\x01\x1F\x7F/ caf\xC3\xA9\0"));
    assert_str(buf_view(&buf), "\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u001f\x7F/ caf\xC3\xA9\\u0000\"");
    buf_clear(&buf);
    json_put_string(&buf, STR("\xFFok\xC3\n\xE2\x82\xED\xA0\x80"
                              "\xE2\x82\xAC"));
    assert_str(buf_view(&buf), "\"\xEF\xBF\xBDok\xEF\xBF\xBD\\n\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
                               "\xE2\x82\xAC\"");
    buf_clear(&buf);
    json_put_string(&buf, (struct str){ NULL, 0 });
    assert_str(buf_view(&buf), "\"\"");
    buf_free(&buf);
}

/* Strings of every length up to some words, with one special byte at every place: the word-wise scan has no blind spot. */
static void written_strings_read_back(void **state)
{
    (void)state;
    static const char *const specials[] = { "", "\"", "\\", "\n", "\x1F", " ", "!", "#", "[", "]", "\x7F", "\xC3\xA9" };
    struct arena arena;
    struct buf text, json_text;
    buf_init(&text, 1 << 10);
    buf_init(&json_text, 1 << 10);
    for (size_t len = 0; len < 26; len++)
        for (size_t place = 0; place <= len; place++)
            for (size_t i = 0; i < ARRAY_LEN(specials); i++) {
                struct json json;
                struct error err = { 0 };
                struct str back;
                arena_init(&arena, "test", 1 << 20);
                buf_clear(&text);
                buf_clear(&json_text);
                for (size_t at = 0; at < len; at++) {
                    buf_text(&text, at == place ? specials[i] : "");
                    buf_chr(&text, (char)('a' + at));
                }
                json_put_string(&json_text, buf_view(&text));
                json_begin(&json, buf_view(&json_text), &arena);
                assert_true(json_string(&json, &back));
                assert_true(json_end(&json, &err));
                assert_true(str_eq(back, buf_view(&text)));
                arena_free(&arena);
            }
    buf_free(&text);
    buf_free(&json_text);
}

/* The line of a key and of an item, and behind an object the line of its brace. */
static void lines_are_counted(void **state)
{
    (void)state;
    struct arena arena;
    struct json json;
    struct str key;
    struct error err = { 0 };
    uint32_t lines[8], count = 0;
    arena_init(&arena, "json", 1 << 16);
    json_begin(&json, STR("{\"a\":\n [1,\n\n 2\n], \"b\": {\n\"c\": 1\n\n}\n}"), &arena);
    assert_true(json_object(&json));
    assert_true(json_key(&json, &key));
    lines[count++] = json_line(&json);
    assert_true(json_array(&json));
    while (json_item(&json)) {
        lines[count++] = json_line(&json);
        json_skip(&json);
    }
    assert_true(json_key(&json, &key));
    lines[count++] = json_line(&json);
    assert_true(json_object(&json));
    while (json_key(&json, &key))
        json_skip(&json);
    lines[count++] = json_line(&json);
    assert_false(json_key(&json, &key));
    assert_true(json_end(&json, &err));
    static const uint32_t want[] = { 1, 2, 4, 5, 8 };
    assert_int_equal(count, ARRAY_LEN(want));
    assert_memory_equal(lines, want, sizeof want);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_counted),
        cmocka_unit_test(texts_are_judged_as_rfc_8259_says),
        cmocka_unit_test(values_are_pulled_by_type),
        cmocka_unit_test(unread_values_are_passed_over),
        cmocka_unit_test(scalars_keep_their_text),
        cmocka_unit_test(numbers_meet_their_ranges),
        cmocka_unit_test(lone_surrogates_become_replacement_characters),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(cut_texts_are_errors),
        cmocka_unit_test(changed_bytes_are_judged_alike_by_both_ways_of_reading),
        cmocka_unit_test(errors_stay_and_name_the_place),
        cmocka_unit_test(memory_limits_are_errors),
        cmocka_unit_test(written_strings_are_escaped_and_repaired),
        cmocka_unit_test(written_strings_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
