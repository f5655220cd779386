/* renv.lock: what an R project is to be restored with (renv's documentation, "The lockfile"). */
#include "catalog/document.h"
#include "catalog/listed.h"

struct entry {
    struct str name, version;
    struct buf needs;
    uint32_t line, end_line;
};

/* "Requirements" lists names; newer files repeat the fields of DESCRIPTION, as lists of "rlang (>= 1.0)". */
static void read_needs(struct json *json, struct buf *out)
{
    struct str text, rest;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        if (!json_string(json, &text))
            continue;
        str_cut(text, '(', &text, &rest);
        text = str_trim(text);
        if (text.len && !str_is(text, "R") && header_value_ok(text))
            catalog_put_item(out, text);
    }
}

static void read_entry(struct json *json, struct entry *entry)
{
    struct str key;
    entry->line = json_line(json);
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "Package"))
            json_string(json, &entry->name);
        else if (str_is(key, "Version"))
            json_string(json, &entry->version);
        else if (str_is(key, "Requirements") || str_is(key, "Imports") || str_is(key, "Depends") || str_is(key, "LinkingTo"))
            read_needs(json, &entry->needs);
        else
            json_skip(json);
    }
    entry->end_line = json_line(json);
}

static bool read_packages(const struct catalog_file *file, struct catalog_facts *facts, struct json *json, struct map *names)
{
    struct str key;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key)) {
        struct entry entry = { .name = key };
        struct package *package = NULL;
        buf_init(&entry.needs, 64u << 10);
        read_entry(json, &entry);
        if (!json->failed)
            ok = listed_add(file, facts, entry.name, entry.version, &package);
        if (package) {
            package->depends = arena_str(facts->arena, buf_view(&entry.needs));
            package->line = entry.line;
            package->end_line = entry.end_line;
            ok = map_put(names, package->name, facts->package_count - 1);
        }
        buf_free(&entry.needs);
    }
    return ok && !facts->arena->exhausted;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct json json;
    struct map names;
    struct str key;
    size_t first = facts->package_count;
    bool ok = document_begin(&json, file, facts, NULL);
    map_init(&names, file->scratch);
    if (json_object(&json))
        while (ok && json_key(&json, &key)) {
            if (str_is(key, "Packages"))
                ok = read_packages(file, facts, &json, &names);
            else
                json_skip(&json);
        }
    return ok && document_end(&json, file, facts) && listed_resolve(facts, first, &names, NULL);
}

static const struct catalog_claim claims[] = {
    { "**/renv.lock", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_renv_kind = {
    .name = "renv",
    .is_lock = true,
    .ecosystem = "cran",
    .scheme = "cran",
    .purl_type = "cran",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
};
