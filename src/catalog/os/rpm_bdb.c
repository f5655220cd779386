/* Berkeley DB's hash access method, as rpm up to 4.15 keeps "Packages" in: pages of one size, each with its type; by the
 * structures of Berkeley DB's dbinc/db_page.h (DBMETA, HMETA33, PAGE, HKEYDATA, HOFFPAGE). Byte order is the writer's.
 *
 * Buckets and their chains need not be followed: all pages are walked in file order and those of the type "hash" give their
 * pairs of key (the number of the package) and data (its header, mostly moved to a chain of overflow pages). */
#include "catalog/os/rpm.h"

enum { META_BYTES = 72, PAGE_HEADER_BYTES = 26, MIN_PAGE_BYTES = 512, MAX_PAGE_BYTES = 65536 };
enum { HASH_MAGIC = 0x061561, OLDEST_VERSION = 8, NEWEST_VERSION = 10 };
enum { PAGE_HASH_UNSORTED = 2, PAGE_OVERFLOW = 7, PAGE_HASH = 13 };
enum { ITEM_KEYDATA = 1, ITEM_OFFPAGE = 3, OFFPAGE_BYTES = 12 };
enum { META_FLAG_CHECKSUM = 1 };

struct bdb {
    struct rpm_db *db;
    const struct blob *blob;
    bool is_big_endian;
    uint32_t page_bytes;
    uint64_t page_count;     /* in the file */
    uint64_t overflow_pages; /* read so far: each belongs to one chain, so more than there are means a loop */
    unsigned char *page, *overflow;
};

static uint32_t get32(const struct bdb *bdb, const unsigned char *p)
{
    return bdb->is_big_endian ? be32(p) : le32(p);
}

static uint32_t get16(const struct bdb *bdb, const unsigned char *p)
{
    return bdb->is_big_endian ? (uint32_t)p[0] << 8 | p[1] : le16(p);
}

static unsigned page_type(const unsigned char *page)
{
    return page[25];
}

/* NULL, or why the file cannot be read. */
static const char *open_meta(struct bdb *bdb)
{
    unsigned char meta[META_BYTES];
    struct error err = { 0 };
    if (!blob_read(bdb->blob, 0, meta, sizeof meta, &err))
        return "its first page is cut short";
    bdb->is_big_endian = be32(meta + 12) == HASH_MAGIC;
    uint32_t version = get32(bdb, meta + 16), size = get32(bdb, meta + 20);
    if (version < OLDEST_VERSION || version > NEWEST_VERSION)
        return "its hash format is of another version";
    if (meta[24] != 0 || meta[26] & META_FLAG_CHECKSUM)
        return "it is encrypted or has page checksums, which rpm does not write";
    if (size < MIN_PAGE_BYTES || size > MAX_PAGE_BYTES || (size & (size - 1)) != 0)
        return "its page size is not one";
    bdb->page_bytes = size;
    bdb->page_count = bdb->blob->size / size;
    uint64_t last_page = get32(bdb, meta + 32);
    if (last_page >= bdb->page_count)
        rpm_damage(bdb->db, "%llu of its %llu pages are missing", (unsigned long long)(last_page + 1 - bdb->page_count),
                   (unsigned long long)(last_page + 1));
    else
        bdb->page_count = last_page + 1;
    return NULL;
}

static bool read_page(const struct bdb *bdb, uint64_t number, unsigned char *page, size_t size)
{
    struct error err = { 0 };
    return number > 0 && number < bdb->page_count && blob_read(bdb->blob, number * bdb->page_bytes, page, size, &err);
}

/* Data longer than a page, along the chain of overflow pages. NULL, or what is wrong. */
static const char *read_chain(struct bdb *bdb, uint32_t number, unsigned char *to, uint32_t size)
{
    const unsigned char *page = bdb->overflow;
    while (size > 0) {
        if (bdb->overflow_pages++ >= bdb->page_count)
            return "its pages go round in a loop";
        if (!read_page(bdb, number, bdb->overflow, bdb->page_bytes))
            return "one of its pages lies outside the file";
        uint32_t used = get16(bdb, page + 22);
        if (page_type(page) != PAGE_OVERFLOW || get32(bdb, page + 8) != number)
            return "one of its pages is another's";
        if (used == 0 || used > bdb->page_bytes - PAGE_HEADER_BYTES || used > size)
            return "one of its pages has a wrong length";
        memcpy(to, page + PAGE_HEADER_BYTES, used);
        to += used;
        size -= used;
        number = get32(bdb, page + 16);
    }
    return NULL;
}

