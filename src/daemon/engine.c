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

enum { MAX_SHOWN_BYTES = 200, WORK_BYTES = 64 << 20 };
enum { ASK_STALL_MS = 30000, SOCKET_PATIENCE = 10 /* of net: a local socket may stall so many times as long */ };

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

struct net_request engine_request(const struct engine_host *host, struct str url)
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

/* Nothing in a name must be escaped but the brackets of IPv6 addresses. */
struct str engine_url(const struct engine *engine, const char *what, struct str name, const char *rest, struct str query)
{
    struct buf path;
    buf_init(&path, 1 << 16);
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '[' || name.ptr[i] == ']')
            buf_text(&path, name.ptr[i] == '[' ? "%5B" : "%5D");
        else
            buf_chr(&path, name.ptr[i]);
    }
    if (path.failed)
        engine->arena->exhausted = true;
    struct str url = arena_printf(engine->arena, "%.*s%.*s%s%.*s%s%.*s", STR_ARG(engine->host->url), STR_ARG(engine->version),
                                  what, STR_ARG(buf_view(&path)), rest, STR_ARG(query));
    buf_free(&path);
    return url;
}

static bool ask(struct engine *engine, struct str url, struct net_response *out, struct error *err)
{
    struct net_request request = engine_request(engine->host, url);
    if (!url.ptr)
        return arena_error(engine->arena, err);
    return net_fetch(engine->client, &request, engine->arena, out, err);
}

