/* Where containerd keeps its files: the folder "root" of its config.toml (containerd-config.toml(5)), which is /var/lib/containerd
 * unless Kubernetes distributions, Docker or a user without root rights start it with a folder of their own. Which of these is
 * meant is told by the address of its socket, where one is given. */
#include "daemon/containerd.h"

struct place {
    const char *address, *root; /* sockets below the address go with this root */
};

static const struct place places[] = {
    { "/run/k3s/containerd/", "/var/lib/rancher/k3s/agent/containerd" },
    { "/run/k3s/containerd/", "/var/lib/rancher/rke2/agent/containerd" },
    { "/run/k0s/", "/var/lib/k0s/containerd" },
    { "/var/snap/microk8s/", "/var/snap/microk8s/common/var/lib/containerd" },
    { "/run/docker/containerd/", "/var/lib/docker/containerd/daemon" },
};

static bool add(struct containerd_roots *roots, struct str root, struct arena *arena, struct error *err)
{
    while (root.len > 1 && str_ends(root, "/"))
        root.len--;
    for (size_t i = 0; i < roots->count; i++)
        if (str_eq(roots->items[i], root))
            return true;
    if (!root.len || memchr(root.ptr, '\0', root.len) || roots->count == CONTAINERD_MAX_ROOTS)
        return true;
    struct str copy = arena_str(arena, root);
    if (!copy.ptr)
        return arena_error(arena, err);
    roots->items[roots->count++] = copy;
    return true;
}

/* Rootless: $XDG_DATA_HOME/containerd, ~/.local/share/containerd. */
static bool add_rootless(struct containerd_roots *roots, struct arena *arena, struct error *err)
{
    struct str data = env_text("XDG_DATA_HOME"), home = env_text("HOME");
    if (!data.len && !home.len)
        return true;
    struct str root = data.len ? arena_printf(arena, "%.*s/containerd", STR_ARG(data))
                               : arena_printf(arena, "%.*s/.local/share/containerd", STR_ARG(home));
    return root.ptr ? add(roots, root, arena, err) : arena_error(arena, err);
}

static struct str root_of_config(struct str config, struct arena *arena)
{
    enum { MAX_JSON_BYTES = 4 << 20 };
    struct json json;
    struct error ignored = { 0 };
    struct str text, key, root = { 0 };
    if (!config.len || !toml_to_json(config, MAX_JSON_BYTES, arena, &text, &ignored))
        return root;
    json_begin(&json, text, arena);
    if (json_object(&json))
        while (json_key(&json, &key))
            if (str_is(key, "root"))
                json_string(&json, &root);
    return json_end(&json, &ignored) ? root : STR("");
}

static bool add_by_address(struct containerd_roots *roots, struct str address, struct arena *arena, struct error *err)
{
    address = str_skip(address, str_starts(address, "unix://") ? strlen("unix://") : 0);
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (str_starts(address, places[i].address) && !add(roots, str_from(places[i].root), arena, err))
            return false;
    struct str runtime = env_text("XDG_RUNTIME_DIR");
    bool is_users = str_starts(address, "/run/user/") || (runtime.len && str_eq(str_head(address, runtime.len), runtime));
    return !is_users || add_rootless(roots, arena, err);
}

static bool add_usual(struct containerd_roots *roots, struct str config, struct arena *arena, struct error *err)
{
    struct str root = root_of_config(config, arena);
    if (!add(roots, root.len ? root : STR("/var/lib/containerd"), arena, err) || !add_rootless(roots, arena, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (!add(roots, str_from(places[i].root), arena, err))
            return false;
    return true;
}

bool containerd_find_roots(const struct daemon_options *options, struct str config, struct arena *arena,
                           struct containerd_roots *out, struct error *err)
{
    struct str address = options->containerd_address;
    if (!address.len)
        address = env_text("CONTAINERD_ADDRESS");
    *out = (struct containerd_roots){ 0 };
    if (options->containerd_root.len)
        return add(out, options->containerd_root, arena, err);
    return add_by_address(out, address, arena, err) && (out->count || add_usual(out, config, arena, err));
}
