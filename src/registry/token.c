/* Tokens: distribution's "Token Authentication Specification" (GET with what is asked for in the query) and its "OAuth2" form
 * (POST, RFC 6749, 4.3 and 6), which is how identity tokens are used. The server that hands them out need not be the registry;
 * credentials go there because the registry says so, but never without TLS where the registry itself has it, unless both are on
 * this machine or the user does not mind (--insecure). */
#include "registry/client.h"

enum { MIN_LIFE_S = 60, MAX_LIFE_S = 24 * 3600, MAX_TOKEN_BYTES = 64 << 10, MAX_REALM_BYTES = 2048 };

/* ---- the answer --------------------------------------------------------------------------------------------------------------- */

/* Fit to stand in a header: visible ASCII. */
static bool is_token(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
            return false;
    return text.len > 0 && text.len <= MAX_TOKEN_BYTES;
}

bool token_read(struct str answer, struct arena *arena, struct token *out, struct error *err)
{
    struct json json;
    struct str key, token = { 0 }, access_token = { 0 };
    double life = 0;
    json_begin(&json, answer, arena);
    if (json_object(&json)) {
        while (json_key(&json, &key))
            if (str_is(key, "token"))
                json_string(&json, &token);
            else if (str_is(key, "access_token"))
                json_string(&json, &access_token);
            else if (str_is(key, "expires_in"))
                json_number(&json, &life);
            else
                json_skip(&json);
    }
    if (!json_end(&json, err))
        return error_wrap(err, "its answer is no token");
    token = token.len ? token : access_token;
    if (!is_token(token))
        return error_set(err, ERROR_NETWORK, "its answer has no token");
    *out = (struct token){ .text = token,
                           .life_s = life > MAX_LIFE_S   ? MAX_LIFE_S
                                     : life > MIN_LIFE_S ? (uint64_t)life
                                                         : MIN_LIFE_S };
    return true;
}

/* ---- the request -------------------------------------------------------------------------------------------------------------- */

struct wish {
    struct registry *registry;
    const struct endpoint *endpoint;
    const struct registry_credentials *credentials;
    struct str realm, service, scope;
    struct arena *arena;
};

static bool has_password(const struct registry_credentials *c)
{
    return c->username.len && c->password.len;
}

/* "&name=value", escaped; nothing for an empty value. */
static void add_field(struct buf *out, const char *name, struct str value, struct arena *arena)
{
    if (!value.len)
        return;
    struct str escaped = net_escape(arena, value);
    if (out->len)
        buf_chr(out, '&');
    buf_text(out, name);
    buf_chr(out, '=');
    buf_str(out, escaped);
    out->failed |= !escaped.ptr;
}

/* A registry's authority vouches for its token server too, as Docker has it; the client's own certificate is for the registry. */
static void set_host(struct net_request *request, const struct endpoint *endpoint)
{
    const struct host *host = endpoint->host;
    request->insecure = host->insecure;
    request->ca_cert = host->ca_cert;
    if (str_eq_nocase(net_host(request->url), host->address)) {
        request->client_cert = host->client_cert;
        request->client_key = host->client_key;
    }
}

static bool send_get(const struct wish *w, struct net_response *out, struct error *err)
{
    struct buf query;
    size_t mark;
    const struct registry_credentials *c = w->credentials;
    buf_init(&query, CLIENT_TOKEN_BYTES);
    add_field(&query, "service", w->service, w->arena);
    add_field(&query, "scope", w->scope, w->arena);
    add_field(&query, "account", has_password(c) ? c->username : STR(""), w->arena);
    struct net_request request = { .max_bytes = CLIENT_TOKEN_BYTES };
    request.url = arena_printf(w->arena, "%.*s%s%.*s", STR_ARG(w->realm), str_find(w->realm, '?', &mark) ? "&" : "?",
                               STR_ARG(buf_view(&query)));
    bool ok = !query.failed && request.url.ptr;
    buf_free(&query);
    if (ok && has_password(c)) {
        struct str pair = arena_printf(w->arena, "%.*s:%.*s", STR_ARG(c->username), STR_ARG(c->password));
        request.authorization = arena_printf(w->arena, "Basic %.*s", STR_ARG(base64_encode(pair, w->arena)));
        ok = request.authorization.ptr != NULL;
    }
    if (!ok || w->arena->exhausted)
        return arena_error(w->arena, err);
    set_host(&request, w->endpoint);
    return net_fetch(w->registry->net, &request, w->arena, out, err);
}

