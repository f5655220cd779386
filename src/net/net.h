/* net.h - HTTP and HTTPS by libcurl: one request after the other, over TCP, TLS, proxies (http_proxy, https_proxy, no_proxy)
 * or a local socket. What an answer means is the caller's business; that it arrives whole is the business of this folder:
 * retries with growing pauses, Retry-After, going on where a body broke off, redirects that take no credentials elsewhere.
 *
 * RFC 9110 (HTTP semantics: 9.2.2 idempotent methods, 10.2.3 Retry-After, 14 ranges, 15.4 redirects), RFC 9112.
 * Everything from the network is hostile: headers, bodies and counts are bounded. */
#ifndef DRYDOCK_NET_H
#define DRYDOCK_NET_H

#include "base/base.h"

/* What the user said of the network; texts stay the caller's and must outlive the client. */
struct net_options {
    struct str ca_cert;                 /* PEM file of authorities that are trusted beside the system's; empty: none */
    struct str client_cert, client_key; /* PEM files; empty: none */
    bool insecure;                      /* certificates are not checked */
    bool offline;                       /* every request over TCP fails at once, saying that --offline is on */
    uint64_t
        timeout_s; /* of one request with all its retries; 0: 5 minutes for net_fetch, none for net_download. Stalls always end (60 s) */
    unsigned retries;  /* after the first try; 0: NET_RETRIES */
    uint64_t pause_ms; /* the first pause; doubles; 0: NET_PAUSE_MS. Tests make it short */
    uint64_t stall_ms; /* how long a server may send nothing; 0: NET_STALL_MS. A local socket has ten times that */
};
enum { NET_RETRIES = 4, NET_PAUSE_MS = 500, NET_STALL_MS = 60000, NET_MAX_RETRY_AFTER_S = 60, NET_MAX_REDIRECTS = 10 };

struct net_header {
    struct str name, value;
};

struct net_request {
    const char *method;               /* "GET" (NULL too), "HEAD", "POST" */
    struct str url;                   /* http:// or https:// */
    const char *socket;               /* path of a local socket that is spoken to in place of the URL's host; NULL: TCP */
    struct str body, type;            /* of a POST */
    const struct net_header *headers; /* Accept and the like; no credentials */
    size_t header_count;
    /* Credentials are sent to the URL's own scheme, host and port only, never after a redirect to another. */
    struct str authorization; /* value of the header, "Bearer …" or "Basic …"; empty: none */
    struct str aws_sigv4;     /* "aws:amz:eu-west-1:ecr": signed with the user and password below; else empty */
    struct str aws_user, aws_password, aws_session_token;
    const char *client_cert, *client_key, *ca_cert; /* for this host, in place of the options' (certs.d); NULL: the options' */
    bool insecure;                                  /* for this host, beside the options' */
    bool no_redirects;                              /* 3xx answers are given back as they are */
    bool once;                                      /* one try: an engine makes each export anew, halves do not fit */
    size_t max_bytes;                               /* of a body in memory; 0: 8 MiB. More is a limit error */
};

struct net_response {
    int status;
    struct str url;        /* after redirects */
    struct str body;       /* all of it (net_download: none); of an answer that is not 2xx, its first 64 KiB */
    struct str type;       /* Content-Type without parameters, lower case */
    struct str digest;     /* Docker-Content-Digest */
    struct str link;       /* Link */
    struct str challenges; /* all WWW-Authenticate headers, one a line */
    struct str location, etag;
    uint64_t length;        /* Content-Length; UINT64_MAX: not told */
    uint64_t retry_after_s; /* of a final 429 or 503; 0: not told */
    struct str headers;     /* all, "Name: value\n" each, for net_header_of */
};
struct str net_header_of(const struct net_response *response, const char *name); /* any other header; empty: none */

struct net_client;
struct net_client *net_client_new(const struct net_options *options, struct error *err);
void net_client_free(struct net_client *client); /* NULL is fine */

/* One request and its answer, in the arena. True for every status that is answered, after retries: connection failures, stalls,
 * 408, 429, 500, 502, 503 and 504 are tried again. False: no answer (ERROR_NETWORK, naming host and cause, and what to try:
 * name resolution, refused, TLS and which check failed, timeout, proxy), a limit, or interrupted(). */
bool net_fetch(struct net_client *client, const struct net_request *request, struct arena *arena, struct net_response *out,
               struct error *err);

/* Where a download goes: written in order; a pipe may be slower than the network, which then waits. */
struct net_sink {
    int fd;
    uint64_t offset;            /* how much of the body is there already: the request begins behind it */
    uint64_t size_bytes;        /* how long the whole body must be; UINT64_MAX: as told by the server */
    _Atomic uint64_t *progress; /* bytes written are added; NULL: none */
    bool reader_left;           /* set: fd is a pipe whose reader has enough (EPIPE); the call succeeds */
};
/* A GET whose body goes to the sink. A body that breaks off is gone on with by a range (If-Range with its ETag), or where the
 * server has no ranges by reading past what is there; tries count anew whenever bytes arrived. A body that is longer or shorter
 * than size_bytes is an error. Statuses other than 2xx: true, response->body says why; sink->offset tells how far it came, so that
 * the same sink goes on there after a token was renewed. SIGPIPE must be ignored, as main does. */
bool net_download(struct net_client *client, const struct net_request *request, struct net_sink *sink, struct arena *arena,
                  struct net_response *out, struct error *err);

/* "host:port" of a URL, without scheme, user and path; empty where it has none. For messages. */
struct str net_host(struct str url);
/* A text made safe as part of a URL's path or query (RFC 3986, 2.1): all but unreserved characters as %XX. */
struct str net_escape(struct arena *arena, struct str text);

#endif
