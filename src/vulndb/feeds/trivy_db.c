/* Trivy's database: BoltDB buckets whose values are JSON.
 *
 *     <distribution release> / package / id      advisory, or several under "Entries" (by arch, by flavour)
 *     <ecosystem>::<source>  / package / id      advisory with version expressions
 *     Red Hat                / package / id      Entries with CPE indices, arches and CVEs; module packages as module:stream::name
 *     Red Hat CPE            / repository, nvr, cpe
 *     vulnerability          / id                title, description, severities and CVSS by source, references, dates
 *     data-source            / bucket name       id, name and URL of where its advisories are from
 *
 * Matching gives what Trivy gives, but for these: an advisory of an ecosystem that names no version at all affects all versions
 * (Trivy passes it over), and of several expressions the readable ones count where one cannot be read (Trivy drops all).
 * Architectures and systems of language advisories do not narrow them, as in Trivy. */
#include "vulndb/feeds/feed.h"
#include "vulndb/feeds/trivy_db.h"

/* ---- sources ------------------------------------------------------------------------------------------------------------------------ */

static void read_data_source(struct json *json, struct vulndb_source *source)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_eq_nocase(key, STR("ID")))
            json_string(json, &source->id);
        else if (str_eq_nocase(key, STR("Name")))
            json_string(json, &source->name);
        else if (str_eq_nocase(key, STR("URL")))
            json_string(json, &source->url);
        else if (str_eq_nocase(key, STR("BaseID")))
            json_string(json, &source->base_id);
        else
            json_skip(json);
}

static bool add_data_source(struct trivy *trivy, struct str bucket, struct str value, struct error *err)
{
    struct vulndb_source source = { 0 };
    struct json json;
    json_begin(&json, value, &trivy->record);
    read_data_source(&json, &source);
    if (!json_end(&json, err))
        return error_wrap(err, "data source of %.*s", STR_ARG(bucket));
    if (source.name.len == 0)
        source.name = source.id.len ? source.id : bucket;
    struct str name = arena_str(&trivy->kept, source.name), key = arena_str(&trivy->kept, bucket);
    struct str *slot = arena_new(&trivy->kept, struct str);
    if (!slot || !name.ptr || !key.ptr || (*slot = name, !map_put(&trivy->sources, key, (uint64_t)(uintptr_t)slot)))
        return arena_error(&trivy->kept, err);
    return vulndb_add_source(trivy->builder, &source, trivy->date_s, err);
}

/* The name of a bucket's source; a bucket that the data-source bucket lacks is its own source. */
static bool source_of(struct trivy *trivy, struct str bucket, struct str *name, struct error *err)
{
    uint64_t slot;
    if (!map_get(&trivy->sources, bucket, &slot)) {
        struct vulndb_source source = { .id = bucket, .name = bucket };
        *name = bucket;
        return vulndb_add_source(trivy->builder, &source, trivy->date_s, err);
    }
    *name = *(const struct str *)(uintptr_t)slot;
    return true;
}

/* ---- buckets ------------------------------------------------------------------------------------------------------------------------ */

typedef bool (*value_reader)(struct trivy *trivy, struct str key, struct str value, struct error *err);

/* Each plain value of a bucket to `reader`; the record's memory is given back after each. */
static bool each_value(struct trivy *trivy, const struct bolt_bucket *bucket, value_reader reader, struct error *err)
{
    struct bolt_cursor cursor;
    struct str key, value;
    bool is_bucket;
    bolt_cursor_begin(&cursor, bucket);
    while (bolt_next(&cursor, &key, &value, &is_bucket, err)) {
        if (is_bucket)
            continue;
        if (!reader(trivy, key, value, err))
            return false;
        arena_reset(&trivy->record, (struct arena_mark){ 0 });
    }
    return err->kind == ERROR_NONE;
}

static bool each_package(struct trivy *trivy, const struct bolt_bucket *bucket, struct error *err)
{
    struct bolt_cursor cursor;
    struct bolt_bucket advisories;
    struct str value;
    bool is_bucket;
    bolt_cursor_begin(&cursor, bucket);
    while (bolt_next(&cursor, &trivy->package, &value, &is_bucket, err)) {
        if (!is_bucket)
            continue;
        if (!bolt_sub(&trivy->bolt, value, &advisories, err) || !each_value(trivy, &advisories, trivy_read_advisory, err))
            return error_wrap(err, "%.*s, package %.*s", STR_ARG(trivy->space), STR_ARG(trivy->package));
    }
    return err->kind == ERROR_NONE;
}

static bool read_cpe(struct trivy *trivy, struct str key, struct str value, struct error *err)
{
    struct str cpe;
    struct json json;
    uint64_t index;
    json_begin(&json, value, &trivy->record);
    bool found = json_string(&json, &cpe);
    if (!json_end(&json, err))
        return error_wrap(err, "Red Hat CPE %.*s", STR_ARG(key));
    if (!found || !str_u64(key, &index) || index > UINT32_MAX) {
        vulndb_add_problem(trivy->builder, "a CPE without a number", key);
        return true;
    }
    return vulndb_add_cpe(trivy->builder, (uint32_t)index, cpe, err);
}

static bool read_cpe_map(struct trivy *trivy, struct str key, struct str value, struct error *err)
{
    struct trivy_numbers numbers = { 0 };
    struct json json;
    json_begin(&json, value, &trivy->record);
    trivy_read_numbers(&json, &trivy->record, &numbers);
    if (!json_end(&json, err))
        return error_wrap(err, "Red Hat CPE %.*s", STR_ARG(key));
    return vulndb_add_cpe_map(trivy->builder, trivy->cpe_table, key, numbers.items, numbers.count, err);
}

