/* Views, buffers, arenas, maps, files and times of base.h. */
#include "unit.h"

#include <unistd.h>

static void views_split_into_lines_and_fields(void **state)
{
    (void)state;
    struct str rest = STR("a=1\r\nb\n\nlast"), line, left, right;
    assert_true(str_line(&rest, &line));
    assert_true(str_cut(line, '=', &left, &right));
    assert_str(left, "a");
    assert_str(right, "1");
    assert_true(str_line(&rest, &line));
    assert_false(str_cut(line, '=', &left, &right));
    assert_str(left, "b");
    assert_true(str_line(&rest, &line));
    assert_str(line, "");
    assert_true(str_line(&rest, &line));
    assert_str(line, "last");
    assert_false(str_line(&rest, &line));
}

static void numbers_refuse_overflow_and_signs(void **state)
{
    (void)state;
    uint64_t value = 7;
    assert_true(str_u64(STR("18446744073709551615"), &value));
    assert_true(value == UINT64_MAX);
    assert_false(str_u64(STR("18446744073709551616"), &value));
    assert_false(str_u64(STR("-1"), &value));
    assert_false(str_u64(STR(""), &value));
}

static void utf8_is_checked_strictly(void **state)
{
    (void)state;
    assert_true(str_is_utf8(STR("caf\xc3\xa9 \xf0\x9f\x9a\xa2")));
    assert_false(str_is_utf8(STR("\xc0\xaf")));         /* overlong */
    assert_false(str_is_utf8(STR("\xed\xa0\x80")));     /* surrogate */
    assert_false(str_is_utf8(STR("\xf4\x90\x80\x80"))); /* past U+10FFFF */
    assert_false(str_is_utf8(STR("\xe2\x82")));         /* cut short */
}

