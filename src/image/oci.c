/* OCI image layouts (image-spec 1.1, image-layout.md), in an archive or a folder, and the folders of containers/image's
 * "dir:" transport, which have the same documents under flat names. All that index.json leads to is followed, each blob held
 * to its digest, so that what there is to choose from is known before one is picked. */
#include "image/formats.h"
#include "image/platform.h"

enum { MAX_VISITS = 4096 };

struct lister {
    struct store *store;
    struct candidates *out;
    unsigned visits, attestations;
};

/* How a document was reached. */
struct route {
    struct names names;
    struct str above[PICK_MAX_ABOVE];
    unsigned above_count;
    uint32_t group;
};

static struct str blob_path(const struct store *store, struct str digest, bool is_document)
{
    enum digest_algorithm algorithm;
    struct str hex;
    if (!digest_parse(digest, &algorithm, &hex))
        return (struct str){ 0 };
    if (store->is_remote)
        return arena_printf(store->arena, "%s/%.*s", is_document ? "manifests" : "blobs", STR_ARG(digest));
    if (store->is_flat)
        return arena_printf(store->arena, "%.*s%s", STR_ARG(hex), is_document ? ".manifest.json" : "");
    return arena_printf(store->arena, "blobs/%s/%.*s", algorithm == DIGEST_SHA256 ? "sha256" : "sha512", STR_ARG(hex));
}

static bool verify(const struct store *store, struct str text, const struct descriptor *d, const char *what, struct error *err)
{
    char actual[DIGEST_TEXT_BYTES];
    enum digest_algorithm algorithm;
    struct str hex;
    if (text.len != d->size_bytes)
        return error_set(err, ERROR_INPUT, "the %s %.*s has %zu bytes, but its descriptor says %llu: damaged, %s it again", what,
                         STR_ARG(d->digest), text.len, (unsigned long long)d->size_bytes, store_verb(store));
    if (!digest_parse(d->digest, &algorithm, &hex) || !digest_of(algorithm, text, actual, err))
        return error_wrap(err, "%.*s", STR_ARG(d->digest));
    if (!str_is(d->digest, actual))
        return error_set(err, ERROR_INPUT,
                         "the %s %.*s does not have that digest but %s: damaged or tampered with, "
                         "%s it again",
                         what, STR_ARG(d->digest), actual, store_verb(store));
    return true;
}

/* The document or config that a descriptor names, verified; *found is false where it is not stored. */
static bool blob_text(const struct store *store, const struct descriptor *d, const char *what, bool is_document, struct str *out,
                      bool *found, struct error *err)
{
    struct str path = blob_path(store, d->digest, is_document);
    if (!path.ptr)
        return arena_error(store->arena, err);
    if (!store_text(store, path, out, found, err))
        return error_wrap(err, "the %s", what);
    return !*found || verify(store, *out, d, what, err);
}

/* ---- listing ----------------------------------------------------------------------------------------------------- */

static bool add_candidate(struct lister *l, const struct candidate *candidate, struct error *err)
{
    struct arena *arena = l->store->arena;
    for (size_t i = 0; i < l->out->count; i++) {
        struct candidate *known = &l->out->items[i];
        if (!str_eq(known->digest, candidate->digest))
            continue;
        for (size_t n = 0; n < candidate->names.count; n++)
            if (!names_add(&known->names, candidate->names.items[n], arena))
                return arena_error(arena, err);
        return true;
    }
    if (l->out->count == DOCUMENT_MAX_MANIFESTS)
        return error_set(err, ERROR_LIMIT, "has more than %d images", DOCUMENT_MAX_MANIFESTS);
    struct candidate *items = arena_grow(arena, l->out->items, l->out->count, &l->out->cap, sizeof *items);
    if (!items)
        return arena_error(arena, err);
    l->out->items = items;
    items[l->out->count++] = *candidate;
    return true;
}

