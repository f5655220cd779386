/* libcurl's handle for one hop: what is sent, to whom, how it is secured; see transfer.h. No cookies, no .netrc, no protocol
 * but HTTP and HTTPS, and no credentials beyond the place that they are for. */
#include "net/transfer.h"

#include <stdlib.h>
#include <fcntl.h>
#include <sys/socket.h>

enum { BUFFER_BYTES = 512 * 1024 };

/* A header field must not end early and begin another (RFC 9110, 5.5): its text may come from a server's answer. */
static bool is_field_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.ptr[i] < 0x20 && text.ptr[i] != '\t') || text.ptr[i] == 0x7F)
            return false;
    return true;
}

static bool add_header(struct net_job *job, struct curl_slist **list, struct str name, struct str value, struct error *err)
{
    char shown[100];
    if (!is_field_text(name) || !is_field_text(value))
        return error_set(err, ERROR_INPUT, "the value of the header field %s has control characters",
                         net_shown(shown, sizeof shown, name));
    struct str line = arena_printf(&job->scratch, "%.*s: %.*s", STR_ARG(name), STR_ARG(value));
    if (!line.ptr)
        return arena_error(&job->scratch, err);
    struct curl_slist *longer = net_curl.slist_append(*list, line.ptr);
    if (!longer)
        return error_set(err, ERROR_LIMIT, "network: out of memory");
    *list = longer;
    return true;
}

static bool add_range(struct net_job *job, struct curl_slist **list, struct error *err)
{
    if (job->range_from == 0)
        return true;
    struct str range = arena_printf(&job->scratch, "bytes=%llu-", (unsigned long long)job->range_from);
    return add_header(job, list, STR("Range"), range, err) &&
           (job->if_range.len == 0 || add_header(job, list, STR("If-Range"), job->if_range, err));
}

static bool make_headers(struct net_job *job, const struct net_hop *hop, struct curl_slist **list, struct error *err)
{
    const struct net_request *request = job->request;
    /* Blobs are wanted as they are stored: their digests are of those bytes. Not part of what is signed: proxies may change it. */
    if (request->aws_sigv4.len == 0 && !add_header(job, list, STR("Accept-Encoding"), STR("identity"), err))
        return false;
    if (!add_range(job, list, err))
        return false;
    for (size_t i = 0; i < request->header_count; i++)
        if (!add_header(job, list, request->headers[i].name, request->headers[i].value, err))
            return false;
    if (request->type.len && strcmp(hop->method, "POST") == 0 && !add_header(job, list, STR("Content-Type"), request->type, err))
        return false;
    if (!hop->own_origin)
        return true;
    if (request->authorization.len && !add_header(job, list, STR("Authorization"), request->authorization, err))
        return false;
    return request->aws_session_token.len == 0 ||
           add_header(job, list, STR("X-Amz-Security-Token"), request->aws_session_token, err);
}

static void set_method(const struct net_job *job, const struct net_hop *hop, CURL *easy)
{
    if (strcmp(hop->method, "HEAD") == 0) {
        net_curl.easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (strcmp(hop->method, "POST") == 0) {
        net_curl.easy_setopt(easy, CURLOPT_POST, 1L);
        net_curl.easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)job->request->body.len);
        net_curl.easy_setopt(easy, CURLOPT_POSTFIELDS, job->request->body.len ? job->request->body.ptr : "");
    } else {
        net_curl.easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        if (strcmp(hop->method, "GET") != 0)
            net_curl.easy_setopt(easy, CURLOPT_CUSTOMREQUEST, hop->method);
    }
}

/* Programs that are started meanwhile (credential helpers, git) get none of these sockets. */
static curl_socket_t open_socket(void *unused, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)unused;
    (void)purpose;
    int fd = socket(address->family, address->socktype, address->protocol);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

static bool is_this_machine(struct str url)
{
    struct str host = net_host(url), name, port;
    if (str_starts(host, "[::1]"))
        return true;
    str_cut(host, ':', &name, &port);
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] != '.' && (name.ptr[i] < '0' || name.ptr[i] > '9'))
            return str_eq_nocase(name, STR("localhost"));
    return str_starts(name, "127.");
}

/* As Go's programs have it: a proxy of the environment is never asked for this machine, and HTTP_PROXY counts like http_proxy,
 * except in a CGI program, where a client sets it by the header "Proxy". The rest is libcurl's own: http_proxy, https_proxy,
 * ALL_PROXY and no_proxy, with lower case first. */
