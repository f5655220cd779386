/* The client against a network that this test makes up: which requests an image, a token, a document beside an image take, and
 * what is made of answers that lie. net_fetch and its like are defined here, in place of those of src/net. */
#include "unit.h"

#include <unistd.h>

#include "registry/client.h"

/* ---- a network ----------------------------------------------------------------------------------------------------------------- */

struct page {
    const char *method, *url;  /* NULL method: any */
    const char *authorization; /* that it takes; NULL: any or none */
    int status;
    const char *type, *digest, *challenges, *link;
    struct str body;
};

static struct {
    struct page pages[64];
    size_t count;
    struct buf log; /* "GET url" or "GET url +authorization", one a line */
    struct arena arena;
} network;

static const struct page *find_page(const char *method, const struct net_request *request)
{
    for (size_t i = 0; i < network.count; i++) {
        const struct page *page = &network.pages[i];
        bool fits = str_is(request->url, page->url) && (!page->method || strcmp(page->method, method) == 0) &&
                    (!page->authorization || str_is(request->authorization, page->authorization));
        if (fits)
            return page;
    }
    return NULL;
}

static bool answer(const struct net_request *request, struct net_response *out, struct error *err)
{
    const char *method = request->method ? request->method : "GET";
    const struct page *page = find_page(method, request);
    buf_printf(&network.log, "%s %.*s%s%.*s\n", method, STR_ARG(request->url), request->authorization.len ? " +" : "",
               STR_ARG(request->authorization));
    if (page && page->status == 0)
        return error_set(err, ERROR_NETWORK, "%.*s: nobody answers", STR_ARG(net_host(request->url)));
    static const struct page nothing = { .status = 404 };
    page = page ? page : &nothing;
    *out = (struct net_response){ .status = page->status,
                                  .url = request->url,
                                  .type = str_from(page->type),
                                  .digest = str_from(page->digest),
                                  .challenges = str_from(page->challenges),
                                  .link = str_from(page->link),
                                  .length = page->body.len };
    if (strcmp(method, "HEAD") != 0)
        out->body = page->body;
    return true;
}

struct net_client *net_client_new(const struct net_options *options, struct error *err)
{
    (void)options, (void)err;
    return (struct net_client *)&network;
}

void net_client_free(struct net_client *client)
{
    (void)client;
}

bool net_fetch(struct net_client *client, const struct net_request *request, struct arena *arena, struct net_response *out,
               struct error *err)
{
    (void)client, (void)arena;
    return answer(request, out, err);
}

bool net_download(struct net_client *client, const struct net_request *request, struct net_sink *sink, struct arena *arena,
                  struct net_response *out, struct error *err)
{
    (void)client, (void)arena;
    if (!answer(request, out, err) || out->status != 200)
        return out->status != 0 || err->kind == ERROR_NONE;
    struct str rest = str_skip(out->body, (size_t)sink->offset);
    out->body = (struct str){ 0 };
    sink->offset += rest.len;
    return file_write_all(sink->fd, rest.ptr, rest.len, err);
}

/* ---- the test ------------------------------------------------------------------------------------------------------------------ */

static struct registry *registry;
static struct arena *const arena = &network.arena;

static int begin(void **state)
{
    (void)state;
    struct registry_options options = { 0 };
    struct error err = { 0 };
    network.count = 0;
    buf_init(&network.log, 1 << 20);
    arena_init(arena, "test", 64 << 20);
    setenv("CONTAINERS_REGISTRIES_CONF", "/dev/null", 1);
    setenv("HOME", "/nonexistent", 1);
    setenv("DOCKER_CONFIG", "/nonexistent", 1);
    registry = registry_new(&options, &err);
    return registry ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    registry_free(registry);
    buf_free(&network.log);
    arena_free(arena);
    return 0;
}

static void serve(struct page page)
{
    assert_true(network.count < ARRAY_LEN(network.pages));
    network.pages[network.count++] = page;
}

static const char *digest_text(const char *body)
{
    char digest[160];
    struct error err = { 0 };
    assert_true(digest_of(DIGEST_SHA256, str_from(body), digest, &err));
    return arena_cstr(arena, str_from(digest));
}

