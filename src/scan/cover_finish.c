/* The last word on files: the class of each, executables that nothing explains, packages whose files are gone or changed. Runs
 * when the list of packages is final. */
#include "scan/cover.h"

#include <stdlib.h>

const char *file_class_name(enum file_class class)
{
    static const char *const names[] = { "OS package", "language package", "program", "data", "unexplained" };
    return class < ARRAY_LEN(names) ? names[class] : "";
}

struct inventory_files inventory_executables(const struct inventory *inventory)
{
    struct inventory_files sum = { 0 };
    for (size_t i = 0; i < FILE_CLASS_COUNT; i++) {
        sum.count += inventory->files[i].executable_count;
        sum.size_bytes += inventory->files[i].executable_bytes;
    }
    sum.executable_count = sum.count;
    sum.executable_bytes = sum.size_bytes;
    return sum;
}

/* ---- which package a list speaks of ------------------------------------------------------------------------------------------- */

/* OS packages of one name form a chain. */
bool cover_packages_init(struct cover_packages *packages, struct cover *cover, const struct inventory *inventory)
{
    *packages = (struct cover_packages){ .inventory = inventory };
    map_init(&packages->by_name, cover->arena);
    map_init(&packages->by_root, cover->arena);
    packages->next = arena_array(cover->arena, inventory->package_count + 1, sizeof *packages->next);
    if (!packages->next)
        return false;
    for (size_t i = inventory->package_count; cover->list_count && i-- > 0;) {
        const struct package *p = &inventory->packages[i];
        uint64_t next = 0;
        if (!p->kind->is_os) {
            if (!map_put(&packages->by_root, path_dir(p->path), i))
                return false;
            continue;
        }
        map_get(&packages->by_name, p->name, &next);
        packages->next[i] = (uint32_t)next;
        if (!map_put(&packages->by_name, p->name, i + 1))
            return false;
    }
    return true;
}

/* The first that agrees in all that the list says; else the first of the name. */
struct package *cover_package_of(const struct cover_packages *packages, const struct catalog_file_list *list)
{
    struct package *all = packages->inventory->packages, *first = NULL;
    uint64_t at = 0;
    if (list->package.len == 0)
        return map_get(&packages->by_root, path_dir(list->path), &at) && all[at].kind == list->kind ? &all[at] : NULL;
    for (map_get(&packages->by_name, list->package, &at); at; at = packages->next[at - 1]) {
        struct package *p = &all[at - 1];
        if (p->kind != list->kind)
            continue;
        first = first ? first : p;
        if ((list->version.len == 0 || str_eq(list->version, p->version)) && (list->arch.len == 0 || str_eq(list->arch, p->arch)))
            return p;
    }
    return first;
}

/* ---- folders of packages -------------------------------------------------------------------------------------------------------- */

/* Who all below a folder belongs to. Of a package.json outside node_modules the project is the package: its scripts are
 * explained by it, native programs that lie among them are not. */
enum folder_owner { OWNER_NONE, OWNER_OS, OWNER_PACKAGE, OWNER_PROJECT };

struct finishing {
    struct cover *cover;
    struct inventory *out;
    struct cover_packages packages;
    struct map roots; /* canonical path → enum folder_owner */
    struct map memo;
    unsigned char **owners; /* by layer and folder: 1 + enum folder_owner; 0: not yet asked */
};

static bool is_shared_folder(struct str path)
{
    static const char *const shared[] = {
        "",    "usr",  "usr/local", "usr/lib",  "usr/local/lib", "usr/share",     "usr/local/share", "opt",
        "srv", "var",  "etc",       "home",     "root",          "lib",           "lib64",           "usr/lib64",
        "bin", "sbin", "usr/bin",   "usr/sbin", "usr/local/bin", "usr/local/sbin"
    };
    for (size_t i = 0; i < ARRAY_LEN(shared); i++)
        if (str_is(path, shared[i]))
            return true;
    return false;
}