bool engine_refused(const struct engine_kind *kind, const struct engine_host *host, const char *what,
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
    if (!ask(engine, engine_url(engine, "/_ping", STR(""), "", STR("")), &response, &problem)) {
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

/* ---- images and containers ---- */

/* Asks for an image: is it there, and for the platform that is wanted? */
static bool find_image(struct engine *engine, const struct daemon_name *name, struct inspected_image *out, bool *found,
                       struct str *why, struct error *err)
{
    struct net_response response;
    struct arena *arena = engine->arena;
    struct str asked = name->id.len ? name->id : name->text; /* of "sha256:" and a part of an ID the digits: Podman wants it so */
    struct str shown = str_head(name->text, MAX_SHOWN_BYTES), host = engine->host->shown;
    struct str query = engine_platform_query(engine->platform, engine->minor, arena);
    if (!ask(engine, engine_url(engine, "/images/", asked, "/json", query), &response, err))
        return error_wrap(err, "%s", engine->kind->name);
    if (response.status == 404) {
        struct str platform = query.len ? engine_platform_text(engine->platform, arena) : STR("");
        daemon_why(why, arena, "no image %.*s%s%.*s at %.*s", STR_ARG(shown), platform.len ? " for " : "", STR_ARG(platform),
                   STR_ARG(host));
        return true;
    }
    if (response.status != 200)
        return engine_refused(engine->kind, engine->host, "asked for the image", &response, arena, err);
    if (!inspect_image(response.body, arena, out, err))
        return error_wrap(err, "%s at %.*s", engine->kind->name, STR_ARG(host));
    *found = engine_platform_fits(engine->platform, out->platform, engine->minor, arena);
    if (!*found) {
        struct str has = engine_platform_text(out->platform, arena), wants = engine_platform_text(engine->platform, arena);
        daemon_why(why, arena, "%.*s at %.*s is for %.*s, not for %.*s", STR_ARG(shown), STR_ARG(host), STR_ARG(has),
                   STR_ARG(wants));
    }
    return true;
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

static bool find_container(struct engine *engine, struct str asked, struct inspected_container *out, bool *found, struct str *why,
                           struct error *err)
{
    struct net_response response;
    if (!ask(engine, engine_url(engine, "/containers/", asked, "/json", STR("")), &response, err))
        return error_wrap(err, "%s", engine->kind->name);
    if (response.status == 404) {
        daemon_why(why, engine->arena, "no container %.*s at %.*s", STR_ARG(asked), STR_ARG(engine->host->shown));
        return true;
    }
    if (response.status != 200)
        return engine_refused(engine->kind, engine->host, "asked for the container", &response, engine->arena, err);
    *found = inspect_container(response.body, engine->arena, out, err);
    return *found || error_wrap(err, "%s at %.*s", engine->kind->name, STR_ARG(engine->host->shown));
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

static bool open_image(struct engine *engine, const struct daemon_name *name, struct arena *arena, struct image_source *out,
                       bool *found, struct str *why, struct error *err)
{
    struct inspected_image image;
    bool is_there = false;
    if (!find_image(engine, name, &image, &is_there, why, err))
        return false;
    if (!is_there)
        return true;
    struct str title = daemon_name_to_show(name, &image.names, engine->arena);
    *found = engine_source_make(engine, &image.names, STR(""), title, arena, out, err);
    return *found;
}

static bool open_container(struct engine *engine, struct str asked, struct arena *arena, struct image_source *out, bool *found,
                           struct str *why, struct error *err)
{
    struct inspected_container container;
    struct inspected_image image;
    struct daemon_name name;
    struct str gone = { 0 };
    bool is_there = false, has_image = false;
    if (!find_container(engine, asked, &container, &is_there, why, err))
        return false;
    if (!is_there)
        return true;
    if (image_platform_is_any(engine->platform))
        engine->platform = container.platform;
    if (!daemon_name_parse(container.image_id, engine->arena, &name, err) ||
        !find_image(engine, &name, &image, &has_image, &gone, err))
        return false;
    if (!has_image)
        return error_set(err, ERROR_NETWORK,
                         "%s: the image of container %.*s cannot be had: %.*s (make one of the container: %s commit)",
                         engine->kind->name, STR_ARG(asked), STR_ARG(gone), engine->kind->name);
    struct str title = container_title(&container, asked, daemon_name_to_show(&name, &image.names, engine->arena), engine->arena);
    *found = engine_source_make(engine, &image.names, asked, title, arena, out, err);
    return *found;
}

/* ---- all places where the engine may be ---- */

static bool try_host(struct engine *engine, const struct daemon_name *name, struct arena *arena, struct image_source *out,
                     bool *found, struct str *why, struct error *err)
{
    struct net_options net = engine->options->net;
    uint64_t stall_ms = net.stall_ms ? net.stall_ms : ASK_STALL_MS;
    net.stall_ms = engine->host->socket ? stall_ms / SOCKET_PATIENCE + 1 : stall_ms;
    engine->client = net_client_new(&net, err);
    if (!engine->client)
        return false;
    bool ok = true;
    if (greet(engine, why))
        ok = name ? open_image(engine, name, arena, out, found, why, err)
                  : open_container(engine, engine->options->container, arena, out, found, why, err);
    net_client_free(engine->client);
    return ok;
}

static bool check_name(const struct daemon_options *options, struct str name, struct arena *arena, struct daemon_name *wanted,
                       struct error *err)
{
    if (!options->container.len)
        return daemon_name_parse(name, arena, wanted, err);
    return is_container_name(options->container) ||
           error_set(err, ERROR_USAGE, "\"%.*s\" is no name of a container and no ID of one",
                     STR_ARG(arena_shown(arena, options->container, MAX_SHOWN_BYTES)));
}

static bool search(struct engine *engine, struct str name, struct arena *arena, struct image_source *out, bool *found,
                   struct str *why, struct error *err)
{
    const struct daemon_options *options = engine->options;
    struct daemon_name wanted;
    struct engine_hosts hosts = { 0 };
    struct str missing = { 0 };
    if (!check_name(options, name, engine->arena, &wanted, err) || !engine->kind->find(options, engine->arena, &hosts, err))
        return false;
    for (size_t i = 0; i < hosts.count && !*found; i++) {
        struct engine at = *engine;
        at.host = &hosts.items[i];
        if (interrupted())
            return interrupt_error(err);
        if (is_reachable(engine->kind, at.host, engine->arena, &missing, &hosts.why) &&
            !try_host(&at, options->container.len ? NULL : &wanted, arena, out, found, &hosts.why, err))
            return false;
    }
    if (missing.len && !hosts.why.len)
        daemon_why(&hosts.why, engine->arena, "no socket at %.*s", STR_ARG(missing));
    *why = hosts.why;
    return true;
}

bool engine_open(const struct engine_kind *kind, const struct daemon_options *options, struct str name, struct arena *arena,
                 struct image_source *out, bool *found, struct str *why, struct error *err)
{
    struct arena work; /* what is not needed any more once the source is made, or is known to be none */
    struct str reason = { 0 };
    arena_init(&work, kind->name, WORK_BYTES);
    struct engine engine = { .kind = kind, .options = options, .arena = &work, .platform = options->platform };
    *found = false;
    bool ok = search(&engine, name, arena, out, found, &reason, err);
    *why = arena_str(arena, reason);
    arena_free(&work);
    return ok;
}