static const char *url(const char *format, const char *name)
{
    struct str all = str_from(format), before, after;
    return str_cut(all, '$', &before, &after)
               ? arena_printf(arena, "https://r.example/v2/%.*s%s%.*s", STR_ARG(before), name, STR_ARG(after)).ptr
               : arena_printf(arena, "https://r.example/v2/%s", format).ptr;
}

/* A manifest under its digest and, unless NULL, a tag; its digest. */
static const char *serve_manifest(const char *tag, const char *type, const char *body)
{
    const char *digest = digest_text(body);
    serve((struct page){ .url = url("app/manifests/$", digest), .status = 200, .type = type, .body = str_from(body) });
    if (tag)
        serve((struct page){
            .url = url("app/manifests/$", tag), .status = 200, .type = type, .digest = digest, .body = str_from(body) });
    return digest;
}

static const char *serve_blob(const char *body)
{
    const char *digest = digest_text(body);
    serve((struct page){ .url = url("app/blobs/$", digest), .status = 200, .body = str_from(body) });
    return digest;
}

static struct image_reference reference_of(const char *text)
{
    struct image_reference reference;
    struct error err = { 0 };
    assert_true(image_reference_parse(str_from(text), arena, &reference, &err));
    return reference;
}

static struct image_source source_of(const char *text)
{
    struct image_reference reference = reference_of(text);
    struct image_source source;
    struct error err = { 0 };
    assert_true(registry_source(registry, &reference, arena, &source, &err));
    return source;
}

/* The document, "(none)", or the error. */
static const char *document(const struct image_source *source, const char *path)
{
    struct str text;
    bool found;
    struct error err = { 0 };
    if (!source->document(source->context, str_from(path), 1 << 20, arena, &text, &found, &err))
        return arena_cstr(arena, str_from(err.text));
    return found ? arena_cstr(arena, text) : "(none)";
}

static void assert_asked(const char *lines)
{
    buf_chr(&network.log, '\0');
    assert_string_equal(network.log.ptr, lines);
    buf_clear(&network.log);
}

#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define OCI_INDEX "application/vnd.oci.image.index.v1+json"

/* ---- images -------------------------------------------------------------------------------------------------------------------- */

static void a_tag_is_looked_at_and_its_manifest_fetched(void **state)
{
    (void)state;
    const char *digest = serve_manifest("1", OCI_MANIFEST, "{\"a\":1}");
    struct image_source source = source_of("r.example/app:1");
    assert_str(source.name, "r.example/app:1");
    const char *want =
        arena_printf(arena,
                     "{\"schemaVersion\":2,\"mediaType\":\"" OCI_INDEX "\",\"manifests\":[{\"mediaType\":\"" OCI_MANIFEST
                     "\",\"digest\":\"%s\",\"size\":7,\"annotations\":{\"io.containerd.image.name\":\"r.example/app:1\"}}]}",
                     digest)
            .ptr;
    assert_string_equal(document(&source, "index.json"), want);
    assert_string_equal(document(&source, "index.json"), want);
    assert_string_equal(document(&source, arena_printf(arena, "manifests/%s", digest).ptr), "{\"a\":1}");
    assert_asked(arena_printf(arena, "HEAD %s\nGET %s\n", url("app/manifests/$", "1"), url("app/manifests/$", digest)).ptr);
}

static void a_digest_is_fetched_at_once_and_kept(void **state)
{
    (void)state;
    const char *digest = serve_manifest(NULL, OCI_MANIFEST, "{\"a\":1}");
    struct image_source source = source_of(arena_printf(arena, "r.example/app@%s", digest).ptr);
    assert_non_null(strstr(document(&source, "index.json"), digest));
    assert_string_equal(document(&source, arena_printf(arena, "manifests/%s", digest).ptr), "{\"a\":1}");
    assert_asked(arena_printf(arena, "GET %s\n", url("app/manifests/$", digest)).ptr);
}

static void names_of_docker_hub_are_familiar(void **state)
{
    (void)state;
    struct image_source source = source_of("nginx");
    assert_str(source.name, "nginx:latest");
    assert_str(source_of("team/app:1").name, "team/app:1");
    document(&source, "index.json");
    assert_asked("HEAD https://registry-1.docker.io/v2/library/nginx/manifests/latest\n"
                 "GET https://registry-1.docker.io/v2/library/nginx/manifests/latest\n"
                 "GET https://registry-1.docker.io/v2/library/nginx/tags/list?n=1000\n");
}

