/* Names of images beside those that engines tell, and the answers of engines: tables, and answers cut at every byte. */
#include "unit.h"

#include "daemon/inspect.h"
#include "daemon/names.h"
#include "daemon/platform.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID "sha256:" HEX64

struct named {
    const char *text;
    bool is_reference;
    const char *id, *familiar;
};

static const struct named good_names[] = {
    { "nginx", true, "", "nginx:latest" },
    { "nginx:alpine", true, "", "nginx:alpine" },
    { "docker.io/library/nginx", true, "", "nginx:latest" },
    { "index.docker.io/grafana/grafana:10", true, "", "grafana/grafana:10" },
    { "localhost/app", true, "", "localhost/app:latest" },
    { "registry.example:5000/a/b:1@" ID, true, "", "registry.example:5000/a/b:1@" ID },
    { "nginx@" ID, true, "", "nginx@" ID },
    { "cafe01", true, "cafe01", "cafe01:latest" },
    { HEX64, false, HEX64, NULL },
    { ID, false, HEX64, NULL },
    { "sha256:0123", true, "0123", "sha256:0123" },
};

static const char *const bad_names[] = {
    "", "A B", "../containers/x", "nginx?x", "nginx#x", "-x", "a\nb", "sha256:", "sha256:x@y"
};

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, "test", 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void names_are_read(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct daemon_name name;
    for (size_t i = 0; i < ARRAY_LEN(good_names); i++) {
        assert_true(daemon_name_parse(str_from(good_names[i].text), &arena, &name, &err));
        assert_int_equal(name.is_reference, good_names[i].is_reference);
        assert_str(name.id, good_names[i].id);
        if (name.is_reference)
            assert_str(daemon_name_familiar(&name.reference, &arena), good_names[i].familiar);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad_names); i++) {
        err = (struct error){ 0 };
        assert_false(daemon_name_parse(str_from(bad_names[i]), &arena, &name, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
    }
}

struct shown {
    const char *asked, *tags[3], *shown;
};

static const struct shown shown_names[] = {
    { "nginx", { "nginx:latest" }, "nginx:latest" },
    { "nginx", { "other:1", "docker.io/library/nginx:latest" }, "nginx:latest" },
    { "app", { "localhost/app:latest" }, "localhost/app:latest" },
    { "team/app:2", { "x:1", "registry.example/team/app:2" }, "registry.example/team/app:2" },
    { "app", { "localhost/myapp:latest" }, "app:latest" }, /* "app" is no whole part of it */
    { "app", { "localhost/app:2" }, "app:latest" },
    { "012345", { "docker.io/library/x:1" }, "x:1" },
    { "sha256:0123", { "<none>:<none>", "localhost/x:1" }, "localhost/x:1" },
    { HEX64, { NULL }, ID },
    { "012345", { "012345:latest" }, "012345:latest" }, /* a name that looks like an ID */
    { "nginx@" ID, { "nginx:1" }, "nginx@" ID },
};

static void names_are_shown(void **state)
{
    (void)state;
    struct error err = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(shown_names); i++) {
        struct daemon_name name;
        struct daemon_names names = { .id = STR(ID) };
        assert_true(daemon_name_parse(str_from(shown_names[i].asked), &arena, &name, &err));
        for (size_t t = 0; t < 3 && shown_names[i].tags[t]; t++)
            assert_true(daemon_names_add(&names, str_from(shown_names[i].tags[t]), &arena));
        assert_str(daemon_name_to_show(&name, &names, &arena), shown_names[i].shown);
    }
}

static void ids_are_whole_digests(void **state)
{
    (void)state;
    assert_str(daemon_id_digest(STR(ID), &arena), ID);
    assert_str(daemon_id_digest(STR(HEX64), &arena), ID);
    assert_str(daemon_id_digest(STR("sha256:abc"), &arena), "");
}

static const char image_json[] =
    "{\"Id\":\"" ID "\",\"RepoTags\":[\"nginx:1\",\"<none>:<none>\",7,\"localhost/a:2\"],\"RepoDigests\":[\"nginx@" ID
    "\"],\"Config\":{\"Id\":\"x\",\"Os\":\"y\"},\"Architecture\":\"arm64\",\"Variant\":\"v8\",\"Os\":\"linux\",\"Size\":12}";

