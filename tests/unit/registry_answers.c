/* What registries and token servers answer: errors as one line, tokens, signed manifests, lists of blobs. */
#include "unit.h"

#include "registry/client.h"

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, "test", 16 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* ---- errors -------------------------------------------------------------------------------------------------------------------- */

static void errors_are_read_in_all_their_forms(void **state)
{
    (void)state;
    static const struct {
        const char *body, *code, *message;
    } rows[] = {
        { "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\",\"detail\":{\"Tag\":\"x\"}}]}",
          "MANIFEST_UNKNOWN", "manifest unknown" },
        { "{\"errors\":[{\"code\":\"A\"},{\"code\":\"B\",\"message\":\"second\"}]}", "A", "" },
        { "{\"errors\":[]}", "", "" },
        { "{\"errors\":null}", "", "" },
        { "{\"errors\":[1,\"x\"]}", "", "" },
        { "{\"error\":\"invalid_grant\",\"error_description\":\"no such user\"}", "invalid_grant", "no such user" },
        { "{\"details\":\"incorrect username or password\"}", "", "incorrect username or password" },
        { "{\"message\":\"Not Found\"}", "", "Not Found" },
        { "{\"message\":[1]}", "", "" },
        { "{\"message\":\"cut", "", "" },
        { "<html>", "", "" },
        { "", "", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct refusal refusal;
        refusal_read(str_from(rows[i].body), &arena, &refusal);
        assert_str(refusal.code, rows[i].code);
        assert_str(refusal.message, rows[i].message);
    }
}

struct said {
    int status;
    const char *type, *body;
    uint64_t retry_after_s;
    struct registry_credentials credentials;
    bool has_token;
    const char *want;
};

static void refusals_say_who_and_what_to_try(void **state)
{
    (void)state;
#define USER                                                                                          \
    {                                                                                                 \
        .username = STR_INIT("captain"), .password = STR_INIT("x"), .origin = STR_INIT("config.json") \
    }
    static const struct said rows[] = {
        { .status = 401,
          .body = "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}",
          .want =
              "registry.example says: authentication required (401): app is private, or there is none of that name: check the "
              "name, or `drydock registry login registry.example`" },
        { .status = 401,
          .credentials = USER,
          .want =
              "registry.example says: authentication required (401): it does not take captain (config.json): `drydock registry "
              "login registry.example` again, or check the name app" },
        { .status = 401,
          .credentials = USER,
          .has_token = true,
          .want = "registry.example says: authentication required (401): captain (config.json) has no access to app, or there is "
                  "none of that name" },
        { .status = 401,
          .credentials = { .origin = STR_INIT("docker-credential-x is not installed") },
          .want =
              "registry.example says: authentication required (401): docker-credential-x is not installed; or `drydock registry "
              "login registry.example`" },
        { .status = 403,
          .credentials = USER,
          .body = "{\"errors\":[{\"code\":\"DENIED\"}]}",
          .want =
              "registry.example says: DENIED (403): captain (config.json) has no access to app, or there is none of that name" },
        { .status = 429,
          .retry_after_s = 90,
          .body = "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"rate \x1b limit\"}]}",
          .want =
              "registry.example says: too many requests (429): try again in 90 s, or `drydock registry login registry.example` "
              "for a higher limit, or use a mirror" },
        { .status = 429,
          .credentials = USER,
          .want = "registry.example says: too many requests (429): try again later, or use a mirror" },
        { .status = 502,
          .type = "text/html",
          .body = "<html>",
          .want =
              "registry.example answers with a web page, not what a registry says (502): is it a registry, and does no proxy or "
              "login page stand in between?" },
        { .status = 500,
          .body = "oops",
          .want = "registry.example says: internal server error (500): the registry has a problem: try again later" },
        { .status = 302,
          .want = "registry.example says: look elsewhere (302): is it a registry, and does no proxy or login page "
                  "stand in between?" },
        { .status = 418,
          .want =
              "registry.example says: nothing that is understood (418): is it a registry, and does no proxy or login page stand in "
              "between?" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct registry *registry = arena_new(&arena, struct registry);
        struct endpoint endpoint = { .at = { .registry = STR("registry.example"), .repository = STR("app") } };
        struct net_response response = { .status = rows[i].status,
                                         .type = str_from(rows[i].type),
                                         .body = str_from(rows[i].body),
                                         .retry_after_s = rows[i].retry_after_s };
        struct error err = { 0 };
        struct grant *grant = grant_of(registry, &endpoint);
        grant->credentials = rows[i].credentials;
        if (rows[i].has_token) {
            grant->challenge.realm = STR("https://auth.example/token");
            buf_text(&grant->authorization, "Bearer x");
        }
        assert_false(ask_refused(registry, &endpoint, &response, (struct str){ 0 }, &arena, &err));
        assert_int_equal(err.kind, ERROR_NETWORK);
        assert_string_equal(err.text, rows[i].want);
        grants_free(registry);
    }
}

static void grants_are_few_and_the_latest_stay(void **state)
{
    (void)state;
    struct registry *registry = arena_new(&arena, struct registry);
    struct endpoint endpoint = { .at.registry = STR("registry.example") };
    for (unsigned i = 0; i < 10 * CLIENT_GRANTS; i++) {
        endpoint.at.repository = STR("kept");
        struct grant *kept = grant_of(registry, &endpoint);
        if (i == 0)
            buf_text(&kept->authorization, "Basic x");
        assert_str(buf_view(&kept->authorization), "Basic x");
        endpoint.at.repository = arena_printf(&arena, "other%u", i);
        assert_int_equal(grant_of(registry, &endpoint)->authorization.len, 0);
    }
    grants_free(registry);
}

/* ---- tokens -------------------------------------------------------------------------------------------------------------------- */

static void tokens_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *token;
        uint64_t life_s;
    } rows[] = {
        { "{\"token\":\"a.b.c\",\"expires_in\":300,\"issued_at\":\"2026-01-01T00:00:00Z\"}", "a.b.c", 300 },
        { "{\"access_token\":\"t\"}", "t", 60 },
        { "{\"token\":\"\",\"access_token\":\"t\",\"expires_in\":5}", "t", 60 },
        { "{\"access_token\":\"second\",\"token\":\"first\",\"expires_in\":1e300}", "first", 24 * 3600 },
        { "{\"token\":\"t\",\"expires_in\":-1}", "t", 60 },
        { "{\"token\":\"t\",\"expires_in\":\"300\"}", "t", 60 },
        { "{\"token\":\"with blank\"}", NULL, 0 },
        { "{\"token\":\"line\\r\\nX-Injected: 1\"}", NULL, 0 },
        { "{\"token\":\"\\u0000\"}", NULL, 0 },
        { "{\"token\":1}", NULL, 0 },
        { "{}", NULL, 0 },
        { "[]", NULL, 0 },
        { "<html>", NULL, 0 },
        { "", NULL, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct token token = { 0 };
        struct error err = { 0 };
        bool ok = token_read(str_from(rows[i].answer), &arena, &token, &err);
        assert_int_equal(ok, rows[i].token != NULL);
        assert_int_equal(err.kind == ERROR_NONE, ok);
        if (ok) {
            assert_str(token.text, rows[i].token);
            assert_int_equal(token.life_s, rows[i].life_s);
        }
    }
}

/* ---- signed manifests ---------------------------------------------------------------------------------------------------------- */

/* A payload as it is signed, with the signatures put in front of its closing brace as libtrust does. */
static struct str sign(const char *payload, size_t format_length, const char *tail)
{
    struct str tail64 = base64_encode(str_from(tail), &arena);
    struct str header = arena_printf(&arena, "{\"formatLength\":%zu,\"formatTail\":\"%.*s\",\"time\":\"2026-01-01T00:00:00Z\"}",
                                     format_length, STR_ARG(tail64));
    return arena_printf(&arena, "%.*s,\n\"signatures\":[{\"signature\":\"eA\",\"protected\":\"%.*s\"}]\n}",
                        STR_ARG(str_head(str_from(payload), format_length)), STR_ARG(base64_encode(header, &arena)));
}

static void signed_manifests_have_their_payload(void **state)
{
    (void)state;
    static const char payload[] = "{\n\"schemaVersion\": 1,\n\"name\": \"app\"\n}";
    struct str out;
    struct str text = sign(payload, sizeof payload - 3, "\n}");
    assert_true(schema1_payload(text, &arena, &out));
    assert_str(out, payload);
    assert_false(schema1_payload(str_from(payload), &arena, &out));
    assert_false(schema1_payload(STR("{\"signatures\":[]}"), &arena, &out));
    assert_false(schema1_payload(STR("{\"signatures\":[{\"protected\":\"e30\"}]}"), &arena, &out));
    assert_false(schema1_payload(STR("{\"signatures\":[{\"protected\":\"!\"}]}"), &arena, &out));
    for (size_t n = 0; n < text.len; n++) /* a length that lies outside, damage anywhere */
        assert_false(schema1_payload(str_head(text, n), &arena, &out));
    struct str far = arena_printf(&arena, "{\"signatures\":[{\"protected\":\"%.*s\"}]}",
                                  STR_ARG(base64_encode(STR("{\"formatLength\":99999,\"formatTail\":\"fQ\"}"), &arena)));
    assert_false(schema1_payload(far, &arena, &out));
    far = arena_printf(&arena, "{\"signatures\":[{\"protected\":\"%.*s\"}]}",
                       STR_ARG(base64_encode(STR("{\"formatLength\":-1,\"formatTail\":\"fQ\"}"), &arena)));
    assert_false(schema1_payload(far, &arena, &out));
}

/* ---- lists of blobs ------------------------------------------------------------------------------------------------------------ */

static void manifests_list_their_blobs(void **state)
{
    (void)state;
    struct listing listing;
    struct error err = { 0 };
    assert_true(listing_read(STR("{\"mediaType\":\"m\",\"artifactType\":\"a\",\"config\":{\"mediaType\":\"c\"},\"layers\":["
                                 "{\"mediaType\":\"l\",\"digest\":\"sha256:1\",\"size\":7,\"annotations\":"
                                 "{\"org.opencontainers.image.title\":\"db.tar.gz\",\"in-toto.io/predicate-type\":\"p\"}},"
                                 "{\"size\":-4}, 5]}"),
                             &arena, &listing, &err));
    assert_str(listing.media_type, "m");
    assert_str(listing.artifact_type, "a");
    assert_false(listing.is_index);
    assert_int_equal(listing.count, 3);
    assert_str(listing.entries[0].blob.title, "db.tar.gz");
    assert_str(listing.entries[0].notes.predicate_type, "p");
    assert_int_equal(listing.entries[0].blob.size_bytes, 7);
    assert_true(listing.entries[1].blob.size_bytes == UINT64_MAX);
    assert_true(listing_read(STR("{\"manifests\":[{\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\","
                                 "\"vnd.docker.reference.digest\":\"sha256:2\"}}]}"),
                             &arena, &listing, &err));
    assert_true(listing.is_index);
    assert_str(listing.entries[0].notes.reference_type, "attestation-manifest");
    assert_str(listing.entries[0].notes.reference_digest, "sha256:2");
    assert_false(listing_read(STR("{\"layers\":["), &arena, &listing, &err));
    assert_int_equal(err.kind, ERROR_INPUT);
}

/* ---- pages of names ------------------------------------------------------------------------------------------------------------ */

static const char *page(const char *body, const char *link, const char *repository, struct error *err)
{
    struct host host = { .address = STR("registry.example:5000") };
    struct endpoint endpoint = { .host = &host, .at = { .registry = host.address, .repository = str_from(repository) } };
    struct net_response response = { .status = 200, .body = str_from(body), .link = str_from(link) };
    struct names names = { 0 };
    struct str next = { 0 }, text = STR("");
    *err = (struct error){ 0 };
    if (!names_page(&endpoint, &response, repository[0] ? "tags" : "repositories", 3, &arena, &names, &next, err))
        return err->text;
    for (size_t i = 0; i < names.count; i++)
        text = arena_printf(&arena, "%.*s%.*s ", STR_ARG(text), STR_ARG(names.items[i]));
    return arena_printf(&arena, "%.*s> %.*s", STR_ARG(text), STR_ARG(next)).ptr;
}

static void pages_of_names(void **state)
{
    (void)state;
    static const struct {
        const char *body, *link, *repository, *want;
    } rows[] = {
        { "{\"name\":\"app\",\"tags\":[\"1\",\"v2.0\"]}", "", "app", "1 v2.0 > " },
        { "{\"tags\":null}", "", "app", "> " },
        { "{\"tags\":[\"ok\",\"not a tag\",\"-x\",7,\"\"]}", "", "app", "ok > " },
        { "{\"repositories\":[\"a/b\",\"Upper\",\"../x\",\"a:b\"]}", "", "", "a/b > " },
        { "{\"tags\":[\"a\"]}", "</v2/app/tags/list?last=a&n=1>; rel=\"next\"", "app", "a > /v2/app/tags/list?last=a&n=1" },
        { "{\"tags\":[\"a\"]}", "<https://registry.example:5000/v2/x?y#z>; rel=next", "app", "a > /v2/x?y" },
        { "{\"tags\":[\"a\"]}", "<http://Registry.Example:5000/v2/x>; rel=next", "app", "a > /v2/x" },
        { "{\"tags\":[\"a\"]}", "<?last=a>; rel=next", "app", "a > /v2/app/tags/list?last=a" },
        { "{\"repositories\":[\"a\"]}", "<?last=a>; rel=next", "", "a > /v2/_catalog?last=a" },
        { "{\"tags\":[\"a\"]}", "<v2/x>; rel=next", "app", "a > /v2/x" },
        { "{\"tags\":[\"a\"]}", "<//elsewhere.example/v2/x>; rel=next", "app",
          "a > //elsewhere.example/v2/x" }, /* of this host */
        { "{\"tags\":[\"a\"]}", "<https://elsewhere.example/v2/x>; rel=next", "app",
          "registry.example:5000 says that its list goes on at elsewhere.example: not followed" },
        { "{\"tags\":[\"a\"]}", "</v2/a b>; rel=next", "app",
          "registry.example:5000 gives a list whose next page has no address" },
        { "{\"tags\":[\"a\",\"b\",\"c\",\"d\"]}", "", "app", "registry.example:5000: more than 100000 names" },
        { "[", "", "app",
          "the list of tags that registry.example:5000 gives: JSON, line 1, column 2: the text ends where a value is due" },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err;
        assert_string_equal(page(rows[i].body, rows[i].link, rows[i].repository, &err), rows[i].want);
    }
}

int main(void)
{
    log_setup(LOG_ERROR, LOG_TEXT);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(errors_are_read_in_all_their_forms, begin, end),
        cmocka_unit_test_setup_teardown(refusals_say_who_and_what_to_try, begin, end),
        cmocka_unit_test_setup_teardown(grants_are_few_and_the_latest_stay, begin, end),
        cmocka_unit_test_setup_teardown(tokens_are_read, begin, end),
        cmocka_unit_test_setup_teardown(signed_manifests_have_their_payload, begin, end),
        cmocka_unit_test_setup_teardown(manifests_list_their_blobs, begin, end),
        cmocka_unit_test_setup_teardown(pages_of_names, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
