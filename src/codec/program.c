/* Executables and shared libraries by random access: see codec.h. What a format keeps where is the matter of program_elf.c,
 * program_pe.c and program_macho.c; here is what they have in common. */
#include "codec/program.h"

enum { HEAD_BYTES = 4096, FAT_MAX = 16 };

static const struct {
    uint32_t magic, mask; /* of the first four bytes, big-endian */
    bool (*open)(struct program *program, struct error *err);
} formats[] = {
    { 0x7F454C46, 0xFFFFFFFF, program_open_elf },
    { 0x4D5A0000, 0xFFFF0000, program_open_pe },
    { 0xFEEDFACE, 0xFFFFFFFE, program_open_macho },
    { 0xCEFAEDFE, 0xFEFFFFFF, program_open_macho },
};

static uint64_t blob_size(const struct blob *blob)
{
    return blob->fd < 0 ? blob->memory.len : blob->size;
}

/* ---- helpers of the formats -------------------------------------------------------------------------------------------------- */

uint64_t program_number(const struct program *program, const void *at, size_t size)
{
    const unsigned char *bytes = at;
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[program->big_endian ? i : size - 1 - i];
    return value;
}

bool program_holds(const struct program *program, uint64_t offset, uint64_t size)
{
    uint64_t have = blob_size(&program->blob);
    return offset <= have && size <= have - offset;
}

bool program_bytes(const struct program *program, uint64_t offset, void *dst, size_t size, struct error *err)
{
    if (offset > program->head.len || size > program->head.len - offset)
        return blob_read(&program->blob, offset, dst, size, err);
    if (size)
        memcpy(dst, program->head.ptr + offset, size);
    return true;
}

const char *program_table(struct program *program, uint64_t offset, uint64_t size, struct error *err)
{
    if (!program_holds(program, offset, size) || size > PROGRAM_MAX_TABLE) {
        error_set(err, ERROR_INPUT, "a table of %llu bytes at byte %llu is not in the file", (unsigned long long)size,
                  (unsigned long long)offset);
        return NULL;
    }
    if (offset <= program->head.len && size <= program->head.len - offset)
        return program->head.ptr + offset;
    char *bytes = arena_alloc(program->arena, (size_t)size + 1);
    if (!bytes) {
        arena_error(program->arena, err);
        return NULL;
    }
    return blob_read(&program->blob, offset, bytes, (size_t)size, err) ? bytes : NULL;
}

struct str program_name(struct str bytes)
{
    size_t len = 0;
    while (len < bytes.len && len < PROGRAM_MAX_NAME && bytes.ptr[len])
        len++;
    return str_head(bytes, len);
}

/* ---- opening ------------------------------------------------------------------------------------------------------------------- */

/* mach-o/fat.h: several programs in one, each for an architecture; they are built of the same parts, so that one tells all.
 * Java classes begin with the same number, but their next is a version of 45 and more. */
static bool pick_slice(struct program *program, struct error *err)
{
    uint32_t magic = be32(program->head.ptr);
    bool wide = magic == 0xCAFEBABF;
    if (!wide && magic != 0xCAFEBABE)
        return true;
    program->big_endian = true;
    const char *row = program->head.ptr + 8;
    uint32_t count = program->head.len < 8 + 32 ? 0 : be32(program->head.ptr + 4);
    if (count == 0 || count > FAT_MAX)
        return error_set(err, ERROR_UNSUPPORTED, "not an executable");
    uint64_t offset = program_number(program, row + 8, wide ? 8 : 4);
    uint64_t size = program_number(program, wide ? row + 16 : row + 12, wide ? 8 : 4);
    program->big_endian = false;
    if (!program_holds(program, offset, size))
        return error_set(err, ERROR_INPUT, "its first architecture is behind the end of the file");
    if (program->blob.fd < 0)
        program->blob.memory = str_head(str_skip(program->blob.memory, (size_t)offset), (size_t)size);
    program->blob.offset += program->blob.fd < 0 ? 0 : offset;
    program->blob.size = size;
    program->head.len = 0;
    return true;
}

