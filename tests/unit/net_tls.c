/* TLS against a server on loopback, with authorities and certificates that are made here: who is trusted, what an error says,
 * client certificates, redirects between schemes, and connections on both sides of a fork. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "net_server.h"

struct identity {
    X509 *cert;
    EVP_PKEY *key;
};

/* Signed by `issuer`, by itself where that is NULL. `names` is for subjectAltName; NULL makes an authority. */
static struct identity make_identity(const struct identity *issuer, const char *names, long from_s, long until_s)
{
    static long serial = 1;
    struct identity id = { X509_new(), EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256") };
    const struct identity *by = issuer ? issuer : &id;
    char name[32];
    snprintf(name, sizeof name, "test %ld", serial);
    X509_set_version(id.cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(id.cert), serial++);
    X509_gmtime_adj(X509_getm_notBefore(id.cert), from_s);
    X509_gmtime_adj(X509_getm_notAfter(id.cert), until_s);
    X509_set_pubkey(id.cert, id.key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(id.cert), "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(id.cert, X509_get_subject_name(by->cert));
    X509_EXTENSION *extension = names ? X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names)
                                      : X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(id.cert, extension, -1);
    X509_EXTENSION_free(extension);
    assert_true(X509_sign(id.cert, by->key, EVP_sha256()) > 0);
    return id;
}

static void free_identity(struct identity id)
{
    X509_free(id.cert);
    EVP_PKEY_free(id.key);
}

/* All that the tests use, in a temporary folder. */
static struct {
    char folder[64], ca[96], other_ca[96], client[96], client_key[96], nothing[96];
    struct identity authority, stranger, server, expired, misnamed, self_signed, client_id;
} pki;

static void write_pem(char path[static 96], const char *name, const struct identity *id, bool key)
{
    snprintf(path, 96, "%s/%s", pki.folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    if (key)
        PEM_write_PrivateKey(file, id->key, NULL, NULL, 0, NULL, NULL);
    else
        PEM_write_X509(file, id->cert);
    fclose(file);
}

static int make_pki(void **state)
{
    (void)state;
    enum { DAY_S = 86400 };
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    static const char here[] = "IP:127.0.0.1,DNS:localhost";
    snprintf(pki.folder, sizeof pki.folder, "/tmp/drydock-tls-XXXXXX");
    assert_non_null(mkdtemp(pki.folder));
    pki.authority = make_identity(NULL, NULL, -DAY_S, DAY_S);
    pki.stranger = make_identity(NULL, NULL, -DAY_S, DAY_S);
    pki.server = make_identity(&pki.authority, here, -DAY_S, DAY_S);
    pki.expired = make_identity(&pki.authority, here, -2 * DAY_S, -DAY_S);
    pki.misnamed = make_identity(&pki.authority, "DNS:other.example", -DAY_S, DAY_S);
    pki.self_signed = make_identity(NULL, here, -DAY_S, DAY_S);
    pki.client_id = make_identity(&pki.authority, "DNS:client", -DAY_S, DAY_S);
    write_pem(pki.ca, "ca.pem", &pki.authority, false);
    write_pem(pki.other_ca, "other-ca.pem", &pki.stranger, false);
    write_pem(pki.client, "client.pem", &pki.client_id, false);
    write_pem(pki.client_key, "client-key.pem", &pki.client_id, true);
    snprintf(pki.nothing, sizeof pki.nothing, "%s/empty.pem", pki.folder);
    fclose(fopen(pki.nothing, "w"));
    return 0;
}

static int remove_pki(void **state)
{
    (void)state;
    const char *const paths[] = { pki.ca, pki.other_ca, pki.client, pki.client_key, pki.nothing };
    const struct identity ids[] = { pki.authority, pki.stranger,    pki.server,   pki.expired,
                                    pki.misnamed,  pki.self_signed, pki.client_id };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        unlink(paths[i]);
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        free_identity(ids[i]);
    return rmdir(pki.folder);
}

static SSL_CTX *server_tls(const struct identity *id, bool wants_client)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, id->cert);
    SSL_CTX_use_PrivateKey(context, id->key);
    if (wants_client) {
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        SSL_CTX_load_verify_locations(context, pki.ca, NULL);
        SSL_CTX_set_session_id_context(context, (const unsigned char *)"net", 3);
    }
    return context;
}

