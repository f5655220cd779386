/* An image, or a container, of an engine that speaks the Docker Engine API (docs of API v1.24 and later; Podman: "compatible API"):
 *
 *     GET /_ping                      is it there, and which version does it speak (header Api-Version)
 *     GET /containers/NAME/json       which image a container runs
 *     GET /images/NAME/json           which ID a name stands for, its other names, its platform
 *     GET /images/ID/get              the image as `docker save` writes it
 *     GET /containers/NAME/export     the root of a container as a tar, what was changed in it included
 *
 * The export is asked for by ID, so that it is of what was inspected, whatever becomes of the name meanwhile. */
#include "daemon/engine.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/inspect.h"
#include "daemon/platform.h"

enum { MAX_SHOWN_BYTES = 200, ANSWER_BYTES = 1 << 20 };
enum { ASK_STALL_MS = 30000, SOCKET_PATIENCE = 10 /* of net: a local socket may stall so many times as long */ };

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

/* What a source needs in the processes that read from it. */
struct engine_source {
    const struct engine_kind *kind;
    struct engine_host host;
    struct net_client *client;
    struct str archive_url, container_url;
};

/* ---- is anybody there ---- */

/* 0, or errno of why nobody is: libcurl would only say that it could not connect. */
static int probe(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct stat st;
    if (stat(path, &st) != 0)
        return errno;
    if (!S_ISSOCK(st.st_mode))
        return ENOTSOCK;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return errno;
    memcpy(address.sun_path, path, strlen(path) + 1); /* engine_host_parse has seen to its length */
    int code = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
    close(fd);
    return code;
}

static bool is_reachable(const struct engine_kind *kind, const struct engine_host *host, struct arena *arena, struct str *missing,
                         struct str *why)
{
    int code = host->socket ? probe(host->socket) : 0;
    if (code == ENOENT || code == ENOTDIR) {
        if (!missing->len)
            *missing = host->shown;
    } else if (code == EACCES || code == EPERM) {
        daemon_why(why, arena, "%s: permission denied (%s)", host->socket, kind->access);
    } else if (code == ECONNREFUSED) {
        daemon_why(why, arena, "%s: nothing listens there (%s)", host->socket, kind->start);
    } else if (code == ENOTSOCK) {
        daemon_why(why, arena, "%s: is not a socket", host->socket);
    } else if (code != 0) {
        daemon_why(why, arena, "%s: %s", host->socket, strerror(code));
    }
    return code == 0;
}

/* ---- questions ---- */

static struct net_request request_to(const struct engine_host *host, struct str url)
{
    return (struct net_request){ .method = "GET",
                                 .url = url,
                                 .socket = host->socket,
                                 .client_cert = host->client_cert,
                                 .client_key = host->client_key,
                                 .ca_cert = host->ca_cert,
                                 .insecure = host->insecure,
                                 .once = true,
                                 .no_redirects = true };
}

/* URL of something of the engine; `name` has been checked: nothing in it must be escaped but brackets of IPv6 addresses. */
static struct str url_of(const struct engine *engine, const char *what, struct str name, const char *rest, struct str query)
{
    struct buf path;
    buf_init(&path, 1 << 16);
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '[' || name.ptr[i] == ']')
            buf_text(&path, name.ptr[i] == '[' ? "%5B" : "%5D");
        else
            buf_chr(&path, name.ptr[i]);
    }
    struct str url = arena_printf(engine->arena, "%.*s%.*s%s%.*s%s%.*s", STR_ARG(engine->host->url), STR_ARG(engine->version),
                                  what, STR_ARG(buf_view(&path)), rest, STR_ARG(query));
    buf_free(&path);
    return url;
}

static bool ask(struct engine *engine, struct str url, struct net_response *out, struct error *err)
{
    struct net_request request = request_to(engine->host, url);
    if (!url.ptr)
        return arena_error(engine->arena, err);
    return net_fetch(engine->client, &request, engine->arena, out, err);
}

static bool refused(const struct engine_kind *kind, const struct engine_host *host, const char *what,
                    const struct net_response *response, struct arena *arena, struct error *err)
{
    struct str text = inspect_failure(response->body, arena);
    return error_set(err, ERROR_NETWORK, "%s at %.*s: %s: status %d%s%.*s", kind->name, STR_ARG(host->shown), what,
                     response->status, text.len ? ": " : "", STR_ARG(text));
}

/* "1.49" as every engine writes it; anything else is as if nothing were told. */
static void read_version(struct engine *engine, struct str version)
{
    struct str major, minor;
    uint64_t number;
    if (!str_cut(version, '.', &major, &minor) || !str_is(major, "1") || minor.len > 4 || !str_u64(minor, &number))
        return;
    engine->minor = number;
    engine->version = arena_printf(engine->arena, "/v1.%llu", (unsigned long long)number);
}

