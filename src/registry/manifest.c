/* Documents of a repository: manifests by tag or digest, blobs in memory (OCI distribution specification 1.1, "Pulling
 * manifests", "Pulling blobs"). What is asked for by a digest is held to it. */
#include "registry/client.h"

enum { MAX_TAG_PAGE = 1000, MAX_NEAR = 5 };

bool manifest_type_is_known(struct str type)
{
    static const char *const types[] = {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    };
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_is(type, types[i]))
            return true;
    return false;
}

static bool is_schema1(struct str type)
{
    return str_is(type, "application/vnd.docker.distribution.manifest.v1+prettyjws") ||
           str_is(type, "application/vnd.docker.distribution.manifest.v1+json");
}

bool bytes_verify(const struct endpoint *endpoint, const char *what, struct str bytes, struct str digest, struct error *err)
{
    char actual[DIGEST_TEXT_BYTES];
    enum digest_algorithm algorithm;
    struct str hex;
    if (!digest_parse(digest, &algorithm, &hex))
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no digest", STR_ARG(str_head(digest, 100)));
    if (!digest_of(algorithm, bytes, actual, err))
        return false;
    return str_is(digest, actual) ||
           error_set(err, ERROR_INPUT,
                     "%.*s gives a %s of %zu bytes that has not the digest %.*s but %s: damaged or tampered with",
                     STR_ARG(endpoint->at.registry), what, bytes.len, STR_ARG(digest), actual);
}

/* ---- manifests ----------------------------------------------------------------------------------------------------------------- */

static bool is_digest(struct str name)
{
    enum digest_algorithm algorithm;
    struct str hex;
    return digest_parse(name, &algorithm, &hex);
}

/* A signed schema 1 manifest is named by the digest of what was signed. */
static bool verify_manifest(const struct endpoint *endpoint, struct str text, struct str digest, struct arena *arena,
                            struct error *err)
{
    struct str payload;
    struct error first = { 0 };
    if (bytes_verify(endpoint, "manifest", text, digest, &first))
        return true;
    if (schema1_payload(text, arena, &payload) && bytes_verify(endpoint, "manifest", payload, digest, err))
        return true;
    *err = first;
    return false;
}

static bool check_manifest(const struct endpoint *endpoint, struct str name, const struct net_response *response,
                           struct arena *arena, struct manifest *out, struct error *err)
{
    if (answer_is_page(response))
        return error_set(err, ERROR_NETWORK,
                         "%.*s answers with a web page in place of a manifest: is it a registry, and does no proxy or login page "
                         "stand in between?",
                         STR_ARG(endpoint->at.registry));
    struct str claimed = is_digest(name) ? name : response->digest;
    if (is_digest(claimed) && !verify_manifest(endpoint, response->body, claimed, arena, err))
        return false;
    out->text = response->body;
    out->type = manifest_type_is_known(response->type) || is_schema1(response->type) ? response->type : (struct str){ 0 };
    return digest_of(DIGEST_SHA256, response->body, out->digest, err);
}

bool manifest_get(struct registry *registry, const struct endpoint *endpoint, struct str name, size_t max_bytes,
                  struct arena *arena, struct manifest *out, bool *found, struct error *err)
{
    struct net_response response;
    struct str path = arena_printf(arena, "manifests/%.*s", STR_ARG(name)), hint = { 0 };
    struct ask ask = { .path = path, .accept = ASK_MANIFESTS, .max_bytes = max_bytes };
    *found = false;
    if (!path.ptr)
        return arena_error(arena, err);
    if (!ask_registry(registry, endpoint, &ask, arena, &response, err))
        return false;
    if (response.status == 200) {
        *found = check_manifest(endpoint, name, &response, arena, out, err);
        return *found;
    }
    if (response.status == 404)
        hint = is_digest(name) ? arena_printf(arena, "there is no %.*s in %.*s", STR_ARG(name), STR_ARG(endpoint->at.repository))
                               : tag_hint(registry, endpoint, name, arena);
    ask_refused(registry, endpoint, &response, hint, arena, err);
    return response.status == 404;
}

/* ---- blobs --------------------------------------------------------------------------------------------------------------------- */

bool blob_get(struct registry *registry, const struct endpoint *endpoint, struct str digest, size_t max_bytes,
              struct arena *arena, struct str *out, bool *found, struct error *err)
{
    struct net_response response;
    struct ask ask = { .path = arena_printf(arena, "blobs/%.*s", STR_ARG(digest)), .max_bytes = max_bytes };
    *found = false;
    if (!ask.path.ptr)
        return arena_error(arena, err);
    if (!ask_registry(registry, endpoint, &ask, arena, &response, err))
        return false;
    if (response.status != 200) {
        ask_refused(registry, endpoint, &response, blob_hint(&response), arena, err);
        return response.status == 404;
    }
    if (!bytes_verify(endpoint, "blob", response.body, digest, err))
        return false;
    *out = response.body;
    return *found = true;
}

/* ---- a tag that is not there --------------------------------------------------------------------------------------------------- */

static size_t common_prefix(struct str a, struct str b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.ptr[n] == b.ptr[n])
        n++;
    return n;
}

/* The most similar ones first; of equal ones, those that the registry has first. */
static struct str near_tags(const struct names *tags, struct str wanted, struct arena *arena)
{
    struct str text = STR("");
    for (size_t shown = 0, prefix = wanted.len + 1; prefix-- > 0 && shown < MAX_NEAR;)
        for (size_t i = 0; i < tags->count && shown < MAX_NEAR; i++)
            if (common_prefix(tags->items[i], wanted) == prefix && tags->items[i].len < 64)
                text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(text), shown++ ? ", " : "", STR_ARG(tags->items[i]));
    return text;
}

struct str tag_hint(struct registry *registry, const struct endpoint *endpoint, struct str tag, struct arena *arena)
{
    struct net_response response;
    struct error ignored = { 0 };
    struct names tags = { 0 };
    struct str next, repository = endpoint->at.repository;
    struct ask ask = { .path = arena_printf(arena, "tags/list?n=%d", MAX_TAG_PAGE), .max_bytes = CLIENT_TOKEN_BYTES };
    bool answered = ask.path.ptr && ask_registry(registry, endpoint, &ask, arena, &response, &ignored);
    if (answered && response.status == 404)
        return arena_printf(arena, "there is no repository %.*s", STR_ARG(repository));
    if (!answered || response.status != 200 || !names_page(endpoint, &response, "tags", SIZE_MAX, arena, &tags, &next, &ignored))
        return arena_printf(arena, "check the name %.*s:%.*s", STR_ARG(repository), STR_ARG(tag));
    struct str near = near_tags(&tags, tag, arena);
    if (!near.len)
        return arena_printf(arena, "%.*s has no tags", STR_ARG(repository));
    return arena_printf(arena, "there is no tag \"%.*s\" in %.*s; %s %.*s", STR_ARG(tag), STR_ARG(repository),
                        tags.count > MAX_NEAR ? "near are" : "it has", STR_ARG(near));
}
