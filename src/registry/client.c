/* The client for all registries of one run: see registry.h. */
#include "registry/client.h"

#include <stdlib.h>

struct registry *registry_new(const struct registry_options *options, struct error *err)
{
    struct registry *registry = calloc(1, sizeof *registry);
    if (!registry) {
        error_set(err, ERROR_LIMIT, "no memory for a registry's client");
        return NULL;
    }
    registry->options = *options;
    arena_init(&registry->arena, "registries", CLIENT_ARENA_BYTES);
    if (routes_load(&registry->routes, options->registries_conf, &registry->arena, err))
        registry->net = net_client_new(&registry->options.net, err);
    if (registry->net)
        return registry;
    registry_free(registry);
    return NULL;
}

void registry_free(struct registry *registry)
{
    if (!registry)
        return;
    grants_free(registry);
    net_client_free(registry->net);
    arena_free(&registry->arena);
    free(registry);
}

/* ---- login --------------------------------------------------------------------------------------------------------------------- */

static bool check(struct registry *registry, const struct endpoint *endpoint, struct arena *arena, struct error *err)
{
    struct net_response response;
    struct ask ask = { .path = STR("/v2/"), .max_bytes = CLIENT_TOKEN_BYTES };
    if (!ask_registry(registry, endpoint, &ask, arena, &response, err))
        return false;
    struct str hint = response.status == 401 || response.status == 403 ? STR("check the user name and the password") : STR("");
    return response.status == 200 ? !answer_is_page(&response) || ask_refused(registry, endpoint, &response, hint, arena, err)
                                  : ask_refused(registry, endpoint, &response, hint, arena, err);
}

bool registry_check(struct registry *registry, struct str host, struct str username, struct str password, struct error *err)
{
    struct arena arena;
    struct endpoint endpoint = { .at.registry = host, .host = host_of(registry, host, false, err) };
    if (!endpoint.host)
        return false;
    struct grant *grant = grant_of(registry, &endpoint);
    buf_clear(&grant->authorization);
    grant->looked_up = true;
    grant->credentials = (struct registry_credentials){ .username = username, .password = password };
    arena_init(&arena, "a login", 2 * CLIENT_ANSWER_BYTES);
    bool ok = check(registry, &endpoint, &arena, err);
    arena_free(&arena);
    grant->used = 1; /* what was tried is not kept */
    buf_clear(&grant->authorization);
    grant->credentials = (struct registry_credentials){ 0 };
    grant->looked_up = false;
    return ok;
}
