/* Where engines are looked for: forms of addresses, Docker's contexts, Podman's connections, and the order of all of these, with
 * an environment and a home of the test's own. */
#include "daemon_unit.h"

#include "codec/codec.h"
#include "daemon/engine.h"

static void put(const char *path, const char *text)
{
    daemon_put(path, str_from(text));
}

struct form {
    const char *text, *shown, *socket, *url;
};

static const struct form forms[] = {
    { "unix:///var/run/docker.sock", "/var/run/docker.sock", "/var/run/docker.sock", "http://localhost" },
    { "/run/x.sock", "/run/x.sock", "/run/x.sock", "http://localhost" },
    { "tcp://host", "tcp://host", NULL, "http://host:2375" },
    { "tcp://host:99", "tcp://host:99", NULL, "http://host:99" },
    { "tcp://[::1]", "tcp://[::1]", NULL, "http://[::1]:2375" },
    { "tcp://[::1]:5", "tcp://[::1]:5", NULL, "http://[::1]:5" },
    { "tcp://host:99/base/", "tcp://host:99/base", NULL, "http://host:99/base" },
    { "host:99", "tcp://host:99", NULL, "http://host:99" },
    { "http://host:1", "tcp://host:1", NULL, "http://host:1" },
    { "https://host:1", "tcp://host:1", NULL, "https://host:1" },
};

static void addresses_are_read(void **state)
{
    (void)state;
    static const struct engine_tls none;
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        struct error err = { 0 };
        struct engine_host host;
        assert_true(engine_host_parse(str_from(forms[i].text), &none, &arena, &host, &err));
        assert_str(host.shown, forms[i].shown);
        assert_str(host.url, forms[i].url);
        assert_str(str_from(host.socket), forms[i].socket ? forms[i].socket : "");
    }
}

static void bad_addresses_are_refused(void **state)
{
    (void)state;
    static const struct engine_tls none;
    static const struct {
        const char *text;
        enum error_kind kind;
        const char *says;
    } bad[] = {
        { "", ERROR_USAGE, "no address" },
        { "unix://", ERROR_USAGE, "begins with /" },
        { "unix://relative", ERROR_USAGE, "begins with /" },
        { "tcp://", ERROR_USAGE, "no address" },
        { "tcp://:2375", ERROR_USAGE, "no address" },
        { "tcp:///x", ERROR_USAGE, "no address" },
        { "tcp://a b", ERROR_USAGE, "no address" },
        { "tcp://user@host", ERROR_USAGE, "no address" },
        { "tcp://host#x", ERROR_USAGE, "no address" },
        { "tcp://ho\x1bst", ERROR_USAGE, "no address" },
        { "npipe:////./pipe/docker_engine", ERROR_UNSUPPORTED, "unix://" },
        { "fd://", ERROR_UNSUPPORTED, "unix://" },
        { "ssh://me@build:22/run/podman.sock", ERROR_UNSUPPORTED, "ssh -nNT -L /tmp/engine.sock:/run/podman.sock " },
        { "ssh://build", ERROR_UNSUPPORTED, ":/var/run/docker.sock build," },
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct error err = { 0 };
        struct engine_host host;
        assert_false(engine_host_parse(str_from(bad[i].text), &none, &arena, &host, &err));
        assert_int_equal(err.kind, bad[i].kind);
        assert_true(str_contains(str_from(err.text), bad[i].says));
    }
    struct error err = { 0 };
    struct engine_host host;
    char path[200] = "/";
    memset(path + 1, 'a', sizeof path - 2);
    assert_false(engine_host_parse(str_make(path, 150), &none, &arena, &host, &err));
    assert_true(str_contains(str_from(err.text), "bytes"));
    assert_false(engine_host_parse(str_make("/a\0b", 4), &none, &arena, &host, &err));
}

static struct engine_hosts find(const struct engine_kind *kind, const char *docker_host, const char *podman_host)
{
    struct daemon_options options = { .docker_host = str_from(docker_host), .podman_host = str_from(podman_host) };
    struct engine_hosts hosts = { 0 };
    struct error err = { 0 };
    assert_true(kind->find(&options, &arena, &hosts, &err));
    return hosts;
}

