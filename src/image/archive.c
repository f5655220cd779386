/* The outer tar of an image archive: which members there are and where their bytes lie. A plain archive is walked header by
 * header without reading contents. One that is compressed as a whole is inflated once, and since nothing in it can be
 * sought, the small JSON documents are kept in memory on the way, in whatever order they come. */
#include "image/store.h"

enum {
    MAX_MEMBERS = 1 << 16,
    MAX_LINKS = 8,
    KEEP_MEMBER_BYTES = 1 << 20,
    KEEP_TOTAL_BYTES = 32 << 20,
};
/* More than any image, so that endless input ends. The ratio is limited by the stream itself. */
static const uint64_t MAX_INFLATED_BYTES = UINT64_C(1) << 40;

static bool keep_text(struct archive *archive, struct stream *content, struct archive_member *member, struct error *err)
{
    if (member->size_bytes == 0 || member->size_bytes > KEEP_MEMBER_BYTES ||
        member->size_bytes > KEEP_TOTAL_BYTES - archive->kept_bytes)
        return true;
    if (!stream_fill(content, err))
        return false;
    if (content->len == 0 || (content->ptr[0] != '{' && content->ptr[0] != '['))
        return true;
    archive->kept_bytes += (size_t)member->size_bytes;
    return stream_text(content, KEEP_MEMBER_BYTES, archive->arena, &member->text, err);
}

/* A symbolic link leads from its own folder, a hard link from the root (POSIX pax, linkname). */
static bool follow(const struct archive *archive, struct str from, const struct tar_entry *entry, struct str *out)
{
    char path[4096];
    size_t len;
    struct str target = entry->link;
    if (entry->type == TAR_SYMLINK && !str_starts(target, "/"))
        target = arena_printf(archive->arena, "%.*s/%.*s", STR_ARG(path_dir(from)), STR_ARG(entry->link));
    *out = (struct str){ 0 };
    if (target.ptr && path_normalize(target, path, &len))
        *out = arena_str(archive->arena, str_make(path, len));
    return !archive->arena->exhausted;
}

bool archive_add(struct archive *archive, const struct tar_entry *entry, struct stream *content, struct error *err)
{
    if (archive->member_count == MAX_MEMBERS)
        return error_set(err, ERROR_LIMIT, "has more than %d members, which no image archive has", MAX_MEMBERS);
    struct archive_member *members =
        arena_grow(archive->arena, archive->members, archive->member_count, &archive->member_cap, sizeof *members);
    if (!members)
        return arena_error(archive->arena, err);
    archive->members = members;
    struct archive_member *member = &members[archive->member_count];
    *member = (struct archive_member){ .name = arena_str(archive->arena, entry->path),
                                       .offset = entry->offset,
                                       .size_bytes = entry->size_bytes,
                                       .is_sparse = entry->sparse };
    if (!member->name.ptr)
        return arena_error(archive->arena, err);
    if (entry->type == TAR_SYMLINK || entry->type == TAR_HARDLINK) {
        member->is_link = true;
        if (!follow(archive, member->name, entry, &member->link))
            return arena_error(archive->arena, err);
    } else if (archive->in_order && !keep_text(archive, content, member, err)) {
        return false;
    }
    return map_put(&archive->names, member->name, archive->member_count++) || arena_error(archive->arena, err);
}

/* What the user should do about a damaged archive depends on whether it ever looked like one. */
static bool explain(const struct archive *archive, bool is_tar, struct error *err)
{
    if (err->kind != ERROR_INPUT)
        return false;
    if (!is_tar) {
        const char *kind = archive->codec == CODEC_PLAIN ? "" : "compressed ";
        return error_wrap(err,
                          "is not an image archive, nor any %star archive (expected what `docker save`, `podman save`, "
                          "`skopeo copy` or `ctr export` writes)",
                          kind);
    }
    return error_wrap(err, "is damaged or cut short after member %zu (copy or save it again)", archive->member_count);
}

static bool walk(struct archive *archive, struct stream *in, struct error *err)
{
    struct tar *tar = tar_open(in, err);
    if (!tar)
        return false;
    struct tar_entry entry;
    bool ok = true, is_tar = false;
    while (ok && tar_next(tar, &entry, err)) {
        is_tar = true;
        if (entry.type != TAR_DIR && entry.type != TAR_OTHER && entry.path.len)
            ok = archive_add(archive, &entry, tar_content(tar), err);
    }
    tar_close(tar);
    /* What follows the tar's end still counts for the checksums of the compression, which only the end of the stream proves. */
    if (err->kind == ERROR_NONE && archive->codec != CODEC_PLAIN)
        stream_drain(in, err);
    return err->kind == ERROR_NONE ? ok : explain(archive, is_tar, err);
}

bool archive_index(int fd, struct arena *arena, struct archive *out, struct error *err)
{
    struct archive archive = { .fd = fd, .arena = arena };
    struct error cause = { 0 };
    map_init(&archive.names, arena);
    struct stream *in = stream_file(fd, 0, UINT64_MAX, &cause);
    if (in)
        in = stream_inflate_auto(in, MAX_INFLATED_BYTES, &archive.codec, &cause);
    archive.in_order = archive.codec != CODEC_PLAIN;
    bool ok = in && walk(&archive, in, &cause);
    stream_close(in);
    if (ok)
        *out = archive;
    else
        *err = cause;
    return ok;
}

const struct archive_member *archive_find(const struct archive *archive, struct str name)
{
    uint64_t index;
    for (unsigned hops = 0; hops <= MAX_LINKS; hops++) {
        if (!map_get(&archive->names, name, &index))
            return NULL;
        const struct archive_member *member = &archive->members[index];
        if (!member->is_link)
            return member;
        name = member->link;
    }
    return NULL;
}

bool archive_text(const struct archive *archive, const struct archive_member *member, size_t max_bytes, struct str *out,
                  struct error *err)
{
    if (member->is_sparse)
        return error_set(err, ERROR_UNSUPPORTED, "is stored as a sparse file");
    if (archive->in_order) {
        if (member->size_bytes && !member->text.len)
            return error_set(err, member->size_bytes > KEEP_MEMBER_BYTES ? ERROR_LIMIT : ERROR_INPUT,
                             "is no JSON document of at most %d KiB (more than that is read from archives that are not "
                             "compressed as a whole)",
                             KEEP_MEMBER_BYTES >> 10);
        *out = member->text;
        return true;
    }
    if (member->size_bytes > max_bytes)
        return error_set(err, ERROR_LIMIT, "has %llu bytes, more than the %zu that a manifest or config may have",
                         (unsigned long long)member->size_bytes, max_bytes);
    char *text = arena_alloc(archive->arena, (size_t)member->size_bytes + 1);
    if (!text)
        return arena_error(archive->arena, err);
    if (!file_read_at(archive->fd, text, (size_t)member->size_bytes, member->offset, err))
        return false;
    *out = str_make(text, (size_t)member->size_bytes);
    return true;
}