/* A manifest whose descriptor names no platform: its config does. */
static bool learn_platform(const struct store *store, struct candidate *c, struct error *err)
{
    struct image facts = { 0 };
    struct str *diff_ids;
    size_t diff_id_count;
    bool found;
    if (!blob_text(store, &c->document->config, "config", false, &c->config_text, &found, err))
        return false;
    if (!found)
        return true;
    if (!config_read(c->config_text, store->arena, &facts, &diff_ids, &diff_id_count, err))
        return error_wrap(err, "the config %.*s", STR_ARG(c->id));
    c->platform = facts.platform;
    return true;
}

static bool add_manifest(struct lister *l, struct candidate *c, struct error *err)
{
    const struct document *document = c->document;
    c->id = document->config.digest;
    if (!document->has_config)
        return error_set(err, ERROR_INPUT, "the manifest %.*s has no config", STR_ARG(c->digest));
    if (document->is_schema1)
        return add_candidate(l, c, err);
    if (!document_is_image_config(document->config.media_type))
        c->artifact = document->artifact_type.len       ? document->artifact_type
                      : document->config.media_type.len ? document->config.media_type
                                                        : STR("\"\"");
    else if (image_platform_is_any(c->platform) && !learn_platform(l->store, c, err))
        return false;
    if (str_is(c->platform.os, "unknown") && str_is(c->platform.arch, "unknown")) {
        l->attestations++;
        return true;
    }
    return add_candidate(l, c, err);
}

static bool visit(struct lister *l, const struct descriptor *d, const struct route *route, struct error *err);

static bool visit_children(struct lister *l, const struct descriptor *d, const struct route *route,
                           const struct document *document, struct error *err)
{
    struct route below = *route;
    if (route->above_count == PICK_MAX_ABOVE)
        return error_set(err, ERROR_LIMIT, "the index %.*s lies more than %d indexes deep", STR_ARG(d->digest), PICK_MAX_ABOVE);
    below.above[below.above_count++] = d->digest;
    for (size_t i = 0; i < document->manifest_count; i++)
        if (!visit(l, &document->manifests[i], &below, err))
            return false;
    return true;
}

/* A document says what it is in up to three ways: by its descriptor, its own mediaType and its contents. */
static bool visit_text(struct lister *l, const struct descriptor *d, const struct route *route, struct str text,
                       struct error *err)
{
    struct document *document = arena_new(l->store->arena, struct document);
    if (!document)
        return arena_error(l->store->arena, err);
    if (!document_read(text, l->store->arena, document, err))
        return error_wrap(err, "the manifest %.*s", STR_ARG(d->digest));
    if (document->media_type.len && d->media_type.len && !str_eq(document->media_type, d->media_type))
        return error_set(err, ERROR_INPUT, "the manifest %.*s is %.*s by its index but %.*s by itself", STR_ARG(d->digest),
                         STR_ARG(str_head(d->media_type, 100)), STR_ARG(str_head(document->media_type, 100)));
    struct candidate c = { .names = route->names,
                           .digest = d->digest,
                           .above_count = route->above_count,
                           .group = route->group,
                           .platform = d->platform,
                           .document = document };
    memcpy(c.above, route->above, sizeof c.above);
    switch (document_kind(document, d->media_type)) {
    case DOCUMENT_INDEX: return visit_children(l, d, route, document, err);
    case DOCUMENT_MANIFEST: return add_manifest(l, &c, err);
    case DOCUMENT_SCHEMA1:
        if (!schema1_read(text, l->store->arena, document, &c.config_text, err))
            return error_wrap(err, "the manifest %.*s", STR_ARG(d->digest));
        return add_manifest(l, &c, err);
    default:
        c.artifact = document->media_type.len ? document->media_type : d->media_type.len ? d->media_type : STR("unknown");
        return add_candidate(l, &c, err);
    }
}

/* A remote manifest costs a request: those whose platform the index tells are read when they are picked. */
static bool may_wait(const struct lister *l, const struct descriptor *d)
{
    struct document nothing = { 0 };
    return l->store->is_remote && !image_platform_is_any(d->platform) &&
           document_kind(&nothing, d->media_type) == DOCUMENT_MANIFEST;
}

