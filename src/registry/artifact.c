/* Artifacts that are no images (OCI image-spec 1.1, manifest.md, "Guidelines for Artifact Usage"), such as vulnerability
 * databases: a manifest, and blobs that go into files, verified as a whole whatever was there before. */
#include <unistd.h>

#include "registry/client.h"

enum { MAX_BLOBS = 1024 };

/* ---- the manifest -------------------------------------------------------------------------------------------------------------- */

static void read_annotations(struct json *json, struct blob_notes *out)
{
    struct str key;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "org.opencontainers.image.title"))
            json_string(json, &out->title);
        else if (str_is(key, "in-toto.io/predicate-type") || str_is(key, "predicateType"))
            json_string(json, &out->predicate_type);
        else if (str_is(key, "vnd.docker.reference.type"))
            json_string(json, &out->reference_type);
        else if (str_is(key, "vnd.docker.reference.digest"))
            json_string(json, &out->reference_digest);
        else
            json_skip(json);
}

static void read_blob(struct json *json, struct blob_entry *out)
{
    struct str key;
    int64_t size = -1;
    if (!json_object(json))
        return;
    while (json_key(json, &key))
        if (str_is(key, "mediaType"))
            json_string(json, &out->blob.media_type);
        else if (str_is(key, "artifactType"))
            json_string(json, &out->artifact_type);
        else if (str_is(key, "digest"))
            json_string(json, &out->blob.digest);
        else if (str_is(key, "size"))
            json_i64(json, &size);
        else if (str_is(key, "annotations"))
            read_annotations(json, &out->notes);
        else
            json_skip(json);
    out->blob.title = out->notes.title;
    out->blob.size_bytes = size < 0 ? UINT64_MAX : (uint64_t)size;
}

static bool read_blobs(struct json *json, struct arena *arena, struct listing *out, struct error *err)
{
    size_t cap = 0;
    out->count = 0;
    out->entries = NULL;
    if (!json_array(json))
        return true;
    while (json_item(json)) {
        if (out->count == MAX_BLOBS)
            return error_set(err, ERROR_LIMIT, "it lists more than %d blobs", MAX_BLOBS);
        struct blob_entry *entries = arena_grow(arena, out->entries, out->count, &cap, sizeof *entries);
        if (!entries)
            return arena_error(arena, err);
        out->entries = entries;
        entries[out->count] = (struct blob_entry){ 0 };
        read_blob(json, &entries[out->count++]);
    }
    return true;
}

bool listing_read(struct str text, struct arena *arena, struct listing *out, struct error *err)
{
    struct json json;
    struct str key;
    *out = (struct listing){ 0 };
    json_begin(&json, text, arena);
    if (json_object(&json)) {
        while (json_key(&json, &key))
            if (str_is(key, "mediaType"))
                json_string(&json, &out->media_type);
            else if (str_is(key, "artifactType"))
                json_string(&json, &out->artifact_type);
            else if (!str_is(key, "layers") && !str_is(key, "blobs") && !str_is(key, "manifests"))
                json_skip(&json);
            else if ((out->is_index |= str_is(key, "manifests")), !read_blobs(&json, arena, out, err))
                return false;
    }
    return json_end(&json, err);
}

/* From the first endpoint that has it. */
static bool get_anywhere(struct registry *registry, const struct endpoint *endpoints, size_t count, struct arena *arena,
                         struct manifest *out, struct error *err)
{
    struct error all = { 0 };
    for (size_t i = 0; i < count && !interrupted(); i++) {
        struct error one = { 0 };
        bool found;
        struct str name = endpoints[i].at.digest.len ? endpoints[i].at.digest : endpoints[i].at.tag;
        if (manifest_get(registry, &endpoints[i], name, CLIENT_ANSWER_BYTES, arena, out, &found, &one) && found)
            return true;
        failures_add(&all, &one);
    }
    if (interrupted())
        return interrupt_error(err);
    *err = all;
    return false;
}

static bool fill(const struct manifest *manifest, const struct listing *listing, struct arena *arena,
                 struct registry_artifact *out, struct error *err)
{
    struct registry_blob *blobs = arena_array(arena, listing->count, sizeof *blobs);
    struct str digest = arena_str(arena, str_from(manifest->digest));
    if (!blobs || !digest.ptr)
        return arena_error(arena, err);
    for (size_t i = 0; i < listing->count; i++)
        blobs[i] = listing->entries[i].blob;
    *out = (struct registry_artifact){ .digest = digest,
                                       .media_type = listing->media_type.len ? listing->media_type : manifest->type,
                                       .artifact_type = listing->artifact_type,
                                       .manifest = manifest->text,
                                       .blobs = blobs,
                                       .blob_count = listing->count };
    return true;
}

