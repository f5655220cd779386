/* bolt_write.h - writes BoltDB files for tests: nested buckets, inline buckets, leaf and branch pages of any number, overflow
 * pages, two meta pages. Only what a reader needs: no free list, no updates.
 *
 *     struct bolt_write w;
 *     bolt_write_begin(&w, 4096);
 *     struct bolt_write_bucket *alpine = bolt_write_sub(&w, NULL, "alpine 3.20");
 *     bolt_write_put(&w, bolt_write_sub(&w, alpine, "zlib"), "CVE-2022-37434", "{\"FixedVersion\":\"1.2.12-r2\"}");
 *     struct str file = bolt_write_end(&w); // valid until bolt_write_free
 *     bolt_write_free(&w);
 */
#ifndef DRYDOCK_BOLT_WRITE_H
#define DRYDOCK_BOLT_WRITE_H

#include "unit.h"

struct bolt_write_item {
    struct str key, value;
    struct bolt_write_bucket *sub; /* NULL: a plain value */
};

struct bolt_write_bucket {
    struct bolt_write_item *items;
    size_t count, cap;
};

struct bolt_write {
    struct arena arena;
    struct buf file;
    uint32_t page_bytes;
    bool never_inline; /* small buckets get pages of their own, too */
    struct bolt_write_bucket root;
};

static inline void bolt_write_begin(struct bolt_write *w, uint32_t page_bytes)
{
    *w = (struct bolt_write){ .page_bytes = page_bytes };
    arena_init(&w->arena, "test database", (size_t)1 << 30);
    buf_init(&w->file, (size_t)1 << 30);
}

static inline void bolt_write_free(struct bolt_write *w)
{
    buf_free(&w->file);
    arena_free(&w->arena);
}

static inline struct bolt_write_item *bolt_write_add(struct bolt_write *w, struct bolt_write_bucket *bucket, struct str key)
{
    if (!bucket)
        bucket = &w->root;
    bucket->items = arena_grow(&w->arena, bucket->items, bucket->count, &bucket->cap, sizeof *bucket->items);
    assert_non_null(bucket->items);
    struct bolt_write_item *item = &bucket->items[bucket->count++];
    *item = (struct bolt_write_item){ .key = arena_str(&w->arena, key) };
    return item;
}

/* Keys may be put in any order; each once. bucket NULL: the root (which holds buckets only, in real files). */
static inline void bolt_write_put_view(struct bolt_write *w, struct bolt_write_bucket *bucket, struct str key, struct str value)
{
    bolt_write_add(w, bucket, key)->value = arena_str(&w->arena, value);
}

static inline void bolt_write_put(struct bolt_write *w, struct bolt_write_bucket *bucket, const char *key, const char *value)
{
    bolt_write_put_view(w, bucket, str_from(key), str_from(value));
}

/* The sub-bucket of that name, made on first use. */
static inline struct bolt_write_bucket *bolt_write_sub(struct bolt_write *w, struct bolt_write_bucket *bucket, const char *key)
{
    struct bolt_write_bucket *parent = bucket ? bucket : &w->root;
    for (size_t i = parent->count; i-- > 0;)
        if (parent->items[i].sub && str_is(parent->items[i].key, key))
            return parent->items[i].sub;
    struct bolt_write_bucket *sub = arena_new(&w->arena, struct bolt_write_bucket);
    bolt_write_add(w, parent, str_from(key))->sub = sub;
    return sub;
}

/* ---- pages ---- */

static inline void bolt_write_u16(struct buf *out, unsigned value)
{
    buf_chr(out, (char)(value & 0xFF));
    buf_chr(out, (char)(value >> 8 & 0xFF));
}

static inline void bolt_write_header(struct buf *out, uint64_t id, unsigned flags, size_t count, size_t overflow)
{
    buf_u64(out, id);
    bolt_write_u16(out, flags);
    bolt_write_u16(out, (unsigned)count);
    buf_u32(out, (uint32_t)overflow);
}

/* The elements of a page, then their bytes. A branch's items have the page as value (8 bytes). */
static inline void bolt_write_elements(struct buf *out, const struct bolt_write_item *items, size_t count, bool leaf)
{
    size_t pos = count * 16;
    for (size_t i = 0; i < count; i++) {
        size_t from_element = pos - i * 16;
        if (leaf) {
            buf_u32(out, items[i].sub ? 1 : 0);
            buf_u32(out, (uint32_t)from_element);
            buf_u32(out, (uint32_t)items[i].key.len);
            buf_u32(out, (uint32_t)items[i].value.len);
        } else {
            buf_u32(out, (uint32_t)from_element);
            buf_u32(out, (uint32_t)items[i].key.len);
            buf_str(out, items[i].value);
        }
        pos += items[i].key.len + (leaf ? items[i].value.len : 0);
    }
    for (size_t i = 0; i < count; i++) {
        buf_str(out, items[i].key);
        if (leaf)
            buf_str(out, items[i].value);
    }
}

/* Fills up to the next page with zeroes. */
static inline void bolt_write_pad(struct bolt_write *w)
{
    while (w->file.len % w->page_bytes && !w->file.failed)
        buf_chr(&w->file, '\0');
}

static inline size_t bolt_write_item_bytes(const struct bolt_write_item *item, bool leaf)
{
    return 16 + item->key.len + (leaf ? item->value.len : 0);
}

/* Writes items as one level of pages, as full as they get (an item that is too large gets overflow pages), and turns the
 * array into the level above: one item a page. Returns how many. */
