/* What containerd knows of images: its metadata database, a BoltDB file (containerd: metadata/buckets.go):
 *
 *     v1 / NAMESPACE / images / NAME / target / digest, mediatype, size
 *
 * Names are full references where a client such as nerdctl or the kubelet made them ("docker.io/library/nginx:alpine", the same
 * with a digest, and "sha256:" with the digest of the config); others may be anything. */
#include "daemon/containerd.h"

enum { MAX_NAME_BYTES = 4096, MAX_TYPE_BYTES = 255, MIN_ID_DIGITS = 4 };

/* ---- records ---- */

/* The sub-bucket of a name. */
static bool enter(const struct bolt *bolt, const struct bolt_bucket *bucket, struct str name, struct bolt_bucket *out,
                  bool *found, struct error *err)
{
    struct bolt_cursor cursor;
    struct str key, value;
    bool is_bucket;
    *found = false;
    bolt_cursor_begin(&cursor, bucket);
    while (bolt_next(&cursor, &key, &value, &is_bucket, err))
        if (is_bucket && str_eq(key, name)) {
            *found = true;
            return bolt_sub(bolt, value, out, err);
        }
    return err->kind == ERROR_NONE;
}

bool containerd_images(const struct bolt *bolt, struct str namespace, struct containerd_cursor *out, bool *found,
                       struct error *err)
{
    struct bolt_bucket bucket;
    const struct str path[] = { STR("v1"), namespace, STR("images") };
    *found = true;
    if (!bolt_root(bolt, &bucket, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(path) && *found; i++)
        if (!enter(bolt, &bucket, path[i], &bucket, found, err))
            return false;
    if (*found) {
        out->bolt = bolt;
        bolt_cursor_begin(&out->images, &bucket);
    }
    return true;
}

/* Go's binary.PutVarint: zigzag, in groups of seven bits, low ones first. Negative sizes and overlong ones are damage. */
static bool read_varint(struct str bytes, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.len && i < 9; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        value |= (uint64_t)(c & 0x7F) << (7 * i);
        if (c & 0x80)
            continue;
        *out = value >> 1;
        return (value & 1) == 0 && i + 1 == bytes.len;
    }
    return false;
}

/* Leaves what is missing or damaged empty. */
static bool read_target(const struct bolt_bucket *target, struct containerd_record *record, struct error *err)
{
    struct bolt_cursor cursor;
    struct str key, value;
    bool is_bucket;
    bolt_cursor_begin(&cursor, target);
    while (bolt_next(&cursor, &key, &value, &is_bucket, err)) {
        if (is_bucket)
            continue;
        if (str_is(key, "digest"))
            record->digest = value;
        else if (str_is(key, "mediatype"))
            record->media_type = value;
        else if (str_is(key, "size") && !read_varint(value, &record->size_bytes))
            record->size_bytes = 0;
    }
    return err->kind == ERROR_NONE;
}

static bool is_whole(const struct containerd_record *record)
{
    enum digest_algorithm algorithm;
    struct str hex;
    return digest_parse(record->digest, &algorithm, &hex) && record->name.len && record->name.len <= MAX_NAME_BYTES &&
           record->media_type.len <= MAX_TYPE_BYTES;
}

bool containerd_next(struct containerd_cursor *cursor, struct containerd_record *out, struct error *err)
{
    struct str key, value;
    bool is_bucket, has_target;
    while (bolt_next(&cursor->images, &key, &value, &is_bucket, err)) {
        struct containerd_record record = { .name = key };
        struct bolt_bucket image, target;
        if (!is_bucket)
            continue;
        if (!bolt_sub(cursor->bolt, value, &image, err) || !enter(cursor->bolt, &image, STR("target"), &target, &has_target, err))
            return false;
        if (has_target && !read_target(&target, &record, err))
            return false;
        if (!is_whole(&record))
            continue;
        *out = record;
        return true;
    }
    return false;
}

/* ---- which of them is meant ---- */

/* Better fits are higher. */
enum fit { FIT_NONE, FIT_ID, FIT_DIGEST, FIT_TEXT, FIT_NAME };

static bool begins_with_id(struct str digest, struct str id)
{
    return id.len >= MIN_ID_DIGITS && str_starts(digest, "sha256:") &&
           str_eq(str_head(str_skip(digest, strlen("sha256:")), id.len), id);
}

