/* References, arguments and platforms: the grammar of distribution's reference package and Docker's defaults. */
#include "unit.h"

#include "image/image.h"

struct good {
    const char *text, *registry, *repository, *tag, *digest;
};

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct good goods[] = {
    { "nginx", "docker.io", "library/nginx", "latest", "" },
    { "nginx:alpine", "docker.io", "library/nginx", "alpine", "" },
    { "grafana/grafana:10.4.2", "docker.io", "grafana/grafana", "10.4.2", "" },
    { "docker.io/nginx", "docker.io", "library/nginx", "latest", "" },
    { "index.docker.io/library/nginx:1", "docker.io", "library/nginx", "1", "" },
    { "localhost/app:dev", "localhost", "app", "dev", "" },
    { "localhost:5000/app", "localhost:5000", "app", "latest", "" },
    { "ghcr.io/a/b/c:v1.2_3-x", "ghcr.io", "a/b/c", "v1.2_3-x", "" },
    { "nginx@sha256:" HEX64, "docker.io", "library/nginx", "", "sha256:" HEX64 },
    { "quay.io/x/y:t@sha256:" HEX64, "quay.io", "x/y", "t", "sha256:" HEX64 },
    { "UPPER/app", "UPPER", "app", "latest", "" },
    { "[::1]:5000/app:1", "[::1]:5000", "app", "1", "" },
    { "a--b/c__d/e.f:_x", "docker.io", "a--b/c__d/e.f", "_x", "" },
    { "localhost:80", "docker.io", "library/localhost", "80", "" },
};

static const char *const bads[] = {
    "",
    ":tag",
    "nginx:",
    "nginx@",
    "Nginx",
    "nginx:tag:tag",
    "a//b",
    "/a",
    "a/",
    "a b",
    "nginx:ta g",
    "nginx:-x",
    "nginx:.x",
    "nginx@sha256:abc",
    "nginx@sha256:" HEX64 "0",
    "nginx@md5:0123456789abcdef0123456789abcdef",
    "nginx@sha256:" HEX64 "@x",
    HEX64,
    "a___b",
    "a..b",
    "-a",
    "a-",
    "_a",
    "host.:80/x",
    "-h.io/x",
    "h.io:/x",
    "h.io:a/x",
    "[::1/x",
    "[::1]5/x",
    "[]/x",
    "docker.io/",
    "a/B",
    "ghcr.io/A/b",
    "nginx\n",
    "nginx:a\xc3\xa9",
    "\xff",
};

static bool parse(struct str text, struct arena *arena, struct image_reference *out)
{
    struct error err = { 0 };
    bool ok = image_reference_parse(text, arena, out, &err);
    if (!ok)
        assert_int_equal(err.kind, ERROR_USAGE);
    return ok;
}

static void references_get_dockers_defaults(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(goods); i++) {
        struct image_reference ref;
        if (!parse(str_from(goods[i].text), &arena, &ref))
            fail_msg("%s is refused", goods[i].text);
        assert_str(ref.registry, goods[i].registry);
        assert_str(ref.repository, goods[i].repository);
        assert_str(ref.tag, goods[i].tag);
        assert_str(ref.digest, goods[i].digest);
    }
    arena_free(&arena);
}

static void what_is_no_reference_is_refused(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(bads); i++) {
        struct image_reference ref;
        if (parse(str_from(bads[i]), &arena, &ref))
            fail_msg("\"%s\" is taken", bads[i]);
    }
    arena_free(&arena);
}

static void lengths_have_limits(void **state)
{
    (void)state;
    struct arena arena;
    struct image_reference ref;
    char text[400];
    arena_init(&arena, "test", 1 << 20);
    memset(text, 'a', sizeof text);
    assert_true(parse(str_make(text, 255), &arena, &ref));
    assert_false(parse(str_make(text, 256), &arena, &ref));
    text[0] = 'n', text[1] = ':';
    assert_true(parse(str_make(text, 130), &arena, &ref));
    assert_false(parse(str_make(text, 131), &arena, &ref));
    arena_free(&arena);
}

