/* Overviews of many images: the order of rows, the words in them, differences, and every format over the same rows. */
#include "unit.h"

#include "report/overview.h"

enum { ROWS = 4 };

static struct str first[] = { STR_INIT("b:1"), STR_INIT("b:latest") }, second[] = { STR_INIT("a|`<x>&@\"'") },
                  third[] = { STR_INIT("c\x1b[2J") }, failed[] = { STR_INIT("d") };

/* Two that were scanned, one that is not checked, one that failed. */
static void fill(struct overview *o, struct overview_row *rows)
{
    rows[0] = (struct overview_row){ .names = failed, .name_count = 1, .problem = STR("gone | <b>"), .number = 0 };
    rows[1] = (struct overview_row){ .names = first,
                                     .name_count = 2,
                                     .distro = { .family = STR("debian"), .release = STR("12.5") },
                                     .distro_known = true,
                                     .size_bytes = 45300000,
                                     .os_packages = 2,
                                     .language_packages = 1,
                                     .counts = { 0, 0, 3, 1, 0 },
                                     .fixable = 2,
                                     .number = 1 };
    rows[2] = (struct overview_row){ .names = second,
                                     .name_count = 1,
                                     .distro = { .family = STR("debian"), .release = STR("9") },
                                     .distro_known = true,
                                     .end_of_life_known = true,
                                     .end_of_life = true,
                                     .size_bytes = 999,
                                     .os_packages = 9,
                                     .counts = { 0, 0, 0, 1, 1 },
                                     .fixable = 1,
                                     .gate = STR("2 findings fail the gate --fail-on"),
                                     .report = STR("a b/1.json"),
                                     .number = 2 };
    rows[3] = (struct overview_row){ .names = third, .name_count = 1, .unchecked = STR("no data for x"), .number = 3 };
    *o = (struct overview){ .title = STR("4 images <&>"),
                            .rows = rows,
                            .count = ROWS,
                            .database = STR("a database"),
                            .database_age = STR("new"),
                            .severities = { true, true, true, true, true } };
}

