/* Where an engine may be reached: the forms of $DOCKER_HOST and $CONTAINER_HOST (Docker CLI reference, "Environment variables" and
 * "Specify daemon host"; podman(1), --url), checked before anything is made of them. */
#include "daemon/engine.h"

#include <sys/un.h>
#include <unistd.h>

enum { MAX_HOST_BYTES = 1024, MAX_WHY_BYTES = 600, MAX_CONFIG_BYTES = 1 << 20 };
static const char PORT_PLAIN[] = "2375", PORT_TLS[] = "2376";

struct str daemon_path(struct arena *arena, struct str folder, const char *rest)
{
    struct str path = folder.len ? arena_printf(arena, "%.*s/%s", STR_ARG(folder), rest) : STR("");
    return path.ptr ? path : STR("");
}

bool daemon_config(struct str path, struct arena *arena, struct str *out)
{
    struct error ignored = { 0 };
    return path.len && file_read(path.ptr, MAX_CONFIG_BYTES, arena, out, &ignored);
}

void daemon_why(struct str *why, struct arena *arena, const char *fmt, ...)
{
    char clause[MAX_WHY_BYTES];
    va_list args;
    va_start(args, fmt);
    vsnprintf(clause, sizeof clause, fmt, args);
    va_end(args);
    if (why->len + strlen(clause) + 2 > MAX_WHY_BYTES)
        return;
    struct str longer = arena_printf(arena, "%.*s%s%s", STR_ARG(*why), why->len ? "; " : "", clause);
    if (longer.ptr)
        *why = longer;
}

/* ---- one host ---- */

/* What an address and a path may be made of: no blanks, no control characters, nothing that ends a URL's host early. */
static bool is_plain_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c <= ' ' || c >= 0x7F || strchr("\"<>\\^`{|}?#@", c))
            return false;
    }
    return text.len > 0 && text.len <= MAX_HOST_BYTES;
}

static bool socket_host(struct str path, struct arena *arena, struct engine_host *out, struct error *err)
{
    struct sockaddr_un address;
    if (path.len == 0 || path.ptr[0] != '/' || memchr(path.ptr, '\0', path.len))
        return error_set(err, ERROR_USAGE, "a socket's path begins with / (e.g. unix:///var/run/docker.sock)");
    if (path.len >= sizeof address.sun_path)
        return error_set(err, ERROR_USAGE, "the path of a socket has at most %zu bytes (make a link to it that is shorter)",
                         sizeof address.sun_path - 1);
    struct engine_host host = { .shown = path, .socket = arena_cstr(arena, path), .url = STR("http://localhost") };
    if (!host.socket)
        return arena_error(arena, err);
    *out = host;
    return true;
}

/* One of the PEM files of a folder; NULL where it is not there. */
static const char *pem_file(struct str folder, const char *name, struct arena *arena)
{
    struct str path = daemon_path(arena, folder, name);
    return path.len && access(path.ptr, R_OK) == 0 ? path.ptr : NULL;
}

/* host:port with an optional path, as people write it behind tcp://; IPv6 addresses stand in brackets. */
static bool has_port(struct str address)
{
    struct str host, path;
    size_t colon, bracket;
    str_cut(address, '/', &host, &path);
    return str_rfind(host, ':', &colon) && !(str_rfind(host, ']', &bracket) && bracket > colon);
}

static bool tcp_host(struct str address, bool https, const struct engine_tls *tls, struct arena *arena, struct engine_host *out,
                     struct error *err)
{
    while (str_ends(address, "/"))
        address.len--;
    if (!is_plain_text(address) || address.ptr[0] == '/' || address.ptr[0] == ':')
        return error_set(err, ERROR_USAGE, "is no address (e.g. unix:///var/run/docker.sock, tcp://localhost:2375)");
    struct engine_host host = { .shown = arena_printf(arena, "tcp://%.*s", STR_ARG(address)),
                                .insecure = https && tls->insecure };
    bool add_port = !has_port(address) && !str_find(address, '/', NULL);
    host.url = arena_printf(arena, "%s://%.*s%s%s", https ? "https" : "http", STR_ARG(address), add_port ? ":" : "",
                            !add_port ? ""
                            : https   ? PORT_TLS
                                      : PORT_PLAIN);
    if (!host.shown.ptr || !host.url.ptr)
        return arena_error(arena, err);
    if (https) {
        host.ca_cert = pem_file(tls->folder, "ca.pem", arena);
        host.client_cert = pem_file(tls->folder, "cert.pem", arena);
        host.client_key = pem_file(tls->folder, "key.pem", arena);
    }
    *out = host;
    return true;
}

static bool ssh_host(struct str text, struct error *err)
{
    struct str server = str_skip(text, strlen("ssh://")), path, port;
    str_cut(server, '/', &server, &path);
    str_cut(server, ':', &server, &port);
    if (!is_plain_text(server) && !str_find(server, '@', NULL))
        server = STR("HOST");
    return error_set(err, ERROR_UNSUPPORTED,
                     "engines are not reached through ssh; forward the socket: ssh -nNT -L /tmp/engine.sock:/%.*s %.*s, and name "
                     "unix:///tmp/engine.sock here",
                     STR_ARG(path.len && is_plain_text(path) ? path : STR("var/run/docker.sock")), STR_ARG(server));
}

bool engine_host_parse(struct str text, const struct engine_tls *tls, struct arena *arena, struct engine_host *out,
                       struct error *err)
{
    if (str_starts(text, "unix://"))
        return socket_host(str_skip(text, strlen("unix://")), arena, out, err);
    if (str_starts(text, "/"))
        return socket_host(text, arena, out, err);
    if (str_starts(text, "tcp://"))
        return tcp_host(str_skip(text, strlen("tcp://")), tls->on, tls, arena, out, err);
    if (str_starts(text, "http://"))
        return tcp_host(str_skip(text, strlen("http://")), false, tls, arena, out, err);
    if (str_starts(text, "https://"))
        return tcp_host(str_skip(text, strlen("https://")), true, tls, arena, out, err);
    if (str_starts(text, "ssh://"))
        return ssh_host(text, err);
    if (str_contains(text, "://"))
        return error_set(err, ERROR_UNSUPPORTED, "only unix://, tcp://, http:// and https:// are spoken");
    return tcp_host(text, tls->on, tls, arena, out, err);
}

/* ---- lists of hosts ---- */

void engine_hosts_add(struct engine_hosts *hosts, struct str text, const struct engine_tls *tls, const char *origin,
                      struct arena *arena)
{
    struct error problem = { 0 };
    if (hosts->count == ENGINE_MAX_HOSTS)
        return;
    if (engine_host_parse(text, tls, arena, &hosts->items[hosts->count], &problem))
        hosts->count++;
    else
        daemon_why(&hosts->why, arena, "%s: %s", origin, problem.text);
}

void engine_hosts_add_socket(struct engine_hosts *hosts, struct str path, struct arena *arena)
{
    static const struct engine_tls none;
    for (size_t i = 0; i < hosts->count; i++)
        if (str_eq(hosts->items[i].shown, path))
            return;
    if (path.len)
        engine_hosts_add(hosts, path, &none, "a usual socket", arena);
}