static bool read_cpe_bucket(struct trivy *trivy, const struct bolt_bucket *bucket, struct error *err)
{
    struct bolt_cursor cursor;
    struct bolt_bucket table;
    struct str key, value;
    bool is_bucket;
    bolt_cursor_begin(&cursor, bucket);
    while (bolt_next(&cursor, &key, &value, &is_bucket, err)) {
        trivy->cpe_table = str_is(key, "repository") ? "repository" : str_is(key, "nvr") ? "nvr" : NULL;
        if (!is_bucket || (!trivy->cpe_table && !str_is(key, "cpe")))
            continue;
        if (!bolt_sub(&trivy->bolt, value, &table, err) ||
            !each_value(trivy, &table, trivy->cpe_table ? read_cpe_map : read_cpe, err))
            return false;
    }
    return err->kind == ERROR_NONE;
}

/* Is the space of a bucket known? "pip::Source" is filed under "pip". */
static void bucket_space(struct str bucket, struct str *space)
{
    *space = bucket;
    for (size_t i = 0; i + 1 < bucket.len; i++)
        if (bucket.ptr[i] == ':' && bucket.ptr[i + 1] == ':') {
            *space = str_head(bucket, i);
            return;
        }
}

static bool read_bucket(struct trivy *trivy, struct str name, const struct bolt_bucket *bucket, struct error *err)
{
    if (str_is(name, "vulnerability"))
        return each_value(trivy, bucket, trivy_read_vulnerability, err);
    if (str_is(name, "Red Hat CPE"))
        return read_cpe_bucket(trivy, bucket, err);
    if (str_is(name, "data-source") || str_is(name, "trivy") || str_is(name, "metadata"))
        return true;
    bucket_space(name, &trivy->space);
    trivy->scheme = vulndb_space_scheme(trivy->space);
    trivy->language = vulndb_space_is_language(trivy->space);
    if (!trivy->scheme) {
        vulndb_add_problem(trivy->builder, "a bucket of an ecosystem or distribution whose versions are not known here", name);
        return true;
    }
    return source_of(trivy, name, &trivy->source, err) && each_package(trivy, bucket, err);
}

/* Calls read_bucket (or, in the first pass, reads the data sources) for each top-level bucket. */
static bool each_bucket(struct trivy *trivy, bool sources, struct error *err)
{
    struct bolt_bucket root, bucket;
    struct bolt_cursor cursor;
    struct str key, value;
    bool is_bucket;
    if (!bolt_root(&trivy->bolt, &root, err))
        return false;
    bolt_cursor_begin(&cursor, &root);
    while (bolt_next(&cursor, &key, &value, &is_bucket, err)) {
        if (!is_bucket || (sources && !str_is(key, "data-source")))
            continue;
        if (!bolt_sub(&trivy->bolt, value, &bucket, err))
            return false;
        if (sources ? !each_value(trivy, &bucket, add_data_source, err) : !read_bucket(trivy, key, &bucket, err))
            return false;
    }
    return err->kind == ERROR_NONE;
}

/* ---- the feed ------------------------------------------------------------------------------------------------------------------------ */

/* metadata.json beside the database: "UpdatedAt". Absent or unreadable: no date. */
static int64_t metadata_date(struct arena *arena, struct str folder)
{
    struct str text, key;
    struct json json;
    struct error ignored = { 0 };
    int64_t date_s = 0;
    struct str path = folder.len ? arena_printf(arena, "%.*s/metadata.json", STR_ARG(folder)) : STR("metadata.json");
    if (!path.ptr || !file_read(path.ptr, 1 << 20, arena, &text, &ignored))
        return 0;
    json_begin(&json, text, arena);
    bool object = json_object(&json);
    while (object && json_key(&json, &key))
        if (!str_is(key, "UpdatedAt"))
            json_skip(&json);
        else
            json_time(&json, &date_s);
    return json_end(&json, &ignored) ? date_s : 0;
}

bool trivy_db_read_bytes(struct vulndb_builder *builder, struct str bytes, int64_t date_s, struct error *err)
{
    struct trivy trivy = { .builder = builder, .date_s = date_s };
    arena_init(&trivy.record, "a record of the Trivy database", FEED_RECORD_BYTES);
    arena_init(&trivy.kept, "the Trivy database's sources", 64 << 20);
    map_init(&trivy.sources, &trivy.kept);
    bool ok = bolt_open(&trivy.bolt, bytes, err) && each_bucket(&trivy, true, err) && each_bucket(&trivy, false, err);
    arena_free(&trivy.record);
    arena_free(&trivy.kept);
    return ok;
}

static bool read_feed(struct vulndb_builder *builder, const char *path, struct error *err)
{
    struct arena arena;
    struct file_map map;
    struct error ignored = { 0 };
    arena_init(&arena, path, 4 << 20);
    struct str inside = arena_printf(&arena, "%s/trivy.db", path);
    struct str file = str_from(path);
    if (inside.ptr && file_map(inside.ptr, &map, &ignored))
        file = inside;
    else if (!file_map(path, &map, err)) {
        arena_free(&arena);
        return false;
    }
    bool ok = trivy_db_read_bytes(builder, map.bytes, metadata_date(&arena, path_dir(file)), err);
    if (!ok)
        error_wrap(err, "%.*s", STR_ARG(file));
    file_unmap(&map);
    arena_free(&arena);
    return ok;
}

const struct vulndb_feed feed_trivy_db = {
    .kind = "trivy-db",
    .help = "Trivy's trivy.db file, or the folder that holds it",
    .read = read_feed,
};
