/* Archives that real tools wrote, where they are at hand: the facts that `skopeo inspect` and tar give, and every layer's
 * bytes held to the digests that the image claims. */
#include "unit.h"

#include "image/image.h"

#include <fcntl.h>
#include <unistd.h>

struct real {
    const char *file, *writer, *name, *platform;
    const char *id, *manifest; /* the first 12 hex digits; empty: none */
    size_t layer_count;
    enum codec codec;
};

static const struct real reals[] = {
    { "busybox-1.31.1.tar", "an OCI layout as tar", "", "linux/amd64/", "2f2d4db2ef81", "320034a9c545", 1, CODEC_PLAIN },
    { "busybox-single-arch-with-attestation-manifest.tar", "docker save with containerd", "foo/bar:v3", "linux/arm64/",
      "0f7981b59ce1", "cf7d823e4eea", 1, CODEC_PLAIN },
    { "busybox.armv7.tar", "docker save 25", "busybox:latest", "linux/arm/v7", "74c89ecc3230", "7aabb59a4cd2", 1, CODEC_PLAIN },
    { "java-uberjar.tar", "docker save 20", "java-uberjar:latest", "linux/amd64/", "d4ce5611c36e", "", 2, CODEC_PLAIN },
    { "npm7-with-package-lock-file.tar", "docker save 25, gzip", "", "linux/amd64/", "c9356f7ff758", "4f66edae63db", 4,
      CODEC_GZIP },
    { "pnpmlockv9.tar", "an OCI layout as tar", "", "linux/arm64/", "f22a6df242f9", "366646e27384", 3, CODEC_PLAIN },
    { "war-with-3-level-jar.tar", "docker save 20", "war-with-3-level-jar:latest", "linux/amd64/", "2303ab70c439", "", 2,
      CODEC_PLAIN },
    { "yarn-with-lock-file.tar", "docker save 25, gzip", "", "linux/amd64/", "d574f8197c00", "ecc1f8d7b4cc", 4, CODEC_GZIP },
};

static int open_shared(const char *file)
{
    char path[1024];
    const char *shared = getenv("DRYDOCK_SHARED");
    snprintf(path, sizeof path, "%s/images/%s", shared ? shared : "../shared", file);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* The digest of a layer's bytes as stored, or inflated. */
static void layer_digest(int fd, enum codec outer, const struct image_layer *layer, bool inflated, char out[static 160])
{
    struct error err = { 0 };
    struct stream *archive = NULL, *in = NULL;
    if (outer == CODEC_PLAIN) {
        in = stream_file(fd, layer->offset, layer->size_bytes, &err);
    } else {
        archive = stream_inflate(outer, stream_file(fd, 0, UINT64_MAX, &err), UINT64_C(1) << 40, &err);
        assert_true(stream_skip(archive, layer->offset, &err));
        in = stream_limit(archive, layer->size_bytes, &err);
    }
    if (inflated)
        in = stream_inflate_auto(in, UINT64_C(1) << 40, NULL, &err);
    in = stream_digest(DIGEST_SHA256, in, &err);
    if (!stream_drain(in, &err) || !stream_digest_text(in, out, &err))
        fail_msg("%s", err.text);
    stream_close(in);
    stream_close(archive);
}

static void assert_layers(int fd, const struct image *image)
{
    for (size_t i = 0; i < image->layer_count; i++) {
        const struct image_layer *layer = &image->layers[i];
        char digest[160];
        assert_true(layer->created_by.len > 0);
        layer_digest(fd, image->archive_codec, layer, true, digest);
        assert_str(layer->diff_id, digest);
        if (!layer->digest.len)
            continue;
        layer_digest(fd, image->archive_codec, layer, false, digest);
        assert_str(layer->digest, digest);
    }
}

static void assert_short(struct str digest, const char *hex)
{
    assert_str(str_head(str_skip(digest, strlen("sha256:")), 12), hex);
}

static void real_archives_are_understood(void **state)
{
    (void)state;
    size_t found = 0;
    for (size_t i = 0; i < ARRAY_LEN(reals); i++) {
        int fd = open_shared(reals[i].file);
        if (fd < 0)
            continue;
        found++;
        struct arena arena;
        struct image image;
        struct error err = { 0 };
        struct image_request request = { .fd = fd, .input = str_from(reals[i].file) };
        arena_init(&arena, "image", (size_t)1 << 20);
        if (!image_open(&request, &arena, &image, &err))
            fail_msg("%s (%s)", err.text, reals[i].writer);
        assert_str(image.name, reals[i].name);
        assert_str(arena_printf(&arena, "%.*s/%.*s/%.*s", STR_ARG(image.platform.os), STR_ARG(image.platform.arch),
                                STR_ARG(image.platform.variant)),
                   reals[i].platform);
        assert_short(image.id, reals[i].id);
        assert_short(image.manifest_digest, reals[i].manifest);
        assert_int_equal(image.layer_count, reals[i].layer_count);
        assert_int_equal(image.archive_codec, reals[i].codec);
        assert_int_equal(image.warning.len, 0);
        assert_layers(fd, &image);
        arena_free(&arena);
        close(fd);
    }
    if (!found) {
        print_message("skipped: no images in $DRYDOCK_SHARED/images or ../shared/images\n");
        skip();
    }
}

/* One is an archive of files, and of one two of three layers were taken out. */
static void odd_archives_are_told_apart(void **state)
{
    (void)state;
    struct arena arena;
    struct image image;
    struct error err = { 0 };
    int files = open_shared("layer_with_bad_elf_file.tar"), reduced = open_shared("nginx-compressed-layers.tar");
    if (files < 0 || reduced < 0)
        skip();
    arena_init(&arena, "image", (size_t)1 << 20);
    struct image_request request = { .fd = files, .input = STR("files") };
    assert_false(image_open(&request, &arena, &image, &err));
    assert_true(str_contains(str_from(err.text), "neither manifest.json nor index.json"));
    request.fd = reduced;
    assert_true(image_open(&request, &arena, &image, &err));
    assert_str(image.warning, "the config lists 3 layers, the manifest 1");
    assert_true(str_starts(image.layers[0].created_by, "/bin/sh -c ln -sf /dev/stdout"));
    arena_free(&arena);
    close(files);
    close(reduced);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_archives_are_understood),
        cmocka_unit_test(odd_archives_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