bool registry_artifact(struct registry *registry, const struct image_reference *reference, struct arena *arena,
                       struct registry_artifact *out, struct error *err)
{
    struct endpoint *endpoints;
    struct manifest manifest;
    struct listing listing;
    size_t count;
    if (!endpoints_find(registry, reference, false, arena, &endpoints, &count, err) ||
        !get_anywhere(registry, endpoints, count, arena, &manifest, err))
        return false;
    if (!listing_read(manifest.text, arena, &listing, err))
        return error_wrap(err, "the manifest that %.*s gives", STR_ARG(reference->registry));
    if (listing.is_index)
        return error_set(err, ERROR_UNSUPPORTED,
                         "%.*s/%.*s is an index of several manifests, not an artifact: name one by its digest",
                         STR_ARG(reference->registry), STR_ARG(reference->repository));
    return fill(&manifest, &listing, arena, out, err);
}

/* ---- blobs into files ---------------------------------------------------------------------------------------------------------- */

static bool file_has_digest(int fd, struct str digest, bool *same, struct error *err)
{
    char actual[DIGEST_TEXT_BYTES];
    enum digest_algorithm algorithm;
    struct str hex;
    if (!digest_parse(digest, &algorithm, &hex))
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no digest", STR_ARG(str_head(digest, 100)));
    struct stream *file = stream_file(fd, 0, UINT64_MAX, err);
    struct stream *hashed = file ? stream_digest(algorithm, file, err) : NULL;
    if (!hashed)
        return false;
    bool ok = stream_drain(hashed, err) && stream_digest_text(hashed, actual, err);
    *same = ok && str_is(digest, actual);
    stream_close(hashed);
    return ok;
}

/* One place after the other; what one has written the next goes on with. */
static bool download(struct registry *registry, const struct endpoint *endpoints, size_t count, const struct registry_blob *blob,
                     struct net_sink *sink, struct arena *arena, struct error *err)
{
    struct error all = { 0 };
    struct ask ask = { .path = arena_printf(arena, "blobs/%.*s", STR_ARG(blob->digest)), .sink = sink };
    if (!ask.path.ptr)
        return arena_error(arena, err);
    for (size_t i = 0; i < count && !interrupted(); i++) {
        struct error one = { 0 };
        struct net_response response;
        if (ask_registry(registry, &endpoints[i], &ask, arena, &response, &one) &&
            (response.status / 100 == 2 || ask_refused(registry, &endpoints[i], &response, blob_hint(&response), arena, &one)))
            return true;
        failures_add(&all, &one);
    }
    if (interrupted())
        return interrupt_error(err);
    *err = all;
    return false;
}

static bool fetch_from(struct registry *registry, const struct endpoint *endpoints, size_t count,
                       const struct registry_blob *blob, int fd, uint64_t have, _Atomic uint64_t *progress, struct error *err)
{
    struct arena arena;
    struct net_sink sink = { .fd = fd, .offset = have, .size_bytes = blob->size_bytes, .progress = progress };
    if (ftruncate(fd, (off_t)have) < 0 || lseek(fd, (off_t)have, SEEK_SET) < 0)
        return error_system(err, "the file for blob %.*s", STR_ARG(blob->digest));
    if (have == blob->size_bytes)
        return true;
    arena_init(&arena, "a blob's download", 2 * CLIENT_ANSWER_BYTES);
    bool ok = download(registry, endpoints, count, blob, &sink, &arena, err);
    arena_free(&arena);
    return ok;
}

/* What was there before may be of something else: when all of it turns out wrong, it is fetched anew, once. */
static bool fetch_verified(struct registry *registry, const struct endpoint *endpoints, size_t count,
                           const struct registry_blob *blob, int fd, uint64_t have, _Atomic uint64_t *progress, struct error *err)
{
    bool same;
    have = have > blob->size_bytes ? 0 : have;
    if (!fetch_from(registry, endpoints, count, blob, fd, have, progress, err) || !file_has_digest(fd, blob->digest, &same, err))
        return false;
    if (!same && have &&
        (!fetch_from(registry, endpoints, count, blob, fd, 0, progress, err) || !file_has_digest(fd, blob->digest, &same, err)))
        return false;
    return same || error_set(err, ERROR_INPUT, "%.*s gives other bytes than the digest %.*s is of: damaged or tampered with",
                             STR_ARG(endpoints[count - 1].at.registry), STR_ARG(blob->digest));
}

bool registry_blob(struct registry *registry, const struct image_reference *reference, const struct registry_blob *blob, int fd,
                   uint64_t have, _Atomic uint64_t *progress, struct error *err)
{
    struct arena arena;
    struct endpoint *endpoints;
    enum digest_algorithm algorithm;
    struct str hex;
    size_t count;
    if (!digest_parse(blob->digest, &algorithm, &hex))
        return error_set(err, ERROR_INPUT, "the manifest names a blob without a digest");
    arena_init(&arena, "a blob", CLIENT_ANSWER_BYTES);
    bool ok = endpoints_find(registry, reference, false, &arena, &endpoints, &count, err) &&
              fetch_verified(registry, endpoints, count, blob, fd, have, progress, err);
    arena_free(&arena);
    return ok;
}
