/* The report's grid: widths, wrapping, merging, the last column below the others; and texts made safe for a terminal. */
#include "unit.h"

#include "report/parts.h"

static const char *const titles[] = { "Name", "Identifier", "Note" };
static const size_t min_widths[] = { 6, 8, 10 }, max_widths[] = { 20, 16, 60 };
static const bool merges[] = { true, true, false };

struct sample {
    struct arena arena;
    struct grid grid;
    struct buf out;
};

static void sample_open(struct sample *s)
{
    *s = (struct sample){ 0 };
    arena_init(&s->arena, "test", 8 << 20);
    buf_init(&s->out, 8 << 20);
    s->grid = (struct grid){ .arena = &s->arena,
                             .titles = titles,
                             .column_count = 3,
                             .min_widths = min_widths,
                             .max_widths = max_widths,
                             .merges = merges };
}

static void sample_close(struct sample *s)
{
    buf_free(&s->out);
    arena_free(&s->arena);
}

static void add(struct sample *s, uint32_t group, const char *a, const char *b, const char *c)
{
    const char *const texts[] = { a, b, c };
    struct grid_cell *cells = grid_row(&s->grid, group);
    assert_non_null(cells);
    for (size_t i = 0; i < 3; i++)
        cells[i] = (struct grid_cell){ .text = str_from(texts[i]) };
}

static void cells_are_merged_inside_a_group_only(void **state)
{
    (void)state;
    struct sample s;
    sample_open(&s);
    add(&s, 1, "bash", "A-1", "first");
    add(&s, 1, "bash", "A-1", "second");
    add(&s, 1, "bash", "A-2", "third");
    add(&s, 2, "bash", "A-2", "fourth");
    assert_true(grid_draw(&s.grid, 0, false, &s.out));
    assert_str(buf_view(&s.out), "┌──────┬────────────┬────────┐\n"
                                 "│ Name │ Identifier │ Note   │\n"
                                 "├──────┼────────────┼────────┤\n"
                                 "│ bash │ A-1        │ first  │\n"
                                 "│      │            ├────────┤\n"
                                 "│      │            │ second │\n"
                                 "│      ├────────────┼────────┤\n"
                                 "│      │ A-2        │ third  │\n"
                                 "├──────┼────────────┼────────┤\n"
                                 "│ bash │ A-2        │ fourth │\n"
                                 "└──────┴────────────┴────────┘\n");
    sample_close(&s);
}

static void long_texts_stand_below_where_there_is_no_room_beside(void **state)
{
    (void)state;
    struct sample s;
    sample_open(&s);
    add(&s, 1, "bash", "A-1", "https://example.org/A-1");
    add(&s, 1, "bash", "A-2", "");
    add(&s, 2, "dash", "A-3", "a short one\nin two lines");
    assert_true(grid_draw(&s.grid, 36, false, &s.out));
    assert_str(buf_view(&s.out), "┌──────┬─────────────────────────┐\n"
                                 "│ Name │ Identifier              │\n"
                                 "│      │ Note                    │\n"
                                 "├──────┼─────────────────────────┤\n"
                                 "│ bash │ A-1                     │\n"
                                 "│      │ https://example.org/A-1 │\n"
                                 "│      ├─────────────────────────┤\n"
                                 "│      │ A-2                     │\n"
                                 "├──────┼─────────────────────────┤\n"
                                 "│ dash │ A-3                     │\n"
                                 "│      │ a short one             │\n"
                                 "│      │ in two lines            │\n"
                                 "└──────┴─────────────────────────┘\n");
    sample_close(&s);
}

static void nothing_is_drawn_where_it_cannot_fit(void **state)
{
    (void)state;
    struct sample s;
    sample_open(&s);
    add(&s, 1, "a-long-name-of-it", "CVE-2026-0001", "words");
    assert_false(grid_draw(&s.grid, 20, false, &s.out));
    assert_int_equal(s.out.len, 0);
    assert_true(grid_draw(&s.grid, 21, false, &s.out));
    sample_close(&s);
}

static size_t next_random(uint64_t *seed, size_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(*seed >> 33) % below;
}

static struct str random_text(struct sample *s, uint64_t *seed, size_t most)
{
    static const char *const pieces[] = { "a",        "word",  " ", " ",    "/",  "-",
                                          "+deb11u1", "1.2.3", "é", "漢字", "\n", "https://example.org/",
                                          "~" };
    struct buf text;
    buf_init(&text, 4096);
    for (size_t n = next_random(seed, most); n > 0; n--)
        buf_text(&text, pieces[next_random(seed, ARRAY_LEN(pieces))]);
    struct str copy = arena_str(&s->arena, buf_view(&text));
    buf_free(&text);
    return copy;
}

/* All text of a drawing but frames, blanks and colours. */
static void put_letters(struct buf *out, struct str text)
{
    while (text.len) {
        if (text.ptr[0] == ' ' || text.ptr[0] == '\n') {
            text = str_skip(text, 1);
        } else if (text.len >= 3 && (unsigned char)text.ptr[0] == 0xE2 && (unsigned char)text.ptr[1] >= 0x94) {
            text = str_skip(text, 3);
        } else {
            buf_chr(out, text.ptr[0]);
            text = str_skip(text, 1);
        }
    }
}

