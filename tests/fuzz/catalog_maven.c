/* Maven projects of several files, with zero bytes between them (XML has none), resolved together; and what else Java's and
 * .NET's build tools write. */
#include "catalog_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const places[] = { "pom.xml",         "a/pom.xml",           "b/pom.xml",      "src/it/c/pom.xml",
                                          "m/g/a/1/a-1.pom", "m/g/b/1.0/b-1.0.pom", "m/g/c/2/c-2.pom" };
    struct arena arena, scratch;
    arena_init(&arena, "facts", 32u << 20);
    arena_init(&scratch, "scratch", 32u << 20);
    struct catalog_facts facts = { .arena = &arena };
    struct str rest = str_make(data, size), piece, wanted;
    for (size_t i = 0; i < ARRAY_LEN(places) && str_next(&rest, '\0', &piece); i++) {
        struct catalog_file file = { .kind = catalog_claim(str_from(places[i])),
                                     .path = str_from(places[i]),
                                     .scratch = &scratch };
        file.text = piece;
        if (!catalog_parse(&file, &facts) && !arena.exhausted && !scratch.exhausted)
            __builtin_trap();
    }
    fuzz_check_facts(&facts, size);
    if (!catalog_pom_wanted(&facts, &arena, &wanted) && !arena.exhausted)
        __builtin_trap();
    struct catalog_facts settled = { .arena = &arena, .notes = facts.notes, .note_count = facts.note_count };
    const struct catalog_kind *kind = catalog_claim(STR("pom.xml"));
    if (!kind->settle(&settled) && !arena.exhausted)
        __builtin_trap();
    for (size_t i = 0; i < settled.package_count; i++)
        if (!settled.packages[i].name.len || !settled.packages[i].id.len)
            __builtin_trap();
    arena_free(&arena);
    arena_free(&scratch);
    return 0;
}
