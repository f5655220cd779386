/* Downloads from a server on loopback that breaks off, has ranges or not, lies about sizes, or is faster than its reader: what
 * arrives is the whole body, or an error says both sizes. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <fcntl.h>
#include <sys/stat.h>

#include "net_server.h"

enum { BODY_BYTES = 3000000 };
static char body[BODY_BYTES];

struct world {
    struct arena arena;
    struct error err;
    struct net_response response;
    struct net_sink sink;
    struct net_client *client;
    struct server server;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct net_options options = quick_options();
    arena_init(&w->arena, "test", 64 << 20);
    w->client = net_client_new(&options, &w->err);
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (char)(i * 2654435761u >> 13);
    *state = w;
    return w->client ? 0 : 1;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    net_client_free(w->client);
    arena_free(&w->arena);
    free(w);
    return 0;
}

static bool download(struct world *w, const char *path, uint64_t have, uint64_t size)
{
    char name[] = "/tmp/drydock-net-XXXXXX";
    int fd = mkstemp(name);
    unlink(name);
    assert_true(fd >= 0);
    assert_true(write(fd, body, (size_t)have) == (ssize_t)have);
    if (w->sink.fd > 0)
        close(w->sink.fd);
    w->sink = (struct net_sink){ .fd = fd, .offset = have, .size_bytes = size };
    w->err = (struct error){ 0 };
    struct net_request request = { .url = arena_printf(&w->arena, "%s%s", w->server.url, path) };
    return net_download(w->client, &request, &w->sink, &w->arena, &w->response, &w->err);
}

static void assert_whole(struct world *w)
{
    struct stat info;
    char *there = malloc(BODY_BYTES);
    assert_int_equal(fstat(w->sink.fd, &info), 0);
    assert_int_equal(info.st_size, BODY_BYTES);
    assert_int_equal(w->sink.offset, BODY_BYTES);
    assert_int_equal(pread(w->sink.fd, there, BODY_BYTES, 0), BODY_BYTES);
    assert_memory_equal(there, body, BODY_BYTES);
    free(there);
    close(w->sink.fd);
    w->sink.fd = 0;
}

/* How the server behaves, by the path. */
struct manner {
    const char *path;
    uint64_t size;      /* sink.size_bytes */
    uint64_t have;      /* sink.offset */
    uint64_t breaks_at; /* of each answer, this many bytes are sent; 0: all */
    bool ranges, chunked, no_length, etag;
    unsigned busy_every; /* each n-th request is turned away with 503 */
    unsigned requests;   /* that it takes at least */
};
static const struct manner manners[] = {
    { "/plain", BODY_BYTES, 0, 0, .ranges = true, .requests = 1 },
    { "/untold", UINT64_MAX, 0, 0, .ranges = true, .requests = 1 },
    { "/chunked", BODY_BYTES, 0, 0, .chunked = true, .requests = 1 },
    { "/chunked-untold", UINT64_MAX, 0, 0, .chunked = true, .requests = 1 },
    { "/until-close", UINT64_MAX, 0, 0, .no_length = true, .requests = 1 },
    { "/breaks", BODY_BYTES, 0, 700000, .ranges = true, .requests = 5 },
    { "/breaks-etag", UINT64_MAX, 0, 700000, .ranges = true, .etag = true, .requests = 5 },
    { "/breaks-chunked", BODY_BYTES, 0, 1700000, .ranges = true, .chunked = true, .requests = 2 },
    { "/breaks-until-close", BODY_BYTES, 0, 1700000, .ranges = true, .no_length = true, .requests = 2 },
    { "/breaks-busy", BODY_BYTES, 0, 700000, .ranges = true, .busy_every = 2, .requests = 9 },
    { "/drips", BODY_BYTES, BODY_BYTES - 60, 1, .ranges = true, .requests = 60 },
    { "/gone-on", BODY_BYTES, 1000000, 0, .ranges = true, .requests = 1 },
    { "/gone-on-untold", UINT64_MAX, 1000000, 0, .ranges = true, .requests = 1 },
    { "/no-ranges", BODY_BYTES, 1000000, 0, .requests = 1 },
    { "/no-ranges-chunked", BODY_BYTES, 1000000, 0, .chunked = true, .requests = 1 },
    { "/complete", BODY_BYTES, BODY_BYTES, 0, .requests = 0 },
    { "/complete-untold", UINT64_MAX, BODY_BYTES, 0, .ranges = true, .requests = 1 },
};

