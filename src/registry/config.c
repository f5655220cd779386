/* Reading the configurations of container tools. Docker's config.json (docker-cli, "docker login": auths, credsStore,
 * credHelpers) and containers-auth.json(5), which has the same form; there keys may also be namespaces ("host/team/app", the
 * longest that fits counts). Keys have been written in many ways in the past: with a scheme, with "/v1/" behind. */
#include "registry/credentials.h"

#include <errno.h>
#include <unistd.h>

/* ---- keys ---------------------------------------------------------------------------------------------------------------------- */

static const char HUB_SERVER[] = "https://index.docker.io/v1/";

static bool is_hub(struct str host)
{
    static const char *const names[] = { "docker.io", "index.docker.io", "registry-1.docker.io" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(host, str_from(names[i])))
            return true;
    return false;
}

struct str docker_config_server(struct str host)
{
    return is_hub(host) ? str_from(HUB_SERVER) : host;
}

/* Without "http://" or "https://"; was there one? */
static bool cut_scheme(struct str *key)
{
    static const char *const schemes[] = { "https://", "http://" };
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
        if (str_starts(*key, schemes[i])) {
            *key = str_skip(*key, strlen(schemes[i]));
            return true;
        }
    return false;
}

/* Is `space` the repository, or a folder above it? */
static bool is_within(struct str repository, struct str space)
{
    return space.len <= repository.len && str_eq(str_head(repository, space.len), space) &&
           (space.len == repository.len || repository.ptr[space.len] == '/');
}

/* Is the key about this host? Then what it names of it: nothing (the host as a whole), a namespace or a repository. */
static bool names_host(struct str key, struct str host, struct str *space, bool *is_address)
{
    struct str name;
    *space = (struct str){ 0 };
    *is_address = false;
    if (str_is(key, HUB_SERVER))
        return is_hub(host);
    *is_address = cut_scheme(&key);
    str_cut(key, '/', &name, space);
    if (str_ends(*space, "/"))
        space->len--;
    if (*is_address || str_is(*space, "v1") || str_is(*space, "v2")) {
        *is_address = true;
        space->len = 0;
    }
    return is_hub(name) ? is_hub(host) : str_eq_nocase(name, host);
}

size_t docker_config_key_fit(struct str key, struct str host, struct str repository)
{
    struct str space;
    bool is_address;
    if (!names_host(key, host, &space, &is_address))
        return 0;
    if (space.len == 0)
        return is_address ? CONFIG_HOST_ADDRESS : CONFIG_HOST;
    return is_within(repository, space) ? CONFIG_HOST + space.len : 0;
}

static bool is_space_of(struct str key, struct str host)
{
    struct str space;
    bool is_address;
    return names_host(key, host, &space, &is_address) && space.len > 0;
}

/* ---- one configuration ---------------------------------------------------------------------------------------------------------- */

struct entry {
    struct str auth, username, password, identity_token, bearer;
};

static void read_entry(struct json *json, struct entry *out)
{
    struct str key;
    *out = (struct entry){ 0 };
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        struct str *field = str_is(key, "auth")            ? &out->auth
                            : str_is(key, "username")      ? &out->username
                            : str_is(key, "password")      ? &out->password
                            : str_is(key, "identitytoken") ? &out->identity_token
                            : str_is(key, "registrytoken") ? &out->bearer
                                                           : NULL;
        if (field)
            json_string(json, field);
        else
            json_skip(json);
    }
}

/* "auths": the entry whose key fits best; of equals the first. */
static void read_auths(struct json *json, struct str host, struct str repository, struct entry *out, bool *has_spaces)
{
    struct str key;
    size_t best = 0;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        size_t fit = docker_config_key_fit(key, host, repository);
        *has_spaces |= is_space_of(key, host);
        if (fit <= best) {
            json_skip(json);
            continue;
        }
        best = fit;
        read_entry(json, out);
    }
}

/* "credHelpers": names of helpers by host; namespaces are not for them. */
static void read_helpers(struct json *json, struct str host, struct config_answer *out)
{
    struct str key, name;
    size_t best = 0;
    if (!json_object(json))
        return;
    while (json_key(json, &key)) {
        size_t fit = docker_config_key_fit(key, host, (struct str){ 0 });
        if (fit > best && json_string(json, &name) && name.len) {
            best = fit;
            out->helper = name;
            out->helper_server = key;
        }
    }
}

/* Docker takes "auth", where it is there, before "username" and "password"; old versions padded it with NUL bytes. False: it is no
 * "user:password" in base64. */
