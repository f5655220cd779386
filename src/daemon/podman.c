/* Podman: where its engine is looked for: --podman-host, $CONTAINER_HOST (podman(1)), and where neither is set, the sockets of the
 * user's and of the system's engine (podman-system-service(1)), then the connection that `podman system connection` set as
 * default or $CONTAINER_CONNECTION names: podman-connections.json (Podman 5) and containers.conf(5), "service_destinations". */
#include "daemon/engine.h"

#include "codec/codec.h"
#include "daemon/names.h"

#include <unistd.h>

/* ---- connections ---- */

/* The member "URI" (or "uri") of the connection of this name, of an object of connections. */
static void read_connections(struct json *json, struct str name, const char *member, struct str *uri)
{
    struct str key, inner;
    if (json_object(json))
        while (json_key(json, &key))
            if (str_eq(key, name) && json_object(json))
                while (json_key(json, &inner))
                    if (str_is(inner, member))
                        json_string(json, uri);
}

/* {"Connection": {"Default": NAME, "Connections": {NAME: {"URI": …}}}}; the default's name may stand behind its description,
 * so the text is read once for each. */
static struct str read_json_text(struct str text, const char *wanted, struct str name, struct arena *arena)
{
    struct json json;
    struct error ignored = { 0 };
    struct str key, inner, found = { 0 };
    json_begin(&json, text, arena);
    if (json_object(&json))
        while (json_key(&json, &key))
            if (str_is(key, "Connection") && json_object(&json))
                while (json_key(&json, &inner)) {
                    if (!str_is(inner, wanted))
                        continue;
                    if (name.len)
                        read_connections(&json, name, "URI", &found);
                    else
                        json_string(&json, &found);
                }
    return json_end(&json, &ignored) ? found : STR("");
}

struct str podman_connection_json(struct str text, struct str name, struct arena *arena)
{
    if (!name.len)
        name = read_json_text(text, "Default", STR(""), arena);
    return name.len ? read_json_text(text, "Connections", name, arena) : STR("");
}

/* [engine] active_service = NAME, [engine.service_destinations.NAME] uri = … */
static struct str read_conf_text(struct str text, struct str name, struct arena *arena)
{
    struct json json;
    struct error ignored = { 0 };
    struct str key, inner, found = { 0 };
    json_begin(&json, text, arena);
    if (json_object(&json))
        while (json_key(&json, &key))
            if (str_is(key, "engine") && json_object(&json))
                while (json_key(&json, &inner)) {
                    if (!name.len && str_is(inner, "active_service"))
                        json_string(&json, &found);
                    else if (name.len && str_is(inner, "service_destinations"))
                        read_connections(&json, name, "uri", &found);
                }
    return json_end(&json, &ignored) ? found : STR("");
}

struct str podman_connection_conf(struct str text, struct str name, struct arena *arena)
{
    enum { MAX_JSON_BYTES = 4 << 20 };
    struct error ignored = { 0 };
    struct str json;
    if (!toml_to_json(text, MAX_JSON_BYTES, arena, &json, &ignored))
        return STR("");
    if (!name.len)
        name = read_conf_text(json, STR(""), arena);
    return name.len ? read_conf_text(json, name, arena) : STR("");
}

static void add_connection(struct engine_hosts *hosts, struct arena *arena)
{
    static const struct engine_tls none;
    struct str name = env_text("CONTAINER_CONNECTION"), folder = file_config_dir(arena), text, uri = { 0 };
    struct str connections = env_text("PODMAN_CONNECTIONS_CONF"), conf = env_text("CONTAINERS_CONF");
    if (!connections.len)
        connections = daemon_path(arena, folder, "containers/podman-connections.json");
    if (!conf.len)
        conf = daemon_path(arena, folder, "containers/containers.conf");
    if (daemon_config(connections, arena, &text))
        uri = podman_connection_json(text, name, arena);
    if (!uri.len && daemon_config(conf, arena, &text))
        uri = podman_connection_conf(text, name, arena);
    if (uri.len)
        engine_hosts_add(hosts, uri, &none, "Podman's default connection", arena);
}

/* ---- all together ---- */

static void add_usual_sockets(struct engine_hosts *hosts, struct arena *arena)
{
    engine_hosts_add_socket(hosts, daemon_path(arena, env_text("XDG_RUNTIME_DIR"), "podman/podman.sock"), arena);
    engine_hosts_add_socket(hosts, arena_printf(arena, "/run/user/%lu/podman/podman.sock", (unsigned long)getuid()), arena);
    engine_hosts_add_socket(hosts, STR("/run/podman/podman.sock"), arena);
}

static bool find(const struct daemon_options *options, struct arena *arena, struct engine_hosts *hosts, struct error *err)
{
    static const struct engine_tls none;
    struct str host = env_text("CONTAINER_HOST");
    if (options->podman_host.len) {
        hosts->count = 1;
        return engine_host_parse(options->podman_host, &none, arena, &hosts->items[0], err) ||
               error_wrap(err, "--podman-host %.*s", STR_ARG(arena_shown(arena, options->podman_host, 200)));
    }
    if (host.len) {
        engine_hosts_add(hosts, host, &none, "$CONTAINER_HOST", arena);
        return true;
    }
    add_usual_sockets(hosts, arena);
    add_connection(hosts, arena);
    return true;
}

const struct engine_kind engine_podman = {
    .name = "podman",
    .start = "start its socket: systemctl --user start podman.socket",
    .access = "run this as the user whose engine it is, or with sudo",
    .find = find,
};

bool daemon_podman(const struct daemon_options *options, struct str name, struct arena *arena, struct image_source *out,
                   bool *found, struct str *why, struct error *err)
{
    return engine_open(&engine_podman, options, name, arena, out, found, why, err);
}
