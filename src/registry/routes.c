/* Mirrors and rewrites: containers-registries.conf(5), version 2, and its drop-in files. unqualified-search-registries and short
 * names are not used: a name without a registry is Docker Hub's, as Docker has it. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "registry/client.h"

enum { MAX_ROUTES = 4096, MAX_MIRRORS = 64, MAX_DROP_INS = 256 };

/* ---- one file ----------------------------------------------------------------------------------------------------------------- */

/* "host[:port][/path]"; slashes at the end do not count. */
static bool read_location(struct json *json, struct str *out)
{
    struct str text;
    if (!json_string(json, &text))
        return false;
    while (str_ends(text, "/"))
        text.len--;
    *out = text;
    return true;
}

static bool check_location(struct str location, struct error *err)
{
    if (str_starts(location, "http://") || str_starts(location, "https://"))
        return error_set(err, ERROR_USAGE, "the location \"%.*s\" must not have a scheme: write host[:port][/path]",
                         STR_ARG(str_head(location, 200)));
    return true;
}

static bool read_use(struct str text, enum route_use *out, struct error *err)
{
    static const char *const names[] = { "all", "digest-only", "tag-only" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(text, names[i])) {
            *out = (enum route_use)i;
            return true;
        }
    return error_set(err, ERROR_USAGE, "pull-from-mirror is \"%.*s\", but must be all, digest-only or tag-only",
                     STR_ARG(str_head(text, 50)));
}

static bool read_mirror(struct json *json, struct route_place *out, struct error *err)
{
    struct str key, use = { 0 };
    if (!json_object(json))
        return true;
    while (json_key(json, &key))
        if (str_is(key, "location"))
            read_location(json, &out->location);
        else if (str_is(key, "insecure"))
            json_bool(json, &out->insecure);
        else if (str_is(key, "pull-from-mirror"))
            json_string(json, &use);
        else
            json_skip(json);
    if (!out->location.len)
        return error_set(err, ERROR_USAGE, "a mirror has no location");
    return check_location(out->location, err) && (!use.len || read_use(use, &out->use, err));
}

static bool read_mirrors(struct json *json, struct route *out, struct arena *arena, struct error *err)
{
    size_t cap = 0;
    if (!json_array(json))
        return true;
    while (json_item(json)) {
        struct route_place *mirrors = arena_grow(arena, out->mirrors, out->mirror_count, &cap, sizeof *mirrors);
        if (!mirrors)
            return arena_error(arena, err);
        if (out->mirror_count == MAX_MIRRORS)
            return error_set(err, ERROR_LIMIT, "more than %d mirrors of one registry", MAX_MIRRORS);
        out->mirrors = mirrors;
        mirrors[out->mirror_count] = (struct route_place){ 0 };
        if (!read_mirror(json, &mirrors[out->mirror_count++], err))
            return false;
    }
    return true;
}

static bool check_route(struct route *route, struct error *err)
{
    if (!route->prefix.len)
        route->prefix = route->own.location;
    if (!route->prefix.len)
        return error_set(err, ERROR_USAGE, "a registry has neither prefix nor location");
    for (size_t i = 0; route->mirrors_by_digest_only && i < route->mirror_count; i++)
        if (route->mirrors[i].use != ROUTE_ALL)
            return error_set(err, ERROR_USAGE, "\"%.*s\" has both mirror-by-digest-only and a mirror with pull-from-mirror",
                             STR_ARG(str_head(route->prefix, 200)));
    return check_location(route->prefix, err) && check_location(route->own.location, err);
}

static bool read_route(struct json *json, struct route *out, struct arena *arena, struct error *err)
{
    struct str key;
    if (!json_object(json))
        return error_set(err, ERROR_USAGE, "\"registry\" must be a list of tables: [[registry]]");
    while (json_key(json, &key))
        if (str_is(key, "prefix"))
            read_location(json, &out->prefix);
        else if (str_is(key, "location"))
            read_location(json, &out->own.location);
        else if (str_is(key, "insecure"))
            json_bool(json, &out->own.insecure);
        else if (str_is(key, "blocked"))
            json_bool(json, &out->blocked);
        else if (str_is(key, "mirror-by-digest-only"))
            json_bool(json, &out->mirrors_by_digest_only);
        else if (!str_is(key, "mirror"))
            json_skip(json);
        else if (!read_mirrors(json, out, arena, err))
            return false;
    return check_route(out, err);
}

static bool put_route(struct routes *routes, const struct route *route, struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < routes->count; i++)
        if (str_eq(routes->items[i].prefix, route->prefix)) {
            routes->items[i] = *route;
            return true;
        }
    if (routes->count == MAX_ROUTES)
        return error_set(err, ERROR_LIMIT, "more than %d registries", MAX_ROUTES);
    struct route *items = arena_grow(arena, routes->items, routes->count, &routes->cap, sizeof *items);
    if (!items)
        return arena_error(arena, err);
    routes->items = items;
    items[routes->count++] = *route;
    return true;
}

static bool read_routes(struct routes *routes, struct json *json, struct str file, struct arena *arena, struct error *err)
{
    if (!json_array(json))
        return error_set(err, ERROR_USAGE, "\"registry\" must be a list of tables: [[registry]]");
    while (json_item(json)) {
        struct route route = { .file = file };
        if (!read_route(json, &route, arena, err) || !put_route(routes, &route, arena, err))
            return false;
    }
    return true;
}

