/* Set algebra, held to the definition: what is in the result is decided, version by version, by what is in the operands. */
#include "unit.h"
#include "version/version.h"

enum { PLACES = 9 };
/* Ends lie on the even places; the odd ones are between them. */
static const char *const places[2 * PLACES + 1] = { "0~", "0", "0a", "1", "1a", "2", "2a", "3", "3a", "4",
                                                    "4a", "5", "5a", "6", "6a", "7", "7a", "8", "8a" };

static uint64_t random_state = 88172645463325252u;

static size_t random_below(size_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (size_t)(random_state >> 20) % n;
}

static struct str random_end(void)
{
    size_t at = random_below(PLACES + 1);
    return at == PLACES ? (struct str){ NULL, 0 } : str_from(places[2 * at + 1]);
}

static void make_set(struct arena *arena, struct version_set *set)
{
    version_set_init(set, arena);
    for (size_t count = random_below(5); count > 0; count--) {
        struct version_span span = { random_end(), random_end(), random_below(2), random_below(2) };
        assert_true(version_set_add(set, span));
    }
}

static const struct version_scheme *dpkg(void)
{
    return version_scheme_find(STR("dpkg"));
}

static bool has(const struct version_set *set, const char *version)
{
    struct error err = { 0 };
    bool inside = false;
    assert_true(version_set_has(dpkg(), set, str_from(version), &inside, &err));
    return inside;
}

/* Sorted, none empty, and a gap with a version in it between any two. */
static void assert_normal(const struct version_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct version_span *s = &set->spans[i];
        int order;
        if (s->low.ptr && s->high.ptr) {
            assert_true(version_compare(dpkg(), s->low, s->high, &order));
            assert_true(order < 0 || (order == 0 && !s->low_open && !s->high_open));
        }
        if (i > 0) {
            assert_non_null(s->low.ptr);
            assert_non_null(s[-1].high.ptr);
            assert_true(version_compare(dpkg(), s[-1].high, s->low, &order));
            assert_true(order < 0 || (order == 0 && s[-1].high_open && s->low_open));
        }
    }
}

static void results_hold_exactly_what_they_should(void **state)
{
    (void)state;
    for (size_t round = 0; round < 3000; round++) {
        struct arena arena;
        struct error err = { 0 };
        struct version_set a, b, both, left, normal;
        arena_init(&arena, "sets", 1 << 20);
        make_set(&arena, &a);
        make_set(&arena, &b);
        version_set_init(&both, &arena);
        version_set_init(&left, &arena);
        version_set_init(&normal, &arena);
        assert_true(version_set_intersect(dpkg(), &a, &b, &both, &err));
        assert_true(version_set_subtract(dpkg(), &a, &b, &left, &err));
        for (size_t i = 0; i < a.count; i++)
            assert_true(version_set_add(&normal, a.spans[i]));
        assert_true(version_set_normalize(dpkg(), &normal, &err));
        assert_normal(&normal);
        for (size_t i = 0; i < ARRAY_LEN(places); i++) {
            bool in_a = has(&a, places[i]), in_b = has(&b, places[i]);
            assert_int_equal(has(&both, places[i]), in_a && in_b);
            assert_int_equal(has(&left, places[i]), in_a && !in_b);
            assert_int_equal(has(&normal, places[i]), in_a);
        }
        arena_free(&arena);
    }
}

static void touching_spans_are_joined(void **state)
{
    (void)state;
    struct arena arena;
    struct version_set set;
    struct error err = { 0 };
    arena_init(&arena, "sets", 1 << 20);
    version_set_init(&set, &arena);
    assert_true(version_range(dpkg(), STR(">=2 <3 || >=1 <2 || >5 || 4 || >4 <5 || >9 <8"), &set, &err));
    assert_true(version_set_normalize(dpkg(), &set, &err));
    assert_int_equal(set.count, 3);
    assert_str(set.spans[0].low, "1");
    assert_str(set.spans[0].high, "3");
    assert_str(set.spans[1].low, "4");
    assert_false(set.spans[1].low_open);
    assert_str(set.spans[1].high, "5");
    assert_str(set.spans[2].low, "5");
    assert_null(set.spans[2].high.ptr);
    arena_free(&arena);
}

static void ends_that_are_no_versions_are_errors(void **state)
{
    (void)state;
    struct arena arena;
    struct version_set bad, good, out;
    struct error err = { 0 };
    bool inside;
    arena_init(&arena, "sets", 1 << 20);
    version_set_init(&bad, &arena);
    version_set_init(&good, &arena);
    version_set_init(&out, &arena);
    assert_true(version_set_add(&bad, (struct version_span){ .low = STR("a:1"), .high_open = true }));
    assert_false(version_set_normalize(dpkg(), &bad, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_false(version_set_intersect(dpkg(), &good, &bad, &out, &err));
    assert_false(version_set_subtract(dpkg(), &bad, &good, &out, &err));
    assert_false(version_set_has(dpkg(), &bad, STR("1"), &inside, &err));
    assert_false(version_set_has(dpkg(), &good, STR("a:1"), &inside, &err));
    assert_int_equal(out.count, 0);
    arena_free(&arena);
}

static void unbounded_spans_are_all(void **state)
{
    (void)state;
    struct arena arena;
    struct version_set all, some, out;
    struct error err = { 0 };
    arena_init(&arena, "sets", 1 << 20);
    version_set_init(&some, &arena);
    version_set_init(&all, &arena);
    version_set_init(&out, &arena);
    assert_true(version_set_add(&all, (struct version_span){ .low_open = true, .high_open = true }));
    assert_true(version_set_add(&all, (struct version_span){ 0 })); /* an unbounded end is open, whatever it says */
    assert_true(version_set_normalize(dpkg(), &all, &err));
    assert_int_equal(all.count, 1);
    assert_true(version_set_subtract(dpkg(), &all, &all, &out, &err));
    assert_int_equal(out.count, 0);
    assert_true(version_range(dpkg(), STR("!= 3"), &some, &err));
    assert_true(version_set_subtract(dpkg(), &all, &some, &out, &err));
    assert_int_equal(out.count, 1);
    assert_str(out.spans[0].low, "3");
    assert_str(out.spans[0].high, "3");
    arena_free(&arena);
}

/* rpm's order is not transitive (1-1 = 1 = 1-2): sets may then be coarse, but they end. */
static void orders_that_are_not_transitive_are_survived(void **state)
{
    (void)state;
    struct arena arena;
    struct version_set set, out;
    struct error err = { 0 };
    arena_init(&arena, "sets", 1 << 22);
    version_set_init(&set, &arena);
    version_set_init(&out, &arena);
    for (size_t i = 0; i < 500; i++) {
        struct str low = arena_printf(&arena, random_below(2) ? "1.%zu" : "1.%zu-%zu", random_below(9), random_below(9));
        assert_true(version_set_add(&set, (struct version_span){ .low = low, .high = low }));
    }
    const struct version_scheme *rpm = version_scheme_find(STR("rpm"));
    assert_true(version_set_subtract(rpm, &set, &set, &out, &err));
    assert_true(version_set_normalize(rpm, &set, &err));
    assert_true(set.count > 0 && set.count <= 100);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_hold_exactly_what_they_should),       cmocka_unit_test(touching_spans_are_joined),
        cmocka_unit_test(ends_that_are_no_versions_are_errors),        cmocka_unit_test(unbounded_spans_are_all),
        cmocka_unit_test(orders_that_are_not_transitive_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
