/* containers-registries.conf(5): which entry fits, what a reference is rewritten to, which mirrors count. */
#include "unit.h"

#include "registry/client.h"

static struct arena arena;
static struct registry *registry;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, "test", 16 << 20);
    registry = arena_new(&arena, struct registry);
    arena_init(&registry->arena, "registries", 16 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&registry->arena);
    arena_free(&arena);
    return 0;
}

static void configure(const char *toml)
{
    struct error err = { 0 };
    registry->routes = (struct routes){ 0 };
    if (!routes_add(&registry->routes, str_from(toml), STR("test.conf"), &arena, &err))
        fail_msg("%s", err.text);
}

/* Where an image is asked for: "host/name:tag host/name:tag!", ! for insecure. */
static const char *places(const char *text)
{
    struct image_reference reference;
    struct endpoint *endpoints;
    struct error err = { 0 };
    size_t count;
    struct str out = STR("");
    assert_true(image_reference_parse(str_from(text), &arena, &reference, &err));
    if (!endpoints_find(registry, &reference, false, &arena, &endpoints, &count, &err))
        return arena_printf(&arena, "%s", err.text).ptr;
    for (size_t i = 0; i < count; i++) {
        const struct image_reference *at = &endpoints[i].at;
        out = arena_printf(&arena, "%.*s%s%.*s/%.*s%s%.*s%s%s", STR_ARG(out), i ? " " : "", STR_ARG(at->registry),
                           STR_ARG(at->repository), at->tag.len ? ":" : "", STR_ARG(at->tag), at->digest.len ? "@" : "",
                           endpoints[i].host->insecure ? "!" : "");
    }
    return out.ptr;
}

#define DIGEST "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void without_an_entry_a_name_is_its_own(void **state)
{
    (void)state;
    configure("unqualified-search-registries = [\"search.example\"]\n[aliases]\n\"nginx\" = \"other.example/nginx\"\n");
    assert_string_equal(places("nginx"), "docker.io/library/nginx:latest");
    assert_string_equal(places("registry.example/a:1"), "registry.example/a:1");
}

static void prefixes_are_rewritten(void **state)
{
    (void)state;
    configure("[[registry]]\n"
              "prefix = \"registry.example/foo\"\n"
              "location = \"inside.example/bar\"\n"
              "[[registry.mirror]]\n"
              "location = \"mirror-0.example/mirror-of-foo/\"\n"
              "[[registry.mirror]]\n"
              "location = \"mirror-1.example:5000/mirrors/foo\"\n"
              "insecure = true\n"
              "[[registry]]\n"
              "location = \"docker.io/library\"\n"
              "[[registry.mirror]]\n"
              "location = \"hub.example\"\n");
    assert_string_equal(
        places("registry.example/foo/image:1"),
        "mirror-0.example/mirror-of-foo/image:1 mirror-1.example:5000/mirrors/foo/image:1! inside.example/bar/image:1");
    assert_string_equal(places("registry.example/foo:1"),
                        "mirror-0.example/mirror-of-foo:1 mirror-1.example:5000/mirrors/foo:1! inside.example/bar:1");
    assert_string_equal(places("registry.example/foobar:1"), "registry.example/foobar:1");
    assert_string_equal(places("registry.example/other/foo:1"), "registry.example/other/foo:1");
    assert_string_equal(places("nginx:1"), "hub.example/nginx:1 docker.io/library/nginx:1");
    assert_string_equal(places("other/nginx:1"), "docker.io/other/nginx:1");
}