static bool send_post(const struct wish *w, struct net_response *out, struct error *err)
{
    struct buf body;
    const struct registry_credentials *c = w->credentials;
    buf_init(&body, CLIENT_TOKEN_BYTES);
    add_field(&body, "grant_type", c->identity_token.len ? STR("refresh_token") : STR("password"), w->arena);
    add_field(&body, "service", w->service, w->arena);
    add_field(&body, "scope", w->scope, w->arena);
    add_field(&body, "client_id", STR("drydock"), w->arena);
    if (c->identity_token.len) {
        add_field(&body, "refresh_token", c->identity_token, w->arena);
    } else {
        add_field(&body, "username", c->username, w->arena);
        add_field(&body, "password", c->password, w->arena);
    }
    struct net_request request = {
        .method = "POST", .url = w->realm, .max_bytes = CLIENT_TOKEN_BYTES, .type = STR("application/x-www-form-urlencoded")
    };
    request.body = arena_str(w->arena, buf_view(&body));
    bool ok = !body.failed && request.body.ptr;
    buf_free(&body);
    if (!ok)
        return arena_error(w->arena, err);
    set_host(&request, w->endpoint);
    return net_fetch(w->registry->net, &request, w->arena, out, err);
}

static bool is_unsupported(const struct net_response *response)
{
    return response->status == 404 || response->status == 405 || response->status == 501;
}

/* Identity tokens need POST, passwords are sent by GET as most servers have it, by POST where they have only that. */
static bool send(const struct wish *w, struct net_response *out, struct error *err)
{
    const struct registry_credentials *c = w->credentials;
    bool post = c->identity_token.len > 0;
    if (!(post ? send_post(w, out, err) : send_get(w, out, err)))
        return false;
    if (is_unsupported(out) && has_password(c))
        return post ? send_get(w, out, err) : send_post(w, out, err);
    return true;
}

static struct str refused_hint(const struct wish *w, int status)
{
    struct str host = w->endpoint->at.registry, origin = arena_shown(w->arena, w->credentials->origin, 200);
    if (status / 100 != 4 || status == 429)
        return STR("try again later");
    if (has_password(w->credentials) && !origin.len)
        return STR("check the user name and the password");
    if (has_password(w->credentials) || w->credentials->identity_token.len)
        return arena_printf(w->arena, "it does not take the credentials of %.*s: `drydock registry login %.*s` again",
                            STR_ARG(origin), STR_ARG(host));
    return arena_printf(w->arena, "`drydock registry login %.*s`", STR_ARG(host));
}

static bool refused(const struct wish *w, const struct net_response *response, struct error *err)
{
    struct endpoint server = *w->endpoint;
    server.at.registry = net_host(w->realm);
    ask_refused(w->registry, &server, response, refused_hint(w, response->status), w->arena, err);
    if (!str_eq(server.at.registry, w->endpoint->at.registry))
        error_wrap(err, "no token for %.*s", STR_ARG(w->endpoint->at.registry));
    return false;
}

/* The challenge comes from the registry; its address is held to what it may be. */
static bool check_realm(const struct wish *w, struct error *err)
{
    bool tls = str_starts(w->realm, "https://"), secret = has_password(w->credentials) || w->credentials->identity_token.len;
    struct str shown = arena_shown(w->arena, w->realm, MAX_REALM_BYTES);
    bool clean = str_eq(shown, w->realm) && !str_find(w->realm, ' ', NULL) && !str_find(w->realm, '#', NULL);
    if (!(tls || str_starts(w->realm, "http://")) || !clean || !net_host(w->realm).len)
        return error_set(err, ERROR_NETWORK, "%.*s says that tokens are at \"%.*s\", which is no address: is it a registry?",
                         STR_ARG(w->endpoint->at.registry), STR_ARG(str_head(shown, 200)));
    const struct host *host = w->endpoint->host;
    bool unheard = host->insecure || (host->loopback && host_is_loopback(net_host(w->realm)));
    if (!tls && secret && host->scheme == HOST_HTTPS && !unheard)
        return error_set(err, ERROR_NETWORK, "%.*s wants credentials sent to %.*s, which has no TLS: not done without --insecure",
                         STR_ARG(w->endpoint->at.registry), STR_ARG(str_head(shown, 200)));
    return true;
}

bool token_fetch(struct registry *registry, const struct endpoint *endpoint, const struct grant *grant, struct arena *arena,
                 struct token *out, struct error *err)
{
    struct net_response response;
    struct wish w = { .registry = registry,
                      .endpoint = endpoint,
                      .credentials = &grant->credentials,
                      .realm = grant->challenge.realm,
                      .service = grant->challenge.service,
                      .scope = grant->challenge.scope,
                      .arena = arena };
    if (!w.scope.len && endpoint->at.repository.len)
        w.scope = arena_printf(arena, "repository:%.*s:pull", STR_ARG(endpoint->at.repository));
    if (!check_realm(&w, err) || !send(&w, &response, err))
        return false;
    if (response.status != 200)
        return refused(&w, &response, err);
    return token_read(response.body, arena, out, err) ||
           error_wrap(err, "%.*s, for a token of %.*s", STR_ARG(net_host(w.realm)), STR_ARG(endpoint->at.registry));
}
