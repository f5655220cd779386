/* Requests against a server on loopback: answers, retries, redirects and what they must not carry along, bounds, interruptions,
 * and clients that are used on both sides of a fork. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "net_server.h"

struct world {
    struct arena arena;
    struct error err;
    struct net_response response;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    arena_init(&w->arena, "test", 64 << 20);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    arena_free(&w->arena);
    free(w);
    return 0;
}

static struct str at(struct world *w, const struct server *server, const char *path)
{
    return arena_printf(&w->arena, "%s%s", server->url, path);
}

static bool fetch(struct world *w, const struct server *server, const char *path)
{
    w->err = (struct error){ 0 };
    return fetch_once(at(w, server, path), &w->arena, &w->response, &w->err);
}

static bool is_path(const struct server_call *call, const char *path)
{
    return strcmp(call->path, path) == 0;
}

/* ---- answers ---------------------------------------------------------------------------------------------------------------- */

static bool answers(struct server_call *call)
{
    if (is_path(call, "/hello"))
        say(call,
            "HTTP/1.1 200 OK\r\nContent-Type: Text/Plain; charset=x\r\nDocker-Content-Digest: sha256:0\r\nContent-Length: 5\r\n"
            "Docker-Distribution-Api-Version: registry/2.0\r\nETag: \"e\"\r\nLink: </a>\r\nLink: </b>\r\nX-More: m\r\n\r\nhello");
    else if (is_path(call, "/html"))
        say(call, "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>");
    else if (is_path(call, "/chunked"))
        say(call, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\nETag: late\r\n\r\n");
    else if (is_path(call, "/denied"))
        say(call,
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nWWW-Authenticate: Bearer realm=\"r\"\r\nContent-Length: 0\r\n\r\n");
    else if (is_path(call, "/gzip"))
        say(call, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b");
    else if (is_path(call, "/empty"))
        say(call, "HTTP/1.1 204 No Content\r\n\r\n");
    else
        say(call, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"); /* of HEAD, which has no body */
    return true;
}

static void test_answers(void **state)
{
    struct world *w = *state;
    struct server server = { .script = answers };
    server_start(&server, NULL);
    assert_true(fetch(w, &server, "/hello"));
    assert_int_equal(w->response.status, 200);
    assert_str(w->response.body, "hello");
    assert_str(w->response.type, "text/plain");
    assert_str(w->response.digest, "sha256:0");
    assert_str(net_header_of(&w->response, "Docker-Distribution-Api-Version"), "registry/2.0");
    assert_str(w->response.etag, "\"e\"");
    assert_str(w->response.link, "</a>,</b>");
    assert_str(net_header_of(&w->response, "x-more"), "m");
    assert_str(w->response.url, arena_cstr(&w->arena, at(w, &server, "/hello")));
    assert_int_equal(w->response.length, 5);
    assert_true(server_was_told(&server, "User-Agent: drydock/" DRYDOCK_VERSION "\r\n"));
    assert_true(server_was_told(&server, "Accept-Encoding: identity\r\n"));
    assert_false(server_was_told(&server, "Cookie"));

    assert_true(fetch(w, &server, "/html"));
    assert_int_equal(w->response.status, 404);
    assert_str(w->response.body, "<html>");
    assert_true(fetch(w, &server, "/chunked"));
    assert_str(w->response.body, "abcdefg");
    assert_str(w->response.etag, "");
    assert_true(w->response.length == UINT64_MAX);
    assert_true(fetch(w, &server, "/denied"));
    assert_str(w->response.challenges, "Basic\nBearer realm=\"r\"");
    assert_true(fetch(w, &server, "/empty"));
    assert_int_equal(w->response.status, 204);
    assert_false(fetch(w, &server, "/gzip"));
    assert_says(w->err, "Content-Encoding gzip");
    server_stop(&server);
}

static void test_methods(void **state)
{
    struct world *w = *state;
    struct server server = { .script = answers };
    server_start(&server, NULL);
    struct net_options options = quick_options();
    struct net_client *client = net_client_new(&options, &w->err);
    struct net_header headers[] = { { STR("Accept"), STR("text/*") }, { STR("X-Two"), STR("2") } };
    struct net_request head = { .method = "HEAD", .url = at(w, &server, "/blob"), .headers = headers, .header_count = 2 };
    head.max_bytes = 10; /* what HEAD tells of is not fetched */
    assert_true(net_fetch(client, &head, &w->arena, &w->response, &w->err));
    assert_int_equal(w->response.length, 1000000);
    assert_true(server_was_told(&server, "HEAD /blob HTTP/1.1\r\n"));
    assert_true(server_was_told(&server, "Accept: text/*\r\n") && server_was_told(&server, "X-Two: 2\r\n"));
    struct net_request post = {
        .method = "POST", .url = at(w, &server, "/hello"), .body = STR("a=b&c=d"), .type = STR("text/form")
    };
    assert_true(net_fetch(client, &post, &w->arena, &w->response, &w->err));
    assert_true(server_was_told(&server, "POST /hello HTTP/1.1\r\n"));
    assert_true(server_was_told(&server, "Content-Type: text/form\r\n"));
    assert_true(server_was_told(&server, "\r\n\r\na=b&c=d"));
    assert_int_equal(atomic_load(&server.log->connections), 1); /* it was used again */
    net_client_free(client);
    server_stop(&server);
}

/* Text that came from elsewhere, a token say, must not begin another header. */
static void test_control_characters(void **state)
{
    struct world *w = *state;
    struct net_options options = quick_options();
    struct net_client *client = net_client_new(&options, &w->err);
    struct net_request request = { .url = STR("http://127.0.0.1:1/"), .authorization = STR("Bearer a\r\nHost: b") };
    assert_false(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    assert_says(w->err, "control characters");
    request = (struct net_request){ .url = STR("http://127.0.0.1:1/a b\x1b") };
    assert_false(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    assert_says(w->err, "\"http://127.0.0.1:1/a b?\" is no address");
    request.url = STR("ftp://127.0.0.1:1/");
    assert_false(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    request.url = (struct str){ 0 };
    assert_false(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    net_client_free(client);
}

/* ---- bounds ------------------------------------------------------------------------------------------------------------------- */

static bool too_much(struct server_call *call)
{
    static char filler[8192];
    memset(filler, 'x', sizeof filler);
    if (is_path(call, "/headers")) {
        say(call, "HTTP/1.1 200 OK\r\n");
        for (int i = 0; i < 1000; i++)
            say(call, "H%d: %.200s\r\n", i, filler);
        say(call, "\r\n");
    } else if (is_path(call, "/one-header")) {
        say(call, "HTTP/1.1 200 OK\r\nX: ");
        for (int i = 0; i < 20; i++)
            say_bytes(call, filler, sizeof filler);
        say(call, "\r\n\r\n");
    } else if (is_path(call, "/told")) {
        say(call, "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n");
    } else { /* without an end */
        say(call, "HTTP/1.1 %s\r\n\r\n", is_path(call, "/error") ? "403 Forbidden" : "200 OK");
        while (true)
            say_bytes(call, filler, sizeof filler);
    }
    return false;
}

static void test_bounds(void **state)
{
    struct world *w = *state;
    struct server server = { .script = too_much };
    server_start(&server, NULL);
    assert_false(fetch(w, &server, "/headers"));
    assert_int_equal(w->err.kind, ERROR_LIMIT);
    assert_says(w->err, "256 fields of header");
    assert_false(fetch(w, &server, "/one-header"));
    assert_int_equal(w->err.kind, ERROR_LIMIT);
    assert_false(fetch(w, &server, "/told"));
    assert_int_equal(w->err.kind, ERROR_LIMIT);
    assert_says(w->err, "larger than 8192 KiB");
    assert_false(fetch(w, &server, "/endless"));
    assert_int_equal(w->err.kind, ERROR_LIMIT);
    assert_int_equal(server_requests(&server), 4); /* none was tried again */
    assert_true(fetch(w, &server, "/error"));
    assert_int_equal(w->response.status, 403);
    assert_int_equal(w->response.body.len, 64 * 1024);
    server_stop(&server);
}

/* ---- retries ------------------------------------------------------------------------------------------------------------------- */

static bool unsteady(struct server_call *call)
{
    unsigned n = call->number;
    if (is_path(call, "/third") && n < 3)
        say(call, "HTTP/1.1 %d Sorry\r\nContent-Length: 0\r\n\r\n", n == 1 ? 500 : 429);
    else if (is_path(call, "/always"))
        say(call, "HTTP/1.1 503 Sorry\r\nRetry-After: 0\r\nContent-Length: 4\r\n\r\nbusy");
    else if (is_path(call, "/tomorrow"))
        say(call, "HTTP/1.1 429 Sorry\r\nRetry-After: 86400\r\nContent-Length: 4\r\n\r\nbusy");
    else if (is_path(call, "/drops") && n < 3)
        return false;
    else if (is_path(call, "/short") && n < 3) {
        say(call, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
        return false;
    } else if (is_path(call, "/500"))
        say(call, "HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\n\r\n");
    else if (is_path(call, "/silent"))
        pause();
    else if (is_path(call, "/nonsense"))
        say(call, "220 mail.example ESMTP\r\n");
    else
        say(call, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
    return !is_path(call, "/nonsense");
}

static void test_retries(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *path;
        int status; /* 0: none */
        unsigned requests;
        const char *error;
    } rows[] = {
        { "/third", 200, 3, "" },
        { "/drops", 200, 3, "" },
        { "/short", 200, 3, "" },
        { "/always", 503, 1 + NET_RETRIES, "" },
        { "/500", 500, 1 + NET_RETRIES, "" },
        { "/tomorrow", 429, 1, "" },
        { "/silent", 0, 1 + NET_RETRIES, "nothing came for 1 s" },
        { "/nonsense", 0, 1, "not in HTTP" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct server server = { .script = unsteady };
        server_start(&server, NULL);
        struct net_options options = quick_options();
        options.stall_ms = rows[i].status ? 0 : 300;
        w->err = (struct error){ 0 };
        bool ok = fetch_with(&options, at(w, &server, rows[i].path), &w->arena, &w->response, &w->err);
        assert_int_equal(ok, rows[i].status != 0);
        if (rows[i].status)
            assert_int_equal(w->response.status, rows[i].status);
        assert_int_equal(server_requests(&server), rows[i].requests);
        assert_says(w->err, rows[i].error);
        if (!rows[i].status)
            assert_says(w->err, server.url + strlen("http://"));
        server_stop(&server);
    }
    assert_true(w->response.retry_after_s == 86400);
}

/* What may have been carried out is not asked for twice. */
static void test_post_is_not_repeated(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *path;
        unsigned requests;
    } rows[] = { { "/drops", 1 }, { "/500", 1 }, { "/always", 1 + NET_RETRIES }, { "/third", 1 } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct server server = { .script = unsteady };
        server_start(&server, NULL);
        struct net_options options = quick_options();
        struct net_client *client = net_client_new(&options, &w->err);
        struct net_request request = { .method = "POST", .url = at(w, &server, rows[i].path) };
        net_fetch(client, &request, &w->arena, &w->response, &w->err);
        assert_int_equal(server_requests(&server), rows[i].requests);
        net_client_free(client);
        server_stop(&server);
    }
}

static void test_deadline(void **state)
{
    struct world *w = *state;
    struct server server = { .script = unsteady };
    server_start(&server, NULL);
    struct net_options options = quick_options();
    options.timeout_s = 1;
    struct net_client *client = net_client_new(&options, &w->err);
    struct net_request request = { .url = at(w, &server, "/silent") };
    assert_false(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    assert_says(w->err, "not done within 1 s");
    net_client_free(client);
    server_stop(&server);
}

static void test_no_server(void **state)
{
    struct world *w = *state;
    struct server server = { .script = unsteady };
    server_start(&server, NULL);
    int port = server.port;
    server_stop(&server); /* its port is free again */
    struct str url = arena_printf(&w->arena, "http://127.0.0.1:%d/", port);
    assert_false(fetch_once(url, &w->arena, &w->response, &w->err));
    assert_int_equal(w->err.kind, ERROR_NETWORK);
    assert_says(w->err, arena_cstr(&w->arena, arena_printf(&w->arena, "127.0.0.1:%d: connection refused", port)));
    assert_says(w->err, "(tried 3 times)");
    assert_false(fetch_once(STR("http://registry.invalid/"), &w->arena, &w->response, &w->err));
    assert_says(w->err, "registry.invalid: no host of this name");
    struct net_options options = { .offline = true };
    struct net_client *client = net_client_new(&options, &w->err);
    struct net_request request = { .url = url };
    assert_false(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    assert_says(w->err, "--offline");
    net_client_free(client);
}

/* ---- redirects ------------------------------------------------------------------------------------------------------------------- */

static bool redirecting(struct server_call *call)
{
    const struct server *other = call->server->other;
    if (is_path(call, "/loop"))
        say(call, "HTTP/1.1 302 Found\r\nLocation: /loop2\r\nContent-Length: 0\r\n\r\n");
    else if (is_path(call, "/loop2"))
        say(call, "HTTP/1.1 307 There\r\nLocation: loop\r\nContent-Length: 0\r\n\r\n");
    else if (str_starts(str_from(call->path), "/on"))
        say(call, "HTTP/1.1 301 On\r\nLocation: %sn\r\nContent-Length: 0\r\n\r\n", call->path);
    else if (is_path(call, "/a/relative"))
        say(call, "HTTP/1.1 303 There\r\nLocation: ../end?x=1\r\nContent-Length: 7\r\n\r\n<html/>");
    else if (is_path(call, "/hostless"))
        say(call, "HTTP/1.1 308 There\r\nLocation: //127.0.0.1:%d/end\r\nContent-Length: 0\r\n\r\n", call->server->port);
    else if (is_path(call, "/away"))
        say(call, "HTTP/1.1 307 There\r\nLocation: %s/back\r\nContent-Length: 0\r\n\r\n", other->url);
    else if (is_path(call, "/back"))
        say(call, "HTTP/1.1 307 There\r\nLocation: %s/end\r\nContent-Length: 0\r\n\r\n", other->url);
    else if (is_path(call, "/other-name"))
        say(call, "HTTP/1.1 307 There\r\nLocation: http://localhost:%d/end\r\nContent-Length: 0\r\n\r\n", call->server->port);
    else if (is_path(call, "/file"))
        say(call, "HTTP/1.1 307 There\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
    else if (is_path(call, "/signed")) /* the signature is of these very characters (newer libcurl writes %3a in paths as %3A) */
        say(call,
            "HTTP/1.1 307 There\r\nLocation: %s/a%%3Ab/c%%2Bd?sig=ab%%2fcd%%20e+f&x=%%2B=&y=\xc3\xa9 b\r\nContent-Length: 0\r\n\r\n",
            call->server->url);
    else if (is_path(call, "/nowhere"))
        say(call, "HTTP/1.1 307 There\r\nContent-Length: 4\r\n\r\nwhat");
    else if (is_path(call, "/user"))
        say(call, "HTTP/1.1 307 There\r\nLocation: http://u:p@127.0.0.1:%d/end\r\nContent-Length: 0\r\n\r\n", call->server->port);
    else
        say(call, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend");
    return true;
}

static void test_redirects(void **state)
{
    struct world *w = *state;
    struct server server = { .script = redirecting };
    server_start(&server, NULL);
    assert_true(fetch(w, &server, "/a/relative"));
    assert_str(w->response.body, "end");
    assert_true(str_ends(w->response.url, "/end?x=1"));
    assert_true(fetch(w, &server, "/hostless"));
    assert_str(w->response.body, "end");
    assert_true(fetch(w, &server, "/signed"));
    assert_true(server_was_told(&server, "GET /a%3Ab/c%2Bd?sig=ab%2fcd%20e+f&x=%2B=&y=%C3%A9%20b HTTP/1.1\r\n"));
    assert_true(fetch(w, &server, "/user"));
    assert_str(w->response.body, "end");
    assert_false(server_was_told(&server, "Authorization"));
    assert_true(fetch(w, &server, "/nowhere"));
    assert_int_equal(w->response.status, 307);
    assert_str(w->response.body, "what");
    assert_false(fetch(w, &server, "/loop"));
    assert_says(w->err, "redirects in a loop");
    assert_false(fetch(w, &server, "/on"));
    assert_says(w->err, "more than 10 redirects");
    assert_false(fetch(w, &server, "/file"));
    assert_says(w->err, "redirects to file:///etc/passwd, which is neither");
    struct net_options options = quick_options();
    struct net_client *client = net_client_new(&options, &w->err);
    struct net_request request = { .url = at(w, &server, "/a/relative"), .no_redirects = true };
    assert_true(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    assert_int_equal(w->response.status, 303);
    assert_str(w->response.location, "../end?x=1");
    assert_str(w->response.body, "<html/>");
    net_client_free(client);
    server_stop(&server);
}

/* Credentials go to the scheme, host and port of the request, not to another, and not back from there. */
static void test_credentials_stay(void **state)
{
    struct world *w = *state;
    static const char *const paths[] = { "/end", "/away", "/other-name" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct server first = { .script = redirecting }, second = { .script = redirecting, .other = &first };
        /* Each sends to the other: their ports are known only when both run, so the first is told through shared memory. */
        struct server *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        first.other = shared;
        server_start(&first, NULL);
        server_start(&second, NULL);
        *shared = second;
        struct net_options options = quick_options();
        struct net_client *client = net_client_new(&options, &w->err);
        struct net_request request = { .url = at(w, &first, paths[i]), .authorization = STR("Bearer secret") };
        assert_true(net_fetch(client, &request, &w->arena, &w->response, &w->err));
        assert_str(w->response.body, "end");
        struct str log = str_make(first.log->text, atomic_load(&first.log->len));
        unsigned sent = 0;
        for (struct str line; str_line(&log, &line);)
            sent += str_is(line, "Authorization: Bearer secret");
        assert_int_equal(sent, 1);
        assert_int_equal(server_requests(&first), i == 0 ? 1 : 2);
        assert_int_equal(server_requests(&second), i == 1);
        assert_false(server_was_told(&second, "secret"));
        net_client_free(client);
        server_stop(&first);
        server_stop(&second);
        munmap(shared, sizeof *shared);
    }
}

static void test_aws(void **state)
{
    struct world *w = *state;
    struct server server = { .script = redirecting };
    server_start(&server, NULL);
    struct net_options options = quick_options();
    struct net_client *client = net_client_new(&options, &w->err);
    struct net_request request = { .method = "POST",
                                   .url = at(w, &server, "/end"),
                                   .body = STR("{}"),
                                   .type = STR("application/x-amz-json-1.1"),
                                   .aws_sigv4 = STR("aws:amz:eu-west-1:ecr"),
                                   .aws_user = STR("AKID"),
                                   .aws_password = STR("key"),
                                   .aws_session_token = STR("session") };
    assert_true(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    assert_true(server_was_told(&server, "Authorization: AWS4-HMAC-SHA256 Credential=AKID/"));
    assert_true(server_was_told(&server, "/eu-west-1/ecr/aws4_request"));
    assert_true(server_was_told(&server, "X-Amz-Security-Token: session\r\n"));
    assert_true(server_was_told(&server, "x-amz-security-token")); /* among the signed headers */
    net_client_free(client);
    server_stop(&server);
}

/* ---- proxies, local sockets ------------------------------------------------------------------------------------------------- */

static bool proxying(struct server_call *call)
{
    if (str_starts(call->head, "CONNECT ") || str_contains(call->head, "forbidden.invalid"))
        say(call, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    else
        say(call, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy");
    return true;
}

static void test_proxies(void **state)
{
    struct world *w = *state;
    static const char *const names[] = { "http_proxy", "HTTP_PROXY", "ALL_PROXY" };
    struct server proxy = { .script = proxying }, server = { .script = answers };
    server_start(&proxy, NULL);
    server_start(&server, NULL);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        setenv(names[i], proxy.url, 1);
        assert_true(fetch_once(STR("http://registry.invalid/v2/"), &w->arena, &w->response, &w->err));
        assert_str(w->response.body, "proxy");
        assert_true(fetch(w, &server, "/hello")); /* not for this machine */
        assert_str(w->response.body, "hello");
        setenv("no_proxy", "other.example,.invalid", 1);
        assert_false(fetch_once(STR("http://registry.invalid/v2/"), &w->arena, &w->response, &w->err));
        unsetenv("no_proxy");
        unsetenv(names[i]);
    }
    assert_true(server_was_told(&proxy, "GET http://registry.invalid/v2/ HTTP/1.1\r\n"));
    setenv("http_proxy", proxy.url, 1);
    assert_false(fetch_once(STR("http://forbidden.invalid/v2/"), &w->arena, &w->response, &w->err));
    assert_says(w->err, "forbidden.invalid: the proxy answers with status 407");
    unsetenv("http_proxy");
    setenv("https_proxy", proxy.url, 1);
    assert_false(fetch_once(STR("https://registry.invalid/v2/"), &w->arena, &w->response, &w->err));
    assert_says(w->err, "registry.invalid: the proxy answers with status 407");
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    assert_false(fetch_once(STR("https://registry.invalid/v2/"), &w->arena, &w->response, &w->err));
    assert_says(w->err, "its proxy cannot be reached (Connection refused)");
    setenv("https_proxy", "http://proxy.invalid:1", 1);
    assert_false(fetch_once(STR("https://registry.invalid/v2/"), &w->arena, &w->response, &w->err));
    assert_says(w->err, "the name of the proxy is not known");
    unsetenv("https_proxy");
    server_stop(&proxy);
    server_stop(&server);
}

static void test_local_socket(void **state)
{
    struct world *w = *state;
    char folder[] = "/tmp/drydock-net-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/engine.sock", folder);
    struct net_options options = quick_options();
    options.offline = true; /* which is of the network */
    struct net_client *client = net_client_new(&options, &w->err);
    struct net_request request = { .url = STR("http://localhost/hello"), .socket = path };
    assert_false(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    assert_says(w->err, path);
    assert_says(w->err, "No such file or directory");
    struct server server = { .script = answers };
    server_start(&server, path);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    assert_true(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    assert_str(w->response.body, "hello");
    unsetenv("http_proxy");
    net_client_free(client);
    server_stop(&server);
    unlink(path);
    rmdir(folder);
}

/* ---- processes -------------------------------------------------------------------------------------------------------------------- */

/* A child has connections of its own, and its end does not end its parent's. */
static void test_fork(void **state)
{
    struct world *w = *state;
    struct server server = { .script = answers };
    server_start(&server, NULL);
    struct net_options options = quick_options();
    struct net_client *client = net_client_new(&options, &w->err);
    struct net_request request = { .url = at(w, &server, "/hello") };
    assert_true(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    for (int i = 0; i < 3; i++) {
        pid_t child = fork();
        if (child == 0) {
            bool ok = net_fetch(client, &request, &w->arena, &w->response, &w->err) &&
                      net_fetch(client, &request, &w->arena, &w->response, &w->err);
            net_client_free(client);
            _exit(ok && str_is(w->response.body, "hello") ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        assert_int_equal(atomic_load(&server.log->connections), 2 + (unsigned)i);
    }
    assert_true(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    assert_int_equal(atomic_load(&server.log->connections), 4); /* the parent's first is still good */
    net_client_free(client);
    server_stop(&server);
}

static void wait_for_request(const struct server *server)
{
    for (int i = 0; i < 5000 && server_requests(server) == 0; i++)
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    assert_true(server_requests(server) > 0);
}

/* While the server is silent, and in the pause before the next try. */
static void test_interruption(void **state)
{
    struct world *w = *state;
    static const char *const paths[] = { "/silent", "/always" };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct server server = { .script = unsteady };
        server_start(&server, NULL);
        pid_t child = fork();
        if (child == 0) {
            interrupt_catch();
            struct net_options options = { .pause_ms = 60000 };
            struct net_client *client = net_client_new(&options, &w->err);
            struct net_request request = { .url = at(w, &server, paths[i]) };
            bool ok = net_fetch(client, &request, &w->arena, &w->response, &w->err);
            _exit(!ok && strcmp(w->err.text, "interrupted") == 0 ? 0 : 1);
        }
        wait_for_request(&server);
        kill(child, SIGINT);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child); /* the test's own time limit is what holds it to be soon */
        assert_int_equal(status, 0);
        server_stop(&server);
    }
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const char *const names[] = { "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                         "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        unsetenv(names[i]);
    const struct CMUnitTest tests[] = {
        test(test_answers),          test(test_methods),   test(test_control_characters),
        test(test_bounds),           test(test_retries),   test(test_post_is_not_repeated),
        test(test_deadline),         test(test_no_server), test(test_redirects),
        test(test_credentials_stay), test(test_aws),       test(test_proxies),
        test(test_local_socket),     test(test_fork),      test(test_interruption),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
