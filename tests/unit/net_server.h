/* net_server.h - an HTTP/1.1 server on loopback for the tests of net: a process that answers each request by a script, a C
 * function. What was asked is kept in memory that it shares with the test. */
#ifndef DRYDOCK_NET_SERVER_H
#define DRYDOCK_NET_SERVER_H

#include <errno.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/net.h"
#include "unit.h"

enum { SERVER_LOG_BYTES = 256 * 1024, SERVER_HEAD_BYTES = 64 * 1024 };

/* Shared between the processes of one server and the test. */
struct server_log {
    _Atomic unsigned requests, connections;
    _Atomic size_t len;
    char text[SERVER_LOG_BYTES]; /* the heads of all requests, and the bodies */
};

struct server_call {
    int fd;
    SSL *tls; /* NULL: none */
    struct server *server;
    unsigned number; /* of this request, from 1 on */
    struct str head; /* request line and header */
    char path[1024];
};
typedef bool server_script(struct server_call *call); /* true: the connection stays open */

struct server {
    pid_t pid;
    int port;
    char url[64]; /* "http://127.0.0.1:PORT" */
    struct server_log *log;
    server_script *script;
    SSL_CTX *tls;
    const struct server *other; /* for scripts that send to another */
};

static inline void say_bytes(struct server_call *call, const void *bytes, size_t len)
{
    const char *p = bytes;
    while (len) {
        ssize_t n = call->tls ? SSL_write(call->tls, p, len > 16384 ? 16384 : (int)len) : write(call->fd, p, len);
        if (n <= 0)
            _exit(0); /* the client has left */
        p += n;
        len -= (size_t)n;
    }
}

static inline void say(struct server_call *call, const char *fmt, ...) PRINTF_LIKE(2, 3);
static inline void say(struct server_call *call, const char *fmt, ...)
{
    static char text[SERVER_HEAD_BYTES];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    say_bytes(call, text, (size_t)n);
}

/* The value of a header of the request, empty: none. */
static inline struct str asked(const struct server_call *call, const char *name)
{
    struct str rest = call->head, line, field, value;
    while (str_line(&rest, &line))
        if (str_cut(line, ':', &field, &value) && str_eq_nocase(field, str_from(name)))
            return str_trim(value);
    return (struct str){ 0 };
}

/* The first byte of "Range: bytes=N-"; 0: none asked. */
static inline uint64_t asked_from(const struct server_call *call)
{
    struct str range = asked(call, "Range"), first, last;
    uint64_t from = 0;
    if (str_starts(range, "bytes=") && str_cut(str_skip(range, 6), '-', &first, &last))
        str_u64(first, &from);
    return from;
}

static inline ssize_t server_read(struct server_call *call, void *to, size_t len)
{
    return call->tls ? SSL_read(call->tls, to, (int)len) : read(call->fd, to, len);
}

static inline void server_note(struct server_log *log, struct str text)
{
    size_t at = atomic_fetch_add(&log->len, text.len);
    if (at + text.len < sizeof log->text)
        memcpy(log->text + at, text.ptr, text.len);
}

/* Reads one request; false at the end of the connection. */
static inline bool server_hear(struct server_call *call)
{
    static char text[SERVER_HEAD_BYTES];
    size_t len = 0;
    uint64_t body = 0;
    struct str method, rest, path, version;
    while (!str_ends(str_make(text, len), "\r\n\r\n")) {
        if (len == sizeof text || server_read(call, text + len++, 1) <= 0)
            return false;
        if (text[0] == 0x16) { /* a TLS handshake, to a server without */
            say(call, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
            return false;
        }
    }
    call->head = str_make(text, len);
    str_cut(call->head, ' ', &method, &rest);
    str_cut(rest, ' ', &path, &version);
    snprintf(call->path, sizeof call->path, "%.*s", STR_ARG(path));
    server_note(call->server->log, call->head);
    str_u64(asked(call, "Content-Length"), &body);
    for (char c; body && server_read(call, &c, 1) > 0; body--)
        server_note(call->server->log, str_make(&c, 1));
    call->number = atomic_fetch_add(&call->server->log->requests, 1) + 1;
    return true;
}

static inline void server_connection(struct server *server, int fd)
{
    struct server_call call = { .fd = fd, .server = server };
    atomic_fetch_add(&server->log->connections, 1);
    if (server->tls) {
        call.tls = SSL_new(server->tls);
        SSL_set_fd(call.tls, fd);
        if (SSL_accept(call.tls) != 1)
            _exit(0);
    }
    while (server_hear(&call) && server->script(&call))
        ;
    if (call.tls)
        SSL_shutdown(call.tls);
    _exit(0);
}

static inline void server_run(struct server *server, int listener)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not come to server_stop */
    while (true) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            continue;
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            server_connection(server, fd);
        }
        close(fd);
    }
}

static inline int server_listen(const char *socket_path, int *port)
{
    struct sockaddr_in tcp = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_un local = { .sun_family = AF_UNIX };
    int fd = socket(socket_path ? AF_UNIX : AF_INET, SOCK_STREAM, 0);
    if (socket_path) {
        snprintf(local.sun_path, sizeof local.sun_path, "%s", socket_path);
        assert_int_equal(bind(fd, (struct sockaddr *)&local, sizeof local), 0);
    } else {
        socklen_t len = sizeof tcp;
        assert_int_equal(bind(fd, (struct sockaddr *)&tcp, sizeof tcp), 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *)&tcp, &len), 0);
        *port = ntohs(tcp.sin_port);
    }
    assert_int_equal(listen(fd, 64), 0);
    return fd;
}

/* Fill script, and tls or other where wanted, before. `socket_path` NULL: TCP on a free port. */
static inline void server_start(struct server *server, const char *socket_path)
{
    int listener = server_listen(socket_path, &server->port);
    snprintf(server->url, sizeof server->url, "%s://127.0.0.1:%d", server->tls ? "https" : "http", server->port);
    server->log = mmap(NULL, sizeof *server->log, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(server->log != MAP_FAILED);
    server->pid = fork();
    if (server->pid == 0) {
        setpgid(0, 0);
        server_run(server, listener);
    }
    setpgid(server->pid, server->pid);
    close(listener);
}

static inline void server_stop(struct server *server)
{
    kill(-server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    munmap(server->log, sizeof *server->log);
}

static inline unsigned server_requests(const struct server *server)
{
    return atomic_load(&server->log->requests);
}

static inline bool server_was_told(const struct server *server, const char *text)
{
    return str_contains(str_make(server->log->text, atomic_load(&server->log->len)), text);
}

/* ---- what tests ask ---- */

static inline struct net_options quick_options(void)
{
    return (struct net_options){ .pause_ms = 5 };
}

/* One request by a client of its own; its response points into the arena. */
static inline bool fetch_with(const struct net_options *options, struct str url, struct arena *arena, struct net_response *out,
                              struct error *err)
{
    struct net_request request = { .url = url };
    struct net_client *client = net_client_new(options, err);
    bool ok = client && net_fetch(client, &request, arena, out, err);
    net_client_free(client);
    return ok;
}

static inline bool fetch_once(struct str url, struct arena *arena, struct net_response *out, struct error *err)
{
    struct net_options options = quick_options();
    return fetch_with(&options, url, arena, out, err);
}

#define assert_says(err, words) assert_error_says((err).text, (words), __FILE__, __LINE__)

static inline void assert_error_says(const char *text, const char *words, const char *file, int line)
{
    bool says = str_contains(str_from(text), words);
    if (!says)
        print_error("got \"%s\", want \"%s\"\n", text, words);
    _assert_true(says, "the error has the words", file, line);
}

#endif
