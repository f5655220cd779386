/* Descriptions and references, in blocks of some 16 KiB that are compressed one by one: to print a finding costs one small
 * inflation. Blocks follow the order of identifiers, so that alike texts share a block. */
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "builder_write.h"

enum { LEVEL = 12 };

struct packer {
    struct output *out;
    struct buf plain, packed;
    uint32_t block;
#ifdef HAVE_ZSTD
    ZSTD_CCtx *context;
#endif
};

/* The block's bytes as stored: compressed where that makes them fewer. */
static struct str pack(struct packer *packer)
{
#ifdef HAVE_ZSTD
    size_t bound = ZSTD_compressBound(packer->plain.len);
    buf_clear(&packer->packed);
    if (packer->context && buf_reserve(&packer->packed, bound)) {
        size_t size = ZSTD_compressCCtx(packer->context, packer->packed.ptr, bound, packer->plain.ptr, packer->plain.len, LEVEL);
        if (!ZSTD_isError(size) && size < packer->plain.len)
            return str_make(packer->packed.ptr, size);
    }
#endif
    return buf_view(&packer->plain);
}

static void flush(struct packer *packer)
{
    struct buf *details = &packer->out->sections[DDB_DETAILS];
    if (packer->plain.len == 0)
        return;
    struct str stored = pack(packer);
    struct ddb_detail_block block = { details->len, (uint32_t)stored.len, (uint32_t)packer->plain.len };
    buf_str(details, stored);
    buf_add(&packer->out->sections[DDB_DETAIL_BLOCKS], &block, sizeof block);
    buf_clear(&packer->plain);
    packer->block++;
}

static void put_text(struct buf *plain, struct str text)
{
    buf_u32(plain, (uint32_t)text.len);
    buf_str(plain, text);
}

static void put_detail(struct packer *packer, const struct staged_vulnerability *from, struct ddb_vulnerability *record)
{
    const struct vulndb_builder *builder = packer->out->builder;
    uint32_t count;
    const uint32_t *references = builder_words(builder, from->references, &count);
    if (from->description == 0 && count == 0) {
        record->detail_block = (uint32_t)DDB_NONE;
        return;
    }
    record->detail_block = packer->block;
    record->detail_offset = (uint32_t)packer->plain.len;
    put_text(&packer->plain, pool_text(&builder->texts, from->description));
    buf_u32(&packer->plain, count);
    for (uint32_t i = 0; i < count; i++)
        put_text(&packer->plain, pool_text(&builder->texts, references[i]));
    if (packer->plain.len >= DDB_DETAIL_BYTES)
        flush(packer);
}

bool output_details(struct output *out, struct ddb_vulnerability *records, size_t count, struct error *err)
{
    struct packer packer = { .out = out };
    const struct staged_vulnerability *staged = STAGED(out->builder->vulnerabilities, staged_vulnerability);
    buf_init(&packer.plain, UINT32_MAX / 2);
    buf_init(&packer.packed, UINT32_MAX);
#ifdef HAVE_ZSTD
    packer.context = ZSTD_createCCtx();
#endif
    for (size_t i = 0; i < count; i++)
        put_detail(&packer, &staged[i], &records[i]);
    flush(&packer);
    bool ok = !packer.plain.failed && !out->sections[DDB_DETAILS].failed && !out->sections[DDB_DETAIL_BLOCKS].failed;
    buf_free(&packer.plain);
    buf_free(&packer.packed);
#ifdef HAVE_ZSTD
    ZSTD_freeCCtx(packer.context);
#endif
    return ok || builder_memory(err);
}
