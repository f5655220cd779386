/* ndb, rpm's own database ("Packages.db"), as rpm's lib/backend/ndb/rpmpkg.c writes it, little-endian throughout: a header of
 * 32 bytes; pages of 16-byte slots, of which the header takes the first two; then the records, in blocks of 16 bytes, each
 * with a head, the package header, padding and a tail with an Adler-32 sum (RFC 1950, section 9) of all before it. */
#include "catalog/os/rpm.h"

enum { HEADER_BYTES = 32, PAGE_BYTES = 4096, SLOT_BYTES = 16, BLOCK_BYTES = 16, HEAD_BYTES = 16, TAIL_BYTES = 12 };
/* "Slot", "BlbS", "BlbE" */
enum { SLOT_MAGIC = 0x746f6c53, HEAD_MAGIC = 0x53626c42, TAIL_MAGIC = 0x45626c42 };

struct slot {
    uint32_t package, first_block, block_count;
};

static uint32_t adler32_of(const unsigned char *bytes, size_t len)
{
    enum { MODULUS = 65521, LONGEST_RUN = 5552 }; /* bytes that can be summed before the sums overflow */
    uint32_t a = 1, b = 0;
    while (len > 0) {
        size_t run = len < LONGEST_RUN ? len : LONGEST_RUN;
        for (size_t i = 0; i < run; i++) {
            a += bytes[i];
            b += a;
        }
        a %= MODULUS;
        b %= MODULUS;
        bytes += run;
        len -= run;
    }
    return b << 16 | a;
}

/* NULL, or what is wrong with the record; *length is that of the package header in it. */
static const char *check_record(const unsigned char *record, size_t size, uint32_t package, uint32_t *length)
{
    if (le32(record) != HEAD_MAGIC || le32(record + 4) != package)
        return "does not begin as a record";
    *length = le32(record + 12);
    uint64_t blocks = ((uint64_t)HEAD_BYTES + *length + TAIL_BYTES + BLOCK_BYTES - 1) / BLOCK_BYTES;
    if (blocks * BLOCK_BYTES != size)
        return "is longer or shorter than its slot says";
    const unsigned char *tail = record + size - TAIL_BYTES;
    if (le32(tail + 4) != *length || le32(tail + 8) != TAIL_MAGIC)
        return "does not end as a record";
    if (le32(tail) != adler32_of(record, size - TAIL_BYTES))
        return "does not match its checksum";
    return NULL;
}

static bool read_record(struct rpm_db *db, const struct slot *slot)
{
    struct error err = { 0 };
    uint64_t size = (uint64_t)slot->block_count * BLOCK_BYTES;
    uint32_t length = 0;
    if (size < HEAD_BYTES + TAIL_BYTES) {
        rpm_damage(db, "record %u is too short", (unsigned)slot->package);
        return true;
    }
    unsigned char *record = rpm_room(db, size);
    if (!record)
        return true;
    const char *problem = "lies outside the file";
    if (blob_read(db->file->blob, (uint64_t)slot->first_block * BLOCK_BYTES, record, (size_t)size, &err))
        problem = check_record(record, (size_t)size, slot->package, &length);
    if (problem) {
        rpm_damage(db, "record %u %s", (unsigned)slot->package, problem);
        return true;
    }
    return rpm_package_add(db, str_make(record + HEAD_BYTES, length));
}

static bool read_slot(struct rpm_db *db, const unsigned char *p, uint64_t slots_end)
{
    struct slot slot = { le32(p + 4), le32(p + 8), le32(p + 12) };
    if (le32(p) != SLOT_MAGIC) {
        rpm_damage(db, "a slot is damaged");
        return true;
    }
    if (slot.first_block == 0) /* free */
        return true;
    if (slot.package == 0 || (uint64_t)slot.first_block * BLOCK_BYTES < slots_end) {
        rpm_damage(db, "a slot points into the slots");
        return true;
    }
    return read_record(db, &slot);
}

bool rpm_ndb_read(struct rpm_db *db)
{
    unsigned char header[HEADER_BYTES], page[PAGE_BYTES];
    struct error err = { 0 };
    if (!blob_read(db->file->blob, 0, header, sizeof header, &err) || le32(header + 4) != 0) {
        rpm_damage(db, "its header is cut short or of another version");
        return true;
    }
    uint64_t page_count = le32(header + 12);
    if (page_count == 0)
        rpm_damage(db, "it has no pages of slots");
    for (uint64_t number = 0; number < page_count; number++) {
        if (!blob_read(db->file->blob, number * PAGE_BYTES, page, sizeof page, &err)) {
            rpm_damage(db, "its slots are cut short");
            return true;
        }
        for (size_t at = number == 0 ? HEADER_BYTES : 0; at < PAGE_BYTES; at += SLOT_BYTES)
            if (!read_slot(db, page + at, page_count * PAGE_BYTES))
                return false;
    }
    return true;
}
