/* BoltDB files, read-only: the pages of bbolt's data file version 2 (bbolt: internal/common/page.go, meta.go, bucket.go).
 * A file is pages of one size; pages 0 and 1 are metas, of which the newer valid one counts. A bucket is a B+ tree of branch
 * and leaf pages; its sub-buckets are values in it. All numbers are little-endian, as on every machine that writes such
 * files in practice. */
#include "codec/codec.h"

enum {
    PAGE_HEADER = 16,   /* u64 id, u16 flags, u16 count, u32 overflow */
    ELEMENT = 16,       /* leaf: u32 flags, u32 pos, u32 ksize, u32 vsize; branch: u32 pos, u32 ksize, u64 page */
    BUCKET_HEADER = 16, /* u64 root page (0: an inline page follows), u64 sequence */
    META_SUMMED = 56,   /* u32 magic, version, page size, flags; u64 root, sequence, freelist, high water, transaction id */
    META = META_SUMMED + 8,
    FIRST_TREE_PAGE = 2,
};
enum { PAGE_BRANCH = 1, PAGE_LEAF = 2, LEAF_IS_BUCKET = 1 };
enum { MIN_PAGE_BYTES = 1024, MAX_PAGE_BYTES = 1 << 24 };
static const uint32_t META_MAGIC = 0xED0CDAED, META_VERSION = 2;

/* ---- meta pages ---- */

/* FNV-1a, 64 bits. */
static uint64_t fnv1a(const char *p, size_t len)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)p[i]) * UINT64_C(0x100000001B3);
    return hash;
}

struct meta {
    uint32_t page_bytes;
    uint64_t root_page, transaction;
};

static bool read_meta(struct str file, uint64_t offset, struct meta *out)
{
    if (offset > file.len || file.len - offset < PAGE_HEADER + META)
        return false;
    const char *p = file.ptr + offset + PAGE_HEADER;
    if (le32(p) != META_MAGIC || le32(p + 4) != META_VERSION || le64(p + META_SUMMED) != fnv1a(p, META_SUMMED))
        return false;
    uint32_t size = le32(p + 8);
    if (size < MIN_PAGE_BYTES || size > MAX_PAGE_BYTES || (size & (size - 1)) != 0)
        return false;
    *out = (struct meta){ .page_bytes = size, .root_page = le64(p + 16), .transaction = le64(p + 48) };
    return true;
}

bool bolt_open(struct bolt *bolt, struct str file, struct error *err)
{
    struct meta first, second;
    bool has_first = read_meta(file, 0, &first), has_second = false;
    /* Where the first is damaged, the page size is unknown, and with it the place of the second. */
    for (uint32_t size = MIN_PAGE_BYTES; size <= MAX_PAGE_BYTES && !has_second; size *= 2)
        if (!has_first || size == first.page_bytes)
            has_second = read_meta(file, size, &second) && second.page_bytes == size;
    if (!has_first && !has_second)
        return error_set(err, ERROR_INPUT, "not a BoltDB file: neither meta page is valid");
    bool newer = has_second && (!has_first || second.transaction > first.transaction);
    const struct meta *meta = newer ? &second : &first;
    *bolt = (struct bolt){ .file = file, .page_bytes = meta->page_bytes, .root_page = meta->root_page };
    return true;
}

/* ---- pages ---- */

static bool damaged(struct error *err, uint64_t page, const char *what)
{
    return error_set(err, ERROR_INPUT, "damaged BoltDB file: page %llu: %s", (unsigned long long)page, what);
}

static uint16_t page_flags(struct str page)
{
    return le16(page.ptr + 8);
}

static uint16_t page_count(struct str page)
{
    return le16(page.ptr + 10);
}

/* A page of the tree must be a branch or a leaf, and its elements must lie in it. */
static bool check_page(struct str page, uint64_t id, struct error *err)
{
    if (page_flags(page) != PAGE_BRANCH && page_flags(page) != PAGE_LEAF)
        return damaged(err, id, "neither branch nor leaf");
    if (page_count(page) > (page.len - PAGE_HEADER) / ELEMENT)
        return damaged(err, id, "more elements than it has room for");
    return true;
}

static bool read_page(const struct bolt *bolt, uint64_t id, struct str *out, struct error *err)
{
    uint64_t pages = bolt->file.len / bolt->page_bytes;
    if (id < FIRST_TREE_PAGE || id >= pages)
        return damaged(err, id, "outside of the file");
    struct str rest = str_skip(bolt->file, (size_t)id * bolt->page_bytes);
    if (le64(rest.ptr) != id)
        return damaged(err, id, "carries another page's number");
    uint64_t overflow = le32(rest.ptr + 12);
    if (overflow >= pages - id)
        return damaged(err, id, "runs past the end of the file");
    struct str page = str_head(rest, (size_t)(overflow + 1) * bolt->page_bytes);
    if (!check_page(page, id, err))
        return false;
    *out = page;
    return true;
}

/* One element, its sizes checked. */
struct element {
    struct str key, value; /* value: of leaves */
    uint64_t child;        /* of branches */
    bool is_bucket;
};