static void every_line_has_the_same_width_and_never_more_than_asked(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (size_t width = 20; width <= 200; width++) {
        struct sample s;
        sample_open(&s);
        for (uint32_t row = 0; row < 12; row++) {
            struct grid_cell *cells = grid_row(&s.grid, row / 3);
            for (size_t c = 0; c < 3; c++)
                cells[c].text = random_text(&s, &seed, c == 2 ? 30 : 6);
        }
        bool drawn = grid_draw(&s.grid, width, false, &s.out);
        assert_true(drawn || width < 21 + 1);
        struct str rest = buf_view(&s.out), line;
        size_t first = 0;
        while (str_line(&rest, &line)) {
            size_t columns = term_columns(line);
            first = first ? first : columns;
            assert_true(columns <= width && columns == first);
        }
        sample_close(&s);
    }
}

static void no_letter_of_a_cell_is_lost(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (size_t width = 22; width <= 120; width += 7) {
        struct sample s;
        struct buf want, got;
        sample_open(&s);
        struct grid_cell *cells = grid_row(&s.grid, 1);
        cells[2].text = random_text(&s, &seed, 60);
        cells[0].text = cells[1].text = STR("");
        assert_true(grid_draw(&s.grid, width, false, &s.out));
        buf_init(&want, 1 << 20);
        buf_init(&got, 1 << 20);
        buf_text(&want, "NameIdentifierNote");
        put_letters(&want, cells[2].text);
        put_letters(&got, buf_view(&s.out));
        assert_true(str_eq(buf_view(&want), buf_view(&got)));
        buf_free(&want);
        buf_free(&got);
        sample_close(&s);
    }
}

static void colours_take_no_columns(void **state)
{
    (void)state;
    struct sample s;
    sample_open(&s);
    add(&s, 1, "bash", "A-1", "note");
    s.grid.cells[1].color = "31;1";
    assert_true(grid_draw(&s.grid, 0, true, &s.out));
    assert_true(str_contains(buf_view(&s.out), "│ \033[31;1mA-1\033[0m        │"));
    assert_true(str_contains(buf_view(&s.out), "│ \033[1mName\033[0m │"));
    sample_close(&s);
}

static void lines_break_where_words_paths_and_versions_do(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t width;
        const char *lines;
    } cases[] = {
        { "two words", 9, "two words|" },
        { "two words", 8, "two|words|" },
        { "1.10-4+deb11u1", 10, "1.10-4|+deb11u1|" },
        { "2:8.2.2434-3+deb12u1", 12, "2:8.2.2434-3|+deb12u1|" },
        { "1.0~rc1", 5, "1.0|~rc1|" },
        { "will_not_fix", 8, "will_|not_fix|" },
        { "https://example.org/tracker/CVE-1", 30, "https://example.org/tracker/|CVE-1|" },
        { "abcdefghij", 4, "abcd|efgh|ij|" },
        { "a\n\nb\n", 4, "a||b|" },
        { "漢字漢字", 5, "漢字|漢字|" },
        { "漢", 1, "漢|" },
        { "ends in blanks   \nnext", 14, "ends in blanks|next|" },
        { "", 5, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str rest = str_from(cases[i].text), line;
        struct buf got;
        buf_init(&got, 1000);
        while (line_next(&rest, cases[i].width, &line)) {
            buf_str(&got, line);
            buf_chr(&got, '|');
        }
        assert_str(buf_view(&got), cases[i].lines);
        buf_free(&got);
    }
}

static void texts_cannot_command_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } cases[] = {
        { "plain text", "plain text" },
        { "caf\xc3\xa9 \xf0\x9f\x9a\xa2", "caf\xc3\xa9 \xf0\x9f\x9a\xa2" },
        { "\033[2Jgone", "?[2Jgone" },
        { "a\tb\nc\rd", "a b c d" },
        { "bell\a\b\x7f", "bell???" },
        { "c1 \xc2\x9b"
          "31m",
          "c1 ?31m" }, /* CSI as one character */
        { "raw \x9b"
          "31m \xff",
          "raw ?31m ?" },                      /* the same for an eight-bit terminal */
        { "\xe2\x80\xaegnp.exe", "?gnp.exe" }, /* right-to-left override */
        { "zero\xe2\x80\x8bwidth", "zero?width" },
        { "cut \xe2\x82", "cut ??" },
        { "", "" },
    };
    struct arena arena;
    arena_init(&arena, "test", 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out;
        buf_init(&out, 1000);
        put_shown(&out, str_from(cases[i].text));
        assert_str(buf_view(&out), cases[i].shown);
        assert_str(text_shown(&arena, str_from(cases[i].text)), cases[i].shown);
        buf_free(&out);
    }
    struct arena full;
    arena_init(&full, "test", 8);
    assert_int_equal(text_shown(&full, STR("\033 does not fit into it")).len, 0);
    assert_true(full.exhausted);
    arena_free(&full);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_merged_inside_a_group_only),
        cmocka_unit_test(long_texts_stand_below_where_there_is_no_room_beside),
        cmocka_unit_test(nothing_is_drawn_where_it_cannot_fit),
        cmocka_unit_test(every_line_has_the_same_width_and_never_more_than_asked),
        cmocka_unit_test(no_letter_of_a_cell_is_lost),
        cmocka_unit_test(colours_take_no_columns),
        cmocka_unit_test(lines_break_where_words_paths_and_versions_do),
        cmocka_unit_test(texts_cannot_command_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