static bool put_root(struct finishing *f, struct str folder, enum folder_owner owner)
{
    struct str path;
    uint64_t before;
    if (!tree_folder(f->cover->tree, folder, &path))
        return !f->cover->arena->exhausted;
    if (is_shared_folder(path) || (map_get(&f->roots, path, &before) && before <= owner))
        return true;
    return map_put(&f->roots, path, owner);
}

/* A package manager's own folder holds its database and the scripts of packages. */
static bool find_roots(struct finishing *f)
{
    for (size_t i = 0; i < f->out->package_count; i++) {
        const struct package *p = &f->out->packages[i];
        bool project = strcmp(p->kind->name, "node-pkg") == 0 && !str_contains(p->path, "node_modules/");
        if (p->kind->is_lock || (!p->kind->is_os && p->root.len == 0))
            continue;
        if (!put_root(f, p->kind->is_os ? path_dir(p->path) : p->root,
                      p->kind->is_os ? OWNER_OS
                      : project      ? OWNER_PROJECT
                                     : OWNER_PACKAGE))
            return false;
    }
    return true;
}

static enum folder_owner owner_above(struct finishing *f, struct str folder)
{
    uint64_t known;
    if (folder.len == 0 || folder.len > TREE_MAX_PATH_BYTES)
        return OWNER_NONE;
    if (map_get(&f->memo, folder, &known) || map_get(&f->roots, folder, &known))
        return (enum folder_owner)known;
    enum folder_owner owner = owner_above(f, path_dir(folder));
    map_put(&f->memo, folder, owner);
    return owner;
}

static enum folder_owner owner_of_folder(struct finishing *f, uint32_t layer, uint32_t folder)
{
    unsigned char *known = &f->owners[layer][folder];
    if (*known == 0)
        *known = (unsigned char)(1 + owner_above(f, f->cover->folders[layer][folder].path));
    return (enum folder_owner)(*known - 1);
}

static bool make_owners(struct finishing *f)
{
    struct cover *cover = f->cover;
    map_init(&f->roots, cover->arena);
    map_init(&f->memo, cover->arena);
    f->owners = arena_array(cover->arena, cover->layer_count + 1, sizeof *f->owners);
    for (size_t i = 0; f->owners && i < cover->layer_count; i++)
        if (!(f->owners[i] = arena_alloc(cover->arena, cover->layers[i].folder_count + 1)))
            return false;
    return f->owners && find_roots(f);
}

/* ---- classes ------------------------------------------------------------------------------------------------------------------- */

static bool is_executable(const struct layer_member *m)
{
    return (m->mode & (MEMBER_PROGRAM | MEMBER_SCRIPT)) != 0;
}

/* Files that packages were read from. */
static bool mark_read(struct finishing *f)
{
    struct cover *cover = f->cover;
    for (size_t i = 0; i < cover->tree->file_count; i++) {
        const struct tree_file *t = &cover->tree->files[i];
        if (t->gone || t->file->packages.count == 0 || t->file->kind->is_os || t->file->kind->is_lock)
            continue;
        struct cover_file *file = cover_find(cover, layer_name(t->real, false));
        if (!file)
            continue;
        *(t->file->kind->is_program ? &file->is_program : &file->is_package) = true;
    }
    return true;
}

static enum file_class class_of(struct finishing *f, const struct cover_file *file, const struct layer_member *m)
{
    const struct catalog_file_list *list = file->list ? f->cover->lists[file->list - 1].list : NULL;
    if (list)
        return list->kind->is_os ? FILE_OS_PACKAGE : FILE_LANGUAGE_PACKAGE;
    enum folder_owner owner = owner_of_folder(f, file->layer, m->folder);
    if (owner == OWNER_OS)
        return FILE_OS_PACKAGE;
    if (file->is_package || owner == OWNER_PACKAGE || (owner == OWNER_PROJECT && !(m->mode & MEMBER_PROGRAM)))
        return FILE_LANGUAGE_PACKAGE;
    if (file->is_program)
        return FILE_PROGRAM;
    return is_executable(m) ? FILE_UNEXPLAINED : FILE_DATA;
}

