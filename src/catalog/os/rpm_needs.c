/* Which packages an rpm needs: it requires names, which packages have or provide (rpm's doc/manual/tags.md, "Dependencies").
 * Names are gathered while headers are read, and become packages when all of them are known. */
#include "catalog/os/rpm.h"

enum { START = '=', PROVIDES = '+', REQUIRES = '-' };

/* Not features of rpm itself, kernel symbols, or conditions; of a library's symbol versions ("libc.so.6(GLIBC_2.34)(64bit)") the
 * library alone ("libc.so.6()(64bit)") says enough. */
static bool is_useful(struct str name)
{
    static const char *const heads[] = { "rpmlib(", "config(", "bundled(", "kmod(", "ksym(", "kernel(", "(" };
    size_t paren;
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        if (str_starts(name, heads[i]))
            return false;
    if (name.len == 0 || str_find(name, '\n', NULL))
        return false;
    bool versioned = str_find(name, '(', &paren) && paren + 1 < name.len && name.ptr[paren + 1] != ')';
    return !versioned || !str_contains(str_head(name, paren), ".so");
}

/* "glibc(x86-64)" is glibc of this machine. */
static struct str without_machine(struct str name)
{
    static const char *const tails[] = { "(x86-64)", "(x86-32)", "(aarch-64)", "(ppc-64)", "(s390-64)", "(riscv-64)" };
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        if (str_ends(name, tails[i]))
            return str_head(name, name.len - strlen(tails[i]));
    return name;
}

static void put_names(struct buf *needs, const struct rpm_header *header, enum rpm_tag tag, char sign, struct str own_name)
{
    struct rpm_array array;
    struct str name;
    if (rpm_header_texts(header, tag, &array) != RPM_FOUND)
        return;
    while (rpm_array_text(&array, &name)) {
        name = without_machine(name);
        if (!is_useful(name) || str_eq(name, own_name))
            continue;
        buf_chr(needs, sign);
        buf_str(needs, name);
        buf_chr(needs, '\n');
    }
}

void rpm_needs_add(struct rpm_db *db, const struct rpm_header *header, struct str name)
{
    buf_printf(&db->needs, "%c%zu\n", START, db->facts->package_count - 1);
    put_names(&db->needs, header, RPM_TAG_PROVIDENAME, PROVIDES, name);
    put_names(&db->needs, header, RPM_TAG_REQUIRENAME, REQUIRES, name);
}

/* ---- when all headers are read ------------------------------------------------------------------------------------------------- */

/* Takes the next line; *index is of the package that it belongs to. */
static bool next_line(struct str *rest, size_t *index, struct str *line)
{
    uint64_t number;
    while (str_next(rest, '\n', line)) {
        if (line->ptr[0] != START)
            return true;
        if (str_u64(str_skip(*line, 1), &number))
            *index = (size_t)number;
    }
    return false;
}

static bool put_providers(const struct rpm_db *db, struct map *providers)
{
    struct str rest = buf_view(&db->needs), line;
    size_t index = db->first_package;
    for (size_t i = db->first_package; i < db->facts->package_count; i++)
        if (!map_get(providers, db->facts->packages[i].name, NULL) && !map_put(providers, db->facts->packages[i].name, i))
            return false;
    while (next_line(&rest, &index, &line)) {
        struct str name = str_skip(line, 1);
        if (line.ptr[0] == PROVIDES && !map_get(providers, name, NULL) && !map_put(providers, name, index))
            return false;
    }
    return true;
}

static bool set_depends(struct rpm_db *db, size_t index, struct buf *names)
{
    struct arena *arena = db->facts->arena;
    if (names->len)
        db->facts->packages[index].depends = arena_str(arena, buf_view(names));
    buf_clear(names);
    return !arena->exhausted;
}

/* Where the names are too many to be kept, there are no dependencies. */
bool rpm_needs_settle(struct rpm_db *db)
{
    struct str rest = buf_view(&db->needs), line;
    struct arena *scratch = db->file->scratch;
    size_t index = db->first_package, last = index, count = db->facts->package_count;
    struct arena_mark mark = arena_mark(scratch);
    struct map providers;
    struct buf names;
    bool ok = true;
    if (db->needs.failed || count == db->first_package)
        return true;
    map_init(&providers, scratch);
    size_t *needed_by = arena_array(scratch, count, sizeof *needed_by); /* the last that was found to need it, plus 1 */
    if (!needed_by || !put_providers(db, &providers))
        return false;
    buf_init(&names, 1u << 20);
    while (ok && next_line(&rest, &index, &line)) {
        uint64_t at;
        if (index != last)
            ok = set_depends(db, last, &names);
        last = index;
        if (line.ptr[0] != REQUIRES || !map_get(&providers, str_skip(line, 1), &at) || at == index || needed_by[at] == index + 1)
            continue;
        needed_by[at] = index + 1;
        catalog_put_item(&names, db->facts->packages[at].name);
    }
    ok = ok && set_depends(db, last, &names);
    buf_free(&names);
    arena_reset(scratch, mark);
    return ok;
}