static void images_are_inspected(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct inspected_image image;
    assert_true(inspect_image(str_from(image_json), &arena, &image, &err));
    assert_str(image.names.id, ID);
    assert_int_equal(image.names.tag_count, 2);
    assert_str(image.names.tags[0], "nginx:1");
    assert_str(image.names.tags[1], "localhost/a:2");
    assert_int_equal(image.names.digest_count, 1);
    assert_str(engine_platform_text(image.platform, &arena), "linux/arm64/v8");
    /* Podman before 4 wrote IDs without their algorithm; lists may be null. */
    assert_true(inspect_image(STR("{\"Id\":\"" HEX64 "\",\"RepoTags\":null}"), &arena, &image, &err));
    assert_str(image.names.id, ID);
    assert_int_equal(image.names.tag_count, 0);
}

static void damaged_answers_are_errors(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", "null", "[]", "{}", "{\"Id\":7}", "{\"Id\":\"sha256:12\"}", "<html>", "{\"Id\":\"" ID "\"} x", "\"Id\""
    };
    struct inspected_image image;
    struct inspected_container container;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct error err = { 0 };
        assert_false(inspect_image(str_from(bad[i]), &arena, &image, &err));
        assert_int_equal(err.kind, ERROR_INPUT);
        err = (struct error){ 0 };
        assert_false(inspect_container(str_from(bad[i]), &arena, &container, &err));
        assert_int_equal(err.kind, ERROR_INPUT);
    }
    for (size_t i = 0; i + 1 < sizeof image_json; i++) {
        struct error err = { 0 };
        assert_false(inspect_image(str_head(str_from(image_json), i), &arena, &image, &err));
    }
}

static void containers_are_inspected(void **state)
{
    (void)state;
    struct error err = { 0 };
    struct inspected_container container;
    assert_true(inspect_container(
        STR("{\"Name\":\"/web\\u001b1\",\"Image\":\"" ID "\",\"Config\":{\"Image\":\"nginx:1\",\"Env\":[{\"Image\":1}]},"
            "\"ImageManifestDescriptor\":{\"digest\":\"x\",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\","
            "\"os.version\":\"1\",\"variant\":\"v8\"},\"size\":1}}"),
        &arena, &container, &err));
    assert_str(container.name, "web 1");
    assert_str(container.image_id, ID);
    assert_str(container.image_name, "nginx:1");
    assert_str(engine_platform_text(container.platform, &arena), "linux/arm64/v8");
    assert_true(inspect_container(STR("{\"Image\":\"" ID "\",\"Config\":null,\"ImageManifestDescriptor\":null}"), &arena,
                                  &container, &err));
    assert_str(container.name, "");
    assert_true(image_platform_is_any(container.platform));
}

static void failures_are_told(void **state)
{
    (void)state;
    assert_str(inspect_failure(STR("{\"cause\":\"x\",\"message\":\"No such image: a\\u0007\"}"), &arena), "No such image: a");
    assert_str(inspect_failure(STR("<html>\n<body>"), &arena), "<html>");
    assert_str(inspect_failure(STR("\n\n 502 \x1b]0;x\x07 \r\nmore"), &arena), "502 ]0;x");
    assert_str(inspect_failure(STR("{\"message\":{}}"), &arena), "{\"message\":{}}");
    assert_str(inspect_failure(STR(""), &arena), "");
}

static void platforms_are_asked_for_or_compared(void **state)
{
    (void)state;
    struct image_platform arm = { STR("linux"), STR("arm64"), STR("") }, v7 = { STR("linux"), STR("arm"), STR("v7") },
                          any = { 0 };
    struct image_platform engine_arm = { STR("linux"), STR("aarch64"), STR("v8") }, amd = { STR("linux"), STR("amd64"), STR("") };
    assert_str(engine_platform_query(any, 51, &arena), "");
    assert_str(engine_platform_query(arm, 48, &arena), "");
    assert_str(engine_platform_query(v7, 49, &arena),
               "?platform=%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22arm%22%2C%22variant%22%3A%22v7%22%7D");
    assert_true(engine_platform_fits(arm, engine_arm, 41, &arena));
    assert_false(engine_platform_fits(arm, amd, 41, &arena));
    assert_true(engine_platform_fits(arm, amd, 49, &arena)); /* it was asked for, so it is what came */
    assert_true(engine_platform_fits(any, amd, 41, &arena));
    assert_true(engine_platform_fits(arm, any, 41, &arena));
    assert_false(engine_platform_fits(v7, (struct image_platform){ STR("linux"), STR("arm"), STR("v6") }, 41, &arena));
    assert_false(engine_platform_fits(arm, (struct image_platform){ STR("lin ux"), STR("arm64"), STR("") }, 41, &arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(names_are_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(ids_are_whole_digests, setup, teardown),
        cmocka_unit_test_setup_teardown(images_are_inspected, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_answers_are_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(containers_are_inspected, setup, teardown),
        cmocka_unit_test_setup_teardown(failures_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(platforms_are_asked_for_or_compared, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