static inline size_t bolt_write_level(struct bolt_write *w, struct bolt_write_item *items, size_t count, bool leaf)
{
    size_t pages = 0;
    for (size_t first = 0, n; first < count || pages == 0; first += n) {
        size_t bytes = 16;
        for (n = 0; first + n < count; n++) {
            size_t more = bolt_write_item_bytes(&items[first + n], leaf);
            if (n >= (leaf ? 1 : 2) && bytes + more > w->page_bytes)
                break;
            bytes += more;
        }
        uint64_t id = w->file.len / w->page_bytes;
        bolt_write_header(&w->file, id, leaf ? 2 : 1, n, (bytes - 1) / w->page_bytes);
        bolt_write_elements(&w->file, items + first, n, leaf);
        bolt_write_pad(w);
        unsigned char number[8];
        for (unsigned i = 0; i < 8; i++)
            number[i] = (unsigned char)(id >> (8 * i));
        if (count)
            items[pages] = (struct bolt_write_item){ .key = items[first].key,
                                                     .value = arena_str(&w->arena, str_make(number, sizeof number)) };
        pages++;
    }
    return pages;
}

static inline int bolt_write_order(const void *a, const void *b)
{
    return str_cmp(((const struct bolt_write_item *)a)->key, ((const struct bolt_write_item *)b)->key);
}

static inline struct str bolt_write_bucket_value(struct bolt_write *w, const struct bolt_write_bucket *bucket);

/* Writes the bucket's pages, those of its sub-buckets first; the root page's number. */
static inline uint64_t bolt_write_tree(struct bolt_write *w, const struct bolt_write_bucket *bucket)
{
    struct bolt_write_item *items = arena_array(&w->arena, bucket->count + 1, sizeof *items);
    assert_non_null(items);
    if (bucket->count)
        memcpy(items, bucket->items, bucket->count * sizeof *items);
    qsort(items, bucket->count, sizeof *items, bolt_write_order);
    for (size_t i = 0; i < bucket->count; i++)
        if (items[i].sub)
            items[i].value = bolt_write_bucket_value(w, items[i].sub);
    size_t count = bolt_write_level(w, items, bucket->count, true);
    while (count > 1)
        count = bolt_write_level(w, items, count, false);
    if (bucket->count == 0)
        return w->file.len / w->page_bytes - 1;
    return le64(items[0].value.ptr);
}

/* bbolt keeps a bucket inline when it has no sub-buckets and is no larger than a quarter of a page. */
static inline bool bolt_write_fits_inline(const struct bolt_write *w, const struct bolt_write_bucket *bucket)
{
    size_t bytes = 16;
    for (size_t i = 0; i < bucket->count; i++) {
        if (bucket->items[i].sub)
            return false;
        bytes += bolt_write_item_bytes(&bucket->items[i], true);
    }
    return !w->never_inline && bytes <= w->page_bytes / 4;
}

/* A bucket as the value of its parent: u64 root page (0: inline), u64 sequence, perhaps the inline page. */
static inline struct str bolt_write_bucket_value(struct bolt_write *w, const struct bolt_write_bucket *bucket)
{
    struct buf value;
    buf_init(&value, 1 << 24);
    bool fits = bolt_write_fits_inline(w, bucket);
    buf_u64(&value, fits ? 0 : bolt_write_tree(w, bucket));
    buf_u64(&value, 0);
    if (fits) {
        if (bucket->count)
            qsort(bucket->items, bucket->count, sizeof *bucket->items, bolt_write_order);
        bolt_write_header(&value, 0, 2, bucket->count, 0);
        bolt_write_elements(&value, bucket->items, bucket->count, true);
    }
    struct str copy = arena_str(&w->arena, buf_view(&value));
    buf_free(&value);
    return copy;
}

/* ---- the file ---- */

/* Writes a meta page over page `id` (0 or 1); its transaction's number is given, the higher counts. */
static inline void bolt_write_meta(struct bolt_write *w, unsigned id, uint64_t root, uint64_t transaction)
{
    struct buf page;
    buf_init(&page, 4096);
    bolt_write_header(&page, id, 4, 0, 0);
    buf_u32(&page, 0xED0CDAED);
    buf_u32(&page, 2);
    buf_u32(&page, w->page_bytes);
    buf_u32(&page, 0);
    buf_u64(&page, root);
    buf_u64(&page, 0);
    buf_u64(&page, UINT64_MAX); /* no free list in the file */
    buf_u64(&page, w->file.len / w->page_bytes);
    buf_u64(&page, transaction);
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 16; i < page.len; i++)
        hash = (hash ^ (unsigned char)page.ptr[i]) * UINT64_C(0x100000001B3);
    buf_u64(&page, hash);
    memcpy(w->file.ptr + (size_t)id * w->page_bytes, page.ptr, page.len);
    buf_free(&page);
}

/* The finished file. Meta page 1 counts; page 0 is one transaction older, with the same root. */
static inline struct str bolt_write_end(struct bolt_write *w)
{
    for (unsigned i = 0; i < 2; i++) { /* the meta pages, filled in last */
        buf_chr(&w->file, '\0');
        bolt_write_pad(w);
    }
    uint64_t root = bolt_write_tree(w, &w->root);
    bolt_write_meta(w, 0, root, 6);
    bolt_write_meta(w, 1, root, 7);
    assert_false(w->file.failed);
    return buf_view(&w->file);
}

#endif
