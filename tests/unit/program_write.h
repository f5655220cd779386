/* program_write.h - executables of a few sections, made by hand: ELF of both classes and byte orders, PE, Mach-O. */
#ifndef DRYDOCK_PROGRAM_WRITE_H
#define DRYDOCK_PROGRAM_WRITE_H

#include "unit.h"

enum { MADE_FIRST_OFFSET = 0x1000, MADE_BASE = 0x400000, MADE_FIRST_ADDRESS = MADE_BASE + MADE_FIRST_OFFSET };

enum made_format { MADE_ELF, MADE_ELF_BARE, MADE_PE, MADE_MACHO }; /* bare: without section headers */

struct made_section {
    const char *name;
    struct str bytes;
    bool writable, is_note;
};

/* Sections stand one behind the other from MADE_FIRST_OFFSET on, each at a multiple of 16; addresses are MADE_BASE more. */
struct made {
    struct buf out;
    enum made_format format;
    bool wide, big;
    const struct made_section *sections;
    size_t count;
};

static inline void put_number(struct buf *out, uint64_t value, size_t size, bool big)
{
    for (size_t i = 0; i < size; i++) {
        size_t byte = big ? size - 1 - i : i;
        buf_chr(out, (char)(byte < 8 ? value >> (8 * byte) : 0));
    }
}

static inline void put_field(struct made *m, uint64_t value, size_t size)
{
    put_number(&m->out, value, size, m->big);
}

static inline void pad_to(struct buf *out, size_t offset)
{
    while (out->len < offset)
        buf_chr(out, '\0');
}

static inline size_t section_offset(const struct made *m, size_t index)
{
    size_t offset = MADE_FIRST_OFFSET;
    for (size_t i = 0; i < index; i++)
        offset = (offset + m->sections[i].bytes.len + 15) / 16 * 16;
    return offset;
}

static inline void put_name(struct made *m, const char *name, size_t room)
{
    size_t end = m->out.len + room;
    buf_str(&m->out, str_head(str_from(name), room));
    pad_to(&m->out, end);
}

static inline void put_contents(struct made *m)
{
    for (size_t i = 0; i < m->count; i++) {
        pad_to(&m->out, section_offset(m, i));
        buf_str(&m->out, m->sections[i].bytes);
    }
    pad_to(&m->out, section_offset(m, m->count));
}

static inline void put_elf_segment(struct made *m, size_t i)
{
    size_t word = m->wide ? 8 : 4, offset = section_offset(m, i), size = m->sections[i].bytes.len;
    uint64_t flags = m->sections[i].writable ? 6 : 4;
    put_field(m, m->sections[i].is_note ? 4 : 1, 4);
    if (m->wide)
        put_field(m, flags, 4);
    put_field(m, offset, word);
    put_field(m, MADE_BASE + offset, word);
    put_field(m, 0, word);
    put_field(m, size, word);
    put_field(m, size, word);
    if (!m->wide)
        put_field(m, flags, 4);
    put_field(m, 16, word);
}

static inline void put_elf_section(struct made *m, uint64_t name, uint64_t type, uint64_t address, uint64_t offset, uint64_t size)
{
    size_t word = m->wide ? 8 : 4;
    put_field(m, name, 4);
    put_field(m, type, 4);
    put_field(m, 0, word);
    put_field(m, address, word);
    put_field(m, offset, word);
    put_field(m, size, word);
    put_field(m, 0, 8);
    put_field(m, 1, word);
    put_field(m, 0, word);
}

