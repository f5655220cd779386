/* Cargo.toml: what a crate declares ("The Manifest Format", "Specifying Dependencies", "Workspaces" of the Cargo book). It
 * makes no packages: Cargo.lock beside it, or beside the workspace's root, names the versions. */
#include "catalog/document.h"
#include "catalog/headers.h"
#include "catalog/rust/rust.h"

enum { MAX_TEXT_BYTES = 256 };

struct manifest {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct json *json;
};

static bool declare(const struct manifest *m, struct str name, struct str constraint, const char *group, bool dev)
{
    if (name.len == 0 || name.len > MAX_TEXT_BYTES || constraint.len > MAX_TEXT_BYTES || !header_value_ok(name) ||
        !str_is_utf8(name) || (constraint.len && (!header_value_ok(constraint) || !str_is_utf8(constraint))))
        return true;
    struct catalog_declared declared = {
        .kind = &catalog_cargo_manifest_kind, .name = name, .constraint = constraint, .group = str_from(group), .dev = dev
    };
    return catalog_add_declared(m->facts, m->file->path, declared);
}

/* name = "1.2", or name = { version = "1.2", package = "its name in the registry", … }. */
static bool read_dependency(const struct manifest *m, struct str name, const char *group, bool dev)
{
    struct str key, constraint = { 0 };
    if (json_peek(m->json) != JSON_OBJECT) {
        json_string(m->json, &constraint);
        return declare(m, name, constraint, group, dev);
    }
    json_object(m->json);
    while (json_key(m->json, &key)) {
        if (str_is(key, "version"))
            json_string(m->json, &constraint);
        else if (str_is(key, "package"))
            json_string(m->json, &name);
        else
            json_skip(m->json);
    }
    return declare(m, name, constraint, group, dev);
}

static bool read_dependencies(const struct manifest *m, const char *group, bool dev)
{
    struct str name;
    if (json_object(m->json))
        while (json_key(m->json, &name))
            if (!read_dependency(m, name, group, dev))
                return false;
    return true;
}

/* The three tables of dependencies, which may stand under a target too; those under "_" are the old spelling. What only
 * building or testing needs is no part of the program. */
static bool read_table(const struct manifest *m, struct str key, bool *known)
{
    static const struct {
        const char *key, *group;
        bool dev;
    } tables[] = {
        { "dependencies", "", false },       { "dev-dependencies", "dev", true },     { "build-dependencies", "build", true },
        { "dev_dependencies", "dev", true }, { "build_dependencies", "build", true },
    };
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        if (str_is(key, tables[i].key)) {
            *known = true;
            return read_dependencies(m, tables[i].group, tables[i].dev);
        }
    return true;
}

static bool read_targets(const struct manifest *m)
{
    struct str target, key;
    if (!json_object(m->json))
        return true;
    while (json_key(m->json, &target))
        if (json_object(m->json))
            while (json_key(m->json, &key)) {
                bool known = false;
                if (!read_table(m, key, &known))
                    return false;
                if (!known)
                    json_skip(m->json);
            }
    return true;
}

/* A version that is no text is inherited ("version.workspace = true"). */
static bool read_package(const struct manifest *m, const char *group, struct str name)
{
    struct str key, version = { 0 };
    if (!json_object(m->json))
        return true;
    while (json_key(m->json, &key)) {
        if (str_is(key, "name"))
            json_string(m->json, &name);
        else if (str_is(key, "version"))
            json_string(m->json, &version);
        else
            json_skip(m->json);
    }
    return name.len == 0 || declare(m, name, version, group, false);
}

static bool read_folders(const struct manifest *m, const char *group)
{
    struct str folder;
    if (json_array(m->json))
        while (json_item(m->json))
            if (json_string(m->json, &folder) && !declare(m, folder, STR(""), group, false))
                return false;
    return true;
}

static bool read_workspace(const struct manifest *m)
{
    struct str key;
    bool ok = true;
    if (!json_object(m->json))
        return true;
    while (ok && json_key(m->json, &key)) {
        if (str_is(key, "members"))
            ok = read_folders(m, CARGO_MEMBER);
        else if (str_is(key, "exclude"))
            ok = read_folders(m, CARGO_EXCLUDED);
        else if (str_is(key, "dependencies"))
            ok = read_dependencies(m, CARGO_SHARED, false);
        else if (str_is(key, "package"))
            ok = read_package(m, CARGO_WORKSPACE, STR("workspace"));
        else
            json_skip(m->json);
    }
    return ok;
}

static bool read_manifest(const struct manifest *m)
{
    struct str key;
    bool ok = true, known;
    if (!json_object(m->json))
        return true;
    while (ok && json_key(m->json, &key)) {
        known = false;
        if (str_is(key, "package") || str_is(key, "project"))
            ok = read_package(m, CARGO_PACKAGE, STR(""));
        else if (str_is(key, "workspace"))
            ok = read_workspace(m);
        else if (str_is(key, "target"))
            ok = read_targets(m);
        else if ((ok = read_table(m, key, &known)) && !known)
            json_skip(m->json);
    }
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    const struct manifest manifest = { file, facts, &json };
    return document_begin(&json, file, facts, toml_to_json) && read_manifest(&manifest) && document_end(&json, file, facts);
}

static const struct catalog_claim claims[] = {
    { "**/Cargo.toml", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_cargo_manifest_kind = {
    .name = "cargo-manifest",
    .is_facts_only = true,
    .claims = claims,
    .max_bytes = 4u << 20,
    .parse = parse,
};
