/* Walking a tar archive: which headers make up a member, where its contents lie, and a stream over them. Formats: POSIX ustar
 * and pax, GNU (long names, sparse files, base-256 numbers), star and version 7; see tar_header.c, tar_pax.c, tar_sparse.c.
 * Where the formats leave a choice, it is the one of Go's archive/tar, since that is what container engines unpack with. */
#include "codec/stream.h"
#include "codec/tar.h"

#include <stdlib.h>

enum { MAX_EXTENSIONS = 32, ZERO_BYTES = 64 * 1024 };

struct tar {
    struct stream content; /* of the current member; first, so that a pointer to it is one to the tar */
    struct stream *in;
    bool ended, failed;
    struct error problem;

    /* The current member: how much of it is still in `in`, and how much of in's window is lent to content. */
    uint64_t stored_left, real_bytes;
    unsigned padding;
    size_t lent;
    bool is_sparse;
    struct tar_sparse sparse;
    size_t segment; /* the first that does not end before content's position */

    /* What the extension headers before a member said; the views point into the buffers. */
    struct tar_pax pax;
    struct str gnu_name, gnu_link;
    struct buf pax_text, name_text, link_text;

    unsigned char block[TAR_BLOCK_BYTES];
    char path[TAR_PATH_BYTES], link[TAR_PATH_BYTES];
};

/* ---- contents ---------------------------------------------------------------------------------------------------------------- */

static void settle(struct tar *tar)
{
    if (tar->lent == 0)
        return;
    size_t used = tar->lent - tar->content.len;
    stream_consume(tar->in, used);
    tar->stored_left -= used;
    tar->lent = tar->content.len;
}

/* The stretch of the file at `pos`: stored bytes or a hole, and how long it is. 0 at the end. */
static uint64_t stretch_at(struct tar *tar, uint64_t pos, bool *stored)
{
    *stored = !tar->is_sparse;
    if (!tar->is_sparse)
        return tar->stored_left;
    const struct tar_segment *items = tar->sparse.items;
    while (tar->segment < tar->sparse.count && pos >= items[tar->segment].offset + items[tar->segment].size)
        tar->segment++;
    if (tar->segment == tar->sparse.count)
        return tar->real_bytes - pos;
    const struct tar_segment *next = &items[tar->segment];
    *stored = pos >= next->offset;
    return *stored ? next->offset + next->size - pos : next->offset - pos;
}

static bool cut_short(struct tar *tar, uint64_t missing, struct error *err)
{
    return error_set(err, ERROR_INPUT, "tar: the archive is cut short at byte %llu, inside %.*s: %llu bytes are missing",
                     (unsigned long long)tar->in->consumed_bytes, STR_ARG(str_head(str_from(tar->path), 200)),
                     (unsigned long long)missing);
}

static bool fill_content(struct stream *self, struct error *err)
{
    static const unsigned char zeroes[ZERO_BYTES];
    struct tar *tar = (struct tar *)self;
    settle(tar);
    bool stored;
    uint64_t size = stretch_at(tar, self->consumed_bytes, &stored);
    if (size == 0)
        return true;
    if (!stored) {
        self->ptr = zeroes;
        self->len = size < ZERO_BYTES ? (size_t)size : ZERO_BYTES;
        return true;
    }
    if (!stream_fill(tar->in, err))
        return false;
    if (tar->in->len == 0)
        return cut_short(tar, tar->stored_left, err);
    self->ptr = tar->in->ptr;
    self->len = tar->in->len < size ? tar->in->len : (size_t)size;
    tar->lent = self->len;
    return true;
}

static bool skip_content(struct stream *self, uint64_t size, struct error *err)
{
    struct tar *tar = (struct tar *)self;
    settle(tar);
    bool stored;
    uint64_t n = stretch_at(tar, self->consumed_bytes, &stored), skipped;
    n = n < size ? n : size;
    if (stored) {
        if (!stream_skip_up_to(tar->in, n, &skipped, err))
            return false;
        tar->stored_left -= skipped;
        if (skipped < n)
            return cut_short(tar, tar->stored_left, err);
    }
    self->consumed_bytes += n;
    return true;
}

