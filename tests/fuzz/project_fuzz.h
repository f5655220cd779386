/* project_fuzz.h - several files of one project, cut out of the fuzzer's bytes at NULs, and what is settled between them. */
#ifndef DRYDOCK_PROJECT_FUZZ_H
#define DRYDOCK_PROJECT_FUZZ_H

#include "catalog/catalog.h"

static inline void fuzz_project(const char *const *paths, const char *lock_kind, const uint8_t *data, size_t size)
{
    struct arena arena, scratch;
    arena_init(&arena, "facts", 64u << 20);
    arena_init(&scratch, "scratch", 64u << 20);
    struct catalog_facts facts = { .arena = &arena };
    struct str rest = str_make(data, size), text;
    for (; *paths && !arena.exhausted; paths++) {
        str_cut(rest, '\0', &text, &rest);
        struct catalog_file file = {
            .kind = catalog_claim(str_from(*paths)), .path = str_from(*paths), .text = text, .scratch = &scratch
        };
        if (!file.kind || (!catalog_parse(&file, &facts) && !arena.exhausted && !scratch.exhausted))
            __builtin_trap();
    }
    if (!arena.exhausted && !catalog_kind_named(str_from(lock_kind))->settle(&facts) && !arena.exhausted)
        __builtin_trap();
    uint64_t sum = 0;
    for (size_t i = 0; i < facts.package_count; i++) {
        const struct package *p = &facts.packages[i];
        sum += str_hash(p->name) + str_hash(p->version) + str_hash(p->id) + str_hash(p->depends) + str_hash(p->digest);
        if (!str_is_utf8(p->name) || !str_is_utf8(p->version) || !str_is_utf8(p->depends))
            __builtin_trap();
    }
    *(volatile uint64_t *)&sum = sum;
    arena_free(&arena);
    arena_free(&scratch);
}

#endif
