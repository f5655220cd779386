/* The header structure that describes one package in an rpm database, by rpm's doc/manual/format.md, "Header Structure":
 * big-endian counts of index entries and of data bytes, the entries (tag, type, offset into the data, number of values),
 * then the data. Databases keep it without the magic that package files have in front. */
#include "catalog/os/rpm.h"

enum { ENTRY_BYTES = 16, HEAD_BYTES = 8 };
enum { MAX_ENTRIES = 0xffff }; /* rpm's own limit */
enum { TAG_IMAGE = 61, TAG_SIGNATURES = 62, TAG_IMMUTABLE = 63 };
enum {
    TYPE_CHAR = 1,
    TYPE_INT8 = 2,
    TYPE_INT16 = 3,
    TYPE_INT32 = 4,
    TYPE_INT64 = 5,
    TYPE_STRING = 6,
    TYPE_BIN = 7,
    TYPE_STRING_ARRAY = 8,
    TYPE_I18N_STRING = 9
};

struct entry {
    uint32_t tag, type, offset, count;
};

static struct entry entry_at(struct str index, size_t i)
{
    const char *p = index.ptr + i * ENTRY_BYTES;
    return (struct entry){ be32(p), be32(p + 4), be32(p + 8), be32(p + 12) };
}

/* The entries that came with the package form a region, which the first entry stands for: its value is a trailer in the data
 * that looks like an entry, with minus the region's index size as its offset. Entries past the region were added on
 * installation. Headers of packages from before rpm 4 have no region. */
static const char *check_region(const struct rpm_header *header)
{
    struct entry region = entry_at(header->index, 0);
    if (region.tag < TAG_IMAGE || region.tag > TAG_IMMUTABLE)
        return NULL;
    if (region.type != TYPE_BIN || region.count != ENTRY_BYTES)
        return "the region's entry is not a region's";
    if (region.offset > header->data.len || header->data.len - region.offset < ENTRY_BYTES)
        return "the region's trailer lies outside the data";
    struct entry trailer = entry_at(str_skip(header->data, region.offset), 0);
    if (trailer.tag < TAG_IMAGE || trailer.tag > TAG_IMMUTABLE || trailer.type != TYPE_BIN || trailer.count != ENTRY_BYTES)
        return "the region's trailer is not one";
    uint32_t size = 0U - trailer.offset;
    if (size % ENTRY_BYTES != 0 || size > header->index.len)
        return "the region claims more entries than there are";
    return NULL;
}

const char *rpm_header_open(struct str blob, struct rpm_header *out)
{
    if (blob.len < HEAD_BYTES)
        return "shorter than the smallest header";
    uint64_t entries = be32(blob.ptr), data_bytes = be32(blob.ptr + 4);
    if (entries == 0 || entries > MAX_ENTRIES)
        return "no or too many index entries";
    if (HEAD_BYTES + entries * ENTRY_BYTES + data_bytes != blob.len)
        return "its counts do not add up to its size";
    struct str body = str_skip(blob, HEAD_BYTES);
    out->index = str_head(body, entries * ENTRY_BYTES);
    out->data = str_skip(body, entries * ENTRY_BYTES);
    return check_region(out);
}

/* Entries added on installation replace those of the region with the same tag: the last one counts. */
static bool find(const struct rpm_header *header, enum rpm_tag tag, struct entry *out)
{
    for (size_t i = header->index.len / ENTRY_BYTES; i-- > 0;) {
        *out = entry_at(header->index, i);
        if (out->tag == (uint32_t)tag)
            return true;
    }
    return false;
}

/* The data from the entry's first value on. */
static bool entry_data(const struct rpm_header *header, const struct entry *entry, struct str *out)
{
    if (entry->count == 0 || entry->offset >= header->data.len)
        return false;
    *out = str_skip(header->data, entry->offset);
    return true;
}

bool rpm_array_text(struct rpm_array *array, struct str *out)
{
    size_t end;
    if (array->count == 0 || !str_find(array->rest, '\0', &end))
        return false;
    *out = str_head(array->rest, end);
    array->rest = str_skip(array->rest, end + 1);
    array->count--;
    return true;
}

enum rpm_found rpm_header_text(const struct rpm_header *header, enum rpm_tag tag, struct str *out)
{
    struct entry entry;
    struct rpm_array array;
    if (!find(header, tag, &entry))
        return RPM_ABSENT;
    bool is_text = entry.type == TYPE_STRING || entry.type == TYPE_I18N_STRING || entry.type == TYPE_STRING_ARRAY;
    if (!is_text || !entry_data(header, &entry, &array.rest))
        return RPM_DAMAGED;
    array.count = 1; /* of translations, the first is the untranslated text */
    return rpm_array_text(&array, out) ? RPM_FOUND : RPM_DAMAGED;
}

enum rpm_found rpm_header_texts(const struct rpm_header *header, enum rpm_tag tag, struct rpm_array *out)
{
    struct entry entry;
    struct str rest;
    if (!find(header, tag, &entry))
        return RPM_ABSENT;
    /* each text takes a byte at least */
    if (entry.type != TYPE_STRING_ARRAY || !entry_data(header, &entry, &rest) || entry.count > rest.len)
        return RPM_DAMAGED;
    *out = (struct rpm_array){ rest, entry.count };
    return RPM_FOUND;
}

enum rpm_found rpm_header_numbers(const struct rpm_header *header, enum rpm_tag tag, size_t width_bytes, struct rpm_array *out)
{
    static const size_t widths[] = { [TYPE_CHAR] = 1, [TYPE_INT8] = 1, [TYPE_INT16] = 2, [TYPE_INT32] = 4, [TYPE_INT64] = 8 };
    struct entry entry;
    struct str rest;
    if (!find(header, tag, &entry))
        return RPM_ABSENT;
    if (entry.type >= ARRAY_LEN(widths) || widths[entry.type] != width_bytes || !entry_data(header, &entry, &rest) ||
        entry.count > rest.len / width_bytes)
        return RPM_DAMAGED;
    *out = (struct rpm_array){ str_head(rest, (size_t)entry.count * width_bytes), entry.count };
    return RPM_FOUND;
}

enum rpm_found rpm_header_u32(const struct rpm_header *header, enum rpm_tag tag, uint32_t *out)
{
    struct rpm_array array;
    enum rpm_found found = rpm_header_numbers(header, tag, 4, &array);
    if (found == RPM_FOUND)
        *out = be32(array.rest.ptr);
    return found;
}
