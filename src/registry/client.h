/* client.h (private) - asking registries. A *route* is an entry of registries.conf; a *host* is a registry that is spoken to; an
 * *endpoint* is where one image may lie: a mirror, or its registry; a *grant* is what lets this client in there. */
#ifndef DRYDOCK_REGISTRY_CLIENT_H
#define DRYDOCK_REGISTRY_CLIENT_H

#include "registry/registry_private.h"

enum {
    CLIENT_CONFIG_BYTES = 1 << 20,    /* of one registries.conf */
    CLIENT_ANSWER_BYTES = 8 << 20,    /* of a manifest or a page of names */
    CLIENT_TOKEN_BYTES = 1 << 20,     /* of a token server's answer */
    CLIENT_DOCUMENT_BYTES = 64 << 20, /* of a document beside an image */
    CLIENT_ERROR_SHOWN = 240,         /* bytes of what a server says, in messages */
    CLIENT_GRANTS = 32,
    CLIENT_ARENA_BYTES = 16 << 20,
};

/* ---- headers.c: header fields with parameters ------------------------------------------------------------------------------- */

/* The first challenge of each scheme. */
struct challenge {
    bool bearer, basic;
    struct str realm, service, scope, error; /* of the bearer challenge */
};
/* WWW-Authenticate, one field a line. What is malformed is passed over. False: the arena is exhausted. */
bool challenge_parse(struct str fields, struct arena *arena, struct challenge *out);
/* The target of Link's rel="next"; empty: none. */
struct str link_next(struct str field, struct arena *arena);

/* ---- answers.c: what registries say, made readable --------------------------------------------------------------------------- */

/* The first error of a registry ({"errors": […]}) or of a token server (RFC 6749, 5.2); empty texts where it says none. */
struct refusal {
    struct str code, message;
};
void refusal_read(struct str body, struct arena *arena, struct refusal *out);

/* ---- token.c: distribution's token authentication, Docker's OAuth2 variant ---------------------------------------------------- */

struct token {
    struct str text;
    uint64_t life_s; /* at least 60 */
};
bool token_read(struct str answer, struct arena *arena, struct token *out, struct error *err);

/* ---- routes.c: containers-registries.conf(5), version 2 ------------------------------------------------------------------------- */

enum route_use { ROUTE_ALL, ROUTE_DIGEST_ONLY, ROUTE_TAG_ONLY };
struct route_place {
    struct str location; /* empty: nothing is rewritten */
    bool insecure;
    enum route_use use; /* of mirrors */
};
struct route {
    struct str prefix, file;
    struct route_place own;
    bool blocked, mirrors_by_digest_only;
    struct route_place *mirrors;
    size_t mirror_count;
};
struct routes {
    struct route *items;
    size_t count, cap;
};
/* Adds the entries of one file; those of a prefix that is known replace it. */
bool routes_add(struct routes *routes, struct str toml, struct str file, struct arena *arena, struct error *err);
/* All files that count: `named` alone, or $CONTAINERS_REGISTRIES_CONF alone, or the user's, else the system's, and the drop-ins
 * of both. */
bool routes_load(struct routes *routes, struct str named, struct arena *arena, struct error *err);
/* The entry with the longest prefix of a full reference ("host/name:tag"), and how much of it that is. NULL: none. */
const struct route *routes_find(const struct routes *routes, struct str reference, size_t *matched);

/* ---- host.c ------------------------------------------------------------------------------------------------------------------------ */

enum host_scheme { HOST_UNKNOWN, HOST_HTTPS, HOST_HTTP };
struct host {
    struct host *next;
    struct str name;    /* in references and for people: "docker.io" */
    struct str address; /* that is spoken to: "registry-1.docker.io" */
    bool insecure, loopback;
    enum host_scheme scheme;
    const char *ca_cert, *client_cert, *client_key; /* of certs.d; NULL: none */
};

struct grant {
    struct arena arena;
    struct str host, repository;
    struct registry_credentials credentials;
    bool looked_up; /* credentials are those of the configuration, or there are none */
    struct challenge challenge;
    struct buf authorization; /* value of the header */
    int64_t expires_s;        /* INT64_MAX: does not */
    uint64_t used;            /* when last, in calls */
};

struct registry {
    struct registry_options options;
    struct net_client *net;
    struct arena arena;
    struct routes routes;
    struct host *hosts;
    struct grant grants[CLIENT_GRANTS];
    uint64_t calls;
};

/* The host, found or added; certificates of certs.d folders are looked up then. */
struct host *host_of(struct registry *registry, struct str name, bool insecure, struct error *err);
bool host_is_loopback(struct str address); /* "localhost:5000" */
/* Finds out, once, whether it speaks TLS: others than loopback and insecure hosts must. */
bool host_ready(struct registry *registry, struct host *host, struct error *err);

/* ---- endpoint.c -------------------------------------------------------------------------------------------------------------------- */