static void docker_usual_sockets(void **state)
{
    (void)state;
    struct engine_hosts hosts = find(&engine_docker, NULL, NULL);
    assert_int_equal(hosts.count, 4);
    assert_str(hosts.items[0].shown, "/var/run/docker.sock");
    assert_true(str_ends(hosts.items[1].shown, "/.docker/run/docker.sock"));
    setenv("XDG_RUNTIME_DIR", "/run/me", 1);
    hosts = find(&engine_docker, NULL, NULL);
    assert_str(hosts.items[2].shown, "/run/me/docker.sock");
    unsetenv("HOME");
    assert_int_equal(find(&engine_docker, NULL, NULL).count, 2);
}

/* The context "west" and its files; ID is the SHA-256 of its name. */
static void put_context(const char *meta)
{
    char digest[160];
    struct error err = { 0 };
    assert_true(digest_of(DIGEST_SHA256, STR("west"), digest, &err));
    put(arena_printf(&arena, ".docker/contexts/meta/%s/meta.json", digest + 7).ptr, meta);
}

static void docker_order(void **state)
{
    (void)state;
    put(".docker/config.json", "{\"auths\":{},\"currentContext\":\"west\"}");
    struct engine_hosts hosts = find(&engine_docker, NULL, NULL);
    assert_int_equal(hosts.count, 0);
    assert_true(str_contains(hosts.why, "context \"west\" is not in"));
    put_context(
        "{\"Name\":\"west\",\"Endpoints\":{\"kubernetes\":{\"Host\":\"x\"},\"docker\":{\"Host\":\"unix:///west.sock\"}}}");
    hosts = find(&engine_docker, NULL, NULL);
    assert_int_equal(hosts.count, 1);
    assert_str(hosts.items[0].shown, "/west.sock");
    setenv("DOCKER_CONTEXT", "default", 1); /* is before config.json, and means no context */
    assert_str(find(&engine_docker, NULL, NULL).items[0].shown, "/var/run/docker.sock");
    setenv("DOCKER_CONTEXT", "west", 1);
    assert_str(find(&engine_docker, NULL, NULL).items[0].shown, "/west.sock");
    setenv("DOCKER_HOST", "tcp://env:1", 1); /* is before any context */
    hosts = find(&engine_docker, NULL, NULL);
    assert_int_equal(hosts.count, 1);
    assert_str(hosts.items[0].shown, "tcp://env:1");
    assert_str(find(&engine_docker, "/mine.sock", NULL).items[0].shown, "/mine.sock");
    setenv("DOCKER_HOST", "ssh://there", 1); /* cannot be used, which is said where the image is not found */
    hosts = find(&engine_docker, NULL, NULL);
    assert_int_equal(hosts.count, 0);
    assert_true(str_starts(hosts.why, "$DOCKER_HOST: "));
    struct daemon_options options = { .docker_host = STR("ssh://there") }; /* the command line's is an error */
    struct error err = { 0 };
    assert_false(engine_docker.find(&options, &arena, &hosts, &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    assert_true(str_starts(str_from(err.text), "--docker-host ssh://there: "));
}

static void docker_tls(void **state)
{
    (void)state;
    setenv("DOCKER_HOST", "tcp://build", 1);
    assert_str(find(&engine_docker, NULL, NULL).items[0].url, "http://build:2375");
    put("pki/ca.pem", "x");
    put("pki/key.pem", "x");
    setenv("DOCKER_CERT_PATH", arena_printf(&arena, "%s/pki", home).ptr, 1);
    struct engine_hosts hosts = find(&engine_docker, NULL, NULL);
    assert_str(hosts.items[0].url, "https://build:2376");
    assert_true(hosts.items[0].insecure); /* as Docker has it: verified only when it says so */
    assert_true(str_ends(str_from(hosts.items[0].ca_cert), "/pki/ca.pem"));
    assert_null(hosts.items[0].client_cert);
    assert_non_null(hosts.items[0].client_key);
    setenv("DOCKER_TLS_VERIFY", "1", 1);
    assert_false(find(&engine_docker, NULL, NULL).items[0].insecure);
    unsetenv("DOCKER_HOST");
    setenv("DOCKER_CONTEXT", "west", 1);
    put_context("{\"Endpoints\":{\"docker\":{\"Host\":\"tcp://west:9\",\"SkipTLSVerify\":true}}}");
    hosts = find(&engine_docker, NULL, NULL);
    assert_str(hosts.items[0].url, "https://west:9");
    assert_true(hosts.items[0].insecure);
}

static void docker_documents(void **state)
{
    (void)state;
    bool skip = true;
    assert_str(docker_current_context(STR("{\"currentContext\":\"a\"}"), &arena), "a");
    assert_str(docker_current_context(STR("{\"currentContext\":7}"), &arena), "");
    assert_str(docker_current_context(STR("{\"currentContext\":\"a\""), &arena), "");
    assert_str(docker_context_host(STR("{\"Endpoints\":[]}"), &skip, &arena), "");
    assert_false(skip);
    assert_str(docker_context_host(STR("{\"Endpoints\":{\"docker\":7}}"), &skip, &arena), "");
}

static void podman_order(void **state)
{
    (void)state;
    setenv("XDG_RUNTIME_DIR", "/run/me", 1);
    struct engine_hosts hosts = find(&engine_podman, NULL, NULL);
    assert_int_equal(hosts.count, 3);
    assert_str(hosts.items[0].shown, "/run/me/podman/podman.sock");
    assert_str(hosts.items[2].shown, "/run/podman/podman.sock");
    put(".config/containers/containers.conf",
        "[engine]\nactive_service = \"b\"\n[engine.service_destinations.a]\nuri = \"unix:///a.sock\"\n"
        "[engine.service_destinations.b]\nuri = \"unix:///b.sock\"\n");
    hosts = find(&engine_podman, NULL, NULL);
    assert_int_equal(hosts.count, 4);
    assert_str(hosts.items[3].shown, "/b.sock");
    put(".config/containers/podman-connections.json",
        "{\"Connection\":{\"Connections\":{\"c\":{\"URI\":\"unix:///c.sock\"},\"d\":{\"URI\":\"ssh://d\"}},\"Default\":\"c\"}}");
    assert_str(find(&engine_podman, NULL, NULL).items[3].shown, "/c.sock");
    setenv("CONTAINER_CONNECTION", "a", 1);
    assert_str(find(&engine_podman, NULL, NULL).items[3].shown, "/a.sock");
    setenv("CONTAINER_CONNECTION", "d", 1);
    hosts = find(&engine_podman, NULL, NULL);
    assert_int_equal(hosts.count, 3);
    assert_true(str_contains(hosts.why, "ssh"));
    setenv("CONTAINER_HOST", "unix:///env.sock", 1);
    hosts = find(&engine_podman, NULL, NULL);
    assert_int_equal(hosts.count, 1);
    assert_str(hosts.items[0].shown, "/env.sock");
    assert_str(find(&engine_podman, NULL, "unix:///mine.sock").items[0].shown, "/mine.sock");
}

static void reasons_stay_short(void **state)
{
    (void)state;
    struct str why = { 0 };
    for (unsigned i = 0; i < 1000; i++)
        daemon_why(&why, &arena, "reason %u", i);
    assert_true(str_starts(why, "reason 0; reason 1; "));
    assert_true(why.len <= 600);
}

/* Nobody is there: in words, and with what to try. */
static void absent_engines(void **state)
{
    (void)state;
    struct image_source source;
    struct error err = { 0 };
    struct str why;
    bool found = true;
    put("file", "x");
    struct daemon_options options = { .docker_host = arena_printf(&arena, "%s/none.sock", home) };
    assert_true(daemon_docker(&options, STR("nginx"), &arena, &source, &found, &why, &err));
    assert_false(found);
    assert_true(str_starts(why, "no socket at /") && str_ends(why, "/none.sock"));
    options.docker_host = arena_printf(&arena, "%s/file", home);
    assert_true(daemon_docker(&options, STR("nginx"), &arena, &source, &found, &why, &err));
    assert_true(!found && str_ends(why, "is not a socket"));
    assert_false(daemon_docker(&options, STR("No Name"), &arena, &source, &found, &why, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    options.container = STR("../images");
    err = (struct error){ 0 };
    assert_false(daemon_podman(&options, STR(""), &arena, &source, &found, &why, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_true(daemon_containerd(&options, STR(""), &arena, &source, &found, &why, &err));
    assert_true(!found && str_contains(why, "containers"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(addresses_are_read, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(bad_addresses_are_refused, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(docker_usual_sockets, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(docker_order, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(docker_tls, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(docker_documents, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(podman_order, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(reasons_stay_short, daemon_setup, daemon_teardown),
        cmocka_unit_test_setup_teardown(absent_engines, daemon_setup, daemon_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
