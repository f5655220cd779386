/* An image in a registry as a source of documents and layers (image.h): what the scan asks for is fetched from the mirrors of
 * its registry and from that itself, in order; whoever had the manifest is asked first for the rest. */
#include "registry/client.h"

struct source {
    struct registry *registry;
    struct arena *arena;
    struct image_reference reference;
    struct str full_name;
    struct endpoint *endpoints;
    size_t count, first;  /* first: had the manifest */
    struct str index;     /* index.json; empty: not made yet */
    struct str digest;    /* of the manifest that it names */
    struct manifest root; /* where it was fetched already, else without a text */
};

/* The n-th endpoint to ask. */
static const struct endpoint *nth(const struct source *s, size_t n)
{
    return &s->endpoints[n == 0 ? s->first : n <= s->first ? n - 1 : n];
}

/* ---- index.json ---------------------------------------------------------------------------------------------------------------- */

static bool make_index(struct source *s, struct str type, struct str digest, uint64_t size_bytes, struct error *err)
{
    s->digest = digest;
    s->index = image_index_text(type, digest, size_bytes, s->full_name, s->arena);
    return s->index.ptr || arena_error(s->arena, err);
}

/* Docker Hub counts only manifests that are fetched: a look at the head is free. False without an error: it says too little. */
static bool ask_head(struct source *s, const struct endpoint *endpoint, bool *told, struct error *err)
{
    struct net_response response;
    enum digest_algorithm algorithm;
    struct str hex;
    struct ask ask = { .method = "HEAD", .accept = ASK_MANIFESTS };
    *told = false;
    ask.path = arena_printf(s->arena, "manifests/%.*s", STR_ARG(endpoint->at.tag));
    if (!ask.path.ptr)
        return arena_error(s->arena, err);
    if (!ask_registry(s->registry, endpoint, &ask, s->arena, &response, err))
        return false;
    if (response.status == 429 || response.status >= 500)
        return ask_refused(s->registry, endpoint, &response, (struct str){ 0 }, s->arena, err);
    if (response.status != 200 || response.length > IMAGE_MAX_JSON_BYTES || !manifest_type_is_known(response.type) ||
        !digest_parse(response.digest, &algorithm, &hex))
        return true;
    *told = true;
    return make_index(s, response.type, response.digest, response.length, err);
}

static bool fetch_root(struct source *s, const struct endpoint *endpoint, struct error *err)
{
    bool found;
    struct str name = endpoint->at.digest.len ? endpoint->at.digest : endpoint->at.tag;
    if (!manifest_get(s->registry, endpoint, name, IMAGE_MAX_JSON_BYTES, s->arena, &s->root, &found, err) || !found)
        return false;
    return make_index(s, s->root.type, arena_str(s->arena, str_from(s->root.digest)), s->root.text.len, err);
}

static bool find_image(struct source *s, struct error *err)
{
    struct error all = { 0 };
    for (size_t i = 0; i < s->count; i++) {
        struct error one = { 0 };
        bool told = false;
        const struct endpoint *endpoint = &s->endpoints[i];
        s->first = i;
        if ((endpoint->at.digest.len || ask_head(s, endpoint, &told, &one)) && (told || fetch_root(s, endpoint, &one)))
            return true;
        failures_add(&all, &one);
        if (interrupted())
            break;
    }
    *err = all;
    return false;
}

/* ---- documents ----------------------------------------------------------------------------------------------------------------- */

static bool get_one(struct source *s, const struct endpoint *endpoint, bool is_manifest, struct str digest, size_t max_bytes,
                    struct arena *arena, struct str *out, bool *found, struct error *err)
{
    struct manifest manifest;
    if (!is_manifest)
        return blob_get(s->registry, endpoint, digest, max_bytes, arena, out, found, err);
    if (!manifest_get(s->registry, endpoint, digest, max_bytes, arena, &manifest, found, err))
        return false;
    if (*found)
        *out = manifest.text;
    return true;
}

/* Missing everywhere is no failure; anything else is, once nobody had it. */
static bool get_document(struct source *s, bool is_manifest, struct str digest, size_t max_bytes, struct arena *arena,
                         struct str *out, bool *found, struct error *err)
{
    struct error all = { 0 };
    bool failed = false;
    if (is_manifest && s->root.text.ptr && str_is(digest, s->root.digest) && s->root.text.len <= max_bytes) {
        *out = s->root.text;
        return *found = true;
    }
    for (size_t i = 0; i < s->count && !interrupted(); i++) {
        struct error one = { 0 };
        bool answered = get_one(s, nth(s, i), is_manifest, digest, max_bytes, arena, out, found, &one);
        if (answered && *found)
            return true;
        failed |= !answered;
        failures_add(&all, &one);
    }
    if (interrupted())
        return interrupt_error(err);
    *found = false;
    if (!failed && !str_eq(digest, s->digest)) /* what was promised must be there */
        return true;
    *err = all;
    return false;
}

