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
        if (!p->name.len || (!p->version.len && !p->kind->is_lock) || p->offset > size || p->length > size - p->offset)
            __builtin_trap();
        sum += str_hash(p->name) + str_hash(p->version) + str_hash(p->arch) + str_hash(p->source_name) +
               str_hash(p->source_version) + str_hash(p->maintainer) + str_hash(p->licence) + str_hash(p->root) +
               str_hash(p->path);
    }
    for (size_t i = 0; i < facts->list_count; i++)
        sum += str_hash(facts->lists[i].package) + str_hash(facts->lists[i].path) + str_hash(facts->lists[i].lines);
    for (size_t i = 0; i < facts->note_count; i++)
        sum += str_hash(facts->notes[i].value);
    for (size_t i = 0; i < facts->warning_count; i++)
        if (!str_is_utf8(facts->warnings[i].text))
            __builtin_trap();
    *(volatile uint64_t *)&sum = sum;
}

static inline bool fuzz_has_file(void *context, struct str path)
{
    (void)context;
    return str_hash(path) & 1;
}

/* What the squash does with the packages of each kind, and then with what SBOM files claim. */
static inline void fuzz_settle(struct catalog_facts *facts)
{
    for (size_t k = 0; k < catalog_kind_count(); k++) {
        const struct catalog_kind *kind = catalog_kind_at(k);
        struct catalog_facts own = { .arena = facts->arena,
                                     .declared = facts->declared,
                                     .declared_count = facts->declared_count,
                                     .notes = facts->notes,
                                     .note_count = facts->note_count };
        own.packages = arena_array(facts->arena, facts->package_count + 1, sizeof *own.packages);
        for (size_t i = 0; own.packages && i < facts->package_count; i++)
            if (facts->packages[i].kind == kind)
                own.packages[own.package_count++] = facts->packages[i];
        own.package_cap = facts->package_count + 1;
        if (own.packages && kind->settle && (own.package_count || own.note_count) && !kind->settle(&own) &&
            !facts->arena->exhausted)
            __builtin_trap();
    }
    if (!catalog_sbom_settle(facts->packages, &facts->package_count, fuzz_has_file, NULL, facts) && !facts->arena->exhausted)
        __builtin_trap();
}

static inline void fuzz_parse(const char *const *paths, const uint8_t *data, size_t size)
{
    struct arena arena, scratch;
    arena_init(&arena, "facts", 32u << 20);
    arena_init(&scratch, "scratch", 32u << 20);
    struct catalog_facts facts = { .arena = &arena };
    for (; *paths; paths++) {
        struct blob blob = { .memory = str_make(data, size), .fd = -1, .size = size };
        struct catalog_file file = {
            .kind = catalog_claim(str_from(*paths)), .path = str_from(*paths), .scratch = &scratch, .wants_digests = size & 1
        };
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
    fuzz_settle(&facts);
    arena_free(&arena);
    arena_free(&scratch);
}

#endif
