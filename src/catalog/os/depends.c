/* Relations between Debian's packages (deb-control(5), "Depends"; deb-version(7)): see depends.h. */
#include "catalog/os/depends.h"
#include "catalog/headers.h"
#include "catalog/kinds.h"

/* "libc6:any (>= 2.36) [amd64] <!nocheck>": the name alone. */
static struct str name_of(struct str relation)
{
    size_t n = 0;
    relation = str_trim(relation);
    while (n < relation.len && relation.ptr[n] > ' ' && !strchr(":([<|,", relation.ptr[n]))
        n++;
    return str_head(relation, n);
}

/* "a (>= 1), a (<< 2)" is one need. */
static void drop_repeated(struct buf *list, size_t start)
{
    struct str all = buf_view(list), before = str_head(all, start), last;
    size_t at;
    last = str_rfind(before, '\n', &at) ? str_skip(before, at + 1) : before;
    if (start && str_eq(last, str_skip(all, start + 1)))
        list->len = start;
}

void depends_put(struct buf *list, struct str field)
{
    struct str relation, alternative;
    if (!header_value_ok(field))
        return;
    while (str_next(&field, ',', &relation)) {
        bool first = true;
        size_t start = list->len;
        while (str_next(&relation, '|', &alternative)) {
            struct str name = name_of(alternative);
            if (name.len == 0)
                continue;
            if (first)
                catalog_put_item(list, name);
            else
                buf_printf(list, "|%.*s", STR_ARG(name));
            first = false;
        }
        drop_repeated(list, start);
    }
}

void depends_put_provides(struct buf *provides, struct str field)
{
    struct str relation, head, version;
    if (!header_value_ok(field))
        return;
    while (str_next(&field, ',', &relation)) {
        struct str name = name_of(relation);
        if (name.len == 0)
            continue;
        if (provides->len)
            buf_chr(provides, ' ');
        buf_str(provides, name);
        if (str_cut(relation, '=', &head, &version) && str_cut(version, ')', &version, &head) && str_trim(version).len)
            buf_printf(provides, "=%.*s", STR_ARG(str_trim(version)));
    }
}

/* ---- alternatives ------------------------------------------------------------------------------------------------------------ */

static bool put_names(const struct catalog_facts *facts, struct map *names)
{
    for (size_t i = 0; i < facts->package_count; i++) {
        struct str rest = facts->packages[i].provides, item, name, version;
        if (!map_put(names, facts->packages[i].name, i))
            return false;
        while (str_next(&rest, ' ', &item)) {
            str_cut(item, '=', &name, &version);
            if (name.len && !map_put(names, name, i))
                return false;
        }
    }
    return true;
}

/* The list can only become shorter, so it is rewritten in place of a copy. */
static bool choose(const struct map *names, struct package *package, struct arena *arena)
{
    struct str rest = package->depends, line, alternative;
    char *text = arena_cstr(arena, rest), *to = text;
    if (!text)
        return false;
    while (str_next(&rest, '\n', &line)) {
        struct str left = line, chosen = { 0 }, first, others;
        str_cut(line, '|', &first, &others);
        while (!chosen.ptr && str_next(&left, '|', &alternative))
            if (map_get(names, alternative, NULL))
                chosen = alternative;
        if (!chosen.ptr)
            chosen = first;
        if (to != text)
            *to++ = '\n';
        memcpy(to, chosen.ptr, chosen.len);
        to += chosen.len;
    }
    package->depends = str_make(text, (size_t)(to - text));
    return true;
}

bool depends_settle(struct catalog_facts *facts)
{
    struct map names;
    map_init(&names, facts->arena);
    if (!put_names(facts, &names))
        return false;
    for (size_t i = 0; i < facts->package_count; i++)
        if (str_find(facts->packages[i].depends, '|', NULL) && !choose(&names, &facts->packages[i], facts->arena))
            return false;
    return true;
}
