/* scan_fuzz.h - flat forms: the head says which form it is, and is not for the fuzzer to guess. */
#ifndef DRYDOCK_SCAN_FUZZ_H
#define DRYDOCK_SCAN_FUZZ_H

#include "base/base.h"

/* `flat`, which has the flat form of any object, becomes its head with the data behind it. */
static inline struct str with_head(struct buf *flat, const uint8_t *data, size_t size)
{
    enum { HEAD_BYTES = 16 }; /* magic, fingerprint */
    flat->len = flat->len < HEAD_BYTES ? flat->len : HEAD_BYTES;
    buf_add(flat, data, size);
    return buf_view(flat);
}

#endif