/* False also where it fails: nobody is there then, or somebody else. */
static bool greet(struct engine *engine, struct str *why)
{
    struct net_response response;
    struct error problem = { 0 };
    if (!ask(engine, url_of(engine, "/_ping", STR(""), "", STR("")), &response, &problem)) {
        daemon_why(why, engine->arena, "%s", problem.text);
        return false;
    }
    if (response.status != 200) {
        daemon_why(why, engine->arena, "%.*s: what answers there is no container engine (GET /_ping: status %d)",
                   STR_ARG(engine->host->shown), response.status);
        return false;
    }
    read_version(engine, net_header_of(&response, "Api-Version"));
    return engine->version.ptr || !engine->minor;
}

/* ---- exports: run in processes of their own ---- */

static bool export(const struct engine_source *source, struct str url, const char *what, int fd, _Atomic uint64_t *progress,
                   struct error *err)
{
    struct net_request request = request_to(&source->host, url);
    struct net_sink sink = { .fd = fd, .size_bytes = UINT64_MAX, .progress = progress };
    struct net_response response;
    struct arena arena;
    arena_init(&arena, "an engine's answer", ANSWER_BYTES);
    bool ok = net_download(source->client, &request, &sink, &arena, &response, err);
    if (!ok)
        error_wrap(err, "%s: %s", source->kind->name, what);
    else if (response.status < 200 || response.status > 299)
        ok = refused(source->kind, &source->host, what, &response, &arena, err);
    arena_free(&arena);
    return ok;
}

static bool export_archive(void *context, int fd, _Atomic uint64_t *progress, struct error *err)
{
    const struct engine_source *source = context;
    return export(source, source->archive_url, "export of the image", fd, progress, err);
}

static bool export_container(void *context, int fd, _Atomic uint64_t *progress, struct error *err)
{
    const struct engine_source *source = context;
    return export(source, source->container_url, "export of the container", fd, progress, err);
}

void engine_close(void *context)
{
    struct engine_source *source = context;
    if (source)
        net_client_free(source->client);
}

/* ---- images and containers ---- */

static bool make_source(struct engine *engine, const struct inspected_image *image, struct image_source *out, struct error *err)
{
    struct engine_source *source = arena_new(engine->arena, struct engine_source);
    if (!source)
        return arena_error(engine->arena, err);
    *source = (struct engine_source){ .kind = engine->kind, .host = *engine->host };
    source->archive_url = url_of(engine, "/images/", image->names.id, "/get",
                                 engine_platform_query(engine->platform, engine->minor, engine->arena));
    if (!source->archive_url.ptr)
        return arena_error(engine->arena, err);
    source->client = net_client_new(&engine->options->net, err);
    if (!source->client)
        return false;
    *out = (struct image_source){ .kind = engine->kind->name,
                                  .id = image->names.id,
                                  .context = source,
                                  .archive = export_archive,
                                  .repo_tags = image->names.tags,
                                  .repo_tag_count = image->names.tag_count,
                                  .repo_digests = image->names.digests,
                                  .repo_digest_count = image->names.digest_count };
    return true;
}

/* Asks for an image and, where it is there and fits, makes a source of it. */
static bool find_image(struct engine *engine, const struct daemon_name *name, struct image_source *out, bool *found,
                       struct str *why, struct error *err)
{
    struct net_response response;
    struct inspected_image image;
    /* "sha256:" and the beginning of an ID would be a name with a tag to Podman: the digits alone. */
    struct str asked = name->id.len ? name->id : name->text;
    struct str query = engine_platform_query(engine->platform, engine->minor, engine->arena),
               shown = str_head(name->text, MAX_SHOWN_BYTES);
    if (!ask(engine, url_of(engine, "/images/", asked, "/json", query), &response, err))
        return error_wrap(err, "%s", engine->kind->name);
    if (response.status == 404) {
        struct str platform = query.len ? engine_platform_text(engine->platform, engine->arena) : STR("");
        daemon_why(why, engine->arena, "no image %.*s%s%.*s at %.*s", STR_ARG(shown), platform.len ? " for " : "",
                   STR_ARG(platform), STR_ARG(engine->host->shown));
        return true;
    }
    if (response.status != 200)
        return refused(engine->kind, engine->host, "asked for the image", &response, engine->arena, err);
    if (!inspect_image(response.body, engine->arena, &image, err))
        return error_wrap(err, "%s at %.*s", engine->kind->name, STR_ARG(engine->host->shown));
    if (!engine_platform_fits(engine->platform, image.platform, engine->minor, engine->arena)) {
        struct str has = engine_platform_text(image.platform, engine->arena),
                   wants = engine_platform_text(engine->platform, engine->arena);
        daemon_why(why, engine->arena, "%.*s at %.*s is for %.*s, not for %.*s", STR_ARG(shown), STR_ARG(engine->host->shown),
                   STR_ARG(has), STR_ARG(wants));
        return true;
    }
    if (!make_source(engine, &image, out, err))
        return false;
    out->name = daemon_name_to_show(name, &image.names, engine->arena);
    *found = out->name.ptr != NULL;
    return *found || arena_error(engine->arena, err);
}

/* Names of containers (Docker: [a-zA-Z0-9][a-zA-Z0-9_.-]+) and their IDs. */
static bool is_container_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_plain && (i == 0 || (c != '_' && c != '.' && c != '-')))
            return false;
    }
    return name.len > 0 && name.len <= MAX_SHOWN_BYTES;
}

