/* Credentials of registries: which key of a configuration fits, which place comes first, what a login writes, Amazon's keys. */
#include "registry_place.h" /* first: feature macros */

#include "registry/credentials.h"
#include "registry/registry_private.h"

/* What the test's "registry" says of a user and password. */
static bool lets_in;
static char checked[200];

bool registry_check(struct registry *registry, struct str host, struct str username, struct str password, struct error *err)
{
    (void)registry;
    snprintf(checked, sizeof checked, "%.*s %.*s %.*s", STR_ARG(host), STR_ARG(username), STR_ARG(password));
    return lets_in || error_set(err, ERROR_NETWORK, "the registry says no");
}

/* "user:password", "token:…", "bearer:…" and the origin; the temporary folder is written as "~". */
static const char *shown(const struct registry_credentials *c)
{
    struct str kind = c->identity_token.len ? STR("token:") : c->bearer.len ? STR("bearer:") : STR("");
    struct str user = c->identity_token.len || c->bearer.len ? (struct str){ 0 } : c->username;
    struct str secret = c->identity_token.len ? c->identity_token : c->bearer.len ? c->bearer : c->password;
    bool here = str_starts(c->origin, place.top);
    return arena_printf(&place.arena, "%.*s%.*s%s%.*s from %s%.*s", STR_ARG(kind), STR_ARG(user), user.len ? ":" : "",
                        STR_ARG(secret), here ? "~" : "", STR_ARG(here ? str_skip(c->origin, strlen(place.top)) : c->origin))
        .ptr;
}

static const char *find(const struct registry_options *options, const char *host, const char *repository)
{
    static const struct registry_options none;
    struct registry_credentials found = { 0 };
    struct error err = { 0 };
    if (!registry_credentials_find(options ? options : &none, str_from(host), str_from(repository), &place.arena, &found, &err))
        return arena_printf(&place.arena, "error: %s", err.text).ptr;
    return shown(&found);
}

/* ---- keys ---------------------------------------------------------------------------------------------------------------------- */