bool routes_add(struct routes *routes, struct str toml, struct str file, struct arena *arena, struct error *err)
{
    struct str text, key;
    struct json json;
    if (!toml_to_json(toml, 4 * CLIENT_CONFIG_BYTES, arena, &text, err))
        return error_wrap(err, "%.*s", STR_ARG(file));
    json_begin(&json, text, arena);
    if (json_object(&json)) {
        while (json_key(&json, &key))
            if (!str_is(key, "registry"))
                json_skip(&json);
            else if (!read_routes(routes, &json, file, arena, err))
                return error_wrap(err, "%.*s", STR_ARG(file));
    }
    if (arena->exhausted)
        return arena_error(arena, err);
    return json_end(&json, err) || error_wrap(err, "%.*s", STR_ARG(file));
}

/* ---- all files ---------------------------------------------------------------------------------------------------------------- */

static bool add_file(struct routes *routes, const char *path, bool required, bool *there, struct arena *arena, struct error *err)
{
    struct str text;
    FILE *file = required ? NULL : fopen(path, "re"); /* asks only whether it is there and may be read */
    *there = required || file;
    if (file)
        fclose(file);
    else if (!required)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES || error_system(err, "%s", path);
    if (!file_read(path, CLIENT_CONFIG_BYTES, arena, &text, err))
        return false;
    struct str name = arena_str(arena, str_from(path));
    return name.ptr ? routes_add(routes, text, name, arena, err) : arena_error(arena, err);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* FOLDER's "*.conf", in the order of their names. */
static bool add_drop_ins(struct routes *routes, const char *folder, struct arena *arena, struct error *err)
{
    const char *names[MAX_DROP_INS];
    size_t count = 0;
    bool there, ok = true;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && count < MAX_DROP_INS && (entry = readdir(dir));)
        if (str_ends(str_from(entry->d_name), ".conf")) {
            names[count] = arena_cstr(arena, str_from(entry->d_name));
            count += names[count] != NULL;
        }
    if (dir)
        closedir(dir);
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; ok && i < count; i++) {
        struct str path = arena_printf(arena, "%s/%s", folder, names[i]);
        ok = path.ptr ? add_file(routes, path.ptr, false, &there, arena, err) : arena_error(arena, err);
    }
    return ok;
}

static bool load_default(struct routes *routes, struct arena *arena, struct error *err)
{
    static const char system_file[] = "/etc/containers/registries.conf";
    struct str config = file_config_dir(arena), own = { 0 };
    bool there = false;
    if (config.len)
        own = arena_printf(arena, "%.*s/containers/registries.conf", STR_ARG(config));
    if (arena->exhausted)
        return arena_error(arena, err);
    if ((own.len && !add_file(routes, own.ptr, false, &there, arena, err)) ||
        (!there && !add_file(routes, system_file, false, &there, arena, err)))
        return false;
    if (!add_drop_ins(routes, "/etc/containers/registries.conf.d", arena, err))
        return false;
    struct str drop_ins = arena_printf(arena, "%.*s.d", STR_ARG(own));
    if (!drop_ins.ptr)
        return arena_error(arena, err);
    return !own.len || add_drop_ins(routes, drop_ins.ptr, arena, err);
}

bool routes_load(struct routes *routes, struct str named, struct arena *arena, struct error *err)
{
    struct str path = named.len ? arena_str(arena, named) : env_text("CONTAINERS_REGISTRIES_CONF");
    bool there;
    if (named.len && !path.ptr)
        return arena_error(arena, err);
    if (str_is(path, "/dev/null")) /* none of them, as people say it */
        return true;
    return path.len ? add_file(routes, path.ptr, true, &there, arena, err) : load_default(routes, arena, err);
}

/* ---- matching ------------------------------------------------------------------------------------------------------------------- */

/* A prefix ends where a part of the reference ends: a colon must be that of a tag, since another port is another registry. */
static bool is_boundary(struct str reference, size_t at)
{
    if (at < reference.len && reference.ptr[at] == ':')
        return !str_find(str_skip(reference, at), '/', NULL);
    return at == reference.len || reference.ptr[at] == '/' || reference.ptr[at] == '@';
}

/* "*.example.com" fits hosts below example.com: how far it reaches, 0: not at all. */
static size_t match_wildcard(struct str reference, struct str suffix)
{
    size_t slash = reference.len;
    str_find(reference, '/', &slash);
    for (size_t i = 1; i < slash && i + suffix.len <= reference.len; i++)
        if (str_eq(str_head(str_skip(reference, i), suffix.len), suffix) && is_boundary(reference, i + suffix.len))
            return i + suffix.len;
    return 0;
}

static size_t match_prefix(struct str reference, struct str prefix)
{
    if (str_starts(prefix, "*."))
        return match_wildcard(reference, str_skip(prefix, 1));
    return str_eq(str_head(reference, prefix.len), prefix) && is_boundary(reference, prefix.len) ? prefix.len : 0;
}

const struct route *routes_find(const struct routes *routes, struct str reference, size_t *matched)
{
    const struct route *best = NULL;
    for (size_t i = 0; i < routes->count; i++) {
        size_t reach = match_prefix(reference, routes->items[i].prefix);
        if (reach && (!best || routes->items[i].prefix.len > best->prefix.len)) {
            best = &routes->items[i];
            *matched = reach;
        }
    }
    return best;
}
