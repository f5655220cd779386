/* One rpm header: the input, put into an ndb database whose own structures and checksum are right. */
#include "catalog_fuzz.h"

enum { SLOT_PAGE = 4096, HEAD = 16, TAIL = 12, BLOCK = 16 };

static uint32_t adler32_of(const char *bytes, size_t len)
{
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < len; i++) {
        a = (a + (unsigned char)bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static void put_database(struct buf *out, struct str header)
{
    size_t record = (HEAD + header.len + TAIL + BLOCK - 1) / BLOCK * BLOCK;
    buf_text(out, "RpmP");
    const uint32_t rest[7] = { 0, 1, 1, 2 };
    for (size_t i = 0; i < ARRAY_LEN(rest); i++)
        buf_u32(out, rest[i]);
    while (out->len < SLOT_PAGE) {
        bool first = out->len == 32;
        buf_text(out, "Slot");
        buf_u32(out, first ? 1 : 0);
        buf_u32(out, first ? SLOT_PAGE / BLOCK : 0);
        buf_u32(out, first ? (uint32_t)(record / BLOCK) : 0);
    }
    buf_text(out, "BlbS");
    buf_u32(out, 1);
    buf_u32(out, 0);
    buf_u32(out, (uint32_t)header.len);
    buf_str(out, header);
    while (out->len < SLOT_PAGE + record - TAIL)
        buf_chr(out, 0);
    buf_u32(out, adler32_of(out->ptr + SLOT_PAGE, out->len - SLOT_PAGE));
    buf_u32(out, (uint32_t)header.len);
    buf_text(out, "BlbE");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "var/lib/rpm/Packages.db", NULL };
    struct buf bytes;
    buf_init(&bytes, size + 2 * SLOT_PAGE);
    put_database(&bytes, str_make(data, size));
    fuzz_parse(paths, (const uint8_t *)bytes.ptr, bytes.len);
    buf_free(&bytes);
    return 0;
}
