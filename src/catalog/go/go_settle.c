/* Go projects when all their files are there: what go.sum adds to a go.mod before Go 1.17, what go.work changes, and who needs
 * whom as far as the module cache tells. The project itself needs what it asks for directly. */
#include "catalog/go/go_mod.h"

#include <stdlib.h>

/* Lists of the module cache are read again for each project that needs the module: so much of them at most. */
static const size_t MAX_GRAPH_BYTES = (size_t)256 << 20;

struct world {
    struct catalog_facts *facts;
    struct arena *arena;
    struct map notes;    /* "key\nfile" to an index in the notes; of the cache "path@version" */
    struct map works;    /* go.mod's path to the index of the go.work note that uses it */
    struct map locals;   /* "work module" to 1: modules of that workspace */
    struct map replaced; /* "work path version" to an index in replaces */
    struct mod_replace *replaces;
    size_t replace_count, replace_cap, graph_bytes;
};

static struct str key_of(const struct world *w, const char *key, struct str path)
{
    return arena_printf(w->arena, "%s\n%.*s", key, STR_ARG(path));
}

static bool index_notes(struct world *w)
{
    for (size_t i = 0; i < w->facts->note_count; i++) {
        const struct catalog_note *n = &w->facts->notes[i];
        struct str key, rest;
        if (str_is(n->key, MOD_NOTE_CACHE))
            str_cut(n->value, '\n', &key, &rest);
        else
            key = arena_printf(w->arena, "%.*s\n%.*s", STR_ARG(n->key), STR_ARG(n->path));
        if (!key.ptr || !map_put(&w->notes, key, i))
            return false;
    }
    return true;
}

static const struct catalog_note *note_at(const struct world *w, const char *key, struct str folder, const char *name)
{
    struct arena_mark mark = arena_mark(w->arena);
    struct str path = arena_printf(w->arena, "%.*s%s%s", STR_ARG(folder), folder.len ? "/" : "", name);
    uint64_t at;
    bool found = path.ptr && map_get(&w->notes, key_of(w, key, path), &at);
    arena_reset(w->arena, mark);
    return found ? &w->facts->notes[at] : NULL;
}

/* ---- before Go 1.17 --------------------------------------------------------------------------------------------------------------------- */

static bool add_listed(struct world *w, struct str mod_path, struct str list, const struct map *known, const char *proof)
{
    struct str line, path, version;
    while (str_next(&list, '\n', &line)) {
        uint64_t number = 0;
        if (!str_cut(line, ' ', &path, &version) || (map_get(known, path, &number) && number == 0))
            continue;
        struct package *p = catalog_add_package(w->facts, &catalog_gomod_kind, mod_path);
        if (!p)
            return false;
        p->name = path;
        p->version = version;
        p->id = go_id(w->arena, path, version);
        p->relation = RELATION_INDIRECT;
        p->line = p->end_line = (uint32_t)number;
        p->proof = str_from(proof);
    }
    return !w->arena->exhausted;
}

static bool complete_old(struct world *w)
{
    size_t count = w->facts->note_count;
    for (size_t i = 0; i < count; i++) {
        struct catalog_note note = w->facts->notes[i];
        if (!str_is(note.key, MOD_NOTE_OLD))
            continue;
        struct str folder = path_dir(note.path), rest = note.value, line, number, path;
        uint64_t at;
        const struct catalog_note *sum = note_at(w, MOD_NOTE_SUM, folder, "go.sum"),
                                  *vendor = sum ? NULL : note_at(w, MOD_NOTE_VENDOR, folder, "vendor/modules.txt");
        struct map known;
        map_init(&known, w->arena);
        while (str_next(&rest, '\n', &line))
            if (str_cut(line, ' ', &number, &path) && str_u64(number, &at) && !map_put(&known, path, at))
                return false;
        if (sum && !add_listed(w, note.path, sum->value, &known, "go.sum"))
            return false;
        if (vendor && !add_listed(w, note.path, vendor->value, &known, "vendor/modules.txt"))
            return false;
    }
    return true;
}

/* ---- workspaces -------------------------------------------------------------------------------------------------------------------------- */

static struct str work_key(const struct world *w, uint64_t work, struct str path, struct str version)
{
    return arena_printf(w->arena, "%llu %.*s %.*s", (unsigned long long)work, STR_ARG(path), STR_ARG(version));
}

static bool add_used(struct world *w, uint64_t work, struct str folder)
{
    char path[4096];
    size_t len;
    struct str root = path_dir(w->facts->notes[work].path);
    struct str joined = arena_printf(w->arena, "%.*s/%.*s/go.mod", STR_ARG(root), STR_ARG(folder));
    if (!joined.ptr)
        return false;
    if (!path_normalize(joined, path, &len))
        return true;
    struct str used = arena_str(w->arena, str_make(path, len));
    return used.ptr && map_put(&w->works, used, work);
}

static bool add_replaced(struct world *w, uint64_t work, struct str words)
{
    struct str field[4];
    for (size_t i = 0; i < ARRAY_LEN(field); i++) {
        str_cut(words, ' ', &field[i], &words);
        if (str_is(field[i], "-"))
            field[i].len = 0;
    }
    struct mod_replace *grown = arena_grow(w->arena, w->replaces, w->replace_count, &w->replace_cap, sizeof *grown);
    struct str key = work_key(w, work, field[0], field[1]);
    if (!grown || !key.ptr)
        return false;
    w->replaces = grown;
    grown[w->replace_count] = (struct mod_replace){ field[0], field[1], field[2], field[3] };
    return map_put(&w->replaced, key, w->replace_count++);
}

