/* Registries that are spoken to: their address, the certificates that are kept for them, and whether they speak TLS.
 *
 * Certificates: Docker's certs.d folders ("Verify repository client with certificates") and containers-certs.d(5): a folder
 * named after the host with *.crt (authorities) and pairs of *.cert and *.key (of the client). */
#include <dirent.h>

#include "registry/client.h"

enum { MAX_HOSTS = 4096, AT_ONCE_S = 3 };

/* ---- certs.d ------------------------------------------------------------------------------------------------------------------- */

/* The first by name that ends so; NULL: none. */
static const char *first_file(const char *folder, const char *end, struct arena *arena)
{
    struct str best = { 0 };
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct str name = str_from(entry->d_name);
        if (str_ends(name, end) && (!best.ptr || str_cmp(name, best) < 0))
            best = arena_str(arena, name);
    }
    if (dir)
        closedir(dir);
    return best.ptr ? arena_printf(arena, "%s/%.*s", folder, STR_ARG(best)).ptr : NULL;
}

static bool use_folder(struct host *host, const char *folder, struct arena *arena, struct error *err)
{
    host->ca_cert = first_file(folder, ".crt", arena);
    host->client_cert = first_file(folder, ".cert", arena);
    if (!host->client_cert)
        return true;
    struct str key = str_from(host->client_cert);
    host->client_key = arena_printf(arena, "%.*s.key", STR_ARG(str_head(key, key.len - strlen(".cert")))).ptr;
    FILE *file = host->client_key ? fopen(host->client_key, "re") : NULL;
    if (!file)
        return error_system(err, "%s belongs to a client certificate, but cannot be read",
                            host->client_key ? host->client_key : "");
    fclose(file);
    return true;
}

/* The first folder that there is for the host counts. */
static bool find_certificates(struct host *host, struct arena *arena, struct error *err)
{
    struct str own = file_config_dir(arena);
    struct str roots[] = { own.len ? arena_printf(arena, "%.*s/docker/certs.d", STR_ARG(own)) : STR(""),
                           own.len ? arena_printf(arena, "%.*s/containers/certs.d", STR_ARG(own)) : STR(""),
                           STR("/etc/docker/certs.d"), STR("/etc/containers/certs.d") };
    struct str names[] = { host->name, host->address };
    for (size_t i = 0; i < ARRAY_LEN(roots); i++)
        for (size_t n = 0; roots[i].len && n < ARRAY_LEN(names); n++) {
            struct str folder = arena_printf(arena, "%.*s/%.*s", STR_ARG(roots[i]), STR_ARG(names[n]));
            DIR *dir = folder.ptr ? opendir(folder.ptr) : NULL;
            if (!dir)
                continue;
            closedir(dir);
            return use_folder(host, folder.ptr, arena, err);
        }
    return !arena->exhausted || arena_error(arena, err);
}

/* ---- hosts --------------------------------------------------------------------------------------------------------------------- */

/* localhost, 127.0.0.0/8 and ::1, which Docker too lets be without TLS. */
bool host_is_loopback(struct str address)
{
    struct str name, port;
    if (str_starts(address, "["))
        return str_starts(address, "[::1]");
    str_cut(address, ':', &name, &port);
    if (str_eq_nocase(name, STR("localhost")))
        return true;
    struct str part;
    unsigned parts = 0;
    uint64_t number;
    bool loopback = str_starts(name, "127.");
    for (; str_next(&name, '.', &part); parts++)
        loopback &= str_u64(part, &number) && number < 256;
    return loopback && parts == 4;
}

struct host *host_of(struct registry *registry, struct str name, bool insecure, struct error *err)
{
    size_t count = 0;
    insecure |= registry->options.plain_http;
    for (struct host *host = registry->hosts; host; host = host->next, count++)
        if (str_eq(host->name, name) && host->insecure == insecure)
            return host;
    struct host *host = arena_new(&registry->arena, struct host);
    if (!host || count == MAX_HOSTS) {
        error_set(err, ERROR_LIMIT, "more than %d registries", MAX_HOSTS);
        return NULL;
    }
    host->name = arena_str(&registry->arena, name);
    host->address = str_is(name, "docker.io") ? STR("registry-1.docker.io") : host->name;
    host->insecure = insecure;
    host->loopback = host_is_loopback(name);
    if (!find_certificates(host, &registry->arena, err))
        return NULL;
    host->next = registry->hosts;
    registry->hosts = host;
    return host;
}

/* ---- TLS or not ---------------------------------------------------------------------------------------------------------------- */

/* Does anybody speak this scheme there? A server of TLS answers 400 to plain HTTP, or with an alert. */
static bool probe(struct registry *registry, const struct host *host, const char *scheme, bool *speaks, struct error *err)
{
    struct arena arena;
    struct net_response response;
    arena_init(&arena, "a first request", CLIENT_ANSWER_BYTES);
    struct net_request request = { .insecure = host->insecure,
                                   .no_redirects = true,
                                   .once = true,
                                   .ca_cert = host->ca_cert,
                                   .client_cert = host->client_cert,
                                   .client_key = host->client_key };
    request.url = arena_printf(&arena, "%s://%.*s/v2/", scheme, STR_ARG(host->address));
    bool answered = request.url.ptr ? net_fetch(registry->net, &request, &arena, &response, err) : arena_error(&arena, err);
    *speaks = answered && response.status != 400 && !str_starts(response.location, "https://");
    if (str_is(str_from(scheme), "https"))
        *speaks = answered;
    arena_free(&arena);
    return answered;
}

/* On loopback nobody listens in: plain HTTP, which most registries there speak, is tried first, and once more where both failed at
 * once, since a lost connection says nothing of the scheme. Elsewhere TLS is. */
bool host_ready(struct registry *registry, struct host *host, struct error *err)
{
    bool speaks;
    int64_t began_s = time_now();
    struct error ignored = { 0 };
    if (host->scheme != HOST_UNKNOWN)
        return true;
    host->scheme = HOST_HTTPS;
    if (!host->loopback && !host->insecure)
        return true;
    host->scheme = HOST_UNKNOWN;
    if (host->loopback) {
        probe(registry, host, "http", &speaks, &ignored);
        if (speaks) {
            host->scheme = HOST_HTTP;
            return true;
        }
    }
    if (interrupted())
        return interrupt_error(err);
    if (probe(registry, host, "https", &speaks, err)) {
        host->scheme = HOST_HTTPS;
        return true;
    }
    bool again = !host->loopback || time_now() - began_s < AT_ONCE_S;
    if (again && !interrupted() && probe(registry, host, "http", &speaks, &ignored) && speaks)
        host->scheme = HOST_HTTP;
    return host->scheme != HOST_UNKNOWN;
}