struct stream *tar_content(struct tar *tar)
{
    return &tar->content;
}

/* Passes over what is left of the current member. Padding that the end of the archive cuts off is not missed. */
static bool finish_member(struct tar *tar, struct error *err)
{
    uint64_t skipped;
    settle(tar);
    if (!stream_skip_up_to(tar->in, tar->stored_left + tar->padding, &skipped, err))
        return false;
    if (skipped < tar->stored_left)
        return cut_short(tar, tar->stored_left - skipped, err);
    tar->stored_left = tar->padding = 0;
    tar->lent = 0;
    return true;
}

/* ---- headers ------------------------------------------------------------------------------------------------------------------- */

static unsigned padding_of(uint64_t size)
{
    return (unsigned)(-size % TAR_BLOCK_BYTES);
}

static bool read_block(struct tar *tar, bool *at_end, struct error *err)
{
    size_t got;
    if (!stream_read(tar->in, tar->block, sizeof tar->block, &got, err))
        return false;
    *at_end = got == 0;
    return got == 0 || got == sizeof tar->block ||
           error_set(err, ERROR_INPUT, "the archive is cut short inside a header, at byte %llu",
                     (unsigned long long)tar->in->consumed_bytes);
}

static bool block_is_zero(const struct tar *tar)
{
    static const unsigned char zero[TAR_BLOCK_BYTES];
    return tar->block[0] == 0 && memcmp(tar->block, zero, sizeof zero) == 0;
}

/* Reads a header, or sets *at_end: two zero blocks (or one, the last thing there is), or nothing more. A lone zero block in the
 * midst is an error: some readers would stop there and others go on. */
static bool read_header(struct tar *tar, struct tar_header *header, bool *at_end, struct error *err)
{
    if (!read_block(tar, at_end, err))
        return false;
    if (*at_end)
        return true;
    if (!block_is_zero(tar))
        return tar_header_parse(tar->block, header, err);
    if (!read_block(tar, at_end, err))
        return false;
    if (!*at_end && !block_is_zero(tar))
        return error_set(err, ERROR_INPUT, "a lone zero block stands between headers");
    *at_end = true;
    return true;
}

/* The contents of an extension header, which become the next member's attributes. */
static bool read_extension(struct tar *tar, uint64_t size, struct buf *text, struct error *err)
{
    buf_clear(text);
    if (size > TAR_EXTENSION_MAX_BYTES)
        return error_set(err, ERROR_LIMIT, "an extension header is larger than %d bytes", TAR_EXTENSION_MAX_BYTES);
    if (!buf_reserve(text, (size_t)size + 1))
        return error_set(err, ERROR_LIMIT, "not enough memory for an extension header");
    if (!stream_take(tar->in, text->ptr, (size_t)size, err))
        return false;
    text->len = (size_t)size;
    text->ptr[size] = '\0';
    return stream_skip(tar->in, padding_of(size), err);
}

static bool is_extension(char type)
{
    return type == 'x' || type == 'X' || type == 'g' || type == 'L' || type == 'K';
}

static bool apply_extension(struct tar *tar, const struct tar_header *header, struct error *err)
{
    switch (header->type) {
    case 'L': /* GNU: the name of the next member, NUL-terminated */
        if (!read_extension(tar, header->size_bytes, &tar->name_text, err))
            return false;
        tar->gnu_name = str_from(tar->name_text.ptr);
        return true;
    case 'K': /* GNU: its link target */
        if (!read_extension(tar, header->size_bytes, &tar->link_text, err))
            return false;
        tar->gnu_link = str_from(tar->link_text.ptr);
        return true;
    case 'g': /* pax, for all members. Container engines pass over it; a path or size in it must not count here alone */
        return stream_skip(tar->in, header->size_bytes, err) && stream_skip(tar->in, padding_of(header->size_bytes), err);
    default: /* 'x', and Solaris' 'X': pax, for the next member; the last one counts */
        tar_sparse_clear(&tar->sparse);
        return read_extension(tar, header->size_bytes, &tar->pax_text, err) &&
               tar_pax_parse(buf_view(&tar->pax_text), &tar->pax, &tar->sparse, err);
    }
}

