/* What lets this client into a repository: credentials, found when a registry first asks for them, and the header's value that
 * came of them. Kept for the run, for the repositories asked most recently; processes that are forked take them along. */
#include "registry/client.h"

enum { GRANT_BYTES = 1 << 20, EARLY_S = 5 };

static void release(struct grant *grant)
{
    arena_free(&grant->arena);
    buf_free(&grant->authorization);
    *grant = (struct grant){ 0 };
}

void grants_free(struct registry *registry)
{
    for (size_t i = 0; i < CLIENT_GRANTS; i++)
        release(&registry->grants[i]);
}

static struct grant *oldest(struct registry *registry)
{
    struct grant *found = &registry->grants[0];
    for (size_t i = 1; i < CLIENT_GRANTS; i++)
        if (registry->grants[i].used < found->used)
            found = &registry->grants[i];
    return found;
}

struct grant *grant_of(struct registry *registry, const struct endpoint *endpoint)
{
    struct str host = endpoint->at.registry, repository = endpoint->at.repository;
    struct grant *grant = NULL;
    for (size_t i = 0; i < CLIENT_GRANTS && !grant; i++)
        if (registry->grants[i].used && str_eq(registry->grants[i].host, host) &&
            str_eq(registry->grants[i].repository, repository))
            grant = &registry->grants[i];
    if (!grant) {
        grant = oldest(registry);
        release(grant);
        arena_init(&grant->arena, "credentials", GRANT_BYTES);
        buf_init(&grant->authorization, GRANT_BYTES);
        grant->host = arena_str(&grant->arena, host);
        grant->repository = arena_str(&grant->arena, repository);
    }
    grant->used = ++registry->calls;
    return grant;
}

static bool set_value(struct grant *grant, const char *scheme, struct str value, int64_t expires_s, struct error *err)
{
    buf_clear(&grant->authorization);
    buf_text(&grant->authorization, scheme);
    buf_str(&grant->authorization, value);
    grant->expires_s = expires_s;
    return !grant->authorization.failed || error_set(err, ERROR_LIMIT, "no memory for credentials");
}

static bool renew(struct registry *registry, const struct endpoint *endpoint, struct grant *grant, struct error *err)
{
    struct arena arena;
    struct token token;
    arena_init(&arena, "a token", 2 * CLIENT_TOKEN_BYTES);
    bool ok = token_fetch(registry, endpoint, grant, &arena, &token, err) &&
              set_value(grant, "Bearer ", token.text, time_now() + (int64_t)token.life_s, err);
    arena_free(&arena);
    return ok;
}

bool grant_current(struct registry *registry, const struct endpoint *endpoint, struct grant *grant, struct str *out,
                   struct error *err)
{
    if (grant->authorization.len && time_now() + EARLY_S >= grant->expires_s && !renew(registry, endpoint, grant, err))
        return false;
    *out = buf_view(&grant->authorization);
    return true;
}

static bool find_credentials(struct registry *registry, struct grant *grant, struct error *err)
{
    if (grant->looked_up)
        return true;
    grant->looked_up = true;
    return registry_credentials_find(&registry->options, grant->host, grant->repository, &grant->arena, &grant->credentials, err);
}

/* The texts are copied only where they are new. */
static bool keep_challenge(struct grant *grant, const struct challenge *asked, struct error *err)
{
    struct challenge *kept = &grant->challenge;
    if (str_eq(kept->realm, asked->realm) && str_eq(kept->service, asked->service) && str_eq(kept->scope, asked->scope))
        return true;
    *kept = (struct challenge){ .bearer = true,
                                .realm = arena_str(&grant->arena, asked->realm),
                                .service = arena_str(&grant->arena, asked->service),
                                .scope = arena_str(&grant->arena, asked->scope) };
    return !grant->arena.exhausted || arena_error(&grant->arena, err);
}

static bool answer_bearer(struct registry *registry, const struct endpoint *endpoint, struct grant *grant,
                          const struct challenge *asked, bool *changed, struct error *err)
{
    const struct registry_credentials *c = &grant->credentials;
    if (c->bearer.len) { /* sent as it is, once */
        *changed = !str_eq(str_skip(buf_view(&grant->authorization), strlen("Bearer ")), c->bearer);
        return !*changed || set_value(grant, "Bearer ", c->bearer, INT64_MAX, err);
    }
    *changed = true;
    return keep_challenge(grant, asked, err) && renew(registry, endpoint, grant, err);
}

static bool answer_basic(struct grant *grant, bool *changed, struct error *err)
{
    const struct registry_credentials *c = &grant->credentials;
    if (!c->username.len || !c->password.len || grant->authorization.len)
        return true;
    struct arena_mark mark = arena_mark(&grant->arena);
    struct str pair = arena_printf(&grant->arena, "%.*s:%.*s", STR_ARG(c->username), STR_ARG(c->password));
    struct str value = base64_encode(pair, &grant->arena);
    bool ok = value.ptr ? set_value(grant, "Basic ", value, INT64_MAX, err) : arena_error(&grant->arena, err);
    arena_reset(&grant->arena, mark);
    *changed = ok;
    return ok;
}

bool grant_answer(struct registry *registry, const struct endpoint *endpoint, struct grant *grant, struct str challenges,
                  bool *changed, struct error *err)
{
    struct arena arena;
    struct challenge asked;
    *changed = false;
    if (!find_credentials(registry, grant, err))
        return false;
    arena_init(&arena, "a challenge", CLIENT_TOKEN_BYTES);
    bool ok = challenge_parse(challenges, &arena, &asked);
    if (!ok)
        arena_error(&arena, err);
    else if ((asked.bearer && asked.realm.len) || (asked.bearer && grant->credentials.bearer.len))
        ok = answer_bearer(registry, endpoint, grant, &asked, changed, err);
    else if (asked.basic)
        ok = answer_basic(grant, changed, err);
    arena_free(&arena);
    return ok;
}
