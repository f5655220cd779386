/* What engines answer: descriptions of images and containers, failures, Docker's contexts, Podman's connections. */
#include "daemon/engine.h"
#include "daemon/inspect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_make(data, size);
    struct inspected_image image;
    struct inspected_container container;
    struct engine_host host;
    struct daemon_name name;
    struct engine_tls tls = { .on = size & 1 };
    struct error err = { 0 };
    struct arena arena;
    bool skip;
    arena_init(&arena, "fuzz", (size_t)16 << 20);
    if (inspect_image(text, &arena, &image, &err)) {
        struct daemon_name asked;
        if (daemon_name_parse(image.names.tag_count ? image.names.tags[0] : image.names.id, &arena, &asked, &err))
            daemon_name_to_show(&asked, &image.names, &arena);
    }
    inspect_container(text, &arena, &container, &err);
    inspect_failure(text, &arena);
    docker_current_context(text, &arena);
    docker_context_host(text, &skip, &arena);
    podman_connection_json(text, STR(""), &arena);
    podman_connection_conf(text, STR("a"), &arena);
    engine_host_parse(text, &tls, &arena, &host, &err);
    daemon_name_parse(text, &arena, &name, &err);
    arena_free(&arena);
    return 0;
}