static bool hello(struct server_call *call)
{
    const struct server *other = call->server->other;
    if (strcmp(call->path, "/to-http") == 0)
        say(call, "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n", other->port);
    else if (strcmp(call->path, "/to-https") == 0)
        say(call, "HTTP/1.1 302 There\r\nLocation: %s/\r\nContent-Length: 0\r\n\r\n", other->url);
    else
        say(call, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    return true;
}

struct world {
    struct arena arena;
    struct error err;
    struct net_response response;
    struct net_options options;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    arena_init(&w->arena, "test", 8 << 20);
    w->options = quick_options();
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    arena_free(&w->arena);
    free(w);
    return 0;
}

static void start(struct server *server, const struct identity *id, bool wants_client)
{
    *server = (struct server){ .script = hello, .tls = id ? server_tls(id, wants_client) : NULL, .other = server->other };
    server_start(server, NULL);
}

static void stop(struct server *server)
{
    server_stop(server);
    SSL_CTX_free(server->tls);
}

static bool ask(struct world *w, const struct net_request *request)
{
    w->err = (struct error){ 0 };
    struct net_client *client = net_client_new(&w->options, &w->err);
    bool ok = client && net_fetch(client, request, &w->arena, &w->response, &w->err);
    net_client_free(client);
    return ok;
}

/* ---- who is trusted ------------------------------------------------------------------------------------------------------------ */

static void test_trust(void **state)
{
    struct world *w = *state;
    struct server server = { 0 };
    start(&server, &pki.server, false);
    struct net_request request = { .url = str_from(server.url) };
    assert_false(ask(w, &request));
    assert_int_equal(w->err.kind, ERROR_NETWORK);
    assert_says(w->err, "unknown authority; try --cacert FILE with it, or --insecure");
    assert_int_equal(atomic_load(&server.log->connections), 1); /* which another try does not change */

    w->options.ca_cert = str_from(pki.ca);
    assert_true(ask(w, &request));
    assert_str(w->response.body, "hello");
    w->options.ca_cert = str_from(pki.other_ca);
    assert_false(ask(w, &request));
    request.ca_cert = pki.ca;
    assert_true(ask(w, &request));
    request.ca_cert = pki.other_ca;
    w->options.ca_cert = str_from(pki.ca);
    assert_false(ask(w, &request));

    request.insecure = true;
    assert_true(ask(w, &request));
    request.insecure = false;
    w->options.insecure = true;
    assert_true(ask(w, &request));
    stop(&server);
}

static void test_trust_of_the_environment(void **state)
{
    struct world *w = *state;
    struct server server = { 0 };
    char folders[160];
    start(&server, &pki.server, false);
    struct net_request request = { .url = str_from(server.url) };
    setenv("SSL_CERT_FILE", pki.ca, 1);
    assert_true(ask(w, &request));
    w->options.ca_cert = str_from(pki.other_ca);
    assert_true(ask(w, &request)); /* beside, not in place of */
    setenv("SSL_CERT_FILE", pki.other_ca, 1);
    assert_false(ask(w, &request));
    snprintf(folders, sizeof folders, "/nowhere:%s", pki.folder);
    setenv("SSL_CERT_DIR", folders, 1);
    assert_true(ask(w, &request));
    unsetenv("SSL_CERT_FILE");
    unsetenv("SSL_CERT_DIR");
    stop(&server);
}

static void test_wrong_files(void **state)
{
    struct world *w = *state;
    struct server server = { 0 };
    start(&server, &pki.server, true);
    struct net_request request = { .url = str_from(server.url) };
    const char *const paths[] = { pki.nothing, "/nowhere/ca.pem", pki.folder, pki.client_key };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        w->options.ca_cert = str_from(paths[i]);
        assert_false(ask(w, &request));
        assert_int_equal(w->err.kind, ERROR_USAGE);
        assert_says(w->err, paths[i]);
    }
    w->options = quick_options();
    w->options.client_cert = str_from("/nowhere/client.pem");
    assert_false(ask(w, &request));
    assert_int_equal(w->err.kind, ERROR_USAGE);
    assert_says(w->err, "client certificate cannot be used");
    stop(&server);
}