static void paths_that_are_no_documents_are_not_asked_for(void **state)
{
    (void)state;
    struct image_source source = source_of("r.example/app:1");
    static const char *const paths[] = {
        "", "manifests", "manifests/1", "manifests/../../x", "blobs/sha256:1", "other/sha256:0", "blobs/sha256:zz/../.."
    };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        assert_string_equal(document(&source, paths[i]), "(none)");
    assert_asked("");
}

static void lies_are_found_out(void **state)
{
    (void)state;
    const char *digest = digest_text("right");
    serve((struct page){
        .url = url("app/manifests/$", "1"), .status = 200, .type = "text/plain", .digest = digest, .body = STR("wrong") });
    serve((struct page){ .url = url("app/manifests/$", digest), .status = 200, .type = OCI_MANIFEST, .body = STR("wrong") });
    serve((struct page){ .url = url("app/blobs/$", digest), .status = 200, .body = STR("wrong") });
    struct image_source source = source_of("r.example/app:1");
    const char *want = arena_printf(arena, "that has not the digest %s", digest).ptr;
    assert_non_null(strstr(document(&source, "index.json"), want));
    assert_non_null(strstr(document(&source, arena_printf(arena, "manifests/%s", digest).ptr), want));
    assert_non_null(strstr(document(&source, arena_printf(arena, "blobs/%s", digest).ptr), want));
}

static void what_was_promised_must_be_there(void **state)
{
    (void)state;
    const char *digest = digest_text("gone"), *other = digest_text("never promised");
    serve((struct page){ .method = "HEAD",
                         .url = url("app/manifests/$", "1"),
                         .status = 200,
                         .type = OCI_MANIFEST,
                         .digest = digest,
                         .body = STR("gone") });
    struct image_source source = source_of("r.example/app:1");
    document(&source, "index.json");
    assert_non_null(
        strstr(document(&source, arena_printf(arena, "manifests/%s", digest).ptr), "r.example says: not found (404)"));
    assert_string_equal(document(&source, arena_printf(arena, "manifests/%s", other).ptr), "(none)");
}

static void mirrors_come_first_and_are_quoted(void **state)
{
    (void)state;
    struct error err = { 0 };
    assert_true(routes_add(&registry->routes,
                           STR("[[registry]]\nlocation=\"r.example\"\n[[registry.mirror]]\nlocation=\"down.example\"\n"
                               "[[registry.mirror]]\nlocation=\"empty.example/x\"\n"),
                           STR("test.conf"), arena, &err));
    serve((struct page){ .method = "HEAD", .url = "https://down.example/v2/app/manifests/1", .status = 0 });
    serve((struct page){ .method = "HEAD", .url = "https://down.example/v2/app/manifests/2", .status = 0 });
    struct image_source missing = source_of("r.example/app:2");
    assert_string_equal(document(&missing, "index.json"), "down.example: nobody answers; "
                                                          "empty.example says: not found (404): there is no repository x/app; "
                                                          "r.example says: not found (404): there is no repository app");
    const char *digest = serve_manifest("1", OCI_MANIFEST, "{}"), *config = serve_blob("config");
    struct image_source source = source_of("r.example/app:1");
    assert_non_null(strstr(document(&source, "index.json"), digest));
    buf_clear(&network.log);
    assert_string_equal(document(&source, arena_printf(arena, "blobs/%s", config).ptr), "config");
    assert_asked(arena_printf(arena, "GET %s\n", url("app/blobs/$", config)).ptr);
}

/* ---- layers -------------------------------------------------------------------------------------------------------------------- */

static const char *layer_text(const struct image_source *source, const struct image_layer *layer)
{
    int ends[2];
    char text[100];
    struct error err = { 0 };
    _Atomic uint64_t progress = 0;
    assert_int_equal(pipe(ends), 0);
    bool ok = source->layer(source->context, layer, ends[1], &progress, &err);
    close(ends[1]);
    ssize_t n = read(ends[0], text, sizeof text);
    close(ends[0]);
    return ok ? arena_cstr(arena, str_make(text, n > 0 ? (size_t)n : 0)) : arena_cstr(arena, str_from(err.text));
}