static void keys_fit_as_docker_and_podman_mean_them(void **state)
{
    (void)state;
    static const struct {
        const char *key, *host, *repository;
        size_t fit;
    } rows[] = {
        { "registry.example", "registry.example", "a/b", CONFIG_HOST },
        { "Registry.Example", "registry.example", "a/b", CONFIG_HOST },
        { "registry.example/", "registry.example", "a/b", CONFIG_HOST },
        { "registry.example:5000", "registry.example:5000", "a", CONFIG_HOST },
        { "registry.example:5000", "registry.example", "a", 0 },
        { "registry.example", "registry.example:5000", "a", 0 },
        { "https://registry.example", "registry.example", "a", CONFIG_HOST_ADDRESS },
        { "http://registry.example:5000/v1/", "registry.example:5000", "a", CONFIG_HOST_ADDRESS },
        { "https://registry.example/some/path", "registry.example", "a", CONFIG_HOST_ADDRESS },
        { "registry.example/v2/", "registry.example", "a", CONFIG_HOST_ADDRESS },
        { "registry.example/v1", "registry.example", "a", CONFIG_HOST_ADDRESS },
        { "registry.example/team", "registry.example", "team/app", CONFIG_HOST + 4 },
        { "registry.example/team/app", "registry.example", "team/app", CONFIG_HOST + 8 },
        { "registry.example/team/app", "registry.example", "team/application", 0 },
        { "registry.example/team/app/deep", "registry.example", "team/app", 0 },
        { "registry.example/team", "registry.example", "", 0 },
        { "sub.registry.example", "registry.example", "a", 0 },
        { "registry.example.evil.example", "registry.example", "a", 0 },
        { "https://index.docker.io/v1/", "docker.io", "library/nginx", CONFIG_HOST },
        { "https://index.docker.io/v1/", "registry-1.docker.io", "library/nginx", CONFIG_HOST },
        { "https://index.docker.io/v1/", "registry.example", "library/nginx", 0 },
        { "docker.io", "docker.io", "library/nginx", CONFIG_HOST },
        { "index.docker.io", "docker.io", "library/nginx", CONFIG_HOST },
        { "docker.io/library", "docker.io", "library/nginx", CONFIG_HOST + 7 },
        { "https://docker.io", "index.docker.io", "a", CONFIG_HOST_ADDRESS },
        { "", "registry.example", "a", 0 },
        { "/", "registry.example", "a", 0 },
        { "https://", "registry.example", "a", 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t fit = docker_config_key_fit(str_from(rows[i].key), str_from(rows[i].host), str_from(rows[i].repository));
        if (fit != rows[i].fit)
            print_error("%s for %s/%s: %zu\n", rows[i].key, rows[i].host, rows[i].repository, fit);
        assert_int_equal(fit, rows[i].fit);
    }
}

/* ---- one configuration ---------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *text, *host, *repository, *want;
} configs[] = {
    { "{\"auths\":{\"registry.example\":{\"auth\":\"dXNlcjpwYXNz\"}}}", "registry.example", "a", "user:pass" },
    { "{\"auths\":{\"registry.example\":{\"auth\":\"dXNlcjpwYTpzcw==\"}}}", "registry.example", "a", "user:pa:ss" },
    { "{\"auths\":{\"registry.example\":{\"username\":\"u\",\"password\":\"p\"}}}", "registry.example", "a", "u:p" },
    { "{\"auths\":{\"registry.example\":{\"username\":\"u\",\"password\":\"p\",\"auth\":\"dXNlcjpwYXNz\"}}}", "registry.example",
      "a", "user:pass" },
    { "{\"auths\":{\"registry.example\":{\"auth\":\"dXNlcjo=\",\"identitytoken\":\"tok\"}}}", "registry.example", "a",
      "token:tok" },
    { "{\"auths\":{\"registry.example\":{\"username\":\"<token>\",\"password\":\"tok\"}}}", "registry.example", "a",
      "token:tok" },
    { "{\"auths\":{\"registry.example\":{\"registrytoken\":\"bear\"}}}", "registry.example", "a", "bearer:bear" },
    { "{\"auths\":{\"registry.example\":{\"auth\":\"dXNlcjpwYXNzAAA=\"}}}", "registry.example", "a",
      "user:pass" }, /* NUL padding */
    { "{\"auths\":{\"registry.example\":{}}}", "registry.example", "a", "" },
    { "{\"auths\":{\"registry.example\":null, \"x\": 7}}", "registry.example", "a", "" },
    { "{\"auths\":null}", "registry.example", "a", "" },
    { "{\"auths\":[]}", "registry.example", "a", "" },
    { "", "registry.example", "a", "" },
    { "\n \n", "registry.example", "a", "" },
    { "{\"HttpHeaders\":{\"a\":\"b\"},\"auths\":{\"other\":{\"auth\":\"dXNlcjpwYXNz\"}}}", "registry.example", "a", "" },
    { "{\"auths\":{\"h/team\":{\"auth\":\"dDp0\"},\"h\":{\"auth\":\"aDpo\"},\"h/team/app\":{\"auth\":\"YTph\"}}}", "h",
      "team/app", "a:a" },
    { "{\"auths\":{\"h/team\":{\"auth\":\"dDp0\"},\"h\":{\"auth\":\"aDpo\"},\"h/team/app\":{\"auth\":\"YTph\"}}}", "h", "team/b",
      "t:t" },
    { "{\"auths\":{\"h/team\":{\"auth\":\"dDp0\"},\"h\":{\"auth\":\"aDpo\"},\"h/team/app\":{\"auth\":\"YTph\"}}}", "h", "other",
      "h:h" },
    { "{\"auths\":{\"https://h\":{\"auth\":\"dDp0\"},\"h\":{\"auth\":\"aDpo\"}}}", "h", "other", "h:h" },
    { "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"aDpo\"}}}", "docker.io", "library/nginx", "h:h" },
    { "{\"credHelpers\":{\"h\":\"one\",\"i\":\"two\"},\"credsStore\":\"all\"}", "h", "a", "helper one h, all" },
    { "{\"credHelpers\":{\"docker.io\":\"one\"}}", "docker.io", "a", "helper one docker.io, " },
    { "{\"credHelpers\":{\"h/team\":\"one\"},\"credsStore\":7}", "h", "team/a", "" },
};

