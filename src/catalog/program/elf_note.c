/* ELF package notes: systemd's "Package Metadata for Executable Files". A note of owner FDO holds JSON in which a distribution
 * says from which package an executable was built: the name of its source package, its version, the sort of package. */
#include "catalog/headers.h"
#include "catalog/kinds.h"
#include "catalog/program/program.h"

static const uint32_t PACKAGING_TYPE = 0xCAFE1A7E;

struct package_note {
    struct str type, name, version, arch, licence, cpe, os, os_version;
};

static void read_note(struct json *json, struct package_note *note)
{
    const struct {
        const char *key;
        struct str *value;
    } fields[] = {
        { "type", &note->type },       { "name", &note->name },
        { "version", &note->version }, { "cpe", &note->cpe },
        { "license", &note->licence }, { "architecture", &note->arch },
        { "os", &note->os },           { "osVersion", &note->os_version },
    };
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        struct str *value = NULL;
        for (size_t i = 0; i < ARRAY_LEN(fields); i++)
            if (str_is(key, fields[i].key))
                value = fields[i].value;
        if (value)
            json_string(json, value);
        else
            json_skip(json);
    }
}

/* The JSON text: the note's description; some tools write it into the section without the note around it. */
static bool find_text(const struct program_file *file, struct str *out)
{
    enum { MAX_NOTE_BYTES = 64 << 10 };
    struct program *program = file->program;
    const struct program_section *section = program_section_named(program, ".note.package");
    if (program->format != PROGRAM_ELF || (!section && program->section_count))
        return false;
    if (program_note(program, "FDO", PACKAGING_TYPE, out))
        return true;
    struct error ignored = { 0 }; /* what cannot be read is no note */
    if (!section || section->size == 0 || section->size > MAX_NOTE_BYTES)
        return false;
    size_t size = (size_t)section->size;
    char *bytes = arena_alloc(program->arena, size);
    if (!bytes || !blob_read(&program->blob, section->offset, bytes, size, &ignored))
        return false;
    *out = str_make(bytes, size);
    return bytes[0] == '{';
}

static bool add_package(const struct program_file *file, const struct package_note *note, struct catalog_facts *facts)
{
    struct package *p = catalog_add_package(facts, &catalog_program_kind, file->file->path);
    if (!p)
        return false;
    struct str type = note->type.len ? note->type : STR("a package");
    p->name = arena_str(facts->arena, note->name);
    p->version = arena_str(facts->arena, note->version);
    p->arch = arena_str(facts->arena, note->arch);
    p->licence = arena_str(facts->arena, note->licence);
    p->cpes = arena_str(facts->arena, note->cpe);
    p->proof = arena_printf(facts->arena, ".note.package (%.*s%s%.*s%s%.*s)", STR_ARG(type), note->os.len ? " of " : "",
                            STR_ARG(note->os), note->os_version.len ? " " : "", STR_ARG(note->os_version));
    return !facts->arena->exhausted;
}

static bool is_plain(struct str value)
{
    return value.len == 0 || (header_value_ok(value) && str_is_utf8(value));
}

static bool read(const struct program_file *file, struct catalog_facts *facts)
{
    struct package_note note = { 0 };
    struct str text;
    struct json json;
    struct error err = { 0 };
    if (!find_text(file, &text))
        return true;
    while (text.len && text.ptr[text.len - 1] == '\0')
        text.len--;
    json_begin(&json, text, file->program->arena);
    read_note(&json, &note);
    if (!json_end(&json, &err))
        return catalog_warn(facts, file->file->path, false, "package note: %s", err.text);
    bool plain = is_plain(note.type) && is_plain(note.arch) && is_plain(note.licence) && is_plain(note.cpe) &&
                 is_plain(note.os) && is_plain(note.os_version);
    if (!plain || !note.name.len || !note.version.len || !is_plain(note.name) || !is_plain(note.version))
        return catalog_warn(facts, file->file->path, false, "package note without a name or a version that can be trusted");
    return add_package(file, &note, facts);
}

const struct program_reader program_elf_note_reader = { "ELF package note", read };