static bool kept_credentials(const struct entry *entry, struct arena *arena, struct registry_credentials *out)
{
    struct str plain = { 0 };
    credentials_set(out, entry->username, entry->password);
    if (entry->auth.len && !base64_text(entry->auth, arena, &plain))
        return false;
    while (plain.len && plain.ptr[plain.len - 1] == '\0')
        plain.len--;
    if (entry->auth.len && !credentials_split(plain, out))
        return false;
    if (entry->identity_token.len)
        out->identity_token = entry->identity_token;
    out->bearer = entry->bearer;
    return true;
}

bool docker_config_read(struct str text, struct str host, struct str repository, struct arena *arena, struct config_answer *out,
                        struct error *err)
{
    struct config_answer answer = { 0 };
    struct entry entry = { 0 };
    struct json json;
    struct str key;
    if (str_trim(text).len == 0) { /* an empty file is an empty configuration, as for Docker */
        *out = answer;
        return true;
    }
    json_begin(&json, text, arena);
    bool is_object = json_object(&json);
    while (is_object && json_key(&json, &key)) {
        if (str_is(key, "auths"))
            read_auths(&json, host, repository, &entry, &answer.has_spaces);
        else if (str_is(key, "credHelpers"))
            read_helpers(&json, host, &answer);
        else if (str_is(key, "credsStore"))
            json_string(&json, &answer.store);
        else
            json_skip(&json);
    }
    if (!json_end(&json, err))
        return false;
    if (!is_object)
        return error_set(err, ERROR_USAGE, "is no configuration: a JSON object is expected");
    answer.is_damaged = !kept_credentials(&entry, arena, &answer.kept);
    *out = answer;
    return !arena->exhausted || arena_error(arena, err);
}

/* ---- where they are ---------------------------------------------------------------------------------------------------------------- */

static void add_place(struct config_place *places, size_t *count, struct str path)
{
    if (path.len)
        places[(*count)++] = (struct config_place){ .path = path };
}

/* $VARIABLE/file, else $HOME/folder/file. */
static struct str under(struct arena *arena, const char *name, const char *folder, const char *file)
{
    struct str own = env_text(name), home = env_text("HOME");
    if (own.len)
        return arena_printf(arena, "%.*s/%s", STR_ARG(own), file);
    return home.len ? arena_printf(arena, "%.*s/%s/%s", STR_ARG(home), folder, file) : (struct str){ 0 };
}

size_t docker_config_places(struct arena *arena, struct config_place places[static CONFIG_MAX_PLACES])
{
    struct str named = env_text("REGISTRY_AUTH_FILE"), text = env_text("DOCKER_AUTH_CONFIG"),
               runtime = env_text("XDG_RUNTIME_DIR");
    size_t count = 0;
    if (named.len)
        places[count++] = (struct config_place){ .path = named, .required = true };
    if (text.len)
        places[count++] = (struct config_place){ .path = STR("$DOCKER_AUTH_CONFIG"), .text = text };
    add_place(places, &count, under(arena, "DOCKER_CONFIG", ".docker", "config.json"));
    add_place(places, &count,
              runtime.len ? arena_printf(arena, "%.*s/containers/auth.json", STR_ARG(runtime))
                          : arena_printf(arena, "/run/containers/%lu/auth.json", (unsigned long)getuid()));
    add_place(places, &count, under(arena, "XDG_CONFIG_HOME", ".config", "containers/auth.json"));
    return count;
}

bool docker_config_load(const struct config_place *place, struct arena *arena, struct str *text, bool *denied, struct error *err)
{
    *denied = false;
    *text = place->text;
    if (place->text.len)
        return true;
    char *path = arena_cstr(arena, place->path);
    if (!path)
        return arena_error(arena, err);
    if (access(path, R_OK) != 0 && !place->required) {
        *denied = errno != ENOENT && errno != ENOTDIR;
        return true;
    }
    if (file_read(path, CONFIG_MAX_BYTES, arena, text, err))
        return true;
    return place->required ? error_wrap(err, "the file that REGISTRY_AUTH_FILE names") : false;
}

bool docker_config_own_path(struct arena *arena, struct str *path, struct error *err)
{
    struct str named = env_text("REGISTRY_AUTH_FILE");
    struct str found = named.len ? named : under(arena, "DOCKER_CONFIG", ".docker", "config.json");
    if (!found.len)
        return arena->exhausted ? arena_error(arena, err)
                                : error_set(err, ERROR_USAGE, "no folder for the configuration: set HOME or DOCKER_CONFIG");
    *path = found;
    return true;
}
