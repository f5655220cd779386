/* Reading one OSV record (https://ossf.github.io/osv-schema/, version 1.7): all fields that matter here, into an arena. */
#include "vulndb/feeds/osv.h"

static void read_severities(struct json *json, struct arena *arena, struct osv_severities *list)
{
    struct str key;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct osv_severity severity = { 0 };
        if (!json_object(json))
            continue;
        while (json_key(json, &key))
            if (str_is(key, "type"))
                json_string(json, &severity.type);
            else if (str_is(key, "score"))
                json_scalar(json, &severity.score);
            else
                json_skip(json);
        struct osv_severity *items = arena_grow(arena, list->items, list->count, &list->cap, sizeof *items);
        if (!items)
            return;
        list->items = items;
        list->items[list->count++] = severity;
    }
}

/* Free-form objects of databases and ecosystems: what several of them say stands under a few names. */
static void read_specific(struct json *json, struct arena *arena, struct osv_specific *out)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "severity") || str_is(key, "urgency") || str_is(key, "ubuntu_priority"))
            json_string(json, &out->word);
        else if (str_is(key, "cwe_ids") || str_is(key, "cwes"))
            feed_texts_read(&out->cwes, json, arena);
        else if (str_is(key, "last_known_affected_version_range"))
            json_string(json, &out->last_known);
        else if (str_is(key, "informational"))
            json_string(json, &out->informational);
        else
            json_skip(json);
}

/* ---- affected -------------------------------------------------------------------------------------------------------------- */

static bool event_kind(struct str key, struct osv_event *event)
{
    static const char *const names[] = { "introduced", "fixed", "last_affected", "limit" };
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(key, names[i])) {
            event->kind = i;
            return true;
        }
    return false;
}

/* One object may hold several events, against the schema but in use. */
static void read_events(struct json *json, struct arena *arena, struct osv_range *range)
{
    struct str key;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        if (!json_object(json))
            continue;
        while (json_key(json, &key)) {
            struct osv_event event = { 0 };
            if (!event_kind(key, &event)) {
                json_skip(json);
                continue;
            }
            if (!json_scalar(json, &event.version))
                continue;
            struct osv_event *events = arena_grow(arena, range->events, range->count, &range->cap, sizeof *events);
            if (!events)
                return;
            range->events = events;
            range->events[range->count++] = event;
        }
    }
}

static void read_ranges(struct json *json, struct arena *arena, struct osv_affected *affected)
{
    struct str key, type;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct osv_range range = { 0 };
        if (!json_object(json))
            continue;
        while (json_key(json, &key))
            if (str_is(key, "type"))
                range.git = json_string(json, &type) && str_is(type, "GIT");
            else if (str_is(key, "events"))
                read_events(json, arena, &range);
            else if (str_is(key, "database_specific"))
                read_specific(json, arena, &range.specific);
            else
                json_skip(json);
        struct osv_range *ranges =
            arena_grow(arena, affected->ranges, affected->range_count, &affected->range_cap, sizeof *ranges);
        if (!ranges)
            return;
        affected->ranges = ranges;
        affected->ranges[affected->range_count++] = range;
    }
}

static void read_package(struct json *json, struct osv_affected *affected)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "ecosystem"))
            json_string(json, &affected->ecosystem);
        else if (str_is(key, "name"))
            json_string(json, &affected->package);
        else
            json_skip(json);
}

static void read_affected_item(struct json *json, struct arena *arena, struct osv_affected *affected)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "package"))
            read_package(json, affected);
        else if (str_is(key, "ranges"))
            read_ranges(json, arena, affected);
        else if (str_is(key, "versions"))
            feed_texts_read(&affected->versions, json, arena);
        else if (str_is(key, "severity"))
            read_severities(json, arena, &affected->severities);
        else if (str_is(key, "ecosystem_specific") || str_is(key, "database_specific"))
            read_specific(json, arena, &affected->specific);
        else
            json_skip(json);
}

static void read_affected(struct json *json, struct arena *arena, struct osv_record *record)
{
    if (!json_array(json))
        return;
    while (json_item(json)) {
        struct osv_affected item = { 0 };
        read_affected_item(json, arena, &item);
        struct osv_affected *affected =
            arena_grow(arena, record->affected, record->affected_count, &record->affected_cap, sizeof *affected);
        if (!affected)
            return;
        record->affected = affected;
        record->affected[record->affected_count++] = item;
    }
}

/* ---- the record ------------------------------------------------------------------------------------------------------------ */

static void read_references(struct json *json, struct arena *arena, struct feed_texts *references)
{
    struct str key, url;
    if (!json_array(json))
        return;
    while (json_item(json)) {
        if (!json_object(json))
            continue;
        while (json_key(json, &key))
            if (!str_is(key, "url"))
                json_skip(json);
            else if (json_string(json, &url))
                feed_texts_add(references, arena, url);
    }
}

/* Lists of texts and plain texts by name; false where the key is none of them. */
static bool read_simple(struct json *json, struct arena *arena, struct str key, struct osv_record *record)
{
    struct {
        const char *name;
        struct str *text;
        int64_t *date_s;
        struct feed_texts *texts;
    } fields[] = {
        { "id", &record->id, NULL, NULL },
        { "summary", &record->summary, NULL, NULL },
        { "details", &record->details, NULL, NULL },
        { "published", NULL, &record->published_s, NULL },
        { "modified", NULL, &record->modified_s, NULL },
        { "withdrawn", NULL, &record->withdrawn_s, NULL },
        { "aliases", NULL, NULL, &record->aliases },
        { "related", NULL, NULL, &record->related },
        { "upstream", NULL, NULL, &record->upstream },
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (!str_is(key, fields[i].name))
            continue;
        if (fields[i].text)
            json_string(json, fields[i].text);
        else if (fields[i].date_s)
            json_time(json, fields[i].date_s);
        else
            feed_texts_read(fields[i].texts, json, arena);
        return true;
    }
    return false;
}

bool osv_record_read(struct json *json, struct arena *arena, struct osv_record *record)
{
    struct str key;
    *record = (struct osv_record){ 0 };
    if (!json_object(json))
        return false;
    while (json_key(json, &key)) {
        if (read_simple(json, arena, key, record))
            continue;
        if (str_is(key, "references"))
            read_references(json, arena, &record->references);
        else if (str_is(key, "severity"))
            read_severities(json, arena, &record->severities);
        else if (str_is(key, "database_specific"))
            read_specific(json, arena, &record->specific);
        else if (str_is(key, "affected"))
            read_affected(json, arena, record);
        else
            json_skip(json);
    }
    return true;
}