struct endpoint {
    struct host *host;
    struct image_reference at; /* as rewritten */
};
/* Where to ask for an image, in order: mirrors, then its registry; `own_only`: without mirrors. */
bool endpoints_find(struct registry *registry, const struct image_reference *reference, bool own_only, struct arena *arena,
                    struct endpoint **out, size_t *count, struct error *err);
/* Each endpoint's failure, one after the other in one text. */
void failures_add(struct error *all, const struct error *one);

/* ---- grant.c ------------------------------------------------------------------------------------------------------------------------ */

struct grant *grant_of(struct registry *registry, const struct endpoint *endpoint);
/* The header's value to begin with: what let us in before, renewed when its time is over. Empty: none. */
bool grant_current(struct registry *registry, const struct endpoint *endpoint, struct grant *grant, struct str *out,
                   struct error *err);
/* After a 401: does what the challenge asks for. *changed: there is a new value to try. */
bool grant_answer(struct registry *registry, const struct endpoint *endpoint, struct grant *grant, struct str challenges,
                  bool *changed, struct error *err);
void grants_free(struct registry *registry);

/* ---- token.c, the network's side ---- */
bool token_fetch(struct registry *registry, const struct endpoint *endpoint, const struct grant *grant, struct arena *arena,
                 struct token *out, struct error *err);

/* ---- ask.c -------------------------------------------------------------------------------------------------------------------------- */

struct ask {
    const char *method; /* NULL: GET */
    struct str path;    /* below "/v2/NAME/"; one that starts with "/" is the whole path */
    struct str accept;  /* empty: anything */
    size_t max_bytes;
    struct net_sink *sink; /* where the body goes; NULL: into the answer */
};
#define ASK_MANIFESTS                                                                                                       \
    STR("application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "                             \
        "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json, " \
        "application/vnd.docker.distribution.manifest.v1+prettyjws, application/vnd.docker.distribution.manifest.v1+json")

/* One request, with whatever lets us in. True: it was answered, by any status. */
bool ask_registry(struct registry *registry, const struct endpoint *endpoint, const struct ask *ask, struct arena *arena,
                  struct net_response *out, struct error *err);
/* What an answer that is no success means, as an error: who said what, and what to try. `hint` replaces what is tried by
 * default; empty: none. Returns false. */
bool ask_refused(struct registry *registry, const struct endpoint *endpoint, const struct net_response *response, struct str hint,
                 struct arena *arena, struct error *err);
bool answer_is_page(const struct net_response *response);  /* HTML where there should be JSON */
struct str blob_hint(const struct net_response *response); /* of a blob that a manifest lists */

/* ---- manifest.c ------------------------------------------------------------------------------------------------------------------ */

struct manifest {
    struct str text, type;          /* type: Content-Type where it is one of a manifest, else empty */
    char digest[DIGEST_TEXT_BYTES]; /* of the text as it is here */
};
/* By tag or digest ("latest", "sha256:…"), verified where it is a digest. *found is false where the registry has none (404), with
 * err saying so. */
bool manifest_get(struct registry *registry, const struct endpoint *endpoint, struct str name, size_t max_bytes,
                  struct arena *arena, struct manifest *out, bool *found, struct error *err);
bool manifest_type_is_known(struct str type);
/* The bytes that a signed schema 1 manifest's digest is of (JWS, RFC 7515, in libtrust's form). False: it has no such signature. */
bool schema1_payload(struct str text, struct arena *arena, struct str *out);
/* A blob in memory, verified. */
bool blob_get(struct registry *registry, const struct endpoint *endpoint, struct str digest, size_t max_bytes,
              struct arena *arena, struct str *out, bool *found, struct error *err);
/* Holds bytes to a digest; `what` names them. */
bool bytes_verify(const struct endpoint *endpoint, const char *what, struct str bytes, struct str digest, struct error *err);
struct names {
    struct str *items;
    size_t count, cap;
};
/* Adds the names of one page ("tags" or "repositories"); next: the path of the next, empty: none. Reading stops with an error at
 * `max` names. */
bool names_page(const struct endpoint *endpoint, const struct net_response *response, const char *key, size_t max,
                struct arena *arena, struct names *out, struct str *next, struct error *err);
/* For a tag that is not there: whether the repository is, and which tags are near. */
struct str tag_hint(struct registry *registry, const struct endpoint *endpoint, struct str tag, struct arena *arena);

/* ---- artifact.c ------------------------------------------------------------------------------------------------------------------ */

/* Annotations of a descriptor that count here. */
struct blob_notes {
    struct str title, predicate_type, reference_type, reference_digest;
};
struct blob_entry {
    struct registry_blob blob;
    struct str artifact_type;
    struct blob_notes notes;
};
/* What a manifest or an index lists. */
struct listing {
    struct str media_type, artifact_type;
    struct blob_entry *entries;
    size_t count;
    bool is_index;
};
bool listing_read(struct str text, struct arena *arena, struct listing *out, struct error *err);

#endif