/* Compared as texts: a stored name begins with its registry, so that it is not parsed, which would take memory for each. */
static bool is_name(struct str name, const struct image_reference *r)
{
    const struct str parts[] = { r->registry,   STR("/"),
                                 r->repository, r->tag.len ? STR(":") : STR(""),
                                 r->tag,        r->digest.len ? STR("@") : STR(""),
                                 r->digest };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (!str_eq(str_head(name, parts[i].len), parts[i]))
            return false;
        name = str_skip(name, parts[i].len);
    }
    return name.len == 0;
}

/* "registry/repository@digest" is also whatever has this digest under any name of the repository. */
static bool is_of_repository(struct str name, const struct image_reference *r)
{
    struct str rest = str_skip(name, r->registry.len + 1 + r->repository.len);
    return str_eq(str_head(name, r->registry.len), r->registry) &&
           str_eq(str_head(str_skip(name, r->registry.len + 1), r->repository.len), r->repository) && rest.len &&
           (rest.ptr[0] == ':' || rest.ptr[0] == '@');
}

/* Names that are no full references, as images have that were imported without one: "app:latest" for "app", too. */
static bool is_text(struct str name, const struct daemon_name *wanted)
{
    struct str rest = str_skip(name, wanted->text.len);
    return str_eq(str_head(name, wanted->text.len), wanted->text) &&
           (!rest.len || (str_is(rest, ":latest") && wanted->is_reference && str_is(wanted->reference.tag, "latest")));
}

static enum fit fit_of(const struct containerd_record *record, const struct daemon_name *wanted)
{
    const struct image_reference *r = &wanted->reference;
    if (wanted->is_reference && is_name(record->name, r))
        return FIT_NAME;
    if (is_text(record->name, wanted))
        return FIT_TEXT;
    if (wanted->is_reference && r->digest.len && str_eq(record->digest, r->digest) && is_of_repository(record->name, r))
        return FIT_DIGEST;
    if (begins_with_id(record->name, wanted->id) || begins_with_id(record->digest, wanted->id))
        return FIT_ID;
    return FIT_NONE;
}

static bool find_best(struct containerd_cursor cursor, const struct daemon_name *wanted, struct containerd_record *out,
                      enum fit *best, bool *ambiguous, struct error *err)
{
    struct containerd_record record;
    *best = FIT_NONE;
    *ambiguous = false;
    while (containerd_next(&cursor, &record, err)) {
        enum fit fit = fit_of(&record, wanted);
        if (fit == FIT_ID && *best == FIT_ID && !str_eq(record.digest, out->digest))
            *ambiguous = true;
        if (fit <= *best)
            continue;
        *best = fit;
        *out = record;
    }
    *ambiguous = *ambiguous && *best == FIT_ID;
    return err->kind == ERROR_NONE;
}

static bool gather_names(struct containerd_cursor cursor, struct str digest, struct daemon_names *names, struct arena *arena,
                         struct error *err)
{
    struct containerd_record record;
    while (containerd_next(&cursor, &record, err)) {
        if (!str_eq(record.digest, digest) || str_starts(record.name, "sha256:"))
            continue;
        struct image_reference reference;
        struct error ignored = { 0 };
        struct str name =
            image_reference_parse(record.name, arena, &reference, &ignored) ? daemon_name_familiar(&reference, arena) : STR("");
        if (!name.ptr || !daemon_names_add(names, name, arena))
            return arena_error(arena, err);
    }
    return err->kind == ERROR_NONE;
}

bool containerd_find(struct str file, struct str namespace, const struct daemon_name *wanted, struct arena *arena,
                     struct containerd_image *out, bool *found, bool *ambiguous, struct error *err)
{
    struct bolt bolt;
    struct containerd_cursor cursor;
    struct containerd_record record;
    enum fit best = FIT_NONE;
    *ambiguous = false;
    if (!bolt_open(&bolt, file, err) || !containerd_images(&bolt, namespace, &cursor, found, err))
        return false;
    if (*found && !find_best(cursor, wanted, &record, &best, ambiguous, err))
        return false;
    *found = best != FIT_NONE && !*ambiguous;
    if (!*found)
        return true;
    struct containerd_image image = { .by_id = best == FIT_ID,
                                      .record = { .name = arena_str(arena, record.name),
                                                  .digest = arena_str(arena, record.digest),
                                                  .media_type = arena_str(arena, record.media_type),
                                                  .size_bytes = record.size_bytes } };
    if (!gather_names(cursor, record.digest, &image.names, arena, err))
        return false;
    if (arena->exhausted)
        return arena_error(arena, err);
    image.names.id = image.record.digest;
    *out = image;
    return true;
}
