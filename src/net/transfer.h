/* transfer.h - private to net: how a request goes its way.
 *
 * A call of net_fetch or net_download is a *job*: tries with pauses between them, until a deadline. A try follows redirects;
 * each step of it is a *hop*, one transfer of libcurl. The *answer* is what the last hop brought; the bytes of a 2xx body go
 * to a *receiver* while they arrive. */
#ifndef DRYDOCK_NET_TRANSFER_H
#define DRYDOCK_NET_TRANSFER_H

#include <curl/curl.h>
#include <sys/types.h>

#include "net/head.h"
#include "net/net.h"

enum {
    NET_POLL_MS = 100,                    /* how late an interruption is noticed at most */
    NET_FETCH_S = 300,                    /* an answer in memory, where the user names no time: documents are small */
    NET_CONNECT_MS = 15000,               /* name, connection and TLS together */
    NET_SOCKET_PATIENCE = 10,             /* an engine packs an archive before its first byte: stalls are 10 times as long */
    NET_MAX_TEXT_BYTES = 64 * 1024,       /* of the body of an answer that is not 2xx */
    NET_MAX_BODY_BYTES = 8 * 1024 * 1024, /* of a body in memory, unless the request says more */
    NET_MAX_PAUSE_MS = 30000,             /* between tries, where the server does not tell */
    NET_MAX_RESUMES = 100,                /* of one download: a server that sends a byte a try has an end */
    NET_SCRATCH_BYTES = 4 * 1024 * 1024,  /* memory of one job beside bodies */
};

/* Certificate authorities as an X509_STORE of OpenSSL; see trust.c. */
struct net_trust {
    struct net_trust *next;
    char *ca_cert; /* beside the system's; NULL: none */
    void *store;
};

/* libcurl's handles belong to the process that made them: a forked child makes its own (net_handle). */
struct net_client {
    struct net_options options;
    struct net_trust *trust;
    pid_t owner;
    CURLM *multi;
    CURL *easy;
    bool global, http1; /* http1: HTTP/2 failed here once */
    uint64_t jitter;    /* state of the pseudo-random pauses */
};

/* Where the body of a 2xx answer goes. False: no more is wanted; err says why, or has ERROR_NONE: there is enough. `waited_ms` is
 * increased by how long the receiver was not ready, which is not the server's fault. `begin` comes when the head
 * is there. */
struct net_receiver {
    bool (*begin)(struct net_receiver *receiver, const struct net_head *head, struct error *err);
    bool (*take)(struct net_receiver *receiver, struct str bytes, uint64_t *waited_ms, struct error *err);
};

struct net_job {
    struct net_client *client;
    const struct net_request *request;
    struct net_receiver *receiver;
    struct arena scratch;
    uint64_t deadline_ms; /* UINT64_MAX: none */
    uint64_t pause_ms;    /* the next */
    unsigned failures;    /* in a row */
    unsigned retries;     /* how many may be */
    uint64_t range_from;  /* the body is wanted from here on; 0: all of it */
    bool http1;           /* HTTP/2 is not wanted */
    struct str if_range;  /* entity tag that the range is of; empty: not known */
};

enum net_end {
    NET_ANSWERED, /* any status; the body is whole */
    NET_ENOUGH,   /* the receiver said so */
    NET_BROKEN,   /* the cause may pass; err says what happened */
    NET_FAILED,   /* trying again does not help, or must not be; err says what happened */
};

struct net_answer {
    struct net_head head;
    struct buf text;         /* of an answer that is not 2xx */
    struct str url;          /* in the job's scratch */
    char authority[300];     /* who answered, as in struct net_hop */
    uint64_t received_bytes; /* of the last hop's body */
};
void net_answer_init(struct net_answer *answer);
void net_answer_free(struct net_answer *answer);

/* One step to one URL. */
struct net_hop {
    struct str url;
    const char *method;
    bool own_origin;       /* scheme, host and port are those of the request: credentials may go there */
    bool own_host;         /* its host name is that of the request */
    const char *authority; /* "host:port" made fit for messages, or "socket PATH" */
};