static void test_wrong_certificates(void **state)
{
    struct world *w = *state;
    const struct {
        const struct identity *id;
        const char *error;
    } rows[] = {
        { &pki.expired, "its TLS certificate has expired" },
        { &pki.misnamed, "is for another host name" },
        { &pki.self_signed, "is of an unknown authority" },
        { NULL, "speaks plain HTTP, not TLS; try --insecure" },
    };
    w->options.ca_cert = str_from(pki.ca);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct server server = { 0 };
        start(&server, rows[i].id, false);
        struct net_request request = { .url = arena_printf(&w->arena, "https://127.0.0.1:%d/", server.port) };
        assert_false(ask(w, &request));
        assert_int_equal(w->err.kind, ERROR_NETWORK);
        assert_says(w->err, rows[i].error);
        assert_says(w->err, arena_cstr(&w->arena, arena_printf(&w->arena, "127.0.0.1:%d: ", server.port)));
        request.insecure = true;
        assert_int_equal(ask(w, &request), rows[i].id != NULL);
        stop(&server);
    }
}

static void test_client_certificate(void **state)
{
    struct world *w = *state;
    struct server server = { 0 }, other = { 0 };
    start(&other, &pki.server, true);
    server.other = &other;
    start(&server, &pki.server, true);
    w->options.ca_cert = str_from(pki.ca);
    struct net_request request = { .url = str_from(server.url) };
    assert_false(ask(w, &request));
    assert_says(w->err, "it may want a client certificate");
    request.client_cert = pki.client;
    request.client_key = pki.client_key;
    assert_true(ask(w, &request));
    request.client_cert = request.client_key = NULL;
    w->options.client_cert = str_from(pki.client);
    w->options.client_key = str_from(pki.client_key);
    assert_true(ask(w, &request));
    request.url = arena_printf(&w->arena, "%s/to-https", server.url); /* another port, which it is not for */
    assert_false(ask(w, &request));
    assert_int_equal(server_requests(&other), 0);
    stop(&server);
    stop(&other);
}

static void test_schemes(void **state)
{
    struct world *w = *state;
    struct server tls = { 0 }, http = { 0 };
    start(&http, NULL, false);
    tls.other = &http;
    start(&tls, &pki.server, false);
    struct server from = { .other = &tls };
    start(&from, NULL, false);
    w->options.ca_cert = str_from(pki.ca);
    struct net_request request = { .url = arena_printf(&w->arena, "%s/to-http", tls.url), .authorization = STR("Basic secret") };
    assert_false(ask(w, &request));
    assert_says(w->err, "without TLS; that is refused");
    assert_int_equal(server_requests(&http), 0);
    request.insecure = true;
    assert_true(ask(w, &request));
    assert_false(server_was_told(&http, "secret"));
    request.insecure = false;
    request.url = arena_printf(&w->arena, "%s/to-https", from.url);
    assert_true(ask(w, &request));
    assert_str(w->response.body, "hello");
    struct str asked_tls = str_make(tls.log->text, atomic_load(&tls.log->len)), line;
    unsigned secrets = 0;
    while (str_line(&asked_tls, &line))
        secrets += str_contains(line, "secret");
    assert_int_equal(secrets, 2); /* of the two requests that were made to it */
    stop(&tls);
    stop(&http);
    stop(&from);
}

/* Records of two processes on one connection would end it. */
static void test_fork(void **state)
{
    struct world *w = *state;
    struct server server = { 0 };
    start(&server, &pki.server, false);
    w->options.ca_cert = str_from(pki.ca);
    struct net_client *client = net_client_new(&w->options, &w->err);
    struct net_request request = { .url = str_from(server.url) };
    assert_true(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    for (int i = 0; i < 3; i++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            bool ok = i == 2 || net_fetch(client, &request, &w->arena, &w->response, &w->err);
            net_client_free(client);
            _exit(ok ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        assert_true(net_fetch(client, &request, &w->arena, &w->response, &w->err));
    }
    assert_int_equal(atomic_load(&server.log->connections), 3); /* one of the parent, one each of two children */
    net_client_free(client);
    stop(&server);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_trust),
        test(test_trust_of_the_environment),
        test(test_wrong_files),
        test(test_wrong_certificates),
        test(test_client_certificate),
        test(test_schemes),
        test(test_fork),
    };
    return cmocka_run_group_tests(tests, make_pki, remove_pki);
}
