/* drydock registry login and registry logout: credentials of registries, kept where Docker keeps them. */
#include "cmd/prompt.h"
#include "cmd/sources.h"

/* "https://registry.example:5000/" is meant as its host; no host is Docker Hub, as for Docker. What no reference to an image could
 * have as its registry is refused. */
static bool read_host(int argc, char **argv, struct arena *arena, struct str *out, struct error *err)
{
    struct str host = argc ? str_from(argv[0]) : STR("docker.io");
    struct image_reference parsed;
    struct error ignored = { 0 };
    if (str_starts(host, "https://") || str_starts(host, "http://"))
        host = net_host(host);
    else if (str_ends(host, "/"))
        host.len--;
    if (str_is(host, "index.docker.io"))
        host = STR("docker.io");
    if (!image_reference_parse(arena_printf(arena, "%.*s/name", STR_ARG(host)), arena, &parsed, &ignored) ||
        !str_eq(parsed.registry, host))
        return error_set(err, ERROR_USAGE, "\"%s\" is not a registry's host, such as registry.example:5000", argv[0]);
    *out = host;
    return true;
}

/* ---- login ----------------------------------------------------------------------------------------------------------------------- */

/* Whatever the options lack is asked for. */
static bool complete(struct sources *sources, struct error *err)
{
    struct registry_options *registry = &sources->registry;
    if (!registry->username.len && !prompt_ask("Username: ", true, &sources->arena, &registry->username, err))
        return false;
    return registry->password.len || prompt_ask("Password: ", false, &sources->arena, &registry->password, err);
}

static bool login(struct sources *sources, int argc, char **argv, struct error *err)
{
    struct str host, where, username;
    if (!sources_begin(sources, err) || !read_host(argc, argv, &sources->arena, &host, err) || !complete(sources, err))
        return false;
    struct registry *registry = sources_registry(sources, err);
    username = sources->registry.username;
    if (!registry || !registry_login(registry, host, username, sources->registry.password, &sources->arena, &where, err))
        return false;
    printf("Logged in to %.*s as %.*s; kept in %.*s.\n", STR_ARG(host), STR_ARG(username), STR_ARG(where));
    return true;
}

static int run_login(const struct command *command, int argc, char **argv)
{
    static struct networked options;
    struct error err = { 0 };
    bool done;
    if (!options_read(command, &options, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done)
        return EXIT_DONE;
    if (argc > 1)
        return command_usage(command, "one registry at a time: \"%s\" is one too many", argv[1]);
    bool ok = login(&options.sources, argc, argv, &err);
    sources_end(&options.sources);
    return ok ? EXIT_DONE : command_fail(&err);
}

static const struct option *const login_tables[] = { registry_option_table, common_option_table, NULL };

const struct command registry_login_command = {
    .group = "serve",
    .name = "registry login",
    .usage = "[HOST]",
    .summary = "Log in to a registry, for Drydock and Docker alike.",
    .details =
        "The registry is asked whether it takes the user and the password; then they are kept as docker login keeps them: by the\n"
        "credential helper that config.json names (credHelpers, credsStore), else in that file itself, which is $REGISTRY_AUTH_FILE,\n"
        "$DOCKER_CONFIG/config.json or ~/.docker/config.json. Without HOST it is Docker Hub.\n"
        "\n"
        "Scans find what docker login, podman login and this command have kept; none of them is needed for Amazon's registries (ECR\n"
        "and ECR Public) where AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set or the shared credentials file has a profile\n"
        "(AWS_PROFILE). Roles of containers and instances (IMDS), SSO and assumed roles are left to docker-credential-ecr-login,\n"
        "Google's and Azure's registries to their own helpers.",
    .examples = "  drydock registry login registry.example:5000\n"
                "  pass show registry | drydock registry login registry.example --username robot --password-stdin",
    .option_tables = login_tables,
    .run = run_login,
};

/* ---- logout ---------------------------------------------------------------------------------------------------------------------- */

static bool logout(struct str host, struct arena *arena, struct error *err)
{
    struct str where;
    bool was_there;
    if (!registry_logout(host, arena, &where, &was_there, err))
        return false;
    printf(was_there ? "Logged out of %.*s; forgotten by %.*s.\n" : "Not logged in to %.*s, says %.*s.\n", STR_ARG(host),
           STR_ARG(where));
    return true;
}

static int run_logout(const struct command *command, int argc, char **argv)
{
    static struct common_options options;
    struct arena arena;
    struct str host;
    struct error err = { 0 };
    bool done;
    if (!options_read(command, &options, &argc, argv, &done, &err))
        return command_fail(&err);
    if (done)
        return EXIT_DONE;
    if (argc > 1)
        return command_usage(command, "one registry at a time: \"%s\" is one too many", argv[1]);
    arena_init(&arena, "logout", 32 << 20);
    bool ok = read_host(argc, argv, &arena, &host, &err) && logout(host, &arena, &err);
    arena_free(&arena);
    return ok ? EXIT_DONE : command_fail(&err);
}

static const struct option *const logout_tables[] = { common_option_table, NULL };

const struct command registry_logout_command = {
    .group = "serve",
    .name = "registry logout",
    .usage = "[HOST]",
    .summary = "Forget the credentials of a registry.",
    .details =
        "They are removed from where drydock registry login and docker login keep them: the credential helper and config.json.\n"
        "Without HOST it is Docker Hub.",
    .examples = "  drydock registry logout registry.example:5000",
    .option_tables = logout_tables,
    .run = run_logout,
};