static inline void make_elf(struct made *m)
{
    size_t word = m->wide ? 8 : 4, header = m->wide ? 64 : 52, names = section_offset(m, m->count), names_len = 1;
    bool bare = m->format == MADE_ELF_BARE;
    for (size_t i = 0; i < m->count; i++)
        names_len += strlen(m->sections[i].name) + 1;
    size_t table = (names + names_len + 15) / 16 * 16;
    buf_add(&m->out,
            "\x7F"
            "ELF",
            4);
    put_field(m, m->wide ? 2 : 1, 1);
    put_field(m, m->big ? 2 : 1, 1);
    put_field(m, 1, 1);
    pad_to(&m->out, 16);
    put_field(m, 2, 2);
    put_field(m, m->wide ? 62 : 3, 2);
    put_field(m, 1, 4);
    put_field(m, MADE_FIRST_ADDRESS, word);
    put_field(m, header, word);
    put_field(m, bare ? 0 : table, word);
    put_field(m, 0, 4);
    put_field(m, header, 2);
    put_field(m, m->wide ? 56 : 32, 2);
    put_field(m, m->count, 2);
    put_field(m, m->wide ? 64 : 40, 2);
    put_field(m, bare ? 0 : m->count + 2, 2);
    put_field(m, bare ? 0 : m->count + 1, 2);
    for (size_t i = 0; i < m->count; i++)
        put_elf_segment(m, i);
    put_contents(m);
    if (bare)
        return;
    buf_chr(&m->out, '\0');
    for (size_t i = 0; i < m->count; i++)
        put_name(m, m->sections[i].name, strlen(m->sections[i].name) + 1);
    pad_to(&m->out, table);
    put_elf_section(m, 0, 0, 0, 0, 0);
    size_t name = 1;
    for (size_t i = 0; i < m->count; i++) {
        size_t offset = section_offset(m, i);
        put_elf_section(m, name, m->sections[i].is_note ? 7 : 1, MADE_BASE + offset, offset, m->sections[i].bytes.len);
        name += strlen(m->sections[i].name) + 1;
    }
    put_elf_section(m, 0, 3, 0, names, names_len);
}

static inline void make_pe(struct made *m)
{
    size_t optional = m->wide ? 112 : 96;
    buf_text(&m->out, "MZ");
    pad_to(&m->out, 0x3C);
    put_field(m, 0x40, 4);
    buf_add(&m->out, "PE\0\0", 4);
    put_field(m, m->wide ? 0x8664 : 0x14C, 2);
    put_field(m, m->count, 2);
    put_field(m, 0, 8);
    put_field(m, 0, 4);
    put_field(m, optional, 2);
    put_field(m, 2, 2);
    size_t start = m->out.len;
    put_field(m, m->wide ? 0x20B : 0x10B, 2);
    pad_to(&m->out, start + (m->wide ? 24 : 28));
    put_field(m, MADE_BASE, m->wide ? 8 : 4);
    pad_to(&m->out, start + optional);
    for (size_t i = 0; i < m->count; i++) {
        size_t offset = section_offset(m, i);
        put_name(m, m->sections[i].name, 8);
        put_field(m, m->sections[i].bytes.len, 4);
        put_field(m, offset, 4);
        put_field(m, m->sections[i].bytes.len, 4);
        put_field(m, offset, 4);
        put_field(m, 0, 8);
        put_field(m, 0, 4);
        put_field(m, m->sections[i].writable ? 0xC0000040 : 0x40000040, 4);
    }
    put_contents(m);
}

static inline void make_macho(struct made *m)
{
    size_t word = m->wide ? 8 : 4, command = m->wide ? 72 + 80 : 56 + 68;
    put_field(m, m->wide ? 0xFEEDFACF : 0xFEEDFACE, 4);
    put_field(m, m->wide ? 0x01000007 : 7, 4);
    put_field(m, 3, 4);
    put_field(m, 2, 4);
    put_field(m, m->count, 4);
    put_field(m, m->count * command, 4);
    put_field(m, 0, m->wide ? 8 : 4);
    for (size_t i = 0; i < m->count; i++) {
        size_t offset = section_offset(m, i), size = m->sections[i].bytes.len;
        put_field(m, m->wide ? 0x19 : 1, 4);
        put_field(m, command, 4);
        put_name(m, "__DATA", 16);
        put_field(m, MADE_BASE + offset, word);
        put_field(m, size, word);
        put_field(m, offset, word);
        put_field(m, size, word);
        put_field(m, 3, 4);
        put_field(m, m->sections[i].writable ? 3 : 1, 4);
        put_field(m, 1, 4);
        put_field(m, 0, 4);
        put_name(m, m->sections[i].name, 16);
        put_name(m, "__DATA", 16);
        put_field(m, MADE_BASE + offset, word);
        put_field(m, size, word);
        put_field(m, offset, 4);
        put_field(m, 0, 4);
        put_field(m, 0, 8);
        put_field(m, 0, m->wide ? 16 : 12);
    }
    put_contents(m);
}

/* The file's bytes, until buf_free(&m->out). */
static inline struct str make_program(struct made *m)
{
    buf_init(&m->out, 16u << 20);
    if (m->format == MADE_PE)
        make_pe(m);
    else if (m->format == MADE_MACHO)
        make_macho(m);
    else
        make_elf(m);
    assert_false(m->out.failed);
    return buf_view(&m->out);
}

#endif
