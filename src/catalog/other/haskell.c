/* What Haskell projects are built with: stack.yaml.lock and the extra-deps of stack.yaml (Stack's documentation, "Lock files"),
 * cabal.project.freeze (Cabal's documentation, "cabal freeze"). Packages are of Hackage, written NAME-VERSION. */
#include "catalog/document.h"
#include "catalog/listed.h"

static bool keep(const struct catalog_file *file, struct catalog_facts *facts, struct str name, struct str version, uint32_t line,
                 enum package_relation relation)
{
    struct package *package;
    if (!listed_add(file, facts, name, version, &package) || !package)
        return !facts->arena->exhausted;
    package->relation = relation;
    package->line = package->end_line = line;
    return true;
}

/* ---- stack ---------------------------------------------------------------------------------------------------------------------- */

/* "aeson-1.4.6.0@sha256:0f…,123", "aeson-1.4.6.0@rev:2", "aeson-1.4.6.0" */
static bool keep_hackage(const struct catalog_file *file, struct catalog_facts *facts, struct str text, uint32_t line,
                         enum package_relation relation)
{
    struct str rest;
    size_t dash;
    str_cut(text, '@', &text, &rest);
    if (!str_rfind(text, '-', &dash))
        return true;
    struct str version = str_skip(text, dash + 1);
    if (!version.len || version.ptr[0] < '0' || version.ptr[0] > '9')
        return true; /* a folder, an address */
    return keep(file, facts, str_head(text, dash), version, line, relation);
}

/* What was found for an entry: a reference to Hackage, or, of an archive or repository, name and version. */
static bool read_completed(const struct catalog_file *file, struct catalog_facts *facts, struct json *json)
{
    struct str key, hackage = { 0 }, name = { 0 }, version = { 0 };
    uint32_t line = json_line(json);
    if (!json_object(json))
        return true;
    while (json_key(json, &key)) {
        if (str_is(key, "hackage"))
            json_string(json, &hackage);
        else if (str_is(key, "name"))
            json_string(json, &name);
        else if (str_is(key, "version"))
            json_scalar(json, &version);
        else
            json_skip(json);
    }
    if (json->failed)
        return true;
    return hackage.len ? keep_hackage(file, facts, hackage, line, RELATION_UNKNOWN)
                       : keep(file, facts, name, version, line, RELATION_UNKNOWN);
}

/* Items are texts (stack.yaml) or objects (both). */
static bool read_list(const struct catalog_file *file, struct catalog_facts *facts, struct json *json)
{
    struct str key, text;
    bool ok = true;
    if (!json_array(json))
        return true;
    while (ok && json_item(json)) {
        enum json_type type = json_peek(json);
        uint32_t line = json_line(json);
        if (type != JSON_OBJECT) {
            ok = !json_string(json, &text) || keep_hackage(file, facts, text, line, RELATION_DIRECT);
            continue;
        }
        json_object(json);
        while (ok && json_key(json, &key)) {
            if (str_is(key, "completed"))
                ok = read_completed(file, facts, json);
            else
                json_skip(json);
        }
    }
    return ok;
}

static bool parse_stack(const struct catalog_file *file, struct catalog_facts *facts, const char *list)
{
    struct json json;
    struct str key;
    bool ok = document_begin(&json, file, facts, yaml_to_json);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, list))
                ok = read_list(file, facts, &json);
            else
                json_skip(&json);
        }
    return document_end(&json, file, facts) && ok;
}

/* ---- cabal ---------------------------------------------------------------------------------------------------------------------- */

/* "constraints: any.aeson ==2.1.0.0,", one a line; what follows a version on its line is flags. */
static bool parse_freeze(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct str rest = file->text, line, name, version, more;
    for (uint32_t number = 1; str_line(&rest, &line); number++) {
        if (rest.len == 0 && !str_ends(file->text, "\n"))
            break; /* perhaps cut off */
        line = str_trim(line);
        if (str_starts(line, "constraints:"))
            line = str_trim(str_skip(line, strlen("constraints:")));
        str_cut(line, ',', &line, &more);
        if (!str_starts(line, "any.") || !str_cut(str_skip(line, 4), '=', &name, &version) || !str_starts(version, "="))
            continue;
        if (!keep(file, facts, str_trim(name), str_trim(str_skip(version, 1)), number, RELATION_UNKNOWN))
            return false;
    }
    return true;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    if (str_ends(file->path, ".freeze"))
        return parse_freeze(file, facts);
    return parse_stack(file, facts, str_ends(file->path, ".lock") ? "packages" : "extra-deps");
}

static const struct catalog_claim claims[] = {
    { "**/stack.yaml", NULL },
    { "**/stack.yaml.lock", NULL },
    { "**/cabal.project.freeze", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_hackage_kind = {
    .name = "hackage",
    .is_lock = true,
    .ecosystem = "hackage",
    .scheme = "hackage",
    .purl_type = "hackage",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
