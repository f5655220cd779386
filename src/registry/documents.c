/* Documents that lie beside an image in its repository: SBOMs, provenance and other attestations. Three ways of storing them:
 * the referrers API with its fallback tag (OCI distribution specification 1.1, "Listing Referrers", "Referrers Tag Schema");
 * cosign's tags "sha256-….att" and "sha256-….sbom"; BuildKit's attestation manifests, which stand in the image's own index
 * ("Attestation storage": annotations vnd.docker.reference.type and .digest). */
#include "registry/client.h"

enum { MAX_DOCUMENTS = 64, MAX_REFERRERS = 256 };

struct gatherer {
    struct registry *registry;
    const struct endpoint *endpoint;
    struct str subject;
    struct arena *arena;
    struct registry_document *items;
    size_t count, cap, manifests;
};

/* ---- blobs of a manifest ------------------------------------------------------------------------------------------------------- */

/* Signatures and parts of file systems say nothing of what is in an image. */
static bool is_document(struct str media_type)
{
    static const char *const others[] = { "simplesigning", "signature", "rootfs",       "image.layer", "jose+json",
                                          "+cose",         "/cose",     "octet-stream", "pkcs7",       "vnd.oci.empty" };
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_contains(media_type, others[i]))
            return false;
    return str_contains(media_type, "json") || str_contains(media_type, "xml") || str_contains(media_type, "text") ||
           str_contains(media_type, "spdx");
}

static bool is_known(const struct gatherer *g, struct str digest)
{
    for (size_t i = 0; i < g->count; i++)
        if (str_eq(g->items[i].digest, digest))
            return true;
    return false;
}

static bool add_blob(struct gatherer *g, const struct blob_entry *entry, const struct blob_notes *above, struct error *err)
{
    struct str text;
    bool found;
    const struct registry_blob *blob = &entry->blob;
    enum digest_algorithm algorithm;
    struct str hex;
    if (!is_document(blob->media_type) || !digest_parse(blob->digest, &algorithm, &hex) || is_known(g, blob->digest))
        return true;
    if (blob->size_bytes > CLIENT_DOCUMENT_BYTES || g->count == MAX_DOCUMENTS) {
        log_warn("the document %.*s beside the image is passed over: %s", STR_ARG(blob->digest),
                 g->count == MAX_DOCUMENTS ? "there are too many" : "it is too large");
        return true;
    }
    if (!blob_get(g->registry, g->endpoint, blob->digest, CLIENT_DOCUMENT_BYTES, g->arena, &text, &found, err))
        return false;
    struct registry_document *items = arena_grow(g->arena, g->items, g->count, &g->cap, sizeof *items);
    if (!items)
        return arena_error(g->arena, err);
    g->items = items;
    if (found)
        items[g->count++] =
            (struct registry_document){ .media_type = blob->media_type,
                                        .predicate_type =
                                            entry->notes.predicate_type.len ? entry->notes.predicate_type : above->predicate_type,
                                        .digest = blob->digest,
                                        .text = text };
    return true;
}

static bool add_listed(struct gatherer *g, const struct listing *listing, const struct blob_notes *above, struct error *err)
{
    for (size_t i = 0; i < listing->count; i++)
        if (!add_blob(g, &listing->entries[i], above, err))
            return false;
    return true;
}

/* The blobs of a manifest, by its tag or digest. One that is not there, or no manifest of blobs, has none. */
static bool add_manifest(struct gatherer *g, struct str name, const struct blob_notes *above, struct error *err)
{
    struct manifest manifest;
    struct listing listing;
    bool found;
    if (g->manifests++ == MAX_REFERRERS)
        return true;
    if (!manifest_get(g->registry, g->endpoint, name, CLIENT_ANSWER_BYTES, g->arena, &manifest, &found, err))
        return false;
    struct error ignored = { 0 };
    if (!found || !listing_read(manifest.text, g->arena, &listing, &ignored) || listing.is_index)
        return true;
    return add_listed(g, &listing, above, err);
}

/* ---- the three ways ------------------------------------------------------------------------------------------------------------ */

