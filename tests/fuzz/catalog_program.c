/* Executables: ELF, PE and Mach-O, with what is read out of them. */
#include "catalog/catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena, scratch;
    arena_init(&arena, "facts", 32u << 20);
    arena_init(&scratch, "scratch", 128u << 20);
    struct catalog_facts facts = { .arena = &arena };
    struct blob blob = { .memory = str_make(data, size), .fd = -1, .size = size };
    struct catalog_file file = {
        .kind = catalog_claim_program(STR("bin/x"), 0755), .path = STR("bin/x"), .blob = &blob, .scratch = &scratch
    };
    if (!file.kind || (!catalog_parse(&file, &facts) && !arena.exhausted))
        __builtin_trap();
    for (size_t i = 0; i < facts.package_count; i++)
        if (facts.packages[i].name.len == 0 || !str_is_utf8(facts.packages[i].name) || !str_is_utf8(facts.packages[i].version))
            __builtin_trap();
    arena_free(&arena);
    arena_free(&scratch);
    return 0;
}