static void layers_go_into_the_pipe(void **state)
{
    (void)state;
    struct image_source source = source_of("r.example/app:1");
    struct image_layer layer = { .digest = str_from(serve_blob("a layer")), .size_bytes = 7 };
    assert_string_equal(layer_text(&source, &layer), "a layer");
    layer.digest = str_from(digest_text("foreign"));
    assert_non_null(strstr(layer_text(&source, &layer), "r.example says: not found (404)"));
    serve((struct page){ .url = "https://elsewhere.example/l", .status = 200, .body = STR("foreign") });
    layer.urls = STR("file:///etc/passwd\nhttps://gone.example/l\nhttps://elsewhere.example/l");
    assert_string_equal(layer_text(&source, &layer), "foreign");
    layer.digest = STR("../../x");
    assert_string_equal(layer_text(&source, &layer), "a layer has no digest");
}

/* ---- tokens -------------------------------------------------------------------------------------------------------------------- */

static void a_token_is_used_again(void **state)
{
    (void)state;
    static const char challenge[] = "Bearer realm=\"https://auth.example/token?x=1\",service=\"a service\"";
    const char *digest = digest_text("{}");
    serve((struct page){ .url = "https://auth.example/token?x=1&service=a%20service&scope=repository%3Aapp%3Apull",
                         .status = 200,
                         .body = STR("{\"token\":\"t1\",\"expires_in\":300}") });
    serve((struct page){ .url = url("app/manifests/$", "1"),
                         .authorization = "Bearer t1",
                         .status = 200,
                         .type = OCI_MANIFEST,
                         .digest = digest,
                         .body = STR("{}") });
    serve((struct page){ .url = url("app/manifests/$", digest), .authorization = "Bearer t1", .status = 200, .body = STR("{}") });
    serve((struct page){ .url = url("app/manifests/$", "1"), .status = 401, .challenges = challenge });
    struct image_source source = source_of("r.example/app:1"), again = source_of("r.example/app:1");
    document(&source, "index.json");
    assert_string_equal(document(&source, arena_printf(arena, "manifests/%s", digest).ptr), "{}");
    document(&again, "index.json");
    assert_asked(arena_printf(arena,
                              "HEAD %s\nGET https://auth.example/token?x=1&service=a%%20service&scope=repository%%3Aapp%%3Apull\n"
                              "HEAD %s +Bearer t1\nGET %s +Bearer t1\nHEAD %s +Bearer t1\n",
                              url("app/manifests/$", "1"), url("app/manifests/$", "1"), url("app/manifests/$", digest),
                              url("app/manifests/$", "1"))
                     .ptr);
}

static void a_token_that_is_not_taken_is_fetched_anew_once(void **state)
{
    (void)state;
    serve((struct page){
        .url = "https://auth.example/token?scope=repository%3Aapp%3Apull", .status = 200, .body = STR("{\"token\":\"t\"}") });
    serve((struct page){ .method = "GET",
                         .url = url("app/manifests/$", "1"),
                         .status = 401,
                         .body = STR("{\"message\":\"no\"}"),
                         .challenges = "Bearer realm=\"https://auth.example/token\"" });
    serve((struct page){
        .url = url("app/manifests/$", "1"), .status = 401, .challenges = "Bearer realm=\"https://auth.example/token\"" });
    struct image_source source = source_of("r.example/app:1");
    assert_string_equal(document(&source, "index.json"),
                        "r.example says: no (401): app is private, or there is none of that name: check the name, or `drydock "
                        "registry login r.example`");
    assert_asked(arena_printf(arena, "HEAD %s\nGET %s\nHEAD %s +Bearer t\nGET %s +Bearer t\nGET %s\nGET %s +Bearer t\n",
                              url("app/manifests/$", "1"), "https://auth.example/token?scope=repository%3Aapp%3Apull",
                              url("app/manifests/$", "1"), url("app/manifests/$", "1"),
                              "https://auth.example/token?scope=repository%3Aapp%3Apull", url("app/manifests/$", "1"))
                     .ptr);
}

/* ---- documents beside an image ------------------------------------------------------------------------------------------------- */

static const char *artifact(const char *blob_type, const char *blob, const char *notes)
{
    return arena_printf(arena, "{\"layers\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu,\"annotations\":{%s}}]}",
                        blob_type, serve_blob(blob), strlen(blob), notes)
        .ptr;
}