static bool read_head(struct program *program, struct error *err)
{
    uint64_t size = blob_size(&program->blob);
    size_t len = size < HEAD_BYTES ? (size_t)size : HEAD_BYTES;
    char *head = arena_alloc(program->arena, len + 1);
    if (!head)
        return arena_error(program->arena, err);
    if (!blob_read(&program->blob, 0, head, len, err))
        return false;
    program->head = str_make(head, len);
    return len >= 4 || error_set(err, ERROR_UNSUPPORTED, "not an executable");
}

bool program_open(struct program *program, const struct blob *blob, struct arena *arena, struct error *err)
{
    *program = (struct program){ .blob = *blob, .arena = arena };
    if (!read_head(program, err) || !pick_slice(program, err))
        return false;
    if (program->head.len == 0 && !read_head(program, err))
        return false;
    uint32_t magic = be32(program->head.ptr);
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if ((magic & formats[i].mask) == (formats[i].magic & formats[i].mask))
            return formats[i].open(program, err);
    return error_set(err, ERROR_UNSUPPORTED, "not an executable");
}

/* ---- questions ------------------------------------------------------------------------------------------------------------------ */

const struct program_section *program_section_named(const struct program *program, const char *name)
{
    for (size_t i = 0; i < program->section_count; i++)
        if (str_is(program->sections[i].name, name))
            return &program->sections[i];
    return NULL;
}

uint64_t program_room(const struct program *program, uint64_t address, uint64_t *offset)
{
    for (size_t i = 0; i < program->segment_count; i++) {
        const struct program_segment *s = &program->segments[i];
        if (!s->is_note && address >= s->address && address - s->address < s->size) {
            *offset = s->offset + (address - s->address);
            return s->size - (address - s->address);
        }
    }
    return 0;
}

bool program_read(const struct program *program, uint64_t address, void *dst, size_t size, struct error *err)
{
    uint64_t offset;
    if (size > program_room(program, address, &offset))
        return error_set(err, ERROR_INPUT, "%zu bytes at address 0x%llx are in no segment", size, (unsigned long long)address);
    return size == 0 || program_bytes(program, offset, dst, size, err);
}

/* gABI chapter 5, "Note Section": sizes of name and description, type, then both, each padded to four bytes. */
static bool find_note(struct str notes, const struct program *program, const char *owner, uint32_t type, struct str *out)
{
    while (notes.len >= 12) {
        uint64_t name_len = program_number(program, notes.ptr, 4), len = program_number(program, notes.ptr + 4, 4);
        uint64_t found = program_number(program, notes.ptr + 8, 4), name_room = (name_len + 3) & ~(uint64_t)3;
        notes = str_skip(notes, 12);
        if (name_room > notes.len || len > notes.len - name_room)
            return false;
        struct str desc = str_head(str_skip(notes, (size_t)name_room), (size_t)len);
        if (found == type && str_is(program_name(str_head(notes, (size_t)name_len)), owner)) {
            *out = desc;
            return true;
        }
        notes = str_skip(notes, (size_t)(name_room + ((len + 3) & ~(uint64_t)3)));
    }
    return false;
}

bool program_note(struct program *program, const char *owner, uint32_t type, struct str *out)
{
    enum { MAX_NOTE_BYTES = 64 << 10, MAX_NOTE_SEGMENTS = 16 };
    unsigned left = MAX_NOTE_SEGMENTS;
    for (size_t i = 0; i < program->segment_count && left; i++) {
        const struct program_segment *s = &program->segments[i];
        struct error ignored = { 0 }; /* a note that cannot be read is none */
        if (!s->is_note || s->size > MAX_NOTE_BYTES)
            continue;
        left--;
        const char *bytes = program_table(program, s->offset, s->size, &ignored);
        if (bytes && find_note(str_make(bytes, (size_t)s->size), program, owner, type, out))
            return true;
    }
    return false;
}

/* UPX's own marks (its file header's magic number, the names that it gives to sections). */
bool program_is_upx(const struct program *program)
{
    if (program->format == PROGRAM_PE)
        return program_section_named(program, "UPX0") && program_section_named(program, "UPX1");
    return (program->format == PROGRAM_MACHO || program->section_count == 0) && str_contains(program->head, "UPX!");
}
