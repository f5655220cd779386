/* Python packages in zip archives that run as they are: eggs (setuptools, "The Internal Structure of Python Eggs") and zip
 * applications (PEP 441, and what shiv and pex make of it). Wheels are read in the same way. */
#include "catalog/headers.h"
#include "catalog/python/python.h"

enum { MAX_METADATA_BYTES = 4u << 20, MAX_PACKAGES = 10000 };

static bool is_metadata(struct str path)
{
    return str_ends(path, ".dist-info/METADATA") || str_ends(path, ".egg-info/PKG-INFO") || str_ends(path, ".egg-info") ||
           str_is(path, "EGG-INFO/PKG-INFO") || str_ends(path, "/EGG-INFO/PKG-INFO");
}

/* An egg lies among installed packages; what is inside others is on its own. */
static struct str site_of(const struct catalog_file *file)
{
    return str_ends(file->path, ".egg") ? path_dir(file->path) : file->path;
}

/* The same package may be told of twice, as egg and as wheel. */
static bool is_double(struct catalog_facts *facts, size_t first)
{
    const struct package *last = &facts->packages[facts->package_count - 1];
    for (size_t i = first; i + 1 < facts->package_count; i++)
        if (str_eq(facts->packages[i].id, last->id) && str_eq(facts->packages[i].version, last->version))
            return true;
    return false;
}

static bool read_entry(const struct catalog_file *file, struct catalog_facts *facts, struct zip *zip,
                       const struct zip_entry *entry, size_t first)
{
    struct error err = { 0 };
    struct str text;
    bool found;
    if (!header_value_ok(entry->path) || !str_is_utf8(entry->path))
        return true;
    struct arena_mark mark = arena_mark(file->scratch);
    if (!zip_text(zip, entry, MAX_METADATA_BYTES, file->scratch, &text, &err)) {
        arena_reset(file->scratch, mark);
        return catalog_warn(facts, file->path, false, "%s", err.text);
    }
    struct python_place place = { .path = file->path,
                                  .within = entry->path,
                                  .site = site_of(file),
                                  .proof = str_ends(entry->path, "METADATA") ? "METADATA" : "PKG-INFO" };
    bool done = python_add_metadata(facts, file->kind, &place, text, file->scratch, &found);
    if (done && !found)
        done = catalog_warn(facts, file->path, false, "%.*s: Python metadata without a name or a version",
                            STR_ARG(str_head(entry->path, 200)));
    else if (done && is_double(facts, first))
        facts->package_count--;
    arena_reset(file->scratch, mark);
    return done;
}

/* An egg's requirements stand behind its PKG-INFO, which rarely has them itself. */
static bool read_requires(const struct catalog_file *file, struct catalog_facts *facts, struct zip *zip,
                          const struct zip_entry *entry, size_t first)
{
    struct error err = { 0 };
    struct str text;
    struct arena_mark mark = arena_mark(file->scratch);
    struct package *egg = facts->package_count > first ? &facts->packages[first] : NULL;
    bool wanted = egg && !egg->depends.len && str_is(egg->within, "EGG-INFO/PKG-INFO");
    if (wanted && zip_text(zip, entry, MAX_METADATA_BYTES, file->scratch, &text, &err))
        egg->depends = python_requires(text, site_of(file), facts->arena, file->scratch);
    arena_reset(file->scratch, mark);
    return !facts->arena->exhausted && (err.kind == ERROR_NONE || catalog_warn(facts, file->path, false, "%s", err.text));
}

/* Is this an application? Its start is "__main__.py". */
static bool has_main(const struct catalog_file *file, bool *out, struct error *err)
{
    struct zip_entry entry;
    struct zip *zip = zip_open(*file->blob, file->scratch, err);
    *out = false;
    while (zip && zip_next(zip, &entry, err))
        *out |= str_is(entry.path, "__main__.py");
    return err->kind == ERROR_NONE;
}

bool python_archive_parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct zip_entry entry;
    struct error err = { 0 };
    bool is_app = true, done = true;
    size_t first = facts->package_count;
    struct str path = file->path;
    if (str_ends(path, ".egg") || str_ends(path, ".whl") || has_main(file, &is_app, &err)) {
        struct zip *zip = is_app ? zip_open(*file->blob, file->scratch, &err) : NULL;
        while (done && zip && zip_next(zip, &entry, &err)) {
            if (is_metadata(entry.path) && facts->package_count - first < MAX_PACKAGES)
                done = read_entry(file, facts, zip, &entry, first);
            else if (str_is(entry.path, "EGG-INFO/requires.txt"))
                done = read_requires(file, facts, zip, &entry, first);
        }
    }
    if (done && err.kind != ERROR_NONE)
        done = catalog_warn(facts, path, false, "%s", err.text);
    return done;
}

static const struct catalog_claim claims[] = {
    { "**/*.egg", NULL }, { "**/*.pyz", NULL }, { "**/*.pyzw", NULL }, { "**/*.pex", NULL }, { NULL, NULL },
};

const struct catalog_kind catalog_python_archive_kind = {
    .name = "python-pkg",
    .title = "Python",
    .ecosystem = "pip",
    .scheme = "pep440",
    .purl_type = "pypi",
    .claims = claims,
    .wants_blob = true,
    .max_bytes = 1u << 30,
    .parse = python_archive_parse,
};
