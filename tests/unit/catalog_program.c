/* What executables tell: Go's build info, the crates of Rust programs, ELF package notes. */
#include "catalog_unit.h"
#include "program_write.h"

#include <zlib.h>

static const char go_magic[] = "\xff Go buildinf:";

static void parse_program(struct parsed *parsed, struct str text)
{
    parse_begin(parsed);
    char *exact = malloc(text.len ? text.len : 1);
    assert_non_null(exact);
    if (text.len)
        memcpy(exact, text.ptr, text.len);
    struct blob blob = { .memory = str_make(exact, text.len), .fd = -1, .size = text.len };
    const struct catalog_kind *kind = catalog_claim_program(STR("usr/bin/tool"), 0755);
    assert_non_null(kind);
    struct catalog_file file = { .kind = kind, .path = STR("usr/bin/tool"), .blob = &blob, .scratch = &parsed->scratch };
    assert_true(catalog_parse(&file, &parsed->facts));
    free(exact); /* facts must not point into the file */
    arena_free(&parsed->scratch);
}

/* ---- Go -------------------------------------------------------------------------------------------------------------------------- */

static void put_varint(struct buf *out, size_t value)
{
    for (; value >= 0x80; value >>= 7)
        buf_chr(out, (char)(value | 0x80));
    buf_chr(out, (char)value);
}

static void put_framed(struct buf *out, const char *text)
{
    buf_add(out, "0123456789abcdef", 16);
    buf_text(out, text);
    buf_add(out, "0123456789abcdef", 16);
}

static void put_header(struct buf *out, size_t pointer_bytes, unsigned flags)
{
    buf_add(out, go_magic, sizeof go_magic - 1);
    buf_chr(out, (char)pointer_bytes);
    buf_chr(out, (char)flags);
}

/* Since Go 1.18. */
static void put_inline(struct buf *out, const char *version, const char *text)
{
    size_t start = out->len;
    put_header(out, 8, 2);
    pad_to(out, start + 32);
    put_varint(out, strlen(version));
    buf_text(out, version);
    put_varint(out, strlen(text) + 32);
    put_framed(out, text);
}

/* Before: two pointers to strings, each a pointer to its bytes and a length; `at` is the address of out's first byte. */
static void put_pointers(struct buf *out, uint64_t at, size_t size, bool big, const char *version, const char *text)
{
    put_header(out, size, big ? 1 : 0);
    uint64_t strings = at + 32, bytes = strings + 4 * size;
    put_number(out, strings, size, big);
    put_number(out, strings + 2 * size, size, big);
    pad_to(out, 32);
    put_number(out, bytes, size, big);
    put_number(out, strlen(version), size, big);
    put_number(out, bytes + strlen(version), size, big);
    put_number(out, strlen(text) + 32, size, big);
    buf_text(out, version);
    put_framed(out, text);
}

#define MODULES                                                                \
    "path\texample.com/tool\nmod\texample.com/tool\t(devel)\t\n"               \
    "dep\tgithub.com/a/b\tv1.2.3\th1:sum=\ndep\tgithub.com/old/c\tv0.1.0\n"    \
    "=>\tgithub.com/new/c\tv0.2.0\th1:sum=\ndep\tgithub.com/local/d\tv1.0.0\n" \
    "=>\t../d\t(devel)\t\n"

static void check_modules(const struct parsed *parsed, const char *stdlib)
{
    assert_int_equal(parsed->facts.warning_count, 0);
    assert_int_equal(parsed->facts.package_count, 5);
    assert_str(package_named(parsed, "stdlib")->version, stdlib);
    assert_int_equal(package_named(parsed, "stdlib")->relation, RELATION_DIRECT);
    assert_str(package_named(parsed, "github.com/a/b")->version, "v1.2.3");
    assert_str(package_named(parsed, "github.com/a/b")->id, "github.com/a/b@v1.2.3");
    assert_str(package_named(parsed, "github.com/new/c")->version, "v0.2.0");
    assert_str(package_named(parsed, "github.com/local/d")->version, "");
    const struct package *main = package_named(parsed, "example.com/tool");
    assert_int_equal(main->relation, RELATION_ROOT);
    assert_true(main->kind == catalog_kind_named(STR("gobinary")));
    assert_str(main->proof, "build info");
    assert_true(str_starts(main->depends, "github.com/a/b@v1.2.3\ngithub.com/local/d\ngithub.com/new/c@v0.2.0\nstdlib@v1."));
}

