/* Gentoo: var/db/pkg/CATEGORY/NAME-VERSION/, one folder a package (Package Manager Specification, "The VDB"; Portage's
 * vdb(5)). The package is named by the folder; CONTENTS lists what it installed, LICENSE and RDEPEND are one line each. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

/* The version starts behind the first dash that a digit follows and no further such dash, but for its revision: names may
 * hold dashes ("font-misc-100dpi" would be ambiguous, and is not allowed). */
static bool split_folder(struct str folder, struct str *name, struct str *version)
{
    size_t dash, end = folder.len;
    if (str_rfind(folder, '-', &dash) && dash + 2 < folder.len && folder.ptr[dash + 1] == 'r') {
        uint64_t revision;
        if (str_u64(str_skip(folder, dash + 2), &revision))
            end = dash;
    }
    if (!str_rfind(str_head(folder, end), '-', &dash) || dash == 0 || dash + 1 >= end || folder.ptr[dash + 1] < '0' ||
        folder.ptr[dash + 1] > '9')
        return false;
    *name = str_head(folder, dash);
    *version = str_skip(folder, dash + 1);
    return true;
}

/* ---- CONTENTS -------------------------------------------------------------------------------------------------------------------- */

/* "obj PATH MD5 MTIME", "sym PATH -> TARGET MTIME", "dir PATH"; paths may hold blanks. */
static void list_entry(struct catalog_list_writer *writer, struct str line, bool wants_digests)
{
    char digest[4 + 32] = "md5:";
    struct catalog_listed details = { 0 };
    struct str path = str_skip(line, 4);
    size_t space;
    if (str_starts(line, "obj ") && str_rfind(path, ' ', &space)) {
        path = str_head(path, space);
        details.flags = LISTED_REGULAR;
        if (!str_rfind(path, ' ', &space))
            return;
        if (wants_digests && path.len - space - 1 == 32) {
            memcpy(digest + 4, path.ptr + space + 1, 32);
            details.digest = str_make(digest, sizeof digest);
        }
        catalog_list_put_path(writer, str_head(path, space), &details);
    } else if (str_starts(line, "sym ") && str_rfind(path, ' ', &space)) {
        path = str_head(path, space);
        for (size_t i = 0; i + 4 < path.len; i++)
            if (memcmp(path.ptr + i, " -> ", 4) == 0) {
                details.mode = MODE_LINK;
                details.target = str_skip(path, i + 4);
                catalog_list_put_path(writer, str_head(path, i), &details);
                return;
            }
    }
}

static bool list_contents(const struct catalog_file *file, struct catalog_facts *facts, const struct package *package)
{
    struct catalog_file_list list = { .kind = &catalog_portage_kind, .path = file->path };
    struct catalog_list_writer writer;
    struct str rest = file->text, line;
    list.package = package->name;
    list.version = package->version;
    catalog_list_begin(&writer);
    while (str_line(&rest, &line))
        list_entry(&writer, line, file->wants_digests);
    bool ok = catalog_list_end(&writer, facts, list);
    catalog_list_drop(&writer);
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str folder = path_dir(file->path), category = path_base(path_dir(folder)), name, version;
    if (str_is(path_base(file->path), "LICENSE"))
        return catalog_add_note(facts, "portage-licence", str_head(str_trim(file->text), 4096), file->path);
    if (str_is(path_base(file->path), "RDEPEND"))
        return catalog_add_note(facts, "portage-depends", str_head(str_trim(file->text), 65536), file->path);
    /* A package that is being merged or was left behind by a crash. */
    if (str_starts(path_base(folder), "-MERGING-"))
        return true;
    if (!split_folder(path_base(folder), &name, &version) || !header_value_ok(category) || !header_value_ok(path_base(folder)))
        return catalog_warn(facts, file->path, false, "the folder names no package and version");
    struct package *package = catalog_add_package(facts, &catalog_portage_kind, file->path);
    if (!package)
        return false;
    package->name = arena_printf(facts->arena, "%.*s/%.*s", STR_ARG(category), STR_ARG(name));
    package->version = arena_str(facts->arena, version);
    return !facts->arena->exhausted && list_contents(file, facts, package);
}

/* ---- LICENSE and RDEPEND, when all files are together ----------------------------------------------------------------------------- */

/* ">=dev-libs/openssl-3.0:0/3=[ssl,-test]": category and name. Empty for blockers, USE conditions, brackets. */
static struct str needed_name(struct str word)
{
    bool has_version = word.len && strchr("<>=~", word.ptr[0]);
    struct str name, version;
    size_t n = 0;
    while (word.len && strchr("<>=~", word.ptr[0]))
        word = str_skip(word, 1);
    while (n < word.len && !strchr(":[*", word.ptr[n]))
        n++;
    word = str_head(word, n);
    if (!str_find(word, '/', NULL) || word.ptr[0] == '!' || !header_value_ok(word))
        return (struct str){ 0 };
    return has_version && split_folder(word, &name, &version) ? name : word;
}

static bool set_depends(struct package *package, struct str text, struct arena *arena)
{
    struct buf list;
    size_t n;
    buf_init(&list, 1u << 16);
    for (; text.len; text = str_skip(text, n)) {
        while (text.len && text.ptr[0] <= ' ')
            text = str_skip(text, 1);
        for (n = 0; n < text.len && text.ptr[n] > ' ';)
            n++;
        struct str name = needed_name(str_head(text, n));
        if (name.len)
            catalog_put_item(&list, name);
    }
    package->depends = arena_str(arena, buf_view(&list));
    buf_free(&list);
    return package->depends.ptr;
}

static bool settle(struct catalog_facts *facts)
{
    struct map folders;
    map_init(&folders, facts->arena);
    for (size_t i = 0; i < facts->package_count; i++)
        if (!map_put(&folders, path_dir(facts->packages[i].path), i))
            return false;
    for (size_t i = 0; i < facts->note_count; i++) {
        const struct catalog_note *note = &facts->notes[i];
        uint64_t at;
        if (!map_get(&folders, path_dir(note->path), &at))
            continue;
        if (str_is(note->key, "portage-licence") && header_value_ok(note->value))
            facts->packages[at].licence = note->value;
        else if (str_is(note->key, "portage-depends") && !set_depends(&facts->packages[at], note->value, facts->arena))
            return false;
    }
    return true;
}

static const struct catalog_claim claims[] = {
    { "var/db/pkg/*/*/CONTENTS", NULL },
    { "var/db/pkg/*/*/LICENSE", NULL },
    { "var/db/pkg/*/*/RDEPEND", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_portage_kind = {
    .name = "portage",
    .is_os = true,
    .scheme = "portage",
    .purl_type = "ebuild",
    .claims = claims,
    .max_bytes = 64u << 20, /* kernel sources have 10 MiB */
    .parse = parse,
    .settle = settle,
};