static const char *documents(const char *reference, const char *subject)
{
    struct image_reference parts = reference_of(reference);
    struct registry_document *found;
    size_t count;
    struct str text = STR("");
    struct error err = { 0 };
    if (!registry_documents(registry, &parts, str_from(subject), arena, &found, &count, &err))
        return arena_cstr(arena, str_from(err.text));
    for (size_t i = 0; i < count; i++)
        text = arena_printf(arena, "%.*s[%.*s|%.*s|%.*s]", STR_ARG(text), STR_ARG(found[i].media_type),
                            STR_ARG(found[i].predicate_type), STR_ARG(found[i].text));
    return text.ptr;
}

static void documents_are_found_in_three_ways(void **state)
{
    (void)state;
    const char *image = serve_manifest(NULL, OCI_MANIFEST, "{\"image\":1}");
    const char *attestation = serve_manifest(
        NULL, OCI_MANIFEST, artifact("application/vnd.in-toto+json", "buildkit", "\"in-toto.io/predicate-type\":\"spdx\""));
    serve_manifest(
        "1", OCI_INDEX,
        arena_printf(arena,
                     "{\"manifests\":[{\"digest\":\"%s\"},{\"digest\":\"%s\",\"annotations\":{\"vnd.docker.reference.type\":"
                     "\"attestation-manifest\",\"vnd.docker.reference.digest\":\"%s\"}},{\"digest\":\"%s\",\"annotations\":"
                     "{\"vnd.docker.reference.type\":\"attestation-manifest\",\"vnd.docker.reference.digest\":\"sha256:0\"}}]}",
                     image, attestation, image, image)
            .ptr);
    const char *referrer = serve_manifest(NULL, OCI_MANIFEST, artifact("application/vnd.cyclonedx+json", "referrer", ""));
    struct str index = arena_printf(arena,
                                    "{\"manifests\":[{\"digest\":\"%s\",\"annotations\":{\"predicateType\":\"bom\"}},"
                                    "{\"digest\":\"../x\"}]}",
                                    referrer);
    serve((struct page){ .url = url("app/referrers/$", image), .status = 200, .type = OCI_INDEX, .body = index });
    serve_manifest(arena_printf(arena, "sha256-%s.att", image + 7).ptr, OCI_MANIFEST,
                   artifact("application/vnd.dsse.envelope.v1+json", "cosign", "\"predicateType\":\"vuln\""));
    serve_manifest(arena_printf(arena, "sha256-%s.sbom", image + 7).ptr, OCI_MANIFEST, artifact("text/spdx", "plain", ""));
    assert_string_equal(documents("r.example/app:1", image),
                        "[application/vnd.in-toto+json|spdx|buildkit][application/vnd.cyclonedx+json|bom|referrer]"
                        "[application/vnd.dsse.envelope.v1+json|vuln|cosign][text/spdx||plain]");
}

static void where_there_is_no_api_a_tag_serves(void **state)
{
    (void)state;
    const char *image = serve_manifest("1", OCI_MANIFEST, "{\"image\":1}");
    const char *referrer = serve_manifest(NULL, OCI_MANIFEST, artifact("application/spdx+json", "fallback", ""));
    serve_manifest(arena_printf(arena, "sha256-%s", image + 7).ptr, OCI_INDEX,
                   arena_printf(arena, "{\"manifests\":[{\"digest\":\"%s\"},{\"digest\":\"%s\"}]}", referrer, referrer).ptr);
    assert_string_equal(documents("r.example/app:1", image), "[application/spdx+json||fallback]");
    assert_string_equal(documents("r.example/app:1", "sha256:1"), "\"sha256:1\" is no digest of an image");
    serve((struct page){ .url = url("app/referrers/$", image), .status = 503 });
    assert_non_null(strstr(documents("r.example/app:1", image), "r.example says: service unavailable (503)"));
}

static void signatures_and_layers_are_no_documents(void **state)
{
    (void)state;
    const char *image = serve_manifest("1", OCI_MANIFEST, "{\"image\":1}");
    serve_manifest(arena_printf(arena, "sha256-%s.att", image + 7).ptr, OCI_MANIFEST,
                   artifact("application/vnd.dev.cosign.simplesigning.v1+json", "signature", ""));
    serve_manifest(arena_printf(arena, "sha256-%s.sbom", image + 7).ptr, OCI_MANIFEST,
                   artifact("application/vnd.oci.image.layer.v1.tar+gzip", "layer", ""));
    assert_string_equal(documents("r.example/app:1", image), "");
}

