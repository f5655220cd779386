/* pyproject.toml: what a project depends on. [project] is PEP 621's, [dependency-groups] PEP 735's, the rest are the tables of
 * poetry, PDM and uv. */
#include "catalog/document.h"
#include "catalog/python/python.h"

struct reader {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct json json;
};

static bool declare(struct reader *r, struct catalog_declared declared)
{
    declared.kind = &catalog_pyproject_kind;
    return !python_name_ok(declared.name) || catalog_add_declared(r->facts, r->file->path, declared);
}

/* [requirement, …]; what includes another group is passed over, for that stands there itself. */
static bool read_list(struct reader *r, struct str group, bool dev)
{
    struct str text;
    struct python_requirement requirement;
    if (!json_array(&r->json))
        return true;
    while (json_item(&r->json))
        if (json_string(&r->json, &text) && python_requirement(text, &requirement) &&
            !declare(r, (struct catalog_declared){
                            .name = requirement.name, .constraint = requirement.specifiers, .group = group, .dev = dev }))
            return false;
    return true;
}

/* {name = "^1.0", name = {version = …}}, as poetry has it. */
static bool read_table(struct reader *r, struct str group, bool dev)
{
    struct str name, key;
    if (!json_object(&r->json))
        return true;
    while (json_key(&r->json, &name)) {
        struct str constraint = { 0 };
        if (json_peek(&r->json) == JSON_OBJECT) {
            json_object(&r->json);
            while (json_key(&r->json, &key))
                if (str_is(key, "version"))
                    json_string(&r->json, &constraint);
        } else {
            json_string(&r->json, &constraint);
        }
        if (!str_is(name, "python") &&
            !declare(r, (struct catalog_declared){ .name = name, .constraint = constraint, .group = group, .dev = dev }))
            return false;
    }
    return true;
}

/* {group = [requirement, …]} */
static bool read_groups(struct reader *r, bool dev)
{
    struct str group;
    if (!json_object(&r->json))
        return true;
    while (json_key(&r->json, &group))
        if (!read_list(r, group, dev))
            return false;
    return true;
}

static bool read_project(struct reader *r)
{
    struct str key;
    bool done = true;
    if (!json_object(&r->json))
        return true;
    while (done && json_key(&r->json, &key)) {
        if (str_is(key, "dependencies"))
            done = read_list(r, STR(""), false);
        else if (str_is(key, "optional-dependencies"))
            done = read_groups(r, false);
    }
    return done;
}

/* [tool.poetry.group.NAME.dependencies] */
static bool read_poetry_groups(struct reader *r)
{
    struct str group, key;
    if (!json_object(&r->json))
        return true;
    while (json_key(&r->json, &group)) {
        if (!json_object(&r->json))
            continue;
        while (json_key(&r->json, &key))
            if (str_is(key, "dependencies") && !read_table(r, group, !str_is(group, "main")))
                return false;
    }
    return true;
}

static bool read_poetry(struct reader *r)
{
    struct str key;
    bool done = true;
    while (done && json_key(&r->json, &key)) {
        if (str_is(key, "dependencies"))
            done = read_table(r, STR(""), false);
        else if (str_is(key, "dev-dependencies"))
            done = read_table(r, STR("dev"), true);
        else if (str_is(key, "group"))
            done = read_poetry_groups(r);
    }
    return done;
}

static bool read_tool(struct reader *r)
{
    struct str tool, key;
    bool done = true;
    if (!json_object(&r->json))
        return true;
    while (done && json_key(&r->json, &tool)) {
        bool poetry = str_is(tool, "poetry"), pdm = str_is(tool, "pdm"), uv = str_is(tool, "uv");
        if (!(poetry || pdm || uv) || !json_object(&r->json))
            continue;
        if (poetry)
            done = read_poetry(r);
        while (done && !poetry && json_key(&r->json, &key))
            if (str_is(key, "dev-dependencies"))
                done = pdm ? read_groups(r, true) : read_list(r, STR("dev"), true);
    }
    return done;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct reader r = { .file = file, .facts = facts };
    struct str key;
    bool done = document_begin(&r.json, file, facts, toml_to_json);
    if (json_object(&r.json))
        while (done && json_key(&r.json, &key)) {
            if (str_is(key, "project"))
                done = read_project(&r);
            else if (str_is(key, "dependency-groups"))
                done = read_groups(&r, true);
            else if (str_is(key, "tool"))
                done = read_tool(&r);
        }
    return done && document_end(&r.json, file, facts);
}

static const struct catalog_claim claims[] = {
    { "**/pyproject.toml", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_pyproject_kind = {
    .name = "pyproject",
    .is_facts_only = true,
    .claims = claims,
    .max_bytes = 4u << 20,
    .parse = parse,
};
