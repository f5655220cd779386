/* What workflows and composite actions of GitHub use (GitHub's documentation, "Workflow syntax", "uses"): OWNER/REPOSITORY/PATH@REF
 * in jobs.*.steps and runs.steps is an action, in jobs.* a workflow of another repository. "./…" and "docker://…" are neither. */
#include "catalog/document.h"
#include "catalog/listed.h"

static bool keep_use(const struct catalog_file *file, struct catalog_facts *facts, struct str use, uint32_t line)
{
    struct package *package;
    struct str name, reference;
    if (str_starts(use, ".") || str_starts(use, "docker://") || !str_cut(use, '@', &name, &reference) ||
        !str_find(name, '/', NULL))
        return true;
    if (!listed_add(file, facts, name, reference, &package) || !package)
        return !facts->arena->exhausted;
    if (str_contains(name, "/.github/workflows/"))
        package->kind = &catalog_github_workflow_kind;
    package->relation = RELATION_DIRECT;
    package->line = package->end_line = line;
    return true;
}

static bool read_uses(const struct catalog_file *file, struct catalog_facts *facts, struct json *json)
{
    struct str use;
    uint32_t line = json_line(json);
    return !json_string(json, &use) || json->failed || keep_use(file, facts, str_trim(use), line);
}

static bool read_steps(const struct catalog_file *file, struct catalog_facts *facts, struct json *json)
{
    struct str key;
    bool ok = true;
    if (!json_array(json))
        return true;
    while (ok && json_item(json))
        if (json_object(json))
            while (ok && json_key(json, &key)) {
                if (str_is(key, "uses"))
                    ok = read_uses(file, facts, json);
                else
                    json_skip(json);
            }
    return ok;
}

/* A job, or the "runs" of a composite action. */
static bool read_job(const struct catalog_file *file, struct catalog_facts *facts, struct json *json)
{
    struct str key;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key)) {
        if (str_is(key, "uses"))
            ok = read_uses(file, facts, json);
        else if (str_is(key, "steps"))
            ok = read_steps(file, facts, json);
        else
            json_skip(json);
    }
    return ok;
}

static bool read_jobs(const struct catalog_file *file, struct catalog_facts *facts, struct json *json)
{
    struct str key;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key))
        ok = read_job(file, facts, json);
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct str key;
    bool ok = document_begin(&json, file, facts, yaml_to_json);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, "jobs"))
                ok = read_jobs(file, facts, &json);
            else if (str_is(key, "runs"))
                ok = read_job(file, facts, &json);
            else
                json_skip(&json);
        }
    return document_end(&json, file, facts) && ok;
}

static const struct catalog_claim claims[] = {
    { "**/.github/workflows/*.yml", NULL },
    { "**/.github/workflows/*.yaml", NULL },
    { "**/action.yml", NULL },
    { "**/action.yaml", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_github_action_kind = {
    .name = "github-action",
    .is_lock = true,
    .scheme = "semver",
    .purl_type = "github",
    .claims = claims,
    .max_bytes = 4u << 20,
    .parse = parse,
};

/* Read from the same files. */
const struct catalog_kind catalog_github_workflow_kind = {
    .name = "github-action-workflow",
    .is_lock = true,
    .scheme = "semver",
    .purl_type = "github",
    .claims = catalog_no_claims,
    .max_bytes = 4u << 20,
    .parse = parse,
};
