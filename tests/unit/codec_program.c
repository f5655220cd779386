/* Executables by random access, zlib texts. */
#include "codec/codec.h"
#include "program_write.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static const struct made_section sections[] = {
    { ".text", STR_INIT("0123456789abcdef0123"), false, false },
    { ".data", STR_INIT("data here"), true, false },
};

static const struct shape {
    enum made_format format;
    bool wide, big;
} shapes[] = {
    { MADE_ELF, true, false },    { MADE_ELF, true, true },    { MADE_ELF, false, false },  { MADE_ELF, false, true },
    { MADE_PE, true, false },     { MADE_PE, false, false },   { MADE_MACHO, true, false }, { MADE_MACHO, true, true },
    { MADE_MACHO, false, false }, { MADE_MACHO, false, true },
};

static bool open_text(struct str text, struct arena *arena, struct program *program, struct error *err)
{
    struct blob blob = { .memory = text, .fd = -1, .size = text.len };
    return program_open(program, &blob, arena, err);
}

static void sections_are_found_and_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        struct made made = {
            .format = shapes[i].format, .wide = shapes[i].wide, .big = shapes[i].big, .sections = sections, .count = 2
        };
        struct str text = make_program(&made);
        struct arena arena;
        struct program program;
        struct error err = { 0 };
        char bytes[9];
        arena_init(&arena, "test", 1u << 20);
        if (!open_text(text, &arena, &program, &err))
            fail_msg("shape %zu: %s", i, err.text);
        assert_int_equal(program.big_endian, shapes[i].big);
        assert_int_equal(program.pointer_bytes, shapes[i].wide ? 8 : 4);
        const struct program_section *data = program_section_named(&program, ".data");
        assert_non_null(data);
        assert_null(program_section_named(&program, ".datb"));
        assert_int_equal(data->size, 9);
        assert_true(program_read(&program, data->address, bytes, 9, &err));
        assert_memory_equal(bytes, "data here", 9);
        assert_false(program_read(&program, data->address + 1, bytes, 9, &err)); /* ends behind the segment */
        assert_false(program_read(&program, 1, bytes, 1, &err));
        uint64_t offset;
        assert_int_equal(program_room(&program, data->address + 4, &offset), 5);
        assert_int_equal(offset, data->offset + 4);
        assert_false(program_is_upx(&program));
        arena_free(&arena);
        buf_free(&made.out);
    }
}

/* Whatever is cut or changed, lists that come out lie inside the file. */
static void check_bounds(struct str text)
{
    struct arena arena;
    struct program program;
    struct error err = { 0 };
    struct str note;
    arena_init(&arena, "test", 64u << 20);
    char *exact = malloc(text.len ? text.len : 1);
    assert_non_null(exact);
    if (text.len)
        memcpy(exact, text.ptr, text.len);
    if (open_text(str_make(exact, text.len), &arena, &program, &err)) {
        for (size_t i = 0; i < program.section_count; i++) {
            const struct program_section *s = &program.sections[i];
            assert_true(s->size == 0 || (s->offset <= text.len && s->size <= text.len - s->offset));
            assert_true(s->name.len < 1000);
        }
        for (size_t i = 0; i < program.segment_count; i++)
            assert_true(program.segments[i].offset <= text.len);
        program_note(&program, "GNU", 3, &note);
        program_is_upx(&program);
    } else {
        assert_true(err.text[0] != '\0');
    }
    free(exact);
    arena_free(&arena);
}

static void damage_stays_inside_the_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        struct made made = {
            .format = shapes[i].format, .wide = shapes[i].wide, .big = shapes[i].big, .sections = sections, .count = 2
        };
        struct str text = make_program(&made);
        for (size_t len = 0; len < text.len; len += len < 512 || len > MADE_FIRST_OFFSET ? 1 : 64)
            check_bounds(str_head(text, len));
        for (size_t at = 0; at < text.len; at += at == 512 ? MADE_FIRST_OFFSET - 512 : 1)
            for (unsigned b = 0; b < 4; b++) {
                static const char bytes[] = { '\x00', '\x01', '\x7F', '\xFF' };
                char old = made.out.ptr[at];
                made.out.ptr[at] = bytes[b];
                check_bounds(text);
                made.out.ptr[at] = old;
            }
        buf_free(&made.out);
    }
}

static void put_note(struct buf *out, const char *owner, uint32_t type, const char *text)
{
    put_number(out, strlen(owner) + 1, 4, false);
    put_number(out, strlen(text), 4, false);
    put_number(out, type, 4, false);
    buf_add(out, owner, strlen(owner) + 1);
    pad_to(out, (out->len + 3) / 4 * 4);
    buf_text(out, text);
    pad_to(out, (out->len + 3) / 4 * 4);
}

