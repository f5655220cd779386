/* *.deps.json beside a .NET application: what it brings with it (.NET runtime documentation, "Runtime configuration files",
 * deps.json). `libraries` names all packages that the project was built with; `targets` tells of each whether it has
 * anything to run: others (analysers, compile-time references) are not there. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

struct target {
    struct str needs; /* "name/version" a line */
    bool runs;        /* has files for run time */
};

struct reader {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct json json;
    struct map targets;                   /* "name/version" → struct target * */
    struct map needed;                    /* "name/version" that another needs */
    size_t first_package, projects, root; /* root: index of the project that nothing needs */
};

/* A self-contained application has the runtime itself as "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64". */
static struct str without_prefix(struct str name)
{
    struct str prefix = STR("runtimepack.");
    return str_starts(name, prefix.ptr) ? str_skip(name, prefix.len) : name;
}

/* ---- targets ---- */

static bool read_needs(struct reader *r, struct str *out)
{
    struct arena *arena = r->file->scratch;
    struct buf list;
    struct str name, version;
    bool ok = true;
    if (!json_object(&r->json))
        return true;
    buf_init(&list, 1 << 20);
    while (ok && json_key(&r->json, &name)) {
        if (!json_string(&r->json, &version) || !header_value_ok(name) || !header_value_ok(version))
            continue;
        name = without_prefix(name);
        struct str id = arena_printf(arena, "%.*s/%.*s", STR_ARG(name), STR_ARG(version));
        ok = id.ptr && map_put(&r->needed, id, 1);
        catalog_put_item(&list, id);
    }
    *out = arena_str(arena, buf_view(&list));
    buf_free(&list);
    return ok && out->ptr;
}

static bool is_filled(struct json *json)
{
    struct str key;
    bool filled = false;
    if (json_object(json))
        while (json_key(json, &key))
            filled = true;
    return filled;
}

static bool read_target_library(struct reader *r, struct str name)
{
    struct target *target = arena_new(r->file->scratch, struct target);
    struct str key;
    if (!target)
        return false;
    if (!json_object(&r->json))
        return true;
    while (json_key(&r->json, &key))
        if (str_is(key, "runtime") || str_is(key, "runtimeTargets") || str_is(key, "native"))
            target->runs |= is_filled(&r->json);
        else if (str_is(key, "dependencies") && !read_needs(r, &target->needs))
            return false;
    return map_put(&r->targets, without_prefix(name), (uint64_t)(uintptr_t)target);
}

/* ---- libraries ---- */

struct library {
    struct str type, hash;
    uint32_t line, end_line;
};

static struct library read_library(struct json *json)
{
    json_peek(json); /* on to the brace */
    struct library library = { .line = json_line(json) };
    struct str key;
    if (!json_object(json))
        return library;
    while (json_key(json, &key))
        if (str_is(key, "type"))
            json_string(json, &library.type);
        else if (str_is(key, "sha512"))
            json_string(json, &library.hash);
    library.end_line = json_line(json);
    return library;
}

static bool add_library(struct reader *r, struct str id, const struct library *library)
{
    struct str name, version;
    uint64_t found = 0;
    bool project = str_eq_nocase(library->type, STR("project"));
    if (!project && !str_eq_nocase(library->type, STR("package")) && !str_eq_nocase(library->type, STR("runtimepack")))
        return true;
    id = without_prefix(id);
    if (!str_cut(id, '/', &name, &version) || !name.len || !version.len || !header_value_ok(id))
        return true;
    const struct target *target = map_get(&r->targets, id, &found) ? (const struct target *)(uintptr_t)found : NULL;
    if (target && !target->runs)
        return true;
    struct package *package = catalog_add_package(r->facts, &catalog_deps_json_kind, r->file->path);
    if (!package)
        return false;
    package->id = arena_str(r->facts->arena, id);
    package->name = str_head(package->id, name.len);
    package->version = str_skip(package->id, name.len + 1);
    package->digest = header_value_ok(library->hash) ? arena_str(r->facts->arena, library->hash) : STR("");
    package->depends = target ? target->needs : STR("");
    package->line = library->line;
    package->end_line = library->end_line;
    if (project) {
        package->relation = RELATION_WORKSPACE;
        if (!map_get(&r->needed, id, NULL)) {
            r->projects++;
            r->root = r->facts->package_count - 1;
        }
    }
    return package->id.ptr != NULL;
}