/* ---- blobs into files ---------------------------------------------------------------------------------------------------------- */

static void blobs_are_gone_on_with_and_verified(void **state)
{
    (void)state;
    static const struct {
        const char *there, *digest_of, *want;
    } rows[] = {
        { "", "all of it", "all of it" },
        { "all o", "all of it", "all of it" },
        { "all of it", "all of it", "all of it" },
        { "wrong", "all of it", "all of it" },
        { "longer than all of it", "all of it", "all of it" },
        { "", "other bytes", NULL },
        { "all", "other bytes", NULL },
    };
    struct image_reference reference = reference_of("r.example/app:1");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = { 0 };
        char text[100];
        const char *digest = digest_text(rows[i].digest_of);
        struct registry_blob blob = { .digest = str_from(digest), .size_bytes = 9 };
        network.count = 0;
        serve((struct page){ .url = url("app/blobs/$", digest), .status = 200, .body = STR("all of it") });
        int fd = file_spool(&err);
        assert_true(fd >= 0 && file_write_all(fd, rows[i].there, strlen(rows[i].there), &err));
        bool ok = registry_blob(registry, &reference, &blob, fd, strlen(rows[i].there), NULL, &err);
        assert_int_equal(ok, rows[i].want != NULL);
        ssize_t n = pread(fd, text, sizeof text, 0);
        close(fd);
        if (ok)
            assert_true(n == 9 && memcmp(text, rows[i].want, 9) == 0);
        else
            assert_non_null(strstr(err.text, "r.example gives other bytes than the digest"));
    }
}

static void an_index_is_no_artifact(void **state)
{
    (void)state;
    struct registry_artifact found;
    struct error err = { 0 };
    struct image_reference index = reference_of("r.example/app:index"), plain = reference_of("r.example/app:plain");
    serve_manifest("index", OCI_INDEX, "{\"manifests\":[]}");
    const char *digest =
        serve_manifest("plain", OCI_MANIFEST,
                       "{\"artifactType\":\"a\",\"config\":{\"mediaType\":\"c\"},\"layers\":[{\"digest\":\"d\",\"size\":1}]}");
    assert_false(registry_artifact(registry, &index, arena, &found, &err));
    assert_non_null(strstr(err.text, "index"));
    assert_true(registry_artifact(registry, &plain, arena, &found, &err));
    assert_str(found.digest, digest);
    assert_str(found.media_type, OCI_MANIFEST);
    assert_str(found.artifact_type, "a");
    assert_int_equal(found.blob_count, 1);
}

int main(void)
{
    log_setup(LOG_ERROR, LOG_TEXT);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_tag_is_looked_at_and_its_manifest_fetched, begin, end),
        cmocka_unit_test_setup_teardown(a_digest_is_fetched_at_once_and_kept, begin, end),
        cmocka_unit_test_setup_teardown(names_of_docker_hub_are_familiar, begin, end),
        cmocka_unit_test_setup_teardown(paths_that_are_no_documents_are_not_asked_for, begin, end),
        cmocka_unit_test_setup_teardown(lies_are_found_out, begin, end),
        cmocka_unit_test_setup_teardown(what_was_promised_must_be_there, begin, end),
        cmocka_unit_test_setup_teardown(mirrors_come_first_and_are_quoted, begin, end),
        cmocka_unit_test_setup_teardown(layers_go_into_the_pipe, begin, end),
        cmocka_unit_test_setup_teardown(a_token_is_used_again, begin, end),
        cmocka_unit_test_setup_teardown(a_token_that_is_not_taken_is_fetched_anew_once, begin, end),
        cmocka_unit_test_setup_teardown(documents_are_found_in_three_ways, begin, end),
        cmocka_unit_test_setup_teardown(where_there_is_no_api_a_tag_serves, begin, end),
        cmocka_unit_test_setup_teardown(signatures_and_layers_are_no_documents, begin, end),
        cmocka_unit_test_setup_teardown(blobs_are_gone_on_with_and_verified, begin, end),
        cmocka_unit_test_setup_teardown(an_index_is_no_artifact, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
