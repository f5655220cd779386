/* Manifest.toml of Julia's Pkg (Pkg's documentation, "Project.toml and Manifest.toml"):
 *
 *     julia_version = "1.9.0"            formats 2 only; format 1 has [[Name]] at the top
 *     [[deps.JSON]]
 *     deps = ["Dates", "Parsers"]        or a table of names and UUIDs, where names are not unique
 *     uuid = "682c06a0-de6a-54ab-a142-c8b1cf79cde6"
 *     version = "0.21.4"                 packages of the standard library have none: theirs is Julia's
 */
#include "catalog/document.h"
#include "catalog/listed.h"

struct manifest {
    const struct catalog_file *file;
    struct catalog_facts *facts;
    size_t first;
    struct map by_name, by_uuid, lines;
    struct str julia_version;
};

struct entry {
    struct str name, version, uuid;
    bool has_source; /* where it comes from is told: it is none of the standard library */
    struct buf needs;
};

/* ---- lines --------------------------------------------------------------------------------------------------------------------- */

/* The order of tables is free in TOML and the values alone do not tell where an entry stands: from its header to the line
 * before the next header or empty line. Kept by UUID, both lines in one number. */
static bool find_lines(struct manifest *m)
{
    struct str rest = m->file->text, line, key, value, uuid = { 0 };
    uint64_t start = 0, number = 1, last = 0;
    bool open = false;
    for (;; number++) {
        bool more = str_line(&rest, &line);
        line = more ? str_trim(line) : STR("");
        bool header = str_starts(line, "[");
        if (open && (!more || header || line.len == 0)) {
            last = number - 1;
            open = false;
        }
        if ((header || !more) && uuid.len && !map_put(&m->lines, uuid, start << 32 | last))
            return false;
        if (!more)
            return true;
        if (header) {
            start = number;
            uuid.len = 0;
            open = true;
        } else if (str_cut(line, '=', &key, &value) && str_is(str_trim(key), "uuid")) {
            value = str_trim(value);
            uuid = value.len > 2 ? str_make(value.ptr + 1, value.len - 2) : STR("");
        }
    }
}

/* ---- entries ------------------------------------------------------------------------------------------------------------------- */

static void read_needs(struct json *json, struct buf *needs)
{
    struct str name, uuid;
    if (json_peek(json) == JSON_ARRAY) {
        json_array(json);
        while (json_item(json))
            if (json_string(json, &name) && name.len && header_value_ok(name))
                catalog_put_item(needs, name);
    } else if (json_object(json)) {
        while (json_key(json, &name))
            if (json_string(json, &uuid) && uuid.len && header_value_ok(uuid))
                catalog_put_item(needs, uuid);
    }
}

static void read_entry(struct json *json, struct entry *entry)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "uuid"))
            json_string(json, &entry->uuid);
        else if (str_is(key, "version"))
            json_string(json, &entry->version);
        else if (str_is(key, "deps"))
            read_needs(json, &entry->needs);
        else {
            entry->has_source |= str_is(key, "git-tree-sha1") || str_is(key, "repo-url") || str_is(key, "path");
            json_skip(json);
        }
    }
}

static bool keep_entry(struct manifest *m, const struct entry *entry)
{
    struct package *package;
    struct arena *arena = m->facts->arena;
    bool is_standard = entry->uuid.len && !entry->has_source;
    struct str version = entry->version.len || !is_standard ? entry->version : m->julia_version;
    uint64_t lines;
    if (version.len == 0 && entry->name.len) {
        bool known = map_get(&m->lines, entry->uuid, &lines);
        return catalog_warn(m->facts, m->file->path, false, "line %u: %.*s has no version", known ? (uint32_t)(lines >> 32) : 0,
                            STR_ARG(entry->name));
    }
    if (!listed_add(m->file, m->facts, entry->name, version, &package) || !package)
        return !arena->exhausted;
    if (entry->uuid.len && header_value_ok(entry->uuid))
        package->id = arena_str(arena, entry->uuid);
    package->depends = arena_str(arena, buf_view(&entry->needs));
    if (map_get(&m->lines, package->id, &lines)) {
        package->line = (uint32_t)(lines >> 32);
        package->end_line = (uint32_t)lines;
    }
    uint64_t index = m->facts->package_count - 1;
    return !arena->exhausted && map_put(&m->by_uuid, package->id, index) &&
           (map_get(&m->by_name, package->name, NULL) || map_put(&m->by_name, package->name, index));
}

/* The entries of one name; mostly one. */
static bool read_name(struct manifest *m, struct json *json, struct str name)
{
    bool ok = true;
    if (!json_array(json))
        return true;
    while (ok && json_item(json)) {
        struct entry entry = { .name = name };
        buf_init(&entry.needs, 1u << 20);
        read_entry(json, &entry);
        ok = json->failed || keep_entry(m, &entry);
        buf_free(&entry.needs);
    }
    return ok;
}

static bool read_table(struct manifest *m, struct json *json)
{
    struct str name;
    bool ok = true;
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &name))
        ok = read_name(m, json, name);
    return ok;
}

/* Format 2 has a "manifest_format"; without it all that is at the top is names. Reads a copy of the reader. */
static bool is_format_1(struct json json, struct str *julia_version)
{
    struct str key;
    bool found = false;
    if (json_object(&json))
        while (json_key(&json, &key)) {
            found |= str_is(key, "manifest_format");
            if (str_is(key, "julia_version"))
                json_string(&json, julia_version);
            else
                json_skip(&json);
        }
    return !found;
}

static bool read_document(struct manifest *m, struct json *json)
{
    struct str key;
    bool ok = true;
    if (is_format_1(*json, &m->julia_version))
        return read_table(m, json);
    if (!json_object(json))
        return true;
    while (ok && json_key(json, &key)) {
        if (str_is(key, "deps"))
            ok = read_table(m, json);
        else
            json_skip(json);
    }
    return ok;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct manifest m = { .file = file, .facts = facts, .first = facts->package_count, .julia_version = STR("unknown") };
    struct json json;
    map_init(&m.by_name, file->scratch);
    map_init(&m.by_uuid, file->scratch);
    map_init(&m.lines, file->scratch);
    return find_lines(&m) && document_begin(&json, file, facts, toml_to_json) && read_document(&m, &json) &&
           document_end(&json, file, facts) && listed_resolve(facts, m.first, &m.by_name, &m.by_uuid);
}

/* Which packages the project asks for, Project.toml says. */
static bool settle(struct catalog_facts *facts)
{
    return catalog_settle_declared(facts, &catalog_julia_project_kind, NULL, true);
}

static const struct catalog_claim claims[] = {
    { "**/Manifest.toml", NULL },
    { "**/JuliaManifest.toml", NULL },
    { "**/Manifest-v*.toml", NULL }, /* of one version of Julia, "Manifest-v1.11.toml" */
    { NULL, NULL },
};

const struct catalog_kind catalog_julia_kind = {
    .name = "julia",
    .is_lock = true,
    .lock_counts = true,
    .ecosystem = "julia",
    .scheme = "julia",
    .purl_type = "julia",
    .claims = claims,
    .max_bytes = 32u << 20,
    .parse = parse,
    .settle = settle,
};