static void notes_are_found_by_owner_and_type(void **state)
{
    (void)state;
    struct buf notes;
    buf_init(&notes, 4096);
    put_note(&notes, "GNU", 1, "abi");
    put_note(&notes, "FDO", 7, "other type");
    put_note(&notes, "FDO", 8, "wanted");
    struct made_section section = { ".note", buf_view(&notes), false, true };
    struct made made = { .format = MADE_ELF, .wide = true, .sections = &section, .count = 1 };
    struct str text = make_program(&made), found;
    struct arena arena;
    struct program program;
    struct error err = { 0 };
    arena_init(&arena, "test", 1u << 20);
    assert_true(open_text(text, &arena, &program, &err));
    assert_true(program_note(&program, "FDO", 8, &found));
    assert_str(found, "wanted");
    assert_false(program_note(&program, "FDO", 9, &found));
    assert_false(program_note(&program, "GNU", 8, &found));
    arena_free(&arena);
    buf_free(&made.out);
    buf_free(&notes);
}

static void others_are_no_programs(void **state)
{
    (void)state;
    static const struct str texts[] = {
        STR_INIT(""),
        STR_INIT("MZ"),
        STR_INIT("#!/bin/sh\n"),
        STR_INIT("\xCA\xFE\xBA\xBE\x00\x00\x00\x34"
                 "a class of Java, long enough to hold a row of a universal file"),
        STR_INIT("MZ only for DOS, as Windows 3.1 had them; it has no second header, nor a place for its offset  "),
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct arena arena;
        struct program program;
        struct error err = { 0 };
        arena_init(&arena, "test", 1u << 20);
        assert_false(open_text(texts[i], &arena, &program, &err));
        assert_int_equal(err.kind, ERROR_UNSUPPORTED);
        arena_free(&arena);
    }
}

static void universal_files_give_their_first_program(void **state)
{
    (void)state;
    struct made made = { .format = MADE_MACHO, .wide = true, .sections = sections, .count = 2 };
    struct str text = make_program(&made);
    struct buf fat;
    buf_init(&fat, 1u << 20);
    put_number(&fat, 0xCAFEBABE, 4, true);
    put_number(&fat, 1, 4, true);
    put_number(&fat, 0x01000007, 4, true);
    put_number(&fat, 3, 4, true);
    put_number(&fat, 4096, 4, true);
    put_number(&fat, text.len, 4, true);
    put_number(&fat, 12, 4, true);
    pad_to(&fat, 4096);
    buf_str(&fat, text);
    struct arena arena;
    struct program program;
    struct error err = { 0 };
    char bytes[4];
    arena_init(&arena, "test", 1u << 20);
    assert_true(open_text(buf_view(&fat), &arena, &program, &err));
    const struct program_section *data = program_section_named(&program, ".data");
    assert_non_null(data);
    assert_true(program_read(&program, data->address, bytes, 4, &err));
    assert_memory_equal(bytes, "data", 4);
    assert_false(open_text(str_head(buf_view(&fat), fat.len - 1), &arena, &program, &err));
    arena_free(&arena);
    buf_free(&fat);
    buf_free(&made.out);
}

/* The test itself, as the linker made it. */
static void a_real_program_is_read(void **state)
{
    (void)state;
    int fd = open("/proc/self/exe", O_RDONLY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        print_message("needs /proc\n");
        skip();
    }
    struct blob blob = { .fd = fd, .size = (uint64_t)st.st_size };
    struct arena arena;
    struct program program;
    struct error err = { 0 };
    arena_init(&arena, "test", 16u << 20);
    assert_true(program_open(&program, &blob, &arena, &err));
    assert_true(program.format == PROGRAM_ELF && program.section_count > 10 && program.segment_count > 2);
    assert_non_null(program_section_named(&program, ".text"));
    assert_true(program_section_named(&program, ".bss")->size == 0);
    arena_free(&arena);
    close(fd);
}

static void zlib_texts_have_limits(void **state)
{
    (void)state;
    static unsigned char plain[200000], packed[200000];
    uLongf len = sizeof packed;
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] = (unsigned char)(i * i >> 7);
    assert_int_equal(compress(packed, &len, plain, sizeof plain), Z_OK);
    struct arena arena;
    struct str out;
    struct error err = { 0 };
    arena_init(&arena, "test", 4u << 20);
    assert_true(zlib_text(str_make(packed, len), sizeof plain, &arena, &out, &err));
    assert_int_equal(out.len, sizeof plain);
    assert_memory_equal(out.ptr, plain, sizeof plain);
    assert_false(zlib_text(str_make(packed, len), sizeof plain - 1, &arena, &out, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
    for (size_t cut = 0; cut < len; cut += cut < 100 ? 1 : 997)
        assert_false(zlib_text(str_make(packed, cut), sizeof plain, &arena, &out, &err));
    assert_false(zlib_text(STR("no zlib stream"), 100, &arena, &out, &err));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_are_found_and_read),
        cmocka_unit_test(damage_stays_inside_the_file),
        cmocka_unit_test(notes_are_found_by_owner_and_type),
        cmocka_unit_test(others_are_no_programs),
        cmocka_unit_test(universal_files_give_their_first_program),
        cmocka_unit_test(a_real_program_is_read),
        cmocka_unit_test(zlib_texts_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
