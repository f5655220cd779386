/* Installed Node.js packages: every package.json that has a name and a version (npm's package.json documentation). Not only
 * below node_modules: distributions and bundlers keep packages elsewhere, and the application itself is one too. Outside
 * node_modules, package.json also says what a lock file is about: what the project asks for, and which folders are its
 * workspaces. */
#include "catalog/document.h"
#include "catalog/headers.h"
#include "catalog/javascript/node.h"

enum { MAX_LICENCE_BYTES = 512, MAX_LIST_BYTES = 1 << 20 };

struct manifest {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    bool is_project; /* stands outside node_modules */
    bool full;       /* the arena of the facts */
    bool has_name;
    struct str name, version;
    struct buf licence, depends, workspaces;
};

/* One need a line: the name, a space, the range. settle looks for what Node would load. */
static void add_need(struct manifest *m, struct str name, struct str range)
{
    catalog_put_item(&m->depends, name);
    if (range.len && header_value_ok(range)) {
        buf_chr(&m->depends, ' ');
        buf_str(&m->depends, range);
    }
}

static void read_needs(struct manifest *m, struct json *json, const char *group, bool is_dev)
{
    struct str name, range;
    if (!json_object(json))
        return;
    while (json_key(json, &name)) {
        if (!json_string(json, &range) || !node_name_ok(name))
            continue;
        if (!is_dev)
            add_need(m, name, range);
        struct catalog_declared declared = { &catalog_node_kind, { 0 }, name, range, str_from(group), is_dev };
        if (m->is_project && !catalog_add_declared(m->facts, m->file->path, declared))
            m->full = true;
    }
}

static bool read_field(struct manifest *m, struct json *json, struct str key)
{
    if (str_is(key, "name")) {
        m->has_name = true;
        return json_string(json, &m->name);
    }
    if (str_is(key, "version"))
        return json_string(json, &m->version);
    if (str_is(key, "license"))
        buf_clear(&m->licence);
    if (str_is(key, "license") || (str_is(key, "licenses") && m->licence.len == 0))
        node_read_licence(json, &m->licence);
    else if (str_is(key, "dependencies"))
        read_needs(m, json, "", false);
    else if (str_is(key, "optionalDependencies"))
        read_needs(m, json, "optional", false);
    else if (str_is(key, "peerDependencies"))
        read_needs(m, json, "peer", false);
    else if (str_is(key, "devDependencies") && m->is_project)
        read_needs(m, json, "dev", true);
    else if (str_is(key, "workspaces") && m->is_project)
        node_read_workspaces(json, &m->workspaces);
    else
        return false;
    return true;
}

static bool add_package(struct manifest *m)
{
    struct arena *arena = m->facts->arena;
    struct package *package = catalog_add_package(m->facts, &catalog_node_kind, m->file->path);
    if (!package)
        return false;
    package->name = arena_str(arena, m->name);
    package->version = arena_str(arena, m->version);
    package->licence = arena_str(arena, buf_view(&m->licence));
    package->depends = arena_str(arena, buf_view(&m->depends));
    package->root = path_dir(package->path);
    package->id = package->root;
    return !arena->exhausted;
}

/* For yarn's lock files, which say neither: name, version and the patterns of workspaces, a line each. */
static bool add_note(struct manifest *m)
{
    bool named = node_name_ok(m->name) && header_value_ok(m->version);
    struct str value = arena_printf(m->file->scratch, "%.*s\n%.*s\n%.*s", STR_ARG(named ? m->name : STR("")),
                                    STR_ARG(named ? m->version : STR("")), STR_ARG(buf_view(&m->workspaces)));
    return !value.ptr || catalog_add_note(m->facts, "yarn-manifest", value, m->file->path);
}

static bool read_manifest(struct manifest *m)
{
    struct json json;
    struct str key;
    json_begin(&json, m->file->text, m->file->scratch);
    bool is_object = json_object(&json);
    while (is_object && json_key(&json, &key))
        read_field(m, &json, key);
    bool ok = document_end(&json, m->file, m->facts);
    if (!m->has_name && !json.failed) /* npm then goes by the folder */
        m->name = node_name_of_folder(path_dir(m->file->path));
    /* What was read before the damage is still the name and version of what lies there. */
    if (ok && m->version.len && node_name_ok(m->name) && header_value_ok(m->version))
        ok = add_package(m);
    return ok && !m->full && (!m->is_project || !is_object || add_note(m));
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct manifest m = { .file = file, .facts = facts };
    m.is_project = node_is_outside_modules(file->path);
    buf_init(&m.licence, MAX_LICENCE_BYTES);
    buf_init(&m.depends, MAX_LIST_BYTES);
    buf_init(&m.workspaces, MAX_LIST_BYTES);
    bool ok = read_manifest(&m);
    buf_free(&m.licence);
    buf_free(&m.depends);
    buf_free(&m.workspaces);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "**/package.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_node_kind = {
    .name = "node-pkg",
    .title = "Node.js",
    .ecosystem = "npm",
    .scheme = "npm",
    .purl_type = "npm",
    .claims = claims,
    .max_bytes = 4u << 20, /* published ones have up to 1 MiB, where tools keep tables in them */
    .parse = parse,
    .settle = node_tree_settle,
};