static const char *read_config(struct str text, const char *host, const char *repository)
{
    struct config_answer answer;
    struct error err = { 0 };
    if (!docker_config_read(text, str_from(host), str_from(repository), &place.arena, &answer, &err))
        return arena_printf(&place.arena, "error: %s", err.text).ptr;
    if (answer.is_damaged)
        return "error: damaged";
    if (answer.helper.len || answer.store.len)
        return arena_printf(&place.arena, "helper %.*s %.*s, %.*s", STR_ARG(answer.helper), STR_ARG(answer.helper_server),
                            STR_ARG(answer.store))
            .ptr;
    const char *all = shown(&answer.kept);
    return arena_cstr(&place.arena, str_head(str_from(all), strlen(all) - strlen(" from ")));
}

static void configurations_say_what_docker_takes_them_to_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(configs); i++)
        assert_string_equal(read_config(str_from(configs[i].text), configs[i].host, configs[i].repository), configs[i].want);
}

static void damaged_configurations_are_errors_without_their_secrets(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"auths\":{\"h\":{\"auth\":\"c2VjcmV0\"}}}", /* "secret": no colon */
        "{\"auths\":{\"h\":{\"auth\":\"sec*ret\"}}}",  "{\"auths\":{\"h\":{\"auth\":\"secret\"", "[\"secret\"]", "secret",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        const char *said = read_config(str_from(texts[i]), "h", "a");
        assert_true(str_starts(str_from(said), "error: "));
        assert_null(strstr(said, "secret"));
        assert_null(strstr(said, "sec*"));
    }
}

/* Cut short at every byte, and with every byte changed: read or refused, and what can be read can be edited. */
static void damage_anywhere_is_survived(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(configs); i++) {
        size_t len = strlen(configs[i].text);
        for (size_t at = 0; at < 4 * len; at++) {
            struct arena_mark mark = arena_mark(&place.arena);
            char *text = malloc(len + 1); /* of its own, so that a read past the end is noticed */
            struct error err = { 0 };
            struct buf out;
            bool was_there;
            assert_non_null(text);
            memcpy(text, configs[i].text, len);
            if (at >= len)
                text[at % len] = "\x80}\""[at / len - 1];
            struct str damaged = str_make(text, at < len ? at : len);
            read_config(damaged, configs[i].host, configs[i].repository);
            buf_init(&out, 1 << 16);
            if (docker_config_edit(damaged, STR("h"), STR("{\"username\":\"new\",\"password\":\"word\"}"), &place.arena, &out,
                                   &was_there, &err)) {
                const char *said = read_config(buf_view(&out), "h", "");
                assert_true(str_starts(str_from(said), "helper ") || strcmp(said, "new:word") == 0);
            }
            buf_free(&out);
            free(text);
            arena_reset(&place.arena, mark);
        }
    }
}

/* ---- the order of places ------------------------------------------------------------------------------------------------------- */

static void places_are_asked_in_their_order(void **state)
{
    (void)state;
    setenv("REGISTRY_AUTH_FILE", place_path("named.json"), 1);
    setenv("DOCKER_AUTH_CONFIG", "{\"auths\":{\"h\":{\"auth\":\"ZTpl\"}}}", 1);
    setenv("XDG_CONFIG_HOME", place_path("xdg"), 1);
    place_write("named.json", "{\"auths\":{\"h\":{\"auth\":\"bjpu\"}}}");
    place_write("home/.docker/config.json", "{\"auths\":{\"h\":{\"auth\":\"ZDpk\"}}}");
    place_write("run/containers/auth.json", "{\"auths\":{\"h\":{\"auth\":\"cjpy\"}}}");
    place_write("xdg/containers/auth.json", "{\"auths\":{\"h\":{\"auth\":\"eDp4\"},\"only\":{\"auth\":\"bzpv\"}}}");
    assert_string_equal(find(NULL, "h", "a"), "n:n from ~/named.json");
    assert_string_equal(find(NULL, "only", "a"), "o:o from ~/xdg/containers/auth.json");
    assert_string_equal(find(NULL, "other", "a"), " from ");
    unlink(place_path("named.json"));
    assert_non_null(strstr(find(NULL, "h", "a"), "REGISTRY_AUTH_FILE"));
    unsetenv("REGISTRY_AUTH_FILE");
    assert_string_equal(find(NULL, "h", "a"), "e:e from $DOCKER_AUTH_CONFIG");
    unsetenv("DOCKER_AUTH_CONFIG");
    assert_string_equal(find(NULL, "h", "a"), "d:d from ~/home/.docker/config.json");
    setenv("DOCKER_CONFIG", place_path("elsewhere"), 1);
    assert_string_equal(find(NULL, "h", "a"), "r:r from ~/run/containers/auth.json");
    setenv("XDG_RUNTIME_DIR", place_path("nowhere"), 1);
    assert_string_equal(find(NULL, "h", "a"), "x:x from ~/xdg/containers/auth.json");
    unsetenv("XDG_CONFIG_HOME");
    assert_string_equal(find(NULL, "h", "a"), " from ");
    place_write("home/.config/containers/auth.json", "{\"auths\":{\"h\":{\"auth\":\"eDp4\"}}}");
    assert_string_equal(find(NULL, "h", "a"), "x:x from ~/home/.config/containers/auth.json");
}

