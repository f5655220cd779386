/* containerd's metadata database: a walk over all images of each usual namespace, and a search by name and by ID. */
#include "daemon/containerd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void search(struct str file, const char *namespace, const char *text, struct arena *arena)
{
    struct error err = { 0 };
    struct daemon_name name;
    struct containerd_image image;
    bool found, ambiguous;
    if (daemon_name_parse(str_from(text), arena, &name, &err) &&
        containerd_find(file, str_from(namespace), &name, arena, &image, &found, &ambiguous, &err) && found)
        image_index_text(image.record.media_type, image.record.digest, image.record.size_bytes, image.record.name, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "nginx:alpine", "docker.io/library/nginx", "aaaa", "app" };
    struct arena arena;
    arena_init(&arena, "fuzz", (size_t)16 << 20);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        search(str_make(data, size), "default", names[i], &arena);
        search(str_make(data, size), "k8s.io", names[i], &arena);
    }
    arena_free(&arena);
    return 0;
}
