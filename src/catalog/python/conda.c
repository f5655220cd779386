/* Packages that conda installed: conda-meta/NAME-VERSION-BUILD.json of an environment (conda's documentation, "Package metadata
 * files"; the fields are those of repodata.json). A Python package has its own metadata too and is listed by both. */
#include "catalog/document.h"
#include "catalog/headers.h"
#include "catalog/python/python.h"

struct record {
    struct str name, version, licence, sha256, md5;
    struct buf needs;
};

/* "python >=3.8,<3.9.0a0": the name is the first word. What begins with "__" is of the system. */
static void read_needs(struct json *json, struct buf *needs, struct str folder)
{
    struct str text, name, rest;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        if (!json_string(json, &text))
            continue;
        str_cut(text, ' ', &name, &rest);
        if (!name.len || str_starts(name, "__") || !header_value_ok(name))
            continue;
        catalog_put_item(needs, folder);
        buf_printf(needs, "%s%.*s", folder.len ? "/" : "", STR_ARG(name));
    }
}

static void read_record(struct json *json, struct record *record, struct str folder)
{
    struct str key;
    const struct {
        const char *name;
        struct str *value;
    } fields[] = {
        { "name", &record->name },     { "version", &record->version }, { "license", &record->licence },
        { "sha256", &record->sha256 }, { "md5", &record->md5 },
    };
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        for (size_t i = 0; i < ARRAY_LEN(fields); i++)
            if (str_is(key, fields[i].name))
                json_string(json, fields[i].value);
        if (str_is(key, "depends"))
            read_needs(json, &record->needs, folder);
    }
}

static bool add_package(const struct catalog_file *file, struct catalog_facts *facts, struct record *record, struct str folder)
{
    struct arena *arena = facts->arena;
    struct buf licences;
    struct package *package = catalog_add_package(facts, file->kind, file->path);
    if (!package)
        return false;
    buf_init(&licences, 64 * 1024);
    if (header_value_ok(record->licence))
        python_put_licences(&licences, record->licence, file->scratch);
    package->name = arena_str(arena, record->name);
    package->version = arena_str(arena, record->version);
    package->licence = arena_str(arena, licences.failed ? (struct str){ 0 } : buf_view(&licences));
    package->id = python_installed_id(arena, folder, record->name);
    package->depends = arena_str(arena, record->needs.failed ? (struct str){ 0 } : buf_view(&record->needs));
    if (str_is_hex(record->sha256))
        package->digest = arena_printf(arena, "sha256:%.*s", STR_ARG(record->sha256));
    else if (str_is_hex(record->md5))
        package->digest = arena_printf(arena, "md5:%.*s", STR_ARG(record->md5));
    buf_free(&licences);
    return !arena->exhausted;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct record record = { 0 };
    struct json json;
    struct str folder = path_dir(path_dir(file->path));
    buf_init(&record.needs, 1u << 20);
    bool done = document_begin(&json, file, facts, NULL);
    read_record(&json, &record, folder);
    done = document_end(&json, file, facts) && done;
    /* What was read before the damage is still what lies there. */
    if (done && record.name.len && record.version.len && header_value_ok(record.name) && header_value_ok(record.version))
        done = add_package(file, facts, &record, folder);
    buf_free(&record.needs);
    return done;
}

/* NAME-VERSION-BUILD.json; others are lists of conda's own. */
static bool accepts(struct str path)
{
    struct str name = path_base(path);
    size_t dash;
    return str_rfind(name, '-', &dash) && dash > 2 && str_find(str_head(name, dash), '-', NULL);
}

static const struct catalog_claim claims[] = {
    { "**/conda-meta/*.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_conda_kind = {
    .name = "conda-pkg",
    .title = "Conda",
    .scheme = "pep440",
    .purl_type = "conda",
    .claims = claims,
    .accepts = accepts,
    .max_bytes = 64u << 20, /* all files of the package are in it */
    .parse = parse,
};
