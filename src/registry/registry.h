/* registry.h - images and artifacts in registries, by the OCI distribution specification 1.1 and Docker's registry API v2.
 *
 * Who may what: credentials of the command line, of Docker's config.json and its credential helpers, of
 * containers-auth.json(5), of AWS; tokens by the distribution project's "token authentication" and "OAuth2" documents.
 * Where: mirrors and rewrites by containers-registries.conf(5), Docker's certs.d folders. */
#ifndef DRYDOCK_REGISTRY_H
#define DRYDOCK_REGISTRY_H

#include "image/image.h"
#include "net/net.h"

struct registry_options {
    struct net_options net;
    struct str username, password; /* --username, --password-stdin; empty: of the configuration */
    struct str token;              /* --registry-token: a bearer token that is sent as it is */
    bool plain_http;               /* --insecure: also plain HTTP, where TLS is not spoken */
    struct str registries_conf;    /* --registries-conf FILE; empty: $CONTAINERS_REGISTRIES_CONF, the user's, the system's */
};

/* A client for all registries of one run: connections, tokens, configuration. */
struct registry;
struct registry *registry_new(const struct registry_options *options, struct error *err);
void registry_free(struct registry *registry); /* NULL is fine */

/* An image as a source of documents and layers (image.h). Nothing is asked of the network before the scan asks; errors name the
 * registry and say what to try. `source` points into the arena; `registry` must outlive it. */
bool registry_source(struct registry *registry, const struct image_reference *reference, struct arena *arena,
                     struct image_source *out, struct error *err);

/* All tags of a repository ("registry/name"), all repositories of a registry ("localhost:5000"), page by page, sorted as the
 * registry has them. More than REGISTRY_MAX_NAMES are an error. */
enum { REGISTRY_MAX_NAMES = 100000 };
bool registry_tags(struct registry *registry, const struct image_reference *repository, struct arena *arena, struct str **out,
                   size_t *count, struct error *err);
bool registry_catalog(struct registry *registry, struct str host, struct arena *arena, struct str **out, size_t *count,
                      struct error *err);

/* An artifact that is no image: its manifest, and one of its blobs. */
struct registry_blob {
    struct str media_type, digest, title; /* title: annotation org.opencontainers.image.title */
    uint64_t size_bytes;
};
struct registry_artifact {
    struct str digest, media_type, artifact_type; /* of the manifest */
    struct str manifest;                          /* its text */
    struct registry_blob *blobs;
    size_t blob_count;
};
bool registry_artifact(struct registry *registry, const struct image_reference *reference, struct arena *arena,
                       struct registry_artifact *out, struct error *err);
/* Writes a blob to fd from fd's offset `have` on (an earlier, broken download is gone on with) and verifies the digest of all of
 * it. */
bool registry_blob(struct registry *registry, const struct image_reference *reference, const struct registry_blob *blob, int fd,
                   uint64_t have, _Atomic uint64_t *progress, struct error *err);

/* Documents about an image that lie beside it: what refers to it (referrers API and its fallback tag), what cosign stored
 * (sha256-….att, sha256-….sbom), BuildKit's attestation manifests in its index. `subject` is the digest of the image's manifest. */
struct registry_document {
    struct str media_type, predicate_type, digest; /* predicate_type: annotation in-toto.io/predicate-type, predicateType */
    struct str text;
};
bool registry_documents(struct registry *registry, const struct image_reference *reference, struct str subject,
                        struct arena *arena, struct registry_document **out, size_t *count, struct error *err);

/* ---- credentials (credentials.c) -------------------------------------------------------------------------------------------- */

/* For one host, as Docker finds them: empty texts are anonymous. identity_token is for the OAuth2 exchange. Looked for in the
 * options, $REGISTRY_AUTH_FILE, $DOCKER_AUTH_CONFIG, Docker's config.json, the auth.json files of containers-auth.json(5), and for
 * Amazon's registries in its token service. Helpers and that service take their time: ask once for a host and repository. */
struct registry_credentials {
    struct str username, password, identity_token, bearer;
    struct str origin;  /* for messages: "docker-credential-pass", the path of the configuration; of anonymous: why there are
                          none, where somebody said so ("docker-credential-pass is not installed…"), or empty */
    bool by_repository; /* a configuration has some for single namespaces of the host: other repositories may have others */
};
bool registry_credentials_find(const struct registry_options *options, struct str host, struct str repository,
                               struct arena *arena, struct registry_credentials *out, struct error *err);
/* Keeps or forgets them as `docker login` and `docker logout` do: by the configured helper, else in config.json (mode 600).
 * login checks them with the registry first. `where` says where they are kept. */
bool registry_login(struct registry *registry, struct str host, struct str username, struct str password, struct arena *arena,
                    struct str *where, struct error *err);
bool registry_logout(struct str host, struct arena *arena, struct str *where, bool *was_there, struct error *err);

#endif