static struct cover_file *file_of_member(struct cover *cover, size_t layer, uint32_t member)
{
    const struct layer_inventory *l = &cover->layers[layer];
    const struct layer_member *m = &l->members[member];
    struct cover_file *file =
        cover_find(cover, layer_name_moved(m->name, l->folders[m->folder].hash, cover->folders[layer][m->folder].hash));
    return file && file->layer == layer && file->member == member ? file : NULL;
}

static void share_class(struct finishing *f, const struct cover_file *from, struct cover_file *to)
{
    enum file_class class = class_of(f, from, cover_member(f->cover, from));
    if (class != FILE_UNEXPLAINED)
        to->shared = (uint8_t)(1 + class);
    else if (from->shared)
        to->shared = from->shared;
}

/* What explains one of several hard links to the same contents explains all. The first pass tells the file that all links are
 * to, the second all links. */
static void share_classes(struct finishing *f)
{
    struct cover *cover = f->cover;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < cover->layer_count; i++)
            for (size_t k = 0; k < cover->layers[i].base_count; k++) {
                const struct layer_base *base = &cover->layers[i].bases[k];
                uint32_t at;
                if (!base->same_as || !layer_find(&cover->layers[i], base->same_as, &at))
                    continue;
                struct cover_file *link = file_of_member(cover, i, base->member), *target = file_of_member(cover, i, at);
                if (link && target)
                    share_class(f, pass ? target : link, pass ? link : target);
            }
}

static void classify(struct finishing *f)
{
    struct cover *cover = f->cover;
    for (size_t i = 0; i < cover->file_count; i++) {
        struct cover_file *file = &cover->files[i];
        const struct layer_member *m = file->member == COVER_NONE ? NULL : cover_member(cover, file);
        if (!m || !is_regular(m->mode))
            continue;
        enum file_class class = class_of(f, file, m);
        if (class == FILE_UNEXPLAINED && file->shared)
            class = (enum file_class)(file->shared - 1);
        file->is_listed = class != FILE_UNEXPLAINED;
        uint64_t bytes = m->mode & MEMBER_SAME ? 0 : m->size_bytes;
        struct inventory_files *sum = &f->out->files[class];
        sum->count++;
        sum->size_bytes += bytes;
        sum->executable_count += is_executable(m);
        sum->executable_bytes += is_executable(m) ? bytes : 0;
    }
}

static int compare_executables(const void *a, const void *b)
{
    const struct inventory_executable *x = a, *y = b;
    return str_cmp(x->path, y->path);
}

/* What the user leaves out is of no class. */
static void leave_out(struct inventory *out, const struct layer_member *m)
{
    uint64_t bytes = m->mode & MEMBER_SAME ? 0 : m->size_bytes;
    struct inventory_files *sum = &out->files[FILE_UNEXPLAINED];
    sum->count--;
    sum->executable_count--;
    sum->size_bytes -= bytes;
    sum->executable_bytes -= bytes;
}

static bool list_unexplained(struct finishing *f)
{
    struct cover *cover = f->cover;
    struct inventory *out = f->out;
    out->unexplained_count = 0;
    out->unexplained = arena_array(cover->arena, (size_t)out->files[FILE_UNEXPLAINED].count + 1, sizeof *out->unexplained);
    for (size_t i = 0; out->unexplained && i < cover->layer_count; i++)
        for (size_t k = 0; k < cover->layers[i].base_count; k++) {
            const struct layer_base *base = &cover->layers[i].bases[k];
            struct cover_file *file = file_of_member(cover, i, base->member);
            const struct layer_member *m = &cover->layers[i].members[base->member];
            if (!file || file->is_listed || !is_executable(m) || !is_regular(m->mode))
                continue;
            file->is_listed = true; /* a member may have two rows */
            struct str folder = cover->folders[i][m->folder].path;
            struct str path =
                arena_printf(cover->arena, "%.*s%s%.*s", STR_ARG(folder), folder.len ? "/" : "", STR_ARG(base->name));
            if (!path.ptr)
                return false;
            if (skip_covers(cover->skips, path)) {
                leave_out(out, m);
                continue;
            }
            out->unexplained[out->unexplained_count++] =
                (struct inventory_executable){ path, m->size_bytes, (uint32_t)i, (m->mode & MEMBER_SCRIPT) != 0 };
        }
    if (out->unexplained_count)
        qsort(out->unexplained, out->unexplained_count, sizeof *out->unexplained, compare_executables);
    return out->unexplained;
}

