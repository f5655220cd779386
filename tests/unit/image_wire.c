/* The image record that crosses from worker to parent: what comes out is what went in, and nothing false gets through. */
#include "unit.h"

#include "image/image.h"

#define SHA(c)                                                                                                                  \
    "sha256:" c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c \
        c c c c c c c

static struct str tags[] = { STR_INIT("a:1"), STR_INIT("a:2") };

static struct image sample(struct image_layer layers[static 3], struct image_history history[static 2])
{
    layers[0] = (struct image_layer){ .name = STR("one"),
                                      .digest = STR(SHA("a")),
                                      .diff_id = STR(SHA("b")),
                                      .offset = 512,
                                      .size_bytes = 1000,
                                      .media_type = STR("t"),
                                      .created_by = STR("RUN x"),
                                      .same_as = 0 };
    layers[1] = (struct image_layer){ .name = STR("two"), .blob_path = STR("blobs/sha256/x"), .size_bytes = 7, .same_as = 1 };
    layers[2] = layers[0];
    history[0] = (struct image_history){ STR("2024-01-01"), STR("RUN x"), STR("c"), false };
    history[1] = (struct image_history){ STR(""), STR("ENV a"), STR(""), true };
    return (struct image){ .name = STR("a:1"),
                           .id = STR(SHA("c")),
                           .manifest_digest = STR(SHA("d")),
                           .platform = { STR("linux"), STR("arm"), STR("v7") },
                           .created = STR("2024"),
                           .repo_tags = tags,
                           .repo_tag_count = 2,
                           .config_json = STR("{}"),
                           .warning = STR("w"),
                           .layers = layers,
                           .layer_count = 3,
                           .history = history,
                           .history_count = 2,
                           .archive_codec = CODEC_ZSTD };
}

static bool decode(struct str bytes, struct image *out)
{
    static struct arena arena;
    struct error err = { 0 };
    arena_free(&arena);
    arena_init(&arena, "test", 1 << 20);
    bool ok = image_decode(bytes, &arena, out, &err);
    assert_true(ok || err.kind == ERROR_INPUT);
    return ok;
}

static void encoded(struct buf *out)
{
    struct image_layer layers[3];
    struct image_history history[2];
    struct image image = sample(layers, history);
    buf_init(out, 1 << 20);
    assert_true(image_encode(&image, out));
}

static void what_goes_in_comes_out(void **state)
{
    (void)state;
    struct buf first, second;
    struct image image;
    encoded(&first);
    assert_true(decode(buf_view(&first), &image));
    assert_str(image.platform.variant, "v7");
    assert_str(image.repo_tags[1], "a:2");
    assert_str(image.layers[0].created_by, "RUN x");
    assert_str(image.layers[1].blob_path, "blobs/sha256/x");
    assert_int_equal(image.layers[2].same_as, 0);
    assert_int_equal(image.layers[0].offset, 512);
    assert_true(image.history[1].empty_layer && !image.history[0].empty_layer);
    assert_int_equal(image.archive_codec, CODEC_ZSTD);
    assert_str(image.warning, "w");
    buf_init(&second, 1 << 20);
    assert_true(image_encode(&image, &second));
    assert_true(str_eq(buf_view(&first), buf_view(&second)));
    buf_free(&first);
    buf_free(&second);
}

static void every_cut_and_addition_is_refused(void **state)
{
    (void)state;
    struct buf bytes;
    struct image image;
    encoded(&bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        /* a copy, so that reading past the cut is seen by the sanitizer */
        char *copy = malloc(len ? len : 1);
        memcpy(copy, bytes.ptr, len);
        assert_false(decode(str_make(copy, len), &image));
        free(copy);
    }
    buf_chr(&bytes, '\0');
    assert_false(decode(buf_view(&bytes), &image));
    buf_free(&bytes);
}

static void changed_bytes_give_an_error_or_a_sound_image(void **state)
{
    (void)state;
    struct buf bytes;
    encoded(&bytes);
    for (size_t i = 0; i < bytes.len; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            struct image image;
            bytes.ptr[i] = (char)(bytes.ptr[i] ^ (1 << bit));
            if (decode(buf_view(&bytes), &image))
                for (size_t l = 0; l < image.layer_count; l++)
                    assert_true(image.layers[l].same_as <= l && image.layers[l].offset + image.layers[l].size_bytes <= INT64_MAX);
            bytes.ptr[i] = (char)(bytes.ptr[i] ^ (1 << bit));
        }
    buf_free(&bytes);
}

static void false_claims_are_refused(void **state)
{
    (void)state;
    for (int claim = 0; claim < 9; claim++) {
        struct image_layer layers[3];
        struct image_history history[2];
        struct image out, image = sample(layers, history);
        struct buf bytes;
        buf_init(&bytes, 1 << 20);
        if (claim == 0)
            layers[1].blob_path = STR("../x");
        if (claim == 1)
            layers[1].blob_path = STR("/etc/passwd");
        if (claim == 2)
            layers[1].same_as = 2;
        if (claim == 3)
            layers[0].offset = UINT64_MAX;
        if (claim == 4)
            layers[0].size_bytes = INT64_MAX;
        if (claim == 5)
            layers[0].digest = STR("sha256:short");
        if (claim == 6)
            image.id = STR("sha512:"
                           "00");
        if (claim == 7)
            image.archive_codec = (enum codec)99;
        if (claim == 8) {
            layers[1].same_as = 0;
            layers[2].same_as = 1; /* itself stands for another */
        }
        assert_true(image_encode(&image, &bytes));
        if (decode(buf_view(&bytes), &out))
            fail_msg("claim %d gets through", claim);
        buf_free(&bytes);
    }
}

static void a_full_buffer_is_a_failure(void **state)
{
    (void)state;
    struct image_layer layers[3];
    struct image_history history[2];
    struct image image = sample(layers, history);
    struct buf bytes;
    buf_init(&bytes, 100);
    assert_false(image_encode(&image, &bytes));
    buf_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(every_cut_and_addition_is_refused),
        cmocka_unit_test(changed_bytes_give_an_error_or_a_sound_image),
        cmocka_unit_test(false_claims_are_refused),
        cmocka_unit_test(a_full_buffer_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