static bool read_overflow(struct bdb *bdb, uint32_t package, struct str item)
{
    const unsigned char *p = (const unsigned char *)item.ptr;
    if (item.len != OFFPAGE_BYTES) {
        rpm_damage(bdb->db, "record %u is damaged", (unsigned)package);
        return true;
    }
    uint32_t number = get32(bdb, p + 4), size = get32(bdb, p + 8);
    unsigned char *to = rpm_room(bdb->db, size);
    if (!to)
        return true;
    const char *problem = read_chain(bdb, number, to, size);
    if (problem) {
        rpm_damage(bdb->db, "record %u: %s", (unsigned)package, problem);
        return true;
    }
    return rpm_package_add(bdb->db, str_make(to, size));
}

/* Items lie from the end of the page downwards in the order of their offsets, so that each ends where the one before begins. */
static bool item_at(const struct bdb *bdb, uint32_t index, uint32_t count, struct str *out)
{
    const unsigned char *offsets = bdb->page + PAGE_HEADER_BYTES;
    uint32_t begin = get16(bdb, offsets + (size_t)index * 2);
    uint32_t end = index == 0 ? bdb->page_bytes : get16(bdb, offsets + (size_t)(index - 1) * 2);
    if (begin < PAGE_HEADER_BYTES + count * 2 || begin >= end || end > bdb->page_bytes)
        return false;
    *out = str_make(bdb->page + begin, end - begin);
    return true;
}

static bool read_pair(struct bdb *bdb, struct str key, struct str data)
{
    if (key.len != 1 + 4 || key.ptr[0] != ITEM_KEYDATA) {
        rpm_damage(bdb->db, "a key is not a number");
        return true;
    }
    uint32_t package = get32(bdb, (const unsigned char *)key.ptr + 1);
    if (package == 0) /* holds the number of the next package to come */
        return true;
    if (data.ptr[0] == ITEM_OFFPAGE)
        return read_overflow(bdb, package, data);
    if (data.ptr[0] == ITEM_KEYDATA)
        return rpm_package_add(bdb->db, str_skip(data, 1));
    rpm_damage(bdb->db, "record %u is of an unknown type", (unsigned)package);
    return true;
}

static bool read_hash_page(struct bdb *bdb, uint64_t number)
{
    if (!read_page(bdb, number, bdb->page, bdb->page_bytes))
        return true;
    uint32_t count = get16(bdb, bdb->page + 20);
    bool ok = get32(bdb, bdb->page + 8) == number && count % 2 == 0 && PAGE_HEADER_BYTES + count * 2 <= bdb->page_bytes;
    for (uint32_t i = 0; ok && i < count; i += 2) {
        struct str key, data;
        ok = item_at(bdb, i, count, &key) && item_at(bdb, i + 1, count, &data);
        if (ok && !read_pair(bdb, key, data))
            return false;
    }
    if (!ok)
        rpm_damage(bdb->db, "page %llu is damaged", (unsigned long long)number);
    return true;
}

bool rpm_bdb_read(struct rpm_db *db)
{
    struct bdb bdb = { .db = db, .blob = db->file->blob };
    const char *problem = open_meta(&bdb);
    if (problem) {
        rpm_damage(db, "%s", problem);
        return true;
    }
    bdb.page = arena_alloc(db->file->scratch, bdb.page_bytes);
    bdb.overflow = arena_alloc(db->file->scratch, bdb.page_bytes);
    if (!bdb.page || !bdb.overflow) {
        rpm_damage(db, "no memory is left to read it");
        return true;
    }
    for (uint64_t number = 1; number < bdb.page_count; number++) {
        unsigned char header[PAGE_HEADER_BYTES]; /* most pages are overflow pages, which come by their chains */
        if (!read_page(&bdb, number, header, sizeof header)) {
            rpm_damage(db, "page %llu cannot be read", (unsigned long long)number);
            return true;
        }
        bool is_hash = page_type(header) == PAGE_HASH || page_type(header) == PAGE_HASH_UNSORTED;
        if (is_hash && !read_hash_page(&bdb, number))
            return false;
    }
    return true;
}
