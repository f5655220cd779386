/* credentials.h (private) - the places where credentials are kept: configurations of container tools (config.c, config_edit.c),
 * helper programs (helper.c), Amazon's token service (aws.c). Nothing here puts a password into a message. */
#ifndef DRYDOCK_REGISTRY_CREDENTIALS_H
#define DRYDOCK_REGISTRY_CREDENTIALS_H

#include "registry/registry.h"

bool credentials_are_empty(const struct registry_credentials *credentials);
/* From a text "user:password"; "<token>" as user means that the password is an identity token. False: there is no colon. */
bool credentials_split(struct str text, struct registry_credentials *out);
/* The same of the two parts. */
void credentials_set(struct registry_credentials *out, struct str username, struct str password);

/* ---- config.c: Docker's config.json and containers-auth.json(5) ------------------------------------------------------------ */

/* The name that Docker stores credentials of a registry under: for Docker Hub its first API's address, else the host. */
struct str docker_config_server(struct str host);
/* How well a key of "auths" or "credHelpers" fits: 0 not at all, CONFIG_HOST_ADDRESS and CONFIG_HOST the registry as a whole,
 * more: a namespace of it in which the repository lies, the longer the better. Addresses ("https://host/v1/") mean their host;
 * all names of Docker Hub mean the same. */
enum { CONFIG_HOST_ADDRESS = 1, CONFIG_HOST = 2 };
size_t docker_config_key_fit(struct str key, struct str host, struct str repository);

/* What one configuration says of a host. */
struct config_answer {
    struct str helper, helper_server; /* of credHelpers: its name, and the key there; empty: none */
    struct str store;                 /* credsStore: the helper for all hosts */
    struct registry_credentials kept; /* of auths */
    bool is_damaged;                  /* the entry that is kept cannot be read */
    bool has_spaces;                  /* there are entries of single namespaces of the host, whether they fit or not */
};
bool docker_config_read(struct str text, struct str host, struct str repository, struct arena *arena, struct config_answer *out,
                        struct error *err);

/* The configurations in their order. `required`: the user named it, so that it must exist. A place with a text has that in
 * place of a file. */
struct config_place {
    struct str path;
    struct str text;
    bool required;
};
enum { CONFIG_MAX_PLACES = 5, CONFIG_MAX_BYTES = 4 << 20 };
size_t docker_config_places(struct arena *arena, struct config_place places[static CONFIG_MAX_PLACES]);
/* An empty text where there is no such file. *denied is set where it is there but must not be read. */
bool docker_config_load(const struct config_place *place, struct arena *arena, struct str *text, bool *denied, struct error *err);

/* The file that a login is written to: $REGISTRY_AUTH_FILE, else Docker's. */
bool docker_config_own_path(struct arena *arena, struct str *path, struct error *err);

/* ---- config_edit.c: changing one entry of a configuration ---------------------------------------------------------------------- */

/* The configuration with this entry (JSON text) for the host as a whole; an empty entry: without any. All else stays. */
bool docker_config_edit(struct str text, struct str host, struct str entry, struct arena *arena, struct buf *out, bool *was_there,
                        struct error *err);
/* Mode 600, by a new file and a rename; a symbolic link stays and its target is replaced. */
bool docker_config_save(struct str path, struct str text, struct error *err);

/* ---- helper.c: docker-credential-NAME ------------------------------------------------------------------------------------------- */

enum { HELPER_TIMEOUT_MS = 30000, HELPER_MAX_ANSWER = 64 << 10 };
/* Runs the helper with one verb and `input` on its standard input, and gives what it wrote. *missing: it said that it has no
 * such credentials. False: it could not be run, failed, wrote too much or took too long. */
bool helper_run(struct str name, const char *verb, struct str input, uint64_t timeout_ms, struct arena *arena, struct str *answer,
                bool *missing, struct error *err);
bool helper_read(struct str answer, struct arena *arena, struct registry_credentials *out, struct error *err);
/* Empty credentials where it has none. */
bool helper_get(struct str name, struct str server, struct arena *arena, struct registry_credentials *out, struct error *err);
bool helper_store(struct str name, struct str server, struct str username, struct str password, struct arena *arena,
                  struct error *err);
bool helper_erase(struct str name, struct str server, struct arena *arena, bool *was_there, struct error *err);

/* ---- aws.c: Amazon ECR ------------------------------------------------------------------------------------------------------------- */

struct aws_registry {
    struct str region, endpoint; /* endpoint: of its API, with scheme */
    bool is_public;              /* public.ecr.aws, which also has anonymous users */
};
bool aws_registry_of(struct str host, struct arena *arena, struct aws_registry *out); /* false: the host is none of Amazon's */

struct aws_keys {
    struct str id, secret, session_token;
};
/* The keys of one profile of a shared credentials file; false: it has none with both id and secret. */
bool aws_keys_read(struct str text, struct str profile, struct aws_keys *out);
/* The token in the answer of GetAuthorizationToken, split. */
bool aws_answer_read(struct str answer, struct arena *arena, struct registry_credentials *out, struct error *err);
/* Empty credentials, with an origin that says what to set, where the host is Amazon's and there are no keys. */
bool aws_credentials_find(const struct net_options *net, struct str host, struct arena *arena, struct registry_credentials *out,
                          struct error *err);

#endif
