/* The platforms of one image: which packages and findings are not the same on all of them. */
#include "cmd/many.h"

#include <stdlib.h>

/* A package (id empty) or a finding in it, and the rows that have it. */
struct platform_content {
    struct str name, version, id;
    const struct catalog_kind *kind;
    uint64_t rows;
};

/* ---- names --------------------------------------------------------------------------------------------------------------------------- */

static bool is_same(const struct image_platform *a, const struct image_platform *b)
{
    return str_eq(a->os, b->os) && str_eq(a->arch, b->arch) && str_eq(a->variant, b->variant);
}

struct str *platforms_name(const struct image_choice *choices, size_t count, struct arena *arena)
{
    struct str *names = arena_array(arena, count, sizeof *names);
    for (size_t i = 0; names && i < count; i++) {
        bool is_alone = true;
        names[i] = choices[i].platform.os.len ? image_platform_text(choices[i].platform, arena) : STR("unknown platform");
        for (size_t k = 0; k < count; k++)
            is_alone &= k == i || !is_same(&choices[i].platform, &choices[k].platform);
        if (!is_alone && choices[i].digest.len)
            names[i] = arena_printf(arena, "%.*s %.*s", STR_ARG(names[i]), STR_ARG(str_head(choices[i].digest, 19)));
    }
    return arena->exhausted ? NULL : names;
}

/* ---- what each has ------------------------------------------------------------------------------------------------------------------- */

static bool add_content(struct many *m, const struct package *p, struct str id, struct str key)
{
    struct platform_content *list = arena_grow(&m->arena, m->content_list, m->content_count, &m->content_cap, sizeof *list);
    key = arena_str(&m->arena, key);
    if (!list || !key.ptr)
        return false;
    m->content_list = list;
    list[m->content_count] = (struct platform_content){ .name = arena_str(&m->arena, p->name),
                                                        .version = arena_str(&m->arena, p->version),
                                                        .id = arena_str(&m->arena, id),
                                                        .kind = p->kind };
    return !m->arena.exhausted && map_put(&m->contents, key, m->content_count++);
}

static bool note_content(struct many *m, const struct package *p, struct str id, size_t row, struct buf *key)
{
    uint64_t place;
    buf_clear(key);
    const struct str parts[] = { str_from(p->kind->name), p->name, p->version, id };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        buf_u64(key, parts[i].len);
        buf_str(key, parts[i]);
    }
    if (key->failed)
        return false;
    if (!map_get(&m->contents, buf_view(key), &place)) {
        place = m->content_count;
        if (!add_content(m, p, id, buf_view(key)))
            return false;
    }
    m->content_list[place].rows |= UINT64_C(1) << row;
    return true;
}

bool platforms_note(struct many *m, const struct judgement *j, size_t row)
{
    struct buf key;
    bool ok = true;
    if (row >= OVERVIEW_MAX_COMPARED)
        return true;
    buf_init(&key, 64 << 20);
    for (size_t r = 0; ok && r < j->matches.result_count; r++) {
        const struct result *result = &j->matches.results[r];
        for (size_t i = 0; ok && i < result->package_count; i++)
            ok = note_content(m, result->packages[i], (struct str){ 0 }, row, &key);
        for (size_t i = 0; ok && i < result->finding_count; i++)
            ok = note_content(m, result->findings[i].package, result->findings[i].id, row, &key);
    }
    buf_free(&key);
    return ok;
}

/* ---- what not all have --------------------------------------------------------------------------------------------------------------- */

/* Of one package version what the same rows have stands together, the package itself first. */
static int compare_contents(const void *a, const void *b)
{
    const struct platform_content *x = a, *y = b;
    int order = str_cmp(x->name, y->name);
    if (order == 0)
        order = str_cmp(x->version, y->version);
    if (order == 0)
        order = str_cmp(str_from(x->kind->name), str_from(y->kind->name));
    if (order == 0)
        order = (x->rows > y->rows) - (x->rows < y->rows);
    return order ? order : str_cmp(x->id, y->id);
}

static bool stands_with(const struct platform_content *a, const struct platform_content *b)
{
    return str_eq(a->name, b->name) && str_eq(a->version, b->version) && a->kind == b->kind && a->rows == b->rows;
}

/* Joins a run of contents into one difference. */
static bool add_difference(struct many *m, const struct platform_content *run, size_t count, struct overview_difference *out)
{
    struct str *ids = arena_array(&m->arena, count, sizeof *ids);
    if (!ids)
        return false;
    *out = (struct overview_difference){ .name = run->name, .version = run->version, .ids = ids, .rows = run->rows };
    for (size_t i = 0; i < count; i++)
        if (run[i].id.len)
            ids[out->id_count++] = run[i].id;
        else
            out->is_package = true;
    return true;
}

bool platforms_compare(struct many *m)
{
    struct platform_content *list = m->content_list;
    struct overview *v = &m->overview;
    uint64_t all = 0;
    for (size_t i = 0; i < v->count && i < OVERVIEW_MAX_COMPARED; i++)
        if (!v->rows[i].problem.len)
            all |= UINT64_C(1) << i;
    struct overview_difference *found = arena_array(&m->arena, m->content_count + 1, sizeof *found);
    if (!found)
        return false;
    if (m->content_count > 1)
        qsort(list, m->content_count, sizeof *list, compare_contents);
    for (size_t i = 0, end; i < m->content_count; i = end) {
        for (end = i + 1; end < m->content_count && stands_with(&list[i], &list[end]);)
            end++;
        if (list[i].rows != all && !add_difference(m, &list[i], end - i, &found[v->difference_count++]))
            return false;
    }
    v->differences = found;
    return true;
}
