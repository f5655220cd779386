/* Executables and shared libraries, told by their first bytes: each is opened once and shown to all readers. Packages that they
 * find are of the readers' kinds ("gobinary", "rustbinary"); of this kind ("binary") are those that no package manager made. */
#include "catalog/program/program.h"
#include "catalog/kinds.h"
#include "catalog/program/versions.h"

#include <stdlib.h>

static const struct program_reader *const readers[] = {
    &program_go_reader,       /* build info */
    &program_rust_reader,     /* audit data */
    &program_elf_note_reader, /* .note.package */
    &program_versions_reader, /* looks at what the Go reader found */
};

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct program program;
    struct error err = { 0 };
    if (!program_open(&program, file->blob, file->scratch, &err)) {
        if (err.kind == ERROR_UNSUPPORTED) /* scripts, classes, and whatever else begins like a program */
            return true;
        return catalog_warn(facts, file->path, false, "%s", err.text);
    }
    if (program_is_upx(&program))
        return catalog_warn(facts, file->path, false, "packed by UPX: build info cannot be read");
    const struct program_file shown = { file, &program };
    for (size_t i = 0; i < ARRAY_LEN(readers); i++)
        if (!readers[i]->read(&shown, facts))
            return false;
    return true;
}

static int compare_packages(const struct package *a, const struct package *b)
{
    int order = str_cmp(a->name, b->name);
    order = order ? order : str_cmp(a->version, b->version);
    return order ? order : str_cmp(a->arch, b->arch);
}

static int compare_found(const void *a, const void *b)
{
    const struct package *x = a, *y = b;
    int order = compare_packages(x, y);
    order = order ? order : str_cmp(x->proof, y->proof);
    return order ? order : str_cmp(x->path, y->path);
}

/* All programs of a package carry its note: it is listed once, by the first of them. */
static bool settle(struct catalog_facts *facts)
{
    if (facts->package_count)
        qsort(facts->packages, facts->package_count, sizeof *facts->packages, compare_found);
    const struct package *last = NULL;
    for (size_t i = 0; i < facts->package_count; i++) {
        struct package *p = &facts->packages[i];
        if (!str_starts(p->proof, ".note.package"))
            continue;
        if (last && compare_packages(last, p) == 0)
            p->name.len = 0;
        else
            last = p;
    }
    versions_settle(facts);
    return true;
}

const struct catalog_kind catalog_program_kind = {
    .name = "binary",
    .is_program = true,
    .scheme = "semver",
    .purl_type = "generic",
    .claims = catalog_no_claims,
    .wants_blob = true,
    .max_bytes = SIZE_MAX / 2, /* only the parts that are looked for are read */
    .parse = parse,
    .settle = settle,
};
