/* engine.h (private) - engines that speak the Docker Engine API: where they may be, and how an image is asked of them. */
#ifndef DRYDOCK_DAEMON_ENGINE_H
#define DRYDOCK_DAEMON_ENGINE_H

#include "daemon/daemon.h"
#include "daemon/names.h"

/* ---- hosts: where an engine may be reached (host.c) ------------------------------------------------------------------------- */

struct engine_host {
    struct str shown;                               /* for messages: "/var/run/docker.sock", "tcp://build.example:2376" */
    const char *socket;                             /* path; NULL: TCP */
    struct str url;                                 /* "http://localhost", without a "/" at the end */
    const char *ca_cert, *client_cert, *client_key; /* PEM files; NULL: none */
    bool insecure;                                  /* certificates are not checked */
};

/* TLS of tcp:// hosts, as Docker's client has it. */
struct engine_tls {
    bool on, insecure;
    struct str folder; /* with ca.pem, cert.pem and key.pem, each of which may be missing; empty: none */
};

/* unix:///path, a path, tcp://host:port, host:port, http(s)://host:port. Of ssh:// the error says how to forward a socket. */
bool engine_host_parse(struct str text, const struct engine_tls *tls, struct arena *arena, struct engine_host *out,
                       struct error *err);

enum { ENGINE_MAX_HOSTS = 8 };
struct engine_hosts {
    struct engine_host items[ENGINE_MAX_HOSTS];
    size_t count;
    struct str why; /* what is not there, or cannot be used */
};
/* These note in hosts->why what the text has against it. `origin` says where it was written: "$DOCKER_HOST". */
void engine_hosts_add(struct engine_hosts *hosts, struct str text, const struct engine_tls *tls, const char *origin,
                      struct arena *arena);
/* One of the usual sockets; "" and what is there already are passed over. */
void engine_hosts_add_socket(struct engine_hosts *hosts, struct str path, struct arena *arena);

/* Another clause for a text that says why something was not found; it stays short. */
void daemon_why(struct str *why, struct arena *arena, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* A file below a folder ("" where the folder is), or nothing when that is too long for the arena. */
struct str daemon_path(struct arena *arena, struct str folder, const char *rest);
/* A configuration file of at most a megabyte; false: there is none, or it cannot be read. */
bool daemon_config(struct str path, struct arena *arena, struct str *out);

/* ---- engines (docker.c, podman.c, engine.c) ---------------------------------------------------------------------------------- */

struct engine_kind {
    const char *name;   /* of the source: "docker" */
    const char *start;  /* what to try where nothing listens */
    const char *access; /* what to try where permission is denied */
    /* Fills `hosts` with where this engine may be. False: the command line named a place that cannot be used. */
    bool (*find)(const struct daemon_options *options, struct arena *arena, struct engine_hosts *hosts, struct error *err);
};
extern const struct engine_kind engine_docker, engine_podman;

/* One engine that answers. */
struct engine {
    const struct engine_kind *kind;
    const struct daemon_options *options;
    const struct engine_host *host;
    struct net_client *client; /* of questions; exports have their own */
    struct arena *arena;
    struct str version; /* "/v1.49"; empty: not told */
    uint64_t minor;
    struct image_platform platform; /* asked for; empty: whatever it has */
};

/* A GET of something of an engine. */
struct net_request engine_request(const struct engine_host *host, struct str url);
/* Its URL: `what`, a name that has been checked, the rest, a query; its ptr is NULL when the arena is exhausted. */
struct str engine_url(const struct engine *engine, const char *what, struct str name, const char *rest, struct str query);
/* An answer of another status than was hoped for, as an error that says what the engine says. */
bool engine_refused(const struct engine_kind *kind, const struct engine_host *host, const char *what,
                    const struct net_response *response, struct arena *arena, struct error *err);

/* ---- sources (export.c) ------------------------------------------------------------------------------------------------------- */

/* The image, whose names are `names`, as a source; `container` is the name of one that runs it, else empty. All in `arena`. */
bool engine_source_make(const struct engine *engine, const struct daemon_names *names, struct str container, struct str title,
                        struct arena *arena, struct image_source *out, struct error *err);
/* The texts of a source, which lie in a work space, into the caller's arena; false when that is exhausted. */
bool daemon_source_keep(const struct image_source *found, struct arena *arena, struct image_source *out, struct error *err);

/* ---- all of it (engine.c) ------------------------------------------------------------------------------------------------------ */

/* As daemon_docker and daemon_podman. */
bool engine_open(const struct engine_kind *kind, const struct daemon_options *options, struct str name, struct arena *arena,
                 struct image_source *out, bool *found, struct str *why, struct error *err);

/* Parts with logic of their own, for tests. */
/* Of Docker's config.json ("currentContext") and a context's meta.json: the host; empty where there is none. */
struct str docker_current_context(struct str config_json, struct arena *arena);
struct str docker_context_host(struct str meta_json, bool *skip_tls_verify, struct arena *arena);
/* The address of a connection ("" for the default one) in podman-connections.json, and in containers.conf. */
struct str podman_connection_json(struct str text, struct str name, struct arena *arena);
struct str podman_connection_conf(struct str text, struct str name, struct arena *arena);

#endif
