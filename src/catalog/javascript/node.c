/* Fields of package.json that lock files have too (npm's package.json documentation), and ranges of versions. */
#include "catalog/javascript/node.h"

#include "catalog/headers.h"
#include "version/version.h"

enum { MAX_RANGE_BYTES = 512 };

static bool part_ok(struct str part)
{
    for (size_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'))
            return false;
    }
    return part.len > 0;
}

bool node_name_ok(struct str name)
{
    struct str scope, rest;
    if (name.len == 0 || name.ptr[0] != '@')
        return part_ok(name);
    return str_cut(str_skip(name, 1), '/', &scope, &rest) && part_ok(scope) && part_ok(rest);
}

static void put_licence(struct json *json, struct buf *out)
{
    struct str key, text = { 0 };
    if (json_peek(json) == JSON_OBJECT) {
        json_object(json);
        while (json_key(json, &key))
            if (str_is(key, "type"))
                json_string(json, &text);
    } else {
        json_string(json, &text);
    }
    if (text.len && header_value_ok(text))
        catalog_put_item(out, text);
}

void node_read_licence(struct json *json, struct buf *out)
{
    if (json_peek(json) != JSON_ARRAY) {
        put_licence(json, out);
        return;
    }
    json_array(json);
    while (json_item(json))
        put_licence(json, out);
}

void node_read_workspaces(struct json *json, struct buf *out)
{
    struct str key, pattern;
    if (json_peek(json) == JSON_OBJECT) {
        json_object(json);
        while (json_key(json, &key))
            if (str_is(key, "packages") && json_peek(json) == JSON_ARRAY)
                node_read_workspaces(json, out);
        return;
    }
    if (!json_array(json))
        return;
    while (json_item(json))
        if (json_string(json, &pattern) && pattern.len && header_value_ok(pattern))
            catalog_put_item(out, pattern);
}

bool node_cut_name(struct str text, struct str *name, struct str *rest)
{
    size_t at;
    if (text.len < 2 || !str_find(str_skip(text, 1), '@', &at))
        return false;
    *name = str_head(text, at + 1);
    *rest = str_skip(text, at + 2);
    return true;
}

struct str node_plain_range(struct str range)
{
    return str_starts(range, "npm:") ? str_skip(range, 4) : range;
}

bool node_satisfies(struct str range, struct str version, struct arena *scratch)
{
    const struct version_scheme *npm = version_scheme_find(STR("npm"));
    struct arena_mark mark = arena_mark(scratch);
    struct version_set set;
    struct error err = { 0 };
    bool inside = false;
    if (!npm || range.len > MAX_RANGE_BYTES || version.len > MAX_RANGE_BYTES)
        return false;
    version_set_init(&set, scratch);
    bool ok = version_range(npm, range, &set, &err) && version_set_has(npm, &set, version, &inside, &err);
    arena_reset(scratch, mark);
    return ok && inside;
}

/* ---- where Node looks ----------------------------------------------------------------------------------------------------------- */

static const char MODULES[] = "node_modules";

bool node_is_outside_modules(struct str path)
{
    return !str_starts(path, "node_modules/") && !str_contains(path, "/node_modules/");
}

struct str node_name_of_folder(struct str folder)
{
    struct str name = path_base(folder), above = path_dir(folder), scope = path_base(above);
    if (str_is(scope, MODULES))
        return name;
    if (str_starts(scope, "@") && str_is(path_base(path_dir(above)), MODULES))
        return str_skip(folder, folder.len - name.len - 1 - scope.len);
    return (struct str){ 0 };
}

void node_places_begin(struct node_places *places, struct str folder, struct str name)
{
    places->folder = folder;
    places->name = name;
    places->ended = false;
}

bool node_places_next(struct node_places *places, struct str *path)
{
    while (!places->ended && str_is(path_base(places->folder), MODULES))
        places->folder = path_dir(places->folder);
    if (places->ended)
        return false;
    struct str folder = places->folder;
    size_t modules_len = sizeof MODULES - 1, len = 0;
    if (folder.len + modules_len + places->name.len + 2 > sizeof places->path) {
        places->ended = true;
        return false;
    }
    if (folder.len) {
        memcpy(places->path, folder.ptr, folder.len);
        len = folder.len;
        places->path[len++] = '/';
    }
    memcpy(places->path + len, MODULES, modules_len);
    len += modules_len;
    places->path[len++] = '/';
    memcpy(places->path + len, places->name.ptr, places->name.len);
    *path = str_make(places->path, len + places->name.len);
    places->ended = folder.len == 0;
    places->folder = path_dir(folder);
    return true;
}
