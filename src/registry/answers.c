/* What registries and token servers say when they refuse, as one line for people. Bodies: the distribution specification,
 * "Error Codes" ({"errors": [{code, message, detail}]}), and RFC 6749, 5.2 ({"error", "error_description"}); some say only
 * {"message"} or {"details"}. All of it is hostile text. */
#include "registry/client.h"

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

static void read_error(struct json *json, struct refusal *out)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "code"))
            json_string(json, &out->code);
        else if (str_is(key, "message"))
            json_string(json, &out->message);
        else
            json_skip(json);
}

static void read_errors(struct json *json, struct refusal *out)
{
    bool first = true;
    if (!json_array(json))
        return;
    for (; json_item(json); first = false)
        if (first)
            read_error(json, out);
        else
            json_skip(json);
}

void refusal_read(struct str body, struct arena *arena, struct refusal *out)
{
    struct json json;
    struct str key;
    struct error ignored = { 0 };
    struct refusal found = { 0 };
    json_begin(&json, body, arena);
    if (json_object(&json)) {
        while (json_key(&json, &key))
            if (str_is(key, "errors"))
                read_errors(&json, &found);
            else if (str_is(key, "error") && !found.code.len)
                json_string(&json, &found.code);
            else if ((str_is(key, "message") || str_is(key, "details") || str_is(key, "error_description")) && !found.message.len)
                json_string(&json, &found.message);
            else
                json_skip(&json);
    }
    *out = json_end(&json, &ignored) ? found : (struct refusal){ 0 };
}

bool answer_is_page(const struct net_response *response)
{
    struct str body = str_trim(response->body);
    return str_is(response->type, "text/html") || str_is(response->type, "application/xhtml+xml") || str_starts(body, "<!") ||
           str_starts(body, "<html");
}

/* ---- telling ------------------------------------------------------------------------------------------------------------------ */

static const char *status_words(int status)
{
    static const struct {
        int status;
        const char *words;
    } rows[] = {
        { 400, "bad request" },           { 401, "authentication required" },
        { 403, "access denied" },         { 404, "not found" },
        { 405, "method not allowed" },    { 406, "not acceptable" },
        { 408, "request timeout" },       { 416, "range not satisfiable" },
        { 429, "too many requests" },     { 451, "not available here for legal reasons" },
        { 500, "internal server error" }, { 502, "bad gateway" },
        { 503, "service unavailable" },   { 504, "gateway timeout" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].status == status)
            return rows[i].words;
    return status >= 300 && status < 400 ? "look elsewhere" : "nothing that is understood";
}

static bool contains(struct str text, struct str secret, struct arena *arena)
{
    const char *needle = secret.len ? arena_cstr(arena, secret) : NULL;
    return needle && str_contains(text, needle);
}

/* Some servers quote the request that they refuse: what lets us in has no place in messages, which end up in logs. */
static bool quotes_secret(const struct registry *registry, struct str text, struct arena *arena)
{
    for (size_t i = 0; i < CLIENT_GRANTS && text.len; i++) {
        const struct grant *grant = &registry->grants[i];
        const struct registry_credentials *c = &grant->credentials;
        struct str scheme, sent = { 0 };
        str_cut(buf_view(&grant->authorization), ' ', &scheme, &sent);
        struct str pair = arena_printf(arena, "%.*s:%.*s", STR_ARG(c->username), STR_ARG(c->password));
        if (contains(text, sent, arena) || contains(text, c->password, arena) || contains(text, c->identity_token, arena) ||
            contains(text, c->bearer, arena) || (c->password.len && contains(text, base64_encode(pair, arena), arena)))
            return true;
    }
    return false;
}

/* "UNAUTHORIZED" and the like are for programs. */
static struct str said(const struct registry *registry, const struct net_response *response, struct arena *arena)
{
    struct refusal refusal;
    refusal_read(response->body, arena, &refusal);
    struct str text = refusal.message.len ? refusal.message : refusal.code;
    text = quotes_secret(registry, text, arena) ? (struct str){ 0 } : arena_shown(arena, text, CLIENT_ERROR_SHOWN);
    return text.len ? text : str_from(status_words(response->status));
}

