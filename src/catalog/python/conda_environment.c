/* environment.yml of conda (its documentation, "Managing environments" and "Package match specifications"). Only pins tell a
 * version; a package without one is listed without. */
#include "catalog/document.h"
#include "catalog/headers.h"
#include "catalog/python/python.h"

struct reader {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    struct json json;
};

static bool is_version(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr(".+-_!~", c))))
            return false;
    }
    return text.len && ((text.ptr[0] >= '0' && text.ptr[0] <= '9') || (text.ptr[0] == 'v' && text.len > 1));
}

/* "numpy 1.8.1", "numpy==1.8.1", "numpy=1.8.1=py27_0", "conda-forge::numpy >=1.8": after the name and its operator, if that is
 * none of a range, stands the version. */
static void split_spec(struct str text, struct str *name, struct str *version)
{
    size_t n = 0, at;
    text = str_trim(text);
    while (str_find(text, ':', &at) && at + 1 < text.len && text.ptr[at + 1] == ':')
        text = str_skip(text, at + 2);
    while (n < text.len && text.ptr[n] && !strchr(" \t=<>!~[;,|", text.ptr[n]))
        n++;
    *name = str_head(text, n);
    struct str rest = str_trim(str_skip(text, n));
    while (str_starts(rest, "="))
        rest = str_skip(rest, 1);
    rest = str_trim(rest);
    for (n = 0; n < rest.len && rest.ptr[n] && !strchr(" \t=;[", rest.ptr[n]);)
        n++;
    *version = is_version(str_head(rest, n)) ? str_head(rest, n) : (struct str){ 0 };
}

/* pip's entries are requirements: "requests[socks]==2.0 ; …". */
static void split_requirement(struct str text, struct str *name, struct str *version)
{
    struct python_requirement requirement;
    if (!python_requirement(text, &requirement))
        return;
    *name = requirement.name;
    *version = python_pin(requirement.specifiers);
}

static bool add_package(struct reader *r, struct str text, bool is_pip, uint32_t line)
{
    struct str name = { 0 }, version = { 0 };
    if (is_pip)
        split_requirement(text, &name, &version);
    else
        split_spec(text, &name, &version);
    if (!name.len || !header_value_ok(name))
        return true;
    struct package *package = catalog_add_package(r->facts, is_pip ? &catalog_pip_kind : r->file->kind, r->file->path);
    if (!package)
        return false;
    package->name = is_pip ? python_name(r->facts->arena, name, false) : arena_str(r->facts->arena, name);
    package->version = arena_str(r->facts->arena, version);
    package->line = package->end_line = line;
    return !r->facts->arena->exhausted;
}

static bool warn_type(struct reader *r, uint32_t line)
{
    return catalog_warn(r->facts, r->file->path, false, "line %u: a dependency that is no text", line);
}

/* {pip: [requirement, …]}: these are packages of PyPI, as in a requirements.txt. */
static bool read_pip(struct reader *r)
{
    struct str key, text;
    bool done = true;
    json_object(&r->json);
    while (done && json_key(&r->json, &key)) {
        uint32_t line = json_line(&r->json);
        if (!json_array(&r->json)) {
            done = warn_type(r, line);
            continue;
        }
        while (done && json_item(&r->json)) {
            json_peek(&r->json); /* on to the text, which tells the line */
            line = json_line(&r->json);
            done = json_string(&r->json, &text) ? add_package(r, text, true, line) : warn_type(r, line);
        }
    }
    return done;
}

static bool read_dependencies(struct reader *r)
{
    struct str text;
    bool done = true;
    if (!json_array(&r->json))
        return true;
    while (done && json_item(&r->json)) {
        bool is_map = json_peek(&r->json) == JSON_OBJECT;
        uint32_t line = json_line(&r->json);
        if (is_map)
            done = read_pip(r);
        else
            done = json_string(&r->json, &text) ? add_package(r, text, false, line) : warn_type(r, line);
    }
    return done;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct reader r = { .file = file, .facts = facts };
    struct str key;
    bool done = document_begin(&r.json, file, facts, yaml_to_json);
    if (json_object(&r.json))
        while (done && json_key(&r.json, &key))
            if (str_is(key, "dependencies"))
                done = read_dependencies(&r);
    return done && document_end(&r.json, file, facts);
}

static const struct catalog_claim claims[] = {
    { "**/environment.yml", NULL },
    { "**/environment.yaml", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_conda_environment_kind = {
    .name = "conda-environment",
    .is_lock = true,
    .scheme = "pep440",
    .purl_type = "conda",
    .claims = claims,
    .max_bytes = 4u << 20,
    .parse = parse,
};