static bool source_document(void *context, struct str path, size_t max_bytes, struct arena *arena, struct str *out, bool *found,
                            struct error *err)
{
    struct source *s = context;
    struct str kind, digest, hex;
    enum digest_algorithm algorithm;
    *found = false;
    if (str_is(path, "index.json")) {
        if (!s->index.ptr && !find_image(s, err))
            return false;
        *out = s->index;
        return *found = true;
    }
    bool named = str_cut(path, '/', &kind, &digest) && digest_parse(digest, &algorithm, &hex);
    if (!named || !(str_is(kind, "manifests") || str_is(kind, "blobs")))
        return true;
    return get_document(s, str_is(kind, "manifests"), digest, max_bytes, arena, out, found, err);
}

/* ---- layers -------------------------------------------------------------------------------------------------------------------- */

static bool get_layer(struct source *s, const struct endpoint *endpoint, const struct image_layer *layer, struct net_sink *sink,
                      struct arena *arena, struct error *err)
{
    struct net_response response;
    struct ask ask = { .path = arena_printf(arena, "blobs/%.*s", STR_ARG(layer->digest)), .sink = sink };
    if (!ask.path.ptr)
        return arena_error(arena, err);
    if (!ask_registry(s->registry, endpoint, &ask, arena, &response, err))
        return false;
    return response.status / 100 == 2 || ask_refused(s->registry, endpoint, &response, blob_hint(&response), arena, err);
}

/* Foreign layers lie elsewhere, for everybody. */
static bool get_foreign(struct source *s, struct str url, struct net_sink *sink, struct arena *arena, struct error *err)
{
    struct net_response response;
    struct net_request request = { .url = url };
    if (!str_starts(url, "https://") && !str_starts(url, "http://"))
        return error_set(err, ERROR_UNSUPPORTED, "\"%.*s\" is no address of a foreign layer",
                         STR_ARG(arena_shown(arena, url, 200)));
    if (!net_download(s->registry->net, &request, sink, arena, &response, err))
        return false;
    return response.status / 100 == 2 || error_set(err, ERROR_NETWORK, "%.*s, where the foreign layer should be, says %d",
                                                   STR_ARG(arena_shown(arena, net_host(url), 200)), response.status);
}

/* Another place may go on only where nothing has been written: a pipe cannot be gone back in. */
static bool layer_from_anywhere(struct source *s, const struct image_layer *layer, struct net_sink *sink, struct arena *arena,
                                struct error *err)
{
    struct str urls = layer->urls, url;
    struct error all = { 0 };
    for (size_t i = 0; i < s->count && sink->offset == 0 && !interrupted(); i++) {
        struct error one = { 0 };
        if (get_layer(s, nth(s, i), layer, sink, arena, &one))
            return true;
        failures_add(&all, &one);
    }
    while (sink->offset == 0 && !interrupted() && str_line(&urls, &url)) {
        struct error one = { 0 };
        if (get_foreign(s, url, sink, arena, &one))
            return true;
        failures_add(&all, &one);
    }
    if (interrupted())
        return interrupt_error(err);
    *err = all;
    return error_wrap(err, "layer %.*s", STR_ARG(str_head(layer->digest, sizeof "sha256:" - 1 + 12)));
}

static bool source_layer(void *context, const struct image_layer *layer, int fd, _Atomic uint64_t *progress, struct error *err)
{
    struct source *s = context;
    struct arena arena;
    enum digest_algorithm algorithm;
    struct str hex;
    struct net_sink sink = { .fd = fd, .size_bytes = layer->size_bytes ? layer->size_bytes : UINT64_MAX, .progress = progress };
    if (!digest_parse(layer->digest, &algorithm, &hex))
        return error_set(err, ERROR_INPUT, "a layer has no digest");
    arena_init(&arena, "a layer's download", 2 * CLIENT_ANSWER_BYTES);
    bool ok = layer_from_anywhere(s, layer, &sink, &arena, err);
    arena_free(&arena);
    return ok;
}

/* ---- making one ---------------------------------------------------------------------------------------------------------------- */

bool registry_source(struct registry *registry, const struct image_reference *reference, struct arena *arena,
                     struct image_source *out, struct error *err)
{
    struct source *s = arena_new(arena, struct source);
    if (!s)
        return arena_error(arena, err);
    *s = (struct source){ .registry = registry,
                          .arena = arena,
                          .reference = { arena_str(arena, reference->registry), arena_str(arena, reference->repository),
                                         arena_str(arena, reference->tag), arena_str(arena, reference->digest) } };
    s->full_name = image_reference_text(&s->reference, arena);
    if (arena->exhausted)
        return arena_error(arena, err);
    if (!endpoints_find(registry, &s->reference, false, arena, &s->endpoints, &s->count, err))
        return false;
    *out = (struct image_source){ .kind = "remote",
                                  .name = image_name_familiar(s->full_name),
                                  .context = s,
                                  .document = source_document,
                                  .layer = source_layer };
    return true;
}
