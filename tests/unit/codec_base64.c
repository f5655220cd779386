/* Base64: the vectors of RFC 4648 (section 10), what is refused, and that all bytes come back. Percent-encoding (RFC 3986, 2.1). */
#include "codec/codec.h"
#include "unit.h"

static struct arena arena;

static const struct {
    const char *plain, *encoded;
} vectors[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
};

static void the_vectors_of_the_standard_hold(void **state)
{
    (void)state;
    struct str out;
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
        assert_str(base64_encode(str_from(vectors[i].plain), &arena), vectors[i].encoded);
        assert_true(base64_text(str_from(vectors[i].encoded), &arena, &out));
        assert_str(out, vectors[i].plain);
    }
}

static void both_alphabets_padding_and_line_breaks_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want; /* NULL: refused */
    } rows[] = {
        { "--__", "\xfb\xef\xff" },
        { "++//", "\xfb\xef\xff" },
        { "Zm8", "fo" },
        { "Zg", "f" },
        { "Zm9v\r\nYmFy\n", "foobar" },
        { "Zg==\n", "f" },
        { "Z", NULL },
        { "Zm9vY", NULL },
        { "Zm9v!", NULL },
        { "Zg==Zg==", NULL },
        { "Zm\x80v", NULL },
        { "=", "" },
        { "Zm9v====", "foo" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str out = STR("untouched");
        assert_int_equal(base64_text(str_from(rows[i].text), &arena, &out), rows[i].want != NULL);
        assert_str(out, rows[i].want ? rows[i].want : "untouched");
    }
}

static void room_is_kept_to(void **state)
{
    (void)state;
    unsigned char small[4] = { 0, 0, 0, 0x55 };
    size_t len = 99;
    assert_false(base64_decode(STR("Zm9vYg=="), small, 3, &len));
    assert_int_equal(small[3], 0x55);
    assert_int_equal(len, 99);
    assert_true(base64_decode(STR("Zm9v"), small, 3, &len) && len == 3);
}

static void every_length_comes_back(void **state)
{
    (void)state;
    unsigned char bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 167 + (i >> 3));
    for (size_t n = 0; n <= sizeof bytes; n++) {
        struct str back, encoded = base64_encode(str_make(bytes, n), &arena);
        assert_int_equal(encoded.len, (n + 2) / 3 * 4);
        assert_true(base64_text(encoded, &arena, &back));
        assert_true(str_eq(back, str_make(bytes, n)));
    }
}

static void percent_encoding_is_undone(void **state)
{
    (void)state;
    static const char *const rows[][2] = { { "a%20b%2Fc%2f", "a b/c/" }, { "%", "%" },     { "%4", "%4" }, { "%zz%4g", "%zz%4g" },
                                           { "%25%32%35", "%25" },       { "%41%", "A%" }, { "+", "+" },   { "", "" } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_str(percent_decode(str_from(rows[i][0]), &arena), rows[i][1]);
    assert_int_equal(percent_decode(STR("%00"), &arena).len, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_standard_hold),
        cmocka_unit_test(both_alphabets_padding_and_line_breaks_are_read),
        cmocka_unit_test(room_is_kept_to),
        cmocka_unit_test(every_length_comes_back),
        cmocka_unit_test(percent_encoding_is_undone),
    };
    arena_init(&arena, "test", 4 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
