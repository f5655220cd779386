/* packages.lock.json of NuGet (NuGet documentation, "Package references in project files", "Locking dependencies"): for
 * every target framework the packages with their versions. One that several frameworks have is listed once; what it needs
 * there, it needs. */
#include "catalog/headers.h"
#include "catalog/kinds.h"

struct entry {
    struct str name, version, type, hash, needs; /* needs: names, one a line */
    uint32_t line, end_line;
};

struct target {
    struct arena *arena;
    struct entry *entries;
    size_t count, cap;
    struct map by_name; /* in lower case: NuGet's names have no case → index */
};

static struct str read_needs(struct json *json, struct arena *arena)
{
    struct buf list;
    struct str key;
    if (!json_object(json))
        return STR("");
    buf_init(&list, 1 << 20);
    while (json_key(json, &key))
        if (header_value_ok(key))
            catalog_put_item(&list, key);
    struct str copy = arena_str(arena, buf_view(&list));
    buf_free(&list);
    return copy;
}

static bool read_entry(struct json *json, struct target *target, struct str name)
{
    json_peek(json); /* on to the brace */
    struct entry entry = { .name = name, .line = json_line(json) };
    struct str key;
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (str_is(key, "type"))
            json_string(json, &entry.type);
        else if (str_is(key, "resolved"))
            json_string(json, &entry.version);
        else if (str_is(key, "contentHash"))
            json_string(json, &entry.hash);
        else if (str_is(key, "dependencies"))
            entry.needs = read_needs(json, target->arena);
    entry.end_line = json_line(json);
    if (json->failed || str_eq_nocase(entry.type, STR("Project")) || !name.len || !entry.version.len || !header_value_ok(name) ||
        !header_value_ok(entry.version))
        return true;
    struct entry *grown = arena_grow(target->arena, target->entries, target->count, &target->cap, sizeof *grown);
    struct str key_name = arena_lower(target->arena, name);
    if (!grown || !key_name.ptr || !map_put(&target->by_name, key_name, target->count))
        return false;
    target->entries = grown;
    grown[target->count++] = entry;
    return true;
}

/* Adds what is needed here to what was needed for other frameworks. */
static struct str list_needs(struct catalog_facts *facts, const struct target *target, const struct entry *entry,
                             struct str before)
{
    struct arena *scratch = target->arena;
    struct arena_mark mark = arena_mark(scratch);
    struct str rest = before, name;
    struct buf list;
    struct map known;
    buf_init(&list, 4 << 20);
    buf_str(&list, before);
    map_init(&known, scratch);
    while (str_next(&rest, '\n', &name))
        map_put(&known, name, 1);
    rest = entry->needs;
    while (str_next(&rest, '\n', &name)) {
        uint64_t at;
        if (!map_get(&target->by_name, arena_lower(scratch, name), &at))
            continue;
        const struct entry *need = &target->entries[at];
        struct str id = arena_printf(scratch, "%.*s@%.*s", STR_ARG(need->name), STR_ARG(need->version));
        if (!map_get(&known, id, NULL) && map_put(&known, id, 1))
            catalog_put_item(&list, id);
    }
    struct str copy = list.len == before.len ? before : arena_str(facts->arena, buf_view(&list));
    buf_free(&list);
    arena_reset(scratch, mark);
    return copy;
}

static bool add_entry(struct catalog_facts *facts, struct str path, const struct target *target, const struct entry *entry,
                      struct map *by_id)
{
    uint64_t at;
    struct str id = catalog_id(facts, entry->name, entry->version);
    bool direct = str_eq_nocase(entry->type, STR("Direct"));
    struct package *package;
    if (!id.ptr)
        return false;
    if (map_get(by_id, id, &at)) {
        package = &facts->packages[at];
    } else {
        package = catalog_add_package(facts, &catalog_nuget_lock_kind, path);
        if (!package || !map_put(by_id, id, facts->package_count - 1))
            return false;
        package->name = str_head(id, entry->name.len);
        package->version = str_skip(id, entry->name.len + 1);
        package->id = id;
        package->relation = RELATION_INDIRECT;
        package->line = entry->line;
        package->end_line = entry->end_line;
        if (entry->hash.len && header_value_ok(entry->hash))
            package->digest = arena_printf(facts->arena, "sha512-%.*s", STR_ARG(entry->hash));
    }
    if (direct)
        package->relation = RELATION_DIRECT;
    package->depends = list_needs(facts, target, entry, package->depends);
    return !facts->arena->exhausted;
}

static bool read_target(struct json *json, const struct catalog_file *file, struct catalog_facts *facts, struct map *by_id)
{
    struct target target = { .arena = file->scratch };
    struct str key;
    map_init(&target.by_name, file->scratch);
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (!read_entry(json, &target, key))
            return false;
    for (size_t i = 0; i < target.count; i++)
        if (!add_entry(facts, file->path, &target, &target.entries[i], by_id))
            return false;
    return true;
}

static bool parse(const struct catalog_file *file, struct catalog_facts *facts)
{
    struct error err = { 0 };
    struct map by_id;
    struct json json;
    struct str key;
    bool ok = true;
    map_init(&by_id, file->scratch);
    json_begin(&json, file->text, file->scratch);
    bool any = json_object(&json);
    while (any && ok && json_key(&json, &key))
        if (str_is(key, "dependencies") && json_object(&json))
            while (ok && json_key(&json, &key))
                ok = read_target(&json, file, facts, &by_id);
    if (ok && !json_end(&json, &err))
        return catalog_warn(facts, file->path, false, "%s", err.text);
    return ok;
}

static const struct catalog_claim claims[] = {
    { "**/packages.lock.json", NULL },
    { NULL, NULL },
};

const struct catalog_kind catalog_nuget_lock_kind = {
    .name = "nuget",
    .ecosystem = "nuget",
    .scheme = "nuget",
    .purl_type = "nuget",
    .is_lock = true,
    .lock_counts = true,
    .claims = claims,
    .max_bytes = 64u << 20,
    .parse = parse,
};