static bool add_unread(struct lister *l, const struct descriptor *d, const struct route *route, bool absent, struct error *err)
{
    struct candidate c = { .names = route->names,
                           .digest = d->digest,
                           .above_count = route->above_count,
                           .group = route->group,
                           .platform = d->platform,
                           .descriptor = *d,
                           .absent = absent };
    memcpy(c.above, route->above, sizeof c.above);
    return add_candidate(l, &c, err);
}

static bool visit(struct lister *l, const struct descriptor *d, const struct route *route, struct error *err)
{
    struct str text;
    bool found;
    if (d->is_attestation) {
        l->attestations++;
        return true;
    }
    if (l->visits++ == MAX_VISITS)
        return error_set(err, ERROR_LIMIT, "its indexes list more than %d manifests", MAX_VISITS);
    if (may_wait(l, d))
        return add_unread(l, d, route, false, err);
    if (!blob_text(l->store, d, "manifest", true, &text, &found, err))
        return false;
    /* An index keeps its digest only if it lists every platform, even where one alone was saved. */
    return found ? visit_text(l, d, route, text, err) : add_unread(l, d, route, true, err);
}

static bool check_any(const struct lister *l, struct error *err)
{
    if (l->out->count)
        return true;
    if (l->attestations)
        return error_set(err, ERROR_ARTIFACT, "holds attestations only, no image: save the image that they are about");
    return error_set(err, ERROR_INPUT, "its index lists no image");
}

static bool visit_root(struct lister *l, const struct descriptor *d, uint32_t group, struct error *err)
{
    struct route route = { .group = group };
    /* containerd gives the whole name and its tag; others only one, be it a tag or a name. */
    struct str name = image_name_familiar(d->name.len ? d->name : d->tag);
    if (!names_add(&route.names, name, l->store->arena))
        return arena_error(l->store->arena, err);
    return visit(l, d, &route, err);
}

bool oci_list(struct store *store, struct str index_json, struct candidates *out, struct error *err)
{
    struct lister l = { .store = store, .out = out };
    struct document index;
    if (!document_read(index_json, store->arena, &index, err))
        return error_wrap(err, "index.json");
    if (document_kind(&index, (struct str){ 0 }) != DOCUMENT_INDEX)
        return error_set(err, ERROR_INPUT, "index.json is no image index (its media type is \"%.*s\")",
                         STR_ARG(str_head(index.media_type, 100)));
    for (size_t i = 0; i < index.manifest_count; i++)
        if (!visit_root(&l, &index.manifests[i], (uint32_t)i, err))
            return false;
    return check_any(&l, err);
}

bool oci_list_flat(struct store *store, struct str manifest_json, struct candidates *out, struct error *err)
{
    struct lister l = { .store = store, .out = out };
    struct route route = { .group = 0 };
    char digest[DIGEST_TEXT_BYTES];
    store->is_flat = true;
    if (!digest_of(DIGEST_SHA256, manifest_json, digest, err))
        return false;
    struct descriptor root = { .digest = arena_str(store->arena, str_from(digest)), .size_bytes = manifest_json.len };
    if (!root.digest.ptr)
        return arena_error(store->arena, err);
    return visit_text(&l, &root, &route, manifest_json, err) && check_any(&l, err);
}

/* ---- loading ----------------------------------------------------------------------------------------------------- */

static bool check_layer_type(const struct descriptor *d, size_t number, enum layer_kind kind, struct error *err)
{
    if (kind == LAYER_ENCRYPTED)
        return error_set(err, ERROR_UNSUPPORTED,
                         "layer %zu (%.*s) is encrypted: decrypt the image first, e.g. with "
                         "`skopeo copy --decryption-key`",
                         number, STR_ARG(d->digest));
    if (kind == LAYER_UNKNOWN)
        return error_set(err, ERROR_UNSUPPORTED, "layer %zu (%.*s) has the media type \"%.*s\", which is not known", number,
                         STR_ARG(d->digest), STR_ARG(str_head(d->media_type, 100)));
    return true;
}

