/* ELF: System V ABI (gABI) chapters 4 "Object Files" and 5 "Program Loading", of both classes and byte orders. */
#include "codec/program.h"

enum {
    CLASS_32 = 1,
    CLASS_64 = 2,
    ORDER_LITTLE = 1,
    ORDER_BIG = 2,
    LOAD = 1, /* p_type */
    NOTE = 4,
    WRITABLE = 2, /* p_flags */
    EXECUTABLE = 1,
    SYMBOLS = 2, /* sh_type */
    NO_BITS = 8,
    COMPRESSED = 0x800,       /* sh_flags */
    INDEX_ELSEWHERE = 0xFFFF, /* e_shstrndx: it is in the first section's sh_link */
};

/* Where fields stand; the two classes differ in their width and order. */
struct layout {
    unsigned char word; /* bytes of an address or offset */
    unsigned char header, phoff, shoff, phentsize, phnum, shentsize, shnum, shstrndx;
    unsigned char segment, p_flags, p_offset, p_vaddr, p_filesz;
    unsigned char section, s_addr, s_offset, s_size, s_link;
};

static const struct layout layout_32 = { 4, 52, 28, 32, 42, 44, 46, 48, 50, 32, 24, 4, 8, 16, 40, 12, 16, 20, 24 };
static const struct layout layout_64 = { 8, 64, 32, 40, 54, 56, 58, 60, 62, 56, 4, 8, 16, 32, 64, 16, 24, 32, 40 };

static const char *arch_name(const struct program *p, uint64_t machine)
{
    bool wide = p->pointer_bytes == 8;
    switch (machine) {
    case 3: return "386";
    case 8: return wide ? (p->big_endian ? "mips64" : "mips64le") : (p->big_endian ? "mips" : "mipsle");
    case 20: return "ppc";
    case 21: return p->big_endian ? "ppc64" : "ppc64le";
    case 22: return "s390x";
    case 40: return "arm";
    case 62: return "amd64";
    case 183: return "arm64";
    case 243: return wide ? "riscv64" : "riscv";
    case 258: return "loong64";
    default: return "";
    }
}

static bool read_segments(struct program *p, const struct layout *l, const char *header, struct error *err)
{
    uint64_t offset = program_number(p, header + l->phoff, l->word), size = program_number(p, header + l->phentsize, 2),
             count = program_number(p, header + l->phnum, 2);
    if (count == 0 || size < l->segment)
        return true;
    if (count > PROGRAM_MAX_SEGMENTS)
        count = PROGRAM_MAX_SEGMENTS;
    const char *table = program_table(p, offset, count * size, err);
    if (!table || !(p->segments = arena_array(p->arena, (size_t)count, sizeof *p->segments)))
        return !p->arena->exhausted;
    for (uint64_t i = 0; i < count; i++, table += size) {
        uint64_t type = program_number(p, table, 4), flags = program_number(p, table + l->p_flags, 4);
        struct program_segment s = {
            .address = program_number(p, table + l->p_vaddr, l->word),
            .offset = program_number(p, table + l->p_offset, l->word),
            .size = program_number(p, table + l->p_filesz, l->word),
            .writable = (flags & WRITABLE) != 0,
            .executable = (flags & EXECUTABLE) != 0,
            .is_note = type == NOTE,
        };
        if ((type == LOAD || type == NOTE) && program_holds(p, s.offset, s.size))
            p->segments[p->segment_count++] = s;
    }
    return true;
}

/* Names are read when all rows are: they stand in one of the sections. */
static bool name_sections(struct program *p, const struct layout *l, const char *table, uint64_t entry, uint64_t count,
                          uint64_t names_at, struct error *err)
{
    if (names_at >= count)
        return true;
    const char *row = table + names_at * entry;
    uint64_t size = program_number(p, row + l->s_size, l->word);
    const char *names = program_table(p, program_number(p, row + l->s_offset, l->word), size, err);
    for (size_t i = 0; names && i < p->section_count; i++) {
        uint64_t at = program_number(p, table + i * entry, 4);
        if (at < size)
            p->sections[i].name = program_name(str_make(names + at, (size_t)(size - at)));
    }
    return !p->arena->exhausted;
}

static bool read_sections(struct program *p, const struct layout *l, const char *header, struct error *err)
{
    uint64_t offset = program_number(p, header + l->shoff, l->word), entry = program_number(p, header + l->shentsize, 2),
             count = program_number(p, header + l->shnum, 2), names_at = program_number(p, header + l->shstrndx, 2);
    char first[64];
    if (offset == 0 || entry < l->section || !program_holds(p, offset, l->section))
        return true;
    if ((count == 0 || names_at == INDEX_ELSEWHERE) && program_bytes(p, offset, first, l->section, err)) {
        count = count ? count : program_number(p, first + l->s_size, l->word);
        names_at = names_at == INDEX_ELSEWHERE ? program_number(p, first + l->s_link, 4) : names_at;
    }
    if (count > PROGRAM_MAX_SECTIONS)
        count = PROGRAM_MAX_SECTIONS;
    const char *table = program_table(p, offset, count * entry, err), *row = table;
    if (!table || !(p->sections = arena_array(p->arena, (size_t)count + 1, sizeof *p->sections)))
        return !p->arena->exhausted;
    for (; p->section_count < count; row += entry) {
        uint64_t type = program_number(p, row + 4, 4), flags = program_number(p, row + 8, l->word);
        struct program_section s = {
            .address = program_number(p, row + l->s_addr, l->word),
            .offset = program_number(p, row + l->s_offset, l->word),
            .size = type == NO_BITS ? 0 : program_number(p, row + l->s_size, l->word),
            .compressed = (flags & COMPRESSED) != 0,
        };
        if (!program_holds(p, s.offset, s.size))
            s.size = 0;
        p->has_symbols |= type == SYMBOLS;
        p->sections[p->section_count++] = s;
    }
    return name_sections(p, l, table, entry, count, names_at, err);
}

bool program_open_elf(struct program *p, struct error *err)
{
    const char *header = p->head.ptr;
    if (p->head.len < layout_32.header || (header[4] != CLASS_32 && header[4] != CLASS_64) ||
        (header[5] != ORDER_LITTLE && header[5] != ORDER_BIG))
        return error_set(err, ERROR_INPUT, "its ELF header is damaged");
    const struct layout *l = header[4] == CLASS_64 ? &layout_64 : &layout_32;
    if (p->head.len < l->header)
        return error_set(err, ERROR_INPUT, "its ELF header is cut short");
    p->format = PROGRAM_ELF;
    p->pointer_bytes = l->word;
    p->big_endian = header[5] == ORDER_BIG;
    p->arch = arch_name(p, program_number(p, header + 18, 2));
    struct error ignored = { 0 }; /* damaged tables leave the lists short */
    return (read_segments(p, l, header, &ignored) && read_sections(p, l, header, &ignored)) || arena_error(p->arena, err);
}