static bool read_works(struct world *w)
{
    for (size_t i = 0; i < w->facts->note_count; i++) {
        struct str rest = w->facts->notes[i].value, line, word, words;
        if (!str_is(w->facts->notes[i].key, MOD_NOTE_WORK))
            continue;
        while (str_next(&rest, '\n', &line)) {
            str_cut(line, ' ', &word, &words);
            if (!(str_is(word, "use") ? add_used(w, i, words) : add_replaced(w, i, words)))
                return false;
        }
    }
    return true;
}

static const struct mod_replace *replacement(const struct world *w, uint64_t work, const struct package *p)
{
    struct arena_mark mark = arena_mark(w->arena);
    uint64_t at;
    bool found = map_get(&w->replaced, work_key(w, work, p->name, p->version), &at) ||
                 map_get(&w->replaced, work_key(w, work, p->name, STR("")), &at);
    arena_reset(w->arena, mark);
    return found ? &w->replaces[at] : NULL;
}

/* Modules of one workspace are taken from their folders by each other; its replacements go before those of its modules. */
static bool apply_works(struct world *w)
{
    uint64_t work;
    for (size_t i = 0; i < w->facts->package_count; i++) {
        const struct package *p = &w->facts->packages[i];
        if (p->relation == RELATION_ROOT && map_get(&w->works, p->path, &work) &&
            !map_put(&w->locals, work_key(w, work, p->name, STR("")), 1))
            return false;
    }
    for (size_t i = 0; i < w->facts->package_count; i++) {
        struct package *p = &w->facts->packages[i];
        if (p->relation == RELATION_ROOT || !map_get(&w->works, p->path, &work))
            continue;
        struct arena_mark mark = arena_mark(w->arena);
        bool local = map_get(&w->locals, work_key(w, work, p->name, STR("")), NULL);
        arena_reset(w->arena, mark);
        const struct mod_replace *by = local ? NULL : replacement(w, work, p);
        if (local || (by && by->by_version.len == 0)) {
            p->name.len = 0;
        } else if (by) {
            p->name = by->by_path;
            p->version = by->by_version;
            p->id = go_id(w->arena, p->name, p->version);
        }
    }
    return !w->arena->exhausted;
}

/* ---- who needs whom ---------------------------------------------------------------------------------------------------------------------- */

/* Modules that the cached go.mod of this one needs, as far as they are among those of the project. */
static bool list_needed(struct world *w, struct package *packages, size_t at, const struct map *by_name)
{
    uint64_t note, other;
    struct package *p = &packages[at];
    struct str rest, name;
    struct buf list;
    if (!map_get(&w->notes, p->id, &note) || !str_is(w->facts->notes[note].key, MOD_NOTE_CACHE))
        return true;
    rest = w->facts->notes[note].value;
    w->graph_bytes += rest.len;
    if (w->graph_bytes > MAX_GRAPH_BYTES)
        return true;
    buf_init(&list, MAX_GRAPH_BYTES);
    str_next(&rest, '\n', &name);
    while (str_next(&rest, '\n', &name))
        if (map_get(by_name, name, &other) && other != at)
            catalog_put_item(&list, packages[other].id);
    p->depends = arena_str(w->arena, list.failed ? STR("") : buf_view(&list));
    buf_free(&list);
    return p->depends.ptr != NULL;
}

static bool link_project(struct world *w, struct package *packages, size_t count)
{
    struct map by_name;
    struct package *root = NULL;
    struct buf list;
    map_init(&by_name, w->arena);
    for (size_t i = 0; i < count; i++)
        if (!map_put(&by_name, packages[i].name, i))
            return false;
    for (size_t i = 0; i < count; i++) {
        if (packages[i].relation == RELATION_ROOT)
            root = &packages[i];
        else if (!list_needed(w, packages, i, &by_name))
            return false;
    }
    if (!root)
        return true;
    buf_init(&list, SIZE_MAX / 2);
    for (size_t i = 0; i < count; i++)
        if (packages[i].name.len && !packages[i].locked_only && packages[i].relation == RELATION_DIRECT)
            catalog_put_item(&list, packages[i].id);
    root->depends = arena_str(w->arena, buf_view(&list));
    bool ok = !list.failed && root->depends.ptr;
    buf_free(&list);
    return ok;
}

static int compare_places(const void *a, const void *b)
{
    const struct package *x = a, *y = b;
    int order = str_cmp(x->path, y->path);
    order = order ? order : str_cmp(x->name, y->name);
    return order ? order : str_cmp(x->version, y->version);
}

bool mod_settle(struct catalog_facts *facts)
{
    struct world w = { .facts = facts, .arena = facts->arena };
    map_init(&w.notes, w.arena);
    map_init(&w.works, w.arena);
    map_init(&w.locals, w.arena);
    map_init(&w.replaced, w.arena);
    if (!index_notes(&w) || !complete_old(&w) || !read_works(&w) || (w.works.count && !apply_works(&w)))
        return false;
    if (facts->package_count)
        qsort(facts->packages, facts->package_count, sizeof *facts->packages, compare_places);
    for (size_t first = 0, end; first < facts->package_count; first = end) {
        struct str path = facts->packages[first].path;
        for (end = first; end < facts->package_count && str_eq(facts->packages[end].path, path); end++)
            /* the go line says what is enough, not what the program will be built with */
            facts->packages[end].locked_only |= str_is(facts->packages[end].name, "stdlib");
        if (!link_project(&w, facts->packages + first, end - first))
            return false;
    }
    return true;
}