/* Where the bytes of an element lie in its page; their end is past the page's where it is damaged. */
static void place_element(struct str page, uint32_t index, uint64_t *start, uint64_t *end)
{
    uint64_t at = PAGE_HEADER + (uint64_t)index * ELEMENT;
    const char *p = page.ptr + at;
    bool leaf = page_flags(page) == PAGE_LEAF;
    *start = at + le32(leaf ? p + 4 : p);
    *end = *start + (leaf ? (uint64_t)le32(p + 8) + le32(p + 12) : le32(p + 4));
}

/* Bytes of elements follow one another without overlap, so that a page never yields more bytes than it has. */
static bool read_element(struct str page, uint32_t index, struct element *out, struct error *err)
{
    uint64_t start, end, before_start, before_end = PAGE_HEADER + (uint64_t)page_count(page) * ELEMENT;
    if (index > 0)
        place_element(page, index - 1, &before_start, &before_end);
    place_element(page, index, &start, &end);
    if (end > page.len || start < before_end)
        return damaged(err, le64(page.ptr), "an element lies outside of its place");
    const char *p = page.ptr + PAGE_HEADER + (size_t)index * ELEMENT;
    struct str bytes = { page.ptr + start, (size_t)(end - start) };
    if (page_flags(page) == PAGE_BRANCH) {
        *out = (struct element){ .key = bytes, .child = le64(p + 8) };
        return true;
    }
    size_t key_bytes = le32(p + 8);
    *out = (struct element){ .key = str_head(bytes, key_bytes),
                             .value = str_skip(bytes, key_bytes),
                             .is_bucket = le32(p) & LEAF_IS_BUCKET };
    return true;
}

/* ---- buckets and cursors ---- */

bool bolt_root(const struct bolt *bolt, struct bolt_bucket *out, struct error *err)
{
    if (bolt->root_page < FIRST_TREE_PAGE)
        return damaged(err, bolt->root_page, "cannot be the root");
    *out = (struct bolt_bucket){ .bolt = bolt, .page = bolt->root_page };
    return true;
}

bool bolt_sub(const struct bolt *bolt, struct str value, struct bolt_bucket *out, struct error *err)
{
    if (value.len < BUCKET_HEADER)
        return error_set(err, ERROR_INPUT, "damaged BoltDB file: a bucket's header is cut short");
    uint64_t root = le64(value.ptr);
    struct str page = str_skip(value, BUCKET_HEADER);
    if (root == 0) {
        if (page.len < PAGE_HEADER || page_flags(page) != PAGE_LEAF)
            return error_set(err, ERROR_INPUT, "damaged BoltDB file: an inline bucket is not a leaf");
        if (!check_page(page, 0, err))
            return false;
    }
    *out = (struct bolt_bucket){ .bolt = bolt, .page = root, .inline_page = root == 0 ? page : (struct str){ NULL, 0 } };
    return true;
}

void bolt_cursor_begin(struct bolt_cursor *cursor, const struct bolt_bucket *bucket)
{
    cursor->bucket = *bucket;
    cursor->depth = 0;
    cursor->pages_read = 0;
    cursor->last_key = (struct str){ NULL, 0 };
    cursor->started = false;
}

static bool push_page(struct bolt_cursor *cursor, uint64_t id, struct error *err)
{
    const struct bolt *bolt = cursor->bucket.bolt;
    struct str page;
    if (cursor->depth == BOLT_MAX_DEPTH)
        return error_set(err, ERROR_LIMIT, "damaged BoltDB file: page %llu: the tree is too deep", (unsigned long long)id);
    if (cursor->pages_read++ >= bolt->file.len / bolt->page_bytes)
        return damaged(err, id, "read again and again");
    if (!read_page(bolt, id, &page, err))
        return false;
    cursor->stack[cursor->depth].page = page;
    cursor->stack[cursor->depth++].index = 0;
    return true;
}

static bool start(struct bolt_cursor *cursor, struct error *err)
{
    cursor->started = true;
    if (cursor->bucket.page)
        return push_page(cursor, cursor->bucket.page, err);
    cursor->stack[0].page = cursor->bucket.inline_page;
    cursor->stack[0].index = 0;
    cursor->depth = 1;
    return true;
}

/* The next leaf element in order: down the branches, up again where a page ends. False at the end, and on failure. */
static bool next_element(struct bolt_cursor *cursor, struct element *element, struct error *err)
{
    while (cursor->depth > 0) {
        struct str page = cursor->stack[cursor->depth - 1].page;
        uint32_t index = cursor->stack[cursor->depth - 1].index++;
        if (index >= page_count(page)) {
            cursor->depth--;
            continue;
        }
        if (!read_element(page, index, element, err))
            return false;
        if (page_flags(page) == PAGE_LEAF)
            return true;
        if (!push_page(cursor, element->child, err))
            return false;
    }
    return false;
}

bool bolt_next(struct bolt_cursor *cursor, struct str *key, struct str *value, bool *is_bucket, struct error *err)
{
    struct element element = { 0 };
    bool found = (cursor->started || start(cursor, err)) && next_element(cursor, &element, err);
    if (found && cursor->last_key.ptr && str_cmp(cursor->last_key, element.key) >= 0)
        found = error_set(err, ERROR_INPUT, "damaged BoltDB file: keys out of order");
    if (!found) {
        cursor->depth = 0; /* the end, for good: also after a failure */
        return false;
    }
    cursor->last_key = element.key;
    *key = element.key;
    *value = element.value;
    *is_bucket = element.is_bucket;
    return true;
}
