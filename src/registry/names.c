/* Lists of names, page by page: the tags of a repository, the repositories of a registry (OCI distribution specification 1.1,
 * "Listing tags"; Docker's registry API v2, "Catalog" and "Pagination": the next page is where Link says). */
#include "registry/client.h"

enum { MAX_PAGES = 10000, MAX_EMPTY_PAGES = 16 };

static bool is_name(const char *key, struct str name, struct arena *arena)
{
    struct image_reference parts;
    struct error ignored = { 0 };
    struct arena_mark mark = arena_mark(arena);
    bool tag = str_is(str_from(key), "tags");
    struct str text = arena_printf(arena, tag ? "localhost/x:%.*s" : "localhost/%.*s", STR_ARG(name));
    bool ok =
        text.ptr && image_reference_parse(text, arena, &parts, &ignored) && str_eq(tag ? parts.tag : parts.repository, name);
    arena_reset(arena, mark);
    return ok;
}

static bool read_names(struct json *json, const char *key, size_t max, struct arena *arena, struct names *out, struct error *err)
{
    struct str name;
    size_t strange = 0;
    if (!json_array(json))
        return true; /* null: none */
    while (json_item(json)) {
        if (!json_string(json, &name) || !is_name(key, name, arena)) {
            strange++;
            continue;
        }
        if (out->count == max)
            return error_set(err, ERROR_LIMIT, "more than %d names", REGISTRY_MAX_NAMES);
        struct str *items = arena_grow(arena, out->items, out->count, &out->cap, sizeof *items);
        if (!items)
            return arena_error(arena, err);
        out->items = items;
        items[out->count++] = name;
    }
    if (strange)
        log_warn("%zu %s that no reference can have are left out", strange, key);
    return true;
}

static bool read_page(const struct endpoint *endpoint, const struct net_response *response, const char *key, size_t max,
                      struct arena *arena, struct names *out, struct error *err)
{
    struct json json;
    struct str name;
    json_begin(&json, response->body, arena);
    if (json_object(&json)) {
        while (json_key(&json, &name))
            if (!str_is(name, key))
                json_skip(&json);
            else if (!read_names(&json, key, max, arena, out, err))
                return error_wrap(err, "%.*s", STR_ARG(endpoint->at.registry));
    }
    if (!json_end(&json, err))
        return error_wrap(err, "the list of %s that %.*s gives", key, STR_ARG(endpoint->at.registry));
    return !arena->exhausted || arena_error(arena, err);
}

/* The path of the next page: an address of the same host, or one without a host. */
static bool next_path(const struct endpoint *endpoint, struct str target, struct arena *arena, struct str *out, struct error *err)
{
    struct str host = net_host(target);
    size_t at;
    if (host.len && !str_eq_nocase(host, endpoint->host->address))
        return error_set(err, ERROR_NETWORK, "%.*s says that its list goes on at %.*s: not followed",
                         STR_ARG(endpoint->at.registry), STR_ARG(arena_shown(arena, host, 200)));
    for (size_t i = 0; i < target.len; i++)
        if (target.ptr[i] <= ' ' || target.ptr[i] > '~')
            return error_set(err, ERROR_NETWORK, "%.*s gives a list whose next page has no address",
                             STR_ARG(endpoint->at.registry));
    if (host.len)
        target = str_skip(target, (size_t)(host.ptr - target.ptr) + host.len);
    if (target.len && target.ptr[0] == '?') /* the path's own */
        target = endpoint->at.repository.len
                     ? arena_printf(arena, "/v2/%.*s/tags/list%.*s", STR_ARG(endpoint->at.repository), STR_ARG(target))
                     : arena_printf(arena, "/v2/_catalog%.*s", STR_ARG(target));
    else if (target.len && target.ptr[0] != '/')
        target = arena_printf(arena, "/%.*s", STR_ARG(target));
    if (str_find(target, '#', &at))
        target = str_head(target, at);
    *out = target;
    return !arena->exhausted || arena_error(arena, err);
}

bool names_page(const struct endpoint *endpoint, const struct net_response *response, const char *key, size_t max,
                struct arena *arena, struct names *out, struct str *next, struct error *err)
{
    return read_page(endpoint, response, key, max, arena, out, err) &&
           next_path(endpoint, link_next(response->link, arena), arena, next, err);
}

static bool all_pages(struct registry *registry, const struct endpoint *endpoint, const char *key, struct str path,
                      struct arena *arena, struct names *out, struct error *err)
{
    struct net_response response;
    size_t cut, empty = 0;
    for (unsigned pages = 0; path.len; pages++) {
        size_t before = out->count;
        struct str here = path;
        struct ask ask = { .path = path, .max_bytes = CLIENT_ANSWER_BYTES };
        if (interrupted())
            return interrupt_error(err);
        if (!ask_registry(registry, endpoint, &ask, arena, &response, err))
            return false;
        if (response.status == 400 && pages == 0 && str_find(path, '?', &cut)) { /* it allows fewer on a page */
            path = str_head(path, cut);
            continue;
        }
        if (response.status != 200 || answer_is_page(&response))
            return ask_refused(registry, endpoint, &response, (struct str){ 0 }, arena, err);
        if (!names_page(endpoint, &response, key, REGISTRY_MAX_NAMES, arena, out, &path, err))
            return false;
        empty = out->count == before ? empty + 1 : 0;
        if (str_eq(path, here) || empty > MAX_EMPTY_PAGES || pages > MAX_PAGES)
            return error_set(err, ERROR_NETWORK, "%.*s gives a list of %s without an end", STR_ARG(endpoint->at.registry), key);
    }
    return true;
}

bool registry_tags(struct registry *registry, const struct image_reference *repository, struct arena *arena, struct str **out,
                   size_t *count, struct error *err)
{
    struct endpoint *endpoints;
    struct names names = { 0 };
    size_t found;
    if (!endpoints_find(registry, repository, true, arena, &endpoints, &found, err) ||
        !all_pages(registry, &endpoints[found - 1], "tags", STR("tags/list?n=1000"), arena, &names, err))
        return false;
    *out = names.items;
    *count = names.count;
    return true;
}

/* Mirrors and rewrites are found by names of images: any will do. */
static bool find_registry(struct registry *registry, struct str host, struct arena *arena, struct endpoint *out,
                          struct error *err)
{
    struct image_reference reference;
    struct endpoint *endpoints;
    size_t count;
    struct str text = arena_printf(arena, "%.*s/a/b", STR_ARG(host));
    if (!text.ptr)
        return arena_error(arena, err);
    if (!image_reference_parse(text, arena, &reference, err) || !str_is(reference.repository, "a/b"))
        return error_set(err, ERROR_USAGE, "\"%.*s\" is not a registry: host[:port] (e.g. localhost:5000)",
                         STR_ARG(arena_shown(arena, host, 200)));
    if (!endpoints_find(registry, &reference, true, arena, &endpoints, &count, err))
        return false;
    *out = endpoints[count - 1];
    out->at.repository = (struct str){ 0 };
    return true;
}

bool registry_catalog(struct registry *registry, struct str host, struct arena *arena, struct str **out, size_t *count,
                      struct error *err)
{
    struct endpoint endpoint;
    struct names names = { 0 };
    if (!find_registry(registry, host, arena, &endpoint, err) ||
        !all_pages(registry, &endpoint, "repositories", STR("/v2/_catalog?n=1000"), arena, &names, err))
        return false;
    *out = names.items;
    *count = names.count;
    return true;
}