static void forget_extensions(struct tar *tar)
{
    tar->gnu_name = tar->gnu_link = (struct str){ 0 };
    tar->pax = (struct tar_pax){ 0 };
    tar_sparse_clear(&tar->sparse);
}

/* ---- members --------------------------------------------------------------------------------------------------------------------- */

static bool set_path(struct tar *tar, const struct tar_header *header, struct tar_entry *entry, bool *slash, struct error *err)
{
    char joined[TAR_BLOCK_BYTES];
    struct str name = header->name;
    if (tar->pax.has_sparse && tar->pax.sparse_name.ptr) {
        name = tar->pax.sparse_name;
    } else if (tar->gnu_name.len) {
        name = tar->gnu_name;
    } else if (tar->pax.path.ptr) {
        name = tar->pax.path;
    } else if (header->prefix.len) {
        memcpy(joined, header->prefix.ptr, header->prefix.len);
        joined[header->prefix.len] = '/';
        memcpy(joined + header->prefix.len + 1, name.ptr, name.len);
        name = str_make(joined, header->prefix.len + 1 + name.len);
    }
    size_t len;
    *slash = str_ends(name, "/");
    if (!path_normalize(name, tar->path, &len) || len == sizeof tar->path)
        return error_set(err, ERROR_LIMIT, "a path is longer than %d bytes", TAR_PATH_BYTES - 1);
    tar->path[len] = '\0';
    entry->path = str_make(tar->path, len);
    return true;
}

static bool set_link(struct tar *tar, const struct tar_header *header, struct tar_entry *entry, struct error *err)
{
    entry->link = tar->gnu_link.len ? tar->gnu_link : tar->pax.link.ptr ? tar->pax.link : header->link;
    if (entry->type != TAR_HARDLINK)
        return true;
    size_t len;
    if (!path_normalize(entry->link, tar->link, &len))
        return error_set(err, ERROR_LIMIT, "a link's path is longer than %d bytes", TAR_PATH_BYTES);
    entry->link = str_make(tar->link, len);
    return true;
}

static enum tar_type type_of(char type, bool slash)
{
    switch (type) {
    case '\0': /* version 7 had no type for folders */ return slash ? TAR_DIR : TAR_FILE;
    case '0':
    case '7': /* contiguous */
    case 'S': /* old GNU sparse */ return TAR_FILE;
    case '1': return TAR_HARDLINK;
    case '2': return TAR_SYMLINK;
    case '5': return TAR_DIR;
    default: return TAR_OTHER;
    }
}

/* Links, devices, folders and pipes have no contents, whatever size they state: old programs put that of the linked file or
 * what the folder takes on disk. */
static bool has_contents(char type, enum tar_type kind)
{
    return kind == TAR_FILE || (kind == TAR_OTHER && type != '3' && type != '4' && type != '6');
}

/* Finds out whether the file is sparse, and reads its map: from the header, the pax header, or the start of the contents. */
static bool read_sparse_map(struct tar *tar, const struct tar_header *header, struct error *err)
{
    const struct tar_pax *pax = &tar->pax;
    bool version_1 = str_is(pax->sparse_major, "1") && str_is(pax->sparse_minor, "0");
    bool version_0 = (str_is(pax->sparse_major, "0") || pax->sparse_major.len == 0) &&
                     (str_is(pax->sparse_minor, "0") || str_is(pax->sparse_minor, "1") || pax->sparse_minor.len == 0);
    tar->is_sparse = header->type == 'S' || pax->has_sparse;
    if (!tar->is_sparse)
        return true;
    if (header->type == 'S') {
        if (header->format != TAR_GNU)
            return error_set(err, ERROR_INPUT, "a sparse file without GNU tar's header");
        tar_sparse_clear(&tar->sparse);
        if (!tar_sparse_read_gnu(&tar->sparse, tar->block, tar->in, &tar->real_bytes, err))
            return false;
    } else if (version_1) {
        tar_sparse_clear(&tar->sparse);
        if (!tar_sparse_read_pax(&tar->sparse, tar->in, &tar->stored_left, err))
            return false;
    } else if (version_0) {
        if (!tar_sparse_parse_list(&tar->sparse, pax->sparse_map, err))
            return false;
    } else {
        return error_set(err, ERROR_UNSUPPORTED, "sparse format %.*s.%.*s", STR_ARG(str_head(pax->sparse_major, 8)),
                         STR_ARG(str_head(pax->sparse_minor, 8)));
    }
    if (header->type != 'S')
        tar->real_bytes = pax->has_real ? pax->real_bytes : tar->sparse.end;
    return tar_sparse_check(&tar->sparse, tar->real_bytes, tar->stored_left, err);
}

