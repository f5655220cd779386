/* Package records of Composer ("The composer.json schema"; its lock file and installed.json repeat them), see composer.h. */
#include "catalog/php/composer.h"
#include "catalog/listed.h"

enum { MAX_LIST_BYTES = 256 << 10 };

struct record {
    struct str name, version, shasum, install_path;
    struct buf licences, needs, replaces;
    uint32_t line, end_line;
};

void composer_begin(struct composer_reader *reader, const struct catalog_file *file, struct catalog_facts *facts)
{
    *reader = (struct composer_reader){ .file = file, .facts = facts, .first = facts->package_count };
    map_init(&reader->by_name, file->scratch);
    map_init(&reader->replaced, file->scratch);
}

bool composer_is_outside_vendor(struct str path)
{
    return !str_starts(path, "vendor/") && !str_contains(path, "/vendor/");
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

/* The keys of an object: "require": {"psr/log": "^3"}. */
static void read_names(struct json *json, struct buf *out)
{
    struct str name;
    if (!json_object(json))
        return;
    while (json_key(json, &name)) {
        if (name.len && header_value_ok(name))
            catalog_put_item(out, name);
        json_skip(json);
    }
}

static void read_licence(struct json *json, struct buf *out)
{
    struct str text;
    if (json_peek(json) != JSON_ARRAY) {
        if (json_string(json, &text) && text.len)
            catalog_put_item(out, text);
        return;
    }
    json_array(json);
    while (json_item(json))
        if (json_string(json, &text) && text.len)
            catalog_put_item(out, text);
}

static void read_dist(struct json *json, struct record *record)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "shasum"))
            json_string(json, &record->shasum);
        else
            json_skip(json);
}

static void read_record(struct json *json, struct record *record)
{
    struct str key;
    json_peek(json); /* on to the brace */
    record->line = json_line(json);
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        if (str_is(key, "name"))
            json_string(json, &record->name);
        else if (str_is(key, "version"))
            json_string(json, &record->version);
        else if (str_is(key, "install-path"))
            json_string(json, &record->install_path);
        else if (str_is(key, "license"))
            read_licence(json, &record->licences);
        else if (str_is(key, "require"))
            read_names(json, &record->needs);
        else if (str_is(key, "replace") || str_is(key, "provide"))
            read_names(json, &record->replaces);
        else if (str_is(key, "dist"))
            read_dist(json, record);
        else
            json_skip(json);
    }
    record->end_line = json_line(json);
}

/* ---- keeping ------------------------------------------------------------------------------------------------------------------- */

/* installed.json has paths relative to its own folder; older ones none: then it is vendor/NAME. */
static struct str root_of(struct composer_reader *r, const struct record *record)
{
    char path[4096];
    size_t len;
    struct str folder = path_dir(r->file->path);
    struct str joined = record->install_path.len
                            ? arena_printf(r->file->scratch, "%.*s/%.*s", STR_ARG(folder), STR_ARG(record->install_path))
                            : arena_printf(r->file->scratch, "%.*s/%.*s", STR_ARG(path_dir(folder)), STR_ARG(record->name));
    if (!joined.ptr || !path_normalize(joined, path, &len))
        return STR("");
    return arena_str(r->facts->arena, str_make(path, len));
}

static bool keep_replaced(struct composer_reader *r, struct str names, uint64_t index)
{
    struct str name;
    while (str_next(&names, '\n', &name)) {
        struct str key = arena_str(r->file->scratch, name);
        if (!key.ptr || !map_put(&r->replaced, key, index))
            return false;
    }
    return true;
}

static bool keep_record(struct composer_reader *r, const struct record *record, bool dev)
{
    struct arena *arena = r->facts->arena;
    struct package *package;
    if (!listed_add(r->file, r->facts, record->name, record->version, &package) || !package)
        return !arena->exhausted;
    package->licence = arena_str(arena, buf_view(&record->licences));
    package->depends = arena_str(arena, buf_view(&record->needs));
    if (record->shasum.len && header_value_ok(record->shasum))
        package->digest = arena_printf(arena, "sha1:%.*s", STR_ARG(record->shasum));
    if (!r->file->kind->is_lock)
        package->root = root_of(r, record);
    package->line = record->line;
    package->end_line = record->end_line;
    package->dev = dev;
    uint64_t index = r->facts->package_count - 1;
    return !arena->exhausted && map_put(&r->by_name, package->name, index) &&
           keep_replaced(r, buf_view(&record->replaces), index);
}

bool composer_read_list(struct composer_reader *r, struct json *json, bool dev)
{
    bool ok = true;
    if (!json_array(json))
        return true;
    while (ok && json_item(json)) {
        struct record record = { 0 };
        buf_init(&record.licences, MAX_LIST_BYTES);
        buf_init(&record.needs, MAX_LIST_BYTES);
        buf_init(&record.replaces, MAX_LIST_BYTES);
        read_record(json, &record);
        ok = json->failed || keep_record(r, &record, dev);
        buf_free(&record.licences);
        buf_free(&record.needs);
        buf_free(&record.replaces);
    }
    return ok;
}

bool composer_end(struct composer_reader *r)
{
    return listed_resolve(r->facts, r->first, &r->by_name, &r->replaced);
}