/* ---- library.c ---- */
/* libcurl's functions, by their names without "curl_"; all set by net_library_load. */
struct net_curl {
    void (*easy_cleanup)(CURL *);
    CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
    CURL *(*easy_init)(void);
    void (*easy_reset)(CURL *);
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
    const char *(*easy_strerror)(CURLcode);
    void (*free_text)(void *);
    void (*global_cleanup)(void);
    CURLcode (*global_init)(long);
    CURLMcode (*multi_add_handle)(CURLM *, CURL *);
    CURLMcode (*multi_cleanup)(CURLM *);
    CURLMsg *(*multi_info_read)(CURLM *, int *);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_perform)(CURLM *, int *);
    CURLMcode (*multi_poll)(CURLM *, struct curl_waitfd *, unsigned, int, int *);
    CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
    struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
    void (*slist_free_all)(struct curl_slist *);
    CURLU *(*url_new)(void);
    void (*url_cleanup)(CURLU *);
    CURLUcode (*url_get)(CURLU *, CURLUPart, char **, unsigned);
    CURLUcode (*url_set)(CURLU *, CURLUPart, const char *, unsigned);
    curl_version_info_data *(*version_info)(CURLversion);
};
extern struct net_curl net_curl;
bool net_library_load(struct error *err);

/* ---- client.c ---- */
/* The easy handle, reset; new in a process that has none. */
CURL *net_handle(struct net_client *client, struct error *err);

/* ---- trust.c ---- */
bool net_trust_apply(struct net_client *client, const char *ca_cert, CURL *easy, struct error *err);
void net_trust_free(struct net_trust *trust);

/* ---- setup.c ---- */
/* Sets the handle up for a hop; *headers must outlive the transfer. */
bool net_setup(struct net_job *job, const struct net_hop *hop, CURL *easy, struct curl_slist **headers, struct error *err);

/* ---- transfer.c ---- */
bool net_is_success(const struct net_head *head); /* 2xx: its body is what was asked for */
enum net_end net_transfer(struct net_job *job, const struct net_hop *hop, struct net_answer *answer, struct error *err);

/* ---- redirect.c ---- */
/* One try: from the request's URL through its redirects to an answer. */
enum net_end net_try(struct net_job *job, struct net_answer *answer, struct error *err);

/* ---- retry.c ---- */
bool net_job_begin(struct net_job *job, struct net_client *client, const struct net_request *request,
                   struct net_receiver *receiver, struct error *err);
void net_job_end(struct net_job *job);
bool net_status_is_transient(const struct net_request *request, int status);
/* After a try that failed, or was answered with a status that may pass: waits, and says whether to try again. False: no, with err
 * set only when interrupted meanwhile. `head` is NULL where nothing was answered. */
bool net_try_again(struct net_job *job, const struct net_head *head, struct error *err);
/* Bytes arrived: tries and pauses are counted anew. */
void net_job_progressed(struct net_job *job);
/* Hands the last failure on, with the number of tries. Returns false. */
bool net_give_up(const struct net_job *job, const struct error *why, struct error *err);
/* Out of the answer, into the arena. */
bool net_respond(const struct net_answer *answer, struct str body, struct arena *arena, struct net_response *out,
                 struct error *err);

/* ---- fetch.c ---- */
/* Bodies are as they are stored (RFC 9110, 8.4): anything else was not asked for. */
bool net_is_identity(const struct net_head *head, struct error *err);

/* ---- failure.c ---- */
/* What libcurl's failure means, in words. */
struct net_failure {
    CURLcode code;
    const char *detail; /* libcurl's own words */
    long os_errno, verify, proxy_status;
    bool sent;                       /* the request may have reached the server */
    uint64_t received_bytes, length; /* length: UINT64_MAX where not told */
};
enum net_end net_failure_explain(struct net_job *job, const struct net_hop *hop, const struct net_failure *failure,
                                 struct error *err);
/* The job's time is over. */
enum net_end net_late(const struct net_job *job, const struct net_hop *hop, struct error *err);
/* Text of outside fit for a message: printable, at most size - 1 bytes. Returns out. */
const char *net_shown(char *out, size_t size, struct str text);

#endif
