/* catalog_unit.h - parses a text as the file at a path, in memory of exactly its size, so that sanitizers see each overread. */
#ifndef DRYDOCK_CATALOG_UNIT_H
#define DRYDOCK_CATALOG_UNIT_H

#include "catalog/catalog.h"
#include "unit.h"

struct parsed {
    struct arena arena, scratch;
    struct catalog_facts facts;
    bool wants_digests;
};

/* Adds the facts of one more file. */
static inline void parse_more(struct parsed *parsed, const char *path, struct str text)
{
    const struct catalog_kind *kind = catalog_claim(str_from(path));
    assert_non_null(kind);
    char *exact = malloc(text.len ? text.len : 1);
    assert_non_null(exact);
    if (text.len)
        memcpy(exact, text.ptr, text.len);
    struct catalog_file file = {
        .kind = kind,
        .path = str_from(path),
        .text = str_make(exact, text.len),
        .scratch = &parsed->scratch,
        .wants_digests = parsed->wants_digests,
    };
    assert_true(catalog_parse(&file, &parsed->facts));
    free(exact); /* facts must not point into the file */
    arena_free(&parsed->scratch);
}

static inline void parse_begin(struct parsed *parsed)
{
    *parsed = (struct parsed){ 0 };
    arena_init(&parsed->arena, "facts", 64u << 20);
    arena_init(&parsed->scratch, "scratch", 64u << 20);
    parsed->facts.arena = &parsed->arena;
}

static inline void parse_text(struct parsed *parsed, const char *path, struct str text)
{
    parse_begin(parsed);
    parse_more(parsed, path, text);
}

/* As after the squash: the kind that claims this path settles; all packages must be of that kind. */
static inline void settle_kind_of(struct parsed *parsed, const char *path)
{
    const struct catalog_kind *kind = catalog_claim(str_from(path));
    assert_non_null(kind);
    assert_non_null(kind->settle);
    assert_true(kind->settle(&parsed->facts));
}

struct input {
    const char *path, *text;
};

/* The files of one project; the kind that claims `path` settles. */
static inline void parse_project(struct parsed *parsed, const struct input *inputs, size_t count, const char *path)
{
    parse_begin(parsed);
    for (size_t i = 0; i < count; i++)
        parse_more(parsed, inputs[i].path, str_from(inputs[i].text));
    settle_kind_of(parsed, path);
}

static inline void parse_free(struct parsed *parsed)
{
    arena_free(&parsed->arena);
    arena_free(&parsed->scratch);
}

static inline const struct package *package_named(const struct parsed *parsed, const char *name)
{
    for (size_t i = 0; i < parsed->facts.package_count; i++)
        if (str_is(parsed->facts.packages[i].name, name))
            return &parsed->facts.packages[i];
    static const struct package none;
    fail_msg("no package %s", name);
    return &none; /* not reached: fail_msg jumps out of the test */
}

/* The list's lines, as catalog_file_list has them; it must be the package's. */
static inline void assert_listed(const struct parsed *parsed, size_t index, const char *package, const char *lines)
{
    assert_true(index < parsed->facts.list_count);
    assert_str(parsed->facts.lists[index].package, package);
    assert_str(parsed->facts.lists[index].lines, lines);
}

/* Cut at each byte: no damage but to what was cut, and each record's bytes lie inside the file. */
static inline void assert_cut_anywhere(const char *path, struct str text)
{
    struct parsed whole, cut;
    parse_text(&whole, path, text);
    for (size_t len = 0; len <= text.len; len++) {
        parse_text(&cut, path, str_head(text, len));
        assert_true(cut.facts.package_count <= whole.facts.package_count);
        for (size_t i = 0; i < cut.facts.package_count; i++) {
            const struct package *package = &cut.facts.packages[i];
            assert_true(package->offset + package->length <= len);
            assert_true(package->name.len && package->version.len);
            if (i + 1 < cut.facts.package_count) {
                assert_true(str_eq(package->name, whole.facts.packages[i].name));
                assert_true(str_eq(package->version, whole.facts.packages[i].version));
            }
        }
        parse_free(&cut);
    }
    parse_free(&whole);
}

/* What opens without an end: no package, one warning. */
static inline void assert_depth_is_a_warning(const char *path, const char *const *opens, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf text;
        struct parsed parsed;
        buf_init(&text, 4u << 20);
        for (size_t n = 0; n < 100000; n++)
            buf_text(&text, opens[i]);
        parse_text(&parsed, path, buf_view(&text));
        assert_int_equal(parsed.facts.package_count, 0);
        assert_int_equal(parsed.facts.warning_count, 1);
        assert_false(parsed.facts.warnings[0].incomplete);
        parse_free(&parsed);
        buf_free(&text);
    }
}

/* Each byte in turn becomes each of some bytes that matter to parsers: nothing but facts and warnings may come of it. */
static inline void assert_flips_survive(const char *path, struct str text)
{
    static const char bytes[] = { '\0', '\n', ' ', ':', '"', '{', '[', '\\', '\x80', '\xff' };
    char *copy = malloc(text.len);
    assert_non_null(copy);
    for (size_t i = 0; i < text.len; i++)
        for (size_t b = 0; b < sizeof bytes; b++) {
            struct parsed parsed;
            memcpy(copy, text.ptr, text.len);
            copy[i] = bytes[b];
            parse_text(&parsed, path, str_make(copy, text.len));
            parse_free(&parsed);
        }
    free(copy);
}

#endif
