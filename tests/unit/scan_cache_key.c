/* Keys of the cache: the same for the same, another for whatever decides what an entry holds. */
#include "scan/cache_key.h"
#include "unit.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, "test", 64 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* All keys of a test are different from each other, and stay the same when they are made again. */
static struct str keys[64];
static size_t key_count;

static void add_key(struct str key, struct str again)
{
    assert_true(key.len > 0);
    assert_true(str_eq(key, again));
    for (size_t i = 0; i < key_count; i++) {
        if (str_eq(keys[i], key))
            print_error("%zu and %zu: %.*s\n", i, key_count, STR_ARG(key));
        assert_false(str_eq(keys[i], key));
    }
    keys[key_count++] = key;
}

static const struct str FIRST = STR_INIT("sha256:0000"), SECOND = STR_INIT("sha256:0001");

static void add_layer(struct str digest, struct scan_options options, const struct layer_alias *aliases, size_t count)
{
    add_key(cache_key_layer(digest, &options, aliases, count, &arena), cache_key_layer(digest, &options, aliases, count, &arena));
}

static void keys_of_layers(void **state)
{
    (void)state;
    struct error err = { 0 };
    const struct scan_options plain = { 0 };
    const struct layer_alias aliases[][2] = {
        { { STR("a"), STR("b"), ALIAS_FILE } },
        { { STR("a"), STR("b"), ALIAS_FOLDER } },
        { { STR("ab"), STR(""), ALIAS_FILE } },
        { { STR("b"), STR("a"), ALIAS_FILE } },
        { { STR("a"), STR("b"), ALIAS_FILE }, { STR("a"), STR("b"), ALIAS_FILE } },
        { { STR("a b\n0 c"), STR("d"), ALIAS_FILE } },
        { { STR("a"), STR("b"), ALIAS_FILE }, { STR("c"), STR("d"), ALIAS_FILE } },
        { { STR("c"), STR("d"), ALIAS_FILE }, { STR("a"), STR("b"), ALIAS_FILE } },
    };
    key_count = 0;
    add_layer(FIRST, plain, NULL, 0);
    add_layer(SECOND, plain, NULL, 0);
    add_layer(FIRST, (struct scan_options){ .integrity = true }, NULL, 0);
    add_layer(FIRST, (struct scan_options){ .max_spool_bytes = 1 }, NULL, 0);
    for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
        add_layer(FIRST, plain, aliases[i], aliases[i][1].real.len ? 2 : 1);
    assert_true(str_starts(keys[0], "sha256:0000 "));
    /* what says only how a walk is done, or comes after it, is no part of it */
    const struct scan_options other = {
        .parallel = 7, .verify = SCAN_VERIFY_ALL, .reference = STR("x"), .skips = { .files = &FIRST, .file_count = 1 }
    };
    assert_true(str_eq(keys[0], cache_key_layer(FIRST, &other, NULL, 0, &arena)));
    /* patterns cannot be taken back, so they come last */
    assert_true(catalog_add_pattern(STR("pip"), STR("x.*y"), &err));
    add_layer(FIRST, plain, NULL, 0);
    assert_true(catalog_add_pattern(STR("pip"), STR("x.*z"), &err));
    add_layer(FIRST, plain, NULL, 0);
}

static void add_image(const struct image *image, struct scan_options options)
{
    add_key(cache_key_image(image, &options, &arena), cache_key_image(image, &options, &arena));
}

static void keys_of_images(void **state)
{
    (void)state;
    const struct scan_options plain = { 0 };
    struct image_layer layers[3] = { { .digest = FIRST, .diff_id = SECOND }, { .digest = SECOND }, { .diff_id = FIRST } };
    struct image image = { .layers = layers, .layer_count = 3 };
    key_count = 0;
    add_image(&image, plain);
    image.layer_count = 2;
    add_image(&image, plain);
    image.layer_count = 1;
    add_image(&image, plain);
    image.layers = layers + 1;
    add_image(&image, plain);
    image.layers = layers + 2;
    add_image(&image, plain); /* a diff ID is no digest */
    image = (struct image){ .layers = layers, .layer_count = 3, .warning = STR("config and manifest differ") };
    add_image(&image, plain);
    image.warning = (struct str){ 0 };
    layers[1].created_by = STR("RUN x");
    add_image(&image, plain);
    layers[1].created_by = (struct str){ 0 };
    struct image_layer first = layers[0];
    layers[0] = layers[1];
    layers[1] = first;
    add_image(&image, plain); /* in another order */
    const struct str paths[] = { STR("usr/share"), STR("opt") };
    add_image(&image, (struct scan_options){ .integrity = true });
    add_image(&image, (struct scan_options){ .source_tree = true });
    add_image(&image, (struct scan_options){ .skips = { .folders = paths, .folder_count = 1 } });
    add_image(&image, (struct scan_options){ .skips = { .folders = paths, .folder_count = 2 } });
    add_image(&image, (struct scan_options){ .skips = { .files = paths, .file_count = 2 } });
    add_image(&image,
              (struct scan_options){ .skips = { .files = paths, .file_count = 1, .folders = paths + 1, .folder_count = 1 } });
    /* its name and its other documents say nothing of its contents */
    image.name = STR("nginx:alpine");
    image.id = FIRST;
    const struct scan_options other = { .parallel = 3, .reference = STR("x") };
    struct scan_options skipping = { .skips = { .files = paths, .file_count = 2 } };
    skipping.parallel = other.parallel;
    assert_true(str_eq(keys[key_count - 2], cache_key_image(&image, &skipping, &arena)));
}

static void images_without_a_key(void **state)
{
    (void)state;
    const struct scan_options plain = { 0 };
    struct image_layer layers[2] = { { .digest = FIRST } };
    struct image image = { .layers = layers, .layer_count = 2 };
    assert_int_equal(cache_key_image(&image, &plain, &arena).len, 0);
    image.layer_count = 0;
    assert_int_equal(cache_key_image(&image, &plain, &arena).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keys_of_images, setup, teardown),
        cmocka_unit_test_setup_teardown(images_without_a_key, setup, teardown),
        cmocka_unit_test_setup_teardown(keys_of_layers, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
