/* What lies beside databases: the notes of `db update`, and the metadata of Trivy's. The program is no library, so that its readers
 * are part of this file. */
#include "update/trivy_metadata.c"
#include "update/note.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t sum_of(const struct update_part *part)
{
    return str_hash(part->reference) + str_hash(part->digest) + str_hash(part->blob);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct update_note note = { 0 };
    struct update_check check = { 0 };
    struct trivy_metadata metadata = { 0 };
    struct json json;
    struct arena arena;
    struct error err = { 0 };
    arena_init(&arena, "notes", 16 << 20);
    json_begin(&json, str_make(data, size), &arena);
    read_note(&json, &note);
    if (json_end(&json, &err)) {
        uint64_t sum = str_hash(note.file) + str_hash(note.previous) + sum_of(&note.database) + sum_of(&note.java);
        *(volatile uint64_t *)&sum = sum;
    }
    json_begin(&json, str_make(data, size), &arena);
    read_check(&json, &check);
    json_end(&json, &err);
    json_begin(&json, str_make(data, size), &arena);
    read_members(&json, &metadata);
    json_end(&json, &err);
    arena_free(&arena);
    return 0;
}
