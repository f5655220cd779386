/* Laws of order, on versions that a fixed generator makes for every scheme: equal to itself, mirrored, transitive; and of
 * keys: invalid and cut texts leave the buffer as it was, views are never read past their end. */
#include "unit.h"
#include "version/version.h"

enum { VERSIONS = 400, MAX_LEN = 48 };

/* xorshift64*: the same versions in every run. */
static uint64_t random_state;

static size_t random_below(size_t n)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (size_t)((random_state * 2685821657736338717u) >> 33) % n;
}

/* What versions of any scheme are made of; most texts are valid in some schemes and invalid in others. */
static const char *const pieces[] = {
    "0",    "1",    "2",  "10",  "01",     "00", "20240102", ".",  ".",        ".",     "-",    "-",
    "+",    "~",    "^",  "_",   ":",      "!",  "a",        "b",  "rc",       "alpha", "beta", "pre",
    "dev",  "post", "_p", "_rc", "_alpha", "-r", "-r1",      "sp", "SNAPSHOT", "final", "v",    ".x-dev",
    "dev-", ".0",   ".0", ".1",  "-1",     "1:", "go1",      "x",  "\xc3\xa9", " ",
};

static struct str make_version(char *room)
{
    size_t len = 0, parts = 1 + random_below(8);
    if (random_below(3) > 0)
        len += (size_t)snprintf(room, MAX_LEN, "%zu.%zu.%zu", random_below(3), random_below(12), random_below(3));
    for (size_t i = 0; i < parts; i++) {
        const char *piece = pieces[random_below(ARRAY_LEN(pieces))];
        size_t n = strlen(piece);
        if (len + n > MAX_LEN)
            break;
        memcpy(room + len, piece, n);
        len += n;
    }
    return str_make(room, len);
}

/* A copy in memory of exactly its length, so that the sanitizers see any read past it. */
static struct str exact_copy(struct str text)
{
    char *copy = malloc(text.len ? text.len : 1);
    assert_non_null(copy);
    memcpy(copy, text.ptr, text.len);
    return str_make(copy, text.len);
}

static bool key_of(const struct version_scheme *scheme, struct str text, struct buf *out)
{
    struct str copy = exact_copy(text);
    size_t before = out->len;
    bool ok = scheme->key(copy, out);
    if (!ok)
        assert_int_equal(out->len, before);
    free((void *)(uintptr_t)copy.ptr);
    return ok;
}

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

/* Valid versions of the scheme, at most VERSIONS. */
static size_t make_valid(const struct version_scheme *scheme, char (*rooms)[MAX_LEN], struct str *versions)
{
    size_t count = 0;
    struct buf key;
    buf_init(&key, 1 << 16);
    random_state = 88172645463325252u;
    for (size_t tries = 0; tries < 200000 && count < VERSIONS; tries++) {
        struct str version = make_version(rooms[count]);
        buf_clear(&key);
        if (key_of(scheme, version, &key))
            versions[count++] = version;
    }
    buf_free(&key);
    return count;
}

static void check_pairs(const struct version_scheme *scheme, const struct str *versions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i; j < count; j++) {
            int there = 0, back = 0;
            assert_true(version_compare(scheme, versions[i], versions[j], &there));
            assert_true(version_compare(scheme, versions[j], versions[i], &back));
            if (sign(there) != -sign(back) || (i == j && there != 0))
                print_error("%s: %.*s %.*s\n", scheme->name, STR_ARG(versions[i]), STR_ARG(versions[j]));
            assert_int_equal(sign(there), -sign(back));
            assert_true(i != j || there == 0);
        }
}

static void order_is_mirrored(void **state)
{
    (void)state;
    static char rooms[VERSIONS][MAX_LEN];
    struct str versions[VERSIONS];
    for (const struct version_scheme *const *scheme = version_schemes(); *scheme; scheme++) {
        size_t count = make_valid(*scheme, rooms, versions);
        assert_true(count > 50);
        check_pairs(*scheme, versions, count);
    }
}

