/* Installed Python packages: METADATA of wheels (PEP 376 and "Recording installed projects" for the *.dist-info folder) and
 * PKG-INFO of eggs (setuptools, "The Internal Structure of Python Eggs"), whose requirements stand in requires.txt beside it. */
#include "catalog/headers.h"
#include "catalog/python/python.h"

static const char REQUIRES[] = "python-pkg-requires";
enum { MAX_CANDIDATES = 64 };

/* The folder whose packages see each other: the one that holds "six.dist-info" or "six.egg". */
static struct str site_of(struct str path)
{
    struct str folder = path_dir(path);
    if (str_ends(path, ".egg-info"))
        return folder;
    return path_dir(str_is(path_base(folder), "EGG-INFO") ? path_dir(folder) : folder);
}

static bool read_requires(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str needs = python_requires(file->text, site_of(file->path), file->scratch, file->scratch);
    return !file->scratch->exhausted && (!needs.len || catalog_add_note(facts, REQUIRES, needs, file->path));
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    bool found;
    struct python_place place = { .path = file->path, .site = site_of(file->path), .proof = "" };
    if (str_is(path_base(file->path), "requires.txt"))
        return read_requires(file, facts);
    if (!str_ends(file->path, ".egg-info")) /* a lone file: its folder is everybody's */
        place.root = path_dir(file->path);
    return python_add_metadata(facts, &catalog_python_kind, &place, file->text, file->scratch, &found) &&
           (found || catalog_warn(facts, file->path, false, "Python metadata without a name or a version"));
}

/* ---- all packages together ---------------------------------------------------------------------------------------------------- */

struct index {
    struct catalog_facts *facts;
    struct map ids;     /* id to 1 + package */
    struct map names;   /* name in normal form to 1 + the last package of that name */
    uint32_t *previous; /* 1 + the package of the same name before; 0: none */
};

static struct str normal_name(const struct package *p)
{
    return path_base(p->id);
}

static bool build_index(struct index *index, struct catalog_facts *facts)
{
    *index = (struct index){ .facts = facts };
    map_init(&index->ids, facts->arena);
    map_init(&index->names, facts->arena);
    index->previous = arena_array(facts->arena, facts->package_count + 1, sizeof *index->previous);
    for (size_t i = 0; index->previous && i < facts->package_count; i++) {
        const struct package *p = &facts->packages[i];
        uint64_t last = 0;
        map_get(&index->names, normal_name(p), &last);
        index->previous[i] = (uint32_t)last;
        if (!map_put(&index->ids, p->id, i + 1) || !map_put(&index->names, normal_name(p), i + 1))
            return false;
    }
    return index->previous != NULL;
}

static size_t common_bytes(struct str a, struct str b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.ptr[n] == b.ptr[n])
        n++;
    return n;
}

/* A package may need what lies in another folder of sys.path; of several such the one that is nearest by its path. */
static struct str find_elsewhere(const struct index *index, struct str id)
{
    uint64_t at = 0;
    struct str best = id;
    size_t best_bytes = 0;
    map_get(&index->names, path_base(id), &at);
    for (int n = 0; at && n < MAX_CANDIDATES; n++, at = index->previous[at - 1]) {
        struct str other = index->facts->packages[at - 1].id;
        size_t bytes = 1 + common_bytes(other, id);
        if (bytes > best_bytes) {
            best = other;
            best_bytes = bytes;
        }
    }
    return best;
}

static bool tie(const struct index *index, struct package *p)
{
    struct str rest = p->depends, id;
    struct buf list;
    bool changed = false;
    buf_init(&list, 16u << 20);
    while (str_next(&rest, '\n', &id)) {
        struct str target = map_get(&index->ids, id, NULL) ? id : find_elsewhere(index, id);
        changed |= !str_eq(target, id);
        catalog_put_item(&list, target);
    }
    if (changed && !list.failed)
        p->depends = arena_str(index->facts->arena, buf_view(&list));
    buf_free(&list);
    return !index->facts->arena->exhausted;
}

/* What requires.txt says, for the package whose PKG-INFO lies beside it (and does not say so itself). */
static bool add_requires(struct catalog_facts *facts)
{
    struct map by_folder;
    map_init(&by_folder, facts->arena);
    for (size_t i = 0; i < facts->note_count; i++)
        if (str_is(facts->notes[i].key, REQUIRES) && !map_put(&by_folder, path_dir(facts->notes[i].path), i))
            return false;
    for (size_t i = 0; by_folder.count && i < facts->package_count; i++) {
        struct package *p = &facts->packages[i];
        uint64_t at;
        if (!p->depends.len && map_get(&by_folder, path_dir(p->path), &at))
            p->depends = facts->notes[at].value;
    }
    return true;
}

static bool settle(struct catalog_facts *facts)
{
    struct index index;
    if (facts->package_count >= UINT32_MAX || !add_requires(facts) || !build_index(&index, facts))
        return false;
    for (size_t i = 0; i < facts->package_count; i++)
        if (!tie(&index, &facts->packages[i]))
            return false;
    return true;
}

static const struct catalog_claim claims[] = {
    { "**/*.dist-info/METADATA", NULL },
    { "**/*.egg-info/PKG-INFO", NULL },
    { "**/EGG-INFO/PKG-INFO", NULL },
    { "**/*.egg-info", NULL },
    { "**/*.egg-info/requires.txt", NULL },
    { "**/EGG-INFO/requires.txt", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_python_kind = {
    .name = "python-pkg",
    .title = "Python",
    .ecosystem = "pip",
    .scheme = "pep440",
    .purl_type = "pypi",
    .claims = claims,
    .max_bytes = 4u << 20, /* the description is in it: some have a whole manual, 1 MiB */
    .parse = parse,
    .settle = settle,
};