static void the_longest_prefix_counts(void **state)
{
    (void)state;
    configure("[[registry]]\nlocation = \"a.example\"\ninsecure = true\n"
              "[[registry]]\nprefix = \"a.example/x/y\"\nlocation = \"long.example/y\"\n"
              "[[registry]]\nprefix = \"a.example/x\"\nlocation = \"short.example\"\n"
              "[[registry]]\nprefix = \"a.example/z:old\"\nlocation = \"a.example/z:new\"\n"
              "[[registry]]\nprefix = \"a.example/gone\"\nlocation = \"a.example/gone\"\nblocked = true\n");
    assert_string_equal(places("a.example/n:1"), "a.example/n:1!");
    assert_string_equal(places("a.example/x/n:1"), "short.example/n:1");
    assert_string_equal(places("a.example/x/y/n:1"), "long.example/y/n:1");
    assert_string_equal(places("a.example/x/yy:1"), "short.example/yy:1");
    assert_string_equal(places("a.example/z:old"), "a.example/z:new");
    assert_string_equal(places("a.example/z:older"), "a.example/z:older!");
    assert_string_equal(places("a.example/gone:1"), "test.conf blocks \"a.example/gone\"");
}

static void wildcards_are_for_hosts_below(void **state)
{
    (void)state;
    configure(
        "[[registry]]\nprefix = \"*.corp.example\"\ninsecure = true\n[[registry.mirror]]\nlocation = \"mirror.example/corp\"\n"
        "[[registry]]\nprefix = \"*.moved.example\"\nlocation = \"new.example/all\"\n"
        "[[registry]]\nprefix = \"*.a.corp.example\"\nlocation = \"deeper.example\"\n");
    assert_string_equal(places("x.corp.example/n:1"), "mirror.example/corp/n:1 x.corp.example/n:1!");
    assert_string_equal(places("x.y.corp.example:5000/n:1"), "x.y.corp.example:5000/n:1");
    assert_string_equal(places("x.y.corp.example/n:1"), "mirror.example/corp/n:1 x.y.corp.example/n:1!");
    assert_string_equal(places("corp.example/n:1"), "corp.example/n:1");
    assert_string_equal(places("x.corp.example.org/n:1"), "x.corp.example.org/n:1");
    assert_string_equal(places("other.example/x.corp.example/n:1"), "other.example/x.corp.example/n:1");
    assert_string_equal(places("x.moved.example/team/n:1"), "new.example/all/team/n:1");
    assert_string_equal(places("x.a.corp.example/n:1"), "deeper.example/n:1");
}

static void mirrors_by_tag_and_by_digest(void **state)
{
    (void)state;
    configure("[[registry]]\nlocation = \"a.example\"\n"
              "[[registry.mirror]]\nlocation = \"all.example\"\n"
              "[[registry.mirror]]\nlocation = \"digests.example\"\npull-from-mirror = \"digest-only\"\n"
              "[[registry.mirror]]\nlocation = \"tags.example\"\npull-from-mirror = \"tag-only\"\n"
              "[[registry]]\nlocation = \"b.example\"\nmirror-by-digest-only = true\n"
              "[[registry.mirror]]\nlocation = \"all.example\"\n");
    assert_string_equal(places("a.example/n:1"), "all.example/n:1 tags.example/n:1 a.example/n:1");
    assert_string_equal(places("a.example/n" DIGEST), "all.example/n@ digests.example/n@ a.example/n@");
    assert_string_equal(places("a.example/n:1" DIGEST), "all.example/n:1@ digests.example/n:1@ a.example/n:1@");
    assert_string_equal(places("b.example/n:1"), "b.example/n:1");
    assert_string_equal(places("b.example/n" DIGEST), "all.example/n@ b.example/n@");
}

static void later_files_replace_entries(void **state)
{
    (void)state;
    struct error err = { 0 };
    configure(
        "[[registry]]\nlocation = \"a.example\"\nblocked = true\n[[registry]]\nlocation = \"b.example\"\ninsecure = true\n");
    assert_true(routes_add(&registry->routes, STR("[[registry]]\nprefix=\"a.example\"\nlocation=\"c.example\"\n"), STR("10.conf"),
                           &arena, &err));
    assert_string_equal(places("a.example/n:1"), "c.example/n:1");
    assert_string_equal(places("b.example/n:1"), "b.example/n:1!");
}