/* Whether a remote layer is there shows when it is fetched. */
static bool find_layer(const struct store *store, const struct descriptor *d, struct str path, struct place *out, bool *found,
                       struct error *err)
{
    if (!store->is_remote)
        return store_find(store, path, out, found, err);
    *out = (struct place){ .blob_path = path, .size_bytes = d->size_bytes == DOCUMENT_SIZE_UNKNOWN ? 0 : d->size_bytes };
    return *found = true;
}

static bool load_layer(const struct store *store, const struct descriptor *d, size_t number, struct image_layer *out,
                       struct error *err)
{
    struct place place;
    bool found;
    enum layer_kind kind = document_layer_kind(d->media_type);
    if (!check_layer_type(d, number, kind, err))
        return false;
    struct str path = blob_path(store, d->digest, false);
    if (!path.ptr)
        return arena_error(store->arena, err);
    if (!find_layer(store, d, path, &place, &found, err))
        return error_wrap(err, "layer %zu", number);
    if (!found && kind == LAYER_FOREIGN)
        return error_set(err, ERROR_INPUT,
                         "layer %zu (%.*s) is a foreign layer that is not stored in the %s: save the image "
                         "with its non-distributable layers",
                         number, STR_ARG(d->digest), store_noun(store));
    if (!found)
        return error_set(err, ERROR_INPUT, "layer %zu (%.*s) is missing from the %s: %s the image again", number,
                         STR_ARG(d->digest), store_noun(store), store_verb(store));
    if (place.size_bytes != d->size_bytes && d->size_bytes != DOCUMENT_SIZE_UNKNOWN)
        return error_set(err, ERROR_INPUT, "layer %zu (%.*s) has %llu bytes, but the manifest says %llu: save the image again",
                         number, STR_ARG(d->digest), (unsigned long long)place.size_bytes, (unsigned long long)d->size_bytes);
    *out = (struct image_layer){ .name = d->digest,
                                 .digest = d->digest,
                                 .media_type = d->media_type,
                                 .blob_path = place.blob_path,
                                 .urls = d->urls,
                                 .offset = place.offset,
                                 .size_bytes = place.size_bytes };
    return true;
}

/* The manifest of a candidate that was not read when it was listed. */
static const struct document *read_late(const struct store *store, const struct descriptor *d, struct error *err)
{
    struct str text;
    bool found;
    struct document *document = arena_new(store->arena, struct document);
    if (!document) {
        arena_error(store->arena, err);
        return NULL;
    }
    if (!blob_text(store, d, "manifest", true, &text, &found, err))
        return NULL;
    if (!found) {
        error_set(err, ERROR_INPUT, "the manifest %.*s, which its index lists, is not there", STR_ARG(d->digest));
        return NULL;
    }
    if (!document_read(text, store->arena, document, err)) {
        error_wrap(err, "the manifest %.*s", STR_ARG(d->digest));
        return NULL;
    }
    if (document_kind(document, d->media_type) == DOCUMENT_MANIFEST && document->has_config &&
        document_is_image_config(document->config.media_type))
        return document;
    error_set(err, ERROR_UNSUPPORTED, "the manifest %.*s is of no container image", STR_ARG(d->digest));
    return NULL;
}

bool oci_load(const struct store *store, const struct candidate *from, struct image *out, struct error *err)
{
    const struct document *document = from->document ? from->document : read_late(store, &from->descriptor, err);
    if (!document)
        return false;
    out->manifest_digest = from->digest;
    out->id = document->config.digest;
    out->config_json = from->config_text;
    if (!out->config_json.len) {
        bool found;
        if (!blob_text(store, &document->config, "config", false, &out->config_json, &found, err))
            return false;
        if (!found)
            return error_set(err, ERROR_INPUT, "the config %.*s is missing from the %s: %s the image again", STR_ARG(out->id),
                             store_noun(store), store_verb(store));
    }
    out->layer_count = document->layer_count;
    out->layers = arena_array(store->arena, document->layer_count, sizeof *out->layers);
    if (!out->layers)
        return arena_error(store->arena, err);
    for (size_t i = 0; i < document->layer_count; i++)
        if (!load_layer(store, &document->layers[i], i + 1, &out->layers[i], err))
            return false;
    return true;
}
