/* PE: Microsoft's "PE Format" (COFF file header, optional header, section table), 32 and 64 bits. A program for DOS stands in
 * front of it. */
#include "codec/program.h"

enum {
    COFF_BYTES = 24, /* with the signature in front */
    SECTION_BYTES = 40,
    SYMBOL_BYTES = 18,
    MAX_LONG_NAMES = 64,
    MAX_OPTIONAL = 4096,
    PE_32 = 0x10B,
    PE_64 = 0x20B,
};
static const uint32_t WRITE_FLAG = 0x80000000, EXECUTE_FLAG = 0x20000000;

static const char *arch_name(uint64_t machine)
{
    switch (machine) {
    case 0x014C: return "386";
    case 0x8664: return "amd64";
    case 0x01C4: return "arm";
    case 0xAA64: return "arm64";
    default: return "";
    }
}

/* "/123": names of more than eight bytes stand at that offset behind the symbols, in the string table. */
static struct str section_name(struct program *p, struct str written, uint64_t strings_at, unsigned *long_names_left)
{
    uint64_t at;
    struct str name = program_name(written);
    if (!str_starts(name, "/") || !strings_at || !str_u64(str_skip(name, 1), &at) || *long_names_left == 0)
        return arena_str(p->arena, name);
    --*long_names_left;
    char bytes[PROGRAM_MAX_NAME];
    struct error ignored = { 0 };
    size_t size = sizeof bytes;
    uint64_t offset = strings_at + at;
    while (size && !program_holds(p, offset, size))
        size /= 2; /* near the end of the file */
    if (!program_bytes(p, offset, bytes, size, &ignored))
        size = 0;
    return arena_str(p->arena, program_name(str_make(bytes, size)));
}

static bool read_sections(struct program *p, const char *table, uint64_t count, uint64_t base, uint64_t strings_at)
{
    unsigned long_names_left = MAX_LONG_NAMES;
    p->sections = arena_array(p->arena, (size_t)count + 1, sizeof *p->sections);
    p->segments = arena_array(p->arena, (size_t)count + 1, sizeof *p->segments);
    if (!p->sections || !p->segments)
        return false;
    for (; p->section_count < count; table += SECTION_BYTES) {
        uint64_t flags = program_number(p, table + 36, 4);
        struct program_section s = {
            .name = section_name(p, str_make(table, 8), strings_at, &long_names_left),
            .address = base + program_number(p, table + 12, 4),
            .offset = program_number(p, table + 20, 4),
            .size = program_number(p, table + 16, 4),
        };
        if (!s.name.ptr)
            return false;
        if (!program_holds(p, s.offset, s.size))
            s.size = 0;
        p->sections[p->section_count++] = s;
        if (s.size == 0)
            continue;
        p->segments[p->segment_count++] = (struct program_segment){ .address = s.address,
                                                                    .offset = s.offset,
                                                                    .size = s.size,
                                                                    .writable = (flags & WRITE_FLAG) != 0,
                                                                    .executable = (flags & EXECUTE_FLAG) != 0 };
    }
    return true;
}

bool program_open_pe(struct program *p, struct error *err)
{
    char coff[COFF_BYTES];
    uint64_t at = p->head.len < 0x40 ? 0 : program_number(p, p->head.ptr + 0x3C, 4);
    if (!at || !program_holds(p, at, sizeof coff) || !program_bytes(p, at, coff, sizeof coff, err) ||
        memcmp(coff, "PE\0\0", 4) != 0)
        return error_set(err, ERROR_UNSUPPORTED, "a program for DOS");
    uint64_t count = program_number(p, coff + 6, 2), symbols_at = program_number(p, coff + 12, 4),
             symbol_count = program_number(p, coff + 16, 4), optional = program_number(p, coff + 20, 2), base = 0;
    struct error ignored = { 0 };
    const char *header = optional <= MAX_OPTIONAL ? program_table(p, at + COFF_BYTES, optional, &ignored) : NULL;
    uint64_t magic = header && optional >= 32 ? program_number(p, header, 2) : 0;
    if (magic == PE_64)
        base = program_number(p, header + 24, 8);
    else if (magic == PE_32)
        base = program_number(p, header + 28, 4);
    p->format = PROGRAM_PE;
    p->pointer_bytes = magic == PE_64 ? 8 : 4;
    p->arch = arch_name(program_number(p, coff + 4, 2));
    p->has_symbols = symbols_at && symbol_count;
    const char *table = program_table(p, at + COFF_BYTES + optional, count * SECTION_BYTES, &ignored);
    uint64_t strings_at = symbols_at ? symbols_at + symbol_count * SYMBOL_BYTES : 0;
    if (table && !read_sections(p, table, count, base, strings_at))
        return arena_error(p->arena, err);
    return !p->arena->exhausted || arena_error(p->arena, err);
}