/* Writing a reference out in full and reading that gives the same parts. */
static void full_references_stay_what_they_are(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, "test", 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(goods); i++) {
        struct image_reference a, b;
        assert_true(parse(str_from(goods[i].text), &arena, &a));
        struct str full = arena_printf(&arena, "%.*s/%.*s%s%.*s%s%.*s", STR_ARG(a.registry), STR_ARG(a.repository),
                                       a.tag.len ? ":" : "", STR_ARG(a.tag), a.digest.len ? "@" : "", STR_ARG(a.digest));
        assert_true(parse(full, &arena, &b));
        assert_true(str_eq(a.registry, b.registry) && str_eq(a.repository, b.repository));
        assert_true(str_eq(a.tag, b.tag) && str_eq(a.digest, b.digest));
    }
    arena_free(&arena);
}

static void arguments_are_paths_by_their_shape(void **state)
{
    (void)state;
    static const char *const paths[] = { "/x", "./x", "../x", "x.tar", "a/b.tar.gz", "x.tgz", "x.tar.zst", ".", ".." };
    static const char *const references[] = { "nginx", "nginx:alpine", "a/b", "x.tar.xz", "tar", "x.zip", "", "x.tar:1" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        assert_true(image_argument_is_path(str_from(paths[i])));
    for (size_t i = 0; i < ARRAY_LEN(references); i++)
        assert_false(image_argument_is_path(str_from(references[i])));
}

static void platforms_are_brought_to_one_spelling(void **state)
{
    (void)state;
    static const char *const rows[][4] = {
        { "linux/amd64", "linux", "amd64", "" },      { "linux/x86_64", "linux", "amd64", "" },
        { "linux/arm64/v8", "linux", "arm64", "" },   { "linux/aarch64", "linux", "arm64", "" },
        { "linux/arm/v7", "linux", "arm", "v7" },     { "linux/arm/6", "linux", "arm", "v6" },
        { "linux/armhf", "linux", "arm", "v7" },      { "linux/i386", "linux", "386", "" },
        { "windows/amd64", "windows", "amd64", "" },  { "linux/amd64/v1", "linux", "amd64", "" },
        { "linux/amd64/v3", "linux", "amd64", "v3" }, { "linux/riscv64", "linux", "riscv64", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct image_platform p;
        struct error err = { 0 };
        assert_true(image_platform_parse(str_from(rows[i][0]), &p, &err));
        assert_str(p.os, rows[i][1]);
        assert_str(p.arch, rows[i][2]);
        assert_str(p.variant, rows[i][3]);
    }
    static const char *const bad[] = {
        "", "linux", "linux/", "/amd64", "linux/amd64/", "linux/arm/v7/x", "Linux/amd64", "a b/c"
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct image_platform p;
        struct error err = { 0 };
        assert_false(image_platform_parse(str_from(bad[i]), &p, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
    }
    assert_str(image_platform_host().os, "linux");
}

static void references_are_written_in_full_and_shown_short(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        { "nginx", "docker.io/library/nginx:latest", "nginx:latest" },
        { "grafana/grafana:10@sha256:" HEX64, "docker.io/grafana/grafana:10@sha256:" HEX64, "grafana/grafana:10@sha256:" HEX64 },
        { "nginx@sha256:" HEX64, "docker.io/library/nginx@sha256:" HEX64, "nginx@sha256:" HEX64 },
        { "localhost:5000/library/app", "localhost:5000/library/app:latest", "localhost:5000/library/app:latest" },
    };
    struct arena arena;
    arena_init(&arena, "test", 1 << 16);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct image_reference reference;
        struct error err = { 0 };
        assert_true(image_reference_parse(str_from(rows[i][0]), &arena, &reference, &err));
        struct str text = image_reference_text(&reference, &arena);
        assert_str(text, rows[i][1]);
        assert_str(image_name_familiar(text), rows[i][2]);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(references_get_dockers_defaults),
        cmocka_unit_test(what_is_no_reference_is_refused),
        cmocka_unit_test(lengths_have_limits),
        cmocka_unit_test(full_references_stay_what_they_are),
        cmocka_unit_test(arguments_are_paths_by_their_shape),
        cmocka_unit_test(platforms_are_brought_to_one_spelling),
        cmocka_unit_test(references_are_written_in_full_and_shown_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