static void set_proxy(const struct net_job *job, const struct net_hop *hop, CURL *easy)
{
    const char *upper = getenv("HTTP_PROXY"), *lower = getenv("http_proxy");
    if (job->request->socket || is_this_machine(hop->url))
        net_curl.easy_setopt(easy, CURLOPT_NOPROXY, "*");
    else if (str_starts(hop->url, "http:") && !lower && upper && *upper && !getenv("REQUEST_METHOD"))
        net_curl.easy_setopt(easy, CURLOPT_PROXY, upper);
}

static bool set_client_certificate(struct net_job *job, CURL *easy, struct error *err)
{
    const struct net_options *options = &job->client->options;
    const char *cert = job->request->client_cert, *key = job->request->client_key;
    if (!cert && options->client_cert.len) {
        cert = arena_cstr(&job->scratch, options->client_cert);
        key = options->client_key.len ? arena_cstr(&job->scratch, options->client_key) : NULL;
        if (!cert || (options->client_key.len && !key))
            return arena_error(&job->scratch, err);
    }
    if (cert) {
        net_curl.easy_setopt(easy, CURLOPT_SSLCERT, cert);
        net_curl.easy_setopt(easy, CURLOPT_SSLKEY, key ? key : cert);
    }
    return true;
}

static bool set_tls(struct net_job *job, const struct net_hop *hop, CURL *easy, struct error *err)
{
    const struct net_request *request = job->request;
    if (!str_starts(hop->url, "https:"))
        return true;
    net_curl.easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (hop->own_origin && !set_client_certificate(job, easy, err))
        return false;
    if (job->client->options.insecure || (request->insecure && hop->own_host)) {
        net_curl.easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        net_curl.easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
        return true;
    }
    const char *ca_cert = hop->own_host ? request->ca_cert : NULL;
    if (!ca_cert && job->client->options.ca_cert.len && !(ca_cert = arena_cstr(&job->scratch, job->client->options.ca_cert)))
        return arena_error(&job->scratch, err);
    return net_trust_apply(job->client, ca_cert, easy, err);
}

static bool set_credentials(struct net_job *job, CURL *easy, struct error *err)
{
    const struct net_request *request = job->request;
    if (request->aws_sigv4.len == 0)
        return true;
    const char *service = arena_cstr(&job->scratch, request->aws_sigv4), *user = arena_cstr(&job->scratch, request->aws_user),
               *password = arena_cstr(&job->scratch, request->aws_password);
    if (!service || !user || !password)
        return arena_error(&job->scratch, err);
    net_curl.easy_setopt(easy, CURLOPT_USERNAME, user);
    net_curl.easy_setopt(easy, CURLOPT_PASSWORD, password);
    if (net_curl.easy_setopt(easy, CURLOPT_AWS_SIGV4, service) != CURLE_OK)
        return error_set(err, ERROR_UNSUPPORTED, "this libcurl cannot sign for AWS");
    return true;
}

static void set_protocols(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    net_curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    net_curl.easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

bool net_setup(struct net_job *job, const struct net_hop *hop, CURL *easy, struct curl_slist **headers, struct error *err)
{
    const char *url = arena_cstr(&job->scratch, hop->url);
    if (!url)
        return arena_error(&job->scratch, err);
    set_protocols(easy);
    net_curl.easy_setopt(easy, CURLOPT_URL, url);
    net_curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    net_curl.easy_setopt(easy, CURLOPT_USERAGENT, "drydock/" DRYDOCK_VERSION);
    net_curl.easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
    net_curl.easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    net_curl.easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    net_curl.easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    net_curl.easy_setopt(easy, CURLOPT_HTTP_VERSION,
                         job->http1 || job->client->http1 ? (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS);
#if LIBCURL_VERSION_NUM >= 0x075700
    net_curl.easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* an interruption does not wait for a name server */
#endif
    if (job->request->socket)
        net_curl.easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, job->request->socket);
    set_method(job, hop, easy);
    set_proxy(job, hop, easy);
    if (!set_tls(job, hop, easy, err) || (hop->own_origin && !set_credentials(job, easy, err)) ||
        !make_headers(job, hop, headers, err))
        return false;
    net_curl.easy_setopt(easy, CURLOPT_HTTPHEADER, *headers);
    return true;
}