/* ---- changes ------------------------------------------------------------------------------------------------------------------- */

static int compare_changes(const void *a, const void *b)
{
    const struct inventory_change *x = a, *y = b;
    if (x->package != y->package)
        return x->package < y->package ? -1 : 1;
    int order = str_cmp(x->path, y->path);
    if (order)
        return order;
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    return (int)y->configuration - (int)x->configuration;
}

/* Marks packages of which nothing is left; `sums` has a row a package. */
static void mark_gone(struct finishing *f, struct cover_list *sums)
{
    for (size_t i = 0; i < f->cover->list_count; i++) {
        const struct cover_list *list = &f->cover->lists[i];
        struct package *p = cover_package_of(&f->packages, list->list);
        if (!p)
            continue;
        struct cover_list *sum = &sums[p - f->out->packages];
        sum->strong += list->strong;
        sum->strong_gone += list->strong_gone;
        sum->weak += list->weak;
        sum->weak_gone += list->weak_gone;
        sum->has_strong |= list->has_strong;
    }
    for (size_t i = 0; i < f->out->package_count; i++) {
        const struct cover_list *sum = &sums[i];
        f->out->packages[i].gone =
            sum->has_strong ? sum->strong && sum->strong == sum->strong_gone : sum->weak && sum->weak == sum->weak_gone;
    }
}

/* The files of a language package inside an OS package are told with that one. */
static bool list_changes(struct finishing *f)
{
    struct cover *cover = f->cover;
    struct inventory *out = f->out;
    struct cover_list *sums = arena_array(cover->arena, out->package_count + 1, sizeof *sums);
    struct inventory_change *changes = arena_array(cover->arena, cover->change_count + 1, sizeof *changes);
    size_t count = 0, kept = 0;
    if (!sums || !changes)
        return false;
    mark_gone(f, sums);
    for (size_t i = 0; i < cover->change_count; i++) {
        const struct cover_change *c = &cover->changes[i];
        const struct package *p = cover_package_of(&f->packages, cover->lists[c->list].list);
        if (!p || p->gone || p->owner.len || (c->weak && sums[p - out->packages].has_strong) ||
            skip_covers(cover->skips, c->path))
            continue;
        changes[count++] =
            (struct inventory_change){ (uint32_t)(p - out->packages), c->type, c->configuration, c->path, c->text };
    }
    if (count)
        qsort(changes, count, sizeof *changes, compare_changes);
    for (size_t i = 0; i < count; i++) {
        const struct inventory_change *last = kept ? &changes[kept - 1] : NULL;
        if (!last || last->package != changes[i].package || last->type != changes[i].type || !str_eq(last->path, changes[i].path))
            changes[kept++] = changes[i];
    }
    out->changes = changes;
    out->change_count = kept;
    return true;
}

bool cover_finish(struct cover *cover, struct inventory *out)
{
    struct finishing f = { .cover = cover, .out = out };
    memset(out->files, 0, sizeof out->files);
    if (!cover_packages_init(&f.packages, cover, out) || !make_owners(&f) || !mark_read(&f))
        return false;
    share_classes(&f);
    classify(&f);
    if (!list_unexplained(&f) || !list_changes(&f) || cover->arena->exhausted)
        return false;
    return out->classified = true;
}
