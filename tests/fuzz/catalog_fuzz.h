/* catalog_fuzz.h - one file of a kind, made of the fuzzer's bytes, in an image. */
#ifndef DRYDOCK_CATALOG_FUZZ_H
#define DRYDOCK_CATALOG_FUZZ_H

#include "catalog/catalog.h"

/* Every record's bytes lie inside the file, and every text can be read: what the flat inventory relies on. */
static inline void fuzz_check_facts(const struct catalog_facts *facts, size_t size)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < facts->package_count; i++) {
        const struct package *p = &facts->packages[i];
        if (!p->name.len || !p->version.len || p->offset > size || p->length > size - p->offset)
            __builtin_trap();
        sum += str_hash(p->name) + str_hash(p->version) + str_hash(p->arch) + str_hash(p->source_name) +
               str_hash(p->source_version) + str_hash(p->maintainer) + str_hash(p->licence) + str_hash(p->root) +
               str_hash(p->path);
    }
    for (size_t i = 0; i < facts->owned_count; i++)
        sum += str_hash(facts->owned[i].package) + str_hash(facts->owned[i].path);
    for (size_t i = 0; i < facts->note_count; i++)
        sum += str_hash(facts->notes[i].value);
    for (size_t i = 0; i < facts->warning_count; i++)
        if (!str_is_utf8(facts->warnings[i].text))
            __builtin_trap();
    *(volatile uint64_t *)&sum = sum;
}

static inline void fuzz_parse(const char *const *paths, const uint8_t *data, size_t size)
{
    struct arena arena, scratch;
    arena_init(&arena, "facts", 32u << 20);
    arena_init(&scratch, "scratch", 32u << 20);
    struct catalog_facts facts = { .arena = &arena };
    for (; *paths; paths++) {
        struct blob blob = { .memory = str_make(data, size), .fd = -1, .size = size };
        struct catalog_file file = { .kind = catalog_claim(str_from(*paths)), .path = str_from(*paths), .scratch = &scratch };
        if (!file.kind)
            __builtin_trap();
        if (file.kind->wants_blob)
            file.blob = &blob;
        else
            file.text = blob.memory;
        if (!catalog_parse(&file, &facts) && !arena.exhausted && !scratch.exhausted)
            __builtin_trap();
    }
    struct distro distro;
    catalog_distro_pick(facts.distros, facts.distro_count, &arena, &distro);
    fuzz_check_facts(&facts, size);
    arena_free(&arena);
    arena_free(&scratch);
}

#endif
