/* One request of a registry: the OCI distribution specification 1.1 ("Pull"), Docker's registry API v2. Nothing is asked in
 * advance: who wants credentials says so by a 401. */
#include "registry/client.h"

static struct str address_of(const struct endpoint *endpoint, struct str path, struct arena *arena)
{
    const char *scheme = endpoint->host->scheme == HOST_HTTP ? "http" : "https";
    if (str_starts(path, "/"))
        return arena_printf(arena, "%s://%.*s%.*s", scheme, STR_ARG(endpoint->host->address), STR_ARG(path));
    return arena_printf(arena, "%s://%.*s/v2/%.*s/%.*s", scheme, STR_ARG(endpoint->host->address),
                        STR_ARG(endpoint->at.repository), STR_ARG(path));
}

static bool send(struct registry *registry, const struct endpoint *endpoint, const struct ask *ask, struct str authorization,
                 struct arena *arena, struct net_response *out, struct error *err)
{
    const struct host *host = endpoint->host;
    struct net_header accept = { STR("Accept"), ask->accept };
    struct net_request request = { .method = ask->method,
                                   .headers = &accept,
                                   .header_count = ask->accept.len ? 1 : 0,
                                   .authorization = authorization,
                                   .insecure = host->insecure,
                                   .ca_cert = host->ca_cert,
                                   .client_cert = host->client_cert,
                                   .client_key = host->client_key,
                                   .max_bytes = ask->max_bytes };
    request.url = address_of(endpoint, ask->path, arena);
    if (!request.url.ptr)
        return arena_error(arena, err);
    return ask->sink ? net_download(registry->net, &request, ask->sink, arena, out, err)
                     : net_fetch(registry->net, &request, arena, out, err);
}

bool ask_registry(struct registry *registry, const struct endpoint *endpoint, const struct ask *ask, struct arena *arena,
                  struct net_response *out, struct error *err)
{
    struct str authorization;
    bool changed = false;
    if (!host_ready(registry, endpoint->host, err))
        return false;
    struct grant *grant = grant_of(registry, endpoint);
    if (!grant_current(registry, endpoint, grant, &authorization, err) ||
        !send(registry, endpoint, ask, authorization, arena, out, err))
        return false;
    /* A host that the registry led to asks for itself. */
    if (out->status != 401 || !str_eq_nocase(net_host(out->url), endpoint->host->address))
        return true;
    if (!grant_answer(registry, endpoint, grant, out->challenges, &changed, err))
        return false;
    return !changed || send(registry, endpoint, ask, buf_view(&grant->authorization), arena, out, err);
}