/* "captain (of ~/.docker/config.json)" */
static struct str who(const struct registry_credentials *credentials, struct arena *arena)
{
    struct str user = arena_shown(arena, credentials->username, 80), origin = arena_shown(arena, credentials->origin, 200);
    if (!user.len || str_is(user, "<token>"))
        user = STR("the token");
    return origin.len ? arena_printf(arena, "%.*s (%.*s)", STR_ARG(user), STR_ARG(origin)) : user;
}

static bool any_credentials(const struct registry_credentials *c)
{
    return c->username.len || c->password.len || c->identity_token.len || c->bearer.len;
}

static struct str login_hint(const struct endpoint *endpoint, const struct grant *grant, int status, struct arena *arena)
{
    struct str host = endpoint->at.registry, repository = endpoint->at.repository;
    const struct registry_credentials *c = &grant->credentials;
    if (!any_credentials(c) && c->origin.len) /* a place was looked into and says what is missing there */
        return arena_printf(arena, "%.*s; or `drydock registry login %.*s`", STR_ARG(arena_shown(arena, c->origin, 300)),
                            STR_ARG(host));
    if (!any_credentials(c))
        return arena_printf(arena,
                            "%.*s%sis private, or there is none of that name: check the name, or `drydock registry login %.*s`",
                            STR_ARG(repository), repository.len ? " " : "it ", STR_ARG(host));
    bool has_token = grant->challenge.realm.len && grant->authorization.len; /* so the user is known */
    if (status == 401 && !has_token)
        return arena_printf(arena, "it does not take %.*s: `drydock registry login %.*s` again, or check the name %.*s",
                            STR_ARG(who(c, arena)), STR_ARG(host), STR_ARG(repository));
    return arena_printf(arena, "%.*s has no access to %.*s, or there is none of that name", STR_ARG(who(c, arena)),
                        STR_ARG(repository));
}

static struct str limit_hint(const struct endpoint *endpoint, const struct grant *grant, const struct net_response *response,
                             struct arena *arena)
{
    struct str wait = response->retry_after_s
                          ? arena_printf(arena, "try again in %llu s", (unsigned long long)response->retry_after_s)
                          : STR("try again later");
    if (any_credentials(&grant->credentials))
        return arena_printf(arena, "%.*s, or use a mirror", STR_ARG(wait));
    return arena_printf(arena, "%.*s, or `drydock registry login %.*s` for a higher limit, or use a mirror", STR_ARG(wait),
                        STR_ARG(endpoint->at.registry));
}

static struct str default_hint(const struct endpoint *endpoint, const struct grant *grant, const struct net_response *response,
                               struct arena *arena)
{
    switch (response->status) {
    case 401:
    case 403: return login_hint(endpoint, grant, response->status, arena);
    case 429: return limit_hint(endpoint, grant, response, arena);
    case 407: return STR("the proxy wants credentials: http://USER:PASSWORD@HOST in https_proxy");
    default: break;
    }
    if (!answer_is_page(response) && response->status >= 500)
        return STR("the registry has a problem: try again later");
    if (!answer_is_page(response) && response->status == 404)
        return STR("check the name");
    return STR("is it a registry, and does no proxy or login page stand in between?");
}

struct str blob_hint(const struct net_response *response)
{
    return response->status == 404 && !answer_is_page(response) ? STR("the registry has lost it: push it again")
                                                                : (struct str){ 0 };
}

bool ask_refused(struct registry *registry, const struct endpoint *endpoint, const struct net_response *response, struct str hint,
                 struct arena *arena, struct error *err)
{
    bool page = answer_is_page(response);
    struct str text = page ? STR("web page, not what a registry says") : said(registry, response, arena);
    if (!hint.len)
        hint = default_hint(endpoint, grant_of(registry, endpoint), response, arena);
    if (arena->exhausted)
        return arena_error(arena, err);
    return error_set(err, ERROR_NETWORK, "%.*s %s %.*s (%d)%s%.*s", STR_ARG(endpoint->at.registry),
                     page ? "answers with a" : "says:", STR_ARG(text), response->status, hint.len ? ": " : "", STR_ARG(hint));
}
