/* From an image reference to whoever has the image: see sources.h. */
#include "cmd/sources.h"
#include "cmd/caching.h"

#include <unistd.h>

/* ---- options -------------------------------------------------------------------------------------------------------------- */

bool sources_set_timeout(void *target, struct str value, struct error *err)
{
    uint64_t *seconds = &((struct networked *)target)->sources.registry.net.timeout_s;
    return duration_parse(value, seconds) ||
           error_set(err, ERROR_USAGE, "--timeout: \"%.*s\" is no duration such as 90s, 5m or 1h", STR_ARG(value));
}

static bool set_insecure(void *target, struct str value, struct error *err)
{
    struct registry_options *registry = &((struct networked *)target)->sources.registry;
    (void)err;
    registry->plain_http = registry->net.insecure = str_is(value, "true");
    return true;
}

static bool set_order(void *target, struct str value, struct error *err)
{
    static const char *const known[] = { "docker", "podman", "containerd", "remote" };
    struct str rest = value, name;
    while (str_next(&rest, ',', &name)) {
        bool is_known = false;
        for (size_t i = 0; i < ARRAY_LEN(known); i++)
            is_known |= str_is(str_trim(name), known[i]);
        if (!is_known)
            return error_set(err, ERROR_USAGE, "--image-src: \"%.*s\" is none of docker, podman, containerd, remote",
                             STR_ARG(name));
    }
    ((struct networked *)target)->sources.order = value;
    return true;
}

#define AT(field) offsetof(struct networked, sources.field)

const struct option registry_option_table[] = {
    { "username", 'u', "NAME", "name at the registry (default: what docker login or registry login keeps)", OPTION_TEXT,
      AT(registry.username), NULL, NULL },
    { "password", '\0', "PASSWORD", "password at the registry; better by --password-stdin, since others see command lines",
      OPTION_TEXT, AT(registry.password), NULL, NULL },
    { "password-stdin", '\0', NULL, "read the password from standard input", OPTION_FLAG, AT(password_stdin), NULL, NULL },
    { "registry-token", '\0', "TOKEN", "a bearer token for the registry", OPTION_TEXT, AT(registry.token), NULL, NULL },
    { "cacert", '\0', "FILE", "authorities (PEM) that are trusted beside the system's", OPTION_TEXT, AT(registry.net.ca_cert),
      NULL, NULL },
    { "client-cert", '\0', "FILE", "certificate (PEM) that this client shows", OPTION_TEXT, AT(registry.net.client_cert), NULL,
      NULL },
    { "client-key", '\0', "FILE", "its private key (PEM)", OPTION_TEXT, AT(registry.net.client_key), NULL, NULL },
    { "insecure", '\0', NULL, "accept any certificate, and plain HTTP", OPTION_CALL_FLAG, 0, set_insecure, NULL },
    { "registries-conf", '\0', "FILE", "mirrors and rewrites (default: those of Podman and Skopeo, registries.conf)", OPTION_TEXT,
      AT(registry.registries_conf), NULL, NULL },
    { "timeout", '\0', "DURATION",
      "give a request up after this long, retries counted, e.g. 5m (default: never, unless it stalls)", OPTION_CALL, 0,
      sources_set_timeout, NULL },
    { 0 },
};

const struct option source_option_table[] = {
    { "image-src", '\0', "LIST", "where to look for the image, in order (default: docker,podman,containerd,remote)", OPTION_CALL,
      0, set_order, NULL },
    { "container", '\0', "ID", "a container of Docker or Podman: its image, and what is changed in it", OPTION_TEXT,
      AT(daemon.container), NULL, NULL },
    { "docker-host", '\0', "ADDRESS", "Docker's socket, e.g. unix:///run/docker.sock (default: DOCKER_HOST, the current context)",
      OPTION_TEXT, AT(daemon.docker_host), NULL, NULL },
    { "podman-host", '\0', "ADDRESS", "Podman's socket (default: CONTAINER_HOST, the usual places)", OPTION_TEXT,
      AT(daemon.podman_host), NULL, NULL },
    { 0 },
};

/* ---- beginning and end ------------------------------------------------------------------------------------------------------ */