/* The keys are one order for all; where a scheme has `compare`, it agrees on the versions that the key is exact for. */
static void keys_agree_with_compare(void **state)
{
    (void)state;
    static const struct {
        const char *scheme;
        const char *rising[16];
    } rows[] = {
        { "rpm", { "1~a-1", "1-1", "1-1.1", "1^a-1", "1a-1", "1.0-1", "1.0.1-1", "2-1", "1:0-1" } },
        { "maven",
          { "1-alpha", "1-alpha-1", "1-beta", "1-milestone-2", "1-rc", "1-rc2", "1-snapshot", "1", "1-sp", "1-foo", "1-1",
            "1.0.1", "1.1-alpha", "1.1" } },
        { "pacman", { "1.0a-1", "1.0b-1", "1.0-1", "1.0-2", "1.0-10", "1.0.a-1", "1.0.1-1", "1..0-1", "2-1", "1:0-1" } },
        { "conan", { "1-a", "1-b", "1", "1+a", "1.0.1", "1.a", "2", "10", "10.1" } },
    };
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        const struct version_scheme *scheme = version_scheme_find(str_from(rows[r].scheme));
        for (size_t i = 0; i < 16 && rows[r].rising[i]; i++)
            for (size_t j = 0; j < 16 && rows[r].rising[j]; j++) {
                struct str a = str_from(rows[r].rising[i]), b = str_from(rows[r].rising[j]);
                struct buf key_a, key_b;
                buf_init(&key_a, 1 << 16);
                buf_init(&key_b, 1 << 16);
                assert_true(scheme->key(a, &key_a) && scheme->key(b, &key_b));
                int want = (i > j) - (i < j), keys = sign(version_key_compare(buf_view(&key_a), buf_view(&key_b)));
                if (keys != want || sign(scheme->compare(a, b)) != want)
                    print_error("%s: %.*s %.*s\n", rows[r].scheme, STR_ARG(a), STR_ARG(b));
                assert_int_equal(keys, want);
                assert_int_equal(sign(scheme->compare(a, b)), want);
                buf_free(&key_a);
                buf_free(&key_b);
            }
    }
}

static void keys_are_appended_whole_or_not_at_all(void **state)
{
    (void)state;
    static char rooms[VERSIONS][MAX_LEN];
    struct str versions[VERSIONS];
    for (const struct version_scheme *const *scheme = version_schemes(); *scheme; scheme++) {
        size_t count = make_valid(*scheme, rooms, versions);
        struct buf all, one;
        buf_init(&all, 1 << 24);
        buf_init(&one, 1 << 16);
        buf_text(&all, "before");
        for (size_t i = 0; i < count; i++)
            for (size_t cut = 0; cut <= versions[i].len; cut++) {
                size_t before = all.len;
                buf_clear(&one);
                bool ok = key_of(*scheme, str_head(versions[i], cut), &all);
                assert_true(ok == key_of(*scheme, str_head(versions[i], cut), &one));
                assert_true(str_eq(str_skip(buf_view(&all), before), buf_view(&one)));
            }
        assert_true(str_starts(buf_view(&all), "before"));
        buf_free(&all);
        buf_free(&one);
    }
}

/* Longer than any version: refused, at once; at the limit, a number of a thousand digits still has its place. */
static void long_texts_end_at_the_limit(void **state)
{
    (void)state;
    static char nines[1024], more[1025], huge[1 << 20];
    int order;
    memset(nines, '9', sizeof nines);
    memset(more, '9', sizeof more);
    memset(huge, '1', sizeof huge);
    for (const struct version_scheme *const *scheme = version_schemes(); *scheme; scheme++) {
        assert_false(version_compare(*scheme, str_make(more, sizeof more), STR("1"), &order));
        assert_false(version_compare(*scheme, str_make(huge, sizeof huge), STR("1"), &order));
    }
    const struct version_scheme *dpkg = version_scheme_find(STR("dpkg"));
    assert_true(version_compare(dpkg, str_make(nines, 1024), str_make(nines, 1023), &order) && order > 0);
    assert_true(version_compare(dpkg, str_make(nines, 99), str_make(nines, 100), &order) && order < 0);
    assert_true(version_compare(dpkg, str_make(nines, 200), str_make(nines, 199), &order) && order > 0);
}

/* Texts that make each scheme write the longest keys it can. */
static void longest_keys_stay_in_their_room(void **state)
{
    (void)state;
    static const char *const patterns[] = { "1.", ".1",  "0.", "1-", "-1", "a1",   "1a",   "~", "a.",  "-a", "a-", "1_p", "_p1",
                                            "_",  "+0.", "0",  "a",  "A",  "1.a.", ".0.b", "x", "rc1", "--", "1+", "^1" };
    static const char *const heads[] = { "", "1", "1.0.0-", "1.0.0+", "1.0+", "1:1-", "dev-", "1.0", "1.0.0-a+0." };
    static char text[1024];
    for (const struct version_scheme *const *scheme = version_schemes(); *scheme; scheme++)
        for (size_t h = 0; h < ARRAY_LEN(heads); h++)
            for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
                size_t head = strlen(heads[h]), n = strlen(patterns[i]);
                memcpy(text, heads[h], head);
                for (size_t at = head; at < sizeof text; at++)
                    text[at] = patterns[i][(at - head) % n];
                for (size_t len = sizeof text - 3; len <= sizeof text; len++) {
                    int order = 0;
                    if (version_compare(*scheme, str_make(text, len), str_make(text, len), &order))
                        assert_int_equal(order, 0);
                }
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_mirrored),
        cmocka_unit_test(keys_agree_with_compare),
        cmocka_unit_test(keys_are_appended_whole_or_not_at_all),
        cmocka_unit_test(long_texts_end_at_the_limit),
        cmocka_unit_test(longest_keys_stay_in_their_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