static bool begin_member(struct tar *tar, const struct tar_header *header, struct tar_entry *entry, struct error *err)
{
    const struct tar_pax *pax = &tar->pax;
    struct tar_entry next = {
        .mode = header->mode & 07777,
        .uid = pax->has_uid ? pax->uid : header->uid,
        .gid = pax->has_gid ? pax->gid : header->gid,
        .mtime_s = pax->has_mtime ? pax->mtime_s : header->mtime_s,
    };
    bool slash;
    if (!set_path(tar, header, &next, &slash, err))
        return false;
    next.type = type_of(header->type, slash);
    if (!set_link(tar, header, &next, err))
        return false;
    uint64_t size = pax->has_size ? pax->size_bytes : header->size_bytes;
    tar->stored_left = has_contents(header->type, next.type) ? size : 0;
    tar->padding = padding_of(tar->stored_left);
    tar->is_sparse = false;
    if (next.type == TAR_FILE && !read_sparse_map(tar, header, err))
        return false;
    next.sparse = tar->is_sparse;
    next.size_bytes = tar->is_sparse ? tar->real_bytes : tar->stored_left;
    next.offset = tar->in->consumed_bytes;
    tar->segment = 0;
    tar->content.ended = tar->content.failed = false;
    tar->content.len = 0;
    tar->content.consumed_bytes = 0;
    *entry = next;
    return true;
}

static bool next_member(struct tar *tar, struct tar_entry *entry, struct error *err)
{
    struct tar_header header;
    if (!finish_member(tar, err))
        return false;
    forget_extensions(tar);
    uint64_t at = tar->in->consumed_bytes;
    bool ok = false;
    for (unsigned extensions = 0; extensions <= MAX_EXTENSIONS; extensions++) {
        at = tar->in->consumed_bytes;
        ok = read_header(tar, &header, &tar->ended, err);
        if (!ok || tar->ended || !is_extension(header.type))
            break;
        ok = apply_extension(tar, &header, err);
        if (!ok)
            break;
    }
    if (ok && tar->ended)
        return false;
    if (ok && is_extension(header.type))
        ok = error_set(err, ERROR_LIMIT, "more than %d extension headers in a row", MAX_EXTENSIONS);
    ok = ok && begin_member(tar, &header, entry, err);
    return ok || error_wrap(err, "tar: header at byte %llu", (unsigned long long)at);
}

bool tar_next(struct tar *tar, struct tar_entry *entry, struct error *err)
{
    if (tar->failed) {
        *err = tar->problem;
        return false;
    }
    err->kind = ERROR_NONE;
    if (tar->ended)
        return false;
    bool ok = next_member(tar, entry, err);
    if (!ok && err->kind != ERROR_NONE) {
        tar->failed = true;
        tar->problem = *err;
    }
    return ok;
}

struct tar *tar_open(struct stream *in, struct error *err)
{
    struct tar *tar = calloc(1, sizeof *tar);
    if (!tar) {
        error_system(err, "tar");
        return NULL;
    }
    tar->in = in;
    tar->content.fill = fill_content;
    tar->content.skip = skip_content;
    tar->content.ended = true;
    buf_init(&tar->pax_text, TAR_EXTENSION_MAX_BYTES + 1);
    buf_init(&tar->name_text, TAR_EXTENSION_MAX_BYTES + 1);
    buf_init(&tar->link_text, TAR_EXTENSION_MAX_BYTES + 1);
    return tar;
}

void tar_close(struct tar *tar)
{
    if (!tar)
        return;
    buf_free(&tar->pax_text);
    buf_free(&tar->name_text);
    buf_free(&tar->link_text);
    tar_sparse_free(&tar->sparse);
    free(tar);
}
