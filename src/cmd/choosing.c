/* Which packages are listed and judged: the options that choose among files, kinds and relations, and what they do. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "cmd/scanning.h"

#include <stdlib.h>

static bool add_text(struct text_list *list, const char *option, struct str value, struct error *err)
{
    struct str item;
    while (str_next(&value, ',', &item)) {
        item = str_trim(item);
        if (item.len == 0)
            continue;
        if (list->count == ARRAY_LEN(list->items))
            return error_set(err, ERROR_USAGE, "%s: more than %zu patterns", option, ARRAY_LEN(list->items));
        list->items[list->count++] = item;
    }
    return true;
}

static bool set_skip_dirs(void *target, struct str value, struct error *err)
{
    return add_text(&((struct scanning *)target)->skip_dirs, "--skip-dirs", value, err);
}

static bool set_skip_files(void *target, struct str value, struct error *err)
{
    return add_text(&((struct scanning *)target)->skip_files, "--skip-files", value, err);
}

static bool set_file_patterns(void *target, struct str value, struct error *err)
{
    struct str kind, expression;
    (void)target;
    if (!str_cut(value, ':', &kind, &expression) || expression.len == 0)
        return error_set(err, ERROR_USAGE, "--file-patterns: \"%.*s\" is not KIND:EXPRESSION, e.g. pip:requirements-.*\\.txt",
                         STR_ARG(value));
    return catalog_add_pattern(kind, expression, err) || error_wrap(err, "--file-patterns");
}

static bool set_priority(void *target, struct str value, struct error *err)
{
    struct scanning *s = target;
    s->comprehensive = str_is(value, "comprehensive");
    return s->comprehensive || str_is(value, "precise") ||
           error_set(err, ERROR_USAGE, "--detection-priority: \"%.*s\" is neither precise nor comprehensive", STR_ARG(value));
}

static bool set_relations(void *target, struct str value, struct error *err)
{
    struct scanning *s = target;
    struct str item;
    while (str_next(&value, ',', &item)) {
        unsigned i = 0;
        while (i < RELATION_COUNT && !str_is(str_trim(item), catalog_relation_name((enum package_relation)i)))
            i++;
        if (i == RELATION_COUNT)
            return error_set(err, ERROR_USAGE,
                             "--pkg-relationships: \"%.*s\" is not known; there are: unknown, root, workspace, direct, indirect",
                             STR_ARG(item));
        s->relations |= 1u << i;
    }
    return true;
}

static bool set_package_types(void *target, struct str value, struct error *err)
{
    struct scanning *s = target;
    struct str type;
    s->without_os = s->without_library = true;
    while (str_next(&value, ',', &type)) {
        type = str_trim(type);
        s->without_os &= !str_is(type, "os");
        s->without_library &= !str_is(type, "library");
        if (!str_is(type, "os") && !str_is(type, "library"))
            return error_set(err, ERROR_USAGE, "--pkg-types: \"%.*s\" is neither os nor library", STR_ARG(type));
    }
    return true;
}

#define AT(field) offsetof(struct scanning, field)

const struct option choosing_option_table[] = {
    { "pkg-types", '\0', "LIST", "os, library, or both (default)", OPTION_CALL, 0, set_package_types, "vuln-type" },
    { "include-dev-deps", '\0', NULL, "packages that are needed for development only, too", OPTION_FLAG, AT(include_dev), NULL,
      NULL },
    { "pkg-relationships", '\0', "LIST", "only these: unknown,root,workspace,direct,indirect", OPTION_CALL, 0, set_relations,
      NULL },
    { "detection-priority", '\0', "PRIORITY",
      "precise (default), or comprehensive: judge also what lock files in an image only name, and what belongs to OS packages",
      OPTION_CALL, 0, set_priority, NULL },
    { "skip-dirs", '\0', "GLOBS", "leave out folders, e.g. app/test,**/fixtures", OPTION_CALL, 0, set_skip_dirs, NULL },
    { "skip-files", '\0', "GLOBS", "leave out files", OPTION_CALL, 0, set_skip_files, NULL },
    { "file-patterns", '\0', "KIND:REGEX", "read files of other names as this kind, e.g. pip:requirements-.*\\.txt", OPTION_CALL,
      0, set_file_patterns, NULL },
    { 0 },
};

/* What `mvn` has fetched for this user completes the poms of a tree. */
static void find_maven_repository(struct scan_options *options)
{
    static char path[4096];
    const char *home = getenv("HOME");
    if (home && home[0] && (size_t)snprintf(path, sizeof path, "%s/.m2/repository", home) < sizeof path)
        options->maven_repository = path;
}

/* Without "./" and "/" in front and "/" behind. */
static struct str clean(struct str path)
{
    while (str_starts(path, "/") || str_starts(path, "./"))
        path = str_skip(path, path.ptr[0] == '/' ? 1 : 2);
    while (str_ends(path, "/"))
        path = str_head(path, path.len - 1);
    return path;
}

/* What of `path` lies below `folder`. */
static bool strip_folder(struct str folder, struct str *path)
{
    if (folder.len == 0 || path->len <= folder.len || path->ptr[folder.len] != '/' ||
        memcmp(path->ptr, folder.ptr, folder.len) != 0)
        return false;
    *path = str_skip(*path, folder.len + 1);
    return true;
}

/* Patterns are relative to what is scanned; paths from the root or the working directory that lead into it mean the same. */
static void aim_patterns(struct text_list *list, struct str target, struct str real)
{
    for (size_t i = 0; i < list->count; i++) {
        struct str *item = &list->items[i];
        bool absolute = str_starts(*item, "/");
        *item = clean(*item);
        if (!(absolute && strip_folder(clean(real), item)))
            strip_folder(clean(target), item);
    }
}

void choosing_aim(struct scanning *s, const char *target)
{
    char *real = target ? realpath(target, NULL) : NULL;
    aim_patterns(&s->skip_dirs, str_from(target), str_from(real));
    aim_patterns(&s->skip_files, str_from(target), str_from(real));
    free(real);
    s->scan.skips = (struct scan_skips){ s->skip_dirs.items, s->skip_files.items, s->skip_dirs.count, s->skip_files.count };
    find_maven_repository(&s->scan);
}

/* Changed files are told by their package's index, which moves with what is dropped. */
static void drop_changes(struct inventory *inventory, const uint32_t *moved)
{
    size_t kept = 0;
    for (size_t i = 0; i < inventory->change_count; i++) {
        struct inventory_change change = inventory->changes[i];
        if (moved[change.package] == UINT32_MAX)
            continue;
        change.package = moved[change.package];
        inventory->changes[kept++] = change;
    }
    inventory->change_count = kept;
}

bool choosing_apply(const struct scanning *s, struct inventory *inventory, struct error *err)
{
    size_t kept = 0;
    uint32_t *moved = arena_array(&inventory->arena, inventory->package_count + 1, sizeof *moved);
    if (!moved)
        return arena_error(&inventory->arena, err);
    for (size_t i = 0; i < inventory->package_count; i++) {
        const struct package *p = &inventory->packages[i];
        bool type = p->kind->is_os ? !s->without_os : !s->without_library;
        bool relation = !s->relations || (s->relations & 1u << p->relation);
        moved[i] = UINT32_MAX;
        if (!type || !relation || (p->dev && !s->include_dev) || (p->is_lowest && !s->comprehensive))
            continue;
        moved[i] = (uint32_t)kept;
        inventory->packages[kept++] = *p;
    }
    inventory->package_count = kept;
    drop_changes(inventory, moved);
    return true;
}