/* ---- how they hang together ---- */

/* Only what is listed, copied to the facts. */
static struct str keep_needs(struct reader *r, struct str needs, const struct map *by_id)
{
    struct buf list;
    struct str id;
    buf_init(&list, 1 << 20);
    while (str_next(&needs, '\n', &id))
        if (map_get(by_id, id, NULL))
            catalog_put_item(&list, id);
    struct str copy = arena_str(r->facts->arena, buf_view(&list));
    buf_free(&list);
    return copy;
}

static bool tie(struct reader *r)
{
    struct catalog_facts *facts = r->facts;
    struct map by_id;
    map_init(&by_id, r->file->scratch);
    for (size_t i = r->first_package; i < facts->package_count; i++)
        if (!map_put(&by_id, facts->packages[i].id, i))
            return false;
    struct str direct = STR(""), id;
    bool has_root = r->projects == 1;
    if (has_root) {
        facts->packages[r->root].relation = RELATION_ROOT;
        direct = facts->packages[r->root].depends;
    }
    for (size_t i = r->first_package; direct.len && i < facts->package_count; i++)
        if (facts->packages[i].relation == RELATION_UNKNOWN)
            facts->packages[i].relation = RELATION_INDIRECT;
    while (str_next(&direct, '\n', &id)) {
        uint64_t at;
        if (map_get(&by_id, id, &at) && facts->packages[at].relation == RELATION_INDIRECT)
            facts->packages[at].relation = RELATION_DIRECT;
    }
    for (size_t i = r->first_package; i < facts->package_count; i++)
        facts->packages[i].depends = keep_needs(r, facts->packages[i].depends, &by_id);
    return !facts->arena->exhausted;
}

/* ---- the file ---- */

/* The parts of the file, which may stand in any order. */
struct parts {
    struct str target_name, targets, libraries;
    uint32_t libraries_line;
};

static void read_parts(struct json *json, struct parts *parts)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "targets")) {
            json_raw(json, &parts->targets);
        } else if (str_is(key, "libraries")) {
            json_peek(json);
            parts->libraries_line = json_line(json);
            json_raw(json, &parts->libraries);
        } else if (str_is(key, "runtimeTarget") && json_peek(json) == JSON_STRING) {
            json_string(json, &parts->target_name);
        } else if (str_is(key, "runtimeTarget") && json_object(json)) {
            while (json_key(json, &key))
                if (str_is(key, "name"))
                    json_string(json, &parts->target_name);
        }
    }
}

static bool read_targets(struct reader *r, const struct parts *parts)
{
    struct str key;
    bool ok = true;
    json_begin(&r->json, parts->targets, r->file->scratch);
    bool any = parts->targets.len && json_object(&r->json);
    while (any && ok && json_key(&r->json, &key)) {
        if (!str_eq(key, parts->target_name) || !json_object(&r->json))
            continue;
        while (ok && json_key(&r->json, &key))
            ok = read_target_library(r, key);
    }
    return ok;
}

static bool read_libraries(struct reader *r, const struct parts *parts)
{
    struct str key;
    bool ok = true;
    json_begin(&r->json, parts->libraries, r->file->scratch);
    bool any = parts->libraries.len && json_object(&r->json);
    while (any && ok && json_key(&r->json, &key)) {
        struct library library = read_library(&r->json);
        library.line += parts->libraries_line - 1;
        library.end_line += parts->libraries_line - 1;
        ok = r->json.failed || add_library(r, key, &library);
    }
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct reader r = { .file = file, .facts = facts, .first_package = facts->package_count };
    struct parts parts = { 0 };
    struct error err = { 0 };
    map_init(&r.targets, file->scratch);
    map_init(&r.needed, file->scratch);
    json_begin(&r.json, file->text, file->scratch);
    read_parts(&r.json, &parts);
    bool whole = json_end(&r.json, &err);
    if (!read_targets(&r, &parts) || !read_libraries(&r, &parts) || !tie(&r))
        return false;
    return whole || catalog_warn(facts, file->path, false, "%s", err.text);
}

static const struct catalog_claim claims[] = {
    { "**/*.deps.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_deps_json_kind = {
    .name = "dotnet-core",
    .ecosystem = "nuget",
    .scheme = "nuget",
    .purl_type = "nuget",
    .claims = claims,
    .max_bytes = 64u << 20,
    .parse = parse,
};
