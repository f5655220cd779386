/* libcurl's failures in words: who, what happened, what to try, on one line; see transfer.h. */
#include "net/transfer.h"

#include <errno.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>

const char *net_shown(char *out, size_t size, struct str text)
{
    size_t len = 0;
    while (text.len) {
        size_t n = str_shown_char(text), step = n ? n : 1;
        if (len + step >= size)
            break;
        memcpy(out + len, n ? text.ptr : "?", step);
        len += step;
        text = str_skip(text, step);
    }
    out[len] = '\0';
    return out;
}

/* What means the same whatever the circumstances. */
static const struct {
    CURLcode code;
    enum net_end end;
    const char *text;
} plain[] = {
    { CURLE_COULDNT_RESOLVE_PROXY, NET_BROKEN, "the name of the proxy is not known; check http_proxy, https_proxy and no_proxy" },
    { CURLE_COULDNT_RESOLVE_HOST, NET_BROKEN, "no host of this name is known (DNS); check its spelling and the network" },
    { CURLE_GOT_NOTHING, NET_BROKEN, "closed the connection without an answer; try again later" },
    { CURLE_HTTP2, NET_BROKEN, "broke the HTTP/2 connection off; try again later" },
    { CURLE_HTTP2_STREAM, NET_BROKEN, "reset the HTTP/2 stream; try again later" },
    { CURLE_WEIRD_SERVER_REPLY, NET_FAILED, "answers, but not in HTTP; check the port" },
    { CURLE_UNSUPPORTED_PROTOCOL, NET_FAILED, "answers, but not in HTTP; check the port" },
    { CURLE_URL_MALFORMAT, NET_FAILED, "its address is not well-formed" },
    { CURLE_SSL_CACERT_BADFILE, NET_FAILED, "the file of authorities cannot be read" },
};

enum net_end net_late(const struct net_job *job, const struct net_hop *hop, struct error *err)
{
    uint64_t timeout_s = job->client->options.timeout_s;
    error_set(err, ERROR_NETWORK, "%s: not done within %llu s; try a longer --timeout", hop->authority,
              (unsigned long long)(timeout_s ? timeout_s : NET_FETCH_S));
    return NET_FAILED;
}

static enum net_end say(const struct net_hop *hop, enum net_end end, const char *text, struct error *err)
{
    error_set(err, ERROR_NETWORK, "%s: %s", hop->authority, text);
    return end;
}

static enum net_end certificate(const struct net_hop *hop, long verify, const char *detail, struct error *err)
{
    switch (verify) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return say(hop, NET_FAILED, "its TLS certificate has expired; tell its owner, check the clock, or try --insecure", err);
    case X509_V_ERR_CERT_NOT_YET_VALID: return say(hop, NET_FAILED, "its TLS certificate is not valid yet; check the clock", err);
    case X509_V_OK: /* libcurl compares the names itself */
    case X509_V_ERR_UNSPECIFIED:
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return say(hop, NET_FAILED, "its TLS certificate is for another host name; check the name, or try --insecure", err);
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return say(hop, NET_FAILED, "its TLS certificate is of an unknown authority; try --cacert FILE with it, or --insecure",
                   err);
    default:
        error_set(err, ERROR_NETWORK, "%s: its TLS certificate is not accepted (%s); try --insecure", hop->authority, detail);
        return NET_FAILED;
    }
}

static bool says(const char *detail, const char *words)
{
    return str_contains(str_from(detail), words);
}

static enum net_end handshake(const struct net_hop *hop, long verify, const char *detail, struct error *err)
{
    if (verify != X509_V_OK && verify != X509_V_ERR_UNSPECIFIED) /* which is what libcurl begins with */
        return certificate(hop, verify, detail, err);
    if (says(detail, "wrong version number") || says(detail, "http request") || says(detail, "packet length too long"))
        return say(hop, NET_FAILED, "speaks plain HTTP, not TLS; try --insecure", err);
    if (says(detail, "certificate required") || says(detail, "bad certificate") || says(detail, "handshake failure"))
        error_set(err, ERROR_NETWORK, "%s: refuses the TLS connection (%s); it may want a client certificate", hop->authority,
                  detail);
    else
        error_set(err, ERROR_NETWORK, "%s: no TLS connection (%s)", hop->authority, detail);
    return says(detail, "alert") ? NET_FAILED : NET_BROKEN;
}

/* Of what rarely passes in a few seconds, a wrong name above all, people want to know at once. */
static void try_at_most(struct net_job *job, unsigned again)
{
    if (job->retries > again)
        job->retries = again;
}