static void send_chunked(struct server_call *call, const char *bytes, size_t len, bool whole)
{
    say(call, "%zx\r\n", len);
    say_bytes(call, bytes, len);
    say(call, whole ? "\r\n0\r\n\r\n" : "\r\n");
}

static bool serve_with(struct server_call *call, const struct manner *m)
{
    uint64_t from = m->ranges ? asked_from(call) : 0;
    if (m->busy_every && call->number % m->busy_every == 0) {
        say(call, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
        return true;
    }
    if (from >= BODY_BYTES) {
        say(call, "HTTP/1.1 416 Beyond\r\nContent-Range: bytes */%d\r\nContent-Length: 0\r\n\r\n", BODY_BYTES);
        return true;
    }
    size_t left = (size_t)(BODY_BYTES - from), len = m->breaks_at && m->breaks_at < left ? (size_t)m->breaks_at : left;
    say(call, "HTTP/1.1 %s\r\n", from ? "206 Part" : "200 OK");
    if (from)
        say(call, "Content-Range: bytes %llu-%d/%d\r\n", (unsigned long long)from, BODY_BYTES - 1, BODY_BYTES);
    if (m->etag)
        say(call, "ETag: \"tag\"\r\n");
    if (m->chunked) {
        say(call, "Transfer-Encoding: chunked\r\n\r\n");
        send_chunked(call, body + from, len, len == left);
    } else {
        say(call, m->no_length ? "Connection: close\r\n\r\n" : "Content-Length: %zu\r\n\r\n", left);
        say_bytes(call, body + from, len);
    }
    return len == left && !m->no_length;
}

static bool serve_manners(struct server_call *call)
{
    for (size_t i = 0; i < ARRAY_LEN(manners); i++)
        if (strcmp(call->path, manners[i].path) == 0)
            return serve_with(call, &manners[i]);
    say(call, "HTTP/1.1 404 No\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>");
    return true;
}

static void test_whole(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < ARRAY_LEN(manners); i++) {
        const struct manner *m = &manners[i];
        w->server = (struct server){ .script = serve_manners };
        server_start(&w->server, NULL);
        if (!download(w, m->path, m->have, m->size))
            print_error("%s: %s\n", m->path, w->err.text);
        assert_int_equal(w->err.kind, ERROR_NONE);
        assert_whole(w);
        assert_int_equal(w->response.status / 100, 2);
        assert_int_equal(w->response.length, BODY_BYTES);
        assert_true(server_requests(&w->server) >= m->requests && server_requests(&w->server) <= m->requests + 1);
        assert_int_equal(server_was_told(&w->server, "If-Range: \"tag\""), m->etag);
        server_stop(&w->server);
    }
}

static void test_other_statuses(void **state)
{
    struct world *w = *state;
    w->server = (struct server){ .script = serve_manners };
    server_start(&w->server, NULL);
    assert_true(download(w, "/none", 0, UINT64_MAX));
    assert_int_equal(w->response.status, 404);
    assert_str(w->response.body, "<html>");
    assert_str(w->response.type, "text/html");
    assert_int_equal(w->sink.offset, 0);
    assert_int_equal(lseek(w->sink.fd, 0, SEEK_END), 0);
    server_stop(&w->server);
}

/* ---- what is wrong stays wrong --------------------------------------------------------------------------------------------------- */

