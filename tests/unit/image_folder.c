/* Images in folders: OCI layouts, the "dir:" folders of skopeo and podman, and that no link leads out of them. */
#include "image_build.h"

#include "image/store.h"

#include <errno.h>

static const struct str layers[] = { STR_INIT("first layer"), STR_INIT("second layer") };

static bool open_folder(int fd, struct arena *arena, struct image *out, struct error *err)
{
    struct image_request request = { .fd = fd, .is_folder = true, .input = STR("layout") };
    *err = (struct error){ 0 };
    return image_open(&request, arena, out, err);
}

static void assert_blob(int folder_fd, const struct image_layer *layer, struct str text)
{
    struct error err = { 0 };
    char bytes[100];
    int fd = image_blob_open(folder_fd, layer->blob_path, &err);
    assert_true(fd >= 0);
    assert_int_equal(layer->size_bytes, text.len);
    assert_int_equal(layer->offset, 0);
    assert_true(file_read_at(fd, bytes, text.len, 0, &err));
    assert_memory_equal(bytes, text.ptr, text.len);
    close(fd);
}

static void a_layout_folder_gives_paths(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    struct error err;
    char dir[64];
    build_begin(&b);
    build_index(&b, build_image(&b, "amd64", layers, 2, ""));
    int fd = build_folder(&b, dir);
    if (!open_folder(fd, &b.arena, &image, &err))
        fail_msg("%s", err.text);
    assert_int_equal(image.layer_count, 2);
    assert_blob(fd, &image.layers[0], layers[0]);
    assert_blob(fd, &image.layers[1], layers[1]);
    assert_int_equal(image.layers[1].same_as, 1);
    close(fd);
    build_folder_remove(&b, dir);
    build_end(&b);
}

/* containers/image's "dir:": manifest.json is the manifest, blobs are named by hex digest. */
static void a_flat_folder_is_read_too(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    struct error err;
    char dir[64];
    build_begin(&b);
    build_image(&b, "amd64", layers, 2, "");
    for (size_t i = 0; i < b.count; i++)
        b.files[i].path = path_base(str_from(b.files[i].path)).ptr;
    b.files[b.count - 1].path = "manifest.json";
    build_file(&b, "version", STR("Directory Transport Version: 1.1\n"));
    int fd = build_folder(&b, dir);
    if (!open_folder(fd, &b.arena, &image, &err))
        fail_msg("%s", err.text);
    assert_int_equal(image.layer_count, 2);
    assert_true(str_eq(image.manifest_digest, build_digest(&b, b.files[3].text)));
    assert_blob(fd, &image.layers[1], layers[1]);
    close(fd);
    build_folder_remove(&b, dir);
    build_end(&b);
}

static void other_folders_are_told_so(void **state)
{
    (void)state;
    struct build b;
    struct image image;
    struct error err;
    char dir[64];
    build_begin(&b);
    build_file(&b, "etc/os-release", STR("ID=debian\n"));
    int fd = build_folder(&b, dir);
    assert_false(open_folder(fd, &b.arena, &image, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
    assert_true(str_contains(str_from(err.text), "layout: is not an image folder"));
    close(fd);
    build_folder_remove(&b, dir);
    build_end(&b);
}

typedef int open_fn(int, const char *);

static void assert_opens(open_fn *opens, int folder_fd, const char *path, bool wanted)
{
    int fd = opens(folder_fd, path);
    if ((fd >= 0) != wanted)
        fail_msg("%s is %s", path, wanted ? "refused" : "opened");
    if (fd >= 0)
        close(fd);
}

static void no_link_leads_out_of_a_folder(void **state)
{
    (void)state;
    struct build b;
    char dir[64], fifo[100];
    build_begin(&b);
    build_file(&b, "in/side", STR("x"));
    build_add(&b, "link", TAR_WRITE_SYMLINK, "in/side", STR(""));
    build_add(&b, "absolute", TAR_WRITE_SYMLINK, "/etc/passwd", STR(""));
    build_add(&b, "up", TAR_WRITE_SYMLINK, "../../../../../etc/passwd", STR(""));
    build_add(&b, "out", TAR_WRITE_SYMLINK, "..", STR(""));
    build_add(&b, "loop", TAR_WRITE_SYMLINK, "loop", STR(""));
    build_file(&b, "pipe", STR(""));
    int fd = build_folder(&b, dir);
    snprintf(fifo, sizeof fifo, "%s/pipe", dir);
    assert_int_equal(unlink(fifo), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    static const char *const outside[] = { "absolute",      "up",   "out",      "out/x", "loop", "../x",     "/etc/passwd",
                                           "in/../in/side", "in",   "in/",      "",      ".",    "in//side", "./in/side",
                                           "pipe",          "none", "in/side/x" };
    open_fn *const ways[] = { beneath_open, beneath_open_by_parts };
    for (size_t way = 0; way < ARRAY_LEN(ways); way++) {
        assert_opens(ways[way], fd, "in/side", true);
        for (size_t i = 0; i < ARRAY_LEN(outside); i++)
            assert_opens(ways[way], fd, outside[i], false);
    }
    assert_opens(beneath_open_by_parts, fd, "link", false); /* the portable way follows no link at all */
    struct error err = { 0 };
    assert_int_equal(image_blob_open(fd, STR("absolute"), &err), -1);
    assert_true(str_contains(str_from(err.text), "absolute: is a link that leads out of the folder"));
    assert_int_equal(image_blob_open(fd, STR("in/side\0x"), &err), -1);
    assert_int_equal(image_blob_open(fd, STR("../x"), &err), -1);
    assert_int_equal(errno, EXDEV);
    close(fd);
    build_folder_remove(&b, dir);
    build_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layout_folder_gives_paths),
        cmocka_unit_test(a_flat_folder_is_read_too),
        cmocka_unit_test(other_folders_are_told_so),
        cmocka_unit_test(no_link_leads_out_of_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