static void build_info_is_read_from_every_format(void **state)
{
    (void)state;
    static const struct {
        enum made_format format;
        bool wide, big;
        const char *section;
    } rows[] = {
        { MADE_ELF, true, false, ".go.buildinfo" },
        { MADE_ELF, true, true, ".go.buildinfo" },
        { MADE_ELF, false, false, ".go.buildinfo" },
        { MADE_ELF, false, true, ".go.buildinfo" },
        { MADE_ELF_BARE, true, false, "" },
        { MADE_PE, true, false, ".data" },
        { MADE_PE, false, false, ".data" },
        { MADE_MACHO, true, false, "__go_buildinfo" },
        { MADE_MACHO, false, true, "__go_buildinfo" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        for (unsigned old = 0; old < 2; old++) {
            struct buf info;
            struct parsed parsed;
            buf_init(&info, 1u << 20);
            if (old)
                put_pointers(&info, MADE_FIRST_ADDRESS, rows[i].wide ? 8 : 4, rows[i].big, "go1.15.2", MODULES);
            else
                put_inline(&info, "go1.22.1", MODULES);
            struct made_section section = { rows[i].section, buf_view(&info), true, false };
            struct made made = {
                .format = rows[i].format, .wide = rows[i].wide, .big = rows[i].big, .sections = &section, .count = 1
            };
            parse_program(&parsed, make_program(&made));
            check_modules(&parsed, old ? "v1.15.2" : "v1.22.1");
            parse_free(&parsed);
            buf_free(&made.out);
            buf_free(&info);
        }
}

static void parse_info(struct parsed *parsed, const char *version, const char *text)
{
    struct buf info;
    buf_init(&info, 1u << 20);
    put_inline(&info, version, text);
    struct made_section section = { ".go.buildinfo", buf_view(&info), true, false };
    struct made made = { .format = MADE_ELF, .wide = true, .sections = &section, .count = 1 };
    parse_program(parsed, make_program(&made));
    buf_free(&made.out);
    buf_free(&info);
}

static void the_standard_library_has_gos_version(void **state)
{
    (void)state;
    static const struct {
        const char *go, *version;
    } rows[] = {
        { "go1.22.1", "v1.22.1" },
        { "go1.25.3 X:nodwarf5", "v1.25.3" },
        { "go1.26.0-X:loopvar", "v1.26.0" },
        { "go1.19.8 (Red Hat 1.19.8-1.el9)", "v1.19.8" },
        { "go1.16.15b7", "v1.16.15" },
        { "go1.21.5-custom", "v1.21.5" },
        { "go1.22rc1", "v1.22rc1" },
        { "go1.18beta1", "v1.18beta1" },
        { "devel go1.23-abcdef0 Mon Jan 1", "v1.23-abcdef0" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        parse_info(&parsed, rows[i].go, "");
        assert_int_equal(parsed.facts.package_count, 1);
        assert_str(package_named(&parsed, "stdlib")->version, rows[i].version);
        parse_free(&parsed);
    }
}

static void the_main_module_gets_the_version_that_is_told(void **state)
{
    (void)state;
#define FLAGS(text) "(devel)", "build\t-ldflags=" text "\n"
    static const struct {
        const char *own, *settings, *version;
    } rows[] = {
        { "v1.3.5", "", "v1.3.5" },
        { "(devel)", "", "" },
        { FLAGS("\"-s -w -X=foo=bar -X='x/pkg/version/app.ver=v0.50.1'\""), "v0.50.1" },
        { FLAGS("\"-X x/pkg/version.Version=v0.50.1\""), "v0.50.1" },
        { FLAGS("\"-X=\\\"x/pkg/version.Ver=0.50.1\\\"\""), "0.50.1" },
        { FLAGS("\"-X x/cmd/Any.Ver=0.50.0 -X x/pkg/version.Ver=0.50.1\""), "0.50.0" },
        { FLAGS("\"-X x/pkg/Any.Ver=0.50.0 -X x/pkg/Common.Ver=0.50.1\""), "0.50.1" },
        { FLAGS("\"-X x/pkg/Common.Ver=0.50.0 -X x/pkg/Main.Ver=0.50.1\""), "" },
        { FLAGS("\"-X x/pkg/Common.Ver=0.50.1 -X x/pkg/Main.Ver=0.50.1\""), "0.50.1" },
        { FLAGS("\"-X x/common.kubectlVersion=v0.26.11\""), "" },
        { FLAGS("\"-X x/version.Version=v1.28.6+k3s2 -w -s -extldflags '-static -lm -lpthread'\""), "v1.28.6+k3s2" },
        { FLAGS("`-X 'main.version=v1.0.0'`"), "v1.0.0" },
        { FLAGS("\"-X main.version=\\u0076\\x31.2.3\""), "v1.2.3" },
        { FLAGS("\"-X 'main.version=v1.0.0\""), "" },
        { FLAGS("\"-X main.version=unknown\""), "" },
        { "v0.0.0-20210121094942-22b2f8951d46", "build\t-ldflags=\"-X main.version=v1.2.3\"\n", "v1.2.3" },
        { "v1.0.1-0.20220426205730-d0a4cdb22955", "build\t-ldflags=\"-X main.version=v1.5.0\"\n", "v1.5.0" },
        { "v2.0.0-20251210145848-560ea94fc7d6", "", "v2.0.0-20251210145848-560ea94fc7d6" },
        { "v1.2.3", "build\t-ldflags=\"-X main.version=v9.9.9\"\n", "v1.2.3" },
        { "(devel)", "build\tvcs.revision=0123456789abcdef\nbuild\tvcs.time=2024-01-02T03:04:05Z\n", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct parsed parsed;
        char text[1024];
        snprintf(text, sizeof text, "path\tx\nmod\tx\t%s\t\n%s", rows[i].own, rows[i].settings);
        parse_info(&parsed, "go1.22.1", text);
        const struct package *p = package_named(&parsed, "x");
        if (!str_is(p->version, rows[i].version))
            fail_msg("row %zu: \"%.*s\", not \"%s\"", i, STR_ARG(p->version), rows[i].version);
        parse_free(&parsed);
    }
}

static void put_symbol(struct buf *out, uint32_t name, uint64_t value, uint64_t size)
{
    put_number(out, name, 4, false);
    put_number(out, 0, 4, false);
    put_number(out, value, 8, false);
    put_number(out, size, 8, false);
}

/* -trimpath leaves the flags out of the settings; the symbol stays. */
static void symbols_tell_the_version(void **state)
{
    (void)state;
    struct buf info, symbols;
    struct parsed parsed;
    buf_init(&info, 1u << 20);
    buf_init(&symbols, 1u << 20);
    put_inline(&info, "go1.22.1",
               "mod\tx\t(devel)\t\nbuild\t-trimpath=true\nbuild\tvcs.revision=0123ab\nbuild\tvcs.time=2024-01-02T03:04:05Z\n");
    struct str value = STR("v3.2.1"), names = STR("\0runtime.x\0main.version.str\0other.str\0");
    struct made_section sections[] = {
        { ".rodata", value, false, false },
        { ".go.buildinfo", buf_view(&info), true, false },
        { ".strtab", names, false, false },
        { ".symtab", { 0 }, false, false },
    };
    put_symbol(&symbols, 0, 0, 0);
    put_symbol(&symbols, 1, MADE_FIRST_ADDRESS, 3);
    put_symbol(&symbols, 11, MADE_FIRST_ADDRESS, value.len);
    sections[3].bytes = buf_view(&symbols);
    struct made made = { .format = MADE_ELF, .wide = true, .sections = sections, .count = 4 };
    parse_program(&parsed, make_program(&made));
    assert_str(package_named(&parsed, "x")->version, "v3.2.1");
    assert_str(package_named(&parsed, "x")->proof, "build info, commit 0123ab of 2024-01-02T03:04:05Z");
    parse_free(&parsed);
    buf_free(&made.out);
    buf_free(&symbols);
    buf_free(&info);
}

static void damaged_build_info_is_told(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_info(&parsed, "", "");
    assert_int_equal(parsed.facts.package_count, 0);
    assert_int_equal(parsed.facts.warning_count, 1);
    parse_free(&parsed);
    parse_info(&parsed, "go1.22.1", "mod\tx\tv1.0.0\t\ndep\tno version\n=>\ta\tb\tc\ndep\tgood\tv1.0.0\tsum\n");
    assert_int_equal(parsed.facts.package_count, 3);
    assert_int_equal(parsed.facts.warning_count, 1);
    assert_str(package_named(&parsed, "good")->version, "v1.0.0");
    parse_free(&parsed);
}

static void packed_programs_are_named(void **state)
{
    (void)state;
    struct made_section section = { "x", STR_INIT("nothing"), true, false };
    struct made made = { .format = MADE_ELF_BARE, .wide = true, .sections = &section, .count = 1 };
    struct parsed parsed;
    make_program(&made);
    memcpy(made.out.ptr + 0x200, "UPX!", 4);
    parse_program(&parsed, buf_view(&made.out));
    assert_int_equal(parsed.facts.package_count, 0);
    assert_int_equal(parsed.facts.warning_count, 1);
    assert_true(str_contains(parsed.facts.warnings[0].text, "UPX"));
    parse_free(&parsed);
    buf_free(&made.out);
}

/* ---- Rust ------------------------------------------------------------------------------------------------------------------------- */

static void parse_audit(struct parsed *parsed, enum made_format format, const char *json)
{
    unsigned char packed[8192];
    uLongf len = sizeof packed;
    assert_int_equal(compress(packed, &len, (const unsigned char *)json, strlen(json)), Z_OK);
    struct made_section section = { ".dep-v0", str_make(packed, len), false, false };
    struct made made = { .format = format, .wide = true, .sections = &section, .count = 1 };
    parse_program(parsed, make_program(&made));
    buf_free(&made.out);
}

#define CRATES                                                                                                              \
    "{\"packages\":[{\"name\":\"app\",\"version\":\"0.1.0\",\"source\":\"local\",\"dependencies\":[1,2,99],\"root\":true}," \
    "{\"name\":\"lib\",\"version\":\"1.0.0\",\"source\":\"crates.io\",\"dependencies\":[3]},"                               \
    "{\"name\":\"cc\",\"version\":\"2.0.0\",\"source\":\"crates.io\",\"kind\":\"build\"},"                                  \
    "{\"name\":\"leaf\",\"version\":\"3.0.0\",\"source\":\"crates.io\"}],\"format\":1}"

static void audit_data_names_crates(void **state)
{
    (void)state;
    static const enum made_format formats[] = { MADE_ELF, MADE_PE, MADE_MACHO };
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct parsed parsed;
        parse_audit(&parsed, formats[i], CRATES);
        assert_int_equal(parsed.facts.warning_count, 0);
        assert_int_equal(parsed.facts.package_count, 3);
        assert_int_equal(package_named(&parsed, "app")->relation, RELATION_ROOT);
        assert_str(package_named(&parsed, "app")->depends, "lib@1.0.0");
        assert_int_equal(package_named(&parsed, "lib")->relation, RELATION_DIRECT);
        assert_str(package_named(&parsed, "lib")->depends, "leaf@3.0.0");
        assert_int_equal(package_named(&parsed, "leaf")->relation, RELATION_INDIRECT);
        parse_free(&parsed);
    }
    static const char *const bad[] = { "{\"packages\":[", "", "[{}" };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct parsed parsed;
        parse_audit(&parsed, MADE_ELF, bad[i]);
        assert_int_equal(parsed.facts.package_count, 0);
        assert_int_equal(parsed.facts.warning_count, 1);
        parse_free(&parsed);
    }
}

/* ---- notes ------------------------------------------------------------------------------------------------------------------------ */

static void parse_note(struct parsed *parsed, const char *json)
{
    struct buf note;
    buf_init(&note, 4096);
    size_t len = strlen(json);
    put_number(&note, 4, 4, false);
    put_number(&note, len, 4, false);
    put_number(&note, 0xCAFE1A7E, 4, false);
    buf_add(&note, "FDO", 4);
    buf_text(&note, json);
    struct made_section section = { ".note.package", buf_view(&note), false, true };
    struct made made = { .format = MADE_ELF, .wide = true, .sections = &section, .count = 1 };
    parse_program(parsed, make_program(&made));
    buf_free(&made.out);
    buf_free(&note);
}

static void package_notes_are_listed_once(void **state)
{
    (void)state;
    struct parsed parsed;
    parse_note(&parsed, "{\"type\":\"rpm\",\"name\":\"hello\",\"version\":\"0-1.fc35\",\"architecture\":\"x86_64\","
                        "\"os\":\"fedora\",\"osVersion\":\"35\"}");
    assert_int_equal(parsed.facts.package_count, 1);
    const struct package *p = &parsed.facts.packages[0];
    assert_str(p->name, "hello");
    assert_str(p->version, "0-1.fc35");
    assert_str(p->arch, "x86_64");
    assert_str(p->proof, ".note.package (rpm of fedora 35)");
    struct package *again = catalog_add_package(&parsed.facts, p->kind, STR("usr/bin/zz"));
    assert_non_null(again);
    *again = parsed.facts.packages[0];
    again->path = STR("usr/bin/zz");
    assert_true(again->kind->settle(&parsed.facts));
    assert_str(parsed.facts.packages[0].path, "usr/bin/tool");
    assert_int_equal(parsed.facts.packages[1].name.len, 0);
    parse_free(&parsed);
    parse_note(&parsed, "{\"name\":\"x\"}");
    assert_int_equal(parsed.facts.package_count, 0);
    assert_int_equal(parsed.facts.warning_count, 1);
    parse_free(&parsed);
    parse_note(&parsed, "{\"name\":");
    assert_int_equal(parsed.facts.warning_count, 1);
    parse_free(&parsed);
}

/* ---- damage ------------------------------------------------------------------------------------------------------------------------ */

/* Cut or changed, a program tells what it told before, or less. */
static void damaged_programs_survive(void **state)
{
    (void)state;
    struct buf info, old;
    buf_init(&info, 1u << 20);
    buf_init(&old, 1u << 20);
    put_inline(&info, "go1.22.1", MODULES);
    put_pointers(&old, MADE_FIRST_ADDRESS, 8, false, "go1.15.2", MODULES);
    const struct str infos[] = { buf_view(&info), buf_view(&old) };
    for (size_t k = 0; k < ARRAY_LEN(infos); k++) {
        struct made_section section = { ".go.buildinfo", infos[k], true, false };
        struct made made = { .format = MADE_ELF, .wide = true, .sections = &section, .count = 1 };
        struct str text = make_program(&made);
        for (size_t len = 0; len < text.len; len += len < MADE_FIRST_OFFSET ? 97 : 1) {
            struct parsed parsed;
            parse_program(&parsed, str_head(text, len));
            assert_true(parsed.facts.package_count == 0 || parsed.facts.package_count == 5);
            parse_free(&parsed);
        }
        for (size_t at = MADE_FIRST_OFFSET; at < text.len; at++)
            for (unsigned b = 0; b < 3; b++) {
                static const char bytes[] = { '\0', '\n', '\xFF' };
                char before = made.out.ptr[at];
                struct parsed parsed;
                made.out.ptr[at] = bytes[b];
                parse_program(&parsed, text);
                parse_free(&parsed);
                made.out.ptr[at] = before;
            }
        buf_free(&made.out);
    }
    buf_free(&info);
    buf_free(&old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(build_info_is_read_from_every_format),
        cmocka_unit_test(the_standard_library_has_gos_version),
        cmocka_unit_test(the_main_module_gets_the_version_that_is_told),
        cmocka_unit_test(symbols_tell_the_version),
        cmocka_unit_test(damaged_build_info_is_told),
        cmocka_unit_test(packed_programs_are_named),
        cmocka_unit_test(audit_data_names_crates),
        cmocka_unit_test(package_notes_are_listed_once),
        cmocka_unit_test(damaged_programs_survive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