static bool has_proxy(void)
{
    static const char *const names[] = { "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (getenv(names[i]))
            return true;
    return false;
}

/* libcurl names whom it did not reach: where that is not the host, it is the proxy. */
static bool is_proxy_fault(const struct net_hop *hop, const char *detail)
{
    char host[256];
    struct str name, port, authority = net_host(hop->url);
    str_cut(authority, ':', &name, &port);
    bool other = !str_starts(authority, "[") && !says(detail, net_shown(host, sizeof host, name));
    return has_proxy() && (other || says(detail, " over proxy "));
}

static enum net_end no_connection(struct net_job *job, const struct net_hop *hop, const struct net_failure *failure,
                                  const char *detail, struct error *err)
{
    const char *cause = failure->os_errno ? strerror((int)failure->os_errno) : detail;
    if (job->request->socket) {
        error_set(err, ERROR_NETWORK, "%s: %s", hop->authority, cause);
        return NET_FAILED;
    }
    if (is_proxy_fault(hop, detail))
        error_set(err, ERROR_NETWORK, "%s: its proxy cannot be reached (%s); check http_proxy, https_proxy and no_proxy",
                  hop->authority, cause);
    else if (failure->os_errno == ECONNREFUSED)
        say(hop, NET_BROKEN, "connection refused; check the port, and that the server runs", err);
    else
        error_set(err, ERROR_NETWORK, "%s: cannot be reached (%s); check the network", hop->authority, cause);
    try_at_most(job, 2);
    return NET_BROKEN;
}

static enum net_end proxy(const struct net_hop *hop, long status, struct error *err)
{
    error_set(err, ERROR_NETWORK, "%s: the proxy answers with status %ld; check %s", hop->authority, status,
              status == 407 ? "user and password in https_proxy" : "https_proxy and no_proxy");
    return status >= 500 ? NET_BROKEN : NET_FAILED;
}

/* TLS 1.3: a server that misses one closes the connection behind the handshake, and what is sent may find it closed before what it
 * says of it is read. */
static bool may_want_certificate(const struct net_hop *hop, const struct net_failure *failure)
{
    return failure->code == CURLE_SEND_ERROR && failure->received_bytes == 0 && str_starts(hop->url, "https://");
}

static enum net_end cut_off(const struct net_hop *hop, const struct net_failure *failure, const char *detail, struct error *err)
{
    unsigned long long got = failure->received_bytes, length = failure->length;
    if (failure->length != UINT64_MAX && got < length)
        error_set(err, ERROR_NETWORK, "%s: the connection broke off after %llu of %llu bytes", hop->authority, got, length);
    else
        error_set(err, ERROR_NETWORK, "%s: the connection broke off after %llu bytes (%s)%s", hop->authority, got, detail,
                  may_want_certificate(hop, failure) ? "; it may want a client certificate" : "");
    return NET_BROKEN;
}

static enum net_end timed_out(const struct net_job *job, const struct net_hop *hop, struct error *err)
{
    if (time_steady_ms() >= job->deadline_ms)
        return net_late(job, hop, err);
    error_set(err, ERROR_NETWORK, "%s: no connection within %d s; check the network, and the proxy (https_proxy)", hop->authority,
              NET_CONNECT_MS / 1000);
    return NET_BROKEN;
}

static enum net_end explain(struct net_job *job, const struct net_hop *hop, const struct net_failure *failure, const char *detail,
                            struct error *err)
{
    if (failure->proxy_status && failure->proxy_status / 100 != 2)
        return proxy(hop, failure->proxy_status, err);
    if (job->request->socket && failure->code == CURLE_COULDNT_RESOLVE_HOST) /* its path is too long */
        return no_connection(job, hop, failure, detail, err);
    if (failure->code == CURLE_COULDNT_RESOLVE_HOST)
        try_at_most(job, 1);
    if (failure->code == CURLE_HTTP2 || failure->code == CURLE_HTTP2_STREAM)
        job->client->http1 = true; /* the older protocol may do better */
    for (size_t i = 0; i < ARRAY_LEN(plain); i++)
        if (plain[i].code == failure->code)
            return say(hop, plain[i].end, plain[i].text, err);
    switch (failure->code) {
    case CURLE_COULDNT_CONNECT: return no_connection(job, hop, failure, detail, err);
    case CURLE_OPERATION_TIMEDOUT: return timed_out(job, hop, err);
    case CURLE_SSL_CONNECT_ERROR: return handshake(hop, failure->verify, detail, err);
    case CURLE_PEER_FAILED_VERIFICATION: return certificate(hop, failure->verify, detail, err);
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: /* TLS 1.3: what the server thinks of the client's certificate comes after the handshake */
        return says(detail, " alert ") ? handshake(hop, X509_V_OK, detail, err) : cut_off(hop, failure, detail, err);
    case CURLE_OUT_OF_MEMORY:
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE:
#endif
        error_set(err, ERROR_LIMIT, "%s: a line of its header is too long, or memory is short", hop->authority);
        return NET_FAILED;
    case CURLE_SSL_CERTPROBLEM:
        error_set(err, ERROR_USAGE, "%s: the client certificate cannot be used (%s)", hop->authority, detail);
        return NET_FAILED;
    default: error_set(err, ERROR_NETWORK, "%s: %s", hop->authority, detail); return NET_BROKEN;
    }
}

enum net_end net_failure_explain(struct net_job *job, const struct net_hop *hop, const struct net_failure *failure,
                                 struct error *err)
{
    char detail[CURL_ERROR_SIZE];
    net_shown(detail, sizeof detail, str_from(failure->detail[0] ? failure->detail : net_curl.easy_strerror(failure->code)));
    enum net_end end = explain(job, hop, failure, detail, err);
    /* What may have been carried out is not asked for twice (RFC 9110, 9.2.2). */
    return end == NET_BROKEN && failure->sent && strcmp(hop->method, "POST") == 0 ? NET_FAILED : end;
}
