/* image_build.h - makes image archives and layouts for the tests of src/image: documents first, as a list of files, then as a
 * tar in a temporary file, as that compressed, or as a folder. */
#ifndef DRYDOCK_IMAGE_BUILD_H
#define DRYDOCK_IMAGE_BUILD_H

#include "unit.h"

#include "image/image.h"
#include "tar_write.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BUILD_MAX_FILES = 64 };

struct build_file {
    const char *path;
    char type;
    const char *link;
    struct str text;
};

struct build {
    struct arena arena;
    struct build_file files[BUILD_MAX_FILES];
    size_t count;
};

/* A document or blob that a descriptor can name. */
struct build_blob {
    struct str digest;
    size_t size;
};

#define OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define OCI_CONFIG "application/vnd.oci.image.config.v1+json"
#define OCI_LAYER "application/vnd.oci.image.layer.v1.tar"

static inline void build_begin(struct build *b)
{
    *b = (struct build){ 0 };
    arena_init(&b->arena, "test", (size_t)64 << 20);
}

static inline void build_end(struct build *b)
{
    arena_free(&b->arena);
}

static inline void build_add(struct build *b, const char *path, char type, const char *link, struct str text)
{
    assert_true(b->count < BUILD_MAX_FILES);
    b->files[b->count++] = (struct build_file){ path, type, link, text };
}

static inline void build_file(struct build *b, const char *path, struct str text)
{
    build_add(b, path, TAR_WRITE_FILE, "", text);
}

static inline struct str build_digest(struct build *b, struct str text)
{
    char digest[160];
    struct error err = { 0 };
    assert_true(digest_of(DIGEST_SHA256, text, digest, &err));
    return arena_str(&b->arena, str_from(digest));
}

static inline struct build_blob build_blob_of(struct build *b, struct str text)
{
    return (struct build_blob){ build_digest(b, text), text.len };
}

static inline struct build_blob build_blob(struct build *b, struct str text)
{
    struct build_blob blob = build_blob_of(b, text);
    struct str path = arena_printf(&b->arena, "blobs/sha256/%.*s", STR_ARG(str_skip(blob.digest, 7)));
    build_file(b, path.ptr, text);
    return blob;
}

/* {"mediaType":…,"digest":…,"size":…EXTRA}; EXTRA begins with a comma or is empty. */
static inline const char *build_descriptor(struct build *b, const char *media_type, struct build_blob blob, const char *extra)
{
    return arena_printf(&b->arena, "{\"mediaType\":\"%s\",\"digest\":\"%.*s\",\"size\":%zu%s}", media_type, STR_ARG(blob.digest),
                        blob.size, extra)
        .ptr;
}

static inline struct str build_config(struct build *b, const char *arch, const struct str *layers, size_t layer_count)
{
    struct str ids = STR(""), steps = STR("");
    for (size_t i = 0; i < layer_count; i++) {
        ids = arena_printf(&b->arena, "%.*s%s\"%.*s\"", STR_ARG(ids), i ? "," : "", STR_ARG(build_digest(b, layers[i])));
        steps =
            arena_printf(&b->arena, "%.*s,{\"created_by\":\"ENV X=%zu\",\"empty_layer\":true},{\"created_by\":\"RUN step %zu\"}",
                         STR_ARG(steps), i, i);
    }
    return arena_printf(
        &b->arena,
        "{\"architecture\":\"%s\",\"os\":\"linux\",\"created\":\"2024-01-02T03:04:05Z\",\"rootfs\":{"
        "\"type\":\"layers\",\"diff_ids\":[%.*s]},\"history\":[{\"created_by\":\"ARG A\",\"empty_layer\":true}%.*s]}",
        arch, STR_ARG(ids), STR_ARG(steps));
}

/* Layers, config and manifest as blobs; the manifest's descriptor with EXTRA. */
static inline const char *build_image(struct build *b, const char *arch, const struct str *layers, size_t layer_count,
                                      const char *extra)
{
    struct str list = STR("");
    for (size_t i = 0; i < layer_count; i++)
        list = arena_printf(&b->arena, "%.*s%s%s", STR_ARG(list), i ? "," : "",
                            build_descriptor(b, OCI_LAYER, build_blob(b, layers[i]), ""));
    struct build_blob config = build_blob(b, build_config(b, arch, layers, layer_count));
    struct str manifest = arena_printf(&b->arena, "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%.*s]}",
                                       OCI_MANIFEST, build_descriptor(b, OCI_CONFIG, config, ""), STR_ARG(list));
    return build_descriptor(b, OCI_MANIFEST, build_blob(b, manifest), extra);
}

static inline void build_index(struct build *b, const char *descriptors)
{
    build_file(b, "oci-layout", STR("{\"imageLayoutVersion\":\"1.0.0\"}"));
    build_file(b, "index.json", arena_printf(&b->arena, "{\"schemaVersion\":2,\"manifests\":[%s]}", descriptors));
}

static inline void build_tar(const struct build *b, struct buf *out)
{
    buf_init(out, (size_t)64 << 20);
    for (size_t i = 0; i < b->count; i++)
        tar_write_entry(out, b->files[i].path, b->files[i].type, b->files[i].link, b->files[i].text);
    tar_write_end(out);
    assert_false(out->failed);
}

static inline int build_fd(struct str bytes)
{
    struct error err = { 0 };
    int fd = file_spool(&err);
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, bytes.ptr, bytes.len, &err));
    return fd;
}

static inline int build_archive(const struct build *b)
{
    struct buf tar;
    build_tar(b, &tar);
    int fd = build_fd(buf_view(&tar));
    buf_free(&tar);
    return fd;
}

/* gzip of the bytes, in the build's arena (RFC 1952 by zlib's window bits 15 + 16). */
static inline struct str build_gzip(struct build *b, struct str bytes)
{
    z_stream z = { 0 };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t size = deflateBound(&z, (uLong)bytes.len);
    unsigned char *out = arena_alloc(&b->arena, size);
    assert_non_null(out);
    z.next_in = (unsigned char *)(uintptr_t)bytes.ptr;
    z.avail_in = (uInt)bytes.len;
    z.next_out = out;
    z.avail_out = (uInt)size;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size -= z.avail_out;
    deflateEnd(&z);
    return str_make(out, size);
}

/* The files below a new temporary folder, whose path goes to `dir`. */
static inline int build_folder(const struct build *b, char dir[static 64])
{
    struct error err = { 0 };
    snprintf(dir, 64, "/tmp/drydock-image-XXXXXX");
    assert_non_null(mkdtemp(dir));
    for (size_t i = 0; i < b->count; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", dir, b->files[i].path);
        char *slash = strrchr(path, '/');
        *slash = '\0';
        assert_true(file_make_dirs(path, &err));
        *slash = '/';
        if (b->files[i].type == TAR_WRITE_SYMLINK) {
            assert_int_equal(symlink(b->files[i].link, path), 0);
            continue;
        }
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        assert_true(fd >= 0);
        assert_true(file_write_all(fd, b->files[i].text.ptr, b->files[i].text.len, &err));
        close(fd);
    }
    return open(dir, O_RDONLY | O_DIRECTORY);
}

static inline void build_folder_remove(const struct build *b, const char *dir)
{
    char path[512];
    for (size_t i = 0; i < b->count; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, b->files[i].path);
        for (unlink(path); strlen(path) > strlen(dir); rmdir(path))
            *strrchr(path, '/') = '\0';
    }
}

#endif
