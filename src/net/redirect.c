/* Redirects (RFC 9110, 15.4), followed here rather than by libcurl: what may be sent along depends on where they lead. */
#include "net/transfer.h"

void net_answer_init(struct net_answer *answer)
{
    *answer = (struct net_answer){ 0 };
    net_head_init(&answer->head);
    buf_init(&answer->text, NET_MAX_TEXT_BYTES);
}

void net_answer_free(struct net_answer *answer)
{
    net_head_free(&answer->head);
    buf_free(&answer->text);
}

static struct str part(CURLU *url, CURLUPart which, unsigned flags, struct arena *arena)
{
    char *text = NULL;
    struct str copy = { 0 };
    if (net_curl.url_get(url, which, &text, flags) == CURLUE_OK)
        copy = arena_str(arena, str_from(text));
    net_curl.free_text(text);
    return copy;
}

static bool same_part(CURLU *a, CURLU *b, CURLUPart which, struct arena *arena)
{
    return str_eq_nocase(part(a, which, CURLU_DEFAULT_PORT, arena), part(b, which, CURLU_DEFAULT_PORT, arena));
}

struct route {
    CURLU *first, *url; /* the request's, and where it is now */
    struct str seen[NET_MAX_REDIRECTS + 1];
    size_t count;
    char authority[300];
    struct net_hop hop;
};

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The hop to where the route stands. Credentials that were left behind once stay behind: the way back goes through others. */
static bool arrive(struct route *route, struct net_job *job, struct error *err)
{
    struct arena *arena = &job->scratch;
    net_curl.url_set(route->url, CURLUPART_USER, NULL, 0); /* no credentials by URL */
    net_curl.url_set(route->url, CURLUPART_PASSWORD, NULL, 0);
    net_curl.url_set(route->url, CURLUPART_FRAGMENT, NULL, 0);
    struct net_hop *hop = &route->hop;
    hop->url = part(route->url, CURLUPART_URL, 0, arena);
    hop->own_host = same_part(route->url, route->first, CURLUPART_HOST, arena);
    hop->own_origin = hop->own_origin && hop->own_host && same_part(route->url, route->first, CURLUPART_SCHEME, arena) &&
                      same_part(route->url, route->first, CURLUPART_PORT, arena);
    hop->authority = route->authority;
    if (job->request->socket)
        snprintf(route->authority, sizeof route->authority, "socket %s", job->request->socket);
    else
        net_shown(route->authority, sizeof route->authority, net_host(hop->url));
    if (arena->exhausted)
        return arena_error(arena, err);
    if (job->client->options.offline && !job->request->socket)
        return error_set(err, ERROR_NETWORK, "%s is not asked: --offline is on", route->authority);
    return true;
}

/* For messages: where a server sends people may be signed for them alone. */
static struct str without_query(struct str url)
{
    size_t mark;
    return str_find(url, '?', &mark) ? str_head(url, mark) : url;
}

static bool remember(struct route *route, struct error *err)
{
    for (size_t i = 0; i < route->count; i++)
        if (str_eq(route->seen[i], route->hop.url) && strcmp(route->hop.method, "POST") != 0)
            return error_set(err, ERROR_NETWORK, "%s: redirects in a loop", route->authority);
    if (route->count == ARRAY_LEN(route->seen))
        return error_set(err, ERROR_NETWORK, "%s: more than %d redirects", route->authority, NET_MAX_REDIRECTS);
    route->seen[route->count++] = route->hop.url;
    return true;
}

/* Some servers forget to encode blanks and names in other scripts. The rest stays letter by letter: it may be signed. */
static char *well_formed(struct arena *arena, struct str location)
{
    char *out = arena_alloc(arena, 3 * location.len + 1), *end = out;
    for (size_t i = 0; out && i < location.len; i++) {
        unsigned char c = (unsigned char)location.ptr[i];
        if (c <= 0x20 || c >= 0x7F)
            end += snprintf(end, 4, "%%%02X", c);
        else
            *end++ = location.ptr[i];
    }
    return out;
}

static bool follow(struct route *route, struct net_job *job, const struct net_head *head, struct str location, struct error *err)
{
    char shown[200], from[sizeof route->authority];
    bool was_https = str_starts(route->hop.url, "https:");
    memcpy(from, route->authority, sizeof from);
    char *text = well_formed(&job->scratch, location);
    if (!text)
        return arena_error(&job->scratch, err);
    if (job->request->socket || net_curl.url_set(route->url, CURLUPART_URL, text, 0) != CURLUE_OK)
        return error_set(err, ERROR_NETWORK, "%s: redirects to \"%s\", which is no address to go to", from,
                         net_shown(shown, sizeof shown, without_query(location)));
    /* 303, and by custom 301 and 302, turn a POST into a GET (RFC 9110, 15.4.2 to 15.4.4). */
    if (head->status <= 303 && strcmp(route->hop.method, "POST") == 0)
        route->hop.method = "GET";
    if (!arrive(route, job, err))
        return false;
    bool insecure = job->client->options.insecure || job->request->insecure;
    net_shown(shown, sizeof shown, str_head(without_query(route->hop.url), 150));
    if (was_https && str_starts(route->hop.url, "http:") && !insecure)
        return error_set(err, ERROR_NETWORK, "%s: redirects to %s without TLS; that is refused unless --insecure", from, shown);
    if (!str_starts(route->hop.url, "https:") && !str_starts(route->hop.url, "http:"))
        return error_set(err, ERROR_NETWORK, "%s: redirects to %s, which is neither HTTP nor HTTPS", from, shown);
    return remember(route, err);
}

static enum net_end travel(struct route *route, struct net_job *job, struct net_answer *answer, struct error *err)
{
    while (true) {
        enum net_end end = net_transfer(job, &route->hop, answer, err);
        answer->url = route->hop.url;
        memcpy(answer->authority, route->authority, sizeof answer->authority);
        struct str location = net_field(buf_view(&answer->head.fields), "Location");
        if (end != NET_ANSWERED || !is_redirect(answer->head.status) || job->request->no_redirects || location.len == 0)
            return end;
        if (!follow(route, job, &answer->head, location, err))
            return NET_FAILED;
    }
}

enum net_end net_try(struct net_job *job, struct net_answer *answer, struct error *err)
{
    enum net_end end = NET_FAILED;
    struct route route = { .first = net_curl.url_new(), .url = net_curl.url_new() };
    arena_reset(&job->scratch, (struct arena_mark){ 0 });
    char *url = arena_cstr(&job->scratch, job->request->url);
    char shown[200];
    route.hop.method = job->request->method ? job->request->method : "GET";
    route.hop.own_origin = true;
    if (!route.first || !route.url || !url)
        error_set(err, ERROR_LIMIT, "network: out of memory");
    else if (strlen(url) != job->request->url.len || net_curl.url_set(route.first, CURLUPART_URL, url, 0) != CURLUE_OK ||
             net_curl.url_set(route.url, CURLUPART_URL, url, 0) != CURLUE_OK)
        error_set(err, ERROR_INPUT, "\"%s\" is no address to go to", net_shown(shown, sizeof shown, job->request->url));
    else if (arrive(&route, job, err) && remember(&route, err))
        end = travel(&route, job, answer, err);
    net_curl.url_cleanup(route.first);
    net_curl.url_cleanup(route.url);
    return end;
}
