/* bill_unit.h - reads a text as a bill of materials, in memory of exactly its size, so that sanitizers see each overread. */
#ifndef DRYDOCK_BILL_UNIT_H
#define DRYDOCK_BILL_UNIT_H

#include "catalog/catalog.h"
#include "unit.h"

struct bill_read {
    struct arena arena, scratch;
    struct catalog_facts facts;
    struct catalog_bill bill;
    struct error err;
    bool ok;
};

/* Documents are written with ' in place of ", which they are full of. */
static inline struct str quoted(char *copy, size_t size, const char *text)
{
    size_t len = strlen(text);
    assert_true(len < size);
    for (size_t i = 0; i < len; i++)
        copy[i] = text[i] == '\'' ? '"' : text[i];
    return str_make(copy, len);
}

static inline void bill_read(struct bill_read *b, struct str text)
{
    char *exact = malloc(text.len ? text.len : 1);
    assert_non_null(exact);
    if (text.len)
        memcpy(exact, text.ptr, text.len);
    *b = (struct bill_read){ 0 };
    arena_init(&b->arena, "facts", 64u << 20);
    arena_init(&b->scratch, "scratch", 64u << 20);
    b->facts.arena = &b->arena;
    b->ok = catalog_bill_read(str_make(exact, text.len), STR("dir/doc.json"), &b->scratch, &b->facts, &b->bill, &b->err);
    free(exact); /* facts must not point into the text */
    arena_free(&b->scratch);
}

static inline void bill_read_quoted(struct bill_read *b, const char *text)
{
    static char copy[1 << 16];
    bill_read(b, quoted(copy, sizeof copy, text));
    if (!b->ok)
        print_message("%s\n", b->err.text);
    assert_true(b->ok);
}

static inline void bill_free(struct bill_read *b)
{
    arena_free(&b->arena);
}

static inline const struct package *bill_package(const struct bill_read *b, const char *name)
{
    for (size_t i = 0; i < b->facts.package_count; i++)
        if (str_is(b->facts.packages[i].name, name))
            return &b->facts.packages[i];
    static const struct package none;
    fail_msg("no package %s", name);
    return &none; /* not reached: fail_msg jumps out of the test */
}

static inline void assert_kind(const struct package *package, const char *name)
{
    assert_str(str_from(package->kind->name), name);
}

static inline void assert_distro(const struct bill_read *b, const char *family, const char *release)
{
    assert_int_equal(b->facts.distro_count, 1);
    assert_str(b->facts.distros[0].family, family);
    assert_str(b->facts.distros[0].release, release);
}

/* Does a warning begin with this, or hold it? */
static inline bool bill_warns(const struct bill_read *b, const char *words)
{
    for (size_t i = 0; i < b->facts.warning_count; i++)
        if (str_contains(b->facts.warnings[i].text, words))
            return true;
    return false;
}

#endif
