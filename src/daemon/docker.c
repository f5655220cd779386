/* Docker: where its engine is looked for, in the order of Docker's own client: --docker-host, $DOCKER_HOST, the context that
 * $DOCKER_CONTEXT or config.json names (Docker CLI: cli/command, "resolveContextName"; cli/context/store, layout of the folder
 * contexts), and where none of these is set, the usual sockets: the system's, Docker Desktop's, and a rootless engine's. */
#include "daemon/engine.h"

#include "codec/codec.h"
#include "daemon/names.h"

#include <unistd.h>

/* $DOCKER_CONFIG, else ~/.docker; empty where there is no home. */
static struct str config_folder(struct arena *arena)
{
    struct str folder = env_text("DOCKER_CONFIG");
    return folder.len ? folder : daemon_path(arena, env_text("HOME"), ".docker");
}

/* DOCKER_TLS_VERIFY and DOCKER_TLS ask for TLS, the former with certificates checked (Docker CLI); DOCKER_CERT_PATH alone asks for
 * it too (Docker's Go client). */
static struct engine_tls tls_of_environment(struct arena *arena)
{
    struct str folder = env_text("DOCKER_CERT_PATH");
    bool verify = env_text("DOCKER_TLS_VERIFY").len > 0;
    return (struct engine_tls){ .on = verify || env_text("DOCKER_TLS").len > 0 || folder.len > 0,
                                .insecure = !verify,
                                .folder = folder.len ? folder : config_folder(arena) };
}

/* ---- contexts ---- */

struct str docker_current_context(struct str config_json, struct arena *arena)
{
    struct json json;
    struct error ignored = { 0 };
    struct str key, name = { 0 };
    json_begin(&json, config_json, arena);
    if (json_object(&json))
        while (json_key(&json, &key))
            if (str_is(key, "currentContext"))
                json_string(&json, &name);
    return json_end(&json, &ignored) ? name : STR("");
}

/* {"Host": …, "SkipTLSVerify": …} */
static void read_endpoint(struct json *json, struct str *host, bool *skip_tls_verify)
{
    struct str key;
    if (json_object(json))
        while (json_key(json, &key)) {
            if (str_is(key, "Host"))
                json_string(json, host);
            else if (str_is(key, "SkipTLSVerify"))
                json_bool(json, skip_tls_verify);
        }
}

struct str docker_context_host(struct str meta_json, bool *skip_tls_verify, struct arena *arena)
{
    struct json json;
    struct error ignored = { 0 };
    struct str key, name, host = { 0 };
    *skip_tls_verify = false;
    json_begin(&json, meta_json, arena);
    if (json_object(&json))
        while (json_key(&json, &key))
            if (str_is(key, "Endpoints") && json_object(&json))
                while (json_key(&json, &name))
                    if (str_is(name, "docker"))
                        read_endpoint(&json, &host, skip_tls_verify);
    return json_end(&json, &ignored) ? host : STR("");
}

/* A context lies in contexts/meta/ID/meta.json, its certificates in contexts/tls/ID/docker; ID is the SHA-256 of its name. */
static bool add_context(struct engine_hosts *hosts, struct str folder, struct str name, struct arena *arena, struct error *err)
{
    char digest[DIGEST_TEXT_BYTES];
    struct str meta;
    bool skip_verify;
    if (!digest_of(DIGEST_SHA256, name, digest, err))
        return false;
    const char *id = digest + strlen("sha256:");
    struct str shown = arena_shown(arena, name, 80);
    if (!daemon_config(arena_printf(arena, "%.*s/contexts/meta/%s/meta.json", STR_ARG(folder), id), arena, &meta)) {
        daemon_why(&hosts->why, arena, "Docker's context \"%.*s\" is not in %.*s/contexts (see docker context ls)",
                   STR_ARG(shown), STR_ARG(folder));
        return true;
    }
    struct str host = docker_context_host(meta, &skip_verify, arena);
    struct engine_tls tls = { .insecure = skip_verify,
                              .folder = arena_printf(arena, "%.*s/contexts/tls/%s/docker", STR_ARG(folder), id) };
    tls.on = skip_verify || (tls.folder.ptr && access(tls.folder.ptr, F_OK) == 0);
    struct str origin = arena_printf(arena, "Docker's context \"%.*s\"", STR_ARG(shown));
    if (!origin.ptr || !tls.folder.ptr)
        return arena_error(arena, err);
    engine_hosts_add(hosts, host, &tls, origin.ptr, arena);
    return true;
}

static struct str context_name(struct str folder, struct arena *arena)
{
    struct str config, name = env_text("DOCKER_CONTEXT");
    if (!name.len && daemon_config(daemon_path(arena, folder, "config.json"), arena, &config))
        name = docker_current_context(config, arena);
    return str_is(name, "default") ? STR("") : name;
}

/* ---- all together ---- */

static void add_usual_sockets(struct engine_hosts *hosts, struct arena *arena)
{
    struct str home = env_text("HOME"), user = daemon_path(arena, env_text("XDG_RUNTIME_DIR"), "docker.sock");
    if (!user.len)
        user = arena_printf(arena, "/run/user/%lu/docker.sock", (unsigned long)getuid());
    engine_hosts_add_socket(hosts, STR("/var/run/docker.sock"), arena);
    engine_hosts_add_socket(hosts, daemon_path(arena, home, ".docker/run/docker.sock"), arena);
    engine_hosts_add_socket(hosts, user, arena);
    engine_hosts_add_socket(hosts, daemon_path(arena, home, ".docker/desktop/docker.sock"), arena);
}

static bool find(const struct daemon_options *options, struct arena *arena, struct engine_hosts *hosts, struct error *err)
{
    struct engine_tls tls = tls_of_environment(arena);
    struct str folder = config_folder(arena), host = env_text("DOCKER_HOST"), context;
    if (options->docker_host.len) {
        hosts->count = 1;
        return engine_host_parse(options->docker_host, &tls, arena, &hosts->items[0], err) ||
               error_wrap(err, "--docker-host %.*s", STR_ARG(arena_shown(arena, options->docker_host, 200)));
    }
    if (host.len)
        engine_hosts_add(hosts, host, &tls, "$DOCKER_HOST", arena);
    else if ((context = context_name(folder, arena)).len)
        return add_context(hosts, folder, context, arena, err);
    else
        add_usual_sockets(hosts, arena);
    return true;
}

const struct engine_kind engine_docker = {
    .name = "docker",
    .start = "start it: systemctl start docker",
    .access = "join the group docker, or run this with sudo",
    .find = find,
};

bool daemon_docker(const struct daemon_options *options, struct str name, struct arena *arena, struct image_source *out,
                   bool *found, struct str *why, struct error *err)
{
    return engine_open(&engine_docker, options, name, arena, out, found, why, err);
}