static bool add_referrers(struct gatherer *g, struct str index, struct error *err)
{
    struct listing listing;
    enum digest_algorithm algorithm;
    struct str hex;
    struct error ignored = { 0 };
    if (!listing_read(index, g->arena, &listing, &ignored) || !listing.is_index)
        return true;
    for (size_t i = 0; i < listing.count; i++)
        if (digest_parse(listing.entries[i].blob.digest, &algorithm, &hex) &&
            !add_manifest(g, listing.entries[i].blob.digest, &listing.entries[i].notes, err))
            return false;
    return true;
}

/* A tag that stands for the digest: "sha256-<hex>" and an end. */
static struct str digest_tag(const struct gatherer *g, const char *end)
{
    struct str algorithm, hex;
    str_cut(g->subject, ':', &algorithm, &hex);
    return arena_printf(g->arena, "%.*s-%.*s%s", STR_ARG(algorithm), STR_ARG(hex), end);
}

static bool ask_referrers(struct gatherer *g, struct error *err)
{
    struct net_response response;
    struct manifest manifest;
    bool found;
    struct ask ask = { .path = arena_printf(g->arena, "referrers/%.*s", STR_ARG(g->subject)),
                       .accept = STR("application/vnd.oci.image.index.v1+json"),
                       .max_bytes = CLIENT_ANSWER_BYTES };
    struct str tag = digest_tag(g, "");
    if (!ask.path.ptr || !tag.ptr)
        return arena_error(g->arena, err);
    if (!ask_registry(g->registry, g->endpoint, &ask, g->arena, &response, err))
        return false;
    if (response.status == 200 && str_is(response.type, "application/vnd.oci.image.index.v1+json"))
        return add_referrers(g, response.body, err);
    if (response.status == 401 || response.status == 403 || response.status == 429 || response.status >= 500)
        return ask_refused(g->registry, g->endpoint, &response, (struct str){ 0 }, g->arena, err);
    if (!manifest_get(g->registry, g->endpoint, tag, CLIENT_ANSWER_BYTES, g->arena, &manifest, &found, err))
        return false;
    return !found || add_referrers(g, manifest.text, err);
}

static bool ask_cosign(struct gatherer *g, struct error *err)
{
    static const char *const ends[] = { ".att", ".sbom" };
    static const struct blob_notes none = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct str tag = digest_tag(g, ends[i]);
        if (!tag.ptr)
            return arena_error(g->arena, err);
        if (!add_manifest(g, tag, &none, err))
            return false;
    }
    return true;
}

/* The reference names an index where the subject is only one of its manifests. */
static bool ask_index(struct gatherer *g, struct error *err)
{
    struct manifest manifest;
    struct listing listing;
    bool found;
    struct error ignored = { 0 };
    struct str name = g->endpoint->at.digest.len ? g->endpoint->at.digest : g->endpoint->at.tag;
    if (str_eq(name, g->subject))
        return true;
    if (!manifest_get(g->registry, g->endpoint, name, CLIENT_ANSWER_BYTES, g->arena, &manifest, &found, err))
        return false;
    if (!found || !listing_read(manifest.text, g->arena, &listing, &ignored) || !listing.is_index)
        return true;
    for (size_t i = 0; i < listing.count; i++) {
        const struct blob_notes *notes = &listing.entries[i].notes;
        enum digest_algorithm algorithm;
        struct str hex;
        if (str_is(notes->reference_type, "attestation-manifest") && str_eq(notes->reference_digest, g->subject) &&
            digest_parse(listing.entries[i].blob.digest, &algorithm, &hex) &&
            !add_manifest(g, listing.entries[i].blob.digest, notes, err))
            return false;
    }
    return true;
}

bool registry_documents(struct registry *registry, const struct image_reference *reference, struct str subject,
                        struct arena *arena, struct registry_document **out, size_t *count, struct error *err)
{
    struct endpoint *endpoints;
    size_t found;
    enum digest_algorithm algorithm;
    struct str hex;
    struct gatherer g = { .registry = registry, .subject = subject, .arena = arena };
    if (!digest_parse(subject, &algorithm, &hex))
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no digest of an image", STR_ARG(str_head(subject, 100)));
    if (!endpoints_find(registry, reference, true, arena, &endpoints, &found, err))
        return false;
    g.endpoint = &endpoints[found - 1];
    if (!ask_index(&g, err) || !ask_referrers(&g, err) || !ask_cosign(&g, err))
        return false;
    *out = g.items;
    *count = g.count;
    return true;
}