static bool read_password(struct sources *s, struct error *err)
{
    struct str text;
    struct stream *in = stream_pipe(STDIN_FILENO, err);
    bool ok = in && stream_text(in, 64 << 10, &s->arena, &text, err);
    stream_close(in);
    if (!ok)
        return error_wrap(err, "--password-stdin");
    while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
        text.len--;
    s->registry.password = text;
    return text.len || error_set(err, ERROR_USAGE, "--password-stdin: nothing came from standard input");
}

bool sources_begin(struct sources *s, struct error *err)
{
    arena_init(&s->arena, "image sources", (size_t)256 << 20);
    s->registry.net.offline = s->offline;
    s->daemon.net = s->registry.net;
    if (s->password_stdin && !read_password(s, err))
        return false;
    if (s->registry.password.len && !s->registry.username.len)
        return error_set(err, ERROR_USAGE, "a password needs --username too");
    return true;
}

struct registry *sources_registry(struct sources *s, struct error *err)
{
    if (!s->client)
        s->client = registry_new(&s->registry, err);
    return s->client;
}

void sources_close(struct image_source *source)
{
    daemon_close(source);
}

void sources_end(struct sources *s)
{
    registry_free(s->client);
    s->client = NULL;
    arena_free(&s->arena);
}

/* ---- the search ------------------------------------------------------------------------------------------------------------- */

bool sources_open_remote(struct sources *s, struct str name, struct image_source *out, struct error *err)
{
    struct image_reference reference;
    if (!image_reference_parse(name, &s->arena, &reference, err))
        return false;
    struct registry *registry = sources_registry(s, err);
    return registry && registry_source(registry, &reference, &s->arena, out, err);
}

/* One row an engine. */
static const struct {
    const char *name;
    bool (*open)(const struct daemon_options *, struct str, struct arena *, struct image_source *, bool *, struct str *,
                 struct error *);
} engines[] = {
    { "docker", daemon_docker },
    { "podman", daemon_podman },
    { "containerd", daemon_containerd },
};

static bool ask_engine(struct sources *s, struct str kind, struct str name, struct image_source *out, bool *found,
                       struct buf *said, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(engines); i++) {
        struct str why = { 0 };
        if (!str_is(kind, engines[i].name))
            continue;
        if (!engines[i].open(&s->daemon, name, &s->arena, out, found, &why, err))
            return false;
        if (!*found) {
            log_debug("%.*s: %.*s", STR_ARG(kind), STR_ARG(why));
            buf_printf(said, "%s%.*s: %.*s", said->len ? "; " : "", STR_ARG(kind), STR_ARG(why));
        }
    }
    return true;
}

static bool search(struct sources *s, struct str name, struct image_source *out, struct buf *said, struct error *err)
{
    struct str order = s->order.len ? s->order : STR("docker,podman,containerd,remote"), kind;
    while (str_next(&order, ',', &kind)) {
        bool found = false;
        kind = str_trim(kind);
        if (str_is(kind, "remote") && s->offline && !str_contains(name, "@sha")) /* a digest may be known already */
            return error_set(
                err, ERROR_NETWORK,
                "%.*s: no engine of this machine has it, and --offline is on; where it is, run: docker save %.*s | drydock "
                "image --input -",
                STR_ARG(name), STR_ARG(name));
        if (str_is(kind, "remote") && !s->daemon.container.len)
            return sources_open_remote(s, name, out, err);
        if (!ask_engine(s, kind, name, out, &found, said, err))
            return false;
        if (found)
            return true;
    }
    if (!said->len)
        return error_set(err, ERROR_USAGE, "%.*s: --image-src names no engine that has containers: docker or podman",
                         STR_ARG(s->daemon.container));
    return error_set(err, ERROR_INPUT, "%.*s was not found: %.*s", STR_ARG(name.len ? name : s->daemon.container),
                     STR_ARG(buf_view(said)));
}

bool sources_open(struct sources *s, struct str name, struct image_platform platform, struct image_source *out, struct error *err)
{
    struct buf said;
    *out = (struct image_source){ 0 };
    s->daemon.platform = platform;
    buf_init(&said, 4096);
    bool ok = search(s, name, out, &said, err);
    buf_free(&said);
    return ok;
}