static void what_steers_a_terminal_is_not_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t bytes;
    } rows[] = {
        { "a", 1 },
        { " ", 1 },
        { "\xc3\xa9", 2 },
        { "\xe6\xb8\xaf!", 3 },
        { "\xf0\x9f\x98\x80", 4 },
        { "", 0 },
        { "\x1b[31m", 0 },
        { "\n", 0 },
        { "\x7f", 0 },
        { "\xc2\x9b"
          "31m",
          0 },
        { "\xc2\x80", 0 },
        { "\xc2\xa0", 2 },
        { "\xc2", 0 },
        { "\x9b", 0 },
        { "\xed", 0 },
        { "\xe6\xb8", 0 },
        { "\xff", 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_int_equal(str_shown_char(str_from(rows[i].text)), rows[i].bytes);
}

static void texts_are_fit_to_be_shown(void **state)
{
    (void)state;
    struct arena arena;
    struct buf buf;
    arena_init(&arena, "test", 1 << 16);
    static const struct {
        const char *text;
        size_t max;
        const char *want;
    } rows[] = {
        { "plain", 10, "plain" },
        { "  two\n\t words  ", 20, "two words" },
        { "\x1b[31mred\x1b[0m", 20, "[31mred [0m" },
        { "cut here", 3, "cut" },
        { "cut here", 4, "cut" },
        { "caf\xc3\xa9", 4, "caf" },
        { "caf\xc3\xa9", 5, "caf\xc3\xa9" },
        { "\xff\xfe", 9, "" },
        { "", 9, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_str(arena_shown(&arena, str_from(rows[i].text), rows[i].max), rows[i].want);
    buf_init(&buf, 100);
    buf_shown(&buf, STR("a\tb\n\x1b[0m\xff caf\xc3\xa9 \\"));
    assert_str(buf_view(&buf), "a\\x09b\\x0a\\x1b[0m\\xff caf\xc3\xa9 \\");
    buf_free(&buf);
    arena_free(&arena);
}

static void hexadecimal_digits_are_known(void **state)
{
    (void)state;
    static const char digits[] = "0123456789abcdef", capitals[] = "0123456789ABCDEF";
    for (int c = 0; c < 256; c++) {
        const char *small = memchr(digits, c, 16), *large = memchr(capitals, c, 16), one = (char)c;
        assert_int_equal(char_hex(one), small ? small - digits : large ? large - capitals : -1);
        assert_int_equal(str_is_hex(str_make(&one, 1)), small != NULL);
    }
    assert_true(str_is_hex(STR("0123456789abcdef")));
    assert_false(str_is_hex(STR("")));
    assert_false(str_is_hex(STR("12 ")));
}

static void letters_are_lowered(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 100);
    assert_str(arena_lower(&arena, STR("Az-[@`{09 \xc3\x84")), "az-[@`{09 \xc3\x84"); /* ASCII only */
    assert_null(arena_lower(&arena, str_make("", 200)).ptr);
    arena_free(&arena);
}

static void arenas_refuse_past_their_cap_and_give_back_to_a_mark(void **state)
{
    (void)state;
    struct arena arena;
    struct error err = { 0 };
    arena_init(&arena, "test", 1000);
    struct arena_mark mark = arena_mark(&arena);
    assert_non_null(arena_alloc(&arena, 900));
    assert_null(arena_alloc(&arena, 200));
    assert_true(arena.exhausted);
    assert_false(arena_error(&arena, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    arena_reset(&arena, mark);
    assert_non_null(arena_alloc(&arena, 900));
    assert_null(arena_array(&arena, SIZE_MAX / 2, 4));
    arena_free(&arena);
}

static void buffers_stop_at_their_maximum(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 10);
    buf_text(&buf, "12345");
    buf_printf(&buf, "%d", 678);
    assert_str(buf_view(&buf), "12345678");
    buf_text(&buf, "abc");
    assert_true(buf.failed);
    assert_str(buf_view(&buf), "12345678");
    buf_free(&buf);
}

static void maps_keep_every_key(void **state)
{
    (void)state;
    struct arena arena;
    struct map map;
    arena_init(&arena, "test", 1 << 20);
    map_init(&map, &arena);
    for (uint64_t i = 0; i < 1000; i++)
        assert_true(map_put(&map, arena_printf(&arena, "key %d", (int)i), i));
    assert_true(map_put(&map, STR(""), 4242));
    assert_true(map_put(&map, STR("key 5"), 55));
    uint64_t value;
    for (uint64_t i = 0; i < 1000; i++) {
        assert_true(map_get(&map, arena_printf(&arena, "key %d", (int)i), &value));
        assert_true(value == (i == 5 ? 55 : i));
    }
    assert_true(map_get(&map, STR(""), &value) && value == 4242);
    assert_false(map_get(&map, STR("key 1000"), &value));
    assert_int_equal(map.count, 1001);
    arena_free(&arena);
}

static void times_are_read_and_written(void **state)
{
    (void)state;
    int64_t t;
    char text[32];
    assert_true(time_parse(STR("2024-02-29T23:59:59.123+01:00"), &t));
    time_format(t, text);
    assert_string_equal(text, "2024-02-29T22:59:59Z");
    assert_true(time_parse(STR("1970-01-01"), &t) && t == 0);
    assert_false(time_parse(STR("2024-13-01"), &t));
    assert_false(time_parse(STR("yesterday"), &t));
}

static void files_are_written_and_read_whole(void **state)
{
    (void)state;
    char path[] = "/tmp/drydock-unit-XXXXXX", back[5];
    struct error err = { 0 };
    struct arena arena;
    struct str text;
    int ends[2], fd = mkstemp(path);
    assert_true(fd >= 0 && pipe(ends) == 0);
    close(fd);
    arena_init(&arena, "test", 1 << 16);
    assert_true(file_write(path, STR("first, and longer"), &err) && file_write(path, STR("second"), &err));
    assert_true(file_read(path, 100, &arena, &text, &err));
    assert_str(text, "second");
    assert_false(file_write("/nowhere/at/all", text, &err));
    unlink(path);
    assert_true(file_write_all(ends[1], "abcdefg", 7, &err));
    close(ends[1]);
    assert_true(file_read_all(ends[0], back, 5, &err));
    assert_memory_equal(back, "abcde", 5);
    assert_false(file_read_all(ends[0], back, 5, &err)); /* two are left */
    assert_int_equal(err.kind, ERROR_INPUT);
    close(ends[0]);
    arena_free(&arena);
}

static void columns_count_characters(void **state)
{
    (void)state;
    assert_int_equal(term_columns(STR("caf\xc3\xa9")), 4);
    assert_int_equal(term_columns(STR("\xe6\xb8\xaf")), 2);
    assert_int_equal(term_fit(STR("a\xe6\xb8\xaf"), 2), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_split_into_lines_and_fields),
        cmocka_unit_test(numbers_refuse_overflow_and_signs),
        cmocka_unit_test(utf8_is_checked_strictly),
        cmocka_unit_test(what_steers_a_terminal_is_not_shown),
        cmocka_unit_test(texts_are_fit_to_be_shown),
        cmocka_unit_test(hexadecimal_digits_are_known),
        cmocka_unit_test(letters_are_lowered),
        cmocka_unit_test(arenas_refuse_past_their_cap_and_give_back_to_a_mark),
        cmocka_unit_test(buffers_stop_at_their_maximum),
        cmocka_unit_test(maps_keep_every_key),
        cmocka_unit_test(times_are_read_and_written),
        cmocka_unit_test(files_are_written_and_read_whole),
        cmocka_unit_test(columns_count_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