static bool lies(struct server_call *call)
{
    const char *path = call->path;
    if (strcmp(path, "/longer") == 0 || strcmp(path, "/shorter") == 0)
        say(call, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", path[1] == 'l' ? 12 : 8,
            path[1] == 'l' ? "0123456789ab" : "01234567");
    else if (strcmp(path, "/chunked-longer") == 0)
        say(call, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n0123456789ab\r\n0\r\n\r\n");
    else if (strcmp(path, "/chunked-shorter") == 0)
        say(call, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n0\r\n\r\n");
    else if (strcmp(path, "/elsewhere") == 0)
        say(call, "HTTP/1.1 206 Part\r\nContent-Range: bytes 3-9/10\r\nContent-Length: 7\r\n\r\n3456789");
    else if (strcmp(path, "/parts") == 0)
        say(call, "HTTP/1.1 206 Part\r\nContent-Type: multipart/byteranges; boundary=x\r\nContent-Length: 3\r\n\r\n--x");
    else if (strcmp(path, "/other-total") == 0)
        say(call, "HTTP/1.1 206 Part\r\nContent-Range: bytes 4-10/11\r\nContent-Length: 7\r\n\r\n456789a");
    else if (strcmp(path, "/beyond") == 0)
        say(call, "HTTP/1.1 416 Beyond\r\nContent-Range: bytes */3\r\nContent-Length: 0\r\n\r\n");
    else if (strcmp(path, "/gzip") == 0)
        say(call, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\n0123456789");
    else if (strcmp(path, "/short-then-none") == 0)
        say(call, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n012");
    else if (strcmp(path, "/one-byte") == 0)
        say(call, "HTTP/1.1 206 Part\r\nContent-Range: bytes %llu-999/1000\r\nContent-Length: 1\r\n\r\nx",
            (unsigned long long)asked_from(call));
    else if (strcmp(path, "/dead-end") == 0) { /* no ranges, and always as far */
        say(call, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012345");
        return false;
    } else
        return false;
    return strcmp(path, "/one-byte") != 0;
}

static void test_lies(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *path;
        uint64_t have, size;
        const char *error;
        unsigned requests;
    } rows[] = {
        { "/longer", 0, 10, "has 12 bytes where 10 are expected", 1 },
        { "/shorter", 0, 10, "has 8 bytes where 10 are expected", 1 },
        { "/chunked-longer", 0, 10, "sends more than the 10 bytes", 1 },
        { "/chunked-shorter", 0, 10, "has 8 bytes where 10 are expected", 1 },
        { "/elsewhere", 4, 10, "the bytes from 4 on, the server answers with \"bytes 3-9/10\"", 1 },
        { "/elsewhere", 0, 10, "the bytes from 0 on", 1 },
        { "/parts", 4, 10, "the server answers with \"\"", 1 },
        { "/other-total", 4, 10, "has 11 bytes where 10 are expected", 1 },
        { "/beyond", 4, 10, "has 3 bytes where 10 are expected", 1 },
        { "/beyond", 4, UINT64_MAX, "has 3 bytes where 4 are expected", 1 },
        { "/gzip", 0, 10, "Content-Encoding gzip", 1 },
        { "/short-then-none", 4, UINT64_MAX, "has 3 bytes where 4 are expected", 1 },
        { "/dead-end", 0, 10, "broke off after 6 of 10 bytes", 1 + NET_RETRIES },
        { "/closes", 0, 10, "without an answer", 1 + NET_RETRIES },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        w->server = (struct server){ .script = lies };
        server_start(&w->server, NULL);
        assert_false(download(w, rows[i].path, rows[i].have, rows[i].size));
        assert_says(w->err, rows[i].error);
        assert_says(w->err, w->server.url + strlen("http://"));
        assert_null(strchr(w->err.text, '\n'));
        assert_int_equal(server_requests(&w->server), rows[i].requests);
        server_stop(&w->server);
    }
}

/* A server that sends a byte a try is left in the end. */
static bool drips(struct server_call *call)
{
    say(call, "HTTP/1.1 206 Part\r\nContent-Range: bytes %llu-9999/10000\r\nContent-Length: %llu\r\n\r\nx",
        (unsigned long long)asked_from(call), 10000 - (unsigned long long)asked_from(call));
    return false;
}

static void test_drips(void **state)
{
    struct world *w = *state;
    w->server = (struct server){ .script = drips };
    server_start(&w->server, NULL);
    assert_false(download(w, "/", 1, 10000));
    assert_says(w->err, "broke off after 102 of 10000 bytes");
    assert_int_equal(server_requests(&w->server), 101);
    server_stop(&w->server);
}

/* 416 without a size: the server has no ranges, and is read from its start. */
static bool refuses_ranges(struct server_call *call)
{
    if (asked_from(call))
        say(call, "HTTP/1.1 416 Beyond\r\nContent-Length: 0\r\n\r\n");
    else
        serve_with(call, &manners[0]);
    return true;
}

static void test_refused_range(void **state)
{
    struct world *w = *state;
    w->server = (struct server){ .script = refuses_ranges };
    server_start(&w->server, NULL);
    assert_true(download(w, "/", 1000, BODY_BYTES));
    assert_whole(w);
    assert_int_equal(server_requests(&w->server), 2);
    server_stop(&w->server);
}

/* A token that ends midway: the caller renews it and goes on with the same sink. */
static bool expires(struct server_call *call)
{
    static const struct manner breaks = { .breaks_at = 1000000, .ranges = true };
    if (asked_from(call) == 1000000 && !str_is(asked(call, "Authorization"), "Bearer new")) {
        say(call, "HTTP/1.1 401 Again\r\nWWW-Authenticate: Bearer realm=\"r\"\r\nContent-Length: 0\r\n\r\n");
        return true;
    }
    return serve_with(call, &breaks);
}

static void test_expired_token(void **state)
{
    struct world *w = *state;
    w->server = (struct server){ .script = expires };
    server_start(&w->server, NULL);
    assert_true(download(w, "/", 0, BODY_BYTES));
    assert_int_equal(w->response.status, 401);
    assert_int_equal(w->sink.offset, 1000000);
    struct net_request request = { .url = str_from(w->server.url), .authorization = STR("Bearer new") };
    assert_true(net_download(w->client, &request, &w->sink, &w->arena, &w->response, &w->err));
    assert_whole(w);
    server_stop(&w->server);
}

/* ---- pipes ------------------------------------------------------------------------------------------------------------------------- */

static pid_t start_reader(int to[2], size_t most)
{
    assert_int_equal(pipe(to), 0);
    pid_t reader = fork();
    if (reader == 0) {
        static char piece[3001];
        size_t got = 0;
        close(to[1]);
        for (ssize_t n; got < most && (n = read(to[0], piece, sizeof piece)) > 0; got += (size_t)n)
            if (memcmp(piece, body + got, (size_t)n) != 0)
                _exit(1);
        _exit(most > BODY_BYTES && got != BODY_BYTES ? 2 : 0);
    }
    close(to[0]);
    return reader;
}

static void test_pipes(void **state)
{
    struct world *w = *state;
    static const size_t most[] = { SIZE_MAX, 100000, 0 };
    signal(SIGPIPE, SIG_IGN);
    w->server = (struct server){ .script = serve_manners };
    server_start(&w->server, NULL);
    for (size_t i = 0; i < ARRAY_LEN(most); i++) {
        int to[2], status;
        _Atomic uint64_t progress = 5;
        pid_t reader = start_reader(to, most[i]);
        struct net_sink sink = { .fd = to[1], .size_bytes = BODY_BYTES, .progress = &progress };
        struct net_request request = { .url = arena_printf(&w->arena, "%s/breaks", w->server.url) };
        assert_true(net_download(w->client, &request, &sink, &w->arena, &w->response, &w->err));
        assert_int_equal(sink.reader_left, most[i] != SIZE_MAX);
        assert_int_equal(atomic_load(&progress), 5 + sink.offset);
        assert_int_equal(fcntl(to[1], F_GETFL) & O_NONBLOCK, 0);
        close(to[1]);
        assert_int_equal(waitpid(reader, &status, 0), reader);
        assert_int_equal(status, 0);
    }
    server_stop(&w->server);
}

/* A reader that does not read: the interruption still comes through. */
static void test_interruption(void **state)
{
    struct world *w = *state;
    w->server = (struct server){ .script = serve_manners };
    server_start(&w->server, NULL);
    _Atomic uint64_t *progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int to[2], status;
    assert_int_equal(pipe(to), 0);
    pid_t child = fork();
    if (child == 0) {
        interrupt_catch();
        struct net_sink sink = { .fd = to[1], .size_bytes = BODY_BYTES, .progress = progress };
        struct net_request request = { .url = arena_printf(&w->arena, "%s/plain", w->server.url) };
        bool ok = net_download(w->client, &request, &sink, &w->arena, &w->response, &w->err);
        _exit(!ok && strcmp(w->err.text, "interrupted") == 0 ? 0 : 1);
    }
    while (atomic_load(progress) < 4096) /* until the pipe begins to be full */
        assert_int_equal(waitpid(child, &status, WNOHANG), 0);
    kill(child, SIGTERM);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    close(to[0]);
    close(to[1]);
    server_stop(&w->server);
}

static void test_full_disk(void **state)
{
    struct world *w = *state;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0) {
        print_message("needs /dev/full\n");
        skip();
    }
    w->server = (struct server){ .script = serve_manners };
    server_start(&w->server, NULL);
    struct net_sink sink = { .fd = full, .size_bytes = BODY_BYTES };
    struct net_request request = { .url = arena_printf(&w->arena, "%s/plain", w->server.url) };
    assert_false(net_download(w->client, &request, &sink, &w->arena, &w->response, &w->err));
    assert_int_equal(w->err.kind, ERROR_SYSTEM);
    assert_says(w->err, "No space left");
    assert_int_equal(server_requests(&w->server), 1);
    close(full);
    server_stop(&w->server);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_whole), test(test_other_statuses), test(test_lies),
        test(test_drips), test(test_refused_range),  test(test_expired_token),
        test(test_pipes), test(test_interruption),   test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
