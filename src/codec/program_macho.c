/* Mach-O: mach-o/loader.h, 32 and 64 bits, both byte orders. All that is told stands in the load commands behind the header. */
#include "codec/program.h"

enum {
    SEGMENT_32 = 1, /* load commands */
    SYMBOLS = 2,
    SEGMENT_64 = 0x19,
    MAX_COMMAND_BYTES = 1 << 20,
    ZERO_FILL = 1, /* section types */
    GIGA_ZERO_FILL = 12,
    WRITABLE = 2, /* protection */
    EXECUTABLE = 4,
};

/* Where fields of a segment and its sections stand. */
struct layout {
    unsigned char word, segment, vmaddr, fileoff, filesize, initprot, nsects, section, addr, size, offset, flags;
};

static const struct layout layout_32 = { 4, 56, 24, 32, 36, 44, 48, 68, 32, 36, 40, 56 };
static const struct layout layout_64 = { 8, 72, 24, 40, 48, 60, 64, 80, 32, 40, 48, 64 };

static const char *arch_name(uint64_t cpu)
{
    switch (cpu) {
    case 7: return "386";
    case 0x01000007: return "amd64";
    case 12: return "arm";
    case 0x0100000C: return "arm64";
    case 18: return "ppc";
    case 0x01000012: return "ppc64";
    default: return "";
    }
}

static bool add_section(struct program *p, const struct layout *l, const char *row, size_t *cap)
{
    struct program_section *grown = arena_grow(p->arena, p->sections, p->section_count, cap, sizeof *grown);
    if (!grown)
        return false;
    p->sections = grown;
    uint64_t type = program_number(p, row + l->flags, 4) & 0xFF;
    struct program_section s = {
        .name = program_name(str_make(row, 16)),
        .address = program_number(p, row + l->addr, l->word),
        .offset = program_number(p, row + l->offset, 4),
        .size = type == ZERO_FILL || type == GIGA_ZERO_FILL ? 0 : program_number(p, row + l->size, l->word),
    };
    if (!program_holds(p, s.offset, s.size))
        s.size = 0;
    grown[p->section_count++] = s;
    return true;
}

static bool add_segment(struct program *p, const struct layout *l, struct str command, size_t *cap, size_t *section_cap)
{
    if (command.len < l->segment || p->segment_count >= PROGRAM_MAX_SEGMENTS)
        return true;
    struct program_segment *grown = arena_grow(p->arena, p->segments, p->segment_count, cap, sizeof *grown);
    if (!grown)
        return false;
    p->segments = grown;
    uint64_t protection = program_number(p, command.ptr + l->initprot, 4), count = program_number(p, command.ptr + l->nsects, 4);
    struct program_segment s = {
        .address = program_number(p, command.ptr + l->vmaddr, l->word),
        .offset = program_number(p, command.ptr + l->fileoff, l->word),
        .size = program_number(p, command.ptr + l->filesize, l->word),
        .writable = (protection & WRITABLE) != 0,
        .executable = (protection & EXECUTABLE) != 0,
    };
    if (program_holds(p, s.offset, s.size))
        grown[p->segment_count++] = s;
    command = str_skip(command, l->segment);
    for (; count && command.len >= l->section && p->section_count < PROGRAM_MAX_SECTIONS; count--) {
        if (!add_section(p, l, command.ptr, section_cap))
            return false;
        command = str_skip(command, l->section);
    }
    return true;
}

static bool read_commands(struct program *p, struct str commands, uint64_t count)
{
    size_t cap = 0, section_cap = 0;
    for (; count && commands.len >= 8; count--) {
        uint64_t type = program_number(p, commands.ptr, 4), size = program_number(p, commands.ptr + 4, 4);
        if (size < 8 || size > commands.len)
            return true;
        struct str command = str_head(commands, (size_t)size);
        const struct layout *l = type == SEGMENT_64 ? &layout_64 : type == SEGMENT_32 ? &layout_32 : NULL;
        if (l && !add_segment(p, l, command, &cap, &section_cap))
            return false;
        if (type == SYMBOLS && size >= 16)
            p->has_symbols = program_number(p, command.ptr + 12, 4) != 0;
        commands = str_skip(commands, (size_t)size);
    }
    return true;
}

bool program_open_macho(struct program *p, struct error *err)
{
    const char *header = p->head.ptr;
    p->big_endian = header[0] == '\xFE';
    bool wide = (header[p->big_endian ? 3 : 0] & 1) != 0;
    size_t size = wide ? 32 : 28;
    if (p->head.len < size)
        return error_set(err, ERROR_INPUT, "its Mach-O header is cut short");
    p->format = PROGRAM_MACHO;
    p->pointer_bytes = wide ? 8 : 4;
    p->arch = arch_name(program_number(p, header + 4, 4));
    uint64_t count = program_number(p, header + 16, 4), len = program_number(p, header + 20, 4);
    if (len > MAX_COMMAND_BYTES || !program_holds(p, size, len))
        return error_set(err, ERROR_INPUT, "its Mach-O load commands are behind the end of the file");
    const char *commands = program_table(p, size, len, err);
    return commands && (read_commands(p, str_make(commands, (size_t)len), count) || arena_error(p->arena, err));
}