/* "web (container of nginx:alpine)". The image is named as at its creation; its ID there is put in words by its tags. */
static struct str container_title(const struct inspected_container *container, struct str asked, struct str image_name,
                                  struct arena *arena)
{
    struct daemon_name created_from;
    struct error ignored = { 0 };
    if (daemon_name_parse(container->image_name, arena, &created_from, &ignored) && created_from.is_reference &&
        !created_from.id.len)
        image_name = daemon_name_familiar(&created_from.reference, arena);
    return arena_printf(arena, "%.*s (container of %.*s)", STR_ARG(container->name.len ? container->name : asked),
                        STR_ARG(image_name));
}

static bool find_container(struct engine *engine, struct str asked, struct image_source *out, bool *found, struct str *why,
                           struct error *err)
{
    struct net_response response;
    struct inspected_container container;
    struct daemon_name image;
    if (!ask(engine, url_of(engine, "/containers/", asked, "/json", STR("")), &response, err))
        return error_wrap(err, "%s", engine->kind->name);
    if (response.status == 404) {
        daemon_why(why, engine->arena, "no container %.*s at %.*s", STR_ARG(asked), STR_ARG(engine->host->shown));
        return true;
    }
    if (response.status != 200)
        return refused(engine->kind, engine->host, "asked for the container", &response, engine->arena, err);
    if (!inspect_container(response.body, engine->arena, &container, err) ||
        !daemon_name_parse(container.image_id, engine->arena, &image, err))
        return error_wrap(err, "%s at %.*s", engine->kind->name, STR_ARG(engine->host->shown));
    if (engine_platform_is_any(engine->platform))
        engine->platform = container.platform;
    if (!find_image(engine, &image, out, found, why, err))
        return false;
    if (!*found)
        return error_set(
            err, ERROR_NETWORK,
            "%s at %.*s: the image of container %.*s cannot be had: %.*s (make an image of the container: %s commit)",
            engine->kind->name, STR_ARG(engine->host->shown), STR_ARG(asked), STR_ARG(*why), engine->kind->name);
    struct engine_source *source = out->context;
    source->container_url = url_of(engine, "/containers/", asked, "/export", STR(""));
    out->container = export_container;
    out->name = container_title(&container, asked, out->name, engine->arena);
    return (source->container_url.ptr && out->name.ptr) || arena_error(engine->arena, err);
}

/* ---- all places where the engine may be ---- */

static bool try_host(struct engine *engine, const struct daemon_name *name, struct image_source *out, bool *found,
                     struct str *why, struct error *err)
{
    struct net_options net = engine->options->net;
    uint64_t stall_ms = net.stall_ms ? net.stall_ms : ASK_STALL_MS;
    net.stall_ms = engine->host->socket ? stall_ms / SOCKET_PATIENCE + 1 : stall_ms;
    engine->client = net_client_new(&net, err);
    if (!engine->client)
        return false;
    bool ok = true;
    if (greet(engine, why))
        ok = name ? find_image(engine, name, out, found, why, err)
                  : find_container(engine, engine->options->container, out, found, why, err);
    net_client_free(engine->client);
    return ok && (!interrupted() || interrupt_error(err));
}

static bool check_name(const struct daemon_options *options, struct str name, struct arena *arena, struct daemon_name *wanted,
                       struct error *err)
{
    if (!options->container.len)
        return daemon_name_parse(name, arena, wanted, err);
    return is_container_name(options->container) ||
           error_set(err, ERROR_USAGE, "\"%.*s\" is no name of a container and no ID of one",
                     STR_ARG(daemon_printable(options->container, MAX_SHOWN_BYTES, arena)));
}

bool engine_open(const struct engine_kind *kind, const struct daemon_options *options, struct str name, struct arena *arena,
                 struct image_source *out, bool *found, struct str *why, struct error *err)
{
    struct daemon_name wanted;
    struct engine_hosts hosts = { 0 };
    struct image_source source = { 0 };
    struct str missing = { 0 };
    bool ok = true, has = false;
    if (!check_name(options, name, arena, &wanted, err) || !kind->find(options, arena, &hosts, err))
        return false;
    for (size_t i = 0; i < hosts.count && ok && !has; i++) {
        struct engine engine = {
            .kind = kind, .options = options, .host = &hosts.items[i], .arena = arena, .platform = options->platform
        };
        if (is_reachable(kind, &hosts.items[i], arena, &missing, &hosts.why))
            ok = try_host(&engine, options->container.len ? NULL : &wanted, &source, &has, &hosts.why, err);
    }
    if (ok && has)
        *out = source;
    else
        engine_close(source.context);
    if (missing.len && !hosts.why.len)
        daemon_why(&hosts.why, arena, "no socket at %.*s", STR_ARG(missing));
    *found = has;
    *why = hosts.why;
    return ok;
}

void daemon_close(struct image_source *source)
{
    if (source->archive == export_archive)
        engine_close(source->context);
    source->context = NULL;
}
