/* registries.conf, and what it makes of a reference. */
#include <stdlib.h>

#include "registry/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "docker.io/library/nginx:latest", "a.example/b/c:1", "x.a.example:5000/b@sha256:0" };
    struct registry *registry = calloc(1, sizeof *registry);
    struct arena arena;
    struct error err = { 0 };
    if (!registry)
        return 0;
    arena_init(&arena, "routes", 16 << 20);
    arena_init(&registry->arena, "registries", 16 << 20);
    setenv("HOME", "/nonexistent", 1);
    if (routes_add(&registry->routes, str_make(data, size), STR("registries.conf"), &arena, &err))
        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
            size_t matched = 0, count = 0;
            struct str name = str_from(names[i]);
            struct image_reference reference;
            struct endpoint *endpoints;
            if (routes_find(&registry->routes, name, &matched) && (matched == 0 || matched > name.len))
                __builtin_trap();
            if (image_reference_parse(name, &arena, &reference, &err) &&
                endpoints_find(registry, &reference, false, &arena, &endpoints, &count, &err) && count == 0)
                __builtin_trap();
        }
    else if (err.kind == ERROR_NONE)
        __builtin_trap();
    arena_free(&registry->arena);
    arena_free(&arena);
    free(registry);
    return 0;
}