static void options_win_over_all_places(void **state)
{
    (void)state;
    struct registry_options options = { .username = STR("me"), .password = STR("mine") };
    place_write("home/.docker/config.json", "damaged");
    assert_string_equal(find(&options, "h", "a"), "me:mine from --username");
    options.token = STR("abc.def-_~+/=");
    assert_string_equal(find(&options, "h", "a"), "bearer:abc.def-_~+/= from --registry-token");
    options.token = STR("abc\r\nX-Evil: 1");
    assert_non_null(strstr(find(&options, "h", "a"), "error: --registry-token"));
    assert_null(strstr(find(&options, "h", "a"), "abc"));
}

/* Clients keep credentials for a host only where no repository of it has its own. */
static void entries_of_namespaces_are_noticed(void **state)
{
    (void)state;
    static const struct {
        const char *key, *host;
        bool want;
    } rows[] = {
        { "h/team", "h", true },
        { "h", "h", false },
        { "https://h/v1/", "h", false },
        { "https://h/team", "h", false },
        { "h/v2/", "h", false },
        { "i/team", "h", false },
        { "docker.io/me", "index.docker.io", true },
        { "https://index.docker.io/v1/", "docker.io", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct registry_options options = { 0 };
        struct registry_credentials found;
        struct error err = { 0 };
        place_write("home/.docker/config.json",
                    arena_printf(&place.arena, "{\"auths\":{\"%s\":{\"auth\":\"dXNlcjpwYXNz\"}}}", rows[i].key).ptr);
        assert_true(registry_credentials_find(&options, str_from(rows[i].host), STR("a"), &place.arena, &found, &err));
        assert_int_equal(found.by_repository, rows[i].want);
    }
}

static void damage_names_its_file(void **state)
{
    (void)state;
    place_write("home/.docker/config.json", "{\n \"auths\": {,}}");
    const char *said = find(NULL, "h", "a");
    assert_non_null(strstr(said, "/home/.docker/config.json: "));
    assert_non_null(strstr(said, "line 2"));
    place_write("home/.docker/config.json", "{\"auths\":{\"h\":{\"auth\":\"c2VjcmV0\"}}}");
    assert_non_null(
        strstr(find(NULL, "h", "a"), "config.json: \"auth\" of h is not the base64 form of USER:PASSWORD; log in again"));
    assert_string_equal(find(NULL, "other", "a"), " from ");
}

/* ---- login and logout ------------------------------------------------------------------------------------------------------------ */

static const char *log_in(const char *host, const char *username, const char *password)
{
    struct error err = { 0 };
    struct str where;
    if (!registry_login(NULL, str_from(host), str_from(username), str_from(password), &place.arena, &where, &err))
        return arena_printf(&place.arena, "error: %s", err.text).ptr;
    return where.ptr;
}

static const char *log_out(const char *host)
{
    struct error err = { 0 };
    struct str where;
    bool was_there;
    if (!registry_logout(str_from(host), &place.arena, &where, &was_there, &err))
        return arena_printf(&place.arena, "error: %s", err.text).ptr;
    return arena_printf(&place.arena, "%s %.*s", was_there ? "out" : "not in", STR_ARG(where)).ptr;
}

static mode_t mode_of(const char *name)
{
    struct stat st;
    assert_int_equal(lstat(place_path(name), &st), 0);
    return st.st_mode & 07777;
}

static void a_login_makes_a_private_file_and_a_logout_empties_it(void **state)
{
    (void)state;
    lets_in = true;
    log_setup(LOG_ERROR, LOG_TEXT);
    assert_string_equal(log_in("registry.example:5000", "me", "pa:ss\"word"), place_path("home/.docker/config.json"));
    assert_string_equal(checked, "registry.example:5000 me pa:ss\"word");
    assert_str(place_read("home/.docker/config.json"),
               "{\n\t\"auths\": {\n\t\t\"registry.example:5000\": {\n\t\t\t\"auth\": \"bWU6cGE6c3Mid29yZA==\"\n\t\t}\n\t}\n}");
    assert_int_equal(mode_of("home/.docker/config.json"), 0600);
    assert_int_equal(mode_of("home/.docker"), 0700);
    assert_string_equal(find(NULL, "registry.example:5000", "a"), "me:pa:ss\"word from ~/home/.docker/config.json");
    assert_string_equal(log_in("docker.io", "hub", "word"), place_path("home/.docker/config.json"));
    assert_string_equal(find(NULL, "docker.io", "library/nginx"), "hub:word from ~/home/.docker/config.json");
    assert_true(str_contains(place_read("home/.docker/config.json"), "\"https://index.docker.io/v1/\": {"));
    assert_true(str_starts(str_from(log_out("docker.io")), "out "));
    assert_true(str_starts(str_from(log_out("docker.io")), "not in "));
    assert_true(str_starts(str_from(log_out("registry.example:5000")), "out "));
    assert_str(place_read("home/.docker/config.json"), "{\n\t\"auths\": {}\n}");
}

static void what_the_registry_refuses_is_not_kept(void **state)
{
    (void)state;
    lets_in = false;
    assert_string_equal(log_in("h", "me", "word"), "error: the registry says no");
    assert_int_equal(access(place_path("home/.docker"), F_OK), -1);
    lets_in = true;
    assert_non_null(strstr(log_in("h", "me:you", "word"), "colon"));
    log_setup(LOG_ERROR, LOG_TEXT);
    place_write("home/.docker/config.json", "{\"auths\":{\"h\":{\"auth\":\"c2VjcmV0\"}}}");
    assert_string_equal(log_in("h", "me", "word"), place_path("home/.docker/config.json")); /* which mends it */
    assert_string_equal(find(NULL, "h", "a"), "me:word from ~/home/.docker/config.json");
    place_write("home/.docker/config.json", "{damaged");
    checked[0] = '\0';
    assert_non_null(strstr(log_in("h", "me", "word"), "config.json: "));
    assert_string_equal(checked, ""); /* nobody is asked when the answer could not be kept */
    assert_str(place_read("home/.docker/config.json"), "{damaged");
}

static void all_else_in_the_file_stays(void **state)
{
    (void)state;
    static const char head[] = "{\n\t\"HttpHeaders\": {\n\t\t\"X-Meta\": \"a\\u00e9\\/b\"\n\t},\n\t\"auths\": {\n\t\t\"other\": "
                               "{\"auth\": \"bzpv\", \"email\":\"x\"},\n\t\t";
    static const char tail[] = "\n\t},\n\t\"big\": 1234567890123456789012345678901234567890.50,\n\t\"list\": [1,  2, null]\n}";
    static const char entry[] = "\"https://h/v1/\": {\n\t\t\t\"auth\": \"b2xkOm9sZA==\"\n\t\t}";
    log_setup(LOG_ERROR, LOG_TEXT);
    lets_in = true;
    place_write("real/config.json", arena_printf(&place.arena, "%s%s%s", head, entry, tail).ptr);
    mkdir(place_path("home"), 0755);
    mkdir(place_path("home/.docker"), 0755);
    assert_int_equal(symlink(place_path("real/config.json"), place_path("home/.docker/config.json")), 0);
    log_in("h", "new", "word");
    assert_string_equal(place_read("real/config.json").ptr,
                        arena_printf(&place.arena, "%s\"h\": {\n\t\t\t\"auth\": \"bmV3OndvcmQ=\"\n\t\t}%s", head, tail).ptr);
    struct stat st;
    assert_int_equal(lstat(place_path("home/.docker/config.json"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(mode_of("real/config.json"), 0600);
    log_out("h");
    struct str left = place_read("real/config.json");
    assert_true(str_contains(left, "\"other\": {\"auth\": \"bzpv\", \"email\":\"x\"}"));
    assert_true(str_contains(left, "1234567890123456789012345678901234567890.50"));
    assert_false(str_contains(left, "\"h\""));
    unlink(place_path("real/config.json"));
    assert_non_null(strstr(log_in("h", "new", "word"), "is a link to a file that does not exist"));
}

static void a_named_file_is_where_logins_go(void **state)
{
    (void)state;
    log_setup(LOG_ERROR, LOG_TEXT);
    lets_in = true;
    setenv("REGISTRY_AUTH_FILE", place_path("a/b/auth.json"), 1);
    assert_string_equal(log_in("h", "me", "word"), place_path("a/b/auth.json"));
    assert_string_equal(find(NULL, "h", "x"), "me:word from ~/a/b/auth.json");
    assert_int_equal(mode_of("a/b"), 0700);
    assert_int_equal(access(place_path("home"), F_OK), -1);
}

static void helpers_keep_what_they_are_named_for(void **state)
{
    (void)state;
    log_setup(LOG_ERROR, LOG_TEXT);
    lets_in = true;
    place_helper("safe", "echo \"$*\" >> $PLACE/verbs; cat >> $PLACE/$1.txt");
    place_write("home/.docker/config.json", "{\"auths\":{\"h\":{\"auth\":\"b2xkOm9sZA==\"}},\"credsStore\":\"safe\"}");
    assert_string_equal(log_in("h", "me", "wo\"rd"), "docker-credential-safe");
    assert_str(place_read("verbs"), "store\n");
    assert_str(place_read("store.txt"), "{\"ServerURL\":\"h\",\"Username\":\"me\",\"Secret\":\"wo\\\"rd\"}\n");
    assert_str(place_read("home/.docker/config.json"), "{\n\t\"auths\": {\n\t\t\"h\": {}\n\t},\n\t\"credsStore\": \"safe\"\n}");
    assert_string_equal(log_out("h"), "out docker-credential-safe");
    assert_str(place_read("erase.txt"), "h");
    assert_str(place_read("home/.docker/config.json"), "{\n\t\"auths\": {},\n\t\"credsStore\": \"safe\"\n}");
    log_in("docker.io", "me", "word");
    assert_true(str_contains(place_read("store.txt"), "\"https://index.docker.io/v1/\""));
    place_helper("safe", "echo cannot do that; exit 3");
    assert_string_equal(log_in("h", "me", "word"), "error: docker-credential-safe: cannot do that");
    assert_false(str_contains(place_read("home/.docker/config.json"), "\"h\""));
}

/* ---- Amazon ------------------------------------------------------------------------------------------------------------------------ */

static void hosts_of_amazon_are_known_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *host, *want; /* NULL: none of Amazon's */
    } rows[] = {
        { "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1 https://api.ecr.eu-west-1.amazonaws.com" },
        { "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1 https://ecr-fips.us-gov-west-1.amazonaws.com" },
        { "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1 https://api.ecr.cn-north-1.amazonaws.com.cn" },
        { "123456789012.dkr-ecr.eu-west-1.on.aws", "eu-west-1 https://ecr.eu-west-1.api.aws" },
        { "public.ecr.aws", "us-east-1 https://api.ecr-public.us-east-1.amazonaws.com public" },
        { "12345678901.dkr.ecr.eu-west-1.amazonaws.com", NULL },
        { "12345678901x.dkr.ecr.eu-west-1.amazonaws.com", NULL },
        { "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example", NULL },
        { "123456789012.dkr.ecr.evil.example/.amazonaws.com", NULL },
        { "123456789012.dkr.ecr.evil.example.amazonaws.com", NULL },
        { "123456789012.dkr.ecr..amazonaws.com", NULL },
        { "123456789012.dkr.ecr.amazonaws.com", NULL },
        { "123456789012.dkr.ecreu-west-1.amazonaws.com", NULL },
        { "123456789012.dkr.ecr.eu-west-1.amazonaws.com:443", NULL },
        { "123456789012", NULL },
        { "registry.example", NULL },
        { "", NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct aws_registry registry;
        bool is_one = aws_registry_of(str_from(rows[i].host), &place.arena, &registry);
        assert_int_equal(is_one, rows[i].want != NULL);
        if (is_one)
            assert_str(arena_printf(&place.arena, "%.*s %.*s%s", STR_ARG(registry.region), STR_ARG(registry.endpoint),
                                    registry.is_public ? " public" : ""),
                       rows[i].want);
    }
}

static const char KEYS[] =
    "# mine\n[default]\naws_access_key_id = AKID\naws_secret_access_key=se=cret/+ # remark\n"
    "region = eu-west-1\ns3 =\n  aws_access_key_id = nested\n\n[ work ] ; at work\r\nAWS_ACCESS_KEY_ID=W\r\n"
    "aws_secret_access_key = WS\r\naws_session_token = WT\r\n[half]\naws_access_key_id = H\n";

static void shared_credentials_files_are_read_by_profile(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *want;
    } rows[] = {
        { "default", "AKID se=cret/+ " }, { "work", "W WS WT" }, { "half", "none" }, { "other", "none" }, { "", "none" }
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct aws_keys keys;
        bool ok = aws_keys_read(str_from(KEYS), str_from(rows[i].profile), &keys);
        assert_str(
            ok ? arena_printf(&place.arena, "%.*s %.*s %.*s", STR_ARG(keys.id), STR_ARG(keys.secret), STR_ARG(keys.session_token))
               : STR("none"),
            rows[i].want);
    }
    for (size_t n = 0; n < strlen(KEYS); n++) {
        struct aws_keys keys;
        char *text = malloc(n ? n : 1);
        assert_non_null(text);
        memcpy(text, KEYS, n);
        aws_keys_read(str_make(text, n), STR("work"), &keys);
        free(text);
    }
}

static void answers_of_amazon_hold_a_user_and_a_password(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *want;
    } rows[] = {
        { "{\"authorizationData\":[{\"authorizationToken\":\"QVdTOnBhc3M=\",\"expiresAt\":1.7e9,\"proxyEndpoint\":\"x\"}]}",
          "AWS:pass from " },
        { "{\"authorizationData\":{\"authorizationToken\":\"QVdTOnBhc3M=\"}}", "AWS:pass from " },
        { "{\"authorizationData\":[]}", "error" },
        { "{\"authorizationData\":[{\"authorizationToken\":\"QVdT\"}]}", "error" },
        { "{\"authorizationData\":[{\"authorizationToken\":\"QVdTOg==\"}]}", "error" },
        { "{}", "error" },
        { "[]", "error" },
        { "<html>", "error" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct registry_credentials found = { 0 };
        struct error err = { 0 };
        bool ok = aws_answer_read(str_from(rows[i].answer), &place.arena, &found, &err);
        assert_string_equal(ok ? shown(&found) : "error", rows[i].want);
    }
}

static void without_keys_the_origin_says_what_to_set(void **state)
{
    (void)state;
    assert_non_null(strstr(find(NULL, "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "a"), "AWS_ACCESS_KEY_ID"));
    assert_string_equal(find(NULL, "public.ecr.aws", "a"), " from ");
    setenv("AWS_PROFILE", "sso", 1);
    assert_non_null(
        strstr(find(NULL, "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "a"), "profile sso of AWS_PROFILE has no keys"));
}

#define PLACE_TEST(f) cmocka_unit_test_setup_teardown(f, place_open, place_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(keys_fit_as_docker_and_podman_mean_them),
        PLACE_TEST(configurations_say_what_docker_takes_them_to_say),
        PLACE_TEST(damaged_configurations_are_errors_without_their_secrets),
        PLACE_TEST(damage_anywhere_is_survived),
        PLACE_TEST(places_are_asked_in_their_order),
        PLACE_TEST(options_win_over_all_places),
        PLACE_TEST(entries_of_namespaces_are_noticed),
        PLACE_TEST(damage_names_its_file),
        PLACE_TEST(a_login_makes_a_private_file_and_a_logout_empties_it),
        PLACE_TEST(what_the_registry_refuses_is_not_kept),
        PLACE_TEST(all_else_in_the_file_stays),
        PLACE_TEST(a_named_file_is_where_logins_go),
        PLACE_TEST(helpers_keep_what_they_are_named_for),
        PLACE_TEST(hosts_of_amazon_are_known_exactly),
        PLACE_TEST(shared_credentials_files_are_read_by_profile),
        PLACE_TEST(answers_of_amazon_hold_a_user_and_a_password),
        PLACE_TEST(without_keys_the_origin_says_what_to_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