static void mistakes_name_the_file_and_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *toml, *want;
    } rows[] = {
        { "[[registry]]\n", "test.conf: a registry has neither prefix nor location" },
        { "[[registry]]\nlocation=\"https://a.example\"\n",
          "test.conf: the location \"https://a.example\" must not have a scheme: write host[:port][/path]" },
        { "[[registry]]\nlocation=\"a.example\"\n[[registry.mirror]]\ninsecure=true\n", "test.conf: a mirror has no location" },
        { "[[registry]]\nlocation=\"a.example\"\n[[registry.mirror]]\nlocation=\"http://m.example\"\n",
          "test.conf: the location \"http://m.example\" must not have a scheme: write host[:port][/path]" },
        { "[[registry]]\nlocation=\"a.example\"\n[[registry.mirror]]\nlocation=\"m.example\"\npull-from-mirror=\"never\"\n",
          "test.conf: pull-from-mirror is \"never\", but must be all, digest-only or tag-only" },
        { "[[registry]]\nlocation=\"a.example\"\nmirror-by-digest-only=true\n[[registry.mirror]]\nlocation=\"m.example\"\n"
          "pull-from-mirror=\"tag-only\"\n",
          "test.conf: \"a.example\" has both mirror-by-digest-only and a mirror with pull-from-mirror" },
        { "registry = 1\n", "test.conf: \"registry\" must be a list of tables: [[registry]]" },
        { "registry = [1]\n", "test.conf: \"registry\" must be a list of tables: [[registry]]" },
        { "[[registry]\n", "test.conf: TOML, line 1: ']' expected" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct routes routes = { 0 };
        struct error err = { 0 };
        assert_false(routes_add(&routes, str_from(rows[i].toml), STR("test.conf"), &arena, &err));
        assert_string_equal(err.text, rows[i].want);
        assert_int_not_equal(err.kind, ERROR_NONE);
    }
    configure("[[registry]]\nprefix=\"a.example\"\nlocation=\"nohost\"\n");
    assert_string_equal(places("a.example/n:1"), "test.conf: the location \"nohost\" does not begin with a registry");
    configure("[[registry]]\nprefix=\"a.example\"\nlocation=\"b.example/UPPER\"\n");
    assert_non_null(strstr(places("a.example/n:1"), "test.conf, location \"b.example/UPPER\": "));
}

static void beginnings_are_survived(void **state)
{
    (void)state;
    static const char toml[] = "[[registry]]\nprefix = \"a.example/foo\"\nlocation = \"b.example\"\nblocked = false\n"
                               "[[registry.mirror]]\nlocation = \"c.example\"\npull-from-mirror = \"all\"\n";
    for (size_t n = 0; n < sizeof toml; n++) {
        struct routes routes = { 0 };
        struct error err = { 0 };
        bool ok = routes_add(&routes, str_make(toml, n), STR("test.conf"), &arena, &err);
        assert_int_equal(ok, err.kind == ERROR_NONE);
    }
}

int main(void)
{
    setenv("HOME", "/nonexistent", 1);
    unsetenv("XDG_CONFIG_HOME");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_an_entry_a_name_is_its_own, begin, end),
        cmocka_unit_test_setup_teardown(prefixes_are_rewritten, begin, end),
        cmocka_unit_test_setup_teardown(the_longest_prefix_counts, begin, end),
        cmocka_unit_test_setup_teardown(wildcards_are_for_hosts_below, begin, end),
        cmocka_unit_test_setup_teardown(mirrors_by_tag_and_by_digest, begin, end),
        cmocka_unit_test_setup_teardown(later_files_replace_entries, begin, end),
        cmocka_unit_test_setup_teardown(mistakes_name_the_file_and_what_is_wrong, begin, end),
        cmocka_unit_test_setup_teardown(beginnings_are_survived, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
