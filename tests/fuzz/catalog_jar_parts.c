/* What an archive says of itself: its name, its manifest, Maven's files, its licence; checksums keep the fuzzer out of these when
 * they stand in an archive. The first byte chooses. */
#include "catalog/java/jar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_manifest(struct str text, struct arena *arena)
{
    struct jar_manifest manifest = { 0 };
    struct jar_coordinates known;
    if (!jar_manifest_read(text, arena, &manifest))
        return;
    jar_licence_of_manifest(&manifest, arena);
    static const char *const names[] = { "a/core-1.0.jar", "catalina.jar", "kit_2.13-1.5.jar" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct jar_guess guess = jar_guess_identity(str_from(names[i]), &manifest, true);
        struct jar_name name = jar_name_split(str_from(names[i]), jar_manifest_version(&manifest));
        if ((guess.c.group.len && !jar_part_ok(guess.c.group)) || (guess.c.version.len && !jar_part_ok(guess.c.version)))
            __builtin_trap();
        jar_known(&name, &manifest, true, &known);
    }
}

static void read_name(struct str text)
{
    struct str said, path;
    str_cut(text, '\n', &said, &path);
    struct jar_name name = jar_name_split(path, said);
    struct jar_pom pom = { .c = { said, name.artifact, name.version }, .folder = path };
    if (name.artifact.len + name.version.len > name.stem.len)
        __builtin_trap();
    jar_own_pom(path, &pom, 1);
    jar_pom_of_path(path);
    jar_known_folder(name.artifact);
    jar_licence_is_file(path);
    jar_licence_of_url(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena, scratch;
    struct jar_pom pom = { 0 };
    if (size == 0)
        return 0;
    struct str text = str_make(data + 1, size - 1);
    arena_init(&arena, "facts", 32u << 20);
    arena_init(&scratch, "scratch", 32u << 20);
    switch (data[0] % 5) {
    case 0: read_manifest(text, &arena); break;
    case 1: jar_pom_read_properties(text, &pom.c); break;
    case 2: jar_pom_read_xml(text, &scratch, &arena, &pom); break;
    case 3: jar_licence_of_text(text); break;
    default: read_name(text);
    }
    arena_free(&arena);
    arena_free(&scratch);
    return 0;
}
