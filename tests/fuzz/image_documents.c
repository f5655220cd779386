/* Arbitrary documents in a sound archive: the first byte says which of them the input is (index.json, a manifest or nested
 * index, a config, or one of a `docker save` archive), the rest of the archive fits it, digests included. */
#include "image/image.h"

#include "../unit/tar_write.h"

#include <unistd.h>

#define OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define OCI_CONFIG "application/vnd.oci.image.config.v1+json"

/* Adds a blob; the text is its descriptor. */
static struct str add_blob(struct arena *arena, struct buf *tar, const char *media_type, struct str text)
{
    char digest[160], path[200];
    struct error err = { 0 };
    if (!digest_of(DIGEST_SHA256, text, digest, &err))
        __builtin_trap();
    snprintf(path, sizeof path, "blobs/sha256/%s", digest + 7);
    tar_write_file(tar, path, text);
    return arena_printf(arena, "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu}", media_type, digest, text.len);
}

static void add_index(struct arena *arena, struct buf *tar, struct str descriptor)
{
    tar_write_file(tar, "index.json", arena_printf(arena, "{\"manifests\":[%.*s]}", STR_ARG(descriptor)));
}

static void add_documents(struct arena *arena, struct buf *tar, unsigned which, struct str text)
{
    struct str config = STR("{\"os\":\"linux\",\"architecture\":\"amd64\"}"), descriptor;
    tar_write_file(tar, "c.json", which == 5 ? text : config);
    tar_write_file(tar, "l.tar", STR("layer"));
    switch (which) {
    case 0: tar_write_file(tar, "index.json", text); break;
    case 1:
    case 2:
        add_blob(arena, tar, OCI_CONFIG, config);
        add_index(arena, tar, add_blob(arena, tar, which == 1 ? "" : OCI_MANIFEST, text));
        break;
    case 3:
        descriptor = add_blob(arena, tar, OCI_CONFIG, text);
        descriptor = arena_printf(arena, "{\"config\":%.*s,\"layers\":[]}", STR_ARG(descriptor));
        add_index(arena, tar, add_blob(arena, tar, OCI_MANIFEST, descriptor));
        break;
    case 4: tar_write_file(tar, "manifest.json", text); break;
    default:
        tar_write_file(tar, "manifest.json",
                       STR("[{\"Config\":\"c.json\",\"RepoTags\":[\"a:1\"],\"Layers\":[\"l.tar\",\"l.tar\"]}]"));
    }
    tar_write_end(tar);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct image image;
    struct error err = { 0 };
    struct buf tar;
    int fd = size ? file_spool(&err) : -1;
    if (fd < 0)
        return 0;
    arena_init(&arena, "image", (size_t)64 << 20);
    buf_init(&tar, (size_t)64 << 20);
    add_documents(&arena, &tar, data[0] % 6, str_make(data + 1, size - 1));
    struct image_request request = { .fd = fd, .input = STR("input"), .reference = data[0] & 0x80 ? STR("a:1") : STR("") };
    if (file_write_all(fd, tar.ptr, tar.len, &err) && !image_open(&request, &arena, &image, &err) && err.kind == ERROR_NONE)
        __builtin_trap();
    buf_free(&tar);
    arena_free(&arena);
    close(fd);
    return 0;
}
