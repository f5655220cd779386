/* Where an image may lie: the mirrors of its registry in their order, then the registry itself, names rewritten as
 * containers-registries.conf(5) has it. */
#include "registry/client.h"

/* ---- rewriting ----------------------------------------------------------------------------------------------------------------- */

/* What a location and the rest of a reference make together must be a full reference of its own. */
static bool rewrite(const struct route *route, const struct route_place *place, struct str reference, size_t matched,
                    struct arena *arena, struct image_reference *out, struct error *err)
{
    struct str host, path;
    struct str text = place->location.len
                          ? arena_printf(arena, "%.*s%.*s", STR_ARG(place->location), STR_ARG(str_skip(reference, matched)))
                          : reference;
    if (!text.ptr)
        return arena_error(arena, err);
    if (!image_reference_parse(text, arena, out, err))
        return error_wrap(err, "%.*s, location \"%.*s\"", STR_ARG(route->file), STR_ARG(str_head(place->location, 200)));
    str_cut(text, '/', &host, &path);
    if (!str_eq(host, out->registry) && !str_is(host, "index.docker.io"))
        return error_set(err, ERROR_USAGE, "%.*s: the location \"%.*s\" does not begin with a registry", STR_ARG(route->file),
                         STR_ARG(str_head(place->location, 200)));
    return true;
}

static bool mirror_counts(const struct route *route, const struct route_place *mirror, bool by_digest)
{
    if (route->mirrors_by_digest_only || mirror->use == ROUTE_DIGEST_ONLY)
        return by_digest;
    return mirror->use != ROUTE_TAG_ONLY || !by_digest;
}

/* ---- finding ------------------------------------------------------------------------------------------------------------------- */

static bool add(struct registry *registry, const struct image_reference *at, bool insecure, struct endpoint *out, size_t *count,
                struct error *err)
{
    struct host *host = host_of(registry, at->registry, insecure, err);
    if (host)
        out[(*count)++] = (struct endpoint){ .host = host, .at = *at };
    return host != NULL;
}

static bool add_all(struct registry *registry, const struct route *route, struct str text, size_t matched, bool by_digest,
                    bool own_only, struct arena *arena, struct endpoint *out, size_t *count, struct error *err)
{
    struct image_reference at;
    for (size_t i = 0; i < route->mirror_count && !own_only; i++)
        if (mirror_counts(route, &route->mirrors[i], by_digest) &&
            (!rewrite(route, &route->mirrors[i], text, matched, arena, &at, err) ||
             !add(registry, &at, route->mirrors[i].insecure, out, count, err)))
            return false;
    return rewrite(route, &route->own, text, matched, arena, &at, err) &&
           add(registry, &at, route->own.insecure, out, count, err);
}

bool endpoints_find(struct registry *registry, const struct image_reference *reference, bool own_only, struct arena *arena,
                    struct endpoint **out, size_t *count, struct error *err)
{
    size_t matched = 0, found = 0;
    struct str text = image_reference_text(reference, arena);
    const struct route *route = text.ptr ? routes_find(&registry->routes, text, &matched) : NULL;
    struct endpoint *endpoints = arena_array(arena, 1 + (route ? route->mirror_count : 0), sizeof *endpoints);
    if (!text.ptr || !endpoints)
        return arena_error(arena, err);
    if (route && route->blocked)
        return error_set(err, ERROR_USAGE, "%.*s blocks \"%.*s\"", STR_ARG(route->file), STR_ARG(str_head(route->prefix, 200)));
    if (!(route ? add_all(registry, route, text, matched, reference->digest.len > 0, own_only, arena, endpoints, &found, err)
                : add(registry, reference, false, endpoints, &found, err)))
        return false;
    *out = endpoints;
    *count = found;
    return true;
}

void failures_add(struct error *all, const struct error *one)
{
    size_t len = strlen(all->text);
    all->kind = one->kind;
    snprintf(all->text + len, sizeof all->text - len, "%s%s", len ? "; " : "", one->text);
}