static void rows_are_sorted(void **state)
{
    static const struct {
        const char *key, *order; /* first letters of the names */
    } cases[] = {
        { "", "bacd" },     { "name", "abcd" },     { "severity", "abcd" }, { "fixable", "bacd" },
        { "size", "bacd" }, { "packages", "abcd" }, { "os", "cabd" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct overview_row rows[ROWS];
        struct overview o;
        struct error err = { 0 };
        char order[ROWS + 1] = { 0 };
        fill(&o, rows);
        assert_true(overview_sort(&o, str_from(cases[i].key), &err));
        for (size_t k = 0; k < ROWS; k++)
            order[k] = rows[k].names[0].ptr[0];
        assert_string_equal(order, cases[i].order);
    }
}

static void unknown_orders_are_refused(void **state)
{
    (void)state;
    struct overview o = { 0 };
    struct error err = { 0 };
    assert_false(overview_sort(&o, STR("colour"), &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_non_null(strstr(err.text, "packages"));
}

/* What is equal stays in the order of the scans, however many rows there are. */
static void sorting_is_stable(void **state)
{
    enum { MANY = 1000 };
    static struct overview_row rows[MANY];
    (void)state;
    struct overview o = { .rows = rows, .count = MANY };
    struct error err = { 0 };
    for (size_t i = 0; i < MANY; i++)
        rows[i] = (struct overview_row){ .names = failed, .name_count = 1, .number = i, .fixable = i * 7919 % 10 };
    assert_true(overview_sort(&o, STR("fixable"), &err));
    for (size_t i = 1; i < MANY; i++)
        assert_true(rows[i - 1].fixable > rows[i].fixable ||
                    (rows[i - 1].fixable == rows[i].fixable && rows[i - 1].number < rows[i].number));
}

static void sizes_have_three_digits(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *text;
    } cases[] = {
        { 0, "" },
        { 999, "999 B" },
        { 1000, "1.0 kB" },
        { 99949, "99.9 kB" },
        { 99950, "100 kB" },
        { 999499, "999 kB" },
        { 999500, "1.0 MB" },
        { 45300000, "45.3 MB" },
        { 1500000000, "1.5 GB" },
        { UINT64_MAX, "18446744 TB" },
    };
    (void)state;
    struct arena arena = { 0 };
    arena_init(&arena, "test", 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct overview_row row = { .size_bytes = cases[i].bytes };
        struct overview_words words;
        assert_true(overview_words(&row, &arena, &words));
        assert_str(words.size, cases[i].text);
    }
    arena_free(&arena);
}

static void notes_say_what_counts_do_not(void **state)
{
    (void)state;
    struct arena arena = { 0 };
    arena_init(&arena, "test", 1 << 20);
    struct overview_row row = { .distro = { .family = STR("alpine"), .release = STR("3.20") },
                                .distro_known = true,
                                .end_of_life_known = true,
                                .end_of_life = true,
                                .end_of_life_s = 1767225600,
                                .incomplete = true,
                                .unchecked = STR("no data for alpine 3.20"),
                                .gate = STR("gate") };
    struct overview_words words;
    assert_true(overview_words(&row, &arena, &words));
    assert_str(words.system, "alpine 3.20");
    assert_str(words.notes, "end of life since 2026-01-01\nNOT CHECKED (no data for alpine 3.20)\n"
                            "incomplete: a package database or os-release could not be understood\ngate");
    assert_str(overview_number(&row, 0, &arena), "?");
    assert_str(overview_number(&row, 3, &arena), "3");
    assert_true(overview_words(&(struct overview_row){ 0 }, &arena, &words));
    assert_str(words.system, "none");
    assert_str(words.notes, "");
    arena_free(&arena);
}

static void totals_are_over_what_was_scanned(void **state)
{
    (void)state;
    struct overview_row rows[ROWS];
    struct overview o;
    fill(&o, rows);
    struct overview_totals totals = overview_totals(&o);
    assert_int_equal(totals.scanned, 3);
    assert_int_equal(totals.all, 6);
    assert_int_equal(totals.by[SEVERITY_HIGH], 2);
    assert_int_equal(totals.fixable, 3);
    assert_int_equal(totals.unchecked, 1);
    assert_int_equal(totals.gates, 1);
    assert_int_equal(overview_failures(&o), 1);
    assert_int_equal(overview_names(&o), 5);
}

static void platforms_are_named_by_the_shorter_list(void **state)
{
    static struct str names[] = { STR_INIT("linux/amd64"), STR_INIT("linux/arm64"), STR_INIT("linux/386"),
                                  STR_INIT("linux/s390x"), STR_INIT("broken") };
    static const struct {
        uint64_t rows;
        const char *text;
    } cases[] = {
        { 1, "linux/amd64" },
        { 1 | 4, "linux/amd64, linux/386" },
        { 1 | 2 | 4, "all but linux/s390x" },
    };
    (void)state;
    struct overview_row rows[ARRAY_LEN(names)];
    struct overview o = { .rows = rows, .count = ARRAY_LEN(names), .by_platform = true };
    struct arena arena = { 0 };
    arena_init(&arena, "test", 1 << 20);
    for (size_t i = 0; i < o.count; i++)
        rows[i] = (struct overview_row){ .names = &names[i], .name_count = 1, .number = i };
    rows[4].problem = STR("no");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct overview_difference d = { .rows = cases[i].rows };
        assert_str(overview_places(&o, &d, &arena), cases[i].text);
    }
    struct str ids[] = { STR("CVE-1"), STR("CVE-2") };
    assert_str(overview_findings(&(struct overview_difference){ .is_package = true, .ids = ids, .id_count = 2 }, &arena),
               "CVE-1, CVE-2");
    assert_str(overview_findings(&(struct overview_difference){ .ids = ids, .id_count = 1 }, &arena), "found only there: CVE-1");
    arena_free(&arena);
}

static void write_as(const char *format, struct overview *o, struct buf *out)
{
    struct error err = { 0 };
    buf_init(out, 1 << 20);
    assert_true(overview_format_find(str_from(format))->write(o, out, &err));
    assert_false(out->failed);
    assert_true(str_is_utf8(buf_view(out)));
    for (size_t i = 0; i < out->len; i++)
        assert_true((unsigned char)out->ptr[i] >= 0x20 || out->ptr[i] == '\n');
}

static void names_are_harmless_in_every_format(void **state)
{
    static const struct {
        const char *format, *text;
    } cases[] = {
        { "table", "│ a|`<x>&@\"'" },
        { "json", "\"a|`<x>&@\\\"'\"" },
        { "markdown", "| `` a\\|`<x>&@\"' `` [report](a%20b/1.json) |" },
        { "markdown", "# 4 images \\<\\&\\>\n" },
        { "markdown", "- `d`: gone \\| \\<b\\>\n" },
        { "html", "<code>a|`&lt;x&gt;&amp;@<wbr>&quot;&#39;</code><a href=\"a%20b/1.json\">" },
        { "html", "<h1>4 images &lt;&amp;&gt;</h1>" },
        { "html", "<td>gone | &lt;b&gt;</td>" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct overview_row rows[ROWS];
        struct overview o;
        struct buf out;
        struct error err = { 0 };
        fill(&o, rows);
        assert_true(overview_sort(&o, STR(""), &err));
        write_as(cases[i].format, &o, &out);
        if (!str_contains(buf_view(&out), cases[i].text))
            print_error("%s: no %s in\n%.*s\n", cases[i].format, cases[i].text, STR_ARG(buf_view(&out)));
        assert_true(str_contains(buf_view(&out), cases[i].text));
        buf_free(&out);
    }
}

static void hidden_severities_have_no_column(void **state)
{
    static const char *const all[] = { "table", "json", "markdown", "html" };
    static const char *const words[] = { "│ High │", "\"HIGH\": 1", " High |", ">High</th>" };
    static const char *const hidden[] = { "Med", "MEDIUM", "Medium", "Medium" };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct overview_row rows[ROWS];
        struct overview o;
        struct buf out;
        fill(&o, rows);
        memset(o.severities, 0, sizeof o.severities);
        o.severities[SEVERITY_HIGH] = true;
        write_as(all[i], &o, &out);
        assert_true(str_contains(buf_view(&out), words[i]));
        assert_false(str_contains(buf_view(&out), hidden[i]));
        buf_free(&out);
    }
}

static size_t widest_line(struct str text)
{
    size_t widest = 0;
    for (struct str line; str_line(&text, &line);) {
        size_t n = term_columns(line);
        widest = n > widest ? n : widest;
    }
    return widest;
}

static void tables_fit_any_width(void **state)
{
    (void)state;
    for (size_t width = 40; width <= 200; width++) {
        struct overview_row rows[ROWS];
        struct overview o;
        struct buf out;
        fill(&o, rows);
        o.width = width;
        write_as("table", &o, &out);
        assert_in_range(widest_line(buf_view(&out)), 1, width);
        assert_true(str_contains(buf_view(&out), "│ Crit") ||
                    (width < 80 && str_contains(buf_view(&out), "\n  debian 12.5, 45.3 MB, 3 packages\n")));
        assert_true(str_contains(buf_view(&out), "Could not be scanned (1 of 5):\n  d\n    gone | <b>\n"));
        buf_free(&out);
    }
}

static void nothing_scanned_is_no_table(void **state)
{
    static const char *const all[] = { "table", "json", "markdown", "html" };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct overview_row rows[ROWS];
        struct overview o;
        struct buf out;
        fill(&o, rows);
        o.count = 1;
        write_as(all[i], &o, &out);
        assert_false(str_contains(buf_view(&out), "Fixable"));
        assert_true(str_contains(buf_view(&out), "gone"));
        buf_free(&out);
    }
}

static void links_are_encoded(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 10);
    put_link(&out, STR("../a b/c:d?#%(é)\"<.json"));
    assert_str(buf_view(&out), "../a%20b/c%3Ad%3F%23%25%28%C3%A9%29%22%3C.json");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sorted),
        cmocka_unit_test(unknown_orders_are_refused),
        cmocka_unit_test(sorting_is_stable),
        cmocka_unit_test(sizes_have_three_digits),
        cmocka_unit_test(notes_say_what_counts_do_not),
        cmocka_unit_test(totals_are_over_what_was_scanned),
        cmocka_unit_test(platforms_are_named_by_the_shorter_list),
        cmocka_unit_test(names_are_harmless_in_every_format),
        cmocka_unit_test(hidden_severities_have_no_column),
        cmocka_unit_test(tables_fit_any_width),
        cmocka_unit_test(nothing_scanned_is_no_table),
        cmocka_unit_test(links_are_encoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
